"""Whatever is handed in, withdrawn and closed in whatever order: the store shows what a model of a few lines shows."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_cases import AFTER, BEFORE, CHANGED, SAME, hand_in, line, units_on

from ntm_lib.errors import UsageError
from ntm_lib.submissions.model import Level
from ntm_lib.submissions.vault import BookStore, check_store

CONTENT = st.dictionaries(
    st.tuples(st.sampled_from([SAME, CHANGED]), st.sampled_from(["17.1", "17.2"]), st.sampled_from([BEFORE, AFTER])),
    st.integers(0, 2),
    max_size=4,
)
HAND_IN = st.tuples(
    st.just("hand in"),
    CONTENT,
    st.sampled_from(["r1", "r2"]),
    st.sampled_from([Level.COMMUNE, Level.DISTRICT]),
    st.sampled_from([BEFORE, AFTER]),
)
STEPS = st.lists(
    st.one_of(
        HAND_IN,
        HAND_IN,
        HAND_IN,
        st.tuples(st.just("withdraw"), st.integers(0, 8)),
        st.tuples(st.just("close"), st.sampled_from(["r1", "r2"])),
    ),
    max_size=12,
)


@dataclass
class Handed:
    """One file of the model."""

    id: int
    round: str
    values: dict[Any, int]
    is_withdrawn: bool = False


@dataclass
class Model:
    """What should be, said as plainly as possible."""

    files: list[Handed] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    def view(self) -> dict[Any, tuple[int, int]]:
        """Return (submission, number) by key: of the first closed round that has one, else the latest of all."""
        seen: dict[Any, tuple[int, int]] = {}
        alive = [file for file in self.files if not file.is_withdrawn]
        open_files = [file for file in alive if file.round not in self.closed]
        for group in (open_files, *([f for f in alive if f.round == name] for name in reversed(self.closed))):
            for file in group:
                seen |= {key: (file.id, number) for key, number in file.values.items()}
        return seen

    def takes(self, file: Handed) -> bool:
        """Whether a file may come in: its round is open, and no signed value would become another."""
        signed = {
            key: number
            for name in reversed(self.closed)
            for other in self.files
            if other.round == name and not other.is_withdrawn
            for key, number in other.values.items()
        }
        changes = any(signed.get(key, number) != number for key, number in file.values.items())
        return file.round not in self.closed and not changes


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make packs of a few entries, and do not wait for the disk, which these tests do not look at."""
    monkeypatch.setattr("ntm_lib.submissions.vault.packs.BLOCK", 3)
    monkeypatch.setattr("os.fsync", lambda _handle: None)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_store_shows_what_the_model_shows(make: Callable[[], BookStore], fast: None, steps: list[Any]) -> None:
    store, model = make(), Model()
    views: list[tuple[dt.datetime, dict[Any, tuple[int, int]]]] = []
    for place, step in enumerate(steps):
        done = _do(store, model, step, place)
        if done is not None:
            views.append((done, model.view()))
        assert shown(store) == model.view()
    for moment, wanted in views:
        assert shown(store, known_on=moment) == wanted
    assert [one.id for one in store.submissions()] == [file.id for file in model.files]
    assert list(store.closed()) == model.closed
    assert check_store(store).faults == ()


def _do(store: BookStore, model: Model, step: Any, place: int) -> dt.datetime | None:
    """Take one step in the store and the model, which must agree on whether it is allowed; return its moment."""
    match step:
        case ("hand in", content, round_id, level, vintage):
            keys = {
                (level, code, units_on(vintage)[code], item, as_of): n for (code, item, as_of), n in content.items()
            }
            file = Handed(len(store.book().entries) + 1, round_id, keys)
            lines = [line(item, n, unit_code=code, as_of_date=as_of) for (code, item, as_of), n in content.items()]
            sender = {"round_id": round_id, "level": level, "vintage": vintage}
            if not model.takes(file):
                with pytest.raises(UsageError):
                    hand_in(store, b"%d" % place, *lines, **sender)
                return None
            moment = hand_in(store, b"%d" % place, *lines, **sender).received
            model.files.append(file)
        case ("withdraw", which):
            file = model.files[which] if which < len(model.files) else None
            if file is None or file.is_withdrawn or file.round in model.closed:
                with pytest.raises(UsageError):
                    store.withdraw(file.id if file else 99, "x")
                return None
            moment = store.withdraw(file.id, "x").withdrawn
            file.is_withdrawn = True
        case ("close", name):
            if name in model.closed:
                with pytest.raises(UsageError):
                    store.close(name, "x")
                return None
            store.close(name, "x")
            moment = store.closed()[name]
            model.closed.append(name)
    return moment


def shown(store: BookStore, **view: Any) -> dict[Any, tuple[int, int]]:
    """Return (submission, number) by level, unit, item and cut-off date; no key may come twice."""
    found = store.values("b02", **view)
    keys = [
        (Level(row.level), row.unit_code, units_on(row.unit_vintage)[row.unit_code], row.item, row.as_of_date)
        for row in found.itertuples()
    ]
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, zip(found["submission"], found["number"].astype(int), strict=True), strict=True))


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.tuples(
            st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), st.one_of(st.none(), TEXT), TEXT
        ),
        max_size=6,
    )
)
def test_any_number_and_any_text_comes_back(make: Callable[[], BookStore], fast: None, cells: list[Any]) -> None:
    store = make()
    lines = [line(str(place), number, text=text, row=row) for place, (number, text, row) in enumerate(cells)]
    hand_in(store, b"a", *lines)
    found = store.values("b02")
    back = [
        (None if pd.isna(number) else number, None if pd.isna(text) else text, row)
        for number, text, row in zip(found["number"], found["text"], found["row"], strict=True)
    ]
    assert back == cells
    assert check_store(store).faults == ()
