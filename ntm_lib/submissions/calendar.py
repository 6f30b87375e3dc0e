"""Tell for a round who handed in, on time or late, what was returned, and what nobody sent."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

import pandas as pd

from ntm_lib import units
from ntm_lib.errors import NtmError, UsageError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.submissions.completeness import completeness
from ntm_lib.submissions.model import Level, Submission
from ntm_lib.submissions.rounds import Round, find_round, load_rounds
from ntm_lib.submissions.vault.interface import Store
from ntm_lib.units import Vintage

_KEY = ["level", "code"]


class State(StrEnum):
    """How one unit stands in a round."""

    ON_TIME = "on_time"
    LATE = "late"
    RECEIVED = "received"
    """Handed in, where the round sets no due day for the level."""
    RETURNED = "returned"
    """Everything that the unit handed in was withdrawn."""
    NOT_SENT = "not_sent"


HANDED_IN = (State.ON_TIME, State.LATE, State.RECEIVED)


def state_words() -> dict[str, str]:
    """Return the words for each state, in the order of columns."""
    return {
        State.ON_TIME: _("Handed in on time"),
        State.LATE: _("Handed in late"),
        State.RECEIVED: _("Handed in, no due day"),
        State.RETURNED: _("Returned for completion"),
        State.NOT_SENT: _("Not sent"),
    }


@dataclass(frozen=True, eq=False)
class Calendar:
    """Who handed in what for one round.

    ``senders``: index (level, code) of ``vintage``, communes below their districts' order; columns name, parent_code, state,
    received (moment that decides whether it was late, UTC), last (moment of the newest file), files (those that count or are
    superseded), returned (files withdrawn). ``tables``: index (level, code, table); columns filled and asked (cells; see
    `completeness`), lines (those handed in). ``strangers``: submissions of units that the round does not ask.
    """

    round: Round
    vintage: Vintage
    senders: pd.DataFrame
    tables: pd.DataFrame
    strangers: tuple[Submission, ...]

    @property
    def levels(self) -> list[Level]:
        """The levels that hand in, from communes upwards."""
        present = set(self.senders.index.get_level_values("level"))
        return [level for level in Level if level in present]

    def by_state(self) -> pd.DataFrame:
        """Count the units of each level by state; a row a level, a column a state."""
        counted = pd.crosstab(self.senders.index.get_level_values("level"), self.senders["state"])
        counted = counted.reindex(index=self.levels, columns=list(State), fill_value=0)
        return counted.rename_axis(index="level", columns="state")

    def by_table(self) -> pd.DataFrame:
        """Sum cells and lines over the units of each level that handed in; index (table, level)."""
        handed_in = self.senders.index[self.senders["state"].isin(HANDED_IN)]
        of_these = self.tables[self.tables.reset_index("table").index.isin(handed_in)]
        return of_these.groupby(level=["table", "level"], sort=True).sum()

    def of_unit(self) -> pd.DataFrame:
        """Sum the cells of all tables of each unit; index (level, code), columns filled and asked."""
        return self.tables.groupby(level=_KEY)[["filled", "asked"]].sum().reindex(self.senders.index, fill_value=0)

    def communes_of(self, code: str) -> pd.DataFrame:
        """Return the communes of one district (or of the province) in the documents' order, index code."""
        communes = self.senders[self.senders.index.get_level_values("level") == Level.COMMUNE].droplevel("level")
        return communes.loc[communes.index.intersection(self.vintage.communes_of(code).index, sort=False)]

    def within(self, code: str) -> "Calendar":
        """Return one district with its communes; a code that is none on the round's date is a UsageError."""
        unit = self.vintage.unit(code)
        if unit.level != "district":
            raise UsageError(_("{unit} is not a district").format(unit=unit.label))
        inside = {code, *self.vintage.communes_of(code).index}
        kept = self.senders[self.senders.index.get_level_values("code").isin(inside)]
        tables = self.tables[self.tables.index.get_level_values("code").isin(inside)]
        strangers = tuple(one for one in self.strangers if one.sender in inside)
        return replace(self, senders=kept, tables=tables, strangers=strangers)


