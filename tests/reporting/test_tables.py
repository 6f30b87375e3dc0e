from html.parser import HTMLParser

import pytest

from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.tables import Band, Column, html_table
from ntm_lib.verdicts import Verdict

HOSTILE = "<img src=x onerror=alert(1)>\"'`${1}"


class _Rows(HTMLParser):
    """Read a table back as a browser would: cells with tag, attributes and text, row by row."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.tags = [], set()
        self.feed(str(html))

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append([tag, dict(attrs), ""])

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1][2] += data.strip()

    @property
    def text(self):
        return [[cell[2] for cell in row] for row in self.rows]


def test_the_office_form():
    html = html_table(
        [Column("Commune"), Column("Met", "figure"), Column("Result", "verdict")],
        [
            Band("Huyện A"),
            ["Xã A", figure("a.b", 11, "count"), Verdict.UNKNOWN],
            ["Xã B", figure("a.c", None, "count"), Verdict.NOT_MET],
        ],
        caption="Criteria met",
        unit="Unit: criteria",
        source="Source: reports",
        stamps=["ILLUSTRATIVE"],
        total=["Total", figure("a.d", 11, "count"), None],
    )
    table = _Rows(html)
    assert table.text[:5] == [
        ["No.", "Commune", "Met", "Result"],
        ["", "Total", "11", ""],
        ["Huyện A"],
        ["1", "Xã A", "11", "?NED"],
        ["2", "Xã B", "Not reported", "○Not met"],
    ]
    assert table.rows[0][1][1]["scope"] == "col"
    assert table.rows[3][1][:2] == ["th", {"scope": "row", "class": "text"}]
    caption = html[html.index("<caption>") : html.index("</caption>")]
    assert "ILLUSTRATIVE" in caption
    assert "Unit: criteria" in caption
    foot = html[html.index("<tfoot>") :]
    assert "Not enough data (NED)" in foot
    assert "Source: reports" in foot


def test_shared_headings_span_their_columns():
    columns = [Column("Commune"), Column("1", "sign", "Works", "Planning"), Column("2", "sign", "Works")]
    table = _Rows(html_table(columns, [["Xã A", Verdict.MET, Verdict.NOT_APPLICABLE]], caption="c"))
    assert [(cell[2], cell[1].get("colspan"), cell[1].get("rowspan")) for cell in table.rows[0]] == [
        ("No.", None, "2"),
        ("Commune", None, "2"),
        ("Works", "2", None),
    ]
    assert [cell[2] for cell in table.rows[1]] == ["1", "2"]
    assert table.text[2] == ["1", "Xã A", "●Met", "–Not assessed"]


def test_every_text_of_the_data_is_escaped():
    html = html_table(
        [Column(HOSTILE, hint=HOSTILE, group=HOSTILE)],
        [Band(HOSTILE), [HOSTILE]],
        caption=HOSTILE,
        unit=HOSTILE,
        source=HOSTILE,
        stamps=[HOSTILE],
        notes=[HOSTILE],
        total=[HOSTILE],
    )
    table = _Rows(html)
    assert "img" not in table.tags
    assert table.text[-2][-1] == HOSTILE


def test_a_bare_number_and_a_wrong_length_are_refused():
    with pytest.raises(TypeError, match=r"figures\.figure"):
        html_table([Column("a")], [[12.5]], caption="c")
    with pytest.raises(ValueError, match="1 cells, the table 2 columns"):
        html_table([Column("a"), Column("b")], [["x"]], caption="c")
    with pytest.raises(ValueError, match="cells"):
        html_table([Column("a"), Column("b")], [], caption="c", total=["x"])


def test_a_table_without_rows_says_so():
    assert _Rows(html_table([Column("a")], [], caption="c", empty="None.")).text[1] == ["None."]
