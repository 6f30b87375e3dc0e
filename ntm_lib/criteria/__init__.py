"""Criteria sets as dated law: which rules judge a year, and how far each level is known."""

from ntm_lib.criteria.audit import audit
from ntm_lib.criteria.bridge import Bridge, bridge
from ntm_lib.criteria.describe import Description, describe, level_text, select, verified_text
from ntm_lib.criteria.law import Law, YearRules, load
from ntm_lib.criteria.levels import Requirement
from ntm_lib.criteria.sets import CriteriaSet

__all__ = [
    "Bridge",
    "CriteriaSet",
    "Description",
    "Law",
    "Requirement",
    "YearRules",
    "audit",
    "bridge",
    "describe",
    "level_text",
    "load",
    "select",
    "verified_text",
]
