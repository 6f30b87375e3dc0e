"""The map as a reader meets it."""

import pytest
from invented_map import YEARS, grid, layers_of

from ntm_lib.reporting import palette
from ntm_lib.reporting.maps import commune_map
from ntm_lib.reporting.page import standalone_page
from ntm_lib.reporting.templates import style

pytestmark = pytest.mark.browser
HOSTILE = [
    "<img src=x onerror=window.pwned=1>",
    "${window.pwned=1}",
    "`${window.pwned=1}`",
    "\"'><script>window.pwned=1</script>",
    "</script><script>window.pwned=1</script>",
    "&lt;b&gt; {title} $& </title>",
]


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("NTM_LANG", "en")


@pytest.fixture
def written(tmp_path):
    """Return a function that writes a page with one map and returns its path."""

    def write(names=None, **changes):
        shapes = grid(names=names)
        options = {"start": ("count", 2020), "title": "Scheme of A", "stamps": ["ILLUSTRATIVE"], **changes}
        drawn = commune_map(shapes, layers_of(shapes), YEARS, **options)
        path = tmp_path / "page.html"
        page = standalone_page(drawn.html, title="Map", script_hashes=drawn.script_hashes)
        path.write_text(page, encoding="utf-8")
        return path

    return write


def commune(place):
    """Select the drawn commune that stands at a place of the list."""
    return f"path.commune[data-place='{place}']"


def test_the_map_opens_without_a_request_and_draws_every_commune(open_page, written):
    opened = open_page(written())
    opened.assert_quiet()
    assert opened.ntm("shapes()") == 6
    assert opened.ntm("state()") == {"layer": "count", "year": 2020, "title": "Scheme of A: Criteria met, 2020"}
    assert opened.ntm("colours()") == ["#08306b", "#f6e8b1", "#08306b", "#f6e8b1", "#08306b", palette.OUTSIDE_COLOUR]
    assert opened.ntm("legend()") == ["19 many 3 communes", "<5 few 2 communes", "Outside the programme 1 communes"]


def test_switching_changes_colours_legend_title_and_table(open_page, written):
    opened = open_page(written())
    before = opened.ntm("colours()"), opened.ntm("legend()")
    opened.page.get_by_label("Measure").select_option(label="17. Water")
    after = opened.ntm("colours()"), opened.ntm("legend()")
    assert before[0] != after[0]
    assert after[1][0] == "● Met 2 communes"
    assert after[1][2] == "Not enough data 1 communes"
    assert after[0][2].startswith("url(#hatch-")
    opened.page.get_by_label("Year").press("ArrowLeft")
    assert opened.ntm("state()") == {"layer": "c17", "year": 2019, "title": "Scheme of A: 17. Water, 2019"}
    assert opened.ntm("colours()") != after[0]
    opened.page.get_by_text("The map's figures as a table").press("Enter")
    rows = opened.page.locator("table.twin tbody tr").all_inner_texts()
    assert rows[0].split("\t") == ["1", "Xã 0", "Huyện A", "– Not assessed"]
    assert rows[-1].split("\t")[-1] == "Outside the programme"
    opened.assert_quiet()


def test_hostile_names_stay_text(open_page, written):
    opened = open_page(written(names=HOSTILE, title=HOSTILE[0], stamps=HOSTILE, source=HOSTILE[3]))
    for place, name in enumerate(HOSTILE):
        opened.page.locator(commune(place)).hover()
        tip = opened.page.locator(".ntm-tip")
        assert tip.locator("strong").text_content() == name
        assert tip.locator("strong *").count() == 0
    opened.page.locator("summary").click()
    assert opened.page.locator("table.twin tbody th").all_text_contents() == HOSTILE
    assert opened.page.locator(".frame .stamp").all_text_contents() == HOSTILE
    assert opened.ntm("state()")["title"] == f"{HOSTILE[0]}: Criteria met, 2020"
    assert opened.page.evaluate("window.pwned") is None
    assert opened.page.locator("img").count() == 0
    opened.assert_quiet()


