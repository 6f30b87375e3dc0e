"""Bring together what is known of one district or province on the units of one date."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import pandas as pd
from pydantic import StrictInt, StrictStr, validate_call

from ntm_lib import criteria, submissions, units
from ntm_lib.errors import NtmError, UsageError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.provenance import check_files
from ntm_lib.review import Audience, Review, load_review
from ntm_lib.scoring import Scores, score
from ntm_lib.submissions import Results
from ntm_lib.units import Lineage, Unit, Vintage

FrameT = TypeVar("FrameT", pd.DataFrame, pd.Series)


@dataclass(frozen=True)
class Territory:
    """One district or province under review.

    ``communes``: the communes of ``unit`` on the date of ``vintage``, documents' order, those outside the programme
    included. ``scores`` and ``counts`` hold only communes in the programme, index (commune_code, year), codes of
    ``vintage``. ``reported``: results as handed in, codes of ``results.unit_vintage``; ``parts`` says which of those
    communes stand today in which commune of ``unit`` (columns from_code, to_code, name, short_name, new_name).
    ``generated``: whether each line of values that the verdicts were made from is illustrative, index (commune_code, year) as
    reported: of the communes and years here, by the set that judges the year; an empty line holds nothing generated.
    ``withheld``: criteria that the reader may not see one by one; they stay in ``counts``.
    """

    project: Project
    review: Review
    unit: Unit
    vintage: Vintage
    communes: pd.DataFrame
    scores: Scores
    reported: Scores
    results: Results
    parts: pd.DataFrame
    counts: pd.DataFrame
    generated: pd.Series
    withheld: frozenset[str] = frozenset()

    @property
    def in_programme(self) -> pd.DataFrame:
        """The communes that the programme covers."""
        return self.communes[self.communes["is_in_programme"]]

    @property
    def years(self) -> range:
        """The years of the period under review."""
        return self.review.years

    @property
    def is_illustrative(self) -> bool:
        """Whether any result shown here is generated."""
        return bool(self.generated.any())

    @property
    def is_mixed(self) -> bool:
        """Whether some results shown here are generated and others were handed in."""
        return self.is_illustrative and not bool(self.generated.all())

    def is_generated_year(self, year: int) -> bool:
        """Tell whether every result of a year is generated; not so for a year without results."""
        of_year = self.generated[self.generated.index.get_level_values("year") == year]
        return bool(len(of_year) and of_year.all())

    @property
    def generated_communes(self) -> pd.Index:
        """The communes, as they reported and as they stand in ``communes``, with any generated result."""
        codes = self.generated.index[self.generated.to_numpy(bool)].get_level_values("commune_code").unique()
        now = self.parts.loc[self.parts["from_code"].isin(codes), "to_code"]
        return codes.union(pd.Index(now.unique()))

    @property
    def silent_years(self) -> list[int]:
        """The years of the period for which nobody here reported anything."""
        reported = self.counts["is_reported"].groupby(level="year").any()
        return [int(year) for year in reported.index[~reported.to_numpy(bool)]]

    def shown(self, criteria: Iterable[str]) -> list[str]:
        """Return the criteria whose results the reader may see."""
        return [criterion for criterion in criteria if criterion not in self.withheld]

    def of_year(self, frame: FrameT, year: int) -> FrameT:
        """Return the rows of one year, indexed by commune code in the documents' order."""
        return rows_of_year(frame, year).reindex(self.in_programme.index)


def rows_of_year(frame: FrameT, year: int) -> FrameT:
    """Return the rows of one year of a frame indexed by (commune_code, year); KeyError when it has none."""
    of_year: FrameT = frame.xs(year, level="year")  # type: ignore[assignment]
    return of_year


@validate_call
def load_territory(
    code: StrictStr,
    on: StrictStr = "",
    first_year: StrictInt | None = None,
    last_year: StrictInt | None = None,
    as_of: StrictStr = "",
    audience: Audience = Audience.INTERNAL,
) -> Territory:
    """Load one district (or the province) with its scores.

    ``on`` (ISO date, default: the review's) fixes the units; ``as_of`` (ISO date) the cut-off of the values, empty
    for the review's own; ``audience`` whether withheld criteria may be shown. An unknown code, or a period without results, stops with a message.
    """
    project = Project.find()
    review = _period(load_review(project), first_year, last_year, as_of)
    vintage = units.on(iso_date(on) if on else review.on, project)
    unit = vintage.unit(code)
    results = submissions.read_results(project, as_of=review.as_of)
    _check_files(project, results)
    reporting = units.on(results.unit_vintage, project)
    scores = score(
        results,
        criteria.load(project),
        region=reporting.region,
        years=review.years,
        judged_by=review.judged_by,
        communes=reporting.communes.index[reporting.communes["is_in_programme"]],
    )
    judged = {rules.set_id: scores.requirements[rules.set_id] for rules in scores.rules.values()}
    territory = _within(project, review, unit, vintage, scores, results.with_lines(judged))
    _check_withheld(territory)
    return replace(territory, withheld=review.withheld) if audience is Audience.PUBLIC else territory


def load_province(
    on: StrictStr = "",
    first_year: StrictInt | None = None,
    last_year: StrictInt | None = None,
    as_of: StrictStr = "",
    audience: Audience = Audience.INTERNAL,
) -> Territory:
    """Load the province of the review with its scores; see ``load_territory``."""
    code = load_review().province
    return load_territory(code, on=on, first_year=first_year, last_year=last_year, as_of=as_of, audience=audience)


