"""The slider over the plan's years and the choice of two scenarios, in a real browser without a network."""

import json
import re
from pathlib import Path
from typing import Any

import invented_study
import pytest
from markupsafe import Markup

from browser.conftest import OpenPage
from ntm_lib.project import Project
from ntm_lib.reporting import display, plan_sections
from ntm_lib.reporting.page import standalone_page

pytestmark = pytest.mark.browser
MAP_BYTES = 500_000


@pytest.fixture(scope="module")
def made(project: Project, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any, Any]:
    """Return a page with map and comparison of two plans, and their scopes."""
    draft = invented_study.make_draft(project)
    one, other = (invented_study.make_study(draft, every, name) for every, name in ((3, "base"), (2, "other")))
    scope = plan_sections.scope(one)
    shown: list[tuple[str, dict[str, Any]]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_LANG", "vi")
        patch.setattr(display, "_publish", lambda html, metadata, **_text: shown.append((str(html), metadata)))
        plan_sections.plan_map(scope)
        plan_sections.comparison(scope, [other])
        hashes = [name for _html, metadata in shown for name in metadata.get("script_hashes", [])]
        body = Markup("".join(html for html, _metadata in shown))  # noqa: S704 - made by the sections
        page = standalone_page(body, title="x", script_hashes=hashes)
    path = tmp_path_factory.mktemp("plan") / "plan.html"
    path.write_text(page, encoding="utf-8")
    return path, scope, plan_sections.scope(other)


@pytest.mark.parametrize("width", [1200, 390])
def test_the_slider_moves_by_keyboard_and_the_legend_follows_the_targets(
    made: tuple[Path, Any, Any], open_page: OpenPage, width: int
) -> None:
    path, scope, _other = made
    assert path.stat().st_size < MAP_BYTES
    opened = open_page(path, width)
    slider = opened.page.locator("input.year")
    assert slider.evaluate("box => box.labels.length || box.getAttribute('aria-label')")
    slider.focus()
    assert slider.get_attribute("type") == "range"
    for year in reversed([scope.start_year, *scope.years]):
        assert opened.ntm("state()")["year"] == year
        assert opened.page.locator("input.year").get_attribute("aria-valuetext") == str(year)
        shown = opened.page.locator(".legend li").first.locator(".count").inner_text()
        assert int(re.sub(r"\D", "", shown)) == int(scope.own.at[year, "standard"])
        opened.page.keyboard.press("ArrowLeft")
    assert opened.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    opened.assert_quiet()


def test_two_scenarios_are_chosen_in_the_page(made: tuple[Path, Any, Any], open_page: OpenPage) -> None:
    path, scope, other = made
    opened = open_page(path)
    page = opened.page
    here, there = (held.plan.solution.standard for held in (scope, other))
    rows = page.locator("table.communes tbody tr")
    assert rows.count() == int((here != there).sum()) > 0
    last = scope.years[-1]
    total = page.locator("table.districts tbody tr.total td").all_inner_texts()
    assert [int(text) for text in total[:2]] == [int(held.own.at[last, "standard"]) for held in (scope, other)]
    assert total[2].startswith("+")
    page.locator("select.other").select_option("base")
    assert rows.count() == 1
    assert page.locator("table.communes tbody td.empty").is_visible()
    page.locator("select.one").select_option("other")
    swapped = page.locator("table.districts tbody tr.total td").all_inner_texts()
    assert [swapped[0], swapped[1]] == [total[1], total[0]]
    assert swapped[2].startswith("−")
    opened.assert_quiet()


def test_without_scripts_the_page_says_where_to_look(made: tuple[Path, Any, Any], open_page: OpenPage) -> None:
    text = made[0].read_text(encoding="utf-8")
    data = [
        json.loads(block) for block in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text, re.S)
    ]
    assert [plan["id"] for block in data if "plans" in block for plan in block["plans"]] == ["base", "other"]
    opened = open_page(made[0])
    assert not opened.page.locator(".ntm-compare .fallback").is_visible()
