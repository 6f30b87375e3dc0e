"""Why did the number change? Split each headline between two runs into data, boundary, criteria and code.

**Definition.** The old run's inputs are computed again with the code of today: what then differs from what the old run printed
is the code's part, as is what the new run printed less what today's code makes of its inputs. In between the inputs are
exchanged one kind at a time: values (``data``), units, lineage and the rule for merged communes (``boundary``), levels, sets and
the rule for what is not assessed (``criteria``). Each kind gets the mean of its effect over all orders (the Shapley value), so
no order is preferred; the four parts add up to the change exactly. A mean that cannot be computed on the way (nobody reported)
keeps its last value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations
from typing import Literal

import numpy as np
import pandas as pd

from ntm_lib.criteria import YearRules
from ntm_lib.errors import UsageError
from ntm_lib.evaluation.changes.headlines import headlines
from ntm_lib.evaluation.changes.snapshot import Snapshot
from ntm_lib.evaluation.territory import rows_of_year
from ntm_lib.messages import _
from ntm_lib.scoring import count, criteria_verdicts, judge
from ntm_lib.units import Lineage, Vintage
from ntm_lib.units.register import Register
from ntm_lib.verdicts import Verdict

Kind = Literal["data", "boundary", "criteria"]
KINDS: tuple[Kind, ...] = ("data", "boundary", "criteria")
PARTS = (*KINDS, "code")


@dataclass(frozen=True, eq=False)
class _Inputs:
    """From which run each kind of input is taken."""

    data: Snapshot
    boundary: Snapshot
    criteria: Snapshot


def why_changed(old: Snapshot, new: Snapshot) -> pd.DataFrame:
    """Return a row for each headline that differs or has a part, in the years that both runs cover.

    Columns ``figure, year, old, new, change, data, boundary, criteria, code``; the last four add up to ``change``. ``old`` and
    ``new`` are what the runs themselves computed; a figure that only one of them has is left out. Where the two runs hold
    results by units of different days, values cannot be exchanged without their units: both stand under ``boundary``. Raises
    UsageError for runs of different units or without a year in common.
    """
    _check(old, new)
    index = old.figures.index.intersection(new.figures.index)
    worlds = _Worlds(old, new, index)
    first, last = (side.figures.reindex(index).to_numpy(float) for side in (old, new))
    parts = dict.fromkeys(PARTS, np.zeros(len(index)))
    orders = list(permutations(worlds.kinds))
    for order in orders:
        changed: frozenset[Kind] = frozenset()
        before = worlds.figures(changed)
        for kind in order:
            changed |= {kind}
            after = worlds.figures(changed)
            after = np.where(np.isnan(after), before, after)
            parts[kind] = parts[kind] + (after - before) / len(orders)
            before = after
    inputs = sum(parts[kind] for kind in KINDS)
    parts["code"] = (last - first) - inputs
    table = pd.DataFrame({"old": first, "new": last, "change": last - first, **parts}, index=index)
    is_told = (table[["change", *PARTS]].abs() > 1e-12).any(axis=1) | (table["old"].isna() != table["new"].isna())
    return table[is_told].reset_index()


def recomputed(held: Snapshot) -> pd.Series:
    """Return the headlines of a snapshot's inputs, computed with the code of today."""
    return _figures(_Inputs(held, held, held))


def _check(old: Snapshot, new: Snapshot) -> None:
    if old.about.unit_code != new.about.unit_code:
        raise UsageError(
            _("The runs are of different units: {old} and {new}.").format(
                old=old.about.unit_name, new=new.about.unit_name
            )
        )
    if not set(old.about.review.years) & set(new.about.review.years):
        raise UsageError(_("The two runs have no year in common."))


