"""Each check of content has a good case that it passes, a bad one that it finds, and is silent where a value is missing."""

import datetime as dt
from dataclasses import dataclass, field

import pytest

from ntm_lib.project import Project
from ntm_lib.submissions.checks import RULES, check_reading, rules_frame
from ntm_lib.submissions.model import Finding, Reading, Weight
from tests.submissions.filed_values import COMMUNES, DISTRICT, Rows, frame, line, reading

A, B, C = COMMUNES[1:4]
BORDERLESS_AREA = {A: 33.44, B: 34.06}


@dataclass(frozen=True)
class Case:
    """``missing``: the bad case without the value that shows it."""

    good: Rows
    bad: Rows
    missing: Rows
    before: Rows = field(default_factory=list)


def _profile(year: int = 2018, **items: object) -> Rows:
    return line("b01", A, year, dict(items))


def _result(**items: object) -> Rows:
    return line("b02", A, 2018, dict(items))


def _req(items: dict[str, object], unit: str = A, year: int = 2018, **more: str) -> Rows:
    return line("b02", unit, year, dict(items), **more)


def _money(year: int, items: dict[str, object], first: str = "", last: str = "", unit: str = A) -> Rows:
    return line("b06", unit, year, items, row=f"{first or f'{year}-01-01'}|{last or f'{year}-12-31'}")


def _groups(parts: tuple[int | None, ...], communes: float | None = 18, mean: float | None = None) -> Rows:
    names = ("communes_19", "communes_15_18", "communes_10_14", "communes_5_9", "communes_under_5")
    items = dict(zip(names, parts, strict=True)) | {"communes": communes, "mean_criteria": mean}
    return line("b03", DISTRICT, 2018, items, set_id="qd-1980-2016")


def _criteria(met: int | None, count: int = 19, communes: float = 18) -> Rows:
    rows: Rows = []
    for number in range(1, count + 1):
        rows += line(
            "b04", DISTRICT, 2018, {"communes": communes, "communes_met": met}, row=str(number), set_id="qd-1980-2016"
        )
    return rows


def _poor(year: int, standard: str, unit: str = A, **items: object) -> Rows:
    return line("b10", unit, year, dict(items) or {"poor_pct": 20.5}, row=standard)


def _recognised(year: int, number: str, date: str, unit: str = A) -> Rows:
    return line("b05", unit, year, {"source": "Cổng thông tin"}, row=f"ntm|{number}|{date}", as_of=dt.date(2020, 6, 1))


def _infrastructure(year: int, unit: str = A, **items: object) -> Rows:
    return line("b08", unit, year, dict(items))


def _all(table: str, item: str, values: list[float | None], year: int = 2018) -> Rows:
    return [
        row for unit, value in zip(COMMUNES, values, strict=False) for row in line(table, unit, year, {item: value})
    ]


LINE = {
    "road_commune_km": 12.5, "road_village_km": 20.1, "road_field_km": 7.3, "road_lane_km": 31.2, "canal_km": 9.4,
    "canal_lined_km": 4.4, "farmland_ha": 310.5, "farmland_irrigated_ha": 120.5, "road_lane_clean_km": 11.1,
}  # fmt: skip
OTHER = {**LINE, "road_lane_km": 32.2}
MONEY = {
    "central_investment_vnd_million": 100.0, "central_recurrent_vnd_million": 10.0, "provincial_vnd_million": 5.0,
    "district_vnd_million": 4.0, "commune_vnd_million": 3.0, "integrated_30a_vnd_million": 20.0,
    "integrated_135_vnd_million": 30.0, "firms_vnd_million": 2.0,
}  # fmt: skip


def _years_of_money(factors: list[float]) -> Rows:
    return [
        row
        for year, factor in zip(range(2014, 2020), factors, strict=False)
        for row in _money(year, {name: round(value * factor, 1) for name, value in MONEY.items()})
    ]


