"""Follow a plan up: what was really reached beside what was planned, by published figures and by commune and criterion."""

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, StrictBool, ValidationError

from ntm_lib import criteria, units
from ntm_lib.errors import FaultList
from ntm_lib.messages import _
from ntm_lib.model_words import nearest, tell
from ntm_lib.planning.handdown.targets import Tier, is_unknown, targets
from ntm_lib.provenance import check_files
from ntm_lib.review import Labels
from ntm_lib.scoring import judge, with_findings
from ntm_lib.scoring.score import criteria_verdicts
from ntm_lib.strict_yaml import read_yaml
from ntm_lib.submissions import read_results
from ntm_lib.verdicts import Verdict

if TYPE_CHECKING:
    from ntm_lib.planning.plan import Draft, Plan

STATES = ("done", "under_way")
GROUP = "group"
UNDER_WAY = "under_way"


class _Mark(BaseModel):
    """One line of ``data/planning/follow_up.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    measure: str = Field(alias="indicator", default="")
    figure: str
    set: str = ""
    times: float = 1.0
    from_: int = Field(alias="from", default=0)
    to: int = 0
    as_of: dt.date | None = None
    is_upper_limit: StrictBool = False
    scope_differs: Labels | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    results: tuple[_Mark, ...]
    targets: tuple[_Mark, ...]


def status_labels() -> dict[str, str]:
    """Name the outcomes of a comparison, best first."""
    return {
        "exceeded": _("Above the plan"),
        "reached": _("Reached"),
        "missed": _("Not reached"),
        "not_known": _("Not enough data"),
        "not_comparable": _("Cannot be compared"),
    }


def published(plan: "Plan") -> pd.DataFrame:
    """Put the published figures and aims of the plan's years beside the plan.

    Returns
    -------
    DataFrame
        One row a published figure, by year: ``year, kind`` (actual | aim), ``figure`` (a column of ``targets``, ``mean`` or
        ``group``), ``first, last`` (criteria of a group), ``value`` (in the plan's unit), ``plan_low, plan_high`` (equal
        but for counts of criteria), ``status`` (see ``status_labels``; of an actual figure: against the plan; of an aim:
        whether the plan keeps it), ``why`` (why it cannot be compared, or how), ``as_of``, ``source, confidence``.

    A figure by another criteria set, or of another scope, is shown and not compared. A figure of the middle of a year is
    held against the plan's figures of the year before and of that year. FaultsError tells every fault of the files.
    """
    project = plan.baseline.project
    faults = FaultList(_("Published figures that cannot be set beside a plan"))
    marks = _marks(plan, faults)
    tables = {tier: targets(plan, tier) for tier in ("province", "commune")}
    rows = []
    for kind, name, key, year in (
        ("actual", "results.csv", "measure", "year"),
        ("aim", "targets.csv", "indicator", "target_year"),
    ):
        path = project.data / "published" / name
        check_files(project, [path])
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
        own = (table["scope"] == "province") & (table["scope_name"] == plan.baseline.vintage.province.short_name)
        table = table[own & table[year].isin([str(item) for item in plan.problem.years])]
        wanted = {mark.measure: mark for mark in (marks.results if kind == "actual" else marks.targets)}
        rows += [
            _row(
                plan,
                tables,
                kind,
                wanted[line[key]],
                int(line[year]),
                line,
                f"{project.relative(path)}: {place + 2}",
                faults,
            )
            for place, (_label, line) in zip(table.index.to_numpy(int), table.iterrows(), strict=True)
            if line[key] in wanted
        ]
    faults.stop_if_any()
    columns = ["year", "kind", "figure", "first", "last", "value", "plan_low", "plan_high", "status", "why", "as_of",
               "source", "confidence"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).sort_values(["year", "kind"], kind="stable").reset_index(drop=True)


def _marks(plan: "Plan", faults: FaultList) -> _File:
    path = plan.baseline.project.data / "planning" / "follow_up.yaml"
    try:
        return _File.model_validate(read_yaml(path))
    except ValidationError as error:
        tell(faults, plan.baseline.project.relative(path), error, _File)
        faults.stop_if_any()
        raise


def _row(
    plan: "Plan",
    tables: Mapping[str, pd.DataFrame],
    kind: str,
    mark: _Mark,
    year: int,
    line: pd.Series,
    where: str,
    faults: FaultList,
) -> dict[str, Any]:
    """Return one comparison."""
    value = pd.to_numeric(line["value"], errors="coerce") * mark.times
    if pd.isna(value):
        faults.add(where, f"'{line['value']}'", _("a number"))
    ends = [_figure(tables, mark.figure, year, mark.from_, mark.to)]
    why = ""
    if mark.as_of:
        if year > plan.problem.years[0]:
            ends.append(_figure(tables, mark.figure, year - 1, mark.from_, mark.to))
        text = _("figure of {date}; the plan's figures are those of the ends of the year before and of that year")
        why = text.format(date=f"{mark.as_of:%d/%m/%Y}")
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    status = _status(kind, float(value), ends, is_upper_limit=mark.is_upper_limit)
    own_set = plan.baseline.law_set.split("+")[0]
    if mark.set and mark.set != own_set:
        status, why = "not_comparable", _("counted by another criteria set than the plan's")
    elif mark.scope_differs:
        status, why = "not_comparable", str(mark.scope_differs)
    elif kind == "aim" and high <= 0 and getattr(plan.problem.aims, mark.figure.removeprefix("newly_"), 0) is None:
        why = _("this scenario sets no such aim")
    return {
        "year": year, "kind": kind, "figure": mark.figure, "first": mark.from_, "last": mark.to, "value": float(value),
        "plan_low": low, "plan_high": high, "status": status, "why": why, "as_of": mark.as_of,
        "source": line["source_title"], "confidence": line["confidence"],
    }  # fmt: skip


def plan_figure(plan: "Plan", figure: str, year: int, first: int = 0, last: int = 0) -> tuple[float, float]:
    """Return one figure of the province in a year of the plan, least and greatest where the start is not known.

    ``figure``: a column of ``targets``, ``mean``, or ``group`` (communes with ``first`` to ``last`` criteria).
    """
    tier: Tier = "commune" if figure == GROUP else "province"
    return _figure({tier: targets(plan, tier)}, figure, year, first, last)


def _figure(tables: Mapping[str, pd.DataFrame], figure: str, year: int, first: int, last: int) -> tuple[float, float]:
    if figure == GROUP:
        counts = tables["commune"].xs(year, level="year")
        surely = (counts["criteria_low"] >= first) & (counts["criteria_high"] <= last)
        perhaps = (counts["criteria_high"] >= first) & (counts["criteria_low"] <= last)
        return float(surely.sum()), float(perhaps.sum())
    row = tables["province"].xs(year, level="year").iloc[0]
    if figure == "mean":
        return float(row["mean_low"]), float(row["mean_high"])
    return float(row[figure]), float(row.get(f"{figure}_high", row[figure]))


def _status(kind: str, value: float, ends: list[tuple[float, float]], *, is_upper_limit: bool) -> str:
    """Say how an actual figure stands to the plan, or how the plan stands to an aim.

    ``ends``: the plan's figure, least and greatest, at the end of the year; of a figure of the middle of a year also at the
    end of the year before, and what lies between the two is reached. What the plan's own unknowns leave open is not known.
    """
    if is_upper_limit:
        value, ends = -value, [(-high, -low) for low, high in ends]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    if kind == "actual":
        if value > high + 1e-9:
            return "exceeded"
        surely = min(end[1] for end in ends)
        return "reached" if value >= surely - 1e-9 else "missed" if value < low - 1e-9 else "not_known"
    if low >= value - 1e-9:
        return "exceeded" if low > value + 1e-9 and not is_upper_limit else "reached"
    return "missed" if high < value - 1e-9 else "not_known"


def read_actual(path: Path, made: "Draft", before: int | None = None) -> pd.DataFrame:
    """Read what was really done from a CSV: ``commune_code, criterion, year`` and, if wanted, ``state``.

    ``state``: done (the criterion is met from the end of ``year`` on; also where the column is missing) or under_way (its
    work began in ``year``). Raises FaultsError with every fault; see ``check_actual``.
    """
    faults = FaultList(_("Reported progress that cannot be used"))
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        faults.add(path.name, str(error), _("a CSV file in UTF-8"))
        faults.stop_if_any()
        raise
    return check_actual(table, made, before, path.name)


def check_actual(
    actual: pd.DataFrame, made: "Draft", before: int | None = None, where: str = "", lines: np.ndarray | None = None
) -> pd.DataFrame:
    """Return reported progress with its types, or stop with every fault at once; ``lines``: numbers of the rows in a file.

    Faults: columns missing or unknown, a commune or criterion that the plan does not have, a year outside the plan or not
    before ``before``, a criterion of a commune that stands twice, an unknown state.
    """
    where = where or _("reported progress")
    faults = FaultList(_("Reported progress that cannot be used"))
    needed = ["commune_code", "criterion", "year"]
    if not set(needed) <= set(actual.columns) or set(actual.columns) - {*needed, "state"}:
        faults.add(where, ", ".join(map(str, actual.columns)), ", ".join([*needed, "(state)"]))
        faults.stop_if_any()
    frame = actual.reset_index(drop=True).copy()
    line = np.arange(len(frame)) + 2 if lines is None else lines
    frame["state"] = frame["state"].fillna("").replace("", STATES[0]) if "state" in frame else STATES[0]
    frame[["commune_code", "criterion"]] = frame[["commune_code", "criterion"]].astype(str)
    year = pd.to_numeric(frame["year"], errors="coerce")
    years = [item for item in made.problem.years if before is None or item < before]
    known = {
        "commune_code": (list(made.problem.communes), _("'{found}' is not a commune of the plan")),
        "criterion": (list(made.problem.criteria), _("'{found}' is not a criterion of the plan's set")),
        "state": (list(STATES), _("unknown state '{found}'")),
    }
    for column, (names, text) in known.items():
        for place in np.flatnonzero(~frame[column].isin(names)):
            found = frame[column][place]
            labels = made.baseline.vintage.frame["name"].to_dict() if column == "commune_code" else None
            faults.add(f"{where}: {line[place]}", text.format(found=found), nearest(found, names, labels))
    for place in np.flatnonzero(~year.isin(years)):
        expected = f"{years[0]}-{years[-1]}" if years else "-"
        faults.add(
            f"{where}: {line[place]}", _("year '{found}' lies outside").format(found=frame["year"][place]), expected
        )
    for place in np.flatnonzero(frame.duplicated(["commune_code", "criterion"])):
        text = _("criterion {criterion} of {commune} stands twice")
        found = text.format(criterion=frame["criterion"][place], commune=frame["commune_code"][place])
        faults.add(f"{where}: {line[place]}", found, _("one line a commune and criterion"))
    faults.stop_if_any()
    return frame.assign(year=year.astype(int))[[*needed, "state"]]


def as_planned(plan: "Plan", before: int) -> pd.DataFrame:
    """Return the progress that the plan foresees before a year, in the form of ``check_actual``.

    What the plan has begun by then and completes later stands as under way since it had to begin: since its first money
    or work, or as long before its completion as its fastest step takes (a survey, a file).
    """
    problem, done = plan.problem, plan.solution.done
    at = problem.years.index(before)
    years = np.array(problem.years)
    commune, criterion = np.nonzero((done >= 0) & (done < at))
    finished = pd.DataFrame(
        {
            "commune_code": problem.communes[commune],
            "criterion": problem.criteria[criterion],
            "year": years[done[commune, criterion]],
            "state": "done",
        }
    )
    steps = problem.steps
    chosen = np.flatnonzero((done[steps.commune, steps.criterion] == steps.year) & (steps.year >= at))
    begun = _first_activity(plan, chosen)
    chosen, begun = chosen[begun < at], begun[begun < at]
    open_works = pd.DataFrame(
        {
            "commune_code": problem.communes[steps.commune[chosen]],
            "criterion": problem.criteria[steps.criterion[chosen]],
            "year": years[begun],
            "state": UNDER_WAY,
        }
    )
    return pd.concat([finished, open_works], ignore_index=True)


def _first_activity(plan: "Draft", chosen: np.ndarray) -> np.ndarray:
    """Return the year position in which each step had to begin; see ``as_planned``."""
    problem, steps = plan.problem, plan.problem.steps
    fastest = np.full(problem.met.shape, len(problem.years))
    np.minimum.at(fastest, (steps.commune, steps.criterion), steps.year)
    count = len(problem.years)
    spend = problem.steps.spend[chosen].toarray().reshape(len(chosen), len(problem.purses), count).sum(axis=1)
    active = (spend > 0) | (problem.steps.works[chosen].toarray() > 0)
    latest = steps.year[chosen] - fastest[steps.commune[chosen], steps.criterion[chosen]]
    return np.asarray(np.where(active.any(axis=1), np.minimum(active.argmax(axis=1), latest), latest))


def against_actual(plan: "Plan", actual: pd.DataFrame, year: int) -> pd.DataFrame:
    """Put reported progress beside the plan, criterion by criterion, up to the end of a year.

    Returns a row for each criterion that the plan completes by then or that was reported done: ``commune_code, name,
    district_code, criterion, planned_year, actual_year`` (missing where there is none), ``status``: exceeded (done, and
    not planned by then), reached, missed (planned by then, not done), not_known (its start is not known and it was
    not reported). A criterion that was not reported counts as not done.
    """
    problem, done = plan.problem, plan.solution.done
    told = check_actual(actual, plan)
    told = told[(told["state"] == "done") & (told["year"] <= year)]
    actual_year = np.full(done.shape, np.nan)
    rows, columns = (
        problem.communes.get_indexer(pd.Index(told["commune_code"])),
        problem.criteria.get_indexer(pd.Index(told["criterion"])),
    )
    actual_year[rows, columns] = told["year"]
    inside = (done >= 0) & (done < len(problem.years))
    planned_year = np.where(inside, np.array(problem.years)[np.where(inside, done, 0)], np.nan)
    is_planned, is_done = planned_year <= year, ~np.isnan(actual_year) & ~problem.met
    commune, criterion = np.nonzero(is_planned | is_done)
    unknown = is_unknown(plan)[commune, criterion]
    planned, reached = is_planned[commune, criterion], is_done[commune, criterion]
    codes = problem.communes[commune]
    return pd.DataFrame(
        {
            "commune_code": codes,
            "name": plan.baseline.communes["name"].reindex(codes).to_numpy(),
            "district_code": problem.districts[problem.district[commune]],
            "criterion": problem.criteria[criterion],
            "planned_year": pd.array(planned_year[commune, criterion], dtype="Int64"),
            "actual_year": pd.array(actual_year[commune, criterion], dtype="Int64"),
            "status": np.select(
                [reached & planned, reached, unknown], ["reached", "exceeded", "not_known"], default="missed"
            ),
        }
    )


def reported_years(plan: "Draft") -> list[int]:
    """List the years of the plan for which results by the plan's own set were handed in."""
    held = read_results(plan.baseline.project).values.get(plan.baseline.law_set)
    return [] if held is None else sorted(set(held.index.unique("year")) & set(plan.problem.years))


