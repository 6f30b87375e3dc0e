"""The tables of villages, of the years after the plan, and of published figures beside it."""

import pandas as pd

from ntm_lib.messages import _
from ntm_lib.planning.handdown.targets import villages
from ntm_lib.planning.later import published_marks
from ntm_lib.planning.later.orientation import orientation, orientation_notes, year_of_all
from ntm_lib.planning.means.budget import purse_labels
from ntm_lib.planning.plan import Plan
from ntm_lib.reporting import formats
from ntm_lib.reporting.office.plan_marks import (
    code_column,
    district_column,
    million,
    plain_numbers,
    plan_stamps,
    source_line,
    with_district,
)
from ntm_lib.reporting.sheets import Column, Sheet, sums


def villages_sheet(plan: Plan) -> Sheet:
    """Return the villages that reach the village standard, by commune and year."""
    table = with_district(plan, villages(plan).reset_index())
    is_aimed = bool(plan.problem.aims.ask_for_villages or plan.solution.villages.any())
    table = table if is_aimed else table.iloc[:0]
    columns = [
        code_column(),
        Column("name", _("Commune"), width=30),
        *district_column(plan),
        Column("possible", _("Villages that can still reach it"), "count", width=16),
        *(Column(year, str(year), "count", _("Villages by year"), 10) for year in plan.problem.years),
        Column("total", _("Total"), "count", width=10),
    ]
    return Sheet(
        name=_("Villages"), title=_("Villages reaching the village standard"), columns=columns, frame=table,
        unit=_("village"), total=sums(table, columns, "name") if is_aimed else None, source=source_line(plan),
        stamps=plan_stamps(plan), empty=no_villages(),
        notes=village_notes(plan) if is_aimed else [no_villages()],
    )  # fmt: skip


def no_villages() -> str:
    """Say that nothing is planned for villages."""
    return _("This scenario sets no aim for villages.")


def village_notes(plan: Plan) -> list[str]:
    """Say what stands behind the figures of villages and how a plan puts them into years."""
    before = plan.problem.start_villages
    known = _(
        "{count} villages of the province met the standard before, as entered; they are not counted here and are taken to "
        "lie in the communes in proportion to their villages. Communes whose border place or number of villages is not known are left out."
    )
    return [
        known.format(count=formats.number(before))
        if before
        else _(
            "How many villages met the standard before the plan is not known; all villages in scope are shown as able "
            "to reach it. Communes whose border place or number of villages is not known are left out."
        ),
        _(
            "Villages are spread over the years as evenly as the money and the aims of single years allow: by the norm "
            "assumed here each takes the same sum in every year."
        ),
    ]


def orientation_sheet(plan: Plan) -> Sheet:
    """Return the orientation after the plan."""
    table = orientation(plan).reset_index()
    columns = [
        Column("year", _("Year"), "year", width=10),
        Column("communes", _("Communes (count)"), "count", width=10),
        Column("standard", _("Communes that could reach the standard"), "count", width=16),
        Column("expected", _("of them expected by the forecasts"), "decimal", width=14),
        Column("low", _("in 8 of 10 cases at least"), "count", width=12),
        Column("high", _("in 8 of 10 cases at most"), "count", width=12),
        Column("standard_at_pace", _("at the pace of the plan"), "count", width=14),
        Column("missing", _("Communes still missing criteria"), "count", width=14),
        Column("without_way", _("of them without a known cost or a likely forecast"), "count", width=18),
        Column("remaining_vnd_million", _("Cost that remains"), "money", width=16),
        Column("money_vnd_million", _("Money of the year for it"), "money", width=16),
    ]
    return Sheet(
        name=_("Orientation"), title=_("Orientation to {year}").format(year=plan.scenario.settings.horizon.orientation_year),
        columns=columns, frame=table, unit=million(), source=source_line(plan), notes=orientation_notes(plan),
        stamps=plan_stamps(plan),
    )  # fmt: skip


