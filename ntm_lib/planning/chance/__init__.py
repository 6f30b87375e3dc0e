"""How far a plan holds when things turn out otherwise, and the plan that is made with caution."""

from ntm_lib.planning.chance.draws import assumptions
from ntm_lib.planning.chance.recourse import rule
from ntm_lib.planning.chance.robust import robust_problem
from ntm_lib.planning.chance.uncertainty import Simulation, simulate, wilson

__all__ = ["Simulation", "assumptions", "robust_problem", "rule", "simulate", "wilson"]
