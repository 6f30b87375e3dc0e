"""The tables on capital: million VND, the communes that reported beside each sum."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from ntm_lib.evaluation.capital.book import GROUPS, UNSPLIT, Book
from ntm_lib.evaluation.capital.cost import cost_for_each_criterion
from ntm_lib.evaluation.capital.totals import (
    by_source,
    by_source_and_year,
    by_unit,
    full_reporters,
    in_kind,
    over_period,
)
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.office.plan_marks import million
from ntm_lib.reporting.review.capital.words import (
    capital_source,
    estimate_note,
    group_labels,
    not_handed_in,
    reading_note,
    silent_note,
    source_label,
    stamps_for,
    unit_names,
)
from ntm_lib.reporting.review.gathered import book_of
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sheets import Column, Sheet
from ntm_lib.reporting.stamps import marked_units

_WHOLE = 1e-6


def money_sheet(
    subject: Subject, book: Book, name: str, title: str, columns: Sequence[Column], frame: pd.DataFrame, **more: Any
) -> Sheet:
    """Return a table on capital; without a table handed in it is empty and says so. ``is_marked``: see `stamps_for`."""
    is_marked = more.pop("is_marked", False) and book.lines.is_mixed
    review = subject.territory.review
    shown = frame if book.lines.is_handed_in else frame.head(0)
    total = more.pop("total", None)
    columns, left_out = _reported(columns, shown)
    amounts = shown.select_dtypes("number").to_numpy(float)
    is_rounded = bool((np.abs(amounts - np.round(amounts)) > _WHOLE).any())
    rounding = [_("Figures are rounded one by one, so that a sum may differ by a unit.")] if is_rounded else []
    notes = [
        *left_out,
        *more.pop("notes", []),
        reading_note(),
        *rounding,
        *silent_note(book),
        *estimate_note(book.lines),
    ]
    told = {"unit": million(), "empty": not_handed_in(["b06"])} | more
    return Sheet(
        name,
        title.format(unit=subject.name, period=formats.period(review.first_year, review.last_year)),
        columns,
        shown,
        total=total if book.lines.is_handed_in else None,
        source=capital_source(subject, book, is_marked=is_marked),
        notes=notes if book.lines.is_handed_in else (),
        stamps=stamps_for(subject, is_illustrative=book.lines.is_illustrative, is_marked=is_marked),
        row_key="key",
        **told,
    )


def _reported(columns: Sequence[Column], frame: pd.DataFrame) -> tuple[Sequence[Column], list[str]]:
    """Leave out the amounts that nobody reported, and name them in a note."""
    silent = [column for column in columns if column.kind in {"money", "count"} and frame[column.key].isna().all()]
    if not silent or frame.empty:
        return columns, []
    names = "; ".join(formats.in_sentence(column.heading) for column in silent)
    return [column for column in columns if column not in silent], [
        _("Reported by nobody: {names}.").format(names=names)
    ]


def _reporters(reported: Any, expected: Any) -> str:
    """Write how many of how many communes reported in full."""
    return f"{formats.number(reported)}/{formats.number(expected)}"


def by_source_sheet(subject: Subject) -> Sheet:
    """Return capital of the period by source, with and without credit."""
    book = book_of(subject)
    table, period, labels = by_source(book), over_period(book.by_year), group_labels()
    told, of = full_reporters(book, "without_credit")
    rows: list[dict[str, Any]] = [
        {"key": "without_credit", "number": "", "label": _("of which without credit"), "amount": period["amount"]["without_credit"],
         "share": _share(period["amount"]["without_credit"], period["amount"]["total"]), "reporters": _reporters(told, of)},
    ]  # fmt: skip
    for number, (group, held) in enumerate(table.groupby("group", sort=False), start=1):
        rows.append({"key": f"group_{group}", "number": str(number), "label": labels[str(group)], "amount": held["amount"].sum(min_count=1),
                     "share": held["share"].sum(min_count=1), "reporters": _reporters_of(book, list(held.index))})  # fmt: skip
        if len(held) > 1:
            rows += [
                {"key": source, "number": "", "label": "– " + source_label(str(source)), "amount": row.amount, "share": row.share,
                 "reporters": _reporters_of(book, [source])}
                for source, row in zip(held.index, held.itertuples(), strict=True)
            ]  # fmt: skip
    told, of = full_reporters(book)
    total = {
        "label": _("Total"),
        "amount": period["amount"]["total"],
        "share": 100.0,
        "reporters": _reporters(told, of),
    }
    columns = [
        Column("label", _("Source of capital"), width=46),
        Column("amount", _("Capital mobilised"), "money", width=16),
        Column("share", _("Share (%)"), "percent"),
        Column("reporters", _("Communes that reported every year"), width=16),
    ]
    notes = [
        _("Shares are of the capital that was reported."),
        _("Credit: loans for rural production and life as reported for the year; Table 06 does not tell lending of the year from outstanding loans."),
    ]  # fmt: skip
    return money_sheet(subject, book, _("Capital by source"), _("Capital mobilised by source, {unit}, {period}"),
                  columns, pd.DataFrame(rows), total=total, notes=notes, is_landscape=False, number_key="number")  # fmt: skip


def _share(part: float, whole: float) -> float:
    return 100 * part / whole if whole else float("nan")


def _reporters_of(book: Book, sources: list[Any]) -> str:
    return _reporters(*full_reporters(book, sources))


def by_source_and_year_sheet(subject: Subject) -> Sheet:
    """Return capital by source and year, and under it the communes that reported the year in full."""
    book = book_of(subject)
    table, sums = by_source_and_year(book), book.by_year
    years = list(table.columns)
    frame = table.assign(label=[_source(source) for source in table.index], key=table.index)
    frame["sum"] = table.sum(axis=1, min_count=1)
    without = sums.amount["without_credit"].to_dict() | {
        "label": _("of which without credit"), "key": "without_credit", "sum": sums.amount["without_credit"].sum(min_count=1),
    }  # fmt: skip
    told: dict[Any, Any] = {year: _reporters(sums.reported.loc[year, "total"], sums.expected[year]) for year in years}
    last = pd.DataFrame(
        [told | {"label": _("Communes that reported the year in full"), "key": "reporters", "sum": None}]
    )
    frame = pd.concat([pd.DataFrame([without]), frame.astype(dict.fromkeys(years, object)), last], ignore_index=True)
    frame["number"] = ["", *(str(place) for place in range(1, len(table) + 1)), ""]
    total = sums.amount["total"].to_dict() | {"label": _("Total"), "sum": sums.amount["total"].sum(min_count=1)}
    columns = [
        Column("label", _("Source of capital"), width=38),
        *(Column(year, str(year), "money", width=10) for year in years),
        Column("sum", _("Total"), "money", width=12),
    ]
    return money_sheet(subject, book, _("Capital by source and year"), _("Capital mobilised by source and year, {unit}"),
                  columns, frame, total=total, number_key="number")  # fmt: skip


def _source(source: Any) -> str:
    return group_labels()[UNSPLIT] if source == UNSPLIT else source_label(str(source))


def by_year_sheet(subject: Subject) -> Sheet:
    """Return capital by year: mobilised, of the state, allotted, disbursed."""
    book = book_of(subject)
    sums, period = book.by_year, over_period(book.by_year)
    years = pd.Series(sums.amount.index.astype(str), sums.amount.index)
    marked = _marked(book, years, "year")
    has_marks = not marked.equals(years)
    frame = _of_state(sums.amount).assign(key=sums.amount.index, year=marked if has_marks else sums.amount.index)
    head = Column("year", _("Year"), "text" if has_marks else "year", width=10)
    frame["reporters"] = [_reporters(sums.reported.loc[year, "total"], sums.expected[year]) for year in frame.index]
    total = _of_state(period[["amount"]].T).iloc[0].to_dict() | {"year": _("Total")}
    return money_sheet(subject, book, _("Capital by year"), _("Capital by year, {unit}, {period}"),
                  _year_columns(head), frame, total=total, is_marked=True)  # fmt: skip


def _of_state(amounts: pd.DataFrame) -> pd.DataFrame:
    """Return the columns of the tables by year and unit."""
    investment, recurrent = GROUPS["central"]
    return pd.DataFrame(
        {
            "total": amounts["total"],
            "without": amounts["without_credit"],
            "investment": amounts[investment],
            "recurrent": amounts[recurrent],
            "state": amounts["state"],
            "allotted": amounts["allotted"],
            "disbursed": amounts["disbursed"],
        }
    )


def _year_columns(head: Column) -> list[Column]:
    mobilised, state = _("Capital mobilised"), _("State budget")
    return [
        head,
        Column("total", _("Total"), "money", mobilised),
        Column("without", _("without credit"), "money", mobilised),
        Column("investment", _("Central budget, investment"), "money", state),
        Column("recurrent", _("Central budget, recurrent"), "money", state),
        Column("state", _("State budget mobilised"), "money", state),
        Column("allotted", _("Allotted"), "money", state),
        Column("disbursed", _("Disbursed"), "money", state),
        Column("reporters", _("Communes that reported in full")),
    ]


def by_unit_sheet(subject: Subject) -> Sheet:
    """Return capital of the period by district of a province or commune of a district, in the documents' order."""
    book, territory = book_of(subject), subject.territory
    sums = by_unit(book, territory)
    names = unit_names(subject, book.source.vintage)
    frame = _of_state(sums.amount)
    shown = pd.Series([names.get(str(code), str(code)) for code in frame.index], frame.index)
    is_province = territory.unit.level == "province" and not territory.vintage.districts.empty
    owner = territory.communes["parent_code"].to_dict() if is_province else {}
    frame = frame.assign(
        key=frame.index,
        name=_marked(book, shown, "to_code", owner),
        reporters=[_reporters(sums.reported["total"][code], sums.expected[code]) for code in frame.index],
    )
    period = over_period(sums)
    total = _of_state(period[["amount"]].T).iloc[0].to_dict() | {"name": _("Total")}
    head = Column("name", _("District, city") if is_province else _("Commune"), width=24)
    columns = [*_year_columns(head)[:-1], Column("reporters", _("Reported in full (communes × years)"))]
    return money_sheet(subject, book, _("Capital by unit"), _("Capital by unit, {unit}, {period}"), columns,
                  frame, total=total, is_marked=True)  # fmt: skip


