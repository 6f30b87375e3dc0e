"""Who has handed in for a round, on time or late, and how complete it is."""

import datetime as dt
import hashlib
from dataclasses import dataclass, field, replace

import pandas as pd
import pytest

from ntm_lib import units
from ntm_lib.errors import UsageError
from ntm_lib.project import Project
from ntm_lib.submissions.calendar import Calendar, State, calendar, present_round
from ntm_lib.submissions.forms import form_of
from ntm_lib.submissions.forms.layout import Role
from ntm_lib.submissions.lines import FINDING
from ntm_lib.submissions.model import Level, Reading, Sender, Submission, empty_values
from ntm_lib.submissions.vault import open_store

ROUND, DAY = "tong_ket_2019", dt.date(2019, 6, 30)
COMMUNE, OTHER, DISTRICT = "01762", "01765", "052"


@dataclass
class KnownStore:
    """A store whose files came at the moments that a test says."""

    held: list[Submission] = field(default_factory=list)
    lines: pd.DataFrame = field(default_factory=lambda: empty_values().assign(submission=0))

    def submissions(self, round_id: str | None = None) -> list[Submission]:
        return [one for one in self.held if round_id in {None, one.round}]

    def values(self, table: str, **_when: object) -> pd.DataFrame:
        return self.lines[self.lines["table"] == table]


def handed_in(number: int, code: str, moment: str, *, withdrawn: str = "", level: Level = Level.COMMUNE) -> Submission:
    gone = dt.datetime.fromisoformat(withdrawn) if withdrawn else None
    return Submission(
        number, f"{number}.xlsx", "0" * 64, ROUND, level, code, DAY, dt.datetime.fromisoformat(moment), "office", gone
    )


def states(project: Project, *held: Submission) -> dict[tuple[str, str], str]:
    return calendar(project, KnownStore(list(held)), ROUND).senders["state"].to_dict()


def test_the_due_day_itself_is_late_by_the_clock_of_viet_nam(project):
    found = states(
        project,
        handed_in(1, COMMUNE, "2019-06-27T16:59:59+00:00"),  # 23:59:59 of the 27th in Viet Nam
        handed_in(2, OTHER, "2019-06-27T17:00:00+00:00"),  # the 28th has begun there
        handed_in(3, DISTRICT, "2019-07-25T09:00:00+00:00", level=Level.DISTRICT),
    )
    assert found[Level.COMMUNE, COMMUNE] == State.ON_TIME
    assert found[Level.COMMUNE, OTHER] == State.LATE
    assert found[Level.DISTRICT, DISTRICT] == State.ON_TIME
    assert found[Level.PROVINCE, "04"] == State.NOT_SENT


def test_a_withdrawn_file_is_returned_until_a_later_one_comes(project):
    first = handed_in(1, COMMUNE, "2019-06-20T00:00:00+00:00", withdrawn="2019-06-25T00:00:00+00:00")
    assert states(project, first)[Level.COMMUNE, COMMUNE] == State.RETURNED
    late = handed_in(2, COMMUNE, "2019-07-02T00:00:00+00:00")
    assert states(project, first, late)[Level.COMMUNE, COMMUNE] == State.LATE


def test_a_correction_after_the_due_day_does_not_make_a_commune_late(project):
    files = [handed_in(1, COMMUNE, "2019-06-20T00:00:00+00:00"), handed_in(2, COMMUNE, "2019-07-02T00:00:00+00:00")]
    found = calendar(project, KnownStore(files), ROUND).senders.loc[(Level.COMMUNE, COMMUNE)]
    assert found["state"] == State.ON_TIME
    assert found["files"] == 2
    assert found["last"] == files[1].received


def test_every_unit_of_the_date_is_asked_and_no_ward_or_town(project):
    found = calendar(project, KnownStore(), ROUND)
    communes = units.on(DAY, project).communes
    inside = communes[communes["is_in_programme"]]
    assert found.by_state().sum(axis=1).to_dict() == {"commune": len(inside), "district": 13, "province": 1}
    assert found.senders.loc[[Level.COMMUNE]].index.get_level_values("code").tolist() == inside.index.tolist()
    assert set(found.senders["state"]) == {State.NOT_SENT}


def test_a_file_of_a_unit_that_is_not_asked_stands_apart(project):
    stranger = handed_in(1, "01267", "2019-06-01T00:00:00+00:00")  # a ward
    other_day = replace(handed_in(2, "01762", "2019-06-01T00:00:00+00:00"), unit_vintage=dt.date(2026, 1, 1))
    found = calendar(project, KnownStore([stranger, other_day]), ROUND)
    assert found.strangers == (stranger, other_day)
    assert found.by_state()[State.NOT_SENT].sum() == len(found.senders)


def values_of(project: Project, sender: Sender, table: str, share_of_items: float) -> pd.DataFrame:
    """Return values for the first part of the items of every listed line of a table."""
    rows = []
    for sheet in form_of(project, sender).sheets:
        if sheet.table != table:
            continue
        columns = [column.item for column in sheet.columns if column.role is Role.VALUE]
        unit = sheet.columns[0].item
        for line in sheet.lines:
            rows += [
                {"table": table, "set_id": sheet.set_id, "unit_code": line[unit], "year": line["year"], "row": FINDING if sheet.is_finding else "",
                 "item": item, "number": 1.0, "is_not_assessed": False, "status": line["status"],
                 "as_of_date": line["as_of_date"], "sheet": sheet.name, "cell": "A1"}
                for item in columns[: int(len(columns) * share_of_items)]
            ]  # fmt: skip
    return pd.concat([empty_values(), pd.DataFrame(rows)], ignore_index=True)


