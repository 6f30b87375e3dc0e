"""What reports say of changes: sentences carry the figures of the split, tables add up, signed figures stand beside later ones."""

import datetime as dt
import re
from dataclasses import replace

import pandas as pd
import pytest
import shipped

from ntm_lib.evaluation import Territory, load_province, narrowed
from ntm_lib.evaluation.changes.exact import PARTS
from ntm_lib.evaluation.changes.signed import sign_period
from ntm_lib.evaluation.changes.snapshot import snapshot
from ntm_lib.evaluation.changes.split import split_change
from ntm_lib.evaluation.changes.why import recomputed, why_changed
from ntm_lib.project import Project
from ntm_lib.reporting.review.changes.changes import CONTENTS
from ntm_lib.reporting.review.changes.signed import why_said, why_sheet
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sheet_html import sheet_html
from ntm_lib.reporting.sheets import Sheet
from ntm_lib.review import Audience

KEYED = re.compile(r'data-figure="([^"]+)" data-value="([^"]*)"')


@pytest.fixture(scope="module")
def province(project: Project) -> Territory:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(project.root))
        return shipped.province()


@pytest.fixture(scope="module")
def subjects(province: Territory) -> dict[str, Subject]:
    district = narrowed(province, "052")
    return {
        "province": Subject(province),
        "district": Subject(district),
        "commune": Subject(district, commune=str(district.in_programme.index[0])),
    }


def said(subject: Subject, name: str) -> list[str]:
    return [str(one) for one in CONTENTS.sentences[name](subject)]


def test_no_figure_key_is_printed_with_two_values(subjects: dict[str, Subject]) -> None:
    for subject in subjects.values():
        held: dict[str, str] = {}
        pages = [str(one.markup()) for make in CONTENTS.sentences.values() for one in make(subject)]
        if subject.tier != "commune":
            pages += [
                str(sheet_html(make(subject), subject.key("annex", name))) for name, make in CONTENTS.tables.items()
            ]
        for key, value in KEYED.findall(" ".join(pages)):
            assert held.setdefault(key, value) == value
        assert held


@pytest.mark.parametrize("tier", ["province", "district"])
def test_the_printed_parts_are_those_of_the_split(subjects: dict[str, Subject], tier: str) -> None:
    subject = subjects[tier]
    figures = split_change(subject.territory, subject.territory, 2010, 2020).figures.T["mean"]
    one = CONTENTS.sentences["change_parts"](subject)[0]
    values = {name: value.value for name, value in one.values.items() if not isinstance(value, str)}
    assert values["change"] == abs(figures["change"])
    assert sum(figures[part] for part in PARTS) == pytest.approx(figures["change"])
    assert all(values[part] == abs(figures[part]) for part in PARTS)
    for part in PARTS:
        if round(figures[part], 2):
            assert f"{{{part}}} {'more' if figures[part] > 0 else 'fewer'}" in one.text


def test_the_merger_is_told_for_the_province_alone(subjects: dict[str, Subject]) -> None:
    first, *_rest = said(subjects["province"], "change_across_merger")
    assert "139" in first
    assert "177" in first
    assert said(subjects["district"], "change_across_merger") == []
    empty = CONTENTS.tables["change_counts_merger"](subjects["district"])
    assert len(empty.frame) == 0
    assert empty.empty


def test_a_commune_reads_of_its_own_criteria(subjects: dict[str, Subject]) -> None:
    subject = subjects["commune"]
    table = split_change(subject.territory, subject.territory, 2010, 2020).by_commune
    (one,) = CONTENTS.sentences["change_parts"](subject)
    values = {name: value.value for name, value in one.values.items() if not isinstance(value, str)}
    assert values["change"] == abs(table.loc[subject.commune, "change"])
    assert said(subject, "same_results_by_set") == []


def adds_up(sheet: Sheet) -> None:
    frame = sheet.frame
    summed = frame[list(PARTS)].astype(float).sum(axis=1)
    pd.testing.assert_series_equal(summed, frame["change"].astype(float), check_names=False)


