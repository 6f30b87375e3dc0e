"""Choose the letters of a printed sheet so that it is one page: by the height that its table is estimated to take."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

SHEET_MM = 280.0
"""Height of an A4 page within the margins of the sheet."""
SAFETY = 0.95
"""Part of the page that the estimate may fill: fonts differ from machine to machine."""
TABLE_MM = 192.0
_LETTER_EM = 0.57  # mean width of a letter of a wide font, bold names included
_POINT_MM = 25.4 / 72


@dataclass(frozen=True)
class Layout:
    """One way to print the table: class of the page, size of letters, and the widths of its columns in per cent.

    ``widths``: criterion, requirement, step (None: the column is left out), missing. ``rest_mm``: what head, boxes, titles and
    notes take; ``trend_mm``: the line by year. ``pad_mm``: around each row.
    """

    name: str
    points: float
    leading: float
    pad_mm: float
    rest_mm: float
    trend_mm: float
    widths: tuple[float, float, float | None, float]

    @property
    def has_steps(self) -> bool:
        """Whether the column of what to do is printed."""
        return self.widths[2] is not None

    def letters(self, width: float) -> int:
        """Return how many letters a line of a column holds."""
        return max(1, int((TABLE_MM * width / 100 - 2) / (self.points * _POINT_MM * _LETTER_EM)))

    @property
    def line_mm(self) -> float:
        """Height of a line."""
        return self.points * _POINT_MM * self.leading


_STEPS = (17.0, 24.0, 24.0, 10.0)
_PLAIN = (22.0, 36.0, None, 11.0)
LAYOUTS = (
    Layout("roomy", 8.4, 1.25, 1.6, 99, 31, _STEPS),
    Layout("open", 7.4, 1.2, 1.0, 93, 31, _STEPS),
    Layout("close", 6.7, 1.15, 0.7, 87, 31, _STEPS),
    Layout("open plain", 7.4, 1.2, 1.0, 93, 31, _PLAIN),
    Layout("close plain", 6.7, 1.15, 0.7, 87, 31, _PLAIN),
    Layout("tight plain", 6.0, 1.1, 0.5, 85, 27, _PLAIN),
)
_NEXT = 48.0
"""Width of the next steps beside the line, per cent; their letters are as large as the table's."""


@dataclass(frozen=True)
class Entry:
    """One row of the table as text: its criterion with body, the requirement, what to do, what is missing."""

    criterion: str
    body: str
    what: str
    step: str
    missing: str


def height_mm(layout: Layout, entries: Sequence[Entry]) -> float:
    """Return the height of the table: each criterion as high as its rows or its own name, whichever is more."""
    total = 2.5 * layout.line_mm + 2 * layout.pad_mm  # heading row, and the sum below
    held: dict[str, list[Entry]] = {}
    for entry in entries:
        held.setdefault(entry.criterion, []).append(entry)
    for criterion, rows in held.items():
        own = _lines(criterion, layout.letters(layout.widths[0])) + _lines(
            rows[0].body, layout.letters(layout.widths[0])
        )
        rows_mm = sum(_row_lines(layout, row) * layout.line_mm + layout.pad_mm for row in rows)
        total += max(rows_mm, own * layout.line_mm + layout.pad_mm)
    return total


def choose(entries: Sequence[Entry], next_steps: Sequence[str] = (), notes: Sequence[str] = ()) -> tuple[Layout, float]:
    """Return the first layout that holds the table and the room left, mm; the last one when none does.

    ``next_steps`` stand beside the line by year, ``notes`` are lines over the whole width beyond the usual ones.
    """
    for layout in LAYOUTS:
        steps = sum(_lines(text, layout.letters(_NEXT)) * layout.line_mm * 1.06 + 0.4 for text in next_steps) + 5
        above = sum(_lines(text, layout.letters(100)) * layout.line_mm + 1 for text in notes)
        rest = layout.rest_mm + max(layout.trend_mm, steps) + above
        room = SHEET_MM * SAFETY - rest - height_mm(layout, entries)
        if room >= 0:
            return layout, room
    return layout, 0.0


def _row_lines(layout: Layout, row: Entry) -> int:
    _criterion, what, step, missing = layout.widths
    lines = [_lines(row.what, layout.letters(what)), _lines(row.missing, layout.letters(missing))]
    if step is not None:
        lines.append(_lines(row.step, layout.letters(step)))
    return max(1, *lines)


def _lines(text: str, letters: int) -> int:
    return ceil(len(text) / letters)
