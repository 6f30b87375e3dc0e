"""Verify a plan against the problem, limit by limit, with plain sums of its own; nothing is shared with the search."""

from collections.abc import Iterator

import numpy as np

from ntm_lib.planning.problem import Bools, Floats, Ints, Problem, Solution

MONEY = 1e-6  # an excess is told from this share of a limit (and of a million VND) on
COUNT = 1e-6


def check(problem: Problem, solution: Solution) -> list[str]:
    """Return every limit and aim that the plan does not keep, and every figure of it that is wrong; empty: all kept."""
    faults = list(_shape(problem, solution))
    if faults:
        return faults
    chosen, faults = _chosen(problem, solution)
    spent = spending(problem, solution, chosen)
    parts = (
        _order(problem, solution),
        _levels(problem, solution),
        _deadlines(problem, solution),
        _money(problem, spent),
        _works(problem, chosen),
        _fairness(problem, solution),
        _villages(problem, solution),
        _aims(problem, solution),
        _worth(problem, solution, chosen, spent),
    )
    return faults + [text for part in parts for text in part]


def _where(flags: Bools) -> list[int]:
    """Positions of what is True."""
    return [int(at) for at in np.flatnonzero(flags)]


def worth(problem: Problem, solution: Solution) -> float:
    """Return what a plan is worth, summed from what it does."""
    chosen, _faults = _chosen(problem, solution)
    return _value(problem, solution, chosen, spending(problem, solution, chosen))


