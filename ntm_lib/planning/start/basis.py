"""Say what the start of a plan rests on, and put the published figures beside it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from ntm_lib import criteria
from ntm_lib.errors import FaultList, FaultsError, UsageError
from ntm_lib.evaluation import VERIFIED, read_published
from ntm_lib.messages import _
from ntm_lib.model_words import tell
from ntm_lib.planning.start.baseline import Baseline, is_weak, load_baseline
from ntm_lib.review import Labels
from ntm_lib.strict_yaml import read_yaml
from ntm_lib.verdicts import Verdict

ABOUT = [
    "criterion",
    "label_vi",
    "label_en",
    "unit",
    "sense",
    "level",
    "basis",
    "verified",
    "state",
    "citation",
    "note",
]
COLUMNS = [
    "year",
    "scope",
    "scope_name",
    "measure",
    "value",
    "unit",
    "confidence",
    "source_title",
    "source_url",
    "note",
]


class Mark(BaseModel):
    """One published measure and the computed figure it stands beside; see ``data/planning/published_marks.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    measure: str
    quantity: Literal["mean", "standard", "standard_pct", "group", "communes"]
    set: str | None
    label: Labels
    least: int = Field(default=0, ge=0)
    most: int = Field(default=0, ge=0)


def published_start(baseline: Baseline) -> pd.DataFrame:
    """Put the published figures from the start year on beside the computed start.

    Columns: year, measure, label, value (number), unit, low, high (computed interval; NaN where the results of the start
    cannot be judged by the set that the figure counts by), agrees ("agrees" | "differs" | "not_compared"), is_other_set
    (that set judges neither the start nor the plan: the results were carried onto it for this comparison alone), confidence,
    source_title, source_url, note. A figure of a later year is compared with the start as well: it says how far the
    start, judged by that law, may be right, and nothing is fitted to it.
    """
    marks = _marks(baseline)
    others = _by_other_sets(baseline, marks)
    table = _published(baseline)
    rows = []
    for mark in marks:
        low, high = _computed(baseline, mark, others)
        for _index, row in table[table["measure"] == mark.measure].iterrows():
            value = float(row["value"])
            if np.isnan(low):
                agrees = "not_compared"
            else:
                # ASSUME: a published figure is rounded to the digits that it is printed with.
                slack = 0.5 * 10.0 ** -len(str(row["value"]).partition(".")[2])
                agrees = "agrees" if low - slack <= value <= high + slack else "differs"
            held = {"low": low, "high": high, "agrees": agrees, "is_other_set": mark.set in others}
            rows.append({**row, "label": str(mark.label), "value": value, **held})
    order = ["year", "measure", "label", "value", "unit", "low", "high", "agrees", "is_other_set", *COLUMNS[6:]]
    frame = pd.DataFrame(rows, columns=order).astype({"year": int})
    return frame.sort_values("year", kind="stable", ignore_index=True)


def _marks(baseline: Baseline) -> tuple[Mark, ...]:
    path = baseline.project.data / "planning" / "published_marks.yaml"
    try:
        return TypeAdapter(tuple[Mark, ...]).validate_python(read_yaml(path))
    except ValidationError as error:
        faults = FaultList(_("The list of published figures cannot be used"))
        tell(faults, baseline.project.relative(path), error, Mark)
        raise FaultsError(faults.title, faults.faults) from error


def _published(baseline: Baseline) -> pd.DataFrame:
    table = read_published(baseline.project, "results.csv", COLUMNS)
    of_province = (table["scope"] == "province") & (table["scope_name"] == baseline.vintage.province.short_name)
    return table[of_province & (table["year"].astype(int) >= baseline.scenario.settings.horizon.start_year)]


def _by_other_sets(baseline: Baseline, marks: tuple[Mark, ...]) -> dict[str | None, pd.DataFrame]:
    """Count the start by each set of the marks that judges neither the start nor the plan, where the results allow."""
    own = {*baseline.law_set.split("+"), *baseline.old_set.split("+")}
    counts: dict[str | None, pd.DataFrame] = {}
    for item in dict.fromkeys(mark.set for mark in marks if mark.set is not None and mark.set not in own):
        day = criteria.load(baseline.project).named_set(item).decisions[0].in_force.first
        settings = baseline.scenario.settings
        horizon = settings.horizon.model_copy(update={"law_known_on": day})
        scenario = replace(baseline.scenario, settings=settings.model_copy(update={"horizon": horizon}))
        try:
            counts[item] = load_baseline(scenario, baseline.project).counts()
        except UsageError:  # no way leads from the results to that set
            continue
    return counts


