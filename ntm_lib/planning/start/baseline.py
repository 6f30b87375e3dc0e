"""Where a plan starts: the results of the start year, on the plan's units, judged by the plan's law."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ntm_lib import submissions, units
from ntm_lib.criteria import YearRules
from ntm_lib.errors import NtmError
from ntm_lib.evaluation import VERIFIED
from ntm_lib.messages import _
from ntm_lib.planning.scenario import Scenario
from ntm_lib.planning.start.illustrative import generated_communes, with_marks
from ntm_lib.planning.start.levels import PlanLaw, plan_law
from ntm_lib.planning.start.passage import PASSAGES, carry_over, find_ways
from ntm_lib.planning.start.profile import commune_frame
from ntm_lib.project import Project
from ntm_lib.provenance import check_files
from ntm_lib.review import Review, load_review
from ntm_lib.scoring import judge, with_findings
from ntm_lib.scoring.score import count, criteria_verdicts
from ntm_lib.submissions import Results
from ntm_lib.units import Lineage, Vintage
from ntm_lib.verdicts import Verdict


@dataclass(frozen=True, eq=False)
class Baseline:
    """Where the plan starts: results of the start year carried onto the plan's units and judged by the plan's law.

    ``vintage``: the plan's units. ``communes``: the communes of the plan (in the programme), documents' order, with
    ``name, short_name, parent_code, area_km2, people_2019, lat, lon, is_border`` and, from table B1 of the start year,
    ``zone`` (I, II, III: the hardest part), ``is_especially_difficult, is_atk, is_poor_district`` (any part), ``villages,
    households, people`` (sums); NA where not known. ``parts``: ``from_code, to_code, area_share, people_share, name``
    (as reported), only parts in the programme. ``rules``: by plan year, levels of the plan's set; ``start_rules``: the
    levels that judge the start (those of the first plan year; of the start year where the set is the same). ``values``
    (NaN unknown, infinite not assessed), ``part_verdicts`` (int8) and ``passage`` (one of ``PASSAGES``): reporting
    communes x requirement ids of the plan's set. ``requirements``, ``criteria`` (int8): plan communes x ids.
    ``old_criteria``: the same by the set that judged the start year. ``doubtful``: plan communes x criteria, True where
    the verdict rests on a level that was assumed or not verified, or on a passage that is not sure. ``ways``: how each
    requirement was gained (see ``passage.find_ways``). ``generated``: whether anything known of a
    plan commune up to the start is generated; where that is so of some only, their names in ``communes`` bear a mark.
    """

    project: Project
    scenario: Scenario
    review: Review
    vintage: Vintage
    communes: pd.DataFrame
    results: Results
    lineage: Lineage
    parts: pd.DataFrame
    law_set: str
    old_set: str
    rules: Mapping[int, YearRules]
    start_rules: YearRules
    values: pd.DataFrame
    part_verdicts: pd.DataFrame
    passage: pd.DataFrame
    requirements: pd.DataFrame
    criteria: pd.DataFrame
    old_criteria: pd.DataFrame
    doubtful: pd.DataFrame
    ways: pd.DataFrame
    generated: pd.Series

    @property
    def is_illustrative(self) -> bool:
        """Whether the plan starts from generated values of any commune."""
        return bool(self.generated.any())

    @property
    def is_mixed(self) -> bool:
        """Whether it starts from generated values of some communes, and from those that others handed in."""
        return self.is_illustrative and not bool(self.generated.all())

    def counts(self) -> pd.DataFrame:
        """Count the criteria met by each plan commune by the plan's law; see ``scoring.count`` for the columns."""
        return count(self.criteria, self.review.not_assessed)

    def old_counts(self) -> pd.DataFrame:
        """Count the criteria met by each plan commune by the set that judged the start year."""
        return count(self.old_criteria, self.review.not_assessed)

    def rules_of(self, year: int) -> YearRules:
        """Return the levels of a year; years after the plan keep those of its last year."""
        # ASSUME: a set that will follow after the plan's last year is not known, so its levels are held.
        return self.rules[min(max(year, min(self.rules)), max(self.rules))]


def load_baseline(scenario: Scenario, project: Project | None = None) -> Baseline:
    """Read the results of the start year and judge them by the plan's law on the plan's units.

    Stops (FaultsError, NtmError, UsageError) where the start year has no results by the set that judges it, a file is
    not the one its record describes, or levels and passages cannot be read.
    """
    project = project or Project.find()
    review = load_review(project)
    horizon = scenario.settings.horizon
    vintage = units.on(horizon.on, project)
    results = submissions.read_results(project, as_of=review.as_of)
    check_files(project, [project.root / name for name in results.files])
    reporting = units.on(results.unit_vintage, project)
    law = plan_law(scenario, review, reporting.region, project)
    lineage = units.lineage(results.unit_vintage, vintage.date, project)
    parts = _parts(lineage, vintage, reporting)
    communes = commune_frame(project, review, lineage, parts, horizon.start_year)
    generated = generated_communes(project, review, results, parts, horizon.start_year).reindex(communes.index)
    places = (vintage, reporting, with_marks(communes, generated), generated)
    return _judged(project, scenario, review, places, results, lineage, parts, law)


