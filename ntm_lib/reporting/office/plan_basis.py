"""What a handed-down plan must tell beside its figures: aims that clash, what was lowered, what it rests on, how sure it is."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from ntm_lib.messages import _
from ntm_lib.planning.alternatives.asked import BY_YEAR
from ntm_lib.planning.handdown.targets import targets
from ntm_lib.planning.plan import Plan
from ntm_lib.planning.reasons.clash_words import nearest_notes, nearest_plans, whatever_the_money
from ntm_lib.planning.reasons.words import demand_name
from ntm_lib.planning.study import Study
from ntm_lib.reporting import formats
from ntm_lib.reporting.office.plan_marks import plain_numbers, plan_stamps, source_line
from ntm_lib.reporting.plan_notes import package_notes
from ntm_lib.reporting.plan_sections.basis import money_shares, result_shares, start_shares
from ntm_lib.reporting.plan_sections.chance import aim_words
from ntm_lib.reporting.plan_sections.money import estimate_words
from ntm_lib.reporting.plan_sections.opening import asked_less, assumed_note, range_words
from ntm_lib.reporting.plan_sections.recognition import recognition_words
from ntm_lib.reporting.plan_sections.scope import scope
from ntm_lib.reporting.plan_sections.tasks import nothing_done
from ntm_lib.reporting.sheets import Column, Sheet

SMALLEST_GAP = 0.0005
"""In per cent: a smaller one would be printed as nothing."""
AIMS = ("standard", "advanced", "model", "floor", "mean", "districts", "villages")


def clash(study: Study) -> str:
    """Name the aims that cannot be reached together; empty where they can."""
    if not study.is_relaxed or study.nearest is None:
        return ""
    words = scope(study).words
    return "; ".join(demand_name(study.plan.problem, demand, words) for demand in study.nearest.clash)


def lowered(study: Study) -> str:
    """Say what the plan lowers and by how much; empty where all aims are kept."""
    return asked_less(scope(study))


def study_stamps(study: Study) -> list[str]:
    """Return the warnings of every sheet and table of a study: the clash of the aims first."""
    if not study.is_relaxed:
        return plan_stamps(study.plan)
    text = _(
        "THE AIMS CANNOT BE REACHED TOGETHER with the resources entered: {clash}. Nearest plan shown; lowered: {lowered}"
    )
    if study.is_one_aim:
        text = _(
            "THE AIM CANNOT BE REACHED with the resources entered: {clash}. Nearest plan shown; lowered: {lowered}"
        )
    return [text.format(clash=clash(study) or "–", lowered=lowered(study) or "–"), *plan_stamps(study.plan)]


def marked(study: Study, sheet: Sheet) -> Sheet:
    """Return a table of the study's plan with its warnings, and a source that does not claim what was lowered."""
    if not study.is_relaxed:
        return sheet
    source = sheet.source and _("{source}; not all aims of the scenario are reached").format(source=sheet.source)
    return replace(sheet, source=source, stamps=list(dict.fromkeys([*study_stamps(study), *sheet.stamps])))


def clash_sentences(study: Study) -> list[str]:
    """Say which aims cannot be reached together, what the plan lowers, and what would help; nothing where all are kept."""
    if not study.is_relaxed:
        return []
    words = scope(study).words
    text = _("With the resources entered, these aims cannot be reached together: {clash}.")
    if study.is_one_aim:
        text = _("With the resources entered, this aim cannot be reached: {clash}.")
    said = [text.format(clash=clash(study) or "–")]
    if less := lowered(study):
        said.append(
            _("The plan below keeps every limit and comes nearest to the aims; it lowers: {lowered}.").format(
                lowered=less
            )
        )
    if study.nearest is not None:
        problem, found = study.plan.problem, study.nearest
        said += whatever_the_money(problem, found, words)
        if found.offers:
            listed = "; ".join(nearest_plans(problem, found, words))
            said.append(_("Nearest scenarios, each planned anew and checked: {listed}.").format(listed=listed))
        said += nearest_notes(problem, found, words)
    return said


def basis_lines(study: Study) -> list[tuple[str, str]]:
    """Return what the figures of the whole plan rest on and how sure they are: a heading and a sentence each."""
    whole = scope(study)
    said = [
        (_("Norms and budgets"), assumed_note(whole)),
        (_("Required levels"), start_shares(whole)),
        (_("Results and levels"), result_shares(whole)),
        (_("Money and levels"), money_shares(whole)),
    ]
    return [
        *((head, markup.striptags()) for head, markup in said),
        *((_("Higher levels"), text) for text in package_notes(study.plan)),
        (_("Chance"), _chance(study)),
        (_("Range"), range_words(whole).striptags()),
    ]


def money_lines(study: Study) -> list[tuple[str, str]]:
    """Return what the money of the whole plan could also be, and what recognition takes of it: a heading and a sentence each."""
    whole = scope(study)
    said = [
        (_("Low and high unit costs"), estimate_words(whole)),
        (_("What recognition costs"), recognition_words(whole)),
    ]
    return [(head, markup.striptags()) for head, markup in said]


def nothing_done_sentences(study: Study) -> list[str]:
    """Say what comes of the whole plan's communes if nothing is done."""
    return [f"- {markup.striptags()}" for markup in nothing_done(scope(study))]