@pytest.mark.parametrize(
    "name", ["change_means", "change_counts", "change_counts_merger", "change_by_criterion", "change_by_unit"]
)
def test_rows_of_every_table_add_up_and_bear_the_stamp(subjects: dict[str, Subject], name: str) -> None:
    for tier in ("province", "district"):
        sheet = CONTENTS.tables[name](subjects[tier])
        adds_up(sheet)
        assert sheet.stamps
        assert sheet.frame["key"].is_unique


def test_units_stand_in_the_documents_order_and_sum_to_the_total(
    subjects: dict[str, Subject], province: Territory
) -> None:
    sheet = CONTENTS.tables["change_by_unit"](subjects["province"])
    assert list(sheet.frame["key"]) == list(province.vintage.districts.index)
    criteria = CONTENTS.tables["change_counts"](subjects["province"]).frame.set_index("key").loc["criteria"]
    assert sheet.total is not None
    assert sheet.total["change"] == criteria["change"]
    assert sheet.frame["communes"].sum() == criteria["communes"]


def test_withheld_criteria_are_not_shown_one_by_one(province: Territory) -> None:
    public = Subject(replace(province, withheld=frozenset({"18", "19"})), Audience.PUBLIC)
    assert not {"18", "19"} & set(CONTENTS.tables["change_by_criterion"](public).frame["key"])
    for name in ("not_comparable_last", "not_comparable_first"):
        assert not CONTENTS.tables[name](public).frame["requirement"].str.startswith(("18", "19")).any()
    whole = CONTENTS.tables["change_by_criterion"](Subject(province))
    assert {"18", "19"} <= set(whole.frame["key"])


def test_every_requirement_that_is_not_compared_says_why(subjects: dict[str, Subject]) -> None:
    frame = CONTENTS.tables["not_comparable_last"](subjects["province"]).frame
    assert frame["reason"].str.len().gt(0).all()
    assert frame["key"].is_unique
    assert frame["set"].nunique() == 2


def test_territories_without_districts_do_not_stop(project: Project) -> None:
    subject = Subject(shipped.province(on="2025-12-31"))
    for make in CONTENTS.sentences.values():
        assert all(str(one) for one in make(subject))
    for make in CONTENTS.tables.values():
        make(subject).cells()
    assert len(CONTENTS.tables["change_by_unit"](subject).frame) == len(subject.territory.in_programme)


def test_signed_figures_stand_beside_later_ones(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    before = Subject(load_province())
    assert said(before, "signed_period") == []
    assert len(CONTENTS.tables["signed_beside"](before).frame) == 0
    sign_period(own_project, before.territory, "Ban Chỉ đạo <tỉnh>", dt.date(2019, 8, 30))
    path = own_project.parameters / "review.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("counts_as_met", "left_out"), encoding="utf-8")
    after = Subject(load_province())
    (one,) = CONTENTS.sentences["signed_period"](after)
    assert "2019" in one.values["date"].plain()
    assert "&lt;tỉnh&gt;" in one.markup()
    sheet = CONTENTS.tables["signed_beside"](after)
    assert len(sheet.frame) > 0
    assert (sheet.frame["difference"] == sheet.frame["recomputed"] - sheet.frame["signed"]).all()
    assert f"{len(sheet.frame)}" in str(one)


def test_the_note_on_two_runs_carries_its_parts(province: Territory) -> None:
    old = snapshot(narrowed(province, "052"))
    levels = old.levels.copy()
    levels.loc[levels["requirement"] == "10", "level"] *= 2
    new = replace(old, levels=levels)
    new = replace(new, figures=recomputed(new))
    table = why_changed(old, new)
    first, *rest = why_said(table, old, new)
    assert str(len(table)) in str(first)
    assert rest
    sheet = why_sheet(table, old, new)
    summed = sheet.frame[["data", "boundary", "criteria", "code"]].sum(axis=1)
    pd.testing.assert_series_equal(summed, sheet.frame["change"], check_names=False)
    assert (sheet.frame["criteria"] != 0).any()
    assert sheet.stamps
    (nothing,) = why_said(why_changed(old, old), old, old)
    assert nothing.figures == ()
