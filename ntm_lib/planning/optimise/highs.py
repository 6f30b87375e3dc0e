"""The one door to HiGHS: a model goes in as flat arrays; it stops by proof or by nodes, never by the clock."""

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp

from ntm_lib.planning.optimise.model import Model
from ntm_lib.planning.optimise.options import Options
from ntm_lib.planning.optimise.quiet import without_banner
from ntm_lib.planning.problem import Floats, Infeasible, NotFound

LARGEST = 64.0  # amount in a row as the solver gets it
MUCH = 1e9  # stands for no limit where a row's least is reckoned
FIRST_NODES = 2_000  # beyond them a first plan is given up


@dataclass(frozen=True, eq=False)
class Found:
    """The best variables found, their worth, the bound on any worth, and the nodes searched."""

    x: Floats
    objective: float
    bound: float
    nodes: int


def solve(
    model: Model, options: Options, start: Floats | None = None, enough: float = np.inf, *, goes_on: bool = True
) -> Found:
    """Search the best plan; raises ``Infeasible`` when there is none.

    ``enough``: a plan worth that much ends the search. Where the nodes run out before any plan is found, the search goes on
    for one plan, whatever its worth; ``goes_on`` False: it raises ``NotFound`` instead.
    """
    if not len(model.worth):
        if (model.low > 1e-9).any() or (model.high < -1e-9).any():
            raise Infeasible
        return Found(np.zeros(0), model.base, model.base, 0)
    solver = _load(model, options)
    if np.isfinite(enough):
        solver.setOptionValue("objective_target", model.base - enough)
    if start is not None:
        given = highspy.HighsSolution()
        given.col_value = start.tolist()
        solver.setSolution(given)
    solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    if status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
        raise Infeasible
    nodes = max(0, int(info.mip_node_count))
    bound = -info.mip_dual_bound + model.base
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        if not goes_on:
            raise NotFound(bound)
        nodes += _first_plan(solver)
    x = np.asarray(solver.getSolution().col_value)
    x = np.where(model.whole, np.rint(x), x)
    objective = float(model.worth @ x) + model.base
    return Found(x, objective, max(bound, objective), nodes)


def _first_plan(solver: highspy.Highs) -> int:
    """Search on for one plan, whatever its worth; return the nodes it took. Raises ``NotFound`` at ``FIRST_NODES``."""
    solver.setOptionValue("mip_max_nodes", FIRST_NODES)
    solver.setOptionValue("mip_max_improving_sols", 1)
    solver.run()
    if solver.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
        raise Infeasible
    if solver.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        raise NotFound
    return max(0, int(solver.getInfo().mip_node_count))


@dataclass(frozen=True, eq=False)
class Relaxed:
    """Optimum of the linear relaxation: ``x``, its worth (a bound on any plan's), ``prices`` of the rows (>= 0: scarce)."""

    x: Floats
    bound: float
    prices: Floats


def relax(model: Model) -> Relaxed:
    """Solve the linear relaxation; raises ``Infeasible`` when even that has no solution."""
    solver = _load(model, Options(), is_relaxed=True)
    solver.run()
    status = solver.getModelStatus()
    if status in {highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible}:
        raise Infeasible
    if status != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"HiGHS stopped without a bound: {solver.modelStatusToString(status)}")
    held = solver.getSolution()
    bound = model.base - solver.getInfo().objective_function_value
    return Relaxed(np.asarray(held.col_value), bound, -np.asarray(held.row_dual) * _scale(model))


def _load(model: Model, options: Options, *, is_relaxed: bool = False) -> highspy.Highs:
    without_banner()
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in {
        "output_flag": False,
        "threads": 1,  # a forked child has no second thread of the solver's pool
        "random_seed": options.seed,
        "mip_rel_gap": options.gap,
        "mip_abs_gap": max(options.gap, 1e-9),  # the gap of a worth below one counts against one
        "mip_max_nodes": options.nodes,
        "mip_allow_restart": not options.hasty,
        "mip_heuristic_run_root_reduced_cost": not options.hasty,
        "mip_heuristic_run_rens": not options.hasty,
    }.items():
        solver.setOptionValue(name, value)
    solver.passModel(_as_lp(model, is_relaxed=is_relaxed))
    return solver


def _as_lp(model: Model, *, is_relaxed: bool) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(model.worth), len(model.low)
    lp.col_cost_ = -model.worth
    lp.col_lower_, lp.col_upper_ = model.lower, model.upper
    scale = _scale(model)
    rows = (sp.diags(scale) @ model.rows).tocsr()
    lp.row_lower_, lp.row_upper_ = _both_sides(model) * scale, model.high * scale
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = rows.indptr
    lp.a_matrix_.index_ = rows.indices
    lp.a_matrix_.value_ = rows.data
    if not is_relaxed:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[is_whole] for is_whole in model.whole.tolist()]
    return lp


def _scale(model: Model) -> Floats:
    """Return what each row is multiplied by, powers of two: money comes in tens of thousands, communes one by one."""
    most = np.maximum(abs(model.rows).max(axis=1).toarray().ravel(), LARGEST)
    return np.asarray(LARGEST / np.exp2(np.ceil(np.log2(most))))


def _both_sides(model: Model) -> Floats:
    """Return the lower sides of the rows; those of money lie below anything the variables can make of them.

    What tightens rows of one side in the solver's presolve did not come to an end for some (HiGHS 1.16, ``strengthenInequalities``).
    """
    money = slice(model.money, model.money + model.problem.money.size)
    rows, low = model.rows[money], model.low.copy()
    least = rows.minimum(0) @ np.minimum(model.upper, MUCH) + rows.maximum(0) @ model.lower
    low[money] = np.maximum(low[money], least - 1.0)
    return low
