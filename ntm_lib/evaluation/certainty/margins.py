"""Measure how far each reported value stands from its level, on either side, and how likely it truly passes."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from ntm_lib import criteria
from ntm_lib.errors import NtmError, preview
from ntm_lib.evaluation.certainty.settings import CertaintyRules
from ntm_lib.evaluation.territory import Territory, rows_of_year
from ntm_lib.messages import _
from ntm_lib.verdicts import Verdict

_NORMAL_95 = 1.959963984540054


def margins(territory: Territory, year: int, rules: CertaintyRules) -> pd.DataFrame:
    """List every verdict met or not met with its distance: a row a reporting commune and requirement.

    Columns: commune_code (as reported), requirement, criterion, unit, sense, value, level, verdict, margin (in the unit,
    0 or more passes; NaN for yes/no), relative (per cent of the level; NaN where the level is 0), half_width (of the
    plausible error; NaN where the value is a yes/no or stands at the very end of its range), is_within (the plausible
    error reaches over the level), chance (that the true value passes).

    A unit without a plausible error in the rules stops.
    """
    year_rules = territory.reported.rules[year]
    verdicts = rows_of_year(territory.reported.requirements[year_rules.set_id], year)
    values = rows_of_year(territory.results.values[year_rules.set_id], year)
    values = values.reindex(index=verdicts.index, columns=verdicts.columns)
    rows, columns = np.nonzero(np.isin(verdicts.to_numpy(), [Verdict.MET, Verdict.NOT_MET]))
    cells = pd.DataFrame(
        {
            "commune_code": verdicts.index[rows],
            "requirement": verdicts.columns[columns],
            "value": values.to_numpy(float)[rows, columns],
            "verdict": verdicts.to_numpy()[rows, columns],
        }
    )
    cells = cells.join(year_rules.requirements[["criterion", "unit", "sense", "level"]], on="requirement")
    return _with_chance(_with_distance(territory, cells, rules), rules)


def _with_distance(territory: Territory, cells: pd.DataFrame, rules: CertaintyRules) -> pd.DataFrame:
    units = criteria.load(territory.project).registers.units
    if missing := sorted(set(cells["unit"]) - set(rules.errors)):
        raise NtmError(
            _("parameters/evaluation/certainty.yaml: no plausible error for the units {units}.").format(
                units=preview(missing)
            )
        )
    gap = (cells["value"] - cells["level"]).where(cells["sense"] != "at_most", cells["level"] - cells["value"])
    is_measured = cells["sense"] != "yes"
    ends = [cells["unit"].map({name: getattr(unit, end) for name, unit in units.items()}) for end in ("min", "max")]
    is_end = (cells["value"] == ends[0]) | (cells["value"] == ends[1])
    own = {name: rules.errors[name].half_width for name in rules.errors}
    relative = {name: rules.errors[name].half_width_percent for name in rules.errors}
    width = cells["unit"].map(own).astype(float)
    width = width.fillna(cells["unit"].map(relative).astype(float) * cells["value"].abs() / 100)
    margin = gap.where(is_measured)
    width = width.where(is_measured & ~is_end & (width > 0))
    level = cells["level"].abs()
    return cells.assign(
        margin=margin,
        relative=100 * margin / level.where(level > 0),
        half_width=width,
        is_within=(margin.abs() <= width) & width.notna(),
    )


def _with_chance(cells: pd.DataFrame, rules: CertaintyRules) -> pd.DataFrame:
    wrong = cells["unit"].map({name: error.wrong for name, error in rules.errors.items()}).to_numpy(float)
    is_met = (cells["verdict"] == Verdict.MET).to_numpy()
    claimed = np.where(is_met, 1 - wrong, wrong)
    width = cells["half_width"].to_numpy(float)
    measured: NDArray[np.float64] = ndtr(cells["margin"].to_numpy(float) / (width / _NORMAL_95))
    return cells.assign(chance=np.where(np.isnan(width), claimed, measured))


def by_requirement(territory: Territory, year: int, rules: CertaintyRules) -> pd.DataFrame:
    """Gather the distances by requirement measured by a number, order of the law.

    Columns: criterion, label_vi, label_en, unit, level, met, not_met (communes as reported), met_within, not_met_within (of them,
    within the plausible error of the level), typical_gap (median distance of those not met, in the unit), typical_relative
    (per cent of the level).
    """
    cells = margins(territory, year, rules)
    cells = cells[cells["sense"] != "yes"]
    is_met = cells["verdict"] == Verdict.MET
    grouped = cells.assign(
        met=is_met,
        not_met=~is_met,
        met_within=is_met & cells["is_within"],
        not_met_within=~is_met & cells["is_within"],
        typical_gap=cells["margin"].abs().where(~is_met),
        typical_relative=cells["relative"].abs().where(~is_met),
    ).groupby("requirement")
    counted = grouped[["met", "not_met", "met_within", "not_met_within"]].sum().astype(int)
    typical = grouped[["typical_gap", "typical_relative"]].median()
    about = territory.reported.rules[year].requirements[["criterion", "label_vi", "label_en", "unit", "level"]]
    return about.join(counted, how="inner").join(typical)
