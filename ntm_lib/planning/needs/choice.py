"""Which measure a commune takes for a missing requirement: the planner's own choice, else the first that suits the place."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ntm_lib.errors import FaultList, UsageError, UsageFaultsError, preview
from ntm_lib.messages import _
from ntm_lib.model_words import nearest
from ntm_lib.planning.means.measures import Measure, Measures, load_measures
from ntm_lib.planning.needs.places import PLACES, places
from ntm_lib.planning.start.baseline import Baseline

Choices = Mapping[tuple[str | None, str], str]


def menu(baseline: Baseline, requirement: str, commune_code: str | None = None) -> list[Measure]:
    """List the measures for a requirement of the plan's set, best first; with a commune, those that suit its place.

    Raises UsageError for a requirement that the plan's set does not have, or a commune that is not planned.
    """
    if requirement not in (known := list(baseline.requirements.columns)):
        raise UsageError(
            _("Requirement '{requirement}' is not one of {set}. Expected: {known}.").format(
                requirement=requirement, set=baseline.law_set, known=nearest(requirement, known)
            )
        )
    measures = load_measures(baseline.project)
    if commune_code is None:
        return measures.menu(baseline.law_set, requirement)
    if commune_code not in baseline.communes.index:
        raise UsageError(_("{code} is not a commune of the plan").format(code=commune_code) + ".")
    row = places(baseline).to_numpy()[baseline.communes.index.get_loc(commune_code)]
    here = frozenset(name for name, is_so in zip(PLACES, row, strict=True) if is_so)
    return measures.menu(baseline.law_set, requirement, here)


def check_choices(baseline: Baseline, measures: Measures) -> Choices:
    """Return the planner's choices by (commune or None, requirement).

    Raises UsageFaultsError with every unknown commune, requirement or measure (the nearest named), and every measure that
    does not serve its requirement; also for ``costs.change_pct_by_measure`` and ``unknowns.chance_to_do``.
    """
    settings = baseline.scenario.settings
    faults = FaultList(_("A scenario that cannot be used"))
    known = list(baseline.requirements.columns)
    choices: dict[tuple[str | None, str], str] = {}
    for key, name in settings.costs.measure_for.items():
        commune, requirement = _split(key, known)
        if commune is not None and commune not in baseline.communes.index:
            text = _("{code} is not a commune of the plan").format(code=commune)
            faults.add(f"costs.measure_for.{key}", text)
        _check_choice(baseline, measures, requirement, name, (f"costs.measure_for.{key}", faults))
        choices[commune, requirement] = name
    for name in settings.costs.change_pct_by_measure:
        if name not in measures.measures:
            text = _("unknown measure '{measure}'").format(measure=name)
            faults.add(f"costs.change_pct_by_measure.{name}", text, nearest(name, measures.measures))
    every = {item for held in measures.measures.values() for names in held.serves.values() for item in names} | set(
        known
    )
    for name in settings.unknowns.chance_to_do:
        if name != "other" and name not in every:
            text = _("unknown requirement '{requirement}'").format(requirement=name)
            faults.add(f"unknowns.chance_to_do.{name}", text, nearest(name, sorted(every)))
    faults.stop_if_any(UsageFaultsError)
    return choices


def _check_choice(
    baseline: Baseline, measures: Measures, requirement: str, name: str, told: tuple[str, FaultList]
) -> None:
    """Note a requirement or measure that does not exist, and a measure that does not serve the requirement."""
    where, faults = told
    known = list(baseline.requirements.columns)
    if requirement not in known:
        text = _("unknown requirement '{requirement}'").format(requirement=requirement)
        faults.add(where, text, nearest(requirement, known))
        return
    serving = [item.id for item in measures.menu(baseline.law_set, requirement)]
    if name not in measures.measures:
        text = _("unknown measure '{measure}'").format(measure=name)
        faults.add(where, text, nearest(name, serving or measures.measures))
    elif name not in serving:
        faults.add(where, _("measure '{measure}' does not serve it").format(measure=name), ", ".join(serving))


def choose(baseline: Baseline, measures: Measures, lines: pd.DataFrame) -> pd.Series:
    """Return the measure of each line (columns ``commune_code, requirement``).

    A choice for the commune comes before one for the requirement, that before the menu's own order. A line for which the
    menu has no measure stops, all such requirements named.
    """
    choices = check_choices(baseline, measures)
    there = places(baseline)
    position = there.index.get_indexer(pd.Index(lines["commune_code"]))
    chosen = np.full(len(lines), "", dtype=object)
    for requirement, rows in lines.groupby("requirement", sort=False).indices.items():
        for item in reversed(measures.menu(baseline.law_set, str(requirement))):
            suits = there[list(item.suits)].any(axis=1).to_numpy()[position[rows]] if item.suits else True
            chosen[rows] = np.where(suits, item.id, chosen[rows])
    for (commune, requirement), name in sorted(choices.items(), key=lambda choice: choice[0][0] is not None):
        is_meant = (lines["requirement"] == requirement).to_numpy()
        chosen[is_meant if commune is None else is_meant & (lines["commune_code"] == commune).to_numpy()] = name
    if (without := chosen == "").any():
        missing = lines.loc[without, "requirement"].unique()
        faults = FaultList(_("A menu of measures that cannot be used"))
        faults.add(
            "data/planning/measures.yaml",
            _("no measure for requirements of {set}: {missing}").format(
                set=baseline.law_set, missing=preview(missing, 20)
            ),
            action=_("Write a measure that serves each of them and suits every place."),
        )
        faults.stop_if_any()
    return pd.Series(chosen, index=lines.index, dtype="str")


def _split(key: str, requirements: list[str]) -> tuple[str | None, str]:
    """Read "requirement" or "commune/requirement"; a requirement may itself hold a stroke (17.1/clean)."""
    head, stroke, rest = key.partition("/")
    if key in requirements or not stroke or not head.isdigit() or "." in head or len(head) < 5:
        return None, key
    return head, rest
