"""What the papers of a commune say, prepared once for all communes of a territory."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from ntm_lib import evaluation, submissions
from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.shortfalls.amounts import amount_rules
from ntm_lib.evaluation.shortfalls.bodies import lead_bodies
from ntm_lib.evaluation.shortfalls.commune import PROFILE, carried_figures, requirement_results
from ntm_lib.messages import _, language
from ntm_lib.planning.means.measures import Measures, load_measures
from ntm_lib.planning.needs.indicative import costed_shortfalls, first_steps
from ntm_lib.reporting import formats
from ntm_lib.reporting.provenance.parts import Parts
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import rows_of, source_line, unit_key, year_text
from ntm_lib.reporting.sections.levels import criterion_marks, level_mark
from ntm_lib.units import Unit
from ntm_lib.verdicts import Verdict


@dataclass(frozen=True, eq=False)
class Communes:
    """All communes of a territory in one year.

    ``shortfalls``: see `costed_shortfalls`; ``recognised``: decisions with ``to_code``, the commune of today
    that the recognised one is, or became part of; ``bodies``: usual lead bodies by criterion.
    """

    territory: Territory
    year: int
    shortfalls: pd.DataFrame
    recognised: pd.DataFrame
    bodies: pd.Series
    measures: Measures

    @classmethod
    def load(cls, territory: Territory, year: int | None = None) -> "Communes":
        """Prepare the communes of a territory; ``year``: the last of the review unless told otherwise."""
        year = territory.review.last_year if year is None else year
        register = evaluation.recognitions(territory)
        parts = territory.parts[["from_code", "to_code"]]
        recognised = register.merge(parts, left_on="commune_code", right_on="from_code")
        bodies = lead_bodies(territory.project)
        return cls(
            territory, year, costed_shortfalls(territory, year), recognised, bodies, load_measures(territory.project)
        )

    def commune(self, code: str) -> "Commune":
        """Return one commune of the programme; KeyError for any other code."""
        if code not in self._known:
            raise KeyError(code)
        return Commune(self, code)

    @cached_property
    def codes(self) -> list[str]:
        """The communes in the documents' order."""
        return [str(code) for code in self.territory.in_programme.index]

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.codes)

    @cached_property
    def rows(self) -> dict[str, pd.DataFrame]:
        """The shortfalls of each commune that has any."""
        return {str(code): frame for code, frame in self.shortfalls.groupby("commune_code", sort=False)}

    @cached_property
    def results(self) -> dict[str, pd.DataFrame]:
        """Every requirement of each commune; see `requirement_results`."""
        frame = requirement_results(self.territory, self.year)
        frame = frame[~frame["criterion"].isin(self.territory.withheld)]
        return {str(code): rows for code, rows in frame.groupby("commune_code", sort=False)}

    @cached_property
    def profile(self) -> pd.DataFrame:
        """The last figures of each commune's profile: ``area, villages, households, people``; NaN not reported."""
        columns = {
            name: carried_figures(self.territory, self.year, "b01", column, "area" if name == "area" else "people")
            for name, column in PROFILE.items()
        }
        return pd.DataFrame(columns)

    @cached_property
    def has_generated_amounts(self) -> dict[str, bool]:
        """Whether any line of the tables that amounts and costs are counted from is generated, by commune of today."""
        territory, project = self.territory, self.territory.project
        rules = amount_rules(territory, self.year)
        wanted = {*map(str, rules["table"].dropna()), *(base.table for base in self.measures.bases.values())} - {""}
        codes: set[str] = set()
        for name in sorted(wanted):
            if submissions.is_handed_in(name, project):
                read = submissions.read_table(name, project, territory.review.as_of, may_disagree=True)
                codes |= set(read.frame.loc[read.generated & (read.frame["year"] <= self.year), "commune_code"])
        parts = territory.parts
        return {
            str(code): bool(held)
            for code, held in parts["from_code"].isin(codes).groupby(parts["to_code"]).any().items()
        }

    @cached_property
    def verdicts(self) -> dict[str, dict[str, Verdict]]:
        """The verdict of each criterion by commune."""
        frame = self.territory.of_year(self.territory.scores.criteria, self.year)
        return {
            str(code): {str(name): Verdict(int(value)) for name, value in zip(frame.columns, row, strict=True)}
            for code, row in zip(frame.index, frame.to_numpy(), strict=True)
        }

    @cached_property
    def series(self) -> dict[str, pd.DataFrame]:
        """The counts of each commune by year: ``low, high, of, is_reported``."""
        counts = self.territory.counts
        return {str(code): frame.droplevel(0) for code, frame in counts.groupby(level="commune_code", sort=False)}

    @cached_property
    def parts(self) -> dict[str, list[str]]:
        """The names of the reporting communes that each commune of today is made of."""
        named = self.territory.parts.groupby("to_code")["name"].agg(list)
        return {str(code): names for code, names in named.items()}

    @cached_property
    def part_words(self) -> dict[str, list[str]]:
        """Those names as a sentence writes them, a part of a divided commune told as such."""
        parts = self.territory.parts
        names = parts["name"].map(formats.in_sentence)
        said = names.where(parts["people_share"] >= 1, names.map(lambda name: _("a part of {name}").format(name=name)))
        return {str(code): list(held) for code, held in said.groupby(parts["to_code"])}

    @cached_property
    def body_names(self) -> dict[str, str]:
        """The usual lead body of each criterion, as printed."""
        return {str(name): str(text) for name, text in self.bodies.items()}

    @cached_property
    def criterion_names(self) -> dict[str, str]:
        """The name of each criterion in the set of the year."""
        names = self.territory.reported.rules[self.year].criteria[f"label_{language()}"]
        return {str(name): str(text) for name, text in names.items()}

    @cached_property
    def records(self) -> Parts:
        """What the figures of each commune's sheet lead to."""
        return Parts(self.territory)

    @cached_property
    def cut_off(self) -> dt.date:
        """The cut-off date of the data."""
        return evaluation.cut_off(self.territory)

    @cached_property
    def source(self) -> str:
        """The line of sources of the year."""
        return source_line(self.territory, self.year)

    @cached_property
    def marks(self) -> dict[str, str]:
        """The mark of each criterion whose levels are not verified or assumed."""
        return criterion_marks(self.territory, self.year)

    @cached_property
    def level_marks(self) -> dict[str, str]:
        """The mark of each requirement whose level is not verified or is assumed; empty for the others."""
        levels = self.territory.reported.rules[self.year].requirements
        return {str(name): level_mark(row) for name, row in levels.iterrows()}

    @cached_property
    def year_words(self) -> str:
        """The year, marked where its results are estimated or planned."""
        return year_text(self.territory, self.year)


