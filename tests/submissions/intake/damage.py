"""Ways to damage a workbook or file, each with the rule that must tell it."""

import datetime as dt
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from ntm_lib.submissions.intake.opening import LARGEST_FILE
from ntm_lib.submissions.model import Weight

sys.path.insert(0, str(Path(__file__).parent))

OLE = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600
# The district's sheet of capital: head in row 5 (ids) and 6, lines from row 9; A code, B name, C year, D status, E date.
CAPITAL, LISTED, DEBTS, POVERTY = "Biểu 06", 9, "Biểu 07", "Biểu 10"


def edited(data: bytes, change: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.load_workbook(BytesIO(data))
    change(book)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def repacked(data: bytes, parts: dict[str, bytes], without: tuple[str, ...] = ()) -> bytes:
    """Return an archive with other or more parts."""
    content = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts and name not in without:
                new.writestr(name, old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return content.getvalue()


def packed(**parts: bytes) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), part)
    return content.getvalue()


def flagged(data: bytes) -> bytes:
    """Return an archive whose parts say that they are encrypted."""
    content = bytearray(data)
    at = 0
    while (at := content.find(b"PK\x01\x02", at)) >= 0:
        content[at + 8] |= 1
        at += 4
    return bytes(content)


def broken_stream(data: bytes) -> bytes:
    """Return an archive with one part whose packed bytes were overwritten."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        part = archive.getinfo("xl/worksheets/sheet3.xml")
    start = part.header_offset + 80
    return data[:start] + b"\xff" * 200 + data[start + 200 :]


FILES: dict[str, tuple[str, Callable[[bytes], bytes], str, str]] = {
    "empty": ("a.xlsx", lambda _good: b"", "file.empty", "rỗng"),
    "too large": ("a.xlsx", lambda _good: b"PK" + b"\0" * LARGEST_FILE, "file.large", "MB"),
    "a text with the name of a workbook": (
        "a.xlsx",
        lambda _good: b"xin chao",
        "file.not_workbook",
        "không phải bảng tính",
    ),
    "a PDF": ("a.pdf", lambda _good: b"%PDF-1.4", "file.pdf", "PDF"),
    "a web page": ("a.xls", lambda _good: b"<html><table>", "file.html", "trang web"),
    "a picture": ("a.png", lambda _good: b"\x89PNG", "file.kind", ".png"),
    "an old workbook": ("a.xls", lambda _good: OLE + "Workbook".encode("utf-16-le"), "file.xls", ".xls"),
    "a password": ("a.xlsx", lambda _good: OLE + "EncryptedPackage".encode("utf-16-le"), "file.password", "mật khẩu"),
    "an old document": ("a.doc", lambda _good: OLE + "WordDocument".encode("utf-16-le"), "file.ole", "văn bản Office"),
    "cut off": ("a.xlsx", lambda good: good[: len(good) // 2], "file.truncated", "cắt cụt"),
    "first bytes only": ("a.xlsx", lambda good: good[:40], "file.truncated", "cắt cụt"),
    "a zip bomb": (
        "a.xlsx",
        lambda good: repacked(good, {"xl/media/a.bin": b"\0" * (40 << 20)}),
        "zip.bomb",
        "giải nén",
    ),
    "too many parts": (
        "a.xlsx",
        lambda good: repacked(good, {f"xl/media/{at}.bin": b"" for at in range(2100)}),
        "zip.entries",
        "phần",
    ),
    "a name that leads outside": (
        "a.xlsx",
        lambda good: repacked(good, {"../../etc/x": b""}),
        "zip.path",
        "../../etc/x",
    ),
    "a name from the root": ("a.xlsx", lambda good: repacked(good, {"C:\\x": b""}), "zip.path", "C:"),
    "encrypted parts": ("a.xlsx", flagged, "zip.encrypted", "mã hóa"),
    "a part twice": ("a.xlsx", lambda good: repacked(good, {"XL/Workbook.xml": b""}), "zip.twice", "lặp"),
    "macros": ("a.xlsm", lambda good: repacked(good, {"xl/vbaProject.bin": b"x"}), "file.macros", "macro"),
    "a binary workbook": (
        "a.xlsb",
        lambda _good: packed(xl__workbook_bin=b"").replace(b"workbook_bin", b"workbook.bin"),
        "file.xlsb",
        ".xlsb",
    ),
    "a document": ("a.docx", lambda _good: packed(word__document_xml=b""), "file.docx", "Word"),
    "OpenDocument": ("a.ods", lambda _good: packed(content_xml=b""), "file.ods", "OpenDocument"),
    "a zip of workbooks": ("a.zip", lambda good: packed(a=good), "file.zip", "zip"),
    "parts missing": (
        "a.xlsx",
        lambda good: repacked(good, {}, ("xl/_rels/workbook.xml.rels",)),
        "book.damaged",
        "bị hỏng",
    ),
    "a part that does not unpack": ("a.xlsx", broken_stream, "book.damaged", "bị hỏng"),
    "XML that breaks off": (
        "a.xlsx",
        lambda good: repacked(good, {"xl/worksheets/sheet3.xml": b"<worksheet><sheetData><row"}),
        "book.damaged",
        "bị hỏng",
    ),
    "entities that grow": (
        "a.xlsx",
        lambda good: repacked(good, {"xl/worksheets/sheet3.xml": b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'}),
        "zip.dtd",
        "DTD",
    ),
    "binary CSV": ("a.csv", lambda _good: b"a,b\0c\n1,2,3", "csv.binary", "văn bản"),
    "CSV cut within a letter": ("a.csv", lambda _good: b"\xff\xfea", "csv.code", "ngắt giữa"),
    "CSV without cells": ("a.csv", lambda _good: b"\n\n , \n", "csv.empty", "không có ô"),
    "CSV with an open quotation mark": ("a.csv", lambda _good: b'a,b\n"1,2\n', "csv.quotes", "không tách"),
}


def cell(sheet: str, address: str, value: object) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        book[sheet][address] = value

    return change


def line(sheet: str, row: int, **cells: object) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        for column, value in cells.items():
            book[sheet][f"{column}{row}"] = value

    return change


def column_of(page: Worksheet, item: str) -> str:
    return next(cell.column_letter for cell in page[5] if cell.value == item)


def in_column(sheet: str, item: str, value: object, **look: object) -> Callable[[openpyxl.Workbook], None]:
    """Put a value into the first listed line of a column."""

    def change(book: openpyxl.Workbook) -> None:
        page = book[sheet]
        place = page[f"{column_of(page, item)}{LISTED}"]
        place.value = value
        for name, of_look in look.items():
            setattr(place, name, of_look)

    return change


def twice(book: openpyxl.Workbook) -> None:
    book.copy_worksheet(book[CAPITAL]).title = "Biểu 06 (2)"


def stamp(name: str, value: str) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        for row in book["_ntm"].iter_rows():
            if row[0].value == name:
                row[1].value = value

    return change


def hide_row(book: openpyxl.Workbook) -> None:
    book[CAPITAL].row_dimensions[LISTED + 1].hidden = True


def hide_column(book: openpyxl.Workbook) -> None:
    book[CAPITAL].column_dimensions["K"].hidden = True


def merge(area: str) -> Callable[[openpyxl.Workbook], None]:
    return lambda book: book[CAPITAL].merge_cells(area)


def new_column(book: openpyxl.Workbook) -> None:
    page = book[CAPITAL]
    page.cell(6, page.max_column + 1, "Nguồn xổ số")
    for row in range(LISTED, LISTED + 5):
        page.cell(row, page.max_column, 5)


def column_twice(book: openpyxl.Workbook) -> None:
    page = book[CAPITAL]
    page.cell(5, page.max_column + 1, "provincial_vnd_million")


def without_column(book: openpyxl.Workbook) -> None:
    page = book[CAPITAL]
    page.delete_cols(4)


def totals(book: openpyxl.Workbook) -> None:
    page = book[CAPITAL]
    row = page.max_row + 1
    page.cell(row, 1, "Tổng cộng")
    page.cell(row, 8, 12345)
    page.cell(row + 2, 2, "NGƯỜI LẬP BIỂU")


def far(book: openpyxl.Workbook) -> None:
    book[CAPITAL]["F1048576"] = 1


def hide_sheet(book: openpyxl.Workbook) -> None:
    book[CAPITAL].sheet_state = "hidden"


def strange_sheet(book: openpyxl.Workbook) -> None:
    book.create_sheet("Nháp")["A1"] = 5.0


def foreign_sheet(book: openpyxl.Workbook) -> None:
    page = book.create_sheet("Biểu 08")
    page["A4"], page["A5"] = "ntm:b08:", 5.0


def no_year(book: openpyxl.Workbook) -> None:
    book[CAPITAL][f"C{LISTED}"] = None


W, D, N = Weight.WRONG, Weight.DOUBTFUL, Weight.NOTE
MONEY = "provincial_vnd_million"
BOOKS: dict[str, tuple[Callable[[openpyxl.Workbook], None], str, Weight, str]] = {
    "text in a number": (in_column(CAPITAL, MONEY, "khoảng năm tỷ"), "cell.text", W, "khoảng năm tỷ"),
    "a negative number": (in_column(CAPITAL, MONEY, -5), "cell.negative", W, "-5"),
    "over 100 %": (in_column(POVERTY, "poor_pct", 104.5), "cell.over_100", W, "104.5"),
    "a broken count": (in_column(POVERTY, "poor_households", 3.5), "cell.not_whole", W, "3.5"),
    "a percentage for a count": (in_column(POVERTY, "poor_households", "6,46%"), "cell.percent_for_count", W, "6,46%"),
    "a percent format on a count": (
        in_column(POVERTY, "poor_households", 0.0646, number_format="0.00%"),
        "cell.percent_for_count",
        W,
        "6.46%",
    ),
    "a number that may be two": (in_column(CAPITAL, MONEY, "1.234"), "cell.ambiguous", W, "1.234"),
    "a dash": (in_column(CAPITAL, MONEY, "-"), "cell.dash", D, "-"),
    "a date in a number": (in_column(CAPITAL, MONEY, dt.date(2019, 5, 3)), "cell.date_for_number", W, "03/05/2019"),
    "a formula that ended in an error": (
        in_column(CAPITAL, MONEY, "#DIV/0!", data_type="e"),
        "cell.formula_error",
        W,
        "#DIV/0!",
    ),
    "a formula that was never computed": (in_column(CAPITAL, MONEY, "=1+1"), "cell.formula_uncomputed", W, "công thức"),
    "infinity": (in_column(CAPITAL, MONEY, "9e999"), "cell.infinite", W, "9e999"),
    "not assessed where no rule allows it": (
        in_column(CAPITAL, MONEY, "Không xét"),
        "cell.not_assessed",
        W,
        "Không xét",
    ),
    "a word outside of the list": (in_column(POVERTY, "poverty_standard", "chuẩn cũ"), "cell.choice", W, "chuẩn cũ"),
    "a date that cannot be read": (in_column(CAPITAL, "period_from", "đầu năm"), "cell.date", W, "đầu năm"),
    "a day that does not exist": (in_column(CAPITAL, "period_from", "31/02/2018"), "cell.no_such_day", W, "31/02/2018"),
    "a wrong year": (line(CAPITAL, LISTED, C=2011), "line.wrong_year", W, "2011"),
    "a year that cannot be read": (line(CAPITAL, LISTED, C="năm ngoái"), "line.year_unreadable", W, "năm ngoái"),
    "no year": (no_year, "line.no_year", W, "không ghi năm"),
    "no status": (line(CAPITAL, LISTED, D=None), "line.no_status", W, "trạng thái"),
    "an unknown status": (line(CAPITAL, LISTED, D="gần xong"), "line.status_unknown", W, "gần xong"),
    "actual before the year is over": (line(CAPITAL, LISTED + 1, D="Thực hiện"), "line.actual_too_early", W, "2019"),
    "a plan for a year past": (line(CAPITAL, LISTED, D="Kế hoạch"), "line.status_doubtful", D, "đã kết thúc"),
    "an estimate for a year past": (line(CAPITAL, LISTED, D="Ước TH"), "line.status_doubtful", D, "Ước thực hiện"),
    "a plan for the running year": (line(CAPITAL, LISTED + 1, D="KH"), "line.status_doubtful", D, "2019"),
    "a date after the cut-off": (line(CAPITAL, LISTED, E=dt.date(2019, 9, 1)), "line.after_cut_off", W, "01/09/2019"),
    "no cut-off date": (line(CAPITAL, LISTED, E=None), "line.no_as_of", N, "ngày chốt"),
    "an unknown code": (line(CAPITAL, LISTED, A="09999", B=None), "line.unknown_code", W, "09999"),
    "a commune of another district": (line(CAPITAL, LISTED, A="01291", B=None), "line.other_district", W, "01291"),
    "a town": (line(CAPITAL, LISTED, A="01726", B=None), "line.outside_programme", W, "01726"),
    "code and name of two communes": (line(CAPITAL, LISTED, B="Xã Minh Thanh"), "line.code_and_name", W, "Minh Thanh"),
    "an unknown name": (line(CAPITAL, LISTED, A=None, B="Xã Tân Lập Đông"), "line.unknown_name", W, "Tân Lập Đông"),
    "figures without a commune": (line(CAPITAL, LISTED, A=None, B=None), "line.no_unit", W, "không ghi xã"),
    "a line twice": (
        lambda book: [book[CAPITAL].cell(LISTED + 1, at, book[CAPITAL].cell(LISTED, at).value) for at in range(1, 30)],
        "line.twice",
        W,
        "lặp",
    ),
    "a line without its key": (line(DEBTS, LISTED, F=None), "line.no_key", W, "để trống"),
    "a line without its name": (line(DEBTS, LISTED, G=None), "line.required", W, "để trống"),
    "totals and signatures below": (totals, "line.total", N, "Tổng cộng"),
    "a sheet twice": (twice, "sheet.twice", W, "lặp"),
    "a hidden sheet": (hide_sheet, "sheet.hidden", D, "bị ẩn"),
    "a sheet of another form": (foreign_sheet, "sheet.foreign", W, "cấp khác"),
    "a sheet of one's own": (strange_sheet, "sheet.unknown", D, "không có trong biểu mẫu"),
    "a renamed sheet": (lambda book: setattr(book[CAPITAL], "title", "Vốn"), "sheet.renamed", N, CAPITAL),
    "a missing sheet": (lambda book: book.remove(book[CAPITAL]), "sheet.missing", N, CAPITAL),
    "a hidden line": (hide_row, "sheet.hidden_lines", D, "bị ẩn"),
    "a hidden column": (hide_column, "sheet.hidden_columns", D, "bị ẩn"),
    "merged figures": (merge(f"H{LISTED}:H{LISTED + 1}"), "sheet.merged", W, "ô gộp"),
    "merged names": (merge(f"B{LISTED}:B{LISTED + 1}"), "sheet.merged_head", N, "ô gộp"),
    "a cell far away": (far, "sheet.far", W, "rất xa"),
    "a new column": (new_column, "column.unknown", D, "Nguồn xổ số"),
    "a column twice": (column_twice, "column.twice", W, "Ngân sách tỉnh"),
    "a column that must be there": (without_column, "column.missing", W, "Trạng thái"),
    "another unit": (stamp("unit", "053"), "stamp.unit", W, "053"),
    "another round": (stamp("round", "so_ket_2018"), "stamp.round", W, "so_ket_2018"),
    "another cut-off date": (stamp("as_of", "2018-06-30"), "stamp.as_of", W, "30/06/2018"),
    "a newer form": (stamp("format", "99"), "stamp.newer", W, "99"),
    "a stamp that was changed": (stamp("as_of", "hôm nay"), "stamp.damaged", W, "bị sửa"),
    "no table": (
        lambda book: [book.remove(page) for page in book.worksheets if page.title[:4] == "Biểu"],
        "book.no_table",
        W,
        "không tìm thấy",
    ),
}
