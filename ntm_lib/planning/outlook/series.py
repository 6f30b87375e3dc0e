"""The past years that forecasts rest on: which series, of which definition, carried to the plan's communes."""

from typing import Literal, Self

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from ntm_lib import submissions
from ntm_lib.criteria import Law, YearRules
from ntm_lib.errors import FaultList, FaultsError, NtmError
from ntm_lib.messages import _
from ntm_lib.model_words import nearest, tell
from ntm_lib.planning.start.baseline import Baseline
from ntm_lib.project import Project
from ntm_lib.review import Labels
from ntm_lib.strict_yaml import read_yaml
from ntm_lib.submissions import NOT_ASSESSED
from ntm_lib.tables import contract, table_ids

FILE = "forecast.yaml"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Series(_Model):
    """Where the values of the past stand: a column, parts out of a whole (per cent), or raw values by criteria set."""

    table: str | None = None
    value: str | None = None
    parts: tuple[str, ...] = ()
    whole: str | None = None
    only: dict[str, str] = Field(default_factory=dict)
    results: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        is_share = bool(self.parts) and self.whole is not None
        of_table = self.table is not None and (is_share != (self.value is not None)) and not self.results
        of_results = bool(self.results) and self.table is None and not (self.value or self.parts or self.whole)
        if not (of_table or of_results):
            raise ValueError(_("a series needs a table with value or with parts and whole, or results by criteria set"))
        return self


class Forecast(_Model):
    """How one requirement is forecast; see ``data/planning/forecast.yaml``."""

    requirement: str
    decisions: tuple[str, ...]
    transform: Literal["log", "logit"]
    effort: Literal["growth", "fall", "rise"]
    series: Series
    shift: float | None = None
    shift_sd: float = Field(default=0.0, ge=0)
    basis: Labels | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.transform == "log") != (self.effort == "growth"):
            raise ValueError(_("growth belongs to the transform log, fall and rise to logit"))
        if (self.shift is None) != (self.basis is None):
            raise ValueError(_("a shift needs its basis, and a basis stands only beside a shift"))
        return self


def forecasts(project: Project, law: Law, rules: YearRules) -> tuple[Forecast, ...]:
    """Return the forecasts that hold for the requirements of one set, in the order of the file, all entries checked."""
    path = project.data / "planning" / FILE
    where = project.relative(path)
    faults = FaultList(_("The list of forecasts cannot be used"))
    try:
        entries = TypeAdapter(tuple[Forecast, ...]).validate_python(read_yaml(path))
    except ValidationError as error:
        tell(faults, where, error, Forecast)
        raise FaultsError(faults.title, faults.faults) from error
    for number, entry in enumerate(entries, start=1):
        place = _("{file}, entry {number}").format(file=where, number=number)
        _check(entry, place, law, project, faults)
        for other in entries[: number - 1]:
            if other.requirement == entry.requirement and set(other.decisions) & set(entry.decisions):
                faults.add(place, _("requirement {id} stands twice").format(id=entry.requirement))
    faults.stop_if_any()
    decisions = rules.requirements["decision"]
    return tuple(entry for entry in entries if decisions.get(entry.requirement) in entry.decisions)


def _check(entry: Forecast, where: str, law: Law, project: Project, faults: FaultList) -> None:
    text = _("{kind} '{name}' is not known")

    def known(kind: str, name: str, names: object) -> bool:
        listed = list(map(str, names))  # type: ignore[call-overload]
        if name not in listed:
            faults.add(where, text.format(kind=kind, name=name), nearest(name, listed))
        return name in listed

    decisions = law.tree.decisions
    for name in entry.decisions:
        if known(_("decision"), name, decisions):
            known(_("requirement"), entry.requirement, decisions[name].requirements())
    for set_id, key in entry.series.results.items():
        if known(_("criteria set"), set_id, law.sets):
            known(_("requirement"), key, law.sets[set_id].requirements)
    table = entry.series.table
    if table is not None and known(_("table"), table, table_ids(project)):
        columns = contract(table, project).names
        series = entry.series
        for name in (*series.parts, *series.only, *(item for item in (series.value, series.whole) if item)):
            known(_("column"), name, columns)


def history(baseline: Baseline, entry: Forecast) -> pd.DataFrame:
    """Return the past values of one forecast: plan communes x years up to the start year, NaN where not known.

    A merged commune has the mean of its parts weighted by their people; where one of them did not report, the year is
    unknown, so that a series never jumps because its parts change.
    """
    reported = _of_results(baseline, entry) if entry.series.results else _of_table(baseline, entry)
    frame = reported.unstack("year").sort_index(axis=1)
    start = baseline.scenario.settings.horizon.start_year
    frame = frame.loc[:, frame.columns.to_numpy(int) <= start]
    return _on_plan_communes(baseline, frame)


def _of_table(baseline: Baseline, entry: Forecast) -> pd.Series:
    series = entry.series
    table = submissions.read_table(str(series.table), baseline.project, baseline.review.as_of)
    table.check(baseline.project)
    if table.unit_vintage != baseline.results.unit_vintage:
        raise NtmError(
            _("{file}: uses the units of {found}, the results those of {expected}.").format(
                file=table.file, found=table.unit_vintage, expected=baseline.results.unit_vintage
            )
        )
    frame = table.frame
    for column, wanted in series.only.items():
        frame = frame[frame[column] == wanted]
    if series.value is not None:
        values = frame[series.value].astype(float)
    else:
        part = frame[list(series.parts)].astype("Float64").sum(axis=1, skipna=False)
        whole = frame[str(series.whole)].astype("Float64")
        values = (100 * part / whole.mask(whole == 0)).astype(float)
    index = [frame["commune_code"], frame["year"].astype(int)]
    # Rows of several standards repeat what does not depend on the standard: the first one given counts.
    first: pd.Series = values.groupby(index).first()
    return first.rename_axis(["commune_code", "year"])


def _of_results(baseline: Baseline, entry: Forecast) -> pd.Series:
    frames = [
        baseline.results.values[set_id][key].replace(NOT_ASSESSED, np.nan)
        for set_id, key in entry.series.results.items()
        if set_id in baseline.results.values
    ]
    if not frames:
        raise NtmError(
            _("{requirement}: none of the results that its forecast rests on was handed in.").format(
                requirement=entry.requirement
            )
        )
    joined = pd.concat(frames)
    last: pd.Series = joined.groupby(level=["commune_code", "year"]).last()
    return last


def _on_plan_communes(baseline: Baseline, frame: pd.DataFrame) -> pd.DataFrame:
    parts = baseline.parts
    people = baseline.lineage.before.communes["people_2019"].astype(float).reindex(parts["from_code"]).to_numpy()
    # ASSUME: where the people of a part are not known, the parts of its commune weigh the same.
    weight = pd.Series(people * parts["people_share"].to_numpy(), index=parts.index)
    is_open = weight.isna().groupby(parts["to_code"]).transform("any")
    weight = weight.mask(is_open, 1.0)
    weight = weight / weight.groupby(parts["to_code"]).transform("sum")
    values = frame.reindex(parts["from_code"]).set_axis(parts.index)
    weighted = values.mul(weight, axis=0).groupby(parts["to_code"]).sum(min_count=1)
    missing = values.isna().groupby(parts["to_code"]).any()
    return weighted.mask(missing).reindex(baseline.communes.index)
