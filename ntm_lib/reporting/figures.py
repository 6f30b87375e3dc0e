"""Print every figure through one door, with the key that leads from it to its source."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from markupsafe import Markup

from ntm_lib.reporting import formats

KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9][a-z0-9_/-]*)+")
"""What a key looks like: ``district.052.mean.2020``, ``commune.01762.17.1/clean.2018``."""

_KINDS: dict[str, Callable[..., str]] = {
    "count": formats.number,
    "two_digits": formats.two_digits,
    "number": lambda value, digits=1: formats.number(value, digits),
    "percent": formats.percent,
    "share": formats.share,
    "money": formats.money,
    "date": formats.date,
    "year": formats.year,
    "interval": formats.interval,
    "interval_sentence": formats.interval_sentence,
}


@dataclass(frozen=True)
class Printed:
    """One figure as it was printed."""

    key: str
    kind: str
    value: str
    text: str


_printed: dict[str, Printed] = {}


@dataclass(frozen=True)
class Fig:
    """One figure of a sentence, not yet printed; see `figure`."""

    key: str
    value: Any
    kind: str
    context: Mapping[str, Any]

    def plain(self) -> str:
        """Return the figure as text."""
        return written(self.value, self.kind, **self.context)

    def markup(self) -> Markup:
        """Return the figure as markup with its key."""
        return figure(self.key, self.value, self.kind, **self.context)


def fig(key: str, value: Any, kind: str, **context: Any) -> Fig:
    """Return one figure for a `sentence`; the arguments are those of `figure`."""
    _check(key, kind)
    return Fig(key, value, kind, MappingProxyType(context))


def written(value: Any, kind: str, **context: Any) -> str:
    """Return a value as the office writes it; kinds and context as in `figure`."""
    return _KINDS[kind](value, **context)


def _check(key: str, kind: str) -> None:
    if not KEY.fullmatch(key):
        raise ValueError(f"figure key {key!r} does not look like 'district.052.mean.2020'")
    if kind not in _KINDS:
        raise ValueError(f"figure kind {kind!r} is not one of {', '.join(_KINDS)}")


def figure(key: str, value: Any, kind: str, *, tag: str = "span", **context: Any) -> Markup:
    """Return one figure as markup that carries its key and its unrounded value.

    ``kind``: count | two_digits (07) | number(digits) | percent(digits) | share(whole, noun, digits) | money(unit, digits) |
    date | year | interval(high, digits) | interval_sentence(high, of); the context in brackets is given by
    name. A missing value prints the words for "not reported" and carries the class ``missing``. ``tag`` is
    ``tspan`` inside a picture.
    Raises ValueError for a malformed key or an unknown kind.
    """
    _check(key, kind)
    if tag not in {"span", "tspan"}:
        raise ValueError(f"figure tag {tag!r} is not span or tspan")
    text = written(value, kind, **context)
    parts = [value, *(context[name] for name in ("high", "whole", "of") if name in context)]
    missing = any(formats.is_missing(part) for part in parts)
    raw = "" if missing else " ".join(map(_raw, parts))
    _printed[key] = Printed(key, kind, raw, text)
    return Markup('<{tag} class="fig{missing}" data-figure="{key}" data-value="{raw}">{text}</{tag}>').format(
        tag=tag, missing=" missing" if missing else "", key=key, raw=raw, text=text
    )


def _raw(value: Any) -> str:
    """Write a value without rounding or separators; 12 and 12.0 are the same value."""
    return str(value) if isinstance(value, dt.date) else f"{float(value):.12g}"


def printed() -> Mapping[str, Printed]:
    """Return the figures printed so far in this process by key, the latest printing of each."""
    return MappingProxyType(_printed)


def forget() -> None:
    """Empty the register of printed figures."""
    _printed.clear()
