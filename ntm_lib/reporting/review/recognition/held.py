"""Keep what several contents of one territory are made from, so that it is made once."""

import pandas as pd

from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.once import once
from ntm_lib.evaluation.published.comparison import comparison
from ntm_lib.evaluation.recognition.balance import Balance, balance
from ntm_lib.evaluation.recognition.dossier import Precheck, precheck
from ntm_lib.evaluation.recognition.standing import standing
from ntm_lib.evaluation.recognition.states import states
from ntm_lib.evaluation.recognition.withdrawal import withdrawal_check
from ntm_lib.evaluation.status import status_of
from ntm_lib.reporting.review.subject import Subject


@once
def judged_year(territory: Territory) -> int:
    """Return the last year of the review whose results are actual, the last one when none is."""
    actual = [year for year in territory.years if status_of(territory, year) == "actual"]
    return max(actual, default=territory.review.last_year)


@once
def states_of(territory: Territory) -> pd.DataFrame:
    """Return what became of each recognition; see `states`."""
    return states(territory)


@once
def standing_of(territory: Territory) -> pd.DataFrame:
    """Return data and register side by side for the last actual year; see `standing`."""
    return standing(territory, judged_year(territory))


@once
def withdrawal_of(territory: Territory) -> pd.DataFrame:
    """Return the trial of the rules of withdrawal for the last actual year; see `withdrawal_check`."""
    return withdrawal_check(territory, judged_year(territory))


@once
def balance_of(territory: Territory) -> Balance:
    """Return the balance of the recognitions; see `balance`."""
    return balance(territory)


@once
def precheck_of(territory: Territory) -> Precheck:
    """Return the examined dossiers for the last year; see `precheck`."""
    return precheck(territory, territory.review.last_year)


@once
def _comparison(territory: Territory) -> pd.DataFrame:
    return comparison(territory)


def comparison_of(subject: Subject) -> pd.DataFrame:
    """Return the published figures of the unit that reports beside the computed ones; see `comparison`."""
    return comparison(subject.territory, subject.commune) if subject.commune else _comparison(subject.territory)
