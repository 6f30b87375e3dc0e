"""Read a table that communes handed in beside the results, for the communes of one territory."""

import pandas as pd

from ntm_lib import submissions
from ntm_lib.errors import NtmError
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _
from ntm_lib.tables import contract


def handed_in(territory: Territory, table: str) -> pd.DataFrame:
    """Return the rows of the territory's reporting communes up to the last year of the review, oldest first.

    A table that nobody handed in has no rows. One on other units than the results stops.
    """
    if not submissions.is_handed_in(table, territory.project):
        columns = contract(table, territory.project).columns
        return pd.DataFrame({column.name: pd.Series(dtype=column.dtype) for column in columns})
    read = submissions.read_table(table, territory.project, territory.review.as_of)
    if read.unit_vintage != territory.results.unit_vintage:
        raise NtmError(
            _("{file}: uses the units of {found}, the results those of {expected}.").format(
                file=read.file, found=read.unit_vintage, expected=territory.results.unit_vintage
            )
        )
    read.check(territory.project)
    frame = read.frame
    is_own = frame["commune_code"].isin(territory.parts["from_code"])
    return frame[is_own & (frame["year"] <= territory.review.last_year)].sort_values("year", kind="stable")
