"""Split the change of a count into what the communes did, the law did, boundaries did, and what missing data hides.

**Definition.** A count rests on three things: the results of a year, the law that judges them (a set with its levels of a
year), the units they are counted on. Between two counts they are exchanged one at a time, and each exchange changes the count
by what its factor did. Where the verdict of a criterion is unknown before or after an exchange, its change belongs to none of
them: it is ``not_compared`` where the results cannot be read under the law (measured otherwise, asked anew, no level held), else
``hidden`` by missing data. The parts add up exactly.

**Chain.** Between two years the law may change more than once, and results of 2010 can hardly be judged by a set of 2016. So
the way leads over the last year judged by each set (or, when that year lacks it and the next has it, the year that was
reported by both): there the law is exchanged on results that stand next to it.

**Order.** The law first, on the results of the earlier year (the year of a change is often reported by both sets, and then the
effect of the law is measured, not bridged); then the results; boundaries last, since results are handed in by the units of before. Any other order
adds up as well and gives somewhat other parts: ``order=None`` takes the mean over all orders (the Shapley value), and
`by_order` puts them side by side.

**Example.** Two communes, two criteria. At first A meets both, B the first: 3. The new law asks for more in the second, and A
no longer meets it: 2, law -1. Then A does what the new law asks, and B's second criterion, not met before, is not reported:
3, communes +1, and 0 of B is hidden. A and B merge, and the new commune meets what both met: the first criterion (2 became 1,
boundaries -1); the second is unknown (1 became 0, hidden -1). From 3 to 1: communes +1, law -1, boundaries -1, hidden -1; had B
met the criterion, hidden would be 0, so it lies in -1..0.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from ntm_lib import units
from ntm_lib.evaluation.changes.exact import FACTORS, PARTS, Cells, Step, Whole, parts_of_count, parts_of_mean
from ntm_lib.evaluation.changes.worlds import State, World, as_it_was, reported_by, state
from ntm_lib.evaluation.counts.progress import GROUP_FLOORS
from ntm_lib.evaluation.territory import Territory
from ntm_lib.review import NotAssessedRule
from ntm_lib.scoring import count
from ntm_lib.verdicts import Verdict

ORDERS = tuple(permutations(FACTORS))
COLUMNS = ["first_low", "first_high", "last_low", "last_high", "change", *PARTS, "open_low", "open_high"]


@dataclass(frozen=True, eq=False)
class Split:
    """A change and its parts; ``change`` is last_low less first_low and the sum of the columns in ``PARTS``.

    ``figures``: index criteria (met in all communes together), mean (per reported commune), and the number of communes in each
    group. ``first_low, first_high, last_low, last_high``: the two counts, unknown not counted and counted. ``open_low, open_high``:
    what ``not_compared`` and ``hidden`` together may truly be. ``by_criterion``: the parts by criterion. ``by_commune``: by the communes
    of the later units, ``name`` and ``parent_code`` beside them; a commune that left the programme stands under its old code.
    """

    figures: pd.DataFrame
    by_criterion: pd.DataFrame
    by_commune: pd.DataFrame


@dataclass(frozen=True)
class _Place:
    """A world on the units of the earlier (0) or the later (1) territory."""

    world: World
    side: int

    def exchanged(self, factor: str, other: "_Place") -> "_Place":
        """Return this place with one factor of the other."""
        if factor == "boundaries":
            return _Place(self.world, other.side)
        mine, its = self.world, other.world
        if factor == "communes":
            return _Place(World(its.data_year, mine.set_id, mine.level_year), self.side)
        return _Place(World(mine.data_year, its.set_id, its.level_year), self.side)


def split_change(
    before: Territory,
    after: Territory,
    first_year: int,
    last_year: int,
    order: Sequence[str] | None = FACTORS,
) -> Split:
    """Split the change from ``first_year`` on the units of ``before`` to ``last_year`` on those of ``after``.

    The two are the same territory where units stay, else the same place on a later date. ``order``: in which the factors are
    exchanged; None: the mean over all orders.
    """
    orders = ORDERS if order is None else (tuple(order),)
    ways = _Ways(before, after, first_year, last_year)
    of_criteria, of_groups, of_mean = zip(*(ways.parts(each) for each in orders), strict=True)
    met, grouped = _mean_over(of_criteria), _mean_over(of_groups)
    figures = {"criteria": {part: met[part].sum() for part in PARTS}}
    figures["mean"] = {part: sum(one[part] for one in of_mean) / len(orders) for part in PARTS}
    for place, name in enumerate(GROUP_FLOORS):
        figures[name] = {part: grouped[part][:, place].sum() for part in PARTS}
    return Split(
        _with_ends(pd.DataFrame(figures).T, ways.ends()).rename_axis("figure"),
        _summed({part: met[part].sum(axis=0) for part in PARTS}, ways.criteria).rename_axis("criterion"),
        ways.components.join(_summed({part: met[part].sum(axis=1) for part in PARTS}, ways.components.index)),
    )


def _mean_over(orders: Sequence[Mapping[str, Whole]]) -> dict[str, npt.NDArray[np.float64]]:
    return {part: np.mean([one[part] for one in orders], axis=0) for part in PARTS}


def by_order(before: Territory, after: Territory, first_year: int, last_year: int) -> pd.DataFrame:
    """Return the parts of the criteria met in every order: index order ("law, communes, boundaries"), columns the parts."""
    ways = _Ways(before, after, first_year, last_year)
    sums = {", ".join(order): ways.parts(order)[0] for order in ORDERS}
    rows = {order: {part: parts[part].sum() for part in PARTS} for order, parts in sums.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("order")


class _Ways:
    """The chain between two counts and every world on the ways over it, each judged once."""

    def __init__(self, before: Territory, after: Territory, first_year: int, last_year: int) -> None:
        self.sides = (before, after)
        nodes = list(_nodes(before, first_year, last_year))
        self.nodes = [_Place(world, 0) for world in nodes[:-1]] + [_Place(nodes[-1], int(before is not after))]
        if len(nodes) == 1:
            self.nodes.insert(0, _Place(nodes[0], 0))
        self.component_of, self.components = _components(before, after)
        self._held: dict[_Place, tuple[Cells, Cells]] = {}
        self.criteria = self._state(self.nodes[0]).verdicts.columns

    def parts(self, order: Sequence[str]) -> tuple[dict[str, Whole], dict[str, Whole], dict[str, float]]:
        """Return the parts of the criteria met, of the groups, and of the mean, in one order."""
        places = list(self._places(order))
        size = len(self.components)
        start = self.cells(self.nodes[0])
        met: list[Step] = [(factor, self.cells(place)[0]) for factor, place in places]
        grouped: list[Step] = [(factor, self.cells(place)[1]) for factor, place in places]
        return (
            parts_of_count(start[0], met, size),
            parts_of_count(start[1], grouped, size),
            parts_of_mean(start[0], met, size),
        )

    def _places(self, order: Sequence[str]) -> Iterator[tuple[str, _Place]]:
        for here, there in pairwise(self.nodes):
            place = here
            for factor in order:
                following = place.exchanged(factor, there)
                if following != place:
                    yield factor, following
                place = following

    def ends(self) -> pd.DataFrame:
        """Return low and high of every figure at both ends."""
        sides = [
            _ends(self._state(place), self.sides[place.side].review.not_assessed)
            for place in (self.nodes[0], self.nodes[-1])
        ]
        names = [("first_low", "first_high"), ("last_low", "last_high")]
        return pd.concat([side.set_axis(list(pair), axis=1) for side, pair in zip(sides, names, strict=True)], axis=1)

    def _state(self, place: _Place) -> State:
        return state(self.sides[place.side], place.world)

    def cells(self, place: _Place) -> tuple[Cells, Cells]:
        """Return the cells of criteria and of groups in one world."""
        if place not in self._held:
            found = self._state(place)
            rule = self.sides[place.side].review.not_assessed
            self._held[place] = cells_of(found, self.component_of[place.side], rule)
        return self._held[place]


def cells_of(found: State, component: npt.NDArray[np.intp], rule: NotAssessedRule) -> tuple[Cells, Cells]:
    """Return what a state counts: criteria met (not assessed as the rule says), and the group of each commune."""
    codes = found.verdicts.to_numpy()
    is_met = codes == Verdict.MET
    if rule is NotAssessedRule.COUNTS_AS_MET:
        is_met |= codes == Verdict.NOT_APPLICABLE
    met = Cells(is_met.astype(np.int64), codes != Verdict.UNKNOWN, found.is_not_compared, component, found.is_reported)
    lowest, highest = _ranks(count(found.verdicts, rule))
    is_placed = (lowest == highest) & found.is_reported
    one_hot = (lowest[:, None] == np.arange(len(GROUP_FLOORS))) & is_placed[:, None]
    is_known = np.broadcast_to(is_placed[:, None], one_hot.shape)
    is_not_compared = np.broadcast_to((~is_placed & found.is_not_compared.any(axis=1))[:, None], one_hot.shape)
    return met, Cells(one_hot.astype(np.int64), is_known, is_not_compared, component, found.is_reported)


def _ranks(counts: pd.DataFrame) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the place in ``GROUP_FLOORS`` (from high to low) of the lowest and of the highest count possible."""
    of = counts["of"].to_numpy()
    floors = np.column_stack([of if floor is None else np.full(len(of), floor) for floor in GROUP_FLOORS.values()])
    low, high = ((counts[end].to_numpy()[:, None] >= floors).argmax(axis=1) for end in ("low", "high"))
    return low, high


