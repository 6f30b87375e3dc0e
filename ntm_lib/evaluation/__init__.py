"""What the pages say: headline, progress, distances, what is unknown and what rests on assumption."""

from ntm_lib.evaluation.basis import VERIFIED, Sources, confirmed, doubtful_shares, rests_on, sources
from ntm_lib.evaluation.gaps import MISSING_LEVEL, MISSING_VALUE, distances, unknowns
from ntm_lib.evaluation.progress import (
    GROUP_UNKNOWN,
    Headline,
    criterion_shares,
    group_labels,
    groups,
    headline,
    trend,
)
from ntm_lib.evaluation.register import published_figures, published_words, recognitions, unnamed_recognitions
from ntm_lib.evaluation.territory import Territory, cut_off, iso_date, load_province, load_territory, status_of

__all__ = [
    "GROUP_UNKNOWN",
    "MISSING_LEVEL",
    "MISSING_VALUE",
    "VERIFIED",
    "Headline",
    "Sources",
    "Territory",
    "confirmed",
    "criterion_shares",
    "cut_off",
    "distances",
    "doubtful_shares",
    "group_labels",
    "groups",
    "headline",
    "iso_date",
    "load_province",
    "load_territory",
    "published_figures",
    "published_words",
    "recognitions",
    "rests_on",
    "sources",
    "status_of",
    "trend",
    "unknowns",
    "unnamed_recognitions",
]
