"""Every numeral of a page is walked to its end: key, record, commune, value, and the cell of the file that holds it."""

import csv
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml
from provenance_pages import Behind, Paragraphs, behind, deck_page, pages, requirements, worked_out
from provenance_recomputed import recomputed, tolerance

from ntm_lib.evaluation import Territory, group_labels, load_territory
from ntm_lib.project import Project
from ntm_lib.provenance import sha256_of
from ntm_lib.reporting import figures
from ntm_lib.reporting.page_check import Outline
from ntm_lib.reporting.provenance import unpack
from ntm_lib.submissions.wide import NOT_ASSESSED_TEXT

pytestmark = pytest.mark.xdist_group("provenance")

EXEMPT = (
    (r"\d{1,2}/\d{1,2}/\d{4}|\b\d{1,2}/\d{4}\b", "dates"),
    (r"\b(?:19|20)\d\d(?:\s?-\s?(?:19|20)\d\d)?\b", "years and periods"),
    (r"\b\d+(?:-\d+)?/(?:\d{4}/)?[A-ZĐ]{2,}[\w/-]*", "numbers of decisions"),
    (r"(?i)(?:tiêu chí|chỉ tiêu) \d+(?:\.\d+)*(?: \([^)]*\))?(?:, \d+(?:\.\d+)* \([^)]*\))*", "names of criteria"),
    (r"(?i)\bbiểu (?:số )?\d+|\bB\d{2}\b|Phụ lục \d+", "names of tables"),
    (r"\b\d+ (?:- \d+ )?tiêu chí\b", "names of the planners' groups"),
    (r"Phiên bản phần mềm: [\d.]+", "the version of the software"),
)
"""Numerals of the running text that need no way: what is named, not counted."""


@pytest.fixture(scope="module")
def loaded_pages(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., tuple[Territory, dict[str, str]]]:
    """Return a function that makes pages of a unit, each once."""
    held: dict[tuple[str, ...], tuple[Territory, dict[str, str]]] = {}

    def load(unit: str, *slots: str) -> tuple[Territory, dict[str, str]]:
        code, _at, on = unit.partition("@")
        if (unit, *slots) not in held:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("NTM_PROJECT", str(project.root))
                patch.setenv("NTM_LANG", "vi")
                territory = load_territory(code, on=on, audience="public")
                made = (
                    {"slides": deck_page(territory, tmp_path_factory)}
                    if "slides" in slots
                    else pages(territory, *slots)
                )
                held[unit, *slots] = territory, made
        return held[unit, *slots]

    return load


@pytest.fixture(
    params=[
        ("052", "body"),
        ("052", "report"),
        ("04", "body"),
        ("04@2025-07-01", "body"),
        ("04", "press"),
        ("052", "slides"),
        pytest.param(("04", "report"), marks=pytest.mark.long),
    ],
    ids="-".join,
)
def page(request: pytest.FixtureRequest, loaded_pages: Any) -> tuple[Territory, str]:
    code, slot = request.param
    territory, made = loaded_pages(code, slot)
    return territory, made[slot]


def shown(page: str) -> Iterator[tuple[str, list[float]]]:
    for key, values in Outline.of(page).figures.items():
        raw = next(iter(values)).split()
        yield key, [float(part) for part in raw if re.fullmatch(r"-?[\d.]+(?:e[+-]?\d+)?", part)]


def test_every_figure_leads_on_or_says_why_not(page: tuple[Territory, str]) -> None:
    _territory, text = page
    record = unpack(text)
    without = [key for key, _raw in shown(text) if behind(record, key) is None]
    assert without == []
    assert [key for key, _raw in shown(text) if behind(record, key).kind == "none"] == []


PROVED = {"body": 0.97, "report-district": 0.7, "report-province": 0.48, "press": 0.45, "slides": 0.6}
"""Which part of the figures of a page is worked out anew from its record alone, at least."""


def test_every_figure_that_the_record_proves_is_worked_out_anew(
    page: tuple[Territory, str], request: pytest.FixtureRequest
) -> None:
    territory, text = page
    record, wrong, proved, figures_ = unpack(text), [], 0, list(shown(text))
    for key, raw in figures_:
        made = worked_anew(record, key)
        if made is None:
            continue
        proved += 1
        wanted = made[-1:] if "mean_high" in key else made
        count = len(raw) if behind(record, key).how in {"mean", "range"} and "mean_" not in key else 1
        if raw[:count] != pytest.approx(wanted[:count], rel=1e-6, abs=tolerance(key)):
            wrong.append((key, raw, made))
    assert wrong == []
    slot = request.node.callspec.id.rsplit("-", 1)[1].rstrip("]")
    slot = f"report-{territory.unit.level}" if slot == "report" else slot
    assert proved / len(figures_) > PROVED[slot]


def worked_anew(record: dict[str, Any], key: str) -> list[float] | None:
    """Work a figure out from the record: as the record says, else by its key; None where it does not hold enough."""
    found, unit = behind(record, key), ".".join(key.split(".", 2)[:2])

    def sibling(rest: str) -> Behind | None:
        return behind(record, f"{unit}.{rest}")

    return worked_out(record, found) if found.how else recomputed(record, key, found, sibling)


