"""Compute what belongs to one territory once, however often it is asked for."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from ntm_lib.evaluation.territory import Territory

ValueT = TypeVar("ValueT")
_KEPT = 16


def once(make: Callable[..., ValueT]) -> Callable[..., ValueT]:
    """Keep the latest values of a function of one territory (the very same object) and simple arguments."""
    recent: list[tuple[Territory, tuple[Any, ...], ValueT]] = []

    @wraps(make)
    def call(territory: Territory, *arguments: Any) -> ValueT:
        for known, others, value in recent:
            if known is territory and others == arguments:
                return value
        value = make(territory, *arguments)
        recent.append((territory, arguments, value))
        del recent[:-_KEPT]
        return value

    return call