def _ends(found: State, rule: NotAssessedRule) -> pd.DataFrame:
    counts = count(found.verdicts, rule)
    reported = counts[found.is_reported]
    lowest, highest = _ranks(counts)
    place = np.arange(len(GROUP_FLOORS))
    is_sure = (lowest[:, None] == place) & (highest[:, None] == place) & found.is_reported[:, None]
    can_be = ((highest[:, None] <= place) & (place <= lowest[:, None])) | ~found.is_reported[:, None]
    rows = {
        "criteria": (counts["low"].sum(), counts["high"].sum()),
        "mean": (reported["low"].mean(), reported["high"].mean()),
        **dict(zip(GROUP_FLOORS, zip(is_sure.sum(axis=0), can_be.sum(axis=0), strict=True), strict=True)),
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["low", "high"])


def _with_ends(figures: pd.DataFrame, ends: pd.DataFrame) -> pd.DataFrame:
    table = figures.join(ends)
    table["change"] = table["last_low"] - table["first_low"]
    known = table[list(FACTORS)].sum(axis=1, skipna=False)
    table["open_low"] = table["last_low"] - table["first_high"] - known
    table["open_high"] = table["last_high"] - table["first_low"] - known
    return table[COLUMNS]


def _summed(parts: Mapping[str, npt.NDArray[np.float64]], index: pd.Index) -> pd.DataFrame:
    table = pd.DataFrame(dict(parts), index=index)
    table.insert(0, "change", table.sum(axis=1))
    return table