NEAR = [71.0, 70.5, 72.0, 70.0, 71.5, 70.2, 72.5, 70.1]
EXACT = {"2.2": 50, "2.4": 50, "3.1": 80, "4.2": 95, "5": 70, "9.2": 75, "10": 28.8, "14.2": 70}
CASES: dict[str, Case] = {
    "unknown_item": Case(_profile(people=900), _profile(inhabitants=900), _profile(inhabitants=None, people=900)),
    "type": Case(_profile(zone="III", people=900), _profile(zone="IV", people=900.5), _profile(zone=None, villages=9)),
    "limits": Case(_profile(ethnic_minority_pct=99), _profile(ethnic_minority_pct=101), _profile(people=900)),
    "key_twice": Case(_profile(people=900) + line("b01", B, 2018, {"people": 900}), _profile(people=900) * 2, _profile(people=900) + _profile(people=None)),
    "missing_in_line": Case(
        line("b07", A, 2018, {"work": "Đường trục xã", "owed_vnd_million": 5}, row="1"),
        line("b07", A, 2018, {"owed_vnd_million": 5}, row="1"),
        line("b07", A, 2018, {"work": "Đường trục xã"}, row="1"),
    ),
    "unknown_unit": Case(_profile(people=900), line("b01", "99999", 2018, {"people": 900}), line("b01", "99999", 2018, {"people": None})),
    "not_assessed": Case(_req({"7": "khong_xet"}), _req({"2.1": "khong_xet"}), _req({"2.1": None, "7": 1})),
    "not_assessed_with_value": Case(
        _req({"7": "khong_xet"}),
        [{**row, "number": 1.0} for row in _req({"7": "khong_xet"})],
        _req({"7": None, "5": 60}),
    ),
    "early_actual": Case(
        line("b01", A, 2019, {"people": 900}, as_of=dt.date(2019, 6, 30), status="estimate"),
        line("b01", A, 2019, {"people": 900}, as_of=dt.date(2019, 6, 30)),
        line("b01", A, 2019, {"people": None}, as_of=dt.date(2019, 6, 30)),
    ),
    "status_of_past": Case(
        line("b01", A, 2018, {"people": 900}, as_of=dt.date(2019, 6, 30)),
        line("b01", A, 2018, {"people": 900}, as_of=dt.date(2019, 6, 30), status="plan"),
        line("b01", A, 2018, {"people": None}, as_of=dt.date(2019, 6, 30), status="plan"),
    ),
    "after_cut_off": Case(
        _profile(people=900),
        line("b01", A, 2018, {"people": 900}, as_of=dt.date(2021, 6, 30)),
        line("b01", A, 2018, {"people": None}, as_of=dt.date(2021, 6, 30)),
    ),
    "total": Case(_groups((1, 2, 5, 10, 0)), _groups((1, 2, 5, 9, 0)), _groups((1, 2, 5, None, 0))),
    "total_open": Case(_groups((1, 2, 5, 10, 0)), _groups((1, 2, 5, None, 0)), _groups((1, 2, 5, None, 0), communes=None)),
    "bound": Case(
        _infrastructure(2018, schools=3, schools_standard=3),
        _infrastructure(2018, schools=3, schools_standard=4),
        _infrastructure(2018, schools=None, schools_standard=4),
    ),
    "within": Case(
        _poor(2018, "multidimensional_2016_2020", households=300, poor_households=200, near_poor_households=100),
        _poor(2018, "multidimensional_2016_2020", households=300, poor_households=200, near_poor_households=101),
        _poor(2018, "multidimensional_2016_2020", households=None, poor_households=200, near_poor_households=101),
    ),
    "usually_within": Case(
        line("b07", A, 2018, {"work": "x", "approved_vnd_million": 9, "done_vnd_million": 9}, row="1"),
        line("b07", A, 2018, {"work": "x", "approved_vnd_million": 9, "done_vnd_million": 10}, row="1"),
        line("b07", A, 2018, {"work": "x", "approved_vnd_million": None, "done_vnd_million": 10}, row="1"),
    ),
    "share": Case(
        _poor(2018, "multidimensional_2016_2020", households=300, poor_households=60, poor_pct=20),
        _poor(2018, "multidimensional_2016_2020", households=300, poor_households=60, poor_pct=60),
        _poor(2018, "multidimensional_2016_2020", households=None, poor_households=60, poor_pct=60),
    ),
    "product": Case(
        line("b16", A, 2021, {"volume": 2.5, "unit_cost_vnd_million": 1200, "cost_vnd_million": 3000}, row="ntm|2|x", status="plan", as_of=dt.date(2020, 12, 31)),
        line("b16", A, 2021, {"volume": 2.5, "unit_cost_vnd_million": 1200, "cost_vnd_million": 3500}, row="ntm|2|x", status="plan", as_of=dt.date(2020, 12, 31)),
        line("b16", A, 2021, {"volume": None, "unit_cost_vnd_million": 1200, "cost_vnd_million": 3500}, row="ntm|2|x", status="plan", as_of=dt.date(2020, 12, 31)),
    ),
    "group_mean": Case(_groups((1, 2, 5, 10, 0), mean=9), _groups((1, 2, 5, 10, 0), mean=13.2), _groups((1, 2, 5, None, 0), mean=13.2)),
    "own_row": Case(
        _all("b01", "people", [None, 900, 800]) + line("b01", DISTRICT, 2018, {"people": 20000}),
        _all("b01", "people", [None, 900, 800]) + line("b01", DISTRICT, 2018, {"people": 1000}),
        _all("b01", "people", [None, 900, 800]) + line("b01", DISTRICT, 2018, {"people": None, "households": 9000}),
    ),
    "required_level": Case(
        _req({"2.2": 55, "2.2:required_level": 50}), _req({"2.2": 55, "2.2:required_level": 70}), _req({"2.2": 55, "2.2:required_level": None})
    ),
    "assessed": Case(
        _req({"2.2": 55}) + _req({"2.2": 1}, row="finding"),
        _req({"2.2": 45}) + _req({"2.2": 1}, row="finding"),
        _req({"2.2": None}) + _req({"2.2": 1}, row="finding"),
    ),
    "heaping": Case(
        _all("b02", "5", [71, 68.5, 72, 69, 68, 70.2, 67.5, 70.1]),
        _all("b02", "5", NEAR),
        _all("b02", "5", [None, None, *NEAR[2:]]),
    ),
    "exactly_at_level": Case(
        _req({**EXACT, "2.2": 51, "5": 71, "14.2": 66}), _req(EXACT), _req({**dict.fromkeys(EXACT), "2.2": 50, "5": 70})
    ),
    "period_order": Case(_money(2018, {"credit_vnd_million": 5}), _money(2018, {"credit_vnd_million": 5}, last="2017-12-31"), _money(2018, {"credit_vnd_million": None}, last="2017-12-31")),
    "period_of_year": Case(
        _money(2018, {"credit_vnd_million": 5}, first="2011-01-01"),
        _money(2018, {"credit_vnd_million": 5}, first="2011-01-01", last="2016-12-31"),
        _money(2018, {"credit_vnd_million": None}, first="2011-01-01", last="2016-12-31"),
    ),
    "cumulated_falls": Case(
        _money(2017, {"credit_vnd_million": 5}, first="2011-01-01") + _money(2018, {"credit_vnd_million": 8}, first="2011-01-01"),
        _money(2017, {"credit_vnd_million": 5}, first="2011-01-01") + _money(2018, {"credit_vnd_million": 4}, first="2011-01-01"),
        _money(2017, {"credit_vnd_million": None}, first="2011-01-01") + _money(2018, {"credit_vnd_million": 4}, first="2011-01-01"),
    ),
    "cumulated_as_yearly": Case(
        _years_of_money([1, 1.5, 0.9]),
        _years_of_money([1, 2, 3]),
        _years_of_money([1, 2]) + _money(2016, dict.fromkeys(MONEY) | {"credit_vnd_million": 3}),
    ),
    "cumulated_beside_years": Case(
        _years_of_money([1, 2]) + _money(2015, {"provincial_vnd_million": 15}, first="2014-01-01"),
        _years_of_money([1, 2]) + _money(2015, {"provincial_vnd_million": 25}, first="2014-01-01"),
        _money(2014, {"provincial_vnd_million": None, "credit_vnd_million": 1}) + _money(2015, {"provincial_vnd_million": 10}) + _money(2015, {"provincial_vnd_million": 25}, first="2014-01-01"),
    ),
    "never_falls": Case(_years_of_money([1, 2, 1.5, 4]), _years_of_money([1, 2, 2.5, 4]), _years_of_money([1, 2, 2.5])),
    "poverty_standard": Case(
        _poor(2015, "income_2011_2015") + _poor(2015, "multidimensional_2016_2020"), _poor(2014, "multidimensional_2016_2020"), _poor(2014, "multidimensional_2016_2020", poor_pct=None)
    ),
    "poverty_of_turn": Case(
        _poor(2015, "income_2011_2015") + _poor(2015, "multidimensional_2016_2020"), _poor(2015, "income_2011_2015"), _poor(2015, "income_2011_2015", poor_pct=None)
    ),
    "decision_two_dates": Case(
        _recognised(2018, "46/QĐ-UBND", "2019-01-14"),
        _recognised(2018, "46/QĐ-UBND", "2019-01-14") + _recognised(2019, "46/QĐ-UBND", "2020-01-20", B),
        _recognised(2018, "46/QĐ-UBND", "2019-01-14") + _recognised(2019, "46/QĐ-UBND", "", B),
    ),
    "decision_twice": Case(
        _recognised(2018, "46/QĐ-UBND", "2019-01-14") + _recognised(2018, "46/QĐ-UBND", "2019-01-14", B),
        _recognised(2018, "46/QĐ-UBND", "2019-01-14") + _recognised(2019, "46/QĐ-UBND", "2019-01-14"),
        _recognised(2018, "46/QĐ-UBND", "") + _recognised(2019, "46/QĐ-UBND", ""),
    ),
    "decision_date": Case(_recognised(2018, "46/QĐ-UBND", "2019-01-14"), _recognised(2012, "46/QĐ-UBND", "2019-01-14"), _recognised(2012, "46/QĐ-UBND", "")),
    "decision_number": Case(_recognised(2018, "46/QĐ-UBND", "2019-01-14"), _recognised(2018, "số bốn sáu", "2019-01-14"), _profile(people=900)),
    "same_quantity": Case(
        _profile(households=300) + _infrastructure(2018, households=301),
        _profile(households=300) + _infrastructure(2018, households=350),
        _profile(households=None, people=900) + _infrastructure(2018, households=350),
    ),
    "ratio": Case(_profile(people=1200, households=300), _profile(people=400, households=300), _profile(people=None, households=300)),
    "area": Case(_profile(area_km2=33.44), _profile(area_km2=3344), _profile(area_km2=None, people=1100)),
    "people": Case(_profile(people=1100), _profile(people=2100), _profile(people=None, households=300)),
    "border": Case(_profile(is_border=0), _profile(is_border=1), _profile(is_border=None, people=1100)),
    "communes_of_year": Case(_groups((1, 2, 5, 10, 0)), _groups((1, 2, 5, 9, 0), communes=17), _groups((1, 2, 5, 9, 0), communes=None)),
    "groups_beside_criteria": Case(
        _groups((1, 2, 5, 10, 0), mean=9) + _criteria(met=9, count=18) + line("b04", DISTRICT, 2018, {"communes": 18, "communes_met": 1}, row="19", set_id="qd-1980-2016"),
        _groups((1, 2, 5, 10, 0)) + _criteria(met=0),
        _groups((None, 2, 5, 10, 0)) + _criteria(met=0),
    ),
    "villages_listed": Case(
        _profile(villages=2) + [row for name in "12" for row in line("b13", A, 2018, {"village": "Xóm"}, row=name)],
        _profile(villages=1) + [row for name in "12" for row in line("b13", A, 2018, {"village": "Xóm"}, row=name)],
        _profile(villages=None) + [row for name in "12" for row in line("b13", A, 2018, {"village": "Xóm"}, row=name)],
    ),
    "jump": Case(
        _req({"5": 30}, year=2017) + _req({"5": 70}), _req({"5": 30}, year=2017) + _req({"5": 90}), _req({"5": None}, year=2017) + _req({"5": 90})
    ),
    "revision": Case(_req({"5": 60}), _req({"5": 90}), _req({"5": None, "9.2": 50}), before=_req({"5": 50})),
    "unit_mistaken": Case(
        _infrastructure(2017, canal_km=9.5) + _infrastructure(2018, canal_km=9.9),
        _infrastructure(2017, canal_km=9.5) + _infrastructure(2018, canal_km=9900),
        _infrastructure(2017, canal_km=None, road_field_km=2) + _infrastructure(2018, canal_km=9900),
    ),
    "unit_mistaken_before": Case(_money(2018, {"credit_vnd_million": 900}), _money(2018, {"credit_vnd_million": 0.9}), _money(2018, {"credit_vnd_million": None, "firms_vnd_million": 1}), before=_money(2018, {"credit_vnd_million": 950})),
    "zero_for_blank": Case(
        _infrastructure(2017, canal_km=19.5) + _infrastructure(2018, canal_km=19.5),
        _infrastructure(2017, canal_km=19.5) + _infrastructure(2018, canal_km=0),
        _infrastructure(2017, canal_km=19.5) + _infrastructure(2018, canal_km=None, road_field_km=2),
    ),
    "firmer_before": Case(
        _profile(people=900), line("b01", A, 2018, {"people": 950}, status="plan"), line("b01", A, 2018, {"people": None}, status="plan"),
        before=_profile(people=900),
    ),
    "gone": Case(_profile(people=900, villages=9), _profile(people=900), _profile(people=None), before=_profile(people=900, villages=9)),
    "gone_lines": Case(
        _infrastructure(2017, canal_km=2) + _infrastructure(2018, canal_km=2), _infrastructure(2018, canal_km=2),
        _infrastructure(2018, canal_km=None), before=_infrastructure(2017, canal_km=2) + _infrastructure(2018, canal_km=2),
    ),
    "percent_for_count": Case(
        _infrastructure(2017, households=450, households_safe_power=400) + _infrastructure(2018, households=450, households_safe_power=420),
        _infrastructure(2017, households=450, households_safe_power=400) + _infrastructure(2018, households=450, households_safe_power=93),
        _infrastructure(2017, households=450, households_safe_power=None) + _infrastructure(2018, households=450, households_safe_power=93),
    ),
    "one_value_for_all": Case(_all("b02", "9.2", [61, 62, 63, 61, 61]), _all("b02", "9.2", [61] * 5), _all("b02", "9.2", [61, 61, 61, 61, None])),
    "same_line": Case(_infrastructure(2018, A, **LINE) + _infrastructure(2018, B, **OTHER), _infrastructure(2018, A, **LINE) + _infrastructure(2018, B, **LINE), _infrastructure(2018, A, **LINE) + _infrastructure(2018, B, canal_km=9.4)),
    "same_year": Case(_infrastructure(2017, A, **LINE) + _infrastructure(2018, A, **OTHER), _infrastructure(2017, A, **LINE) + _infrastructure(2018, A, **LINE), _infrastructure(2017, A, **LINE) + _infrastructure(2018, A, canal_km=9.4)),
    "far_from_all": Case(_all("b08", "canal_km", [4, 5, 6, 7, 9]), _all("b08", "canal_km", [4, 5, 6, 7, 9000]), _all("b08", "canal_km", [4, None, None, 7, 9000])),
    "fraction_for_percent": Case(
        _all("b02", "15.1", [50, 45, 60, 55, 15]), _all("b02", "15.1", [50, 45, 60, 55, 0.85]), _all("b02", "15.1", [50, None, None, 55, 0.85]),
    ),
    "person_named": Case(
        _profile(people=900) + line("b01", A, 2018, {"note": "Ban Quản lý xã ông bà nội ngoại"}),
        line("b01", A, 2018, {"note": "theo ông Nông Văn Tám, cán bộ xã"}),
        line("b01", A, 2018, {"note": None, "people": 900}),
    ),
    "fraction_in_text": Case(
        line("b15", A, 2018, {"text": "Có 45/177 xã (25,4%) đạt tiêu chí theo Quyết định 46/2019 là 12%"}, row="difficulty|1"),
        line("b15", A, 2018, {"text": "Có 45/177 xã (35,4%) đạt tiêu chí"}, row="difficulty|1"),
        line("b15", A, 2018, {"text": "Có 45 xã (35,4%) đạt tiêu chí"}, row="difficulty|1"),
    ),
    "votes": Case(
        line("b15", A, 2018, {"text": "Lấy ý kiến 520 hộ, trong đó hài lòng 510 hộ, không hài lòng 10 hộ"}, row="difficulty|1"),
        line("b15", A, 2018, {"text": "Lấy ý kiến 520 hộ, trong đó hài lòng 515 hộ, không hài lòng 10 hộ"}, row="difficulty|1"),
        line("b15", A, 2018, {"text": "Người dân hài lòng, đã lấy ý kiến"}, row="difficulty|1"),
    ),
}  # fmt: skip


