"""Results kept as JSON come back as they were; other classes are refused."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from ntm_lib.errors import NtmError
from ntm_lib.planning.archive import dumps, loads


@dataclass(frozen=True)
class Held:
    frame: object
    rest: object


def test_tables_arrays_and_missing_values_come_back():
    index = pd.MultiIndex.from_tuples([("01", 2021), ("02", 2022)], names=["code", "year"])
    frame = pd.DataFrame(
        {
            "count": [1, 2], "text": ["x", None], "maybe": pd.array([1, None], dtype="Int64"),
            "number": [0.1, np.nan], "flag": [True, False], "few": [("a", 1), ()],
        },
        index=index,
    )  # fmt: skip
    rest = (np.arange(6).reshape(2, 3), {1: "a", "b": None}, frame["maybe"], float("inf"), pd.Index(["a"], name="n"))
    back = loads(dumps(Held(frame, rest)), {"Held": Held})
    pd.testing.assert_frame_equal(back.frame, frame)
    np.testing.assert_array_equal(back.rest[0], rest[0])
    assert back.rest[1] == rest[1]
    pd.testing.assert_series_equal(back.rest[2], frame["maybe"])
    assert back.rest[3] == float("inf")


def test_a_class_that_is_not_named_is_refused():
    with pytest.raises(NtmError):
        loads(dumps(Held(1, 2)), {})


@pytest.mark.parametrize("text", ["", "{", '{"__kind__": "code", "data": "print(1)"}', '{"other": 1}'])
def test_what_is_no_record_is_refused(text):
    with pytest.raises(NtmError):
        loads(text, {"Held": Held})


def test_what_cannot_be_kept_is_an_error_of_the_program():
    with pytest.raises(TypeError):
        dumps(Held(object(), 1))
