"""Follow a plan up: what was really reached beside what was planned, by commune and criterion."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ntm_lib import criteria, units
from ntm_lib.errors import FaultList
from ntm_lib.messages import _
from ntm_lib.model_words import nearest
from ntm_lib.planning.handdown.targets import is_unknown
from ntm_lib.scoring import judge, with_findings
from ntm_lib.scoring.score import criteria_verdicts
from ntm_lib.submissions import read_results
from ntm_lib.verdicts import Verdict

if TYPE_CHECKING:
    from ntm_lib.planning.plan import Draft, Plan

STATES = ("done", "under_way")
UNDER_WAY = "under_way"


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
