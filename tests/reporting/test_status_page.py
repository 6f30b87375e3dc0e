"""The page of a round."""

import datetime as dt
import re

import pytest

from ntm_lib.reporting.status_page import progress_bar, share_of, status_page
from ntm_lib.submissions.calendar import calendar
from ntm_lib.submissions.model import Level, Submission, empty_values

ROUND = "tong_ket_2019"


class Held:
    """A store with two files, one of a name that would be markup."""

    def submissions(self, _round=None):
        moment = dt.datetime(2019, 6, 1, tzinfo=dt.UTC)
        rows = ((1, "01762", "a.xlsx"), (2, "99999", "<b>x</b>.xlsx"))
        return [
            Submission(number, file, "0" * 64, ROUND, Level.COMMUNE, code, dt.date(2019, 6, 30), moment, "Nguyễn Văn A")
            for number, code, file in rows
        ]

    def values(self, _table, **_when):
        return empty_values().assign(submission=0)


@pytest.fixture(autouse=True)
def _vietnamese(_english: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_LANG", "vi")


@pytest.fixture(scope="module")
def page(project):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_LANG", "vi")
        return status_page(calendar(project, Held(), ROUND))


def test_the_page_is_internal_and_names_no_person(page):
    assert "Lưu hành nội bộ" in page
    assert "Nguyễn Văn A" not in page


def test_the_page_says_that_the_due_day_itself_is_late(page):
    assert "trước ngày 28/6/2019; nhận được đúng ngày này là quá hạn" in page


def test_each_district_has_its_table_in_the_documents_order(page):
    anchors = re.findall(r'<h2 id="u(\d+)">', page)
    assert anchors == sorted(anchors)
    assert len(anchors) == 13
    assert "Huyện Nguyên Bình: 1/18 xã đã gửi" in page


def test_the_overview_leads_to_each_district_with_its_communes_by_state(page):
    overview = page[page.index('id="overview"') : page.index('id="tables"')]
    links = re.findall(r'<a href="#u(\d+)">', overview)
    assert links == re.findall(r'<h2 id="u(\d+)">', page)
    row = overview[overview.index("Huyện Nguyên Bình") :].split("</tr>")[0]
    assert re.findall(r'data-value="(\d+)"', row) == ["18", "1", "0", "0", "17"]


def test_a_file_name_never_becomes_markup(page):
    assert "&lt;b&gt;x&lt;/b&gt;.xlsx" in page
    assert "<b>x</b>" not in page


def test_a_bar_is_as_long_as_the_share():
    assert 'width="30" height="9" fill="#1f6aa5"' in progress_bar(50)
    assert 'width="60" height="9" fill="#1f6aa5"' in progress_bar(140)
    assert share_of(0, 0) is None
    assert share_of(1, 4) == 25
