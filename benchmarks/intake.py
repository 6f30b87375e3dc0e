"""Read what a whole province hands in, against reading the same workbooks with plain pandas.

Every commune of the programme and every district-level unit, with eleven years (2010-2020) in each workbook.

    PYTHONPATH=. python benchmarks/intake.py [--communes N] [--folder DIR] [--check]
"""

import argparse
import datetime as dt
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from ntm_lib.project import Project

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "submissions" / "intake"))
DAY = dt.date(2020, 12, 31)
YEARS = range(2010, 2021)


def write(folder: Path, limit: int | None) -> list[Path]:
    """Write the workbooks; those of an earlier run stay."""
    from invented_submission import invent

    from ntm_lib.submissions.forms import fill, form_of
    from ntm_lib.submissions.model import Level, Sender
    from ntm_lib.units import on

    project = Project.find()
    units = on(dt.date(2019, 12, 31), project)
    communes = units.communes[units.communes["is_in_programme"]].index[:limit]
    districts = units.districts.index if limit is None else units.districts.index[: max(limit // 14, 1)]
    paths = []
    for level, codes in ((Level.DISTRICT, districts), (Level.COMMUNE, communes)):
        for code in codes:
            path = folder / f"{code}.xlsx"
            if not path.exists():
                form = form_of(project, Sender(code, level, units.date, "tong_ket_2019", DAY), YEARS)
                fill(path, form, invent(form, np.random.default_rng(int(code))))
            paths.append(path)
    return paths


def read(how: str, paths: list[Path]) -> int:
    """Read the workbooks in one way; return how many values or cells there were."""
    if how == "pandas":
        import pandas as pd

        return sum(frame.size for path in paths for frame in pd.read_excel(path, sheet_name=None, header=None).values())
    project = Project.find()
    if how == "workbench":
        from ntm_lib.submissions.intake import read_file

        return sum(len(read_file(path, project).values) for path in paths)
    from ntm_lib.submissions.taking import Before, take_in
    from ntm_lib.submissions.vault.files import FileStore
    from ntm_lib.submissions.vault.opening import units_of

    with tempfile.TemporaryDirectory() as folder:
        store = FileStore(Path(folder), units_of(project))
        before = Before(store)
        return sum(len(take_in(path, project, store, "benchmark", None, before).reading.values) for path in paths)


def measure(how: str, folder: Path, communes: int, count: int) -> tuple[float, float, int]:
    """Read in a process of its own; return seconds, peak memory in MB and what was read."""
    command = [sys.executable, "-W", "ignore", __file__, "--read", how, "--folder", str(folder)]
    command += ["--communes", str(communes), "--first", str(count)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(answer[-3]), float(answer[-2]), int(answer[-1])


def main() -> None:
    """Measure, or be the process that is measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--communes", type=int, default=0, help="so many communes, and a district to every 14 (0: all)")
    parser.add_argument("--first", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--check", action="store_true", help="also check the content and store the files")
    parser.add_argument("--read", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        paths = write(options.folder, options.communes or None)[: options.first]
        start = time.process_time()
        found = read(options.read, paths)
        print(time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, found)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        paths = write(folder, options.communes or None)
        print(f"{len(paths)} workbooks, {sum(path.stat().st_size for path in paths) / 2**20:.1f} MB")
        ways = ["pandas", "workbench", *(["stored"] if options.check else [])]
        times = {}
        for how in ways:
            for count in (len(paths) // 4, len(paths)):
                seconds, peak, found = measure(how, folder, options.communes, count)
                times[how] = seconds
                print(
                    f"{how}: {count} files, {seconds:.1f} s of computing, peak {peak:.0f} MB, {found} values or cells"
                )
        for how in ways[1:]:
            print(f"{how} / pandas.read_excel: {times[how] / times['pandas']:.2f} of the time")


if __name__ == "__main__":
    main()
