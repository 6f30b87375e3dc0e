"""Set apart two things: meeting every criterion by the data, and being recognised by a decision."""

import pandas as pd

from ntm_lib.evaluation.published_table import read_published
from ntm_lib.evaluation.recognition.states import COUNTED, REASSESS, states
from ntm_lib.evaluation.territory import Territory


def standing(territory: Territory, year: int) -> pd.DataFrame:
    """Set the data of a year-end beside the register, one row a commune of the programme, documents' order.

    Columns: name, parent_code, low, high, of, meets (True, False, NA where unknown criteria decide), is_recognised (by
    name in the register, on the units of the territory), state ("" when not in the register), year, decision_no,
    decision_date. A recognition that no longer counts, or is to be assessed again, is not ``is_recognised``.
    """
    counts = territory.of_year(territory.counts, year)
    register = states(territory, territory.vintage.date).sort_values("year")
    register = register[(register["year"] <= year) & register["now_code"].isin(counts.index)]
    latest = register.drop_duplicates("now_code", keep="last").set_index("now_code")
    frame = territory.in_programme[["name", "parent_code"]].join(counts[["low", "high", "of", "is_reported"]])
    frame = frame.join(latest[["state", "year", "decision_no", "decision_date"]])
    meets = (frame["low"] >= frame["of"]).astype("boolean")
    undecided = (frame["high"] >= frame["of"]) & ~meets
    return frame.assign(
        meets=meets.mask(undecided),
        is_recognised=frame["state"].isin(COUNTED),
        is_reassessed=frame["state"] == REASSESS,
        state=frame["state"].fillna(""),
    )


def not_named(territory: Territory, year: int) -> int:
    """Return how many communes of the province were recognised up to a year without their names being found.

    Any of them may be a commune that the register does not name.
    """
    counts = read_published(territory.project, "recognised_counts.csv", ["last_year", "not_named"])
    years, numbers = counts["last_year"].astype(int), counts["not_named"].astype(int)
    known = years <= year
    if territory.review.as_of:  # a year's recognitions are decided in the January after it
        known &= years < territory.review.as_of.year
    return int(numbers[known].sum())


def compare(table: pd.DataFrame) -> dict[str, int]:
    """Count `standing`: meets, recognised, both, meets_only, recognised_not_met, recognised_unknown, may_meet, reassessed."""
    meets = table["meets"].fillna(value=False)
    unknown = table["meets"].isna()
    named = table["is_recognised"]
    return {
        "communes": len(table),
        "meets": int(meets.sum()),
        "may_meet": int(unknown.sum()),
        "recognised": int(named.sum()),
        "both": int((meets & named).sum()),
        "meets_only": int((meets & ~named).sum()),
        "recognised_unknown": int((unknown & named).sum()),
        "recognised_not_met": int((~meets & ~unknown & named).sum()),
        "reassessed": int(table["is_reassessed"].sum()),
    }
