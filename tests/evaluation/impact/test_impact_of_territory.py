"""The judgement of impact on a territory: who counts as having reached, what is watched, what may be said."""

import numpy as np
import pandas as pd
import pytest
import shipped

from ntm_lib.errors import FaultsError, NtmError, UsageError
from ntm_lib.evaluation import Territory, load_province, load_territory
from ntm_lib.evaluation.impact import ImpactStudy, impact_study, load_impact_settings, readings
from ntm_lib.evaluation.impact import outcomes as watched
from ntm_lib.evaluation.impact.dose import dose_effect
from ntm_lib.evaluation.impact.reached import first_years, years_met, years_recognised
from ntm_lib.project import Project
from ntm_lib.provenance import read_record, sha256_of, write_record


@pytest.fixture(scope="module")
def _project_of_module(project: Project) -> Project:
    return project


@pytest.fixture(scope="module")
def province(_project_of_module: Project) -> Territory:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(_project_of_module.root))
        return shipped.province()


@pytest.fixture(scope="module")
def study(province: Territory) -> ImpactStudy:
    return impact_study(province)


@pytest.fixture
def own(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    return own_project


def rewrite(project: Project, name: str, change) -> None:
    """Change a table of the test's own project, with its source record."""
    path = project.data / "illustrative" / name
    frame = change(pd.read_csv(path, dtype=str, keep_default_na=False))
    frame.to_csv(path, index=False)
    write_record(path, read_record(path).model_copy(update={"sha256": sha256_of(path)}))


def flags(text: str) -> pd.DataFrame:
    """Return communes by years from rows of + (met), - (not met), ? (unknown)."""
    return pd.DataFrame(
        [list(row) for row in text.split()], index=list("abcdefgh")[: len(text.split())], columns=[2017, 2018, 2019]
    )


def test_the_first_year_is_clear_only_after_a_year_surely_not_met() -> None:
    signs = flags("--+ -?+ ?-+ +-- ??? --? ?+- ---")
    found = first_years(signs == "+", signs == "-")
    first = [2019, 2019, 2019, 2017, np.nan, np.nan, 2018, np.nan]
    assert np.array_equal(found["first"], first, equal_nan=True)
    assert found["is_unclear"].tolist() == [False, True, False, False, True, True, True, False]


def test_criteria_tied_to_the_outcome_are_left_out_of_the_main_definition(province: Territory) -> None:
    years = watched.actual_years(province)
    rest, everything = years_met(province, years, ("10", "11")), years_met(province, years)
    both = rest["first"].notna() & everything["first"].notna()
    assert (rest["first"] <= everything["first"])[both].all()
    assert rest["first"].notna().sum() > everything["first"].notna().sum()
    with pytest.raises(UsageError, match="99"):
        years_met(province, years, ("99",))


def test_a_commune_that_may_be_recognised_without_being_named_is_no_comparison(province: Territory) -> None:
    met = years_met(province, watched.actual_years(province))
    found = years_recognised(province, met)
    assert found["first"].notna().sum() == 10
    assert found.loc[met["first"].notna() & found["first"].isna(), "is_unclear"].all()


def test_poverty_of_two_standards_is_never_one_series(province: Territory) -> None:
    series = watched.poverty(province)
    assert list(series) == ["income_2006_2010", "income_2011_2015", "multidimensional_2016_2020"]
    years = {name: set(one.index.unique("year")) for name, one in series.items()}
    assert years["income_2011_2015"] == set(range(2011, 2016))
    assert years["multidimensional_2016_2020"] == set(range(2015, 2021))
    assert all(one.index.is_unique for one in series.values())


def test_two_incomes_of_one_year_that_contradict_each_other_are_no_income(own: Project) -> None:
    def differ(frame: pd.DataFrame) -> pd.DataFrame:
        rows = (frame["commune_code"] == "01762") & (frame["year"] == "2015")
        assert rows.sum() == 2
        frame.loc[rows, "income_per_head_vnd_million"] = ["15", "17"]
        return frame

    before = watched.incomes(load_territory("052"))
    rewrite(own, "b10.csv", differ)
    after = watched.incomes(load_territory("052"))
    assert np.isnan(after["01762", 2015])
    pd.testing.assert_series_equal(before.drop(("01762", 2015)), after.drop(("01762", 2015)))


def test_an_estimate_proves_no_effect() -> None:
    early = shipped.province(as_of="2019-06-30")
    assert watched.actual_years(early)[-1] == 2018
    assert watched.incomes(early).index.unique("year").max() == 2018


def test_money_of_a_missing_year_is_unknown(own: Project) -> None:
    whole = watched.money_per_head(load_territory("052"), 2011, 2015)
    rewrite(own, "b06.csv", lambda frame: frame[~((frame["commune_code"] == "01762") & (frame["year"] == "2013"))])
    parted = watched.money_per_head(load_territory("052"), 2011, 2015)
    assert whole["01762"] > 0
    assert np.isnan(parted["01762"])
    pd.testing.assert_series_equal(whole.drop("01762"), parted.drop("01762"))


def test_money_is_the_budget_of_the_programme_a_head(province: Territory) -> None:
    folder = province.project.data / "illustrative"
    money, people = (pd.read_csv(folder / name, dtype={"commune_code": str}) for name in ("b06.csv", "b01.csv"))
    of_one = money[(money["commune_code"] == "01762") & money["year"].between(2016, 2018)]
    parts = ["central_investment", "central_recurrent", "provincial", "district", "commune"]
    heads = people[(people["commune_code"] == "01762") & people["year"].between(2016, 2018)]["people"].mean()
    expected = of_one[[f"{part}_vnd_million" for part in parts]].to_numpy().sum() / heads
    assert watched.money_per_head(province, 2016, 2018)["01762"] == pytest.approx(expected)


def test_the_study_of_the_province_counts_everybody(study: ImpactStudy) -> None:
    assert study.communes == 177
    assert study.is_illustrative
    main = study.effects[(study.effects["variant"] == "main") & (study.effects["why"] == "")]
    assert (main["reached"] <= study.reached).all()
    assert (main["low"] < main["estimate"]).all()
    assert (main["estimate"] < main["high"]).all()
    assert main["chance"].between(0.001, 1).all()
    assert (main["reached"] + main["comparison"] <= study.communes - study.unclear).all()


def test_standards_too_old_for_anyone_to_have_reached_have_no_number(study: ImpactStudy) -> None:
    old = study.effects[study.effects["standard"] == "income_2006_2010"]
    assert set(old["why"]) == {"few_reached"}
    assert old["estimate"].isna().all()


def test_an_outcome_that_does_not_move_says_so(study: ImpactStudy) -> None:
    placebo = study.effects[study.effects["outcome"] == "placebo"].iloc[0]
    assert placebo["why"] == "no_variation"
    assert np.isnan(placebo["estimate"])


def test_a_district_has_too_few_communes_for_a_number() -> None:
    found = impact_study(shipped.territory("052"))
    assert set(found.effects["why"]) == {"few_reached"}
    assert set(found.doses["why"]) == {"few_districts"}
    assert set(readings(found)["reading"]) == {"no_number"}


def test_units_without_districts_are_judged_on_the_communes_that_reported(province: Territory) -> None:
    later = shipped.province(on="2025-12-31")
    years = watched.actual_years(province)
    assert years == watched.actual_years(later)
    pd.testing.assert_frame_equal(years_met(province, years), years_met(later, years))
    pd.testing.assert_frame_equal(watched.comparison_groups(province), watched.comparison_groups(later))
    pd.testing.assert_series_equal(watched.incomes(province), watched.incomes(later))


def told(study: ImpactStudy, **changes: float | str) -> str:
    """Return the reading of income after changing its main row (``fake``: the placebo's p)."""
    effects = study.effects.copy()
    fake = changes.pop("fake", 0.6)
    is_income = effects["outcome"] == "income"
    for name, value in {"why": "", "chance": 0.5, "trend": 0.5, **changes}.items():
        effects.loc[is_income & (effects["variant"] == "main"), name] = value
    effects.loc[is_income & (effects["variant"] == "fake_dates"), "chance"] = fake
    table = readings(ImpactStudy(**{**vars(study), "effects": effects}))
    return str(table.loc[table["outcome"] == "income", "reading"].item())


def test_a_number_says_no_more_than_its_tests_allow(study: ImpactStudy) -> None:
    assert told(study) == "none_found"
    assert told(study, chance=0.01) == "differs"
    assert told(study, chance=0.01, trend=0.01) == "apart_before"
    assert told(study, chance=0.01, fake=0.01) == "apart_before"
    assert told(study, chance=0.01, trend=np.nan) == "untested"
    assert told(study, chance=0.01, trend=0.01, why="few_reached") == "no_number"


def doses(random: np.random.Generator, effect: float) -> tuple[pd.Series, ...]:
    """Return change, money, start and district of 177 communes; poorer ones get more, districts grow differently."""
    district = pd.Series(random.integers(0, 13, 177).astype(str))
    start = pd.Series(random.normal(250, 20, 177))
    money = pd.Series(np.exp(random.normal(0, 0.7, 177) - (start - 250) / 40))
    growth = pd.Series(random.normal(0, 5, 13), index=[str(place) for place in range(13)])
    shared = random.normal(0, 3, 177) + growth.reindex(district).to_numpy()
    return 60 + effect * np.log2(money) - 0.2 * (start - 250) + shared, money, start, district


def test_the_effect_of_money_is_found(study: ImpactStudy) -> None:
    random = np.random.default_rng(1)
    found = [dose_effect(*doses(random, 2.0), study.settings) for _run in range(8)]
    assert np.mean([dose.estimate for dose in found]) == pytest.approx(2.0, abs=0.3)
    assert sum(dose.low <= 2.0 <= dose.high for dose in found) >= 6
    assert sum(dose.low > 0 for dose in found) >= 7


@pytest.mark.long
def test_the_interval_of_money_holds_its_level(study: ImpactStudy) -> None:
    random = np.random.default_rng(3)
    found = [dose_effect(*doses(random, 2.0), study.settings) for _run in range(200)]
    assert np.mean([dose.estimate for dose in found]) == pytest.approx(2.0, abs=0.07)
    assert 0.91 <= np.mean([dose.low <= 2.0 <= dose.high for dose in found]) <= 0.99


def test_money_without_data_says_why(study: ImpactStudy) -> None:
    change, money, start, district = doses(np.random.default_rng(2), 1.0)
    assert dose_effect(change, money * np.nan, start, district, study.settings).why == "no_money"
    assert (
        dose_effect(change, money, start, district.where(district.isin(["0", "1", "2"])), study.settings).why
        == "few_districts"
    )
    few = change.where(change.index < 25)
    assert dose_effect(few, money, start, district, study.settings).why in {"few_communes", "few_districts"}


def test_a_wrong_choice_is_told(own: Project) -> None:
    path = own.parameters / "review" / "impact.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("draws: 499", "draws: 5").replace("leads:", "lead:"), encoding="utf-8")
    with pytest.raises(FaultsError) as refused:
        load_impact_settings(own)
    assert len(refused.value.faults) == 3  # too few draws, a key that is missing, one that is unknown


def test_results_and_outcomes_of_two_dates_are_not_joined(own: Project) -> None:
    path = own.data / "illustrative" / "b10.csv"
    record = read_record(path).model_copy(update={"unit_vintage": pd.Timestamp("2020-12-31").date()})
    write_record(path, record)
    with pytest.raises(NtmError, match=r"b10\.csv"):
        watched.incomes(load_territory("052"))


def test_tables_that_nobody_handed_in_leave_no_number_and_stop_nothing(own: Project) -> None:
    for name in ("b01", "b06", "b10"):
        (own.data / "illustrative" / f"{name}.csv").unlink()
    found = impact_study(load_province())
    assert set(found.effects["why"]) == {"no_outcome"}
    assert found.effects["estimate"].isna().all()
    assert found.doses.empty
    assert found.paths.empty
    assert set(readings(found)["reading"]) == {"no_number"}


def test_without_money_only_money_is_unknown(own: Project) -> None:
    (own.data / "illustrative" / "b06.csv").unlink()
    found = impact_study(load_territory("052"))
    assert set(found.doses["why"]) == {"no_money"}
