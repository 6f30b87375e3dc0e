"""The sheets of all communes from one loaded province, against each made from a freshly loaded district.

Both run in a process of their own and write the same pages; the peer is what a loop over `load_territory` does. Repeat with
`python benchmarks/communes.py --rounds 3 --formats html`.
"""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import ROOT, compare, report

from ntm_lib.evaluation import load_province
from ntm_lib.project import Project

TOGETHER = """
from pathlib import Path
from ntm_lib.evaluation import load_province
from ntm_lib.project import Project
from ntm_lib.reporting.communes import write_commune_sheets
write_commune_sheets(Project.find(), Path({out!r}), load_province(on={on!r}), formats={formats!r}, codes={codes!r})
"""
ONE_BY_ONE = """
from pathlib import Path
from ntm_lib.evaluation import load_territory
from ntm_lib.project import Project
from ntm_lib.reporting.communes import write_commune_sheets
for code, district in {places!r}:
    territory = load_territory(district, on={on!r})
    write_commune_sheets(Project.find(), Path({out!r}), territory, codes=[code], formats={formats!r})
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--on", default="2019-12-31")
    parser.add_argument("--formats", default="html")
    parser.add_argument("--communes", type=int, default=0, help="only the first so many; 0: all")
    asked = parser.parse_args()
    Project.find(ROOT).activate()
    inside = load_province(on=asked.on).in_programme["parent_code"]
    inside = inside.head(asked.communes) if asked.communes else inside
    places, formats = list(inside.items()), asked.formats.split(",")
    with TemporaryDirectory() as together, TemporaryDirectory() as loop:
        ours = TOGETHER.format(out=together, on=asked.on, formats=formats, codes=list(inside.index))
        peer = ONE_BY_ONE.format(out=loop, on=asked.on, formats=formats, places=places)
        commands = {
            "one loaded province": [sys.executable, "-c", ours],
            "each from a fresh district": [sys.executable, "-c", peer],
        }
        costs = compare(commands, asked.rounds)
        names = {path.name for path in (Path(together) / "communes").iterdir()}
        assert names == {path.name for path in (Path(loop) / "communes").iterdir()}, (
            "the two did not write the same files"
        )
        different = [
            name
            for name in names - {"index.html"}
            if (Path(together) / "communes" / name).read_bytes() != (Path(loop) / "communes" / name).read_bytes()
        ]
        assert not different, f"the two wrote different pages: {different[:5]}"
        print(f"{len(places)} communes, {asked.formats}; medians of {asked.rounds} rounds")
        report(costs, "one loaded province")


if __name__ == "__main__":
    main()
