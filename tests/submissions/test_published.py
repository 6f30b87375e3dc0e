"""Published figures and the register of recognised communes: facts with their source, nothing generated."""

import datetime as dt

import pandas as pd

from ntm_lib import units
from ntm_lib.project import Project
from ntm_lib.provenance import check_records, read_record
from ntm_lib.submissions import read_table


def _published(project: Project, name: str) -> pd.DataFrame:
    return pd.read_csv(project.data / "published" / name, dtype=str, keep_default_na=False)


def test_every_file_is_the_one_its_record_describes(project: Project) -> None:
    check_records(project, project.data / "published")
    for path in (project.data / "published").glob("*.csv"):
        assert read_record(path).nature == "published"


def test_every_published_figure_has_a_source_and_a_confidence(project: Project) -> None:
    for name in ("results.csv", "targets.csv"):
        frame = _published(project, name)
        assert len(frame) > 40
        assert (frame["source_title"] != "").all()
        assert (frame["confidence"] != "").all()


def test_the_register_holds_the_ten_recognitions_read_in_a_source(project: Project) -> None:
    table = read_table("b05", project)
    assert not table.is_illustrative
    frame = table.frame
    names = units.on(dt.date(2019, 12, 31), project).frame["short_name"]
    found = {(names[code], year) for code, year in zip(frame["commune_code"], frame["year"], strict=True)}
    assert found == {
        ("Bế Triều", 2018), ("Minh Thanh", 2018), ("Quang Hán", 2018), ("Phù Ngọc", 2018), ("Đình Minh", 2018),
        ("Đại Sơn", 2019), ("Sóc Hà", 2019), ("Lê Lai", 2019), ("Hoàng Tung", 2019), ("Vĩnh Quang", 2019),
    }  # fmt: skip
    city = units.on(dt.date(2019, 12, 31), project).frame.loc["01693", "parent_code"]
    assert city == "040", "Vĩnh Quang of the city, not of Bảo Lâm"
    assert set(frame["decision_date"].dt.date) == {dt.date(2019, 1, 14), dt.date(2020, 1, 20)}
    assert set(frame["decision_no"]) == {"46/QĐ-UBND"}


def test_the_cut_off_of_the_review_hides_the_decision_of_2020(project: Project) -> None:
    frame = read_table("b05", project, dt.date(2019, 6, 30)).frame
    assert set(frame["year"]) == {2018}


def test_named_and_not_named_add_up_to_the_published_counts(project: Project) -> None:
    counts = _published(project, "recognised_counts.csv")
    numbers = counts[["recognised", "named", "not_named"]].astype(int)
    assert (numbers["named"] + numbers["not_named"] == numbers["recognised"]).all()
    ends = dict(zip(counts["last_year"], numbers["recognised"].cumsum(), strict=True))
    assert ends == {"2017": 10, "2018": 15, "2019": 20, "2020": 26}
    register = read_table("b05", project).frame.groupby("year").size()
    assert register.to_dict() == {
        int(row["last_year"]): int(row["named"]) for _n, row in counts.iterrows() if row["named"] != "0"
    }
    assert (counts["source"] != "").all()
