"""What a report says of assigned aims: results beside targets, every version of an aim, published results too."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.aims.assigned import aims_of
from ntm_lib.evaluation.aims.judge import Outcome, Published, Result, against_aims
from ntm_lib.evaluation.aims.measures import MEASURES, measure_words
from ntm_lib.evaluation.aims.value import Value
from ntm_lib.evaluation.once import once
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.capital.words import source_line, stamps_for
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.gathered import evidence_of
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sentences import Sentence, sentence
from ntm_lib.reporting.sheets import Column, Sheet

_NATIONAL = "nation"


def outcome_words() -> dict[Outcome, str]:
    """Return the words for how a result stands to its aim."""
    return {
        Outcome.EXCEEDED: _("Exceeded"),
        Outcome.REACHED: _("Met"),
        Outcome.NOT_REACHED: _("Not met"),
        Outcome.UNKNOWN: _("Not enough data"),
        Outcome.NOT_DUE: _("Not due yet"),
    }


def set_by_words() -> dict[str, str]:
    """Return the words for who set an aim."""
    return {
        "pm": _("set by the Prime Minister"),
        "province": _("set by the province"),
        "nation": _("aim of the whole country"),
        "unit": _("set for the unit"),
    }


def aims_sentences(subject: Subject) -> list[Sentence]:
    """Say of each aim how the result stands to it; where sources lead to different results, say both."""
    results = [result for result in _results(subject) if result.aim.set_by != _NATIONAL and result.aim.measure]
    if not results:
        return [sentence(_("The aims assigned to {unit} for this period have not been entered yet."), unit=subject.name)]  # fmt: skip
    said, told = [], set()
    for place, result in enumerate(results, start=1):
        subject_of = (result.aim.measure, result.aim.target_year)
        if not result.is_contested:
            said.append(_said(subject, result, place))
        elif subject_of not in told:
            told.add(subject_of)
            versions = [other for other in results if (other.aim.measure, other.aim.target_year) == subject_of]
            said.append(_contested(subject, versions))
    return said


def _results(subject: Subject) -> list[Result]:
    if subject.commune and not aims_of(subject.territory, subject.commune):
        return []
    return against_aims(evidence_of(subject)) if subject.commune else _of_territory(subject.territory)


@once
def _of_territory(territory: Territory) -> list[Result]:
    return against_aims(evidence_of(Subject(territory)))


def _said(subject: Subject, result: Result, place: int) -> Sentence:
    aim, value = result.aim, result.value
    label, unit, digits = measure_words(aim.measure)
    key = subject.key("aim", place)
    values: dict[str, Fig | str] = {
        "label": label,
        "set_by": set_by_words()[aim.set_by],
        "year": str(aim.target_year),
        "target": fig(f"{key}.target", aim.value, "number", digits=_digits(aim.value, digits)),
        "unit": unit,
    }
    if pd.isna(value.low) and result.published is None:
        return sentence(
            _("{label}: the aim for {year} ({set_by}) is {target} {unit}; there is no data to judge it."), **values
        )
    values["outcome"] = formats.lowered(outcome_words()[result.outcome]) + _mark(value, result.published)
    if pd.isna(value.low) and result.published is not None:
        published = result.published.value
        values["result"] = fig(f"{key}.published", published, "number", digits=_digits(published, digits))
    else:
        values["result"] = _value_fig(f"{key}.value", value, digits)
    if pd.isna(value.high):
        return sentence(
            _("{label}: at least {result} {unit} against an aim of {target} for {year} ({set_by}): {outcome}."),
            **values,
        )
    return sentence(
        _("{label}: {result} {unit} against an aim of {target} for {year} ({set_by}): {outcome}."), **values
    )


def _contested(subject: Subject, versions: list[Result]) -> Sentence:
    """Say every version of an aim once, and the two results that lead to different conclusions."""
    aim, value, published = versions[0].aim, versions[0].value, versions[0].published
    label, unit, digits = measure_words(aim.measure)
    key = subject.key("aim", aim.measure, aim.target_year)
    clauses = []
    values: dict[str, Fig | str] = {"label": label, "year": str(aim.target_year)}
    for place, version in enumerate(versions, start=1):
        target, who = version.aim.value, set_by_words()[version.aim.set_by]
        clauses.append(f"{{target{place}}} {unit} ({who})")
        values[f"target{place}"] = fig(f"{key}.target{place}", target, "number", digits=_digits(target, digits))
    values["computed"] = _value_fig(f"{key}.value", value, digits)
    total = 0.0 if published is None else published.value
    values["published"] = fig(f"{key}.published", total, "number", digits=_digits(total, digits))
    text = _("{label}: the aim for {year} is {targets}. By the decisions as they were made there are {computed}, by the published total {published}; the two lead to different conclusions and neither is chosen here.")  # fmt: skip
    return sentence(text.replace("{targets}", _(" and ").join(clauses)), **values)


def _value_fig(key: str, value: Value, digits: int) -> Fig:
    if pd.isna(value.high):
        return fig(key, value.low, "number", digits=digits)
    return fig(key, value.low, "interval", high=value.high, digits=digits)


def _mark(value: Value, published: Published | None) -> str:
    """Return the short marks behind an outcome: computed from illustrative or estimated values."""
    if pd.isna(value.low) and published is not None:
        return ""
    marks = [_("illustrative figures")] if value.is_illustrative else []
    marks += [_("estimated")] if value.status != "actual" else []
    return f" ({', '.join(marks)})" if marks else ""


def _digits(number: float, most: int) -> int:
    """Return as few decimals as the number has, up to ``most``; an aim of 12 is not printed as 12.00."""
    text = f"{number:.{max(most, 2)}f}".rstrip("0").rstrip(".")
    return len(text.partition(".")[2])


def aims_sheet(subject: Subject) -> Sheet:
    """Return the aims assigned to the unit beside what was computed and what was published."""
    results = [result for result in _results(subject) if result.aim.set_by != _NATIONAL]
    return _sheet(
        subject,
        _("Against the aims"),
        _("Results against the assigned aims, {unit}").format(unit=subject.name),
        results,
        _("The aims assigned to this unit for the period have not been entered yet."),
        judged=True,
    )


def national_aims_sheet(subject: Subject) -> Sheet:
    """Return the aims of the whole country beside the unit's results: a reference, no verdict, since they were not assigned to it."""
    results = [result for result in _results(subject) if result.aim.set_by == _NATIONAL]
    title = _("Results beside the aims of the whole country, {unit}").format(unit=subject.name)
    return _sheet(
        subject, _("National aims"), title, results, _("No national aim of this period was read."), judged=False
    )


