"""What the reports say of progress: every content for every tier and date, true, stamped, and figures that agree."""

import re

import numpy as np
import pandas as pd
import pytest
import shipped

from ntm_lib import evaluation
from ntm_lib.evaluation import load_territory
from ntm_lib.evaluation.counts import cube, kept
from ntm_lib.project import Project
from ntm_lib.reporting import figures, stamps
from ntm_lib.reporting.heat_chart import heat_chart
from ntm_lib.reporting.pictures import Picture
from ntm_lib.reporting.review.contents import Contents, all_contents
from ntm_lib.reporting.review.counts import criteria_course, progress, series
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sheet_html import sheet_html
from ntm_lib.reporting.sheets import Sheet, printed
from ntm_lib.review import Audience

PARTS = (progress.CONTENTS, criteria_course.CONTENTS, series.CONTENTS)
SUBJECTS = {
    "province 2019": ("04", "2019-12-31", ""),
    "province 2025": ("04", "2025-12-31", ""),
    "district 2019": ("052", "2019-12-31", ""),
    "district 2020": ("052", "2020-12-31", ""),
    "commune 2019": ("052", "2019-12-31", "01774"),
    "commune 2025": ("04", "2025-12-31", "01774"),
}


@pytest.fixture(autouse=True)
def _vietnamese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_LANG", "vi")
    figures.forget()


@pytest.fixture(params=SUBJECTS, scope="module")
def subject(request: pytest.FixtureRequest, project: Project) -> Subject:
    code, on, commune = SUBJECTS[request.param]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(project.root))
        return Subject(shipped.territory(code, on=on), commune=commune)


def text_of(sheet: Sheet) -> str:
    cells = [printed(value, column) for row in sheet.cells() for value, column in zip(row, sheet.columns, strict=True)]
    heads = [f"{column.group} {column.heading}" for column in sheet.columns]
    return "\n".join([sheet.title, *heads, *cells, *sheet.notes, sheet.source])


def test_every_content_is_said_in_vietnamese_and_no_key_holds_two_values(subject: Subject) -> None:
    values: dict[str, set[str]] = {}
    for part in PARTS:
        for make in part.sentences.values():
            for said in make(subject):
                said.markup()
                assert "{" not in str(said)
                assert not re.search(r"nan|None|\bcommunes?\b|\bcriteri", str(said))
        for name, table in part.tables.items():
            sheet = table(subject)
            assert len(sheet.frame) or sheet.empty
            sheet_html(sheet, subject.key("table", name))
            assert not re.search(r"\bnan\b|None|\bcommunes?\b", text_of(sheet))
            if sheet.row_key in sheet.frame:
                assert sheet.frame[sheet.row_key].is_unique
        for draw in part.pictures.values():
            figure = draw(subject)
            assert stamps.illustrative()[:20] in figure
            for key, value in re.findall(r'data-figure="([^"]+)" data-value="([^"]*)"', figure):
                values.setdefault(key, set()).add(value)
    for key, held in figures.printed().items():
        values.setdefault(key, set()).add(held.value)
    assert {key for key, held in values.items() if len(held) > 1} == set()


def test_tables_of_results_are_stamped(subject: Subject) -> None:
    for part in PARTS:
        for name, table in part.tables.items():
            sheet = table(subject)
            if name not in {"series_rules", "series_old_districts"}:  # law and register, no results
                assert stamps.illustrative() in sheet.stamps


def test_pictures_can_be_put_on_paper() -> None:
    made = Subject(shipped.territory("052"))
    for part in PARTS:
        for draw in part.pictures.values():
            picture = Picture(draw(made))
            assert picture.caption
            assert picture.png().startswith(b"\x89PNG")


def test_names_are_offered_once() -> None:
    def names(part: Contents) -> list[str]:
        return [*part.sentences, *part.tables, *part.pictures]

    told = [
        (kind, name) for part in PARTS for kind in ("sentences", "tables", "pictures") for name in getattr(part, kind)
    ]
    assert len(set(told)) == len(told)
    assert all(re.fullmatch(r"[a-z_]+", name) for part in PARTS for name in names(part))


def test_the_headline_says_at_least_only_where_data_are_missing() -> None:
    territory = shipped.territory("052")
    assert "ít nhất" in str(progress.headline(Subject(territory))[0])
    counts = territory.counts.assign(high=territory.counts["low"])
    known = Subject(evaluation.Territory(**{**territory.__dict__, "counts": counts}))
    assert "ít nhất" not in str(progress.headline(known)[0])


def test_few_criteria_is_said_only_as_far_as_it_is_certain() -> None:
    territory = shipped.territory("052")
    counts = territory.counts.copy()
    last = counts.index.get_level_values("year") == 2020
    counts.loc[last, ["low", "high"]] = [4, 19]  # every one of them could be under 5
    open_ = Subject(evaluation.Territory(**{**territory.__dict__, "counts": counts}))
    assert not [said for said in progress.count_groups(open_) if "dưới 5" in str(said)]
    assert [said for said in progress.count_groups(Subject(territory)) if "dưới 5" in str(said)]


