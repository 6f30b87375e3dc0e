"""What each missing requirement takes: measure, volume and money, and what recognition itself costs."""

from ntm_lib.planning.needs.lines import Needs, load_needs

__all__ = ["Needs", "load_needs"]
