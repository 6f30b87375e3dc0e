"""The sheet says what the scores say, in words and signs; nothing missing looks met, and no text becomes markup."""

import re
from collections import Counter
from dataclasses import replace
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from ntm_lib.reporting import figures
from ntm_lib.reporting.communes import Communes, commune_sheet
from ntm_lib.reporting.communes.layout import LAYOUTS, Entry, choose, height_mm
from ntm_lib.reporting.templates import PROVENANCE, script, script_hash
from ntm_lib.verdicts import Verdict

GOLDEN = Path(__file__).parent / "01753-2019.txt"
BOX = re.compile(
    r'<li class="v(-?\d)"><b>(\d+)\**</b> <span class="what">(.*?)</span> <span class="verdict">(.*?)</span>'
)
WORDS = {1: "● Đạt", 0: "○ Chưa đạt", -1: "? Chưa đủ số liệu", 2: "– Không xét"}


def text_of(page: str) -> str:
    """Return what a reader sees, a line each block."""
    body = re.sub(r"<script.*?</script>", "", page[page.index("<body") :], flags=re.DOTALL)
    body = re.sub(r"</(p|h1|h2|h3|li|tr|th|td|strong|text|title)>", "\n", body)
    lines = (" ".join(line.split()) for line in unescape(re.sub(r"<[^>]*>", "", body)).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def boxes_of(page: str) -> dict[str, int]:
    found = {}
    for verdict, number, _name, words in BOX.findall(page):
        assert re.sub(r"<[^>]*>", "", words) == WORDS[int(verdict)]
        found[number] = int(verdict)
    return found


@pytest.mark.parametrize(
    ("on", "every"), [("2019-12-31", 5), ("2025-12-31", 1), pytest.param("2019-12-31", 1, marks=pytest.mark.long)]
)
def test_the_boxes_of_every_commune_are_its_scores_and_add_up_to_its_count(
    province, communes, on: str, every: int
) -> None:
    territory, prepared = province(on), communes(on)
    verdicts = territory.of_year(territory.scores.criteria, 2020)
    counts = territory.of_year(territory.counts, 2020)
    for code in prepared.codes[::every]:
        page = commune_sheet(prepared.commune(code))
        figures.forget()
        boxes = boxes_of(page)
        assert boxes == {name: int(value) for name, value in verdicts.loc[code].items()}
        tally = Counter(boxes.values())
        met = tally[Verdict.MET] + tally[Verdict.NOT_APPLICABLE]
        assert (met, met + tally[Verdict.UNKNOWN]) == (counts.at[code, "low"], counts.at[code, "high"])
        assert "SỐ LIỆU MINH HỌA" in page
        assert "Không đạt" not in page


def test_the_sheet_of_one_commune_reads_as_it_did(communes) -> None:
    prepared = communes("2019-12-31")
    assert text_of(commune_sheet(prepared.commune("01753"))) == GOLDEN.read_text(encoding="utf-8")


def test_what_is_missing_is_shown_as_missing(province, communes) -> None:
    prepared = communes("2019-12-31")
    unknown = next(code for code in prepared.codes if prepared.commune(code).count["unknown"])
    page = commune_sheet(prepared.commune(unknown))
    assert "Đạt ít nhất" in page
    assert "tiêu chí chưa đủ số liệu)" in page
    assert "Bổ sung số liệu" in page
    first = Communes.load(province("2019-12-31"), 2010)
    silent = next(code for code in first.codes if not first.commune(code).count["is_reported"])
    page = commune_sheet(first.commune(silent))
    assert "Chưa đủ số liệu: xã chưa báo cáo" in page
    assert set(boxes_of(page).values()) == {Verdict.UNKNOWN}
    assert "0/19" not in page


def test_a_cost_that_cannot_be_told_says_so_and_one_on_an_assumed_norm_is_marked(communes) -> None:
    prepared = communes("2019-12-31")
    page = text_of(commune_sheet(prepared.commune("01753")))
    assert "chưa có định mức" in page  # 17.8: no table holds its whole
    assert "600-1.200 (gđ)" in page
    assert "chưa gồm 01 chỉ tiêu" in page


def test_a_commune_with_a_decision_shows_number_and_date_others_are_not_called_unrecognised(communes) -> None:
    prepared = communes("2019-12-31")
    assert "Quyết định số 46/QĐ-UBND ngày 14/01/2019" in commune_sheet(prepared.commune("01762"))
    other = commune_sheet(prepared.commune("01753"))
    assert "Chưa tìm thấy quyết định công nhận trong các nguồn đã đọc" in other
    assert "chưa được công nhận" not in other.lower()


def test_a_merged_commune_says_from_which_communes_and_by_which_rule(communes) -> None:
    prepared = communes("2020-12-31")
    merged = next(code for code in prepared.codes if len(prepared.commune(code).parts) > 1)
    commune = prepared.commune(merged)
    page = text_of(commune_sheet(commune))
    for part in commune.parts:
        assert part[1:] in page
    assert "31/12/2019" in page
    assert "tất cả các xã hợp thành đều đạt" in page


def test_no_district_is_named_where_there_is_none(communes) -> None:
    commune = communes("2025-12-31").commune("01360")
    assert commune.full_name == "Xã Sơn Lộ, tỉnh Cao Bằng"


def test_text_of_the_data_never_becomes_markup(province) -> None:
    territory = province("2025-12-31")
    evil = '<img src=x onerror="alert(1)">'
    parts = territory.parts.assign(name=evil, short_name=evil)
    page = commune_sheet(Communes.load(replace(territory, parts=parts)).commune("01360"))
    assert "<img" not in page
    assert "&lt;img src=x" in page


def test_data_that_is_real_bears_no_mark_of_illustration(province) -> None:
    territory = province("2019-12-31")
    real = replace(territory, generated=territory.generated & False)
    page = text_of(commune_sheet(Communes.load(real).commune("01753")))
    lines = [line for line in page.splitlines() if "minh họa" in line.lower()]
    mixed = "Trang có cả số liệu báo cáo và số liệu minh họa; số liệu minh họa có dấu (MH)"
    assert lines == [mixed, "Nội dung còn thiếu theo từng tiêu chí (Minh họa)"], (
        "volumes are counted from generated tables"
    )


def test_the_page_asks_for_nothing_and_runs_only_the_panel(communes) -> None:
    page = commune_sheet(communes("2019-12-31").commune("01753"))
    assert "default-src 'none'" in unescape(page)
    assert re.search(r"script-src '(sha256-[^']+)';", unescape(page))[1] == script_hash(script(PROVENANCE))
    assert page.count("<script") == 2  # the record and the panel
    assert not re.search(r"(?:src|href)=", page)


def entries(count: int) -> list[Entry]:
    return [Entry(f"{row // 3}. Tiêu chí", "Sở", "x" * 45, "y" * 60, "12,3 km") for row in range(count)]


def test_the_more_is_missing_the_smaller_the_letters_and_the_last_layout_holds_the_longest_page() -> None:
    chosen = [LAYOUTS.index(choose(entries(count))[0]) for count in range(0, 46, 3)]
    assert chosen == sorted(chosen)
    assert chosen[0] == 0
    assert chosen[-1] > 2
    layout, room = choose(entries(10))
    assert room > 0
    assert height_mm(layout, entries(11)) > height_mm(layout, entries(10))


def test_every_commune_has_a_layout_that_holds_it(communes) -> None:
    """The estimate errs on the safe side; the browser tests print the longest ones."""
    prepared = communes("2025-12-31")
    sizes = pd.Series({code: len(prepared.commune(code).short) for code in prepared.codes})
    page = commune_sheet(prepared.commune(str(sizes.idxmax())))
    assert re.search(r'<body class="(\w+)( plain)?">', page)[1] in {"open", "close", "tight"}


def test_a_withheld_criterion_is_nowhere_told_and_the_count_stays_complete(province) -> None:
    territory = province("2019-12-31")
    code = "01348"  # criterion 18 is not met there
    shown = commune_sheet(Communes.load(territory).commune(code))
    hidden = commune_sheet(Communes.load(replace(territory, withheld=frozenset({"18", "19"}))).commune(code))
    assert boxes_of(shown)["18"] == Verdict.NOT_MET
    assert set(boxes_of(hidden)) == set(boxes_of(shown)) - {"18", "19"}
    assert hidden.count("Không công bố") == 2
    assert "18.1." not in hidden
    assert "Sở Nội vụ" not in hidden
    count = re.compile(r"Đạt[^<]*/19 tiêu chí")
    assert count.search(hidden)[0] == count.search(shown)[0]
