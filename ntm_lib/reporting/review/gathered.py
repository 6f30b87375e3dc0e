"""Gather once what several contents of one report are made from."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from ntm_lib import evaluation
from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.aims.value import Evidence
from ntm_lib.evaluation.aims.volumes import VolumeLines, Volumes, volume_lines, volumes
from ntm_lib.evaluation.capital.arrears import Arrears, arrears
from ntm_lib.evaluation.capital.book import Book, capital_book
from ntm_lib.reporting.review.subject import Subject

Made = TypeVar("Made")
_KEPT = 4


def once_a_territory(make: Callable[[Territory], Made]) -> Callable[[Territory], Made]:
    """Keep what was made of the last few territories; a territory is known by being the same object."""
    shelf: OrderedDict[int, tuple[Territory, Made]] = OrderedDict()

    def kept(territory: Territory) -> Made:
        held = shelf.get(id(territory))
        if held is None or held[0] is not territory:
            held = (territory, make(territory))
            shelf[id(territory)] = held
            while len(shelf) > _KEPT:
                shelf.popitem(last=False)
        return held[1]

    return kept


@once_a_territory
def _book(territory: Territory) -> Book:
    return capital_book(territory)


@once_a_territory
def _arrears(territory: Territory) -> Arrears:
    return arrears(territory)


@once_a_territory
def _volume_lines(territory: Territory) -> VolumeLines:
    return volume_lines(territory)


@once_a_territory
def _volumes(territory: Territory) -> Volumes:
    return volumes(territory, read=_volume_lines(territory))


def book_of(subject: Subject) -> Book:
    """Return the capital of the unit that reports."""
    book = _book(subject.territory)
    return book.of(subject.commune) if subject.commune else book


def arrears_of(subject: Subject) -> Arrears:
    """Return the arrears of the unit that reports."""
    found = _arrears(subject.territory)
    return found.of(subject.commune) if subject.commune else found


def volumes_of(subject: Subject) -> Volumes:
    """Return the volumes of the unit that reports."""
    if not subject.commune:
        return _volumes(subject.territory)
    return volumes(subject.territory, subject.commune, _volume_lines(subject.territory))


def evidence_of(subject: Subject) -> Evidence:
    """Return what the aims of the unit that reports are measured from."""
    recognised = evaluation.recognitions(subject.territory)
    if subject.commune:
        parts = subject.territory.parts
        own = parts.loc[parts["to_code"] == subject.commune, "from_code"]
        recognised = recognised[recognised["commune_code"].isin(own)]
    return Evidence(subject.territory, recognised, volumes_of(subject), subject.commune)
