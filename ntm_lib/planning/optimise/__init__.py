"""Search the best plan of a problem, prove how good it is, and check it separately."""

from ntm_lib.planning.optimise.check import check
from ntm_lib.planning.optimise.options import Options
from ntm_lib.planning.optimise.search import optimise

__all__ = ["Options", "check", "optimise"]
