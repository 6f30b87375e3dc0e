"""The contents on achievements, causes and certainty: for every tier and map, in good order, with their figures."""

import re
from dataclasses import replace

import pandas as pd
import pytest
import shipped
from invented_territory import YEAR, district

from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.shortfalls.remarks import COLUMNS
from ntm_lib.project import Project
from ntm_lib.reporting.figures import fig
from ntm_lib.reporting.review.certainty import certainty
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.shortfalls import achievements, causes
from ntm_lib.reporting.review.shortfalls.ground import ground
from ntm_lib.reporting.review.shortfalls.rules import Rule, told, with_list
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sentences import Sentence, sentence
from ntm_lib.reporting.sheet_html import sheet_html
from ntm_lib.reporting.sheets import printed

PARTS: list[Contents] = [achievements.CONTENTS, causes.CONTENTS, certainty.CONTENTS]
MOST = 12


@pytest.fixture(autouse=True)
def _vietnamese(_english: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_LANG", "vi")


@pytest.fixture(scope="module")
def subjects(project: Project) -> list[Subject]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(project.root))
        patch.setenv("NTM_LANG", "vi")
        province, today = shipped.province(on="2019-12-31"), shipped.province(on="2025-12-31")
        old = shipped.territory("052", on="2019-12-31")
        merged = shipped.territory("052", on="2020-12-31")
    return [
        Subject(province),
        Subject(today),
        Subject(old),
        Subject(merged),
        *(Subject(merged, commune=code) for code in merged.in_programme.index[:4]),
        Subject(today, commune=today.in_programme.index[0]),
    ]


@pytest.mark.parametrize("part", PARTS)
def test_every_sentence_is_whole_and_every_table_prints(part: Contents, subjects: list[Subject]) -> None:
    for subject in subjects:
        for name, make in part.sentences.items():
            sentences = [str(item) for item in make(subject)]
            assert len(sentences) <= MOST, name
            assert len(set(sentences)) == len(sentences), name
            for text in sentences:
                assert not re.search(r"[{}]|\bnan\b|None|\bTrue\b|\bFalse\b|  ", text), text
                assert text[0].isupper() or text[0].isdigit(), text
                assert text.rstrip()[-1] in ".?", text
        for name, table in part.tables.items():
            sheet = table(subject)
            html = str(sheet_html(sheet, subject.key("t", name)))
            assert sheet.stamps == subject.stamps
            assert not sheet.frame.duplicated(sheet.row_key).any(), name
            if sheet.frame.empty:
                assert sheet.empty in html
            for row in sheet.cells():
                for value, column in zip(row, sheet.columns, strict=True):
                    assert "nan" not in printed(value, column).split()


def test_only_certainty_is_kept_from_the_public() -> None:
    assert achievements.CONTENTS.internal == causes.CONTENTS.internal == frozenset()
    own = certainty.CONTENTS
    assert own.internal == {*own.sentences, *own.tables}


def test_names_are_offered_once() -> None:
    names = [name for part in PARTS for name in (*part.sentences, *part.tables)]
    assert len(set(names)) == len(names)


def test_where_nothing_is_missing_no_shortcoming_is_told() -> None:
    subject = Subject(district())
    assert achievements.shortcomings(subject) == []
    own = Subject(subject.territory, commune=str(subject.territory.in_programme.index[0]))
    assert achievements.shortcomings(own) == []
    assert causes.discussion_questions(own) == []


def texts(sentences: list[Sentence]) -> str:
    return "\n".join(map(str, sentences))


def test_what_is_not_reported_is_told_as_unknown_and_never_as_a_shortcoming() -> None:
    subject = Subject(district({(0, YEAR, name): float("nan") for name in ("5", "10", "17.1/hygienic")}))
    told_of = achievements.shortcomings(subject)
    assert len(told_of) == 1
    assert "3 lượt" in str(told_of[0])
    assert "chưa đủ số liệu" in str(told_of[0])


def test_a_count_that_unknown_results_could_raise_is_at_least() -> None:
    missed = {(place, YEAR, "5"): 10.0 for place in range(3)}
    surely = texts(achievements.shortcomings(Subject(district(missed))))
    assert "3/18 xã (16,7%) chưa đạt" in surely
    assert "ít nhất" not in surely
    assert "ít nhất 3/18 xã" in texts(
        achievements.shortcomings(Subject(district({**missed, (4, YEAR, "5"): float("nan")})))
    )


