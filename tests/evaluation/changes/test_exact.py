"""The parts of a change add up exactly, whatever is known and however units merge."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntm_lib.evaluation.changes.exact import (
    FACTORS,
    HIDDEN,
    NOT_COMPARED,
    PARTS,
    Cells,
    mean_of,
    parts_of_count,
    parts_of_mean,
)

SIZE, COLUMNS = 4, 3


def flags(draw: st.DrawFn, *shape: int) -> np.ndarray:
    size = int(np.prod(shape))
    return np.array(draw(st.lists(st.booleans(), min_size=size, max_size=size)), dtype=bool).reshape(shape)


@st.composite
def chains(draw: st.DrawFn) -> tuple:
    """Draw cells on the units of one of two days, and exchanges that stay on them or lead to the other's."""
    codes = st.lists(st.integers(0, SIZE - 1), min_size=1, max_size=7)
    days = [np.array(draw(codes), dtype=np.intp) for _day in range(2)]

    def cells() -> Cells:
        component = draw(st.sampled_from(days))
        known = flags(draw, len(component), COLUMNS)
        value = (flags(draw, len(component), COLUMNS) & known).astype(np.int64)
        not_compared = flags(draw, len(component), COLUMNS) & ~known
        return Cells(value, known, not_compared, component, flags(draw, len(component)))

    steps = [(draw(st.sampled_from(FACTORS)), cells()) for _step in range(draw(st.integers(0, 5)))]
    return cells(), steps


@given(chains())
def test_parts_of_counts_add_up_in_every_component_and_column(chain: tuple) -> None:
    start, steps = chain
    parts = parts_of_count(start, steps, SIZE)
    last = steps[-1][1] if steps else start
    for component in range(SIZE):
        expected = last.value[last.component == component].sum(axis=0) - start.value[start.component == component].sum(
            axis=0
        )
        assert (sum(parts[part][component] for part in PARTS) == expected).all()


@given(chains())
def test_parts_of_the_mean_add_up(chain: tuple) -> None:
    start, steps = chain
    last = steps[-1][1] if steps else start
    parts = parts_of_mean(start, steps, SIZE)
    change = mean_of(last) - mean_of(start)
    if np.isnan(change):
        assert all(np.isnan(value) for value in parts.values())
    else:
        assert sum(parts.values()) == pytest.approx(change, abs=1e-12)


@given(chains())
def test_what_is_known_throughout_hides_nothing_and_a_factor_that_is_not_exchanged_does_nothing(chain: tuple) -> None:
    start, steps = chain

    def known(one: Cells) -> Cells:
        return Cells(one.value, np.ones_like(one.is_known), np.zeros_like(one.is_known), one.component, one.is_reported)

    parts = parts_of_count(known(start), [(factor, known(one)) for factor, one in steps], SIZE)
    assert (parts[HIDDEN] == 0).all()
    assert (parts[NOT_COMPARED] == 0).all()
    for factor in set(FACTORS) - {factor for factor, _one in steps}:
        assert (parts[factor] == 0).all()


def test_the_worked_example_of_the_definition() -> None:
    two, one = np.array([0, 0]), np.array([0])

    def made(values: list[list[int]], component: np.ndarray) -> Cells:
        codes = np.array(values)
        is_known, everyone = codes != -1, np.ones(len(codes), dtype=bool)
        return Cells((codes == 1).astype(np.int64), is_known, np.zeros_like(is_known), component, everyone)

    start = made([[1, 1], [1, 0]], two)
    steps = [
        ("law", made([[1, 0], [1, 0]], two)),
        ("communes", made([[1, 1], [1, -1]], two)),
        ("boundaries", made([[1, -1]], one)),
    ]
    parts = parts_of_count(start, steps, 1)
    assert {part: int(parts[part].sum()) for part in PARTS} == {
        "communes": 1,
        "law": -1,
        "boundaries": -1,
        "not_compared": 0,
        "hidden": -1,
    }
    mean = parts_of_mean(start, steps, 1)
    assert mean == pytest.approx({"communes": 0.5, "law": -0.5, "boundaries": 0.0, "not_compared": 0.0, "hidden": -0.5})


def test_a_unit_that_is_not_known_hides_nothing_of_its_neighbour_while_units_stay() -> None:
    place, everyone = np.array([0, 0, 0]), np.ones(3, dtype=bool)
    known, compared = np.array([[True], [False], [False]]), np.array([[True], [True], [False]])
    before = Cells(np.zeros((3, 1), np.int64), known, ~compared, place, everyone)
    after = Cells(np.ones((3, 1), np.int64), np.ones((3, 1), bool), np.zeros((3, 1), bool), place, everyone)
    parts = parts_of_count(before, [("communes", after)], 1)
    assert {part: int(parts[part].sum()) for part in ("communes", HIDDEN, NOT_COMPARED)} == {
        "communes": 1,
        HIDDEN: 1,
        NOT_COMPARED: 1,
    }
    assert parts_of_mean(before, [("communes", after)], 1)[NOT_COMPARED] == pytest.approx(1 / 3)
