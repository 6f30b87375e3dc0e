"""Read the rounds of reporting (kỳ báo cáo): for which cut-off date, and until when each level hands in."""

import datetime as dt
from collections import Counter

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ntm_lib.errors import FaultList, UsageError, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.model_words import tell
from ntm_lib.project import Project
from ntm_lib.review import Labels
from ntm_lib.strict_yaml import read_yaml
from ntm_lib.submissions.model import Level

VIETNAM = dt.timezone(dt.timedelta(hours=7))  # deadlines are days of Viet Nam, which has one time and no summer time


class Round(BaseModel):
    """One round. ``due``: the day before which a level hands in, so that the day itself is late; a level may be absent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    title: Labels
    as_of: dt.date
    due: dict[Level, dt.date] = Field(default_factory=dict)

    def is_late(self, level: Level, received: dt.datetime) -> bool | None:
        """Whether what was received at that moment came late; None for a level without a due day.

        ``received`` carries its time zone; the day is that of Viet Nam.
        """
        if received.tzinfo is None:
            raise ValueError("the moment of receipt has no time zone")
        due = self.due.get(level)
        return None if due is None else received.astimezone(VIETNAM).date() >= due


def load_rounds(project: Project | None = None) -> dict[str, Round]:
    """Read ``parameters/rounds.yaml``: the rounds by their id, in the order of the file; all faults are told at once."""
    project = project or Project.find()
    path = project.parameters / "rounds.yaml"
    where = project.relative(path)
    faults = FaultList(_("Parameters that cannot be used"))
    try:
        rounds = TypeAdapter(list[Round]).validate_python(read_yaml(path) or [])
    except ValidationError as error:
        tell(faults, where, error, Round)
        faults.stop_if_any(UsageFaultsError)
        raise
    for name, count in Counter(one.id for one in rounds).items():
        if count > 1:
            faults.add(where, _("the round {id} stands {count} times").format(id=name, count=count), _("once"))
    faults.stop_if_any(UsageFaultsError)
    return {one.id: one for one in rounds}


def find_round(name: str, project: Project | None = None) -> Round:
    """Return one round; an unknown one stops with those there are."""
    rounds = load_rounds(project)
    if name not in rounds:
        text = _("Round '{id}' is not known. Expected: {known}. Rounds stand in parameters/rounds.yaml.")
        raise UsageError(text.format(id=name, known=", ".join(rounds) or "-"))
    return rounds[name]
