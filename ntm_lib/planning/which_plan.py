"""Say which plan of a scenario is meant: by its own law or that known on another day, of all its years or made anew."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from ntm_lib import criteria, units
from ntm_lib.errors import FaultList, UsageError, UsageFaultsError
from ntm_lib.evaluation.territory import iso_date
from ntm_lib.messages import _, language
from ntm_lib.planning.scenario import Scenario, load_scenario
from ntm_lib.planning.start.levels import plan_law
from ntm_lib.planning.start.passage import find_ways
from ntm_lib.project import Project
from ntm_lib.review import Labels, load_review

LAW = "horizon.law_known_on"


def load_by_law(name: str, project: Project, law: dt.date | str | None = None) -> Scenario:
    """Read a scenario, to be planned by the law known on a day; None: by the scenario's own.

    By another law than its own, the title says so: pages, workbooks and lists carry it from there. Raises UsageError
    for an unknown scenario or a text that is no date; ``check_law`` tells whether the day has a law.
    """
    if law is None or law == "":
        return load_scenario(name, project)
    day = law if isinstance(law, dt.date) else iso_date(law)
    scenario = load_scenario(name, project, horizon__law_known_on=day.isoformat())
    if other_law(scenario) is None:
        return scenario
    return with_title(scenario, _by(day))


def title_with_law(scenario: Scenario) -> str:
    """Return the title of a scenario with the day whose law it is planned by, also where that is its own."""
    if other_law(scenario) is not None:
        return str(scenario.title)
    return str(with_title(scenario, _by(scenario.settings.horizon.law_known_on)).title)


def _by(day: dt.date) -> str:
    return _("by the criteria known on {date}").format(date=_written(day))


def load_many_by_law(names: Iterable[str], project: Project, law: dt.date | None = None) -> list[Scenario]:
    """Read several scenarios; every fault of every one, and of the day, is told at once."""
    faults = FaultList(_("Scenarios that cannot be planned"))
    scenarios = []
    for name in names:
        try:
            scenarios.append(load_by_law(name, project, law))
        except UsageFaultsError as error:
            faults.faults.extend(error.faults)
        except UsageError as error:
            faults.add(name, str(error))
    if law is not None and scenarios:
        try:
            check_law(scenarios[0], project)
        except UsageError as error:
            faults.add(f"--law {law.isoformat()}", str(error))
    faults.stop_if_any(UsageFaultsError)
    return scenarios


def check_law(scenario: Scenario, project: Project) -> None:
    """Stop where the day of a scenario's law lies ahead, had no criteria set, or one that the start cannot be judged by.

    Raises UsageError that names the days that can be chosen.
    """
    day = scenario.settings.horizon.law_known_on
    if day > dt.datetime.now().astimezone().date():
        text = _("{date} lies ahead: the law known on that day is not known yet. {days}")
        raise UsageError(text.format(date=_written(day), days=_days(scenario, project)))
    try:
        _judge(scenario, project)
    except UsageError as error:
        raise UsageError(f"{error} {_days(scenario, project)}") from error


def _judge(scenario: Scenario, project: Project) -> None:
    """Find the criteria set of a scenario and the ways to it from the results of the start."""
    region = units.on(scenario.settings.horizon.on, project).region
    find_ways(plan_law(scenario, load_review(project), region, project), project)


def _days(scenario: Scenario, project: Project) -> str:
    """List the decisions that the scenario can be planned by, with the day since which each is in force."""
    records = {
        record.number: record.in_force.first
        for item in criteria.load(project).sets.values()
        if item.variant == "commune"
        for record in item.decisions
    }
    listed = []
    for number, day in records.items():
        horizon = scenario.settings.horizon.model_copy(update={"law_known_on": day})
        settings = scenario.settings.model_copy(update={"horizon": horizon})
        try:
            _judge(replace(scenario, settings=settings), project)
        except UsageError:
            continue
        listed.append(_("{number} from {date}").format(number=number, date=_written(day)))
    return _("Decisions that can be planned by: {decisions}.").format(decisions="; ".join(listed) or "-")


def other_law(scenario: Scenario) -> str | None:
    """Return the day (ISO) whose law a scenario is planned by, when that is not the scenario's own; otherwise None."""
    change = scenario.changes.get(LAW)
    return None if change is None or change[2] else str(change[1])


def plan_name(scenario: Scenario, from_year: int | None = None) -> str:
    """Return the name of a plan for files and folders: the scenario's, another law's day, the year it was made anew from."""
    parts = [scenario.id, other_law(scenario), f"from-{from_year}" if from_year else None]
    return "-".join(part for part in parts if part)


def plan_options(scenario: Scenario, from_year: int | None = None) -> str:
    """Return the options of a command that name this plan."""
    law = other_law(scenario)
    parts = [
        f"--scenario {scenario.id}",
        f"--law {law}" if law else "",
        f"--from {from_year}" if from_year else "",
    ]
    return " ".join(part for part in parts if part)


def with_title(scenario: Scenario, addition: str) -> Scenario:
    """Return the scenario with something added to its title, in the language of this process."""
    vi, en = (
        f"{title[:-1]}; {addition})" if title.endswith(")") else f"{title} ({addition})"
        for title in (scenario.title.vi, scenario.title.en)
    )
    return replace(scenario, title=Labels(vi=vi, en=en))


def _written(day: dt.date) -> str:
    months = f"{day.month:02d}" if day.month <= 2 else str(day.month)
    return f"{day:%d}/{months}/{day.year}" if language() == "vi" else day.isoformat()