def _sheet(subject: Subject, name: str, title: str, results: Iterable[Result], empty: str, *, judged: bool) -> Sheet:
    rows = [_row(result, place) for place, result in enumerate(results, start=1)]
    outcome = [Column("outcome", _("Conclusion"), width=18)] if judged else []
    columns = [
        Column("period", _("Period"), width=10),
        Column("label", _("Aim"), width=34),
        Column("set_by", _("Who set it"), width=16),
        Column("target", _("Target"), width=12),
        Column("year", _("By"), "year", width=7),
        Column("computed", _("Computed"), width=16, group=_("Result")),
        *([Column("verdict", _("Conclusion from it"), width=14, group=_("Result"))] if judged else []),
        Column("published", _("Published"), width=16, group=_("Result")),
        *([Column("published_verdict", _("Conclusion from it"), width=14, group=_("Result"))] if judged else []),
        *outcome,
        Column("confidence", _("How the aim was read"), width=14),
        Column("source", _("Source of the aim"), width=36),
    ]
    notes = [
        _("An interval is the least and the most that missing reports allow; where it lies on both sides of the target there is not enough data."),
        _("Versions of an aim that contradict each other stand side by side; none was chosen."),
        *([_("Recognised communes, computed: decisions of the period as they were made, on the units of their day; published: the total as printed, after mergers.")] if any(row["is_decisions"] for row in rows) else []),
        *([] if judged else [_("These aims were set for the whole country, not for this unit: they are no assignment.")]),
    ]  # fmt: skip
    has_illustrative = any(row["is_illustrative"] for row in rows)
    return Sheet(
        name,
        title,
        columns,
        pd.DataFrame(rows, columns=["key", *(column.key for column in columns)]),
        source=source_line(subject, ["b01", "b02", "b05", "b10"], is_illustrative=has_illustrative) if rows else "",
        notes=notes if rows else (),
        stamps=stamps_for(subject, is_illustrative=has_illustrative),
        row_key="key",
        empty=empty,
    )


def _row(result: Result, place: int) -> dict[str, Any]:
    aim, value, words = result.aim, result.value, outcome_words()
    label, unit, digits = measure_words(aim.measure) if aim.measure in _known(aim.measure) else (aim.indicator, "", 0)
    published = result.published
    sign = "" if not aim.value else {"at_least": "≥", "at_most": "≤"}[aim.operator]
    return {
        "key": str(place),
        "period": aim.period,
        "label": label,
        "set_by": set_by_words().get(aim.set_by, aim.set_by),
        "target": f"{sign} {formats.with_unit(formats.number(aim.value, _digits(aim.value, digits)), unit)}".strip(),
        "year": aim.target_year,
        "computed": _computed(value, digits),
        "verdict": words[result.computed] if aim.measure else None,
        "published": None if published is None else _published(published, digits),
        "published_verdict": None if result.published_outcome is None else words[result.published_outcome],
        "outcome": _("Sources differ: not concluded") if result.is_contested else words[result.outcome],
        "confidence": confidence_words(aim.confidence),
        "source": aim.source,
        "is_illustrative": value.is_illustrative,
        "is_decisions": value.is_published,
    }


def _known(measure: str) -> set[str]:
    return {measure} if measure.partition(":")[0] in MEASURES else set()


def _computed(value: Value, digits: int) -> str | None:
    """Write a computed value with its marks: communes that reported, illustrative, estimated."""
    if pd.isna(value.low):
        return None
    text = (
        formats.interval(value.low, value.high, digits)
        if pd.notna(value.high)
        else f"≥ {formats.number(value.low, digits)}"
    )
    marks = [_("(ill.)")] if value.is_illustrative else []
    marks += [_("(est.)")] if value.status != "actual" else []
    if value.communes < value.expected and not value.is_published:
        marks.append(_("({told} of {all} communes)").format(told=value.communes, all=value.expected))
    return " ".join([text, *marks])


def _published(published: Published, digits: int) -> str:
    text = formats.number(published.value, _digits(published.value, digits))
    return f"{text} " + _("(forecast)") if published.is_forecast else text


def confidence_words(confidence: str) -> str:
    """Return the words for how a published aim was read."""
    if confidence.startswith("read"):
        return _("read in the source")
    return {"derived": _("computed from published figures")}.get(confidence, _("not verified"))


CONTENTS = Contents(
    sentences={"aims": aims_sentences},
    tables={"aims": aims_sheet, "national_aims": national_aims_sheet},
)
