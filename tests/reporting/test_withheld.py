"""What the public version withholds is in no table, sentence or picture of it; the counts stay complete."""

import pandas as pd
import pytest

from ntm_lib.errors import UsageError
from ntm_lib.evaluation import load_territory
from ntm_lib.reporting import display, sections
from ntm_lib.reporting.pictures import Picture
from ntm_lib.reporting.review.withheld import shown_picture, shown_sentences, shown_sheet
from ntm_lib.reporting.sentences import said
from ntm_lib.reporting.sheets import Column, Sheet
from ntm_lib.review import Audience


@pytest.fixture
def withholding(own_project, monkeypatch):
    """Return a project whose review withholds criteria 18 and 19."""
    path = own_project.parameters / "review.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("withheld: []", 'withheld: ["18", "19"]'), encoding="utf-8"
    )
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    return own_project


@pytest.fixture
def territory(withholding):
    return load_territory("052", first_year=2019, last_year=2020, audience=Audience.PUBLIC)


def test_the_page_shows_no_single_result_of_them(territory, monkeypatch):
    shown = []
    monkeypatch.setattr(display, "_publish", lambda html, *_rest, **_named: shown.append(str(html)))
    for section in (
        sections.commune_map,
        sections.results,
        sections.criterion_shares,
        sections.distances,
        sections.unknowns,
    ):
        section(territory)
    page = "\n".join(shown).casefold()
    labels = territory.reported.rules[2020].criteria.loc[["18", "19"], "label_en"].str.casefold()
    assert [label for label in labels if label in page] == []
    assert "17. " in page
    assert "district.052-20191231.criterion.18" not in page


def test_the_counts_stay_complete_and_the_office_sees_all(territory, withholding):
    office = load_territory("052", first_year=2019, last_year=2020, audience=Audience.INTERNAL)
    assert not office.withheld
    pd.testing.assert_frame_equal(office.counts, territory.counts)


def test_contents_of_reports_are_filtered(territory):
    label = territory.reported.rules[2020].criteria.at["19", "label_vi"]
    assert [
        str(item) for item in shown_sentences(territory, [said(f"Tiêu chí {label}: 3 xã"), said("Giao thông")])
    ] == ["Giao thông"]
    assert shown_picture(territory, Picture(said(label).markup())) is None
    frame = pd.DataFrame({"criterion": ["17", "18"], "name": ["a", "b"], "18": [1, 2], "n": [1, 2]})
    columns = [Column("name", "Name"), Column("18", "18", "count"), Column("n", "N", "count")]
    sheet = shown_sheet(territory, Sheet("s", "t", columns, frame))
    assert [column.key for column in sheet.columns] == ["name", "n"]
    assert list(sheet.frame["name"]) == ["a"]
    assert "18, 19" in sheet.notes[0]


def test_a_criterion_that_does_not_exist_stops(withholding):
    path = withholding.parameters / "review.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace('["18", "19"]', '["l8"]'), encoding="utf-8")
    with pytest.raises(UsageError, match="l8"):
        load_territory("052", first_year=2019, last_year=2020)
