"""Words of a plan's pages: every unit, figure and source can be told from every other."""

import re
from dataclasses import replace

import invented_study
import pytest

from ntm_lib.planning.later.published_marks import published
from ntm_lib.planning.means.budget import purse_labels, short_purse_labels
from ntm_lib.reporting import display, formats, plan_sections
from ntm_lib.reporting.office.plan_later import figure_word, figure_words


@pytest.fixture(scope="module")
def study(project):
    return invented_study.make_study(invented_study.make_draft(project))


@pytest.fixture
def text_of(study, monkeypatch):
    """Return the rows of the tables of one section, cells without their markup."""
    parts = []
    monkeypatch.setattr(display, "_publish", lambda html, _metadata, **_text: parts.append(str(html)))

    def made(name, code="", of=study):
        parts.clear()
        getattr(plan_sections, name)(plan_sections.scope(of, code))
        rows = re.findall(r"<tr.*?</tr>", "".join(parts), re.S)
        cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S) for row in rows]
        return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]

    return made


def test_communes_of_one_name_stand_with_their_district(study, text_of):
    held = study.near_equal
    both = replace(held, plans=(study.plan.solution,) * 2, place=held.place.assign(group="all"))
    rows = text_of("near_equal", of=replace(study, near_equal=both))
    listed = [name for row in rows if row[0].startswith("in ") for name in row[2].split("; ") if name != "–"]
    names = study.plan.baseline.communes["name"]
    twice = set(names[names.duplicated(keep=False)])
    assert any(name.partition(" (")[0] in twice for name in listed)
    assert not [name for name in listed if name in twice]
    assert len(set(listed)) == len(listed)


def test_published_figures_name_the_law_they_count_by(study):
    frame = published(study.plan)
    frame = frame.assign(words=figure_words(frame))
    results = frame[frame["kind"] == "actual"]
    assert not results.duplicated(["year", "words"]).any()
    assert set(results.loc[results["figure"] == "standard", "law"]) == {"318/QĐ-TTg", "1980/QĐ-TTg"}
    assert figure_word("group", 0, 14) == "Communes with fewer than 15 criteria"
    assert figure_word("group", 15, 18) == "Communes with 15 to 18 criteria"


def test_published_figures_keep_the_decimals_they_were_printed_with():
    assert [formats.digits_of(value) for value in (13.1, 9.19, 15.5, 17.0, 1344.0)] == [1, 2, 1, 0, 0]


def test_each_work_names_who_pays_the_largest_first(study, text_of):
    labels = short_purse_labels()
    assert len(set(labels.values())) == len(labels) == len(purse_labels())
    rows = [row for row in text_of("works_list", "052") if len(row) == 7 and row[0].isdigit()]
    assert rows
    for row in rows:
        assert set(row[-1].split("; ")) <= set(labels.values()), row
    road = next(row for row in rows if "commune roads" in row[1].lower())
    assert road[-1].startswith(labels[next(purse for purse in labels if purse.value == "central_investment")])


def test_a_criterion_that_takes_no_money_is_not_told_with_an_amount_of_zero(study, text_of):
    rows = [row[-3] for row in text_of("why", "052") if len(row) >= 5]
    assert not [cell for cell in rows if re.search(r": 0 million", cell)]
