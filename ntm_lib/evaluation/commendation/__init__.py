"""Who may be considered for commendation: conditions, quotas, keys side by side. Internal, and never one sum."""

from ntm_lib.evaluation.commendation.districts import district_list
from ntm_lib.evaluation.commendation.keys import KEYS
from ntm_lib.evaluation.commendation.listing import CommendationList, RuleList, commendation_list
from ntm_lib.evaluation.commendation.proposals import proposals
from ntm_lib.evaluation.commendation.ranks import Ranks, rank_ranges
from ntm_lib.evaluation.commendation.rules import Phase, Rule, find_phase, load_phase
from ntm_lib.evaluation.commendation.settings import CommendationSettings, Rounding, load_commendation_settings

__all__ = [
    "KEYS",
    "CommendationList",
    "CommendationSettings",
    "Phase",
    "Ranks",
    "Rounding",
    "Rule",
    "RuleList",
    "commendation_list",
    "district_list",
    "find_phase",
    "load_commendation_settings",
    "load_phase",
    "proposals",
    "rank_ranges",
]
