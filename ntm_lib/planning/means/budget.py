"""Read how much money each source has in each year, and what a scenario changes of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from babel.numbers import format_decimal

from ntm_lib.errors import FaultList, UsageFaultsError, preview
from ntm_lib.messages import _, language
from ntm_lib.model_words import nearest
from ntm_lib.planning.means.parameter_tables import read_cells, table_path
from ntm_lib.planning.settings import Money, PlanSettings, Purse
from ntm_lib.project import Project

COLUMNS = ["purse", "year", "amount_vnd_million", "basis", "source", "note"]
BASES = ("read", "derived", "assumed")


@dataclass(frozen=True, eq=False)
class Budget:
    """The money of a plan: million VND.

    ``amounts``: purse × year, as the scenario has it. ``table``: the lines of the file, ``purse, year,
    amount_vnd_million, basis (read | derived | assumed), source, note``.
    """

    amounts: pd.DataFrame
    table: pd.DataFrame

    @property
    def assumed_share(self) -> float:
        """Share of the plan's money that is assumed (0-1): all that no source gives; NaN when there is no money.

        What a scenario adds to a line that was read is assumed; what it takes away leaves the rest read.
        """
        total = float(self.amounts.to_numpy().sum())
        read = self.table[self.table["basis"] != "assumed"].set_index(["purse", "year"])["amount_vnd_million"]
        held = self.amounts.T.unstack().reindex(read.index)
        return 1 - float(np.minimum(read, held).sum()) / total if total else float("nan")


def purse_labels() -> dict[Purse, str]:
    """Name the sources of money as reports print them."""
    return {
        Purse.CENTRAL_INVESTMENT: _("Central budget, direct: investment"),
        Purse.CENTRAL_RECURRENT: _("Central budget, direct: recurrent"),
        Purse.INTEGRATED: _("Integrated from other programmes"),
        Purse.LOCAL: _("Local matching funds"),
        Purse.CREDIT: _("Credit"),
        Purse.FIRMS: _("Enterprises and cooperatives"),
        Purse.PEOPLE_CASH: _("People: cash"),
        Purse.PEOPLE_IN_KIND: _("People: labour, land, material"),
    }


def short_purse_labels() -> dict[Purse, str]:
    """Name the sources of money in the cells of a list, where the full names would not fit."""
    return {
        Purse.CENTRAL_INVESTMENT: _("central (inv.)"),
        Purse.CENTRAL_RECURRENT: _("central (rec.)"),
        Purse.INTEGRATED: _("integrated"),
        Purse.LOCAL: _("local"),
        Purse.CREDIT: _("credit"),
        Purse.FIRMS: _("firms"),
        Purse.PEOPLE_CASH: _("people (cash)"),
        Purse.PEOPLE_IN_KIND: _("people (in kind)"),
    }


def read_budget(project: Project, settings: PlanSettings, *, is_last_held: bool = False) -> Budget:
    """Read the table and lay the scenario's changes over it.

    A purse and year of the horizon without a line, a line that stands twice, negative money and unknown names stop, all
    at once; money is never taken for zero because its line is missing. ``is_last_held``: the horizon's last year has the
    money of the year before (a plan one year longer than the table).
    """
    where = project.relative(table_path(project, settings.money.table))
    faults = FaultList(_("A budget that cannot be used"))
    cells = read_cells(project, settings.money.table, faults)
    years = settings.horizon.years
    table = check_budget(cells, where, years[:-1] if is_last_held else years, faults)
    faults.stop_if_any(UsageFaultsError)
    amounts = table.pivot_table(index="purse", columns="year", values="amount_vnd_million", aggfunc="sum")
    amounts = amounts.reindex(index=[purse.value for purse in Purse], columns=list(years))
    amounts = amounts.ffill(axis=1) if is_last_held else amounts
    amounts = _changed(amounts.astype(float), settings.money, faults)
    faults.stop_if_any(UsageFaultsError)
    return Budget(amounts, table)


def check_budget(
    text: pd.DataFrame, where: str, years: tuple[int, ...], faults: FaultList, *, rows: Sequence[int] | None = None
) -> pd.DataFrame:
    """Return the lines of the horizon with their types; note every fault with its row as a spreadsheet counts it.

    ``rows``: the row of each line in its file (None: the heading is row 1, no row is blank).
    """
    if list(text.columns) != COLUMNS:
        faults.add(where, ", ".join(text.columns), ", ".join(COLUMNS))
        return text
    table = text.assign(
        year=pd.to_numeric(text["year"], errors="coerce"),
        amount_vnd_million=pd.to_numeric(text["amount_vnd_million"], errors="coerce"),
    )
    table = table.set_axis(pd.Index(range(2, len(table) + 2) if rows is None else rows))
    purses = [purse.value for purse in Purse]
    for row in table.index:
        line, place = table.loc[row], f"{where}: {row}"
        if line["purse"] not in purses:
            faults.add(
                place,
                _("unknown source of money '{purse}'").format(purse=line["purse"]),
                nearest(line["purse"], purses),
            )
        if pd.isna(line["year"]) or pd.isna(line["amount_vnd_million"]):
            faults.add(place, _("year or amount is not a number"), _("a number"))
        elif line["amount_vnd_million"] < 0 or not np.isfinite(line["amount_vnd_million"]):
            faults.add(place, _negative(line["amount_vnd_million"]), _("at least {limit}").format(limit=0))
        if line["basis"] not in BASES:
            faults.add(place, f"basis: '{line['basis']}'", ", ".join(BASES))
        elif line["basis"] != "assumed" and not str(line["source"]).strip():
            faults.add(place, _("no source"), _("the source, or basis: assumed"))
    twice = table.duplicated(["purse", "year"], keep=False)
    if twice.any():
        faults.add(where, _("lines that stand twice: {rows}").format(rows=preview(map(str, table.index[twice]))))
    table = table[table["year"].isin(years)]
    held = set(zip(table["purse"], table["year"], strict=True))
    if missing := [f"{purse} {year}" for purse in purses for year in years if (purse, year) not in held]:
        faults.add(
            where,
            _("no line for: {missing}").format(missing=preview(missing)),
            _("one line a source and year; write 0 for none"),
        )
    return table if faults.faults else table.astype({"year": int})


def _changed(amounts: pd.DataFrame, money: Money, faults: FaultList) -> pd.DataFrame:
    amounts = amounts.copy()
    for year, change in money.change_pct_by_year.items():
        amounts[year] *= 1 + change / 100
    for purse, change in money.change_pct_by_purse.items():
        amounts.loc[purse.value] *= 1 + change / 100
    for year, extra in money.extra_vnd_million.items():
        for purse, amount in extra.items():
            left = float(amounts[year][purse.value]) + amount
            amounts.loc[purse.value, [year]] = left
            if left < 0:
                faults.add(
                    f"money.extra_vnd_million.{year}.{purse.value}",
                    _negative(left),
                    _("at least {limit}").format(limit=0),
                )
    amounts.loc[[purse.value for purse in money.closed]] = 0.0
    return amounts


def _negative(amount: float) -> str:
    """Say that an amount cannot be, with its unit and separators."""
    shown = format_decimal(amount, format="#,##0.##", locale=language())
    return _("negative money: {amount} million VND").format(amount=shown)
