"""The sections of a report: each puts one part of what the evaluation found on the page."""

from ntm_lib.reporting.sections.communes import commune_map, results
from ntm_lib.reporting.sections.levels import doubtful_levels
from ntm_lib.reporting.sections.missing import distances, unknowns
from ntm_lib.reporting.sections.opening import closing, opening
from ntm_lib.reporting.sections.progress import by_district, criterion_shares, headline, trend
from ntm_lib.reporting.sections.register import published, recognised

__all__ = [
    "by_district",
    "closing",
    "commune_map",
    "criterion_shares",
    "distances",
    "doubtful_levels",
    "headline",
    "opening",
    "published",
    "recognised",
    "results",
    "trend",
    "unknowns",
]
