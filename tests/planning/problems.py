"""Invented planning problems of any size, the same for the same seed; the figures are like those of a poor mountain province."""

from dataclasses import replace

import numpy as np
import pandas as pd
import scipy.sparse as sp

from ntm_lib.planning.problem import Aims, Order, Problem, Steps
from ntm_lib.planning.settings import Purse

PLANNING = 0  # the criterion that must stand before works begin
SHARES = {  # of works, and of other measures: who pays
    "central_investment": (0.40, 0.0),
    "central_recurrent": (0.0, 0.55),
    "integrated": (0.25, 0.10),
    "local": (0.20, 0.25),
    "credit": (0.05, 0.0),
    "people_in_kind": (0.10, 0.10),
}
PLENTY = (1.0, 1.2, 2.0, 1.1, 4.0, 1.3)  # some sources bind, others do not


def make_problem(
    communes: int,
    seed: int,
    districts: int | None = None,
    *,
    criteria: int = 19,
    years: int = 5,
    budget: float = 0.35,
    limits: bool = True,
    **changes: object,
) -> Problem:
    """Invent a problem.

    ``districts``: about fourteen communes each unless told. ``budget``: money as a share of what closing all gaps costs.
    ``limits``: False leaves only the money of each purse and year. ``changes``: fields of ``Problem`` set as given.
    """
    rng = np.random.default_rng([seed, communes, criteria, years])
    districts = districts or max(1, round(communes / 14))
    district = np.sort(np.arange(communes) % districts)
    level = np.clip(rng.beta(2.2, 2.4, communes) + rng.normal(0, 0.1, districts)[district], 0.02, 1)
    ease = rng.permutation(np.linspace(-0.35, 0.35, criteria))
    met = rng.random((communes, criteria)) < np.clip(level[:, None] + ease, 0.02, 0.98)
    met[level > 0.93] = True
    earlier = 1 + 0.05 * np.arange(years - 1, -1, -1)
    plenty = np.resize(PLENTY, len(SHARES))[:, None] * rng.uniform(0.8, 1.2, (len(SHARES), years))
    steps, is_works, has_step = _steps(rng, met, years)
    works = np.full((districts, years), np.inf)
    need = np.asarray(steps.spend.sum(axis=1)).ravel()
    last = (
        np.append(steps.commune[1:] * criteria + steps.criterion[1:], -1) != steps.commune * criteria + steps.criterion
    )
    by_purse = np.asarray(steps.spend[last].sum(axis=0)).reshape(len(SHARES), years).sum(axis=1)
    start = met.all(axis=1)
    of_district = np.bincount(district, minlength=districts)
    weight = np.where(rng.random(communes) < 0.2, 1.3, 1.0)
    plain = Problem(
        years=tuple(range(2021, 2021 + years)),
        communes=pd.Index([f"{code:05d}" for code in range(communes)]),
        criteria=pd.Index([str(code + 1) for code in range(criteria)]),
        districts=pd.Index([f"{code:03d}" for code in range(districts)]),
        purses=pd.Index([Purse(name).value for name in SHARES]),
        district=district.astype(np.int64),
        met=met,
        of=np.full(communes, criteria),
        start_standard=start,
        keep=np.zeros(communes, dtype=bool),
        keep_by=min(1, years - 1),
        steps=replace(steps, value=weight[steps.commune] * earlier[steps.year]),
        order=Order(*np.zeros((4, 0), dtype=np.int64)),
        standard_value=100 * weight[:, None] * earlier,
        advanced_value=0.0,
        model_value=0.0,
        village_value=0.0,
        cost_weight=0.0,
        money=np.round(budget * plenty * by_purse[:, None] / years, 1),
        carries=np.zeros(len(SHARES), dtype=bool),
        works=works,
        commune_cap=np.full(communes, np.inf),
        capped=np.zeros(len(SHARES), dtype=bool),
        fairness=0.0,
        after_spend=np.zeros((communes, len(SHARES))),
        after_lag=1,
        latest=np.full(communes, years),
        may_standard=np.ones(communes, dtype=bool),
        advanced_spend=np.zeros((communes, len(SHARES))),
        model_spend=np.zeros((communes, len(SHARES))),
        advanced_lag=1,
        model_lag=1,
        villages=np.zeros(communes, dtype=np.int64),
        village_spend=np.zeros(len(SHARES)),
        start_villages=0,
        aims=Aims(),
    )
    if limits:
        plain = _with_limits(rng, plain, is_works, has_step, of_district, need, last)
    return replace(plain, **changes)


