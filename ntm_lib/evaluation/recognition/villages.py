"""Villages as a tier of their own: table B13 counted, beside the aims and the set of criteria as far as they are known."""

import pandas as pd

from ntm_lib import submissions, units
from ntm_lib.evaluation.published_table import read_published
from ntm_lib.evaluation.recognition.rules import load_rules
from ntm_lib.evaluation.territory import Territory

COUNTS = ["villages", "households", "meets", "may_meet", "recognised", "border", "border_recognised"]


def villages(territory: Territory) -> pd.DataFrame | None:
    """Return the villages of the territory as handed in (table B13), None when nobody handed the table in.

    Columns of the contract and: now_code (the commune of the territory, of a divided one its largest part),
    is_border (of the commune as reported, NA where not known), meets (criteria_met equals criteria_total, NA where one
    is missing). Never zero rows for "nothing reported": a commune without rows has not reported.
    """
    if not submissions.is_handed_in("b13", territory.project):
        return None
    table = submissions.read_table("b13", territory.project, territory.review.as_of)
    table.check(territory.project)
    vintage = table.unit_vintage or territory.results.unit_vintage
    lineage = units.lineage(vintage, territory.vintage.date, territory.project)
    links = lineage.links.sort_values("people_share", ascending=False, kind="stable").drop_duplicates("from_code")
    now = links.set_index("from_code")["to_code"]
    frame = lineage.before.attach(table.frame, ["is_border"])
    frame = frame.assign(now_code=frame["commune_code"].map(now))
    frame = frame[frame["now_code"].isin(territory.communes.index)]
    meets = (frame["criteria_met"] >= frame["criteria_total"]).astype("boolean")
    return frame.assign(meets=meets).reset_index(drop=True)


def village_counts(frame: pd.DataFrame, territory: Territory, year: int) -> pd.DataFrame:
    """Count the villages of a year-end by commune of the programme, documents' order; NA where nothing was reported.

    Columns: villages, households, meets (for certain), may_meet (criteria missing), recognised (by that year), border,
    border_recognised (villages of border communes; those of communes whose border is not known are left out).
    """
    rows = frame[frame["year"] == year]
    recognised = (rows["recognised_year"] <= year).fillna(value=False).astype(bool)
    border = rows["is_border"].fillna(value=False).astype(bool)
    marks = pd.DataFrame(
        {
            "villages": 1,
            "households": rows["households"],
            "meets": rows["meets"].fillna(value=False).astype(int),
            "may_meet": rows["meets"].isna().astype(int),
            "recognised": recognised.astype(int),
            "border": border.astype(int),
            "border_recognised": (border & recognised).astype(int),
        }
    )
    sums = marks.groupby(rows["now_code"]).sum(min_count=1)
    return sums.reindex(territory.in_programme.index).astype("Int64")


def village_aims(territory: Territory) -> pd.DataFrame:
    """List the published aims for villages.

    Columns: period, year, indicator, label (Labels), value, unit, out_of, of (border, all), source, confidence.
    """
    aims = load_rules(territory.project).village_aims
    columns = ["period", "target_year", "scope_name", "indicator", "value", "unit", "source_title", "confidence"]
    table = read_published(territory.project, "targets.csv", columns)
    mine = table[table["scope_name"] == territory.vintage.province.short_name]
    known = pd.DataFrame(
        [{"indicator": aim.indicator, "label": aim.label, "out_of": aim.out_of, "of": aim.of} for aim in aims]
    )
    found = mine.merge(known, on="indicator", how="inner")
    found = found.astype({"target_year": int, "value": float}).rename(
        columns={"target_year": "year", "source_title": "source"}
    )
    return found.sort_values(["year", "indicator"], kind="stable").reset_index(drop=True)
