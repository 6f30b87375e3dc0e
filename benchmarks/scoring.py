"""Scoring a country: 10,600 communes x 57 requirements x 11 years, against DuckDB and a pandas merge + groupby.

All three start from the same Parquet file (one row a commune and year, one column a requirement) and end with the
verdicts of 19 criteria and the interval of the count for every commune and year; equal results are checked first. Each
runs in a process of its own, after a small call that loads its imports. The values are random.
Repeat with `python benchmarks/scoring.py --rounds 7`.
"""

import argparse
import datetime as dt
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
from pyarrow import parquet

COMMUNES, CRITERIA, YEARS = 10_600, 19, range(2010, 2021)
SIZES = [3] * CRITERIA  # 57 requirements in 19 criteria
SENSES = ["at_least", "at_most", "above", "yes"]


def requirements() -> pd.DataFrame:
    names = [(str(c + 1), f"{c + 1}.{r + 1}") for c, size in enumerate(SIZES) for r in range(size)]
    frame = pd.DataFrame(names, columns=["criterion", "requirement"]).set_index("requirement")
    frame["sense"] = np.resize(SENSES, len(frame))
    frame["allows_not_assessed"] = frame["criterion"] == "7"
    return frame


def rules(year: int) -> SimpleNamespace:
    frame = requirements()
    level = np.where(frame["sense"] == "yes", 1.0, 50.0)
    level[[0, 12, 32]] += year - YEARS[0]  # three levels move from year to year, as income does
    level[4] = np.nan  # one level is not known
    return SimpleNamespace(set_id="benchmark", year=year, requirements=frame.assign(level=level))


def write_values(path: str, communes: int = COMMUNES) -> None:
    rng = np.random.default_rng(1)
    frame = requirements()
    rows = communes * len(YEARS)
    values = rng.uniform(0, 100, (rows, len(frame))).round(1)
    yes = (frame["sense"] == "yes").to_numpy()
    values[:, yes] = (values[:, yes] > 30).astype(float)
    values[rng.random(values.shape) < 0.03] = np.nan
    market = frame["allows_not_assessed"].to_numpy()
    values[np.ix_(rng.random(rows) < 0.2, market)] = np.inf
    index = pd.MultiIndex.from_product([[f"{code:05d}" for code in range(communes)], YEARS])
    table = pd.DataFrame(values, columns=frame.index)
    table.insert(0, "commune_code", index.get_level_values(0))
    table.insert(1, "year", index.get_level_values(1).astype("int32"))
    table.to_parquet(path, index=False)


RULES = {year: rules(year) for year in YEARS}
LEVELS = pd.concat([RULES[year].requirements.assign(year=np.int32(year)).reset_index() for year in YEARS])


def ours(path: Path) -> pd.DataFrame:
    from ntm_lib.review import NotAssessedRule
    from ntm_lib.scoring import count, score

    values = parquet.read_table(path).to_pandas(split_blocks=True).set_index(["commune_code", "year"])
    results = SimpleNamespace(values={"benchmark": values}, unit_vintage=dt.date(2019, 12, 31))
    law = SimpleNamespace(for_year=lambda year, _region, **_options: RULES[year])
    criteria = score(results, law, region="any", years=list(YEARS)).criteria
    return criteria.join(count(criteria, NotAssessedRule.COUNTS_AS_MET)[["low", "high"]])


def duckdb(path: Path) -> pd.DataFrame:
    import duckdb as duck

    frame = requirements()
    wide = LEVELS.pivot(index="year", columns="requirement", values="level").reset_index()
    wide.columns = ["year", *(f"level_{name}" for name in wide.columns[1:])]
    signs = {"at_least": ">=", "yes": ">=", "at_most": "<=", "above": ">"}
    # ranks: 0 not met, 1 unknown, 2 met, 3 not assessed, so that the least one decides
    ranks = {
        name: f'CASE WHEN isinf("{name}") THEN 3 WHEN "{name}" IS NULL OR "level_{name}" IS NULL THEN 1 '
        f'WHEN "{name}" {signs[sense]} "level_{name}" THEN 2 ELSE 0 END'
        for name, sense in frame["sense"].items()
    }
    least = {
        criterion: f"least({', '.join(ranks[name] for name in group.index)})"
        for criterion, group in frame.groupby("criterion", sort=False)
    }
    verdicts = ", ".join(
        f"[0, -1, 1, 2]['r{name}' + 1]".replace(f"'r{name}'", f"r{name}") + f'::TINYINT AS "{name}"' for name in least
    )
    low = " + ".join(f"(r{name} >= 2)::INT" for name in least)
    high = " + ".join(f"(r{name} >= 1)::INT" for name in least)
    query = f"""
        WITH ranked AS (
            SELECT commune_code, year, {", ".join(f"{text} AS r{name}" for name, text in least.items())}
            FROM read_parquet('{path}') JOIN wide USING (year))
        SELECT commune_code, year, {verdicts}, {low} AS low, {high} AS high FROM ranked ORDER BY commune_code, year"""
    connection = duck.connect()
    connection.register("wide", wide)
    return connection.execute(query).df().set_index(["commune_code", "year"])


