"""What each missing requirement takes: measure, volume, money by source; communes not known are surveyed first."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ntm_lib.errors import FaultList, UsageFaultsError
from ntm_lib.messages import _
from ntm_lib.planning.means.measures import Measures, load_measures
from ntm_lib.planning.means.norms import ESTIMATES, PURSES, read_norms
from ntm_lib.planning.needs.choice import choose
from ntm_lib.planning.needs.places import cost_factors
from ntm_lib.planning.needs.volumes import whole_pieces, with_volumes
from ntm_lib.planning.settings import Unknowns
from ntm_lib.planning.start.baseline import Baseline, is_weak
from ntm_lib.verdicts import Verdict

MONEY = [f"{name}_vnd_million" for name in ESTIMATES]


@dataclass(frozen=True, eq=False)
class Needs:
    """What each missing requirement takes.

    ``lines``: one row for each requirement of a plan commune that is not met or not known, in the order of communes and
    requirements. ``commune_code, criterion, requirement, state`` (not_met | unknown), ``measure``; ``gap`` (requirement's
    unit, that of the worst part, the sum for things counted; NaN unknown), ``volume``, ``volume_unit`` (as the menu names it), ``factor`` (terrain x
    distance); ``low_vnd_million, middle_vnd_million, high_vnd_million``: the whole cost if the work is needed, at prices of
    the start year (a year's cost where ``is_effort``); ``upkeep_vnd_million``: a year after completion;
    ``is_recurrent``; ``chance`` that the work is needed (1 where not met); ``lead_years``; ``works``: building works it
    counts as; ``basis`` of the norm; ``level_is_doubtful, is_survey_needed``; ``volume_basis`` (reported | assumed).
    ``shares``: measure x purse, rows sum to 1. ``survey``: ``commune_code, requirements, cost_vnd_million``.
    ``factors``: see ``places.cost_factors``; ``norms``: see ``norms.read_norms``; ``chances``: by requirement, the chance
    that one commune whose state is not known needs the work, and its ``chance_basis``.
    """

    lines: pd.DataFrame
    shares: pd.DataFrame
    survey: pd.DataFrame
    measures: Measures
    norms: pd.DataFrame
    factors: pd.DataFrame
    chances: pd.DataFrame
    estimate: str

    def cost(self, estimate: str | None = None) -> pd.Series:
        """Return the cost of each line if the work is needed, million VND; ``estimate``: low, middle or high."""
        return self.lines[f"{estimate or self.estimate}_vnd_million"]

    def expected(self, estimate: str | None = None) -> pd.Series:
        """Return the cost of each line times the chance that it is needed, million VND."""
        return self.cost(estimate) * self.lines["chance"]

    def by_purse(self, estimate: str | None = None) -> pd.DataFrame:
        """Return lines x purses: who pays the expected cost, million VND; each row sums to ``expected``."""
        shares = self.shares.reindex(self.lines["measure"])[PURSES].to_numpy(float)
        money = self.expected(estimate).to_numpy(float)[:, None] * shares
        return pd.DataFrame(money, index=self.lines.index, columns=PURSES)


def load_needs(baseline: Baseline) -> Needs:
    """Say what every missing requirement of every plan commune takes.

    Stops with every fault: norms or a menu that cannot be used, a requirement without a measure, unknown choices.
    """
    settings = baseline.scenario.settings
    measures = load_measures(baseline.project)
    norms = read_norms(baseline.project, settings.costs.norms, measures)
    factors = cost_factors(baseline, settings.costs)
    chances = needed_chances(baseline, settings.unknowns)
    lines = missing_lines(baseline)
    lines["measure"] = choose(baseline, measures, lines)
    lines = with_volumes(baseline, measures, lines, chances["chance"])
    lines = _with_costs(baseline, measures, norms, factors, lines)
    shares = norms[PURSES].rename_axis("measure")
    survey = _survey(lines, settings.unknowns.survey_vnd_million)
    return Needs(lines, shares, survey, measures, norms, factors, chances, settings.costs.estimate)


def missing_lines(baseline: Baseline) -> pd.DataFrame:
    """List the requirements that are not met or not known, by commune, in the order of the documents."""
    verdicts = baseline.requirements
    rows, columns = np.nonzero(verdicts.isin([Verdict.NOT_MET, Verdict.UNKNOWN]).to_numpy())
    codes = verdicts.to_numpy()[rows, columns]
    requirement = verdicts.columns[columns]
    criterion = baseline.start_rules.requirements["criterion"].reindex(requirement)
    weak = is_weak(baseline.start_rules).reindex(requirement)
    no_level = baseline.start_rules.requirements["level"].isna().reindex(requirement)
    return pd.DataFrame(
        {
            "commune_code": verdicts.index[rows],
            "criterion": criterion.to_numpy(),
            "requirement": requirement,
            "state": np.where(codes == Verdict.NOT_MET, "not_met", "unknown"),
            "level_is_doubtful": weak.to_numpy(bool) | no_level.to_numpy(bool),
            "is_survey_needed": codes == Verdict.UNKNOWN,
        }
    )


def needed_chances(baseline: Baseline, unknowns: Unknowns) -> pd.DataFrame:
    """Return, by requirement, the chance that a reporting commune whose state is not known needs the work.

    A chance that the planner wrote for the requirement comes first; then, with ``from_data``, the share of communes with
    known verdicts that do not meet it (by the rule of succession), where at least ``least_known`` are known; else the chance for "other".
    ``chance_basis``: planner | data | assumed.

    Where results by an older set tell only who cannot meet the new one (nobody is known to meet it), the known communes
    say nothing of the others, and data are not used.
    """
    verdicts = baseline.part_verdicts
    missing = (verdicts == Verdict.NOT_MET).sum()
    known = missing + (verdicts == Verdict.MET).sum()
    share = ((missing + 1) / (known + 2)).astype(float)  # rule of succession: seen in none is no proof of none
    is_one_sided = (baseline.passage == "not_derivable").any() & (missing == known)
    from_data = (known >= max(unknowns.least_known, 1)) & ~is_one_sided & unknowns.from_data
    written = pd.Series({key: unknowns.chance_to_do.get(str(key), np.nan) for key in verdicts.columns}, dtype=float)
    other = unknowns.chance_to_do.get("other", np.nan)
    chance = written.fillna(share.where(from_data)).fillna(other)
    if chance.isna().any():
        faults = FaultList(_("A scenario that cannot be used"))
        faults.add("unknowns.chance_to_do", _("no chance for 'other'"), _("a number from 0 to 1"))
        faults.stop_if_any(UsageFaultsError)
    basis = np.where(written.notna(), "planner", np.where(from_data, "data", "assumed"))
    return pd.DataFrame({"chance": chance, "chance_basis": basis}, index=verdicts.columns)


def _with_costs(
    baseline: Baseline, measures: Measures, norms: pd.DataFrame, factors: pd.DataFrame, lines: pd.DataFrame
) -> pd.DataFrame:
    """Add factor, money, upkeep, years, works and what they rest on."""
    settings = baseline.scenario.settings
    norm = norms.loc[lines["measure"]].reset_index(drop=True)
    menu_of = measures.measures
    name = lines["measure"]
    terrain = name.map({key: item.has_terrain for key, item in menu_of.items()}).to_numpy(bool)
    factor = np.where(terrain, factors["factor"].reindex(lines["commune_code"]).to_numpy(float), 1.0)
    change = 1 + name.map(dict(settings.costs.change_pct_by_measure)).astype(float).fillna(0.0).to_numpy() / 100
    years = settings.horizon.start_year - norm["price_year"].to_numpy(float)
    prices = (1 + settings.costs.price_growth_pct / 100) ** years
    scale = lines["volume"].to_numpy(float) * factor * change * prices
    money = {column: norm[key].to_numpy(float) * scale for column, key in zip(MONEY, ESTIMATES, strict=True)}
    size = name.map({key: item.volume.work_size for key, item in menu_of.items()}).to_numpy(float)
    pieces = whole_pieces(lines["volume"].to_numpy(float) / np.where(np.isnan(size), 1.0, size))
    chosen = money[f"{settings.costs.estimate}_vnd_million"]
    return lines.assign(
        volume_unit=name.map({key: str(item.unit) for key, item in menu_of.items()}),
        factor=factor,
        **money,
        upkeep_vnd_million=chosen * norm["upkeep_pct"].to_numpy(float) / 100,
        is_recurrent=norm["is_recurrent"].to_numpy(bool),
        lead_years=norm["lead_years"].to_numpy(int),
        works=np.where(np.isnan(size), 0, pieces).astype(int),
        is_effort=name.map({key: item.is_effort for key, item in menu_of.items()}).to_numpy(bool),
        basis=norm["basis"].to_numpy(),
    )


def _survey(lines: pd.DataFrame, cost: float) -> pd.DataFrame:
    """List the communes where something is not known: how many requirements, and what finding out costs."""
    unknown = lines[lines["is_survey_needed"]]
    survey = unknown.groupby("commune_code", sort=False).size().rename("requirements").reset_index()
    return survey.assign(cost_vnd_million=float(cost))
