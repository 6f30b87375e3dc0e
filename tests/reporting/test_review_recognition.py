"""What the review says of recognition, dossiers and published figures: at every tier and on every state of the units."""

import pytest
import shipped

from ntm_lib.evaluation import Territory, load_province, load_territory
from ntm_lib.project import Project
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.published import published
from ntm_lib.reporting.review.recognition import dossier, recognition, villages
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sheet_html import sheet_html

PARTS: list[Contents] = [recognition.CONTENTS, dossier.CONTENTS, published.CONTENTS, villages.CONTENTS]
SUBJECTS = {
    "province_2019": lambda: Subject(shipped.province()),
    "province_2020": lambda: Subject(shipped.province(on="2020-12-31")),
    "province_2025": lambda: Subject(shipped.province(on="2025-12-31")),
    "province_mid_2019": lambda: Subject(shipped.province(as_of="2019-06-30")),
    "province_early": lambda: Subject(shipped.province(first_year=2010, last_year=2012)),
    "district": lambda: Subject(shipped.territory("053")),
    "district_without_recognition": lambda: Subject(shipped.territory("042")),
    "commune_recognised": lambda: Subject(shipped.territory("052"), commune="01762"),
    "commune": lambda: Subject(shipped.territory("052"), commune="01771"),
    "commune_2020": lambda: Subject(shipped.territory("052", on="2020-12-31"), commune="01762"),
    "commune_2025": lambda: Subject(shipped.province(on="2025-12-31"), commune="01726"),
}


@pytest.mark.parametrize(("name", "language"), [*((name, "vi") for name in SUBJECTS), ("province_2020", "en")])
def test_every_content_can_be_said_and_printed(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_LANG", language)
    subject = SUBJECTS[name]()
    for part in PARTS:
        for says in part.sentences.values():
            told = says(subject)
            assert len({str(item) for item in told}) == len(told), "a sentence is said once"
            keys = [figure.key for item in told for figure in item.figures]
            assert len(set(keys)) == len(keys), "each figure of a text has its own key"
            for item in told:
                assert "nan" not in str(item).lower().split()
                item.markup()
        for make in part.tables.values():
            sheet = make(subject)
            assert sheet.cells() or sheet.empty
            assert "<table" in sheet_html(sheet, subject.key("annex"))


def test_names_are_offered_once_and_risk_is_internal() -> None:
    names = [name for part in PARTS for name in (*part.sentences, *part.tables)]
    sentences = [name for part in PARTS for name in part.sentences]
    assert len(set(sentences)) == len(sentences)
    internal = frozenset().union(*(part.internal for part in PARTS))
    assert internal <= set(names)
    assert {"recognition_withdrawal", "dossier_candidates", "recognition_and_criteria"} <= internal


def text_of(subject: Subject, part: Contents, name: str) -> str:
    return " ".join(str(item) for item in part.sentences[name](subject))


def test_the_sum_is_told_with_what_is_known_and_what_is_not() -> None:
    told = text_of(Subject(shipped.province()), recognition.CONTENTS, "recognised_balance")
    for words in (
        "add up to 26",
        "17 are published",
        "9 of them",
        "2 became part of a town",
        "3 communes merged",
        "4 to 7",
    ):
        assert words in told
    earlier = text_of(Subject(shipped.province(as_of="2019-06-30")), recognition.CONTENTS, "recognised_balance")
    assert "add up to 15, as published for the end of 2018" in earlier


def test_in_mid_2019_the_register_stands_beside_the_last_actual_year_and_dossiers_rest_on_no_estimate() -> None:
    subject = Subject(shipped.province(as_of="2019-06-30"))
    assert "at the end of 2018" in text_of(subject, recognition.CONTENTS, "recognised")
    assert "estimated or planned" in text_of(subject, dossier.CONTENTS, "dossier")
    assert "estimated or planned" not in text_of(Subject(shipped.province()), dossier.CONTENTS, "dossier")


def test_meeting_and_recognition_stand_apart_and_nobody_is_called_unrecognised() -> None:
    told = text_of(Subject(shipped.province()), recognition.CONTENTS, "recognised")
    assert "Meeting every criterion is not yet recognition" in told
    assert "may be among the 16 recognised communes whose names were not found" in told


def test_a_table_made_from_illustrative_data_carries_the_warning_and_the_register_of_facts_does_not() -> None:
    subject = Subject(shipped.province())
    assert recognition.CONTENTS.tables["recognition_and_criteria"](subject).stamps
    assert published.CONTENTS.tables["published_beside_computed"](subject).stamps
    assert not recognition.CONTENTS.tables["recognition_register"](subject).stamps


def test_villages_not_reported_are_never_zero() -> None:
    told = text_of(Subject(shipped.territory("052")), villages.CONTENTS, "villages")
    assert "not reported yet" in told
    assert villages.CONTENTS.tables["villages"](Subject(shipped.territory("052"))).cells() == []


def test_the_notice_asks_item_by_item(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    folder = own_project.local / "dossiers"
    folder.mkdir(parents=True)
    (folder / "01771.yaml").write_text(
        'commune: "01771"\nname: Quang Thành\non: 2019-12-31\nyear: 2020\nregistered: {answer: false}\n'
        "arrears: {owed_vnd_million: 120.5}\nsatisfaction: {households: 700, asked: 380, satisfied: 361}\n"
        "papers: {letter: true, minutes: false}\n",
        encoding="utf-8",
    )
    told = [
        str(item)
        for item in dossier.CONTENTS.sentences["dossier_notice"](Subject(load_territory("052"), commune="01771"))
    ]
    text = " ".join(told)
    assert "has not registered" in text
    assert "120.5 million VND" in text
    assert "54.3%" in text
    assert "Paper to be added: Minutes" in text
    assert "Letter of submission" not in text
    assert len(told) == 1 + 3 + 6


def test_a_commune_far_from_the_standard_gets_no_notice() -> None:
    territory: Territory = shipped.territory("052")
    assert dossier.CONTENTS.sentences["dossier_notice"](Subject(territory, commune="01732")) == []


def test_published_text_cannot_become_markup(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from evaluation_signing import sign

    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    path = own_project.data / "published" / "contradictions.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('en: "Communes recognised', 'en: "<script>alert(1)</script>{x} Communes recognised'),
        encoding="utf-8",
    )
    sign(path)
    subject = Subject(load_province())
    made = " ".join(item.markup() for item in published.CONTENTS.sentences["contradictions"](subject))
    made += sheet_html(published.CONTENTS.tables["contradictions"](subject), subject.key("annex"))
    assert "<script>alert" not in made
    assert "&lt;script&gt;" in made
