"""Published figures beside computed ones, and the contradictions between sources, shown openly."""

import datetime as dt

import pandas as pd

from ntm_lib.evaluation.published.comparison import (
    AGREES,
    DIFFERS,
    NOT_COMPARABLE,
    WITHIN,
    contradictions,
)
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.recognition.held import comparison_of
from ntm_lib.reporting.review.recognition.tables import without_address
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import decisions, rows_of
from ntm_lib.reporting.sentences import Sentence, joined, sentence
from ntm_lib.reporting.sheets import Column, Sheet


def why_words() -> dict[str, str]:
    """Return the words for why a figure is not compared."""
    return {
        "no_table": _("no table holds the data to compute it"),
        "window": _("the period of the source is not that of the tables, or not stated"),
        "definition": _("the source counts otherwise"),
        "text": _("the source prints no single number"),
        "later": _("outside the years under review"),
        "names": _("the names of some recognised communes were not found"),
        "goal": _("the source prints an aim or a forecast"),
        "time": _("the source speaks of another time than the year's end"),
        "no_data": _("nothing was reported to compute it from"),
        "incomplete": _("not every commune reported"),
        "unpaired": _("no computation was named for it"),
    }


def verdict_words() -> dict[str, str]:
    """Return the words for how the two figures stand to each other."""
    return {
        AGREES: _("Agrees"),
        WITHIN: _("Within what missing data leave open"),
        DIFFERS: _("Differs"),
        NOT_COMPARABLE: _("Not comparable"),
    }


def published(subject: Subject) -> list[Sentence]:
    """Count how the published figures stand to the computed ones."""
    table = comparison_of(subject)
    if table.empty:
        return [sentence(_("No published figure about {unit} was read in a source."), unit=subject.name)]
    if (table["verdict"] == NOT_COMPARABLE).all():
        text = _(
            "{all} published figures about {unit} were read; none can be compared with a computed one (the table says why)."
        )
        return [sentence(text, all=_fig(subject, "all", len(table)), unit=subject.name)]
    said = [_compared(subject, table)]
    if (table["is_illustrative"] & (table["verdict"] == DIFFERS)).any():
        text = _(
            "A difference from illustrative data shows how the comparison works; it says nothing about any source."
        )
        said.append(sentence(text))
    compared = table[table["is_calibrated"] & (table["verdict"] != NOT_COMPARABLE)]
    if len(compared):
        text = _("{count} of those compared were used to fit the illustrative data: that they agree confirms nothing.")
        said.append(sentence(text, count=_fig(subject, "calibrated", len(compared))))
    return said


def _compared(subject: Subject, table: pd.DataFrame) -> Sentence:
    """Count the published figures by how they compare; a way in which none does is not named."""
    words = {
        AGREES: _("{agrees} agree"),
        WITHIN: _("{within} lie within what missing data leave open"),
        DIFFERS: _("{differs} differ"),
        NOT_COMPARABLE: _("{not_comparable} cannot be compared (the table says why)"),
    }
    numbers = table["verdict"].value_counts()
    head = _("{all} published figures about {unit} stand beside the computed ones: ")
    parts = [
        sentence(words[name], **{name: _fig(subject, name, int(numbers[name]))}) for name in words if name in numbers
    ]
    return joined(sentence(head, unit=subject.name, all=_fig(subject, "all", len(table))), parts)


def contradiction_sentences(subject: Subject) -> list[Sentence]:
    """Tell each known contradiction in one sentence; nothing is chosen."""
    return [
        sentence(
            _("{label}: {statements}. {reading}"),
            label=str(item.label),
            statements="; ".join(
                _("{text} ({source})").format(
                    text=formats.in_sentence(str(statement.text)), source=without_address(statement.source)
                )
                for statement in item.statements
            ),
            reading=str(item.reading),
        )
        for item in contradictions(subject.territory, subject.commune)
    ]


def published_sheet(subject: Subject) -> Sheet:
    """Put each published figure beside the computed one, with set, units, verdict and source."""
    table = comparison_of(subject)
    frame = table.assign(
        row=[f"{row.year}_{place}" for place, row in enumerate(rows_of(table))],
        figure=[_label(row.label, row.measure, row.scope, row.scope_name) for row in rows_of(table)],
        printed=[_as_printed(row.value, row.published, row.digits) for row in rows_of(table)],
        computed=[_computed(row.low, row.high, row.digits, row.is_illustrative) for row in rows_of(table)],
        counted=[
            "" if pd.isna(row.low) else _counted(subject, row.year, row.set_id, row.units_on) for row in rows_of(table)
        ],
        result=[_result(pd.Series(row._asdict())) for row in rows_of(table)],
        printed_source=table["source"].map(without_address),
    )
    columns = [
        Column("year", _("Year"), "year", width=11),
        Column("figure", _("Figure"), width=36),
        Column("printed", _("Published figure"), width=15),
        Column("computed", _("Computed figure"), width=17),
        Column("result", _("Comparison"), width=42),
        Column("counted", _("Set of criteria; units"), width=30),
        Column("printed_source", _("Source of the published figure"), width=34),
    ]
    return Sheet(
        "published_beside_computed",
        _("Published figures beside computed ones"),
        columns,
        frame,
        notes=[
            _("Agreement is judged by the precision printed. No figure is put in place of another."),
            _range_note(table),
        ],
        stamps=subject.stamps,
        row_key="row",
        empty=_("No published figure about the unit was read in a source."),
    )


