"""The tables behind achievements and shortcomings; for a commune its own rows."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ntm_lib.evaluation.shortfalls.blocking import FAR, MAY_BE_NEAR, NEAR
from ntm_lib.evaluation.shortfalls.kept import FELL, LEVEL_RAISED, SET_CHANGED
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.review.shortfalls.facts import Facts, body_note, pairs_of
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
        gain=[_rise(low, high) for low, high in zip(table["gain_low"], table["gain_high"], strict=True)],
        body=[facts.ground.body(str(number)) for number in table.index],
    )
    met = _("Communes that meet it")
    columns = [
        Column("name", _("Criterion"), width=28),
        Column("before", facts.year(first), "interval", met),
        Column("now", facts.year(last), "interval", met),
        Column("rate", _("Share (%)"), "percent", met),
        Column("not_met", _("Not met"), "count", facts.year(last)),
        Column("unknown", _("Not enough data"), "count", facts.year(last)),
        Column("not_applicable", _("Not assessed"), "count", facts.year(last)),
        Column("gain", _("Rise over the period")),
        Column("body", _("Lead body"), width=26),
    ]
    notes = [
        _("Two figures: for certain, and if every result without enough data were met."),
        _(
            "Each year is judged by the set in force; where a criterion asks for something else than before, the rise also holds that."
        ),
        not_assessed_note(subject.territory),
        body_note(facts.subject.territory.project),
    ]
    return sheet_of(
        facts, "criteria_standing", _("Communes meeting each criterion, and what is missing"), columns,
        frame.iloc[0:0] if subject.commune else frame, years=(first, last), unit=_("Unit: commune"), notes=notes,
        row_key="number", empty=_("See the commune's own results."),
    )  # fmt: skip


def _rise(low: int, high: int) -> str:
    """Write a rise that unknown results leave open; one that may be a fall is not joined by a stroke."""
    text = formats.interval(low, high)
    return (
        text
        if low >= 0 or low == high
        else _("{low} to {high}").format(low=formats.number(low), high=formats.number(high))
    )


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
        Column("near", _("Number of communes"), "count", near),
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
        still=~lost["met_now"] & ~lost.duplicated(["commune_code", "criterion"], keep="last"),
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
