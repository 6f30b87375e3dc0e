"""What the pages say: headline, progress, distances, what is unknown and what rests on assumption."""

from ntm_lib.evaluation.certainty.basis import VERIFIED, Sources, confirmed, doubtful_shares, rests_on, sources
from ntm_lib.evaluation.counts.progress import (
    GROUP_UNKNOWN,
    Headline,
    criterion_shares,
    group_labels,
    groups,
    headline,
    trend,
)
from ntm_lib.evaluation.loading import load_province, load_territory, narrowed
from ntm_lib.evaluation.published.figures import published_figures, published_words
from ntm_lib.evaluation.published_table import read_published
from ntm_lib.evaluation.recognition.register import recognitions, unnamed_recognitions
from ntm_lib.evaluation.shortfalls.gaps import MISSING_LEVEL, MISSING_VALUE, distances, unknowns
from ntm_lib.evaluation.status import cut_off, status_of
from ntm_lib.evaluation.territory import Territory, iso_date
from ntm_lib.evaluation.words import merge_rule_words

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
    "merge_rule_words",
    "narrowed",
    "published_figures",
    "published_words",
    "read_published",
    "recognitions",
    "rests_on",
    "sources",
    "status_of",
    "trend",
    "unknowns",
    "unnamed_recognitions",
]
