"""Where a check found something, in the reader's words; its rule gives the weight."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Hit:
    """One place: sheet, cell (both empty: the file), what stands there, what was expected, what to do."""

    sheet: str
    cell: str
    found: str
    expected: str = ""
    action: str = ""
