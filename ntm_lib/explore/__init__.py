"""Explore a scenario in the browser: change it, see what follows, save it as a scenario of its own."""

from ntm_lib.explore.app import explore

__all__ = ["explore"]