def test_a_commune_reads_its_value_and_the_level() -> None:
    territory = district({(0, YEAR, "17.1/hygienic"): 82.3})
    subject = Subject(territory, commune=str(territory.parts["to_code"].iloc[0]))
    text = texts(achievements.shortcomings(subject))
    assert "gần đạt" in text
    assert "82,3" in text
    assert "≥ 90%" in text
    sheet = achievements.CONTENTS.tables["blocking_requirements"](subject)
    assert sheet.frame["reached"].tolist() == ["82,3"]
    assert sheet.frame["short"].tolist() == ["7,7"]
    assert sheet.frame["work"].str.endswith(" hộ").all()


def test_words_of_a_commune_stay_words(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    subject = Subject(district({(0, YEAR, "5"): 1.0}))
    text = "<script>x</script> {0} {evil} =1+1"
    row = dict.fromkeys(COLUMNS, "") | {"commune_code": subject.territory.parts["from_code"].iloc[0], "text": text}
    row |= {"year": YEAR, "kind": "cause", "cause_kind": "objective", "criterion": "5"}
    monkeypatch.setitem(ground(subject.territory).__dict__, "remarks", pd.DataFrame([row], columns=COLUMNS))
    made = causes.causes(subject)
    assert len(made) == 1
    assert text in str(made[0])
    assert "<script>" not in made[0].markup()
    assert "{evil}" in made[0].markup()
    assert "<script>" not in sheet_html(causes.CONTENTS.tables["remarks_by_criterion"](subject), subject.key("t"))


def test_what_is_withheld_is_named_nowhere_and_counts_stay_complete() -> None:
    missed = {(0, YEAR, "18.1"): 0.0, (1, YEAR, "19.2"): 0.0, (2, YEAR, "5"): 10.0, (2, 2019, "19.1"): 0.0}
    whole = district(missed)
    public = Subject(replace(whole, withheld=frozenset({"18", "19"})))
    names = [str(name) for name in ground(whole).criterion_names[["18", "19"]]]
    for part in (achievements.CONTENTS, causes.CONTENTS):
        for subject in (public, replace(public, commune=str(whole.parts["to_code"].iloc[0]))):
            texts_of = [str(item) for make in part.sentences.values() for item in make(subject)]
            texts_of += [str(sheet_html(make(subject), subject.key("t", name))) for name, make in part.tables.items()]
            assert not [text for text in texts_of for name in names if name in text]
    assert "3/18 xã" in texts(achievements.highlights(public))  # the communes just before all stay counted
    assert names[0] in texts(achievements.shortcomings(Subject(whole)))


def test_works_done_and_the_criterion_missed_becomes_a_question_with_its_figures() -> None:
    territory = district({(place, YEAR, "3.2"): 0.0 for place in range(3)})
    text = texts(causes.discussion_questions(Subject(territory)))
    assert "3 xã đã hoàn thành phần công trình của tiêu chí 3" in text
    assert "3.2" in text
    not_done = district({(place, YEAR, name): 0.0 for place in range(3) for name in ("3.1", "3.2")})
    assert "đã hoàn thành phần công trình" not in texts(causes.discussion_questions(Subject(not_done)))


def test_lessons_are_asked_and_not_told(subjects: list[Subject]) -> None:
    for subject in subjects:
        assert all(str(item).endswith("?") for item in causes.lesson_prompts(subject))


def rule(name: str, weight: float, *, holds: bool = True) -> Rule[int]:
    return Rule(name, lambda _facts: holds, lambda _facts: weight, lambda _facts: sentence(name))


def test_rules_speak_by_weight_within_the_limit_and_only_where_they_hold() -> None:
    rules = [rule("a", 1), rule("b", 3), rule("c", 9, holds=False), rule("d", 3), rule("e", 2)]
    assert [str(item) for item in told(0, rules, 3)] == ["b", "d", "e"]


def test_the_members_of_a_list_keep_their_own_figures() -> None:
    items = [("{n} {what}", {"n": fig(f"a.b{place}", place, "count"), "what": word}) for place, word in enumerate("xy")]
    made = with_list("Có {total}: {list}.", items, total=fig("a.t", 2, "count"))
    assert str(made) == "Có 2: 0 x; 1 y."
    assert [item.key for item in made.figures] == ["a.t", "a.b0", "a.b1"]


def test_the_figures_of_a_territory_are_made_once(subjects: list[Subject]) -> None:
    territory: Territory = subjects[0].territory
    assert ground(territory) is ground(territory)
    assert ground(territory) is not ground(subjects[1].territory)
