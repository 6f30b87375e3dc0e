"""Answer what follows when a planner changes a scenario: the plan, or what stands in its way. No widgets here."""

import json
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from ntm_lib import units
from ntm_lib.errors import FaultList, NtmError, UsageError, UsageFaultsError
from ntm_lib.explore.wish import Wish, changes_of, money_parts, wish_of
from ntm_lib.messages import _
from ntm_lib.planning.alternatives.asked import without
from ntm_lib.planning.alternatives.nearest import Nearest, nearest
from ntm_lib.planning.formulate.build import build_problem
from ntm_lib.planning.formulate.restrict import district_aims, money_shares, only_district, only_solution
from ntm_lib.planning.formulate.steps import Candidates, candidates
from ntm_lib.planning.means.budget import read_budget
from ntm_lib.planning.needs import Needs, load_needs
from ntm_lib.planning.optimise import Options, optimise
from ntm_lib.planning.outlook import Outlook, load_outlook
from ntm_lib.planning.plan import Draft, Plan, with_solution
from ntm_lib.planning.problem import Aims, Floats, Infeasible, NotFound, Problem, Solution
from ntm_lib.planning.scenario import Scenario, load_scenario, save_scenario, scenario_ids
from ntm_lib.planning.start.baseline import Baseline, load_baseline
from ntm_lib.planning.study import load_study
from ntm_lib.project import Project
from ntm_lib.review import Labels

HeldT = TypeVar("HeldT")
HELD_FACTS, HELD_PLANS = 4, 40
QUICK_GAP = 0.01
LONGER = 300
"""Nodes of a longer search that the planner asks for."""
FREE = {"objective", "weights", "aims", "money", "limits", "search", "uncertainty"}
"""Blocks of settings that do not touch the start, the needs or the outlook, so that those are kept while they move."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What follows from a wish.

    ``plan``: of the province or of one district. ``is_relaxed``: what was asked for cannot be met together; ``plan`` is
    then the best plan without those demands, None where the means do not allow any. ``is_unsure``: so it seems, but the
    search ended before that was proven. ``seconds``: how long it took. ``is_kept``: the plan that ``ntm plan`` kept.
    ``key``: what was asked for.
    """

    draft: Draft
    plan: Plan | None
    is_relaxed: bool
    seconds: float = 0.0
    district: str | None = None
    is_unsure: bool = False
    is_kept: bool = False
    key: str = ""

    @property
    def is_rough(self) -> bool:
        """Tell whether a longer search may still find a clearly better plan."""
        return self.plan is not None and not self.is_kept and (self.plan.solution.gap or 0.0) > QUICK_GAP


@dataclass(frozen=True, eq=False)
class _Reference:
    """The plan of a scenario as stored, which says what share each district has of each đồng."""

    plan: Plan | None
    shares: Floats