def _nodes(territory: Territory, first_year: int, last_year: int) -> Iterator[World]:
    """Yield the worlds that the chain leads over, each once."""
    start, end = as_it_was(territory, first_year), as_it_was(territory, last_year)
    worlds = [start]
    for year in range(first_year + 1, last_year + 1):
        before, now = as_it_was(territory, year - 1), as_it_was(territory, year)
        if before.set_id == now.set_id:
            continue
        is_later = reported_by(territory, year, before.set_id) and not reported_by(territory, year - 1, now.set_id)
        worlds.append(World(year, before.set_id, year) if is_later else before)
    yield from dict.fromkeys([*worlds, end])


def _components(
    before: Territory, after: Territory
) -> tuple[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], pd.DataFrame]:
    """Return for the communes of both territories the component of the lineage, and the components with their names."""
    old, new = before.in_programme, after.in_programme
    if before is after:
        held = np.arange(len(new))
        return (held, held), new[["name", "parent_code"]].rename_axis("commune_code")
    links = units.lineage(before.vintage.date, after.vintage.date, before.project).links
    one, other = (
        known.get_indexer(pd.Index(links[side])) for known, side in ((old.index, "from_code"), (new.index, "to_code"))
    )
    is_inside = (one >= 0) & (other >= 0)
    one, other = one[is_inside], len(old) + other[is_inside]
    total = len(old) + len(new)
    graph = coo_matrix((np.ones(len(one)), (one, other)), shape=(total, total))
    _number, label = connected_components(graph, directed=False)
    everyone = pd.concat([new.assign(code=new.index), old.assign(code=old.index)])
    everyone = everyone.assign(
        label=np.concatenate([label[len(old) :], label[: len(old)]]), is_new=np.arange(total) < len(new)
    )
    shown = everyone[everyone["is_new"] | ~everyone["label"].isin(label[len(old) :])]
    named = shown.groupby("label").agg(
        commune_code=("code", "first"), name=("name", " + ".join), parent_code=("parent_code", "first")
    )
    return (label[: len(old)], label[len(old) :]), named.sort_index().set_index("commune_code")
