"""What is written into a form is what is read back, also after LibreOffice has opened and saved it."""

import datetime as dt
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntm_lib.project import Project
from ntm_lib.submissions.forms import Form, all_senders, fill, form_of, sender_of, write_template
from ntm_lib.submissions.forms.layout import Role
from ntm_lib.submissions.intake import read_file
from ntm_lib.submissions.model import KEY, Level

sys.path.insert(0, str(Path(__file__).parent.parent / "intake"))
from invented_submission import COMMUNE, DAY, DISTRICT, comparable, filled, invent, sender

FORMS = {
    "commune": (sender(), range(2010, 2020)),
    "district": (sender(DISTRICT, Level.DISTRICT), (2016, 2017, 2019)),
    "province": (sender("04", Level.PROVINCE), (2019,)),
    "province of 2025": (sender("04", Level.PROVINCE, dt.date(2025, 12, 31)), (2025,)),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_full_workbook_is_read_back_as_it_was_written(name: str, project: Project, tmp_path: Path) -> None:
    who, years = FORMS[name]
    path, values = filled(tmp_path / "a.xlsx", project, who, tuple(years))
    reading = read_file(path, project)
    assert reading.is_accepted, reading.findings[:5]
    assert reading.sender == who
    pd.testing.assert_frame_equal(comparable(reading.values), comparable(values))
    assert not reading.values[["sheet", "cell"]].eq("").any(axis=None)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32 - 1),
    share=st.floats(0.02, 1),
    level=st.sampled_from([(COMMUNE, Level.COMMUNE), ("01831", Level.COMMUNE), (DISTRICT, Level.DISTRICT)]),
    years=st.sets(st.integers(2012, 2019), min_size=1, max_size=2),
)
def test_any_valid_table_is_read_back_as_the_same_table(
    seed: int, share: float, level: tuple[str, Level], years: set[int], project: Project, tmp_path: Path
) -> None:
    form = form_of(project, sender(*level), years)
    values = invent(form, np.random.default_rng(seed), share)
    values = values.sample(frac=1, random_state=seed % 1000)
    reading = read_file(fill(tmp_path / "a.xlsx", form, values), project)
    assert reading.is_accepted, reading.findings[:5]
    pd.testing.assert_frame_equal(comparable(reading.values), comparable(values))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed on this machine")
def test_libreoffice_opens_recalculates_and_saves_the_same(project: Project, tmp_path: Path) -> None:
    path, values = filled(tmp_path / "a.xlsx", project, sender(), tuple(range(2015, 2020)))
    book = openpyxl.load_workbook(path)  # a formula that only a program that recalculates gives a value
    sheet = book["Biểu 08"]
    place = next(
        cell for row in sheet.iter_rows(min_row=10, min_col=5) for cell in row if isinstance(cell.value, (int, float))
    )
    expected = place.value
    place.value = f"={expected}*1"
    book.save(path)
    assert not read_file(path, project).is_accepted
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to"]
    out = tmp_path / "out"
    subprocess.run([*command, "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(path)], check=True, timeout=180)
    reading = read_file(out / "a.xlsx", project)
    assert reading.is_accepted, reading.findings[:5]
    pd.testing.assert_frame_equal(comparable(reading.values), comparable(values))


def test_the_listed_communes_are_those_of_the_date(project: Project) -> None:
    form = form_of(project, sender(DISTRICT, Level.DISTRICT), (2019,))
    codes = {line["commune_code"] for line in form.sheet("b06").lines}
    assert len(form.units) == 18
    assert codes == set(form.units)
    assert {line["year"] for line in form.sheet("b06").lines} == {2019}


def test_each_level_gets_the_tables_that_it_fills_in(project: Project) -> None:
    def tables(who: object) -> set[str]:
        return {sheet.table for sheet in form_of(project, who, (2019,)).sheets}

    assert tables(sender()) == {f"b{number:02d}" for number in (1, 2, *range(6, 18))}
    assert tables(sender(DISTRICT, Level.DISTRICT)) == {"b02", "b06", "b07", "b10", "b14", "b15", "b16", "b17"}
    assert tables(sender("04", Level.PROVINCE)) == {"b02", "b05", "b14", "b17"}


def test_a_requirement_stands_with_its_unit_its_rule_and_its_clause(project: Project) -> None:
    column = form_of(project, sender(), (2019,)).sheet("b02", "qd-1980-2016").column("15.1")
    assert (column.unit, column.rule) == ("%", "≥ 85%")
    assert "1980/QĐ-TTg" in column.definition
    assert column.heading.startswith("15.1. ")


def test_everybody_of_a_round_is_asked_once(project: Project) -> None:
    senders = all_senders(project, None, DAY)
    assert len({one.unit for one in senders}) == len(senders) == 177 + 13 + 1
    assert sender_of(project, DISTRICT, None, None) == sender(DISTRICT, Level.DISTRICT)


def _book(project: Project, tmp_path: Path) -> tuple[openpyxl.Workbook, Form]:
    form = form_of(project, sender(), (2018, 2019))
    return openpyxl.load_workbook(write_template(tmp_path / "a.xlsx", form)), form


def test_headings_are_locked_and_cells_are_open(project: Project, tmp_path: Path) -> None:
    book, form = _book(project, tmp_path)
    for sheet in form.sheets:
        page = book[sheet.name]
        assert page.protection.sheet
        for position, column in enumerate(sheet.columns):
            row, place = sheet.place(1, position)
            assert page.cell(row + 1, place + 1).protection.locked
            assert page.cell(row + 1, place + 1).value == column.heading
            row, place = sheet.place(4, position)
            cell = page.cell(row + 1, place + 1)
            assert cell.protection.locked == (
                column.role in {Role.UNIT, Role.NAME, Role.YEAR} and cell.value is not None
            )
    assert book.sheetnames[0] == "Hướng dẫn"
    assert [book[name].sheet_state for name in ("_ds", "_ntm")] == ["veryHidden"] * 2


def test_the_first_sheet_explains(project: Project, tmp_path: Path) -> None:
    book, _form = _book(project, tmp_path)
    text = " ".join(str(cell.value) for row in book["Hướng dẫn"].iter_rows() for cell in row if cell.value)
    for words in ("Ô để trống nghĩa là chưa báo cáo; số không ghi 0.", "Minh Thanh", "30/06/2019", "Biểu 13"):
        assert words in text


def test_every_value_cell_is_validated(project: Project, tmp_path: Path) -> None:
    book, form = _book(project, tmp_path)
    for sheet in form.sheets:
        ranges = [rule.sqref for rule in book[sheet.name].data_validations.dataValidation]
        for position, column in enumerate(sheet.columns):
            row, place = sheet.place(4, position)
            cell = book[sheet.name].cell(row + 1, place + 1).coordinate
            is_validated = any(cell in found for found in ranges)
            assert is_validated or column.type in {"text", "code"}, column.item


def test_keys_are_never_told_twice(project: Project) -> None:
    values = invent(form_of(project, sender(), (2018, 2019)), np.random.default_rng(3), 1.0)
    assert not values.duplicated(KEY).any()
