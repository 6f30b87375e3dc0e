"""What a gained criterion went with in capital: an interval, and what it cannot mean."""

from dataclasses import dataclass

import pandas as pd

from ntm_lib.evaluation.capital.book import Book
from ntm_lib.evaluation.territory import Territory


@dataclass(frozen=True)
class Cost:
    """Capital of a period beside the criteria gained in it, million VND.

    Of the ``communes`` (out of ``expected``) that reported results in the first and the last year. ``gained_low`` and
    ``gained_high``: criteria gained less criteria lost, as the unknown ones allow. ``low``, ``high``: million VND for each
    criterion gained; ``high`` is None where the gain may be none or the capital is not known in full.
    """

    measure: str
    first_year: int
    last_year: int
    communes: int
    expected: int
    gained_low: int
    gained_high: int
    capital: float
    is_capital_complete: bool
    low: float | None
    high: float | None


def cost_for_each_criterion(book: Book, territory: Territory, commune: str = "") -> list[Cost]:
    """Return the cost with credit (``total``) and without (``without_credit``)."""
    first, last = territory.review.first_year, territory.review.last_year
    begin, end = (territory.of_year(territory.counts, year) for year in (first, last))
    if commune:
        begin, end = begin.loc[[commune]], end.loc[[commune]]
    both = begin.index[begin["is_reported"] & end["is_reported"]]
    gained_low, gained_high = 0, 0  # within one year nothing is gained, even where it is not known what was met
    if first < last:
        gained_low = int((end["low"] - begin["high"])[both].sum())
        gained_high = int((end["high"] - begin["low"])[both].sum())
    kept = book.lines.frame.index.get_level_values("to_code").isin(both)
    costs = []
    for measure in ("total", "without_credit"):
        capital = float(book.lines.frame.loc[kept, measure].sum(min_count=1))
        is_complete = bool(book.lines.known.loc[kept, measure].all()) and not pd.isna(capital)
        low = capital / gained_high if gained_high > 0 and not pd.isna(capital) else None
        high = capital / gained_low if gained_low > 0 and is_complete else None
        costs.append(
            Cost(measure, first, last, len(both), len(begin), gained_low, gained_high, capital, is_complete, low, high)
        )
    return costs
