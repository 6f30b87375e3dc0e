"""Check the shape of a located sheet: merged and hidden cells, columns that are missing, new or stand twice."""

from ntm_lib.messages import _
from ntm_lib.submissions.forms.layout import FIRST_LINE, FormColumn, Role
from ntm_lib.submissions.intake.cells import shown
from ntm_lib.submissions.intake.faults import Findings
from ntm_lib.submissions.intake.grids import Cells
from ntm_lib.submissions.intake.headings import Located

_HEAD_ROLES = {Role.UNIT, Role.NAME, Role.YEAR, Role.STATUS, Role.AS_OF}


def check_shape(located: Located, findings: Findings) -> None:
    """Tell what the shape of a sheet hides; a unit, year or date merged over several lines is laid into each of them."""
    _columns(located, findings)
    _merged(located, findings)
    _hidden(located, findings)


def _columns(located: Located, findings: Findings) -> None:
    name, head = sheet_name(located), located.head
    for item, place in located.twice.items():
        text = _("the column '{column}' stands twice").format(column=located.sheet.column(item).heading)
        action = _("Delete or rename one of the two.")
        findings.wrong("column.twice", text, sheet=name, cell=located.address(head, place), action=action)
    for place, heading in located.unknown.items():
        if _has_values(located.view[head + 1 :, place]):
            text = _("a column that the form does not have was not read: {heading}")
            text = text.format(heading=shown(heading) or "?")
            action = _("Write its figures into a column of the form, or delete it.")
            findings.doubtful("column.unknown", text, sheet=name, cell=located.address(head, place), action=action)
    for column in _absent(located):
        text = _("the column '{column}' is missing").format(column=column.heading)
        if column.required and column.role is not Role.AS_OF:
            action = _("Take the newest form and copy the figures into it.")
            findings.wrong("column.missing", text, sheet=name, cell=located.address(head, 0), action=action)
        else:
            text = f"{text}: {_('not reported')}"
            findings.note("column.not_there", text, sheet=name, cell=located.address(head, 0))


def _absent(located: Located) -> list[FormColumn]:
    """Return the columns that the sheet lacks; code or name of the unit is enough."""
    there = located.columns
    is_named = any(column.role is Role.NAME and column.item in there for column in located.sheet.columns)
    optional = {Role.NAME, Role.UNIT} if is_named else {Role.NAME}
    return [column for column in located.sheet.columns if column.item not in there and column.role not in optional]


def sheet_name(located: Located) -> str:
    """Return the name of the sheet as the file has it."""
    return located.grid.name


def _has_values(cells: Cells) -> bool:
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
    """Tell of figures in hidden lines and columns; the technical ids of a form are hidden too, and hold none."""
    anatomy, view, head = located.grid.anatomy, located.view, located.head
    lines, columns = anatomy.hidden_rows, anatomy.hidden_columns
    if located.is_down:
        lines, columns = columns, lines
    roles = {place: located.sheet.column(item).role for item, place in located.columns.items()}
    values = [place for place, role in roles.items() if role is Role.VALUE]
    used = [at for at in sorted(lines) if head < at < len(view) and (view[at, values] != "").any()]
    if used:
        text = _("a hidden line holds figures, which were read")
        _tell_hidden("sheet.hidden_lines", text, located, located.address(used[0], 0), len(used), findings)
    used = [at for at in sorted(columns) if at in values and (view[head + FIRST_LINE :, at] != "").any()]
    if used:
        text = _("a hidden column holds figures, which were read")
        _tell_hidden("sheet.hidden_columns", text, located, located.address(head, used[0]), len(used), findings)


def _tell_hidden(rule: str, text: str, located: Located, cell: str, count: int, findings: Findings) -> None:
    action = _("Show what is hidden and check that it is meant to be reported ({count}).").format(count=count)
    findings.doubtful(rule, text, sheet=sheet_name(located), cell=cell, action=action)
