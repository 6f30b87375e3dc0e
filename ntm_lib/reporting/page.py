"""Make one complete page that opens offline: from an executed notebook, or from a block of markup."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from markupsafe import Markup
from nbconvert import HTMLExporter
from nbconvert.exporters import TemplateExporter
from nbformat import NotebookNode

from ntm_lib.errors import FaultList
from ntm_lib.messages import _
from ntm_lib.reporting.display import META, Slot
from ntm_lib.reporting.page_check import Outline, check_page
from ntm_lib.reporting.templates import ASSETS, render, static_hashes, style

MAX_BYTES = 3_000_000
NOT_ON_PAGE = "not-on-page"
"""Tag of a cell that is meant for the notebook only."""


@dataclass(frozen=True)
class _Facts:
    """What a page says of itself; see `display.declare`."""

    title: str = ""
    subtitle: str = ""
    bands: tuple[str, ...] = ()
    is_landscape: bool = False
    script_hashes: frozenset[str] = frozenset()
    home: str = ""


class _BodyExporter(HTMLExporter):
    """Turn cells into HTML with the project's own slim template."""

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kw: Any) -> Any:
        """Convert as nbconvert does, without its second parse of the whole page, which rewrites it."""
        resources = self._init_resources(resources)  # type: ignore[no-untyped-call]
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)


def notebook_page(
    nb: NotebookNode, *, title: str, extra: Markup | None = None, home: str = "", slot: Slot = "body"
) -> str:
    """Return a page of an executed notebook: its markdown and its HTML outputs, no code.

    ``slot``: ``body`` for the page itself, ``report`` for the one made of blocks shown there. ``title`` is the page's only first-level heading (those of markdown cells are for the notebook).
    ``extra`` stands before the report, ``home`` is the relative address of the index. Cells tagged
    ``not-on-page``, printed text and outputs without HTML are left out. Raises NtmError, with all faults at
    once, when a cell failed, an output holds a script whose hash it does not declare, anything from a
    network, a path of this machine, or more than one ``h1``.
    """
    _refuse_errors(nb)
    facts = replace(_facts(nb), title=title, home=home)
    body, footer = (Markup(_export(_slot(nb, wanted))) for wanted in (slot, "footer"))  # noqa: S704 - checked below
    return _complete(facts, body, extra=extra, footer=footer)


def standalone_page(
    body_html: Markup,
    *,
    title: str,
    subtitle: str = "",
    bands: Sequence[str] = (),
    script_hashes: Iterable[str] = (),
    home: str = "",
) -> str:
    """Return a page around a block of markup, with the same checks as `notebook_page`."""
    facts = _Facts(title, subtitle, tuple(bands), script_hashes=frozenset(script_hashes), home=home)
    return _complete(facts, body_html)


def _complete(facts: _Facts, body: Markup, *, extra: Markup | None = None, footer: str = "") -> str:
    body = Markup(Outline.without_repeats(body))  # noqa: S704 - only shorter
    outline = Outline.of(body)
    trusted = facts.script_hashes | static_hashes()
    page = render(
        "page.html.j2",
        facts=facts,
        headings=outline.headings,
        policy=content_policy(trusted & outline.script_hashes),
        css=Markup(style("page.css") + style("blocks.css") + style("provenance.css")),  # noqa: S704 - static files
        extra=extra or "",
        body=body,
        footer=footer,
    )
    check_page(page, facts.title, trusted, MAX_BYTES)
    return str(page)


def content_policy(hashes: Iterable[str]) -> str:
    """Return the content security policy: nothing from anywhere, only the scripts that the library made."""
    scripts = " ".join(f"'{name}'" for name in sorted(hashes)) or "'none'"
    return (
        f"default-src 'none'; script-src {scripts}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _refuse_errors(nb: NotebookNode) -> None:
    faults = FaultList(_("The notebook has cells that failed"))
    for place, cell in enumerate(nb.cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                faults.add(_("cell {number}").format(number=place), f"{output.ename}: {output.evalue}")
    faults.stop_if_any()


def _outputs(nb: NotebookNode) -> Iterable[NotebookNode]:
    for cell in nb.cells:
        if NOT_ON_PAGE not in cell.metadata.get("tags", []):
            yield from cell.get("outputs", [])


def _facts(nb: NotebookNode) -> _Facts:
    """Gather what the outputs declare; the last word counts for title and paper, hashes and bands add up."""
    entries = [output.get("metadata", {}).get(META, {}) for output in _outputs(nb)]
    bands = dict.fromkeys(band for entry in entries for band in entry.get("bands", []))
    return _Facts(
        subtitle=next((entry["subtitle"] for entry in reversed(entries) if entry.get("subtitle")), ""),
        bands=tuple(bands),
        is_landscape=any(entry.get("is_landscape") for entry in entries),
        script_hashes=frozenset(name for entry in entries for name in entry.get("script_hashes", [])),
    )


def has_blocks(nb: NotebookNode, slot: Slot) -> bool:
    """Tell whether an executed notebook shows anything in a place of the page."""
    return any(output.get("metadata", {}).get(META, {}).get("slot") == slot for output in _outputs(nb))


def _slot(nb: NotebookNode, slot: str) -> NotebookNode:
    """Return a copy with only what belongs to one slot of the page; markdown belongs to the body."""
    cells = []
    for cell in nb.cells:
        if NOT_ON_PAGE in cell.metadata.get("tags", []):
            continue
        if cell.cell_type == "markdown" and slot == "body":
            lines = cell.source.splitlines()
            cells.append(_with(cell, source="\n".join(line for line in lines if not line.startswith("# "))))
        elif cell.cell_type == "code":
            outputs = [
                output
                for output in cell.outputs
                if output.get("metadata", {}).get(META, {}).get("slot", "body") == slot
            ]
            cells.append(_with(cell, outputs=outputs))
    return _with(nb, cells=cells)


def _with(node: NotebookNode, **changes: Any) -> NotebookNode:
    """Return a shallow copy of a notebook or cell with some entries replaced."""
    return NotebookNode({**node, **changes})  # type: ignore[no-untyped-call]


def _export(nb: NotebookNode) -> str:
    html, _resources = _exporter().from_notebook_node(nb)
    return str(html)


@cache
def _exporter() -> _BodyExporter:
    return _BodyExporter(  # type: ignore[no-untyped-call]
        template_name="ntm",
        extra_template_basedirs=[str(ASSETS / "nbconvert")],
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
    )
