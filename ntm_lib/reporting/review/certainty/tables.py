"""The tables on how sure the results are; for the office only."""

import pandas as pd

from ntm_lib import criteria
from ntm_lib.evaluation import group_labels
from ntm_lib.evaluation.certainty import flips, margins, ranks
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.review.certainty.facts import Certainty
from ntm_lib.reporting.review.shortfalls.achievement_tables import sheet_of
from ntm_lib.reporting.review.shortfalls.facts import or_dash, pairs_of
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sheets import Column, Sheet


def distance_to_level(subject: Subject) -> Sheet:
    """Show how many communes stand near each level on either side, and how far the others are; for a commune its values."""
    facts = Certainty(subject)
    title = _("Distance to the required level, and what a plausible error reaches")
    notes = [_error_note(facts)]
    if subject.commune:
        return sheet_of(facts, "distance_to_level", title, *_own_distances(facts), notes=notes, row_key="place")
    table = margins.by_requirement(subject.territory, facts.held.year, facts.held.rules)
    frame = table.assign(
        name=[facts.ground.requirement(str(item)) for item in table.index],
        level_text=[facts.ground.level(str(item)) for item in table.index],
        typical_gap=or_dash(table["typical_gap"], table["typical_gap"].notna()),
        typical_relative=or_dash(table["typical_relative"], table["typical_relative"].notna()),
        item=table.index,
    )
    met, not_met = _("Met"), _("Not met")
    columns = [
        Column("name", _("Requirement"), width=36),
        Column("level_text", _("Required level")),
        Column("met", _("Number of communes"), "count", met),
        Column("met_within", _("Within the error"), "count", met),
        Column("not_met", _("Number of communes"), "count", not_met),
        Column("not_met_within", _("Within the error"), "count", not_met),
        Column("typical_gap", _("Middle distance"), "decimal", not_met, digits=1),
        Column("typical_relative", _("in % of the level"), "percent", not_met),
    ]
    return sheet_of(
        facts, "distance_to_level", title, columns, frame, unit=_("Unit: commune"), notes=notes, row_key="item"
    )


def _own_distances(facts: Certainty) -> tuple[list[Column], pd.DataFrame]:
    cells = facts.of_parts(facts.held.margins)
    cells = cells[cells["margin"].notna()]
    frame = cells.assign(
        name=cells["requirement"].map(facts.ground.requirement),
        level_text=cells["requirement"].map(facts.ground.level),
        words=[_("Within the error") if near else "" for near in cells["is_within"]],
        relative=or_dash(cells["relative"], cells["relative"].notna()),
        place=cells["commune_code"] + "-" + cells["requirement"],
    )
    columns = [
        Column("name", _("Requirement"), width=36),
        Column("level_text", _("Required level")),
        Column("value", _("Value reached"), "decimal", digits=1),
        Column("margin", _("Above (+) or short of (-) the level"), "decimal", digits=1),
        Column("relative", _("in % of the level"), "percent"),
        Column("words", _("Judgement"), width=18),
    ]
    return columns, frame


def _error_note(facts: Certainty) -> str:
    units = criteria.load(facts.subject.territory.project).registers.units
    parts = []
    for name, error in facts.held.rules.errors.items():
        if error.half_width is not None:
            parts.append(f"{units[name].label}: ± {formats.number(error.half_width, 1)}")
        elif error.half_width_percent is not None:
            parts.append(f"{units[name].label}: ± {formats.percent(error.half_width_percent, 0)}")
        else:
            parts.append(f"{units[name].label}: {formats.percent(100 * error.wrong, 0)}")
    return _("Plausible errors (assumed, parameters/evaluation/certainty.yaml): {errors}.").format(
        errors="; ".join(parts)
    )


def status_at_risk(subject: Subject) -> Sheet:
    """Show the communes that a plausible error could place in another group, in the documents' order."""
    facts = Certainty(subject)
    table = facts.held.at_risk
    table = table[table.index == subject.commune] if subject.commune else table
    labels = group_labels()
    frame = table.assign(
        name=subject.territory.communes["name"].reindex(table.index),
        reached=pairs_of(table["low"], table["high"]),
        words=[labels[group] for group in table["group"]],
        chance=100 * table["other_group"],
        full=or_dash(100 * table["all_chance"], table["all_now"].astype(bool)),
        code=table.index,
    )
    columns = [
        Column("name", _("Commune"), width=20),
        Column("reached", _("Criteria met"), "interval"),
        Column("words", _("Group"), width=20),
        Column("chance", _("Chance of another group"), "percent", digits=0),
        Column("full", _("Chance that every criterion is truly met"), "percent", digits=0),
        Column("single", _("Single results that decide the group"), "count"),
    ]
    notes = [
        _(
            "Exact chances if the errors of different results are independent; what is unknown stays unknown, and communes that it "
            "leaves without a group are not listed."
        ),
        _error_note(facts),
    ]
    empty = _("No commune has a chance of {chance} or more of standing in another group.").format(
        chance=formats.percent(100 * facts.held.rules.listed_from, 0)
    )
    if not flips.can_tell(subject.territory):
        empty = _("Not computed under this rule for merged communes.")
    title = _("Communes whose group a plausible error could change")
    return sheet_of(facts, "status_at_risk", title, columns, frame, notes=notes, row_key="code", empty=empty)


