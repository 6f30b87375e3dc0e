"""If nothing is done: what is forecast moves by itself, the rest stays, and what is not known is not taken for not met."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ntm_lib.planning.later.orientation import forecasts
from ntm_lib.planning.later.without import chances, without
from ntm_lib.verdicts import Verdict

MET, NOT_MET, UNKNOWN = int(Verdict.MET), int(Verdict.NOT_MET), int(Verdict.UNKNOWN)


def a_plan() -> Any:
    """Three communes; criterion 1 is built, 2 is one forecast, 3 has two forecasts; all hold a title."""
    codes, requirements = ["a", "b", "c"], ["1", "2", "3.1", "3.2"]
    verdicts = pd.DataFrame(
        [[MET, NOT_MET, MET, MET], [NOT_MET, MET, MET, NOT_MET], [UNKNOWN, UNKNOWN, UNKNOWN, MET]], codes, requirements
    )
    criteria = pd.DataFrame(
        [[MET, NOT_MET, MET], [NOT_MET, MET, NOT_MET], [UNKNOWN, UNKNOWN, UNKNOWN]], codes, ["1", "2", "3"]
    )
    chance = {
        ("a", "2"): 0.6,
        ("b", "2"): 0.9,
        ("c", "2"): np.nan,
        ("a", "3.1"): 0.8,
        ("b", "3.1"): 1.0,
        ("b", "3.2"): 0.3,
    }
    rows = [(code, item, False, value) for (code, item), value in chance.items()]
    rows.append(("a", "2", True, 1.0))
    frame = pd.DataFrame(rows, columns=["commune_code", "requirement", "with_effort", 2025])
    owner = pd.DataFrame({"criterion": ["1", "2", "3", "3"]}, index=requirements)
    return SimpleNamespace(
        years=(2024, 2025),
        baseline=SimpleNamespace(
            requirements=verdicts, criteria=criteria, start_rules=SimpleNamespace(requirements=owner)
        ),
        outlook=SimpleNamespace(chance=frame.set_index(["commune_code", "requirement", "with_effort"])),
        problem=SimpleNamespace(
            communes=pd.Index(codes), criteria=pd.Index(["1", "2", "3"]), of=np.full(3, 3), keep=np.ones(3, dtype=bool)
        ),
    )


def test_what_is_forecast_moves_and_what_is_not_known_stays_open() -> None:
    low, high = chances(a_plan())
    np.testing.assert_allclose(low, [[1, 0.6, 0.8], [0, 0.9, 0.3], [0, 0, 0]])
    np.testing.assert_allclose(high, [[1, 0.6, 0.8], [0, 0.9, 0.3], [1, 1, 1]])
    found = without(a_plan())
    assert found.gained == pytest.approx((0.9, 0.9))  # 0.6 of a, 0.3 of b; nothing of c is known not to be met
    assert found.lost == pytest.approx((0.3, 0.3))  # 0.2 of a, 0.1 of b
    assert found.mean == pytest.approx((3.6 / 3, 6.6 / 3))


def test_a_title_whose_criteria_are_not_known_may_stand() -> None:
    plan = a_plan()
    assert (without(plan).titles, without(plan).below) == (3, (2, 3))
    assert without(plan, np.array([2])).below == (0, 1)


def test_it_agrees_with_the_forecast_table(base_draft: Any) -> None:
    low, high = chances(base_draft)
    place = base_draft.problem.criteria.get_loc("10")
    table: Any = forecasts(base_draft)
    assert low[:, place].sum() == pytest.approx(table.loc[("10", False), base_draft.years[-1]])
    assert (low <= high + 1e-9).all()
    assert without(base_draft).gained[0] > 50
