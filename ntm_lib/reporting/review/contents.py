"""Gather what the parts of a report offer by name; the outline of a report calls these names."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from markupsafe import Markup

from ntm_lib.reporting.pictures import Picture
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.review.withheld import shown_picture, shown_sentences, shown_sheet
from ntm_lib.reporting.sentences import Sentence
from ntm_lib.reporting.sheets import Sheet

PARTS: tuple[str, ...] = (
    "maps",
    "counts.progress",
    "counts.criteria_course",
    "counts.series",
    "changes.changes",
    "recognition.recognition",
    "recognition.dossier",
    "recognition.villages",
    "aims.volumes",
    "aims.aims",
    "capital.capital",
    "shortfalls.achievements",
    "shortfalls.causes",
    "impact.impact",
    "published.published",
    "certainty.certainty",
    "certainty.differences",
    "commendation.commendation",
    "commune.commune",
    "next_period",
)
"""The modules of this package that offer contents, in the order of the report."""


@dataclass(frozen=True)
class Contents:
    """What one part offers, each by a name that no other part has.

    ``sentences``: marked as proposed by the software; ``tables``: annexes; ``pictures``: figures as SVG.
    ``internal``: the names that only the internal version shows.
    """

    sentences: Mapping[str, Callable[[Subject], Sequence[Sentence]]] = field(default_factory=dict)
    tables: Mapping[str, Callable[[Subject], Sheet]] = field(default_factory=dict)
    pictures: Mapping[str, Callable[[Subject], Markup | None]] = field(default_factory=dict)
    internal: frozenset[str] = frozenset()

    def said(self, name: str, subject: Subject) -> Sequence[Sentence]:
        """Return the sentences of a name that the reader may see."""
        return shown_sentences(subject.territory, self.sentences[name](subject))

    def table(self, name: str, subject: Subject) -> Sheet:
        """Return a table as the reader may see it."""
        return shown_sheet(subject.territory, self.tables[name](subject))

    def picture(self, name: str, subject: Subject) -> Picture | None:
        """Return a picture; None when there is nothing to draw or the reader may not see it."""
        drawn = self.pictures[name](subject)
        return None if drawn is None else shown_picture(subject.territory, Picture(drawn))


@cache
def all_contents() -> Contents:
    """Return the contents of every part together; a name that two parts offer raises ValueError."""
    parts: list[Contents] = [import_module(f"{__package__}.{name}").CONTENTS for name in PARTS]
    return Contents(
        sentences=_joined([part.sentences for part in parts]),
        tables=_joined([part.tables for part in parts]),
        pictures=_joined([part.pictures for part in parts]),
        internal=frozenset().union(*(part.internal for part in parts)),
    )


def _joined(offers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for offer in offers:
        if twice := joined.keys() & offer.keys():
            raise ValueError(f"contents offered twice: {', '.join(sorted(twice))}")
        joined |= offer
    return joined
