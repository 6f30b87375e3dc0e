"""Reading the results by requirement, and every way in which a file of them can be wrong."""

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ntm_lib import submissions
from ntm_lib.errors import FaultsError, NtmError, UsageError
from ntm_lib.project import Project
from ntm_lib.provenance import record_path
from ntm_lib.submissions import NOT_ASSESSED, read_results, read_table
from ntm_lib.tables import contract

SET = "qd-1980-2016"


def _wide(project: Project, year: str = "2019") -> Path:
    return project.data / "illustrative" / "b02" / f"{year}.csv"


def _change(path: Path, **cells: str) -> None:
    """Write texts into cells; a key such as ``r3__10`` is row 3 as a spreadsheet counts, column 10."""
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for key, text in cells.items():
        row, column = key.removeprefix("r").split("__", 1)
        frame.loc[int(row) - 2, column] = text
    frame.to_csv(path, index=False)


def _words(project: Project) -> str:
    with pytest.raises(FaultsError) as caught:
        read_results(project)
    return str(caught.value)


def test_every_set_has_one_column_per_requirement(project: Project) -> None:
    results = read_results(project)
    assert {key: frame.shape[1] for key, frame in results.values.items()} == {
        "qd-491-2009": 40,
        "qd-491-2009+qd-342-2013": 40,
        SET: 50,
    }
    assert results.is_illustrative
    assert results.unit_vintage == dt.date(2019, 12, 31)
    for key, frame in results.values.items():
        assert frame.index.is_unique
        for other in (results.status[key], results.as_of[key], results.origin[key]):
            assert other.index.equals(frame.index)


def test_each_line_leads_back_to_its_file_and_row(project: Project) -> None:
    results = read_results(project)
    place = results.origin[SET].loc[("01762", 2018)]
    lines = (project.root / place["file"]).read_text(encoding="utf-8").splitlines()
    cells = dict(zip(lines[0].split(","), lines[int(place["row"]) - 1].split(","), strict=True))
    assert cells["commune_code"] == "01762"
    assert float(cells["17.1/clean"]) == results.values[SET].loc[("01762", 2018), "17.1/clean"]


def test_empty_is_missing_and_khong_xet_is_not_assessed(own_project: Project) -> None:
    _change(_wide(own_project), r2__10="", r2__11="0", r2__7="khong_xet")
    code = pd.read_csv(_wide(own_project), dtype=str)["commune_code"][0]
    line = read_results(own_project).values[SET].loc[(code, 2019)]
    assert np.isnan(line["10"])
    assert line["11"] == 0
    assert line["7"] == NOT_ASSESSED


def test_a_cut_off_date_hides_what_was_reported_later(project: Project) -> None:
    then = read_results(project, as_of=dt.date(2019, 6, 30))
    status = then.status[SET].groupby(level="year").unique().map(list)
    assert status.to_dict() == {
        2016: ["actual"],
        2017: ["actual"],
        2018: ["actual"],
        2019: ["estimate"],
        2020: ["estimate"],
    }
    assert all((dates <= pd.Timestamp("2019-06-30")).all() for dates in then.as_of.values())
    later = read_results(project)
    assert set(later.status[SET]) == {"actual"}
    assert not later.values[SET].xs(2019, level="year").equals(then.values[SET].xs(2019, level="year"))
    early = read_results(project, as_of=dt.date(2012, 12, 31))
    assert set(early.values) == {"qd-491-2009"}


def test_bad_cells_of_all_files_are_told_at_once(own_project: Project) -> None:
    _change(
        _wide(own_project), **{"r2__4.2": "101", "r3__4.2": "inf", "r4__10": "-3", "r5__1.1": "0.5", "r6__11": "nan"}
    )
    _change(_wide(own_project, "2015"), **{"r7__9.2": "nhiều", "r8__9.1": "1e400"})
    words = _words(own_project)
    for place in ("2019.csv:2, 4.2", "2019.csv:3, 4.2", "2019.csv:4, 10", "2019.csv:5, 1.1", "2019.csv:6, 11",
                  "2015.csv:7, 9.2", "2015.csv:8, 9.1"):  # fmt: skip
        assert place in words, place
    assert words.count("\n  - ") == 7


def test_bad_heads_are_told_at_once(own_project: Project) -> None:
    _change(_wide(own_project), r2__commune_code="99999", r3__year="2019.5", r4__status="done", r5__as_of_date="2019")
    words = _words(own_project)
    for place in ("2019.csv:2, commune_code", "2019.csv:3, year", "2019.csv:4, status", "2019.csv:5, as_of_date"):
        assert place in words, place


