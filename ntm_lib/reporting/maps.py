"""Make the map of a page: Folium and Leaflet, opening offline, one geometry for all layers.

Text of the data reaches the browser only as JSON and is written there as text. The scripts are the same for
every map but for its id, which is a hash.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import folium
import geopandas as gpd
import shapely
from branca.element import Figure, MacroElement
from folium.template import Template
from markupsafe import Markup

from ntm_lib.messages import _, language
from ntm_lib.reporting import geometry, palette
from ntm_lib.reporting.layers import MapLayer, PackedLayer, check_links, check_start, json_block, pack
from ntm_lib.reporting.map_picture import draw_picture
from ntm_lib.reporting.templates import SCRIPTS, render, script, script_hash, style


@dataclass(frozen=True)
class MapHtml:
    """A map as it stands in a page, and the hashes of the scripts that may run with it."""

    html: Markup
    script_hashes: tuple[str, ...]


class _Communes(MacroElement):
    """Hand the Leaflet map to ``map.js``, which draws the communes from the JSON beside it."""

    _template = Template("""
        {% macro script(this, kwargs) %}
            ntmMap.start({{ this._parent.get_name() }}, {{ this.block|tojson }});
        {% endmacro %}
    """)

    def __init__(self, block: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Communes"
        self.block = block


def commune_map(
    shapes: gpd.GeoDataFrame,
    layers: Sequence[MapLayer],
    years: Sequence[int],
    *,
    start: tuple[str, int],
    title: str,
    stamps: Sequence[str] = (),
    links: Mapping[str, str] | None = None,
    source: str | Markup = "",
) -> MapHtml:
    """Return a map with a switch for measure and year, legend, table twin and a picture for print.

    ``shapes``: index commune code (text), documents' order; columns name, group_name (district),
    is_in_programme, geometry in any CRS. ``layers``: what can be shown; every commune in the programme needs
    a class in each of ``years``. ``start``: layer id and year shown first. ``title``: "Sơ đồ …" while
    schematic. ``stamps``: warnings inside the frame. ``links``: commune code → relative address. Raises
    FaultsError with all faults at once.
    """
    shapes = geometry.check_shapes(shapes)
    check_start(layers, years, start)
    check_links(shapes, links or {})
    packed = pack(shapes, layers, years)
    content = _Content(shapes, geometry.inner_borders(shapes), packed, years, start, title, stamps, links or {})
    data = json_block(content.data())
    name = hashlib.sha256(data.encode()).hexdigest()[:10]
    frame, init = _folium(name)
    html = render(
        "map.html.j2",
        id=name,
        data=data,
        stamps=stamps,
        years=years,
        has_groups=shapes["group_name"].nunique() > 1,
        has_links=bool(links),
        source=source,
        heading=content.heading(),
        picture=content.picture(),
        frame=frame,
        leaflet_css=Markup(style("leaflet/leaflet.css")),  # noqa: S704 - static file
        scripts=[Markup(script(name)) for name in SCRIPTS],  # noqa: S704 - static files
        init=init,
    )
    return MapHtml(html, (*(script_hash(script(name)) for name in SCRIPTS), script_hash(init)))


@dataclass(frozen=True)
class _Content:
    """What one map shows, checked."""

    shapes: gpd.GeoDataFrame
    borders: Sequence[shapely.LineString]
    layers: Sequence[PackedLayer]
    years: Sequence[int]
    start: tuple[str, int]
    title: str
    stamps: Sequence[str]
    links: Mapping[str, str]

    @property
    def first(self) -> PackedLayer:
        """The layer shown at first."""
        return next(packed for packed in self.layers if packed.layer.id == self.start[0])

    def heading(self) -> str:
        """Return the heading of the map as it opens, e.g. "Sơ đồ huyện …: Số tiêu chí đạt, năm 2020"."""
        return _heading_words().format(title=self.title, measure=self.first.layer.title, year=self.start[1])

    def picture(self) -> Markup:
        """Return the picture for print and for readers without scripts."""
        return draw_picture(
            self.shapes, self.borders, self.first, self.start[1], title=self.heading(), stamps=self.stamps
        )

    def data(self) -> dict[str, Any]:
        """Return all that ``map.js`` needs; lists of units follow the order of the shapes."""
        return {
            "title": self.title,
            "language": language(),
            "years": list(self.years),
            "start": list(self.start),
            "names": self.shapes["name"].tolist(),
            "groups": self.shapes["group_name"].tolist(),
            "links": [self.links.get(code, "") for code in self.shapes.index],
            "areas": [shapely.geometry.mapping(area) for area in self.shapes.geometry],
            "borders": [shapely.geometry.mapping(line) for line in self.borders],
            "outside": {"label": _("Outside the programme"), "colour": palette.OUTSIDE_COLOUR, "mark": ""},
            "layers": [_layer(packed) for packed in self.layers],
            "words": {
                "heading": _heading_words(),
                "communes": _("{count} communes"),
                "zoom_in": _("Zoom in"),
                "zoom_out": _("Zoom out"),
                "open": _("Press to open the report"),
            },
        }


def _heading_words() -> str:
    """Return the pattern of the heading; the browser fills it in again when the reader switches."""
    return _("{title}: {measure}, {year}")


def _folium(name: str) -> tuple[Markup, Markup]:
    """Return the frame and the script that Folium writes for a map without tiles; both hold only the map's
    id."""
    leaflet = folium.Map(
        location=[0, 0],
        zoom_start=1,
        tiles=None,
        attribution_control=False,
        scroll_wheel_zoom=False,
        fade_animation=False,
        zoom_snap=0.25,
        zoom_delta=0.5,
    )
    leaflet._id = name
    leaflet.add_child(_Communes(name))
    figure = leaflet.get_root()
    assert isinstance(figure, Figure)  # noqa: S101 - folium's own promise, for the type checker
    figure.render()
    # Folium's header sets styles for the whole page and links to networks: it is left out.
    return Markup(figure.html.render()), Markup(figure.script.render())  # noqa: S704 - holds only the id


def _layer(packed: PackedLayer) -> dict[str, Any]:
    return {
        "id": packed.layer.id,
        "title": packed.layer.title,
        "classes": [
            {"label": shown.label, "colour": shown.colour, "mark": shown.mark, "hatched": shown.is_hatched}
            for shown in packed.layer.classes
        ],
        "values": packed.symbols,
        "details": packed.details,
    }
