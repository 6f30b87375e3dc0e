"""Splitting changes for a country: 10,600 communes x 19 criteria x 11 years, a new law each third year, mergers at the end.

Both ways start from the same verdicts (one array a world: results of a year judged by the law of that or the next year) and end
with the series of counts on the units after the mergers and with the parts of the change by criterion (communes, law, boundaries,
hidden). The peer is what one writes with pandas alone: long tables, merge, groupby. Equal results are checked first; each runs in
a process of its own after a small call that loads its imports. The verdicts are random.
Repeat with `python benchmarks/changes.py --rounds 7`.
"""

import argparse
import datetime as dt
import itertools
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import numpy as np
import pandas as pd

COMMUNES, CRITERIA, YEARS = 10_600, 19, range(2010, 2021)
LAW_CHANGES = {2013, 2016, 2019}  # the law of the year before last held until then
Worlds = list[tuple[str, np.ndarray]]


def write_worlds(path: str, communes: int = COMMUNES) -> None:
    """Write the verdicts of the chain: results of each year by its law, and by the new law where it is about to change."""
    rng = np.random.default_rng(1)
    verdicts = rng.choice([0, 1], size=(communes, CRITERIA), p=[0.8, 0.2])
    worlds = {}
    for year in YEARS:
        verdicts = np.where(rng.random(verdicts.shape) < 0.1, 1, verdicts)
        verdicts = np.where(rng.random(verdicts.shape) < 0.02, 0, verdicts)
        worlds[f"communes-{year}"] = _with_gaps(verdicts, rng)
        if year + 1 in LAW_CHANGES:
            verdicts = np.where(rng.random(verdicts.shape) < 0.05, 0, verdicts)
            worlds[f"law-{year}"] = _with_gaps(verdicts, rng)
    np.savez(path, **{name: codes.astype(np.int8) for name, codes in worlds.items()})


