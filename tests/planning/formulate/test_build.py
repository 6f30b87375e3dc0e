"""From needs, outlook and money to the problem: every million and every limit arrives where it belongs."""

from dataclasses import replace

import numpy as np
import pytest

from ntm_lib.errors import UsageError
from ntm_lib.planning.fingerprint import digest_of
from ntm_lib.planning.formulate.build import build_problem
from ntm_lib.planning.plan import draft
from ntm_lib.planning.scenario import load_scenario
from ntm_lib.planning.settings import Purse
from ntm_lib.verdicts import Verdict


def _rebuilt(made, project, **changes):
    """Build the problem again with changed settings, on the needs and outlook there are."""
    from ntm_lib.planning.means.budget import read_budget

    scenario = load_scenario("base", project, **changes)
    baseline = replace(made.baseline, scenario=scenario)
    return build_problem(baseline, made.needs, made.outlook, read_budget(project, scenario.settings))


def test_a_criterion_that_stands_has_no_step_and_one_that_is_missing_has_steps_or_waits_for_its_forecast(base_draft):
    problem = base_draft.problem
    verdicts = base_draft.baseline.criteria.to_numpy()
    assert not problem.met[problem.steps.commune, problem.steps.criterion].any()
    assert (problem.met <= np.isin(verdicts, [Verdict.MET, Verdict.NOT_APPLICABLE])).all()
    has_step = np.zeros_like(problem.met)
    has_step[problem.steps.commune, problem.steps.criterion] = True
    waiting = {problem.criteria[place] for place in np.argwhere(~problem.met & ~has_step)[:, 1]}
    owner = base_draft.baseline.start_rules.requirements["criterion"]
    assert waiting <= {owner[name] for name in base_draft.outlook.requirements}


def test_what_is_missing_and_has_no_forecast_is_not_reached_by_effort(base_draft, project):
    """Too few years known: nobody can say when it will be met, so no year of effort makes it so."""
    lines, problem = base_draft.needs.lines, base_draft.problem
    steps = problem.steps
    can = {(problem.communes[n], problem.criteria[k]) for n, k in zip(steps.commune, steps.criterion, strict=True)}
    of_it = lines[(lines["requirement"] == "10") & (lines["state"] == "not_met")]
    code = next(code for code in of_it["commune_code"] if (code, "10") in can)
    surveyed = lines[(lines["requirement"] == "14.2") & (lines["state"] == "unknown")]["commune_code"].iloc[0]
    chance = base_draft.outlook.chance.copy()
    at = chance.index.get_level_values
    blank = ((at("commune_code") == code) & (at("requirement") == "10")) | (
        (at("commune_code") == surveyed) & (at("requirement") == "14.2")
    )
    chance[blank] = np.nan
    outlook = replace(base_draft.outlook, chance=chance)
    made, _risks = build_problem(base_draft.baseline, base_draft.needs, outlook, base_draft.budget)
    now = {(made.communes[n], made.criteria[k]) for n, k in zip(made.steps.commune, made.steps.criterion, strict=True)}
    assert (code, "10") not in now
    assert (surveyed, "14") in now  # not known to be missing: a survey first, then done with its chance
    assert can - now <= {(code, "10"), (surveyed, "14")}


def test_money_of_a_step_is_the_expected_cost_of_its_lines(base_draft, project):
    problem, _risks = _rebuilt(base_draft, project, costs__price_growth_pct=0)
    lines = base_draft.needs.lines.assign(expected=base_draft.needs.expected())
    owner = lines.groupby(["commune_code", "criterion"])
    last = len(problem.years) - 1
    steps = problem.steps
    checked = 0
    for place in np.flatnonzero(steps.year == last)[:200]:
        group = owner.get_group((problem.communes[steps.commune[place]], problem.criteria[steps.criterion[place]]))
        if group["is_effort"].any() or group["is_survey_needed"].any():
            continue
        assert steps.spend[place].sum() == pytest.approx(group["expected"].sum())
        checked += 1
    assert checked > 20


