"""Take in what a whole province hands in, against reading the same workbooks with plain pandas.

Every commune of the programme and every district-level unit, with eleven years (2010-2020) in each workbook: the illustrative
results and tables, laid into the forms as if they had been handed in. A quarter of the files, half and all are measured, each in a
process of its own, so that time and memory can be seen to grow or not.

    PYTHONPATH=. python benchmarks/intake.py [--communes N] [--folder DIR] [--ways pandas,read,store]

``pandas``: `pandas.read_excel` on every sheet. ``read``: opened safely and read into values. ``store``: ``ntm submit FOLDER``, that
is read, checked and stored, as many at once as the machine is worth; ``store-1``: one after the other.
"""

import argparse
import datetime as dt
import resource
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pandas as pd

from ntm_lib.project import Project
from ntm_lib.submissions.model import Level, Sender

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
ON, DAY = dt.date(2019, 12, 31), dt.date(2020, 12, 31)
YEARS = range(2010, 2021)
ROUND = "benchmark"
TABLES = ("b01", "b06", "b07", "b08", "b10", "b11", "b12", "b15")


def senders(limit: int | None) -> list[Sender]:
    """Return who reports, districts among their communes, so that every part of the list is alike."""
    from ntm_lib.units import on

    units = on(ON, Project.find())
    communes = units.communes[units.communes["is_in_programme"]].index[:limit]
    districts = units.districts.index if limit is None else units.districts.index[: max(limit // 14, 1)]
    places = {str(code): place * len(communes) / len(districts) for place, code in enumerate(districts)}
    order = [(place, Level.DISTRICT, code) for code, place in places.items()]
    order += [(float(place), Level.COMMUNE, str(code)) for place, code in enumerate(communes)]
    return [Sender(code, level, ON, ROUND, DAY) for _place, level, code in sorted(order)]


def write(folder: Path, limit: int | None) -> list[Path]:
    """Write the workbooks; those of an earlier run stay."""
    wanted = {folder / f"{place:03d}_{one.unit}.xlsx": one for place, one in enumerate(senders(limit))}
    missing = [(path, one) for path, one in wanted.items() if not path.exists()]
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(_fill, *zip(*missing, strict=True), chunksize=8) if missing else [])
    return list(wanted)


def _fill(path: Path, sender: Sender) -> None:
    from handing_in import generated_again

    from ntm_lib.submissions.forms import fill, form_of

    project = Project.find()
    form = form_of(project, sender, YEARS)
    [values] = generated_again(project, list(form.units), list(YEARS), *TABLES)
    held = {(sheet.table, sheet.set_id, year) for sheet in form.sheets for year in sheet.years or YEARS}
    places = zip(values["table"], values["set_id"], values["year"], strict=True)
    values = values[pd.Series([place in held for place in places], index=values.index)]
    fill(path, form, values)


def run(how: str, paths: list[Path]) -> int:
    """Read or take in the workbooks in one way; return how many cells or values there were."""
    if how == "pandas":
        return sum(frame.size for path in paths for frame in pd.read_excel(path, sheet_name=None, header=None).values())
    project = Project.find()
    if how == "read":
        from ntm_lib.submissions.intake import read_file

        return sum(len(read_file(path, project).values) for path in paths)
    from ntm_lib.submissions.many import take_in_files

    with tempfile.TemporaryDirectory() as folder:
        own = _own(project, Path(folder))
        jobs = 1 if how == "store-1" else None
        taken = [
            (len(each.reading.values), each.number) for _path, each in take_in_files(paths, own, "benchmark", jobs=jobs)
        ]
    if refused := sum(number is None for _values, number in taken):
        raise SystemExit(f"{refused} of {len(paths)} files were refused")
    return sum(count for count, _number in taken)


def _own(project: Project, root: Path) -> Project:
    """Return the project with an empty store and a round of its own."""
    (root / "data").mkdir()
    for place, into in ((project.data, root / "data"), (project.root, root), (project.parameters, root / "parameters")):
        into.mkdir(exist_ok=True)
        for path in place.iterdir():
            if path.name not in {"local", "data", "parameters", "outputs", "rounds.yaml"}:
                (into / path.name).symlink_to(path)
    text = f"- {{id: {ROUND}, title: {{vi: thử, en: trial}}, as_of: {DAY}}}\n"
    (root / "parameters" / "rounds.yaml").write_text(text, encoding="utf-8")
    return Project(root).activate()


def measure(how: str, folder: Path, communes: int, count: int) -> tuple[float, float, float, int]:
    """Work in a process of its own; return seconds by the clock and of computing, peak memory in MB and what was read."""
    command = [sys.executable, "-W", "ignore", __file__, "--measured", how, "--folder", str(folder)]
    command += ["--communes", str(communes), "--first", str(count)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(answer[-4]), float(answer[-3]), float(answer[-2]), int(answer[-1])


def measured(how: str, paths: list[Path]) -> None:
    """Be the process that is measured; the peak is that of this process and of the largest one that it started."""
    start = time.perf_counter()
    found = run(how, paths)
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    computing = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
    print(time.perf_counter() - start, computing, max(own.ru_maxrss, others.ru_maxrss) / 1024, found)


def main() -> None:
    """Measure, or be the process that is measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--communes", type=int, default=0, help="so many communes, and a district to every 14 (0: all)")
    parser.add_argument("--folder", type=Path, help="where the workbooks stand, or are written")
    parser.add_argument("--ways", default="pandas,read,store", help="pandas, read, store, store-1, separated by commas")
    parser.add_argument("--first", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--measured", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measured:
        measured(options.measured, sorted(options.folder.glob("*.xlsx"))[: options.first])
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        paths = write(folder, options.communes or None)
        print(f"{len(paths)} workbooks, {sum(path.stat().st_size for path in paths) / 2**20:.1f} MB")
        ways, computing = options.ways.split(","), {}
        for how in ways:
            for count in (len(paths) // 4, len(paths) // 2, len(paths)):
                clock, computing[how], peak, found = measure(how, folder, options.communes, count)
                print(
                    f"{how}: {count} files, {clock:.1f} s, {clock / count:.2f} s a file, {computing[how]:.1f} s of computing, "
                    f"peak {peak:.0f} MB a process, {found} values or cells",
                    flush=True,
                )
        for how in ways[1:]:
            print(f"{how} / {ways[0]}: {computing[how] / computing[ways[0]]:.2f} of the computing")


if __name__ == "__main__":
    main()
