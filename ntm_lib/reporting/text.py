"""Break lines of text for pictures, which cannot do it themselves."""

import textwrap

STAMP_LETTERS = 92
"""Letters of a warning that fit the width of a picture."""


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines of at most ``width`` letters."""
    return textwrap.wrap(text, width)
