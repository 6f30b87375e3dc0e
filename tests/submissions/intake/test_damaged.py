"""Every kind of damaged file has its own message, none a traceback; what is not damaged is not lost."""

import datetime as dt
import sys
import time
import tracemalloc
import zipfile
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest

from ntm_lib.project import Project
from ntm_lib.submissions.intake import read_file
from ntm_lib.submissions.intake.anatomy import _too_far
from ntm_lib.submissions.model import Level, Reading, Weight

sys.path.insert(0, str(Path(__file__).parent))
from damage import BOOKS, CAPITAL, DEBTS, FILES, LISTED, MONEY, POVERTY, N, W, column_of, edited, repacked
from invented_submission import DAY, DISTRICT, comparable, filled, sender


@pytest.fixture(scope="module")
def good(project: Project, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a workbook of one district with three full tables, in which nothing is wrong."""
    path = tmp_path_factory.mktemp("good") / "good.xlsx"
    filled(path, project, sender(DISTRICT, Level.DISTRICT), (2018, 2019))

    def keep_three(book: openpyxl.Workbook) -> None:
        for page in book.worksheets:
            if page.title.startswith("Biểu") and page.title not in {CAPITAL, DEBTS, POVERTY}:
                book.remove(page)

    path.write_bytes(edited(path.read_bytes(), keep_three))
    reading = read_file(path, project)
    assert {finding.rule for finding in reading.findings} == {"sheet.missing"}
    assert set(reading.values["table"]) == {"b06", "b07", "b10"}
    return path.read_bytes()


def read(name: str, data: bytes, project: Project, folder: Path, **options: object) -> Reading:
    (folder / name).write_bytes(data)
    return read_file(folder / name, project, **options)


def rules(reading: Reading, weight: Weight | None = None) -> set[str]:
    return {finding.rule for finding in reading.findings if weight in {None, finding.weight}}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_no_sound_workbook_is_refused_with_its_own_reason(
    kind: str, good: bytes, project: Project, tmp_path: Path
) -> None:
    name, damage, rule, words = FILES[kind]
    reading = read(name, damage(good), project, tmp_path, sender=sender(DISTRICT, Level.DISTRICT))
    assert not reading.is_accepted
    assert rule in rules(reading, Weight.WRONG)
    told = next(finding for finding in reading.findings if finding.rule == rule)
    assert words in told.found
    assert told.action
    assert reading.values.empty


@pytest.mark.parametrize("kind", BOOKS)
def test_a_damaged_workbook_is_told_with_cell_and_reason(
    kind: str, good: bytes, project: Project, tmp_path: Path
) -> None:
    change, rule, weight, words = BOOKS[kind]
    reading = read("a.xlsx", edited(good, change), project, tmp_path, sender=sender(DISTRICT, Level.DISTRICT))
    told = [finding for finding in reading.findings if finding.rule == rule]
    assert told, reading.findings[:6]
    assert told[0].weight is weight
    assert any(words in finding.found for finding in told)
    assert reading.is_accepted == (W not in {finding.weight for finding in reading.findings})
    if weight is not N:
        assert told[0].action
    if rule.startswith(("cell.", "line.", "column.")):
        assert told[0].sheet
        assert told[0].cell


def test_there_are_far_more_than_forty_kinds_each_with_a_rule_of_its_own() -> None:
    assert len({rule for *_rest, rule, _words in FILES.values()} | {rule for _c, rule, _w, _t in BOOKS.values()}) >= 75


@pytest.mark.parametrize(
    "kind", ["text in a number", "a formula that ended in an error", "an unknown code", "a hidden line"]
)
def test_nothing_but_the_damaged_cell_or_line_is_lost(kind: str, good: bytes, project: Project, tmp_path: Path) -> None:
    whole = read("good.xlsx", good, project, tmp_path).values
    values = read("a.xlsx", edited(good, BOOKS[kind][0]), project, tmp_path).values
    lost = len(whole) - len(values)
    assert lost == {"text in a number": 1, "a formula that ended in an error": 1, "a hidden line": 0}.get(kind, lost)
    in_line = whole[(whole["sheet"] == CAPITAL) & whole["cell"].str.fullmatch(rf"[A-Z]+{LISTED}")]
    assert lost <= len(in_line)


def test_a_blank_never_becomes_zero(good: bytes, project: Project, tmp_path: Path) -> None:
    def blank(book: openpyxl.Workbook) -> None:
        page = book[CAPITAL]
        for row in range(LISTED, page.max_row + 1):
            page[f"{column_of(page, MONEY)}{row}"] = None

    values = read("a.xlsx", edited(good, blank), project, tmp_path).values
    assert not ((values["table"] == "b06") & (values["item"] == MONEY)).any()
    assert (values["table"] == "b06").any()


def test_a_missing_file_and_a_folder_are_told(project: Project, tmp_path: Path) -> None:
    assert rules(read_file(tmp_path / "no.xlsx", project)) == {"file.missing"}
    assert rules(read_file(tmp_path, project)) == {"file.folder"}


def test_a_million_empty_rows_cost_neither_time_nor_memory(good: bytes, project: Project, tmp_path: Path) -> None:
    with zipfile.ZipFile(BytesIO(good)) as archive:
        sheet = archive.read("xl/worksheets/sheet4.xml")
    rows = b"".join(b'<row r="%d" spans="1:9" ht="15"/>' % at for at in range(5000, 1_048_577))
    data = repacked(good, {"xl/worksheets/sheet4.xml": sheet.replace(b"</sheetData>", rows + b"</sheetData>")})
    whole = read("good.xlsx", good, project, tmp_path)
    (tmp_path / "a.xlsx").write_bytes(data)
    tracemalloc.start()
    before = time.process_time()
    reading = read_file(tmp_path / "a.xlsx", project)
    spent, (_now, peak) = time.process_time() - before, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert comparable(reading.values).equals(comparable(whole.values))
    assert peak < 4 * len(rows)
    assert spent < 30


def test_the_same_form_by_another_hand_is_read_the_same(good: bytes, project: Project, tmp_path: Path) -> None:
    """Without stamp, ids and codes, with moved columns, spelling variants, decimal commas and text dates."""

    def rewrite(book: openpyxl.Workbook) -> None:
        for name in list(book.sheetnames):
            if name != CAPITAL:
                book.remove(book[name])
        page = book[CAPITAL]
        page.delete_rows(4, 2)
        for row in page.iter_rows(min_row=LISTED - 2):
            row[0].value = None
            row[1].value = (row[1].value or "").replace("Xã ", "xã  ").upper()
            for place in row[2:]:
                if isinstance(place.value, dt.datetime):
                    place.value = f"{place.value:%d/%m/%Y}"
                elif isinstance(place.value, float):
                    place.value = f"{place.value:.2f}".replace(".", ",")
        page.move_range("H1:H400", cols=40)
        page.title = "phụ lục vốn"

    who = sender(DISTRICT, Level.DISTRICT)
    whole = read("good.xlsx", good, project, tmp_path).values
    reading = read("a.xlsx", edited(good, rewrite), project, tmp_path, sender=who)
    assert [finding for finding in reading.findings if finding.weight is W] == []
    expected = whole[whole["table"] == "b06"]
    found = comparable(reading.values)
    assert found[["unit_code", "year", "row", "item"]].equals(
        comparable(expected)[["unit_code", "year", "row", "item"]]
    )
    assert (found["number"].fillna(-1) - comparable(expected)["number"].fillna(-1)).abs().max() < 0.006
    assert who.as_of == DAY


@pytest.mark.parametrize(
    ("rows", "address"),
    [
        ('<row r="9"><c s="0" r="XFD19999"><v>5</v></c></row>', "XFD19999"),
        ('<row r="9"><c r="AAAA9" t="n"><v>5</v></c></row>', "AAAA9"),
        ('<row r="4294967295"><c r="A4294967295" t="inlineStr"><is><t>x</t></is></c></row>', "A4294967295"),
        ('<row r="99999"><c r="A99999"><v>5</v></c></row><row r="9"><c r="A9"><v>5</v></c></row>', "A99999"),
        ('<row r="1048576"><c><v>5</v></c></row>', "A1048576"),
        ('<x:row r="9"><x:c r = "xfd9" ><x:v>5</x:v></x:c></x:row>', "XFD9"),
        ('<row r="1048576"><c r="XFD1048576" s="1"/></row><row r="9"><c r="ZZ9999"><v>1</v></c></row>', ""),
    ],
)
def test_a_cell_far_away_is_seen_however_it_is_written(rows: str, address: str) -> None:
    assert _too_far(rows.encode()) == address
