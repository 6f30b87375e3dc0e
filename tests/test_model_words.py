"""Errors of models in the reader's words; files that pydantic refuses end in faults without its texts."""

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ntm_lib.errors import FaultsError, NtmError, UsageFaultsError
from ntm_lib.model_words import close_to, model_words, nearest
from ntm_lib.project import Project
from ntm_lib.provenance import read_record, record_path
from ntm_lib.review import load_review
from ntm_lib.strict_yaml import read_yaml


class _Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: int = 1


class _Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field("x", min_length=1)
    year: int = Field(2000, ge=1990, le=2100)
    share: float = Field(1, gt=0, allow_inf_nan=False)
    on: dt.date = dt.date(2000, 1, 1)
    colour: _Colour = _Colour.RED
    kind: Literal["one", "two"] = "one"
    code: str = Field("1", pattern=r"^\d$")
    parts: tuple[_Part, ...] = ()
    other: _Part | None = None
    is_open: bool = True

    @model_validator(mode="after")
    def _agrees(self) -> "_Whole":
        if self.year == 2013:
            raise ValueError("not that year")
        return self


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_LANG", "en")


@pytest.mark.parametrize(
    ("content", "found", "expected"),
    [
        ({"colur": 1}, "unknown key 'colur'", "'colour'"),
        ({"parts": [{"size": 1, "sise": 2}]}, "unknown key 'sise'", "'size'"),
        ({"other": {"sise": 2}}, "unknown key 'sise'", "'size'"),
        ({"colour": "green"}, "'green'", "one of 'red', 'blue'"),
        ({"kind": 3}, "3", "one of 'one', 'two'"),
        ({"year": "many"}, "'many'", "a whole number"),
        ({"year": 1.5}, "1.5", "a whole number"),
        ({"year": 1989}, "1989", "at least 1990"),
        ({"year": 2101}, "2101", "at most 2100"),
        ({"share": 0}, "0", "more than 0"),
        ({"share": "inf"}, "'inf'", "a finite number"),
        ({"share": None}, "empty", "a number without quotation marks"),
        ({"on": "31/12/2019"}, "'31/12/2019'", "a date such as 2019-12-31"),
        ({"name": 5}, "5", "text"),
        ({"name": ""}, "''", "length at least 1"),
        ({"code": "xx"}, "'xx'", r"text of the form ^\d$"),
        ({"parts": 5}, "5", "a list"),
        ({"parts": ["a"]}, "'a'", "lines of the form `name: value`"),
        ({"name": ["a"]}, "a list", "text"),
        ({"is_open": "perhaps"}, "'perhaps'", "true or false"),
        ({"year": 2013}, "not that year", ""),
    ],
)
def test_each_error_is_told_in_words(content: dict[str, object], found: str, expected: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _Whole.model_validate(content)
    [fault] = model_words(caught.value, _Whole)
    assert (fault.found, fault.expected) == (found, expected)


def test_a_review_with_faults_tells_them_all_without_the_words_of_the_library(own_project: Project) -> None:
    path = own_project.parameters / "review.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("province:", "provinse:"), encoding="utf-8")
    with pytest.raises(UsageFaultsError) as caught:
        load_review(own_project)
    words = str(caught.value)
    assert "key 'province' is missing" in words
    assert "unknown key 'provinse' — expected: 'province'" in words
    assert "pydantic" not in words
    assert "Input" not in words


def test_a_period_that_runs_backwards_prints_no_input(own_project: Project) -> None:
    path = own_project.parameters / "review.yaml"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("last_year")]
    path.write_text("\n".join([*lines, "last_year: 1991"]) + "\n", encoding="utf-8")
    with pytest.raises(UsageFaultsError) as caught:
        load_review(own_project)
    assert "last_year 1991 lies before" in str(caught.value)
    assert "{" not in str(caught.value)


def test_a_malformed_source_record_is_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    record_path(path).write_text("title: A\norigins: B\nnature: guess\n", encoding="utf-8")
    with pytest.raises(FaultsError) as caught:
        read_record(path)
    words = str(caught.value)
    assert "a.csv.source.yaml: origins: unknown key 'origins' — expected: 'origin'" in words
    assert "one of 'fact', 'published'" in words
    assert "key 'sha256' is missing" in words
    assert "https://" not in words


@pytest.mark.parametrize("day", ["2019-13-45", "2019-02-30", "2019-01-01 25:00:00"])
def test_a_day_that_no_calendar_has_names_file_and_line(tmp_path: Path, day: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(f"title: A\non: {day}\n", encoding="utf-8")
    with pytest.raises(NtmError, match=r"a\.yaml:2: .*calendar"):
        read_yaml(path)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("01292", ["01282", "01290", "01291"]),  # one digit wrong, three times; never 01822, which only looks like it
        ("10267", ["01267"]),  # two digits turned round
        ("01726", ["01276", "01762", "01786"]),  # turned round before wrong
        ("1762", ["01762"]),  # the zero that a spreadsheet drops
        ("017622", ["01762"]),
        ("99999", []),
    ],
)
def test_a_mistyped_code_is_told_with_every_code_one_slip_away(typed, meant):
    known = ["01267", "01276", "01282", "01290", "01291", "01762", "01786", "01822"]
    assert close_to(typed, known) == meant
    if meant:
        assert nearest(typed, known, {"01267": "Sông Hiến"}) == ", ".join(
            f"'{code} Sông Hiến'" if code == "01267" else f"'{code}'" for code in meant
        )


def test_a_code_far_from_all_is_told_with_what_looks_like_it_and_a_word_with_one_name():
    assert close_to("0129200", ["01822", "01290", "44444"])[0] == "01290"
    assert nearest("stndard", ["standard", "standards", "mean"]) == "'standard'"


def test_the_codes_told_have_a_limit():
    known = [f"1234{digit}" for digit in range(10)]
    assert close_to("12345", known[:5] + known[6:]) == ["12340", "12341", "12342", "12343", "12344", "12346", "12347", "12348"]  # fmt: skip
