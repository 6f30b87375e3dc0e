"""What the fast reader does not tell of a sheet: hidden and merged cells, broken formulas, percent formats, how far it goes."""

import re
import zipfile
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from posixpath import join, normpath
from xml.etree.ElementTree import Element, ParseError, fromstring

from openpyxl.utils.cell import column_index_from_string, coordinate_to_tuple, range_boundaries

from ntm_lib.messages import _
from ntm_lib.submissions.intake.faults import Findings

FARTHEST_ROW, FARTHEST_COLUMN = 20_000, 700
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ROW = re.compile(rb"<row\b([^>]*)>")
_NUMBER = re.compile(rb'\br="(\d+)"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_COLUMN = re.compile(rb"<col\b[^>]*>")
_MERGED = re.compile(rb'<mergeCell\b[^>]*\bref="([A-Z0-9:]+)"')
_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]{1,3}\d{1,7})"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_VALUE = re.compile(rb"<v>(.*?)</v>", re.DOTALL)
_FAR = rb"""["'](?:[A-Za-z]{3,}\d+|[A-Za-z]+\d{5,})["']"""
_FAR_PLACE = re.compile(_FAR)
_FAR_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*\s)?r\s*=\s*(" + _FAR + rb")[^>]*(?<!/)>\s*<(?!/)")
_FAR_ROW = re.compile(rb"""<(?:\w+:)?row\s(?:[^>]*\s)?r\s*=\s*["'](\d{5,})["'][^>]*>\s*<(?:\w+:)?c\b(?![^>]*\sr\s*=)""")

Place = tuple[int, int]


@dataclass(frozen=True)
class Anatomy:
    """One sheet. Rows and columns from 0; merged ranges as (first row, first column, last row, last column)."""

    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    errors: dict[Place, str] = field(default_factory=dict)
    uncomputed: frozenset[Place] = frozenset()
    percents: frozenset[Place] = frozenset()
    too_far: str = ""
    """Address of a cell so far out that the sheet is not read; empty for none."""


def read_anatomy(data: bytes, findings: Findings) -> dict[str, Anatomy] | None:
    """Look at every sheet of a workbook; None when its parts are damaged, which is told."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = _parts(archive)
            percents = _percent_styles(archive)
            if any(name.startswith("xl/externalLinks/") for name in archive.namelist()):
                text = _("formulas refer to other files; the values kept in the workbook are read")
                findings.note("book.links", text, action=_("Put the values in place of the links."))
            found = {}
            for name, part in parts.items():
                content = archive.read(part)
                if b"<!DOCTYPE" in content[:2000] or b"<!ENTITY" in content[:2000]:
                    text = _("the sheet holds definitions that no workbook needs (DTD)")
                    findings.wrong("zip.dtd", text, sheet=name, action=_("Ask the sender to save the workbook anew."))
                    return None
                found[name] = _anatomy(content, percents)
            return found
    except (
        zipfile.BadZipFile,
        KeyError,
        ParseError,
        EOFError,
        ValueError,
        zipfile.LargeZipFile,
        zlib.error,
        NotImplementedError,
        OSError,
    ) as error:
        text = _("the inner parts of the workbook are damaged ({detail})").format(detail=_short(error))
        findings.wrong(
            "book.damaged", text, action=_("Open it in Excel, let it be repaired, save it and send it again.")
        )
    return None


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:80] if str(error) else type(error).__name__


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part that holds each sheet, by the sheet's name."""
    related = {
        item.get("Id"): item.get("Target", "")
        for item in _xml(archive, "xl/_rels/workbook.xml.rels")
        if item.get("Target")
    }
    sheets = _xml(archive, "xl/workbook.xml").iter(f"{_MAIN}sheet")
    found = {}
    for sheet in sheets:
        target = related[sheet.get(_RELATED)]
        found[sheet.get("name", "")] = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
    return {name: part for name, part in found.items() if "worksheets/" in part}


def _xml(archive: zipfile.ZipFile, part: str) -> Element:
    content = archive.read(part)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise ValueError("DTD")
    return fromstring(content)  # noqa: S314  # entities are refused above


