import hashlib
import re
from pathlib import Path

import nbformat
import pytest
from invented_map import YEARS, grid, layers_of, notebook, output
from markupsafe import Markup

from ntm_lib.errors import FaultsError, NtmError
from ntm_lib.reporting import display, page
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.maps import commune_map
from ntm_lib.reporting.templates import ASSETS, script_hash
from ntm_lib.strict_yaml import read_yaml


def make(*cells, **options):
    return page.notebook_page(notebook(*cells), **{"title": "Report of A", **options})


def policy_of(html):
    return re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html).group(1).replace("&#39;", "'")


def test_a_page_shows_text_and_outputs_but_no_code():
    html = make("# Notebook\n\nSome **bold** words", [output("<p>A table</p>", slot="body")])
    assert html.startswith("<!doctype html>\n<html lang=")
    assert "<strong>bold</strong>" in html
    assert "<p>A table</p>" in html
    assert "secret_code" not in html
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", html) == ["Report of A"]


def test_slots_bands_and_subtitle():
    declared = output("<p>notebook only</p>", slot="notebook", bands=["DRAFT <b>"], subtitle="2010 - 2020")
    html = make(
        [declared, output("<p>sources</p>", slot="footer")], extra=Markup("<nav>districts</nav>"), home="../index.html"
    )
    main, footer = html[html.index("<main") : html.index("</main>")], html[html.index("<footer>") :]
    assert "sources" in footer
    assert "sources" not in main
    assert "notebook only" not in html
    assert "DRAFT &lt;b&gt;" in html
    assert '<p class="subtitle">2010 - 2020</p>' in html
    assert "<nav>districts</nav>" in main
    assert 'href="../index.html"' in html


def test_printed_text_and_tagged_cells_stay_in_the_notebook():
    nb = notebook("## Hidden", [nbformat.v4.new_output("stream", name="stdout", text="printed"), output("<p>x</p>")])
    nb.cells[0].metadata["tags"] = [page.NOT_ON_PAGE]
    html = page.notebook_page(nb, title="A")
    assert "Hidden" not in html
    assert "printed" not in html


def test_contents_list_the_sections():
    html = make([output("".join(f'<h2 id="s{n}">Part &amp; {n}</h2>' for n in range(3)))])
    assert re.findall(r'<li><a href="#(\w+)">([^<]+)</a>', html) == [(f"s{n}", f"Part &amp; {n}") for n in range(3)]


def test_a_failed_cell_stops_the_page():
    error = nbformat.v4.new_output("error", ename="KeyError", evalue="'x'", traceback=[])
    with pytest.raises(NtmError, match="cell 2: KeyError"):
        make("text", [error])


def test_only_declared_scripts_are_allowed():
    text = "window.x = 1"
    with pytest.raises(FaultsError, match="a script that the library declared"):
        make([output(f"<script>{text}</script>")])
    html = make([output(f"<script>{text}</script>", script_hashes=[script_hash(text)])])
    assert f"script-src '{script_hash(text)}';" in policy_of(html)


def test_a_page_without_scripts_allows_none():
    policy = policy_of(make("text"))
    assert policy.startswith("default-src 'none'; script-src 'none';")
    assert policy.endswith("base-uri 'none'; form-action 'none'")
    assert "unsafe-eval" not in policy


