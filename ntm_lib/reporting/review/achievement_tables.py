"""The tables behind achievements and shortcomings; for a commune its own rows."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ntm_lib.evaluation.shortfalls.blocking import FAR, MAY_BE_NEAR, NEAR
from ntm_lib.evaluation.shortfalls.kept import FELL, LEVEL_RAISED, SET_CHANGED
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.review.commune_achievements import commune_requirements
from ntm_lib.reporting.review.shortfall_facts import Facts, body_note, pairs_of, volume_digits
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import not_assessed_note, withheld_note
from ntm_lib.reporting.sheets import Column, Sheet

SHOWN_PAIRS = 15


def sheet_of(
    facts: Facts,
    name: str,
    title: str,
    columns: Sequence[Column],
    frame: pd.DataFrame,
    *,
    years: Sequence[int] = (),
    **more: Any,
) -> Sheet:
    """Return a table with the source and, unless others are given, the stamps of its subject."""
    more.setdefault("stamps", facts.subject.stamps)
    more["notes"] = [*more.get("notes", ()), *withheld_note(facts.subject.territory)]
    frame = frame.reset_index(drop=True)
    return Sheet(name=name, title=title, columns=columns, frame=frame, source=facts.source(*years), **more)


def criteria_standing(subject: Subject) -> Sheet:
    """Show where each criterion stands, with what unknown results could change; empty for one commune."""
    facts = Facts(subject)
    first, last = subject.territory.review.first_year, subject.territory.review.last_year
    table = facts.ground.standing
    frame = table.assign(
        name=[f"{number}. {facts.ground.criterion_names[number]}" for number in table.index],
        number=table.index,
        before=pairs_of(table["first_met"], table["first_high"]),
        now=pairs_of(table["met"], table["met_high"]),
        rate=100 * table["met"] / table["total"],
        gain=pairs_of(table["gain_low"], table["gain_high"]),
        body=[facts.ground.body(str(number)) for number in table.index],
    )
    met = _("Communes meeting the criterion")
    columns = [
        Column("name", _("Criterion"), width=28),
        Column("before", facts.year(first), "interval", met),
        Column("now", facts.year(last), "interval", met),
        Column("rate", _("Share (%)"), "percent", met),
        Column("not_met", _("Not met"), "count", facts.year(last)),
        Column("unknown", _("Not enough data"), "count", facts.year(last)),
        Column("not_applicable", _("Not assessed"), "count", facts.year(last)),
        Column("gain", _("Rise over the period"), "interval"),
        Column("body", _("Lead body"), width=26),
    ]
    notes = [
        _("Two figures: for certain, and if every result without enough data were met."),
        _(
            "Each year is judged by the set in force; where a criterion asks for something else than before, the rise also holds that."
        ),
        not_assessed_note(subject.territory),
        body_note(),
    ]
    return sheet_of(
        facts, "criteria_standing", _("Communes meeting each criterion, and what is missing"), columns,
        frame.iloc[0:0] if subject.commune else frame, years=(first, last), unit=_("Unit: commune"), notes=notes,
        row_key="number", empty=_("See the commune's own results."),
    )  # fmt: skip


def near_misses(subject: Subject) -> Sheet:
    """Show the criteria nearly met: by criterion for the province, commune by commune for a district or a commune."""
    facts = Facts(subject)
    cases = facts.of_commune(facts.ground.cases)
    notes = [_near_note(facts)]
    title = _("Criteria nearly met")
    if subject.tier == "province":
        return sheet_of(
            facts, "near_misses", title, *_near_by_criterion(facts, cases), notes=notes, row_key="criterion"
        )
    near = cases[cases["state"] != FAR]
    words = {NEAR: _("Near"), MAY_BE_NEAR: _("Nearly met, unless what is unknown is missing")}
    frame = near.assign(
        commune=near["commune_code"].map(subject.territory.communes["name"]),
        name=near["criterion"].map(facts.ground.criterion),
        missing_names=near["requirements"].map(facts.ground.names_of),
        words=near["state"].map(words),
        place=near["commune_code"] + "-" + near["criterion"],
    )
    columns = [
        Column("commune", _("Commune"), width=18),
        Column("name", _("Criterion"), width=26),
        Column("missing_names", _("Requirements not met"), width=40),
        Column("words", _("Judgement"), width=20),
    ]
    return sheet_of(
        facts,
        "near_misses",
        title,
        columns,
        frame,
        notes=notes,
        row_key="place",
        empty=_("No criterion is nearly met."),
    )


def _near_by_criterion(facts: Facts, cases: pd.DataFrame) -> tuple[list[Column], pd.DataFrame]:
    is_near = cases["state"] == NEAR
    counted = cases.assign(
        all=1,
        near=is_near,
        one=is_near & cases["is_one_missing"],
        close=is_near & cases["is_close"],
        may=cases["state"] == MAY_BE_NEAR,
    )
    frame = counted.groupby("criterion")[["all", "near", "one", "close", "may"]].sum().astype(int)
    order = [str(number) for number in facts.ground.standing.index]
    frame = frame.reindex([number for number in order if number in frame.index])
    frame = frame.assign(name=[f"{number}. {facts.ground.criterion_names[number]}" for number in frame.index])
    near = _("Near")
    columns = [
        Column("name", _("Criterion"), width=30),
        Column("all", _("Not met"), "count"),
        Column("near", _("Communes"), "count", near),
        Column("one", _("One requirement missing"), "count", near),
        Column("close", _("Small distance"), "count", near),
        Column("may", _("Cannot be told yet"), "count"),
    ]
    return columns, frame.reset_index()


def _near_note(facts: Facts) -> str:
    rules = "; ".join(str(near.reason) for near in facts.ground.rules.near.values())
    return _(
        "Nearly met: one requirement of several is missing, or every distance is no more than: {rules}. A requirement answered "
        "by yes or no has no distance; a criterion with an unknown requirement cannot be told."
    ).format(rules=rules)


def loss_words() -> dict[str, str]:
    """Return the words for the reasons why a criterion was not kept."""
    return {
        FELL: _("Not kept, level unchanged"),
        LEVEL_RAISED: _("Not met by the raised level"),
        SET_CHANGED: _("Not met by the new set"),
    }


def not_kept(subject: Subject) -> Sheet:
    """Show the criteria that were met and then were not: by criterion for the province, else case by case."""
    facts = Facts(subject)
    lost = facts.of_commune(facts.ground.lost)
    title = _("Criteria not kept during the period")
    notes = [
        _(
            "Under another set of criteria the table cannot tell a fall in fact from a stricter rule. A year without enough "
            "data is neither kept nor lost."
        )
    ]
    years = (subject.territory.review.first_year, subject.territory.review.last_year)
    if subject.tier == "province":
        columns, frame = _lost_by_criterion(facts, lost)
        return sheet_of(facts, "not_kept", title, columns, frame, years=years, notes=notes, row_key="criterion")
    frame = lost.assign(
        commune=lost["commune_code"].map(subject.territory.communes["name"]),
        name=lost["criterion"].map(facts.ground.criterion),
        words=lost["reason"].map(loss_words()),
        now=[_("Met again") if met else "" for met in lost["met_now"]],
        place=lost["commune_code"] + "-" + lost["criterion"] + "-" + lost["year"].astype(str),
    )
    columns = [
        Column("commune", _("Commune"), width=18),
        Column("name", _("Criterion"), width=30),
        Column("met_in", _("Last met in"), "year"),
        Column("year", _("Not met in"), "year"),
        Column("words", _("Reason"), width=26),
        Column("now", facts.year(facts.ground.year), width=14),
    ]
    return sheet_of(
        facts, "not_kept", title, columns, frame, years=years, notes=notes, row_key="place",
        empty=_("Every criterion that was met has been kept, as far as it is known."),
    )  # fmt: skip


def _lost_by_criterion(facts: Facts, lost: pd.DataFrame) -> tuple[list[Column], pd.DataFrame]:
    counted = lost.assign(
        all=1,
        still=~lost["met_now"],
        **{reason: lost["reason"] == reason for reason in (FELL, LEVEL_RAISED, SET_CHANGED)},
    )
    names = ["all", FELL, LEVEL_RAISED, SET_CHANGED, "still"]
    frame = counted.groupby("criterion")[names].sum().astype(int)
    frame = frame.reindex([str(number) for number in facts.ground.standing.index if str(number) in frame.index])
    frame = frame.assign(name=[f"{number}. {facts.ground.criterion_names[number]}" for number in frame.index])
    reasons = loss_words()
    columns = [
        Column("name", _("Criterion"), width=30),
        Column("all", _("Cases"), "count"),
        *(Column(reason, reasons[reason], "count", _("Reason")) for reason in reasons),
        Column("still", _("Not met again by {year}").format(year=facts.year(facts.ground.year)), "count"),
    ]
    return columns, frame.reset_index()


def blocking_requirements(subject: Subject) -> Sheet:
    """Show which requirements keep communes from a criterion, with the work still missing; for a commune its own."""
    facts = Facts(subject)
    if subject.commune:
        columns, frame, notes = commune_requirements(facts)
        title = _("What is missing, requirement by requirement")
        return sheet_of(
            facts, "blocking_requirements", title, columns, frame, notes=[*notes, body_note()], row_key="place",
            stamps=facts.stamps(*facts.ground.volume_tables), empty=_("Every requirement is met or without enough data."),
        )  # fmt: skip
    table = facts.ground.by_requirement.join(facts.ground.volumes)
    table = table[table["communes"] > 0]
    frame = table.assign(
        name=[facts.ground.requirement(str(item)) for item in table.index],
        level_text=[facts.ground.level(str(item)) for item in table.index],
        close=table["close"].where(table["sense"] != "yes"),
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
        body_note(),
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
        facts, "missing_together", _("Criteria missing together"), columns, frame.iloc[0:0] if subject.commune else frame,
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
        notes=[body_note()], row_key="place",
        empty=_("No commune lacks only {count} criteria or fewer.").format(count=facts.ground.rules.last_missing),
    )  # fmt: skip
