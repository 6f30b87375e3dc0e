"""Each figure of a commune sheet leads, inside the sheet, to its commune's values, rules, cells and unit costs, and to no other's."""

import csv
import re
from collections.abc import Callable
from typing import Any

import pytest
from provenance_pages import Paragraphs, behind, requirements, worked_out

from ntm_lib.evaluation import Territory
from ntm_lib.project import Project
from ntm_lib.reporting import figures
from ntm_lib.reporting.communes import Communes, commune_sheet
from ntm_lib.reporting.page_check import Outline
from ntm_lib.reporting.provenance import unpack

EXEMPT = (
    (r"^\d+\** ", "the criterion of a box"),
    (r"^\d+(?:\.\d+)*\. .*(?= □)|^\d+(?:\.\d+)*\. ", "the number and name of a requirement"),
    (r"[≥≤>] [\d.,]+", "the required level beside the value, which stands with its decision behind that value"),
    (r"(?i)tiêu chí \d+(?:, \d+)*", "names of criteria"),
    (r"\b01 chỉ tiêu", "one, as a word"),
)


@pytest.fixture(scope="module", params=["2019-12-31", "2020-12-31"])
def sheets(
    request: pytest.FixtureRequest, province: Callable[[str], Territory]
) -> list[tuple[str, str, dict[str, Any]]]:
    """Return code, page and record of some sheets: with most missing, with least, and of a merged commune."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_LANG", "vi")
        communes = Communes.load(province(request.param))
        short = sorted(communes.codes, key=lambda code: len(communes.commune(code).short))
        merged = max(communes.codes, key=lambda code: len(communes.commune(code).parts))
        made = [(code, commune_sheet(communes.commune(code))) for code in dict.fromkeys([short[0], short[-1], merged])]
        figures.forget()
    return [(code, page, unpack(page)) for code, page in made]


def shown(page: str) -> dict[str, list[float]]:
    return {
        key: [float(part) for part in next(iter(values)).split()] for key, values in Outline.of(page).figures.items()
    }


def test_every_figure_of_a_sheet_leads_on(sheets: list[tuple[str, str, dict[str, Any]]]) -> None:
    for code, page, record in sheets:
        assert record["communes"][0] == [code]
        assert 20 < len(shown(page)) < 200
        for key in shown(page):
            found = behind(record, key)
            assert found is not None, key
            assert found.items or found.kind == "counts", key
            if found.kind == "norms":
                assert all(record["norms"]["rows"][name][9] > 1 for name in found.items), key


def test_values_and_counts_of_a_sheet_are_worked_out_anew(sheets: list[tuple[str, str, dict[str, Any]]]) -> None:
    proved = 0
    for _code, page, record in sheets:
        for key, raw in shown(page).items():
            found = behind(record, key)
            if not found.how:
                continue
            assert raw[: len(worked_out(record, found))] == pytest.approx(worked_out(record, found)), key
            proved += 1
    assert proved > 90


def test_a_value_of_a_sheet_stands_in_the_row_that_it_names(
    sheets: list[tuple[str, str, dict[str, Any]]], project: Project
) -> None:
    rows: dict[str, list[list[str]]] = {}
    checked = 0
    for _code, _page, record in sheets:
        for year, held in record["years"].items():
            for place, code in enumerate(record["reporters"][0]):
                file = held["file"][place] if isinstance(held["file"], list) else held["file"]
                if held["row"][place] is None:
                    continue
                name = record["files"][file][0]
                if name not in rows:
                    with (project.root / name).open(encoding="utf-8", newline="") as opened:
                        rows[name] = list(csv.reader(opened))
                line = dict(zip(rows[name][0], rows[name][held["row"][place] - 1], strict=True))
                assert (line["commune_code"], line["year"]) == (code, year)
                for column, item in enumerate(requirements(record, int(year))):
                    value = held["values"][column][place]
                    if isinstance(value, int | float):
                        assert float(line[item]) == value
                        checked += 1
    assert checked > 1000


def test_every_numeral_of_a_sheets_text_carries_a_key_or_is_exempt(
    sheets: list[tuple[str, str, dict[str, Any]]],
) -> None:
    bare = []
    for _code, page, _record in sheets:
        for written in Paragraphs(page[page.index("<main") : page.index("</main")]).texts:
            left = written
            for pattern, _what in EXEMPT:
                left = re.sub(pattern, "", left)
            if re.search(r"\d", left):
                bare.append(written)
    assert bare == []


def test_a_sheet_with_its_record_stays_small(sheets: list[tuple[str, str, dict[str, Any]]]) -> None:
    assert max(len(page.encode()) for _code, page, _record in sheets) < 130_000
