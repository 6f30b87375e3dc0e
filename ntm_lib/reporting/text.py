"""Where lines of text break: in pictures, which cannot do it themselves, and in cells of tables."""

import re
import textwrap

from markupsafe import Markup

STAMP_LETTERS = 92
"""Letters of a warning that fit the width of a picture."""


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most ``width`` letters."""
    return textwrap.wrap(text, width)


_NUMBER = r"(?:[≥≤<>±]\s?)?\d+(?:[.,]\d+)*(?:\s?[-–/]\s?\d+(?:[.,]\d+)*)*"
_UNIT = r"\s?(?:%|km²|km|ha|m²|m³|m)(?!\w)"
_UNBROKEN = re.compile(rf"{_NUMBER}(?:{_UNIT})?")
_SHORT = re.compile(rf"(?:[^\W\d]+ )?{_NUMBER}\s?(?:%|[^\W\d]\S*(?: [^\W\d]\S*)?)?\**(?: \([^\W\d]+\))?")
_BREAKS = re.compile(r"[-–/\s]")
_MOST = 20
"""Letters of a cell that is kept on one line as a whole."""


def unbroken(text: str) -> Markup:
    """Return a text as markup in which no line breaks within an interval, a date, or between a number and its unit."""
    if len(text) <= _MOST and _SHORT.fullmatch(text):
        return _kept(text)
    made, end = Markup(), 0
    for match in _UNBROKEN.finditer(text):
        if not _BREAKS.search(match.group()):
            continue
        made += Markup("{}").format(text[end : match.start()]) + _kept(match.group())
        end = match.end()
    return made + Markup("{}").format(text[end:])


def _kept(text: str) -> Markup:
    return Markup('<span class="nb">{}</span>').format(text)
