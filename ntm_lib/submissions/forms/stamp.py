"""What a workbook says about itself in a hidden sheet: layout, sender, round, dates."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from ntm_lib.submissions.forms.layout import FORMAT, Form
from ntm_lib.submissions.model import Level, Sender

SHEET = "_ntm"
LISTS = "_ds"


@dataclass(frozen=True)
class Stamp:
    """Who a workbook was made for; ``format`` is the version of its layout."""

    format: int
    sender: Sender
    years: tuple[int, ...]


def stamp_lines(form: Form) -> dict[str, str]:
    """Return the names and values of the hidden sheet."""
    sender = form.sender
    return {
        "format": str(FORMAT),
        "unit": sender.unit,
        "level": sender.level.value,
        "unit_vintage": sender.unit_vintage.isoformat(),
        "round": sender.round,
        "as_of": sender.as_of.isoformat(),
        "years": ",".join(map(str, form.years)),
    }


def parse_stamp(lines: Mapping[str, str]) -> Stamp:
    """Read a stamp back; ValueError or KeyError when it is not one."""
    version = int(lines["format"])
    sender = Sender(
        lines["unit"],
        Level(lines["level"]),
        dt.date.fromisoformat(lines["unit_vintage"]),
        lines["round"],
        dt.date.fromisoformat(lines["as_of"]),
    )
    return Stamp(version, sender, tuple(int(year) for year in lines["years"].split(",") if year))
