"""Say what communes, law, merged units and missing data did to the counts."""

from collections.abc import Sequence
from functools import partial

import pandas as pd

from ntm_lib.evaluation.changes.exact import PARTS
from ntm_lib.messages import _
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.changes.held import merger, merger_split, orders, spans, split
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sentences import Sentence, sentence


def parts_said(subject: Subject) -> Sequence[Sentence]:
    """Say what made the mean, and the number of communes with all criteria, change; for a commune its own criteria."""
    if subject.commune:
        return _commune_said(subject)
    said = []
    for first, last in spans(subject):
        figures = split(subject.territory, first, last).figures.T
        said += _mean_said(subject, figures["mean"], first, last)
        said += _all_said(subject, figures["all"], first, last)
    return said


def _mean_said(subject: Subject, row: pd.Series, first: int, last: int) -> list[Sentence]:
    if pd.isna(row["change"]):
        return []
    rose = _("From {first} to {last} the average number of criteria met rose by {change} criteria per commune:")
    fell = _("From {first} to {last} the average number of criteria met fell by {change} criteria per commune:")
    values = _parts(subject, row, "mean", f"{first}_{last}", 2) | _years(subject, "mean", first, last)
    return _made_of(rose if row["change"] >= 0 else fell, row, values, 2)


def _all_said(subject: Subject, row: pd.Series, first: int, last: int) -> list[Sentence]:
    if row["last_high"] == 0:
        return []
    none = _("No commune met all criteria for certain in {first}, {end} did in {last}; the difference:")
    some = _("Communes with all criteria: {start} in {first}, {end} in {last}; the difference:")
    key = partial(subject.key, "change", "all", f"{first}_{last}")
    values = _parts(subject, row, "all", f"{first}_{last}", 0) | _years(subject, "all", first, last)
    values |= {"start": fig(key("start"), row["first_low"], "count"), "end": fig(key("end"), row["last_low"], "count")}
    return _made_of(none if row["first_low"] == 0 else some, row, values, 0)


def _commune_said(subject: Subject) -> list[Sentence]:
    found = spans(subject)
    if not found:
        return []
    first, last = found[0]
    table = split(subject.territory, first, last).by_commune
    if subject.commune not in table.index:
        return []
    row = table.T[subject.commune]
    rose = _("From {first} to {last} the commune met {change} criteria more:")
    fell = _("From {first} to {last} the commune met {change} criteria fewer:")
    values = _parts(subject, row, "criteria", f"{first}_{last}", 0) | _years(subject, "criteria", first, last)
    return _made_of(rose if row["change"] >= 0 else fell, row, values, 0)


def merger_said(subject: Subject) -> Sequence[Sentence]:
    """Say what the merger of units did to the mean and to the communes with all criteria of a province."""
    found, parts = merger(subject.territory), merger_split(subject.territory)
    if subject.tier != "province" or found is None or parts is None:
        return []
    span = f"{found.first_year}_{found.last_year}"
    figures = parts.figures.T
    mean, everyone = figures["mean"], figures["all"]
    fewer = _("After the merger of administrative units {after} communes are in the Programme, {before} before it.")
    rose = _(
        "From {first} (old units) to {last} (new units) the average number of criteria met rose by {change} criteria per commune:"
    )
    fell = _(
        "From {first} (old units) to {last} (new units) the average number of criteria met fell by {change} criteria per commune:"
    )
    more = _("Communes with all criteria: {start} on the old units, {end} on the new ones; the difference:")
    key = partial(subject.key, "merger", span)
    count = {
        "before": fig(key("communes_before"), len(found.before.in_programme), "count"),
        "after": fig(key("communes_after"), len(found.after.in_programme), "count"),
    }
    ends = {
        "start": fig(key("all_before"), everyone["first_low"], "count"),
        "end": fig(key("all_after"), everyone["last_low"], "count"),
    }
    years = _years(subject, "merger", found.first_year, found.last_year)
    return [
        sentence(fewer, **count),
        *_made_of(
            rose if mean["change"] >= 0 else fell, mean, years | _parts(subject, mean, "mean_merged", span, 2), 2
        ),
        *_made_of(more, everyone, ends | _parts(subject, everyone, "all_merged", span, 0), 0),
    ]


def _made_of(head: str, row: pd.Series, values: dict[str, Fig], digits: int) -> list[Sentence]:
    """Return the sentence that begins with ``head`` and names the parts that do not print as nothing."""
    named = [part for part in PARTS if round(float(row[part]), digits) != 0]
    if not named:
        return []
    text = f"{head} {'; '.join(_part_words(part, rose=row[part] > 0) for part in named)}."
    if digits and row["open_low"] < row["open_high"]:
        both = _("What is not comparable and what is not known together truly lie between {open_low} and {open_high}.")
        one = _("What is not known truly lies between {open_low} and {open_high}.")
        text += " " + (both if "not_compared" in named else one)
    return [sentence(text, **values)]


def _part_words(part: str, *, rose: bool) -> str:
    """Return the words for one part; what it did to the count stands in the words, not in a sign."""
    if rose:
        return {
            "communes": _("{communes} more by what the communes did"),
            "law": _("{law} more by changes of the criteria sets and their levels"),
            "boundaries": _("{boundaries} more by the merger of units"),
            "not_compared": _("{not_compared} more not comparable between the criteria sets"),
            "hidden": _("{hidden} more not known because data are missing at one end"),
        }[part]
    return {
        "communes": _("{communes} fewer by what the communes did"),
        "law": _("{law} fewer by changes of the criteria sets and their levels"),
        "boundaries": _("{boundaries} fewer by the merger of units"),
        "not_compared": _("{not_compared} fewer not comparable between the criteria sets"),
        "hidden": _("{hidden} fewer not known because data are missing at one end"),
    }[part]


def order_said(subject: Subject) -> Sequence[Sentence]:
    """Say how far the parts depend on the order in which they are taken."""
    if subject.commune or not spans(subject):
        return []
    first, last = spans(subject)[0]
    table = orders(subject.territory, first, last)
    key = partial(subject.key, "change", "orders", f"{first}_{last}")
    text = _(
        "The order in which the factors are taken matters: over all orders the part of the communes lies between {communes_low} and {communes_high} criteria, that of the criteria sets between {law_low} and {law_high}; the report takes the law first: the results of the last year of a set are judged again by the next."
    )
    ends = {
        f"{part}_{end}": fig(key(part, end), getattr(table[part], how)(), "count")
        for part in ("communes", "law")
        for end, how in (("low", "min"), ("high", "max"))
    }
    return [sentence(text, **ends)]


def _parts(subject: Subject, row: pd.Series, what: str, span: str, digits: int) -> dict[str, Fig]:
    """Return the figures of a change and of its parts without their signs (the words say rose or fell), and the open ends."""
    values = {name: abs(row[name]) for name in ("change", *PARTS) if name in row}
    values |= {name: row[name] for name in ("open_low", "open_high") if name in row}
    key = partial(subject.key, "change", what, span)
    return {name: fig(key(name), value, "number", digits=digits) for name, value in values.items()}


def _years(subject: Subject, what: str, first: int, last: int) -> dict[str, Fig]:
    key = partial(subject.key, "change", what, f"{first}_{last}")
    return {"first": fig(key("first"), first, "year"), "last": fig(key("last"), last, "year")}