def _computed(baseline: Baseline, mark: Mark, others: Mapping[str | None, pd.DataFrame]) -> tuple[float, float]:
    if mark.set is None or mark.set in baseline.law_set.split("+"):
        counts = baseline.counts()
    elif mark.set in baseline.old_set.split("+"):
        counts = baseline.old_counts()
    elif mark.set in others:
        counts = others[mark.set]
    else:
        return float("nan"), float("nan")
    low, high = counts["low"], counts["high"]
    if mark.quantity == "communes":
        return float(len(counts)), float(len(counts))
    if mark.quantity == "mean":
        return float(low.mean()), float(high.mean())
    if mark.quantity == "group":
        certain = (low >= mark.least) & (high <= mark.most)
        possible = (low <= mark.most) & (high >= mark.least)
        return float(certain.sum()), float(possible.sum())
    scale = 100 / len(counts) if mark.quantity == "standard_pct" else 1.0
    return float((low == counts["of"]).sum() * scale), float((high == counts["of"]).sum() * scale)


def rests_on(baseline: Baseline) -> pd.DataFrame:
    """List the requirements whose verdicts at the start rest on a level or a passage that is not sure.

    One row a requirement, documents' order: criterion, requirement, label_vi, label_en, unit, sense, level, basis,
    verified, state, citation, note, ``why`` ("assumed": level assumed; "unverified": level not read in a text; "passage": the
    level is sure but what was carried from the old set is not), passage_note, verdicts (plan communes met or not met).
    """
    frame = baseline.start_rules.requirements
    weak_level = is_weak(baseline.start_rules)
    why = pd.Series("passage", index=frame.index)
    why = why.mask(weak_level, "unverified").mask(frame["basis"] == "assumption", "assumed")
    decided = baseline.requirements.isin([Verdict.MET, Verdict.NOT_MET]).sum()
    listed = frame[ABOUT].assign(why=why, passage_note=baseline.ways["why"], verdicts=decided)
    return listed[weak_level | baseline.ways["is_weak"]].reset_index(names="requirement")


def later_levels(baseline: Baseline) -> pd.DataFrame:
    """List the levels of plan years that are not sure and differ from those that judge the start.

    Columns as ``rests_on`` without ``verdicts``, and ``years`` (text): one row for each level of a requirement.
    """
    start = baseline.start_rules.requirements[["level", "basis", "citation"]]
    frames = []
    for year, rules in sorted(baseline.rules.items()):
        frame = rules.requirements
        before = start.reindex(frame.index)
        is_same = (frame["level"] == before["level"]) | (frame["level"].isna() & before["level"].isna())
        frames.append(
            frame.loc[is_weak(rules) & ~(is_same & (frame["basis"] == before["basis"])), ABOUT].assign(year=year)
        )
    held = pd.concat(frames).reset_index(names="requirement")
    if held.empty:
        return held.assign(years="", why="", passage_note="").drop(columns="year")
    spans = held.groupby(["requirement", "level", "basis", "citation"], sort=False, dropna=False)["year"].agg(
        ["min", "max"]
    )
    first = (
        held.drop_duplicates(["requirement", "level", "basis", "citation"]).drop(columns="year").reset_index(drop=True)
    )
    years = [str(low) if low == high else f"{low}-{high}" for low, high in zip(spans["min"], spans["max"], strict=True)]
    why = (first["basis"] == "assumption").map({True: "assumed", False: "unverified"})
    return first.assign(years=years, why=why, passage_note="")


def rest_shares(baseline: Baseline) -> dict[str, int]:
    """Count the verdicts of the start (plan communes x requirements) by what they rest on.

    ``verified``, ``unverified`` (level not read in a text), ``assumption`` (level assumed), ``passage`` (level verified,
    carried by a passage that is not sure), ``unknown`` (no verdict).
    """
    frame = baseline.start_rules.requirements
    basis = frame["verified"].isin(VERIFIED).map({True: "verified", False: "unverified"})
    basis = basis.mask((basis == "verified") & baseline.ways["is_weak"], "passage")
    basis = basis.mask(frame["basis"] == "assumption", "assumption")
    decided = baseline.requirements.isin([Verdict.MET, Verdict.NOT_MET]).sum()
    shares = {name: int(decided[basis == name].sum()) for name in ("verified", "unverified", "assumption", "passage")}
    unknown = int((baseline.requirements == Verdict.UNKNOWN).to_numpy().sum())
    return {**shares, "unknown": unknown}
