"""Study a scenario: its plan and all that makes the plan defensible; keep it, and find it again."""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from ntm_lib.errors import NtmError, UsageError
from ntm_lib.messages import _, language
from ntm_lib.planning import archive
from ntm_lib.planning.alternatives.asked import Demand
from ntm_lib.planning.alternatives.filled import filled
from ntm_lib.planning.alternatives.hindrance import Hindrance, Sooner
from ntm_lib.planning.alternatives.lazily import optimise_lazily
from ntm_lib.planning.alternatives.near_equal import NearEqual, near_equal
from ntm_lib.planning.alternatives.nearest import WHOLE, Lowered, Nearest, Offer, nearest
from ntm_lib.planning.chance import Simulation, robust_problem, simulate
from ntm_lib.planning.fingerprint import digest_of
from ntm_lib.planning.later.anew import Anew, draft_plan
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.optimise import Options, optimise
from ntm_lib.planning.optimise.drafting import fixed_spend
from ntm_lib.planning.optimise.threads import side_by_side
from ntm_lib.planning.plan import Draft, Plan, with_solution
from ntm_lib.planning.problem import Aims, Infeasible, NotFound, Problem, Solution
from ntm_lib.planning.reasons import Reason, Why, explain
from ntm_lib.planning.reasons.changes import Change
from ntm_lib.planning.reasons.limits import Limits, limits
from ntm_lib.planning.reasons.more import More, one_billion, seeks_results
from ntm_lib.planning.scenario import Scenario, load_scenario
from ntm_lib.planning.settings import Purse
from ntm_lib.planning.which_plan import load_by_law, plan_name, plan_options
from ntm_lib.project import Project, whole_file

RECORDS = {item.__name__: item for item in (
    Aims, Solution, Limits, More, Change, Reason, Why, Demand, Lowered, Sooner, Hindrance, NearEqual, Simulation,
)}  # fmt: skip
VERSION = 4
FEW = Options(gap=0.002, nodes=30, ties=False)  # searches beside the plan itself
NEAR_EQUAL = 3
ROUGH = Options(gap=0.01, nodes=20, ties=False)  # each nearest plan
Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Study:
    """A plan with all that makes it defensible; what pages and exports are made from.

    ``is_relaxed``: limits and aims could not be kept together; ``plan`` is then the first of the ``nearest`` plans that
    asks for less within the means entered (``taken``). ``simulation`` is judged by the aims of the scenario all the same.
    ``why``: a record for each commune of the plan, in its order. ``billion``: what one billion more in each year would
    buy (none where the plan seeks no results beyond its aims). ``robust``: the plan on dearer works and less money, its
    own chances in ``robust_simulation`` (None: no such
    plan keeps limits and aims). ``anew``: what the plan rests on when it was made anew with the past fixed. ``asked``: the
    draft of what was asked for, before any aim was lowered (None: the study was read from its file).
    """

    plan: Plan
    is_relaxed: bool
    nearest: Nearest | None
    why: tuple[Why, ...]
    limits: Limits
    billion: tuple[More, ...]
    near_equal: NearEqual
    simulation: Simulation
    robust: Solution | None
    robust_simulation: Simulation | None
    anew: Anew | None = None
    asked: Draft | None = None

    @property
    def taken(self) -> Offer | None:
        """The nearest plan that is shown, with what it asks less; None where the plan keeps every aim."""
        return None if self.nearest is None else self.nearest.taken

    @property
    def is_one_aim(self) -> bool:
        """Whether a single aim of the scenario already cannot be reached, so that nothing clashes with it."""
        return self.nearest is not None and len(self.nearest.clash) == 1

    @property
    def title(self) -> str:
        """The title of the scenario; a plan whose aims were lowered does not claim them."""
        return plan_title(str(self.plan.scenario.title), is_relaxed=self.is_relaxed)

    @property
    def from_year(self) -> int | None:
        """The first year planned anew; None for a plan of all its years."""
        return None if self.anew is None else self.anew.from_year


def plan_title(title: str, *, is_relaxed: bool) -> str:
    """Return what a plan is called: as its scenario, or as the nearest plan to it."""
    return (
        _("Nearest plan, not all aims reached, to the scenario: {title}").format(title=title) if is_relaxed else title
    )


