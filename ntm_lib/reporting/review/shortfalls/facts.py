"""A subject with the figures of its territory, and how they are printed."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from ntm_lib import submissions
from ntm_lib.evaluation.shortfalls.bodies import has_own_assignment
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.reporting import stamps
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.shortfalls.ground import Ground, ground
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import year_text


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
        """Tell whether any result, or any row of these tables, that the report is made from is generated."""
        return self.subject.is_illustrative or any(self._is_generated(table) for table in tables)

    def _is_generated(self, table: str) -> bool:
        territory = self.subject.territory
        if not submissions.is_handed_in(table, territory.project):
            return False
        read = submissions.read_table(table, territory.project, territory.review.as_of, may_disagree=True)
        rows = self.of_parts(read.frame[read.generated & read.frame["year"].isin(territory.years)])
        return bool(rows["commune_code"].isin(territory.parts["from_code"]).any())

    def stamps(self, *tables: str) -> list[str]:
        """Return the warnings of what uses these tables besides the results."""
        own = self.subject.stamps
        is_told = self.subject.is_illustrative
        return own if is_told or not self.is_illustrative(*tables) else [*own, stamps.illustrative()]

    def part(self, communes: float) -> float:
        """Return a number of communes as a part of the territory's, to weigh a sentence by."""
        return float(communes) / max(self.communes, 1)

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


def or_dash(values: pd.Series, holds: pd.Series) -> pd.Series:
    """Return numbers as they are, and a dash where a number has no meaning: that is not "not reported"."""
    return values.astype(object).where(holds, "-")


def volume_digits(unit: str) -> int:
    """Lengths and areas have a decimal, things are counted."""
    return 1 if unit in {"km", "ha"} else 0


def body_note(project: Project) -> str:
    """Say what the lead bodies rest on."""
    if has_own_assignment(project):
        return _("Lead body: by the province's own assignment; where it says nothing, the usual one of 2019.")
    return _("Lead body: the usual assignment of 2019; to be checked against the province's own assignment.")