def year_of_all_words(plan: Plan) -> str:
    """Say when all communes could meet all criteria, and on what that rests."""
    year, until = year_of_all(plan), plan.scenario.settings.horizon.orientation_year
    if year is None:
        return _(
            "With yearly money of the same size, and by the forecasts up to {until}, no year can be named in which all "
            "communes meet all criteria."
        ).format(until=until)
    if year > until:
        return _(
            "With yearly money of the same size all communes could meet all criteria in {year}, by money alone: no forecast "
            "reaches beyond {until}."
        ).format(year=year, until=until)
    text = _(
        "With yearly money of the same size all communes could meet all criteria in {year}, also by the forecasts."
    )
    return text.format(year=year)


def published_sheet(plan: Plan, year: int | None = None) -> Sheet:
    """Return the published figures and aims beside the plan; ``year``: only of that year."""
    table = published_marks.published(plan)
    table = table if year is None else table[table["year"] == year]
    table = table.assign(
        figure=figure_words(table),
        kind=table["kind"].map({"actual": _("Actual"), "aim": _("Aim")}),
        status=table["status"].map(published_marks.status_labels()),
    )
    for name in ("value", "plan_low", "plan_high"):
        table[name] = plain_numbers(table[name])
    columns = [
        Column("year", _("Year"), "year", width=8),
        Column("figure", _("Figure"), width=34),
        Column("kind", _("Kind"), width=12),
        Column("value", _("Published"), "decimal", width=13),
        Column("plan_low", _("Plan, at least"), "decimal", width=13),
        Column("plan_high", _("Plan, at most"), "decimal", width=13),
        Column("status", _("Outcome"), width=18),
        Column("why", _("Note"), width=36),
        Column("source", _("Source"), width=40),
    ]
    return Sheet(
        name=_("Follow-up"), title=_("Published figures and aims beside the plan"), columns=columns, frame=table,
        source=_("published figures as named in each row; plan: {source}").format(source=source_line(plan)),
        stamps=plan_stamps(plan),
    )  # fmt: skip


def figure_words(table: pd.DataFrame) -> list[str]:
    """Name the figure of each row of ``published_marks.published``."""
    columns = (table[name] for name in ("figure", "first", "last", "law"))
    return [figure_word(*row) for row in zip(*columns, strict=True)]


def figure_word(figure: str, first: int = 0, last: int = 0, law: str = "") -> str:
    """Name a figure of the plan that a published one stands beside.

    ``first``, ``last``: criteria of a group; ``first``: per cent of the communes of a district; ``law``: the decision it counts by, since one year has figures by two.
    """
    if law:
        return _("{figure}, by Decision {number}").format(figure=figure_word(figure, first, last), number=law)
    if figure == published_marks.GROUP:
        if not first:
            return _("Communes with fewer than {count} criteria").format(count=last + 1)
        return _("Communes with {first} to {last} criteria").format(first=first, last=last)
    if figure == published_marks.DISTRICTS:
        text = _(
            "District units with {share} of their communes at the standard, besides those with a title of their own"
        )
        return text.format(share=formats.percent(first, 0))
    if figure == published_marks.DISTRICTS_OVER:
        text = _("District units with more than {share} of their communes at the standard")
        return text.format(share=formats.percent(first, 0))
    return figure_labels()[figure]


def figure_labels() -> dict[str, str]:
    """Name the figures that are followed up."""
    return {
        "mean": _("Average number of criteria met per commune"),
        "standard": _("Communes reaching the standard"),
        "newly_standard": _("Communes newly reaching the standard"),
        "advanced": _("Advanced communes"),
        "model": _("Model communes"),
        "villages": _("Villages reaching the village standard"),
        "newly_villages": _("Villages newly reaching the village standard"),
        "communes": _("Communes in the Programme"),
        "money_vnd_million": _("Money, million VND"),
        "without_credit_vnd_million": _("Money without credit (million VND)"),
        "investment_vnd_million": _("of it investment (million VND)"),
        "recurrent_vnd_million": _("of it recurrent (million VND)"),
        **{purse.value: f"{label} ({million()})" for purse, label in purse_labels().items()},
    }
