"""Read single cells as clerks write them: decimal commas, percent signs, dates as text, words for yes and no."""

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ntm_lib.messages import _
from ntm_lib.submissions.forms.layout import FormColumn
from ntm_lib.submissions.intake.grids import Broken, Percent, squeeze
from ntm_lib.units.names import loose_key

_WHOLE = re.compile(r"[+-]?\d+")
_DECIMAL = re.compile(r"[+-]?\d+[.,]\d+")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:([. \u202f'])\d{3})(?:\1\d{3})*(?:,\d+)?")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")  # 1.234: a thousand and more, or one and a bit
_CERTAIN = re.compile(r"[+-]?\d+([.,])(?:\d{1,2}|\d{4,})|[+-]?0([.,])\d{3}")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d+")
_DAY_FIRST = re.compile(r"(?:ngay)?(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ t]00:00:00)?")
_SPELLED = re.compile(r"ngay(\d{1,2})thang(\d{1,2})nam(\d{4})")
_YEAR = re.compile(r"(?:năm|year)?\s*(\d{4})(?:[.,]0+)?", re.IGNORECASE)
_FIRST_SERIAL, _LAST_SERIAL = 32_874, 73_415  # 1/1/1990 and 31/12/2100 as spreadsheets number days
_EPOCH = dt.date(1899, 12, 30)
_SILENT = {"-", "–", "—", "…", "...", "..", "x", "na", "khongco", "khongcosolieu", "chuaco", "chuacosolieu", "cdsl", "chuadusolieu",
           "chuabaocao", "null", "nan", "none"}  # fmt: skip
_UNASSESSED = {"khongxet", "kx", "khongdanhgia", "notassessed"}
_YES = {"1", "co", "yes", "x", "dat", "met", "true", "d", "roi"}
_NO = {"0", "khong", "no", "chuadat", "chua", "notmet", "false", "kd", "cd", "k", "khongdat"}
_STATUS = {
    "actual": {"th", "thuchien", "actual"},
    "estimate": {"uoc", "uocth", "uocthuchien", "estimate", "estimated"},
    "plan": {"kh", "kehoach", "plan", "planned"},
}
_TITLE = {
    "ntm": {"ntm", "datchuan", "xadatchuan", "datchuanntm", "xantm", "nongthonmoi", "datchuannongthonmoi"},
    "advanced": {"nangcao", "ntmnangcao", "xanangcao", "nongthonmoinangcao"},
    "model": {"kieumau", "ntmkieumau", "xakieumau", "nongthonmoikieumau"},
}
_SPELLINGS = {"status": _STATUS, "title": _TITLE, "target_level": _TITLE}

UNASSESSED = math.inf


@dataclass(frozen=True)
class Trouble:
    """A cell that gives no value: the rule that it breaks, what is expected, what to do; ``is_doubtful``: taken as empty."""

    rule: str
    expected: str
    action: str = ""
    is_doubtful: bool = False


@dataclass(frozen=True)
class Read:
    """A value, and what was understood on the way (empty: nothing to tell)."""

    value: float | str | dt.date
    note: str = ""


def plain(text: str) -> str:
    """Return a text in NFC with single ordinary spaces and without signs that are not seen."""
    text = unicodedata.normalize("NFC", text).replace("\u00a0", " ").replace("\u200b", "").replace("\ufeff", "")
    return squeeze(text)


@lru_cache(maxsize=8192)
def _folded(text: str) -> str:
    return loose_key(text) or text.strip().casefold()


def decimal_mark(texts: Iterable[str]) -> str:
    """Return the mark that stands before decimals in a sheet, when numbers that can be read in one way show it."""
    found = {match[1] or match[2] for text in texts if (match := _CERTAIN.fullmatch(text.strip()))}
    return found.pop() if len(found) == 1 else ""


def as_number(cell: object, column: FormColumn, mark: str = "") -> Read | Trouble:
    """Read a number, a whole number or yes/no within the limits of its column; ``mark``: see `decimal_mark`."""
    if isinstance(cell, Broken):
        return _broken(cell)
    if isinstance(cell, Percent):
        return _within(_shown(cell, column), column)
    if isinstance(cell, (bool, dt.date, dt.time, dt.timedelta)):
        return _of_other_kind(cell, column)
    if isinstance(cell, (int, float)):
        if column.type == "yes_no" and cell in {0, 1}:
            return _answer(float(cell), column)
        return _within(Read(float(cell)), column)
    return _from_text(plain(str(cell)), column, mark)


def _of_other_kind(cell: bool | dt.date | dt.time | dt.timedelta, column: FormColumn) -> Read | Trouble:
    if isinstance(cell, bool):
        return (
            _answer(float(cell), column) if column.type == "yes_no" else Trouble("cell.text", _number_expected(column))
        )
    action = _("Set the format of the cell to a number and write the figure again.")
    return Trouble("cell.date_for_number", _number_expected(column), action)


def _broken(cell: Broken) -> Trouble:
    if cell.text:
        return Trouble("cell.formula_error", _("a value"), _("Correct the formula, or write the figure itself."))
    action = _("Open the workbook, let it compute, and save it.")
    return Trouble("cell.formula_uncomputed", _("a formula with its value"), action)


def _shown(cell: Percent, column: FormColumn) -> Read | Trouble:
    if not column.is_percent:
        return Trouble("cell.percent_for_count", _number_expected(column), _("Write the number itself, not a share."))
    return Read(round(float(cell) * 100, 10), _("the cell shows a percentage: read as it is shown"))


def _from_text(text: str, column: FormColumn, mark: str) -> Read | Trouble:
    folded = _folded(text)
    if folded in _UNASSESSED:
        return _unassessed(column)
    if column.type == "yes_no":
        return _yes_no(text, folded, column)
    if folded in _SILENT:
        action = _("Leave the cell empty when it is not reported; write 0 when there is none.")
        return Trouble("cell.dash", _("a number, or an empty cell"), action, is_doubtful=True)
    is_share = text.endswith("%")
    if is_share and not column.is_percent:
        return Trouble("cell.percent_for_count", _number_expected(column), _("Write the number itself, not a share."))
    bare = _without_unit(text, column)
    number = _parse(bare, mark)
    if number is None:
        return _no_number(bare, column)
    note = _("a percent sign was left out") if is_share else _("numbers stand as text and were read as numbers")
    return _within(Read(number, note), column)


def _unassessed(column: FormColumn) -> Read | Trouble:
    if column.may_be_unassessed:
        return Read(UNASSESSED)
    action = _("Write the value; only some requirements may be left out.")
    return Trouble("cell.not_assessed", _number_expected(column), action)


def _no_number(bare: str, column: FormColumn) -> Trouble:
    if _EITHER.fullmatch(bare):
        action = _("Write {whole} or {decimal}.").format(
            whole=re.sub(r"[.,]", "", bare), decimal=bare.replace(".", ",")
        )
        return Trouble("cell.ambiguous", _("a number that can be read in one way"), action)
    return Trouble("cell.text", _number_expected(column), _("Write figures only; remarks go into the column of notes."))


def _answer(value: float, column: FormColumn) -> Read:
    """Read an answer that does not stand in the words of the form."""
    note = _("answers stand in other words than those of the form")
    return Read(value, f"{note} ({column.words.get(f'{value:.0f}', f'{value:.0f}')})")


def _yes_no(text: str, folded: str, column: FormColumn) -> Read | Trouble:
    words = {_folded(word): value for value, word in column.words.items()}
    if folded in words:
        return Read(float(words[folded]))
    if folded in _YES | _NO:
        return _answer(float(folded in _YES), column)
    if folded in _SILENT:
        action = _("Leave the cell empty when it is not reported.")
        return Trouble("cell.dash", " / ".join(column.words.values()), action, is_doubtful=True)
    if (number := _parse(text)) is not None:
        return _within(Read(number), column)
    return Trouble("cell.yes_no", " / ".join(column.words.values()), _("Choose from the list."))


def _without_unit(text: str, column: FormColumn) -> str:
    text = text.removesuffix("%").strip()
    unit = plain(column.unit)
    if unit and text.casefold().endswith(unit.casefold()):
        text = text[: -len(unit)].strip()
    return re.sub(r"^\((\d[\d.,]*)\)$", r"-\1", text)


def _parse(text: str, mark: str = "") -> float | None:
    """Return the number that a text can only mean; None when it is none or may be two."""
    if _EITHER.fullmatch(text):
        if not mark:
            return None
        return float(text.replace(mark, ".") if mark in text else re.sub(r"[.,]", "", text))
    if _WHOLE.fullmatch(text) or _SCIENTIFIC.fullmatch(text):
        return float(text)
    if _DECIMAL.fullmatch(text):
        return float(text.replace(",", "."))
    if _GROUPED.fullmatch(text):
        return float(re.sub(r"[. \u202f']", "", text).replace(",", "."))
    return None


def _within(read: Read | Trouble, column: FormColumn) -> Read | Trouble:
    """Check the limits of a column; what lies outside is trouble of its own kind."""
    if isinstance(read, Trouble) or not isinstance(read.value, float):
        return read
    if column.type == "yes_no" and read.value not in {0.0, 1.0}:
        return Trouble("cell.yes_no", " / ".join(column.words.values()), _("Choose from the list."))
    rule = _limit_broken(read.value, column)
    return Trouble(rule, _number_expected(column), _("Check the figure.")) if rule else read


def _limit_broken(value: float, column: FormColumn) -> str:
    """Name the rule that a number breaks; empty for none."""
    if not math.isfinite(value):
        return "cell.infinite"
    if column.min is not None and value < column.min:
        return "cell.negative" if value < 0 <= column.min else "cell.below"
    if column.max is not None and value > column.max:
        return "cell.over_100" if column.is_percent else "cell.above"
    return "cell.not_whole" if column.type == "integer" and value != int(value) else ""


def _number_expected(column: FormColumn) -> str:
    if column.type == "yes_no":
        return " / ".join(column.words.values())
    text = _("a whole number") if column.type == "integer" else _("a number")
    if column.min is not None and column.max is not None:
        text = _("{what} from {low} to {high}").format(what=text, low=f"{column.min:g}", high=f"{column.max:g}")
    elif column.min is not None:
        text = _("{what} not below {low}").format(what=text, low=f"{column.min:g}")
    return f"{text} ({column.unit})" if column.unit else text


def as_text(cell: object, column: FormColumn) -> Read | Trouble:
    """Read a text, a code or a choice (its id); numbers typed where a text is meant lose their point and zero."""
    if isinstance(cell, Broken):
        return _broken(cell)
    if column.type == "date":
        found = as_date(cell)
        return found if isinstance(found, Trouble) else Read(str(found.value), found.note)
    if isinstance(cell, float) and cell == int(cell):
        cell = int(cell)
    text = cell.isoformat() if isinstance(cell, dt.date) else plain(str(cell))
    if not column.words:
        return Read(text)
    return _choice(text, column)


def _choice(text: str, column: FormColumn) -> Read | Trouble:
    folded = _folded(text)
    for value, word in column.words.items():
        if folded in {_folded(value), _folded(word)}:
            return Read(value)
    for value, spellings in _SPELLINGS.get(column.item, {}).items():
        if folded in spellings and value in column.words:
            return Read(value)
    return Trouble("cell.choice", " / ".join(column.words.values()), _("Choose from the list."))


def as_date(cell: object) -> Read | Trouble:
    """Read a date: a date, the number of a day as spreadsheets count, or a text with the day first."""
    if isinstance(cell, Broken):
        return _broken(cell)
    if isinstance(cell, dt.date):
        return Read(cell.date() if isinstance(cell, dt.datetime) else cell)
    expected = _("a date such as 30/06/2019")
    if isinstance(cell, float) and not isinstance(cell, bool):
        if _FIRST_SERIAL <= cell <= _LAST_SERIAL and cell == int(cell):
            return Read(_EPOCH + dt.timedelta(days=int(cell)), _("dates stand as numbers and were read as days"))
        return Trouble("cell.date", expected, _write_date())
    text = plain(str(cell))
    is_serial = text.isdigit() and _FIRST_SERIAL <= int(text) <= _LAST_SERIAL
    return as_date(float(text)) if is_serial else _date_text(text, expected)


def _date_text(text: str, expected: str) -> Read | Trouble:
    compact = text.replace(" ", "").casefold()
    parts: tuple[str, str, str] | None = None
    if match := _YEAR_FIRST.fullmatch(text.casefold()):
        parts = (match[1], match[2], match[3])
    elif match := _DAY_FIRST.fullmatch(compact) or _SPELLED.fullmatch(loose_key(text)):
        parts = (match[3], match[2], match[1])
    if parts is None:
        return Trouble("cell.date", expected, _write_date())
    try:
        date = dt.date(*map(int, parts))
    except ValueError:
        return Trouble("cell.no_such_day", expected, _write_date())
    return Read(date, _("dates stand as text, read with the day first"))


def _write_date() -> str:
    return _("Write day/month/year.")


def as_year(cell: object) -> int | None:
    """Read a year; None when the cell does not hold one."""
    if isinstance(cell, (dt.datetime, dt.date)):
        return cell.year
    if isinstance(cell, float):
        return int(cell) if 1900 <= cell <= 2200 and cell == int(cell) else None
    match = _YEAR.fullmatch(plain(str(cell))) if isinstance(cell, str) else None
    return int(match[1]) if match and 1900 <= int(match[1]) <= 2200 else None


def shown(cell: object) -> str:
    """Write a cell as the sender sees it, cut where it is long."""
    if isinstance(cell, Broken):
        return cell.text or _("a formula without a value")
    if isinstance(cell, Percent):
        return f"{float(cell) * 100:.10g}%"
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, (dt.datetime, dt.date)):
        return f"{cell:%d/%m/%Y}"
    text = plain(str(cell))
    return text if len(text) <= 60 else f"{text[:59]}…"


__all__ = ["UNASSESSED", "Read", "Trouble", "as_date", "as_number", "as_text", "as_year", "plain", "shown"]