def pandas_merge(path: Path) -> pd.DataFrame:
    values = pd.read_parquet(path)
    long = values.melt(id_vars=["commune_code", "year"], var_name="requirement", value_name="value")
    long = long.merge(LEVELS, on=["year", "requirement"], how="left")
    passes = {
        "at_least": long["value"] >= long["level"],
        "yes": long["value"] >= long["level"],
        "at_most": long["value"] <= long["level"],
        "above": long["value"] > long["level"],
    }
    is_met = np.select([long["sense"] == sense for sense in passes], list(passes.values()))
    long["rank"] = np.where(is_met, 2, 0)
    long.loc[long["value"].isna() | long["level"].isna(), "rank"] = 1
    long.loc[np.isposinf(long["value"]), "rank"] = 3
    ranks = long.groupby(["commune_code", "year", "criterion"])["rank"].min().unstack()
    ranks = ranks[[str(number + 1) for number in range(CRITERIA)]]
    counts = pd.DataFrame({"low": (ranks >= 2).sum(axis=1), "high": (ranks >= 1).sum(axis=1)})
    return ranks.replace({0: 0, 1: -1, 2: 1, 3: 2}).join(counts)


METHODS = {"ntm_lib.scoring": ours, "DuckDB": duckdb, "pandas merge + groupby": pandas_merge}


def in_own_process(call: str) -> str:
    """Run one call of this module in a fresh process, whose peak memory is then its own."""
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import scoring; scoring.{call}"
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def check(path: str) -> None:
    """Stop unless all methods give the same verdicts and counts."""
    wanted = ours(Path(path)).astype("int64")
    for name, method in METHODS.items():
        pd.testing.assert_frame_equal(wanted, method(Path(path)).astype("int64"), check_names=False)
        print(f"{name}: equal results")


def child(name: str, path: str) -> None:
    METHODS[name](Path(path).with_name("small.parquet"))  # loads what it imports
    started, cpu = time.perf_counter(), time.process_time()
    METHODS[name](Path(path))
    print(
        json.dumps(
            {
                "wall": time.perf_counter() - started,
                "cpu": time.process_time() - cpu,
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with TemporaryDirectory() as folder:
        path = Path(folder) / "values.parquet"
        in_own_process(f"write_values({str(path)!r})")
        in_own_process(f"write_values({str(path.with_name('small.parquet'))!r}, 20)")
        print(f"{COMMUNES} communes, {len(requirements())} requirements, {len(YEARS)} years")
        print(in_own_process(f"check({str(path)!r})"))
        costs = {name: [] for name in METHODS}
        for _ in range(rounds):
            for name in METHODS:
                costs[name].append(json.loads(in_own_process(f"child({name!r}, {str(path)!r})")))
    own = costs["ntm_lib.scoring"]
    print(f"{'':26}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}   ours / peer: wall, CPU (medians of {rounds} rounds)")
    for name, runs in costs.items():
        row = [statistics.median(run[field] for run in runs) for field in ("wall", "cpu", "peak")]
        ratio = [
            statistics.median(one[field] / peer[field] for one, peer in zip(own, runs, strict=True))
            for field in ("wall", "cpu")
        ]
        print(f"{name:26}{row[0]:9.3f}{row[1]:9.3f}{row[2]:9.0f}   {ratio[0]:.3f}, {ratio[1]:.3f}")


if __name__ == "__main__":
    main()
