"""Make the pages of a territory in this process, and read from the record of a page what stands behind its figures."""

import re
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any

import nbformat
import pytest

from ntm_lib.evaluation import Territory
from ntm_lib.reporting import display, sections
from ntm_lib.reporting.page import notebook_page
from ntm_lib.reporting.review.report import Report
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.slides.deck import make_deck
from ntm_lib.reporting.slides.html import write_slides
from ntm_lib.review import Audience

DISTRICT = ("headline", "commune_map", "results", "trend", "criterion_shares", "distances", "unknowns", "doubtful_levels", "recognised", "closing")  # fmt: skip
PROVINCE = ("headline", "commune_map", "by_district", "trend", "criterion_shares", "recognised", "published", "doubtful_levels", "closing")  # fmt: skip


def pages(territory: Territory, *slots: str) -> dict[str, str]:
    """Return the pages of a territory as a run makes them: ``body`` and, when asked for, ``report`` and ``press``."""
    cells: list[Any] = []

    def keep(data: dict[str, str], *, raw: bool, metadata: dict[str, Any]) -> None:
        output = nbformat.v4.new_output("display_data", data=data, metadata=metadata)
        cells.append(nbformat.v4.new_code_cell(outputs=[output]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(display, "display", keep)
        sections.opening(territory, "public")
        for name in PROVINCE if territory.unit.level == "province" else DISTRICT:
            getattr(sections, name)(territory)
        if "report" in slots:
            report = Report.of(territory, "public")
            for number in range(1, len(report.outline.parts) + 1):
                report.part(number)
        if "press" in slots:
            Report.of(territory, "public").press()
    notebook = nbformat.v4.new_notebook(cells=cells)
    return {slot: notebook_page(notebook, title="Trang", slot=slot) for slot in slots}


def deck_page(territory: Territory, folders: pytest.TempPathFactory) -> str:
    """Return the slides of a territory as a page."""
    deck = make_deck(Subject(territory, Audience.PUBLIC))
    return write_slides(deck, folders.mktemp("slides") / "slides.html").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Behind:
    """What stands behind one figure, read from the record as the page's script reads it."""

    kind: str
    how: str
    items: list[Any]
    years: list[int]
    communes: list[int]


def behind(record: dict[str, Any], key: str) -> Behind | None:
    """Return what stands behind a figure of a page."""
    level, unit, rest = key.split(".", 2)
    place = record["keys"].get(f"{level}.{unit}", {}).get(rest)
    if place is None:
        return None
    _meaning, kind, items, years, held, *_parts = record["selections"][place]
    name, how = record["kinds"][kind]
    communes = record["sets"][held]
    if communes == -1:
        of_reporters = name in {"requirements", "lines"}
        communes = list(range(len(record["reporters"][0]) if of_reporters else record["in_programme"]))
    return Behind(name, how, record["items"][items], years, communes)


def requirements(record: dict[str, Any], year: int) -> list[str]:
    """Return the requirements of a year in the order of its columns."""
    return [record["rules"][place][0] for place in record["years"][str(year)]["rules"]]


def worked_out(record: dict[str, Any], found: Behind) -> list[float]:
    """Work a figure out anew from nothing but the record; empty where nobody reported."""
    if found.kind == "lines":
        return _of_lines(record, found)
    if found.how == "number":
        return [len(found.communes)]
    if found.how == "decided":
        return [sum(_decided(record, found, one) for one in found.years)]
    year = record["years"][str(found.years[0])]
    if found.how in {"mean", "total"}:
        ends = [[year[end][place] for place in found.communes] for end in ("low", "high")]
        return [sum(column) / len(column) for column in ends if column]
    column = requirements(record, found.years[0]).index(found.items[0])
    values = [year["values"][column][place] for place in found.communes]
    if found.how == "gap":
        return [abs(values[0] - record["rules"][year["rules"][column]][4])]
    known = [value for value in values if value not in {None, "x"}]
    return [min(known), max(known)] if found.how == "range" else values[:1]


def _of_lines(record: dict[str, Any], found: Behind) -> list[float]:
    parts = [list(line_values(record, replace(found, items=[item]))) for item in found.items]
    if found.how == "rise":
        first, last = (_by_commune(record, found, one) for one in found.years)
        return [abs(sum(last[place] - first[place] for place in first.keys() & last.keys()))]
    if found.how == "share":
        if len(parts) > 1 and len(parts[1]) < len(found.communes):
            return []  # what it is a share of is not known in full
        return [100 * sum(parts[0]) / (sum(parts[1]) if len(parts) > 1 else len(found.communes))]
    return [sum(map(sum, parts))] if any(parts) else []


def _decided(record: dict[str, Any], found: Behind, year: int) -> int:
    names, verdicts = requirements(record, year), record["years"][str(year)]["verdicts"]
    columns = [verdicts[names.index(item)] for item in found.items if item in names]
    return sum(column[place] in "01" for column in columns for place in found.communes)


def _by_commune(record: dict[str, Any], found: Behind, year: int) -> dict[int, float]:
    """Return the value of each commune in one year."""
    one = {place: list(line_values(record, replace(found, communes=[place], years=[year]))) for place in found.communes}
    return {place: sum(values) for place, values in one.items() if values}


def line_values(record: dict[str, Any], found: Behind) -> Any:
    """Yield every value that the figure's lines hold."""
    communes, years = set(found.communes), set(found.years)
    for item in found.items:
        name, _dot, column = item.partition(".")
        held = record["tables"][name]
        for commune, year, value in zip(held["commune"], held["year"], held["columns"][column][2], strict=True):
            if commune in communes and year in years and value is not None:
                yield value


def columns_of_plan(record: dict[str, Any], found: Behind) -> list[float]:
    """Work a figure of a plan out anew from the columns of its record."""
    columns, works = record["plan"]["columns"], record["plan"]["works"]

    def sums(item: str) -> float:
        held = [columns[item][2].get(str(year)) for year in found.years]
        return sum(values[place] or 0 for values in held if values for place in found.communes)

    match found.how:
        case "number":
            return [len(found.communes)]
        case "sum":
            return [sum(map(sums, found.items))]
        case "ends":
            return list(map(sums, found.items))
        case "mean":
            return [sums(item) / len(found.communes) for item in found.items]
        case "works":
            owners = zip(works["part"], works["commune"], strict=True)
            return [sum(f"part_{part}" in found.items and commune in found.communes for part, commune in owners)]
        case "first":
            values = columns[found.items[0]][2]
            return [next(year for year in found.years if values[str(year)][found.communes[0]])]
    raise AssertionError(found.how)


class Paragraphs(HTMLParser):
    """The running text of a page: what stands in paragraphs and lists, each figure with a key written as a box."""

    SKIPPED = frozenset({"script", "style", "table", "svg", "nav", "footer", "header"})
    VOID = frozenset({"br", "input", "meta", "img", "link", "hr", "wbr"})

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, bool]] = []
        self._texts: list[str] = []
        self.feed(re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL))

    @property
    def texts(self) -> list[str]:
        """The texts, blanks joined."""
        return [" ".join(text.split()) for text in self._texts]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.VOID:
            return
        self._open.append((tag, "data-figure" in dict(attrs)))
        if tag in {"p", "li"}:
            self._texts.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _figure in self._open}
        if tags & {"p", "li"} and not tags & self.SKIPPED:
            self._texts[-1] += "□" if any(is_figure for _tag, is_figure in self._open) else data