def checked(rows: Rows, project: Project, before: Rows | None = None) -> Reading:
    return check_reading(
        reading(rows), project, frame(before).assign(submission=7, round="tong_ket_2019") if before else None
    )


def of_rule(found: Reading, rule: str) -> list[Finding]:
    return [finding for finding in found.findings if finding.rule == rule]


def test_every_check_has_a_case_and_says_what_it_is_for() -> None:
    assert set(CASES) == {rule.id for rule in RULES}
    assert not rules_frame().isin([""]).any(axis=None)
    assert rules_frame()["id"].is_unique


@pytest.mark.parametrize("name", CASES)
def test_the_good_case_passes(name: str, project: Project) -> None:
    case = CASES[name]
    assert of_rule(checked(case.good, project, case.before), name) == []


@pytest.mark.parametrize("name", CASES)
def test_the_bad_case_is_found_with_weight_and_place_and_what_to_do(name: str, project: Project) -> None:
    case = CASES[name]
    found = of_rule(checked(case.bad, project, case.before), name)
    assert found
    weight = next(rule.weight for rule in RULES if rule.id == name)
    places = {(row["sheet"], row["cell"]) for row in frame(case.bad).to_dict("records")}
    for finding in found:
        assert finding.weight is weight
        assert (finding.sheet, finding.cell) in places
        assert finding.found
        assert finding.action
        assert "{" not in finding.found + finding.expected + finding.action


