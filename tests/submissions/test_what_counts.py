"""What counts: handed in before generated, the newest line, the highest level; and how it is undone."""

import datetime as dt
import shutil

import numpy as np
import pandas as pd
import pytest
from handing_in import hand_in, line
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntm_lib import criteria, submissions, units
from ntm_lib.errors import FaultsError, NtmError
from ntm_lib.project import Project
from ntm_lib.scoring import score, trace
from ntm_lib.submissions.levels import RESULT_INDEX, results_that_count
from ntm_lib.submissions.lines import FINDING
from ntm_lib.submissions.model import VALUES, Level
from ntm_lib.submissions.reported import store_state
from ntm_lib.submissions.vault import open_store
from ntm_lib.verdicts import Verdict

SET = "qd-1980-2016"
CODE = "01762"
OTHER = "01765"


def _without_illustrative(project: Project) -> None:
    path = project.parameters / "review.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("illustrative: true", "illustrative: false"), encoding="utf-8"
    )


def test_without_a_store_everything_is_generated(project: Project) -> None:
    results = submissions.read_results(project)
    assert results.is_illustrative
    assert not results.is_mixed
    assert results.store == ""
    assert results.words.empty
    assert all(lines.all() for lines in results.generated.values())


def test_a_line_replaces_the_generated_one_as_a_whole(own_project: Project) -> None:
    before = submissions.read_results(own_project)
    made = hand_in(own_project, line(CODE, 2019, {"17.1/clean": 91.5, "15.1": np.inf}, set_id=SET))
    after = submissions.read_results(own_project)
    own = after.values[SET].loc[(CODE, 2019)]
    assert own.dropna().to_dict() == {"17.1/clean": 91.5, "15.1": np.inf}
    assert not after.generated[SET].loc[(CODE, 2019)]
    assert after.is_mixed
    assert after.origin[SET].loc[(CODE, 2019)].tolist() == ["xa.xlsx", 0]
    word = after.words.loc[(SET, CODE, 2019, "17.1/clean")]
    assert (word["level"], word["sheet"], word["cell"], word["submission"]) == ("commune", "Biểu b02", "F8", made.id)
    assert word["sha256"] == made.sha256
    rest = after.values[SET].index != (CODE, 2019)
    pd.testing.assert_frame_equal(after.values[SET][rest], before.values[SET].drop((CODE, 2019)))
    assert after.generated[SET][rest].all()
    for held in (after.status[SET], after.as_of[SET], after.origin[SET], after.generated[SET]):
        assert held.index.equals(after.values[SET].index)


def test_what_is_withdrawn_brings_the_generated_line_back(own_project: Project) -> None:
    before, state = submissions.read_results(own_project), store_state(own_project)
    made = hand_in(own_project, line(CODE, 2019, {"17.1/clean": 91.5}, set_id=SET))
    assert store_state(own_project) not in {state, ""}
    open_store(own_project).withdraw(made.id, "văn phòng")
    after = submissions.read_results(own_project)
    assert store_state(own_project) == state
    pd.testing.assert_frame_equal(after.values[SET], before.values[SET])
    assert not after.is_mixed


def test_a_line_reported_after_the_cut_off_does_not_count(own_project: Project) -> None:
    day = dt.date(2019, 6, 30)
    hand_in(own_project, line(CODE, 2019, {"17.1/clean": 50.0}, set_id=SET, as_of=day, status="estimate"))
    hand_in(
        own_project,
        line(CODE, 2019, {"17.1/clean": 95.0}, set_id=SET),
        file="cuoi_nam.xlsx",
        as_of=dt.date(2020, 1, 31),
    )
    early, late = submissions.read_results(own_project, as_of=day), submissions.read_results(own_project)
    assert early.values[SET].at[(CODE, 2019), "17.1/clean"] == 50.0
    assert early.status[SET].loc[(CODE, 2019)] == "estimate"
    assert late.values[SET].at[(CODE, 2019), "17.1/clean"] == 95.0
    assert late.status[SET].loc[(CODE, 2019)] == "actual"