def _judged(
    project: Project,
    scenario: Scenario,
    review: Review,
    places: tuple[Vintage, Vintage, pd.DataFrame, pd.Series],
    results: Results,
    lineage: Lineage,
    parts: pd.DataFrame,
    law: PlanLaw,
) -> Baseline:
    vintage, reporting, communes, generated = places
    start_year = scenario.settings.horizon.start_year
    old_values = _old_values(results, reporting, law, start_year)
    old_verdicts = _old_verdicts(results, old_values, law, start_year)
    ways = find_ways(law, project)
    values, verdicts, passage = carry_over(old_values, old_verdicts, ways, law.start)
    requirements = lineage.merge_verdicts(verdicts, rule=review.merge_rule)
    weak = is_weak(law.start) | ways["is_weak"]
    old = lineage.merge_verdicts(old_verdicts, rule=review.merge_rule)
    return Baseline(
        project=project,
        scenario=scenario,
        review=review,
        vintage=vintage,
        communes=communes,
        results=results,
        lineage=lineage,
        parts=parts,
        law_set=law.item.id,
        old_set=law.old.id,
        rules=law.rules,
        start_rules=law.start,
        values=values,
        part_verdicts=verdicts,
        passage=passage,
        requirements=requirements,
        criteria=criteria_verdicts(requirements, law.start),
        old_criteria=criteria_verdicts(old, law.old_rules),
        doubtful=_doubtful(requirements, law.start, weak),
        ways=ways,
        generated=generated,
    )


def is_weak(rules: YearRules) -> pd.Series:
    """Tell which requirements rest on a level that is assumed, or that nobody read in the text."""
    frame = rules.requirements
    return (frame["basis"] == "assumption") | ~frame["verified"].isin(VERIFIED)


def _parts(lineage: Lineage, vintage: Vintage, reporting: Vintage) -> pd.DataFrame:
    communes = vintage.communes
    new = communes.index[communes["is_in_programme"]]
    links = lineage.links
    was_in = links["from_code"].map(reporting.frame["is_in_programme"]).astype(bool)
    parts = links[links["to_code"].isin(new) & was_in]
    return parts.assign(name=parts["from_code"].map(reporting.frame["name"])).reset_index(drop=True)


def _old_values(results: Results, reporting: Vintage, law: PlanLaw, year: int) -> pd.DataFrame:
    """Return the values of the start year, a line for each reporting commune; one that did not report is unknown."""
    held = results.values.get(law.old.id)
    if held is None or year not in held.index.unique("year"):
        raise NtmError(
            _(
                "{year}: no results by {set}, from which the plan could start. Hand them in, or change the start."
            ).format(year=year, set=law.old.id)
        )
    communes = reporting.communes
    values: pd.DataFrame = held.xs(year, level="year")  # type: ignore[assignment]
    return values.reindex(communes.index[communes["is_in_programme"]].rename("commune_code"))


def _old_verdicts(results: Results, values: pd.DataFrame, law: PlanLaw, year: int) -> pd.DataFrame:
    """Judge the values of the start year; a finding that counts decides over the value."""
    words = results.words_of(law.old.id)
    at_start = words[words.index.get_level_values("year") == year]
    verdicts = judge(values, law.old_rules)
    if at_start.empty:
        return verdicts
    by_year = verdicts.set_axis(pd.MultiIndex.from_product([verdicts.index, [year]], names=["commune_code", "year"]))
    return with_findings(by_year, at_start).droplevel("year")


def _doubtful(requirements: pd.DataFrame, rules: YearRules, weak: pd.Series) -> pd.DataFrame:
    """Tell which verdicts of criteria would fall if the weak requirements were unknown.

    A criterion that is met rests on every requirement met; one that is not met stands as soon as one requirement that is
    not weak is not met.
    """
    codes = requirements.to_numpy().copy()
    judged = criteria_verdicts(requirements, rules)
    decided = np.isin(codes, [Verdict.MET, Verdict.NOT_MET])
    codes[decided & weak.to_numpy(bool)] = Verdict.UNKNOWN
    sure = criteria_verdicts(pd.DataFrame(codes, requirements.index, requirements.columns), rules)
    return judged != sure


def passage_counts(baseline: Baseline) -> pd.DataFrame:
    """Count the passages: a row for each requirement, a column for each of ``PASSAGES`` (reporting communes)."""
    codes: npt.NDArray[np.object_] = baseline.passage.to_numpy()
    columns = {name: (codes == name).sum(axis=0) for name in PASSAGES}
    about = baseline.start_rules.requirements[["criterion", "indicator", "label_vi", "label_en"]]
    return about.join(pd.DataFrame(columns, index=baseline.passage.columns))
