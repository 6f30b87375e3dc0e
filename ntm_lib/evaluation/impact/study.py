"""The whole judgement of impact of one territory: variants, placebos, path by year, money, and what was left out."""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from ntm_lib.evaluation.impact import outcomes
from ntm_lib.evaluation.impact.dose import Dose, dose_effect
from ntm_lib.evaluation.impact.effect import Effect, effect_after, path, trend_before
from ntm_lib.evaluation.impact.imputation import Numbers, Panel, make_panel
from ntm_lib.evaluation.impact.reached import years_met, years_recognised
from ntm_lib.evaluation.impact.settings import ImpactSettings, load_impact_settings
from ntm_lib.evaluation.territory import Territory

INCOME, POVERTY, PLACEBO = "income", "poverty", "placebo"
MAIN = "main"
VARIANTS = (MAIN, "province", "zone", "all_criteria", "register", "fake_dates", "placebo_outcome")
"""Main: reached the criteria not tied to the outcome, compared within the district; then one thing changed at a time."""

MONEY_YEARS = 3
"""Money of fewer years says little of what a commune was given."""


@dataclass(frozen=True, eq=False)
class ImpactStudy:
    """What was estimated.

    ``effects``: a row an outcome and variant: outcome (income in percent, poverty in points), standard (of poverty,
    else empty), variant, the fields of `Effect`, trend (p of the trend before). ``paths``: outcome, standard and the
    columns of `path`. ``doses``: outcome, standard, kind (after | before), years, the fields of `Dose`. Communes:
    ``communes`` in the programme, ``reached`` by the main variant, ``unclear`` left out as their year is unclear.
    """

    settings: ImpactSettings
    first_year: int
    last_year: int
    communes: int
    reached: int
    unclear: int
    effects: pd.DataFrame
    paths: pd.DataFrame
    doses: pd.DataFrame
    is_illustrative: bool


_latest: list[tuple[Territory, ImpactStudy]] = []


def impact_study(territory: Territory) -> ImpactStudy:
    """Return the judgement of impact; the last territory's is kept, since every part of a report asks for it."""
    if not (_latest and _latest[0][0] is territory):
        _latest[:] = [(territory, _study(territory))]
    return _latest[0][1]


def _study(territory: Territory) -> ImpactStudy:
    settings = load_impact_settings(territory.project)
    years = outcomes.actual_years(territory)
    rest, everything = years_met(territory, years, settings.tied_criteria), years_met(territory, years)
    reached = {"rest": rest, "all_criteria": everything, "register": years_recognised(territory, everything)}
    groups = outcomes.comparison_groups(territory)
    watched: dict[tuple[str, str], pd.Series] = {(INCOME, ""): outcomes.incomes(territory)}
    watched |= {(POVERTY, standard): rate for standard, rate in outcomes.poverty(territory).items()}
    effects = [row for (name, standard), outcome in watched.items()
               for row in _effects(name, standard, outcome, groups, reached, settings)]  # fmt: skip
    placebo = outcomes.minority_share(territory)
    effects.append(_row(PLACEBO, "", "placebo_outcome", *_main(placebo, groups["district"], rest), settings))
    paths = [path(*_main(outcome, groups["district"], rest), settings).assign(outcome=name, standard=standard)
             for (name, standard), outcome in watched.items()]  # fmt: skip
    return ImpactStudy(
        settings,
        min(years, default=territory.review.first_year),
        max(years, default=territory.review.first_year),
        len(rest),
        int((rest["first"].notna() & ~rest["is_unclear"]).sum()),
        int(rest["is_unclear"].sum()),
        pd.DataFrame(effects),
        pd.concat(paths, ignore_index=True),
        pd.DataFrame(_doses(territory, watched, groups["district"], settings)),
        territory.is_illustrative,
    )


def _effects(
    name: str,
    standard: str,
    outcome: pd.Series,
    groups: pd.DataFrame,
    reached: dict[str, pd.DataFrame],
    settings: ImpactSettings,
) -> list[dict[str, object]]:
    """Return the rows of one outcome: the main variant and those that change one thing."""
    rest, district = reached["rest"], groups["district"]
    cases = {
        MAIN: (district, rest),
        "province": (groups["province"], rest),
        "zone": (groups["zone"], rest),
        "all_criteria": (district, reached["all_criteria"]),
        "register": (district, reached["register"]),
    }
    rows = [_row(name, standard, variant, *_main(outcome, *case), settings) for variant, case in cases.items()]
    fake = _row(name, standard, "fake_dates", *_main(outcome, district, rest), settings, settings.fake_shift)
    return [*rows, fake]


def _main(outcome: pd.Series, group: pd.Series, reached: pd.DataFrame) -> tuple[Panel, Numbers]:
    """Return the panel of the communes whose year is clear, with their years."""
    clear = reached.index[~reached["is_unclear"]]
    panel = make_panel(outcome, group.reindex(clear))
    return panel, reached["first"].reindex(panel.communes).to_numpy(np.float64)


def _row(
    name: str, standard: str, variant: str, panel: Panel, first: Numbers, settings: ImpactSettings, shift: int = 0
) -> dict[str, object]:
    found: Effect = effect_after(panel, first, settings, shift)
    trend = np.nan if shift or found.why else trend_before(panel, first, settings)[1]
    return {"outcome": name, "standard": standard, "variant": variant, **asdict(found), "trend": trend}


def _doses(
    territory: Territory,
    watched: dict[tuple[str, str], pd.Series],
    district: pd.Series,
    settings: ImpactSettings,
) -> list[dict[str, object]]:
    """Money of the years up to a middle year, change of the outcome from then on; for a check also the other way round."""
    years = outcomes.actual_years(territory)
    rows: list[dict[str, object]] = []
    for (name, standard), outcome in watched.items():
        table = outcome.unstack("year")
        if table.empty:
            continue
        first, last = int(table.columns.min()), int(table.columns.max())
        middle = first if first > min(years) else (first + last) // 2
        if middle >= last or middle - min(years) < MONEY_YEARS:
            continue
        money = outcomes.money_per_head(territory, min(years) + 1, middle)
        found = dose_effect(table[last] - table[middle], money, table[middle], district, settings)
        rows.append(_dose_row(name, standard, "after", (min(years) + 1, middle, middle, last), found))
        if first < middle:
            later = outcomes.money_per_head(territory, middle + 1, last)
            found = dose_effect(table[middle] - table[first], later, table[first], district, settings)
            rows.append(_dose_row(name, standard, "before", (middle + 1, last, first, middle), found))
    return rows


def _dose_row(name: str, standard: str, kind: str, years: tuple[int, int, int, int], found: Dose) -> dict[str, object]:
    labels = ("money_from", "money_to", "change_from", "change_to")
    head = {"outcome": name, "standard": standard, "kind": kind, **dict(zip(labels, years, strict=True))}
    return head | asdict(found)
