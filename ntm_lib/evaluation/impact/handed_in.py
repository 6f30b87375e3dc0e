"""Read a table that may not have been handed in: then it has its columns and no row, so that everything is unknown."""

from ntm_lib import submissions
from ntm_lib.evaluation.territory import Territory
from ntm_lib.submissions import Table, store


def has_table(territory: Territory, table: str) -> bool:
    """Tell whether anybody handed in one of the tables other than B2."""
    return submissions.is_handed_in(table, territory.project)


def read_or_empty(territory: Territory, table: str) -> Table:
    """Return a table as known on the cut-off date; one that nobody handed in has no row and the codes of the results."""
    if has_table(territory, table):
        return submissions.read_table(table, territory.project, territory.review.as_of)
    return store.no_rows(table, territory.project, territory.results.unit_vintage)