def test_the_highest_level_counts_requirement_by_requirement(own_project: Project) -> None:
    hand_in(own_project, line(CODE, 2019, {"17.1/clean": 91.5, "15.1": 90.0, "11": 10.0}, set_id=SET))
    hand_in(own_project, line(CODE, 2019, {"17.1/clean": 80.0, "15.1": 70.0}, set_id=SET), level=Level.DISTRICT)
    hand_in(own_project, line(CODE, 2019, {"15.1": 86.0}, set_id=SET), level=Level.PROVINCE)
    results = submissions.read_results(own_project)
    assert results.values[SET].loc[(CODE, 2019)].dropna().to_dict() == {"11": 10.0, "15.1": 86.0, "17.1/clean": 80.0}
    levels = results.words.xs((SET, CODE, 2019))["level"].to_dict()
    assert levels == {"11": "commune", "15.1": "province", "17.1/clean": "district"}


def test_a_districts_word_on_june_does_not_judge_december(own_project: Project) -> None:
    day = dt.date(2019, 6, 30)
    hand_in(
        own_project, line(CODE, 2019, {"15.1": 70.0}, set_id=SET, as_of=day, status="estimate"), level=Level.DISTRICT
    )
    hand_in(own_project, line(CODE, 2019, {"15.1": 90.0}, set_id=SET), as_of=dt.date(2020, 1, 31))
    assert submissions.read_results(own_project).words.loc[(SET, CODE, 2019, "15.1"), "level"] == "commune"


@pytest.mark.parametrize("is_met", [True, False])
def test_a_finding_of_the_district_decides_over_the_communes_value(own_project: Project, is_met: bool) -> None:
    value = 0.0 if is_met else 100.0
    hand_in(own_project, line(CODE, 2019, {"15.1": value}, set_id=SET))
    found = {"15.1": is_met, "17.1/clean": is_met}
    hand_in(own_project, line(CODE, 2019, {}, set_id=SET, findings=found), level=Level.DISTRICT)
    results, law = submissions.read_results(own_project), criteria.load(own_project)
    region = units.on(results.unit_vintage, own_project).region
    scores = score(results, law, region=region, years=[2019])
    line_of = scores.requirements[SET].loc[(CODE, 2019)]
    wanted = Verdict.MET if is_met else Verdict.NOT_MET
    assert (line_of["15.1"], line_of["17.1/clean"]) == (wanted, wanted)
    assert scores.words.loc[(SET, CODE, 2019, "15.1"), "level"] == "district"
    [told] = trace(results, law, CODE, "15.1", 2019, region=region)
    assert (told.value, told.verdict, told.word.finding) == (value, wanted, is_met)
    assert told.word.by_value == (Verdict.NOT_MET if is_met else Verdict.MET)
    assert (told.word.level, told.word.value_level) == ("district", "commune")


def test_a_value_of_the_province_outranks_a_districts_finding(own_project: Project) -> None:
    hand_in(own_project, line(CODE, 2019, {}, set_id=SET, findings={"15.1": False}), level=Level.DISTRICT)
    hand_in(own_project, line(CODE, 2019, {"15.1": 100.0}, set_id=SET), level=Level.PROVINCE)
    word = submissions.read_results(own_project).words.loc[(SET, CODE, 2019, "15.1")]
    assert (word["level"], word["value"]) == ("province", 100.0)
    assert np.isnan(word["finding"])


def test_without_illustrative_tables_only_what_was_handed_in_is_known(own_project: Project) -> None:
    hand_in(own_project, line(CODE, 2019, {"15.1": 90.0}, set_id=SET))
    whole = submissions.read_results(own_project).values[SET].loc[[(CODE, 2019)]]
    _without_illustrative(own_project)
    results = submissions.read_results(own_project)
    assert not results.is_illustrative
    assert results.files == ()
    assert {name: list(frame.index) for name, frame in results.values.items()} == {SET: [(CODE, 2019)]}
    pd.testing.assert_frame_equal(results.values[SET], whole)
    shutil.rmtree(own_project.data / "illustrative")
    path = own_project.parameters / "review.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("illustrative: false", "illustrative: true"), encoding="utf-8"
    )
    pd.testing.assert_frame_equal(submissions.read_results(own_project).values[SET], whole)


def test_nothing_handed_in_and_nothing_generated_stops(own_project: Project) -> None:
    shutil.rmtree(own_project.data / "illustrative")
    with pytest.raises(NtmError, match="data/illustrative/b02"):
        submissions.read_results(own_project)


