"""How much work each missing requirement takes: volumes of the reporting communes, added up to the plan's communes."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ntm_lib import submissions
from ntm_lib.errors import NtmError
from ntm_lib.messages import _
from ntm_lib.planning.means.measures import Base, Measure, Measures
from ntm_lib.planning.settings import Forecast
from ntm_lib.planning.start.baseline import Baseline
from ntm_lib.project import Project
from ntm_lib.verdicts import Verdict

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_ROUNDING = 1e-9  # a volume this little above a whole number is that number


@dataclass(frozen=True, eq=False)
class Bases:
    """What volumes are counted from.

    ``figures``: reporting communes x base ids, last figure reported up to the start year (NaN: never reported).
    ``typical``: by base id, the median of the reported figures, else the assumed figure of the menu.
    """

    figures: pd.DataFrame
    typical: pd.Series


def read_bases(baseline: Baseline, measures: Measures) -> Bases:
    """Read every base of the menu from the tables handed in; a table that nobody handed in leaves its bases unknown."""
    index = baseline.values.index
    figures = pd.DataFrame(
        {name: _figures(baseline, base).reindex(index) for name, base in measures.bases.items()},
        index=index,
        dtype=float,
    )
    assumed = pd.Series({name: base.typical for name, base in measures.bases.items()}, dtype=float)
    return Bases(figures, figures.median().fillna(assumed))


def _figures(baseline: Baseline, base: Base) -> pd.Series:
    """Return the last figure of each reporting commune up to the start year."""
    project: Project = baseline.project
    if not submissions.is_handed_in(base.table, project):
        return pd.Series(dtype=float)
    table = submissions.read_table(base.table, project, baseline.review.as_of)
    if table.unit_vintage != baseline.results.unit_vintage:
        raise NtmError(
            _("{file}: uses the units of {found}, the results those of {expected}.").format(
                file=table.file, found=table.unit_vintage, expected=baseline.results.unit_vintage
            )
        )
    frame = table.frame[table.frame["year"] <= baseline.scenario.settings.horizon.start_year]
    for column, value in base.where.items():
        frame = frame[frame[column].astype("str") == value]
    frame = frame.dropna(subset=[base.column]).sort_values("year", kind="stable")
    last: pd.Series = frame.groupby("commune_code")[base.column].last().astype(float)
    return last


def gaps(baseline: Baseline) -> pd.DataFrame:
    """Return how far each reporting commune is from the strictest level of the plan's years.

    Same shape as ``baseline.values``, in each requirement's unit; never negative; NaN where value or level is not known
    or the requirement is not assessed.
    """
    rules = [baseline.start_rules, *baseline.rules.values()]
    levels = pd.concat([item.requirements["level"] for item in rules], axis=1)
    sense = baseline.start_rules.requirements["sense"].reindex(baseline.values.columns)
    at_most = (sense == "at_most").to_numpy()
    level = levels.max(axis=1).where(~at_most, levels.min(axis=1)).reindex(baseline.values.columns).to_numpy(float)
    values = baseline.values.to_numpy(float)
    values = np.where(np.isfinite(values), values, np.nan)
    short = np.where(at_most, values - level, level - values)
    return pd.DataFrame(np.maximum(short, 0.0), index=baseline.values.index, columns=baseline.values.columns)


@dataclass(frozen=True, eq=False)
class PartVolumes:
    """Volumes of one measure for one requirement, one position a part (order of ``baseline.parts``).

    ``volume``: if the work is needed; ``gap`` as used; ``is_assumed``: gap or base was not reported.
    """

    volume: Floats
    gap: Floats
    is_assumed: Bools


def part_volumes(
    baseline: Baseline, measure: Measure, requirement: str, bases: Bases, gap: pd.DataFrame, forecast: Forecast
) -> PartVolumes:
    """Return the volume that each reporting commune would need; see ``carry_share`` for those that were divided.

    Where the gap is not known: the median gap of the communes that do not meet the requirement, else the measure's
    ``typical_gap``; where the base is not known: the typical base. Both are marked assumed.
    """
    volume = measure.volume
    parts = baseline.parts
    known_gap = gap[requirement].reindex(parts["from_code"]).to_numpy(float)
    typical = _typical_gap(baseline, measure, requirement, gap)
    used = np.where(np.isnan(known_gap), typical, known_gap)
    by_gap = volume.kind in {"gap_share", "gap_amount"}
    if volume.kind == "one":
        ones = np.ones(len(parts))
        return PartVolumes(ones, known_gap, np.zeros(len(parts), dtype=bool))
    base, base_is_assumed = _part_base(baseline, volume.base, bases)
    scale = {
        "gap_share": used / 100,
        "gap_amount": used,
        "whole": np.ones(len(parts)),
        "effort_fall": np.full(len(parts), forecast.effort_fall_pct / 100),
        "effort_rise": np.full(len(parts), forecast.effort_rise_pct_point / 100),
    }[volume.kind]
    return PartVolumes(scale * base * volume.times, known_gap, base_is_assumed | (by_gap & np.isnan(known_gap)))


def _typical_gap(baseline: Baseline, measure: Measure, requirement: str, gap: pd.DataFrame) -> float:
    missing = baseline.part_verdicts[requirement] == Verdict.NOT_MET
    known = gap.loc[missing, requirement].dropna()
    if len(known):
        return float(known.median())
    return float("nan") if measure.volume.typical_gap is None else measure.volume.typical_gap


def _part_base(baseline: Baseline, name: str | None, bases: Bases) -> tuple[Floats, Bools]:
    """Return the base of each part before a division, and whether it is a typical one."""
    parts = baseline.parts
    if name is None:
        return np.ones(len(parts)), np.zeros(len(parts), dtype=bool)
    own = bases.figures[name].reindex(parts["from_code"]).to_numpy(float)
    is_assumed = np.isnan(own)
    return np.where(is_assumed, bases.typical[name], own), is_assumed


def carry_share(baseline: Baseline, measure: Measure, measures: Measures) -> Floats:
    """Return the share of each part's figure that goes to its plan commune: by area or people, as the base says."""
    if measure.volume.kind == "one":
        return np.ones(len(baseline.parts))
    base = measure.volume.base
    by = "people" if base is None else measures.bases[base].carry
    return baseline.parts[f"{by}_share"].to_numpy(float)


