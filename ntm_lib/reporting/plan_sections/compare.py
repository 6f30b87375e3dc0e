"""Put scenarios side by side, and let the reader choose two of them: what differs, by district and commune."""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from ntm_lib.messages import _, language
from ntm_lib.planning.handdown.works import works
from ntm_lib.planning.study import Study
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.layers import json_block
from ntm_lib.reporting.maps import MapHtml
from ntm_lib.reporting.plan_notes import package_notes
from ntm_lib.reporting.plan_sections.chance import percent_with_error
from ntm_lib.reporting.plan_sections.opening import asked_less, range_figure
from ntm_lib.reporting.plan_sections.scope import Scope, amount, met_at, scope
from ntm_lib.reporting.plan_sections.targets import end_note
from ntm_lib.reporting.sections.common import names, paragraph, section
from ntm_lib.reporting.tables import Cell, Column, html_table
from ntm_lib.reporting.templates import COMPARE, render, script, script_hash


def comparison(own: Scope, others: Sequence[Study] = ()) -> None:
    """Show the scenario beside others: targets, money, chance, works; then any two of them.

    Scenarios on other units or years, or judged by another criteria set, cannot stand in one table: their counts mean
    different things. They are named and left out.
    """
    held = [own, *(scope(study, "" if own.is_province else own.unit.code) for study in others)]
    alike = [other for other in held if own.is_alike(other)]
    left_out = [str(other.scenario.title) for other in held if other not in alike]
    if len(held) < 2:
        none = paragraph(_("No other scenario was chosen for comparison."))
        show(section(_("Comparison of scenarios"), none, anchor="compare"))
        return
    parts: list[Markup] = [_side_by_side(own, alike)]
    if left_out:
        parts.append(
            paragraph(_("Not compared, since units, years or criteria sets differ: {names}."), names=names(left_out))
        )
    drawn = _two(own, alike)
    body = section(_("Comparison of scenarios"), *parts, drawn.html, anchor="compare")
    show(MapHtml(body, drawn.script_hashes))


def _side_by_side(own: Scope, held: Sequence[Scope]) -> Markup:
    last = own.years[-1]
    rows: list[list[Cell]] = []

    def add(label: str, cells: list[Cell]) -> None:
        rows.append([label, *cells])

    def counts(name: str, year: int) -> list[Cell]:
        return [figure(each.key(name, year), int(each.own.at[year, name]), "count") for each in held]

    for year in own.years:
        met: list[Cell] = [met_at(each.key("standard", year), each.own.loc[year]) for each in held]
        add(_("Communes reaching the standard by {year}").format(year=year), met)
    add(
        _("Communes reaching the standard by {year}, in eight of ten draws").format(year=last),
        [range_figure(each) for each in held],
    )
    add(
        _("Criteria per commune, {year}").format(year=last),
        [
            figure(each.key("mean", last), each.own.at[last, "mean_low"], "interval",
                   high=each.own.at[last, "mean_high"], digits=1)
            for each in held
        ],
    )  # fmt: skip
    add(_("Advanced NTM communes"), counts("advanced", last))
    add(_("Model NTM communes"), counts("model", last))
    add(
        _("Villages reaching the standard"),
        [figure(each.key("newly_villages"), int(each.own["newly_villages"].sum()), "count") for each in held],
    )
    add(
        _("Planned money (million VND)"),
        [amount(each.key("money"), each.own["money_vnd_million"].sum()) for each in held],
    )
    for name, label in (
        ("investment", _("of it investment (million VND)")),
        ("recurrent", _("of it recurrent (million VND)")),
    ):
        add(label, [amount(each.key(name), each.own[f"{name}_vnd_million"].sum()) for each in held])
    add(
        _("Money without credit (million VND)"),
        [amount(each.key("without_credit"), each.own["without_credit_vnd_million"].sum()) for each in held],
    )
    add(_("Building works"), [figure(each.key("works", "part_work"), _works(each), "count") for each in held])
    if own.is_province:
        add(_("Chance of as many communes as planned (%)"), [_chance(each, "planned_standard") for each in held])
        add(_("Chance of all aims together (%)"), [_chance(each, "all") for each in held])
    return html_table(
        [Column(_("Target")), *(Column(each.study.title, "figure") for each in held)],
        rows,
        caption=_("Scenarios side by side"),
        source=own.source,
        stamps=own.warnings,
        notes=[
            end_note(),
            *dict.fromkeys(text for each in held for text in package_notes(each.plan)),
            _("Chances of different scenarios stand for different aims; those not asked for or not judged have none (–)."),
            *(
                [_("Scenarios that do not reach all their aims with the resources entered: {names}.").format(
                    names=names(f"{each.scenario.title} ({asked_less(each)})" for each in held if each.study.is_relaxed))]
                if any(each.study.is_relaxed for each in held)
                else []
            ),
        ],
        is_numbered=False,
    )  # fmt: skip


