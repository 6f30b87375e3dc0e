"""What was achieved and what was not: sentences by rules, and the tables behind them."""

from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.shortfalls import achievement_tables as tables
from ntm_lib.reporting.review.shortfalls import bottleneck_tables as bottlenecks
from ntm_lib.reporting.review.shortfalls.commune_achievements import (
    commune_highlights,
    commune_not_kept,
    commune_shortcomings,
)
from ntm_lib.reporting.review.shortfalls.facts import Facts
from ntm_lib.reporting.review.shortfalls.highlight_rules import HIGHLIGHTS
from ntm_lib.reporting.review.shortfalls.rules import told
from ntm_lib.reporting.review.shortfalls.shortcoming_rules import SHORTCOMINGS
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sentences import Sentence

MOST = 6


def highlights(subject: Subject) -> list[Sentence]:
    """Say what stands out among the results."""
    return commune_highlights(Facts(subject)) if subject.commune else told(Facts(subject), HIGHLIGHTS, MOST)


def shortcomings(subject: Subject) -> list[Sentence]:
    """Say what is missing, and where."""
    return commune_shortcomings(Facts(subject)) if subject.commune else told(Facts(subject), SHORTCOMINGS, MOST)


def criteria_not_kept(subject: Subject) -> list[Sentence]:
    """Say which criteria a commune had met and does not keep; the reports above have a table."""
    return commune_not_kept(Facts(subject)) if subject.commune else []


CONTENTS = Contents(
    sentences={"highlights": highlights, "shortcomings": shortcomings, "criteria_not_kept": criteria_not_kept},
    tables={
        "criteria_standing": tables.criteria_standing,
        "near_misses": tables.near_misses,
        "not_kept": tables.not_kept,
        "blocking_requirements": bottlenecks.blocking_requirements,
        "missing_together": bottlenecks.missing_together,
        "last_before_all": bottlenecks.last_before_all,
    },
)