def narrowed(province: Territory, code: str) -> Territory:
    """Return one district of a loaded province without reading or judging anything anew.

    Raises as `load_territory` does for a code that has no commune in the programme on the date of the units.
    """
    vintage = province.vintage
    return _within(province.project, province.review, vintage.unit(code), vintage, province.reported, province.results)


def iso_date(text: str) -> dt.date:
    """Read a date written as 2019-12-31; anything else is wrong use."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            _("'{text}' is not a date. Write it as year-month-day, for example 2019-12-31.").format(text=text)
        ) from error


def _check_withheld(territory: Territory) -> None:
    """Stop on a criterion that no set knows: a slip of the pen must not publish what was to be withheld."""
    known = {str(name) for rules in territory.reported.rules.values() for name in rules.criteria.index}
    if unknown := sorted(territory.review.withheld - known):
        raise UsageError(
            _("parameters/review.yaml: withheld: there is no criterion {unknown}. Criteria: {known}.").format(
                unknown=", ".join(unknown), known=", ".join(sorted(known, key=int))
            )
        )


def _period(review: Review, first_year: int | None, last_year: int | None, as_of: str) -> Review:
    first = review.first_year if first_year is None else first_year
    last = review.last_year if last_year is None else last_year
    if last < first:
        raise UsageError(_("The period {first}-{last} ends before it begins.").format(first=first, last=last))
    cut_off = iso_date(as_of) if as_of else review.as_of
    return review.model_copy(update={"first_year": first, "last_year": last, "as_of": cut_off})


def _check_files(project: Project, results: Results) -> None:
    """Stop when a file of results is no longer the one that its source record describes."""
    check_files(project, [project.root / name for name in results.files])


def _within(
    project: Project, review: Review, unit: Unit, vintage: Vintage, scores: Scores, results: Results
) -> Territory:
    communes = vintage.communes if unit.level == "province" else vintage.communes_of(unit.code)
    if not communes["is_in_programme"].any():
        raise NtmError(_("{name} has no commune in the Programme on {date}.").format(name=unit.name, date=vintage.date))
    if review.merge_rule not in units.MERGE_RULES:
        raise UsageError(
            _("parameters/review.yaml: merge_rule '{rule}' is not known. Known: {known}.").format(
                rule=review.merge_rule, known=", ".join(units.MERGE_RULES)
            )
        )
    lineage = units.lineage(results.unit_vintage, vintage.date, project)
    parts = _parts(lineage, communes, units.on(results.unit_vintage, project))
    reported = _only(scores, parts["from_code"])
    carried = scores.carried(lineage, review.merge_rule) if vintage.date != results.unit_vintage else scores
    carried = _only(carried, communes.index[communes["is_in_programme"]])
    counts = carried.counts(review.not_assessed)
    counts["is_reported"] = _is_reported(results, reported, parts, counts.index)
    generated = _generated(results, reported, parts, review.years)
    return Territory(project, review, unit, vintage, communes, carried, reported, results, parts, counts, generated)


def _generated(results: Results, reported: Scores, parts: pd.DataFrame, years: range) -> pd.Series:
    """Tell which lines are generated, of these communes and years, by the set that judges the year, and not empty."""
    held = [pd.Series(dtype=bool, index=reported.criteria.index[:0])]
    for set_id in dict.fromkeys(reported.rules[year].set_id for year in years):
        lines = results.generated.get(set_id)
        if lines is None:
            continue
        codes, of_line = (lines.index.get_level_values(name) for name in ("commune_code", "year"))
        judged = [year for year in years if reported.rules[year].set_id == set_id]
        lines = lines[of_line.isin(judged) & codes.isin(parts["from_code"])]
        held.append(lines[results.values[set_id].loc[lines.index].notna().any(axis=1).to_numpy()])
    joined: pd.Series = pd.concat(held).astype(bool)
    return joined


def _parts(lineage: Lineage, communes: pd.DataFrame, old: Vintage) -> pd.DataFrame:
    links = lineage.links[lineage.links["to_code"].isin(communes.index)]
    links = links[links["from_code"].map(old.frame["is_in_programme"]).astype(bool)]
    return links.assign(
        name=links["from_code"].map(old.frame["name"]),
        short_name=links["from_code"].map(old.frame["short_name"]),
        new_name=links["to_code"].map(communes["name"]),
    ).reset_index(drop=True)


def _only(scores: Scores, codes: pd.Index | pd.Series) -> Scores:
    wanted = pd.Index(codes).unique()

    def keep(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame.index.get_level_values("commune_code").isin(wanted)]

    requirements = {name: keep(frame) for name, frame in scores.requirements.items()}
    return replace(scores, criteria=keep(scores.criteria), requirements=requirements)


def _is_reported(results: Results, reported: Scores, parts: pd.DataFrame, index: pd.Index) -> pd.Series:
    """Tell which commune-years have at least one value in the set that judges the year; others leave the averages."""
    has_value = pd.concat(
        results.values[rules.set_id].notna().any(axis=1).xs(year, level="year", drop_level=False)
        for year, rules in reported.rules.items()
    )
    found = results.words["finding"].dropna()
    has_value = has_value | has_value.index.isin(found.reset_index(["set_id", "requirement"]).index)
    frame = has_value.rename("has_value").reset_index()
    frame = frame.merge(parts[["from_code", "to_code"]], left_on="commune_code", right_on="from_code")
    any_part = frame.groupby(["to_code", "year"])["has_value"].any()
    return pd.Series(any_part.reindex(index).fillna(value=False).to_numpy(np.bool_), index=index)