class Explorer:
    """One session on one project; keeps what did not change. Files that change meanwhile are not noticed."""

    def __init__(self, project: Project | None = None) -> None:
        self.project = project or Project.find()
        self._facts: OrderedDict[str, tuple[Baseline, Needs, Outlook]] = OrderedDict()
        self._steps: OrderedDict[str, Candidates] = OrderedDict()
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._money: OrderedDict[str, pd.DataFrame] = OrderedDict()
        self._references: dict[str, _Reference] = {}
        self._parts: dict[tuple[str, str], Plan] = {}

    def scenario_titles(self) -> dict[str, str]:
        """List the scenarios of the project: id → title."""
        return {name: str(load_scenario(name, self.project).title) for name in scenario_ids(self.project)}

    def scenario(self, name: str) -> Scenario:
        """Read one scenario; see ``load_scenario``."""
        return load_scenario(name, self.project)

    def districts(self, scenario: Scenario) -> dict[str, str]:
        """List the districts of a scenario that have communes in the programme: code → name."""
        communes = self.communes(scenario)
        names = units.on(scenario.settings.horizon.on, self.project).districts["name"]
        return {str(code): str(name) for code, name in names.items() if (communes["parent_code"] == code).any()}

    def communes(self, scenario: Scenario) -> pd.DataFrame:
        """Return the communes that the scenario plans for, in the documents' order."""
        communes = units.on(scenario.settings.horizon.on, self.project).communes
        return communes[communes["is_in_programme"]]

    def parts(self, scenario: Scenario) -> pd.DataFrame:
        """Return the money of each year, moving and fixed; see ``money_parts``."""
        key = f"{scenario.years} {scenario.settings.money.model_dump_json()}"
        if key not in self._money:
            _keep(self._money, key, money_parts(scenario, self.project), HELD_FACTS)
        return self._money[key]

    def _changes(self, wish: Wish, stored: Scenario) -> dict[str, Any]:
        names = self.communes(stored)["name"].astype(str)
        return changes_of(wish, stored, self.parts(stored), dict(zip(names.index.astype(str), names, strict=True)))

    def wish(self, scenario: Scenario) -> Wish:
        """Return what the controls show for a stored scenario."""
        return wish_of(scenario, self.parts(scenario))

    def answer(self, name: str, wish: Wish | None = None, district: str | None = None) -> Answer:
        """Return what follows from a wish on a stored scenario; ``wish`` None: the scenario as it is stored.

        Raises UsageError or FaultsError, in words, for what cannot be used. Aims that cannot be met are no error: see
        ``Answer.is_relaxed`` and ``offers``.
        """
        begin = time.perf_counter()
        stored = self.scenario(name)
        if district is not None and district not in self.districts(stored):
            raise _unknown_district(district, self.districts(stored))
        changes = {} if wish is None else self._changes(wish, stored)
        scenario = stored if not changes else load_scenario(stored.id, self.project, **_keywords(changes))
        key = json.dumps([name, district, scenario.settings.model_dump(mode="json")], sort_keys=True)
        if key in self._answers:
            self._answers.move_to_end(key)
            return replace(self._answers[key], seconds=time.perf_counter() - begin)
        if district is not None:
            made = self._of_district(name, self._draft(scenario), district)
        elif changes:
            held = self._reference(name).plan
            made = _solved(self._draft(scenario), None if held is None else held.solution)
        else:
            made = self._kept(scenario) or _solved(self._draft(scenario), None)
        answer = replace(made, seconds=time.perf_counter() - begin, key=key)
        _keep(self._answers, key, answer, HELD_PLANS)
        return answer

    def refine(self, answer: Answer) -> Answer:
        """Search longer, beginning with the plan that an answer has; of two proven bounds the closer one holds."""
        if answer.plan is None:
            return answer
        begin, held = time.perf_counter(), answer.plan.solution
        gap = answer.draft.scenario.settings.search.gap
        options = replace(_quick(answer.draft), gap=gap, nodes=LONGER, hasty=False)
        found = optimise(answer.plan.problem, options, held)
        if found.gap is not None and held.gap is not None and held.bound < found.bound:
            bound = max(held.bound, found.objective)
            found = replace(found, bound=bound, gap=(bound - found.objective) / max(1.0, abs(found.objective)))
        seconds = answer.seconds + time.perf_counter() - begin
        finer = replace(answer, plan=with_solution(answer.plan, found), seconds=seconds)
        _keep(self._answers, answer.key, finer, HELD_PLANS)
        return finer

    def _kept(self, scenario: Scenario) -> Answer | None:
        """Return the plan that ``ntm plan`` made of a scenario, where it is kept and still holds."""
        try:
            study = load_study(scenario, self.project)
        except NtmError:
            return None
        plan = study.plan
        _keep(self._facts, _facts_key(scenario), (plan.baseline, plan.needs, plan.outlook), HELD_FACTS)
        return None if study.is_relaxed else Answer(plan, plan, is_relaxed=False, is_kept=True)

    def part_of_plan(self, name: str, district: str | None) -> Plan | None:
        """Return the plan of a stored scenario, or its part in one district; None when its aims cannot be met."""
        reference = self._reference(name)
        if reference.plan is None or district is None:
            return reference.plan
        plan, key = reference.plan, (name, district)
        if key not in self._parts:
            place = plan.problem.districts.get_loc(district)
            cut = only_district(plan.problem, district, reference.shares[place] * plan.problem.money)
            part = only_solution(plan.problem, plan.solution, district)
            self._parts[key] = with_solution(_with_problem(plan, cut), part)
        return self._parts[key]

    def offers(self, answer: Answer) -> Nearest:
        """Return which demands clash and the nearest plans, each of them solved."""
        return nearest(answer.draft.problem, _quick(answer.draft), is_by_year=False)

    def save(self, name: str, wish: Wish, *, new: str, title: str, author: str, reason: str) -> str:
        """Write a wish as a new scenario and return its path in the project.

        Title, author and reason are required; nothing is overwritten; a wish that changes nothing is refused.
        """
        faults = FaultList(_("The scenario cannot be saved"))
        for label, text in ((_("Title"), title), (_("Author"), author), (_("Reason"), reason)):
            if not text.strip():
                faults.add(label, _("empty"), _("a few words"))
        faults.stop_if_any(UsageFaultsError)
        stored = self.scenario(name)
        changes = self._changes(wish, stored)
        if not changes:
            raise UsageError(_("Nothing differs from scenario '{title}' yet.").format(title=stored.title))
        self._check(load_scenario(stored.id, self.project, **_keywords(changes)))
        path = save_scenario(
            self.project,
            new.strip(),
            title=Labels(vi=title.strip(), en=title.strip()),
            author=author.strip(),
            reason=Labels(vi=reason.strip(), en=reason.strip()),
            changes=changes,
            origin=name,
        )
        return self.project.relative(path)

    def _check(self, scenario: Scenario) -> None:
        """Stop where a scenario names something that is not there, before it is written."""
        self._draft(scenario)

    def _draft(self, scenario: Scenario) -> Draft:
        baseline, needs, outlook = self._known(scenario)
        baseline = replace(baseline, scenario=scenario)
        budget = read_budget(self.project, scenario.settings)
        problem, risks = build_problem(baseline, needs, outlook, budget, self._candidates(scenario))
        return Draft(scenario, baseline, needs, outlook, budget, problem, risks)

    def _candidates(self, scenario: Scenario) -> Candidates:
        """Return the steps that can be taken; scenarios that differ only in ``FREE`` blocks share them, but for closed sources."""
        baseline, needs, outlook = self._known(scenario)
        settings = scenario.settings
        key = f"{_facts_key(scenario)} {sorted(settings.money.closed)}"
        if key not in self._steps:
            shape = (*baseline.criteria.shape, len(settings.horizon.years))
            _keep(self._steps, key, candidates(baseline, needs, outlook, settings, np.zeros(shape)), HELD_FACTS)
        self._steps.move_to_end(key)
        return self._steps[key]

    def _known(self, scenario: Scenario) -> tuple[Baseline, Needs, Outlook]:
        """Return start, needs and outlook; scenarios that differ only in ``FREE`` blocks share them."""
        key = _facts_key(scenario)
        if key not in self._facts:
            baseline = load_baseline(scenario, self.project)
            _keep(self._facts, key, (baseline, load_needs(baseline), load_outlook(baseline)), HELD_FACTS)
        self._facts.move_to_end(key)
        return self._facts[key]

    def _reference(self, name: str) -> _Reference:
        if name not in self._references:
            answer = self.answer(name)
            plan = answer.plan
            problem = answer.draft.problem
            shares = _by_communes(problem) if plan is None else money_shares(plan.problem, plan.solution)
            self._references[name] = _Reference(None if answer.is_relaxed else plan, shares)
        return self._references[name]

    def _of_district(self, name: str, draft: Draft, district: str) -> Answer:
        """Answer for one district: its share of the money, its part of the aims in the stored plan."""
        reference = self._reference(name)
        place = draft.problem.districts.get_loc(district)
        aims, start = Aims(floor=draft.problem.aims.floor), None
        if reference.plan is not None:
            held = reference.plan
            asked = replace(held.problem, aims=replace(draft.problem.aims))
            aims = district_aims(asked, held.solution, district)
            start = only_solution(held.problem, held.solution, district)
        money = reference.shares[place] * draft.problem.money
        cut = _with_problem(draft, only_district(draft.problem, district, money, aims))
        return replace(_solved(cut, start), district=district)


