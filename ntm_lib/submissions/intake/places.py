"""Tell which commune a line is about: by its code, by its name within the sender's area, or why neither can be."""

import re
from dataclasses import dataclass

from ntm_lib.errors import NtmError
from ntm_lib.messages import _
from ntm_lib.submissions.forms.layout import Form
from ntm_lib.submissions.intake.cells import plain
from ntm_lib.units import Vintage
from ntm_lib.units.names import key, loose_key, nearest, split_kind

_CODE = re.compile(r"(\d{2,5})(?:\.0+)?(?:\s*[-–:.]?\s+.*)?")
_BARE_KIND = re.compile(r"^(?:xa|thi\s+tran|phuong)\s+", re.IGNORECASE)  # typed without diacritics
_TOTALS = (
    "tong",
    "cong",
    "toantinh",
    "toanhuyen",
    "toanxa",
    "binhquan",
    "trungbinh",
    "total",
    "ghichu",
    "nguoilap",
    "thutruong",
)


@dataclass(frozen=True)
class NoPlace:
    """Why a line has no commune: the rule that it breaks, what is expected, what to do."""

    rule: str
    expected: str
    action: str


class Places:
    """The units that a form may speak of, by code and by every spelling."""

    def __init__(self, form: Form, vintage: Vintage, *, is_of_unit: bool) -> None:
        self._vintage, self._sender = vintage, form.sender.unit
        own = {form.sender.unit: form.sender_name} if is_of_unit else {}
        self.names = own | form.units
        self._width = max(map(len, self.names))
        self._strict: dict[str, list[str]] = {}
        self._loose: dict[str, list[str]] = {}
        for code, name in self.names.items():
            self._strict.setdefault(key(name), []).append(code)
            self._loose.setdefault(loose_key(name), []).append(code)

    def find(self, code_cell: object, name_cell: object) -> str | NoPlace | None:
        """Return the code of a line's unit, why there is none, or None for a line without code and name."""
        text, name = _text(code_cell), plain(str(name_cell or ""))
        match = _CODE.fullmatch(text)
        if match is not None:
            return self._checked(match[1], name)
        if not text and not name:
            return None
        return self._by_name(text or name)

    def _checked(self, digits: str, name: str) -> str | NoPlace:
        code = digits if digits in self.names else digits.zfill(self._width)
        if code not in self.names:
            return self._stranger(code)
        if name and code not in (found := self._spelled(name)) and found:
            others = ", ".join(f"{other} {self.names[other]}" for other in found)
            expected = _("the name of that code: {name}").format(name=self.names[code])
            return NoPlace(
                "line.code_and_name",
                expected,
                _("Code or name is exchanged; the name is that of {others}.").format(others=others),
            )
        return code

    def _stranger(self, code: str) -> NoPlace:
        try:
            unit = self._vintage.unit(code)
        except NtmError:
            meant = next((unit.label for unit in self._vintage.register.versions(code)), "")
            action = (
                _("On another date the code is {unit}. Use the codes of the form.").format(unit=meant)
                if meant
                else _use_list()
            )
            return NoPlace("line.unknown_code", _("a commune of the form"), action)
        if not unit.is_in_programme and unit.level == "commune":
            action = _("{unit} is outside the programme; delete the line.").format(unit=unit.name)
            return NoPlace("line.outside_programme", _("a commune in the programme"), action)
        action = _("{unit} is not of the unit that reports; delete the line or check who reports.").format(
            unit=unit.name
        )
        sender = self._vintage.unit(self._sender)
        expected = sender.name if sender.level == "commune" else _("a commune of {unit}").format(unit=sender.name)
        return NoPlace("line.other_district", expected, action)

    def _by_name(self, name: str) -> str | NoPlace:
        found = self._spelled(name)
        if len(found) == 1:
            return found[0]
        if found:
            options = "; ".join(f"{code} {self.names[code]} ({self._parent(code)})" for code in found)
            return NoPlace("line.two_of_one_name", options, _("Write the code: several communes have this name."))
        syllables = sorted(map(loose_key, plain(split_kind(name)[1]).split()))
        turned = [
            other for other in self.names.values() if sorted(map(loose_key, split_kind(other)[1].split())) == syllables
        ]
        near = turned or nearest(name, self.names.values(), 3)
        expected = _("a commune of the form") + (f": {', '.join(near)}" if near else "")
        return NoPlace("line.unknown_name", expected, _use_list())

    def _spelled(self, name: str) -> list[str]:
        bare = loose_key(_BARE_KIND.sub("", plain(name)))
        found = self._strict.get(key(name)) or self._loose.get(loose_key(name)) or self._loose.get(bare) or []
        if found or not name:
            return found
        try:
            unit = self._vintage.find(name, within=self._sender if len(self.names) > 1 else None)
        except NtmError:
            return []
        return [unit.code] if unit.code in self.names else []

    def is_as_written(self, unit: str, name: object) -> bool:
        """Whether a name that led to a unit is its name, but for case, spaces and the place of tone marks."""
        text = plain(str(name or ""))
        return not text or _CODE.fullmatch(text) is not None or key(text) == key(self.names[unit])

    def _parent(self, code: str) -> str:
        parent = self._vintage.unit(code).parent_code
        return self._vintage.unit(parent).name if parent else ""


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    return plain(str(cell)) if cell not in {"", None} else ""


def is_total(*cells: object) -> bool:
    """Whether a line sums up or closes a table instead of speaking of a commune."""
    return any(isinstance(cell, str) and loose_key(cell).startswith(_TOTALS) for cell in cells if cell)


def _use_list() -> str:
    return _("Use the codes listed in the form.")
