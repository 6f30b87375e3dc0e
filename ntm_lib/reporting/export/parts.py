"""Gather what leaves the workbench as tables: values as handed in, verdicts, counts, units."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.types import pandas_dtype

from ntm_lib import evaluation, tables, units
from ntm_lib.evaluation import Territory
from ntm_lib.messages import _, language
from ntm_lib.reporting.export.values import (
    VALUE_COLUMNS,
    Choice,
    Handed,
    file_values,
    handed,
    joined,
    reported_values,
    results,
)
from ntm_lib.tables import DTYPES, Column
from ntm_lib.verdicts import Verdict

PLACE = ("commune_code", "commune_name", "district_code", "district_name", "unit_vintage", "year", "set_id")
VERDICT_COLUMNS = (*PLACE, "criterion", "criterion_name", "verdict", "is_illustrative", "mark")
COUNT_COLUMNS = (
    *PLACE, "met_low", "met_high", "unknown", "not_assessed", "of", "group", "group_name", "is_reported", "is_illustrative",
    "mark",
)  # fmt: skip
UNIT_COLUMNS = (
    "code", "name", "short_name", "unit_level", "kind", "parent_code", "unit_vintage", "valid_from", "valid_to",
    "is_in_programme", "is_border", "area_km2", "people_2019",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Part:
    """One table that leaves: its file name without ending, its title, the frame, and its columns in their order."""

    name: str
    title: str
    frame: pd.DataFrame
    columns: tuple[Column, ...]

    @property
    def is_illustrative(self) -> bool:
        """Whether any line holds generated data."""
        return "is_illustrative" in self.frame and bool(self.frame["is_illustrative"].any())


@dataclass(frozen=True, eq=False)
class Collected:
    """Everything that leaves. ``handed``: the tables other than B2 line by line, from which ``tables`` is made."""

    territory: Territory
    parts: tuple[Part, ...]
    handed: tuple[Handed, ...]
    files: tuple[str, ...]

    def part(self, name: str) -> Part | None:
        """Return a part by its name; None when it was not asked for."""
        return next((part for part in self.parts if part.name == name), None)

    @property
    def is_illustrative(self) -> bool:
        """Whether anything in it is generated."""
        return any(part.is_illustrative for part in self.parts)


def collect(territory: Territory, choice: Choice) -> Collected:
    """Gather the parts asked for of a province; the units always go along.

    Criteria in ``territory.withheld`` are left out everywhere but in the counts, which stay complete.
    """
    tables_held = tuple(handed(territory, choice)) if choice.what in {"tables", "all"} else ()
    parts = [_units(territory)]
    if choice.what in {"results", "all"}:
        parts.append(
            _part(territory, "results", _("Results by requirement, as handed in"), results(territory), VALUE_COLUMNS)
        )
    if tables_held:
        found = joined(
            [part for table in tables_held for part in (file_values(table), reported_values(territory, table.contract))]
        )
        parts.append(_part(territory, "tables", _("Other tables, as handed in"), found, VALUE_COLUMNS))
    if choice.what in {"counts", "all"}:
        parts.append(
            _part(
                territory,
                "verdicts",
                _("Verdicts by commune, year and criterion"),
                verdicts(territory),
                VERDICT_COLUMNS,
            )
        )
        parts.append(
            _part(territory, "counts", _("Criteria met by commune and year"), counts(territory), COUNT_COLUMNS)
        )
    files = dict.fromkeys([*territory.results.files, *(table.file for table in tables_held if table.of_file.any())])
    return Collected(territory, tuple(parts), tables_held, tuple(files))


def mark_word() -> str:
    """Return the short word that marks illustrative data in cells."""
    return _("Illustrative")


def column_contract(territory: Territory, names: Sequence[str]) -> tuple[Column, ...]:
    """Return what is agreed on the columns of the files that leave."""
    known = {column.name: column for column in tables.export_columns(territory.project)}
    return tuple(known[name] for name in names)


def verdicts(territory: Territory) -> pd.DataFrame:
    """Return the verdict of each commune in the programme, year and criterion that the reader may see."""
    shown = territory.scores.criteria[territory.shown(territory.scores.criteria.columns)]
    long = shown.melt(ignore_index=False, var_name="criterion", value_name="code").reset_index()
    words = {int(verdict): verdict.name.lower() for verdict in Verdict}
    names = {
        (year, criterion): name
        for year, rules in territory.reported.rules.items()
        for criterion, name in rules.criteria[f"label_{language()}"].items()
    }
    keys = pd.MultiIndex.from_frame(long[["year", "criterion"]])
    found = long.assign(verdict=long["code"].map(words), criterion_name=pd.Series(names).reindex(keys).to_numpy())
    order = {criterion: place for place, criterion in enumerate(shown.columns)}
    found = found.sort_values(
        ["commune_code", "year", "criterion"], key=lambda part: part.map(order) if part.name == "criterion" else part
    )
    return _placed(territory, found.reset_index(drop=True))


def counts(territory: Territory) -> pd.DataFrame:
    """Return the number of criteria met of each commune in the programme and year, with its group."""
    found = territory.counts.assign(group=evaluation.groups(territory.counts)).rename(
        columns={"low": "met_low", "high": "met_high"}
    )
    found["group_name"] = found["group"].map(evaluation.group_labels())
    return _placed(territory, found.reset_index())


def _placed(territory: Territory, frame: pd.DataFrame) -> pd.DataFrame:
    """Add name, district, set and date of the units to lines by commune and year."""
    communes, all_units = territory.communes, territory.vintage.frame
    parents = frame["commune_code"].map(communes["parent_code"])
    is_district = parents.map(all_units["level"]) == "district"
    sets = {year: rules.set_id for year, rules in territory.reported.rules.items()}
    return frame.assign(
        commune_name=frame["commune_code"].map(communes["name"]),
        district_code=parents.where(is_district),
        district_name=parents.map(all_units["name"]).where(is_district),
        unit_vintage=territory.vintage.date,
        set_id=frame["year"].map(sets),
        is_illustrative=pd.MultiIndex.from_frame(frame[["commune_code", "year"]]).isin(generated_lines(territory)),
    )


def generated_lines(territory: Territory) -> set[tuple[str, int]]:
    """Return the communes, codes of ``territory.vintage``, and years whose verdicts rest on any generated line."""
    lines = territory.generated[territory.generated.to_numpy(bool)].index.to_frame(index=False)
    now = lines.merge(territory.parts[["from_code", "to_code"]], left_on="commune_code", right_on="from_code")
    return set(zip(now["to_code"], now["year"], strict=True))


def _units(territory: Territory) -> Part:
    frame = territory.vintage.frame.reset_index().rename(columns={"level": "unit_level"})
    if territory.unit.level != "province":
        frame = frame[frame["code"].isin({territory.unit.code, *territory.communes.index})]
    is_commune = frame["unit_level"] == "commune"
    inside = frame["is_in_programme"].astype("boolean").where(is_commune)
    frame = frame.assign(unit_vintage=territory.vintage.date, is_in_programme=inside)
    title = _("Administrative units on {date}").format(date=f"{territory.vintage.date:%d/%m/%Y}")
    return _part(territory, "units", title, frame, UNIT_COLUMNS)


def _part(territory: Territory, name: str, title: str, frame: pd.DataFrame, columns: Sequence[str]) -> Part:
    """Give a frame the agreed columns, order and types; unit names are those of the date of their codes."""
    agreed = column_contract(territory, columns)
    if "is_illustrative" in columns:
        frame = frame.assign(mark=np.where(frame["is_illustrative"], mark_word(), ""))
    if "unit_name" in columns:
        frame = frame.assign(unit_name=_names(territory, frame))
    frame = frame.reindex(columns=list(columns))
    typed = {column.name: _typed(frame[column.name], column) for column in agreed}
    return Part(name, title, pd.DataFrame(typed).reset_index(drop=True), agreed)


def _names(territory: Territory, frame: pd.DataFrame) -> pd.Series:
    names = {date: units.on(date, territory.project).frame["name"] for date in frame["unit_vintage"].unique()}
    parts = [part["unit_code"].map(names[date]) for date, part in frame.groupby("unit_vintage", sort=False)]
    return pd.Series(pd.concat(parts))


def _typed(values: pd.Series, column: Column) -> pd.Series:
    if column.type == "date":
        values = pd.to_datetime(values)
    elif column.type in {"text", "code"}:
        values = values.astype("object").where(values.notna() & (values != ""), None)
    return values.astype(pandas_dtype(DTYPES[column.type]))
