"""The rules that judged the years of a page, each once, with the decisions they stand in."""

from typing import Any

import pandas as pd

from ntm_lib import criteria
from ntm_lib.criteria import Law
from ntm_lib.evaluation import Territory
from ntm_lib.reporting import formats
from ntm_lib.reporting.provenance.columns import Interned, number
from ntm_lib.reporting.provenance.selection import label_column


class Lawbook:
    """The rules of every year, each once, with the decisions they stand in."""

    def __init__(self, territory: Territory) -> None:
        self._territory = territory
        self._law: Law = criteria.load(territory.project)
        self.rules = Interned()
        self.decisions: dict[str, list[str]] = {}

    def of_year(self, year: int) -> dict[str, int]:
        """Return the place of the rule of each shown requirement of a year."""
        held = self._territory.reported.rules[year]
        for decision in held.decisions:
            if decision.id not in self.decisions:
                end = decision.in_force.last
                dates = (
                    formats.date(decision.issued),
                    formats.date(decision.in_force.first),
                    formats.date(end) if end else "",
                )
                self.decisions[decision.id] = [decision.number, *dates, str(decision.title)]
        return {
            str(name): self.rules.place(self._rule(str(name), row))
            for name, row in held.requirements.iterrows()
            if row["criterion"] not in self._territory.withheld
        }

    def _rule(self, name: str, row: pd.Series) -> tuple[Any, ...]:
        return (
            name,
            str(row["criterion"]),
            str(row[label_column()]),
            criteria.level_text(self._law, row),
            number(row["level"]),
            str(row["sense"]),
            str(row["citation"]),
            criteria.verified_text(row),
            str(row["decision"]),
        )