def _marked(book: Book, names: pd.Series, level: str, owner: Mapping[Any, Any] = MappingProxyType({})) -> pd.Series:
    """Mark the rows of a table (``names`` by unit or year) by the lines that told anything; ``owner``: district by commune."""
    told = book.lines.generated[book.lines.known.any(axis=1)]
    units = told.index.get_level_values(level)
    return marked_units(names, pd.Series([owner.get(unit, unit) for unit in units]), told)


def in_kind_sheet(subject: Subject) -> Sheet:
    """Return by year what people gave in cash and in kind."""
    book = book_of(subject)
    sums = in_kind(book)
    frame = sums.amount.assign(
        key=sums.amount.index,
        year=sums.amount.index,
        reporters=[
            _reporters(sums.reported.loc[year, "people_cash"], sums.expected[year]) for year in sums.amount.index
        ],
    )
    total = sums.amount.sum(min_count=1).to_dict() | {"year": _("Total")}
    money, kind = _("Money (million VND)"), _("In kind")
    columns = [
        Column("year", _("Year"), "year", width=8),
        Column("people_cash", _("Cash"), "money", money),
        Column("people_in_kind", _("Value of what was given in kind"), "money", money, width=16),
        Column("people_labour_days", _("Days of work"), "count", kind),
        Column("people_land_m2", _("Land given (m²)"), "count", kind),
        Column("people_material_m3", _("Material (m³)"), "count", kind),
        Column("people_material_t", _("Material (tonnes)"), "count", kind),
        Column("reporters", _("Communes that reported in full")),
    ]
    return money_sheet(subject, book, _("People's contributions"), _("Contributions of people and community, {unit}, {period}"),
                  columns, frame, total=total, unit="")  # fmt: skip


