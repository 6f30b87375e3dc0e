"""Why the published number of recognised communes is not the sum of the recognitions: cause by cause, adding up exactly."""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from ntm_lib import units
from ntm_lib.evaluation.published_table import read_published
from ntm_lib.evaluation.recognition.states import COUNTED, REASSESS, states
from ntm_lib.evaluation.status import cut_off
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _

CUMULATIVE = "communes recognised NTM (cumulative)"
"""The published measure that a sum of recognitions should equal."""
JOINED, NOT_NAMED, NEW_UNITS = "joined", "not_named", "new_units"
_COLUMNS = ["cause", "first_year", "last_year", "communes", "stay_low", "stay_high", "names"]


def cause_words() -> dict[str, str]:
    """Return the words for each cause; the states have their own in `state_words`."""
    return {
        "stands": _("Named, commune unchanged: still counted"),
        "confirmed": _("Named, confirmed after the merger: still counted"),
        "town": _("Named, became part of a town or ward: no longer counted"),
        "withdrawn": _("Named, recognition withdrawn: no longer counted"),
        "reassess": _("Named, merged; outcome of the new assessment not known"),
        JOINED: _("Named, joined with another recognised commune: counted once"),
        NEW_UNITS: _("Not named, counted on the units of that day: still counted"),
        NOT_NAMED: _("Not named in the sources found, recognised before the mergers"),
    }


@dataclass(frozen=True, eq=False)
class Balance:
    """The recognitions up to the end of ``year`` beside the number published for it, on the units of ``on``.

    ``rows``: cause, first_year, last_year, communes, stay_low, stay_high (how many of them the published number can still
    hold), names; ``communes`` adds up to ``recognised``. ``by_year``: first_year, last_year, recognised. ``published`` is
    None where nothing was published for the territory. ``agrees``: whether the rows can add up to it at all.
    """

    year: int
    on: dt.date
    recognised: int
    published: int | None
    source: str
    rows: pd.DataFrame
    by_year: pd.DataFrame
    agrees: bool

    @property
    def missing(self) -> int | None:
        """How many recognitions the published number no longer holds."""
        return None if self.published is None else self.recognised - self.published

    def of(self, *causes: str) -> int:
        """Count the communes of some causes."""
        return int(self.rows.loc[self.rows["cause"].isin(causes), "communes"].sum())

    @property
    def gone(self) -> int:
        """Communes that no longer count for certain."""
        return int((self.rows["communes"] - self.rows["stay_high"]).sum())


def balance(territory: Territory) -> Balance:
    """Add up the recognitions of the territory and set them beside the last published number.

    Only for a province is a number published; a district has its named communes alone. Nothing is chosen where the
    outcome is not known: such a row holds every number that the others allow.
    """
    is_province = territory.unit.level == "province"
    year, published, source = _published(territory) if is_province else (cut_off(territory).year, None, "")
    day = max(dt.date(year, 12, 31), territory.results.unit_vintage)
    named = states(territory, day)
    rows = _named(named[named["year"] <= year])
    counts = _counts(territory, year)
    if is_province:
        rows += _not_named(territory, counts, day)
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    total = int(frame["communes"].sum())
    bounded, agrees = _bounded(frame, published)
    by_year = counts[["first_year", "last_year", "recognised"]] if is_province else _by_year(named)
    return Balance(year, day, total, published, source, bounded, by_year.reset_index(drop=True), agrees)


def _published(territory: Territory) -> tuple[int, int | None, str]:
    """Return the last published cumulative number known on the cut-off date, with its year and source."""
    table = read_published(territory.project, "results.csv", ["year", "scope", "scope_name", "measure", "value"])
    name = territory.vintage.province.short_name
    mine = (table["scope"] == "province") & (table["scope_name"] == name) & (table["measure"] == CUMULATIVE)
    years = table["year"].astype(int)
    found = table[mine & (years <= territory.review.last_year) & (years <= cut_off(territory).year)]
    if found.empty:
        return cut_off(territory).year, None, ""
    last = found.iloc[int(found["year"].astype(int).argmax())]
    return int(last["year"]), int(last["value"]), str(last["source_title"])


def _counts(territory: Territory, year: int) -> pd.DataFrame:
    columns = ["first_year", "last_year", "recognised", "named", "not_named", "units_on"]
    table = read_published(territory.project, "recognised_counts.csv", columns)
    table = table.astype(dict.fromkeys(columns[:-1], int))
    return table[table["last_year"] <= year]


def _by_year(named: pd.DataFrame) -> pd.DataFrame:
    counted = named.groupby("year").size().rename("recognised").reset_index()
    return counted.assign(first_year=counted["year"], last_year=counted["year"])


def _named(named: pd.DataFrame) -> list[dict[str, object]]:
    """Return the rows of the communes known by name; of several in one new commune only the first can count."""
    may_count = named["state"].isin([*COUNTED, REASSESS])
    again = may_count & named["now_code"].where(may_count, None).duplicated()
    cause = named["state"].mask(again, JOINED)
    rows = []
    for name in [name for name in cause_words() if (cause == name).any()]:
        group = named[cause == name]
        n = len(group)
        rows.append(
            {
                "cause": name,
                "first_year": int(group["year"].min()),
                "last_year": int(group["year"].max()),
                "communes": n,
                "stay_low": n if name in COUNTED else 0,
                "stay_high": n if name in (*COUNTED, REASSESS) else 0,
                "names": ", ".join(group["name"]),
            }
        )
    return rows


def _not_named(territory: Territory, counts: pd.DataFrame, day: dt.date) -> list[dict[str, object]]:
    """Return the rows of the communes without names; those counted on the units of ``day`` are counted for certain."""
    here = units.on(day, territory.project).units
    rows = []
    for line in counts[counts["not_named"] > 0].to_dict("records"):
        is_new = units.on(dt.date.fromisoformat(line["units_on"]), territory.project).units == here
        n = line["not_named"]
        rows.append(
            {
                "cause": NEW_UNITS if is_new else NOT_NAMED,
                "first_year": line["first_year"],
                "last_year": line["last_year"],
                "communes": n,
                "stay_low": n if is_new else 0,
                "stay_high": n,
                "names": "",
            }
        )
    return rows


def _bounded(rows: pd.DataFrame, published: int | None) -> tuple[pd.DataFrame, bool]:
    """Narrow what each row can hold by the published number and by what all other rows can hold."""
    if published is None:
        return rows, True
    low, high = rows["stay_low"], rows["stay_high"]
    if not low.sum() <= published <= high.sum():
        return rows, False
    others_low, others_high = low.sum() - low, high.sum() - high
    return rows.assign(
        stay_low=low.clip(lower=published - others_high), stay_high=high.clip(upper=published - others_low)
    ), True
