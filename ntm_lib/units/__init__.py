"""Units with the days on which they were valid, their lineage, names and boundaries."""

from ntm_lib.units.lineage import MERGE_RULES, Lineage, lineage
from ntm_lib.units.register import Unit
from ntm_lib.units.vintage import Vintage, on, register_totals, resolve

__all__ = ["MERGE_RULES", "Lineage", "Unit", "Vintage", "lineage", "on", "register_totals", "resolve"]
