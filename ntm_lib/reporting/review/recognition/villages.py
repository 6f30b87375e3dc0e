"""Villages as a tier of their own: how many reached the standard, as far as reported, and the published aims."""

import re

import pandas as pd

from ntm_lib.evaluation.recognition.rules import load_rules
from ntm_lib.evaluation.recognition.villages import COUNTS, village_aims, village_counts, villages
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.recognition.held import judged_year
from ntm_lib.reporting.review.recognition.tables import of_today, verified_words
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import rows_of
from ntm_lib.reporting.sentences import Sentence, sentence
from ntm_lib.reporting.sheets import Column, Sheet, sums


def village_sentences(subject: Subject) -> list[Sentence]:
    """Count the villages at the standard, or say that nothing was reported; then the aims."""
    territory = subject.territory
    year = judged_year(territory)
    frame = villages(territory)
    aims = _village_aims(subject) if subject.tier == "province" else []
    counts = None if frame is None else village_counts(frame, territory, year)
    if counts is not None and subject.commune:
        counts = counts.loc[counts.index == subject.commune]
    reported = None if counts is None else counts.dropna(subset=["villages"])
    if counts is None or reported is None or reported.empty:
        text = _(
            "The table of villages (table {table}) is not reported yet, so no number of villages at the standard is known."
        )
        return [sentence(text, table="13"), *aims]
    text = _(
        "By the table of villages of {year}, reported by {communes}: {recognised} villages are recognised and {meets} meet "
        "every criterion of the village set."
    )
    told = sentence(
        text,
        year=_fig(subject, "year", year, "year"),
        communes=_fig(subject, "reported", len(reported), "share", whole=len(counts)),
        recognised=_village_share(subject, "recognised", reported),
        meets=_village_share(subject, "meets", reported),
    )
    return [told, *aims]


def _village_share(subject: Subject, name: str, reported: pd.DataFrame) -> Fig:
    whole = int(reported["villages"].sum())
    return fig(subject.key("villages", name), int(reported[name].sum()), "share", whole=whole, noun=_("villages"))


def _village_aims(subject: Subject) -> list[Sentence]:
    said = []
    for row in rows_of(village_aims(subject.territory)):
        key = re.sub(r"[^a-z0-9]+", "_", f"aim_{row.year}_{row.indicator}".lower())
        text = _("Published aim for {year}: {aim}: {value} ({source}).")
        if row.unit == "%":
            value = _fig(subject, key, row.value, "percent", digits=0)
        elif pd.notna(row.out_of):
            value = _fig(subject, key, row.value, "share", whole=row.out_of, noun=_("villages"))
        else:
            value = _fig(subject, key, row.value)
            text = _("Published aim for {year}: {aim}: {value} villages ({source}).")
        said.append(
            sentence(
                text,
                year=_fig(subject, f"{key}_year", row.year, "year"),
                aim=formats.in_sentence(str(row.label)),
                value=value,
                source=str(row.source),
            )
        )
    return said


def villages_sheet(subject: Subject) -> Sheet:
    """Count the villages by commune; empty while nobody reported them."""
    territory = subject.territory
    year = judged_year(territory)
    columns = [
        Column("name", _("Commune"), width=22),
        Column("villages", _("Number of villages"), "count"),
        Column("households", _("Households"), "count"),
        Column("recognised", _("Recognised"), "count"),
        Column("meets", _("Meet every criterion"), "count"),
        Column("may_meet", _("Without enough data"), "count"),
        Column("border_recognised", _("Recognised, of border communes"), "count"),
    ]
    frame = villages(territory)
    village_set = load_rules(territory.project).village_set
    notes = [
        _("Village set: {document}; {criteria} criteria in {groups} groups. {verified}.").format(
            document=village_set.document,
            criteria=village_set.criteria,
            groups=village_set.groups,
            verified=verified_words()[village_set.verified],
        ),
        _("A dash: the commune has not reported. Villages are recognised at district level."),
    ]
    if frame is None:
        table = pd.DataFrame(columns=["commune_code", "name", *COUNTS])
    else:
        counts = village_counts(frame, territory, year)
        table = territory.in_programme[["name"]].join(counts).rename_axis("commune_code").reset_index()
        table = of_today(table, subject)
    return Sheet(
        "villages",
        _("Villages reaching NTM, {year}").format(year=year),
        columns,
        table,
        total=sums(table, columns, "name") if len(table) > 1 else None,
        notes=notes,
        row_key="commune_code",
        empty=_("Not reported"),
    )


def _fig(subject: Subject, name: str, value: object, kind: str = "count", **context: object) -> Fig:
    return fig(subject.key("villages", name), value, kind, **context)


CONTENTS = Contents(sentences={"villages": village_sentences}, tables={"villages": villages_sheet})
