"""The choices of the generator, read from ``parameters/illustrative.yaml``."""

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ntm_lib.criteria import Law
from ntm_lib.errors import FaultList
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.review import model_faults
from ntm_lib.strict_yaml import read_yaml

FILE = "illustrative.yaml"
ByYear = dict[int, float]
Figure = Literal[
    "mean", "reviewed", "above", "under", "all_met", "poverty", "income_line_fall", "capital", "reversals", "jumps",
    "missing",
]  # fmt: skip


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Years(_Model):
    """First and last year, both included."""

    first: int
    last: int


class CutOff(_Model):
    """The review seen on ``as_of``: the year running and the next are estimates; ``share_of_year`` of this year's change is done."""

    as_of: dt.date
    this_year: int
    share_of_year: float


class Quality(_Model):
    """Weights, in standard deviations, of what sets communes apart; ``limit`` draws in the far ends."""

    near_centre: float
    near_city: float
    density: float
    border: float
    district: float
    own: float
    limit: float
    town: float


class Spread(_Model):
    """Weight of the commune's quality in the first and last year, of its own criteria, of its own measures."""

    first: float
    last: float
    criterion: float
    measure: float


class Drift(_Model):
    """Size of the yearly ups and downs and the share of them that lasts into the next year."""

    size: float
    memory: float = Field(ge=0, lt=1)


class Missing(_Model):
    """Share of cells not reported by year; ``memory``: how far a gap stays from one year to the next.

    After ``poverty_until`` measures of poverty have no gaps.
    """

    rate: ByYear
    memory: float = Field(ge=0, lt=1)
    poverty_until: int


class Unreviewed(_Model):
    """How many communes report nothing in a year."""

    year: int
    communes: int


class Rough(_Model):
    """Up to ``last_year`` this share of the measured percentages is rounded to ``step``."""

    last_year: int
    share: float
    step: float


class NotAssessed(_Model):
    """From a year on this share of communes does not have the measure assessed."""

    measure: str
    from_year: int
    share: float


class Wave(_Model):
    """So many unnamed communes reach nineteen in a year: left alone by the later mergers, or merged."""

    year: int
    left_alone: int
    merged: int


class AtNineteen(_Model):
    """Communes that stand at nineteen from a year on; their ``quality`` is at least this."""

    named: dict[str, int]
    others: tuple[Wave, ...]
    run_up: int
    quality: float


class Fewest(_Model):
    """At most so many communes below ``criteria`` criteria in single years."""

    criteria: int
    communes_below: dict[int, int]


class Volume(_Model):
    """The columns of which a measure is the quotient (or the one column it equals) and the step of counting."""

    table: str
    part: str
    whole: str | None = None
    step: float


class Measure(_Model):
    """One thing observed in a commune; see the comments in the file."""

    criterion: str
    ids: tuple[str | None, ...]
    form: Literal["share", "yes_no", "count_down", "value"]
    link: Literal["linear", "logit", "log"] = "linear"
    centre: float = 0.0
    scale: float = 1.0
    min: float = 0.0
    max: float = 1.0
    ease: float = 0.0
    volume: Volume | None = None
    not_above: str | None = None
    first_year: int | None = None
    last_year: int | None = None

    def is_used_in(self, year: int) -> bool:
        """Whether the measure is what its requirements mean in ``year``."""
        return (self.first_year or year) <= year <= (self.last_year or year)


class Arrears(_Model):
    """From a year on this share of communes owes for works."""

    from_year: int
    share: float


class Capital(_Model):
    """Yearly totals (billion VND) of all communes, sources in per cent, values of gifts in kind."""

    totals: ByYear
    shares: dict[str, float]
    labour_day_vnd_million: float
    land_m2_vnd_million: float
    material_m3_vnd_million: float
    arrears: Arrears


class Mark(_Model):
    """What a figure computed from the raw values must be, and how the published mark was read.

    ``figure`` names how it is computed (see ``marks``), for ``year`` or from ``first_year`` to ``year``.
    """

    figure: Figure
    reading: str
    year: int = 0
    first_year: int = 0
    than: int | None = None
    is_after_mergers: bool = False
    value: float | None = None
    tolerance: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    def is_met_by(self, found: float) -> bool:
        """Whether a figure meets the mark."""
        near = self.value is None or abs(found - self.value) <= (self.tolerance or 0) + 1e-9
        low = self.at_least is None or found >= self.at_least
        high = self.at_most is None or found <= self.at_most
        return near and low and high


class Settings(_Model):
    """All choices of the generator."""

    seed: int
    years: Years
    units_on: dt.date
    units_after: dt.date
    sets: tuple[str, ...]
    also_judged: dict[int, str]
    cut_off: CutOff
    quality: Quality
    spread: Spread
    drift: Drift
    unreviewed: Unreviewed
    missing: Missing
    rough: Rough
    not_assessed: NotAssessed
    at_nineteen: AtNineteen
    fewest: Fewest
    prevalence: dict[str, tuple[float, ...]]
    series: dict[str, ByYear]
    poverty_lines: dict[str, dict[int, str]]
    near_poor_share: ByYear
    people_per_household: float
    measures: dict[str, Measure]
    capital: Capital
    poor_districts: tuple[str, ...]
    pilots: int
    texts_in: tuple[int, ...]
    marks: dict[str, Mark]

    @property
    def means(self) -> dict[int, Mark]:
        """The marks of mean counts, by year."""
        return {mark.year: mark for mark in self.marks.values() if mark.figure == "mean"}

    @property
    def span(self) -> range:
        """All years, first to last."""
        return range(self.years.first, self.years.last + 1)

    def requirement_measures(self, set_id: str, year: int) -> dict[str, str]:
        """Return requirement id → measure of one set in one year."""
        position = self.sets.index(set_id)
        return {
            requirement: name
            for name, measure in self.measures.items()
            if measure.is_used_in(year) and (requirement := measure.ids[position]) is not None
        }


def load_settings(project: Project, law: Law) -> Settings:
    """Read the choices; every requirement of the sets must be measured exactly once, or all faults are told."""
    path = project.parameters / FILE
    try:
        settings = Settings.model_validate(read_yaml(path))
    except ValidationError as error:
        raise model_faults(project.relative(path), error, Settings) from error
    faults = FaultList(_("Parameters that cannot be used"))
    for year in settings.span:
        for set_id in sets_of(settings, law, year):
            wanted = set(law.sets[set_id].requirements)
            measured = settings.requirement_measures(set_id, year)
            if difference := wanted ^ set(measured):
                faults.add(f"{path.name}: measures", f"{set_id} {year}: {', '.join(sorted(difference))}")
    faults.stop_if_any()
    return settings


def sets_of(settings: Settings, law: Law, year: int) -> list[str]:
    """Return the set that judges a year, and the other that a review may choose for it."""
    own = law.set_for_year(year).id
    also = settings.also_judged.get(year)
    return [own] if also is None or also == own else [own, also]
