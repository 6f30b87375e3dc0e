"""Group what communes wrote on difficulties, causes and requests (table B15): by criterion, kind and addressee."""

import pandas as pd

from ntm_lib.evaluation.shortfalls.settings import Addressee, ShortfallRules
from ntm_lib.evaluation.shortfalls.tables import handed_in
from ntm_lib.evaluation.territory import Territory

COLUMNS = ["commune_code", "name", "short_name", "year", "kind", "criterion", "cause_kind", "text", "addressee"]
GENERAL = ""
NOT_SAID = "not_said"
MENTIONS = ["kind", "cause_kind", "criterion", "addressee"]


def remarks(territory: Territory, year: int, rules: ShortfallRules) -> pd.DataFrame:
    """List the remarks of the reporting communes of the territory on a year, as they were written.

    Columns: commune_code (as reported), name, short_name, year, kind (difficulty | cause | request), criterion ("" for a general
    remark), cause_kind (objective | subjective | ""), text (verbatim), addressee (id of the rules; ``not_said``; "" for
    what is no request). Empty when nobody handed in the table.
    """
    frame = handed_in(territory, "b15")
    frame = frame[frame["year"] == year]
    names = territory.parts.drop_duplicates("from_code").set_index("from_code")[["name", "short_name"]]
    frame = frame.join(names, on="commune_code")
    frame = frame.assign(
        criterion=frame["criterion"].fillna(GENERAL),
        cause_kind=frame["cause_kind"].fillna(""),
        addressee=addressees(frame["text"], rules.addressees).where(frame["kind"] == "request", ""),
    )
    return frame[COLUMNS].sort_values("commune_code", kind="stable", ignore_index=True)


def years_with_remarks(territory: Territory) -> list[int]:
    """Return the years of the review on which communes of the territory wrote something."""
    held = set(handed_in(territory, "b15")["year"])
    return [year for year in territory.years if year in held]


def addressees(texts: pd.Series, known: tuple[Addressee, ...]) -> pd.Series:
    """Tell whom each text names, the first of ``known`` that is found; none: ``not_said``."""
    plain = texts.str.casefold()
    found = pd.Series(NOT_SAID, index=texts.index, dtype="str")
    for addressee in reversed(known):
        is_named = pd.Series(data=False, index=texts.index)
        for word in addressee.words:
            is_named |= plain.str.contains(word.casefold(), regex=False).astype(bool)
        found = found.mask(is_named, addressee.id)
    return found


def mentions(table: pd.DataFrame) -> pd.DataFrame:
    """Count the communes behind each remark, most often written first.

    A row for each kind, cause_kind, criterion and addressee: communes (distinct), quote (the text that most communes
    wrote, verbatim; ties: the first in the documents' order), quoted (communes that wrote just that).
    """
    if table.empty:
        return pd.DataFrame(columns=[*MENTIONS, "communes", "quote", "quoted"])
    table = table.assign(folded=table["text"].str.casefold().str.split().str.join(" "))
    same = table.groupby([*MENTIONS, "folded"], sort=False).agg(
        quote=("text", "first"), quoted=("commune_code", "nunique")
    )
    most = same.reset_index().sort_values("quoted", ascending=False, kind="stable").drop_duplicates(MENTIONS)
    communes = table.groupby(MENTIONS)["commune_code"].nunique().rename("communes").reset_index()
    joined = communes.merge(most[[*MENTIONS, "quote", "quoted"]], on=MENTIONS)
    return joined.sort_values("communes", ascending=False, kind="stable", ignore_index=True)
