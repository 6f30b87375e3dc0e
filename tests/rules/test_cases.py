"""Judge the cases that stand in the folders here, one file a criterion, and miss no requirement."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ntm_lib import criteria, scoring
from ntm_lib.project import Project
from ntm_lib.strict_yaml import read_yaml
from ntm_lib.verdicts import Verdict

FILES = sorted(Path(__file__).parent.glob("*/*.yaml"))
CASES = {path: read_yaml(path) for path in FILES}
COVERED = ["qd-491-2009", "qd-491-2009+qd-342-2013", "qd-1980-2016", "qd-318-2022", "qd-318-2022+qd-211-2024"]
WORDS = {verdict.name.lower(): verdict for verdict in Verdict}


@pytest.fixture(scope="module")
def law(project: Project) -> criteria.Law:
    return criteria.load(project)


def cases(content: dict[str, Any]) -> Iterator[tuple[str, int, float, str]]:
    """Yield requirement, year, value (NaN: no data) and the verdict that the file expects."""
    numbers = {None: np.nan, "not_assessed": scoring.NOT_ASSESSED}
    for requirement, listed in content["cases"].items():
        for case in listed:
            value = numbers.get(case["value"], case["value"])
            yield requirement, case.get("year", content["year"]), float(value), case["verdict"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_cases(path: Path, law: criteria.Law) -> None:
    content = CASES[path]
    rules = cache(lambda year: law.rules(law.named_set(content["set"]), year, content["region"]))
    wrong = []
    for requirement, year, value, expected in cases(content):
        verdicts = scoring.judge(pd.DataFrame({requirement: [value]}), rules(year))
        verdict = Verdict(int(verdicts[requirement].iloc[0]))
        if verdict is not WORDS[expected]:
            wrong.append(f"{requirement} in {year}: {value} is {verdict.name.lower()}, not {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("set_id", COVERED)
def test_every_requirement_has_cases_below_at_and_above_and_without_data(law: criteria.Law, set_id: str) -> None:
    """An amending set is covered by its own files for what it changes, by those of the base for the rest."""
    decisions = {record.id for record in law.sets[set_id].decisions}
    missing = []
    for requirement, item in law.sets[set_id].requirements.items():
        assert item.decision.id in decisions
        contents = [CASES[path] for path in FILES if path.parent.name == item.decision.id]
        found = [(content, case) for content in contents for case in cases(content) if case[0] == requirement]
        missing += [f"{requirement}: {what}" for what in _uncovered(law, found)]
    assert not missing, "\n".join(missing)


def _uncovered(law: criteria.Law, found: list[tuple[dict[str, Any], tuple[str, int, float, str]]]) -> list[str]:
    if not found:
        return ["no case"]
    lacks = [] if any(np.isnan(case[2]) for _content, case in found) else ["no data"]
    for year in {case[1] for _content, case in found}:
        content = found[0][0]
        rules = law.rules(law.named_set(content["set"]), year, content["region"])
        row = rules.requirements.loc[found[0][1][0]]
        if np.isnan(row["level"]):
            continue
        unit = law.registers.units[row["unit"]]
        values = np.array([case[2] for _content, case in found if case[1] == year])
        wanted = {
            "below": (values < row["level"]).any() or row["level"] <= unit.min,
            "at": (values == row["level"]).any(),
            "above": (values[np.isfinite(values)] > row["level"]).any() or row["level"] >= unit.max,
        }
        lacks += [f"{what} {row['level']:g} in {year}" for what, is_covered in wanted.items() if not is_covered]
        if row["allows_not_assessed"] and not np.isinf(values).any():
            lacks.append("not assessed")
    return lacks
