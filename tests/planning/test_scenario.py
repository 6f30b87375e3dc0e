"""Scenarios: blocks of changes over a base that is never edited; a mistyped name is refused with the nearest one."""

import pytest
import yaml

from ntm_lib.errors import UsageError
from ntm_lib.planning.scenario import load_scenario, save_scenario, scenario_ids
from ntm_lib.review import Labels

TITLE = Labels(vi="Phương án thử", en="Trial")


def test_every_shipped_scenario_reads_and_says_who_and_why(project):
    names = scenario_ids(project)
    assert names[0] == "base"
    assert {"as_usual", "provincial_aims", "most_communes", "difficult_first", "bad_year", "accelerated"} <= set(names)
    for name in names:
        scenario = load_scenario(name, project)
        assert scenario.author
        assert scenario.title.vi
        assert scenario.reason.vi
        assert bool(scenario.changes) == (name != "base")


def test_a_scenario_changes_only_what_it_says(project):
    base, cut = load_scenario("base", project), load_scenario("bad_year", project)
    before, after = base.settings.model_dump(), cut.settings.model_dump()
    for key in cut.changes:
        block, field = key.split(".")
        before[block].pop(field), after[block].pop(field)
    assert before == after
    assert cut.settings.money.change_pct_by_year[2023] == -40


def test_unknown_names_are_told_all_at_once_with_the_nearest(own_project):
    path = own_project.parameters / "scenarios" / "wrong.yaml"
    content = yaml.safe_load((own_project.parameters / "scenarios" / "bad_year.yaml").read_text(encoding="utf-8"))
    content["blocks"]["budget_cut"]["set"] = {"money.allocaton": "free", "aims.flor": 3}
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(UsageError) as error:
        load_scenario("wrong", own_project)
    assert "'allocation'" in str(error.value)
    assert "'floor'" in str(error.value)
    assert error.value.exit_code == 2


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"aims__floor": -1}, "từ 0 trở lên"),
        ({"money__change_pct_by_year": {2031: 5}}, "2031"),
        ({"money__change_pct_by_purse": {"centrall": 5}}, "central_investment"),
        ({"limits__keep_standard_by": 2019}, "2019"),
        ({"horizon__last_year": 2019}, "2019"),
        ({"aims__standard_by_year": {"abc": 5}}, "aims.standard_by_year.abc: 'abc'"),
        ({"aims__standard_by_year": {2022: 9, 2024: 8}}, r"aims\.standard_by_year: 2022: 9, 2024: 8"),
        ({"aims__villages_by_year": {2022: -1}}, r"aims\.villages_by_year\.2022: .*từ 0 trở lên"),
        ({"aims__villages_by_year": {2023: 9, 2022: 10}}, r"aims\.villages_by_year: 2022: 10, 2023: 9"),
        ({"aims__villages_by_year": {2020: 5, 2022: 6}}, r"aims\.villages_by_year: 2020"),
        ({"aims__villages": 8, "aims__villages_by_year": {2022: 8, 2023: 9}}, r"2023: 9 .*aims\.villages: 8"),
        ({"aims__villages": 8, "aims__villages_by_year": {2025: 7}}, r"2025: 7 .*aims\.villages: 8"),
        ({"aims__standard": 50, "aims__standard_by_year": {2022: 20, 2023: 51}}, r"2023: 51 .*aims\.standard: 50"),
        ({"aims__standard": 50, "aims__standard_by_year": {2025: 49}}, r"2025: 49 .*aims\.standard: 50"),
        ({"aims__standard": 9, "aims__advanced": 10}, r"aims\.advanced: 10 .*aims\.standard: 9"),
        ({"aims__advanced": 4, "aims__model": 5}, r"aims\.model: 5 .*aims\.advanced: 4"),
        ({"aims__standard": 4, "aims__model": 5}, r"aims\.model: 5 .*aims\.standard: 4"),
        (
            {"aims__district_share": 0.5, "aims__district_advanced_share": 0.6},
            r"district_advanced_share: 0\.6 .*district_share: 0\.5",
        ),
        ({"aims__districts": 2, "aims__district_share": 0}, r"aims\.districts: 2 .*district_share: 0"),
        (
            {"money__closed": ["credit"], "money__extra_vnd_million": {2024: {"credit": 10}}},
            r"money\.extra_vnd_million: credit .*money\.closed",
        ),
        (
            {"money__closed": ["credit"], "money__change_pct_by_purse": {"credit": 10}},
            r"money\.change_pct_by_purse: credit .*money\.closed",
        ),
        ({"money__allocation_points": {"zone_I": 1, "boarder": 2}}, "boarder"),
        ({"money__allocation": "coefficients", "money__allocated": []}, r"money\.allocated"),
        (
            {"money__allocation": "coefficients", "money__allocated": ["local"], "money__closed": ["local"]},
            r"money\.allocated",
        ),
        ({"money__reserve_pct": 100}, "100"),
        ({"costs__distance_factor_max": 0.8}, "từ 1 trở lên"),
        ({"search__gap": 2}, "0.5"),
        ({"costs__package_shares": {"local": 0.5}}, "package_shares"),
    ],
)
def test_values_that_cannot_be_are_refused(project, changes, told):
    with pytest.raises(UsageError, match=told):
        load_scenario("base", project, **changes)


