"""Two small invented provinces, set up as an office would: ``ntm new``, and files written by hand."""

import csv
import datetime as dt
from pathlib import Path

import openpyxl

from ntm_lib.new_project import new_project
from ntm_lib.project import Project
from ntm_lib.submissions.forms import FormColumn, form_of
from ntm_lib.submissions.forms.layout import FIRST_LINE, Role
from ntm_lib.submissions.model import Sender

SHIPPED = Project(Path(__file__).parent.parent)
WITH_DISTRICTS = """
99,Tỉnh Thử Nghiệm,Thử Nghiệm,province,tinh,,2008-01-01,dbsh,,,
991,Huyện Sông Trên,Sông Trên,district,huyen,99,2008-01-01,,,,
992,Thị xã Cửa Sông,Cửa Sông,district,thi_xa,99,2008-01-01,,,,
99001,Xã Bến Gỗ,Bến Gỗ,commune,xa,991,2008-01-01,,20.31,106.30,12.5
99004,Xã Đồng Trầm,Đồng Trầm,commune,xa,991,2008-01-01,,20.33,106.34,9.1
99007,Thị trấn Bến Mới,Bến Mới,commune,thi_tran,991,2008-01-01,,20.30,106.34,4.2
99010,Xã Bãi Sậy,Bãi Sậy,commune,xa,992,2008-01-01,,20.28,106.38,15
"""
TWO_TIERS = """
98,Tỉnh Hai Cấp,Hai Cấp,province,tinh,,2025-07-01,btb,,,
98002,Xã Mường Thượng,Mường Thượng,commune,xa,98,2025-07-01,,18.21,105.30,120
98005,Xã Mường Hạ,Mường Hạ,commune,xa,98,2025-07-01,,18.30,105.41,96.5
98008,Phường Cầu Đá,Cầu Đá,commune,phuong,98,2025-07-01,,18.22,105.43,30
"""
COLUMNS = [
    "code",
    "name",
    "short_name",
    "level",
    "kind",
    "parent_code",
    "valid_from",
    "region",
    "lat",
    "lon",
    "area_km2",
]
ROUND = """
- id: {name}
  title: {{vi: Đánh giá năm {year}, en: Review of {year}}}
  as_of: {year}-12-31
  due: {due}
"""


def found(root: Path, units: str, years: range, due: dict[str, dt.date]) -> Project:
    """Make a project by ``ntm new`` and write the files that it asks for; the units of the last day of ``years``."""
    needed, _others = new_project(SHIPPED, root)
    assert needed == ["data/units/units.csv", "parameters/review.yaml", "parameters/rounds.yaml"]
    _write_units(root / needed[0], units)
    last = years[-1]
    answers = {
        "province": f'"{units.split(",", maxsplit=1)[0].strip()}"', "first_year": years[0], "last_year": last, "on": f"{last}-12-31"
    }  # fmt: skip
    path = root / needed[1]
    text = path.read_text(encoding="utf-8")
    for name, answer in answers.items():
        assert f"\n{name}:\n" in text
        text = text.replace(f"\n{name}:\n", f"\n{name}: {answer}\n")
    path.write_text(text, encoding="utf-8")
    days = "{" + ", ".join(f"{level}: {day}" for level, day in due.items()) + "}"
    (root / needed[2]).write_text(ROUND.format(name=f"nam_{last}", year=last, due=days), encoding="utf-8")
    return Project(root)


def _write_units(path: Path, units: str) -> None:
    head = path.read_text(encoding="utf-8").strip().split(",")
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, head)
        writer.writeheader()
        for cells in csv.reader(units.strip().splitlines()):
            writer.writerow(dict(zip(COLUMNS, cells, strict=True)) | {"confidence": "invented"})


def fill_in(project: Project, path: Path, sender: Sender) -> None:
    """Write results into the workbook of a commune, cell by cell as a clerk does: all met but what the level is not known of."""
    book = openpyxl.load_workbook(path)
    form = form_of(project, sender)
    for sheet in form.sheets:
        if sheet.table == "b02" and not sheet.is_finding:
            page = book[sheet.name]
            for number, _line in enumerate(sheet.lines):
                for position, column in enumerate(sheet.columns):
                    if column.role is Role.VALUE:
                        row, col = sheet.place(FIRST_LINE + number, position)
                        page.cell(row + 1, col + 1, _answer(column))
    book.save(path)


def _answer(column: FormColumn) -> object:
    if column.type == "yes_no":
        return column.words["1"]
    return 4.5 if column.is_percent and "nghèo" in column.heading else 96 if column.is_percent else 55
