"""The mark of illustrative data stands where generated values are used, and nowhere else."""

import re
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from handing_in import generated_again, hand_in, line
from typer.testing import CliRunner

from ntm_lib import submissions, units
from ntm_lib.cli import app
from ntm_lib.errors import UsageError
from ntm_lib.evaluation import Territory, load_territory
from ntm_lib.evaluation.certainty.differences import differences
from ntm_lib.evaluation.shortfalls.bodies import lead_bodies
from ntm_lib.project import Project
from ntm_lib.reporting import stamps
from ntm_lib.reporting.communes import Communes, commune_sheet
from ntm_lib.reporting.communes.trend import trend_picture
from ntm_lib.reporting.review.certainty.differences import difference_sentences, differences_sheet, write_differences
from ntm_lib.reporting.review.contents import all_contents
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import district_names, source_line, warnings, year_text
from ntm_lib.reporting.sections.communes import map_shapes
from ntm_lib.review import Audience
from ntm_lib.submissions.model import Level
from ntm_lib.submissions.vault import open_store
from ntm_lib.verdicts import Verdict

DISTRICT = "052"
SET = "qd-1980-2016"
TABLES = ("b01", "b06", "b07", "b08", "b10", "b11", "b12")


@pytest.fixture
def own(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    monkeypatch.setenv("NTM_LANG", "vi")
    return own_project


def _codes(project: Project) -> list[str]:
    results = submissions.read_results(project)
    communes = units.on(results.unit_vintage, project).communes_of(DISTRICT)
    return [str(code) for code in communes.index[communes["is_in_programme"]]]


def _printed(subject: Subject, name: str) -> str:
    sheet = all_contents().table(name, subject)
    return " ".join([*sheet.stamps, sheet.source_line, *(str(cell) for row in sheet.cells() for cell in row)])


def _same_figures(one: Territory, other: Territory) -> bool:
    return one.counts.equals(other.counts) and one.scores.criteria.equals(other.scores.criteria)


def test_a_district_that_handed_in_everything_bears_no_mark(own: Project) -> None:
    before = load_territory(DISTRICT)
    assert warnings(before) == [stamps.illustrative()]
    hand_in(own, *generated_again(own, _codes(own), None, *TABLES))
    after = load_territory(DISTRICT)
    assert _same_figures(before, after)
    assert warnings(after) == []
    subject = Subject(after, Audience.PUBLIC)
    assert subject.stamps == []
    for name in (
        "progress_by_year",
        "progress_by_commune",
        "volumes_by_content",
        "capital_by_source",
        "capital_by_year",
    ):
        text = _printed(subject, name)
        assert "minh họa" not in text.casefold(), name
        assert "(MH)" not in text, name
        assert "báo cáo" in text, name
    others = [code for code in units.on(after.vintage.date, own).districts.index if code != DISTRICT]
    assert warnings(load_territory(others[0])) == [stamps.illustrative()]
    province = load_territory(after.vintage.province.code)
    assert warnings(province) == [stamps.mixed()]
    other = units.on(after.vintage.date, own).communes_of(others[0]).query("is_in_programme").index[0]
    hand_in(own, *generated_again(own, [str(other)]))
    _districts_say_which_is_which(load_territory(after.vintage.province.code), others[0])


def _districts_say_which_is_which(province: Territory, partly: str) -> None:
    """One district handed in everything, one commune of another its results; all else is generated."""
    names = district_names(province)[province.vintage.districts.index]
    assert names[DISTRICT] == "Huyện Nguyên Bình"
    assert names[partly].endswith(" (một phần MH)")
    assert names.drop([DISTRICT, partly]).str.endswith(" (MH)").all()
    assert set(map_shapes(province)[0]["group_name"]) == set(names)
    subject = Subject(province)
    for table in ("progress_by_district", "change_by_unit"):
        rows = {str(row[0]) for row in all_contents().table(table, subject).cells()}
        assert rows == set(names), table
    capital = all_contents().table("capital_by_unit", subject)
    marked = {str(row[0]) for row in capital.cells() if str(row[0]).endswith("(MH)")}
    assert len(marked) == len(names) - 1
    assert "Huyện Nguyên Bình" in {str(row[0]) for row in capital.cells()}
    assert list(capital.stamps) == [stamps.mixed()]
    assert "(MH)" in capital.source_line
    assert list(all_contents().table("capital_by_source", subject).stamps) == [stamps.illustrative()]


def test_a_mixed_page_says_so_and_marks_the_communes(own: Project) -> None:
    reported, *rest = _codes(own)
    made = hand_in(own, *generated_again(own, [reported]))
    territory = load_territory(DISTRICT)
    assert warnings(territory) == ["Trang có cả số liệu báo cáo và số liệu minh họa; số liệu minh họa có dấu (MH)"]
    assert "(MH)" in source_line(territory)
    named = territory.communes["name"]
    assert not named[reported].endswith("(MH)")
    assert all(named[code].endswith(" (MH)") for code in rest)
    outside = territory.communes.index[~territory.communes["is_in_programme"]]
    assert not named[outside].str.contains("(MH)", regex=False).any()
    shapes = map_shapes(territory)[0]["name"]
    assert shapes.str.endswith("(MH)").sum() == len(rest)
    sheet = all_contents().table("progress_by_commune", Subject(territory))
    assert list(sheet.stamps) == [stamps.mixed()]
    assert Subject(territory, commune=reported).stamps == []
    assert Subject(territory, commune=rest[0]).stamps == [stamps.illustrative()]
    open_store(own).withdraw(made.id, "văn phòng")
    back = load_territory(DISTRICT)
    assert warnings(back) == [stamps.illustrative()]
    assert not back.communes["name"].str.contains("(MH)", regex=False).any()


def test_a_table_keeps_its_own_mark(own: Project) -> None:
    hand_in(own, *generated_again(own, _codes(own)))
    subject = Subject(load_territory(DISTRICT))
    assert subject.stamps == []
    assert list(all_contents().table("capital_by_year", subject).stamps) == [stamps.illustrative()]
    assert list(all_contents().table("progress_by_year", subject).stamps) == []


def test_years_whose_every_value_is_generated_are_marked(own: Project) -> None:
    codes = _codes(own)
    hand_in(own, *generated_again(own, codes, [2018], "b06"))
    territory = load_territory(DISTRICT)
    assert year_text(territory, 2018) == "2018"
    assert year_text(territory, 2017) == "2017 (MH)"
    years = [str(row[0]) for row in all_contents().table("capital_by_year", Subject(territory)).cells()]
    assert [year for year in years if not year.endswith(" (MH)")] == ["2018"]


def test_a_communes_picture_marks_the_years_that_are_generated(own: Project) -> None:
    reported, *rest = _codes(own)
    hand_in(own, *generated_again(own, [reported], [2018, 2020]))
    communes = Communes.load(load_territory(DISTRICT))
    mixed, generated = communes.commune(reported), communes.commune(rest[0])
    marks = re.findall(r'<text class="ill" x="([\d.]+)"[^>]*>\(MH\)</text>', trend_picture(mixed))
    at = {
        year: x for x, year in re.findall(r'<text class="year" x="([\d.]+)"[^>]*>(\d{4})</text>', trend_picture(mixed))
    }
    told = {str(year) for year in mixed.series.index[mixed.series["is_reported"]]}
    assert told - {year for year, x in at.items() if x in marks} == {"2018", "2020"}
    assert len(marks) == len(told) - 2
    assert "(MH)" not in trend_picture(generated)
    page, other = commune_sheet(mixed), commune_sheet(generated)
    heading = re.compile(r"<h2>([^<]*) <span class=\"mark\">\(Minh họa\)</span></h2>")
    assert heading.findall(page) == ["Nội dung còn thiếu theo từng tiêu chí"], (
        "volumes are counted from generated tables"
    )
    assert len(heading.findall(other)) >= 3
    assert stamps.mixed() in page
    assert stamps.illustrative() in other


def test_without_illustrative_data_the_silent_years_are_told(own: Project) -> None:
    codes = _codes(own)
    hand_in(own, *generated_again(own, codes[:3], [2019, 2020]))
    shutil.rmtree(own.data / "illustrative")
    territory = load_territory(DISTRICT)
    assert territory.silent_years == list(range(2010, 2019))
    assert warnings(territory) == []
    assert "chưa có đơn vị nào báo cáo: 2010, 2011" in source_line(territory)
    counts = territory.of_year(territory.counts, 2015)
    assert (counts["low"] == 0).all()
    assert (counts["high"] == counts["of"]).all()
    last = territory.of_year(territory.counts, 2019)
    assert last["is_reported"].sum() == 3
    for name in ("progress_by_year", "progress_by_commune", "progress_criteria", "arrears_by_work", "near_misses"):
        _printed(Subject(territory), name)


def test_where_the_levels_differ_is_listed_by_department(own: Project, tmp_path: Path) -> None:
    code, other = _codes(own)[:2]
    assert differences(load_territory(DISTRICT)).empty
    hand_in(
        own, line(code, 2019, {"15.1": 100.0, "11": 3.0}, set_id=SET), line(other, 2019, {"15.1": 50.0}, set_id=SET)
    )
    hand_in(
        own, line(code, 2019, {"11": 3.0}, set_id=SET, findings={"15.1": False}), line(other, 2019, {"15.1": 50.0}, set_id=SET),
        level=Level.DISTRICT,
    )  # fmt: skip
    territory = load_territory(DISTRICT)
    [row] = differences(territory).to_dict("records")
    assert (row["commune_code"], row["requirement"], row["counts"]) == (code, "15.1", "district")
    subject = Subject(territory, Audience.INTERNAL)
    sheet = differences_sheet(subject)
    [cells] = sheet.cells()
    assert cells[0] == lead_bodies(own)["15.1"] == "Bảo hiểm xã hội tỉnh"
    assert "100,0" in cells[4]
    assert "(Đạt)" in cells[4]
    assert cells[5] == "Chưa đạt"
    assert "01 nội dung" in str(difference_sentences(subject)[0]) or "1 nội dung" in str(
        difference_sentences(subject)[0]
    )
    (own.parameters / "lead_bodies.csv").write_text(
        "criterion,indicator,body_vi,body_en\n15,15.1,Sở Y tế,Department of Health\n", encoding="utf-8"
    )
    assert differences_sheet(subject).cells()[0][0] == "Sở Y tế"
    assert "theo phân công của tỉnh" in " ".join(differences_sheet(subject).notes)
    path = tmp_path / "khac_nhau.xlsx"
    write_differences(path, subject)
    whole = _cells(path)
    assert "Sở Y tế" in whole
    path.unlink()
    ran = CliRunner().invoke(app, ["--project", str(own.root), "differences", "--district", DISTRICT, "-o", str(path)])
    assert ran.exit_code == 0, ran.output
    assert "Sở Y tế" in ran.output
    assert _cells(path) == whole
    ran = CliRunner().invoke(
        app, ["--project", str(own.root), "differences", "--commune", other, "--on", "2019-12-31", "-o", str(path)]
    )
    assert ran.exit_code == 0, ran.output
    assert "Sở Y tế" not in _cells(path)


def test_what_one_level_alone_said_is_no_difference_though_the_law_has_no_level(own: Project) -> None:
    code, other = _codes(own)[:2]
    [health] = (own.data / "criteria" / SET).glob("15_*.yaml")
    text = health.read_text(encoding="utf-8")
    health.write_text(text.replace("regions: all, value: 85", "regions: all, delegated: province"), encoding="utf-8")
    hand_in(own, line(code, 2019, {"15.1": 100.0}, set_id=SET), line(other, 2019, {"15.1": 50.0}, set_id=SET))
    assert differences(load_territory(DISTRICT)).empty
    hand_in(own, line(code, 2019, {"15.1": 90.0}, set_id=SET), level=Level.DISTRICT)
    territory = load_territory(DISTRICT)
    [row] = differences(territory).to_dict("records")
    assert (row["counts"], row["verdict"], row["commune_verdict"]) == ("district", Verdict.UNKNOWN, Verdict.UNKNOWN)
    assert pd.isna(row["province_verdict"])
    [cells] = differences_sheet(Subject(territory, Audience.INTERNAL)).cells()
    assert "(MH)" not in str(cells), "the row was handed in, though other years of the commune are generated"


def _cells(path: Path) -> set[object]:
    return {cell for page in openpyxl.load_workbook(path) for row in page.iter_rows(values_only=True) for cell in row}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--district", "01777", "-o", "a.xlsx"], "01777"),
        (["--district", "999", "-o", "a.xlsx"], "999"),
        (["--district", DISTRICT, "--commune", "01777", "-o", "a.xlsx"], "--commune"),
        (["-o", "a.ods"], ".xlsx"),
    ],
)
def test_a_list_of_differences_that_cannot_be_made_is_wrong_use(own: Project, options: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        CliRunner().invoke(app, ["--project", str(own.root), "differences", *options], catch_exceptions=False)