def present_round(project: Project | None = None, today: dt.date | None = None) -> Round:
    """Return the round whose cut-off date came last, before it the first to come; none at all stops."""
    rounds = sorted(load_rounds(project).values(), key=lambda one: one.as_of)
    if not rounds:
        raise UsageError(_("There is no round of reporting yet: write one into parameters/rounds.yaml."))
    today = today or dt.datetime.now(dt.UTC).date()
    return next((one for one in reversed(rounds) if one.as_of <= today), rounds[0])


def calendar(project: Project, store: Store, round_id: str) -> Calendar:
    """Tell who handed in for a round, on the units of its cut-off date.

    Asked are the levels with a due day (every level where the round sets none) and those that handed in all the same; a level
    without units on that date, such as districts since 2025, has no line. The first file that was not withdrawn decides
    whether a unit was late: a correction sent later does not make it so. A refused file never reaches the store, so what
    was refused and not sent again reads as not sent.
    """
    held = find_round(round_id, project)
    vintage = units.on(held.as_of, project)
    submissions = store.submissions(round_id)
    asked = _asked(vintage, set(held.due or Level) | {one.level for one in submissions})
    known, strangers = _sorted_out(submissions, asked.index, vintage, project)
    senders = _states(asked, known, held)
    return Calendar(held, vintage, senders, completeness(project, store, held, senders.index, known), strangers)


def _asked(vintage: Vintage, levels: Iterable[Level]) -> pd.DataFrame:
    """Return the units that hand in: communes in the programme, districts with such communes, the province."""
    frame = vintage.frame
    inside = frame["is_in_programme"] & (frame["level"] == Level.COMMUNE)
    parents = set(frame.loc[inside, "parent_code"])
    is_asked = inside | (frame["level"] == Level.PROVINCE) | frame.index.isin(parents)
    order = {level: place for place, level in enumerate(Level)}
    rows = frame.loc[is_asked & frame["level"].isin(list(levels)), ["level", "name", "parent_code"]].reset_index(
        names="code"
    )
    return rows.sort_values(
        ["level", "code"], key=lambda part: part.map(order) if part.name == "level" else part
    ).set_index(_KEY)


def _sorted_out(
    submissions: list[Submission], asked: pd.Index, vintage: Vintage, project: Project
) -> tuple[list[Submission], tuple[Submission, ...]]:
    """Part what units of the round handed in from what others did; a code counts only where it means the same unit."""
    known = [one for one in submissions if (one.level.value, one.sender) in asked and _is_same(one, vintage, project)]
    held = {one.id for one in known}
    return known, tuple(one for one in submissions if one.id not in held)


def _is_same(one: Submission, vintage: Vintage, project: Project) -> bool:
    if one.unit_vintage == vintage.date:
        return True
    try:
        before = units.on(one.unit_vintage, project).unit(one.sender)
    except NtmError:
        return False
    return before.valid_from == vintage.unit(one.sender).valid_from


def _states(asked: pd.DataFrame, submissions: list[Submission], held: Round) -> pd.DataFrame:
    rows = [(one.level.value, one.sender, one.received, one.withdrawn is not None) for one in submissions]
    files = pd.DataFrame(rows, columns=[*_KEY, "received", "is_withdrawn"]).astype({"is_withdrawn": bool})
    files["received"] = pd.to_datetime(files["received"], utc=True)
    standing = files[~files["is_withdrawn"]].groupby(_KEY)["received"].agg(["min", "max", "size"])
    found = asked.assign(
        received=standing["min"].reindex(asked.index),
        last=standing["max"].reindex(asked.index),
        files=standing["size"].reindex(asked.index, fill_value=0).astype(int),
        returned=files[files["is_withdrawn"]].groupby(_KEY).size().reindex(asked.index, fill_value=0).astype(int),
    )
    states = [
        _state(held, level, received, returned)
        for level, received, returned in zip(
            asked.index.get_level_values("level"), found["received"], found["returned"], strict=True
        )
    ]
    return found.assign(state=pd.Series(states, index=found.index, dtype=object))


def _state(held: Round, level: str, received: pd.Timestamp, returned: int) -> State:
    if pd.isna(received):
        return State.RETURNED if returned else State.NOT_SENT
    is_late = held.is_late(Level(level), received.to_pydatetime())
    if is_late is None:
        return State.RECEIVED
    return State.LATE if is_late else State.ON_TIME
