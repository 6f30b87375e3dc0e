"""How sure the results of one territory are: the figures behind sentences and tables, made once."""

from functools import cached_property, lru_cache

import pandas as pd

from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.certainty import flips, heaping, margins, ranks, rests
from ntm_lib.evaluation.certainty.settings import CertaintyRules, certainty_rules
from ntm_lib.reporting.review.shortfalls.facts import Facts
from ntm_lib.reporting.review.shortfalls.ground import Same


class Certainty(Facts):
    """A subject with what is known of the certainty of its territory's results."""

    @property
    def held(self) -> "Held":
        """The figures of the territory."""
        return _held(Same(self.subject.territory))


class Held:
    """How sure the results of one territory are, each made when first asked for."""

    def __init__(self, territory: Territory) -> None:
        self.territory = territory
        self.year = territory.review.last_year

    @cached_property
    def rules(self) -> CertaintyRules:
        """The plausible errors."""
        return certainty_rules(self.territory.project)

    @cached_property
    def flips(self) -> pd.DataFrame:
        """How firm each commune's status is; empty where the rule for merged communes does not allow to tell."""
        if flips.can_tell(self.territory):
            return flips.flips(self.territory, self.year, self.rules)
        columns = ["low", "high", "of", "group", "other_group", "all_now", "all_chance", "single"]
        return pd.DataFrame({name: pd.Series(dtype=float) for name in columns})

    @cached_property
    def at_risk(self) -> pd.DataFrame:
        """The communes whose chance of another group is at least what the rules say, documents' order: no ranking."""
        return self.flips[self.flips["other_group"] >= self.rules.listed_from]

    @cached_property
    def margins(self) -> pd.DataFrame:
        """The distance of every value from its level."""
        return margins.margins(self.territory, self.year, self.rules)

    @cached_property
    def heaping(self) -> pd.DataFrame:
        """The tests for heaping."""
        return heaping.heaping(self.territory, self.year, self.rules)

    @cached_property
    def rests(self) -> pd.DataFrame:
        """The verdicts that rest on doubtful levels."""
        return rests.rests_by_criterion(self.territory, self.year)

    @cached_property
    def ranges(self) -> pd.DataFrame:
        """Between which places each commune can stand."""
        counts = self.territory.of_year(self.territory.counts, self.year)
        counts = counts.where(counts["is_reported"])
        return ranks.rank_ranges(counts["low"].astype(float), counts["high"].astype(float))


@lru_cache(maxsize=4)
def _held(same: Same) -> Held:
    return Held(same.territory)
