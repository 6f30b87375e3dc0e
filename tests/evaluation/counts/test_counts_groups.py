"""Communes by number of criteria and by planner group: everyone is counted once, and who is not known is not a "no"."""

import csv
import datetime as dt
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shipped
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from ntm_lib import evaluation, submissions, units
from ntm_lib.errors import UsageFaultsError
from ntm_lib.evaluation import load_territory
from ntm_lib.evaluation.counts import columns, cube, durations, kept, planner_groups, progress, shares
from ntm_lib.project import Project
from ntm_lib.units.boundaries import Shapes

HERE = Path(__file__).parent
COUNTED = ["communes", "reported", *evaluation.group_labels()]


@pytest.fixture
def own(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    return own_project


@given(
    st.lists(
        st.tuples(
            st.integers(0, 19), st.integers(0, 6), st.booleans(), st.integers(2010, 2012), st.sampled_from("xyz")
        ),
        min_size=1,
        max_size=60,
    )
)
@settings(max_examples=100, deadline=None)
def test_group_counts_add_up_to_the_communes(rows: list[tuple[int, int, bool, int, str]]) -> None:
    counts = pd.DataFrame(
        [(low, min(19, low + open_), 19, is_reported) for low, open_, is_reported, _year, _district in rows],
        columns=["low", "high", "of", "is_reported"],
    )
    year = pd.Series([row[3] for row in rows], name="year")
    district = pd.Series([row[4] for row in rows], name="district")
    by_year = progress.summary(counts, [year])
    assert (by_year[list(evaluation.group_labels())].sum(axis=1) == by_year["communes"]).all()
    by_district = progress.summary(counts, [district, year])
    pd.testing.assert_frame_equal(by_district[COUNTED].groupby(level="year").sum(), by_year[COUNTED])
    weighted = (by_district["mean_low"] * by_district["reported"]).groupby(level="year").sum()
    np.testing.assert_allclose(weighted, (by_year["mean_low"] * by_year["reported"]).fillna(0))


@pytest.mark.parametrize("on", ["2019-12-31", "2020-12-31", "2025-12-31"])
def test_each_group_of_planners_counts_every_commune_once(on: str) -> None:
    territory = shipped.province(on=on)
    table = progress.by_planner_group(territory, 2020)
    summed = table[COUNTED].groupby(level=["group", "year"]).sum()
    whole = evaluation.trend(territory)[COUNTED]
    for group in summed.index.unique("group"):
        pd.testing.assert_frame_equal(summed.xs(group, level="group"), whole)
    assert set(table.index.unique("group")) == {group for group, _membership in planner_groups.group_names()}


def test_districts_add_up_and_are_those_loaded_alone() -> None:
    territory = shipped.province()
    table = progress.by_district(territory)
    pd.testing.assert_frame_equal(table[COUNTED].groupby(level="year").sum(), evaluation.trend(territory)[COUNTED])
    pd.testing.assert_frame_equal(table.xs("052", level="district"), evaluation.trend(shipped.territory("052")))
    assert progress.by_district(shipped.province(on="2025-12-31")).empty


def test_membership_follows_the_list_of_the_year() -> None:
    territory = shipped.province()
    frame = submissions.read_table("b01", territory.project).frame
    for year in (2010, 2020):
        rows = frame[frame["year"] == year].set_index("commune_code")
        found = planner_groups.memberships(territory, year)
        told = rows["is_poor_district"].reindex(found.index)
        assert ((found["poor_district"] == "yes") == told.fillna(value=False)).all()
        assert (found["zone"] == rows["zone"].reindex(found.index).fillna("unknown")).all()
        assert (found["atk"] == "unknown").all()  # nobody reported it, which is not a no


def test_what_is_not_reported_is_unknown_and_the_register_helps_only_with_the_border(own: Project) -> None:
    for name in ("b01.csv", "b01.csv.source.yaml"):
        (own.data / "illustrative" / name).unlink()
    territory = load_territory("052")
    found = planner_groups.memberships(territory, 2020)
    assert (found.drop(columns="border") == "unknown").all(axis=None)
    register = territory.in_programme["is_border"]
    assert (found["border"] == register.map({True: "yes", False: "no"}).fillna("unknown")).all()


def test_a_commune_formed_from_different_ones_belongs_in_part() -> None:
    parts = pd.DataFrame({"from_code": list("abcde"), "to_code": list("xxyyz")})
    profile = pd.DataFrame({"pilot": ["yes", "no", "yes", None, "no"]}, index=list("abcde"))
    found = planner_groups._merged(profile, parts, pd.Index(list("wxyz")))
    assert found["pilot"].to_dict() == {"w": "unknown", "x": "part", "y": "unknown", "z": "no"}


@pytest.mark.parametrize("on", ["2020-12-31", "2025-12-31"])
def test_a_commune_with_one_part_on_the_border_is_a_border_commune(on: str) -> None:
    territory = shipped.province(on=on)
    found = planner_groups.memberships(territory, 2020)["border"]
    parts = territory.parts.assign(border=territory.parts["from_code"].map(
        planner_groups.memberships(shipped.province(), 2020)["border"]
    ))  # fmt: skip
    touched = set(parts.loc[parts["border"] == "yes", "to_code"]) & set(found.index)
    assert touched <= set(found.index[found == "yes"])
    assert "part" not in set(found)


def test_the_edge_of_a_town_is_read_from_boundaries_and_never_from_the_schematic(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    territory = shipped.province()
    communes = territory.vintage.communes
    assert (planner_groups.memberships(territory, 2020)["near_town"] == "unknown").all()
    width = int(np.ceil(np.sqrt(len(communes))))
    cells = [
        box(place % width, place // width, place % width + 1, place // width + 1) for place in range(len(communes))
    ]
    frame = gpd.GeoDataFrame(geometry=cells, index=communes.index, crs="EPSG:4326")
    for is_schematic in (True, False):
        shapes = Shapes(frame, is_schematic=is_schematic, vintage=territory.vintage.date)
        monkeypatch.setattr(planner_groups, "imported_states", lambda _project: [territory.vintage.date])
        monkeypatch.setattr(planner_groups, "load_shapes", lambda _date, _project, shapes=shapes: shapes)
        found = planner_groups.memberships(territory, 2020)["near_town"]
        if is_schematic:
            assert (found == "unknown").all()
    towns = frame[~communes["is_in_programme"]].union_all()
    touches = frame.geometry.reindex(found.index).intersects(towns)
    assert touches.any()
    assert ((found == "yes") == touches).all()
    at_edge = frame.geometry.reindex(found.index).intersects(frame.union_all().boundary)
    assert (found[~touches & at_edge] == "unknown").all()
    assert (found[~touches & ~at_edge] == "no").all()


def test_points_in_time_are_those_with_data() -> None:
    territory = shipped.territory("052")
    found = [part.point for part in columns.slices(territory)]
    wanted = [point for point in columns.points(territory.project) if point.on is None]
    assert found == wanted  # nobody handed in actual results up to a day of 2019
    short = shipped.territory("052", last_year=2018)
    assert max(part.point.year for part in columns.slices(short)) == 2018


def test_actual_results_up_to_a_day_make_a_column_of_their_own(own: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    day = dt.date(2019, 6, 30)
    point = columns.Point(year=2019, on=day)
    territory = load_territory("052", on="2020-12-31")
    wanted = load_territory("052", on="2020-12-31", as_of=str(day))
    early = load_territory("052", on="2020-12-31", as_of="2019-05-31", last_year=2018)
    assert columns._on_a_day(territory, point) is None
    held = submissions.read_results(own, as_of=day)
    status = {name: series.where(series != "estimate", "actual") for name, series in held.status.items()}
    monkeypatch.setattr(submissions, "read_results", lambda *_given, **_named: replace(held, status=status))
    part = columns._on_a_day(territory, point)
    assert part is not None
    assert list(part.communes) == list(territory.in_programme.index)
    year = wanted.of_year(wanted.scores.criteria, 2019)
    assert (part.verdicts[:, 0] == year.to_numpy()).all()
    assert columns._on_a_day(early, point) is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- {year: 2019, on: 2018-06-30}\n", "2018"),
        ("- {year: 2019}\n- {year: 2019}\n", "2019"),
        ("- {years: 2019}\n", "year"),
    ],
)
def test_a_wrong_point_in_time_is_told(own: Project, text: str, told: str) -> None:
    (own.parameters / "review" / columns.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(UsageFaultsError) as refused:
        columns.points(own)
    assert told in " ".join(f"{fault.where} {fault.found} {fault.expected}" for fault in refused.value.faults)


def golden(territory: evaluation.Territory) -> pd.DataFrame:
    """Return what a district's tables rest on, one row a figure."""
    whole = cube.cube(territory)
    year = territory.review.last_year
    held = territory.counts["is_reported"].unstack("year").reindex(index=whole.communes).to_numpy(bool)
    group_of = territory.reported.rules[year].criteria["group"]
    tables = {
        "trend": evaluation.trend(territory),
        "steps": kept.steps_by_year(whole),
        "outcomes": kept.outcomes_by_criterion(whole, year),
        "communes": kept.outcomes_by_commune(whole, year),
        "times": durations.time_to_criterion(whole),
        "criteria_groups": shares.criteria_groups_by_year(whole, group_of, held),
        "criteria": shares.criterion_by_year(whole).xs(year, level="year"),
        "planners": progress.by_planner_group(territory, year).xs(year, level="year").droplevel("place"),
    }
    rows = []
    for name, table in tables.items():
        for label, row in zip(table.index, table.to_numpy(dtype=float), strict=True):
            place = " ".join(map(str, label)) if isinstance(label, tuple) else str(label)
            rows += [(name, place, column, f"{value:.6g}") for column, value in zip(table.columns, row, strict=True)]
    return pd.DataFrame(rows, columns=["table", "row", "column", "value"])


@pytest.mark.parametrize("on", ["2019-12-31", "2020-12-31"])
def test_the_golden_tables_of_one_district_and_its_successor(on: str) -> None:
    found = golden(shipped.territory("052", on=on))
    with (HERE / f"golden_052_{on[:4]}.csv").open(encoding="utf-8", newline="") as handle:
        wanted = pd.DataFrame(list(csv.DictReader(handle)))
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False)


@pytest.mark.parametrize("on", ["2019-12-31", "2020-12-31"])
def test_the_golden_tables_are_recounted_commune_by_commune(on: str) -> None:
    """Another way to the same figures: plain loops, and rules looked up by name."""
    territory = shipped.territory("052", on=on)
    rules = territory.reported.rules
    told = ["criterion", "sense", "decision", "level"]

    def same(criterion: str, first: int, second: int) -> bool:
        """Years between which nothing that judges the criterion changed, in any year on the way."""
        texts = []
        for year in range(first, second + 1):
            frame = rules[year].requirements
            texts.append(frame.loc[frame["criterion"] == criterion, told].to_csv())
        return len(set(texts)) == 1

    verdicts = territory.scores.criteria.to_dict("index")
    found: dict[tuple[str, str], int] = {}
    first_met: dict[str, list[int]] = {}
    for code in territory.in_programme.index:
        for criterion in territory.scores.criteria.columns:
            course = {year: verdicts[code, year][criterion] for year in territory.years}
            met = [year for year, verdict in course.items() if verdict in {1, 2}]
            first_met.setdefault(criterion, []).extend(met[:1])
            before = [year for year in territory.years if year < 2020 and course[year] == 1]
            if course[2020] == 1:
                name = {1: "held", 0: "gained"}.get(course[2010], "start_unknown")
            elif course[2020] == 0 and before:
                lost_in = min(year for year in territory.years if year > before[-1] and course[year] == 0)
                name = "not_kept" if same(criterion, before[-1], lost_in) else "new_rules"
            else:
                name = {0: "not_yet", -1: "unknown", 2: "not_assessed"}[course[2020]]
            found[criterion, name] = found.get((criterion, name), 0) + 1
    frame = pd.read_csv(HERE / f"golden_052_{on[:4]}.csv", dtype=str).set_index(["table", "row", "column"])["value"]
    for criterion in territory.scores.criteria.columns:
        for outcome in kept.Outcome:
            assert int(frame["outcomes", criterion, outcome.value]) == found.get((criterion, outcome.value), 0)
        years = first_met[criterion]
        assert int(frame["times", criterion, "at_start"]) == years.count(2010)
        assert int(frame["times", criterion, "later"]) == len(years) - years.count(2010)


def test_the_golden_tables_are_of_the_districts_they_name() -> None:
    """What the golden tables must hold whatever the data: 18 communes became 15, counted by hand from the register."""
    for year, communes in ((2019, 18), (2020, 15)):
        frame = pd.read_csv(HERE / f"golden_052_{year}.csv", dtype=str)
        inside = units.on(dt.date(year, 12, 31)).communes_of("052")
        assert int(inside["is_in_programme"].sum()) == communes
        outcomes = frame[frame["table"] == "outcomes"].astype({"value": float})
        assert (outcomes.groupby("row")["value"].sum() == communes).all()
        steps = frame[frame["table"] == "steps"].astype({"value": float})
        assert (steps.groupby("row")["value"].sum() == communes * 19).all()
