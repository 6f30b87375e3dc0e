"""Read one file that was handed in: who reports, which values stand in which cell, what does not fit."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ntm_lib import units
from ntm_lib.errors import NtmError
from ntm_lib.messages import LANGUAGES, _, language, speaking
from ntm_lib.project import Project
from ntm_lib.submissions.forms import Form, form_of
from ntm_lib.submissions.forms.layout import FORMAT
from ntm_lib.submissions.forms.stamp import Stamp, parse_stamp
from ntm_lib.submissions.intake.faults import Findings
from ntm_lib.submissions.intake.grids import Grid, read_csv, read_workbook
from ntm_lib.submissions.intake.headings import fold
from ntm_lib.submissions.intake.matching import match_sheets
from ntm_lib.submissions.intake.opening import Opened, open_file
from ntm_lib.submissions.intake.places import Places
from ntm_lib.submissions.intake.shape import check_shape
from ntm_lib.submissions.intake.table import TableReader, Values
from ntm_lib.submissions.model import KEY, Reading, Sender, empty_values


def read_file(path: Path, project: Project, sender: Sender | None = None) -> Reading:
    """Read a workbook or a CSV file that was handed in; nothing that stands in the file stops it.

    ``sender``: who is expected to report; None: whoever the file says. A file that says another is refused. Findings tell every
    fault of form; a reading with a wrong one still holds the values that could be read, for those who show them.
    """
    findings = Findings()
    opened = open_file(path, findings)
    grids, stamp = _grids(opened, findings)
    who = _sender(stamp, sender, findings) if not findings.has_wrong else sender
    form = _form(project, who, stamp, findings) if who is not None and grids else None
    if form is not None and who is not None:
        form = _in_its_language(form, grids, project, who, stamp)
    values = empty_values() if form is None else _values(grids, form, project, findings)
    return Reading(opened.name, opened.sha256, who, values, findings.all())


def _grids(opened: Opened, findings: Findings) -> tuple[list[Grid], Stamp | None]:
    if opened.kind is None:
        return [], None
    if opened.kind == "csv":
        return read_csv(Path(opened.name).stem, opened.data, findings), None
    grids, lines = read_workbook(opened.data, findings)
    return grids, _stamp(lines, findings) if lines else None


def _stamp(lines: dict[str, str], findings: Findings) -> Stamp | None:
    """Read what the workbook says about itself; a newer layout than this program knows is refused."""
    try:
        stamp = parse_stamp(lines)
    except (KeyError, ValueError):
        action = _("Take a new form; do not change its hidden sheets.")
        findings.wrong("stamp.damaged", _("the hidden description of the workbook was changed"), action=action)
        return None
    if stamp.format > FORMAT:
        text = _("the form is of version {version}").format(version=stamp.format)
        expected = _("at most {version}").format(version=FORMAT)
        findings.wrong("stamp.newer", text, expected=expected, action=_("Install the newest version of the workbench."))
    return stamp


def _sender(stamp: Stamp | None, expected: Sender | None, findings: Findings) -> Sender | None:
    """Return who reports; a file of somebody else, another round or date than expected is refused."""
    if stamp is None:
        if expected is None and not findings.has_wrong:
            action = _("Say who reports with --from CODE, or use the form of the round.")
            findings.wrong("stamp.missing", _("the file does not say who reports"), action=action)
        return expected
    if expected is None:
        return stamp.sender
    found = stamp.sender
    for rule, is_other, text, wanted in (
        ("stamp.unit", (found.unit, found.level) != (expected.unit, expected.level), found.unit, expected.unit),
        ("stamp.round", found.round != expected.round, found.round, expected.round),
        ("stamp.as_of", found.as_of != expected.as_of, _day(found.as_of), _day(expected.as_of)),
        (
            "stamp.vintage",
            found.unit_vintage != expected.unit_vintage,
            _day(found.unit_vintage),
            _day(expected.unit_vintage),
        ),
    ):
        if is_other:
            findings.wrong(
                rule, _what(rule).format(found=text), expected=wanted, action=_("Check which file belongs to whom.")
            )
    return found


def _what(rule: str) -> str:
    return {
        "stamp.unit": _("the workbook was made for the unit {found}"),
        "stamp.round": _("the workbook was made for the round {found}"),
        "stamp.as_of": _("the workbook was made for the cut-off date {found}"),
        "stamp.vintage": _("the workbook was made for the administrative units of {found}"),
    }[rule]


def _day(date: dt.date) -> str:
    return f"{date:%d/%m/%Y}"


def _form(project: Project, who: Sender, stamp: Stamp | None, findings: Findings) -> Form | None:
    try:
        return form_of(project, who, stamp.years if stamp else None)
    except NtmError as error:
        findings.wrong("stamp.unknown_unit", str(error), action=_("Check the code of the unit and the date."))
    return None


def _in_its_language(form: Form, grids: Sequence[Grid], project: Project, who: Sender, stamp: Stamp | None) -> Form:
    """Return the form in the language whose headings the file has, so that a form made in another language is read too."""
    texts = {fold(cell) for grid in grids for cell in grid.cells.ravel() if type(cell) is str and cell}
    best, most = form, _headings(form, texts)
    if most[0] >= most[1] / 2:
        return form
    for code in LANGUAGES:
        if code != language():
            with speaking(code):
                other = form_of(project, who, stamp.years if stamp else None)
            if (found := _headings(other, texts)) > most:
                best, most = other, found
    return best


def _headings(form: Form, texts: set[str]) -> tuple[int, int]:
    """Return how many headings of a form are among texts, and how many it has."""
    headings = {fold(column.heading) for sheet in form.sheets for column in sheet.columns}
    return len(headings & texts), len(headings)


def _values(grids: Sequence[Grid], form: Form, project: Project, findings: Findings) -> pd.DataFrame:
    vintage = units.on(form.sender.unit_vintage, project)
    values = Values()
    places: dict[bool, Places] = {}
    for located in match_sheets(grids, form, findings):
        check_shape(located, findings)
        is_of_unit = located.sheet.columns[0].item == "unit_code"
        if is_of_unit not in places:
            places[is_of_unit] = Places(form, vintage, is_of_unit=is_of_unit)
        TableReader(located, form.sender, places[is_of_unit], findings).read(values)
    frame = values.frame()
    _repeats(frame, findings)
    if frame.empty and not findings.has_wrong:
        findings.wrong(
            "file.no_values",
            _("the file holds no figures"),
            action=_("Fill in the form; a blank form is not a report."),
        )
    return frame


def _repeats(values: pd.DataFrame, findings: Findings) -> None:
    """Refuse values that stand twice: the second of them is told with the place of the first."""
    is_again = values.duplicated(KEY)
    if not is_again.any():
        return
    firsts = values[values.duplicated(KEY, keep=False) & ~is_again].set_index(KEY)
    again = values[is_again].drop_duplicates([*KEY[:5], "as_of_date", "sheet"])
    for value in again.to_dict("records"):
        first = firsts.loc[[tuple(value[name] for name in KEY)]].iloc[0]
        text = _("{unit}, {year}: the line stands twice").format(unit=value["unit_code"], year=value["year"])
        expected = _("once; first in {sheet}, {cell}").format(sheet=first["sheet"], cell=first["cell"])
        action = _("Delete one of the two lines.")
        findings.wrong("line.twice", text, sheet=value["sheet"], cell=value["cell"], expected=expected, action=action)