def whole_pieces(volume: Floats) -> Floats:
    """Round a volume up to whole pieces."""
    return np.ceil(volume - _ROUNDING)


def with_volumes(baseline: Baseline, measures: Measures, lines: pd.DataFrame, chances: pd.Series) -> pd.DataFrame:
    """Add ``gap, volume, chance, volume_basis`` to lines with ``commune_code, requirement, state, measure``.

    ``chances``: by requirement, the chance that a reporting commune whose state is not known needs the work. A part that
    is not met counts whole; one not known by that chance p. Where no part is known to be missing, the work is needed with
    1 - (1 - p)^k for k unknown parts and the volume is what is then expected; so chance x volume is always the expected
    volume, before rounding up to whole pieces. Other columns stay.
    """
    bases = read_bases(baseline, measures)
    gap = gaps(baseline)
    count = len(lines)
    columns: dict[str, Floats] = {name: np.full(count, np.nan) for name in ("gap", "volume", "chance")}
    is_assumed = np.zeros(count, dtype=bool)
    groups, pairs = pd.factorize(pd.MultiIndex.from_frame(lines[["requirement", "measure"]]))
    place = baseline.communes.index.get_indexer(pd.Index(lines["commune_code"]))
    is_unknown = (lines["state"] == "unknown").to_numpy()
    for number, (requirement, name) in enumerate(pairs):
        rows = np.flatnonzero(groups == number)
        sums = _part_sums(baseline, measures, (measures[name], requirement), bases, gap)
        known = {key: values[place[rows]] for key, values in sums.items()}
        chance = float(chances[requirement])
        found = _line_volumes(measures[name], known, bases, is_unknown[rows], chance)
        for column, values in columns.items():
            values[rows] = found[column]
        is_assumed[rows] = found["is_assumed"]
    return lines.assign(**columns, volume_basis=np.where(is_assumed, "assumed", "reported"))