@pytest.mark.parametrize("text", ["1_0", "٥٠", "50\u00a0", " 50", "1e1", "0x1", "5.", ".5", "1,5", "+-1"])
def test_a_number_is_written_in_plain_digits(own_project: Project, text: str) -> None:
    _change(_wide(own_project), **{"r3__4.2": text})
    words = _words(own_project)
    assert f"2019.csv:3, 4.2: '{text}'" in words
    assert words.count("\n  - ") == 1


def test_actual_results_are_of_the_end_of_the_year_or_later(own_project: Project) -> None:
    _change(_wide(own_project), r2__as_of_date="2019-12-30", r2__status="actual", r3__as_of_date="2020-01-15",
            r3__status="actual", r4__as_of_date="2019-11-30", r4__status="estimate")  # fmt: skip
    words = _words(own_project)
    assert "2019.csv:2, as_of_date: '2019-12-30'" in words
    assert words.count("\n  - ") == 1


def test_blank_lines_are_told_and_shift_no_row(own_project: Project) -> None:
    path = _wide(own_project)
    lines = path.read_text(encoding="utf-8").splitlines()
    commas = "," * lines[0].count(",")
    for text, rows in (
        ([*lines[:2], "", *lines[2:4], commas, "", ""], ["3", "6", "7", "8"]),
        ([*lines[:2], "", *lines[2:4], "01762,2019", "   ", *lines[4:]], ["3", "6", "7"]),
    ):
        path.write_text("\n".join(text) + "\n", encoding="utf-8")
        told = [line.split(": ")[0].rpartition(":")[2] for line in _words(own_project).splitlines()[1:]]
        assert told == rows


def test_a_line_that_stands_twice_is_refused(own_project: Project) -> None:
    path = _wide(own_project)
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, lines[1]]) + "\n", encoding="utf-8")
    assert f"2019.csv:{len(lines) + 1}" in _words(own_project)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("commune_code,year,set_id,status,as_of_date,99.9\n01762,2019,qd-1980-2016,actual,2019-12-31,1\n", "99.9"),
        ("commune_code,year,set_id,status,as_of_date,10\n01762,2019,qd-0000,actual,2019-12-31,1\n", "qd-0000"),
        ("commune_code,year,10\n01762,2019,1\n", "as_of_date"),
        ("commune_code,year,set_id,status,as_of_date,10,10\n01762,2019,qd-1980-2016,actual,2019-12-31,1,2\n", "10"),
        ("commune_code,year,set_id,status,as_of_date,10\n", "2019.csv"),
        ("commune_code,year,set_id,status,as_of_date,10\n01762,2019\n", "2019.csv"),
        ("", "2019.csv"),
    ],
)
def test_broken_files_are_told(own_project: Project, text: str, told: str) -> None:
    _wide(own_project).write_text(text, encoding="utf-8")
    assert told in _words(own_project)


def test_a_file_in_another_encoding_is_told(own_project: Project) -> None:
    _wide(own_project).write_bytes(b"commune_code,year,set_id,status,as_of_date,10\n\xff\n")
    assert "2019.csv" in _words(own_project)


def test_source_records_must_name_one_vintage(own_project: Project) -> None:
    record = record_path(_wide(own_project))
    record.write_text(record.read_text(encoding="utf-8").replace("2019-12-31", "2020-12-31"), encoding="utf-8")
    with pytest.raises(NtmError, match="unit_vintage"):
        read_results(own_project)


def test_the_tidy_form_keeps_the_contract_and_the_values(project: Project) -> None:
    results = read_results(project)
    tidy = results.tidy()
    contract("b02").check(tidy, "b02")
    reported = sum(int(frame.notna().to_numpy().sum()) for frame in results.values.values())
    assert len(tidy) == reported
    assert tidy["is_not_assessed"].sum() == sum(
        int(np.isinf(frame.to_numpy()).sum()) for frame in results.values.values()
    )


def test_other_tables_are_read_with_their_cut_off(project: Project) -> None:
    now = read_table("b10", project)
    assert now.is_illustrative
    assert set(now.frame["status"]) == {"actual"}
    then = read_table("b10", project, dt.date(2019, 6, 30)).frame
    assert set(then.loc[then["year"] == 2019, "status"]) == {"estimate"}
    assert not then.duplicated(["commune_code", "year", "poverty_standard"]).any()


def test_a_table_nobody_handed_in_is_told(project: Project) -> None:
    with pytest.raises(NtmError, match="B13"):
        read_table("b13", project)
    with pytest.raises(UsageError, match="b99"):
        submissions.read_table("b99", project)


def test_no_results_at_all_is_told(own_project: Project) -> None:
    for path in (own_project.data / "illustrative" / "b02").glob("*.csv"):
        path.unlink()
    with pytest.raises(NtmError, match="b02"):
        read_results(own_project)