def test_money_keeps_to_the_shares_of_its_measures(base_draft):
    problem, needs = base_draft.problem, base_draft.needs
    spend = np.asarray(problem.steps.spend.sum(axis=0)).reshape(len(problem.purses), -1).sum(axis=1)
    unused = needs.shares[list(problem.purses)].sum() == 0
    assert (spend[unused.to_numpy()] == 0).all()
    assert spend.sum() > 0


def test_a_closed_purse_pays_nothing_and_nothing_is_lost(base_draft, project):
    problem, _risks = _rebuilt(base_draft, project, money__closed=["credit"])
    purse = list(problem.purses).index(Purse.CREDIT.value)
    years = len(problem.years)
    assert problem.steps.spend[:, purse * years : (purse + 1) * years].nnz == 0
    assert problem.money[purse].sum() == 0
    assert problem.steps.spend.sum() == pytest.approx(base_draft.problem.steps.spend.sum())


def test_building_waits_for_what_it_needs_first(base_draft, project):
    made = draft(load_scenario("base", project, horizon__law_known_on="2022-12-31"), project)
    order = made.problem.order
    assert len(order.commune)
    planning = list(made.problem.criteria).index("1")
    assert planning in set(order.before)
    assert (order.before != order.after).all()
    assert (order.lag >= 1).all()


def test_an_unknown_start_is_surveyed_first(base_draft):
    problem, risks = base_draft.problem, base_draft.risks
    unknown = base_draft.baseline.criteria.to_numpy() == Verdict.UNKNOWN
    of_unknown = unknown[problem.steps.commune, problem.steps.criterion]
    assert of_unknown.any()
    assert problem.steps.year[of_unknown].min() >= 1
    assert ((risks.needed[unknown] > 0) & (risks.needed[unknown] <= 1)).all()
    first_year = problem.steps.spend[:, :: len(problem.years)]
    assert (np.asarray(first_year[of_unknown].sum(axis=1)) > 0).all()


def test_a_reserve_is_not_planned_on_and_there_when_the_plan_is_carried_out(base_draft, project):
    share = 15
    problem, _risks = _rebuilt(base_draft, project, money__reserve_pct=share)
    np.testing.assert_allclose(problem.money, base_draft.problem.money * (1 - share / 100))
    kept = replace(base_draft, scenario=load_scenario("base", project, money__reserve_pct=share), problem=problem)
    np.testing.assert_allclose(kept.problem.money + kept.reserve, base_draft.problem.money)
    np.testing.assert_allclose(kept.carried_out.money, base_draft.problem.money)
    assert base_draft.carried_out.money == pytest.approx(base_draft.problem.money)
    # The same money with another reserve has other chances: a plan kept of it must not be taken for this one.
    other = replace(kept, scenario=load_scenario("base", project, money__reserve_pct=10))
    assert len({kept.digest, other.digest, base_draft.digest}) == 3


def test_a_reserve_lessens_what_a_commune_may_use_of_its_allotment(base_draft, project):
    free, kept = (
        _rebuilt(base_draft, project, money__allocation="coefficients", money__reserve_pct=share)[0].commune_cap
        for share in (0, 20)
    )
    np.testing.assert_allclose(kept, 0.8 * free)


def test_money_by_commune_coefficients_adds_up(base_draft, project):
    problem, _risks = _rebuilt(base_draft, project, money__allocation="coefficients", money__allocation_slack=1.0)
    assert problem.commune_cap.sum() == pytest.approx(problem.money[problem.capped].sum())
    zone = base_draft.baseline.communes["zone"].to_numpy()
    assert problem.commune_cap[zone == "III"].mean() > problem.commune_cap[zone == "I"].mean()