def cost_sheet(subject: Subject) -> Sheet:
    """Return capital for each criterion gained, with and without credit, as an interval."""
    book = book_of(subject)
    labels = {"total": _("Credit included"), "without_credit": _("without credit")}
    costs = cost_for_each_criterion(book, subject.territory, subject.commune)
    rows = [
        {
            "key": cost.measure,
            "label": labels[cost.measure],
            "capital": cost.capital,
            "gained": (cost.gained_low, cost.gained_high),
            "low": cost.low,
            "high": cost.high,
            "communes": _reporters(cost.communes, cost.expected),
        }
        for cost in costs
    ]
    each = _("Capital for each criterion gained")
    columns = [
        Column("label", _("Capital"), width=22),
        Column("capital", _("Capital of the period"), "money", width=16),
        Column("gained", _("Criteria gained less criteria lost"), "interval", width=16),
        Column("low", _("at least"), "money", each),
        Column("high", _("at most"), "money", each),
        Column("communes", _("Communes with results in both years"), width=16),
    ]
    notes = [
        _("Capital and criteria of the communes that reported results for the first and the last year only."),
        _("No price of a criterion: capital also kept up what had been reached and served other purposes, credit is borrowed by households, and the criteria sets changed in between."),
        _("“At most” stays open where capital was not reported in full or where the gain may be none."),
    ]  # fmt: skip
    return money_sheet(subject, book, _("Capital for each criterion"), _("Capital for each criterion gained, {unit}, {period}"),
                  columns, pd.DataFrame(rows), notes=notes, is_landscape=False)  # fmt: skip