def test_every_figure_of_results_ends_at_communes_values_and_rules(page: tuple[Territory, str]) -> None:
    _territory, text = page
    record = unpack(text)
    for key, _raw in shown(text):
        found = behind(record, key)
        if found.kind in {"counts", "criteria", "requirements"}:
            assert found.years, key
            assert found.kind == "counts" or found.items, key
            for year in found.years:
                assert len(record["years"][str(year)]["values"]) == len(requirements(record, year))
        if found.kind == "files":
            assert found.items, key
            assert all(record["files"][place][1] for place in found.items)
        if found.kind == "lines":
            assert all(item.split(".")[1] in record["tables"][item.split(".")[0]]["columns"] for item in found.items), (
                key
            )


def test_every_value_stands_in_the_row_and_column_that_the_record_names(
    page: tuple[Territory, str], project: Project
) -> None:
    _territory, text = page
    record, rows = unpack(text), {}
    for name, sha256, *_facts in record["files"]:
        assert sha256_of(project.root / name) == sha256
        if name.endswith(".csv"):
            with (project.root / name).open(encoding="utf-8", newline="") as file:
                rows[name] = list(csv.reader(file))
    checked = 0
    for year, held in record["years"].items():
        for place, code in enumerate(record["reporters"][0]):
            if held["row"][place] is None:
                continue
            file = held["file"][place] if isinstance(held["file"], list) else held["file"]
            lines = rows[record["files"][file][0]]
            head, line = lines[0], lines[held["row"][place] - 1]
            assert line[:2] == [code, year]
            for column, name in enumerate(requirements(record, int(year))):
                assert holds(line[head.index(name)] if name in head else "", held["values"][column][place])
                checked += 1
    for held in record["tables"].values():
        lines = rows[record["files"][held["file"]][0]]
        for place, row in enumerate(held["row"]):
            line = dict(zip(lines[0], lines[row - 1], strict=True))
            assert line["commune_code"] == record["reporters"][0][held["commune"][place]]
            assert line["year"] == str(held["year"][place])
            for name, (_label, _unit, values) in held["columns"].items():
                assert holds(line[name], values[place])
                checked += 1
    assert checked > 1000


def holds(cell: str, value: float | str | None) -> bool:
    """Tell whether the cell of a file holds the value of the record."""
    if value is None:
        return cell == ""
    return cell == NOT_ASSESSED_TEXT if value == "x" else float(cell) == value


def test_every_numeral_of_the_running_text_carries_a_key_or_is_exempt(
    page: tuple[Territory, str], project: Project
) -> None:
    _territory, text = page
    quoted = sorted(_quoted(project), key=len, reverse=True)
    bare = []
    for written in Paragraphs(text).texts:
        left = written
        for words in quoted:
            left = left.replace(words, "")
        for pattern, _what in EXEMPT:
            left = re.sub(pattern, "", left)
        if re.search(r"\d", left):
            bare.append((written, left))
    assert bare == []
    assert len(group_labels()) == 6


def _quoted(project: Project) -> set[str]:
    """Return the words of published sources, which a page quotes with the source beside them."""
    found: set[str] = set()
    folder = project.data / "published"
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found |= {text for name in ("source", "source_title") for text in (row.get(name) or "").split("; ")}
                found.add(row.get("source") or "")
    for item in yaml.safe_load((folder / "contradictions.yaml").read_text(encoding="utf-8")):
        texts = [item["label"]["vi"], item["reading"]["vi"]]
        for one in item["statements"]:
            texts += [one["text"]["vi"], one["text"]["vi"][:1].lower() + one["text"]["vi"][1:], one["source"]]
        found |= set(texts)
    return {" ".join(text.split()) for text in found if re.search(r"\d", text)}


def test_the_scan_of_numerals_finds_a_bare_one() -> None:
    written = Paragraphs("<main><p>Có 12 xã, năm 2020 có <span data-figure='a.b'>7</span>.</p></main>").texts
    assert written == ["Có 12 xã, năm 2020 có □."]
    left = written[0]
    for pattern, _what in EXEMPT:
        left = re.sub(pattern, "", left)
    assert re.findall(r"\d+", left) == ["12"]


def test_nothing_withheld_stands_in_the_record(project: Project) -> None:
    from dataclasses import replace

    from ntm_lib.reporting.provenance import record

    territory = replace(load_territory("052", audience="public"), withheld=frozenset({"10", "18"}))
    keys = [
        "district.052-20191231.mean.2020",
        "district.052-20191231.criterion.10.met.2020",
        "district.052-20191231.capital.total",
    ]
    held = record(territory, keys)
    assert not {rule[1] for rule in held["rules"]} & {"10", "18"}
    assert not {"10", "18"} & set(held["years"]["2020"]["criteria"])
    assert held["tables"]["b06"]["commune"] == []
    assert behind(held, keys[1]).items == []


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    yield
    figures.forget()
