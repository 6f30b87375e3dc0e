"""Say which sheet of the form each grid of a file is."""

from collections.abc import Iterator, Sequence

from ntm_lib.errors import preview
from ntm_lib.messages import _, in_every_language
from ntm_lib.submissions.forms.layout import Form
from ntm_lib.submissions.forms.words import finding_word
from ntm_lib.submissions.intake.cells import as_year
from ntm_lib.submissions.intake.faults import Findings
from ntm_lib.submissions.intake.grids import Grid
from ntm_lib.submissions.intake.headings import (
    Located,
    fold,
    has_foreign_mark,
    locate,
    marked_sheet,
    named_table,
    share_found,
)
from ntm_lib.submissions.intake.scripts import DECODERS
from ntm_lib.submissions.model import Level

_LIKELY = 0.4  # of a table's columns must be in a sheet without a name before it is taken for that table


def match_sheets(grids: Sequence[Grid], form: Form, findings: Findings) -> list[Located]:
    """Find each sheet of the form, by its id, its name or its headings; what is left over or stands twice is told."""
    by_sheet: dict[str, list[Located]] = {}
    for grid in grids:
        located = _match(grid, form, findings)
        if located is not None:
            by_sheet.setdefault(located.sheet.mark, []).append(located)
    for sheet in form.sheets:
        if sheet.mark not in by_sheet and not grids[0].is_csv:
            text = _("the sheet '{sheet}' is not in the workbook: not reported").format(sheet=sheet.name)
            findings.note("sheet.missing", text)
    if not by_sheet:
        expected = preview(sheet.name for sheet in form.sheets)
        action = _("Use the form of the round, or keep its headings.")
        text = _("no table of the form was found in the file")
        findings.wrong("book.no_table", text, expected=expected, action=action)
    return [located for group in by_sheet.values() for located in _once(group, findings)]


def _once(group: list[Located], findings: Findings) -> Iterator[Located]:
    """Yield the sheets of one table that are read: all parts, unless two of them carry the id of the same sheet."""
    yield group[0]
    for other in group[1:]:
        text = _("the sheet stands twice: also as '{first}'").format(first=group[0].grid.name)
        action = _("Delete the copy; write all figures into one sheet.")
        findings.wrong("sheet.twice", text, sheet=other.grid.name, action=action)


def _match(grid: Grid, form: Form, findings: Findings) -> Located | None:
    if grid.cells.size == 0 or grid.name in in_every_language("Guide") or not (grid.cells != "").any():
        return None
    located = _find(grid, form)
    if located is None or (grid.is_one_byte and share_found(located) < 1):
        located = _decoded(grid, form, findings, located)
    if located is None:
        _tell_stranger(grid, findings)
        return None
    if grid.is_hidden:
        text = _("a hidden sheet holds a table, which was read")
        findings.doubtful("sheet.hidden", text, sheet=grid.name, action=_("Show the sheet and check it."))
    if grid.name != located.sheet.name and not grid.is_csv:
        text = _("the sheet was read as '{sheet}'").format(sheet=located.sheet.name)
        findings.note("sheet.renamed", text, sheet=grid.name)
    if located.is_down != located.sheet.is_down:
        findings.note(
            "sheet.turned", _("lines and columns of the sheet are exchanged; it was read so"), sheet=grid.name
        )
    return located


def _find(grid: Grid, form: Form) -> Located | None:
    if (sheet := marked_sheet(grid, form.sheets)) is not None:
        return locate(grid, sheet)
    if has_foreign_mark(grid):
        return None
    table = named_table(grid, grid.name)
    is_finding = any(fold(finding_word(level)) in fold(grid.name) for level in Level)
    sheets = [sheet for sheet in form.sheets if sheet.is_finding == is_finding]
    named = [sheet for sheet in sheets if sheet.table == table]
    found = [located for sheet in named or sheets if (located := locate(grid, sheet)) is not None]
    likely = [located for located in found if named or share_found(located) >= _LIKELY]
    return max(likely, key=_fit, default=None)


def _fit(located: Located) -> tuple[float, int]:
    """Rank by the years that a sheet's lines speak of, then by the columns found."""
    place = located.columns.get("year")
    years = [] if place is None else [as_year(cell) for cell in located.view[located.head + 1 :, place]]
    known = [year for year in years if year is not None]
    fitting = sum(year in located.sheet.years for year in known) / len(known) if known and located.sheet.years else 0.0
    return (round(fitting, 3), len(located.columns))


def _decoded(grid: Grid, form: Form, findings: Findings, plain: Located | None) -> Located | None:
    """Try the old one-byte codes; the one by which most headings are found is taken, and told."""
    tried = [(name, _find(grid.decoded(decode), form)) for name, decode in DECODERS.items()]
    found = [(name, located) for name, located in tried if located is not None]
    if not found:
        return plain
    name, best = max(found, key=lambda pair: len(pair[1].columns))
    if plain is not None and len(best.columns) <= len(plain.columns):
        if not grid.is_one_byte or _is_ascii(grid):
            return plain
        name, best = max(found, key=lambda pair: _vietnamese(pair[1].grid))
    text = _("the text was in the old code {code} and was turned into Unicode").format(code=name)
    findings.note("text.old_code", text, sheet=grid.name)
    return best


def _is_ascii(grid: Grid) -> bool:
    return all(cell.isascii() for cell in grid.cells.ravel() if type(cell) is str)


def _vietnamese(grid: Grid) -> int:
    """Count letters that only Vietnamese has, less letters that it never has."""
    text = "".join(cell for cell in grid.cells.ravel() if type(cell) is str)
    return sum(letter in "ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđĐ" for letter in text) - 3 * sum(
        letter in "ñøûïåäëüæîöµ¶¸¹®©§¬" for letter in text
    )


def _tell_stranger(grid: Grid, findings: Findings) -> None:
    if has_foreign_mark(grid):
        text = _("the sheet belongs to the form of another level or year and was not read")
        action = _("Send it with the workbook that it belongs to.")
        findings.wrong("sheet.foreign", text, sheet=grid.name, action=action)
    elif any(isinstance(cell, float) for cell in grid.cells.ravel()):
        text = _("a sheet that the form does not have was not read")
        action = _("If its figures are to be reported, write them into the sheets of the form.")
        findings.doubtful("sheet.unknown", text, sheet=grid.name, action=action)
    else:
        findings.note("sheet.text", _("a sheet without figures was not read"), sheet=grid.name)
