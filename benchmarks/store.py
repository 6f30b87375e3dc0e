"""The store: a province's 190 submissions of 11 years taken in, and one table's current view read back.

The peer is what one would write with pandas in an afternoon: a Parquet file a submission, written without a look at the
disk, all of them read and concatenated, the latest line of each key kept. It can lose what a power cut takes, knows no
withdrawal, round or moment of the past, and notices no damage. The values are invented; every tenth sender hands in twice.
Each work runs in a process of its own after a small call that loads its imports; peers take turns.
Repeat with `python benchmarks/store.py --rounds 5`.
"""

import argparse
import datetime as dt
import hashlib
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from ntm_lib.submissions.vault.files import FileStore

COMMUNES, DISTRICTS, YEARS = 177, 13, range(2010, 2021)
ITEMS = {"b02": 57, **{f"b{number:02d}": 12 for number in range(3, 15)}}  # columns of a table that hold values
ORIGINAL = 60_000  # bytes of a workbook
ROUND, AS_OF = "benchmark", dt.date(2019, 6, 30)


def values(codes: list[str], seed: int) -> pd.DataFrame:
    """Return the values of one file, a line to a value."""
    rng = np.random.default_rng(seed)
    items = [(table, f"{table}.{item}") for table, count in ITEMS.items() for item in range(count)]
    keys = pd.MultiIndex.from_product([codes, YEARS, range(len(items))]).to_frame(index=False)
    keys.columns = ["unit_code", "year", "place"]
    tables, names = (np.array(column, dtype=object) for column in zip(*items, strict=True))
    return pd.DataFrame(
        {
            "table": tables[keys["place"]],
            "set_id": np.where(tables[keys["place"]] == "b02", "qd-1980-2016", ""),
            "unit_code": keys["unit_code"],
            "year": keys["year"].astype("int16"),
            "row": "",
            "item": names[keys["place"]],
            "number": rng.uniform(0, 100, len(keys)).round(1),
            "text": None,
            "is_not_assessed": False,
            "status": "actual",
            "as_of_date": AS_OF,
            "sheet": tables[keys["place"]],
            "cell": "F" + keys["place"].astype(str),
        }
    )


def submissions(senders: int) -> Iterator[tuple[str, str, bytes, pd.DataFrame]]:
    """Give sender, level, original and values: communes, then districts with all their communes, then some once more."""
    codes = [f"{code:05d}" for code in range(COMMUNES)]
    offices = [(code, "commune", [code]) for code in codes]
    offices += [(f"{place:03d}", "district", codes[place::DISTRICTS]) for place in range(DISTRICTS)]
    chosen = [*offices, *offices[::10]]
    for seed, (sender, level, inside) in enumerate(chosen[:senders] if senders else chosen):
        yield sender, level, bytes(np.random.default_rng(seed).bytes(ORIGINAL)), values(inside, seed)


def _store(place: str) -> "FileStore":
    from ntm_lib.submissions.vault.files import FileStore

    return FileStore(Path(place) / "ours", lambda _date: {})


def take_in(place: str, senders: int) -> float:
    """Take the submissions into our store; return seconds, the making of the values left out."""
    from ntm_lib.submissions.model import Level, Reading, Sender

    store, spent = _store(place), 0.0
    for sender, level, original, frame in submissions(senders):
        who = Sender(sender, Level(level), AS_OF, ROUND, AS_OF)
        reading = Reading("x.xlsx", hashlib.sha256(original).hexdigest(), who, frame, ())
        started = time.perf_counter()
        store.add(reading, original, "benchmark")
        spent += time.perf_counter() - started
    return spent


def pandas_take_in(place: str, senders: int) -> float:
    """Do it as the peer would."""
    folder, spent = Path(place) / "peer", 0.0
    folder.mkdir(exist_ok=True)
    for number, (_sender, level, original, frame) in enumerate(submissions(senders), start=1):
        started = time.perf_counter()
        (folder / f"{number:05d}.xlsx").write_bytes(original)
        frame.assign(submission=number, level=level).to_parquet(folder / f"{number:05d}.parquet", index=False)
        spent += time.perf_counter() - started
    return spent


def read(place: str) -> pd.DataFrame:
    """Read the current view of table B2 from our store, opened anew."""
    return _store(place).values("b02").drop(columns="unit_vintage")


def pandas_read(place: str) -> pd.DataFrame:
    """Read it as the peer would."""
    from ntm_lib.submissions.model import KEY

    paths = sorted((Path(place) / "peer").glob("*.parquet"))
    frame = pd.concat([pd.read_parquet(path) for path in paths], ignore_index=True)
    frame = frame[frame["table"] == "b02"]
    return frame.drop_duplicates([*KEY, "level"], keep="last").reset_index(drop=True)


def _timed_read(place: str, _senders: int) -> float:
    started = time.perf_counter()
    read(place)
    return time.perf_counter() - started


def _timed_pandas_read(place: str, _senders: int) -> float:
    started = time.perf_counter()
    pandas_read(place)
    return time.perf_counter() - started


WORKS = {  # in this order, each with its peer: the first reading of the store makes its packs
    "take in, pandas to_parquet": (pandas_take_in, ""),
    "take in, ntm store": (take_in, "take in, pandas to_parquet"),
    "read B2, pandas concat": (_timed_pandas_read, ""),
    "read B2 the first time, ntm store": (_timed_read, "read B2, pandas concat"),
    "read B2, ntm store": (_timed_read, "read B2, pandas concat"),
}


def child(name: str, small: str, place: str) -> None:
    """Run one work after a small call that loads its imports, and print what it took."""
    work = WORKS[name][0]
    work(small, 2)
    wall = work(place, 0)
    print(json.dumps({"wall": wall, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def check(place: str) -> None:
    """Stop unless both give the same view."""
    order = ["submission", "unit_code", "year", "item"]
    own, peer = (
        frame.sort_values(order, ignore_index=True)[sorted(frame)] for frame in (read(place), pandas_read(place))
    )
    pd.testing.assert_frame_equal(own, peer.astype(own.dtypes))
    print(f"equal views: {len(own):,} values of B2")


def in_own_process(call: str) -> str:
    code = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import store; store.{call}"
    return subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    costs = {name: [] for name in WORKS}
    for turn in range(rounds):
        with TemporaryDirectory() as folder:
            for name in WORKS:
                small = Path(folder, f"small {name}")
                small.mkdir()
                if name.startswith("read"):
                    in_own_process(f"take_in({str(small)!r}, 2), store.pandas_take_in({str(small)!r}, 2)")
                costs[name].append(json.loads(in_own_process(f"child({name!r}, {str(small)!r}, {folder!r})")))
            if not turn:
                print(in_own_process(f"check({folder!r})"), end="")
    print(f"{'':36}{'wall s':>9}{'peak MB':>9}   ours / peer (medians of {rounds} rounds)")
    for name, (_work, peer) in WORKS.items():
        row = [statistics.median(run[field] for run in costs[name]) for field in ("wall", "peak")]
        text = f"{name:36}{row[0]:9.3f}{row[1]:9.0f}"
        if peer:
            ratio = [one["wall"] / other["wall"] for one, other in zip(costs[name], costs[peer], strict=True)]
            text += f"   {statistics.median(ratio):.3f}"
        print(text)


if __name__ == "__main__":
    main()
