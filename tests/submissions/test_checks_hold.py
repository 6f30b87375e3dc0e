"""Checks over whole tables: what is consistent is never called wrong, whatever is missing; the illustrative data neither."""

import datetime as dt
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ntm_lib import submissions, units
from ntm_lib.project import Project
from ntm_lib.submissions.checks import check_reading
from ntm_lib.submissions.lines import items, join_keys, row_keys, unit_key
from ntm_lib.submissions.model import Level, Reading, Sender, Weight
from ntm_lib.tables import Column, contract
from tests.submissions.filed_values import COMMUNES, DISTRICT, ON, Rows, frame, line, reading

TABLES = ("b01", "b06", "b07", "b08", "b10", "b11", "b12")
TEXTS = ("x", "=1+1", "Đường trục xóm", "45/177 xã (25,4%)", "100%", "nhà ông bà", "%", "1/0 5%", "\x00|%7C")


@st.composite
def consistent(draw: st.DrawFn) -> Rows:
    """Return lines of every table by commune and year that agree with themselves; any value may be missing."""
    chance = Random(draw(st.integers(0, 2**32 - 1)))  # noqa: S311 - invented figures
    missing = draw(st.sampled_from([0.0, 0.1, 0.6]))
    rows: Rows = []
    for unit in COMMUNES[1 : draw(st.integers(2, 4))]:
        for year in range(2016, draw(st.integers(2017, 2019))):
            for table in TABLES:
                period = f"{year}-01-01|{year}-12-31"
                row = {"b06": period, "b07": "1", "b10": "multidimensional_2016_2020"}.get(table, "")
                rows += line(table, unit, year, _values(chance, table, missing), row=row)
    return rows


def _values(chance: Random, table: str, missing: float) -> dict[str, object]:
    agreed = contract(table)
    values = {column.name: _value(chance, column) for column in items(agreed)}
    _agree(chance, table, values)
    kept = {name for name in values if agreed.column(name).required or chance.random() >= missing}
    return {name: value if name in kept else None for name, value in values.items()}


def _value(chance: Random, column: Column) -> object:
    match column.type:
        case "integer":
            return (
                chance.randint(1990, 2100)
                if column.name.endswith("_year")
                else chance.choice([0, chance.randint(0, 3000)])
            )
        case "number":
            return (
                chance.uniform(0, 100) if column.unit == "%" else chance.choice([0.0, round(chance.uniform(0, 1e5), 1)])
            )
        case "yes_no":
            return chance.randint(0, 1)
        case "choice":
            return chance.choice(column.allowed)
        case _:
            return chance.choice(TEXTS)


def _agree(chance: Random, table: str, values: dict[str, Any]) -> None:
    if table == "b01":
        values["villages"] = chance.randint(1, 30)
        values["households"] = values["villages"] + chance.randint(0, 3000)
        values["people"] = values["households"] + chance.randint(0, 3000)
    if table == "b11":
        values["people"] = values["working_age"] + chance.randint(0, 3000)
    for bound in contract(table).bounds:
        whole = values[bound.whole]
        part = whole * chance.choice([0, 1, chance.random()])
        values[bound.part] = int(part) if isinstance(whole, int) else part
    if table == "b10":
        values["near_poor_households"] = chance.randint(0, values["households"] - values["poor_households"])
    for rule in reversed(contract(table).sums):
        values[rule.total] = sum(values[part] for part in rule.parts)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=consistent())
def test_a_consistent_table_is_never_wrong_whatever_is_missing(project: Project, rows: Rows) -> None:
    found = check_reading(reading(rows), project)
    assert [finding for finding in found.findings if finding.weight is Weight.WRONG] == []


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(rows=consistent(), seed=st.integers(0, 2**32 - 1))
def test_findings_do_not_depend_on_the_order_of_the_values(project: Project, rows: Rows, seed: int) -> None:
    plain = reading(rows)
    mixed = plain.values.sample(frac=1, random_state=seed)
    other = Reading(plain.file, plain.sha256, plain.sender, mixed, ())
    assert _told(check_reading(plain, project)) == _told(check_reading(other, project))


def _told(found: Reading) -> set[tuple[str, str]]:
    """Return rules with the texts of what they found; which cell speaks for a line may depend on the order."""
    return {(finding.rule, finding.found) for finding in found.findings}


@pytest.fixture(scope="module")
def illustrative(project: Project) -> pd.DataFrame:
    return illustrative_values(project)


