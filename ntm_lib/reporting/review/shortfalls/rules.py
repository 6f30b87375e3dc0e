"""Make sentences by rules that can be read: a condition on the figures, a weight, the sentence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ntm_lib.reporting.figures import Fig
from ntm_lib.reporting.sentences import Sentence, sentence

F = TypeVar("F")


@dataclass(frozen=True)
class Rule(Generic[F]):
    """One line of a table of rules.

    ``when``: whether the figures allow the sentence; ``weight``: how much it matters, best as a share of the communes it
    concerns; ``say``: the sentence.
    """

    name: str
    when: Callable[[F], bool]
    weight: Callable[[F], float]
    say: Callable[[F], Sentence]


def told(facts: F, rules: Sequence[Rule[F]], most: int) -> list[Sentence]:
    """Return the sentences whose condition holds, the weightiest first, no more than ``most``; equal ones keep their order."""
    held = [rule for rule in rules if rule.when(facts)]
    ordered = sorted(held, key=lambda rule: -rule.weight(facts))
    return [rule.say(facts) for rule in ordered[:most]]


Item = tuple[str, dict[str, Fig | str]]
"""One member of a list inside a sentence: a text of the catalogue and what its names stand for."""


def with_list(text: str, items: Sequence[Item], **values: Fig | str) -> Sentence:
    """Return a sentence whose ``{list}`` is replaced by the items, joined by ``; ``; the names of each are kept apart."""
    parts = []
    for place, (item, held) in enumerate(items):
        renamed = {name: f"{name}_{place}" for name in held}
        parts.append(item.format(**{name: f"{{{new}}}" for name, new in renamed.items()}))
        values |= {renamed[name]: value for name, value in held.items()}
    return sentence(text.replace("{list}", "; ".join(parts)), **values)