def noted(study: Study, sheet: Sheet) -> Sheet:
    """Return a table of the study's plan with the proven gap as a note below it."""
    said = gap_sentence(study.plan)
    return replace(sheet, notes=[*sheet.notes, _("Note: {text}").format(text=formats.lowered(said))])


def gap_sentence(plan: Plan) -> str:
    """Say how near the plan is to the best one, as far as that was proven and checked."""
    gap = plan.solution.gap
    if gap is None:
        return _("The plan did not pass the independent check; how near it is to the best one is not stated.")
    if 100 * gap < SMALLEST_GAP:
        return _("Proven: under the limits, the aims kept here and these data no plan is better.")
    return _("Largest deviation from the best plan: {gap}.").format(gap=formats.percent(100 * gap, 3))


def _chance(study: Study) -> str:
    """Say how likely the aims of the scenario are together, as far as they are judged at all."""
    held = study.simulation.aims
    found = held[held["aim"] == "all"]
    if found.empty:
        return _("This scenario sets no aim that is judged.")
    open_ = held[held["asked"].notna() & held["chance"].isna()]["aim"]
    text = _("All aims of the scenario together: {chance} ({draws} draws; 95% range {low} - {high}).")
    if len(open_):
        text = _(
            "All aims of the scenario together, without {names}, which no criterion is judged of: {chance} ({draws} draws; 95% "
            "range {low} - {high})."
        )
    chance, low, high = (100 * float(found.iloc[0][name]) for name in ("chance", "low", "high"))
    return text.format(
        chance=formats.percent(chance), draws=formats.number(study.simulation.draws), low=formats.percent(low),
        high=formats.percent(high), names="; ".join(formats.in_sentence(aim_words()[name]) for name in dict.fromkeys(open_)),
    )  # fmt: skip


def _asked(study: Study) -> Mapping[str, float | None]:
    return {name: getattr(study.plan.scenario.settings.aims, name) for name in AIMS}


def aims_sheet(study: Study) -> Sheet:
    """Return each aim of the scenario: asked, asked in this plan, what the plan reaches, and the chance of it."""
    last, aims = study.plan.problem.years[-1], study.plan.scenario.settings.aims
    asked: list[tuple[str, int, float]] = [
        (name, year, count) for name in BY_YEAR for year, count in sorted(getattr(aims, name).items())
    ]
    asked += [(name, last, value) for name, value in _asked(study).items() if value]
    rows = pd.DataFrame([_aim_row(study, *each) for each in asked])
    columns = [
        Column("aim", _("Aim"), width=40),
        Column("year", _("Year"), "year", width=8),
        Column("asked", _("Level asked by the scenario"), "decimal", width=13),
        Column("kept", _("Level kept in this plan"), "decimal", width=13),
        Column("reached", _("By plan"), "decimal", width=13),
        Column("chance", _("Chance of the level asked (%)"), "percent", width=14),
        Column("low", _("95% range, from"), "percent", width=11),
        Column("high", _("95% range, to"), "percent", width=11),
        Column("note", _("Note"), width=40),
    ]
    frame = rows.reindex(columns=[column.key for column in columns])
    for name in ("asked", "kept", "reached"):
        frame[name] = plain_numbers(frame[name])
    sheet = Sheet(
        name=_("Aims"), title=_("Aims of the scenario and what the plan makes of them"), columns=columns, frame=frame,
        source=source_line(study.plan), stamps=plan_stamps(study.plan), empty=_("This scenario sets no aims."),
        notes=[_chance(study), *clash_sentences(study), *package_notes(study.plan)],
    )  # fmt: skip
    return marked(study, sheet)


def _aim_row(study: Study, name: str, year: int, asked: float) -> dict[str, object]:
    plan, held = study.plan, study.simulation.aims
    kept = getattr(plan.problem.aims, name)
    if name in BY_YEAR:
        kept = kept.get(plan.problem.years.index(year))
    drawn = held[(held["aim"] == name) & (held["year"] == year) & (held["asked"] == float(asked))].to_dict("records")
    row: dict[str, object] = {"aim": aim_words()[name], "year": year, "asked": asked}
    row |= {"kept": kept, "reached": _reached(plan, name, year)}
    if drawn:
        row |= {end: 100 * drawn[0][end] for end in ("chance", "low", "high")}
        row["note"] = _("by an assumed sum of money, criteria not judged") if pd.isna(drawn[0]["chance"]) else ""
    if kept is None or kept < asked:
        row["note"] = (
            _("lowered or given up in this plan")
            if study.is_relaxed
            else _("beside the plan for comparison; the scenario does not bind it")
        )
    return row


def _reached(plan: Plan, name: str, year: int) -> float:
    until = plan.problem.years.index(year) + 1
    if name == "standard_by_year":
        return float((plan.solution.standard < until).sum())
    if name in {"villages", "villages_by_year"}:
        return float(plan.problem.start_villages + plan.solution.villages[:, :until].sum())
    end = targets(plan, "province").iloc[-1].to_dict()
    if name == "floor":
        return float(targets(plan, "commune").xs(plan.problem.years[-1], level="year")["criteria_low"].min())
    if name == "districts":
        apart = plan.problem.aims.districts_apart
        return float((plan.solution.districts & ~apart).sum() if apart is not None else plan.solution.districts.sum())
    return float(end["mean_low" if name == "mean" else name])
