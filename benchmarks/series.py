"""Ten years on other units: 10,600 communes x 11 years x 24 columns carried to 3,300 new communes.

Three ways to the same frame, equal results checked first: the library's whole-array code, pandas with a plain
``groupby.apply`` over new commune and year (the naive way, timed on a part of the communes and scaled up, which is said),
and pandas' own vectorised groupby. The values are random; 3 % of the communes are divided, 2 % of the values missing.
Prints medians of wall time and ratios. Repeat with `python benchmarks/series.py --rounds 7`.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from ntm_lib.evaluation.counts.joined import Parts, of_links
from ntm_lib.evaluation.counts.series import INDEX, carry

COMMUNES, NEW, YEARS = 10_600, 3_300, list(range(2010, 2021))
RULES = {"sum": 8, "weighted_mean": 12, "all_parts": 4}
PART_OF_NAIVE = 30  # the naive way is timed on one new commune in thirty


class Case(NamedTuple):
    values: pd.DataFrame
    rules: pd.DataFrame
    links: pd.DataFrame
    weights: pd.DataFrame


def case(communes: int = COMMUNES, new: int = NEW) -> Case:
    rng = np.random.default_rng(1)
    codes = np.array([f"{number:05d}" for number in range(communes)])
    to = np.sort(rng.integers(0, new, communes))
    divided = rng.random(communes) < 0.03
    share = np.where(divided, rng.uniform(0.2, 0.8, communes), 1.0)
    whole = pd.DataFrame({"from_code": codes, "to": to, "share": share})
    rest = whole[divided].assign(to=lambda part: (part["to"] + 1) % new, share=lambda part: 1 - part["share"])
    links = pd.concat([whole, rest], ignore_index=True)
    links = links.assign(
        to_code=links["to"].map("n{:05d}".format), area_share=links["share"], people_share=links["share"]
    )
    index = pd.MultiIndex.from_product([codes, YEARS], names=INDEX)
    names, rows = [], []
    for rule, number in RULES.items():
        for place in range(number):
            names.append(f"{rule}_{place}")
            weight = f"t.w{place % 3}" if rule == "weighted_mean" else ""
            rows.append({"rule": rule, "by": "people" if place % 2 else "area", "weight": weight})
    values = rng.uniform(0, 100, (len(index), len(names)))
    values[:, -RULES["all_parts"] :] = rng.random((len(index), RULES["all_parts"])) > 0.2
    values[rng.random(values.shape) < 0.02] = np.nan
    weights = pd.DataFrame(rng.uniform(1, 500, (len(index), 3)), index=index, columns=["t.w0", "t.w1", "t.w2"])
    rules = pd.DataFrame(rows, index=pd.Index(names, name="requirement"))
    return Case(pd.DataFrame(values, index=index, columns=names), rules, links.drop(columns=["to", "share"]), weights)


def ours(given: Case) -> pd.DataFrame:
    parts: Parts = of_links(given.links)
    weights = {
        name: given.weights[name].to_numpy().reshape(len(parts.old), len(YEARS)) for name in given.weights.columns
    }
    return carry(given.values, given.rules, parts, YEARS, weights)


def joined(given: Case) -> pd.DataFrame:
    table = given.values.join(given.weights).reset_index()
    return given.links.merge(table, left_on="from_code", right_on="commune_code").drop(columns="commune_code")


def naive(given: Case) -> pd.DataFrame:
    """Put each new commune and year together by a function, as one writes it first."""

    def one(group: pd.DataFrame) -> pd.Series:
        found = {}
        for name, rule in given.rules.iterrows():
            share = group[f"{rule['by']}_share"]
            if rule["rule"] == "sum":
                found[name] = (group[name] * share).sum(skipna=False)
            elif rule["rule"] == "weighted_mean":
                weight = group[rule["weight"]] * share
                found[name] = (group[name] * weight).sum(skipna=False) / weight.sum()
            else:
                held = group[name]
                found[name] = 0.0 if (held == 0).any() else np.nan if held.isna().any() else 1.0
        return pd.Series(found)

    made = joined(given).groupby(["to_code", "year"]).apply(one)
    return made.rename_axis(INDEX)


def vectorised(given: Case) -> pd.DataFrame:
    """Let pandas' groupby add up what was weighted before, a column at a time."""
    table = joined(given)
    keys = [table["to_code"], table["year"]]
    found = {}
    for name, rule in given.rules.iterrows():
        share = table[f"{rule['by']}_share"]
        if rule["rule"] == "sum":
            found[name] = (table[name] * share).groupby(keys).sum(skipna=False)
        elif rule["rule"] == "weighted_mean":
            weight = table[rule["weight"]] * share
            found[name] = (table[name] * weight).groupby(keys).sum(skipna=False) / weight.groupby(keys).sum()
        else:
            groups = table[name].groupby(keys)
            is_open = table[name].isna().groupby(keys).any()
            found[name] = groups.min().where(lambda least, is_open=is_open: (least == 0) | ~is_open)
    return pd.DataFrame(found).rename_axis(INDEX)


def timed(way: Callable[[Case], pd.DataFrame], given: Case, rounds: int) -> float:
    way(given)
    times = []
    for _round in range(rounds):
        started = time.perf_counter()
        way(given)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    small, whole = case(COMMUNES // PART_OF_NAIVE, NEW // PART_OF_NAIVE), case()
    wanted = ours(small)
    for way in (naive, vectorised):
        pd.testing.assert_frame_equal(wanted, way(small), check_names=False, check_dtype=False, rtol=1e-9)
    pd.testing.assert_frame_equal(ours(whole), vectorised(whole), check_names=False, check_dtype=False, rtol=1e-9)
    print("equal results")
    own = timed(ours, whole, rounds)
    fast = timed(vectorised, whole, rounds)
    slow = timed(naive, small, min(rounds, 3)) * PART_OF_NAIVE
    print(f"{len(whole.values):,} commune-years x {len(whole.rules)} columns to {NEW:,} communes, median of {rounds}:")
    print(f"  ntm_lib whole arrays        {own:8.3f} s")
    print(f"  pandas groupby, vectorised  {fast:8.3f} s  ({fast / own:.1f} times as long)")
    print(
        f"  pandas groupby.apply        {slow:8.1f} s  ({slow / own:.0f} times as long; scaled up from 1/{PART_OF_NAIVE})"
    )


if __name__ == "__main__":
    main()