def _part_sums(
    baseline: Baseline, measures: Measures, wanted: tuple[Measure, str], bases: Bases, gap: pd.DataFrame
) -> dict[str, Floats]:
    """Add the parts up to the plan's communes, one position a commune.

    ``missing, unknown``: volume of the parts not met, not known; ``parts_missing, parts_unknown``: how many;
    ``parts_assumed``: parts whose volume is typical; ``gap``: that of the worst part, the sum where it is a number of
    things (NaN unknown); ``applies``: 1 or 0.
    """
    measure, requirement = wanted
    parts = baseline.parts
    to = baseline.communes.index.get_indexer(pd.Index(parts["to_code"]))
    count = len(baseline.communes)
    found = part_volumes(baseline, measure, requirement, bases, gap, baseline.scenario.settings.forecast)
    volume = found.volume * carry_share(baseline, measure, measures)
    verdict = baseline.part_verdicts[requirement].reindex(parts["from_code"], fill_value=Verdict.UNKNOWN).to_numpy()
    is_missing, is_unknown = verdict == Verdict.NOT_MET, verdict == Verdict.UNKNOWN
    summed = {
        "missing": np.where(is_missing, volume, 0.0),
        "unknown": np.where(is_unknown, volume, 0.0),
        "parts_missing": is_missing.astype(float),
        "parts_unknown": is_unknown.astype(float),
        "parts_assumed": (is_unknown | (found.is_assumed & is_missing)).astype(float),
    }
    sums = {name: np.bincount(to, weights=values, minlength=count) for name, values in summed.items()}
    worst = np.full(count, np.nan)
    np.fmax.at(worst, to, np.where(is_missing, found.gap, np.nan))
    if measure.volume.kind == "gap_amount" and measure.volume.base is None:  # a number of things: the parts add up
        counted = np.where(is_missing, np.nan_to_num(found.gap) * parts["people_share"].to_numpy(float), 0.0)
        worst = np.where(np.isnan(worst), np.nan, np.bincount(to, weights=counted, minlength=count))
    return {**sums, "gap": worst, "applies": _applies(baseline, measures, measure, bases, to)}


def _applies(
    baseline: Baseline, measures: Measures, measure: Measure, bases: Bases, to: npt.NDArray[np.intp]
) -> Floats:
    """Tell which communes a measure with a condition applies to (1, else 0); where the figure is not known, it applies."""
    rule, count = measure.volume.applies, len(baseline.communes)
    if rule is None:
        return np.ones(count)
    share = baseline.parts[f"{measures.bases[rule.base].carry}_share"].to_numpy(float)
    own = bases.figures[rule.base].reindex(baseline.parts["from_code"]).to_numpy(float) * share
    figure = np.bincount(to, weights=own, minlength=count)  # one part not known: NaN
    above = figure > (-np.inf if rule.more_than is None else rule.more_than)
    below = figure <= (np.inf if rule.at_most is None else rule.at_most)
    return np.where(np.isnan(figure) | (above & below), 1.0, 0.0)


def _line_volumes(
    measure: Measure, sums: Mapping[str, Floats], bases: Bases, is_unknown: Bools, chance: float
) -> Mapping[str, npt.NDArray[np.float64]]:
    """Turn the sums over the parts into gap, volume, chance and ``is_assumed`` of each line."""
    # ASSUME: a commune without any reporting part needs what a typical commune does.
    alone = sums["parts_missing"] + sums["parts_unknown"] == 0
    count = np.where(alone, 1.0, sums["parts_unknown"])
    unknown = np.where(alone, _typical_volume(measure, bases), sums["unknown"])
    needed = np.where(is_unknown, 1 - (1 - chance) ** count, 1.0)
    expected = sums["missing"] + np.where(~is_unknown & alone, unknown, chance * unknown)
    volume = np.where(needed > 0, expected / np.where(needed > 0, needed, 1.0), unknown)
    if measure.volume.kind == "one":
        volume = np.ones(len(volume))
    elif measure.volume.is_counted:
        volume = whole_pieces(volume)
    unneeded = is_unknown & (sums["applies"] == 0)
    is_typical = (sums["parts_assumed"] > 0) | alone
    return {
        "gap": sums["gap"],
        "volume": np.where(unneeded, 0.0, volume),
        "chance": np.where(unneeded, 0.0, needed),
        "is_assumed": is_unknown | (is_typical & (measure.volume.kind != "one")),
    }


def _typical_volume(measure: Measure, bases: Bases) -> float:
    """Return the volume of a typical commune by the menu's own assumptions."""
    volume = measure.volume
    base = 1.0 if volume.base is None else float(bases.typical[volume.base])
    scale = (volume.typical_gap or 1.0) / (100 if volume.kind == "gap_share" else 1)
    return volume.times * base * scale
