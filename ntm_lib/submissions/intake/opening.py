"""Open a file that came from outside: look at what it is before anything parses it."""

import hashlib
import struct
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Literal

from ntm_lib.messages import _
from ntm_lib.submissions.intake.faults import Findings

MEGABYTE = 1 << 20
LARGEST_FILE = 50 * MEGABYTE
LARGEST_UNPACKED = 300 * MEGABYTE
LARGEST_RATIO = 200  # of an entry above one megabyte; office programs stay under 50
MOST_ENTRIES = 2000
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_WORKBOOK, _TYPES = "xl/workbook.xml", "[Content_Types].xml"
_TEXT_SUFFIXES = {".csv", ".txt", ".tsv"}


@dataclass(frozen=True)
class Opened:
    """One file in memory; ``kind`` is None when it cannot be read, with the reason among the findings."""

    name: str
    data: bytes
    sha256: str
    kind: Literal["xlsx", "csv"] | None


def open_file(path: Path, findings: Findings) -> Opened:
    """Read a file and tell what it is: by its first bytes, and by its name only for text."""
    data = _bytes(path, findings)
    kind = None if data is None else _kind(path, data, findings)
    content = data or b""
    return Opened(path.name, content, hashlib.sha256(content).hexdigest(), kind)


def _bytes(path: Path, findings: Findings) -> bytes | None:
    if not path.exists():
        findings.wrong("file.missing", _("the file does not exist"), action=_("Check the name and the folder."))
    elif not path.is_file():
        findings.wrong("file.folder", _("this is a folder, not a file"), action=_("Give the files in it."))
    elif (size := path.stat().st_size) == 0:
        findings.wrong(
            "file.empty", _("the file is empty (0 bytes)"), action=_("Send the file again; the copy broke off.")
        )
    elif size > LARGEST_FILE:
        text = _("the file has {size} MB").format(size=size // MEGABYTE)
        expected = _("at most {size} MB").format(size=LARGEST_FILE // MEGABYTE)
        findings.wrong("file.large", text, expected=expected, action=_("Take out pictures and attachments."))
    else:
        try:
            return path.read_bytes()
        except OSError as error:
            findings.wrong("file.unreadable", error.strerror or str(error), action=_("Check the rights to the file."))
    return None


def _kind(path: Path, data: bytes, findings: Findings) -> Literal["xlsx", "csv"] | None:
    suffix = path.suffix.lower()
    if data.startswith(_OLE):
        _tell_ole(data, findings)
    elif data.startswith(b"PK"):
        return "xlsx" if _is_safe_workbook(data, findings) else None
    elif suffix in _TEXT_SUFFIXES:
        return "csv"
    elif data.startswith(b"%PDF"):
        findings.wrong(
            "file.pdf", _("this is a PDF"), expected=_xlsx(), action=_("Send the workbook it was printed from.")
        )
    elif data.lstrip()[:1] == b"<":
        text = _("this is a web page or XML that was named a workbook")
        findings.wrong("file.html", text, expected=_xlsx(), action=_save_as())
    elif suffix in {".xlsx", ".xlsm", ".xls"}:
        text = _("the file is not a workbook, whatever its name says")
        findings.wrong("file.not_workbook", text, expected=_xlsx(), action=_save_as())
    else:
        text = _("files of the kind '{suffix}' are not read").format(suffix=suffix or path.name)
        findings.wrong("file.kind", text, expected=_(".xlsx or .csv"), action=_save_as())
    return None


def _xlsx() -> str:
    return _("an Excel workbook (.xlsx)")


def _save_as() -> str:
    return _("Open it in Excel or LibreOffice and save it as Excel workbook (.xlsx).")


def _tell_ole(data: bytes, findings: Findings) -> None:
    """Tell apart what the old container of Office may hold."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        text = _("the workbook is protected by a password to open it")
        findings.wrong(
            "file.password", text, action=_("Take the password off (File, Info, Protect) and send it again.")
        )
    elif "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        findings.wrong("file.xls", _("this is a workbook of the old kind (.xls)"), expected=_xlsx(), action=_save_as())
    else:
        findings.wrong(
            "file.ole", _("this is an old Office document, not a workbook"), expected=_xlsx(), action=_save_as()
        )


def _is_safe_workbook(data: bytes, findings: Findings) -> bool:
    """Look at the directory of the archive, which costs nothing, before any of it is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError, OSError):
        text = _("the file is cut off or damaged: its directory is missing")
        findings.wrong("file.truncated", text, action=_("Copy or send the file again; the transfer broke off."))
        return False
    return _is_tame(entries, findings) and _is_workbook({entry.filename for entry in entries}, findings)


def _is_tame(entries: list[zipfile.ZipInfo], findings: Findings) -> bool:
    if len(entries) > MOST_ENTRIES:
        text = _("the file packs {count} parts").format(count=len(entries))
        findings.wrong("zip.entries", text, expected=_("at most {count}").format(count=MOST_ENTRIES), action=_ask())
        return False
    if outside := next((entry.filename for entry in entries if _leaves(entry.filename)), None):
        text = _("a part of the file is named '{name}', which leads outside of it").format(name=outside[:80])
        findings.wrong("zip.path", text, action=_ask())
        return False
    total = sum(entry.file_size for entry in entries)
    tight = max(
        (entry.file_size / max(entry.compress_size, 1) for entry in entries if entry.file_size > MEGABYTE), default=0
    )
    if total > LARGEST_UNPACKED or tight > LARGEST_RATIO:
        text = _("unpacked the file would have {size} MB, {ratio} times its size")
        text = text.format(
            size=total // MEGABYTE, ratio=round(max(tight, total / max(sum(e.compress_size for e in entries), 1)))
        )
        expected = (
            _("at most {size} MB").format(size=LARGEST_UNPACKED // MEGABYTE)
            if total > LARGEST_UNPACKED
            else _("at most {ratio} times its size").format(ratio=LARGEST_RATIO)
        )
        findings.wrong("zip.bomb", text, expected=expected, action=_ask())
        return False
    if any(entry.flag_bits & 1 for entry in entries):
        text = _("parts of the file are encrypted")
        findings.wrong("zip.encrypted", text, action=_("Save the workbook without a password."))
        return False
    if len({entry.filename.casefold() for entry in entries}) < len(entries):
        findings.wrong("zip.twice", _("a part of the file stands in it twice"), action=_save_as())
        return False
    return True


def _ask() -> str:
    return _("Do not open it; ask the sender to save the workbook anew.")


def _leaves(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name


def _is_workbook(names: set[str], findings: Findings) -> bool:
    if any(name.endswith("vbaProject.bin") for name in names):
        text = _("the workbook holds macros (a program)")
        findings.wrong("file.macros", text, expected=_("a workbook without macros (.xlsx)"), action=_save_as())
    elif "xl/workbook.bin" in names:
        findings.wrong("file.xlsb", _("this is a binary workbook (.xlsb)"), expected=_xlsx(), action=_save_as())
    elif "content.xml" in names:
        findings.wrong("file.ods", _("this is an OpenDocument file (.ods)"), expected=_xlsx(), action=_save_as())
    elif "word/document.xml" in names:
        text = _("this is a Word document")
        findings.wrong("file.docx", text, expected=_xlsx(), action=_("Send the tables as a workbook."))
    elif _WORKBOOK not in names or _TYPES not in names:
        text = _("this is a packed file (zip), not a workbook")
        findings.wrong("file.zip", text, expected=_xlsx(), action=_("Unpack it and give the workbooks themselves."))
    else:
        return True
    return False