def make_study(
    scenario: Scenario,
    project: Project | None = None,
    progress: Progress = lambda _text: None,
    anew: Anew | None = None,
) -> Study:
    """Plan a scenario, or its later years anew, and study the plan.

    Where the aims cannot be met together, the nearest plan is studied.
    """
    progress(_("Reading and pricing"))
    made = draft_plan(scenario, project, anew)
    progress(_("Making the plan"))
    plan, offers = plan_shown(made, functools.partial(_later_problem, scenario, project, anew))
    problem, solution = plan.problem, plan.solution
    progress(_("Finding reasons"))
    why = explain(problem, solution)
    progress(_("Comparing with other plans"))
    others, robust = _beside(plan)
    progress(_("Drawing chances"))
    uncertainty = scenario.settings.uncertainty
    simulation = simulate(plan.carried_out, solution, plan.risks, uncertainty, made.problem.aims)
    return Study(
        plan=plan,
        is_relaxed=offers is not None,
        nearest=offers,
        why=why,
        limits=limits(problem, solution),
        billion=one_billion(problem, solution),
        near_equal=others,
        simulation=simulation,
        robust=robust,
        robust_simulation=None
        if robust is None
        else simulate(plan.carried_out, robust, plan.risks, uncertainty, made.problem.aims),
        anew=anew,
        asked=made,
    )


def plan_shown(made: Draft, later: Callable[[], Problem] | None = None) -> tuple[Plan, Nearest | None]:
    """Make the plan of a draft, and fill it; where its aims cannot be met together, the nearest plan that asks for less.

    ``later`` builds the problem with one year more. Returns the nearest plans too (None: the plan keeps every aim).
    """
    offers: Nearest | None = None
    try:
        solution = optimise(made.problem, _options(made.scenario))
    except NotFound as error:
        raise NtmError(
            _(
                "No plan was found within the limit of the search, and it is not proven that there is none. "
                "Loosen the aims of scenario '{name}', or give it more money."
            ).format(name=made.scenario.id)
        ) from error
    except Infeasible:
        offers = nearest(made.problem, ROUGH, later=later)
        made, solution = first_offer(made, offers)
    return with_solution(made, filled(made.problem, solution)), offers


def _options(scenario: Scenario) -> Options:
    return Options(gap=scenario.settings.search.gap, nodes=scenario.settings.search.nodes)


def _beside(plan: Plan) -> tuple[NearEqual, Solution | None]:
    """Search the plans of nearly the same worth and, at the same time, the robust one (None: there is none)."""
    problem = plan.problem
    robust = robust_problem(problem, plan.risks, plan.scenario.settings.uncertainty)
    few, own = (_at_once(problem, options) for options in (FEW, _options(plan.scenario)))

    def search(*, is_robust: bool) -> NearEqual | Solution | None:
        if not is_robust:
            return near_equal(problem, plan.solution, few, count=NEAR_EQUAL)
        try:
            return optimise_lazily(robust, own)
        except Infeasible:
            return None

    others, found = side_by_side(lambda is_robust: search(is_robust=is_robust), (False, True))
    return cast("NearEqual", others), cast("Solution | None", found)


def _at_once(problem: Problem, options: Options) -> Options:
    """Return options that search all at once where that is soonest: for a plan that only seeks to spend least."""
    return options if seeks_results(problem) or len(problem.steps) > WHOLE else replace(options, method="exact")


def first_offer(made: Draft, offers: Nearest) -> tuple[Draft, Solution]:
    """Return the draft and plan of the first offer that only asks for less: it keeps money, works and years as entered."""
    if offers.taken is not None:
        return replace(made, problem=offers.taken.problem), offers.taken.solution
    raise NtmError("\n".join([
        _("No plan keeps the limits of this scenario, whatever the aims. Look at money, works and pinned communes."),
        *_bound_money(made.problem),
        *_ways_out(made.problem, offers),
    ]))  # fmt: skip