def heaping_at_levels(subject: Subject) -> Sheet:
    """Show, level by level, the communes just short and just past it, and whether that is more than chance."""
    facts = Certainty(subject)
    table = facts.held.heaping.iloc[0:0] if subject.commune else facts.held.heaping
    frame = table.assign(
        name=[facts.ground.requirement(str(item)) for item in table.index],
        level_text=[facts.ground.level(str(item)) for item in table.index],
        expected=100 * table["expected_share"],
        chance=or_dash(table["p_value"], table["p_value"].notna()),
        words=table["is_heaped"]
        .map({True: _("More than explained"), False: ""})
        .where(table["p_value"].notna(), _("Too few communes")),
        item=table.index,
    )
    short, past = _("Short of the level"), _("Past the level")
    columns = [
        Column("name", _("Requirement"), width=36),
        Column("level_text", _("Required level")),
        Column("far_failing", _("Next window"), "count", short),
        Column("failing", _("Just short"), "count", short),
        Column("passing", _("Just past"), "count", past),
        Column("far_passing", _("Next window"), "count", past),
        Column("expected", _("Expected share just past"), "percent", digits=0),
        Column("chance", _("p"), "decimal", digits=3),
        Column("words", _("Judgement"), width=18),
    ]
    windows = "; ".join(
        f"{formats.number(width, 1)} {criteria.load(subject.territory.project).registers.units[unit].label}"
        for unit, width in facts.held.rules.heaping.window.items()
    )
    notes = [
        _("Windows of {windows} on either side; the next windows tell how many communes to expect. Levels at the end of the range are left out.").format(windows=windows),
        _("A reason to look at the papers, no proof: real effort stops at a level too. False findings over all levels are held at {rate}.").format(
            rate=formats.percent(100 * facts.held.rules.heaping.false_discovery, 0)
        ),
    ]  # fmt: skip
    title = _("Results heaped just past a required level")
    empty = _("Only for a district or the province.")
    return sheet_of(
        facts,
        "heaping_at_levels",
        title,
        columns,
        frame,
        unit=_("Unit: commune"),
        notes=notes,
        row_key="item",
        empty=empty,
    )


def count_ties(subject: Subject) -> Sheet:
    """Show how many communes share each number of criteria met, and between which places they stand; no names."""
    facts = Certainty(subject)
    counts = subject.territory.of_year(subject.territory.counts, facts.held.year)
    counts = counts[counts["is_reported"]]
    if subject.commune:
        counts = counts.iloc[0:0]
    frame = ranks.ties(counts["low"].astype(float), counts["high"].astype(float))
    frame = frame.assign(
        reached=pairs_of(frame["low"], frame["high"]),
        places=pairs_of(frame["best"], frame["worst"]),
        place=[f"{low:.0f}-{high:.0f}" for low, high in zip(frame["low"], frame["high"], strict=True)],
    )
    columns = [
        Column("reached", _("Criteria met"), "interval"),
        Column("units", _("Number of communes"), "count"),
        Column("places", _("Places"), "interval"),
    ]
    notes = [
        _(
            "Communes with the same result share their places; one stands before another only when no unknown result could change it."
        )
    ]
    title = _("Communes by number of criteria met, ties left open")
    empty = _("Only for a district or the province.")
    return sheet_of(
        facts, "count_ties", title, columns, frame, unit=_("Unit: commune"), notes=notes, row_key="place", empty=empty
    )


def rests_by_criterion(subject: Subject) -> Sheet:
    """Show by criterion how many results rest on levels that were not verified or are assumed."""
    facts = Certainty(subject)
    table = facts.held.rests.iloc[0:0] if subject.commune else facts.held.rests
    frame = table.assign(
        name=[f"{number}. {facts.ground.criterion_names[number]}" for number in table.index], number=table.index
    )
    levels, met, not_met = _("Levels"), _("Met"), _("Not met")
    columns = [
        Column("name", _("Criterion"), width=30),
        Column("levels", _("Total"), "count", levels),
        Column("unverified", _("Not checked"), "count", levels),
        Column("assumed", _("Assumed"), "count", levels),
        Column("met", _("Number of communes"), "count", met),
        Column("met_doubtful", _("resting on these"), "count", met),
        Column("not_met", _("Number of communes"), "count", not_met),
        Column("not_met_doubtful", _("resting on these alone"), "count", not_met),
    ]
    notes = [_("Communes as they reported. A criterion not met stands when one level that is missed was verified.")]
    title = _("Results that rest on levels not verified or assumed, by criterion")
    return sheet_of(
        facts, "rests_by_criterion", title, columns, frame, unit=_("Unit: commune"), notes=notes, row_key="number",
        empty=_("Only for a district or the province."),
    )  # fmt: skip
