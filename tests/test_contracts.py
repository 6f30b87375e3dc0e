"""The column contracts B1-B17 and what happens to a file that does not keep them."""

from pathlib import Path

import pandas as pd
import pytest

from ntm_lib.errors import FaultsError, UsageError
from ntm_lib.project import Project
from ntm_lib.tables import contract, table_ids

B10 = "commune_code,year,poverty_standard,households,poor_households,poor_pct,status,as_of_date"
GOOD = "01762,2019,multidimensional_2016_2020,400,48,12,actual,2019-12-31"


def _file(folder: Path, *lines: str, header: str = B10) -> Path:
    path = folder / "b10.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def _full(folder: Path, *lines: str) -> Path:
    """Write B10 with every column of the contract; the columns not given stay empty."""
    rows = pd.DataFrame([line.split(",") for line in lines], columns=B10.split(","))
    path = folder / "b10.csv"
    rows.reindex(columns=contract("b10").names, fill_value="").to_csv(path, index=False)
    return path


def _words(path: Path) -> str:
    with pytest.raises(FaultsError) as caught:
        contract("b10").read_csv(path)
    return str(caught.value)


def test_seventeen_tables_are_agreed() -> None:
    assert table_ids() == [f"b{number:02}" for number in range(1, 18)]


@pytest.mark.parametrize("table", [f"b{number:02}" for number in range(1, 18)])
def test_each_contract_is_whole(table: str) -> None:
    agreed = contract(table)
    assert agreed.id == table
    assert "year" in agreed.key
    assert {"status", "as_of_date", "source_doc", "reported_by", "note"} <= set(agreed.names)
    assert all(column.label.vi and column.label.en and column.definition for column in agreed.columns)
    assert all(column.unit for column in agreed.columns if column.type == "number"), "a number without a unit"
    assert set(agreed.schema().columns) == set(agreed.names)


def test_an_empty_table_of_the_agreed_columns_passes() -> None:
    for table in table_ids():
        agreed = contract(table)
        frame = pd.DataFrame({column.name: pd.Series(dtype=column.dtype) for column in agreed.columns})
        agreed.check(frame, table)


def test_codes_stay_text_and_empty_is_missing(tmp_path: Path) -> None:
    frame = contract("b10").read_csv(_full(tmp_path, GOOD, GOOD.replace("01762", "01765").replace(",48,12,", ",,,")))
    assert frame["commune_code"].tolist() == ["01762", "01765"]
    assert frame["poor_households"].isna().tolist() == [False, True]
    assert frame["poor_pct"].isna().tolist() == [False, True]
    assert frame["note"].isna().all()


def test_zero_is_zero(tmp_path: Path) -> None:
    frame = contract("b10").read_csv(_full(tmp_path, GOOD.replace(",48,12,", ",0,0,")))
    assert frame["poor_households"].tolist() == [0]


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    words = _words(
        _full(
            tmp_path,
            GOOD,
            "01762,2019,multidimensional_2016_2020,400,48,12,actual,2019-12-31",
            "1762x,2019,multidimensional_2016_2020,400,48,12,actual,2019-12-31",
            "01765,2019,own_line,400,500,120,actual,2019-12-31",
            "01766,2019,multidimensional_2016_2020,many,4.5,inf,guess,31/12/2019",
        )
    )
    for place in (
        "b10.csv:4, commune_code", "b10.csv:5, poverty_standard", "b10.csv:5, poor_pct", "b10.csv:5: ",
        "b10.csv:6, households", "b10.csv:6, poor_households", "b10.csv:6, poor_pct", "b10.csv:6, status",
        "b10.csv:6, as_of_date",
    ):  # fmt: skip
        assert place in words, place
    assert "poor_households <= households" in words
    assert words.count("commune_code, year, poverty_standard, as_of_date") == 2, "both lines of the repeated key"


def test_blank_lines_are_told_with_their_row(tmp_path: Path) -> None:
    path = _full(tmp_path, GOOD, GOOD.replace("01762", "01765"))
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], "", lines[1], "  ", lines[2]]) + "\n", encoding="utf-8")
    assert [line.split(": ")[0] for line in _words(path).splitlines()[1:]] == ["  - b10.csv:2", "  - b10.csv:4"]


def test_missing_and_unknown_columns_are_named(tmp_path: Path) -> None:
    words = _words(_file(tmp_path, GOOD + ",1", header=B10 + ",colour"))
    assert "'colour'" in words
    assert "'income_per_head_vnd_million'" in words


def test_a_file_that_is_not_utf8_or_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "b10.csv"
    path.write_bytes(B10.encode() + b"\n\xff\xfe\n")
    assert "b10.csv" in _words(path)
    assert "none.csv" in _words(tmp_path / "none.csv")


def test_sums_are_checked(project: Project) -> None:
    agreed = contract("b06", project)
    frame = agreed.read_csv(project.data / "illustrative" / "b06.csv")
    frame.loc[3, "total_vnd_million"] += 1
    with pytest.raises(FaultsError) as caught:
        agreed.check(frame, "b06.csv")
    assert [fault.where for fault in caught.value.faults] == ["b06.csv:5"]


def test_an_unknown_table_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="b01, b02"):
        contract("b18")


def test_a_contract_with_unknown_words_is_refused(own_project: Project) -> None:
    path = own_project.data / "contracts" / "b10.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "colour: red\n", encoding="utf-8")
    with pytest.raises(FaultsError, match=r"b10\.yaml: colour"):
        contract("b10", own_project)
