"""Write down, once a page, all that its figures lead to: columns over communes, with rules, files and versions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ntm_lib import __version__, evaluation
from ntm_lib.evaluation import Territory
from ntm_lib.project import Project
from ntm_lib.provenance import sha256_of
from ntm_lib.reporting import formats
from ntm_lib.reporting.provenance.columns import ALL, Interned, number, signs
from ntm_lib.reporting.provenance.files import Files
from ntm_lib.reporting.provenance.handed_in import HandedIn
from ntm_lib.reporting.provenance.lawbook import Lawbook
from ntm_lib.reporting.provenance.norms import Norms
from ntm_lib.reporting.provenance.origins import Words, of_reporters, origin
from ntm_lib.reporting.provenance.selection import Ground, Selection, label_column, resolve
from ntm_lib.units.boundaries import load_shapes

VERSION = 1


def record(territory: Territory, keys: Iterable[str]) -> dict[str, Any]:
    """Return what the figures of a page lead to, as plain lists and numbers; `unpack`ed pages hold the same.

    Withheld criteria are left out; with any, tables lead to their file and not to their lines, which would tell them.
    """
    ground = Ground(territory)
    found = found_behind(ground, keys)
    used = [selection for selection in found.values() if selection is not None]
    files = Files(territory.project)
    words = Words(files)
    years = sorted(
        {year for item in used for year in item.years if item.kind in {"counts", "criteria", "requirements"}}
    )
    law = Lawbook(territory)
    return {
        "version": VERSION,
        "about": _about(territory),
        **_communes(territory, any(item.kind == "units" for item in used)),
        "criteria": {
            name: text
            for name, text in territory.reported.rules[territory.review.last_year].criteria[label_column()].items()
            if name not in territory.withheld
        },
        "not_assessed": territory.review.not_assessed.value,
        "years": {str(year): _year(territory, year, law, words) for year in years},
        "tables": HandedIn(territory).of(used, words),
        **selections(Places.of(territory), found, files),
        "rules": [list(rule) for rule in law.rules],
        "decisions": law.decisions,
        "norms": Norms(territory.project).of(used, files),
        "sheets": [list(sheet) for sheet in words.sheets],
        "files": files.rows,
    }


def found_behind(ground: Ground, keys: Iterable[str]) -> dict[str, Selection | None]:
    """Return what stands behind each figure, each key once."""
    return {key: resolve(ground, key) for key in dict.fromkeys(keys)}


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


def _communes(territory: Territory, with_all: bool) -> dict[str, Any]:
    """Return the communes of the page, those that reported, and which of these stand in which of those."""
    inside, parts = territory.in_programme, territory.parts
    codes = _codes(territory) if with_all else list(inside.index)
    reporters = parts.drop_duplicates("from_code")
    places = {code: place for place, code in enumerate(reporters["from_code"])}
    held: dict[str, list[int]] = {}
    for new, old in zip(parts["to_code"], parts["from_code"], strict=True):
        held.setdefault(new, []).append(places[old])
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


def _year(territory: Territory, year: int, law: Lawbook, words: Words) -> dict[str, Any]:
    """Return the counts, verdicts and values of a year, by commune."""
    counts = territory.of_year(territory.counts, year)
    verdicts = territory.of_year(territory.scores.criteria, year)
    set_id = territory.reported.rules[year].set_id
    rules = law.of_year(year)
    reporters = list(dict.fromkeys(territory.parts["from_code"]))
    judged = of_reporters(territory.reported.requirements[set_id], year, reporters)
    values = of_reporters(territory.results.values[set_id], year, reporters)
    names = list(rules)
    return {
        "set": territory.reported.rules[year].decisions[-1].id,
        "low": counts["low"].tolist(),
        "high": counts["high"].tolist(),
        "of": counts["of"].tolist(),
        "reported": "".join(counts["is_reported"].map({True: "1", False: "0"})),
        "criteria": {name: signs(verdicts[name]) for name in territory.shown(map(str, verdicts.columns))},
        "rules": list(rules.values()),
        "verdicts": [signs(judged[name]) for name in names],
        "values": [[number(value) for value in values[name]] for name in names],
        **origin(territory, set_id, year, reporters, names, words),
    }


@dataclass(frozen=True)
class Places:
    """The communes of a record and those that reported, by code; ``inside``: how many of the first the Programme covers."""

    project: Project
    communes: Mapping[str, int]
    reporters: Mapping[str, int]
    inside: int

    @classmethod
    def of(cls, territory: Territory) -> "Places":
        """Return those of a whole territory."""
        reporters = dict.fromkeys(territory.parts["from_code"])
        return cls(
            territory.project,
            {code: place for place, code in enumerate(_codes(territory))},
            {code: place for place, code in enumerate(reporters)},
            len(territory.in_programme),
        )


def selections(places: Places, found: Mapping[str, Selection | None], files: Files) -> dict[str, Any]:
    """Return the selections of all keys, with what many share standing once."""
    meanings, kinds, chosen, items, sets = Interned(), Interned(), Interned(), Interned(), Interned()
    keys: dict[str, dict[str, int]] = {}
    for key, selection in found.items():
        if selection is None:
            continue
        entry = (
            meanings.place(selection.meaning),
            kinds.place((selection.kind, selection.how)),
            items.place(_items(places.project, selection, files)),
            selection.years,
            sets.place(_set(selection, places)),
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


def _items(project: Project, selection: Selection, files: Files) -> tuple[Any, ...]:
    """Return the items of a selection; files by their place."""
    if selection.kind != "files":
        return selection.items
    names = [files.of_table(name) for name in selection.items]
    return tuple(files.place(name) for name in names if (project.root / name).is_file())


def _set(selection: Selection, places: Places) -> Any:
    """Return the places of the communes of a selection, `ALL` when they are all."""
    of_reporters = selection.kind in {"requirements", "lines"}
    known, whole = (places.reporters, len(places.reporters)) if of_reporters else (places.communes, places.inside)
    held = tuple(known[code] for code in selection.communes or () if code in known)
    return ALL if held == tuple(range(whole)) and selection.kind != "units" else held


def _split(key: str) -> tuple[str, str]:
    """Split a key into the unit with its date, and the rest."""
    level, unit, rest = key.split(".", 2)
    return f"{level}.{unit}", rest
