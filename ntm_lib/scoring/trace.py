"""Follow one verdict back to its value, file and row, and to the rule it was judged by."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ntm_lib.criteria import Law, select
from ntm_lib.errors import NtmError, UsageError, preview
from ntm_lib.messages import _
from ntm_lib.scoring.findings import with_findings
from ntm_lib.scoring.judge import judge
from ntm_lib.submissions import Results
from ntm_lib.verdicts import Verdict


@dataclass(frozen=True)
class Trace:
    """One verdict with all that led to it.

    ``value`` NaN: not reported; infinite: not assessed. ``file`` and ``row`` (counted as a spreadsheet does) say where
    the value stands; ``rule`` is the row of ``YearRules.requirements``. ``word``: whose word decided, None where the value is
    of no submission.
    """

    commune_code: str
    year: int
    requirement: str
    value: float
    status: str
    as_of_date: dt.date
    file: str
    row: int
    set_id: str
    rule: pd.Series
    verdict: Verdict
    is_illustrative: bool = False
    word: "Word | None" = None


@dataclass(frozen=True)
class Word:
    """The word that decided on a submitted requirement, and where it stands.

    ``level``: commune, district or province. ``value_level``: whose the value is, empty without one. ``finding``: True met,
    False not met, None when the value decided by the law; ``by_value``: what the law says of the value.
    """

    level: str
    value_level: str
    finding: bool | None
    by_value: Verdict
    file: str
    sheet: str
    cell: str
    submission: int
    sha256: str


def trace(
    results: Results,
    law: Law,
    commune_code: str,
    item: str,
    year: int,
    *,
    region: str,
    judged_by: Mapping[int, str] | None = None,
) -> list[Trace]:
    """Trace a criterion ("17"), indicator ("17.1") or requirement ("17.1/clean") of one commune in one year.

    ``commune_code`` is a code of ``results.unit_vintage``. Returns a trace for each requirement of the item. Raises
    UsageError for an unknown item, NtmError when the commune reported nothing for the year.
    """
    rules = law.for_year(year, region, set_for_year=judged_by)
    about = rules.requirements
    wanted = select(rules, item)
    if wanted.empty:
        raise UsageError(
            _("'{item}' is not in {sets}. It has: {known}.").format(
                item=item, sets=rules.set_id, known=preview(about.index, 60)
            )
        )
    values = results.values.get(rules.set_id)
    if values is None or (commune_code, year) not in values.index:
        raise NtmError(
            _("{code}: no results for {year} by {sets}.").format(code=commune_code, year=year, sets=rules.set_id)
        )
    line = values.loc[[(commune_code, year)]].reindex(columns=about.index)
    words, judged = results.words_of(rules.set_id), judge(line, rules)
    verdicts, by_value = with_findings(judged, words).iloc[0], judged.iloc[0]
    place = (commune_code, year)
    origin = results.origin[rules.set_id]
    facts = _facts(results, rules.set_id, place, words)
    return [
        Trace(
            commune_code=commune_code,
            year=year,
            requirement=str(requirement),
            value=float(line[requirement].iloc[0]),
            status=str(facts["status"].get(requirement, facts["status"][""])),
            as_of_date=facts["as_of_date"].get(requirement, facts["as_of_date"][""]).date(),
            file=str(origin.at[place, "file"]),
            row=int(origin["row"].loc[place]),
            set_id=rules.set_id,
            rule=rule,
            verdict=Verdict(verdicts[str(requirement)]),
            is_illustrative=bool(results.generated[rules.set_id].loc[place]),
            word=_word(words, (*place, str(requirement)), Verdict(by_value[str(requirement)])),
        )
        for requirement, rule in wanted.iterrows()
    ]


def _facts(results: Results, set_id: str, place: tuple[str, int], words: pd.DataFrame) -> pd.DataFrame:
    """Return status and cut-off date of each word of a line by requirement; of the line itself under the empty name."""
    line = {"status": results.status[set_id].loc[place], "as_of_date": results.as_of[set_id].loc[place]}
    is_own = np.array([key[:2] == place for key in words.index], dtype=bool)
    own = words.loc[is_own].droplevel(["commune_code", "year"])
    return pd.concat([own[list(line)], pd.DataFrame(line, index=[""])])


def _word(words: pd.DataFrame, place: tuple[str, int, str], by_value: Verdict) -> Word | None:
    if place not in words.index:
        return None
    row = words[words.index == place].iloc[0].to_dict()
    finding = None if pd.isna(row["finding"]) else bool(row["finding"])
    names = ("level", "value_level", "file", "sheet", "cell", "sha256")
    told = {name: str(row[name]) for name in names}
    return Word(finding=finding, by_value=by_value, submission=int(row["submission"]), **told)