def test_what_the_law_took_away_is_not_called_a_fall() -> None:
    subject = Subject(shipped.province())
    found = kept.outcomes(cube.cube(subject.territory), 2020)
    said = [str(item) for item in criteria_course.gained_and_kept(subject)]
    fallen, by_law = (int((found == name).to_numpy().sum()) for name in ("not_kept", "new_rules"))
    assert any(f"Có {fallen} lượt tiêu chí không duy trì được mức đạt" in text for text in said)
    assert any(f"Có {by_law} lượt" in text and "theo Bộ tiêu chí mới" in text for text in said)
    assert not any("giảm" in text or "rớt" in text for text in said)


def test_criteria_not_met_by_half_are_told_as_not_yet() -> None:
    sheet = criteria_course.CONTENTS.tables["progress_times"](Subject(shipped.province()))
    column = next(column for column in sheet.columns if column.key == "median")
    texts = [printed(value, column) for value in sheet.frame["median"]]
    assert sum("chưa có một nửa số xã đạt đến năm 2020" in text for text in texts) >= 1
    assert any(re.fullmatch(r"\d+(-\d+)?", text) for text in texts)


def test_the_total_of_districts_is_the_provinces() -> None:
    sheet = progress.CONTENTS.tables["progress_by_district"](Subject(shipped.province()))
    assert sheet.total is not None
    for column in sheet.columns:
        if column.kind == "count":
            assert sheet.frame[column.key].sum() == sheet.total[column.key]
    alone = progress.CONTENTS.tables["progress_by_district"](Subject(shipped.territory("052")))
    assert alone.frame.empty
    assert alone.empty


def test_a_communes_table_tells_its_criteria_and_nobody_elses_report_has_it() -> None:
    table = criteria_course.CONTENTS.tables["progress_commune_criteria"]
    subject = Subject(shipped.territory("052"), commune="01762")
    sheet = table(subject)
    territory = subject.territory
    assert len(sheet.frame) == len(territory.scores.criteria.columns)
    verdicts = territory.scores.criteria.loc[("01762", 2020)]
    assert (sheet.frame["2020"] == verdicts).all()
    assert table(Subject(territory)).frame.empty


def test_the_lower_mean_of_a_later_map_is_explained_only_for_the_whole_province() -> None:
    assert any("chỉ do việc nhập xã" in str(said) for said in series.on_units(Subject(shipped.province())))
    assert not any("chỉ do việc nhập xã" in str(said) for said in series.on_units(Subject(shipped.territory("052"))))


def test_the_heat_table_shows_what_is_missing_and_refuses_what_is_no_share() -> None:
    shares = pd.DataFrame({2010: [0.0, np.nan], 2011: [100.0, 50.0]}, index=["1", "2"])
    drawn = heat_chart(
        shares, key="province.x", title="<b>", names={"1": "Một", "2": "A & B"}, columns={2010: "2010", 2011: "2011"},
        breaks=[2011], stamps=["MINH HỌA"],
    )  # fmt: skip
    assert "<b>" not in drawn.replace("&lt;b&gt;", "")
    assert "A &amp; B" in drawn
    assert drawn.count("url(#p") == 1
    assert 'data-figure="province.x.1.2010" data-value="0"' in drawn
    assert "province.x.2.2010" not in drawn
    assert "MINH HỌA" in drawn
    with pytest.raises(ValueError, match="between 0 and 100"):
        heat_chart(shares + 1, key="province.x", title="", names={"1": ""}, columns={2011: ""})


def test_withheld_criteria_are_in_no_sentence_picture_or_table(
    own_project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = own_project.parameters / "review.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("withheld: []", 'withheld: ["18", "19"]'), encoding="utf-8")
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    territory = load_territory("052", audience=Audience.PUBLIC)
    assert territory.withheld
    contents = all_contents()
    subject = Subject(territory)
    for part in PARTS[:2]:
        said = [str(item) for name in part.sentences for item in part.sentences[name](subject)]
        assert said
        assert not [item for item in said if "Hệ thống chính trị" in item or "An ninh" in item]
        for name in part.tables:
            sheet = contents.table(name, subject)
            assert not set(sheet.frame.get("criterion", pd.Series(dtype=str))) & territory.withheld
            assert "An ninh" not in text_of(sheet)
        for name in part.pictures:
            assert contents.picture(name, subject) is not None
    gained = criteria_course.gained_and_kept(Subject(territory, commune="01774"))
    assert not [item for item in gained if "An ninh" in str(item)]
    groups = criteria_course.CONTENTS.tables["progress_criteria_groups"](Subject(territory))
    assert "V" not in set(groups.frame["code"])
    assert "18, 19" in " ".join(groups.notes)
