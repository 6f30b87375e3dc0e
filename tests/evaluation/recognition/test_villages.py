"""Villages are counted where they were reported; a commune that reported nothing is empty, never zero."""

from collections.abc import Callable

import pandas as pd
import shipped

from ntm_lib.evaluation import load_province, load_territory
from ntm_lib.evaluation.recognition.villages import village_aims, village_counts, villages
from ntm_lib.project import Project

Write = Callable[[str, pd.DataFrame], None]


def b13() -> pd.DataFrame:
    """Return five invented villages of three communes of Nguyên Bình, of 2020 but for one."""
    rows = [
        ("01762", 2020, "1", 40, 16, 16, 2019),
        ("01762", 2020, "2", 30, 15, 16, None),
        ("01762", 2020, "3", None, None, 16, 2021),
        ("01771", 2020, "1", 25, 16, 16, None),
        ("01774", 2019, "1", 25, 16, 16, 2019),
    ]
    names = ["commune_code", "year", "village_id", "households", "criteria_met", "criteria_total", "recognised_year"]
    table = pd.DataFrame(rows, columns=names).astype(dict.fromkeys(names[3:], "Int64"))
    table.insert(3, "village", "Xóm " + table["village_id"])
    rest = {"status": "actual", "source_doc": "Bịa", "reported_by": "", "note": ""}
    table = table.assign(**rest, as_of_date=table["year"].astype(str) + "-12-31")
    return table[[*table.columns[:8], "status", "as_of_date", "source_doc", "reported_by", "note"]]


def test_nobody_handed_the_table_in() -> None:
    assert villages(shipped.province()) is None


def test_counts_of_an_invented_table(own: Project, write_table: Write) -> None:
    write_table("b13", b13())
    territory = load_territory("052")
    frame = villages(territory)
    assert frame is not None
    counts = village_counts(frame, territory, 2020)
    assert counts.loc["01762", ["villages", "households", "meets", "may_meet", "recognised"]].tolist() == [
        3,
        70,
        1,
        1,
        1,
    ]
    assert counts.loc["01771", ["villages", "meets", "recognised"]].tolist() == [1, 1, 0]
    assert counts.drop(["01762", "01771"]).isna().all(axis=None)
    assert village_counts(frame, territory, 2019).loc["01774", "recognised"] == 1


def test_on_later_units_the_villages_follow_their_commune(own: Project, write_table: Write) -> None:
    write_table("b13", b13())
    for on in ("2020-12-31", "2025-12-31"):
        territory = load_province(on=on)
        frame = villages(territory)
        assert frame is not None
        assert village_counts(frame, territory, 2020)["villages"].sum() == 4


def test_the_villages_of_another_district_are_not_counted(own: Project, write_table: Write) -> None:
    write_table("b13", b13())
    frame = villages(load_territory("051"))
    assert frame is not None
    assert frame.empty


def test_the_published_aims_for_villages_are_found_with_their_source() -> None:
    aims = village_aims(shipped.province())
    assert {(row.year, row.value) for row in aims.itertuples()} == {(2021, 30), (2025, 30), (2025, 180)}
    assert aims.loc[aims["value"] == 180, "out_of"].tolist() == [448]
    assert (aims["source"] != "").all()
