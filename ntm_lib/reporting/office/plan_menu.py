"""The menu of measures as a table: what can be done about each requirement, by whom, how long it takes and what it costs."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ntm_lib.messages import _, language
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.means.norms import ESTIMATES
from ntm_lib.planning.plan import Plan
from ntm_lib.planning.settings import Purse
from ntm_lib.reporting import formats
from ntm_lib.reporting.office.plan_marks import plan_stamps, source_line
from ntm_lib.reporting.sheets import Column, Sheet


def place_labels() -> dict[str, str]:
    """Name the places that a measure may be meant for."""
    return {
        "border": _("border communes"),
        "zone_I": _("zone I"),
        "zone_II": _("zone II"),
        "zone_III": _("zone III"),
        "karst_without_water": _("karst communes without water"),
        "town_edge": _("communes at a town's edge"),
    }


def menu_sheet(plan: Plan) -> Sheet:
    """Return every measure for each requirement of the plan's law, the one taken first on top; one row a measure and requirement."""
    measures = plan.needs.measures
    norms: dict[str, dict[str, Any]] = plan.needs.norms.to_dict("index")  # type: ignore[assignment]
    labels = plan.baseline.start_rules.requirements[f"label_{language()}"].to_dict()
    taken = plan.needs.lines.groupby(["requirement", "measure"]).size().to_dict()
    places, bases = place_labels(), {"read": _("read"), "derived": _("derived"), "assumed": _("assumed")}
    rows = [
        {
            "requirement": f"{str(requirement).partition('/')[0]} {labels[requirement]}",
            "measure": str(item.label),
            "lead": str(measures.bodies[item.lead]),
            "others": "; ".join(str(measures.bodies[body]) for body in item.with_bodies),
            **{name: str(getattr(measures.roles[item.roles], name)) for name in ("district", "commune", "people")},
            "first": "; ".join(str(measures[other].label) for other in item.needs_first),
            "years": int(norms[item.id]["lead_years"]),
            "unit": str(item.unit),
            **{name: float(norms[item.id][name]) for name in ESTIMATES},
            "payers": _payers(norms[item.id]),
            "suits": "; ".join(places[place] for place in item.suits) or _("anywhere"),
            "basis": bases[str(norms[item.id]["basis"])],
            "communes": taken.get((requirement, item.id), 0),
        }
        for requirement in labels
        for item in measures.menu(plan.baseline.law_set, str(requirement))
    ]
    who, cost = _("Who does what"), _("Cost of a unit (million VND)")
    columns = [
        Column("requirement", _("Indicator"), width=44),
        Column("measure", _("Measure"), width=44),
        Column("lead", _("Lead body"), group=who, width=28),
        Column("others", _("With"), group=who, width=28),
        Column("district", _("District"), group=who, width=36),
        Column("commune", _("Commune"), group=who, width=36),
        Column("people", _("People"), group=who, width=36),
        Column("first", _("Needed first"), width=32),
        Column("years", _("Years from start to finish"), "count", width=10),
        Column("unit", _("Unit"), width=12),
        Column("low", _("Low"), "decimal", cost, 10),
        Column("middle", _("Middle"), "decimal", cost, 10),
        Column("high", _("High"), "decimal", cost, 10),
        Column("payers", _("Source of money"), width=44),
        Column("suits", _("Where it suits"), width=26),
        Column("basis", _("Basis of the norm"), width=12),
        Column("communes", _("Communes for which it is taken"), "count", width=12),
    ]
    return Sheet(
        name=_("Measures"), title=_("Measures for each indicator that may be missing"), columns=columns,
        frame=pd.DataFrame(rows, columns=[column.key for column in columns]), source=source_line(plan),
        notes=[
            _("To take another measure: costs.measure_for in the scenario; the menu itself: data/planning/measures.yaml, unit costs: parameters/planning."),
        ],
        stamps=plan_stamps(plan),
    )  # fmt: skip


def _payers(norm: Mapping[str, Any]) -> str:
    """Write who pays a measure, the largest share first."""
    labels = purse_labels()
    shares = {purse: float(norm[purse.value]) for purse in Purse if float(norm[purse.value]) > 0}
    return "; ".join(
        f"{labels[purse]} {formats.percent(100 * shares[purse], 0)}"
        for purse in sorted(shares, key=lambda each: -shares[each])
    )