@pytest.mark.parametrize(
    "html",
    [
        "<script src='https://example.org/a.js'></script>",
        "<link rel=stylesheet href='https://example.org/a.css'>",
        "<img src='https://example.org/a.png'>",
        "<img src='picture.png'>",
        "<img srcset='a.png 2x' alt=''>",
        "<iframe srcdoc='x'></iframe>",
        "<object data='x'></object>",
        "<form action='x'></form>",
        "<base href='https://example.org'>",
        "<meta http-equiv='Refresh' content='0;url=https://example.org'>",
        "<p onclick='alert(1)'>x</p>",
        "<svg><a xlink:href='javascript:alert(1)'>x</a></svg>",
        "<svg><use href='https://example.org/a.svg#x'/></svg>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href=' JavaScript:alert(1)'>x</a>",
        "<a href='http://example.org'>x</a>",
        "<a href='file:///etc/passwd'>x</a>",
        "<a href='java\tscript:alert(1)'>x</a>",
        "<a href='&#1;java&#10;script:alert(1)'>x</a>",
        "<a href='/\t/example.org'>x</a>",
        "<a href='districts\\..\\a.html'>x</a>",
        "<p style='background: image-set(\"https://example.org/a.png\" 1x)'>x</p>",
        "<p style='background: u\\72l(https://example.org/a.png)'>x</p>",
        "<a href='//example.org'>x</a>",
        "<a href='https://example.org' target='_blank'>x</a>",
        "<p style='background: url(https://example.org/a.png)'>x</p>",
        "<style>@import 'https://example.org/a.css';</style>",
        "<h1>Second</h1>",
        "<p id='a'></p><p id='a'></p>",
        str(figure("a.b", 1, "count") + figure("a.b", 2, "count")),
    ],
)
def test_what_must_not_be_published_is_refused(html):
    with pytest.raises(FaultsError):
        make([output(html)])


def test_what_may_be_published_passes():
    html = make(
        "[decision](https://example.org/d)",
        [output("<a href='districts/052-2019.html#map'>x</a><img alt='' src='data:image/png;base64,AA=='>")],
    )
    assert 'href="https://example.org/d"' in html


def test_paths_of_this_machine_are_refused_and_all_faults_told_together(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FaultsError) as caught:
        make([output(f"<p onclick='x'>{tmp_path}/secret.csv</p><h1>x</h1>")])
    assert len(caught.value.faults) >= 3


def test_a_page_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(page, "MAX_BYTES", 20_000)
    with pytest.raises(FaultsError, match="at most 20000 bytes"):
        make([output("<p>" + "x" * 30_000 + "</p>")])


def test_a_standalone_page_passes_the_same_checks():
    html = page.standalone_page(Markup("<p>Failed</p>"), title="<Province>", bands=["DRAFT"])
    assert "&lt;Province&gt;" in html
    with pytest.raises(FaultsError):
        page.standalone_page(Markup("<script>1</script>"), title="A")


def test_two_maps_bring_the_library_once():
    shapes = grid()
    maps = [commune_map(shapes, layers_of(shapes), YEARS, start=("count", 2020), title=name) for name in "AB"]
    blocks = [output(drawn.html, slot="body", script_hashes=list(drawn.script_hashes)) for drawn in maps]
    html = make(blocks)
    assert html.count("L.map(") == 2
    assert html.count("Leaflet 1.9.4, a JS library") == 1
    assert policy_of(html).count("sha256-") == 4


def test_show_declares_hashes_and_refuses_text(monkeypatch):
    published = []
    monkeypatch.setattr(display, "display", lambda data, **options: published.append((data, options["metadata"])))
    shapes = grid()
    drawn = commune_map(shapes, layers_of(shapes), YEARS, start=("count", 2020), title="A")
    display.show(drawn)
    display.declare(unit_name="Huyện <A>", bands=["DRAFT"])
    assert published[0][1]["ntm"]["script_hashes"] == list(drawn.script_hashes)
    assert published[1][1]["ntm"]["unit_name"] == "Huyện <A>"
    assert published[1][1]["ntm"]["slot"] == "notebook"
    with pytest.raises(TypeError, match="Markup"):
        display.show("<b>text</b>")


@pytest.mark.parametrize(("name", "licence"), [("leaflet", "BSD 2-Clause"), ("reveal", "Permission is hereby granted")])
def test_the_vendored_library_is_the_recorded_one(name, licence):
    folder = ASSETS / name
    record = read_yaml(folder / "SOURCE.yaml")
    found = {name: hashlib.sha256(Path(folder, name).read_bytes()).hexdigest() for name in record["sha256"]}
    assert found == record["sha256"]
    assert licence in (folder / "LICENSE").read_text(encoding="utf-8")
