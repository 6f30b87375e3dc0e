"""The static files of the pages: templates, styles, scripts and the hashes of the scripts."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ntm_lib.messages import _, language

ASSETS = Path(__file__).parent / "assets"
SCRIPTS = ("leaflet/leaflet.js", "map.js")
COMPARE = "compare.js"
PROVENANCE = "provenance.js"
_COMMENT_OR_INDENT = re.compile(r"^[ \t]*(?:/\*.*?\*/\s*|//[^\n]*\n|\n)|^[ \t]+", re.MULTILINE | re.DOTALL)
SLIDE_SCRIPTS = ("reveal/reveal.js", "slides.js")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(ASSETS / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(name: str, **context: Any) -> Markup:
    """Render one of the project's own templates; every text is escaped."""
    template = _environment().get_template(name)
    return Markup(template.render(_=_, language=language(), **context))  # noqa: S704 - rendered with autoescape


@cache
def script(name: str) -> str:
    """Return the text of a static script as it stands in a page, without the link to its source map.

    Those of the project itself stand without comments of whole lines and without indents: they hold no text of several lines.
    """
    text = (ASSETS / name).read_text(encoding="utf-8")
    text = re.sub(r"\n?//# sourceMappingURL=.*\s*$", "\n", text)
    return text if "/" in name else _COMMENT_OR_INDENT.sub("", text)


@cache
def style(name: str) -> str:
    """Return the text of a static style sheet, without the pictures it names (none of them is used)."""
    text = (ASSETS / name).read_text(encoding="utf-8")
    return re.sub(r"\s*(background-image|behavior):\s*url\([^)]*\);", "", text)


def script_hash(text: str) -> str:
    """Return the source expression of a content security policy for one inline script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def static_hashes() -> frozenset[str]:
    """Return the hashes of the project's own static scripts."""
    return frozenset(script_hash(script(name)) for name in (*SCRIPTS, COMPARE, PROVENANCE))
