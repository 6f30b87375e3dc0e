"""Signed figures beside those computed later, and the note on why a number changed between two runs."""

from collections.abc import Sequence
from functools import partial

import pandas as pd

from ntm_lib.evaluation.changes.headlines import MEANS
from ntm_lib.evaluation.changes.signed import Signed, signed_differences
from ntm_lib.evaluation.changes.snapshot import Snapshot, changed_files
from ntm_lib.evaluation.changes.why import PARTS
from ntm_lib.evaluation.counts.progress import group_labels
from ntm_lib.messages import _
from ntm_lib.reporting import stamps
from ntm_lib.reporting.figures import fig
from ntm_lib.reporting.review.changes.held import computed, signed
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import source_line, unit_key
from ntm_lib.reporting.sentences import Sentence, sentence
from ntm_lib.reporting.sheets import Column, Sheet


def headline_words(figure: str) -> str:
    """Return the words for a headline figure."""
    words = {
        "communes": _("Communes in the Programme"),
        "reported": _("Communes that reported"),
        "mean_low": _("Criteria per commune (at least)"),
        "mean_high": _("Criteria per commune (at most)"),
        **{name: _("Communes: {group}").format(group=label) for name, label in group_labels().items()},
    }
    if figure in words:
        return words[figure]
    return _("Communes meeting criterion {number}").format(number=figure.removeprefix("criterion."))


def signed_said(subject: Subject) -> Sequence[Sentence]:
    """Say that the period was signed, by whom and when, and how many figures computed later differ."""
    held = signed(subject.territory)
    if held is None or subject.commune:
        return []
    key = partial(subject.key, "signed")
    text = _(
        "The figures of {first} - {last} were signed by {by} on {date}; they stand as signed. Figures computed later differ in {count} cases and stand beside them."
    )
    number = len(_differing(subject, held))
    return [
        sentence(
            text, first=fig(key("first"), held.about.first_year, "year"), last=fig(key("last"), held.about.last_year, "year"),
            by=held.about.signed_by, date=fig(key("on"), held.about.signed_on, "date"), count=fig(key("differences"), number, "count"),
        )
    ]  # fmt: skip


def signed_sheet(subject: Subject) -> Sheet:
    """Return the figures that differ from the signed ones, both side by side."""
    held = signed(subject.territory)
    columns = [
        Column("year", _("Year"), "year", width=8),
        Column("label", _("Figure"), "text", width=40),
        Column("signed", _("Signed figure"), "decimal", width=14),
        Column("recomputed", _("Computed later"), "decimal", width=14),
        Column("difference", _("Difference"), "decimal", width=14),
    ]
    empty = _("No period was signed.") if held is None else _("No figure computed later differs from the signed ones.")
    table = pd.DataFrame(columns=["figure", "year", "signed", "recomputed", "difference"])
    if held is not None:
        table = _differing(subject, held)
    frame = table.assign(
        label=table["figure"].map(headline_words), key=table["figure"].astype(str) + "_" + table["year"].astype(str)
    )
    return Sheet(
        name=_("Signed and computed"), title=_("Signed figures beside those computed later"), columns=columns, frame=frame,
        source=source_line(subject.territory), stamps=subject.stamps, row_key="key", empty=empty, is_landscape=False,
    )  # fmt: skip


def _differing(subject: Subject, held: Signed) -> pd.DataFrame:
    """Return the figures computed now that differ, without the criteria that the reader may not see one by one."""
    territory = subject.territory
    table = signed_differences(computed(territory, territory.vintage.date), held).reset_index()
    return table[~table["figure"].isin([f"criterion.{name}" for name in territory.withheld])]


def why_said(table: pd.DataFrame, old: Snapshot, new: Snapshot) -> list[Sentence]:
    """Write the note on why numbers changed between two runs: ``table`` is what ``why_changed`` returns."""
    key = partial(unit_key, "run", new.about.unit_code, new.about.on)
    if table.empty:
        return [sentence(_("No headline figure differs between the two runs."))]
    files = changed_files(old, new)
    said = [
        sentence(
            _("{count} headline figures differ between the runs of {old} and {new}; {files} files were changed, added or removed."),
            count=fig(key("figures"), len(table), "count"), old=fig(key("old"), old.about.made.date(), "date"),
            new=fig(key("new"), new.about.made.date(), "date"), files=fig(key("files"), len(files), "count"),
        )
    ]  # fmt: skip
    last = table["year"].max()
    for row in table[(table["year"] == last) & table["figure"].isin(["mean_low", "all"])].to_dict("records"):
        kind, context = ("number", {"digits": 2}) if row["figure"] in MEANS else ("number", {"digits": 0})
        parts = {
            "data": _("{data} by data"),
            "boundary": _("{boundary} by administrative units"),
            "criteria": _("{criteria} by criteria and their levels"),
            "code": _("{code} by the program"),
        }
        told = "; ".join(words for part, words in parts.items() if round(row[part], 2) != 0)
        if pd.isna(row["change"]) or not told:
            continue
        head = _("{figure}, {year}: {old} became {new}; the difference:")
        figures = {
            name: fig(key(row["figure"], last, name), row[name], kind, **context) for name in ("old", "new", *PARTS)
        }
        year = fig(key("year", last), last, "year")
        said.append(sentence(f"{head} {told}.", figure=headline_words(row["figure"]), year=year, **figures))
    return said


def why_sheet(table: pd.DataFrame, old: Snapshot, new: Snapshot) -> Sheet:
    """Return every headline that differs between two runs, with its parts."""
    group = _("Of this")
    columns = [
        Column("year", _("Year"), "year", width=8),
        Column("label", _("Figure"), "text", width=40),
        Column("old", _("Earlier run"), "decimal", width=12),
        Column("new", _("Later run"), "decimal", width=12),
        Column("change", _("Change"), "decimal", width=12),
        Column("data", _("data"), "decimal", group, 12),
        Column("boundary", _("administrative units"), "decimal", group, 12),
        Column("criteria", _("criteria and levels"), "decimal", group, 12),
        Column("code", _("program"), "decimal", group, 12),
    ]
    frame = table.assign(
        label=table["figure"].map(headline_words), key=table["figure"].astype(str) + "_" + table["year"].astype(str)
    )
    is_illustrative = old.about.is_illustrative or new.about.is_illustrative
    source = _("runs of {old} and {new}").format(old=f"{old.about.made:%d/%m/%Y}", new=f"{new.about.made:%d/%m/%Y}")
    return Sheet(
        name=_("Why it changed"), title=_("Why the figures of two runs differ: {unit}").format(unit=new.about.unit_name), columns=columns,
        frame=frame, source=source, stamps=[stamps.illustrative()] if is_illustrative else [], row_key="key",
        empty=_("No headline figure differs between the two runs."),
        notes=[_("The four parts add up to the change; data, units and criteria are exchanged one at a time, each part the mean over all orders.")],
    )  # fmt: skip