def test_codes_of_other_units_are_carried_or_refused(own_project: Project) -> None:
    later = dt.date(2020, 3, 1)
    vintage = submissions.read_results(own_project).unit_vintage
    links = units.lineage(vintage, later, own_project).links
    is_one = ~links["from_code"].duplicated(keep=False) & ~links["to_code"].duplicated(keep=False)
    stayed, merged = links[is_one].iloc[0], links[links["to_code"].duplicated(keep=False)].iloc[0]
    hand_in(own_project, line(stayed["to_code"], 2019, {"15.1": 90.0}, set_id=SET), unit_vintage=later)
    assert submissions.read_results(own_project).values[SET].at[(stayed["from_code"], 2019), "15.1"] == 90.0
    made = hand_in(
        own_project, line(merged["to_code"], 2019, {"15.1": 90.0}, set_id=SET), unit_vintage=later, file="moi.xlsx"
    )
    with pytest.raises(FaultsError) as error:
        submissions.read_results(own_project)
    [fault] = error.value.faults
    assert "moi.xlsx" in fault.where
    assert str(made.id) in fault.action
    assert merged["to_code"] in fault.found


def test_an_unknown_requirement_stops_with_its_cell(own_project: Project) -> None:
    hand_in(own_project, line(CODE, 2019, {"99.9": 1.0}, set_id=SET))
    with pytest.raises(FaultsError, match=r"xa\.xlsx, Biểu b02 F8"):
        submissions.read_results(own_project)


def test_a_row_of_another_table_replaces_those_of_its_commune_and_year(own_project: Project) -> None:
    before = submissions.read_table("b07", own_project)
    code, year = before.frame[["commune_code", "year"]].iloc[0]
    given = {"work": "Đường trục xã", "approved_vnd_million": 900.0, "owed_vnd_million": 12.5}
    made = hand_in(own_project, line(code, int(year), given, table="b07", row="CT-1"))
    after = submissions.read_table("b07", own_project)
    own = after.frame[(after.frame["commune_code"] == code) & (after.frame["year"] == year)]
    assert len(own) == 1
    assert own["work_id"].tolist() == ["CT-1"]
    assert own["owed_vnd_million"].tolist() == [12.5]
    assert own["paid_vnd_million"].isna().all()
    assert not after.generated[own.index].any()
    assert after.generated.drop(own.index).all()
    assert after.frame.dtypes.equals(before.frame.dtypes)
    assert after.words.loc[(own.index[0], "owed_vnd_million"), "submission"] == made.id
    open_store(own_project).withdraw(made.id, "văn phòng")
    pd.testing.assert_frame_equal(submissions.read_table("b07", own_project).frame, before.frame)


def test_a_districts_own_row_takes_the_place_of_its_communes_generated_ones(own_project: Project) -> None:
    before = submissions.read_table("b06", own_project)
    frame = units.on(before.unit_vintage, own_project).frame
    row = before.frame.iloc[0]
    district, year = frame.at[row["commune_code"], "parent_code"], int(row["year"])
    hand_in(
        own_project,
        line(district, year, {"central_vnd_million": 5.0}, table="b06", row=f"{year}-01-01|{year}-12-31"),
        level=Level.DISTRICT,
    )
    after = submissions.read_table("b06", own_project)
    inside = after.frame["commune_code"].map(frame["parent_code"]).eq(district) | after.frame["commune_code"].eq(
        district
    )
    assert after.frame.loc[inside & (after.frame["year"] == year), "commune_code"].tolist() == [district]


def test_a_table_that_only_submissions_hold(own_project: Project) -> None:
    assert not submissions.is_handed_in("b13", own_project)
    hand_in(own_project, line(CODE, 2019, {"village": "Xóm Bản Um", "households": 40.0}, table="b13", row="X1"))
    table = submissions.read_table("b13", own_project)
    assert submissions.is_handed_in("b13", own_project)
    assert table.frame[["commune_code", "village_id", "households"]].to_numpy().tolist() == [[CODE, "X1", 40]]
    assert not table.is_illustrative
    table.check(own_project)