def _bound_money(problem: Problem) -> list[str]:
    """Say where what the communes at the standard take already is more than there is."""
    bound, labels = fixed_spend(problem).sum(axis=0), purse_labels()
    text = _("  - {purse}, {year}: {have} million VND; keeping communes at the standard alone takes {need}.")
    return [
        text.format(purse=labels[Purse(str(problem.purses[purse]))], year=problem.years[year],
                    have=_million(np.floor(problem.money[purse, year])), need=_million(bound[purse, year]))
        for purse, year in np.argwhere(bound > problem.money + 0.5)
    ]  # fmt: skip


def _ways_out(problem: Problem, offers: Nearest) -> list[str]:
    """Say what each nearest plan takes that does not ask for less: money by source and year, or a year more."""
    labels, lines = purse_labels(), []
    for offer in offers.offers:
        if offer.money is not None:
            parts = [
                _("{purse} {year}: {money}").format(purse=labels[Purse(str(problem.purses[purse]))],
                    year=problem.years[year], money=_million(offer.money[purse, year]))
                for purse, year in np.argwhere(offer.money > 0)
            ]  # fmt: skip
            lines.append(_("  - With {total} million VND more there is a plan that keeps every aim ({where}).").format(
                total=_million(offer.amount), where="; ".join(parts)
            ))  # fmt: skip
        elif offer.kind == "later":
            lines.append(_("  - With one year more, by {year}, every aim can be kept.").format(year=offer.year))
    return list(dict.fromkeys(lines))


def _million(amount: float) -> str:
    """Write money that is needed, in whole million VND rounded up."""
    text = f"{np.ceil(amount):,.0f}"
    return text.replace(",", ".") if language() == "vi" else text


def _one_year_later(scenario: Scenario) -> Scenario:
    horizon = scenario.settings.horizon
    last = horizon.last_year + 1
    later = horizon.model_copy(update={"last_year": last, "orientation_year": max(last, horizon.orientation_year)})
    return replace(scenario, settings=scenario.settings.model_copy(update={"horizon": later}))


def study_path(project: Project, scenario: Scenario, from_year: int | None = None) -> Path:
    """Return where the study of a scenario is kept; one by another law, or made anew, has a file of its own."""
    return project.outputs / "plans" / f"{plan_name(scenario, from_year)}.json"


def save_study(project: Project, study: Study) -> Path:
    """Keep a study; the file appears whole or not at all."""
    path = study_path(project, study.plan.scenario, study.from_year)
    first = study.plan.scenario if study.anew is None else study.anew.scenario
    made = study.asked or (draft_plan(first, project, study.anew) if study.nearest else study.plan)
    content = {
        "version": VERSION,
        "digest": made.digest,
        "anew": None if study.anew is None else _kept_past(study.anew),
        "is_relaxed": study.is_relaxed,
        "solution": archive.dumps(study.plan.solution),
        "nearest": archive.dumps(_kept_offers(study.nearest, made.problem)),
        **{name: archive.dumps(getattr(study, name)) for name in _KEPT},
    }
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


_KEPT = ("why", "limits", "billion", "near_equal", "simulation", "robust", "robust_simulation")


def _kept_past(anew: Anew) -> dict[str, object]:
    return {"from_year": anew.from_year, "actual": archive.dumps(anew.actual), "source": anew.source,
            "villages": anew.villages}  # fmt: skip


def load_study(scenario: Scenario | str, project: Project | None = None, from_year: int | None = None) -> Study:
    """Find the study of a scenario again; ``from_year``: the one made anew from that year.

    Raises UsageError when there is none, or when data, law or settings have changed since it was made: what is kept then
    belongs to another problem and is not shown.
    """
    project = project or Project.find()
    scenario = load_scenario(scenario, project) if isinstance(scenario, str) else scenario
    path = study_path(project, scenario, from_year)
    command = f"ntm plan {plan_options(scenario, from_year)}" + (" --actual …" if from_year else "")
    if not path.exists():
        raise UsageError(_("'{name}' has not been planned yet: {command}.").format(name=path.stem, command=command))
    content = _content(path, command, from_year)
    kept_past = content["anew"]
    anew = None
    if kept_past is not None:
        actual = archive.loads(kept_past["actual"], RECORDS)
        anew = Anew(scenario, kept_past["from_year"], actual, str(kept_past["source"]), kept_past.get("villages"))
    made = draft_plan(scenario, project, anew)
    if content["digest"] != made.digest:
        raise UsageError(
            _("The plan '{name}' was made from other data, law or settings. Plan it again: {command}.").format(
                name=path.stem, command=command
            )
        )
    later = functools.partial(_later_problem, scenario, project, anew)
    offers = _offers(archive.loads(content["nearest"], RECORDS), made.problem, later)
    kept = {name: archive.loads(content[name], RECORDS) for name in _KEPT}
    if offers is not None:
        made, _solution = first_offer(made, offers)
    plan = with_solution(made, archive.loads(content["solution"], RECORDS))
    return Study(plan=plan, is_relaxed=content["is_relaxed"], nearest=offers, **kept, anew=anew)


