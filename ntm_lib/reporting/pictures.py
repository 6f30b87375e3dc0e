"""Turn a picture of a page (SVG) into one for paper and slides (PNG), with the same font on every machine."""

import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path

from markupsafe import Markup

PIXELS = 1600
_SVG = re.compile(r"<svg\b.*?</svg>", re.DOTALL)
_CAPTION = re.compile(r"<figcaption>(.*?)</figcaption>", re.DOTALL)
_FONT = "DejaVu Sans"


@dataclass(frozen=True)
class Picture:
    """One picture as a page shows it: a ``figure`` with an SVG, as `charts` and `map_picture` make."""

    figure: Markup

    @property
    def caption(self) -> str:
        """The words of its caption."""
        found = _CAPTION.search(self.figure)
        return unescape(re.sub(r"<[^>]*>", "", found.group(1))).strip() if found else ""

    def png(self) -> bytes:
        """Return the picture as PNG, ``PIXELS`` wide; ValueError when the figure holds no SVG."""
        import resvg_py

        found = _SVG.search(self.figure)
        if not found:
            raise ValueError("the figure holds no SVG")
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=found.group(0),
                width=PIXELS,
                background="white",
                skip_system_fonts=True,
                font_files=list(_fonts()),
                font_family=_FONT,
                sans_serif_family=_FONT,
                serif_family=_FONT,
            )
        )


@cache
def _fonts() -> tuple[str, ...]:
    """Return the font files that matplotlib brings: DejaVu Sans has every Vietnamese letter."""
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return tuple(str(folder / name) for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf"))
