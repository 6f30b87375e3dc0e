"""The panel behind a figure, in a real browser without a network: by mouse and keyboard, wide and narrow."""

from pathlib import Path

import pytest
from provenance_pages import pages

from browser.conftest import OpenPage
from ntm_lib.evaluation import load_territory
from ntm_lib.project import Project
from ntm_lib.reporting.communes import Communes, commune_sheet
from ntm_lib.reporting.communes.report import papers
from ntm_lib.reporting.figures import fig
from ntm_lib.reporting.sentences import sentence
from ntm_lib.reporting.slides.deck import Deck, Slide
from ntm_lib.reporting.slides.html import write_slides

pytestmark = pytest.mark.browser

MEAN = "district.052-20191231.mean.2020"
NOT_MET = "district.052-20191231.criterion.17.not_met.2020"
SIZES = "e => [e.scrollWidth, e.clientWidth]"


@pytest.fixture(scope="module")
def made(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(project.root))
        patch.setenv("NTM_LANG", "vi")
        page = pages(load_territory("052", audience="public"), "body")["body"]
    path = tmp_path_factory.mktemp("page") / "052.html"
    path.write_text(page, encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [1280, 360])
def test_a_figure_opens_its_way_by_keyboard_and_gives_the_focus_back(
    made: Path, open_page: OpenPage, width: int
) -> None:
    opened = open_page(made, width)
    page = opened.page
    page.locator(f'[data-figure="{MEAN}"]').first.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert dialog.get_attribute("aria-labelledby") == "provenance-title"
    assert "Nguồn gốc của số liệu" in dialog.locator("h2").inner_text()
    assert "SỐ LIỆU MINH HỌA" in dialog.inner_text()
    assert dialog.locator("details").count() == 18
    wide, room = dialog.locator(".provenance-body").evaluate(SIZES)
    assert wide <= room
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.dataset.figure") == MEAN
    opened.assert_quiet()


def test_a_commune_opens_to_value_rule_and_cell(made: Path, open_page: OpenPage) -> None:
    opened = open_page(made, 360)
    page = opened.page
    page.locator(f'[data-figure="{NOT_MET}"]').click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert dialog.locator("details").count() == int(page.locator(f'[data-figure="{NOT_MET}"]').inner_text())
    first = dialog.locator("details").first
    first.locator("summary").click()
    text = first.inner_text()
    assert "data/illustrative/b02/2020.csv" in text
    assert "dòng" in text
    assert "1980/QĐ-TTg" in text
    assert "chưa đạt" in text
    wide, room = dialog.locator(".provenance-body").evaluate(SIZES)
    assert wide <= room
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    opened.assert_quiet()


def test_a_browser_without_a_decoder_of_its_own_shows_the_same(made: Path, open_page: OpenPage) -> None:
    texts = []
    for script in ("1", "delete window.DecompressionStream"):
        page = open_page(made).page
        page.evaluate(script)
        page.locator(f'[data-figure="{MEAN}"]').first.click()
        page.get_by_role("dialog").locator("details").first.wait_for()
        texts.append(page.get_by_role("dialog").inner_text())
    assert texts[0] == texts[1]
    assert "Xã Yên Lạc" in texts[0]


def test_arrow_keys_walk_the_figures_of_a_table_which_is_one_stop(made: Path, open_page: OpenPage) -> None:
    page = open_page(made).page
    stops = page.evaluate(
        "[...document.querySelectorAll('main table')].map(t => t.querySelectorAll('[data-figure][tabindex=\"0\"]').length)"
    )
    assert max(stops) == 1
    first = page.locator("#criteria ~ * table [data-figure], section:has(#criteria) table [data-figure]").first
    first.focus()
    before = page.evaluate("document.activeElement.dataset.figure")
    page.keyboard.press("ArrowDown")
    after = page.evaluate("document.activeElement.dataset.figure")
    assert before == "district.052-20191231.criterion.1.met.2010"
    assert after == "district.052-20191231.criterion.2.met.2010"


def test_a_figure_of_a_communes_report_opens_its_line_and_its_cell(
    project: Project, tmp_path: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(project.root))
    monkeypatch.setenv("NTM_LANG", "vi")
    commune = Communes.load(load_territory("052", audience="public")).commune("01753")
    path = tmp_path / "report.html"
    path.write_text(papers(commune)["report"].page(), encoding="utf-8")
    opened = open_page(path, 390)
    page, dialog = opened.page, opened.page.get_by_role("dialog")
    for key, told in (
        (".profile.people.", ["b01.csv", "cột people"]),
        (".reached.2.1.", ["b02/2020.csv", "cột 2.1", "QĐ-TTg"]),
    ):
        page.locator(f'[data-figure*="{key}"]').first.click()
        dialog.wait_for()
        assert [words for words in told if words not in dialog.inner_text()] == []
        wide, room = dialog.locator(".provenance-body").evaluate(SIZES)
        assert wide <= room
        page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
    opened.assert_quiet()


def test_a_figure_of_a_sheet_and_of_a_slide_opens_its_way(
    project: Project, tmp_path: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(project.root))
    territory = load_territory("052", audience="public")
    sheet = tmp_path / "sheet.html"
    sheet.write_text(commune_sheet(Communes.load(territory).commune("01753")), encoding="utf-8")
    opened = open_page(sheet, 360)
    opened.page.locator('[data-figure*=".cost."]').first.click()
    dialog = opened.page.get_by_role("dialog")
    dialog.wait_for()
    assert "parameters/planning/norms.csv" in dialog.inner_text()
    wide, room = dialog.locator(".provenance-body").evaluate(SIZES)
    assert wide <= room
    opened.assert_quiet()

    said = sentence("{mean}", mean=fig(MEAN, 10.7, "number"))
    deck = Deck(
        "Trang", (Slide("Trang", body="BCĐ"), Slide("Một", points=(said,)), Slide("Hai", points=(said,))), "", territory
    )
    opened = open_page(write_slides(deck, tmp_path / "slides.html"))
    page = opened.page
    page.evaluate("Reveal.slide(1)")
    page.locator(f'[data-figure="{MEAN}"]:visible').first.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    assert dialog.locator("details").count() == 18
    for key in ("ArrowRight", "Escape"):
        page.keyboard.press(key)
    dialog.wait_for(state="hidden")
    assert page.evaluate("[Reveal.getIndices().h, Reveal.isOverview()]") == [1, False]
    page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.getIndices().h") == 2
    opened.assert_quiet()
