"""A loss is a fall in fact, a raised level or another set; what is unknown is neither kept nor lost."""

import pandas as pd
from invented_territory import SET, YEAR, district, judged

from ntm_lib.evaluation.shortfalls.kept import FELL, LEVEL_RAISED, SET_CHANGED, not_kept

NAN = float("nan")


def losses(changes: dict[tuple[int, int, str], float]) -> pd.DataFrame:
    territory = district(changes)
    table = not_kept(territory)
    return table[(table["met_in"] >= 2017) & (table["commune_code"] == territory.parts["from_code"].iloc[0])]


def test_a_fall_in_one_set_is_told_with_its_years_and_whether_it_was_made_good() -> None:
    table = losses({(0, 2019, "5"): 10.0})
    assert table[["criterion", "year", "met_in", "reason", "met_now"]].values.tolist() == [
        ["5", 2019, 2018, FELL, True]
    ]


def test_a_level_that_rose_past_an_unchanged_value_is_not_a_fall() -> None:
    levels = {year: district().reported.rules[year].requirements.at["10", "level"] for year in range(2017, YEAR + 1)}
    assert levels[2017] < levels[2018]
    table = losses({(0, year, "10"): levels[2017] for year in range(2018, YEAR + 1)})
    assert table[["criterion", "year", "reason", "met_now"]].values.tolist() == [["10", 2018, LEVEL_RAISED, False]]


def test_a_year_without_data_is_neither_kept_nor_lost() -> None:
    assert losses({(0, 2018, "5"): NAN}).empty
    assert losses({(0, YEAR, "5"): NAN}).empty
    table = losses({(0, 2018, "5"): NAN, (0, 2019, "5"): 10.0})
    assert table[["year", "met_in"]].values.tolist() == [[2019, 2017]]


def test_across_two_sets_the_table_does_not_call_it_a_fall() -> None:
    territory = district()
    code = territory.parts["from_code"].iloc[0]
    values = territory.results.values[SET].copy()
    values.loc[(code, 2017), "16"] = 0.0
    old_set = territory.reported.rules[2016].set_id
    before = territory.results.values[old_set].copy()
    before.loc[(code, 2016), "16"] = territory.reported.rules[2016].requirements.at["16", "level"]
    table = not_kept(judged(territory, {SET: values, old_set: before}))
    row = table[(table["commune_code"] == code) & (table["criterion"] == "16") & (table["year"] == 2017)]
    assert row["reason"].tolist() == [SET_CHANGED]
