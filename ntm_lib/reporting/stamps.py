"""The warnings that stand inside each picture, table and page."""

from typing import Protocol

import pandas as pd

from ntm_lib.messages import _


class MadeFrom(Protocol):
    """What a page, table or picture was made from: only values handed in, only generated ones, or some of both."""

    @property
    def is_illustrative(self) -> bool:
        """Whether any value is generated."""

    @property
    def is_mixed(self) -> bool:
        """Whether some values are generated and others were handed in."""


def of_data(data: MadeFrom) -> list[str]:
    """Return the warning that values made necessary; none where everything was handed in."""
    if not data.is_illustrative:
        return []
    return [mixed() if data.is_mixed else illustrative()]


def origin(data: MadeFrom) -> str:
    """Say in a line of sources where the values come from."""
    if data.is_mixed:
        return _("reports of communes and, where marked (ill.), illustrative data of the workbench")
    return _("illustrative data of the workbench") if data.is_illustrative else _("reports of communes")


def marked(name: str) -> str:
    """Mark the name of a unit, or a year, whose values are generated beside others that are not."""
    return _("{name} (ill.)").format(name=name)


def partly_marked(name: str) -> str:
    """Mark the name of a unit of which some values are generated and others were handed in."""
    return _("{name} (partly ill.)").format(name=name)


def marked_units(names: pd.Series, units: pd.Series, is_generated: pd.Series) -> pd.Series:
    """Mark the names of units by what their lines are made from, where the lines of all are of both kinds.

    ``units``: the unit of each line, ``is_generated`` (same order): whether the line is generated. A unit whose lines are all
    generated bears the mark, one of both kinds says so, one without a generated line keeps its name.
    """
    if not is_generated.any() or is_generated.all():
        return names
    grouped = pd.Series(is_generated.to_numpy(bool)).groupby(units.to_numpy())
    every, some = (held.reindex(names.index, fill_value=False) for held in (grouped.all(), grouped.any()))
    return names.where(~(some & ~every), names.map(partly_marked)).where(~every, names.map(marked))


def marked_names(names: pd.Series, is_generated: pd.Series) -> pd.Series:
    """Mark the names of the units, by code, for which ``is_generated`` (same index) is true."""
    return names.where(~is_generated, names.map(marked))


def illustrative() -> str:
    """Warn that the values were generated."""
    return _(
        "ILLUSTRATIVE DATA: not officially reported figures; not to be used for evaluation, recognition or commendation"
    )


def mixed() -> str:
    """Warn that some of the values were generated, and say how they are told apart."""
    return _("This page holds reported and illustrative data; illustrative data is marked (ill.)")


def draft() -> str:
    """Mark a page that nobody signed."""
    return _("DRAFT")


def internal() -> str:
    """Mark a page that only the office reads."""
    return _("For internal use")
