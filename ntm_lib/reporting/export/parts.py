"""Gather what leaves the workbench as tables: values as handed in, verdicts, counts, units."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from pandas.api.types import pandas_dtype

from ntm_lib import criteria, evaluation, submissions, tables, units
from ntm_lib.errors import NtmError
from ntm_lib.evaluation import Territory
from ntm_lib.messages import _, language
from ntm_lib.submissions.lines import RESULTS, items, join_keys, row_keys, split_keys, unit_key
from ntm_lib.submissions.reported import reported
from ntm_lib.tables import DTYPES, Column, TableContract
from ntm_lib.verdicts import Verdict

What = Literal["results", "tables", "counts", "all"]
WHAT: tuple[str, ...] = get_args(What)
PERSONS = frozenset({"b17"})
"""Tables that name persons; they leave only by explicit choice."""
INTERNAL = frozenset({"b07"})
"""Tables that the public reports do not show line by line either (arrears by work)."""
VALUE_COLUMNS = (
    "table", "set_id", "unit_code", "unit_name", "unit_vintage", "year", "row", "item", "number", "text", "is_not_assessed",
    "status", "as_of_date", "level", "origin", "sheet", "cell", "is_illustrative", "mark",
)  # fmt: skip
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


@dataclass(frozen=True)
class Choice:
    """What shall leave: ``what`` of WHAT; ``persons``: tables that name persons too; ``is_internal``: the internal version."""

    what: str = "all"
    persons: bool = False
    is_internal: bool = False


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
class Handed:
    """A table line by line, as a workbook shows it: what counts of what was handed in, and generated lines where nobody did.

    ``frame`` has the flag ``generated``; ``of_file`` tells the lines that stand in ``file`` (others come from the store).
    """

    contract: TableContract
    frame: pd.DataFrame
    file: str
    of_file: pd.Series


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
    handed = tuple(_handed(territory, choice)) if choice.what in {"tables", "all"} else ()
    parts = [_units(territory)]
    if choice.what in {"results", "all"}:
        parts.append(
            _part(territory, "results", _("Results by requirement, as handed in"), results(territory), VALUE_COLUMNS)
        )
    if handed:
        found = _joined([part for table in handed for part in (_tidy(table), _reported(territory, table.contract))])
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
    files = dict.fromkeys([*territory.results.files, *(table.file for table in handed if table.of_file.any())])
    return Collected(territory, tuple(parts), handed, tuple(files))


def mark_word() -> str:
    """Return the short word that marks illustrative data in cells."""
    return _("Illustrative")


def column_contract(territory: Territory, names: Sequence[str]) -> tuple[Column, ...]:
    """Return what is agreed on the columns of the files that leave."""
    known = {column.name: column for column in tables.export_columns(territory.project)}
    return tuple(known[name] for name in names)


def results(territory: Territory) -> pd.DataFrame:
    """Return the results of B2: what every level handed in, and the generated lines where nobody did.

    One value a line, each with the codes of its own ``unit_vintage``.
    """
    held = territory.results
    withheld = _withheld_requirements(territory)
    frames = []
    for set_id, wide in held.values.items():
        lines = pd.DataFrame({
            "status": held.status[set_id],
            "as_of_date": held.as_of[set_id],
            "generated": held.generated[set_id],
        }).join(held.origin[set_id])  # fmt: skip
        is_own = lines["generated"].to_numpy(bool) & lines.index.get_level_values("commune_code").isin(
            territory.parts["from_code"]
        )
        long = wide.reindex(lines.index[is_own]).melt(ignore_index=False, var_name="item", value_name="number")
        frames.append(long.dropna(subset="number").join(lines).reset_index().assign(set_id=set_id))
    found = pd.concat(frames, ignore_index=True)
    is_not_assessed = np.isposinf(found["number"])
    generated = found.assign(
        table=RESULTS,
        unit_code=found["commune_code"],
        unit_vintage=held.unit_vintage,
        number=found["number"].mask(is_not_assessed),
        is_not_assessed=is_not_assessed,
        origin=found["file"],
        cell=found["row"].astype("str") + ":" + found["item"].astype("str"),
        row="",
        is_illustrative=True,
    )
    both = _joined([generated, _reported(territory, tables.contract(RESULTS, territory.project))])
    is_hidden = (
        pd.MultiIndex.from_frame(both[["set_id", "item"]]).isin(withheld) if withheld else np.zeros(len(both), bool)
    )
    return both[~is_hidden]


def _joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Put frames of values one below the other; columns that only some have are empty elsewhere."""
    filled = [frame.reindex(columns=list(VALUE_COLUMNS)).astype("object") for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(VALUE_COLUMNS))


