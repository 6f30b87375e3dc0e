"""Why a plan is as it is: what keeps each commune from the standard, which limits bind, what more would buy."""

from ntm_lib.planning.reasons.table import reasons
from ntm_lib.planning.reasons.why import Reason, Why, explain

__all__ = ["Reason", "Why", "explain", "reasons"]