@pytest.mark.parametrize("name", CASES)
def test_a_missing_value_is_never_taken_for_a_fault(name: str, project: Project) -> None:
    case = CASES[name]
    assert of_rule(checked(case.missing, project, case.before), name) == []


@pytest.mark.parametrize("name", CASES)
def test_a_check_changes_no_value(name: str, project: Project) -> None:
    rows = reading(CASES[name].bad)
    before = rows.values.copy(deep=True)
    assert check_reading(rows, project).values.equals(before)


def test_what_was_left_out_is_said_to_count_on_and_how_it_is_withdrawn(project: Project) -> None:
    before = _profile(people=900, note="đã đo lại") + line("b15", A, 2018, {"text": "thiếu vốn"}, row="difficulty|1")
    after = _profile(people=900) + line("b15", A, 2018, {"text": "đường xa"}, row="difficulty|2")
    found = checked(after, project, before)
    assert found.is_accepted
    [cell], [whole] = of_rule(found, "gone"), of_rule(found, "gone_lines")
    assert "2018 (difficulty, 1)" in whole.found
    for finding in (cell, whole):
        assert finding.weight is Weight.NOTE
        assert "vẫn được tính" in finding.action
        assert "ntm submit --undo 7" in finding.action


def test_what_was_refused_is_not_said_to_be_empty(project: Project) -> None:
    before = _profile(people=900, villages=9) + _profile(year=2017, people=880)
    refused = Finding(Weight.WRONG, "cell.text", "B01", "C6", "villages: chín")
    assert {"gone", "gone_lines"} <= {one.rule for one in checked(_profile(people=900), project, before).findings}
    stood = frame(before).assign(submission=7, round="tong_ket_2019")
    found = check_reading(reading(_profile(people=900), findings=(refused,)), project, stood)
    assert not {"gone", "gone_lines"} & {one.rule for one in found.findings}


