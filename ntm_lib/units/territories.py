"""Tell the states of the communes' territory: the days on which it changed, and the links between."""

import datetime as dt

import pandas as pd

from ntm_lib.project import Project
from ntm_lib.units.register import Link, Register, read_register
from ntm_lib.units.vintage import on

_ONE_DAY = dt.timedelta(days=1)


def states(project: Project | None = None) -> list[dt.date]:
    """Return the first day of each state of the communes' territory, oldest (finest) first.

    A day on which units only change their name or district begins no new state.
    """
    register = read_register(project)
    return [register.first_day, *(day for day in register.change_dates if _moves(_links(register, day)))]


def state_of(date: dt.date, project: Project | None = None) -> dt.date:
    """Return the first day of the state in force at ``date``; a date before the register begins stops."""
    on(date, project)
    return max(start for start in states(project) if start <= date)


def steps(start: dt.date, end: dt.date, project: Project | None = None) -> list[pd.DataFrame]:
    """Return the links from each state to the next, from the one that begins at ``start`` to that at ``end``.

    Columns ``from_code``, ``to_code``, ``area_share``; every commune of the older state is in them.
    """
    register = read_register(project)
    return [_step(register, day) for day in states(project) if start < day <= end]


def _step(register: Register, day: dt.date) -> pd.DataFrame:
    rows = [(link.from_code, link.to_code, link.area_share) for link in _links(register, day)]
    linked = {row[0] for row in rows}
    before = [unit.code for unit in register.on(day - _ONE_DAY) if unit.level == "commune"]
    rows += [(code, code, 1.0) for code in before if code not in linked]
    return pd.DataFrame(rows, columns=["from_code", "to_code", "area_share"])


def _links(register: Register, day: dt.date) -> list[Link]:
    return [link for link in register.links if link.date == day]


def _moves(links: list[Link]) -> bool:
    """Tell whether these links change any commune's code or territory."""
    return any(link.from_code != link.to_code or link.area_share < 1 for link in links)