def _percent_styles(archive: zipfile.ZipFile) -> frozenset[bytes]:
    """Return the cell styles that show a number times 100 with a percent sign."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    styles = _xml(archive, "xl/styles.xml")
    own = {item.get("numFmtId") for item in styles.iter(f"{_MAIN}numFmt") if "%" in (item.get("formatCode") or "")}
    listed = styles.find(f"{_MAIN}cellXfs")
    formats = [] if listed is None else list(listed)
    return frozenset(str(at).encode() for at, item in enumerate(formats) if item.get("numFmtId") in own | {"9", "10"})


def _anatomy(content: bytes, percents: frozenset[bytes]) -> Anatomy:
    if far := _too_far(content):
        return Anatomy(too_far=far)
    errors, uncomputed, shares = _special_cells(content, percents)
    return Anatomy(
        _hidden_rows(content),
        _hidden_columns(content),
        tuple(_merged(content)),
        errors,
        uncomputed,
        shares,
    )


def _too_far(content: bytes) -> str:
    """Return the first cell with a value beyond any form: the fast reader would make room for all up to it.

    Whatever the order of the attributes, the number of letters and digits; a cell without address stands where its row does.
    """
    if _FAR_PLACE.search(content):
        for match in _FAR_CELL.finditer(content):
            address = match[1][1:-1].decode().upper()
            letters = address.rstrip("0123456789")
            column = column_index_from_string(letters) if len(letters) <= 3 else FARTHEST_COLUMN + 1
            if column > FARTHEST_COLUMN or int(address[len(letters) :]) > FARTHEST_ROW:
                return address[:20]
    for match in _FAR_ROW.finditer(content):
        if int(match[1]) > FARTHEST_ROW:
            return f"A{match[1].decode()}"[:20]
    return ""


def _hidden_rows(content: bytes) -> frozenset[int]:
    if not _HIDDEN.search(content):
        return frozenset()
    found = set()
    for match in _ROW.finditer(content):
        if _HIDDEN.search(match[1]) and (number := _NUMBER.search(match[1])):
            found.add(int(number[1]) - 1)
    return frozenset(found)


def _hidden_columns(content: bytes) -> frozenset[int]:
    found: set[int] = set()
    for match in _COLUMN.finditer(content[: max(content.find(b"<sheetData"), 0)]):
        if _HIDDEN.search(match[0]):
            first, last = (re.search(rb'\b%s="(\d+)"' % name, match[0]) for name in (b"min", b"max"))
            if first and last:
                found |= set(range(int(first[1]) - 1, min(int(last[1]), FARTHEST_COLUMN)))
    return frozenset(found)


def _merged(content: bytes) -> list[tuple[int, int, int, int]]:
    found = []
    for match in _MERGED.finditer(content, max(content.find(b"<mergeCells"), 0)):
        left, top, right, bottom = range_boundaries(match[1].decode())
        found.append((top - 1, left - 1, bottom - 1, right - 1))
    return found


def _special_cells(
    content: bytes, percents: frozenset[bytes]
) -> tuple[dict[Place, str], frozenset[Place], frozenset[Place]]:
    """Find formulas that ended in an error or were never computed, and numbers shown as percentages."""
    errors: dict[Place, str] = {}
    uncomputed, shares = set(), set()
    has_formulas = b"<f>" in content or b"<f " in content or b"<f/" in content or b't="e"' in content
    if not has_formulas and not any(b's="%s"' % style in content for style in percents):
        return errors, frozenset(), frozenset()
    for match in _CELL.finditer(content):
        place = _PLACE.search(match[1])
        inside = match[2] or b""
        if place is None or not inside:
            continue
        value = _VALUE.search(inside)
        row, column = coordinate_to_tuple(place[1].decode())
        at = (row - 1, column - 1)
        style = _STYLE.search(match[1])
        if b't="e"' in match[1]:
            errors[at] = value[1].decode("utf-8", "replace") if value else "#"
        elif b"<f" in inside and (value is None or not value[1]) and b't="str"' not in match[1]:
            uncomputed.add(at)
        elif style and style[1] in percents and b't="s"' not in match[1]:
            shares.add(at)
    return errors, frozenset(uncomputed), frozenset(shares)
