"""The tables on bottlenecks: what blocks a criterion, what is missing together, what the last communes lack."""

from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.review.shortfalls.achievement_tables import sheet_of
from ntm_lib.reporting.review.shortfalls.commune_achievements import commune_requirements
from ntm_lib.reporting.review.shortfalls.facts import Facts, body_note, or_dash, volume_digits
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sheets import Column, Sheet, that_say_something

SHOWN_PAIRS = 15


def blocking_requirements(subject: Subject) -> Sheet:
    """Show which requirements keep communes from a criterion, with the work still missing; for a commune its own."""
    facts = Facts(subject)
    if subject.commune:
        columns, frame, notes = commune_requirements(facts)
        title = _("What is missing, requirement by requirement")
        return sheet_of(
            facts, "blocking_requirements", title, columns, frame, notes=[*notes, body_note(facts.subject.territory.project)], row_key="place",
            stamps=facts.stamps(*facts.ground.volume_tables), empty=_("Every requirement is met or without enough data."),
        )  # fmt: skip
    table = facts.ground.by_requirement.join(facts.ground.volumes)
    table = table[table["communes"] > 0]
    frame = table.assign(
        name=[facts.ground.requirement(str(item)) for item in table.index],
        level_text=[facts.ground.level(str(item)) for item in table.index],
        close=or_dash(table["close"], table["sense"] != "yes"),
        work=[volume_text(*pair) for pair in zip(table["volume"], table["volume_unit"], table["unknown"], strict=True)],
        body=[facts.ground.body(*pair) for pair in zip(table["criterion"], table["indicator"], strict=True)],
        item=table.index,
    )
    kept = _("Communes kept from the criterion")
    columns = [
        Column("name", _("Requirement"), width=36),
        Column("level_text", _("Required level")),
        Column("communes", _("Total"), "count", kept),
        Column("alone", _("By it alone"), "count", kept),
        Column("close", _("Small distance"), "count", kept),
        Column("work", _("Work still missing"), width=20),
        Column("body", _("Lead body"), width=26),
    ]
    notes = [
        _("By it alone: nothing else of the criterion is missing or unknown."),
        _(
            "Work still missing: the missing share of what the communes last reported; empty where it cannot be told in numbers."
        ),
        body_note(facts.subject.territory.project),
    ]
    return sheet_of(
        facts, "blocking_requirements", _("Requirements that keep communes from a criterion"), columns, frame,
        unit=_("Unit: commune"), notes=notes, row_key="item", stamps=facts.stamps(*facts.ground.volume_tables),
        empty=_("Every requirement is met or without enough data."),
    )  # fmt: skip


def volume_text(volume: float, unit: object, unknown: float = 0) -> str:
    """Write a volume with its unit; at least so much where some communes did not report; empty when it is not known."""
    if formats.is_missing(volume):
        return ""
    text = f"{formats.number(volume, volume_digits(str(unit)))} {unit}"
    return f"{_('at least')} {text}" if unknown and unknown > 0 else text


def missing_together(subject: Subject) -> Sheet:
    """Show the pairs of criteria that most communes miss together, and which of them chance does not explain."""
    facts = Facts(subject)
    rules = facts.ground.rules.together
    pairs = facts.ground.pairs[facts.ground.pairs["both"] > 0].head(SHOWN_PAIRS)
    frame = pairs.assign(
        one=pairs["first"].map(facts.ground.criterion),
        other=pairs["second"].map(facts.ground.criterion),
        words=[_("Beyond chance") if found else "" for found in pairs["is_beyond_chance"]],
        place=pairs["first"] + "-" + pairs["second"],
    )
    columns = [
        Column("one", _("Criterion"), width=26),
        Column("other", _("and criterion"), width=26),
        Column("known", _("Communes with both known"), "count"),
        Column("both", _("Missing both"), "count"),
        Column("expected", _("If unrelated"), "decimal", digits=1),
        Column("lift", _("Times as many"), "decimal"),
        Column("words", _("Judgement"), width=16),
    ]
    note = _(
        "Beyond chance: together more often than the number of criteria each commune misses, and the number of communes that miss "
        "each criterion, explain; judged from {communes} communes and {together} cases on, {rate} of false findings allowed."
    ).format(
        communes=rules.min_communes, together=rules.min_together, rate=formats.percent(100 * rules.false_discovery, 0)
    )
    return sheet_of(
        facts, "missing_together", _("Criteria missing together"), that_say_something(columns, frame, "words"), frame.iloc[0:0] if subject.commune else frame,
        unit=_("Unit: commune"), notes=[note], row_key="place", empty=_("No two criteria are missing together."),
    )  # fmt: skip


def last_before_all(subject: Subject) -> Sheet:
    """Show what the communes just before all criteria still lack, with the requirements behind it."""
    facts = Facts(subject)
    last = facts.of_commune(facts.ground.last).merge(
        facts.ground.cases[["commune_code", "criterion", "requirements"]], on=["commune_code", "criterion"], how="left"
    )
    frame = last.assign(
        reached=[
            _("{low}/{of} criteria met").format(low=low, of=of) for low, of in zip(last["low"], last["of"], strict=True)
        ],
        lacks=last["criterion"].map(facts.ground.criterion),
        why=last["requirements"]
        .fillna("")
        .map(facts.ground.names_of)
        .where(last["state"] == "not_met", _("Not enough data")),
        body=last["criterion"].map(facts.ground.body),
        place=last["commune_code"] + "-" + last["criterion"],
    )
    columns = [
        Column("name", _("Commune"), width=18),
        Column("reached", _("Result"), width=18),
        Column("lacks", _("Criterion lacking"), width=26),
        Column("why", _("Requirements not met"), width=36),
        Column("body", _("Lead body"), width=24),
    ]
    return sheet_of(
        facts, "last_before_all", _("Communes nearest to all criteria, and what they lack"), columns, frame,
        notes=[body_note(facts.subject.territory.project)], row_key="place",
        empty=_("No commune lacks only {count} criteria or fewer.").format(count=facts.ground.rules.last_missing),
    )  # fmt: skip
