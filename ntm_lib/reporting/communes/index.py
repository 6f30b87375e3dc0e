"""Make the page that leads to the papers of the communes, by the unit above them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.reporting import formats, stamps
from ntm_lib.reporting.communes.facts import Commune, Communes
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.page import standalone_page
from ntm_lib.reporting.templates import render

INDEX = "index.html"


def papers_of(commune: Commune) -> dict[str, tuple[str, ...]]:
    """Return the names of the files of a commune by format: the sheet, the report and the minutes."""
    name = commune.file_name
    return {"html": (f"{name}.html",), "docx": (f"{name}.docx", f"{name}-minutes.docx")}


def communes_index(communes: Communes, folder: Path, codes: Sequence[str]) -> str:
    """Return the page: ``codes`` in the order given, each with links to the files that stand in ``folder``."""
    units: dict[str, dict[str, Any]] = {}
    has_papers = False
    for code in codes:
        commune = communes.commune(code)
        row = _row(commune, folder)
        has_papers |= bool(row["papers"])
        above = commune.above[0]
        held = units.setdefault(above.code, {"code": above.code, "name": above.name, "rows": []})
        held["rows"].append(row)
    for unit in units.values():
        unit["count"] = _("({count} communes)").format(count=formats.number(len(unit["rows"])))
    territory = communes.territory
    body = render("commune_index.html.j2", units=list(units.values()), has_papers=has_papers, source=communes.source)
    return standalone_page(
        Markup(body),  # noqa: S704 - rendered with autoescape
        title=_("Sheets of the communes, {name}").format(name=formats.in_sentence(territory.unit.name)),
        subtitle=str(territory.review.title),
        bands=[stamps.draft(), *stamps.of_data(territory)],
    )


def _row(commune: Commune, folder: Path) -> dict[str, Any]:
    names = papers_of(commune)
    count = commune.count
    words = (_("report"), _("minutes"))
    return {
        "name": commune.unit.name,
        "sheet": next((name for name in names["html"] if (folder / name).is_file()), ""),
        "papers": [(name, text) for name, text in zip(names["docx"], words, strict=True) if (folder / name).is_file()],
        "met": figure(commune.key("count", commune.all.year), count["low"], "interval", high=count["high"])
        if count["is_reported"]
        else _("Not enough data"),
    }