def reading(sender: Sender, values: pd.DataFrame, name: str) -> tuple[Reading, bytes]:
    content = name.encode()
    return Reading(name, hashlib.sha256(content).hexdigest(), sender, values, ()), content


@pytest.fixture
def handed(own_project: Project) -> tuple[Project, Calendar]:
    """Return a project in whose own store one commune handed in all of B02 and half of B08."""
    store = open_store(own_project)
    sender = Sender(COMMUNE, Level.COMMUNE, DAY, ROUND, DAY)
    parts = [values_of(own_project, sender, "b02", 1), values_of(own_project, sender, "b08", 0.5)]
    store.add(*reading(sender, pd.concat(parts, ignore_index=True), "a.xlsx"), by="Xã Minh Thanh")
    return own_project, calendar(own_project, store, ROUND)


def test_completeness_counts_the_cells_that_the_form_asks_for(handed):
    _project, found = handed
    held = found.tables.loc[(Level.COMMUNE, COMMUNE)]
    assert held.loc["b02", "asked"] > 300
    assert held.loc["b02", "filled"] == held.loc["b02", "asked"]
    assert 0.4 < held.loc["b08", "filled"] / held.loc["b08", "asked"] < 0.6
    assert held.loc["b12", "filled"] == 0 < held.loc["b12", "asked"]
    assert held.loc["b07", "asked"] == 0, "a list of works has no certain length"
    assert found.tables.loc[(Level.COMMUNE, OTHER), "filled"].sum() == 0
    assert found.senders.loc[(Level.COMMUNE, COMMUNE), "state"] == State.LATE, "handed in years after the round"


def test_only_the_lines_and_items_asked_count_as_filled(own_project):
    sender = Sender(COMMUNE, Level.COMMUNE, DAY, ROUND, DAY)
    values = values_of(own_project, sender, "b08", 1)
    own = values.groupby("item").head(1)
    beside = own.assign(year=1999, as_of_date=dt.date(1999, 12, 31))
    store = open_store(own_project)
    store.add(*reading(sender, pd.concat([own, beside], ignore_index=True), "a.xlsx"), by="x")
    held = calendar(own_project, store, ROUND).tables.loc[(Level.COMMUNE, COMMUNE, "b08")]
    assert held["lines"] == 2
    assert 0 < held["filled"] <= own["item"].nunique()


def test_what_a_later_round_reports_anew_does_not_empty_the_earlier_one(handed):
    project, before = handed
    rounds = project.parameters / "rounds.yaml"
    rounds.write_text(
        rounds.read_text(encoding="utf-8") + "- {id: next, title: {vi: Sau, en: Next}, as_of: 2019-12-31}\n",
        encoding="utf-8",
    )
    sender = Sender(COMMUNE, Level.COMMUNE, dt.date(2019, 12, 31), "next", dt.date(2019, 12, 31))
    again = values_of(project, replace(sender, round=ROUND, as_of=DAY, unit_vintage=DAY), "b02", 1)
    store = open_store(project)
    store.add(*reading(sender, again, "b.xlsx"), by="x")
    pd.testing.assert_frame_equal(calendar(project, store, ROUND).tables, before.tables)
    after = calendar(project, store, "next")
    assert after.senders.loc[(Level.COMMUNE, COMMUNE), "state"] == State.RECEIVED, "the round sets no due day"


def test_a_withdrawn_file_fills_nothing(handed):
    project, _before = handed
    store = open_store(project)
    store.withdraw(store.submissions(ROUND)[0].id, by="Văn phòng")
    found = calendar(project, store, ROUND)
    assert found.senders.loc[(Level.COMMUNE, COMMUNE), "state"] == State.RETURNED
    assert found.tables["filled"].sum() == 0
    assert found.by_table().empty


def test_one_district_stands_with_its_communes(handed):
    _project, found = handed
    inside = found.within(DISTRICT)
    assert len(inside.communes_of(DISTRICT)) == len(inside.senders) - 1
    assert COMMUNE in inside.communes_of(DISTRICT).index
    with pytest.raises(UsageError):
        found.within("04")


def test_a_province_without_districts_has_two_tiers(own_project):
    (own_project.parameters / "rounds.yaml").write_text(
        "- {id: y2025, title: {vi: Năm 2025, en: Year 2025}, as_of: 2025-12-31, due: {commune: 2026-01-10, province: 2026-02-01}}\n",
        encoding="utf-8",
    )
    found = calendar(own_project, KnownStore(), "y2025")
    assert found.levels == [Level.COMMUNE, Level.PROVINCE]
    assert len(found.communes_of("04")) == found.by_state().loc["commune"].sum() == 53


def test_the_present_round_is_the_one_whose_cut_off_came_last(own_project):
    text = "- {{id: {0}, title: {{vi: A, en: A}}, as_of: {1}}}\n"
    (own_project.parameters / "rounds.yaml").write_text(
        text.format("a", "2019-06-30") + text.format("c", "2030-06-30") + text.format("b", "2020-06-30"),
        encoding="utf-8",
    )
    assert present_round(own_project, dt.date(2026, 1, 1)).id == "b"
    assert present_round(own_project, dt.date(2019, 1, 1)).id == "a"
    (own_project.parameters / "rounds.yaml").write_text("[]\n", encoding="utf-8")
    with pytest.raises(UsageError):
        present_round(own_project)