@dataclass(frozen=True, eq=False)
class Commune:
    """One commune: what its papers say."""

    all: Communes
    code: str

    @property
    def territory(self) -> Territory:
        """The territory that the commune was loaded with."""
        return self.all.territory

    @cached_property
    def unit(self) -> Unit:
        """The commune."""
        return self.territory.vintage.unit(self.code)

    @cached_property
    def above(self) -> list[Unit]:
        """The units above it: district and province, or the province alone where there is no district."""
        vintage, found = self.territory.vintage, []
        parent = self.unit.parent_code
        while parent:
            unit = vintage.unit(parent)
            found.append(unit)
            parent = unit.parent_code
        return found

    @property
    def is_illustrative(self) -> bool:
        """Whether any of its own results is generated."""
        return bool(Subject(self.territory, commune=self.code).is_illustrative)

    @cached_property
    def generated_years(self) -> frozenset[int]:
        """The years of which any of its own results is generated."""
        lines = Subject(self.territory, commune=self.code).generated
        return frozenset(int(year) for year in lines.index[lines.to_numpy(bool)].get_level_values("year"))

    @property
    def is_mixed(self) -> bool:
        """Whether some of its own results are generated and others were handed in."""
        return bool(Subject(self.territory, commune=self.code).is_mixed)

    @property
    def is_illustrative_now(self) -> bool:
        """Whether any of its own results of the year shown is generated."""
        return self.all.year in self.generated_years

    @property
    def are_amounts_illustrative(self) -> bool:
        """Whether what is missing, and its cost, rests on anything generated: results of the year, or a table of volumes."""
        return len(self.short) > 0 and (
            self.is_illustrative_now or self.all.has_generated_amounts.get(self.code, False)
        )

    @cached_property
    def full_name(self) -> str:
        """Return the name with the units above: ``Xã Minh Thanh, huyện Nguyên Bình, tỉnh Cao Bằng``."""
        return ", ".join([self.unit.name, *(formats.in_sentence(unit.name) for unit in self.above)])

    @property
    def file_name(self) -> str:
        """The name of its files without suffix: ``01762-2019``; the year is that of the units, since codes change."""
        return f"{self.code}-{self.territory.vintage.date.year}"

    def key(self, *parts: object) -> str:
        """Return the key of a figure of this commune."""
        return unit_key("commune", self.code, self.territory.vintage.date, *parts)

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """The verdict of each criterion that the reader may see."""
        held = self.all.verdicts[self.code]
        return {name: held[name] for name in self.territory.shown(held)}

    @property
    def series(self) -> pd.DataFrame:
        """Criteria met by year."""
        return self.all.series[self.code]

    @property
    def count(self) -> Any:
        """The count of the year: ``low, high, of, unknown, not_assessed, is_reported``."""
        return self.series.loc[self.all.year]

    @cached_property
    def short(self) -> pd.DataFrame:
        """What keeps its criteria from being met, in the order of the set; no row where nothing does."""
        return self.all.rows.get(self.code, self.all.shortfalls.iloc[:0])

    @property
    def results(self) -> pd.DataFrame:
        """Every requirement of the set, met or not."""
        return self.all.results[self.code]

    @property
    def parts(self) -> list[str]:
        """The communes that reported for it."""
        return self.all.parts.get(self.code, [])

    @cached_property
    def is_merged(self) -> bool:
        """Whether its results are made from those of other units."""
        return self.parts != [self.unit.name] and self.territory.vintage.date != self.territory.results.unit_vintage

    @cached_property
    def recognised(self) -> pd.DataFrame:
        """The decisions on it, or on communes that became part of it."""
        register = self.all.recognised
        return register[register["to_code"] == self.code]

    def status(self) -> str:
        """Say in one sentence whether the commune was recognised, as far as the sources read tell."""
        said = [self._decision(row) for row in rows_of(self.recognised)]
        if said:
            text = "; ".join(said)
            return text + ". " + _("To be assessed again after the rearrangement of units") if self.is_merged else text
        if self.count["low"] == self.count["of"]:
            return _("Meets all criteria; no recognition decision was read in a source")
        return _("No recognition decision was read in a source")

    def _decision(self, row: Any) -> str:
        name = _("{name}: ").format(name=row.name) if self.is_merged else ""
        return name + _("Recognised as reaching NTM in {year} (Decision {number} of {date})").format(
            year=formats.year(row.year), number=row.decision_no, date=formats.date(row.decision_date)
        )

    def units_note(self) -> str:
        """Say from which communes the results came and by which rule; empty where the commune reported itself."""
        if not self.is_merged:
            return ""
        if not self.parts:
            return _("No commune that became part of it reported.")
        rule = evaluation.merge_rule_words()[self.territory.review.merge_rule]
        return _("Results put together from the reports of {parts} (units of {date}): {rule}.").format(
            parts=", ".join(self.all.part_words[self.code]),
            date=formats.date(self.territory.results.unit_vintage),
            rule=rule,
        )

    def body(self, criterion: str) -> str:
        """Return the usual lead body of a criterion; empty where none is named."""
        return self.all.body_names.get(criterion, "")

    def criterion_name(self, criterion: str) -> str:
        """Return the name of a criterion in the set of the year."""
        return self.all.criterion_names[criterion]

    @cached_property
    def first_steps(self) -> list[tuple[str, int]]:
        """The work that other work waits for: the measure's name, and how many wait."""
        missing = self.short.loc[self.short["state"] == "not_met", "measure"]
        held = self.all.measures
        return [(str(held[name].label), count) for name, count in first_steps(held, missing[missing != ""])]

    @cached_property
    def nearest(self) -> pd.DataFrame:
        """The rows of criteria that lack one requirement only: work done once before yearly effort, the cheaper first."""
        size = self.short.groupby("criterion", sort=False).size()
        one = self.short[self.short["criterion"].map(size).eq(1) & self.short["state"].eq("not_met")]
        return one.sort_values(["is_yearly", "low_vnd_million"], kind="stable", na_position="last")

    @cached_property
    def unknown(self) -> list[str]:
        """The criteria without enough data."""
        return [name for name, verdict in self.verdicts.items() if verdict is Verdict.UNKNOWN]

    def cost(self, *, is_yearly: bool) -> tuple[float, float]:
        """Return the least and the greatest cost by the norms, million VND; NaN where none can be told."""
        rows = self.short[self.short["is_yearly"] == is_yearly]
        return tuple(float(rows[f"{name}_vnd_million"].sum(min_count=1)) for name in ("low", "high"))  # type: ignore[return-value]


_held: list[Communes] = []


def communes_of(territory: Territory) -> Communes:
    """Return the communes of a territory, prepared once for the territory that was asked for last."""
    if not (_held and _held[0].territory is territory):
        _held[:] = [Communes.load(territory)]
    return _held[0]