def _kept_offers(offers: Nearest | None, problem: Problem) -> dict[str, object] | None:
    """Keep of each offer's problem only what differs from the plan's; one year later it is built anew."""
    if offers is None:
        return None
    kept = []
    for offer in offers.offers:
        content = {item.name: getattr(offer, item.name) for item in fields(offer) if item.name != "problem"}
        is_later = len(offer.problem.years) != len(problem.years)
        changed = {
            item.name: getattr(offer.problem, item.name)
            for item in fields(problem)
            if getattr(offer.problem, item.name) is not getattr(problem, item.name) and not is_later
            if digest_of(getattr(offer.problem, item.name)) != digest_of(getattr(problem, item.name))
        }
        kept.append({**content, "changed": changed, "is_later": is_later})
    return {"clash": offers.clash, "offers": kept, "hindrance": offers.hindrance}


def _offers(kept: dict[str, Any] | None, problem: Problem, later: Callable[[], Problem]) -> Nearest | None:
    if kept is None:
        return None
    offers = []
    for content in kept["offers"]:
        changed, is_later = content.pop("changed"), content.pop("is_later")
        offers.append(Offer(**content, problem=later() if is_later else replace(problem, **changed)))
    return Nearest(kept["clash"], tuple(offers), kept["hindrance"])


def _later_problem(scenario: Scenario, project: Project | None, anew: Anew | None = None) -> Problem:
    # ASSUME: the year after the horizon has the money of its last year.
    return draft_plan(_one_year_later(scenario), project, anew, is_last_held=True).problem


def _content(path: Path, command: str, from_year: int | None) -> dict[str, Any]:
    """Read a kept study; a file that lacks a part, or was made anew from another year than asked for, is none."""
    try:
        content = {"anew": None, **json.loads(path.read_text(encoding="utf-8"))}
        year = None if content["anew"] is None else content["anew"]["from_year"]
        is_whole = {"digest", "is_relaxed", "solution", "nearest", *_KEPT} <= set(content)
        if content["version"] == VERSION and is_whole and year == from_year:
            return content
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise UsageError(_("{path} cannot be read. Plan again: {command}.").format(path=path.name, command=command))


def is_kept_relaxed(scenario: Scenario, project: Project, from_year: int | None = None) -> bool:
    """Tell whether the plan kept of a scenario is one whose aims were lowered; False where none can be read."""
    path = study_path(project, scenario, from_year)
    try:
        return bool(_content(path, "", from_year)["is_relaxed"])
    except UsageError:
        return False


def has_study(scenario: Scenario, project: Project | None = None, from_year: int | None = None) -> bool:
    """Tell whether a study of the scenario is kept that still holds."""
    try:
        load_study(scenario, project, from_year)
    except (UsageError, NtmError):
        return False
    return True


def load_or_make_study(
    scenario: str, project: Project | None = None, law: str | None = None, from_year: int | None = None
) -> Study:
    """Return the kept study of a scenario where it still holds; otherwise make it, without keeping it.

    ``law``: the day (ISO) whose law it is planned by; None: the scenario's own. ``from_year``: the plan made anew from
    that year, which is only ever found, since what was done before stands in the kept plan.
    """
    project = project or Project.find()
    chosen = load_by_law(scenario, project, law)
    try:
        return load_study(chosen, project, from_year)
    except UsageError:
        if from_year is not None:
            raise
        return make_study(chosen, project)
