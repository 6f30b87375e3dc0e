"""The tables on arrears, and on figures of capital and arrears that do not agree."""

from collections.abc import Sequence

import pandas as pd

from ntm_lib.evaluation.capital.arrears import AMOUNTS, arrears_by_year
from ntm_lib.evaluation.capital.checks import disagreements
from ntm_lib.messages import _
from ntm_lib.reporting.office.plan_marks import million
from ntm_lib.reporting.review.capital.tables import money_sheet
from ntm_lib.reporting.review.capital.words import (
    not_handed_in,
    source_label,
    source_line,
    stamps_for,
    unit_names,
)
from ntm_lib.reporting.review.gathered import arrears_of, book_of
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import rows_of
from ntm_lib.reporting.sheets import Column, Sheet
from ntm_lib.reporting.stamps import marked_names


def check_labels() -> dict[str, str]:
    """Return the words for the sums that must agree."""
    return {
        "source_total": _("Total against the sum of its sources"),
        "total_without_credit": _("Total without credit against the sum of its sources"),
        "total_less_credit": _("Total without credit against total less credit"),
        "disbursed_over_state": _("Disbursed more than the state budget mobilised"),
        "disbursed_over_allotted": _("Disbursed more than was allotted"),
        "communes_to_district": _("Figure of the district against the sum of its communes"),
        "districts_to_province": _("Figure of the province against the sum of its districts"),
        "communes_to_province": _("Figure of the province against the sum of its communes"),
        "work_done": _("Value of work done against paid and owed"),
        "work_paid": _("Paid more than the value of work done"),
        "not_one_year": _("Money of a period that is not within one year: in no sum"),
        "overlapping": _("Periods that overlap: in no sum"),
    }


def disagreements_sheet(subject: Subject) -> Sheet:
    """Return the figures that do not agree, as they were reported."""
    book = book_of(subject)
    frame = disagreements(book, subject.territory, subject.commune)
    names, labels = unit_names(subject, book.source.vintage), check_labels()
    frame = frame.assign(
        key=[str(place) for place in range(1, len(frame) + 1)],
        label=frame["check"].map(labels),
        name=frame["code"].map(names),
        item=[_item(check, item) for check, item in zip(frame["check"], frame["item"], strict=True)],
    )
    columns = [
        Column("label", _("What must agree"), width=40),
        Column("name", _("Unit"), width=20),
        Column("year", _("Year"), "year", width=8),
        Column("item", _("Figure"), width=28),
        Column("stated", _("As reported"), "money", digits=1),
        Column("computed", _("Sum"), "money", digits=1),
        Column("difference", _("Difference"), "money", digits=1),
    ]
    empty = _("All sums that must agree do agree.") if book.lines.is_handed_in else not_handed_in(["b06"])
    notes = [_("Shown as reported; nothing was changed. Sums in the other tables are those of the sources.")]
    return money_sheet(subject, book, _("Figures that do not agree"), _("Figures on capital and arrears that do not agree, {unit}"),
                       columns, frame, notes=notes, empty=empty)  # fmt: skip


def _item(check: str, item: str) -> str:
    if check in {"work_done", "work_paid"}:
        return item
    words = {"total": _("Total"), "total_without_credit": _("Total, without credit"), "disbursed": _("Disbursed")}
    return words.get(item) or source_label(item)


def arrears_by_year_sheet(subject: Subject) -> Sheet:
    """Return arrears in capital construction at the end of each year."""
    found = arrears_of(subject)
    frame = arrears_by_year(found, subject.territory.years)
    frame = frame.assign(key=frame.index, year=frame.index)
    columns = [
        Column("year", _("Year"), "year", width=8),
        Column("works", _("Works with arrears"), "count"),
        *([] if subject.commune else [Column("communes", _("Communes with arrears"), "count")]),
        *_work_columns(),
        Column("unknown", _("Works whose arrears are not known"), "count", width=16),
    ]
    title = _("Arrears in capital construction at the end of each year, {unit}").format(unit=subject.name)
    return _arrears_sheet(subject, _("Arrears by year"), title, columns, frame)


def arrears_by_work_sheet(subject: Subject) -> Sheet:
    """Return the works with arrears at the end of the last year."""
    found = arrears_of(subject)
    last = found.last_year or subject.territory.review.last_year
    works = found.works[(found.works["year"] == last) & ~(found.works["owed"] <= 0)].reset_index(drop=True)
    names = works["to_code"].map(subject.territory.vintage.frame["name"])
    is_mixed = works["generated"].any() and not works["generated"].all()
    frame = works.assign(
        key=[f"{row.to_code}-{row.commune_code}-{row.work_id}" for row in rows_of(works)],
        name=marked_names(names, works["generated"]) if is_mixed else names,
    )
    columns = [
        Column("name", _("Commune"), width=20),
        Column("work", _("Work"), width=34),
        *_work_columns(),
        Column("pay_by_year", _("To be paid by"), "year"),
    ]
    title = _("Works with arrears in capital construction at the end of {year}, {unit}").format(
        year=last, unit=subject.name
    )
    return _arrears_sheet(subject, _("Works with arrears"), title, columns, frame)


def _work_columns() -> list[Column]:
    labels = {
        "approved": _("Approved total"), "done": _("Value of work done"), "paid": _("Paid"), "owed": _("Owed"),
    }  # fmt: skip
    return [Column(name, labels[name], "money") for name in AMOUNTS]


def _arrears_sheet(subject: Subject, name: str, title: str, columns: Sequence[Column], frame: pd.DataFrame) -> Sheet:
    found = arrears_of(subject)
    note = _("A commune without a line in Table 07 has no arrears or did not report: the table does not tell which. A year without a line is not zero.")  # fmt: skip
    return Sheet(
        name,
        title,
        columns,
        frame if found.is_handed_in else frame.head(0),
        unit=million(),
        source=source_line(subject, ["b07"], is_illustrative=found.is_illustrative),
        notes=[note],
        stamps=stamps_for(subject, is_illustrative=found.is_illustrative),
        row_key="key",
        empty=_("No work with arrears was reported.") if found.is_handed_in else not_handed_in(["b07"]),
    )
