"""What leaves the workbench comes back the same, marked, safe and described."""

import datetime as dt
import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from invented_territory import district
from pyarrow import parquet

from ntm_lib import evaluation
from ntm_lib.errors import UsageError
from ntm_lib.evaluation import Territory
from ntm_lib.provenance import record_path, sha256_of
from ntm_lib.reporting.export import FORMATS, Choice, collect, export
from ntm_lib.reporting.export.plain import safe_frame, write_csv
from ntm_lib.reporting.palette import group_classes
from ntm_lib.submissions.model import Level, Reading, Sender, empty_values
from ntm_lib.submissions.vault import open_store
from ntm_lib.verdicts import Verdict

YEAR = 2020
STAMP = "SỐ LIỆU MINH HỌA"


@pytest.fixture(autouse=True)
def _vietnamese(_english: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NTM_LANG", "vi")


@pytest.fixture(scope="module")
def territory(project) -> Territory:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_PROJECT", str(project.root))
        patch.setenv("NTM_LANG", "vi")
        return district({(0, YEAR, "1.1"): float("nan")})


@pytest.fixture(scope="module")
def made(territory, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("export") / "out"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NTM_LANG", "vi")
        export(territory, folder, Choice("all"), FORMATS)
    return folder


def read_csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)


def _written(value: object) -> str:
    if pd.isna(value):
        return ""
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


def test_the_manifest_proves_every_file(made):
    manifest = json.loads((made / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["files"]) | {"manifest.json"} == {path.name for path in made.iterdir()}
    for name, facts in manifest["files"].items():
        assert facts["sha256"] == hashlib.sha256((made / name).read_bytes()).hexdigest()
    assert manifest["cut_off_date"] == "2020-12-31"
    assert len(manifest["code"]["sha256"]) == len(manifest["data_sha256"]) == 64
    assert manifest["is_illustrative"]
    assert manifest["warnings"][0].startswith(STAMP)


def test_csv_and_parquet_say_the_same(made, territory):
    for part in collect(territory, Choice("all")).parts:
        left, right = read_csv(made / f"{part.name}.csv"), pd.read_parquet(made / f"{part.name}.parquet")
        assert list(left) == list(right) == [column.name for column in part.columns]
        assert len(left) == len(part.frame) > 0
        for name, held in part.frame.items():
            pd.testing.assert_series_equal(right[name].astype(held.dtype), held)
            safe = safe_frame(part.frame[[name]])[name]
            if pd.api.types.is_numeric_dtype(safe):
                pd.testing.assert_series_equal(pd.to_numeric(left[name]).astype("float64"), safe.astype("float64"))
            else:
                assert left[name].tolist() == [_written(value) for value in safe]


def test_results_leave_as_they_were_handed_in(made, territory):
    found = pd.read_parquet(made / "results.parquet")
    tidy = territory.results.tidy()
    own = tidy[tidy["commune_code"].isin(territory.parts["from_code"])]
    assert len(found) == len(own)
    key = ["set_id", "unit_code", "year", "item"]
    both = found.merge(own, left_on=key, right_on=["set_id", "commune_code", "year", "requirement"], how="inner")
    assert len(both) == len(own)
    assert (both["number"].fillna(-9) == both["reached_value"].fillna(-9)).all()
    assert (both["is_not_assessed_x"].astype(bool) == both["is_not_assessed_y"].astype(bool)).all()
    assert found["origin"].str.startswith("data/").all()


def test_every_other_table_leaves_one_value_a_line(made, project):
    found = pd.read_parquet(made / "tables.parquet")
    key = ["commune_code", "year"]
    table = pd.read_csv(project.data / "illustrative" / "b08.csv", dtype={"commune_code": str})
    item = next(name for name in table.columns if name.endswith("_km"))
    mine = found[(found["table"] == "b08") & (found["item"] == item)].set_index(["unit_code", "year"])["number"]
    newest = table.sort_values("as_of_date").drop_duplicates(key, keep="last").set_index(key)[item]
    assert len(mine) > 50
    assert mine.to_dict() == newest.reindex(mine.index).to_dict()


def test_illustrative_data_is_marked_in_every_file(made):
    for name in ("results", "tables", "verdicts", "counts"):
        frame = read_csv(made / f"{name}.csv")
        generated = frame[frame["is_illustrative"] == "1"]
        assert len(generated) > 0
        assert (generated["mark"] == "Minh họa").all()
        assert json.loads(parquet.read_schema(made / f"{name}.parquet").metadata[b"ntm"])["warnings"][0].startswith(
            STAMP
        )
    assert STAMP in (made / "README.txt").read_text(encoding="utf-8-sig")
    recognised = read_csv(made / "tables.csv").query("table == 'b05'")
    assert (recognised["is_illustrative"] == "0").all(), "what was published is no illustration"


def test_counts_and_verdicts_are_those_of_the_pages(made, territory):
    counts = pd.read_parquet(made / "counts.parquet").set_index(["commune_code", "year"])
    held = territory.counts
    assert (counts["met_low"] == held["low"].reindex(counts.index)).all()
    assert (counts["group"] == evaluation.groups(held).reindex(counts.index)).all()
    verdicts = pd.read_parquet(made / "verdicts.parquet").set_index(["commune_code", "year", "criterion"])["verdict"]
    expected = territory.scores.criteria.rename_axis(columns="criterion").reset_index().melt(["commune_code", "year"])
    names = expected["value"].map(lambda code: Verdict(code).name.lower())
    assert verdicts.to_dict() == dict(
        zip(zip(*expected.drop(columns="value").T.to_numpy(), strict=True), names, strict=True)
    )
    assert (verdicts == "unknown").any()


def test_the_workbook_reads_back_the_same(made, territory):
    book = openpyxl.load_workbook(made / "ntm.xlsx", read_only=True)
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    for name, rows in list(sheets.items())[1:]:
        assert any(STAMP in str(cell) for row in rows[:5] for cell in row), name
    counts = next(rows for name, rows in sheets.items() if name.startswith("Số tiêu chí đạt"))
    head = next(place for place, row in enumerate(counts) if "Mã xã" in row)
    code, year = counts[head].index("Mã xã"), counts[head].index("Năm")
    low = next(place for place, cell in enumerate(counts[head]) if str(cell).startswith("Số tiêu chí đạt ít nhất"))
    found = {(row[code], row[year]): row[low] for row in counts[head + 1 :] if isinstance(row[0], int)}
    assert found == territory.counts["low"].to_dict()


def test_the_dictionary_describes_every_column_and_item(made):
    words = read_csv(made / "dictionary.csv")
    assert (words[["label_vi", "label_en", "definition", "missing", "source"]] != "").all(axis=None)
    for part in ("units", "results", "tables", "verdicts", "counts"):
        described = set(words.loc[(words["file"] == part) & (words["item"] == ""), "column"])
        assert set(read_csv(made / f"{part}.csv").columns) == described
    results = pd.read_parquet(made / "results.parquet")
    known = set(map(tuple, words.loc[words["file"] == "results", ["set_id", "item"]].to_numpy()))
    judged = results[results["year"] <= YEAR]
    assert set(map(tuple, judged[["set_id", "item"]].drop_duplicates().to_numpy())) <= known
    tables = pd.read_parquet(made / "tables.parquet")
    items = set(words.loc[words["file"] == "tables", "item"])
    assert {f"{table}: {item}" for table, item in tables[["table", "item"]].drop_duplicates().to_numpy()} <= items


def test_a_geopackage_holds_communes_with_their_groups_and_verdicts(made, territory):
    layer = gpd.read_file(made / f"ntm-{YEAR}.gpkg", layer="communes")
    assert len(layer) == len(territory.communes)
    held = layer.set_index("code")
    inside = territory.in_programme.index
    groups = territory.of_year(evaluation.groups(territory.counts), YEAR)
    assert held.loc[inside, "grp"].to_dict() == groups.to_dict()
    outside = held.drop(index=inside)
    assert (outside["grp"] == "outside").all()
    assert outside["met_low"].isna().all()
    verdicts = territory.of_year(territory.scores.criteria, YEAR)
    assert held.loc[inside, "v01"].to_dict() == verdicts["1"].map(lambda code: Verdict(code).name.lower()).to_dict()
    assert held["warning"].str.startswith("SƠ ĐỒ MINH HỌA").all()
    assert (held.loc[inside, "mark"] == "Minh họa").all()
    assert not [name for name in layer.columns if "area" in name.lower() or "length" in name.lower()]


def test_lines_are_drawn_inside_and_never_at_the_outer_edge(made, territory):
    path = made / f"ntm-{YEAR}.gpkg"
    edge = gpd.read_file(path, layer="communes").union_all().boundary
    lines = gpd.read_file(path, layer="inner_lines")
    assert len(lines) > 0
    shared = lines.geometry.to_crs(32648).intersection(
        gpd.GeoSeries([edge], crs=lines.crs).to_crs(32648).iloc[0].buffer(0.01)
    )
    assert shared.length.max() < 1  # metres: where a line ends at the edge


def test_qgis_finds_a_default_style_and_one_for_each_criterion(made, territory):
    with closing(sqlite3.connect(made / f"ntm-{YEAR}.gpkg")) as base:
        rows = base.execute(
            "SELECT f_table_name, f_geometry_column, styleName, styleQML, useAsDefault FROM layer_styles"
        ).fetchall()
        contents = dict(base.execute("SELECT table_name, description FROM gpkg_contents").fetchall())
        columns = dict(base.execute("SELECT table_name, column_name FROM gpkg_geometry_columns").fetchall())
        (version,) = base.execute("PRAGMA user_version").fetchone()
    assert version == 10200  # QGIS 3.22 warns of anything newer
    assert {"communes", "inner_lines", "dictionary", "layer_styles"} == set(contents)
    assert STAMP in contents["communes"]
    assert "SƠ ĐỒ MINH HỌA" in contents["communes"]
    communes = [row for row in rows if row[0] == "communes"]
    assert [row[2] for row in communes if row[4]] == [communes[0][2]]
    assert len(communes) == 1 + len(territory.scores.criteria.columns)
    for layer, column, name, qml, _default in rows:
        assert columns[layer] == column
        root = ET.fromstring(qml)  # noqa: S314 - made here
        assert root.tag == "qgis"
        categories = root.findall("renderer-v2/categories/category")
        assert {each.get("symbol") for each in categories} == {each.get("name") for each in root.iter("symbol")}
        if layer == "communes":
            assert "Minh họa" in name
            assert "Sơ đồ" in name
            outlines = root.findall(".//Option[@name='outline_style']")
            assert {each.get("value") for each in outlines} == {"no"}
            legend = " ".join(each.get("label") for each in categories)
            assert STAMP in legend
            assert "SƠ ĐỒ MINH HỌA" in legend


def test_the_default_style_has_the_colours_of_the_pages_for_every_value(made):
    path = made / f"ntm-{YEAR}.gpkg"
    with closing(sqlite3.connect(path)) as base:
        (qml,) = base.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = 'communes' AND useAsDefault = 1"
        ).fetchone()
    root = ET.fromstring(qml)  # noqa: S314 - made here
    renderer = root.find("renderer-v2")
    layer = gpd.read_file(path, layer="communes")
    values = {each.get("value"): each.get("symbol") for each in renderer.iter("category")}
    assert set(layer[renderer.get("attr")]) <= set(values)
    for group, each in group_classes(evaluation.group_labels()).items():
        first = root.find(f".//symbol[@name='{values[group]}']/layer/Option/Option[@name='color']").get("value")
        assert "#{:02x}{:02x}{:02x}".format(*map(int, first.split(",")[:3])) == each.colour


def test_the_public_version_leaves_out_withheld_criteria_and_keeps_the_counts(territory, tmp_path):
    public = replace(territory, withheld=frozenset({"18", "19"}))
    export(public, tmp_path / "out", Choice("all"), ("parquet", "gpkg"))
    results = pd.read_parquet(tmp_path / "out" / "results.parquet")
    assert not results["item"].str.split(".").str[0].isin(["18", "19"]).any()
    assert set(pd.read_parquet(tmp_path / "out" / "verdicts.parquet")["criterion"]) == {
        str(name) for name in range(1, 18)
    }
    tables = pd.read_parquet(tmp_path / "out" / "tables.parquet")
    assert not ((tables["item"] == "criterion") & tables["text"].isin(["18", "19"])).any()
    counts = pd.read_parquet(tmp_path / "out" / "counts.parquet").set_index(["commune_code", "year"])
    assert (counts["met_low"] == territory.counts["low"].reindex(counts.index)).all()
    layer = gpd.read_file(tmp_path / "out" / f"ntm-{YEAR}.gpkg", layer="communes")
    assert "v17" in layer
    assert not {"v18", "v19"} & set(layer.columns)
    words = read_csv(tmp_path / "out" / "dictionary.csv")
    assert not words.loc[words["file"] == "results", "item"].str.split(".").str[0].isin(["18", "19"]).any()


def test_arrears_by_work_leave_in_the_internal_version_only(territory):
    def tables(choice: Choice) -> set[str]:
        return {table.contract.id for table in collect(territory, choice).handed}

    assert "b07" not in tables(Choice("tables"))
    assert "b07" in tables(Choice("tables", is_internal=True))


def handed_in(code: str, level: Level, value: float, cell: str) -> tuple[Reading, bytes]:
    unit, day = ("052" if level is Level.DISTRICT else code), dt.date(2019, 12, 31)
    rows = {
        "table": "b02", "set_id": "qd-1980-2016", "unit_code": code, "year": 2019, "row": "", "item": "1.1", "number": value,
        "is_not_assessed": False, "status": "actual", "as_of_date": day, "sheet": "Biểu 02", "cell": cell,
    }  # fmt: skip
    values = pd.concat([empty_values(), pd.DataFrame([rows])], ignore_index=True)
    content = f"{level} {cell}".encode()
    sender = Sender(unit, level, day, "tong_ket_2019", day)
    return Reading(f"{level.value}.xlsx", hashlib.sha256(content).hexdigest(), sender, values, ()), content


def test_every_levels_word_leaves_and_only_generated_lines_are_marked(own_project, monkeypatch):
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    store = open_store(own_project)
    store.add(*handed_in("01762", Level.COMMUNE, 1, "F12"), by="x")
    store.add(*handed_in("01762", Level.DISTRICT, 0, "F13"), by="x")
    collected = collect(evaluation.load_territory("052"), Choice("all"))
    found = collected.part("results").frame
    mine = found[(found["unit_code"] == "01762") & (found["year"] == 2019) & (found["set_id"] == "qd-1980-2016")]
    told = mine[["level", "number", "origin", "sheet", "cell", "is_illustrative"]].to_dict("records")
    assert sorted(told, key=lambda row: row["level"]) == [
        {
            "level": "commune",
            "number": 1,
            "origin": "commune.xlsx",
            "sheet": "Biểu 02",
            "cell": "F12",
            "is_illustrative": False,
        },
        {
            "level": "district",
            "number": 0,
            "origin": "district.xlsx",
            "sheet": "Biểu 02",
            "cell": "F13",
            "is_illustrative": False,
        },
    ]
    assert found.drop(index=mine.index)["is_illustrative"].all()
    counts = collected.part("counts").frame
    is_mine = (counts["commune_code"] == "01762") & (counts["year"] == 2019)
    has_values = counts["is_reported"]  # where nobody reported anything nothing is generated either
    assert (counts["is_illustrative"] == (has_values & ~is_mine)).all()


@pytest.fixture
def with_persons(own_project, monkeypatch) -> Territory:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    base = district()
    path = own_project.data / "illustrative" / "b17.csv"
    path.write_text(
        "unit_code,year,proposal_id,kind,candidate,form,deed,is_eligible,check_note,status,as_of_date,source_doc,reported_by,note\n"
        '052,2020,1,person,"=HYPERLINK(""http://x"")",Bằng khen,-1+1,1,,actual,2020-12-31,,,\n',
        encoding="utf-8",
    )
    beside = own_project.data / "illustrative" / "b07.csv"
    text = record_path(beside).read_text(encoding="utf-8").replace(sha256_of(beside), sha256_of(path))
    record_path(path).write_text(text, encoding="utf-8")
    return replace(base, project=own_project)


def test_names_of_persons_leave_by_explicit_choice_only(with_persons, tmp_path):
    export(with_persons, tmp_path / "a", Choice("tables", is_internal=True), ("csv", "xlsx"))
    for path in (tmp_path / "a").iterdir():
        assert b"HYPERLINK" not in path.read_bytes(), path.name
    assert "b17" not in set(read_csv(tmp_path / "a" / "tables.csv")["table"])
    export(with_persons, tmp_path / "b", Choice("tables", persons=True), ("csv",))
    manifest = json.loads((tmp_path / "b" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["holds_names_of_persons"]
    assert any("tên cá nhân" in text for text in manifest["warnings"])
    with pytest.raises(UsageError):
        export(with_persons, tmp_path / "c", Choice("counts", persons=True), ("csv",))


def test_no_text_leaves_as_a_formula(with_persons, tmp_path):
    export(with_persons, tmp_path / "a", Choice("tables", persons=True), ("csv", "xlsx"))
    rows = read_csv(tmp_path / "a" / "tables.csv").query("table == 'b17'").set_index("item")["text"]
    assert rows["candidate"] == '\'=HYPERLINK("http://x")'
    assert rows["deed"] == "'-1+1"
    book = openpyxl.load_workbook(tmp_path / "a" / "ntm.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any("HYPERLINK" in str(cell.value) for cell in cells)
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_numbers_and_letters_come_back_from_csv_as_they_were(tmp_path):
    frame = pd.DataFrame(
        {"a": [0.1 + 0.2, -5.0, None], "b": ['Quảng "Uyên", x', "01762", None], "c": [True, False, None]}
    )
    frame["c"] = frame["c"].astype("boolean")
    write_csv(tmp_path / "x.csv", frame)
    assert (tmp_path / "x.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(tmp_path / "x.csv", dtype={"b": str})
    assert back["a"].tolist()[:2] == [0.1 + 0.2, -5.0]
    assert back["b"].tolist()[:2] == ['Quảng "Uyên", x', "01762"]
    assert back["c"].tolist()[:2] == [1, 0]
    assert back.iloc[2].isna().all()
