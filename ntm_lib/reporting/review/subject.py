"""What one report is about: a province, a district or a commune, and for whom it is written."""

from dataclasses import dataclass
from typing import Literal

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
        internal = [stamps.internal()] if self.is_internal else []
        return internal + ([stamps.illustrative()] if self.territory.results.is_illustrative else [])

    def key(self, *parts: object) -> str:
        """Return the key of a figure of this unit, e.g. ``district.052-20191231.capital.2020``."""
        return unit_key(self.tier, self.unit.code, self.territory.vintage.date, *parts)
