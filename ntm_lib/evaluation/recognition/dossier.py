"""Examine dossiers before they are sent: which conditions of the law in force are met, not met, or not known."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ntm_lib.evaluation.capital.arrears import owed_by_commune
from ntm_lib.evaluation.recognition.dossier_file import DossierFile, read_dossiers
from ntm_lib.evaluation.recognition.rules import Check, Condition, Paper, Period, Rules, load_rules
from ntm_lib.evaluation.recognition.standing import standing
from ntm_lib.evaluation.territory import Territory
from ntm_lib.verdicts import Verdict, all_of

_FACTS = [
    "has_file",
    "registered",
    "criteria_at_registration",
    "households",
    "asked_pct",
    "satisfied_pct",
    "owed_by_office",
    "security",
]


@dataclass(frozen=True, eq=False)
class Precheck:
    """The dossiers of a territory's communes for one year.

    ``period``: the document in force on the last day of the year, None before the first. ``states``: commune ×
    condition, `Verdict` codes; ``papers``: commune × paper, MET in the dossier, NOT_MET not in it, UNKNOWN not said;
    ``facts``: what each state rests on (columns of ``_FACTS``, low, high, of, count_before_low, count_before_high and those
    of `owed_by_commune`); ``criteria``: commune × criterion; ``is_recognised``: by name in the register.
    """

    year: int
    period: Period | None
    conditions: tuple[Condition, ...]
    paper_list: tuple[Paper, ...]
    states: pd.DataFrame
    papers: pd.DataFrame
    facts: pd.DataFrame
    criteria: pd.DataFrame
    is_recognised: pd.Series

    @property
    def candidates(self) -> pd.Series:
        """Whether a commune has a dossier to speak of: entered by the office, or all criteria met, perhaps, and not recognised."""
        may_meet = self.facts["high"] >= self.facts["of"]
        return self.facts["has_file"] | (may_meet & ~self.is_recognised)

    def lacking(self, commune: str) -> list[Condition]:
        """List the conditions not known to be met by a commune."""
        states = row_of(self.states, commune)
        return [item for item in self.conditions if states[item.id] != Verdict.MET]


def precheck(territory: Territory, year: int) -> Precheck:
    """Examine every commune of the programme by the conditions in force at the end of a year.

    What the office wrote in ``data/local/dossiers`` for this year and these units is used first, then the data of the
    communes; what neither tells is unknown. A file about another year or about a unit of another day is not used.
    """
    rules = load_rules(territory.project)
    day = dt.date(year, 12, 31)
    conditions, papers = tuple(rules.conditions_on(day)), tuple(rules.papers_on(day))
    files = _files(territory, year, rules)
    facts = _facts(territory, year, files)
    states = pd.DataFrame({item.id: _CHECKS[item.check](item, facts) for item in conditions}, index=facts.index)
    return Precheck(
        year=year,
        period=rules.period_on(day),
        conditions=conditions,
        paper_list=papers,
        states=states.astype(np.int8),
        papers=_papers(files, papers, facts.index),
        facts=facts,
        criteria=territory.of_year(territory.scores.criteria, year),
        is_recognised=standing(territory, year)["is_recognised"],
    )


def row_of(frame: pd.DataFrame, commune: str) -> pd.Series:
    """Return the row of one commune."""
    return frame.loc[[commune]].iloc[0]


def overall(checked: Precheck) -> pd.Series:
    """Join the conditions and papers of each commune: MET only when every one is known to be met."""
    papers = all_of(checked.papers)
    joined = checked.states.assign(papers=papers)
    return pd.Series(all_of(joined), index=checked.states.index, name="overall")


def _files(territory: Territory, year: int, rules: Rules) -> dict[str, DossierFile]:
    """Return the files of this year about communes that are the very units of this territory."""
    held = set(territory.vintage.units)
    read = read_dossiers(territory.project, (paper.id for paper in rules.papers))
    inside = territory.in_programme.index
    return {item.commune: item for unit, item in read if item.year == year and unit in held and item.commune in inside}


def _facts(territory: Territory, year: int, files: Mapping[str, DossierFile]) -> pd.DataFrame:
    rows = {code: _told(item) for code, item in files.items()}
    told = pd.DataFrame.from_dict(rows, orient="index", columns=_FACTS).reindex(territory.in_programme.index)
    facts = told.assign(has_file=told["has_file"].notna())
    facts = facts.join(territory.of_year(territory.counts, year)[["low", "high", "of"]])
    facts = facts.join(_counts_before(territory, year)).join(owed_by_commune(territory, year))
    return facts.astype({name: "float64" for name in _FACTS if name != "has_file"})


def _told(item: DossierFile) -> list[object]:
    survey = item.satisfaction
    return [
        True,
        None if item.registered is None else float(item.registered.answer),
        item.criteria_at_registration,
        survey and survey.households,
        survey and survey.asked_pct,
        survey and survey.satisfied_pct,
        item.arrears and item.arrears.owed_vnd_million,
        None if item.security is None else float(item.security.answer),
    ]


def _counts_before(territory: Territory, year: int) -> pd.DataFrame:
    """Return the count of the year before, in which a commune registers; missing before the first year."""
    names = ["count_before_low", "count_before_high"]
    if year - 1 not in territory.years:
        return pd.DataFrame(np.nan, index=territory.in_programme.index, columns=names)
    counts = territory.of_year(territory.counts, year - 1)[["low", "high"]]
    return counts.set_axis(names, axis=1).astype("float64")


def _papers(files: Mapping[str, DossierFile], papers: tuple[Paper, ...], index: pd.Index) -> pd.DataFrame:
    said = {code: [item.papers.get(paper.id) for paper in papers] for code, item in files.items()}
    columns = [paper.id for paper in papers]
    table = pd.DataFrame.from_dict(said, orient="index", columns=columns).reindex(index)
    return table.astype("boolean").astype("Int8").fillna(Verdict.UNKNOWN).astype(np.int8)


def _between(low: pd.Series, high: pd.Series, least: pd.Series | float) -> np.ndarray:
    """Judge a floor on an interval; missing ends give unknown."""
    return np.select([low >= least, high < least], [Verdict.MET, Verdict.NOT_MET], default=Verdict.UNKNOWN)


def _yes(values: pd.Series) -> np.ndarray:
    return np.select([values == 1, values == 0], [Verdict.MET, Verdict.NOT_MET], default=Verdict.UNKNOWN)


def _at_registration(rule: Condition, facts: pd.DataFrame) -> np.ndarray:
    own = facts["criteria_at_registration"]
    low, high = own.fillna(facts["count_before_low"]), own.fillna(facts["count_before_high"])
    return _between(low, high, float(rule.least or 0))


def _satisfaction(rule: Condition, facts: pd.DataFrame) -> np.ndarray:
    limits = [("asked_pct", rule.asked_pct), ("satisfied_pct", rule.satisfied_pct)]
    parts = [_between(facts[name], facts[name], limit) for name, limit in limits if limit is not None]
    return all_of(np.column_stack(parts).astype(np.int8)) if parts else _yes(facts["satisfied_pct"] * np.nan)


def _no_arrears(_rule: Condition, facts: pd.DataFrame) -> np.ndarray:
    """Take the office's word first, then the table of arrears; no row in it does not say that nothing is owed."""
    owed = facts["owed_by_office"].fillna(facts["owed"])
    return np.select([owed > 0, owed == 0], [Verdict.NOT_MET, Verdict.MET], default=Verdict.UNKNOWN)


_CHECKS: Mapping[Check, Callable[[Condition, pd.DataFrame], np.ndarray]] = {
    "registered": lambda _rule, facts: _yes(facts["registered"]),
    "criteria_at_registration": _at_registration,
    "all_criteria": lambda _rule, facts: _between(facts["low"], facts["high"], facts["of"]),
    "no_arrears": _no_arrears,
    "satisfaction": _satisfaction,
    "security": lambda _rule, facts: _yes(facts["security"]),
}