def _with_gaps(verdicts: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    codes = np.where(rng.random(verdicts.shape) < 0.03, -1, verdicts)
    codes[:, 6] = np.where(rng.random(len(codes)) < 0.2, 2, codes[:, 6])
    return codes


def read_worlds(path: Path) -> Worlds:
    with np.load(path) as held:
        return [(name.split("-")[0], held[name]) for name in held.files]


def merged_into(communes: int) -> np.ndarray:
    """Return the new unit of each commune: every third stays alone, the others merge two by two."""
    place = np.arange(communes)
    return np.where(place % 3 == 0, 2 * (place // 3), 2 * (place // 3) + 1)


def ours(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    from ntm_lib.evaluation.changes.exact import PARTS, parts_of_count
    from ntm_lib.evaluation.changes.split import cells_of
    from ntm_lib.evaluation.changes.worlds import State
    from ntm_lib.review import NotAssessedRule
    from ntm_lib.scoring import count

    rule = NotAssessedRule.COUNTS_AS_MET
    worlds = read_worlds(path)
    lineage, old, target = _lineage(len(worlds[0][1]))
    size = int(target.max()) + 1
    place = np.arange(size)

    def carried(codes: np.ndarray) -> pd.DataFrame:
        return lineage.merge_verdicts(pd.DataFrame(codes, index=old))

    series = pd.concat(
        [count(carried(codes), rule)[["low", "high"]] for factor, codes in worlds if factor == "communes"],
        keys=list(YEARS), names=["year", "commune_code"],
    )  # fmt: skip
    everyone, everyone_new = np.ones(len(old), bool), np.ones(size, bool)
    nothing, nothing_new = (np.zeros((number, CRITERIA), bool) for number in (len(old), size))
    steps = [
        (factor, cells_of(State(pd.DataFrame(codes), nothing, everyone), target, rule)[0]) for factor, codes in worlds
    ]
    after = cells_of(State(carried(worlds[-1][1]), nothing_new, everyone_new), place, rule)[0]
    parts = parts_of_count(steps[0][1], [*steps[1:], ("boundaries", after)], size)
    return series, pd.DataFrame({part: parts[part].sum(axis=0) for part in PARTS if part != "not_compared"})


def _lineage(communes: int) -> tuple:
    from ntm_lib.units import Lineage

    target = merged_into(communes)
    old, new = (pd.Index([f"{code:05d}" for code in range(size)]) for size in (communes, int(target.max()) + 1))
    before, after = (
        SimpleNamespace(communes=pd.DataFrame({"is_in_programme": True}, index=codes)) for codes in (old, new)
    )
    links = pd.DataFrame({"from_code": old, "to_code": new[target], "area_share": 1.0, "people_share": 1.0})
    return Lineage(dt.date(2019, 12, 31), dt.date(2020, 12, 31), links, before, after), old, target


def pandas_alone(path: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    worlds = read_worlds(path)
    target = pd.Series(merged_into(len(worlds[0][1])), name="unit").rename_axis("commune")
    ranks = {0: 0, -1: 1, 1: 2, 2: 3}

    def long(codes: np.ndarray) -> pd.DataFrame:
        table = pd.DataFrame(codes).rename_axis("commune").reset_index()
        return table.melt(id_vars="commune", var_name="criterion", value_name="verdict")

    def carried(codes: np.ndarray) -> pd.DataFrame:
        table = long(codes).merge(target.reset_index(), on="commune")
        table["rank"] = table["verdict"].map(ranks)
        least = table.groupby(["unit", "criterion"])["rank"].min().reset_index()
        return least.assign(is_met=least["rank"] >= 2, is_known=least["rank"] != 1)

    counts = []
    for year, (_factor, codes) in zip(YEARS, [world for world in worlds if world[0] == "communes"], strict=True):
        table = carried(codes)
        low = table.groupby("unit")["is_met"].sum()
        high = low + (~table["is_known"]).groupby(table["unit"]).sum()
        counts.append(pd.DataFrame({"low": low, "high": high}).assign(year=year).reset_index())
    series = pd.concat(counts).set_index(["year", "unit"])
    parts = {part: pd.Series(0, index=range(CRITERIA)) for part in ("communes", "law", "boundaries", "hidden")}
    for (_before, one), (factor, other) in itertools.pairwise(worlds):
        both = long(one).merge(long(other), on=["commune", "criterion"], suffixes=("", "_after"))
        change = (both["verdict_after"] >= 1).astype(int) - (both["verdict"] >= 1)
        is_known = (both["verdict"] != -1) & (both["verdict_after"] != -1)
        parts[factor] += change.where(is_known, 0).groupby(both["criterion"]).sum()
        parts["hidden"] += change.where(~is_known, 0).groupby(both["criterion"]).sum()
    last = long(worlds[-1][1]).merge(target.reset_index(), on="commune")
    last = last.assign(met=last["verdict"] >= 1, is_known=last["verdict"] != -1)
    before = last.groupby(["unit", "criterion"]).agg(met=("met", "sum"), is_known=("is_known", "all")).reset_index()
    both = before.merge(carried(worlds[-1][1]), on=["unit", "criterion"], suffixes=("", "_after"))
    change = both["is_met"].astype(int) - both["met"]
    is_known = both["is_known"] & both["is_known_after"]
    parts["boundaries"] += change.where(is_known, 0).groupby(both["criterion"]).sum()
    parts["hidden"] += change.where(~is_known, 0).groupby(both["criterion"]).sum()
    return series, pd.DataFrame(parts)


METHODS = {"ntm_lib.evaluation.changes": ours, "pandas merge + groupby": pandas_alone}


def in_own_process(call: str) -> str:
    """Run one call of this module in a fresh process, whose peak memory is then its own."""
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import changes; changes.{call}"
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def check(path: str) -> None:
    """Stop unless both give the same series and parts, and the parts add up."""
    (series, parts), (its_series, its_parts) = (method(Path(path)) for method in METHODS.values())
    assert (series.to_numpy() == its_series[["low", "high"]].to_numpy()).all()
    assert (parts.to_numpy() == its_parts.to_numpy()).all()
    worlds = read_worlds(Path(path))
    change = series.xs(YEARS[-1], level="year")["low"].sum() - (worlds[0][1] >= 1).sum()
    assert parts.to_numpy().sum() == change
    print(f"equal results; parts of {change}: {parts.sum().to_dict()}")


def child(name: str, path: str) -> None:
    METHODS[name](Path(path).with_name("small.npz"))  # loads what it imports
    started, cpu = time.perf_counter(), time.process_time()
    METHODS[name](Path(path))
    cost = {"wall": time.perf_counter() - started, "cpu": time.process_time() - cpu}
    print(json.dumps(cost | {"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with TemporaryDirectory() as folder:
        path = Path(folder) / "worlds.npz"
        in_own_process(f"write_worlds({str(path)!r})")
        in_own_process(f"write_worlds({str(path.with_name('small.npz'))!r}, 30)")
        print(f"{COMMUNES} communes, {CRITERIA} criteria, {len(YEARS)} years")
        print(in_own_process(f"check({str(path)!r})"))
        costs = {name: [] for name in METHODS}
        for _ in range(rounds):
            for name in METHODS:
                costs[name].append(json.loads(in_own_process(f"child({name!r}, {str(path)!r})")))
    own = costs["ntm_lib.evaluation.changes"]
    print(f"{'':28}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}   ours / peer: wall, CPU (medians of {rounds} rounds)")
    for name, runs in costs.items():
        row = [statistics.median(run[field] for run in runs) for field in ("wall", "cpu", "peak")]
        ratio = [
            statistics.median(one[field] / peer[field] for one, peer in zip(own, runs, strict=True))
            for field in ("wall", "cpu")
        ]
        print(f"{name:28}{row[0]:9.3f}{row[1]:9.3f}{row[2]:9.0f}   {ratio[0]:.3f}, {ratio[1]:.3f}")


if __name__ == "__main__":
    main()
