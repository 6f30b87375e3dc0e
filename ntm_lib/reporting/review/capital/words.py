"""Words and lines that the contents on money, volumes and aims share."""

from collections.abc import Iterable

from ntm_lib.evaluation import cut_off
from ntm_lib.evaluation.capital.book import Book
from ntm_lib.evaluation.capital.lines import Lines
from ntm_lib.messages import _, language
from ntm_lib.reporting import formats, stamps
from ntm_lib.reporting.palette import MapClass
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.tables import contract
from ntm_lib.units import Vintage


def stamps_for(subject: Subject, *, is_illustrative: bool, is_marked: bool = False) -> list[str]:
    """Return the warnings of a table or picture by what it was made from: not everything of a report is illustrative.

    ``is_marked``: what is generated in it bears its mark, and something else was handed in.
    """
    internal = [stamps.internal()] if subject.is_internal else []
    return internal + ([stamps.mixed() if is_marked else stamps.illustrative()] if is_illustrative else [])


def group_labels() -> dict[str, str]:
    """Return the words for the groups of sources, in the order of reports."""
    return {
        "central": _("Central budget"),
        "local": _("Local budget (province, district, commune)"),
        "integrated": _("Integrated from other programmes"),
        "credit": _("Credit"),
        "firms": _("Enterprises and cooperatives"),
        "foreign": _("Foreign aid, non-government organisations"),
        "people": _("People and community"),
        "unsplit": _("Not told by source"),
    }


def group_classes(groups: Iterable[str]) -> dict[str, MapClass]:
    """Return the colours of the groups of sources for a picture, in the order given."""
    colours = {
        "central": "#08306b",
        "local": "#2a74b0",
        "integrated": "#67b0cf",
        "credit": "#d9b44a",
        "firms": "#8c6d31",
        "foreign": "#7b5fa3",
        "people": "#5a9e6f",
        "unsplit": "#bdbdbd",
    }
    labels = group_labels()
    return {group: MapClass(labels[group], colours[group], "", group == "unsplit") for group in groups}


def source_label(source: str) -> str:
    """Return the words for a line of the capital table, as its column is headed."""
    label = contract("b06").column(f"{source}_vnd_million").label
    return label.vi if language() == "vi" else label.en


def without_credit() -> str:
    """Return the words that stand beside every total."""
    return _("without credit")


def source_line(subject: Subject, tables: Iterable[str], *, is_illustrative: bool, is_marked: bool = False) -> str:
    """Return the line under a table: the tables it was made from, and the date of the data."""
    numbers = ", ".join(table.upper().removeprefix("B") for table in tables)
    origin = _("illustrative data of the workbench") if is_illustrative else _("reports of communes")
    if is_marked:
        origin = _("reports of communes and, where marked (ill.), illustrative data of the workbench")
    return _("Source: {origin} (Tables {numbers}); data as of {date}").format(
        origin=origin, numbers=numbers, date=formats.date(cut_off(subject.territory))
    )


def capital_source(subject: Subject, book: Book, *, is_marked: bool = False) -> str:
    """Return the line under a table of capital; ``is_marked``: see `stamps_for`."""
    return source_line(subject, ["b06"], is_illustrative=book.lines.is_illustrative, is_marked=is_marked)


def not_handed_in(tables: Iterable[str]) -> str:
    """Say which tables nobody handed in."""
    numbers = ", ".join(table.upper().removeprefix("B") for table in tables)
    return _("Not reported: nobody handed in Table {numbers}.").format(numbers=numbers)


def reading_note() -> str:
    """Say how a table of sums is read where communes did not report."""
    return _(
        "Where fewer communes reported than there are, a sum is “at least”: what was not reported is not counted as zero."
    )


def silent_note(book: Book) -> list[str]:
    """Name the years of which nobody reported capital."""
    years = book.silent_years
    return [_("Nobody reported capital of: {years}.").format(years=", ".join(map(str, years)))] if years else []


def estimate_note(lines: Lines) -> list[str]:
    """Name the years whose figures are estimates."""
    years = lines.estimated_years
    return [_("Estimated: {years}.").format(years=", ".join(map(str, years)))] if years else []


def unit_names(subject: Subject, reported_on: Vintage) -> dict[str, str]:
    """Return the names of units by code, as shown or, where a code is no more, as it reported."""
    shown = subject.territory.vintage
    return {unit.code: unit.name for vintage in (reported_on, shown) for unit in vintage.units}
