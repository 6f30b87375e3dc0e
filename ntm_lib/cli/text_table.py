"""Print a table on the command line: columns that line up, whatever the width of the window."""

import unicodedata
from collections.abc import Sequence

from ntm_lib.reporting.sheets import clean_text

GAP = "  "
_HEAD = 12  # places that a heading takes before it goes on in the next line


def text_table(head: Sequence[str], rows: Sequence[Sequence[object]], figures: Sequence[int] = ()) -> list[str]:
    """Return the lines of a table; ``figures``: places of the columns that stand to the right.

    Long headings take several lines; cells are never cut, since a figure that was cut would be another figure.
    """
    cells = [[clean_text(cell) for cell in row] for row in rows]
    wrapped = [_wrapped(clean_text(title)) for title in head]
    height = max(map(len, wrapped), default=0)
    heads = [[""] * (height - len(lines)) + lines for lines in wrapped]
    columns = [[*title, *(row[place] for row in cells)] for place, title in enumerate(heads)]
    widths = [max(map(_width, column), default=0) for column in columns]
    lines = [
        GAP.join(
            _filled(column[at], width, is_right=place in figures)
            for place, (column, width) in enumerate(zip(columns, widths, strict=True))
        ).rstrip()
        for at in range(height + len(cells))
    ]
    return [*lines[:height], GAP.join("-" * width for width in widths), *lines[height:]]


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}".strip()
        if lines[-1] and _width(joined) > _HEAD:
            lines.append(word)
        else:
            lines[-1] = joined
    return lines


def _filled(text: str, width: int, *, is_right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if is_right else text + space


def _width(text: str) -> int:
    """Return how many places a text takes; marks that stand above a letter take none."""
    return sum(not unicodedata.combining(letter) for letter in text)
