"""Write down what the figures of a plan's page lead to, in the form that the panel of every page reads."""

from collections.abc import Iterable, Mapping
from typing import Any

from ntm_lib import __version__
from ntm_lib.planning.handdown.register import cut_off
from ntm_lib.planning.handdown.works import works
from ntm_lib.planning.scenario import BASE
from ntm_lib.provenance import sha256_of
from ntm_lib.reporting import formats
from ntm_lib.reporting.display import keys_shown, show
from ntm_lib.reporting.plan_sections.figures_behind import Behind, behind, labels
from ntm_lib.reporting.plan_sections.scope import Scope, written
from ntm_lib.reporting.provenance.columns import ALL, Interned, number
from ntm_lib.reporting.provenance.files import Files
from ntm_lib.reporting.provenance.norms import Norms
from ntm_lib.reporting.provenance.pack import block
from ntm_lib.reporting.provenance.record import VERSION
from ntm_lib.units.boundaries import load_shapes


def show_provenance(scope: Scope) -> None:
    """Put the record of the figures shown so far on the page of a plan; the last block of each page."""
    show(block(plan_record(scope, keys_shown("body"))))


def plan_record(scope: Scope, keys: Iterable[str]) -> dict[str, Any]:
    """Return what the figures of a plan's page lead to, as plain lists and numbers.

    Beside what every record holds, ``plan``: scenario file and what it changes of the base, columns by commune and year
    (words, unit, values by year), the works of the page's communes with their measures, files of the start year.
    """
    found = {key: behind(scope, key) for key in dict.fromkeys(keys)}
    used = [item for item in found.values() if item is not None]
    files = Files(scope.project)
    held = _works(scope)
    named = [*held["measure"], *(name for item in used if item.kind == "norms" for name in item.items)]
    codes = list(map(str, scope.communes))
    return {
        "version": VERSION,
        "about": _about(scope),
        "communes": [codes, [str(scope.names[code]) for code in codes]],
        "in_programme": len(codes),
        "reporters": [[], []],
        "parts": [],
        **{name: {} for name in ("criteria", "years", "tables", "decisions")},
        **_selections(scope, found, files),
        "rules": [],
        "sheets": [],
        "norms": Norms(scope.project, scope.scenario.settings.costs.norms).of_measures(named, files),
        "plan": {**_scenario(scope, files), "parts": _parts(used), "columns": _columns(scope, used), "works": held},
        "files": files.rows,
    }


def _about(scope: Scope) -> dict[str, str]:
    register = scope.project.data / "units" / "units.csv"
    return {
        "unit": scope.unit.name,
        "cut_off": formats.date(cut_off(scope.plan)),
        "units_on": formats.date(scope.on),
        "register": sha256_of(register)[:16] if register.is_file() else "",
        "boundaries": load_shapes(scope.on, scope.project).label,
        "merge_rule": "",
        "digest": scope.plan.digest[:16],
        "code": __version__,
    }


def _scenario(scope: Scope, files: Files) -> dict[str, Any]:
    """Return the scenario's file, what it changes of the base, and the files that the plan starts from."""
    scenario, settings = scope.scenario, scope.scenario.settings
    changes = [
        [setting, written(before), written(after), name, str(scenario.blocks[name].reason) if name else ""]
        for setting, (before, after, name) in sorted(scenario.changes.items())
    ]
    tables = [f"parameters/planning/{name}.csv" for name in (settings.money.table, settings.costs.norms)]
    return {
        "title": scope.study.title,
        "file": files.place(f"parameters/scenarios/{scenario.id}.yaml"),
        "base": files.place(f"parameters/scenarios/{BASE}.yaml"),
        "changes": changes,
        "data": [*_results(scope, files), *(files.place(name) for name in tables)],
    }


def _results(scope: Scope, files: Files) -> list[int]:
    """Return the files that hold the results of the start year, of the set that judged it."""
    baseline, year = scope.plan.baseline, scope.results_year
    own = baseline.parts.loc[baseline.parts["to_code"].isin(scope.communes), "from_code"]
    origin: Any = baseline.results.origin[baseline.old_set]
    told = baseline.results.words_of(baseline.old_set)
    lines, words = (
        frame[
            (frame.index.get_level_values("year") == year)
            & frame.index.get_level_values("commune_code").isin(list(own))
        ]
        for frame in (origin, told)
    )
    held = dict.fromkeys(files.place(str(name)) for name in lines.loc[lines["row"] > 0, "file"].dropna().unique())
    sent = words[["file", "sha256"]].drop_duplicates()
    for name, sha256 in zip(sent["file"], sent["sha256"], strict=True):
        held[files.place_of_submission(str(name), str(sha256))] = None
    return list(held)


def _columns(scope: Scope, used: Iterable[Behind]) -> dict[str, Any]:
    """Return the columns that figures lead to: words, unit, and by year the values of the page's communes."""
    wanted = dict.fromkeys(name for item in used if item.kind == "plan" for name in item.items)
    known, codes = labels(), list(map(str, scope.communes))
    return {
        name: [*known[name], {
            str(year): [number(values.get(code, float("nan"))) for code in codes]
            for year, values in scope.plan_columns[name].items()
        }]
        for name in wanted
    }  # fmt: skip


def _works(scope: Scope) -> dict[str, list[Any]]:
    """Return the works, tasks and yearly efforts of the page's communes, column by column."""
    place = {str(code): at for at, code in enumerate(scope.communes)}
    held = works(scope.plan)
    held = held[held["commune_code"].isin(list(place))]
    return {
        "commune": [place[code] for code in held["commune_code"]],
        **{name: held[name].astype(str).tolist() for name in ("part", "criterion", "measure", "unit")},
        "start": held["start_year"].astype(int).tolist(),
        "finish": held["finish_year"].astype(int).tolist(),
        "volume": [number(value) for value in held["volume"].astype(float).round(6)],
        "cost": [number(value) for value in held["cost_vnd_million"].round(6)],
    }


def _parts(used: Iterable[Behind]) -> list[list[str]]:
    return [list(parts) for parts in dict.fromkeys(item.parts for item in used)]


def _selections(scope: Scope, found: Mapping[str, Behind | None], files: Files) -> dict[str, Any]:
    """Return what stands behind each key, with what many share standing once."""
    meanings, kinds, chosen, items, sets, parts = (Interned() for _name in range(6))
    place = {str(code): at for at, code in enumerate(scope.communes)}
    keys: dict[str, dict[str, int]] = {}
    for key, one in found.items():
        if one is None:
            continue
        named = _existing(scope, one, files) if one.kind == "files" else one.items
        own = tuple(place[code] for code in one.communes if code in place)
        entry = (
            meanings.place(one.meaning),
            kinds.place((one.kind, one.how)),
            items.place(named),
            one.years,
            sets.place(ALL if len(own) == len(place) else own),
            parts.place(one.parts),
        )
        level, unit, rest = key.split(".", 2)
        keys.setdefault(f"{level}.{unit}", {})[rest] = chosen.place(entry)
    return {
        "meanings": list(meanings),
        "kinds": [list(kind) for kind in kinds],
        "items": [list(item) for item in items],
        "sets": [held if held == ALL else list(held) for held in sets],
        "selections": [[*entry[:3], list(entry[3]), *entry[4:]] for entry in chosen],
        "keys": keys,
    }


def _existing(scope: Scope, one: Behind, files: Files) -> tuple[int, ...]:
    return tuple(files.place(name) for name in one.items if (scope.project.root / name).is_file())
