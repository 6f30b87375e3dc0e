"""Read a table that may not have been handed in: then it has its columns and no row, so that everything is unknown."""

import pandas as pd

from ntm_lib import submissions
from ntm_lib.evaluation.territory import Territory
from ntm_lib.submissions import Table, store
from ntm_lib.tables import contract


def has_table(territory: Territory, table: str) -> bool:
    """Tell whether anybody handed in one of the tables other than B2."""
    return (store.folder(territory.project) / f"{table}.csv").is_file()


def read_or_empty(territory: Territory, table: str) -> Table:
    """Return a table as known on the cut-off date; one that nobody handed in has no row and the codes of the results."""
    if has_table(territory, table):
        return submissions.read_table(table, territory.project, territory.review.as_of)
    columns = contract(table, territory.project).columns
    frame = pd.DataFrame({column.name: pd.Series(dtype=column.dtype) for column in columns})
    return Table(frame, f"{table}.csv", is_illustrative=False, unit_vintage=territory.results.unit_vintage)
