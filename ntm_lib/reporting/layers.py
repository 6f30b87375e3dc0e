"""Check and pack what a map shows: one character for each commune, layer and year."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import ascii_lowercase, digits
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from ntm_lib.errors import FaultList, preview
from ntm_lib.messages import _
from ntm_lib.reporting.palette import MapClass

OUTSIDE = "-"
SYMBOLS = digits + ascii_lowercase
_HREF = re.compile(r"(\.\./)*[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*(#[A-Za-z0-9_-]+)?")


@dataclass(frozen=True)
class MapLayer:
    """One measure of a map.

    ``codes_by_year``: for each year a Series, commune code → place in ``classes``, for every commune in the
    programme. ``details_by_year`` (optional): commune code → short text such as "11-13", shown with the
    class.
    """

    id: str
    title: str
    classes: Sequence[MapClass]
    codes_by_year: Mapping[int, pd.Series]
    details_by_year: Mapping[int, pd.Series] = field(default_factory=dict)


@dataclass(frozen=True)
class PackedLayer:
    """A checked layer: for each year one character a commune, in the order of the shapes; ``-`` is outside."""

    layer: MapLayer
    symbols: Mapping[int, str]
    details: Mapping[int, Sequence[str]]

    def shown(self, symbol: str) -> MapClass | None:
        """Return the class of a character; None outside the programme."""
        return None if symbol == OUTSIDE else self.layer.classes[int(symbol, 36)]


def pack(shapes: pd.DataFrame, layers: Sequence[MapLayer], years: Sequence[int]) -> list[PackedLayer]:
    """Check and pack layers; stop, with all faults at once, when a commune in the programme lacks a class."""
    faults = FaultList(_("Map layers that cannot be drawn"))
    is_inside = shapes["is_in_programme"].to_numpy(bool)
    inside = shapes.index[is_inside]
    packed = []
    for layer in layers:
        codes = {year: _codes(faults, layer, year, inside) for year in years}
        symbols = {year: _symbols(values, is_inside) for year, values in codes.items() if values is not None}
        details = {
            year: [text if isinstance(text, str) else "" for text in texts.reindex(shapes.index)]
            for year, texts in layer.details_by_year.items()
            if year in years
        }
        packed.append(PackedLayer(layer, symbols, details))
    faults.stop_if_any()
    return packed


def _codes(faults: FaultList, layer: MapLayer, year: int, inside: pd.Index) -> NDArray[np.intp] | None:
    """Return the places in ``classes`` of the communes inside; note what is wrong and return None."""
    where = f"{layer.id}, {year}"
    if year not in layer.codes_by_year:
        faults.add(where, _("no values"), _("a class for each commune in the programme"))
        return None
    series = layer.codes_by_year[year]
    if series.index.has_duplicates:
        faults.add(where, _("a commune stands twice"))
        return None
    values = (series if series.index.equals(inside) else series.reindex(inside)).to_numpy(float)
    classes = min(len(layer.classes), len(SYMBOLS))
    is_wrong = ~((values >= 0) & (values < classes) & (values == np.floor(values)))
    if is_wrong.any():
        found = _("without a class: {codes}").format(codes=preview(inside[is_wrong]))
        faults.add(where, found, f"0-{classes - 1}")
        return None
    return values.astype(np.intp)


def _symbols(codes: NDArray[np.intp], is_inside: NDArray[np.bool_]) -> str:
    letters = np.full(len(is_inside), OUTSIDE)
    letters[is_inside] = np.array(list(SYMBOLS))[codes]
    return "".join(letters)


def check_start(layers: Sequence[MapLayer], years: Sequence[int], start: tuple[str, int]) -> None:
    """Stop when a map is to open with a layer or year that it does not have."""
    if start[0] not in {layer.id for layer in layers} or start[1] not in years:
        faults = FaultList(_("Map layers that cannot be drawn"))
        faults.add(_("start"), f"{start[0]}, {start[1]}", _("one of the layers and years"))
        faults.stop_if_any()


def check_links(shapes: pd.DataFrame, links: Mapping[str, str]) -> None:
    """Accept only links to pages beside this one, from communes that are drawn."""
    faults = FaultList(_("Links of a map that cannot be used"))
    for code, href in links.items():
        if code not in shapes.index:
            faults.add(code, _("the commune is not on the map"))
        if not _HREF.fullmatch(href):
            faults.add(code, repr(href), _("the relative address of a page"))
    faults.stop_if_any()


def json_block(data: Any) -> Markup:
    """Return data as JSON that cannot end the script element it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)  # noqa: S704 - every letter that could end the element is written as an escape
