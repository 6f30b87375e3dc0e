"""The figures behind achievements, shortcomings and causes, made once for each territory, and the names of its parts."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import pandas as pd

from ntm_lib import criteria
from ntm_lib.criteria import level_text
from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.shortfalls import (
    amounts,
    blocking,
    bodies,
    kept,
    remarks,
    settings,
    signals,
    standing,
    together,
)
from ntm_lib.messages import language
from ntm_lib.reporting.sections.common import source_line


@dataclass(frozen=True, eq=False)
class Ground:
    """Everything that the sentences and tables of one territory need, each made when first asked for."""

    territory: Territory

    @cached_property
    def year(self) -> int:
        """The last year of the review, on which shortfalls are told."""
        return self.territory.review.last_year

    @cached_property
    def rules(self) -> settings.ShortfallRules:
        """The choices by which shortfalls are judged."""
        return settings.shortfall_rules(self.territory.project)

    @cached_property
    def about(self) -> pd.DataFrame:
        """The requirements of the last year."""
        return self.territory.reported.rules[self.year].requirements

    def _shown(self, table: pd.DataFrame) -> pd.DataFrame:
        """Leave out the rows on criteria that this version withholds."""
        return table[~table["criterion"].isin(self.territory.withheld)]

    @cached_property
    def standing(self) -> pd.DataFrame:
        """Where each criterion stands."""
        table = standing.standing(self.territory)
        return table[~table.index.isin(self.territory.withheld)]

    @cached_property
    def cases(self) -> pd.DataFrame:
        """Every criterion not met in a commune."""
        return self._shown(blocking.cases(self.territory, self.year, self.rules))

    @cached_property
    def blocks(self) -> pd.DataFrame:
        """Every requirement that blocks a criterion."""
        return self._shown(blocking.blocking(self.territory, self.year))

    @cached_property
    def by_requirement(self) -> pd.DataFrame:
        """The communes that each requirement keeps from its criterion."""
        return self._shown(blocking.by_requirement(self.territory, self.year, self.rules))

    @cached_property
    def missing_volumes(self) -> pd.DataFrame:
        """The volume that each requirement not met still takes, by reporting commune."""
        return self._shown(amounts.missing_volumes(self.territory, self.year))

    @cached_property
    def volumes(self) -> pd.DataFrame:
        """The volumes by requirement."""
        return amounts.total_volumes(self.territory, self.year)

    @cached_property
    def volume_tables(self) -> list[str]:
        """The tables that volumes are counted from."""
        return [name for name in self.amount_rules["table"].unique() if name]

    @cached_property
    def amount_rules(self) -> pd.DataFrame:
        """How what is missing is counted."""
        return amounts.amount_rules(self.territory, self.year)

    @cached_property
    def works(self) -> pd.Index:
        """The requirements that are works."""
        return self.amount_rules.index[self.amount_rules["is_works"]]

    @cached_property
    def lost(self) -> pd.DataFrame:
        """The losses of criteria in the period."""
        return self._shown(kept.not_kept(self.territory))

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """The pairs of criteria missing together."""
        return together.pairs(self.shown_verdicts, self.rules.together)

    @property
    def shown_verdicts(self) -> pd.DataFrame:
        """The verdicts on criteria of the last year, without withheld ones."""
        verdicts = self.territory.of_year(self.territory.scores.criteria, self.year)
        return verdicts[[name for name in verdicts.columns if str(name) not in self.territory.withheld]]

    @cached_property
    def last(self) -> pd.DataFrame:
        """What communes just before all criteria lack."""
        return self._shown(self._last)

    @property
    def last_communes(self) -> int:
        """How many communes stand just before all criteria, whatever they lack."""
        return len(self._last["commune_code"].unique())

    @cached_property
    def _last(self) -> pd.DataFrame:
        return standing.last_before_all(self.territory, self.year, self.rules.last_missing)

    @cached_property
    def done_but_missed(self) -> pd.DataFrame:
        """Works done and the criterion missed."""
        table = signals.done_but_missed(self.territory, self.year)
        return table[~table.index.isin(self.territory.withheld)]

    @cached_property
    def money(self) -> pd.DataFrame:
        """Money, arrears and unmet works of each reporting commune."""
        return signals.money_and_arrears(self.territory)

    @cached_property
    def remark_year(self) -> int | None:
        """The latest year on which communes wrote something."""
        years = remarks.years_with_remarks(self.territory)
        return years[-1] if years else None

    @cached_property
    def remarks(self) -> pd.DataFrame:
        """What communes wrote on that year."""
        return self._shown(remarks.remarks(self.territory, self.remark_year or self.year, self.rules))

    @cached_property
    def bodies(self) -> pd.Series:
        """The usual lead bodies."""
        return bodies.lead_bodies(self.territory.project)

    @cached_property
    def criterion_names(self) -> pd.Series:
        """The names of the criteria in the set of the last year."""
        names: pd.Series = self.territory.reported.rules[self.year].criteria[f"label_{language()}"]
        return names

    def criterion(self, number: str) -> str:
        """Name a criterion: ``17 (Môi trường và an toàn thực phẩm)``."""
        label: str = self.criterion_names[number]
        return f"{number} ({label})"

    def remark_criterion(self, number: str) -> str:
        """Name a criterion as the set of the year of the remarks does; one that it does not have keeps its number."""
        rules = self.territory.reported.rules[self.remark_year or self.year].criteria
        names: pd.Series = rules[f"label_{language()}"]
        if number not in names.index:
            return number
        label: str = names[number]
        return f"{number} ({label})"

    def requirement(self, item: str) -> str:
        """Name a requirement: ``17.1 (Tỷ lệ hộ được sử dụng nước hợp vệ sinh)``."""
        label: str = self.about[f"label_{language()}"][item]
        return f"{item.split('/', maxsplit=1)[0]} ({label})"

    @cached_property
    def levels(self) -> dict[str, str]:
        """The level of each requirement in words."""
        law = criteria.load(self.territory.project)
        return {str(item): level_text(law, row) for item, row in self.about.iterrows()}

    def level(self, item: str) -> str:
        """Write the level of a requirement."""
        return self.levels[item]

    def source(self, years: tuple[int, ...]) -> str:
        """Return the line under a table of these years; made once for each."""
        if years not in self._sources:
            self._sources[years] = source_line(self.territory, *years)
        return self._sources[years]

    @cached_property
    def _sources(self) -> dict[tuple[int, ...], str]:
        return {}

    def body(self, criterion: str, indicator: str = "") -> str:
        """Return the usual lead body."""
        return bodies.body_of(self.bodies, criterion, indicator)

    def first_of(self, counts: pd.Series) -> str:
        """Name every criterion that has the greatest count: a tie is no first place."""
        return ", ".join(self.criterion(str(number)) for number in counts.index[(counts == counts.max()).to_numpy()])

    def names_of(self, items: str) -> str:
        """Name the requirements of a case (ids joined by blanks)."""
        return "; ".join(self.requirement(item) for item in items.split())


class Same:
    """A territory as a key: the same object, not an equal one."""

    def __init__(self, territory: Territory) -> None:
        self.territory = territory

    def __hash__(self) -> int:
        return id(self.territory)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.territory is other.territory


def ground(territory: Territory) -> Ground:
    """Return the figures of a territory; those of the territories used last are kept."""
    return _ground(Same(territory))


@lru_cache(maxsize=4)
def _ground(same: Same) -> Ground:
    return Ground(same.territory)
