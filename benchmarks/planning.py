"""Planning: our search against the same model put naively to HiGHS through PuLP, and against a greedy ranking.

Invented problems of `tests/planning/problems.py`, with money alone and with all limits. Each way runs in a process of its
own; the naive way puts the same model to HiGHS through PuLP, stopped by `--cap` seconds of the solver (ours never looks at
the clock). The greedy ranking knows only money: with all limits its plan ignores the rest, so only its time compares. The
cost of making the problem is not counted. A way that has not ended long after the cap is stopped and told. `python benchmarks/planning.py --sizes 161 1000`.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from ntm_lib.planning.optimise import Options, check, optimise
from ntm_lib.planning.optimise.model import build
from ntm_lib.planning.problem import Problem

ROOT = Path(__file__).parent.parent
WAYS = ("ours", "naive", "greedy")
COUNTRY, CLOSE = 10_000, 0.0002  # communes from which on money alone is asked for a closer gap than 0.1 %
PATIENCE = 4  # a way that has not ended after so many times the cap, and a minute, is stopped


def ours(problem: Problem, nodes: int, gap: float) -> dict[str, object]:
    found = optimise(problem, Options(gap=gap, nodes=nodes, ties=False))
    faults = check(problem, found)
    return {"objective": found.objective, "gap": found.gap, "check": "passed" if not faults else "FAILED"}


def naive(problem: Problem, cap: float) -> dict[str, object]:
    """Write the same model, all limits, variable after variable and row after row through PuLP."""
    import pulp

    model = build(problem)
    kinds = np.where(model.whole, "Integer", "Continuous").tolist()
    upper = [None if np.isinf(most) else most for most in model.upper.tolist()]
    x = [pulp.LpVariable(f"x{at}", low, upper[at], kinds[at]) for at, low in enumerate(model.lower.tolist())]
    lp = pulp.LpProblem("plan", pulp.LpMaximize)
    lp += pulp.LpAffineExpression([(x[at], model.worth[at]) for at in np.flatnonzero(model.worth).tolist()])
    begin, column, amount = model.rows.indptr.tolist(), model.rows.indices.tolist(), model.rows.data.tolist()
    for row, (low, high) in enumerate(zip(model.low.tolist(), model.high.tolist(), strict=True)):
        held = [(x[column[at]], amount[at]) for at in range(begin[row], begin[row + 1])]
        if not held:
            continue
        if low == high:
            lp += pulp.LpAffineExpression(held) == low
            continue
        if np.isfinite(low):
            lp += pulp.LpAffineExpression(held) >= low
        if np.isfinite(high):
            lp += pulp.LpAffineExpression(held) <= high
    lp.solve(pulp.HiGHS(msg=False, timeLimit=cap, gapRel=0.001, threads=1))
    info = lp.solverModel.getInfo()
    found, bound = model.base - info.objective_function_value, model.base - info.mip_dual_bound
    if info.primal_solution_status != 2 or not np.isfinite(found):
        return {"objective": None, "gap": None, "check": "no plan within the cap"}
    return {"objective": found, "gap": (bound - found) / max(1, abs(found)), "check": "-"}


def greedy(problem: Problem) -> dict[str, object]:
    """Communes by what finishing them costs, cheapest first, each in the first year for which all money is there."""
    steps, years = problem.steps, len(problem.years)
    cost = np.asarray(steps.spend.sum(axis=1)).ravel()
    left, objective = problem.money.ravel().copy(), 0.0
    last = np.append(np.diff(steps.commune * problem.met.shape[1] + steps.criterion) != 0, [True])
    need = np.bincount(steps.commune[last], cost[last], minlength=len(problem.communes))
    begin, end = np.searchsorted(steps.commune, [np.arange(len(need)), np.arange(len(need)) + 1])
    for commune in np.argsort(need, kind="stable"):
        mine = np.arange(begin[commune], end[commune])
        gaps = set(np.flatnonzero(~problem.met[commune]).tolist())
        for year in range(years):
            at = mine[steps.year[mine] <= year]
            latest = {int(steps.criterion[step]): int(step) for step in at}
            if not gaps or set(latest) != gaps:
                continue
            chosen = np.array(list(latest.values()))
            take = np.asarray(steps.spend[chosen].sum(axis=0)).ravel()
            if (take <= left).all():
                left -= take
                objective += steps.value[chosen].sum() + problem.standard_value[commune, steps.year[chosen].max()]
                break
    return {"objective": float(objective), "gap": None, "check": "money only"}


def one(way: str, size: int, *, money: bool, cap: float, nodes: int) -> None:
    sys.path.insert(0, str(ROOT / "tests" / "planning"))
    from problems import make_problem

    problem = make_problem(size, 1, limits=not money)
    spent = resource.getrusage(resource.RUSAGE_SELF)
    before = spent.ru_maxrss
    started = time.perf_counter()
    match way:
        case "ours":
            row = ours(problem, nodes, CLOSE if money and size >= COUNTRY else 0.001)
        case "naive":
            row = naive(problem, cap)
        case _:
            row = greedy(problem)
    used = resource.getrusage(resource.RUSAGE_SELF)
    row |= {
        "wall": time.perf_counter() - started,
        "cpu": used.ru_utime + used.ru_stime - spent.ru_utime - spent.ru_stime,
    }
    peak = used.ru_maxrss
    print("RESULT" + json.dumps(row | {"peak_mb": peak / 1024, "added_mb": (peak - before) / 1024}))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=[161, 1000, 10600], help="communes")
    options.add_argument("--limits", nargs="+", choices=("money", "all"), default=["money", "all"])
    options.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    options.add_argument("--money", action="store_true", help=argparse.SUPPRESS)
    options.add_argument("--cap", type=float, default=60.0, help="seconds of the solver for the naive model")
    options.add_argument("--nodes", type=int, default=20_000)
    options.add_argument("--rounds", type=int, default=1, help="for sizes up to 161; larger ones run once")
    options.add_argument("--one", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.one:
        one(given.one, given.sizes[0], money=given.money, cap=given.cap, nodes=given.nodes)
        return
    print(
        f"{'communes':>9} {'limits':7}{'way':8}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'objective':>14}{'gap %':>9}  check"
    )
    for size in given.sizes:
        for limits in given.limits:
            given.money = limits == "money"
            _compare(size, limits, given)


def _compare(size: int, limits: str, given: argparse.Namespace) -> None:
    """Print one line a way, and how the others stand to ours: times its CPU time, its share of our objective."""
    first: tuple[float, float] | None = None
    for way in given.ways:
        rounds = [_run(way, size, given) for _turn in range(given.rounds if size <= 161 else 1)]
        row = rounds[0]
        wall, cpu, peak = (statistics.median(found[name] for found in rounds) for name in ("wall", "cpu", "peak_mb"))
        gap = "-" if row["gap"] is None else f"{100 * row['gap']:.3f}"
        objective = "-" if row["objective"] is None else f"{row['objective']:.2f}"
        ratio = ""
        if first is None:
            first = (cpu, row["objective"]) if way == WAYS[0] else None
        else:
            ratio = f", {cpu / first[0]:.2f} x our CPU time"
            if (limits == "money" or way == "naive") and row["objective"] is not None:
                ratio += f", {100 * row['objective'] / first[1]:.2f} % of our worth"
        print(
            f"{size:9} {limits:7}{way:8}{wall:9.2f}{cpu:9.2f}{peak:9.0f}{objective:>14}{gap:>9}  {row['check']}{ratio}",
            flush=True,
        )


def _run(way: str, size: int, given: argparse.Namespace) -> dict[str, object]:
    command = [sys.executable, __file__, "--one", way, "--sizes", str(size), "--cap", str(given.cap)]
    command += ["--nodes", str(given.nodes), *(["--money"] if given.money else [])]
    wait = PATIENCE * given.cap + 60
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=wait)
    except subprocess.TimeoutExpired:
        nothing = dict.fromkeys(("wall", "cpu", "peak_mb"), float("nan"))
        return nothing | {"objective": None, "gap": None, "check": f"stopped after {wait:.0f} s"}
    return json.loads(next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))[6:])


if __name__ == "__main__":
    main()