def illustrative_values(project: Project) -> pd.DataFrame:
    """Return all illustrative tables as values."""
    results = submissions.read_results(project).tidy()
    heads = {name: results[name] for name in ("set_id", "year", "status", "as_of_date", "is_not_assessed")}
    named = {"unit_code": results["commune_code"], "item": results["requirement"], "number": results["reached_value"]}
    parts = [pd.DataFrame({**heads, **named}).assign(table="b02", row="", text=None)]
    parts += [_values_of(table, project) for table in (*TABLES, "b15")]
    values = pd.concat(parts, ignore_index=True)
    place = values.groupby("table").cumcount() + 5
    values = values.assign(sheet=values["table"].str.upper(), cell="C" + place.astype(str))
    unmarked = values["is_not_assessed"].astype("boolean").fillna(value=False).astype(bool)
    return values.assign(is_not_assessed=unmarked, year=values["year"].astype("int16"))


def _values_of(table: str, project: Project) -> pd.DataFrame:
    agreed = contract(table, project)
    rows = submissions.read_table(table, project).frame
    keys = [_text(rows[name]) for name in row_keys(agreed)]
    row = [join_keys(parts) for parts in zip(*keys, strict=True)] if keys else ""
    parts = []
    for column in items(agreed):
        cells = rows[column.name]
        is_number = column.type in {"integer", "number", "yes_no"}
        part = rows[["year", "status", "as_of_date"]].assign(
            table=table,
            set_id="",
            unit_code=rows[unit_key(agreed)],
            row=row,
            item=column.name,
            number=cells.astype(float) if is_number else np.nan,
            text=None if is_number else _text(cells),
            is_not_assessed=False,
        )
        parts.append(part[cells.notna() & (cells.astype(str) != "")])
    return pd.concat(parts)


def _text(cells: pd.Series) -> pd.Series:
    is_date = pd.api.types.is_datetime64_any_dtype(cells)
    return cells.dt.strftime("%Y-%m-%d") if is_date else cells.astype(str)


def test_illustrative_data_is_never_wrong_and_seldom_doubtful(project: Project, illustrative: pd.DataFrame) -> None:
    vintage = units.on(ON, project)
    doubtful = 0
    for district in vintage.districts.index:
        sender = Sender(str(district), Level.DISTRICT, ON, "tong_ket_2019", dt.date(2020, 12, 31))
        inside = illustrative["unit_code"].isin(vintage.communes_of(str(district)).index)
        found = check_reading(Reading(f"{district}.xlsx", "", sender, illustrative[inside], ()), project)
        assert [finding for finding in found.findings if finding.weight is Weight.WRONG] == []
        doubtful += sum(finding.weight is Weight.DOUBTFUL for finding in found.findings)
    assert doubtful <= 5


def test_a_file_beside_itself_has_nothing_to_revise(project: Project, illustrative: pd.DataFrame) -> None:
    inside = illustrative[illustrative["unit_code"] == "01762"]
    sender = Sender("01762", Level.COMMUNE, ON, "tong_ket_2019", dt.date(2020, 12, 31))
    alone = check_reading(Reading("a.xlsx", "", sender, inside, ()), project)
    beside = check_reading(Reading("a.xlsx", "", sender, inside, ()), project, inside)
    assert _told(alone) == _told(beside)


def test_one_zero_too_many_in_the_illustrative_data_is_found(project: Project, illustrative: pd.DataFrame) -> None:
    inside = illustrative[illustrative["unit_code"] == "01762"].reset_index(drop=True)
    at = inside.index[(inside["table"] == "b06") & (inside["item"] == "total_vnd_million") & (inside["year"] == 2017)][
        0
    ]
    changed = inside.assign(number=inside["number"].mask(inside.index == at, inside["number"] * 1000))
    sender = Sender("01762", Level.COMMUNE, ON, "tong_ket_2019", dt.date(2020, 12, 31))
    found = check_reading(Reading("a.xlsx", "", sender, changed, ()), project, inside)
    rules = {finding.rule for finding in found.findings if finding.cell == changed.at[at, "cell"]}
    assert {"total", "unit_mistaken", "unit_mistaken_before"} <= rules


def test_the_district_is_the_one_of_the_communes(project: Project) -> None:
    inside = units.on(ON, project).communes_of(DISTRICT).index
    assert set(COMMUNES) <= set(inside)
    assert len(frame([])) == 0
