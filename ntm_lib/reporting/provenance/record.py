"""Write down, once a page, all that its figures lead to: columns over communes, with rules, files and versions."""

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ntm_lib import __version__, criteria, evaluation, submissions, tables
from ntm_lib.criteria import Law
from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.territory import rows_of_year
from ntm_lib.messages import _
from ntm_lib.provenance import read_record, record_path, sha256_of
from ntm_lib.reporting import formats
from ntm_lib.reporting.provenance.selection import Ground, Selection, label_column, resolve
from ntm_lib.submissions.store import latest
from ntm_lib.units.boundaries import load_shapes

VERSION = 1
NOT_ASSESSED = "x"
"""How a value "Không xét" stands in the record; a value that was not reported is null."""
_SIGNS = {1: "1", 0: "0", -1: "-", 2: "2"}
"""How a verdict stands: met, not met, not enough data, not assessed."""
ALL = -1
"""Stands for all communes of the page, or all that reported."""


class Interned:
    """A list in which each thing stands once."""

    def __init__(self) -> None:
        self._places: dict[Any, int] = {}

    def place(self, thing: Any) -> int:
        """Return the place of a thing, adding it when it is new."""
        return self._places.setdefault(thing, len(self._places))

    def __iter__(self) -> Any:
        return iter(self._places)


def record(territory: Territory, keys: Iterable[str]) -> dict[str, Any]:
    """Return what the figures of a page lead to, as plain lists and numbers; `unpack`ed pages hold the same.

    Withheld criteria are left out; with any, tables lead to their file and not to their lines, which would tell them.
    """
    ground = Ground(territory)
    found = {key: resolve(ground, key) for key in dict.fromkeys(keys)}
    used = [selection for selection in found.values() if selection is not None]
    files = Files(territory)
    years = sorted({year for item in used for year in item.years if item.kind in {"counts", "criteria", "requirements"}})
    law = _Law(territory)
    return {
        "version": VERSION,
        "about": _about(territory),
        **_communes(territory, any(item.kind == "units" for item in used)),
        "criteria": {
            name: text
            for name, text in territory.reported.rules[territory.review.last_year].criteria[label_column()].items()
            if name not in territory.withheld
        },
        "years": {str(year): _year(territory, year, law, files) for year in years},
        "tables": {name: _table(territory, name, columns, files) for name, columns in _columns(used).items()},
        **_selections(territory, found, files),
        "rules": [list(rule) for rule in law.rules],
        "decisions": law.decisions,
        "files": files.rows,
    }


def _about(territory: Territory) -> dict[str, str]:
    shapes = load_shapes(territory.vintage.date, territory.project)
    register = territory.project.data / "units" / "units.csv"
    merged = territory.vintage.date != territory.results.unit_vintage
    return {
        "unit": territory.unit.name,
        "cut_off": formats.date(evaluation.cut_off(territory)),
        "units_on": formats.date(territory.vintage.date),
        "reported_on": formats.date(territory.results.unit_vintage),
        "register": sha256_of(register)[:16] if register.is_file() else "",
        "boundaries": shapes.label,
        "merge_rule": evaluation.merge_rule_words()[territory.review.merge_rule] if merged else "",
        "code": __version__,
    }


def _communes(territory: Territory, with_all: bool) -> dict[str, Any]:  # noqa: FBT001
    """Return the communes of the page, those that reported, and which of these stand in which of those."""
    inside, parts = territory.in_programme, territory.parts
    codes = _codes(territory) if with_all else list(inside.index)
    reporters = parts.drop_duplicates("from_code")
    places = {code: place for place, code in enumerate(reporters["from_code"])}
    held = parts.groupby("to_code")["from_code"].agg(lambda column: [places[code] for code in dict.fromkeys(column)])
    return {
        "communes": [codes, list(territory.communes["name"].reindex(codes))],
        "in_programme": len(inside),
        "reporters": [list(reporters["from_code"]), list(reporters["name"])],
        "parts": [held.get(code, []) for code in codes],
    }


def _codes(territory: Territory) -> list[str]:
    """Return the communes of the programme, then the others."""
    communes = territory.communes
    return [*communes.index[communes["is_in_programme"]], *communes.index[~communes["is_in_programme"]]]


class Files:
    """The files that a record names: path, hash, nature and date, each once."""

    def __init__(self, territory: Territory) -> None:
        self._territory = territory
        self._tables: dict[str, str] = {}
        self._places: dict[str, int] = {}
        self.rows: list[list[Any]] = []

    def place(self, name: str) -> int:
        """Return the place of a file, by its path within the project."""
        if name not in self._places:
            self._places[name] = len(self.rows)
            self.rows.append([name, *_file_facts(self._territory.project.root / name)])
        return self._places[name]

    def of_table(self, name: str) -> str:
        """Return the path of a file; a table's (``b07.csv``) is where it was handed in."""
        project, table = self._territory.project, name.removesuffix(".csv")
        if "/" in name or not submissions.is_handed_in(table, project):
            return name
        if table not in self._tables:
            self._tables[table] = submissions.read_table(table, project, may_disagree=True).file
        return self._tables[table]


