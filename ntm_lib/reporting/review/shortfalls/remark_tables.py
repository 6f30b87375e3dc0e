"""What communes wrote, laid out for a report: by criterion, by addressee, in their own words."""

import numpy as np
import pandas as pd

from ntm_lib.evaluation.shortfalls.remarks import GENERAL, NOT_SAID, mentions
from ntm_lib.messages import _
from ntm_lib.reporting.review.shortfalls.achievement_tables import sheet_of
from ntm_lib.reporting.review.shortfalls.facts import Facts, body_note
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sheets import Column, Sheet, clean_text


def remarks_of(facts: Facts, kind: str, cause_kind: str = "") -> pd.DataFrame:
    """Return the remarks of one kind; for a commune those of the parts it was formed from."""
    table = facts.ground.remarks
    table = table[(table["kind"] == kind) & ((table["cause_kind"] == cause_kind) | (kind != "cause"))]
    return facts.of_parts(table)


def about(facts: Facts, criterion: str) -> str:
    """Say what a remark is about."""
    if criterion == GENERAL:
        return _("in general")
    return _("on criterion {name}").format(name=facts.ground.remark_criterion(criterion))


def quoted(facts: Facts, text: str) -> str:
    """Return a commune's own words, marked when they are illustrative."""
    plain = clean_text(text)
    mark = _("(illustrative)")
    is_marked = not facts.is_illustrative("b15") or plain.casefold().startswith(mark.casefold())
    return plain if is_marked else f"{mark} {plain}"


def addressee_words(facts: Facts) -> dict[str, str]:
    """Return the words for the addressees of requests."""
    known = {item.id: str(item.label) for item in facts.ground.rules.addressees}
    return {**known, NOT_SAID: _("Not said")}


def kind_words() -> dict[tuple[str, str], str]:
    """Return the words for the kinds of remarks."""
    return {
        ("difficulty", ""): _("Difficulty"),
        ("cause", "objective"): _("Objective cause"),
        ("cause", "subjective"): _("Subjective cause"),
        ("cause", ""): _("Cause, kind not said"),
    }


def remarks_by_criterion(subject: Subject) -> Sheet:
    """Show difficulties and causes by criterion, counted, each with the words that most communes used."""
    facts = Facts(subject)
    kinds = kind_words()
    rows = pd.concat([remarks_of(facts, kind, cause) for kind, cause in kinds])
    table = mentions(rows.assign(addressee=""))
    words = [kinds.get((kind, cause), kind) for kind, cause in zip(table["kind"], table["cause_kind"], strict=True)]
    return _remark_sheet(
        facts, "remarks_by_criterion", _("Difficulties and causes written by communes"), table, _("Kind"), words
    )


def requests_by_addressee(subject: Subject) -> Sheet:
    """Show the requests of communes by addressee and criterion, with the body that usually leads on it."""
    facts = Facts(subject)
    table = mentions(remarks_of(facts, "request"))
    words = addressee_words(facts)
    order = table["addressee"].map({name: place for place, name in enumerate(words)})
    table = table.iloc[np.argsort(order.to_numpy(), kind="stable")]
    named = [words[name] for name in table["addressee"]]
    return _remark_sheet(
        facts, "requests_by_addressee", _("Requests of communes, by addressee"), table, _("Addressee"), named
    )


def _remark_sheet(facts: Facts, name: str, title: str, table: pd.DataFrame, heading: str, words: list[str]) -> Sheet:
    frame = table.assign(
        words=words,
        about=[facts.ground.remark_criterion(item) if item else _("In general") for item in table["criterion"]],
        text=[quoted(facts, quote) for quote in table["quote"]],
        body=[facts.ground.body(item) if item else "" for item in table["criterion"]],
        place=["-".join(part or "x" for part in parts) for parts in zip(*(table[key] for key in ("kind", "cause_kind", "criterion", "addressee")), strict=True)],
    )  # fmt: skip
    columns = [
        Column("words", heading, width=16),
        Column("about", _("Criterion"), width=26),
        Column("communes", _("Number of communes"), "count"),
        Column("text", _("In the words of the communes"), width=46),
        Column("quoted", _("Communes with these words"), "count"),
        Column("body", _("Lead body"), width=24),
    ]
    notes = [
        _("The words are those of the reports, unchanged; the text that most communes wrote is shown."),
        body_note(facts.subject.territory.project),
    ]
    return sheet_of(
        facts, name, title, columns, frame, years=(facts.ground.remark_year or facts.ground.year,), unit=_("Unit: commune"),
        notes=notes, row_key="place", empty=_("Nobody has written any yet."), stamps=facts.stamps("b15"),
    )  # fmt: skip
