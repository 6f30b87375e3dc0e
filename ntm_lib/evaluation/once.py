"""Keep what several contents of one territory are made from, so that it is made once."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

from ntm_lib.evaluation.territory import Territory

Made = TypeVar("Made")
_KEPT = 4


def once(make: Callable[[Territory], Made]) -> Callable[[Territory], Made]:
    """Keep what was made of the last few territories; a territory is known by being the same object."""
    shelf: OrderedDict[int, tuple[Territory, Made]] = OrderedDict()

    def kept(territory: Territory) -> Made:
        held = shelf.get(id(territory))
        if held is None or held[0] is not territory:
            held = shelf[id(territory)] = (territory, make(territory))
            while len(shelf) > _KEPT:
                shelf.popitem(last=False)
        return held[1]

    return kept