def _works(each: Scope) -> int:
    return len(_building_works(each))


def _building_works(each: Scope) -> pd.DataFrame:
    listed = works(each.plan)
    return listed[(listed["part"] == "work") & listed["commune_code"].isin(each.communes)]


def _chance(each: Scope, aim: str) -> Cell:
    """Write the chance of an aim at the end of the plan; a dash where nothing was asked for."""
    aims = each.study.simulation.aims
    row = aims[(aims["aim"] == aim) & (aims["year"] == each.years[-1])]
    if row.empty:
        return "–"
    key = each.key("chance", aim, each.years[-1])
    return percent_with_error(
        key, float(row["chance"].iloc[0]), float(row["standard_error"].iloc[0]), each.study.simulation.draws
    )


def _two(own: Scope, held: Sequence[Scope]) -> MapHtml:
    data = comparison_data(own, held)
    block = json_block(data)
    text = script(COMPARE)
    html = render(
        "compare.html.j2",
        id=hashlib.sha256(block.encode()).hexdigest()[:10],
        data=block,
        stamps=own.warnings,
        measures=[measure["title"] for measure in data["measures"]],
        source=own.source,
        script=Markup(text),  # noqa: S704 - static file
    )
    return MapHtml(html, (script_hash(text),))


def comparison_data(own: Scope, held: Sequence[Scope]) -> dict[str, Any]:
    """Return what the page needs to compare any two: per scenario the years of the communes and sums by district.

    Lists by district begin with the whole territory; years are null outside the plan, the start year at the start.
    """
    codes = list(own.plan.problem.districts) if own.is_province else [own.unit.code]
    shown = [code for code in codes if code in set(own.plan.baseline.communes.loc[own.communes, "parent_code"])]
    parents = own.plan.baseline.communes.loc[own.communes, "parent_code"]
    measures = [
        {
            "id": "standard",
            "title": _("Communes reaching the standard by {year}").format(year=own.years[-1]),
            "digits": 0,
        },
        {"id": "mean", "title": _("Criteria per commune, {year}").format(year=own.years[-1]), "digits": 1},
        {"id": "money", "title": _("Planned money (million VND)"), "digits": 0},
        {"id": "works", "title": _("Building works"), "digits": 0},
    ]
    return {
        "language": language(),
        "start_year": own.start_year,
        "start": [held[0].scenario.id, held[min(1, len(held) - 1)].scenario.id],
        "measures": measures,
        "districts": [_("Total"), *(str(own.names[code]) for code in shown)],
        "communes": [[str(own.names[code]), shown.index(parents[code]) + 1] for code in own.communes],
        "plans": [_plan_data(each, shown) for each in held],
        "words": {
            "summary": _("{count} communes reach the standard in another year."),
            "none": _("None."),
            "start": _("at the start"),
        },
    }


def _plan_data(each: Scope, districts: Sequence[str]) -> dict[str, Any]:
    last = each.years[-1]
    parts = [each.own, *(each.of_unit("district", code) for code in districts)]
    position = each.plan.solution.standard[each.places]
    years = [each.plan.year_of(int(place)) for place in position]
    built = _building_works(each)
    return {
        "id": each.scenario.id,
        "title": each.study.title,
        "years": years,
        "standard": [int(part.at[last, "standard"]) for part in parts],
        "mean": [round(float(part.at[last, "mean_low"]), 6) for part in parts],
        "money": [round(float(np.nansum(part["money_vnd_million"])), 3) for part in parts],
        "works": [len(built), *(int((built["district_code"] == code).sum()) for code in districts)],
    }
