"""What one report is about: a province, a district or a commune, and for whom it is written."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ntm_lib.evaluation import Territory
from ntm_lib.reporting import formats, stamps
from ntm_lib.reporting.sections.common import unit_key
from ntm_lib.review import Audience
from ntm_lib.units import Unit

Tier = Literal["province", "district", "commune"]


@dataclass(frozen=True)
class Subject:
    """One report. For a commune (its code in ``commune``) the territory is its district, or its province without districts."""

    territory: Territory
    audience: Audience = Audience.PUBLIC
    commune: str = ""

    @property
    def tier(self) -> Tier:
        """The tier that reports."""
        if self.commune:
            return "commune"
        return "province" if self.territory.unit.level == "province" else "district"

    @property
    def unit(self) -> Unit:
        """The unit that reports."""
        return self.territory.vintage.unit(self.commune) if self.commune else self.territory.unit

    @property
    def is_internal(self) -> bool:
        """Whether only the office reads it."""
        return self.audience is Audience.INTERNAL

    @property
    def name(self) -> str:
        """The unit's name inside a sentence: ``huyện Nguyên Bình``."""
        return formats.in_sentence(self.unit.name)

    @property
    def stamps(self) -> list[str]:
        """The warnings that stand inside each table and picture."""
        return self.internal_stamps + stamps.of_data(self)

    @property
    def internal_stamps(self) -> list[str]:
        """The warnings that stand inside what holds no results of the tables: whom it is for."""
        return [stamps.internal()] if self.is_internal else []

    @property
    def generated(self) -> pd.Series:
        """Whether each line of results that the report is made from is generated; of a commune its own lines."""
        lines = self.territory.generated
        parts = self.territory.parts
        own = parts.loc[parts["to_code"] == self.commune, "from_code"]
        return lines[lines.index.get_level_values("commune_code").isin(own)] if self.commune else lines

    @property
    def is_illustrative(self) -> bool:
        """Whether any result that the report is made from is generated."""
        return bool(self.generated.any())

    @property
    def is_mixed(self) -> bool:
        """Whether some results are generated and others were handed in."""
        return self.is_illustrative and not bool(self.generated.all())

    def key(self, *parts: object) -> str:
        """Return the key of a figure of this unit, e.g. ``district.052-20191231.capital.2020``."""
        return unit_key(self.tier, self.unit.code, self.territory.vintage.date, *parts)
