"""The illustrative data: the marks are met by the raw values, and the values look like reported ones."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ntm_lib import criteria, units
from ntm_lib.errors import FaultsError, UsageFaultsError
from ntm_lib.project import Project
from ntm_lib.provenance import check_records, read_record
from ntm_lib.review import NotAssessedRule
from ntm_lib.scoring import score
from ntm_lib.strict_yaml import read_yaml
from ntm_lib.submissions import read_table
from ntm_lib.submissions.illustrative import make
from ntm_lib.submissions.illustrative.marks import Measured
from ntm_lib.submissions.illustrative.settings import load_settings
from ntm_lib.tables import contract
from ntm_lib.verdicts import Verdict

MARKS = list(read_yaml(Path(__file__).parents[2] / "parameters" / "illustrative.yaml")["marks"])
TABLES = ("b01", "b06", "b07", "b08", "b10", "b11", "b12", "b15")
PUBLISHED = {  # mark: the figure in data/published/results.csv that it takes over
    "mean_2010": ("2010", "average criteria per commune"),
    "reviewed_2010": ("2010", "communes reviewed at the start"),
    "above_ten_2010": ("2010", "communes with more than 10 criteria"),
    "under_five_2010": ("2010", "communes with fewer than 5 criteria"),
    "mean_2015": ("2015", "average criteria per commune"),
    "mean_2020_after": ("2020", "average criteria per commune"),
    "nineteen_2018": ("2018", "communes recognised NTM (cumulative)"),
    "nineteen_2019": ("2019", "communes recognised NTM (cumulative, before mergers)"),
    "nineteen_2020_after": ("2020", "communes recognised NTM (cumulative)"),
    "poverty_2019": ("2019", "poverty rate (multidimensional)"),
    "poverty_2020": ("2020", "poverty rate (multidimensional)"),
    "capital_2016_2020": ("2020", "capital mobilised for NTM, total"),
}


@pytest.fixture(scope="module")
def measured(project: Project) -> Measured:
    return Measured.load(project)


@pytest.mark.parametrize("name", MARKS)
def test_each_mark_is_met_by_the_raw_values(measured: Measured, name: str) -> None:
    mark = measured.settings.marks[name]
    found = measured.figure(mark)
    assert mark.is_met_by(found), f"{name}: {found} against {mark}"


@pytest.mark.parametrize(("name", "key"), PUBLISHED.items())
def test_marks_are_the_published_figures(measured: Measured, project: Project, name: str, key: tuple[str, str]) -> None:
    frame = pd.read_csv(project.data / "published" / "results.csv", dtype=str)
    frame = frame[(frame["scope"] == "province") & (frame["year"] == key[0]) & (frame["measure"] == key[1])]
    mark = measured.settings.marks[name]
    assert float(frame["value"].iloc[0]) == (mark.at_most if mark.value is None else mark.value)


def test_a_mark_fails_when_the_values_miss_it(measured: Measured) -> None:
    marks = measured.settings.marks
    assert not marks["mean_2015"].is_met_by(6.7)
    assert not marks["under_five_2017"].is_met_by(11)
    assert not marks["under_five_2018"].is_met_by(13)
    assert not marks["nineteen_2018"].is_met_by(14)


def test_generating_again_gives_the_committed_files(project: Project) -> None:
    folder = project.data / "illustrative"
    files = make(project)
    assert set(files) == {path.relative_to(folder).as_posix() for path in folder.rglob("*.csv")}
    for name, frame in files.items():
        stored = pd.read_csv(folder / name, dtype=str, keep_default_na=False)
        pd.testing.assert_frame_equal(frame.astype(str).reset_index(drop=True), stored, check_dtype=False, obj=name)


def test_every_file_says_that_it_is_illustrative(project: Project) -> None:
    folder = project.data / "illustrative"
    check_records(project, folder)
    paths = list(folder.rglob("*.csv"))
    assert {read_record(path).nature for path in paths} == {"illustrative"}
    assert all("seed" in read_record(path).origin for path in paths)
    assert sum(path.stat().st_size for path in paths) < 2_500_000
    assert max(path.stat().st_size for path in paths) < 1_000_000
    assert not list(folder.rglob("b05*")), "recognitions are facts, never generated"


@pytest.mark.parametrize("table", TABLES)
def test_each_table_keeps_its_contract(project: Project, table: str) -> None:
    frame = contract(table, project).read_csv(project.data / "illustrative" / f"{table}.csv")
    assert len(frame) > 100


def test_every_programme_commune_has_every_year_and_requirement(measured: Measured, project: Project) -> None:
    communes = units.on(measured.settings.units_on, project).communes
    expected = set(communes.index[communes["is_in_programme"]])
    assert len(expected) == 177
    for year in measured.settings.span:
        set_id = measured.law.set_for_year(year).id
        values = measured.results.values[set_id].xs(year, level="year")
        assert set(values.index) == expected
        assert list(values.columns) == list(measured.law.sets[set_id].requirements)
        assert values.notna().any().all(), "a requirement nobody reported"


def test_poverty_covers_towns_and_wards_and_never_chains_two_lines(project: Project) -> None:
    frame = read_table("b10", project).frame
    assert (frame.groupby(["year", "poverty_standard"]).size() == 199).all()
    both = (
        frame[frame["year"] == 2015].groupby("poverty_standard")[["poor_households", "households"]].sum().astype(float)
    )
    rate = both["poor_households"] / both["households"]
    assert rate["multidimensional_2016_2020"] - rate["income_2011_2015"] > 0.2
    assert frame.groupby("poverty_standard")["year"].agg(["min", "max"]).to_dict("index") == {
        "income_2006_2010": {"min": 2010, "max": 2010},
        "income_2011_2015": {"min": 2011, "max": 2015},
        "multidimensional_2016_2020": {"min": 2015, "max": 2020},
    }


def _of_year(measured: Measured, table: pd.DataFrame, year: int, name: str) -> pd.DataFrame:
    """Return the volumes of one year; of poverty, those on the standard that the measure stands on."""
    lines = table[table["year"] == year]
    if "poverty_standard" in lines:
        standards = measured.settings.poverty_lines.get(name, {})
        lines = lines[lines["poverty_standard"] == standards.get(year, lines["poverty_standard"].iloc[0])]
    return lines.set_index("commune_code")


@pytest.mark.parametrize("table", ["b08", "b10", "b11", "b12"])
def test_shares_are_the_quotients_of_the_volumes(measured: Measured, project: Project, table: str) -> None:
    volumes = read_table(table, project).frame
    checked = 0
    for name, measure in measured.settings.measures.items():
        for year in measured.settings.span:
            set_id = measured.law.set_for_year(year).id
            ids = {other: key for key, other in measured.settings.requirement_measures(set_id, year).items()}
            if measure.volume is None or measure.volume.table != table or name not in ids:
                continue
            values = measured.results.values[set_id].xs(year, level="year")[ids[name]].replace(np.inf, np.nan)
            lines = _of_year(measured, volumes, year, name).loc[values.index]
            share = lines[measure.volume.part].astype(float)
            assert (share.notna() == values.notna()).all(), (name, year)
            if measure.volume.whole is not None:
                share = (100 * share / lines[measure.volume.whole].astype(float)).round(1)
            both = pd.concat([values, share], axis=1).dropna().to_numpy()
            assert np.allclose(both[:, 0], both[:, 1], rtol=0, atol=1e-9), (name, year)
            checked += len(both)
    assert checked > 1500


def test_the_named_communes_reach_nineteen_exactly_in_their_year(measured: Measured) -> None:
    for code, year in measured.settings.at_nineteen.named.items():
        counts = measured.counts.loc[code]
        assert (counts.loc[year:] == 19).all(), code
        assert (counts.loc[: year - 1] < 19).all(), code


def test_the_named_years_are_those_of_the_register(measured: Measured, project: Project) -> None:
    register = read_table("b05", project).frame.set_index("commune_code")["year"].to_dict()
    named = measured.settings.at_nineteen.named
    assert {code: year for code, year in named.items() if code in register} == register
    assert set(named) - set(register) == {"01399"}, "Trường Hà: at nineteen about 2015, its decision was not read"


def test_marks_and_scoring_judge_alike(measured: Measured) -> None:
    scores = score(measured.results, measured.law, region=measured.region, years=list(measured.settings.span))
    for year, verdicts in measured.verdicts.items():
        pd.testing.assert_frame_equal(
            scores.criteria.xs(year, level="year")[list(verdicts.columns)], verdicts, check_names=False
        )
    low = scores.counts(NotAssessedRule.COUNTS_AS_MET)["low"].unstack()
    assert (low[2020] == measured.counts[2020]).all()


def test_the_other_set_of_2016_can_be_judged(measured: Measured) -> None:
    scores = score(
        measured.results, measured.law, region=measured.region, years=[2016], judged_by=measured.settings.also_judged
    )
    mean = scores.counts(NotAssessedRule.COUNTS_AS_MET)["low"].mean()
    assert measured.counts[2015].mean() < mean < measured.counts[2017].mean()


def test_no_two_communes_are_alike(measured: Measured) -> None:
    for frame in measured.results.values.values():
        wide = frame.unstack("year")
        assert not wide.duplicated().any()


def test_place_matters(measured: Measured, project: Project) -> None:
    communes = units.on(measured.settings.units_on, project).communes.loc[measured.counts.index]
    is_border = communes["is_border"].fillna(value=False).astype(bool)
    towns = units.on(measured.settings.units_on, project).communes
    towns = (
        towns[~towns["is_in_programme"]].groupby("parent_code")[["lat", "lon"]].mean().reindex(communes["parent_code"])
    )
    distance = np.hypot(communes["lat"].to_numpy() - towns["lat"], (communes["lon"].to_numpy() - towns["lon"]) * 0.92)
    order = pd.Series(distance.to_numpy(), index=communes.index).rank()
    near, far = order <= 40, order > len(order) - 40
    for year in (2010, 2015, 2020):
        counts = measured.counts[year]
        assert counts[is_border].mean() < counts[~is_border].mean() - 0.5
        assert counts[far].mean() < counts[near].mean() - 1


def test_values_of_one_commune_move_together(measured: Measured) -> None:
    met = (measured.verdicts[2018] == Verdict.MET).astype(float)
    met = met.loc[:, met.std() > 0]
    pairs = met.corr().to_numpy()[np.triu_indices(met.shape[1], 1)]
    assert 0.1 < pairs.mean() < 0.7


def test_gaps_shrink_and_early_values_are_rough(measured: Measured) -> None:
    empty = {year: measured.figure(measured.settings.marks["missing_2020_pct"].model_copy(
        update={"first_year": year, "year": year})) for year in measured.settings.span}  # fmt: skip
    assert empty[2010] > empty[2015] > empty[2020] > 0
    roads = {year: measured.results.values[measured.law.set_for_year(year).id].xs(year, level="year")["2.2"].dropna()
             for year in (2011, 2019)}  # fmt: skip
    rough = {year: ((values % 5) == 0).mean() for year, values in roads.items()}
    assert rough[2011] > 0.5
    assert rough[2019] < 0.2


def test_values_do_not_heap_at_the_level(measured: Measured) -> None:
    rules = measured.law.for_year(2019, measured.region).requirements
    values = measured.results.values["qd-1980-2016"].xs(2019, level="year")
    for key in ("9.2", "14.2", "15.1", "17.1/hygienic", "17.6"):
        above = values[key] - rules.loc[key, "level"]
        assert above.between(0, 1).mean() < 0.2
        assert above.between(-1, 0, inclusive="left").mean() < 0.2


def test_incomes_are_plausible(measured: Measured) -> None:
    first = measured.results.values["qd-491-2009"].xs(2010, level="year")["10"]
    last = measured.results.values["qd-1980-2016"].xs(2020, level="year")["10"]
    assert 5.5 < first.mean() < 9.5
    assert 20 < last.mean() < 28
    assert first.min() >= 2.5
    assert last.max() < 60
    means = [frame["10"].groupby(level="year").mean() for frame in measured.results.values.values()]
    assert pd.concat(means).groupby(level="year").first().is_monotonic_increasing


def test_shares_stay_continuous_across_the_sets(measured: Measured) -> None:
    before = measured.results.values["qd-491-2009+qd-342-2013"].xs(2016, level="year")
    after = measured.results.values["qd-1980-2016"].xs(2017, level="year")
    for old, new in (("2.2", "2.2"), ("4.2", "4.2"), ("15.1", "15.1"), ("17.1", "17.1/hygienic"), ("11", "11")):
        change = (after[new] - before[old]).dropna()
        assert change.abs().median() < 8, old
        assert np.corrcoef(before[old].fillna(before[old].mean()), after[new].fillna(after[new].mean()))[0, 1] > 0.6


def test_remarks_name_no_person_and_say_what_they_are(project: Project) -> None:
    frame = read_table("b15", project).frame
    assert frame["text"].str.startswith("(Minh họa) ").all()
    assert not frame["text"].str.contains(r"\b(?:ông|bà|đồng chí)\b", case=False).any()
    assert frame["criterion"].isin([str(number) for number in range(1, 20)]).all()


def test_sources_of_capital_add_up_exactly(project: Project) -> None:
    frame = read_table("b06", project).frame
    agreed = contract("b06", project)
    for rule in agreed.sums:
        assert np.allclose(frame[list(rule.parts)].sum(axis=1), frame[rule.total], rtol=0, atol=1e-6)
    assert (frame["total_vnd_million"] > frame["credit_vnd_million"]).all()


def test_no_arrears_where_a_commune_stands_at_nineteen(measured: Measured, project: Project) -> None:
    frame = read_table("b07", project).frame
    counts = [measured.counts.loc[code, year] for code, year in zip(frame["commune_code"], frame["year"], strict=True)]
    assert max(counts) < 19


def test_a_requirement_that_nothing_measures_is_a_fault(own_project: Project) -> None:
    path = own_project.parameters / "illustrative.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith("  canal_lined:")), encoding="utf-8")
    with pytest.raises(FaultsError, match=r"qd-491-2009 2010: 3\.2"):
        load_settings(own_project, criteria.load(own_project))


def test_unknown_choices_are_faults(own_project: Project) -> None:
    path = own_project.parameters / "illustrative.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "colour: red\n", encoding="utf-8")
    with pytest.raises(UsageFaultsError, match="colour"):
        load_settings(own_project, criteria.load(own_project))
