"""Put blocks into notebook cells, and tell the page what it is about."""

import re
from collections.abc import Sequence
from typing import Any, Literal

from IPython.display import display
from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.reporting.maps import MapHtml
from ntm_lib.reporting.templates import style

Slot = Literal["body", "footer", "notebook", "report", "press"]
META = "ntm"
"""The key of the project's own entries in an output's metadata."""
_FIGURE = re.compile(r'data-figure="([^"]+)"')
_shown: dict[str, dict[str, None]] = {}


def show(block: Markup | MapHtml, *, slot: Slot = "body") -> None:
    """Show a table, chart, picture, map or other markup below the cell.

    ``slot``: where the page puts it; ``notebook`` blocks are not on the page, ``report`` and ``press`` blocks make pages of their own. Plain ``str`` is refused:
    raises TypeError, since nobody escaped it.
    """
    if isinstance(block, MapHtml):
        _publish(block.html, {"slot": slot, "script_hashes": list(block.script_hashes)})
    elif isinstance(block, Markup):
        _publish(block, {"slot": slot})
    else:
        raise TypeError(f"only Markup and MapHtml are shown, not {type(block).__name__}")


def declare(*, unit_name: str, subtitle: str = "", bands: Sequence[str] = (), is_landscape: bool = False) -> None:
    """Tell the page its unit, the line below its title, its warning bands and its paper; once, first of all.

    In the notebook itself it brings the styles of tables and maps.
    """
    _shown.clear()  # a page begins; its figures lead on by what is shown from here
    facts = {"unit_name": unit_name, "subtitle": subtitle, "bands": list(bands), "is_landscape": is_landscape}
    head = Markup("<style>{}</style><div class='ntm-bands'>").format(Markup(style("blocks.css")))  # noqa: S704 - static
    lines = [Markup("<p class='band'>{}</p>").format(band) for band in bands]
    _publish(head + Markup().join(lines) + Markup("</div>"), {"slot": "notebook", **facts}, text=unit_name)


def keys_shown(slot: Slot) -> list[str]:
    """Return the keys of the figures shown so far in one place of the page, in their order."""
    return list(_shown.get(slot, ()))


def keys_in(html: str) -> list[str]:
    """Return the keys of the figures of a page or a part of one, each once, in their order."""
    return list(dict.fromkeys(_FIGURE.findall(html)))


def _publish(html: str, metadata: dict[str, Any], text: str = "") -> None:
    _shown.setdefault(metadata["slot"], {}).update(dict.fromkeys(keys_in(html)))
    plain = text or _("[shown on the page]")
    display({"text/html": str(html), "text/plain": plain}, raw=True, metadata={META: metadata})  # type: ignore[no-untyped-call]