_CELLS = st.tuples(
    st.sampled_from([CODE, OTHER]), st.sampled_from(["15.1", "11"]), st.sampled_from(list(Level)),
    st.sampled_from([dt.date(2019, 6, 30), dt.date(2019, 12, 31)]), st.booleans(), st.integers(0, 1),
)  # fmt: skip


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_CELLS, min_size=1, max_size=25, unique_by=lambda cell: cell[:5]))
def test_of_any_words_the_newest_line_and_its_highest_level_count(
    cells: list[tuple[str, str, Level, dt.date, bool, int]],
) -> None:
    rows = [
        ("b02", SET, code, 2019, FINDING if is_finding else "", item, float(number), None, False, "actual", pd.Timestamp(day),
         "s", "A1", place, level.value, "f", "h", day)
        for place, (code, item, level, day, is_finding, number) in enumerate(cells)
    ]  # fmt: skip
    columns = [*VALUES.names, "submission", "level", "file", "sha256", "unit_vintage"]
    found = results_that_count(
        pd.DataFrame(rows, columns=columns).assign(as_of_date=lambda frame: frame["as_of_date"].astype("datetime64[s]"))
    )
    rank = list(Level).index
    expected = {}
    for code in {cell[0] for cell in cells}:
        newest = max(cell[3] for cell in cells if cell[0] == code)
        for item in {cell[1] for cell in cells if cell[0] == code and cell[3] == newest}:
            said = [cell for cell in cells if cell[:2] == (code, item) and cell[3] == newest]
            value = max((cell for cell in said if not cell[4]), key=lambda cell: rank(cell[2]), default=None)
            finding = max((cell for cell in said if cell[4]), key=lambda cell: rank(cell[2]), default=None)
            if finding and value and rank(finding[2]) < rank(value[2]):
                finding = None
            expected[(SET, code, 2019, item)] = (
                float(value[5]) if value else None, float(finding[5]) if finding else None, (finding or value)[2].value
            )  # fmt: skip
    assert list(found.index.names) == RESULT_INDEX
    told = found[["value", "finding", "level"]].astype(object)
    told = told.where(told.notna(), None)
    assert {key: tuple(row) for key, row in zip(told.index, told.to_numpy().tolist(), strict=True)} == expected


@pytest.mark.parametrize(("status", "day"), [("plan", dt.date(2018, 12, 31)), ("estimate", dt.date(2019, 6, 30))])
@pytest.mark.parametrize("level", [Level.COMMUNE, Level.DISTRICT])
def test_neither_plan_nor_estimate_stands_for_what_was_counted(
    own_project: Project, status: str, day: dt.date, level: Level
) -> None:
    hand_in(own_project, line(CODE, 2018, {"15.1": 20.0}, set_id=SET))
    softer = line(CODE, 2018, {"15.1": 99.0, "11": 5.0}, set_id=SET, as_of=day, status=status)
    hand_in(own_project, softer, level=level, file="khac.xlsx")
    results, law = submissions.read_results(own_project), criteria.load(own_project)
    words = results.words.loc[(SET, CODE, 2018)]
    assert words["value"].to_dict() == {"15.1": 20.0, "11": 5.0}
    assert words["status"].to_dict() == {"15.1": "actual", "11": status}
    assert results.status[SET].loc[(CODE, 2018)] == status
    region = units.on(results.unit_vintage, own_project).region
    told = [trace(results, law, CODE, item, 2018, region=region)[0] for item in ("15.1", "11")]
    assert [(one.value, one.status) for one in told] == [(20.0, "actual"), (5.0, status)]


def test_what_was_counted_replaces_an_earlier_estimate_as_a_whole(own_project: Project) -> None:
    early = line(CODE, 2019, {"15.1": 20.0, "11": 5.0}, set_id=SET, as_of=dt.date(2019, 6, 30), status="estimate")
    hand_in(own_project, early, level=Level.DISTRICT)
    hand_in(own_project, line(CODE, 2019, {"15.1": 30.0}, set_id=SET), as_of=dt.date(2020, 1, 31))
    assert submissions.read_results(own_project).words.loc[(SET, CODE, 2019), "value"].to_dict() == {"15.1": 30.0}


def test_a_row_of_another_table_is_no_firmer_than_its_softest_value(own_project: Project) -> None:
    given = {"villages": 10.0, "population": 3000.0}
    hand_in(own_project, line(CODE, 2018, given, table="b01"))
    softer = line(CODE, 2018, {"villages": 12.0, "area_km2": 30.0}, table="b01", status="plan")
    hand_in(own_project, softer, level=Level.DISTRICT)
    table = submissions.read_table("b01", own_project)
    row = table.frame[(table.frame["commune_code"] == CODE) & (table.frame["year"] == 2018)].iloc[0]
    assert (row["villages"], row["area_km2"], row["status"]) == (10, 30.0, "plan")