def _file_facts(path: Path) -> tuple[str, str, str, int]:
    """Return hash, nature, date, and whether it is illustrative: from the source record, else from the file itself."""
    if record_path(path).exists():
        held = read_record(path)
        return held.sha256, nature_words()[held.nature], formats.date(held.retrieved), int(held.nature == "illustrative")
    return (sha256_of(path) if path.is_file() else "", "", "", 0)


def nature_words() -> Mapping[str, str]:
    """Return the words for the natures of data."""
    return {
        "illustrative": _("illustrative"),
        "submitted": _("reported by communes"),
        "published": _("published"),
        "fact": _("fact"),
        "imported": _("imported"),
    }


class _Law:
    """The rules of every year, each once, with the decisions they stand in."""

    def __init__(self, territory: Territory) -> None:
        self._territory = territory
        self._law: Law = criteria.load(territory.project)
        self.rules = Interned()
        self.decisions: dict[str, list[str]] = {}

    def of_year(self, year: int) -> dict[str, int]:
        """Return the place of the rule of each shown requirement of a year."""
        held = self._territory.reported.rules[year]
        for decision in held.decisions:
            if decision.id not in self.decisions:
                end = decision.in_force.last
                dates = (formats.date(decision.issued), formats.date(decision.in_force.first), formats.date(end) if end else "")
                self.decisions[decision.id] = [decision.number, *dates, str(decision.title)]
        return {
            str(name): self.rules.place(self._rule(str(name), row))
            for name, row in held.requirements.iterrows()
            if row["criterion"] not in self._territory.withheld
        }

    def _rule(self, name: str, row: pd.Series) -> tuple[Any, ...]:
        return (
            name,
            str(row["criterion"]),
            str(row[label_column()]),
            criteria.level_text(self._law, row),
            _number(row["level"]),
            str(row["sense"]),
            str(row["citation"]),
            criteria.verified_text(row),
            str(row["decision"]),
        )


def _year(territory: Territory, year: int, law: _Law, files: Files) -> dict[str, Any]:
    """Return the counts, verdicts and values of a year, by commune."""
    counts = territory.of_year(territory.counts, year)
    verdicts = territory.of_year(territory.scores.criteria, year)
    set_id = territory.reported.rules[year].set_id
    rules = law.of_year(year)
    reporters = list(dict.fromkeys(territory.parts["from_code"]))
    judged = rows_of_year(territory.reported.requirements[set_id], year).reindex(reporters)
    values = _of_reporters(territory.results.values[set_id], year, reporters)
    return {
        "set": territory.reported.rules[year].decisions[-1].id,
        "low": counts["low"].tolist(),
        "high": counts["high"].tolist(),
        "of": counts["of"].tolist(),
        "reported": "".join(counts["is_reported"].map({True: "1", False: "0"})),
        "criteria": {name: _signs(verdicts[name]) for name in territory.shown(map(str, verdicts.columns))},
        "rules": list(rules.values()),
        "verdicts": [_signs(judged[name]) for name in rules],
        "values": [[_number(value) for value in values[name]] for name in rules],
        **_origin(territory, set_id, year, reporters, files),
    }


def _of_reporters(frame: pd.DataFrame, year: int, reporters: list[str]) -> pd.DataFrame:
    return rows_of_year(frame, year).reindex(reporters)


def _origin(territory: Territory, set_id: str, year: int, reporters: list[str], files: Files) -> dict[str, Any]:
    """Return file and row of each commune's line, its status and cut-off date; null where nothing was reported."""
    origin = _of_reporters(territory.results.origin[set_id], year, reporters)
    lines = pd.DataFrame({"status": territory.results.status[set_id], "as_of": territory.results.as_of[set_id]})
    lines = _of_reporters(lines, year, reporters)
    dates = lines["as_of"].map(formats.date, na_action="ignore")
    return {
        "file": _short([None if _is_none(name) else files.place(str(name)) for name in origin["file"]]),
        "row": [None if _is_none(row) else int(row) for row in origin["row"]],
        "status": _short([None if _is_none(name) else status_words()[str(name)] for name in lines["status"]]),
        "as_of": _short([None if _is_none(date) else str(date) for date in dates]),
    }


def status_words() -> Mapping[str, str]:
    """Return the words for the status of a value."""
    return {"actual": _("actual"), "estimate": _("estimate"), "plan": _("plan")}


def _short(column: list[Any]) -> Any:
    """Return a column, or its one value when all are the same."""
    return column[0] if column and all(item == column[0] for item in column) else column


def _is_none(value: Any) -> bool:
    return bool(pd.isna(value))


def _number(value: Any) -> float | int | str | None:
    number = float(value)
    if math.isnan(number):
        return None
    if math.isinf(number):
        return NOT_ASSESSED
    return int(number) if number.is_integer() else number


