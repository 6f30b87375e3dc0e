"""What the pages on changes are made from: each split is computed once for a territory, and the words for its parts."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.changes import split as splits
from ntm_lib.evaluation.changes.by_sets import by_sets
from ntm_lib.evaluation.changes.recent import once
from ntm_lib.evaluation.changes.signed import Signed, read_signed
from ntm_lib.evaluation.changes.split import Split
from ntm_lib.evaluation.territory import load_territory
from ntm_lib.messages import _
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sheets import Column


@dataclass(frozen=True, eq=False)
class Merger:
    """A change of units within the period: the same province on the day of the results and at the end of the period."""

    before: Territory
    after: Territory
    first_year: int
    last_year: int


@once
def sets_table(territory: Territory) -> pd.DataFrame:
    """Return the same results under each set; see ``by_sets``."""
    return by_sets(territory)


@once
def split(territory: Territory, first: int, last: int) -> Split:
    """Return the split between two years on the units of the territory."""
    return splits.split_change(territory, territory, first, last)


@once
def orders(territory: Territory, first: int, last: int) -> pd.DataFrame:
    """Return the parts in every order."""
    return splits.by_order(territory, territory, first, last)


def signed(territory: Territory) -> Signed | None:
    """Return what was signed for the territory's period."""
    return read_signed(territory.project, territory)


@once
def merger(territory: Territory) -> Merger | None:
    """Return the change of units within the period, for a province; None where units stay or the tier is another.

    From the last year before the first change after the day of the results to the year of the last one within the period.
    """
    review, results = territory.review, territory.results
    end = dt.date(review.last_year, 12, 31)
    changes = [day for day in territory.vintage.register.change_dates if results.unit_vintage < day <= end]
    if territory.unit.level != "province" or not changes:
        return None
    before, after = (_on(territory, day) for day in (results.unit_vintage, end))
    first = max(min(changes).year - 1, review.first_year)
    return Merger(before, after, first, max(max(changes).year, first))


@once
def merger_split(territory: Territory) -> Split | None:
    """Return the split across the change of units."""
    found = merger(territory)
    if found is None:
        return None
    return splits.split_change(found.before, found.after, found.first_year, found.last_year)


def _on(territory: Territory, day: dt.date) -> Territory:
    return territory if territory.vintage.date == day else computed(territory, day)


def computed(territory: Territory, day: dt.date) -> Territory:
    """Return the territory on the units of a day as it is computed now, whatever was signed."""
    review = territory.review
    as_of = review.as_of.isoformat() if review.as_of else ""
    return load_territory(
        territory.unit.code, on=day.isoformat(), first_year=review.first_year, last_year=review.last_year, as_of=as_of
    )


def spans(subject: Subject) -> list[tuple[int, int]]:
    """Return the spans that a report splits: the whole period, and its second half."""
    review = subject.territory.review
    middle = review.first_year + (review.last_year - review.first_year) // 2
    whole, half = (review.first_year, review.last_year), (middle, review.last_year)
    return [span for span in dict.fromkeys([whole, half]) if span[0] < span[1]]


def part_columns(kind: Any, digits: int | None = None) -> list[Column]:
    """Return the columns for a change and its parts."""
    group = _("Of this")
    words = {
        "communes": _("what communes did"),
        "law": _("change of the criteria set"),
        "boundaries": _("merged units"),
        "not_compared": _("not comparable"),
        "hidden": _("not known, data missing"),
    }
    parts = [Column(name, text, kind, group, 11, digits) for name, text in words.items()]
    return [Column("change", _("Change"), kind, "", 11, digits), *parts]


def split_notes() -> list[str]:
    """Say how a change is split."""
    return [
        _(
            "What counts is met for certain. The parts add up to the change exactly: first the new law judges the results of the earlier year (at a change of set, those of the last year of the old set), then the results of the later year are taken, last the units merge. Another order gives somewhat other parts."
        ),
        _(
            "The part of the criteria sets holds required levels that rise from year to year within a set, such as income."
        ),
        _("Rounded parts may differ from the rounded change in the last digit."),
        _(
            "Not comparable: the results cannot be read under the other law (measured otherwise, asked anew, no level held), so what communes did and what the law did cannot be told apart. Not known: no value was reported at one of the two ends."
        ),
    ]
