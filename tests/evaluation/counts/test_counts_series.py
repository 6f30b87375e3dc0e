"""Ten years on the units of another day: sums are kept, means lie between their parts, every rule has a reason."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shipped
from hypothesis import given, settings
from hypothesis import strategies as st

from ntm_lib import evaluation, submissions, units
from ntm_lib.errors import FaultsError, NtmError, UsageError
from ntm_lib.evaluation import load_territory
from ntm_lib.evaluation.counts import joined, series, vintages
from ntm_lib.evaluation.counts.joined import Parts
from ntm_lib.evaluation.counts.series_rules import FILE, series_rules
from ntm_lib.project import Project

Y2019, Y2020, Y2025 = (dt.date(year, 12, 31) for year in (2019, 2020, 2025))


@st.composite
def mergers(draw: st.DrawFn) -> tuple[Parts, np.ndarray]:
    """Return old communes, each in one or two new ones, and amounts by commune and year with some missing."""
    old = draw(st.integers(1, 8))
    rows = []
    for number in range(old):
        to = draw(st.lists(st.sampled_from(["x", "y", "z"]), min_size=1, max_size=2, unique=True))
        share = draw(st.integers(1, 99)) / 100
        shares = [1.0] if len(to) == 1 else [share, 1 - share]
        rows += [(f"{number}", code, part, part) for code, part in zip(to, shares, strict=True)]
    links = pd.DataFrame(rows, columns=["from_code", "to_code", "area_share", "people_share"])
    numbers = st.one_of(st.just(np.nan), st.floats(0, 1000))
    values = np.array(draw(st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=old, max_size=old)))
    return joined.of_links(links), values


@given(mergers())
@settings(max_examples=200, deadline=None)
def test_sums_are_kept_and_a_missing_part_never_makes_one_smaller(case: tuple[Parts, np.ndarray]) -> None:
    parts, values = case
    summed = parts.sums(values, "people")
    for year in range(values.shape[1]):
        if not np.isnan(values[:, year]).any():
            assert summed[:, year].sum() == pytest.approx(values[:, year].sum(), rel=1e-12)
    touched = np.zeros(summed.shape, dtype=bool)
    np.logical_or.at(touched, np.repeat(np.arange(len(parts.new)), np.diff([*parts.first, len(parts.row)])),
                     np.isnan(values[parts.row]))  # fmt: skip
    assert (np.isnan(summed) == touched).all()


@given(mergers(), st.data())
@settings(max_examples=200, deadline=None)
def test_a_mean_lies_between_its_parts_and_weighs_to_the_same_total(
    case: tuple[Parts, np.ndarray], data: st.DataObject
) -> None:
    parts, values = case
    weights = np.array([[data.draw(st.floats(0.1, 100)) for _ in row] for row in values])
    mean = parts.means(values, weights, "people")
    assert (np.isnan(mean) == np.isnan(parts.sums(values, "people"))).all()
    lows, highs = (bound.reduceat(values[parts.row], parts.first, axis=0) for bound in (np.fmin, np.fmax))
    known = ~np.isnan(mean)
    assert (mean[known] >= lows[known]).all()
    assert (mean[known] <= highs[known]).all()
    if not np.isnan(values).any():  # the whole of the parts is the whole of the old communes
        total = (mean * parts.sums(weights, "people")).sum(axis=0)
        np.testing.assert_allclose(total, (values * weights).sum(axis=0), rtol=1e-9, atol=1e-300)


def two_parts(first: float, second: float, weights: tuple[float, float] = (1.0, 1.0)) -> tuple[float, float]:
    """Return the mean and the joint verdict of two communes that became one."""
    links = pd.DataFrame({"from_code": ["a", "b"], "to_code": "x", "area_share": 1.0, "people_share": 1.0})
    parts = joined.of_links(links)
    values, weight = np.array([[first], [second]]), np.array([[weights[0]], [weights[1]]])
    return float(parts.means(values, weight, "people")[0, 0]), float(parts.all_parts(values)[0, 0])


@pytest.mark.parametrize(
    ("values", "weights", "mean", "verdict"),
    [
        ((0, 100), (1, 3), 75, 0),
        ((np.nan, 0), (1, 1), np.nan, 0),
        ((np.nan, 1), (1, 1), np.nan, np.nan),
        ((np.nan, 1), (0, 1), 1, np.nan),  # a share of no roads says nothing
        ((1, 1), (np.nan, 1), 1, 1),  # alike, whatever the weight
        ((0, 1), (np.nan, 1), np.nan, 0),
        ((np.inf, 1), (5, 1), 1, 1),  # not assessed is passed over
        ((np.inf, np.inf), (1, 1), np.inf, np.inf),
        ((40, 60), (0, 0), np.nan, 1),
    ],
)
def test_how_two_parts_become_one(
    values: tuple[float, float], weights: tuple[float, float], mean: float, verdict: float
) -> None:
    np.testing.assert_equal(two_parts(*values, weights), (mean, verdict))


@pytest.mark.parametrize("table", ["b01", "b08", "b11", "b12", "b06"])
def test_the_provinces_sums_are_those_reported_on_every_map(table: str) -> None:
    territory = shipped.province()
    rules = series_rules(territory.project).of_table(table)
    amounts = rules.index[rules["rule"] == "sum"]
    reported = series.volume_series(territory, table, Y2019)[amounts]
    assert reported.index.get_level_values("commune_code").nunique() == len(territory.in_programme)
    for to_date in (Y2020, Y2025):
        carried = series.volume_series(territory, table, to_date)[amounts]
        assert carried.index.get_level_values("commune_code").nunique() < len(territory.in_programme)
        years = reported.groupby(level="year").apply(lambda part: part.notna().all())
        for column in amounts:
            kept = years.index[years[column]]
            old, new = (frame[column].groupby(level="year").sum().loc[kept] for frame in (reported, carried))
            np.testing.assert_allclose(new, old, rtol=1e-12)


def test_a_commune_that_was_not_changed_keeps_every_value_that_can_be_derived() -> None:
    territory = shipped.territory("052")
    lineage = units.lineage(Y2019, Y2020)
    alone = lineage.links.groupby("to_code")["from_code"].agg(["size", "first"])
    same = alone.index[(alone["size"] == 1) & alone["first"].isin(territory.parts["from_code"])]
    same = [
        code
        for code in same
        if alone["first"][code] == code and lineage.links.set_index("from_code")["area_share"][[code]].eq(1).all()
    ]
    assert same
    carried = series.requirement_series(territory, Y2020)
    for set_id, frame in carried.items():
        before = territory.results.values[set_id].reindex(frame.index)
        held = frame.dropna(axis=1, how="all").columns
        mask = frame.index.get_level_values("commune_code").isin(same)
        pd.testing.assert_frame_equal(
            frame.loc[mask, held], before.loc[mask, held], check_dtype=False, check_names=False
        )


def test_requirements_keep_within_percent_and_what_is_not_derivable_is_not_given() -> None:
    territory = shipped.province()
    rules = series_rules(territory.project)
    for set_id, frame in series.requirement_series(territory, Y2025).items():
        year = next(year for year, item in territory.reported.rules.items() if item.set_id == set_id)
        requirements = territory.reported.rules[year].requirements
        of_set = rules.of_set(requirements)
        assert frame[of_set.index[of_set["rule"] == "not_derivable"]].isna().all(axis=None)
        numbers = frame.loc[:, (requirements["unit"] == "percent").to_numpy()].replace(np.inf, np.nan)
        assert numbers.min(axis=None) >= 0
        assert numbers.max(axis=None) <= 100


def test_every_requirement_and_every_amount_has_one_rule_with_a_reason(own_project: Project) -> None:
    rules = series_rules(own_project)
    assert rules.requirements["reason"].notna().all()
    assert rules.volumes["reason"].notna().all()
    path = own_project.data / "criteria" / FILE
    text = path.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if 'requirement: "15.1"' in line)
    path.write_text(text.replace(line + "\n", "").replace("column: canal_km", "column: canals_km"), encoding="utf-8")
    with pytest.raises(FaultsError) as refused:
        series_rules(own_project)
    told = " ".join(fault.found for fault in refused.value.faults)
    for name in ("qd-1980-2016 15.1", "b08 canal_km", "b08 canals_km"):
        assert name in told


def test_a_rule_with_a_wrong_weight_or_an_unknown_reason_is_told(own_project: Project) -> None:
    path = own_project.data / "criteria" / FILE
    text = path.read_text(encoding="utf-8")
    text = text.replace("weight: b08.canal_km", "weight: b08.canal").replace("reason: income", "reason: incomes", 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FaultsError) as refused:
        series_rules(own_project)
    told = " ".join(f"{fault.found} {fault.expected}" for fault in refused.value.faults)
    assert "b08.canal" in told
    assert "incomes" in told


def test_two_poverty_standards_of_one_year_are_never_taken_together() -> None:
    territory = shipped.territory("052")
    with pytest.raises(NtmError, match="poverty_standard"):
        series.volume_series(territory, "b10", Y2020)
    only = {"poverty_standard": "multidimensional_2016_2020"}
    carried = series.volume_series(territory, "b10", Y2020, only=only)
    assert carried["poor_pct"].xs(2014, level="year").isna().all()
    assert carried["poor_pct"].xs(2018, level="year").notna().all()


def test_a_table_without_rules_is_refused() -> None:
    territory = shipped.territory("052")
    with pytest.raises(UsageError, match="b15"):
        series.volume_series(territory, "b15", Y2020)


def test_a_weight_that_nobody_handed_in_leaves_only_what_needs_none(
    own_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    for name in ("b08.csv", "b08.csv.source.yaml"):
        (own_project.data / "illustrative" / name).unlink()
    assert not submissions.is_handed_in("b08", own_project)
    territory = load_territory("052")
    carried = series.requirement_series(territory, Y2025)["qd-1980-2016"].xs(2020, level="year")
    assert carried["10"].notna().any()
    merged = carried["2.2"]
    assert merged.isna().any()


@pytest.mark.parametrize("code", ["04", "052"])
def test_the_counts_on_another_map_are_those_of_a_territory_loaded_on_it(code: str) -> None:
    territory = shipped.territory(code)
    for to_date in (Y2019, Y2020):
        found = vintages.counts_on(territory, to_date)
        wanted = shipped.territory(code, on=str(to_date)).counts
        pd.testing.assert_frame_equal(found.sort_index(), wanted.sort_index(), check_dtype=False)


def test_trends_hold_every_map_and_their_communes() -> None:
    territory = shipped.province()
    found = vintages.trends(territory)
    by_day = found["communes"].groupby(level="on").first()
    assert by_day.tolist() == [177, 139, 53]
    pd.testing.assert_frame_equal(
        found.xs(territory.results.unit_vintage, level="on"), evaluation.trend(territory), check_dtype=False
    )


def test_old_districts_share_the_new_communes_out_exactly() -> None:
    territory = shipped.province()
    rows = vintages.old_districts(territory, Y2025)
    assert set(rows["district"]) == set(units.on(Y2019).districts.index)
    assert set(rows["code"]) == set(units.on(Y2025).communes.index)
    for by in ("area", "people"):
        np.testing.assert_allclose(rows.groupby("district")[f"{by}_share"].sum(), 1)
        np.testing.assert_allclose(rows.groupby("code")[f"{by}_part"].sum(), 1)
    crossing = rows[rows["is_crossing"]]
    assert len(crossing)
    assert (crossing.groupby("code").size() > 1).all()
    assert (crossing["others"] != "").all()
    assert (rows.loc[~rows["is_crossing"], "others"] == "").all()
    one = vintages.old_districts(shipped.territory("052"), Y2025)
    pd.testing.assert_frame_equal(one, rows[rows["district"] == "052"].reset_index(drop=True))


def test_a_size_that_is_not_known_leaves_shares_unknown_and_never_wrong() -> None:
    territory = shipped.territory("052")
    rows = vintages.old_districts(territory, Y2025)
    lineage = units.lineage(Y2019, Y2025)
    code = lineage.links.loc[lineage.links["to_code"] == rows["code"].iloc[0], "from_code"].iloc[0]
    frame = lineage.before.frame
    frame.loc[code, "area_km2"] = np.nan
    before = replace(lineage.before)
    object.__setattr__(before, "_frame", frame)
    shared = vintages._shared(replace(lineage, before=before))
    own = shared[shared["district"] == frame["parent_code"][code]]
    assert own["area_share"].isna().all()
    assert own["people_share"].notna().all()
    assert shared.loc[shared["code"] == rows["code"].iloc[0], "area_part"].isna().all()


def test_today_there_is_no_district_and_old_ones_are_still_listed() -> None:
    territory = shipped.province(on=str(Y2025))
    assert territory.vintage.districts.empty
    rows = vintages.old_districts(territory, territory.vintage.date)
    assert rows["district"].nunique() == len(units.on(Y2019).districts)
    cover = joined.coverage(units.lineage(Y2019, Y2025))
    assert cover["people"].between(0, 1).all()
    assert (cover["people"] < 1).any()  # towns were joined to communes
