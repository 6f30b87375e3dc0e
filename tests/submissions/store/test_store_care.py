"""Looking after a store: damage is found and told, a backup is whole or refused, an older store is moved."""

import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet
from store_cases import SAME, hand_in, line, numbers, to_an_older_version, units_on

from ntm_lib.errors import NtmError, UsageError
from ntm_lib.project import Project
from ntm_lib.submissions.model import VALUES, Level
from ntm_lib.submissions.vault import BookStore, back_up, check_store, open_store, restore
from ntm_lib.submissions.vault.backup import check_backup
from ntm_lib.submissions.vault.files import FileStore
from ntm_lib.submissions.vault.packs import parquet_bytes, write_lines

Make = Callable[[], BookStore]


def _filled(store: BookStore) -> BookStore:
    hand_in(store, b"first", line(number=1.0), line("17.2", None, text="xóm Bản Chang"))
    hand_in(store, b"second", line(number=2.0), line(table="b04", item="km", number=3.5))
    hand_in(store, b"third", line(number=9.0), level=Level.DISTRICT, unit="052", round_id="next")
    store.withdraw(3, "Văn phòng")
    store.close("tong_ket_2019", "Ban Chỉ đạo")
    return store


def _told(store: BookStore) -> tuple[object, ...]:
    values = [str(sorted(numbers(store, table).items())) for table in ("b02", "b04")]
    return store.book().entries, values, store.submissions(), store.closed()


