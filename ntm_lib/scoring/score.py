"""Score a whole province: values, law and years in; verdicts and counts out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd

from ntm_lib.criteria import Law, YearRules
from ntm_lib.errors import FaultList
from ntm_lib.messages import _
from ntm_lib.review import NotAssessedRule
from ntm_lib.scoring.findings import with_findings
from ntm_lib.scoring.judge import judge_levels
from ntm_lib.submissions import Results
from ntm_lib.submissions.levels import no_words
from ntm_lib.submissions.results import INDEX
from ntm_lib.units import Lineage
from ntm_lib.verdicts import Verdict, all_of


@dataclass(frozen=True)
class Scores:
    """What the law says of every commune and year.

    ``criteria``: int8 verdicts, index (commune_code, year), one column per criterion.
    ``requirements``: the same for single requirements, a frame per criteria set.
    ``rules``: the rules that judged each year. ``units_on``: the date whose unit codes the index uses. ``words``: whose word
    each verdict on a submitted value is (``level``), and whether a value or a ``finding`` decided; index (set_id, commune_code,
    year, requirement), see `submissions.levels.results_that_count`; a requirement without a row rests on no submission.
    """

    criteria: pd.DataFrame
    requirements: Mapping[str, pd.DataFrame]
    rules: Mapping[int, YearRules]
    units_on: dt.date
    words: pd.DataFrame = field(default_factory=no_words)

    def counts(self, rule: NotAssessedRule) -> pd.DataFrame:
        """Count the criteria met; see ``count``."""
        return count(self.criteria, rule)

    def carried(self, lineage: Lineage, rule: str) -> "Scores":
        """Return the criteria of the units that came after, by the stated rule for merged communes.

        Single requirements stay with the communes that reported them, so they are not carried.
        """
        merged = {
            year: lineage.merge_verdicts(frame.droplevel("year"), rule=rule)
            for year, frame in self.criteria.groupby(level="year")
        }
        criteria = pd.concat(merged, names=["year", "commune_code"]).swaplevel().sort_index()
        return Scores(criteria.astype(np.int8), MappingProxyType({}), self.rules, lineage.to_date, self.words)


def count(criteria: pd.DataFrame, rule: NotAssessedRule) -> pd.DataFrame:
    """Count the criteria met in each row of verdicts.

    Returns int columns ``low`` (met for certain), ``high`` (if every unknown one were met), ``unknown``,
    ``not_assessed`` and ``of`` (the total the count is out of). Unknown is never counted as not met.
    ``rule`` says whether a criterion that is not assessed counts as met or leaves the total.
    """
    codes = criteria.to_numpy()
    met, unknown, not_assessed = (
        np.count_nonzero(codes == verdict, axis=1) for verdict in (Verdict.MET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE)
    )
    total = np.full(len(codes), codes.shape[1])
    if rule is NotAssessedRule.COUNTS_AS_MET:
        met = met + not_assessed
    else:
        total = total - not_assessed
    columns = {
        "low": met,
        "high": met + unknown,
        "unknown": unknown,
        "not_assessed": not_assessed,
        "of": total,
    }
    return pd.DataFrame(columns, index=criteria.index)


def score(
    results: Results,
    law: Law,
    *,
    region: str,
    years: Sequence[int],
    judged_by: Mapping[int, str] | None = None,
    variant: str = "commune",
    communes: pd.Index | None = None,
) -> Scores:
    """Judge every commune and year of ``results`` by the set that judges the year in ``region``.

    ``communes``: the codes that should have reported; one without a line for a year is unknown there in every
    criterion (None: only the lines there are). A finding that counts decides over the value (see `with_findings`). A year that
    nobody reported by any set is unknown throughout, but a period without any results, and a year reported only by other sets,
    are refused. Whole-array: the work grows with the number of years and requirements, not with a loop over communes.
    """
    rules = {year: law.for_year(year, region, variant=variant, set_for_year=judged_by) for year in years}
    _check_years(results, rules)
    requirements, criteria = {}, []
    for set_id in dict.fromkeys(year_rules.set_id for year_rules in rules.values()):
        of_set = {year: year_rules for year, year_rules in rules.items() if year_rules.set_id == set_id}
        values = _with_all(_values_of(results, set_id, of_set), communes, list(of_set))
        requirements[set_id] = with_findings(_judge_years(values, of_set), results.words_of(set_id))
        criteria.append(criteria_verdicts(requirements[set_id], next(iter(of_set.values()))))
    joined = criteria[0] if len(criteria) == 1 else pd.concat(criteria).sort_index()
    return Scores(joined, MappingProxyType(requirements), MappingProxyType(rules), results.unit_vintage, results.words)


def _values_of(results: Results, set_id: str, of_set: Mapping[int, YearRules]) -> pd.DataFrame:
    """Return the values by a set; without lines where nobody reported by it."""
    if (values := results.values.get(set_id)) is not None:
        return values
    index = pd.MultiIndex.from_arrays([pd.Index([], dtype="str"), pd.Index([], dtype="int64")], names=INDEX)
    return pd.DataFrame(index=index, columns=next(iter(of_set.values())).requirements.index, dtype=float)


def _with_all(values: pd.DataFrame, communes: pd.Index | None, years: list[int]) -> pd.DataFrame:
    """Add an empty line for each commune and year that has none, and leave out communes that are not asked for."""
    if communes is None:
        return values
    wanted = pd.MultiIndex.from_product([communes, years], names=values.index.names)
    return values if wanted.equals(values.index) else values.reindex(wanted)


def _judge_years(values: pd.DataFrame, rules: Mapping[int, YearRules]) -> pd.DataFrame:
    """Judge the rows of several years by one set; a level that differs from year to year is spread over the rows."""
    years = values.index.get_level_values("year").to_numpy()
    is_wanted = np.isin(years, list(rules))
    if not is_wanted.all():
        values, years = values[is_wanted], years[is_wanted]
    order = sorted(rules)
    table = np.array([rules[year].requirements["level"] for year in order])
    place = np.searchsorted(order, years)
    levels = [
        float(column[0]) if np.array_equal(column, np.full(len(order), column[0]), equal_nan=True) else column[place]
        for column in table.T
    ]
    return judge_levels(values, rules[order[0]], levels)


def criteria_verdicts(verdicts: pd.DataFrame, rules: YearRules) -> pd.DataFrame:
    """Join the verdicts of requirements into those of criteria: a criterion is met when all its parts are."""
    codes = verdicts.to_numpy()
    groups = rules.requirements.groupby("criterion", sort=False).indices
    columns = {criterion: all_of(codes[:, positions], axis=1) for criterion, positions in groups.items()}
    return pd.DataFrame(columns, index=verdicts.index)


def _check_years(results: Results, rules: Mapping[int, YearRules]) -> None:
    """Stop, with every year at once, where only other sets were reported by; and where nobody reported any year."""
    held = {name: set(frame.index.unique("year")) for name, frame in results.values.items()}
    is_silent = not set().union(*held.values()) & set(rules)
    faults = FaultList(_("Years without results by the set that judges them"))
    for year, year_rules in rules.items():
        if year not in held.get(year_rules.set_id, ()):
            others = [name for name, years in held.items() if year in years]
            if not (others or is_silent):
                continue
            faults.add(
                year,
                _("reported by: {sets}").format(sets=", ".join(others) or _("none")),
                year_rules.set_id,
                _("Hand in these results, or change `judged_by` in parameters/review.yaml."),
            )
    faults.stop_if_any()