def _steps(rng: np.random.Generator, met: np.ndarray, years: int) -> tuple[Steps, np.ndarray, np.ndarray]:
    """One step a gap and year, from the first year in which its works can be finished."""
    criteria = met.shape[1]
    is_works = np.arange(criteria) % 5 < 2
    is_works[PLANNING] = False
    cost = np.where(is_works, rng.uniform(1500, 6000, criteria), rng.uniform(80, 700, criteria))
    takes = np.where(is_works, rng.integers(1, 3, criteria), 1)
    has_step = ~met & (rng.random(met.shape) > 0.01)
    first = np.minimum(rng.choice([0, 0, 0, 1, 2], met.shape), years - 1)
    first = np.minimum(np.maximum(first, takes - 1), years - 1)
    commune, criterion, year = np.nonzero(has_step[:, :, None] & (np.arange(years) >= first[:, :, None]))
    total = (cost * rng.lognormal(0, 0.45, met.shape))[commune, criterion]
    share = np.array(list(SHARES.values()))[:, np.where(is_works, 0, 1)]
    rows, columns, amounts = [], [], []
    for back in range(2):
        at = np.flatnonzero((back < takes[criterion]) & (year - back >= 0))
        parts = np.minimum(takes[criterion], year + 1)[at]
        for purse in range(len(SHARES)):
            amount = share[purse, criterion[at]] * total[at] * 1.04 ** (year[at] - back) / parts
            rows.append(at)
            columns.append(purse * years + year[at] - back)
            amounts.append(amount)
    recurrent = list(SHARES).index("central_recurrent")
    for ahead in range(1, years):
        at = np.flatnonzero((year + ahead < years) & is_works[criterion])
        rows.append(at)
        columns.append(recurrent * years + year[at] + ahead)
        amounts.append(0.01 * total[at])
    spend = _matrix(rows, columns, amounts, (len(commune), len(SHARES) * years))
    under_way = [np.flatnonzero((b < takes[criterion]) & (year - b >= 0) & is_works[criterion]) for b in range(2)]
    works = _matrix(
        under_way, [year[at] - b for b, at in enumerate(under_way)], [np.ones(len(at)) for at in under_way],
        (len(commune), years),
    )  # fmt: skip
    return Steps(commune, criterion, year, spend, works, np.zeros(len(commune))), is_works, has_step


def _matrix(rows: list, columns: list, amounts: list, shape: tuple[int, int]) -> sp.csr_matrix:
    values = np.round(np.concatenate(amounts), 2)
    matrix = sp.csr_matrix((values, (np.concatenate(rows), np.concatenate(columns))), shape)
    matrix.eliminate_zeros()
    return matrix


def _with_limits(
    rng: np.random.Generator,
    plain: Problem,
    is_works: np.ndarray,
    has_step: np.ndarray,
    of_district: np.ndarray,
    need: np.ndarray,
    last: np.ndarray,
) -> Problem:
    """Every limit and every aim at once; the aims are modest, so that a plan exists."""
    communes, criteria = plain.met.shape
    years, purses = len(plain.years), len(plain.purses)
    commune, after = np.nonzero(has_step & is_works & has_step[:, [PLANNING]])
    zeros = np.zeros(len(commune), dtype=np.int64)
    recurrent = plain.purses.get_loc("central_recurrent")
    local = plain.purses.get_loc("local")
    after_spend, advanced, model = np.zeros((3, communes, purses))
    after_spend[:, recurrent] = rng.uniform(20, 150, communes).round(1)
    advanced[:, local] = rng.uniform(600, 1500, communes).round(1)
    model[:, local] = rng.uniform(900, 2000, communes).round(1)
    open_gaps = (~plain.met).sum(axis=1)
    keep = (open_gaps <= 2) & (open_gaps == (has_step & ~plain.met).sum(axis=1)) & (rng.random(communes) < 0.5)
    villages = rng.integers(0, 9, communes) * (rng.random(communes) < 0.3)
    village_spend = np.zeros(purses)
    village_spend[local] = 40.0
    of_commune = np.bincount(plain.steps.commune[last], need[last], minlength=communes)
    fits = open_gaps == (has_step & ~plain.met).sum(axis=1)
    may_standard = rng.random(communes) > 0.02
    latest = np.full(communes, years)
    pinned = np.flatnonzero(fits & may_standard & (open_gaps <= 4) & (open_gaps > 0))[: max(1, communes // 200)]
    latest[pinned] = years - 1
    carries = np.zeros(purses, dtype=bool)
    carries[[0, 3]] = True
    capped = np.zeros(purses, dtype=bool)
    capped[[0, 2]] = True
    at_start = int(plain.start_standard.sum())
    return replace(
        plain,
        keep=keep & (latest == years) & may_standard,
        order=Order(commune, zeros + PLANNING, after, (rng.random(len(commune)) < 0.5).astype(np.int64)),
        advanced_value=30.0,
        model_value=30.0,
        village_value=0.5,
        carries=carries,
        works=np.repeat(np.maximum(2.0, np.ceil(of_district * 0.9))[:, None], years, axis=1),
        commune_cap=np.round(np.maximum(0.62 * of_commune, 3000.0), 1),
        capped=capped,
        fairness=0.5,
        after_spend=after_spend,
        may_standard=may_standard,
        latest=latest,
        advanced_spend=advanced,
        model_spend=model,
        villages=villages.astype(np.int64),
        village_spend=village_spend,
        start_villages=3,
        aims=Aims(
            standard=at_start + communes // 20,
            standard_by_year={years // 2: at_start + communes // 50},
            advanced=communes // 100,
            model=communes // 300,
            floor=min(3, criteria // 6),
            mean=float(plain.met.sum() / communes) + 0.5,
            districts=len(of_district) // 40,
            district_share=0.5,
            district_advanced_share=0.0,
            districts_apart=np.arange(len(of_district)) % 10 == 9,
            villages=3 + int(villages.sum()) // 4,
            villages_by_year={years // 2: 3 + int(villages.sum()) // 8},
        ),
    )
