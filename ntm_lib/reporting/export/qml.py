"""Write styles for QGIS: one symbol a class, without any line around an area, so that no border is ever drawn."""

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from ntm_lib.reporting.palette import MapClass

VERSION = "3.28.0-Firenze"
WARNING = "warning "
"""How the value of a class begins that no area has and that only puts a warning into the legend."""
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_HATCH = "#8a8f94"


def classes_style(field: str, classes: Mapping[str, MapClass], warnings: Sequence[str] = ()) -> str:
    """Return the style of areas by the classes of a field (key of ``classes``: the value).

    ``warnings`` stand first in the legend, as classes that no area has, so that every printed legend carries them.
    """
    renderer, categories, symbols = _renderer(field)
    for place, warning in enumerate(warnings):
        name, value = f"warning{place}", f"{WARNING}{place}"
        attributes = {"value": value, "label": warning, "symbol": name, "render": "true", "type": "string"}
        SubElement(categories, "category", attributes)
        symbol = SubElement(symbols, "symbol", {"type": "fill", "name": name, "alpha": "1", "force_rhr": "0"})
        _fill(symbol, "#ffffff", "no")
    for place, (value, each) in enumerate(classes.items()):
        attributes = {"value": value, "label": each.label, "symbol": str(place), "render": "true", "type": "string"}
        SubElement(categories, "category", attributes)
        symbol = SubElement(symbols, "symbol", {"type": "fill", "name": str(place), "alpha": "1", "force_rhr": "0"})
        _fill(symbol, each.colour, "solid")
        if each.is_hatched:
            _fill(symbol, _HATCH, "b_diagonal")
    return _document(renderer)


def lines_style(field: str, widths: Mapping[str, tuple[str, str, float]]) -> str:
    """Return the style of lines by the value of a field: label, colour, width in millimetres."""
    renderer, categories, symbols = _renderer(field)
    for place, (value, (label, colour, width)) in enumerate(widths.items()):
        attributes = {"value": value, "label": label, "symbol": str(place), "render": "true", "type": "string"}
        SubElement(categories, "category", attributes)
        symbol = SubElement(symbols, "symbol", {"type": "line", "name": str(place), "alpha": "1", "force_rhr": "0"})
        options = {
            "line_color": _rgba(colour),
            "line_style": "solid",
            "line_width": f"{width:g}",
            "line_width_unit": "MM",
        }
        _layer(symbol, "SimpleLine", options)
    return _document(renderer)


def _renderer(field: str) -> tuple[Element, Element, Element]:
    attributes = {
        "type": "categorizedSymbol",
        "attr": field,
        "symbollevels": "0",
        "enableorderby": "0",
        "forceraster": "0",
    }
    renderer = Element("renderer-v2", attributes)
    return renderer, SubElement(renderer, "categories"), SubElement(renderer, "symbols")


def _fill(symbol: Element, colour: str, pattern: str) -> None:
    options = {"color": _rgba(colour), "style": pattern, "outline_style": "no", "outline_width": "0"}
    _layer(symbol, "SimpleFill", options)


def _layer(symbol: Element, kind: str, options: Mapping[str, str]) -> None:
    layer = SubElement(symbol, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    held = SubElement(layer, "Option", {"type": "Map"})
    for name, value in options.items():
        SubElement(held, "Option", {"type": "QString", "name": name, "value": value})
    for name, value in options.items():  # as versions before 3.26 read it
        SubElement(layer, "prop", {"k": name, "v": value})


def _rgba(colour: str) -> str:
    return ",".join([*(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5)), "255"])


def _document(renderer: Element) -> str:
    root = Element("qgis", {"version": VERSION, "styleCategories": "Symbology"})
    root.append(renderer)
    return _DOCTYPE + tostring(root, encoding="unicode")