def _signs(verdicts: pd.Series) -> str:
    return "".join(_SIGNS.get(int(value), "-") if not _is_none(value) else "-" for value in verdicts)


def _columns(used: Iterable[Selection]) -> dict[str, list[str]]:
    """Return the columns that figures lead to, by table."""
    found: dict[str, dict[str, None]] = {}
    for item in used:
        for name in item.items if item.kind == "lines" else ():
            table, _dot, column = name.partition(".")
            found.setdefault(table, {})[column] = None
    return {table: list(columns) for table, columns in sorted(found.items())}


def _table(territory: Territory, name: str, columns: list[str], files: Files) -> dict[str, Any]:
    """Return the lines of the page's communes in a table that was handed in; none where they may not be shown."""
    project = territory.project
    agreed = tables.contract(name, project)
    title = str(getattr(agreed.title, "vi", agreed.title)) if label_column() == "label_vi" else agreed.title.en
    held: dict[str, Any] = {"title": title, "file": None, "commune": [], "year": [], "row": [], "columns": {}}
    if not submissions.is_handed_in(name, project):
        return held
    read = submissions.read_table(name, project, territory.review.as_of, may_disagree=True)
    held["file"] = files.place(read.file)
    if territory.withheld:
        return held
    lines = _numbered(territory, name, read.file)
    reporters = {code: place for place, code in enumerate(dict.fromkeys(territory.parts["from_code"]))}
    vintage = read.unit_vintage or territory.results.unit_vintage
    if vintage != territory.results.unit_vintage:
        return held
    lines = lines[lines["commune_code"].isin(list(reporters)) & lines["year"].isin(territory.years)]
    held["commune"] = [reporters[code] for code in lines["commune_code"]]
    held["year"] = lines["year"].astype(int).tolist()
    held["row"] = lines["row"].tolist()
    for column in columns:
        label = agreed.column(column).label
        text = label.vi if label_column() == "label_vi" else label.en
        cells = lines[column].astype("float64").to_numpy(np.float64)
        held["columns"][column] = [text, agreed.column(column).unit, [_number(value) for value in cells]]
    return held


def _numbered(territory: Territory, name: str, file: str) -> pd.DataFrame:
    """Return the lines of a table that count, each with its row in the file (the heading is row 1); plans are left out."""
    agreed = tables.contract(name, territory.project)
    whole = agreed.read_csv(territory.project.root / file, file, may_disagree=True)
    whole = whole.assign(row=np.arange(2, len(whole) + 2))
    keys = [key for key in agreed.key if key != "as_of_date"]
    known = latest(whole, keys, territory.review.as_of)
    return known[known["status"] != "plan"] if "status" in known else known


def _selections(territory: Territory, found: Mapping[str, Selection | None], files: Files) -> dict[str, Any]:
    """Return the selections of all keys, with what many share standing once."""
    meanings, kinds, chosen, items, sets = Interned(), Interned(), Interned(), Interned(), Interned()
    inside = list(territory.in_programme.index)
    communes = {code: place for place, code in enumerate(_codes(territory))}
    reporters = {code: place for place, code in enumerate(dict.fromkeys(territory.parts["from_code"]))}
    keys: dict[str, dict[str, int]] = {}
    for key, selection in found.items():
        if selection is None:
            continue
        places = reporters if selection.kind in {"requirements", "lines"} else communes
        entry = (
            meanings.place(selection.meaning),
            kinds.place((selection.kind, selection.how)),
            items.place(_items(territory, selection, files)),
            selection.years,
            sets.place(_set(selection, places, len(reporters) if places is reporters else len(inside))),
        )
        unit, rest = _split(key)
        keys.setdefault(unit, {})[rest] = chosen.place(entry)
    return {
        "meanings": list(meanings),
        "kinds": [list(kind) for kind in kinds],
        "items": [list(item) for item in items],
        "sets": [held if held == ALL else list(held) for held in sets],
        "selections": [[*entry[:3], list(entry[3]), entry[4]] for entry in chosen],
        "keys": keys,
    }


def _items(territory: Territory, selection: Selection, files: Files) -> tuple[Any, ...]:
    """Return the items of a selection; files by their place."""
    if selection.kind != "files":
        return selection.items
    names = [files.of_table(name) for name in selection.items]
    return tuple(files.place(name) for name in names if (territory.project.root / name).is_file())


def _set(selection: Selection, places: Mapping[str, int], whole: int) -> Any:
    """Return the places of the communes of a selection, `ALL` when they are all."""
    held = tuple(places[code] for code in selection.communes or () if code in places)
    return ALL if held == tuple(range(whole)) and selection.kind != "units" else held


def _split(key: str) -> tuple[str, str]:
    """Split a key into the unit with its date, and the rest."""
    level, unit, rest = key.split(".", 2)
    return f"{level}.{unit}", rest


