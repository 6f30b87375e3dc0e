"""Results beside aims: the four outcomes, contradicting versions side by side, an office's own aims."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ntm_lib import evaluation
from ntm_lib.errors import UsageFaultsError
from ntm_lib.evaluation import Territory, load_province, load_territory
from ntm_lib.evaluation.aims.assigned import OfficeAim, aims_of, read_office_aims
from ntm_lib.evaluation.aims.judge import Outcome, Result, against_aims, judge
from ntm_lib.evaluation.aims.measures import measured
from ntm_lib.evaluation.aims.value import Evidence
from ntm_lib.evaluation.aims.volumes import volumes
from ntm_lib.project import Project

HEAD = ",".join(OfficeAim.model_fields)


_MADE: dict[tuple[int, str], Evidence] = {}


def evidence(territory: Territory, commune: str = "") -> Evidence:
    """Return what aims are measured from, made once a territory (which is kept, so that its id stays its own)."""
    if (id(territory), commune) not in _MADE:
        made = Evidence(territory, evaluation.recognitions(territory), volumes(territory, commune), commune)
        _MADE[id(territory), commune] = made
    return _MADE[id(territory), commune]


def results(territory: Territory) -> dict[tuple[str, str, float], Result]:
    return {
        (found.aim.set_by, found.aim.measure, found.aim.value): found for found in against_aims(evidence(territory))
    }


@pytest.mark.parametrize(
    ("low", "high", "operator", "outcome"),
    [
        (21, 22, "at_least", Outcome.EXCEEDED),
        (20, 20, "at_least", Outcome.REACHED),
        (20, math.nan, "at_least", Outcome.REACHED),
        (18, 19, "at_least", Outcome.NOT_REACHED),
        (19, 21, "at_least", Outcome.UNKNOWN),
        (19, math.nan, "at_least", Outcome.UNKNOWN),
        (math.nan, math.nan, "at_least", Outcome.UNKNOWN),
        (18, 19, "at_most", Outcome.EXCEEDED),
        (20, 20, "at_most", Outcome.REACHED),
        (21, 22, "at_most", Outcome.NOT_REACHED),
        (21, math.nan, "at_most", Outcome.NOT_REACHED),
        (19, math.nan, "at_most", Outcome.UNKNOWN),
        (19, 21, "at_most", Outcome.UNKNOWN),
    ],
)
def test_an_interval_is_judged_only_where_it_lies_on_one_side(low, high, operator, outcome) -> None:
    assert judge(low, high, 20, operator) is outcome


@given(low=st.integers(0, 50), width=st.integers(0, 20), target=st.integers(0, 60), inside=st.floats(0, 1))
def test_no_value_within_the_interval_contradicts_the_outcome(low: int, width: int, target: int, inside: float) -> None:
    outcome = judge(low, low + width, target, "at_least")
    value = low + round(inside * width)
    match outcome:
        case Outcome.EXCEEDED:
            assert value > target
        case Outcome.REACHED:
            assert value >= target
        case Outcome.NOT_REACHED:
            assert value < target
        case _:
            assert low < target <= low + width


def test_the_aims_of_the_province_stand_with_every_version(province: Territory) -> None:
    found = results(province)
    assert {key for key in found if key[0] != "nation"} == {
        ("pm", "recognised", 20.0),
        ("province", "recognised", 25.0),
        ("province", "average_criteria", 12.0),
        ("province", "income_ratio:2015", 1.5),
    }
    assert ("nation", "average_criteria", 15.0) in found


def test_decisions_and_published_total_differ_and_nothing_is_chosen(province: Territory) -> None:
    found = results(province)[("pm", "recognised", 20.0)]
    assert (found.value.low, found.value.high) == (26, 26)
    assert found.published is not None
    assert found.published.value == 17
    assert found.computed is Outcome.EXCEEDED
    assert found.published_outcome is Outcome.NOT_REACHED
    assert found.is_contested
    assert found.outcome is Outcome.UNKNOWN
    assert not found.value.is_illustrative


def test_a_forecast_is_no_published_result(province: Territory) -> None:
    found = results(province)[("province", "average_criteria", 12.0)]
    assert found.published is not None
    assert found.published.is_forecast
    assert found.published_outcome is Outcome.UNKNOWN
    assert found.value.is_illustrative


def test_before_the_target_year_an_aim_that_is_not_reached_yet_is_not_due() -> None:
    territory = load_province(on="2019-12-31", as_of="2019-06-30")
    found = results(territory)[("pm", "recognised", 20.0)]
    assert found.value.low == 15
    assert found.outcome is Outcome.NOT_DUE
    assert found.published is None
    assert results(territory)[("province", "average_criteria", 12.0)].value.status == "estimate"


def test_a_commune_that_did_not_report_widens_the_average_over_all(province: Territory) -> None:
    value = measured(evidence(province), "average_criteria", 2010)
    counts = province.of_year(province.counts, 2010)
    assert (value.communes, value.expected) == (165, 177)
    assert value.low == pytest.approx(counts["low"].sum() / 177)
    assert value.high == pytest.approx(counts["high"].sum() / 177)
    assert value.high - value.low > 12 * 19 / 177


def test_income_is_weighted_by_people_and_silent_communes_widen_it(province: Territory) -> None:
    value = measured(evidence(province), "income", 2020)
    b10, b01 = (pd.read_csv(province.project.data / "illustrative" / f"{name}.csv", dtype={"commune_code": str}) for name in ("b10", "b01"))  # fmt: skip
    latest = b10[(b10["year"] == 2020) & (b10["status"] == "actual")].set_index("commune_code")[
        "income_per_head_vnd_million"
    ]
    people = b01[b01["year"] == 2020].set_index("commune_code")["people"]
    joined = pd.concat([latest.rename("income"), people.rename("people")], axis=1).dropna()
    mean = np.average(joined["income"], weights=joined["people"])
    if value.communes == value.expected:
        assert value.low == value.high == pytest.approx(mean)
    assert value.low <= mean + 1e-9
    assert mean <= value.high + 1e-9
    base, ratio = measured(evidence(province), "income", 2015), measured(evidence(province), "income_ratio:2015", 2020)
    assert ratio.low == pytest.approx(value.low / base.high)
    assert ratio.high == pytest.approx(value.high / base.low)


def test_poverty_of_two_lines_is_never_joined(province: Territory) -> None:
    old, new = (measured(evidence(province), f"poverty_pct:{line}", 2015) for line in ("income_2011_2015", "multidimensional_2016_2020"))  # fmt: skip
    assert old.high < new.low
    assert math.isnan(measured(evidence(province), "poverty_pct:income_2011_2015", 2020).low)


def test_a_withheld_criterion_is_not_measured(district: Territory) -> None:
    open_value = measured(evidence(district), "criterion:19", 2020)
    assert not math.isnan(open_value.low)
    hidden = evidence(replace(district, withheld=frozenset({"19"})))
    assert math.isnan(measured(hidden, "criterion:19", 2020).low)


@pytest.fixture
def own(own_project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("NTM_PROJECT", str(own_project.root))
    return own_project


def write(project: Project, *lines: str) -> None:
    text = "\n".join([HEAD, *lines]) + "\n"
    (project.parameters / "review" / "aims.csv").write_text(text, encoding="utf-8")


def test_the_shipped_file_holds_no_aim(project: Project) -> None:
    assert read_office_aims(project) == []


def test_an_office_writes_down_the_aims_of_a_district_and_a_commune(own: Project) -> None:
    write(
        own,
        "052,2019-12-31,2016-2020,2020,average_criteria,at_least,11,Nghị quyết 05-NQ/HU,2016-03-01,",
        "01762,2019-12-31,2016-2020,2018,all_criteria,at_least,1,Kế hoạch 10/KH-UBND,,",
        "052,2019-12-31,2016-2020,2020,volume_pct:b08.road_village_hardened_km,at_least,60,Kế hoạch 10/KH-UBND,,",
    )
    territory = load_territory("052", on="2019-12-31")
    found = against_aims(evidence(territory))
    assert [result.aim.source for result in found] == ["Nghị quyết 05-NQ/HU", "Kế hoạch 10/KH-UBND"]
    assert [result.aim.set_by for result in found] == ["unit", "unit"]
    counts = territory.of_year(territory.counts, 2020)
    assert found[0].value.low == pytest.approx(counts["low"].mean())
    assert found[1].computed is Outcome.NOT_REACHED
    assert found[1].value.low == pytest.approx(42.3, abs=0.05)
    of_commune = against_aims(evidence(territory, "01762"))
    assert [result.aim.target_year for result in of_commune] == [2018]
    assert aims_of(load_territory("053", on="2019-12-31")) == []


def test_a_code_that_means_another_unit_at_the_papers_date_brings_no_aim(own: Project) -> None:
    write(own, "045,2019-12-31,2016-2020,2020,average_criteria,at_least,11,Nghị quyết 05-NQ/HU,,")
    assert len(aims_of(load_territory("045", on="2019-12-31"))) == 1
    assert aims_of(load_territory("045", on="2020-12-31")) == []


def test_every_fault_of_an_offices_aims_is_told_at_once(own: Project) -> None:
    write(
        own,
        "999,2019-12-31,2016-2020,2020,average_criteria,at_least,11,Nghị quyết 05-NQ/HU,,",
        "052,2019-12-31,2016-2020,2020,average_criterion,at_least,11,Nghị quyết 05-NQ/HU,,",
        "052,2019-12-31,2016-2020,2020,communes_under,at_most,0,Nghị quyết 05-NQ/HU,,",
        "052,31/12/2019,2016-2020,2020,recognised,about,many,,,",
        "052,2019-12-31,2016-2020,2020,volume:b08.roads,at_least,11,Nghị quyết 05-NQ/HU,,",
        "052,2019-12-31,2016-2020,2020,recognised,at_least,1,Nghị quyết 05-NQ/HU,,",
        "052,2019-12-31,2016-2020,2020,recognised,at_least,2,Nghị quyết 05-NQ/HU,,",
    )
    with pytest.raises(UsageFaultsError) as caught:
        read_office_aims(own)
    told = str(caught.value)
    for part in ("aims.csv:2: unit_code", "aims.csv:3: measure", "'average_criteria'", "aims.csv:4: measure", "aims.csv:5: units_on",
                 "aims.csv:5: operator", "aims.csv:5: value", "aims.csv:5: decided_by", "aims.csv:6: measure", "aims.csv:8"):  # fmt: skip
        assert part in told, part
    assert "pydantic" not in told


def test_a_file_with_other_columns_is_refused(own: Project) -> None:
    path = own.parameters / "review" / "aims.csv"
    path.write_text("unit,aim\n052,11\n", encoding="utf-8")
    with pytest.raises(UsageFaultsError, match="decided_by"):
        read_office_aims(own)
