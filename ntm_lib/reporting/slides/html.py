"""Write slides as one web page that opens offline: nbconvert makes the sections, reveal.js turns the leaves."""

from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbconvert.exporters import SlidesExporter, TemplateExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from ntm_lib.project import whole_file
from ntm_lib.reporting.display import keys_in
from ntm_lib.reporting.office.document import machine_mark
from ntm_lib.reporting.page import MAX_BYTES, content_policy
from ntm_lib.reporting.page_check import check_page
from ntm_lib.reporting.provenance import record as record_of
from ntm_lib.reporting.provenance.pack import block
from ntm_lib.reporting.sentences import Sentence
from ntm_lib.reporting.slides.deck import Deck, Slide
from ntm_lib.reporting.templates import ASSETS, PROVENANCE, SLIDE_SCRIPTS, render, script, script_hash, style


def write_slides(deck: Deck, path: Path) -> Path:
    """Write the page, whole or not at all, after the checks that every page passes. ``?notes`` shows what is said."""
    body, _resources = _exporter().from_notebook_node(_notebook(deck))
    scripts = [script(name) for name in SLIDE_SCRIPTS]
    hashes = frozenset(script_hash(text) for text in (*scripts, script(PROVENANCE)))
    record = Markup() if deck.territory is None else block(record_of(deck.territory, keys_in(body)))
    page = render(
        "slides.html.j2",
        title=deck.title,
        policy=content_policy(hashes),
        css=Markup(style("reveal/reveal.css") + style("slides.css") + style("provenance.css")),  # noqa: S704 - static files
        body=Markup(body),  # noqa: S704 - checked below
        record=record,
        scripts=[Markup(text) for text in scripts],  # noqa: S704 - static files
    )
    check_page(page, deck.title, hashes, MAX_BYTES)
    with whole_file(path) as temporary:
        temporary.write_text(str(page), encoding="utf-8")
    return path


def _notebook(deck: Deck) -> NotebookNode:
    cells = []
    for slide in deck.slides:
        cells.append(_cell(_slide_html(slide, deck.foot), "slide"))
        if slide.said:
            said = Markup().join(Markup("<p>{}</p>").format(_spoken(item)) for item in slide.said)
            cells.append(_cell(said, "notes"))
    return new_notebook(cells=cells)  # type: ignore[no-untyped-call,no-any-return]


def _spoken(item: Sentence | str) -> Markup | str:
    return item.markup() if isinstance(item, Sentence) else item


def _slide_html(slide: Slide, foot: str) -> Markup:
    return render("slide.html.j2", slide=slide, foot=foot, mark=machine_mark())


def _cell(html: Markup, kind: str) -> NotebookNode:
    output = new_output("display_data", {"text/html": str(html)})  # type: ignore[no-untyped-call]
    return new_code_cell(outputs=[output], metadata={"slideshow": {"slide_type": kind}})  # type: ignore[no-untyped-call,no-any-return]


class _Exporter(SlidesExporter):
    """Convert as nbconvert's slides do, with the project's own template and nothing from a network."""

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kw: Any) -> Any:
        resources = self._init_resources(resources)  # type: ignore[no-untyped-call]
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)


@cache
def _exporter() -> _Exporter:
    return _Exporter(  # type: ignore[no-untyped-call]
        template_name="ntm_slides",
        extra_template_basedirs=[str(ASSETS / "nbconvert")],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
