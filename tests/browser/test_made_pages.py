"""The pages of a real run, opened in a real browser without a network."""

import datetime as dt
import os
import re
from pathlib import Path

import pytest
from provenance_pages import pages

from browser.conftest import OpenPage
from ntm_lib import batch, units
from ntm_lib.batch import RunReport
from ntm_lib.evaluation import load_territory
from ntm_lib.project import Project

ON = dt.date(2019, 12, 31)
DISTRICT_BYTES, PROVINCE_BYTES = 1_000_000, 3_000_000

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def made(project: Project, tmp_path_factory: pytest.TempPathFactory) -> RunReport:
    """Return a run of a district and the province page over the shipped data."""
    os.environ["NTM_PROJECT"], os.environ["NTM_LANG"] = str(project.root), "vi"
    out = tmp_path_factory.mktemp("out")
    report = batch.run(project, out, on=ON, districts=["052"], jobs=2)
    assert [outcome.reason for outcome in (*report.districts, report.province)] == ["", ""]
    return report


def district_page(made: RunReport, code: str) -> Path:
    return made.index.parent / "districts" / f"{code}-2019.html"


@pytest.fixture(scope="module")
def town(made: RunReport) -> Path:
    """Return the page of the provincial town, made of the same sections without a run."""
    path = made.index.parent / "town.html"
    path.write_text(pages(load_territory("040", on=str(ON), audience="public"), "body")["body"], encoding="utf-8")
    return path


@pytest.mark.parametrize("code", ["040", "052"])
def test_a_district_page_is_small_quiet_and_draws_every_commune(
    made: RunReport, town: Path, open_page: OpenPage, project: Project, code: str
) -> None:
    path = town if code == "040" else district_page(made, code)
    assert path.stat().st_size <= DISTRICT_BYTES
    opened = open_page(path)
    opened.assert_quiet()
    assert opened.ntm("shapes()") == len(units.on(ON, project).communes_of(code))


def test_the_province_page_is_small_quiet_and_leads_to_the_districts(
    made: RunReport, open_page: OpenPage, project: Project
) -> None:
    assert made.index.stat().st_size <= PROVINCE_BYTES
    opened = open_page(made.index)
    opened.assert_quiet()
    assert opened.ntm("shapes()") == len(units.on(ON, project).communes)
    opened.page.click("nav.units a[href='districts/052-2019.html']")
    assert "huyện Nguyên Bình" in opened.page.inner_text("h1")


def test_the_switch_changes_colours_legend_and_heading(made: RunReport, open_page: OpenPage) -> None:
    opened = open_page(district_page(made, "052"))
    before = (opened.ntm("colours()"), opened.ntm("legend()"), opened.ntm("state().title"))
    opened.page.select_option("select.measure", "c17")
    after = (opened.ntm("colours()"), opened.ntm("legend()"), opened.ntm("state().title"))
    assert all(old != new for old, new in zip(before, after, strict=True))
    assert "17. Môi trường" in after[2]
    opened.page.fill("input.year", "0")
    assert opened.ntm("state().year") == 2010
    assert opened.ntm("colours()") != after[0]


def test_a_page_names_its_district_and_stamps_every_table_and_picture(made: RunReport, open_page: OpenPage) -> None:
    opened = open_page(district_page(made, "052"))
    assert opened.page.get_attribute("html", "lang") == "vi"
    assert "huyện Nguyên Bình" in opened.page.inner_text("h1")
    facts = {"recognised", "sources"}  # published decisions and the list of files are no illustrative data
    for section in opened.page.query_selector_all("section"):
        heading = section.query_selector("h2")
        if heading is None or heading.get_attribute("id") in facts:
            continue
        for block in section.query_selector_all("table caption, svg[role=img]"):
            assert "SỐ LIỆU MINH HỌA" in block.text_content(), heading.inner_text()


def test_the_policy_allows_nothing_from_elsewhere(made: RunReport) -> None:
    for path in made.index.parent.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
        assert policy.startswith(("default-src &#39;none&#39;", "default-src 'none'"))
        assert "unsafe-eval" not in policy
        assert "script-src 'unsafe-inline'" not in policy
        assert not re.search(r"<[^>]+\son[a-z]+=", text)


def test_every_figure_carries_a_key(made: RunReport, open_page: OpenPage) -> None:
    opened = open_page(district_page(made, "052"))
    cells = opened.page.eval_on_selector_all(
        "td.figure", "cells => cells.filter(c => /[0-9]/.test(c.textContent) && !c.querySelector('.fig')).length"
    )
    assert cells == 0
    assert opened.page.locator("[data-figure='district.052-20191231.mean.2020']").count() > 0


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_screen(made: RunReport, open_page: OpenPage, width: int) -> None:
    opened = open_page(district_page(made, "052"), width=width)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


def test_recognition_is_told_apart_from_meeting_all_criteria(made: RunReport, open_page: OpenPage) -> None:
    text = open_page(district_page(made, "052")).page.inner_text("body")
    assert "46/QĐ-UBND ngày 14/01/2019" in text  # Minh Thanh, read in a source
    assert "Không đạt" not in text
    assert "xếp hạng các xã và không" in text


@pytest.mark.long
def test_all_thirteen_districts_are_made(project: Project, tmp_path: Path) -> None:
    report = batch.run(project, tmp_path, on=ON, districts=[])
    assert report.failed == ()
    assert len(list((tmp_path / "districts").glob("*.html"))) == len(units.on(ON, project).districts)
    assert all(path.stat().st_size <= DISTRICT_BYTES for path in (tmp_path / "districts").glob("*.html"))


@pytest.mark.long
def test_the_ten_districts_of_2020_are_made_from_the_same_results(project: Project, tmp_path: Path) -> None:
    report = batch.run(project, tmp_path, on=dt.date(2020, 12, 31), districts=[])
    assert report.failed == ()
    assert len(list((tmp_path / "districts").glob("*-2020.html"))) == 10
