"""The figures behind achievements, shortcomings and causes, made once for each territory, and the words for its parts."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import pandas as pd

from ntm_lib import criteria, submissions
from ntm_lib.criteria import level_text
from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.shortfalls import (
    blocking,
    bodies,
    kept,
    remarks,
    settings,
    signals,
    standing,
    together,
    volumes,
)
from ntm_lib.messages import _, language
from ntm_lib.reporting import stamps
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import source_line, year_text
from ntm_lib.submissions import store


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
        return self._shown(volumes.missing_volumes(self.territory, self.year))

    @cached_property
    def volumes(self) -> pd.DataFrame:
        """The volumes by requirement."""
        return volumes.total_volumes(self.territory, self.year)

    @cached_property
    def volume_tables(self) -> list[str]:
        """The tables that volumes are counted from."""
        return [name for name in self.volume_bases["table"].unique() if name]

    @cached_property
    def volume_bases(self) -> pd.DataFrame:
        """What volumes are counted from."""
        return volumes.volume_bases(self.territory, self.year)

    @cached_property
    def works(self) -> pd.Index:
        """The requirements that are works."""
        return self.volume_bases.index[self.volume_bases["is_works"]]

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


@dataclass(frozen=True, eq=False)
class Facts:
    """A subject with the figures of its territory."""

    subject: Subject

    @property
    def ground(self) -> Ground:
        """The figures of the territory."""
        return ground(self.subject.territory)

    @property
    def communes(self) -> int:
        """The communes of the programme in the territory."""
        return len(self.subject.territory.in_programme)

    def of_parts(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the communes as they reported that the subject's commune was formed from; all without one."""
        parts = self.subject.territory.parts
        own = parts.loc[parts["to_code"] == self.subject.commune, "from_code"]
        return frame[frame["commune_code"].isin(own)] if self.subject.commune else frame

    def is_illustrative(self, *tables: str) -> bool:
        """Tell whether the results, or one of these tables, are illustrative."""
        project = self.subject.territory.project
        held = [name for name in tables if (store.folder(project) / f"{name}.csv").is_file()]
        return self.subject.territory.results.is_illustrative or any(
            submissions.read_table(name, project).is_illustrative for name in held
        )

    def stamps(self, *tables: str) -> list[str]:
        """Return the warnings of what uses these tables besides the results."""
        own, warning = self.subject.stamps, stamps.illustrative()
        return [*own, warning] if warning not in own and self.is_illustrative(*tables) else own

    def count(self, value: Any, *key: object) -> Fig:
        """Return a number of things."""
        return fig(self.subject.key(*key), int(value), "count")

    def share(self, part: Any, *key: object, whole: int | None = None) -> Fig:
        """Return a number of communes with its denominator."""
        return fig(self.subject.key(*key), int(part), "share", whole=self.communes if whole is None else whole)

    def year(self, value: int) -> str:
        """Write a year, marked where its results are estimated or planned."""
        return year_text(self.subject.territory, value)

    def number(self, value: Any, *key: object, digits: int = 1) -> Fig:
        """Return a number with decimals."""
        return fig(self.subject.key(*key), float(value), "number", digits=digits)

    def of_commune(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the subject's commune; all rows for a district or province."""
        return frame[frame["commune_code"] == self.subject.commune] if self.subject.commune else frame

    def source(self, *years: int) -> str:
        """Return the line under a table."""
        return self.ground.source(years or (self.ground.year,))


def at_least(is_open: bool) -> str:
    """Return the words before a count that unknown results could only raise."""
    return _("at least") + " " if is_open else ""


def row_with_most(table: pd.DataFrame, column: str) -> Any:
    """Return the first row whose value in a column is the greatest."""
    return table.iloc[int(table[column].to_numpy().argmax())]


def pairs_of(low: pd.Series, high: pd.Series) -> pd.Series:
    """Join two columns to one of pairs, as a column of intervals holds them."""
    return pd.Series(list(zip(low.tolist(), high.tolist(), strict=True)), index=low.index, dtype=object)


def volume_digits(unit: str) -> int:
    """Lengths and areas have a decimal, things are counted."""
    return 1 if unit in {"km", "ha"} else 0


def body_note() -> str:
    """Say what the lead bodies rest on."""
    return _("Lead body: the usual assignment of 2019; to be checked against the province's own assignment.")
