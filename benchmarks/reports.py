"""The thirteen district reports: `ntm run` against the loop that people write in a shell.

The loop runs the same notebook with `papermill`, then `jupyter nbconvert --to html`, one district after the other.
Repeat with `python benchmarks/reports.py --rounds 3`.
"""

import argparse
import shlex
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from measure import ROOT, compare, report

from ntm_lib.batch.parameters import read_parameters
from ntm_lib.project import Project
from ntm_lib.review import load_review

BIN = Path(sys.executable).parent


def shell_loop(project: Project, out: Path) -> str:
    """Return the script that people write."""
    review = load_review(project)
    lines = ["set -e", f"cd {shlex.quote(str(out))}"]
    for path in sorted((project.parameters / "district_evaluation").glob("*-2019.yaml")):
        values = read_parameters(project, "district_evaluation", path.stem).within(review).injected()
        notebook = project.notebooks / "district_evaluation.ipynb"
        options = " ".join(
            f"{'-r' if isinstance(value, str) else '-p'} {name} {shlex.quote(str(value))}"
            for name, value in values.items()
        )
        lines.append(f"{BIN}/papermill --no-progress-bar {notebook} {path.stem}.ipynb {options}")
        lines.append(f"{BIN}/jupyter nbconvert --to html {path.stem}.ipynb")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    project = Project.find(ROOT).activate()
    with TemporaryDirectory() as loop, TemporaryDirectory() as ours:
        commands = {
            "ntm run": [f"{BIN}/ntm", "--project", str(ROOT), "run", "--out", ours],
            "papermill + nbconvert in a loop": ["sh", "-c", shell_loop(project, Path(loop))],
        }
        costs = compare(commands, rounds)
        made = len(list((Path(ours) / "districts").glob("*.html")))
        assert made == len(list(Path(loop).glob("*.html"))), "the two did not make the same number of pages"
        print(f"{made} district reports (ntm run makes the province page as well); medians of {rounds} rounds")
        report(costs, "ntm run")


if __name__ == "__main__":
    main()