def test_choices_by_name_reach_the_problem_and_unknown_names_are_told_together(base_draft, project):
    code = base_draft.baseline.communes.index[3]
    problem, _risks = _rebuilt(
        base_draft, project, limits__pinned={code: 2023}, weights__communes={code: 3}, aims__floor=12
    )
    assert problem.latest[3] == 2
    assert problem.aims.floor == 12
    assert problem.standard_value[3, 0] == pytest.approx(3 * base_draft.problem.standard_value[3, 0])
    with pytest.raises(UsageError) as error:
        _rebuilt(
            base_draft, project, limits__pinned={"99999": 2023}, limits__excluded=["88888"],
            limits__works_by_district={"777": 3}, aims__floor=25, aims__standard=5000,
        )  # fmt: skip
    for part in ("99999", "88888", "777", "aims.floor", "aims.standard", "19", "(139)"):
        assert part in str(error.value)
    assert "<=" not in str(error.value)
    first = base_draft.baseline.communes.iloc[0]
    assert f"{first.name} {first['name']}" in str(error.value)
    assert base_draft.baseline.communes.index[-1] not in str(error.value)


def test_a_commune_cannot_be_pinned_and_excluded(base_draft, project):
    code = base_draft.baseline.communes.index[3]
    name = base_draft.baseline.communes.loc[code, "name"]
    with pytest.raises(UsageError, match=rf"{name} \(.*{code}\)"):
        _rebuilt(base_draft, project, limits__pinned={code: 2023}, limits__excluded=[code])


def test_aims_above_what_there_is_are_told_together(base_draft, project):
    aims = {
        "standard": 140,
        "advanced": 140,
        "model": 140,
        "floor": 20,
        "mean": 19.5,
        "districts": 10,
        "villages": 9999,
    }
    with pytest.raises(UsageError) as caught:
        _rebuilt(
            base_draft,
            project,
            **{f"aims__{name}": asked for name, asked in aims.items()},
            aims__standard_by_year={2022: 140},
            aims__villages_by_year={2023: 9998},
        )
    for name, asked in {**aims, "standard_by_year.2022": 140, "villages_by_year.2023": 9998}.items():
        assert f"aims.{name}: {asked}" in str(caught.value)


def test_aims_are_held_against_the_communes_that_are_not_excluded(base_draft, project):
    stands = base_draft.problem.start_standard
    codes = [
        str(base_draft.baseline.communes.index[np.flatnonzero(stands == flag)[0]]) for flag in (True, False, False)
    ]
    codes[2] = str(base_draft.baseline.communes.index[np.flatnonzero(~stands)[1]])
    most = len(stands) - 2  # one of the three stands already
    kept, _risks = _rebuilt(base_draft, project, aims__standard=most, limits__excluded=codes)
    assert kept.aims.standard == most
    with pytest.raises(UsageError, match=rf"aims\.standard: {most + 1} .*{most}"):
        _rebuilt(base_draft, project, aims__standard=most + 1, limits__excluded=codes)


def test_a_weight_for_a_group_that_nobody_is_known_to_belong_to_is_refused(base_draft, project):
    assert base_draft.baseline.communes["is_atk"].isna().all()
    with pytest.raises(UsageError, match=r"weights\.safety_zone"):
        _rebuilt(base_draft, project, weights__safety_zone=2)


def test_the_fingerprint_tells_problems_apart(base_draft, project):
    same, _risks = _rebuilt(base_draft, project)
    other, _risks = _rebuilt(base_draft, project, money__extra_vnd_million={2023: {"local": 1}})
    assert digest_of(same) == base_draft.digest
    assert digest_of(other) != base_draft.digest


def test_risks_surround_the_plan(base_draft):
    risks = base_draft.risks
    assert (risks.cost_low <= 1 + 1e-9).all()
    assert (risks.cost_high >= 1 - 1e-9).all()
    assert ((risks.chance > 0) & (risks.chance <= 1)).all()
    bought = ~risks.effort
    assert (risks.chance[bought] == 1).all()
