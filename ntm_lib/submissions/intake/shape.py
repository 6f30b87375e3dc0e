"""Check the shape of a located sheet: merged and hidden cells, columns that are missing, new or stand twice."""

import numpy as np

from ntm_lib.messages import _
from ntm_lib.submissions.forms.layout import Role
from ntm_lib.submissions.intake.cells import shown
from ntm_lib.submissions.intake.faults import Findings
from ntm_lib.submissions.intake.headings import Located

_HEAD_ROLES = {Role.UNIT, Role.NAME, Role.YEAR, Role.STATUS, Role.AS_OF}


def check_shape(located: Located, findings: Findings) -> None:
    """Tell what the shape of a sheet hides; a unit, year or date merged over several lines is laid into each of them."""
    _columns(located, findings)
    _merged(located, findings)
    _hidden(located, findings)


def _columns(located: Located, findings: Findings) -> None:
    sheet, view = located.sheet, located.view
    below = view[located.head + 1 :]
    for item, place in located.twice.items():
        heading = sheet.column(item).heading
        text = _("the column '{column}' stands twice").format(column=heading)
        action = _("Delete or rename one of the two.")
        findings.wrong("column.twice", text, sheet=sheet_name(located), cell=located.address(located.head, place), action=action)
    for place, heading in located.unknown.items():
        if _has_values(below[:, place]):
            text = _("a column that the form does not have was not read: {heading}").format(heading=shown(heading) or "?")
            action = _("Write its figures into a column of the form, or delete it.")
            where = located.address(located.head, place)
            findings.doubtful("column.unknown", text, sheet=sheet_name(located), cell=where, action=action)
    needed = [column for column in sheet.columns if column.item not in located.columns and column.role is not Role.NAME]
    is_named = any(column.role is Role.NAME and column.item in located.columns for column in sheet.columns)
    for column in needed:
        if column.role is Role.UNIT and is_named:
            continue
        text = _("the column '{column}' is missing").format(column=column.heading)
        place = {"sheet": sheet_name(located), "cell": located.address(located.head, 0)}
        if column.required and column.role is not Role.AS_OF:
            findings.wrong("column.missing", text, action=_("Take the newest form and copy the figures into it."), **place)
        else:
            findings.note("column.not_there", text + ": " + _("not reported"), **place)


def sheet_name(located: Located) -> str:
    """Return the name of the sheet as the file has it."""
    return located.grid.name


def _has_values(cells: np.ndarray) -> bool:
    return any(isinstance(cell, float) for cell in cells) or int(sum(cell != "" for cell in cells)) > 4


def _merged(located: Located, findings: Findings) -> None:
    roles = {place: located.sheet.column(item) for item, place in located.columns.items()}
    for top, left, bottom, right in located.grid.anatomy.merged:
        first, last, low, high = (left, right, top, bottom) if located.is_down else (top, bottom, left, right)
        if last <= located.head or first <= located.head:
            continue
        columns = [roles[place] for place in range(low, high + 1) if place in roles]
        cell = located.view[first, low] if first < len(located.view) and low < located.view.shape[1] else ""
        if not columns or cell == "":
            continue
        where = located.address(first, low)
        if len(columns) == 1 and columns[0].role in _HEAD_ROLES:
            located.view[first : last + 1, low] = cell
            text = _("merged cells: '{text}' was taken for each of their lines").format(text=shown(cell))
            findings.note("sheet.merged_head", text, sheet=sheet_name(located), cell=where)
        else:
            text = _("merged cells hold one figure for several places: {text}").format(text=shown(cell))
            action = _("Undo the merging and write each figure into its own cell.")
            findings.wrong("sheet.merged", text, sheet=sheet_name(located), cell=where, action=action)


def _hidden(located: Located, findings: Findings) -> None:
    anatomy = located.grid.anatomy
    rows, columns = anatomy.hidden_rows, anatomy.hidden_columns
    if located.is_down:
        rows, columns = columns, rows
    values = [located.columns[column.item] for column in located.sheet.columns if column.role is Role.VALUE and column.item in located.columns]
    for name, rule, places, cells_of in (
        (_("a hidden line holds figures, which were read"), "sheet.hidden_lines", rows, lambda at: located.view[at, values]),
        (_("a hidden column holds figures, which were read"), "sheet.hidden_columns", columns, lambda at: located.view[located.head + 4 :, at]),
    ):
        limit = len(located.view) if rule == "sheet.hidden_lines" else located.view.shape[1]
        shown_places = sorted(at for at in places if at < limit and (at > located.head if rule == "sheet.hidden_lines" else at in values))
        used = [at for at in shown_places if any(cell != "" for cell in cells_of(at))]
        if used:
            where = located.address(used[0], 0) if rule == "sheet.hidden_lines" else located.address(located.head, used[0])
            action = _("Show what is hidden and check that it is meant to be reported ({count}).").format(count=len(used))
            findings.doubtful(rule, name, sheet=sheet_name(located), cell=where, action=action)