def test_a_line_of_another_round_is_not_missed(project: Project) -> None:
    before = frame(_infrastructure(2017, canal_km=2)).assign(submission=7, round="another")
    assert of_rule(check_reading(reading(_infrastructure(2018, canal_km=2)), project, before), "gone_lines") == []


def test_only_wrong_findings_refuse_a_file(project: Project) -> None:
    assert not checked(CASES["total"].bad, project).is_accepted
    doubtful = checked(CASES["jump"].bad, project)
    assert doubtful.findings
    assert doubtful.is_accepted


def test_what_reading_refused_is_not_told_again_and_the_heaviest_stands_first(project: Project) -> None:
    rows = CASES["limits"].bad
    cell = frame(rows).iloc[0]
    known = Finding(Weight.WRONG, "cell.limits", cell["sheet"], cell["cell"], "x")
    note = Finding(Weight.NOTE, "sheet.moved", "B01", "", "y")
    found = check_reading(reading(rows, findings=(note, known)), project)
    assert of_rule(found, "limits") == []
    assert found.findings[0] == known


def test_an_empty_file_and_one_without_sender_are_checked_as_far_as_they_go(project: Project) -> None:
    assert checked([], project).findings == ()
    rows = CASES["bound"].bad
    full = reading(rows)
    found = check_reading(Reading(full.file, full.sha256, None, full.values, ()), project)
    assert of_rule(found, "bound")
