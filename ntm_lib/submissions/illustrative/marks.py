"""Measure, from the raw values, the figures that the marks speak of."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ntm_lib import criteria, units
from ntm_lib.criteria import Law, YearRules
from ntm_lib.project import Project
from ntm_lib.submissions.illustrative.settings import Mark, Settings, load_settings
from ntm_lib.submissions.results import Results, read_results
from ntm_lib.submissions.store import read_table
from ntm_lib.units import Lineage
from ntm_lib.verdicts import Verdict, all_of

_PASSES = {"at_least": np.greater_equal, "yes": np.greater_equal, "at_most": np.less_equal, "above": np.greater}


def judge(values: pd.DataFrame, rules: YearRules) -> pd.DataFrame:
    """Judge one year's raw values (index commune_code): int8 verdicts, one column per criterion.

    Scoring stands later in the data's way and cannot be used here; a test holds the two together.
    """
    asked = rules.requirements
    numbers = values[list(asked.index)].to_numpy()
    codes = np.empty(numbers.shape, dtype=np.int8)
    for place, (sense, level) in enumerate(zip(asked["sense"], asked["level"], strict=True)):
        codes[:, place] = _PASSES[sense](numbers[:, place], level)
    codes[np.isnan(numbers) | asked["level"].isna().to_numpy()[None, :]] = Verdict.UNKNOWN
    codes[np.isposinf(numbers)] = Verdict.NOT_APPLICABLE
    groups = asked.groupby("criterion", sort=False).indices
    return pd.DataFrame({key: all_of(codes[:, places]) for key, places in groups.items()}, index=values.index)


def _of_year(values: pd.DataFrame, year: int) -> pd.DataFrame:
    return values[values.index.get_level_values("year") == year].droplevel("year")


def count(verdicts: pd.DataFrame) -> pd.Series:
    """Count what is met for certain; a criterion that is not assessed counts as met."""
    return verdicts.isin([Verdict.MET, Verdict.NOT_APPLICABLE]).sum(axis=1)


@dataclass(frozen=True, eq=False)
class Measured:
    """The raw values as they stand in the files, and what follows from them."""

    project: Project
    settings: Settings
    law: Law
    results: Results
    region: str
    lineage: Lineage

    @classmethod
    def load(cls, project: Project) -> "Measured":
        """Read the results of a project and the choices of its generator."""
        law = criteria.load(project)
        settings = load_settings(project, law)
        region = units.on(settings.units_on, project).region
        lineage = units.lineage(settings.units_on, settings.units_after, project)
        return cls(project, settings, law, read_results(project), region, lineage)

    @cached_property
    def verdicts(self) -> dict[int, pd.DataFrame]:
        """Verdicts by year, on the units of the values."""
        rules = {year: self.law.for_year(year, self.region) for year in self.settings.span}
        values = self.results.values
        return {year: judge(_of_year(values[item.set_id], year), item) for year, item in rules.items()}

    @cached_property
    def counts(self) -> pd.DataFrame:
        """Lower bounds, commune × year."""
        return pd.DataFrame({year: count(frame) for year, frame in self.verdicts.items()})

    def count_of(self, mark: Mark) -> pd.Series:
        """Return the lower bounds that a mark speaks of: of the communes with any value for its year."""
        year = mark.year
        if mark.is_after_mergers:
            return count(self.lineage.merge_verdicts(self.verdicts[year]))
        return self.counts[year][self._is_reviewed(year)]

    def _is_reviewed(self, year: int) -> pd.Series:
        reported = pd.concat(frame.notna().any(axis=1) for frame in self.results.values.values())
        return reported.xs(year, level="year").groupby(level="commune_code").any().reindex(self.counts.index)

    def figure(self, mark: Mark) -> float:
        """Return the figure of one mark."""
        match mark.figure:
            case "poverty" | "income_line_fall":
                return self._poverty(mark)
            case "capital":
                return self._capital(mark)
            case "reversals":
                return self._reversals()
            case "jumps":
                return 100 * float((self.counts.diff(axis=1).iloc[:, 1:].abs() > mark.than).to_numpy().mean())
            case "missing":
                return self._missing(mark)
        counts = self.count_of(mark)
        limit = self.verdicts[mark.year].shape[1] if mark.than is None else mark.than
        found = {
            "mean": counts.mean(),
            "reviewed": len(counts),
            "above": (counts > limit).sum(),
            "under": (counts < limit).sum(),
            "all_met": (counts == limit).sum(),
        }
        return float(found[mark.figure])

    def _poverty(self, mark: Mark) -> float:
        """Rate of the newest standard of a year, or the fall of the oldest one that covers both years."""
        frame = read_table("b10", self.project).frame.dropna(subset=["poor_households"])
        sums = frame.groupby(["poverty_standard", "year"])[["poor_households", "households"]].sum().astype(float)
        rates = {key: 100 * float(poor / households) for key, poor, households in sums.itertuples()}
        if mark.figure == "poverty":
            return rates[self._standards(mark.year)[-1], mark.year]
        oldest = self._standards(mark.year)[0]
        return rates[oldest, mark.first_year] - rates[oldest, mark.year]

    def _standards(self, year: int) -> list[str]:
        """Return the poverty standards of a year, in the order of the choices."""
        return [lines[year] for lines in self.settings.poverty_lines.values() if year in lines]

    def _capital(self, mark: Mark) -> float:
        frame = read_table("b06", self.project).frame
        inside = frame["year"].between(mark.first_year, mark.year)
        return float(frame.loc[inside, "total_vnd_million"].sum() / 1000)

    def _reversals(self) -> float:
        """Share of criteria met in one year that are not met in the next; unknown is no reversal."""
        years = sorted(self.verdicts)
        met = [self.verdicts[year] == Verdict.MET for year in years[:-1]]
        later = [self.verdicts[year] == Verdict.NOT_MET for year in years[1:]]
        lost = sum(int((now & then).to_numpy().sum()) for now, then in zip(met, later, strict=True))
        return 100 * lost / sum(int(frame.to_numpy().sum()) for frame in met)

    def _missing(self, mark: Mark) -> float:
        """Share of empty cells; lines of communes that were not reviewed are left out."""
        empty = cells = 0
        for year in range(mark.first_year, mark.year + 1):
            values = _of_year(self.results.values[self.law.set_for_year(year).id], year)
            values = values[self._is_reviewed(year)]
            empty, cells = empty + int(values.isna().to_numpy().sum()), cells + values.size
        return 100 * empty / cells
