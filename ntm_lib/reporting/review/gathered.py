"""Gather once what several contents of one report are made from."""

from ntm_lib import evaluation
from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.aims.value import Evidence
from ntm_lib.evaluation.aims.volumes import VolumeLines, Volumes, volume_lines, volumes, volumes_by_commune
from ntm_lib.evaluation.capital.arrears import Arrears, arrears
from ntm_lib.evaluation.capital.book import Book, capital_book
from ntm_lib.evaluation.once import once
from ntm_lib.reporting.review.subject import Subject


@once
def _book(territory: Territory) -> Book:
    return capital_book(territory)


@once
def _books(territory: Territory) -> dict[str, Book]:
    return _book(territory).by_commune()


@once
def _arrears(territory: Territory) -> Arrears:
    return arrears(territory)


@once
def _volume_lines(territory: Territory) -> VolumeLines:
    return volume_lines(territory)


@once
def _volumes(territory: Territory) -> Volumes:
    return volumes(territory, read=_volume_lines(territory))


@once
def _volumes_by_commune(territory: Territory) -> dict[str, Volumes]:
    return volumes_by_commune(territory, _volume_lines(territory))


def book_of(subject: Subject) -> Book:
    """Return the capital of the unit that reports."""
    if not subject.commune:
        return _book(subject.territory)
    found = _books(subject.territory).get(subject.commune)
    return _book(subject.territory).of(subject.commune) if found is None else found


def arrears_of(subject: Subject) -> Arrears:
    """Return the arrears of the unit that reports."""
    found = _arrears(subject.territory)
    return found.of(subject.commune) if subject.commune else found


def volumes_of(subject: Subject) -> Volumes:
    """Return the volumes of the unit that reports."""
    if not subject.commune:
        return _volumes(subject.territory)
    found = _volumes_by_commune(subject.territory).get(subject.commune)
    return volumes(subject.territory, subject.commune, _volume_lines(subject.territory)) if found is None else found


def evidence_of(subject: Subject) -> Evidence:
    """Return what the aims of the unit that reports are measured from."""
    recognised = evaluation.recognitions(subject.territory)
    if subject.commune:
        parts = subject.territory.parts
        own = parts.loc[parts["to_code"] == subject.commune, "from_code"]
        recognised = recognised[recognised["commune_code"].isin(own)]
    return Evidence(subject.territory, recognised, volumes_of(subject), subject.commune)