@pytest.mark.parametrize(
    "attack",
    [
        "<script>window.pwned = 1</script>",
        "<img src=x onerror='window.pwned = 1'>",
        "<img src='data:image/png;base64,AA==' onerror='window.pwned = 1'>",
        "<svg onload='window.pwned = 1'></svg>",
        "<script src='data:text/javascript,window.pwned=1'></script>",
        "<iframe srcdoc='<script>parent.pwned = 1</script>'></iframe>",
    ],
)
def test_the_policy_stops_what_the_page_check_would_have_let_through(open_page, written, attack):
    path = written()
    path.write_text(path.read_text(encoding="utf-8").replace("</main>", attack + "</main>"), encoding="utf-8")
    opened = open_page(path)
    opened.page.wait_for_timeout(150)
    assert opened.page.evaluate("window.pwned") is None
    assert any("Content Security Policy" in problem for problem in opened.problems)
    assert opened.ntm("shapes()") == 6


def test_a_shape_and_its_row_lead_to_the_page(open_page, written, tmp_path):
    (tmp_path / "districts").mkdir()
    (tmp_path / "districts" / "052-2019.html").write_text("<title>District</title>", encoding="utf-8")
    opened = open_page(written(links={"00000": "districts/052-2019.html"}))
    opened.page.locator(commune(1)).click()
    assert opened.page.title() == "Map"
    opened.page.locator("summary").click()
    assert opened.page.get_by_role("link", name="Xã 0").get_attribute("href") == "districts/052-2019.html"
    opened.page.locator(commune(0)).click()
    opened.page.wait_for_url("**/districts/052-2019.html")
    assert opened.page.title() == "District"


def test_print_shows_the_picture_instead_of_the_map(open_page, written):
    opened = open_page(written())
    assert not opened.page.locator("svg.ntm-picture").is_visible()
    opened.page.emulate_media(media="print")
    assert opened.page.locator("svg.ntm-picture").is_visible()
    assert not opened.page.locator(".folium-map").is_visible()


def test_without_scripts_the_picture_is_there(browser, written):
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(written().as_uri())
    assert page.locator("svg.ntm-picture").is_visible()
    assert not page.locator(".live").is_visible()
    context.close()


def test_nothing_hangs_over_the_edge_of_a_phone(open_page, written):
    opened = open_page(written(), width=360)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert opened.ntm("shapes()") == 6


def test_a_notebook_inserts_the_map_later_and_twice(open_page, tmp_path):
    """JupyterLab fills a detached node, makes its scripts anew and attaches it, perhaps before it has a size."""
    shapes = grid()
    drawn = [commune_map(shapes, layers_of(shapes), YEARS, start=("count", 2020), title=title).html for title in "AB"]
    path = tmp_path / "lab.html"
    path.write_text("<!doctype html><meta charset=utf-8><title>Lab</title><body></body>", encoding="utf-8")
    opened = open_page(path)
    insert = """(html) => {
        const host = document.createElement("div");
        host.style.display = "none";
        host.innerHTML = html;
        for (const script of Array.from(host.querySelectorAll("script"))) {
            const clone = document.createElement("script");
            for (const attribute of script.attributes) clone.setAttribute(attribute.name, attribute.value);
            clone.textContent = script.textContent;
            script.replaceWith(clone);
        }
        document.body.append(host);
        host.style.display = "";
    }"""
    for html in (f"<style>{style('blocks.css')}</style>", *drawn):
        opened.page.evaluate(insert, html)
    opened.page.wait_for_timeout(200)
    ids = opened.ntm("ids()")
    assert len(ids) == 2
    assert [opened.ntm(f"shapes('{name}')") for name in ids] == [6, 6]
    sizes = opened.page.locator("path.commune").evaluate_all("all => all.map(one => one.getBoundingClientRect().width)")
    assert min(sizes) > 20
    opened.assert_quiet()
