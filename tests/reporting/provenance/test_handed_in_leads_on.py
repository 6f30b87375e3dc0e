"""What communes and districts handed in leads to file, sheet, cell and hash, and to whose word it is."""

import pytest
from handing_in import hand_in, line
from provenance_pages import behind, requirements

from ntm_lib.evaluation import load_territory
from ntm_lib.project import Project
from ntm_lib.reporting.provenance import record
from ntm_lib.reporting.provenance.parts import Parts
from ntm_lib.submissions.model import Level

SET, CODE = "qd-1980-2016", "01732"
VALUE = "commune.01732-20191231.17.1/clean.2019"


@pytest.fixture
def mine(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    return own_project


def test_a_submitted_value_leads_to_its_cell(mine: Project) -> None:
    made = hand_in(mine, line(CODE, 2019, {"17.1/clean": 91.5, "11": 10.0}, set_id=SET))
    held = record(load_territory("052"), [VALUE])
    year = held["years"]["2019"]
    place = held["reporters"][0].index(CODE)
    column = requirements(held, 2019).index("17.1/clean")
    assert behind(held, VALUE).communes == [place]
    assert year["values"][column][place] == 91.5
    assert year["row"][place] == 0
    [[commune, sheet, cell, finding]] = year["words"][column]
    assert (commune, cell, finding) == (place, "F8", None)
    file, name, level = held["sheets"][sheet]
    assert (name, level) == ("Biểu b02", "Commune self-assessment")
    assert held["files"][file][:2] == ["xa.xlsx", made.sha256]
    assert held["files"][file][4] == 0
    others = [row for other, row in enumerate(year["row"]) if other != place]
    assert all(row is None or row > 1 for row in others)


def test_a_finding_says_whose_it_is_and_that_it_decided(mine: Project) -> None:
    hand_in(mine, line(CODE, 2019, {"17.1/clean": 91.5}, set_id=SET))
    hand_in(
        mine, line(CODE, 2019, {}, set_id=SET, findings={"17.1/clean": False}), level=Level.DISTRICT, file="huyen.xlsx"
    )
    held = record(load_territory("052"), [VALUE])
    year, place = held["years"]["2019"], held["reporters"][0].index(CODE)
    column = requirements(held, 2019).index("17.1/clean")
    [[_commune, sheet, _cell, finding]] = year["words"][column]
    assert finding == 0
    assert year["verdicts"][column][place] == "0"
    file, _name, level = held["sheets"][sheet]
    assert (held["files"][file][0], level) == ("huyen.xlsx", "District verification")


def test_a_line_of_a_table_leads_to_its_cell_and_the_others_to_their_rows(mine: Project) -> None:
    made = hand_in(mine, line(CODE, 2019, {"canal_lined_km": 7.5}, table="b08"))
    held = record(load_territory("052"), ["district.052-20191231.volume.b08-canal_lined_km.2019"])
    table = held["tables"]["b08"]
    place = held["reporters"][0].index(CODE)
    own = [
        number for number, pair in enumerate(zip(table["commune"], table["year"], strict=True)) if pair == (place, 2019)
    ]
    assert len(own) == 1
    assert table["row"][own[0]] == 0
    assert table["columns"]["canal_lined_km"][2][own[0]] == 7.5
    [[number, sheet, cell]] = table["words"]["canal_lined_km"]
    assert (number, cell) == (own[0], "F8")
    assert held["files"][held["sheets"][sheet][0]][:2] == ["xa.xlsx", made.sha256]
    assert all(row > 1 for other, row in enumerate(table["row"]) if other != own[0])


def test_the_record_of_one_commune_leads_to_the_same_cells_and_no_other_communes(mine: Project) -> None:
    made = hand_in(mine, line(CODE, 2019, {"canal_lined_km": 7.5}, table="b08"))
    values = hand_in(mine, line(CODE, 2019, {"17.1/clean": 91.5}, set_id=SET), file="ket_qua.xlsx")
    keys = [
        VALUE,
        *(f"commune.{CODE}-20191231.volume.b08-{name}.2019" for name in ("canal_lined_km", "makeshift_houses")),
    ]
    held = Parts(load_territory("052")).record(CODE, keys)
    table = held["tables"]["b08"]
    assert held["reporters"][0] == [CODE]
    assert set(table["commune"]) == {0}
    assert table["year"] == sorted(set(table["year"]))
    [[place, sheet, cell]] = table["words"]["canal_lined_km"]
    assert (table["year"][place], table["columns"]["canal_lined_km"][2][place], cell) == (2019, 7.5, "F8")
    assert held["files"][held["sheets"][sheet][0]][:2] == ["xa.xlsx", made.sha256]
    [[commune, other, _cell, _finding]] = next(words for words in held["years"]["2019"]["words"] if words)
    assert commune == 0
    assert held["files"][held["sheets"][other][0]][:2] == ["ket_qua.xlsx", values.sha256]
