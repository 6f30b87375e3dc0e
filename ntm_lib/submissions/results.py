"""Read the results by requirement (table B2) of all communes and years."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from ntm_lib import criteria, units
from ntm_lib.criteria import Law
from ntm_lib.errors import FaultList, NtmError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.provenance import SourceRecord
from ntm_lib.submissions.store import folder, latest, record
from ntm_lib.submissions.wide import WideFile, read_heads, read_wide
from ntm_lib.tables import contract

NOT_ASSESSED = np.inf
INDEX = ["commune_code", "year"]


@dataclass(frozen=True, eq=False)
class Results:
    """Raw values as handed in, by criteria set.

    ``values[set_id]``: float frame, index (commune_code, year), one column per requirement of the set; yes/no is
    1.0 / 0.0, NaN is not reported, ``NOT_ASSESSED`` marks "Không xét". With the same index, by set:
    ``status`` (actual | estimate | plan), ``as_of`` (cut-off date), ``origin`` (columns ``file``, and ``row`` as a
    spreadsheet counts, the header being row 1). ``unit_vintage``: the date whose unit codes are used.
    """

    values: Mapping[str, pd.DataFrame]
    status: Mapping[str, pd.Series]
    as_of: Mapping[str, pd.Series]
    origin: Mapping[str, pd.DataFrame]
    is_illustrative: bool
    unit_vintage: dt.date

    def tidy(self) -> pd.DataFrame:
        """Return the reported values one to a row, in the form of table B2; cells without a value are left out."""
        frames = []
        for set_id, frame in self.values.items():
            long = frame.melt(ignore_index=False, var_name="requirement", value_name="reached_value").dropna()
            is_not_assessed = np.isposinf(long["reached_value"])
            lines = pd.DataFrame({"status": self.status[set_id], "as_of_date": self.as_of[set_id]})
            frames.append(
                long.assign(
                    set_id=set_id,
                    is_not_assessed=is_not_assessed,
                    reached_value=long["reached_value"].mask(is_not_assessed),
                )
                .join(lines)
                .reset_index()
            )
        agreed = contract("b02")
        tidy = pd.concat(frames, ignore_index=True).reindex(columns=agreed.names)
        return tidy.astype({column.name: column.dtype for column in agreed.columns})


def read_results(project: Project | None = None, as_of: dt.date | None = None) -> Results:
    """Read the results of every commune and year.

    ``as_of``: use only lines whose cut-off date is not later; None takes all. Of several lines for a commune, year
    and set the one with the latest cut-off date stays. Raises FaultsError with the bad cells of all files at once.
    """
    project = project or Project.find()
    place = folder(project) / "b02"
    paths = sorted(place.glob("*.csv"))
    if not paths:
        raise NtmError(_("{folder}: no results were handed in.").format(folder=project.relative(place)))
    faults = FaultList(_("Results that cannot be used"))
    law = criteria.load(project)
    read = [read_wide(path, project.relative(path), law, faults) for path in paths]
    records = [record(path) for path in paths]
    vintage = _one_vintage(records, project.relative(place))
    files = [file for file in read if file is not None]
    if not files:
        faults.stop_if_any()
    head = read_heads(files, units.on(vintage, project).communes.index, faults)
    faults.stop_if_any()
    is_illustrative = any(item.nature == "illustrative" for item in records)
    return _results(head, files, law, as_of, (is_illustrative, vintage))


def _one_vintage(records: list[SourceRecord], where: str) -> dt.date:
    vintages = {item.unit_vintage for item in records}
    if len(vintages) == 1 and (vintage := vintages.pop()) is not None:
        return vintage
    raise NtmError(
        _("{where}: the source records must all name the same unit_vintage; found: {found}.").format(
            where=where, found=", ".join(sorted(map(str, vintages)))
        )
    )


def _results(
    head: pd.DataFrame, files: list[WideFile], law: Law, as_of: dt.date | None, nature: tuple[bool, dt.date]
) -> Results:
    values, status, dates, origin = {}, {}, {}, {}
    for set_id in dict.fromkeys(file.set_id for file in files):
        lines = head[head["set_id"] == set_id].reset_index(drop=True)
        numbers = np.concatenate([file.values for file in files if file.set_id == set_id])
        lines = latest(lines.assign(place=lines.index), INDEX, as_of).sort_values(INDEX)
        if lines.empty:
            continue
        index = pd.MultiIndex.from_frame(lines[INDEX])
        names = list(law.sets[set_id].requirements)
        values[set_id] = pd.DataFrame(numbers[lines["place"]], index=index, columns=names)
        lines = lines.set_axis(index)
        status[set_id], dates[set_id], origin[set_id] = lines["status"], lines["as_of_date"], lines[["file", "row"]]
    return Results(
        MappingProxyType(values),
        MappingProxyType(status),
        MappingProxyType(dates),
        MappingProxyType(origin),
        *nature,
    )
