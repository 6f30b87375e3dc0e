"""Each figure of a commune's report and minutes leads, inside the page, to its values, lines, rules and cells, and to no other's."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

import pytest
from provenance_pages import Behind, Paragraphs, behind, requirements, worked_out
from provenance_recomputed import recomputed, tolerance

from ntm_lib.evaluation import Territory
from ntm_lib.planning.means.measures import load_measures
from ntm_lib.project import Project
from ntm_lib.provenance import sha256_of
from ntm_lib.reporting import figures
from ntm_lib.reporting.communes import Communes
from ntm_lib.reporting.communes.report import papers
from ntm_lib.reporting.page_check import Outline
from ntm_lib.reporting.provenance import unpack
from ntm_lib.reporting.provenance.norms import basis_words

EXEMPT = (
    (r"\d{1,2}/\d{1,2}/\d{4}|\b\d{1,2}/\d{4}\b", "dates"),
    (r"\b(?:19|20)\d\d(?:\s?-\s?(?:19|20)\d\d)?\b", "years and periods"),
    (r"\b\d+(?:-\d+)?/(?:\d{4}/)?[A-ZĐ]{2,}[\w/-]*", "numbers of decisions"),
    (r"(?i)tiêu chí (?:\d+, )*\d+\b", "numbers of criteria"),
    (r"\b\d+ \([^()\d]+\)", "numbers of criteria with their names"),
    (r"\b\d+\.\d+\. ", "numbers of requirements"),
    (r"mức đạt chuẩn: [^)]*", "the required level: it stands with its decision behind the value beside it"),
    (r"\bBiểu \d\d(?:, \d\d)*\b", "names of tables"),
    (r"\b01 chỉ tiêu|\b02 - 03 chỉ tiêu", "one, and two or three, as words"),
)
"""Numerals of the running text that need no way: what is named, not counted."""
EXEMPT_CELLS = (
    *EXEMPT,
    (r"^\d+\. ", "numbers of criteria"),
    (r"^[≥≤>] [\d.,]+%?\*{0,2}$", "the required level: it stands with its decision behind the value beside it"),
    (r"Chương trình (?:30a|135)\b|OCOP \d sao", "names of programmes and products"),
    (r"^\d+/\d+$", "how many former communes reported a volume: each stands behind the volume beside it"),
)
GROUND_ONLY = (
    (
        r"missing\..+",
        "pieces of a share of a whole that the record does not hold; it leads to the values that fall short",
    ),
    (r"cost(?:_\w+)?\..+", "worked out below, from the norms and the other figures of the page"),
    (r"recognition\..+", "read from the published register, a file that belongs to no commune"),
)
"""Figures that are not worked out anew from the record alone, and why."""


@dataclass(frozen=True, eq=False)
class Paper:
    """One page of a commune, with the record in it."""

    code: str
    name: str
    page: str

    @cached_property
    def record(self) -> dict[str, Any]:
        """What its figures lead to."""
        return unpack(self.page)

    @cached_property
    def shown(self) -> dict[str, list[float]]:
        """The values of each figure, unrounded, by its key; none of a date."""
        held = {key: next(iter(values)).split() for key, values in Outline.of(self.page).figures.items()}
        return {key: [float(part) for part in raw if not re.match(r"\d+-", part)] for key, raw in held.items()}

    def rest(self, name: str) -> dict[str, tuple[list[float], Behind]]:
        """Return values and ground of the figures whose key begins so after the unit, by the rest of the key."""
        keys = {key.split(".", 2)[2]: key for key in self.shown}
        return {rest: (self.shown[key], self.behind(key)) for rest, key in keys.items() if rest.startswith(name)}

    def behind(self, key: str) -> Behind:
        """Return what stands behind a figure, which must be something."""
        found = behind(self.record, key)
        assert found is not None, key
        return found


@pytest.fixture(scope="module", params=["2019-12-31", "2025-12-31"])
def made(request: pytest.FixtureRequest, province: Callable[[str], Territory]) -> list[Paper]:
    """Return report and minutes of some communes: with least missing, with most, and of the one merged from most."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_LANG", "vi")
        communes = Communes.load(province(request.param))
        short = sorted(communes.codes, key=lambda code: len(communes.commune(code).short))
        merged = max(communes.codes, key=lambda code: len(communes.commune(code).parts))
        found = [
            Paper(code, name, paper.page())
            for code in dict.fromkeys([short[0], short[-1], merged])
            for name, paper in papers(communes.commune(code)).items()
        ]
        figures.forget()
    return found