def _solved(draft: Draft, start: Solution | None) -> Answer:
    is_unsure = False
    try:
        return Answer(draft, with_solution(draft, optimise(draft.problem, _quick(draft), start)), is_relaxed=False)
    except NotFound:
        is_unsure = True
    except Infeasible:
        pass
    relaxed = _with_problem(draft, without(draft.problem))
    try:
        plan = with_solution(relaxed, optimise(relaxed.problem, _quick(draft)))
    except Infeasible:
        plan = None
    return Answer(draft, plan, is_relaxed=True, is_unsure=is_unsure)


def _facts_key(scenario: Scenario) -> str:
    return json.dumps(scenario.settings.model_dump(mode="json", exclude=FREE), sort_keys=True)


def _quick(draft: Draft) -> Options:
    """Return when a search for the page stops: sooner than that of a stored plan; the page says how exact it is."""
    problem = draft.problem
    # Where a criterion is worth nothing by itself, only the search for a cheaper plan keeps useless steps out.
    has_ties = problem.cost_weight <= 0 and bool((problem.steps.value <= 0).any())
    return Options(gap=max(QUICK_GAP, draft.scenario.settings.search.gap), nodes=1, ties=has_ties, hasty=True)


def _with_problem(draft: Draft, problem: Problem) -> Draft:
    """Return a draft on a part of its problem; the budget becomes what the part may spend."""
    amounts = pd.DataFrame(problem.money, index=problem.purses, columns=list(problem.years))
    return Draft(
        draft.scenario, draft.baseline, draft.needs, draft.outlook, replace(draft.budget, amounts=amounts), problem,
        draft.risks,
    )  # fmt: skip


def _by_communes(problem: Problem) -> Floats:
    """Share money by the number of communes, where there is no plan that shares it."""
    # ASSUME: without a plan of the province a district gets money as it has communes.
    communes = np.bincount(problem.district, minlength=len(problem.districts)).astype(float)
    return np.broadcast_to((communes / communes.sum())[:, None, None], (len(communes), *problem.money.shape))


def _keywords(changes: Mapping[str, Any]) -> dict[str, Any]:
    return {key.replace(".", "__"): value for key, value in changes.items()}


def _unknown_district(code: str, known: Mapping[str, str]) -> UsageError:
    held = ", ".join(f"{key} ({name})" for key, name in known.items())
    return UsageError(_("District '{code}' is not in this scenario. Expected: {known}.").format(code=code, known=held))


def _keep(store: OrderedDict[str, HeldT], key: str, value: HeldT, most: int) -> None:
    store[key] = value
    while len(store) > most:
        store.popitem(last=False)
