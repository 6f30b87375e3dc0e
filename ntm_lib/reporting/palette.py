"""Colours, signs and words of verdicts and of groups; no meaning rests on colour alone.

Colours stay apart for readers who do not see red and green (checked against Okabe and Ito's set).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ntm_lib.messages import _
from ntm_lib.verdicts import Verdict

OUTSIDE_COLOUR = "#d6d6d6"


@dataclass(frozen=True)
class MapClass:
    """One class of a map or chart: its words, colour (``#rrggbb``), short sign, and whether it is hatched."""

    label: str
    colour: str
    mark: str
    is_hatched: bool = False


_VERDICTS = {
    Verdict.MET: ("#1f6aa5", "●"),
    Verdict.NOT_MET: ("#f0a03c", "○"),
    Verdict.UNKNOWN: ("#ffffff", "?"),
    Verdict.NOT_APPLICABLE: ("#cbbfe0", "–"),
}
_GROUP_COLOURS = {
    "all": ("#08306b", "19"),
    "15_18": ("#2a74b0", "15-18"),
    "10_14": ("#67b0cf", "10-14"),
    "5_9": ("#c2dfe0", "5-9"),
    "under_5": ("#f6e8b1", "<5"),
    "unknown": ("#ffffff", "?"),
}


def is_dark(colour: str) -> bool:
    """Tell whether white letters read better on a colour (``#rrggbb``) than dark ones."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140


def verdict_label(verdict: Verdict) -> str:
    """Return the words for a verdict."""
    return {
        Verdict.MET: _("Met"),
        Verdict.NOT_MET: _("Not met"),
        Verdict.UNKNOWN: _("Not enough data"),
        Verdict.NOT_APPLICABLE: _("Not assessed"),
    }[verdict]


def verdict_short(verdict: Verdict) -> str:
    """Return the words for a verdict in a narrow cell."""
    return _("NED") if verdict is Verdict.UNKNOWN else verdict_label(verdict)


def verdict_mark(verdict: Verdict) -> str:
    """Return the sign of a verdict."""
    return _VERDICTS[verdict][1]


def verdict_classes() -> dict[Verdict, MapClass]:
    """Return the map classes of a criterion, in the order of a legend."""
    return {
        verdict: MapClass(verdict_label(verdict), colour, mark, verdict is Verdict.UNKNOWN)
        for verdict, (colour, mark) in _VERDICTS.items()
    }


def group_classes(labels: Mapping[str, str]) -> dict[str, MapClass]:
    """Return the map classes of the number of criteria met, by group, from high to low, unknown last.

    ``labels``: the words for each group, as `ntm_lib.evaluation.progress.group_labels` gives them.
    """
    return {
        group: MapClass(labels[group], colour, mark, group == "unknown")
        for group, (colour, mark) in _GROUP_COLOURS.items()
    }
