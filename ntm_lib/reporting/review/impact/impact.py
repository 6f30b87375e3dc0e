"""What the review says of impact: the differences found, what their tests allow to be said, what they cannot show."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from ntm_lib.evaluation.impact import INCOME, PLACEBO, POVERTY, VARIANTS, ImpactStudy, impact_study, readings
from ntm_lib.messages import _
from ntm_lib.reporting.effect_chart import effect_chart
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.impact import words
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import source_line
from ntm_lib.reporting.sentences import Sentence, sentence
from ntm_lib.reporting.sheets import Column, Sheet, that_say_something

ENDS = ("estimate", "low", "high")
LEAST_P = 0.001
"""Smaller p-values are printed as this one."""


def impact_sentences(subject: Subject) -> list[Sentence]:
    """Say what was compared, what was found and what may be said of it; nothing for a commune."""
    if subject.tier == "commune":
        return []
    study = impact_study(subject.territory)
    said = readings(study)
    first = [sentence(words.only_method())] if study.is_illustrative else []
    if (said["reading"] == "no_number").all():
        return [*first, *_none(subject, study, said)]
    found = said[said["reading"] != "no_number"]
    return [
        *first,
        *_compared(subject, study),
        *(_found(subject, study, row) for row in found.to_dict("records")),
        *_not_estimated(said),
        *_money(subject, study),
        *([sentence(words.placebo_flat())] if _placebo(study)["why"] == "no_variation" else []),
    ]


def limit_sentences(subject: Subject) -> list[Sentence]:
    """Say what such a comparison cannot show; nothing where there is no number to warn of."""
    return [sentence(text) for text in words.limits()] if _has_number(subject) else []


def _has_number(subject: Subject) -> bool:
    """Whether anything at all could be estimated for this report."""
    return subject.tier != "commune" and bool((impact_study(subject.territory).effects["why"] == "").any())


def _none(subject: Subject, study: ImpactStudy, said: pd.DataFrame) -> list[Sentence]:
    """Say why there is no number at all."""
    if "few_reached" not in set(said["why"]):
        return [sentence(words.whole(str(said["why"].iloc[0])))]
    most = int(said["reached"].max())
    least = fig(subject.key("impact", "least"), study.settings.min_reached, "count")
    seen = fig(subject.key("impact", "seen"), most, "count")
    text = words.too_few_here() if subject.tier == "district" else words.too_few()
    names = {"name": subject.name} if subject.tier == "district" else {}
    return [sentence(text, reached=seen, least=least, **names)]


def _compared(subject: Subject, study: ImpactStudy) -> list[Sentence]:
    key = partial(subject.key, "impact")
    made = [
        sentence(
            words.compared(),
            communes=fig(key("communes"), study.communes, "count"),
            reached=fig(key("reached"), study.reached, "count"),
            year=fig(key("last_year"), study.last_year, "year"),
            tied=", ".join(study.settings.tied_criteria),
        )
    ]
    if study.unclear:
        made.append(sentence(words.unclear(), unclear=fig(key("unclear"), study.unclear, "count")))
    return made


def _found(subject: Subject, study: ImpactStudy, row: Mapping[Any, Any]) -> Sentence:
    """Say one main effect in the words of its reading."""
    name, standard = row["outcome"], row["standard"]
    key = partial(subject.key, "impact", name, *([standard] if standard else []))
    value = partial(_value, name)
    kind = "percent" if name == INCOME else "number"

    def size(what: str, number: float) -> Fig:
        return fig(key(what), number, kind, digits=1)

    low, high = value(row["low"]), value(row["high"])
    values: dict[str, Fig | str] = {
        "outcome": words.outcome(name, standard),
        "reached": fig(key("reached"), row["reached"], "count"),
        "size": size("size", abs(value(row["estimate"])) if row["reading"] == "differs" else value(row["estimate"])),
        "low": size("low", low),
        "high": size("high", high),
        "chance": fig(key("chance"), row["chance"], "number", digits=3),
        "trend": fig(key("trend"), max(LEAST_P, np.nanmin([row["trend"], row["fake"], 1.0])), "number", digits=3),
        "detectable": size("detectable", value(row["detectable"])),
        "confidence": fig(key("confidence"), 100 * study.settings.confidence, "percent", digits=0),
    }
    text = words.reading(row["reading"], name, is_more=row["estimate"] > 0)
    return sentence(text, **{place: held for place, held in values.items() if f"{{{place}}}" in text})


def _not_estimated(said: pd.DataFrame) -> list[Sentence]:
    """Name the outcomes without a number, and why."""
    missing = said[said["reading"] == "no_number"]
    return [
        sentence(
            words.not_estimated(),
            outcomes="; ".join(words.outcome(*pair) for pair in zip(rows["outcome"], rows["standard"], strict=True)),
            why=words.why(str(code)),
        )
        for code, rows in missing.groupby("why")
    ]


def _money(subject: Subject, study: ImpactStudy) -> list[Sentence]:
    """Say what goes with twice the programme money a head; outcomes without a number are left to the table."""
    doses = study.doses
    rows = doses[(doses["kind"] == "after") & (doses["why"] == "")] if len(doses) else doses
    made = []
    for row in rows.to_dict("records"):
        name, standard = row["outcome"], row["standard"]
        key = partial(subject.key, "impact_money", name, *([standard] if standard else []))
        kind = "percent" if name == INCOME else "number"
        is_clear = row["chance"] < 1 - study.settings.confidence
        text = words.money(name, is_clear=is_clear)
        made.append(
            sentence(
                text,
                **({"outcome": words.outcome(name, standard)} if name != INCOME else {}),
                from_year=fig(key("from"), row["money_from"], "year"),
                to_year=fig(key("to"), row["money_to"], "year"),
                last=fig(key("last"), row["change_to"], "year"),
                low=fig(key("low"), _value(name, row["low"]), kind, digits=1),
                high=fig(key("high"), _value(name, row["high"]), kind, digits=1),
            )
        )
    return made


def tests_sheet(subject: Subject) -> Sheet:
    """Return every variant and placebo with its interval and tests."""
    columns = [
        Column("label", _("Outcome watched"), width=26),
        Column("variant_label", _("Way of comparing"), width=34),
        Column("reached", _("Communes at the standard"), "count", width=10),
        Column("comparison", _("Communes compared with"), "count", width=10),
        Column("estimate", _("Difference after"), "decimal", width=10, digits=1),
        Column("low", _("Interval from"), "decimal", _("Confidence interval"), 9, 1),
        Column("high", _("Interval to"), "decimal", _("Confidence interval"), 9, 1),
        Column("chance", _("p of the randomisation test"), "decimal", width=11, digits=3),
        Column("trend", _("p of the trend before"), "decimal", width=11, digits=3),
        Column("detectable", _("Smallest difference that could be found"), "decimal", width=12, digits=1),
        Column("why_words", _("Remark"), width=26),
    ]
    frame = pd.DataFrame(columns=[*(column.key for column in columns), "id"])
    if _has_number(subject):
        frame = _tests(impact_study(subject.territory))
    return Sheet(
        name=_("Tests of impact"),
        title=_("Differences after reaching the standard, with tests"),
        columns=that_say_something(columns, frame, "why_words"),
        frame=frame,
        unit=_("income in percent, poverty in percentage points"),
        source=source_line(subject.territory),
        notes=words.test_notes() if len(frame) else (),
        stamps=subject.stamps,
        row_key="id",
        empty=words.no_comparison(),
    )


def _tests(study: ImpactStudy) -> pd.DataFrame:
    """Return the rows of the table; an outcome without any number has only its main row."""
    effects = study.effects
    has_number = (effects["why"] == "").groupby([effects["outcome"], effects["standard"]]).transform("any")
    rows = effects[has_number | (effects["variant"] == VARIANTS[0]) | (effects["outcome"] == PLACEBO)]
    variants = words.variants()
    table = rows.assign(
        **_sizes(rows, [*ENDS, "detectable"]),
        label=[words.outcome(*pair) for pair in zip(rows["outcome"], rows["standard"], strict=True)],
        variant_label=rows["variant"].map(variants),
        **{name: rows[name].astype("float64").clip(lower=LEAST_P) for name in ("chance", "trend")},
        why_words=rows["why"].map(words.why),
        id=rows["outcome"] + "_" + rows["standard"] + "_" + rows["variant"],
    )
    return _dashed(table, [*ENDS, "detectable", "chance", "trend"])


def money_sheet(subject: Subject) -> Sheet:
    """Return what goes with twice the programme money a head, and the check the other way round."""
    columns = [
        Column("label", _("Outcome watched"), width=28),
        Column("kind_label", _("Question"), width=34),
        Column("money_years", _("Money of the years"), width=13),
        Column("change_years", _("Change of the outcome"), width=13),
        Column("communes", _("Number of communes"), "count", width=9),
        Column("districts", _("Number of districts"), "count", width=9),
        Column("estimate", _("Difference with twice the money a head"), "decimal", width=12, digits=1),
        Column("low", _("Interval from"), "decimal", _("Confidence interval"), 9, 1),
        Column("high", _("Interval to"), "decimal", _("Confidence interval"), 9, 1),
        Column("chance", "p", "decimal", width=8, digits=3),
        Column("why_words", _("Remark"), width=24),
    ]
    frame = pd.DataFrame(columns=[*(column.key for column in columns), "id"])
    doses = impact_study(subject.territory).doses if subject.tier != "commune" else frame
    if len(doses) and (doses["why"] == "").any():
        kinds = words.dose_kinds()
        frame = doses.assign(
            **_sizes(doses, ENDS),
            label=[words.outcome(*pair) for pair in zip(doses["outcome"], doses["standard"], strict=True)],
            kind_label=doses["kind"].map(kinds),
            money_years=doses["money_from"].astype(str) + " - " + doses["money_to"].astype(str),
            change_years=doses["change_from"].astype(str) + " - " + doses["change_to"].astype(str),
            why_words=doses["why"].map(words.why),
            id=doses["outcome"] + "_" + doses["standard"] + "_" + doses["kind"],
        )
        frame = _dashed(frame, [*ENDS, "chance"])
    return Sheet(
        name=_("Money and impact"),
        title=_("Programme money a head and later change of income and poverty"),
        columns=that_say_something(columns, frame, "why_words"),
        frame=frame,
        unit=_("income in percent, poverty in percentage points"),
        source=source_line(subject.territory),
        notes=words.money_notes() if len(frame) else (),
        stamps=subject.stamps,
        row_key="id",
        empty=words.no_comparison(),
    )


def path_picture(subject: Subject, name: str) -> Markup:
    """Return the differences by year before and after reaching the standard; for poverty within the last standard."""
    paths = pd.DataFrame(columns=["outcome", "standard", "since", *ENDS])
    if subject.tier != "commune":
        study = impact_study(subject.territory)
        said = readings(study)
        with_number = said[(said["outcome"] == name) & (said["reading"] != "no_number")]
        if len(with_number):
            paths = study.paths
            paths = paths[(paths["outcome"] == name) & (paths["standard"] == with_number["standard"].iloc[-1])]
    standard = str(paths["standard"].iloc[0]) if len(paths) else ""
    table = paths.assign(**{end: paths[end].astype("float64").map(partial(_value, name)) for end in ENDS})
    return effect_chart(
        table,
        title=_("{outcome}: difference between communes at the standard and those compared, by years since").format(
            outcome=words.outcome(name, standard)
        ),
        unit=_("percent") if name == INCOME else _("percentage points"),
        key=subject.key("impact_path", name),
        empty=words.no_comparison(),
        stamps=subject.stamps,
        source=source_line(subject.territory),
    )


def _placebo(study: ImpactStudy) -> pd.Series:
    return study.effects[study.effects["outcome"] == PLACEBO].iloc[0]


def _sizes(rows: pd.DataFrame, names: Sequence[str]) -> dict[str, Any]:
    """Return columns of effects as printed (`_value`)."""
    is_income = (rows["outcome"] == INCOME).to_numpy()
    sizes = {name: rows[name].to_numpy(np.float64) for name in names}
    return {name: np.where(is_income, 100 * np.expm1(size / 100), size) for name, size in sizes.items()}


def _dashed(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Write a dash for what is not estimated: it is not a value that somebody did not report."""
    return table.assign(**{name: table[name].astype("object").where(table[name].notna(), "-") for name in names})


def _value(name: str, size: float) -> float:
    """Return an effect as printed: income as percent (it is estimated on logarithms), poverty as points."""
    return float(100 * np.expm1(size / 100)) if name == INCOME else float(size)


_SENTENCES: Mapping[str, Callable[[Subject], Sequence[Sentence]]] = {
    "impact": impact_sentences,
    "impact_limits": limit_sentences,
}
CONTENTS = Contents(
    sentences=_SENTENCES,
    tables={"impact_tests": tests_sheet, "impact_money": money_sheet},
    pictures={
        "impact_income_path": partial(path_picture, name=INCOME),
        "impact_poverty_path": partial(path_picture, name=POVERTY),
    },
)