def _label(label: object, measure: str, scope: str, place: str) -> str:
    text = measure if label is None else str(label)
    return _("{figure} ({place})").format(figure=text, place=place) if scope == "commune" else text


def _as_printed(value: str, published: float, digits: int) -> str:
    """Write a published number with the reader's signs and no rounding; a year has no thousands separator."""
    if pd.isna(published):
        return _("not placed") if value == "none" else value
    return value if _is_year(value) else formats.number(published, digits)


def _is_year(value: str) -> bool:
    return value.isdigit() and len(value) == 4 and value.startswith(("19", "20"))


def _range_note(table: pd.DataFrame) -> str:
    """Say what a range means and, where there is one, the mark of computed figures."""
    if table["is_illustrative"].any():
        return _(
            "A range: the least and the greatest value that missing data allow. (ill.): computed from illustrative data."
        )
    return _("A range: the least and the greatest value that missing data allow.")


def _computed(low: float, high: float, digits: int, is_illustrative: bool) -> str:
    """Write the computed figure with one digit more than the published one, so that a difference can be seen."""
    if pd.isna(low):
        return "-"
    places = digits if float(low).is_integer() and float(high).is_integer() else digits + 1
    if low == high and _is_year(f"{low:g}"):
        return formats.year(low)
    text = formats.interval(low, high, places)
    return _("{figure} (ill.)").format(figure=text) if is_illustrative else text


def _counted(subject: Subject, year: int, set_id: str, units_on: dt.date) -> str:
    rules = subject.territory.reported.rules.get(year)
    on = _("units of {date}").format(date=formats.date(units_on))
    return f"{decisions(rules)}; {on}" if rules and set_id else on


def _result(row: pd.Series) -> str:
    """Say how the two stand to each other, by how much, and what weakens the comparison."""
    text = verdict_words()[row["verdict"]]
    if row["verdict"] == NOT_COMPARABLE:
        text += ": " + why_words()[row["why"]]
    if row["verdict"] == DIFFERS:
        text += " " + _("(computed less published: {difference})").format(
            difference=_difference(row["difference_low"], row["difference_high"], int(row["digits"]))
        )
    if row["when"]:
        text += "; " + _("time of the source: {when}").format(when=row["when"])
    if row["is_calibrated"]:
        text += "; " + _("used to fit the illustrative data")
    if row["is_same_source"]:
        text += "; " + _("the register was made from the same source")
    return text


def _difference(low: float, high: float, digits: int) -> str:
    whole = float(low).is_integer() and float(high).is_integer()
    ends = [("+" if end > 0 else "") + formats.number(end, digits if whole else digits + 1) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else _("{low} to {high}").format(low=ends[0], high=ends[1])


def contradictions_sheet(subject: Subject) -> Sheet:
    """List the contradictions between sources: what each says, where it was read, what may explain it."""
    found = contradictions(subject.territory, subject.commune)
    frame = pd.DataFrame(
        [
            [f"{item.id}_{place}", str(item.label), str(told.text), without_address(told.source), str(item.reading)]
            for item in found
            for place, told in enumerate(item.statements)
        ],
        columns=["row", "about", "says", "told_by", "reading"],
    )
    columns = [
        Column("about", _("About"), width=26),
        Column("says", _("What the source says"), width=46),
        Column("told_by", _("Source"), width=32),
        Column("reading", _("What may explain it (not a finding)"), width=46),
    ]
    return Sheet(
        "contradictions",
        _("Contradictions between published sources"),
        columns,
        frame,
        notes=[_("Nothing is chosen between them; the office decides by the signed papers.")],
        row_key="row",
        empty=_("No contradiction between published sources is known for this unit."),
    )


def _fig(subject: Subject, name: str, value: object, kind: str = "count") -> Fig:
    return fig(subject.key("published", name), value, kind)


CONTENTS = Contents(
    sentences={"published": published, "contradictions": contradiction_sentences},
    tables={"published_beside_computed": published_sheet, "contradictions": contradictions_sheet},
)
