"""Gather values as they were handed in, every level's word, and generated lines where nobody did."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from ntm_lib import criteria, submissions, tables, units
from ntm_lib.errors import NtmError
from ntm_lib.evaluation import Territory
from ntm_lib.messages import _
from ntm_lib.submissions.lines import RESULTS, items, join_keys, row_keys, split_keys, unit_key
from ntm_lib.submissions.reported import reported
from ntm_lib.tables import TableContract

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


@dataclass(frozen=True)
class Choice:
    """What shall leave: ``what`` of WHAT; ``persons``: tables that name persons too; ``is_internal``: the internal version."""

    what: str = "all"
    persons: bool = False
    is_internal: bool = False


@dataclass(frozen=True, eq=False)
class Handed:
    """A table line by line, as a workbook shows it: what counts of what was handed in, and generated lines where nobody did.

    ``frame`` has the flag ``generated``; ``of_file`` tells the lines that stand in ``file`` (others come from the store).
    """

    contract: TableContract
    frame: pd.DataFrame
    file: str
    of_file: pd.Series


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
    both = joined([generated, reported_values(territory, tables.contract(RESULTS, territory.project))])
    is_hidden = (
        pd.MultiIndex.from_frame(both[["set_id", "item"]]).isin(withheld) if withheld else np.zeros(len(both), bool)
    )
    return both[~is_hidden]


def handed(territory: Territory, choice: Choice) -> list[Handed]:
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


def reported_values(territory: Territory, agreed: TableContract) -> pd.DataFrame:
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


def _own_codes(territory: Territory, vintage: dt.date) -> set[str]:
    """Return the codes of a territory's units on the date of a table: communes, their district, the province."""
    before = units.on(vintage, territory.project)
    lineage = units.lineage(vintage, territory.vintage.date, territory.project)
    communes = lineage.links.loc[lineage.links["to_code"].isin(territory.communes.index), "from_code"]
    codes = {*communes, *before.frame["parent_code"].reindex(communes).dropna()}
    return codes | {before.province.code} if territory.unit.level == "province" else codes


def file_values(table: Handed) -> pd.DataFrame:
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


def joined(frames: list[pd.DataFrame]) -> pd.DataFrame:
    """Put frames of values one below the other; columns that only some have are empty elsewhere."""
    filled = [frame.reindex(columns=list(VALUE_COLUMNS)).astype("object") for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(VALUE_COLUMNS))


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
