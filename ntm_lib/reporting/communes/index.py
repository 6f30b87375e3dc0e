"""Make the page that leads to the papers of the communes, by the unit above them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.reporting import formats, stamps
from ntm_lib.reporting.communes.facts import Commune, Communes
from ntm_lib.reporting.communes.report import Link, Paper
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.page import standalone_page
from ntm_lib.reporting.templates import render

INDEX = "index.html"


@dataclass(frozen=True)
class Papers:
    """The names of the files of a commune: the sheet, the report and the minutes as pages and as Word documents."""

    sheet: str
    pages: Mapping[Paper, str]
    documents: Mapping[Paper, str]

    def links(self, folder: Path, own: str) -> list[Link]:
        """Return links from one of the pages (``own``) to the others and to the documents that stand in ``folder``."""
        words = {"report": _("Report"), "minutes": _("Minutes of the board's meeting")}
        pages = [(INDEX, _("All communes")), (self.sheet, _("Commune sheet"))]
        pages += [(name, words[paper]) for paper, name in self.pages.items()]
        documents = [(name, f"{words[paper]} (Word)") for paper, name in self.documents.items()]
        return [link for link in pages if link[0] != own] + [link for link in documents if (folder / link[0]).is_file()]


def papers_of(commune: Commune) -> Papers:
    """Return the names of the files of a commune."""
    name = commune.file_name
    return Papers(
        sheet=f"{name}.html",
        pages={"report": f"{name}-report.html", "minutes": f"{name}-minutes.html"},
        documents={"report": f"{name}.docx", "minutes": f"{name}-minutes.docx"},
    )


def communes_index(communes: Communes, folder: Path, codes: Sequence[str]) -> str:
    """Return the page: ``codes`` in the order given, each with links to the files that stand in ``folder``."""
    units: dict[str, dict[str, Any]] = {}
    has_pages = has_papers = False
    for code in codes:
        commune = communes.commune(code)
        row = _row(commune, folder)
        has_pages |= bool(row["pages"])
        has_papers |= bool(row["papers"])
        above = commune.above[0]
        held = units.setdefault(above.code, {"code": above.code, "name": above.name, "rows": []})
        held["rows"].append(row)
    for unit in units.values():
        unit["count"] = _("({count} communes)").format(count=formats.number(len(unit["rows"])))
    territory = communes.territory
    body = render(
        "commune_index.html.j2",
        units=list(units.values()),
        has_pages=has_pages,
        has_papers=has_papers,
        source=communes.source,
    )
    return standalone_page(
        Markup(body),  # noqa: S704 - rendered with autoescape
        title=_("Sheets of the communes, {name}").format(name=formats.in_sentence(territory.unit.name)),
        subtitle=str(territory.review.title),
        bands=[stamps.draft(), *stamps.of_data(territory)],
    )


def _row(commune: Commune, folder: Path) -> dict[str, Any]:
    names = papers_of(commune)
    words = {"report": _("report"), "minutes": _("minutes")}
    count = commune.count
    return {
        "name": commune.unit.name,
        "sheet": names.sheet if (folder / names.sheet).is_file() else "",
        "pages": [(name, words[paper]) for paper, name in names.pages.items() if (folder / name).is_file()],
        "papers": [(name, words[paper]) for paper, name in names.documents.items() if (folder / name).is_file()],
        "met": figure(commune.key("count", commune.all.year), count["low"], "interval", high=count["high"])
        if count["is_reported"]
        else _("Not enough data"),
    }
