"""Gather what the parts of a report offer by name; the outline of a report calls these names."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import Any

from markupsafe import Markup

from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sentences import Sentence
from ntm_lib.reporting.sheets import Sheet

PARTS: tuple[str, ...] = ("next_period",)
"""The modules of this package that offer contents, in the order of the report."""


@dataclass(frozen=True)
class Contents:
    """What one part offers, each by a name that no other part has.

    ``sentences``: marked as proposed by the software; ``tables``: annexes; ``pictures``: figures as SVG.
    ``internal``: the names that only the internal version shows.
    """

    sentences: Mapping[str, Callable[[Subject], Sequence[Sentence]]] = field(default_factory=dict)
    tables: Mapping[str, Callable[[Subject], Sheet]] = field(default_factory=dict)
    pictures: Mapping[str, Callable[[Subject], Markup]] = field(default_factory=dict)
    internal: frozenset[str] = frozenset()


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
