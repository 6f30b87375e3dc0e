"""Who reports in a round: every commune of the programme, every district, the province."""

import datetime as dt
from collections.abc import Iterable

from ntm_lib import units
from ntm_lib.errors import UsageError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.submissions.model import Level, Sender
from ntm_lib.submissions.rounds import find_round, load_rounds
from ntm_lib.units.names import loose_key


def sender_of(project: Project, unit: str, round_id: str | None, on: dt.date | None) -> Sender:
    """Return the sender that a code, a round and a date mean.

    Without a round the one with that cut-off date; without a date that of the round. Raises UsageError when neither says which
    round is meant, and for a code without a unit on the date.
    """
    name, date = _round(project, round_id, on)
    return Sender(unit, Level(units.on(date, project).unit(unit).level), date, name, date)


def all_senders(project: Project, round_id: str | None, on: dt.date | None) -> list[Sender]:
    """Return everybody who reports in a round: communes, districts with a commune in the programme, the province."""
    name, date = _round(project, round_id, on)
    vintage = units.on(date, project)
    communes = vintage.communes[vintage.communes["is_in_programme"]]
    districts = vintage.districts.index[vintage.districts.index.isin(communes["parent_code"])]
    codes: dict[Level, Iterable[str]] = {
        Level.COMMUNE: communes.index,
        Level.DISTRICT: districts,
        Level.PROVINCE: [vintage.province.code],
    }
    return [Sender(str(code), level, date, name, date) for level, found in codes.items() for code in found]


def file_name(project: Project, sender: Sender) -> str:
    """Return the usual name of a sender's workbook: code and name without diacritics."""
    unit = units.on(sender.unit_vintage, project).unit(sender.unit)
    return f"{sender.unit}_{loose_key(unit.name)}.xlsx"


def _round(project: Project, round_id: str | None, on: dt.date | None) -> tuple[str, dt.date]:
    if round_id is not None:
        chosen = find_round(round_id, project)
        return chosen.id, on or chosen.as_of
    rounds = load_rounds(project)
    found = [one for one in rounds.values() if on is None or one.as_of == on]
    if len(found) != 1:
        text = _("Which round is meant? Give --round, one of: {known}.")
        raise UsageError(
            text.format(known=", ".join(f"{one.id} ({one.as_of:%d/%m/%Y})" for one in rounds.values()) or "-")
        )
    return found[0].id, found[0].as_of