def test_every_figure_leads_to_its_end(made: list[Paper]) -> None:
    for paper in made:
        record = paper.record
        assert record["communes"][0] == [paper.code]
        assert len(paper.shown) > (150 if paper.name == "report" else 30)
        for key, raw in paper.shown.items():
            found = paper.behind(key)
            assert found.kind in {"counts", "criteria", "requirements", "lines", "norms", "files"}, key
            assert found.items or found.kind == "counts", key
            if found.kind == "norms":
                assert all(record["norms"]["rows"][name][9] > 1 for name in found.items), key
            elif found.kind == "files":
                assert all(record["files"][place][1] for place in found.items), key
            elif found.kind == "requirements":
                assert {*found.items} <= {item for year in found.years for item in requirements(record, year)}, key
                assert found.communes, key
            elif found.kind == "lines" and raw:
                names = [item.split(".") for item in found.items]
                assert all(column in record["tables"][table]["columns"] for table, column in names), key
                assert any(record["tables"][table]["year"] for table, _column in names), key


def test_every_figure_is_worked_out_anew_from_the_record_or_it_is_said_why_not(made: list[Paper]) -> None:
    wrong, left_out, proved = [], set(), 0
    for paper in made:
        for key, raw in paper.shown.items():
            found, rest = paper.behind(key), key.split(".", 2)[2]
            if any(re.fullmatch(pattern, rest) for pattern, _why in GROUND_ONLY):
                continue
            anew = worked_out(paper.record, found) if found.how else _by_key(paper, key, found)
            if anew is None:
                left_out.add(rest)
            elif not raw and anew in ([], [0]):  # not reported in one of the years
                continue
            elif not anew or raw[: len(anew)] != pytest.approx(anew[: len(raw)], rel=1e-6, abs=tolerance(key)):
                wrong.append((key, raw, anew))
            proved += 1
    assert (wrong, left_out) == ([], set())
    assert proved > 600


def _by_key(paper: Paper, key: str, found: Behind) -> list[float] | None:
    unit = ".".join(key.split(".", 2)[:2])
    return recomputed(paper.record, key, found, lambda rest: behind(paper.record, f"{unit}.{rest}"))


def test_costs_follow_from_the_norms_and_add_up(made: list[Paper]) -> None:
    checked = 0
    for paper in (paper for paper in made if paper.name == "report" and paper.rest("cost.")):
        costs, rows = paper.rest("cost."), paper.record["norms"]["rows"]
        for key, (raw, found) in costs.items():
            [measure] = found.items
            low, high = (
                _volumes(value, norm) for value, norm in zip(raw, (rows[measure][2], rows[measure][4]), strict=True)
            )
            assert low[0] <= high[1], key
            assert high[0] <= low[1], key
            checked += 1
        told, of_measure = paper.rest("cost_"), [(found.items[0], raw) for raw, found in costs.values()]
        for name in ("once", "yearly"):
            for raw, found in paper.rest(f"cost_{name}.").values():
                own = [value for measure, value in of_measure if measure in found.items]
                sums = [sum(part) / 1000 for part in zip(*own, strict=True)]
                assert raw == pytest.approx(sums, rel=0.06, abs=0.005 * len(own))
        [count] = [raw for key, (raw, _found) in told.items() if key.startswith("cost_told")]
        assert count == [len(costs)]
        assumed = [measure for measure, _value in of_measure if rows[measure][6] == basis_words()["assumed"]]
        [of_those] = [raw for key, (raw, _found) in told.items() if key.startswith("cost_assumed")] or [count]
        assert of_those == [len(assumed)]
    assert checked > 30


def _volumes(money: float, norm: float) -> tuple[float, float]:
    """Return the volumes that money at a norm may stand for, before it was rounded."""
    step = 1 if money < 100 else 10 if money < 10_000 else 100
    return (money - step / 2) / norm - 1e-9, (money + step / 2) / norm + 1e-9


