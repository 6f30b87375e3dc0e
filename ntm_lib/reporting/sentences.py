"""Sentences made from figures: one text for a page, where each figure keeps its key, and for paper and slides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from markupsafe import Markup

from ntm_lib.reporting.figures import Fig


@dataclass(frozen=True)
class Sentence:
    """A text of the catalogue with its values: figures (`fig`), names, or sentences that hold some."""

    text: str
    values: Mapping[str, "Value"]

    def __str__(self) -> str:
        """Return the sentence as plain text."""
        return self.text.format(**{name: _plain(value) for name, value in self.values.items()})

    def markup(self) -> Markup:
        """Return the sentence as markup; names are escaped, figures carry their keys."""
        values = {name: value if isinstance(value, str) else value.markup() for name, value in self.values.items()}
        return Markup(self.text).format(**values)  # noqa: S704 - catalogue text

    @property
    def figures(self) -> tuple[Fig, ...]:
        """The figures of the sentence."""
        held = [value for value in self.values.values() if not isinstance(value, str)]
        return tuple(one for value in held for one in ([value] if isinstance(value, Fig) else value.figures))


Value = Fig | str | Sentence


def sentence(text: str, /, **values: Value) -> Sentence:
    """Return a sentence: ``text`` comes from the catalogue and names every value.

    Raises KeyError at once when the text names a value that is not given, TypeError for a bare number: every figure of a
    sentence is a `fig`, so that it leads to its source.
    """
    for name, value in values.items():
        if not isinstance(value, Value):
            raise TypeError(f"{name}={value!r} is no text: a figure of a sentence is a fig(...)")
    made = Sentence(text, MappingProxyType(values))
    str(made)
    return made


def said(text: str) -> Sentence:
    """Return a text that is complete already as a sentence; braces in it stay."""
    return sentence("{text}", text=text)


def joined(head: Sentence, parts: Sequence[Sentence], between: str = "; ", end: str = ".") -> Sentence:
    """Return one sentence made of several; every figure keeps its key."""
    texts, values = [], {}
    for place, part in enumerate([head, *parts]):
        text = part.text
        for name, value in part.values.items():
            text = text.replace(f"{{{name}}}", f"{{p{place}_{name}}}")
            values[f"p{place}_{name}"] = value
        texts.append(text)
    return Sentence(texts[0] + between.join(texts[1:]) + end, MappingProxyType(values))


def markup_of(value: Value) -> Markup:
    """Return a value as markup; names are escaped."""
    return Markup("{}").format(value) if isinstance(value, str) else value.markup()


def _plain(value: Value) -> str:
    return value.plain() if isinstance(value, Fig) else str(value)
