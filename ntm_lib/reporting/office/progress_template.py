"""Write the form in which a planner tells what was really done: the plan's criteria up to a year, with cells to fill in."""

import csv
from pathlib import Path
from typing import Any

import pandas as pd

from ntm_lib.errors import UsageError
from ntm_lib.messages import _, language
from ntm_lib.planning.later.against import planned_by
from ntm_lib.planning.later.progress_file import state_words
from ntm_lib.planning.plan import Plan
from ntm_lib.project import whole_file
from ntm_lib.reporting import formats
from ntm_lib.reporting.office.plan_marks import plan_stamps, source_line
from ntm_lib.reporting.office.workbook import CREATED, FONT
from ntm_lib.reporting.sheets import safe_text

WIDTHS = {"commune_code": 10, "commune": 24, "district": 24, "criterion": 9, "criterion_name": 34, "planned_state": 18,
          "planned_year": 12, "state": 20, "year": 16}  # fmt: skip
_SPARE = 200  # empty lines at the end for what was done beyond the plan


def headings() -> dict[str, str]:
    """Name the columns of the form, in its order."""
    return {
        "commune_code": _("Code"),
        "commune": _("Commune"),
        "district": _("District, city"),
        "criterion": _("Criterion"),
        "criterion_name": _("Name of the criterion"),
        "planned_state": _("By the plan"),
        "planned_year": _("Year by the plan"),
        "state": _("Actual state (choose)"),
        "year": _("Actual year"),
    }


def template_rows(plan: Plan, year: int) -> pd.DataFrame:
    """Return the lines of the form: what the plan completes or has under way by the end of ``year``.

    ``state`` and ``year`` are empty: nothing is told until somebody fills them in.
    """
    if year not in plan.problem.years:
        raise UsageError(
            _("{year} is not a year of the plan: {years}.").format(
                year=year, years=formats.years(plan.problem.years[0], plan.problem.years[-1])
            )
        )
    planned = planned_by(plan, year)
    names = plan.baseline.vintage.frame["name"]
    labels = plan.baseline.rules[plan.problem.years[-1]].criteria[f"label_{language()}"]
    owner = plan.baseline.communes["parent_code"]
    rows = pd.DataFrame(
        {
            "commune_code": planned["commune_code"],
            "commune": names.reindex(planned["commune_code"]).to_numpy(),
            "district": names.reindex(owner.reindex(planned["commune_code"])).to_numpy(),
            "criterion": planned["criterion"],
            "criterion_name": labels.reindex(planned["criterion"]).to_numpy(),
            "planned_state": planned["state"].map(state_words()),
            "planned_year": planned["year"],
        }
    )
    return rows.assign(state="", year="")


def write_template(plan: Plan, year: int, path: Path) -> Path:
    """Write the form as .xlsx or .csv; the file appears whole or not at all.

    Raises UsageError for another ending or a year that the plan does not have.
    """
    rows = template_rows(plan, year)
    ending = path.suffix.lower()
    if ending not in {".xlsx", ".csv"}:
        raise UsageError(_("{path}: give the file a name that ends in .xlsx or .csv.").format(path=path.name))
    with whole_file(path) as temporary:
        if ending == ".csv":
            _write_csv(rows, temporary)
        else:
            _write_workbook(plan, year, rows, temporary)
    return path


def _write_csv(rows: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(rows.columns)
        writer.writerows([safe_text(value) for value in row] for row in rows.itertuples(index=False, name=None))


def _write_workbook(plan: Plan, year: int, rows: pd.DataFrame, path: Path) -> None:
    import xlsxwriter

    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": CREATED.replace(tzinfo=None), "title": safe_text(plan.scenario.title)})

        def style(**given: Any) -> Any:
            return book.add_format({"font_name": FONT, "font_size": 12, "valign": "vcenter", **given})

        page = book.add_worksheet(_("Actual"))
        row = _write_top(page, style, plan, year)
        grid = style(border=1, text_wrap=True)
        fill = style(border=1, bg_color="#fff7d6")
        for place, line in enumerate(rows.itertuples(index=False, name=None), start=row):
            for column, value in enumerate(line):
                to_fill = rows.columns[column] in {"state", "year"}
                if to_fill:
                    page.write_blank(place, column, None, fill)
                elif rows.columns[column] == "planned_year":
                    page.write_number(place, column, int(value), grid)
                else:
                    page.write_string(place, column, safe_text(value), grid)
        last = row + len(rows) - 1 + _SPARE
        state, told = list(rows.columns).index("state"), list(rows.columns).index("year")
        page.data_validation(row, state, last, state, {"validate": "list", "source": list(state_words().values())})
        years = {"minimum": plan.problem.years[0], "maximum": plan.problem.years[-1]}
        page.data_validation(row, told, last, told, {"validate": "integer", "criteria": "between", **years})
        page.autofilter(row - 1, 0, row + max(len(rows), 1) - 1, len(rows.columns) - 1)
        page.freeze_panes(row, 2)


def _write_top(page: Any, style: Any, plan: Plan, year: int) -> int:
    """Write title, warning, how to fill in, headings and the names that are read; return the row below."""
    names = headings()
    last = len(names) - 1
    for column, key in enumerate(names):
        page.set_column(column, column, WIDTHS[key])
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    title = _("What was really done by the end of {year}").format(year=year)
    page.merge_range(0, 0, 0, last, title, style(bold=True, font_size=14, align="center"))
    row = 1
    for stamp in plan_stamps(plan):
        page.merge_range(
            row, 0, row, last, stamp, style(bold=True, align="center", font_color="#9c0006", text_wrap=True)
        )
        row += 1
    text = _(
        "Fill in the two yellow columns. Completed: the year of completion. Under way: the year in which the work began. Not "
        "completed: leave the year empty. A line left empty counts as not reported. For what was done beyond the plan add "
        "lines at the end: code of the commune, criterion, state, year. Keep the row of names below the headings."
    )
    page.merge_range(row, 0, row, last, text, style(italic=True, text_wrap=True, valign="top"))
    page.set_row(row, 52)
    source = _("Source: {source}").format(source=source_line(plan))
    page.merge_range(row + 1, 0, row + 1, last, safe_text(source), style(italic=True, text_wrap=True))
    page.set_row(row + 1, 34)
    row += 2
    head = style(bold=True, border=1, align="center", text_wrap=True, bg_color="#e7ecf3")
    small = style(border=1, align="center", font_size=8, font_color="#666666")
    for column, (key, label) in enumerate(names.items()):
        page.write_string(row, column, label, head)
        page.write_string(row + 1, column, key, small)
    page.set_row(row, 34)
    page.repeat_rows(row, row + 1)
    return row + 2