def test_the_minutes_say_the_figures_of_the_report(made: list[Paper]) -> None:
    for report, minutes in zip(made[::2], made[1::2], strict=True):
        assert {key: report.shown.get(key) for key in minutes.shown} == minutes.shown


def test_values_and_lines_stand_in_the_rows_that_the_record_names(made: list[Paper], project: Project) -> None:
    rows: dict[str, list[list[str]]] = {}
    checked = 0

    def line(record: dict[str, Any], file: int, row: int) -> dict[str, str]:
        name, sha256 = record["files"][file][:2]
        if name not in rows:
            assert sha256_of(project.root / name) == sha256
            with (project.root / name).open(encoding="utf-8", newline="") as opened:
                rows[name] = list(csv.reader(opened))
        return dict(zip(rows[name][0], rows[name][row - 1], strict=True))

    for record in (paper.record for paper in made):
        for year, held in record["years"].items():
            for place, code in enumerate(record["reporters"][0]):
                file = held["file"][place] if isinstance(held["file"], list) else held["file"]
                if held["row"][place] is None:
                    continue
                own = line(record, file, held["row"][place])
                assert (own["commune_code"], own["year"]) == (code, year)
                values = zip(requirements(record, int(year)), held["values"], strict=True)
                numbers = {item: of[place] for item, of in values if isinstance(of[place], int | float)}
                assert {item: float(own[item]) for item in numbers} == numbers
                checked += len(numbers)
        for held in record["tables"].values():
            for place, row in enumerate(held["row"]):
                own = line(record, held["file"], row)
                assert own["commune_code"] == record["reporters"][0][held["commune"][place]]
                assert own["year"] == str(held["year"][place])
                for name, (_label, _unit, values) in held["columns"].items():
                    assert own[name] == "" if values[place] is None else float(own[name]) == values[place]
                    checked += 1
    assert checked > 2000


class Cells(HTMLParser):
    """The cells of a page's tables, each figure with a key written as a box; without heads and what numbers the rows."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._open: list[bool] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag in {"td", "th"}:
            self._open = None if held.get("class") == "tt" or str(held.get("scope")).startswith("col") else []
            self.texts += [] if self._open is None else [""]
        elif self._open is not None and tag not in Paragraphs.VOID:
            self._open.append("data-figure" in held)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._open = None
        elif self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self.texts[-1] += "□" if any(self._open) else data


@pytest.mark.parametrize(("read", "exempt"), [(Paragraphs, EXEMPT), (Cells, EXEMPT_CELLS)], ids=["text", "cells"])
def test_every_numeral_carries_a_key_or_is_exempt(made: list[Paper], project: Project, read: Any, exempt: Any) -> None:
    measures = [str(item.label) for item in load_measures(project).measures.values()]
    bare = []
    for paper in made:
        page = paper.page[paper.page.index("<main") : paper.page.index("</main")]
        named = [*(str(rule[2]) for rule in paper.record["rules"]), *measures, "Trẻ em dưới 5 tuổi thấp còi"]
        named += [text[:1].lower() + text[1:] for text in named]
        quoted = sorted((text for text in named if re.search(r"\d", text)), key=len, reverse=True)
        for written in read(page).texts:
            left = written
            for words in quoted:
                left = left.replace(words, "")
            for pattern, _what in exempt:
                left = re.sub(pattern, "", left)
            if re.search(r"\d", left):
                bare.append((written, left))
    assert bare == []


def test_the_scan_of_cells_finds_a_bare_numeral() -> None:
    page = '<table><tr><td class="tt">3</td><td>7 nhà</td><td><span data-figure="a.b">5</span>%</td></tr></table>'
    assert Cells(page).texts == ["7 nhà", "□%"]


def test_the_pages_with_their_records_stay_small(made: list[Paper]) -> None:
    largest = {
        name: max(len(paper.page.encode()) for paper in made if paper.name == name) for name in ("report", "minutes")
    }
    assert largest["report"] < 230_000
    assert largest["minutes"] < 105_000
