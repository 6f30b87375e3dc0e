"""The first sheet of a form: what it is, how it is filled in, what comes back."""

from typing import Any

from ntm_lib.messages import _
from ntm_lib.submissions.forms.layout import FORMAT, Form
from ntm_lib.submissions.forms.styles import Styles
from ntm_lib.submissions.forms.words import not_assessed_word, status_words


def write_explanation(book: Any, form: Form, styles: Styles) -> None:
    """Add the first sheet."""
    page = book.add_worksheet(_("Guide"))
    page.set_column(0, 0, 30)
    page.set_column(1, 1, 92)
    page.write_string(0, 0, form.round_title, styles.title)
    row = 2
    for name, text in [*_facts(form), *_rules()]:
        page.write_string(row, 0, name, styles.strong)
        page.write_string(row, 1, text, styles.text)
        page.set_row(row, 16 * max(1, -(-len(text) // 88), -(-len(name) // 26)))
        row += 1
    row += 1
    page.write_string(row, 0, _("Sheets of this workbook"), styles.strong)
    for number, sheet in enumerate(form.sheets, row + 1):
        page.write_url(number, 0, f"internal:'{sheet.name}'!A1", styles.text, sheet.name)
        page.write_string(number, 1, sheet.title, styles.text)
    page.protect()
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.activate()


def _facts(form: Form) -> list[tuple[str, str]]:
    sender = form.sender
    years = f"{form.years[0]} - {form.years[-1]}" if len(form.years) > 1 else ", ".join(map(str, form.years))
    return [
        (_("Reporting unit"), f"{form.sender_name} ({sender.unit})"),
        (_("Round of reporting"), f"{form.round_title} ({sender.round})"),
        (_("The cut-off date"), f"{sender.as_of:%d/%m/%Y}"),
        (_("Years reported"), years),
        (_("Administrative units of"), f"{sender.unit_vintage:%d/%m/%Y}"),
        (_("Version of the form"), str(FORMAT)),
    ]


def _rules() -> list[tuple[str, str]]:
    words = status_words()
    return [
        (_("Empty and zero"), _("An empty cell means not reported; zero is written 0.")),
        (_("Where to write"), _("Only in the white cells. Headings, codes and names are locked (no password).")),
        (
            _("Numbers"),
            _(
                "A comma before the decimals (12,5); no unit and no percent sign: 85 % is written 85. A count is never a percentage."
            ),
        ),
        (_("Dates"), _("Day/month/year, such as 30/06/2019.")),
        (
            _("Status of the data"),
            _(
                "{actual}: the year is over. {estimate}: the year is not over on the day of the data. {plan}: to come."
            ).format(**words),
        ),
        (
            not_assessed_word(),
            _("Only where the rules let a commune leave the requirement out, such as no market in the plan."),
        ),
        (
            _("Lists"),
            _(
                "Choose from the list of the cell. In lists of works, villages or remarks use one line each; leave other lines empty."
            ),
        ),
        (_("Names of persons"), _("Only in the table of proposals for commendation, nowhere else.")),
        (
            _("What comes back"),
            _(
                "The workbook is checked when it comes in; every doubt comes back with its cell. Nothing is corrected silently."
            ),
        ),
        (
            _("Please do not"),
            _("Rename or copy sheets, merge cells, hide lines or columns, write formulas that refer to other files."),
        ),
    ]