def reported_verdicts(plan: "Draft", year: int) -> pd.DataFrame:
    """Return the verdicts (int8) of the results handed in for a year: plan communes x criteria; unknown where not reported.

    Judged by the plan's set and the levels of that year, communes merged by the rule of the review. ``year``: one of
    ``reported_years``.
    """
    baseline = plan.baseline
    results = read_results(baseline.project)
    values: pd.DataFrame = results.values[baseline.law_set].xs(year, level="year")  # type: ignore[assignment]
    reporting = units.on(results.unit_vintage, baseline.project)
    law = criteria.load(baseline.project)
    rules = baseline.rules.get(year) or law.rules(law.named_set(baseline.law_set), year, reporting.region)
    inside = reporting.communes.index[reporting.communes["is_in_programme"]]
    values = values.reindex(inside.rename("commune_code"))
    index = pd.MultiIndex.from_product([values.index, [year]], names=["commune_code", "year"])
    by_value = judge(values.set_axis(index), rules)
    verdicts = criteria_verdicts(with_findings(by_value, results.words_of(baseline.law_set)).droplevel("year"), rules)
    lineage = units.lineage(results.unit_vintage, baseline.vintage.date, baseline.project)
    merged = lineage.merge_verdicts(verdicts, rule=baseline.review.merge_rule)
    held = merged.reindex(index=plan.problem.communes, columns=plan.problem.criteria, fill_value=int(Verdict.UNKNOWN))
    return held.astype(np.int8)


def actual_from_results(plan: "Draft", year: int) -> pd.DataFrame:
    """Return the criteria that results handed in for a year of the plan show as met, in the form of ``check_actual``.

    Every criterion that did not stand at the start and is met by the levels of that year is done; ``year`` is the first
    reported year in which it, and every reported year after it, is met. Communes merged by the rule of the review.
    Empty when nothing was handed in; see ``reported_years``.
    """
    years = [item for item in reported_years(plan) if item <= year]
    met = [(reported_verdicts(plan, item) == Verdict.MET).to_numpy() for item in years]
    lasting = np.logical_and.accumulate(np.array(met, dtype=bool)[::-1], axis=0)[::-1] if met else None
    if lasting is None:
        return pd.DataFrame({"commune_code": [], "criterion": [], "year": [], "state": []})
    new = lasting[-1] & ~plan.problem.met
    commune, criterion = np.nonzero(new)
    return pd.DataFrame(
        {
            "commune_code": plan.problem.communes[commune],
            "criterion": plan.problem.criteria[criterion],
            "year": np.array(years)[lasting.argmax(axis=0)[commune, criterion]],
            "state": "done",
        }
    )