def spending(problem: Problem, solution: Solution, chosen: Ints) -> Floats:
    """Money each commune spends (n, s, t) by a plan whose steps stand at ``chosen``."""
    communes, years, purses = len(problem.communes), len(problem.years), len(problem.purses)
    spent = np.zeros((communes, purses, years))
    parts = problem.steps.spend[chosen].tocoo()
    np.add.at(spent, (problem.steps.commune[chosen][parts.row], parts.col // years, parts.col % years), parts.data)
    for year in range(years):
        since = np.maximum(solution.standard, 0) + problem.after_lag
        spent[:, :, year] += problem.after_spend * (since <= year)[:, None]
        spent[:, :, year] += problem.advanced_spend * (solution.advanced == year)[:, None]
        spent[:, :, year] += problem.model_spend * (solution.model == year)[:, None]
        spent[:, :, year] += solution.villages[:, [year]] * problem.village_spend
    return spent


def _shape(problem: Problem, solution: Solution) -> Iterator[str]:
    communes, years = len(problem.communes), len(problem.years)
    for name, values, shape in (
        ("done", solution.done, problem.met.shape),
        ("standard", solution.standard, (communes,)),
        ("advanced", solution.advanced, (communes,)),
        ("model", solution.model, (communes,)),
    ):
        if values.shape != shape:
            yield f"{name}: shape {values.shape}, expected {shape}"
        elif values.size and (values.min() < -1 or values.max() > years):
            yield f"{name}: a year position outside -1..{years}"
    if solution.villages.shape != (communes, years):
        yield f"villages: shape {solution.villages.shape}, expected {(communes, years)}"
    if solution.districts.shape != (len(problem.districts),):
        yield f"districts: shape {solution.districts.shape}, expected {(len(problem.districts),)}"


def _chosen(problem: Problem, solution: Solution) -> tuple[Ints, list[str]]:
    """Positions of the steps a plan takes; a completion that is no step is told."""
    steps, years = problem.steps, len(problem.years)
    faults = []
    for commune, criterion in np.argwhere(problem.met != (solution.done == -1)):
        faults.append(
            f"{_name(problem, commune, criterion)}: met at the start {bool(problem.met[commune, criterion])}, "
            f"completed in year position {solution.done[commune, criterion]}"
        )
    place = np.full((*problem.met.shape, years), -1)
    place[steps.commune, steps.criterion, steps.year] = np.arange(len(steps.commune))
    commune, criterion = np.nonzero((solution.done >= 0) & (solution.done < years))
    at = place[commune, criterion, solution.done[commune, criterion]]
    for missing in _where(at < 0):
        name = _name(problem, commune[missing], criterion[missing])
        faults.append(
            f"{name}: no step completes it in year position {solution.done[commune[missing], criterion[missing]]}"
        )
    return at[at >= 0], faults


def _name(problem: Problem, commune: int, criterion: int) -> str:
    return f"commune {problem.communes[commune]}, criterion {problem.criteria[criterion]}"


def _order(problem: Problem, solution: Solution) -> Iterator[str]:
    order, years = problem.order, len(problem.years)
    before = solution.done[order.commune, order.before]
    after = solution.done[order.commune, order.after]
    broken = (before >= 0) & (after >= 0) & (after < years) & ((before == years) | (after < before + order.lag))
    for row in _where(broken):
        yield (
            f"{_name(problem, order.commune[row], order.after[row])}: completed in {after[row]}, "
            f"needs criterion {problem.criteria[order.before[row]]} {order.lag[row]} years before, found {before[row]}"
        )


def _levels(problem: Problem, solution: Solution) -> Iterator[str]:
    years = len(problem.years)
    expected = solution.done.max(axis=1, initial=-1)
    for commune in _where(solution.standard != expected):
        yield (
            f"commune {problem.communes[commune]}: standard in {solution.standard[commune]}, "
            f"its last criterion is completed in {expected[commune]}"
        )
    for name, level, below, lag in (
        ("advanced", solution.advanced, solution.standard, problem.advanced_lag),
        ("model", solution.model, solution.advanced, problem.model_lag),
    ):
        wrong = (level < 0) | ((level < years) & ((below >= years) | (level < below + lag)))
        for commune in _where(wrong):
            yield (
                f"commune {problem.communes[commune]}: {name} in {level[commune]}, needs the level before it "
                f"{lag} years earlier, found {below[commune]}"
            )
    excluded = ~problem.may_standard & ~problem.start_standard & (solution.standard < years)
    for commune in _where(excluded):
        yield f"commune {problem.communes[commune]}: excluded, yet reaches the standard in {solution.standard[commune]}"


def _deadlines(problem: Problem, solution: Solution) -> Iterator[str]:
    years = len(problem.years)
    for commune in _where((problem.latest < years) & (solution.standard > problem.latest)):
        yield (
            f"commune {problem.communes[commune]}: must reach the standard by {problem.latest[commune]}, "
            f"reaches it in {solution.standard[commune]}"
        )
    for commune in _where(problem.keep & (solution.done.max(axis=1, initial=-1) > problem.keep_by)):
        possible = _soonest(problem, int(commune))
        for criterion, year in enumerate(solution.done[commune]):
            if possible[criterion] < years and year > max(problem.keep_by, possible[criterion]):
                yield (
                    f"{_name(problem, int(commune), criterion)}: keeps a title, completed in {year}, possible by "
                    f"{max(problem.keep_by, possible[criterion])}"
                )


def _soonest(problem: Problem, commune: int) -> list[int]:
    """First year of each criterion of one commune, found year by year: what its order allows, a step may complete."""
    years, steps, order = len(problem.years), problem.steps, problem.order
    begin, end = np.searchsorted(steps.commune, [commune, commune + 1])
    there = set(zip(steps.criterion[begin:end].tolist(), steps.year[begin:end].tolist(), strict=True))
    rows = [
        (int(order.before[row]), int(order.after[row]), int(order.lag[row])) for row in _where(order.commune == commune)
    ]
    found = [-1 if is_met else years for is_met in problem.met[commune]]
    for year in range(years):
        for _round in found:  # lags of nothing: one completion may allow the next in the same year
            for criterion, when in enumerate(found):
                waits = any(
                    after == criterion
                    and found[before] != -1
                    and (found[before] == years or year < found[before] + lag)
                    for before, after, lag in rows
                )
                if when == years and (criterion, year) in there and not waits:
                    found[criterion] = year
    return found


def _money(problem: Problem, spent: Floats) -> Iterator[str]:
    total = spent.sum(axis=0)
    for purse, name in enumerate(problem.purses):
        have, used = problem.money[purse], total[purse]
        if problem.carries[purse]:
            have, used = np.cumsum(have), np.cumsum(used)
        for year in _where(used > have + MONEY * np.maximum(1.0, np.abs(have))):
            yield f"purse {name}, year {problem.years[year]}: spends {used[year]:.3f} of {have[year]:.3f} million VND"
    used = spent[:, problem.capped].sum(axis=(1, 2))
    cap = problem.commune_cap
    for commune in _where(used > cap + MONEY * np.maximum(1.0, np.where(np.isfinite(cap), np.abs(cap), 1.0))):
        if problem.capped.any():
            yield f"commune {problem.communes[commune]}: spends {used[commune]:.3f}, its cap is {cap[commune]:.3f} million VND"


def _works(problem: Problem, chosen: Ints) -> Iterator[str]:
    under_way = np.zeros(problem.works.shape)
    np.add.at(under_way, problem.district[problem.steps.commune[chosen]], problem.steps.works[chosen].toarray())
    for district, year in np.argwhere(under_way > problem.works + COUNT):
        yield (
            f"district {problem.districts[district]}, year {problem.years[year]}: {under_way[district, year]:.3f} works "
            f"under way, it carries {problem.works[district, year]:.3f}"
        )


def _fairness(problem: Problem, solution: Solution) -> Iterator[str]:
    gap = np.zeros(problem.met.shape, dtype=bool)
    gap[problem.steps.commune, problem.steps.criterion] = True
    if not gap.any():
        return
    closed = gap & (solution.done < len(problem.years))
    asked = problem.fairness * closed.sum() / gap.sum()
    for district in range(len(problem.districts)):
        inside = problem.district == district
        gaps = gap[inside].sum()
        if gaps and closed[inside].sum() < (asked - COUNT) * gaps:
            yield (
                f"district {problem.districts[district]}: closes {closed[inside].sum()} of {gaps} gaps, "
                f"the share asked for is {asked:.4f}"
            )


def _villages(problem: Problem, solution: Solution) -> Iterator[str]:
    wrong = (solution.villages.sum(axis=1) > problem.villages) | (solution.villages < 0).any(axis=1)
    for commune in _where(wrong):
        yield (
            f"commune {problem.communes[commune]}: villages {solution.villages[commune].tolist()}, "
            f"possible {problem.villages[commune]}"
        )


def _aims(problem: Problem, solution: Solution) -> Iterator[str]:
    aims, years = problem.aims, len(problem.years)
    counted = (solution.done < years).sum(axis=1) - (problem.met.shape[1] - problem.of)
    for name, asked, found in (
        ("standard", aims.standard, (solution.standard < years).sum()),
        ("advanced", aims.advanced, (solution.advanced < years).sum()),
        ("model", aims.model, (solution.model < years).sum()),
        ("mean of criteria", aims.mean, counted.mean() if len(counted) else np.inf),
        ("districts", aims.districts, _districts(problem, solution).sum()),
        ("villages", aims.villages, problem.start_villages + solution.villages.sum()),
        *(
            (f"standard by {problem.years[year]}", count, (solution.standard <= year).sum())
            for year, count in aims.standard_by_year.items()
        ),
        *(
            (
                f"villages by {problem.years[year]}",
                count,
                problem.start_villages + solution.villages[:, : year + 1].sum(),
            )
            for year, count in aims.villages_by_year.items()
        ),
    ):
        if asked is not None and found < asked - COUNT:
            yield f"aim {name}: reaches {found}, asked for {asked}"
    if aims.floor is not None:
        for commune in _where(counted < np.minimum(aims.floor, problem.of)):
            yield f"commune {problem.communes[commune]}: {counted[commune]} criteria, the floor is {aims.floor}"


def _districts(problem: Problem, solution: Solution) -> np.ndarray:
    """Districts that count for the aim."""
    years, aims = len(problem.years), problem.aims
    counted = []
    for district in range(len(problem.districts)):
        inside = problem.district == district
        apart = aims.districts_apart is not None and bool(aims.districts_apart[district])
        counted.append(bool(inside.any()) and not apart and _reaches(solution, inside, years, aims.district_share,
                                                                     aims.district_advanced_share))  # fmt: skip
    return np.array(counted, dtype=bool)


def _reaches(solution: Solution, inside: np.ndarray, years: int, share: float, advanced: float) -> bool:
    size = inside.sum()
    standard = (solution.standard[inside] < years).sum() >= share * size - COUNT
    return bool(standard and (solution.advanced[inside] < years).sum() >= advanced * size - COUNT)


def _value(problem: Problem, solution: Solution, chosen: Ints, spent: Floats) -> float:
    years = len(problem.years)
    first = _where((solution.standard >= 0) & (solution.standard < years))
    total = float(problem.steps.value[chosen].sum())
    total += float(problem.standard_value[first, solution.standard[first]].sum())
    total += problem.advanced_value * int((solution.advanced < years).sum())
    total += problem.model_value * int((solution.model < years).sum())
    total += problem.village_value * int(solution.villages.sum())
    return total - problem.cost_weight * float(spent.sum())


def _worth(problem: Problem, solution: Solution, chosen: Ints, spent: Floats) -> Iterator[str]:
    found = _value(problem, solution, chosen, spent)
    allowed = MONEY * max(1.0, abs(found))
    if not abs(found - solution.objective) <= allowed:
        yield f"objective: {solution.objective}, summed from the plan {found}"
    if not solution.bound >= found - allowed:
        yield f"bound {solution.bound} lies below what the plan is worth, {found}"
    aims, years = problem.aims, len(problem.years)
    for district in range(len(problem.districts)):
        inside = problem.district == district
        is_reached = bool(inside.any()) and _reaches(
            solution, inside, years, aims.district_share, aims.district_advanced_share
        )
        if is_reached != bool(solution.districts[district]):
            yield f"district {problem.districts[district]}: aim's share reached {is_reached}, plan says otherwise"
