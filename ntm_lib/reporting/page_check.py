"""Look through a finished page for what must not be published."""

import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from ntm_lib.errors import FaultList
from ntm_lib.messages import _
from ntm_lib.reporting.templates import script_hash

_DATA = {"application/json"}
_LOADING = {"src", "srcset", "data", "poster", "background", "action", "formaction", "ping", "manifest"}
_FORBIDDEN = {"iframe", "object", "embed", "base", "form", "frame", "link", "applet", "portal"}
_CSS_LOADS = re.compile(r"\\|@import|image-set\(|url\(\s*['\"]?\s*(?!#|['\"]?data:)", re.IGNORECASE)
_HREF = re.compile(r"https://|#|(?![a-z][a-z0-9+.-]*:)[^/\\\s]", re.IGNORECASE)
_REPEATED = re.compile(r"<(style|script)>.{2000,}?</\1>\n?", re.DOTALL)


@dataclass
class Outline(HTMLParser):
    """What a page consists of, read in one pass."""

    headings: list[tuple[str, str]] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    figures: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: tuple[str, str] | None = None
        self._text: list[str] = []

    @classmethod
    def of(cls, html: str) -> "Outline":
        """Read a page or a part of one."""
        outline = cls()
        outline.feed(str(html))
        outline.close()
        return outline

    @staticmethod
    def without_repeats(html: str) -> str:
        """Leave out large style and script elements that stood before."""
        seen: set[str] = set()

        def keep_first(match: re.Match[str]) -> str:
            text = match.group(0).strip()
            is_repeated = text in seen
            seen.add(text)
            return "" if is_repeated else match.group(0)

        return _REPEATED.sub(keep_first, html)

    @property
    def script_hashes(self) -> frozenset[str]:
        """The hashes of the inline scripts that a browser would run."""
        return frozenset(script_hash(text) for text in self.scripts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the element; text of scripts, styles and headings is gathered until it ends."""
        values = {name: value or "" for name, value in attrs}
        self.elements.append((tag, values))
        if "data-figure" in values:
            self.figures.setdefault(values["data-figure"], set()).add(values.get("data-value", ""))
        is_code = tag == "script" and values.get("type", "") not in _DATA
        if is_code or tag == "style" or (tag == "h2" and values.get("id")):
            self._open, self._text = (tag, values.get("id", "")), []

    def handle_data(self, data: str) -> None:
        """Gather the text of the open element."""
        if self._open:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        """File the gathered text."""
        if not self._open or self._open[0] != tag:
            return
        text = "".join(self._text)
        if tag == "script":
            self.scripts.append(text)
        elif tag == "style":
            self.styles.append(text)
        else:
            self.headings.append((self._open[1], " ".join(text.split())))
        self._open = None


def check_page(page: str, title: str, trusted: frozenset[str], max_bytes: int) -> None:
    """Stop, with all faults at once, when a page must not be published; see `page.notebook_page`."""
    outline = Outline.of(page)
    faults = FaultList(_("The page '{title}' cannot be published").format(title=title))
    for text in outline.scripts:
        if script_hash(text) not in trusted:
            faults.add("script", repr(text[:60]), _("a script that the library declared"))
    for tag, values in outline.elements:
        _check_element(faults, tag, values)
    for text in outline.styles:
        _check_css(faults, "style", text)
    if (count := sum(tag == "h1" for tag, _values in outline.elements)) != 1:
        faults.add("h1", str(count), "1")
    for name, count in Counter(values["id"] for _tag, values in outline.elements if "id" in values).items():
        if count > 1:
            faults.add(f"id={name}", str(count), "1")
    for key, shown in outline.figures.items():
        if len(shown) > 1:
            faults.add(key, ", ".join(sorted(shown)), _("one value for one figure"))
    for path in _machine_paths():
        if path in page:
            faults.add(_("page"), _("a path of this machine: {path}").format(path=path))
    if (size := len(page.encode())) > max_bytes:
        faults.add(_("page"), _("{size} bytes").format(size=size), _("at most {size} bytes").format(size=max_bytes))
    faults.stop_if_any()


def _check_element(faults: FaultList, tag: str, values: dict[str, str]) -> None:
    where = f"<{tag}>"
    if tag in _FORBIDDEN or (tag == "meta" and values.get("http-equiv", "").lower() == "refresh"):
        faults.add(where, _("the element is not allowed on a page"))
    for name, value in values.items():
        if name.startswith("on"):
            faults.add(where, f"{name}={value[:40]!r}", _("no script in an attribute"))
        elif name in _LOADING and not (tag == "img" and value.startswith("data:image/")):
            faults.add(where, f"{name}={value[:60]!r}", _("nothing that is loaded from elsewhere"))
        elif name == "style":
            _check_css(faults, where, value)
        elif name in {"href", "xlink:href"}:
            _check_href(faults, tag, value, values)


def _check_href(faults: FaultList, tag: str, value: str, values: dict[str, str]) -> None:
    # A browser drops line ends and tabs anywhere, and control characters and blanks around an address.
    address = re.sub(r"[\t\n\r]", "", value).strip("".join(map(chr, range(0x21))))
    if tag != "a" and not address.startswith("#"):
        faults.add(f"<{tag}>", f"href={value[:60]!r}", _("nothing that is loaded from elsewhere"))
    elif "\\" in address or not _HREF.match(address):
        faults.add(f"<{tag}>", f"href={value[:60]!r}", _("a page beside this one, or https://"))
    elif "target" in values and "noopener" not in values.get("rel", ""):
        faults.add(f"<{tag}>", f"href={value[:60]!r}", 'rel="noopener"')


def _check_css(faults: FaultList, where: str, text: str) -> None:
    if found := _CSS_LOADS.search(text):
        faults.add(where, repr(text[found.start() : found.start() + 60]), _("nothing that is loaded from elsewhere"))


def _machine_paths() -> Iterable[str]:
    """Return folders of this machine that a page would betray."""
    folders = {
        Path.cwd(),
        Path.home(),
        Path(sys.prefix),
        Path(tempfile.gettempdir()),
        Path(__file__).parents[2],
    }
    named = os.environ.get("NTM_PROJECT")
    folders |= {Path(named)} if named else set()
    return sorted(f"{folder}{os.sep}" for folder in folders if len(folder.parts) > 1)
