"""Say for each commune of today what it is short of: requirement by requirement, in km, households, rooms where that is known."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from ntm_lib import submissions, units
from ntm_lib.errors import FaultList, NtmError
from ntm_lib.evaluation.shortfalls.gaps import distances, unknowns
from ntm_lib.evaluation.territory import Territory, rows_of_year
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.provenance import check_files
from ntm_lib.tables import contract, table_ids
from ntm_lib.verdicts import Verdict

RULE_COLUMNS = [
    "set_id", "requirement", "short_vi", "short_en", "table", "column", "where", "carry", "is_counted", "unit_vi",
    "unit_en",
]  # fmt: skip
_ROUNDING = 1e-9  # an amount this little above a whole number is that number


def read_rules(project: Project, set_id: str) -> pd.DataFrame:
    """Read the short names of a set's requirements, and what a share of each is a share of.

    Index: requirement. ``short_vi, short_en``; ``table, column, where`` (column=value of the rows that count): the whole;
    ``carry`` (people | area): how a divided commune's figure is divided; ``is_counted``: rounded up to whole pieces;
    ``unit_vi, unit_en``. Without a table the distance itself is the amount where a unit is named, else there is none.
    A set that amends another keeps its rules. Stops with every table or column that is not agreed.
    """
    frame = _read(project, "shortfalls.csv", RULE_COLUMNS)
    _check_rules(frame, project)
    parts = set_id.split("+")
    names = ["+".join(parts[: count + 1]) for count in range(len(parts))]
    rules = frame[frame["set_id"].isin(names)].drop_duplicates("requirement", keep="last")
    return rules.assign(is_counted=rules["is_counted"] == "1").set_index("requirement")


def _read(project: Project, name: str, columns: list[str]) -> pd.DataFrame:
    path = project.data / "criteria" / name
    check_files(project, [path])
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    if list(frame.columns) != columns:
        raise NtmError(
            _("{file}: expected the columns {columns}.").format(file=project.relative(path), columns=", ".join(columns))
        )
    return frame


def _check_rules(frame: pd.DataFrame, project: Project) -> None:
    faults = FaultList(_("Rules of amounts that cannot be used"))
    for row in frame[frame["table"] != ""].itertuples():
        place = f"shortfalls.csv: {row.set_id} {row.requirement}"
        if row.table not in table_ids(project):
            faults.add(place, _("unknown table '{table}'").format(table=row.table), ", ".join(table_ids(project)))
            continue
        agreed = contract(str(row.table), project).names
        for name in filter(None, (str(row.column), str(row.where).partition("=")[0])):
            if name not in agreed:
                faults.add(place, _("table {table} has no column '{column}'").format(table=row.table, column=name))
    for row in frame[(frame["unit_vi"] != "") & ~frame["carry"].isin(["people", "area"])].itertuples():
        faults.add(f"shortfalls.csv: {row.set_id} {row.requirement}: carry", str(row.carry), "people, area")
    faults.stop_if_any()


def last_figures(
    territory: Territory, year: int, table: str, column: str, where: Mapping[str, str] = MappingProxyType({})
) -> pd.Series:
    """Return the last figure of each reporting commune up to a year; empty when nobody handed in the table.

    ``where``: value by column of the rows that count. Index: code as reported; communes without a figure are absent.
    """
    if not submissions.is_handed_in(table, territory.project):
        return pd.Series(dtype=float)
    read = submissions.read_table(table, territory.project, territory.review.as_of)
    read.check(territory.project)
    if read.unit_vintage != territory.results.unit_vintage:
        raise NtmError(
            _("{file}: uses the units of {found}, the results those of {expected}.").format(
                file=read.file, found=read.unit_vintage, expected=territory.results.unit_vintage
            )
        )
    frame = read.frame[(read.frame["year"] <= year) & read.frame[column].notna()]
    for name, value in where.items():
        frame = frame[frame[name].astype("str") == value]
    last: pd.Series = frame.sort_values("year", kind="stable").groupby("commune_code")[column].last().astype(float)
    return last


def requirement_results(territory: Territory, year: int) -> pd.DataFrame:
    """List every requirement of every commune of today, met or not.

    One row for each commune and requirement: ``commune_code, requirement, criterion, label_vi, label_en, short_vi,
    short_en, unit, sense, level, state, basis, verified``; ``verdict`` (of a merged commune by the review's rule);
    ``value_low, value_high``: the least and the greatest value of its parts (NaN: no part reported one).
    """
    rules = territory.reported.rules[year]
    verdicts = rows_of_year(territory.reported.requirements[rules.set_id], year)
    values = rows_of_year(territory.results.values[rules.set_id], year)
    values = values.reindex(index=verdicts.index, columns=verdicts.columns)
    values = values.where(np.isfinite(values)).reindex(territory.parts["from_code"])
    grouped = values.groupby(territory.parts["to_code"].to_numpy())
    codes = territory.in_programme.index
    if territory.vintage.date != territory.results.unit_vintage:
        lineage = units.lineage(territory.results.unit_vintage, territory.vintage.date, territory.project)
        verdicts = lineage.merge_verdicts(verdicts, territory.review.merge_rule)
    table = pd.DataFrame(
        {
            "commune_code": np.repeat(codes, verdicts.shape[1]),
            "requirement": np.tile(verdicts.columns, len(codes)),
            "verdict": verdicts.reindex(codes, fill_value=Verdict.UNKNOWN).to_numpy().ravel(),
            "value_low": grouped.min().reindex(codes).to_numpy().ravel(),
            "value_high": grouped.max().reindex(codes).to_numpy().ravel(),
        }
    )
    about = rules.requirements[
        ["criterion", "label_vi", "label_en", "unit", "sense", "level", "state", "basis", "verified"]
    ]
    names = read_rules(territory.project, rules.set_id)[["short_vi", "short_en"]]
    table = table.join(about, on="requirement").join(names, on="requirement")
    for name in ("vi", "en"):
        table[f"short_{name}"] = table[f"short_{name}"].fillna(table[f"label_{name}"])
    return table


def carried_figures(
    territory: Territory, year: int, table: str, column: str, by: str, where: Mapping[str, str] = MappingProxyType({})
) -> pd.Series:
    """Return the last figure of each commune of today up to a year; NaN where one of its parts did not report it.

    ``by`` (area | people): how a divided commune's figure is divided. Index: commune code of today.
    """
    parts = territory.parts
    last = last_figures(territory, year, table, column, where).reindex(parts["from_code"]).to_numpy(float)
    own = pd.Series(last * parts[f"{by}_share"].to_numpy(float))
    to = parts["to_code"].to_numpy()
    carried: pd.Series = own.groupby(to).sum().where(own.notna().groupby(to).all())
    return carried.reindex(territory.in_programme.index)


def shortfalls(territory: Territory, year: int) -> pd.DataFrame:
    """List what keeps the criteria of each commune of today from being met in a year.

    One row for each commune, requirement and state; only of criteria that are not met or not known there. Columns:
    ``commune_code`` (of today), ``criterion, requirement, label_vi, label_en, short_vi, short_en, unit, sense, level,
    basis, verified``; ``state`` (not_met | unknown), ``reason`` (value | level, empty where not met);
    ``value_low, value_high``: values of the parts that are short; ``gap``: that of the worst part; ``amount`` (sum of
    the parts, NaN where no part's is known), ``amount_is_least``: some part's is not known; ``amount_unit_vi,
    amount_unit_en``; ``parts`` (names of the reporting communes that are short), ``of_parts`` (how many the commune has).
    Order: documents' order of communes, then that of the requirements.
    """
    rules = territory.reported.rules[year]
    cells = pd.concat(
        [
            distances(territory, year).assign(state="not_met", reason=""),
            unknowns(territory, year).assign(state="unknown", gap=np.nan),
        ],
        ignore_index=True,
    ).drop(columns=["name", "short_name", "new_name"])
    cells = cells.join(read_rules(territory.project, rules.set_id).drop(columns="set_id"), on="requirement")
    parts = territory.parts.rename(columns={"short_name": "part"})
    cells = cells.merge(
        parts[["from_code", "to_code", "area_share", "people_share", "part"]],
        left_on="commune_code",
        right_on="from_code",
    )
    cells = cells[_is_open(territory, year, cells)]
    cells["amount"] = _amounts(territory, year, cells)
    return _joined(territory, cells, list(rules.requirements.index))


def _is_open(territory: Territory, year: int, cells: pd.DataFrame) -> pd.Series:
    """Tell which rows belong to a criterion that is not met or not known in the commune of today."""
    verdicts = territory.of_year(territory.scores.criteria, year)
    rows = verdicts.index.get_indexer(pd.Index(cells["to_code"]))
    columns = verdicts.columns.get_indexer(pd.Index(cells["criterion"]))
    found = np.where(rows >= 0, verdicts.to_numpy()[rows, columns], Verdict.MET)
    return pd.Series(np.isin(found, [Verdict.NOT_MET, Verdict.UNKNOWN]), index=cells.index)


def _amounts(territory: Territory, year: int, cells: pd.DataFrame) -> pd.Series:
    """Return each row's amount: percentage points of the whole, or the distance itself; NaN where it cannot be told."""
    amount = pd.Series(np.nan, index=cells.index)
    is_own = (cells["table"] == "") & (cells["unit_vi"] != "")
    amount[is_own] = cells.loc[is_own, "gap"]
    shared = cells[cells["table"].fillna("").ne("") & (cells["unit"] == "percent")]
    for (table, column, where), rows in shared.groupby(["table", "column", "where"], sort=False):
        name, _sign, value = str(where).partition("=")
        counted = {name: value} if name else {}
        whole = (
            last_figures(territory, year, str(table), str(column), counted).reindex(rows["from_code"]).to_numpy(float)
        )
        amount[rows.index] = rows["gap"].to_numpy(float) / 100 * whole
    share = cells["area_share"].where(cells["carry"] == "area", cells["people_share"])
    amount = amount * share
    is_counted = cells["is_counted"].fillna(value=False).astype(bool)
    return amount.where(~is_counted, np.ceil(amount - _ROUNDING))


def _joined(territory: Territory, cells: pd.DataFrame, requirements: list[str]) -> pd.DataFrame:
    """Join the parts of each commune of today."""
    first = [
        "criterion", "label_vi", "label_en", "short_vi", "short_en", "unit", "sense", "level", "basis", "verified",
        "reason", "unit_vi", "unit_en",
    ]  # fmt: skip
    grouped = cells.groupby(["to_code", "requirement", "state"], sort=False)
    table = grouped.agg(
        **{name: (name, "first") for name in first},
        value_low=("value", "min"),
        value_high=("value", "max"),
        gap=("gap", "max"),
        known=("amount", "count"),
        rows=("amount", "size"),
        parts=("part", tuple),
    )
    table["amount"] = grouped["amount"].sum(min_count=1)
    table["amount_is_least"] = (table["known"] > 0) & (table["known"] < table["rows"])
    of_parts = territory.parts.groupby("to_code").size()
    table = table.reset_index().rename(
        columns={"to_code": "commune_code", "unit_vi": "amount_unit_vi", "unit_en": "amount_unit_en"}
    )
    for name in ("vi", "en"):
        table[f"short_{name}"] = table[f"short_{name}"].fillna(table[f"label_{name}"])
    table["of_parts"] = table["commune_code"].map(of_parts).astype(int)
    place = territory.in_programme.index.get_indexer(pd.Index(table["commune_code"]))
    order = {name: number for number, name in enumerate(requirements)}
    table = table.assign(_place=place, _order=table["requirement"].map(order))
    table = table.sort_values(["_place", "_order", "state"], kind="stable")
    return table.drop(columns=["_place", "_order", "known", "rows"]).reset_index(drop=True)