@pytest.mark.parametrize("source", ["files", "postgres"])
@pytest.mark.parametrize("target", ["files", "postgres"])
def test_a_backup_of_either_kind_fills_a_store_of_either_kind(
    source: str, target: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    first = _filled(request.getfixturevalue(f"make_{source}")())
    told, originals = _told(first), [first.original(one.sha256) for one in first.submissions()]
    path = tmp_path / "backup.zip"
    assert back_up(first, path).entries == first.book().entries
    second = request.getfixturevalue(f"make_{target}")()
    restore(second, path)
    assert _told(second) == told
    assert [second.original(one.sha256) for one in second.submissions()] == originals
    assert check_store(second).faults == ()
    hand_in(second, b"fourth", line(number=4.0), round_id="new", level=Level.PROVINCE)
    assert check_store(second).faults == ()


def test_nothing_is_overwritten(store: BookStore, tmp_path: Path) -> None:
    _filled(store)
    path = tmp_path / "backup.zip"
    back_up(store, path)
    told, content = _told(store), path.read_bytes()
    with pytest.raises(UsageError):
        back_up(store, path)
    with pytest.raises(UsageError):
        restore(store, path)
    assert path.read_bytes() == content
    assert _told(store) == told


def test_an_empty_store_has_a_backup_too(make: Make, tmp_path: Path) -> None:
    back_up(make(), tmp_path / "backup.zip")
    store = make()
    restore(store, tmp_path / "backup.zip")
    assert store.submissions() == []
    assert hand_in(store, b"a", line()).id == 1


def test_no_damage_of_a_backup_goes_unseen(make_files: Make, tmp_path: Path) -> None:
    path = tmp_path / "backup.zip"
    back_up(_filled(make_files()), path)
    whole = path.read_bytes()
    for kept in (0, 10, len(whole) // 2, len(whole) - 1):
        _refused(make_files, tmp_path, whole[:kept])
    for name in zipfile.ZipFile(path).namelist():
        _refused(make_files, tmp_path, _rezipped(whole, lambda other, data, name=name: None if other == name else data))
        _refused(
            make_files,
            tmp_path,
            _rezipped(whole, lambda other, data, name=name: _bent(data) if other == name else data),
        )
    assert check_backup(path).entries


def test_a_backup_of_an_older_version_is_moved_while_it_is_restored(make_files: Make, tmp_path: Path) -> None:
    source = _filled(make_files())
    path, older = tmp_path / "backup.zip", tmp_path / "older.zip"
    back_up(source, path)

    def to_version_1(name: str, data: bytes) -> bytes:
        if name == "backup.json":
            return json.dumps({"version": 1, "entries": 5}).encode()
        if name.startswith("book/"):
            entry = json.loads(data)
            del entry["previous"]
            return json.dumps(entry).encode()
        return data

    older.write_bytes(_rezipped(path.read_bytes(), to_version_1))
    store = make_files()
    restore(store, older)
    assert _told(store) == _told(source)
    assert check_store(store).faults == ()
    newer = _rezipped(path.read_bytes(), lambda name, data: b'{"version": 3, "entries": 5}' if name[1] == "a" else data)
    _refused(make_files, tmp_path, newer)


def _rezipped(whole: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Return a backup whose members went through ``change``, with sums that fit again; None leaves one out."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            data = change(name, source.read(name))
            if data is not None:
                archive.writestr(name, data)
    return target.getvalue()


def _bent(data: bytes) -> bytes:
    """Change one letter or byte in the middle; a digit of a JSON text stays a digit."""
    places = [place for place, byte in enumerate(data) if chr(byte).isdigit()] or [len(data) // 2]
    place = places[len(places) // 2]
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def _refused(make_files: Make, tmp_path: Path, data: bytes) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(data)
    store = make_files()
    with pytest.raises(NtmError, match=r"bad\.zip"):
        restore(store, bad)
    assert not store.folder.exists()


DAMAGES = {
    "an original that changed": ("originals/*", lambda path: path.write_bytes(b"other")),
    "an original that is gone": ("originals/*", Path.unlink),
    "values that are gone": ("values/*", Path.unlink),
    "values cut short": ("values/*", lambda path: path.write_bytes(path.read_bytes()[:-20])),
    "a pack cut short": ("packs/*", lambda path: path.write_bytes(path.read_bytes()[:-20])),
    "an entry that changed": (
        "book/00000002.json",
        lambda path: path.write_text(path.read_text(encoding="utf-8").replace("xa.xlsx", "xb.xlsx"), encoding="utf-8"),
    ),
    "who withdrew changed": (
        "book/00000004.json",
        lambda path: path.write_text(path.read_text(encoding="utf-8").replace("Văn", "Van"), encoding="utf-8"),
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_told(name: str, make_files: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ntm_lib.submissions.vault.packs.BLOCK", 2)
    store = _filled(make_files())
    wanted = str(numbers(store))
    pattern, damage = DAMAGES[name]
    path = sorted(store.folder.glob(pattern))[0]
    damage(path)
    again = FileStore(store.folder, units_on)
    assert check_store(again).faults
    if pattern.startswith("packs"):
        assert str(numbers(again)) == wanted
        path.unlink()
        assert str(numbers(again)) == wanted
        assert check_store(again).faults == ()


@pytest.mark.parametrize("kind", ["values", "packs"])
def test_no_turned_bit_gives_another_value(kind: str, make_files: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ntm_lib.submissions.vault.packs.BLOCK", 2 if kind == "packs" else 99)
    store = _filled(make_files())
    wanted = [str(numbers(store, table)) for table in ("b02", "b04")]
    path = max((store.folder / kind).iterdir(), key=lambda one: one.stat().st_size)
    whole, told = path.read_bytes(), 0
    for place in range(0, len(whole), 23):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :])
        try:
            found = [str(numbers(store, table)) for table in ("b02", "b04")]
        except NtmError:
            told += 1
        else:
            assert found == wanted, f"byte {place}"
            told += bool(check_store(store).faults)
    assert told == len(range(0, len(whole), 23))


def test_values_that_another_program_rewrote_are_told(make_files: Make) -> None:
    store = _filled(make_files())
    values = store.folder / "values"
    path = next(path for path in values.iterdir() if "km" in parquet.read_table(path)["item"].to_pylist())
    table = parquet.read_table(path)
    changed = pa.array([number + 1e-9 for number in table["number"].to_pylist()])
    path.unlink()
    write_lines(values, path.stem.split("-")[0], parquet_bytes([table.set_column(6, "number", changed)], VALUES))
    assert len(check_store(store).faults) == 1


def test_a_lost_entry_or_head_stops_instead_of_hiding_what_followed(make_files: Make) -> None:
    store = _filled(make_files())
    (store.folder / "book" / "00000003.json").rename(store.folder / "kept")
    with pytest.raises(NtmError, match=r"00000003\.json"):
        FileStore(store.folder, units_on).submissions()
    (store.folder / "kept").rename(store.folder / "book" / "00000003.json")
    (store.folder / "store.json").unlink()
    with pytest.raises(NtmError, match=r"store\.json"):
        FileStore(store.folder, units_on).submissions()


def test_an_entry_of_a_newer_program_stops(make_files: Make) -> None:
    store = _filled(make_files())
    store.book()
    (store.folder / "book" / "00000006.json").write_text(
        '{"number": 6, "kind": "moved", "version": 3}', encoding="utf-8"
    )
    for one in (store, FileStore(store.folder, units_on)):
        with pytest.raises(NtmError, match=r"00000006\.json"):
            hand_in(one, b"late", line())


def test_damage_on_the_server_is_told(make_postgres: Make) -> None:
    import sqlalchemy as sa

    store = _filled(make_postgres())
    for order in (
        "UPDATE ntm_values SET number = number + 1 WHERE submission = 1",
        "UPDATE ntm_originals SET content = 'x'",
        "UPDATE ntm_entries SET body = replace(body, 'xa.xlsx', 'xb.xlsx') WHERE number = 1",
        "DELETE FROM ntm_values WHERE submission = 2",
    ):
        with store._engine.connect() as connection:
            connection.execute(sa.text(order))
            connection.commit()
        assert check_store(type(store)(str(store._engine.url), units_on)).faults
        store = _filled(make_postgres())
    with store._engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM ntm_values WHERE submission = 3"))
        connection.execute(sa.text("DELETE FROM ntm_entries WHERE number = 3"))
    with pytest.raises(NtmError, match="3"):
        type(store)(str(store._engine.url), units_on).submissions()


def _made_older(store: BookStore) -> None:
    if isinstance(store, FileStore):
        to_an_older_version(store.folder)
        return
    import sqlalchemy as sa

    with store._engine.begin() as connection:
        rows = connection.execute(sa.text("SELECT number, body FROM ntm_entries")).all()
        for number, body in rows:
            older = json.loads(body)
            del older["previous"]
            order = sa.text("UPDATE ntm_entries SET body = :body WHERE number = :number")
            connection.execute(order, {"body": json.dumps(older), "number": number})
        connection.execute(sa.text("UPDATE ntm_store SET version = 1"))


def test_a_store_of_version_1_is_moved_to_version_2_with_all_it_holds(store: BookStore, again: Make) -> None:
    told = _told(_filled(store))
    _made_older(store)
    with pytest.raises(UsageError, match="ntm store migrate"):
        again().submissions()
    assert again().migrate() == 1
    moved = again()
    assert _told(moved) == told
    assert check_store(moved).faults == ()
    assert moved.migrate() == 2
    assert hand_in(moved, b"fourth", line(number=4.0), round_id="new", level=Level.PROVINCE).id == 6


def test_a_store_of_a_newer_program_is_not_touched(store: BookStore, again: Make) -> None:
    _filled(store)
    if isinstance(store, FileStore):
        head = store.folder / "store.json"
        head.write_text(head.read_text(encoding="utf-8").replace("2", "3"), encoding="utf-8")
    else:
        import sqlalchemy as sa

        with store._engine.begin() as connection:
            connection.execute(sa.text("UPDATE ntm_store SET version = 3"))
    for use in (lambda: again().submissions(), lambda: hand_in(again(), b"x", line()), lambda: again().migrate()):
        with pytest.raises(NtmError, match="3"):
            use()


def test_the_store_is_chosen_by_parameters_and_its_address_by_the_environment(
    own_project: Project, monkeypatch: pytest.MonkeyPatch, server_url: str
) -> None:
    monkeypatch.delenv("NTM_STORE_URL", raising=False)
    store = open_store(own_project)
    assert isinstance(store, FileStore)
    assert store.folder == own_project.local / "submissions"
    assert not store.folder.exists()
    choice = own_project.parameters / "store.yaml"
    choice.write_text("kind: postgres\n", encoding="utf-8")
    with pytest.raises(UsageError, match="NTM_STORE_URL"):
        open_store(own_project)
    monkeypatch.setenv("NTM_STORE_URL", server_url)
    store = open_store(own_project)
    assert store.submissions() == []
    from ntm_lib.submissions.vault.postgres import metadata

    metadata.drop_all(store._engine)
    store.dispose()
    monkeypatch.setenv("NTM_STORE_URL", "postgresql://someone:secret@127.0.0.1:1/none")
    with pytest.raises(NtmError) as refused:
        open_store(own_project)
    assert "secret" not in str(refused.value)
    choice.write_text("kind: files\nurl: x\n", encoding="utf-8")
    with pytest.raises(UsageError, match="url"):
        open_store(own_project)
    choice.unlink()
    assert isinstance(open_store(own_project), FileStore)


def test_the_units_of_the_register_tell_what_a_code_means(own_project: Project) -> None:
    store = open_store(own_project)
    hand_in(store, b"a", line(number=1.0))
    hand_in(store, b"b", line(number=2.0), unit=SAME)
    assert numbers(store) == {f"commune {SAME} 17.1": 2.0}
    assert os.listdir(own_project.local) == ["submissions"]  # noqa: PTH208
