"""Show the plan on the map, also beside other scenarios: one geometry, a slider over the years."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ntm_lib import evaluation
from ntm_lib.messages import _, language
from ntm_lib.planning.study import Study
from ntm_lib.reporting import palette
from ntm_lib.reporting.display import show
from ntm_lib.reporting.formats import in_sentence, interval
from ntm_lib.reporting.layers import MapLayer
from ntm_lib.reporting.maps import MapHtml
from ntm_lib.reporting.maps import commune_map as draw_map
from ntm_lib.reporting.palette import MapClass
from ntm_lib.reporting.plan_sections.scope import Scope
from ntm_lib.reporting.plan_sections.scope import scope as scope_of
from ntm_lib.reporting.plan_sections.targets import end_note
from ntm_lib.reporting.sections.common import section
from ntm_lib.units.boundaries import load_shapes

_GROUP_COLOURS = ("#e3c567", "#c97b2d", "#7aa6c2", "#4f8a5b", "#7a5c99", "#9c4f4f", "#5f6b73")
_REACHED, _IN_YEAR, _LATER, _NOT = range(4)


def plan_map(scope: Scope, pages: Sequence[str] = (), others: Sequence[Study] = ()) -> None:
    """Show the map with a slider from the start to the last year.

    ``pages``: district pages beside this one. ``others``: scenarios that the map can be set beside; those that count by other
    units, years or criteria are left out, as in the comparison.
    """
    shapes = load_shapes(scope.on, scope.project)
    vintage = scope.plan.baseline.vintage
    communes = vintage.communes_of(scope.unit.code)
    frame = shapes.frame.loc[communes.index].assign(
        name=communes["name"],
        group_name=communes["parent_code"].map(vintage.frame["name"]),
        is_in_programme=communes["is_in_programme"],
    )
    title = _("Scheme of {name}, plan") if shapes.is_schematic else _("Map of {name}, plan")
    years = [scope.start_year, *scope.years]
    page_of = {page.split("-")[0]: f"{page}.html" for page in pages}
    parents = zip(communes.index, communes["parent_code"], strict=True)
    drawn = draw_map(
        frame,
        [_counts(scope, years), _standard(scope, years), _next(scope, years), *_beside(scope, years, others)],
        years,
        start=("count", scope.years[-1]),
        title=title.format(name=in_sentence(scope.unit.name)),
        stamps=[*scope.warnings, shapes.label],
        links={code: page_of[parent] for code, parent in parents if parent in page_of},
        source=f"{scope.source}. {end_note()}",
    )
    heading = _("Scheme by year") if shapes.is_schematic else _("Map by year")
    show(MapHtml(section(heading, drawn.html, anchor="map"), drawn.script_hashes))


def _counts(scope: Scope, years: Sequence[int]) -> MapLayer:
    """Criteria met for certain or completed by the plan, in the groups that planners use."""
    frame = scope.targets("commune")
    classes = palette.group_classes(evaluation.group_labels())
    places = {group: place for place, group in enumerate(classes)}
    counted = pd.DataFrame(
        {"low": frame["criteria_low"], "high": frame["criteria_low"], "of": frame["criteria_of"], "is_reported": True}
    )
    codes = evaluation.groups(counted).map(places)
    details = pd.Series(
        [interval(low, high) for low, high in zip(frame["criteria_low"], frame["criteria_high"], strict=True)],
        frame.index,
    )
    return MapLayer(
        "count",
        _("Number of criteria met by plan, at least"),
        list(classes.values())[:-1],
        {year: codes.xs(year, level="year") for year in years},
        {year: details.xs(year, level="year") for year in years},
    )


def _standard(scope: Scope, years: Sequence[int]) -> MapLayer:
    """When each commune reaches the standard; held against ``targets`` the first two classes add up to its count."""
    own = _at_standard(scope, years).to_numpy()
    first = np.where(own.any(axis=1), own.argmax(axis=1), len(years))
    classes = [
        MapClass(_("reached before"), "#08306b", "●"),
        MapClass(_("reached in this year"), "#2a74b0", "★"),
        MapClass(_("reached later in the plan"), "#c2dfe0", "○"),
        MapClass(_("not within the plan"), "#f6e8b1", "–"),
    ]
    texts = pd.Series([str(years[place]) if place < len(years) else "" for place in first], scope.communes)
    codes = {}
    for at, year in enumerate(years):
        held = own[:, at]
        later = own[:, at:].any(axis=1)
        before = held & (own[:, at - 1] if at else held)
        code = np.select([before, held, later], [_REACHED, _IN_YEAR, _LATER], _NOT)
        codes[year] = pd.Series(code, scope.communes)
    return MapLayer("standard", _("Year of reaching the standard"), classes, codes, dict.fromkeys(years, texts))


def _beside(scope: Scope, years: Sequence[int], others: Sequence[Study]) -> list[MapLayer]:
    """Where this scenario and each other one bring communes to the standard: a layer each."""
    held = [scope_of(other, "" if scope.is_province else scope.unit.code) for other in others]
    return [_both(scope, other, years) for other in held if scope.is_alike(other)]


def _both(scope: Scope, other: Scope, years: Sequence[int]) -> MapLayer:
    here, there = (_at_standard(each, years).reindex(scope.communes) for each in (scope, other))
    classes = [
        MapClass(_("by both scenarios"), "#08306b", "●"),
        MapClass(_("only by this scenario"), "#2a74b0", "◐"),
        MapClass(_("only by the other scenario"), "#c97b2d", "▲"),
        MapClass(_("by neither"), "#f6e8b1", "–"),
    ]
    codes = {
        year: pd.Series(np.select([here[year] & there[year], here[year], there[year]], [0, 1, 2], 3), scope.communes)
        for year in years
    }
    first = [
        [
            str(year) if is_reached else "–"
            for year, is_reached in zip(table.idxmax(axis=1), table.any(axis=1), strict=True)
        ]
        for table in (here, there)
    ]
    texts = pd.Series([f"{own}; {their}" for own, their in zip(*first, strict=True)], scope.communes)
    title = _("At the standard, beside: {title}").format(title=other.study.title)
    return MapLayer(f"beside_{other.scenario.id}", title, classes, codes, dict.fromkeys(years, texts))


def _at_standard(scope: Scope, years: Sequence[int]) -> pd.DataFrame:
    """Tell for each commune and year whether it stands at the standard."""
    return scope.targets("commune")["standard"].unstack("year").reindex(scope.communes)[list(years)] > 0


def _next(scope: Scope, years: Sequence[int]) -> MapLayer:
    """Which criterion the plan completes next after each year, by group of criteria."""
    problem, done = scope.plan.problem, scope.plan.solution.done[scope.places]
    table = scope.rules.criteria
    groups = list(dict.fromkeys(table["group"]))
    labels = table.drop_duplicates("group").set_index("group")[f"group_{language()}"]
    classes = [
        MapClass(f"{group}. {labels[group]}", _GROUP_COLOURS[place % len(_GROUP_COLOURS)], str(group))
        for place, group in enumerate(groups)
    ]
    classes += [
        MapClass(_("all criteria met"), "#08306b", "●"),
        MapClass(_("nothing more within the plan"), "#f2f2f2", "–"),
    ]
    group_of = np.array([groups.index(table.at[criterion, "group"]) for criterion in problem.criteria])
    codes, details = {}, {}
    for year in years:
        after = year - scope.years[0]
        waiting = np.where(done > after, done, len(scope.years))
        first = waiting.argmin(axis=1)
        due = waiting.min(axis=1)
        is_open = due < len(scope.years)
        is_whole = (done <= after).all(axis=1)
        code = np.where(is_open, group_of[first], np.where(is_whole, len(groups), len(groups) + 1))
        codes[year] = pd.Series(code, scope.communes)
        details[year] = pd.Series(
            [
                f"{scope.criterion(problem.criteria[place])}, {scope.years[when]}" if shown else ""
                for place, when, shown in zip(first, due, is_open, strict=True)
            ],
            scope.communes,
        )
    return MapLayer("next", _("Criterion completed next"), classes, codes, details)
