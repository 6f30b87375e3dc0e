"""How the cells of a form look: Times New Roman, grey locked heads, open white cells."""

from dataclasses import dataclass
from typing import Any

FONT = "Times New Roman"
_HEAD = "#DDE7F0"
_LISTED = "#F2F2F2"


@dataclass(frozen=True)
class Styles:
    """The formats of one workbook; open cells by the type of their column."""

    title: Any
    small: Any
    heading: Any
    side: Any
    unit: Any
    rule: Any
    hidden: Any
    text: Any
    strong: Any
    locked: dict[str, Any]
    open: dict[str, Any]


_NUMBERS: dict[str, dict[str, Any]] = {
    "number": {"num_format": "#,##0.##########", "align": "right"},
    "integer": {"num_format": "0", "align": "right"},
    "date": {"num_format": "dd/mm/yyyy", "align": "center"},
    "yes_no": {"align": "center"},
    "choice": {"align": "left"},
    "code": {"num_format": "@", "align": "center"},
    "text": {"num_format": "@", "text_wrap": True},
}


def make_styles(book: Any) -> Styles:
    """Add the formats to a workbook."""

    def add(**properties: Any) -> Any:
        return book.add_format({"font_name": FONT, "font_size": 11, "valign": "vcenter", **properties})

    head = {"border": 1, "bg_color": _HEAD, "text_wrap": True, "align": "center"}
    return Styles(
        title=add(bold=True, font_size=13),
        small=add(italic=True, font_size=10),
        heading=add(**head, bold=True),
        side=add(**{**head, "align": "left"}, bold=True),
        unit=add(**head, italic=True, font_size=10),
        rule=add(**head, font_size=9),
        hidden=add(font_size=8, font_color="#808080"),
        text=add(text_wrap=True, valign="top"),
        strong=add(bold=True, text_wrap=True, valign="top"),
        locked={name: add(border=1, bg_color=_LISTED, **extra) for name, extra in _NUMBERS.items()},
        open={name: add(border=1, locked=False, **extra) for name, extra in _NUMBERS.items()},
    )
