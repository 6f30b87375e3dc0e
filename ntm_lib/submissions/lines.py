"""How the further keys of a line (a work, a village, a period) stand in one text, and what the values of a table are."""

from collections.abc import Sequence

from ntm_lib.tables import Column, TableContract

RESULTS = "b02"
"""The table whose values are those of requirements; every other table has a value to a column."""
FINDING = "finding"
"""``row`` of a value of b02 that is no figure but what its level found: ``number`` 1 met, 0 not met."""
UNIT_KEYS = ("commune_code", "unit_code")
_ELSEWHERE = {*UNIT_KEYS, "year", "as_of_date", "set_id", "requirement"}
_LINE = {*UNIT_KEYS, "year", "status", "as_of_date", "reported_by"}


def unit_key(table: TableContract) -> str:
    """Return the column that says which unit a line is about."""
    return next(name for name in UNIT_KEYS if name in table.key)


def row_keys(table: TableContract) -> list[str]:
    """Return the columns that VALUES holds together in ``row``, in the order of the contract's key."""
    return [name for name in table.key if name not in _ELSEWHERE]


def items(table: TableContract) -> list[Column]:
    """Return the columns whose cells are values: all but keys, status and dates of the line; for b02 none."""
    if table.id == RESULTS:
        return []
    return [column for column in table.columns if column.name not in {*_LINE, *row_keys(table)}]


def join_keys(keys: Sequence[str]) -> str:
    """Write the further keys of a line as one text: ``2019-01-01|2019-12-31``; a bar within a key is ``%7C``."""
    return "|".join(key.replace("%", "%25").replace("|", "%7C") for key in keys)


def split_keys(row: str) -> list[str]:
    """Return the keys that `join_keys` joined; an empty text is no key."""
    return [key.replace("%7C", "|").replace("%25", "%") for key in row.split("|")] if row else []