class _Worlds:
    """The figures for every mixture of old and new inputs, each computed once; kinds that do not differ are not exchanged."""

    def __init__(self, old: Snapshot, new: Snapshot, index: pd.Index) -> None:
        self.old, self.new, self.index = old, new, index
        self.is_coupled = old.about.unit_vintage != new.about.unit_vintage
        kinds = [kind for kind in KINDS if not (self.is_coupled and kind == "data")]
        self.kinds = [kind for kind in kinds if self.is_coupled or not _is_same(kind, old, new)]
        self._held: dict[frozenset[Kind], np.ndarray[tuple[int], np.dtype[np.float64]]] = {}

    def figures(self, changed: frozenset[Kind]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """Return the figures with the kinds ``changed`` taken from the new run."""
        if changed not in self._held:
            if self.is_coupled and "boundary" in changed:
                taken: frozenset[Kind] = changed | {"data"}
            else:
                taken = changed
            of = {kind: self.new if kind in taken else self.old for kind in KINDS}
            inputs = _Inputs(**of)
            self._held[changed] = _figures(inputs).reindex(self.index).to_numpy(float)
        return self._held[changed]


def _is_same(kind: Kind, old: Snapshot, new: Snapshot) -> bool:
    one, other = old.about.review, new.about.review
    match kind:
        case "data":
            return _same_values(old.values, new.values)
        case "boundary":
            is_same_rule = one.merge_rule == other.merge_rule and old.about.on == new.about.on
            return is_same_rule and old.units == new.units and old.lineage.equals(new.lineage)
        case "criteria":
            return one.not_assessed == other.not_assessed and old.levels.equals(new.levels)


def _same_values(old: Mapping[str, pd.DataFrame], new: Mapping[str, pd.DataFrame]) -> bool:
    if set(old) != set(new):
        return False
    return all(old[name].equals(new[name].reindex(columns=old[name].columns)) for name in old)


def _figures(inputs: _Inputs) -> pd.Series:
    """Judge, merge and count as a review does; a year whose set handed in nothing is unknown."""
    before, after = (_vintage(inputs.boundary, side) for side in ("before", "after"))
    lineage = Lineage(before.date, after.date, inputs.boundary.lineage, before, after)
    wanted = _wanted(inputs.boundary, after)
    verdicts, reported = {}, {}
    for year, rules in _rules(inputs.criteria).items():
        values = _of_year(inputs.data.values, rules, before)
        verdicts[year] = _merged(criteria_verdicts(judge(values, rules), rules), lineage, inputs, wanted)
        reported[year] = _is_reported(values, lineage, wanted)
    criteria = pd.concat(verdicts, names=["year", "commune_code"]).swaplevel().sort_index()
    flags = pd.concat(reported, names=["year", "commune_code"]).swaplevel().reindex(criteria.index)
    counts = count(criteria, inputs.criteria.about.review.not_assessed)
    return headlines(counts.assign(is_reported=flags.astype(bool)), criteria)


def _merged(criteria: pd.DataFrame, lineage: Lineage, inputs: _Inputs, wanted: pd.Index) -> pd.DataFrame:
    if lineage.from_date != lineage.to_date:
        criteria = lineage.merge_verdicts(criteria, rule=inputs.boundary.about.review.merge_rule)
    return criteria.reindex(wanted, fill_value=Verdict.UNKNOWN).astype(np.int8)


def _is_reported(values: pd.DataFrame, lineage: Lineage, wanted: pd.Index) -> pd.Series:
    parts = lineage.links[lineage.links["from_code"].isin(values.index)]
    by_part = values.notna().any(axis=1).reindex(parts["from_code"]).to_numpy(bool)
    return pd.Series(by_part).groupby(parts["to_code"].to_numpy()).any().reindex(wanted, fill_value=False)


def _of_year(values: Mapping[str, pd.DataFrame], rules: YearRules, before: Vintage) -> pd.DataFrame:
    """Return the values of one year, a row a commune in the programme."""
    communes = before.communes.index[before.communes["is_in_programme"]]
    held, columns = values.get(rules.set_id), rules.requirements.index
    if held is None or rules.year not in held.index.get_level_values("year"):
        return pd.DataFrame(np.nan, index=communes, columns=columns)
    return rows_of_year(held, rules.year).reindex(index=communes, columns=columns)


def _rules(held: Snapshot) -> dict[int, YearRules]:
    nothing = pd.DataFrame()
    by_year = held.levels[["year", "set_id"]].drop_duplicates()
    return {
        int(year): YearRules(
            str(set_id),
            int(year),
            held.about.region,
            "commune",
            held.levels[held.levels["year"] == year].set_index("requirement"),
            nothing,
            nothing,
            (),
        )
        for year, set_id in zip(by_year["year"], by_year["set_id"], strict=True)
    }


def _vintage(held: Snapshot, side: str) -> Vintage:
    date = held.about.unit_vintage if side == "before" else held.about.on
    return Vintage(date, held.units[side], Register(held.units[side], (), (), ()))


def _wanted(held: Snapshot, after: Vintage) -> pd.Index:
    unit = after.unit(held.about.unit_code)
    communes = after.communes if unit.level == "province" else after.communes_of(unit.code)
    return communes.index[communes["is_in_programme"]].rename("commune_code")
