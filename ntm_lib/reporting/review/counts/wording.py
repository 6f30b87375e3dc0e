"""Words that the parts on progress share: points in time, lists inside a sentence, what is certain and what is not."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from ntm_lib.evaluation.counts.columns import Point
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _, language
from ntm_lib.reporting import formats
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.sections.common import year_text
from ntm_lib.reporting.sentences import Sentence, sentence

Piece = tuple[str, Mapping[str, Fig | str]]
"""A part of a sentence: a text of the catalogue with names in braces, and what stands for them."""


def point_text(territory: Territory, point: Point) -> str:
    """Write a point in time as a heading: ``2018``, ``6/2019``, ``2020 (ước TH)``."""
    if point.on is not None:
        return f"{point.on.month}/{point.on.year}"
    return year_text(territory, point.year)


def point_key(point: Point) -> str:
    """Return the part of a figure's key that names a point in time."""
    return str(point.on or point.year)


def listed(text: str, pieces: Sequence[Piece], **values: Fig | str) -> Sentence:
    """Return a sentence whose ``{items}`` is a list of pieces; their names are told apart by their place."""
    texts, all_values = [], dict(values)
    for place, (piece, held) in enumerate(pieces):
        texts.append(piece.format(**{name: f"{{{name}{place}}}" for name in held}))
        all_values |= {f"{name}{place}": value for name, value in held.items()}
    return sentence(text.replace("{items}", "; ".join(texts)), **all_values)


def at_least(text: str, low: float, high: float, digits: int) -> str:
    """Say "at least" before ``{number}`` of a text where the value is not certain at the digits printed."""
    is_certain = formats.number(low, digits) == formats.number(high, digits)
    return text if is_certain else text.replace("{number}", _("at least {number}"))


def low_number(key: str, low: float, digits: int = 1) -> Fig:
    """Return the certain end of a value as a figure."""
    return fig(key, low, "number", digits=digits)


def pairs(low: pd.Series, high: pd.Series) -> pd.Series:
    """Return intervals for a column of kind ``interval``; whole where both are missing."""
    ends = [
        (one, other) if not (formats.is_missing(one) or formats.is_missing(other)) else (None, None)
        for one, other in zip(low, high, strict=True)
    ]
    made = pd.Series(index=low.index, dtype="object")
    made[:] = _objects(ends)
    return made


def _objects(values: Sequence[object]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    held = np.empty(len(values), dtype=object)
    held[:] = values
    return held


def named(codes: pd.Index, names: pd.Series) -> list[str]:
    """Return the names of units by their codes, in the order of the codes."""
    return [str(name) for name in names.reindex(codes)]


def row_of(table: pd.DataFrame, *label: object) -> pd.Series:
    """Return one row of a table by its label."""
    found: pd.Series = table.T[label if len(label) > 1 else label[0]]
    return found


def as_shown(text: str, *, is_certain: bool) -> str:
    """Say once, before a list of numbers, that they are what the data show where some results are missing."""
    return text.replace("{basis}", "" if is_certain else " " + _("(by the data there are)"))


def criteria_names(territory: Territory, criteria: Iterable[str], *, numbered: bool = True) -> dict[str, str]:
    """Return the names of criteria as the last year's set calls them: ``2. Giao thông`` or ``Giao thông``."""
    labels = territory.reported.rules[territory.review.last_year].criteria
    names = labels[f"label_{language()}"]
    return {
        str(item): f"{item}. {names[item]}" if numbered and item in names else str(names.get(item, item))
        for item in criteria
    }