def test_villages_by_year_may_end_at_the_aim_or_stand_alone(project):
    both = load_scenario("base", project, aims__villages=8, aims__villages_by_year={2022: 3, 2025: 8}).settings.aims
    alone = load_scenario("base", project, aims__villages_by_year={2022: 3, 2023: 3}).settings.aims
    assert (both.villages, both.villages_by_year) == (8, {2022: 3, 2025: 8})
    assert (alone.villages, alone.villages_by_year) == (None, {2022: 3, 2023: 3})


def test_contradictions_are_told_all_at_once(project):
    with pytest.raises(UsageError) as error:
        load_scenario(
            "base", project, aims__standard=5, aims__standard_by_year={2023: 6}, aims__advanced=7,
            money__closed=["firms"], money__change_pct_by_purse={"firms": 5},
        )  # fmt: skip
    for told in ("2023: 6", "aims.advanced: 7", "money.change_pct_by_purse: firms"):
        assert told in str(error.value)


def test_what_only_repeats_itself_is_no_contradiction(project):
    made = load_scenario(
        "base", project, aims__standard=50, aims__standard_by_year={2022: 20, 2024: 50, 2025: 50}, aims__advanced=50,
        aims__model=50, money__closed=["local"], money__extra_vnd_million={2024: {"local": 0}},
    ).settings  # fmt: skip
    assert made.aims.standard_by_year[2025] == made.aims.standard
    assert made.money.closed


def test_an_unknown_scenario_is_refused_with_the_nearest_name(project):
    with pytest.raises(UsageError, match="most_communes"):
        load_scenario("most_comunes", project)


def test_two_blocks_may_not_set_the_same(own_project):
    path = own_project.parameters / "scenarios" / "twice.yaml"
    content = yaml.safe_load((own_project.parameters / "scenarios" / "bad_year.yaml").read_text(encoding="utf-8"))
    content["blocks"]["again"] = {"reason": {"vi": "a", "en": "a"}, "set": {"aims.floor": 3}}
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(UsageError, match=r"aims\.floor"):
        load_scenario("twice", own_project)


def test_a_saved_scenario_reads_back_and_keeps_its_origin(own_project):
    origin = load_scenario("bad_year", own_project)
    path = save_scenario(
        own_project, "harder", title=TITLE, author="Tổ kế hoạch", reason=Labels(vi="Thử", en="Trial"),
        changes={"aims.floor": 8, "money.change_pct_by_year": {2022: -5}}, origin="bad_year",
    )  # fmt: skip
    made = load_scenario("harder", own_project)
    assert path.exists()
    assert made.settings.aims.floor == 8
    assert made.settings.money.change_pct_by_year == {2022: -5}
    assert made.settings.costs == origin.settings.costs
    assert made.author == "Tổ kế hoạch"


@pytest.mark.parametrize("name", ["base", "bad_year", "../evil", "Hoa", "", "a" * 60])
def test_saving_never_overwrites_and_takes_no_path(own_project, name):
    before = {path: path.read_bytes() for path in (own_project.parameters / "scenarios").iterdir()}
    with pytest.raises(UsageError):
        save_scenario(
            own_project, name, title=TITLE, author="A", reason=TITLE, changes={"aims.floor": 8}, origin="base"
        )
    assert {path: path.read_bytes() for path in (own_project.parameters / "scenarios").iterdir()} == before


def test_a_wrong_change_is_not_saved(own_project):
    with pytest.raises(UsageError):
        save_scenario(
            own_project, "bad", title=TITLE, author="A", reason=TITLE, changes={"aims.floor": "x"}, origin="base"
        )
    assert not (own_project.parameters / "scenarios" / "bad.yaml").exists()


def test_text_of_a_scenario_stays_text(own_project):
    save_scenario(
        own_project, "script", title=Labels(vi="<script>1</script>", en="!!python/object:os.system"), author="=1+1",
        reason=TITLE, changes={"aims.floor": 8}, origin="base",
    )  # fmt: skip
    made = load_scenario("script", own_project)
    assert made.title.en == "!!python/object:os.system"
