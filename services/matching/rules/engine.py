"""The solvers inside OR-Tools, by way of MathOpt, for one cost on one face.

MathOpt takes a model as one message of arrays. OR-Tools' other door to HiGHS, ModelBuilder, takes arrays only from
scipy and answers with the value of the objective where its bound belongs (9.15: highs_proto_solver.cc).
"""

import math
from dataclasses import dataclass

import numpy as np
from ortools.math_opt import (
    callback_pb2,
    model_parameters_pb2,
    model_pb2,
    parameters_pb2,
    result_pb2,
    solution_pb2,
    sparse_containers_pb2,
)
from ortools.math_opt.core.python import solver

from services.matching.rules.face import Face, Floats
from services.matching.rules.program import Integers

SEED = 1
# HiGHS's own tolerance, far below the step of 1 from one integer to the next; above 1e10 no bound of HiGHS proves a
# level any more, only prices do.
NOISE = 1e-6
RELATIVE_NOISE = 1e-10


@dataclass(frozen=True)
class Relaxed:
    """The cheapest plan in fractions, rounded (it may break rows), and a price for each row."""

    plan: Integers
    prices: Floats


@dataclass(frozen=True)
class Optimised:
    """The cheapest plan found, and the cost that no plan is below, if that is known."""

    plan: Integers
    bound: int | None


def relax(face: Face, cost: Integers, seconds: float) -> Relaxed:
    """The linear relaxation, by GLOP's simplex; out of time, the settled options alone and prices of 0."""
    parameters = _parameters(seconds)
    # Presolve takes longer than it saves: 46 ms for a day's relaxations with it, 36 ms without.
    parameters.presolve = parameters_pb2.EMPHASIS_OFF
    result = _solve(_model(face, cost, integers=False), parameters_pb2.SOLVER_TYPE_GLOP, parameters)
    solution = _first(result)
    prices = np.zeros(len(face.limit))
    prices[np.array(solution.dual_solution.dual_values.ids, dtype=np.int64)] = solution.dual_solution.dual_values.values
    return Relaxed(_plan(face, solution), prices)


def optimise(face: Face, cost: Integers, start: Integers, seconds: float) -> Optimised:
    """The integer optimum by HiGHS, from the plan `start`, or how far it came in time: perhaps nowhere."""
    hint = model_parameters_pb2.ModelSolveParametersProto()
    _fill(hint.solution_hints.add().variable_values, face.open, start[face.open])
    result = _solve(_model(face, cost, integers=True), parameters_pb2.SOLVER_TYPE_HIGHS, _search(seconds), hint)
    bound = result.termination.objective_bounds.dual_bound
    return Optimised(
        plan=_plan(face, _first(result)),
        bound=_rounded_up(bound) + int(cost @ face.lower) if math.isfinite(bound) else None,
    )


def _rounded_up(bound: float) -> int:
    """The least integer that is not below the bound, but for noise in its last digits."""
    return math.ceil(bound - max(NOISE, abs(bound) * RELATIVE_NOISE))


def _search(seconds: float) -> parameters_pb2.SolveParametersProto:
    parameters = _parameters(seconds)
    # By default HiGHS stops within 0.01 % of the optimum: the levels after would build on a plan that is not the best.
    parameters.absolute_gap_tolerance = 0
    parameters.relative_gap_tolerance = 0
    parameters.highs.string_options["parallel"] = "off"
    parameters.highs.int_options["threads"] = 1
    # What does not pay. Probing (presolve rule 15), symmetry detection and the feasibility jump: 34 ms a search at 60
    # children with them, 11 ms without. Sparsify (14) with a dense row, at 500 children: 8.1 s, without it 2.5 s.
    parameters.highs.int_options["presolve_rule_off"] = 1 << 14 | 1 << 15
    parameters.highs.bool_options["mip_detect_symmetry"] = False
    parameters.highs.bool_options["mip_heuristic_run_feasibility_jump"] = False
    return parameters


def _solve(
    model: model_pb2.ModelProto,
    solver_type: parameters_pb2.SolverTypeProto.ValueType,
    parameters: parameters_pb2.SolveParametersProto,
    model_parameters: model_parameters_pb2.ModelSolveParametersProto | None = None,
) -> result_pb2.SolveResultProto:
    result: result_pb2.SolveResultProto = solver.solve(
        model,
        solver_type,
        parameters_pb2.SolverInitializerProto(),
        parameters,
        model_parameters or model_parameters_pb2.ModelSolveParametersProto(),
        None,
        callback_pb2.CallbackRegistrationProto(),
        None,
        None,
    )
    return result


def _parameters(seconds: float) -> parameters_pb2.SolveParametersProto:
    parameters = parameters_pb2.SolveParametersProto(random_seed=SEED)
    parameters.time_limit.FromNanoseconds(int(seconds * 1e9))
    return parameters


def _model(face: Face, cost: Integers, *, integers: bool) -> model_pb2.ModelProto:
    """The face's open options, and of its rows those that these could break, with what the settled ones left."""
    rows, entries = face.at_stake
    left = face.limit[rows] - face.activity(face.lower)[rows]
    model = model_pb2.ModelProto()
    model.variables.ids.extend(face.open.tolist())
    model.variables.lower_bounds.extend([0.0] * len(face.open))
    model.variables.upper_bounds.extend([1.0] * len(face.open))
    model.variables.integers.extend([integers] * len(face.open))
    priced = face.open[cost[face.open] != 0]
    _fill(model.objective.linear_coefficients, priced, cost[priced])
    model.linear_constraints.ids.extend(rows.tolist())
    model.linear_constraints.lower_bounds.extend(np.where(face.tight[rows], left, -np.inf).tolist())
    model.linear_constraints.upper_bounds.extend(left.astype(np.float64).tolist())
    model.linear_constraint_matrix.row_ids.extend(face.row[entries].tolist())
    model.linear_constraint_matrix.column_ids.extend(face.column[entries].tolist())
    model.linear_constraint_matrix.coefficients.extend(face.coefficient[entries].astype(np.float64).tolist())
    return model


def _first(result: result_pb2.SolveResultProto) -> solution_pb2.SolutionProto:
    return result.solutions[0] if result.solutions else solution_pb2.SolutionProto()


def _plan(face: Face, solution: solution_pb2.SolutionProto) -> Integers:
    values = solution.primal_solution.variable_values
    plan = face.lower.copy()
    plan[np.array(values.ids, dtype=np.int64)] = np.rint(values.values)
    return plan


def _fill(vector: sparse_containers_pb2.SparseDoubleVectorProto, ids: Integers, values: Integers) -> None:
    vector.ids.extend(ids.tolist())
    vector.values.extend(values.astype(np.float64).tolist())