def _reported(territory: Territory, agreed: TableContract) -> pd.DataFrame:
    """Return what every level handed in of a table and counts in the store, without lines of withheld criteria."""
    values = reported(territory.project, agreed.id, territory.review.as_of)
    own = {date: _own_codes(territory, date) for date in values["unit_vintage"].unique()}
    is_own = [code in own[date] for code, date in zip(values["unit_code"], values["unit_vintage"], strict=True)]
    values = values[pd.Series(is_own, index=values.index, dtype=bool)]
    values = values[~_is_withheld(values, agreed, territory.withheld)]
    return values.assign(origin=values["file"], is_illustrative=False)


def _is_withheld(values: pd.DataFrame, agreed: TableContract, withheld: frozenset[str]) -> pd.Series:
    """Tell which values stand in a line on a withheld criterion, be it a key or a cell of the line."""
    keys = row_keys(agreed)
    if "criterion" in keys:
        place = keys.index("criterion")
        criterion = values["row"].map(lambda row: split_keys(row)[place])
    else:
        line = ["submission", "unit_code", "year", "row"]
        told = values[values["item"] == "criterion"].set_index(line)["text"]
        found = told[~told.index.duplicated()].reindex(pd.MultiIndex.from_frame(values[line]))
        criterion = pd.Series(found.to_numpy(), index=values.index, dtype="object")
    return _of_criterion(criterion, withheld)


def _of_criterion(items: pd.Series, criteria: frozenset[str]) -> pd.Series:
    """Tell which ids, of a criterion or of a part of one such as 17.1, belong to these criteria."""
    return items.astype("str").str.extract(r"^([^.]+)", expand=False).isin(criteria)


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


def _handed(territory: Territory, choice: Choice) -> list[Handed]:
    """Read the tables other than B2 that may leave; one that is computed here is no submission."""
    project, found = territory.project, []
    for name in tables.table_ids(project):
        agreed = tables.contract(name, project)
        is_hidden = (name in PERSONS and not choice.persons) or (name in INTERNAL and not choice.is_internal)
        if (
            name == RESULTS
            or "computed" in agreed.filled_by
            or is_hidden
            or not submissions.is_handed_in(name, project)
        ):
            continue
        table = submissions.read_table(name, project, territory.review.as_of, may_disagree=True)
        if table.unit_vintage is None:
            raise NtmError(_("{file}: the source record names no unit_vintage.").format(file=table.file))
        frame = table.frame
        if "criterion" in frame:
            frame = frame[~_of_criterion(frame["criterion"], territory.withheld)]
        frame = frame[frame[unit_key(agreed)].isin(_own_codes(territory, table.unit_vintage))]
        of_file = ~frame.index.to_series().isin(table.words.index.get_level_values("line"))
        frame = frame.assign(unit_vintage=table.unit_vintage, generated=table.generated)
        found.append(Handed(agreed, frame, table.file, of_file))
    return found


def _own_codes(territory: Territory, vintage: dt.date) -> set[str]:
    """Return the codes of a territory's units on the date of a table: communes, their district, the province."""
    before = units.on(vintage, territory.project)
    lineage = units.lineage(vintage, territory.vintage.date, territory.project)
    communes = lineage.links.loc[lineage.links["to_code"].isin(territory.communes.index), "from_code"]
    codes = {*communes, *before.frame["parent_code"].reindex(communes).dropna()}
    return codes | {before.province.code} if territory.unit.level == "province" else codes


def _tidy(table: Handed) -> pd.DataFrame:
    """Return the lines of a file one value a line, in the form of VALUES; an empty cell has no line."""
    agreed, frame = table.contract, table.frame[table.of_file]
    parts = [_texts(frame[name]) for name in row_keys(agreed)]
    rows = [join_keys(keys) for keys in zip(*parts, strict=True)] if parts else ""
    base = pd.DataFrame({
        "table": agreed.id,
        "unit_code": frame[unit_key(agreed)],
        "unit_vintage": frame["unit_vintage"],
        "year": frame["year"],
        "row": rows,
        "status": frame.get("status"),
        "as_of_date": frame.get("as_of_date"),
        "is_illustrative": frame["generated"],
    })  # fmt: skip
    found = []
    for column in items(agreed):
        held = frame[column.name]
        is_number = column.type in {"number", "integer", "yes_no"}
        value = {"number": held.astype("float64")} if is_number else {"text": _texts(held).where(held.notna())}
        found.append(base.assign(item=column.name, **value)[held.notna()])
    tidy = pd.concat(found, ignore_index=True)
    return tidy.assign(set_id="", is_not_assessed=False, origin=table.file)


def _texts(values: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(values):
        return pd.Series(values.dt.strftime("%Y-%m-%d"))
    return values.astype("str")


def _withheld_requirements(territory: Territory) -> set[tuple[str, str]]:
    if not territory.withheld:
        return set()
    law = criteria.load(territory.project)
    return {
        (set_id, name)
        for set_id in territory.results.values
        for name, requirement in law.sets[set_id].requirements.items()
        if requirement.criterion in territory.withheld
    }


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
