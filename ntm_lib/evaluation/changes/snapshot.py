"""Keep what a run rested on, so that it can be said later why a number changed."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ntm_lib import units
from ntm_lib.criteria.read import paths as law_paths
from ntm_lib.errors import FaultList, FaultsError, NtmError, UsageError
from ntm_lib.evaluation.changes.headlines import headlines
from ntm_lib.evaluation.changes.kept import code_version, from_parquet, read_kept, to_parquet, write_kept
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _
from ntm_lib.model_words import tell
from ntm_lib.project import Project
from ntm_lib.provenance import sha256_of
from ntm_lib.review import Review
from ntm_lib.units import Unit

NAME, FORMAT = "run.json", 1
STORE = "submissions"
"""Stands among the files of a run for all that counted in the store."""
TABLES = ("values", "lines", "levels", "lineage", "verdicts", "counts", "figures")
FILES = (*(f"{name}.parquet" for name in TABLES), "units.json")
_RUN = re.compile(r"\w[\w.-]{0,79}")
_UNITS = TypeAdapter(dict[str, tuple[Unit, ...]])
_KEY = ["commune_code", "year"]


class About(BaseModel):
    """What a run was: the unit and the day of its units, the review's choices, the code, and the files it read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    made: dt.datetime
    unit_code: str
    unit_name: str
    on: dt.date
    unit_vintage: dt.date
    region: str
    is_illustrative: bool
    review: Review
    code: dict[str, str]
    data: dict[str, str]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What one run rested on.

    ``values``: by set, float frames as in `Results`. ``lines``: status, cut-off date, file and row of each line. ``levels``: the
    requirements of each year's rules, columns ``set_id, year, requirement`` and those of ``YearRules.requirements``. ``units``:
    the communes' register on the day of the results (``before``) and of the run (``after``); ``lineage``: `Lineage.links`.
    ``verdicts``, ``counts``: as in `Territory`. ``figures``: the headlines as they were computed then (see ``headlines``).
    """

    about: About
    values: Mapping[str, pd.DataFrame]
    lines: pd.DataFrame
    levels: pd.DataFrame
    units: Mapping[str, tuple[Unit, ...]]
    lineage: pd.DataFrame
    verdicts: pd.DataFrame
    counts: pd.DataFrame
    figures: pd.Series


def run_folder(project: Project, name: str) -> Path:
    """Return where the snapshot of a run stands: ``outputs/runs/<name>``; a name with a path in it is refused."""
    if not _RUN.fullmatch(name):
        raise UsageError(_("'{name}' cannot name a run. Use letters, digits, dots and hyphens.").format(name=name))
    return project.outputs / "runs" / name


def snapshot(territory: Territory) -> Snapshot:
    """Return what a territory rests on."""
    results, project = territory.results, territory.project
    before, after = units.on(results.unit_vintage, project), territory.vintage
    rules = territory.reported.rules
    about = About(
        made=dt.datetime.now(tz=dt.UTC).replace(microsecond=0),
        unit_code=territory.unit.code,
        unit_name=territory.unit.name,
        on=after.date,
        unit_vintage=results.unit_vintage,
        region=next(iter(rules.values())).region,
        is_illustrative=territory.is_illustrative,
        review=territory.review,
        code=code_version(),
        data=files_read(territory),
    )
    levels = [each.requirements.reset_index().assign(set_id=each.set_id, year=year) for year, each in rules.items()]
    lines = [
        pd.concat([results.status[name], results.as_of[name], results.origin[name]], axis=1)
        .assign(set_id=name)
        .reset_index()
        for name in results.values
    ]
    return Snapshot(
        about,
        results.values,
        pd.concat(lines, ignore_index=True),
        pd.concat(levels, ignore_index=True),
        MappingProxyType({"before": before.units, "after": after.units}),
        units.lineage(before.date, after.date, project).links,
        territory.scores.criteria,
        territory.counts,
        headlines(territory.counts, territory.scores.criteria),
    )


def write_snapshot(folder: Path, territory: Territory) -> Snapshot:
    """Write what a territory rests on, whole or not at all, and return it; an existing folder is refused."""
    held = snapshot(territory)
    values = [
        frame.melt(ignore_index=False, var_name="requirement").dropna().reset_index().assign(set_id=name)
        for name, frame in held.values.items()
    ]
    tables = {
        "values": pd.concat(values, ignore_index=True),
        "lines": held.lines,
        "levels": held.levels,
        "lineage": held.lineage,
        "verdicts": held.verdicts.reset_index(),
        "counts": held.counts.reset_index(),
        "figures": held.figures.reset_index(),
    }
    files = {f"{name}.parquet": to_parquet(table) for name, table in tables.items()}
    files["units.json"] = _UNITS.dump_json(dict(held.units))
    write_kept(folder, NAME, FORMAT, json.loads(held.about.model_dump_json()), files)
    return held


def read_snapshot(folder: Path) -> Snapshot:
    """Read a snapshot; a missing, changed or malformed file stops with every fault."""
    about, files = read_kept(folder, NAME, FORMAT, FILES)
    tables = {name: from_parquet(files[f"{name}.parquet"]) for name in TABLES}
    try:
        told = About.model_validate(about)
        held_units = _UNITS.validate_json(files["units.json"])
    except ValidationError as error:
        faults = FaultList(_("A kept run that cannot be read"))
        tell(faults, folder.name, error, About)
        raise FaultsError(faults.title, faults.faults) from error
    try:
        return Snapshot(
            told,
            MappingProxyType(_values(tables["values"], tables["lines"])),
            tables["lines"],
            tables["levels"],
            MappingProxyType(held_units),
            tables["lineage"],
            tables["verdicts"].set_index(_KEY),
            tables["counts"].set_index(_KEY),
            tables["figures"].set_index(["figure", "year"])["value"],
        )
    except KeyError as error:
        raise NtmError(_("{file} in {folder} is of another format.").format(file=error, folder=folder.name)) from error


def changed_files(old: Snapshot, new: Snapshot) -> pd.DataFrame:
    """Return the files whose content differs between two runs: index file, ``what`` (added | removed | changed)."""
    names = sorted(old.about.data.keys() | new.about.data.keys())
    rows = {
        name: "added" if name not in old.about.data else "removed" if name not in new.about.data else "changed"
        for name in names
        if old.about.data.get(name) != new.about.data.get(name)
    }
    return pd.DataFrame({"what": pd.Series(rows, dtype="str")}).rename_axis("file")


def _values(long: pd.DataFrame, lines: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the values by set again, a row a line that was handed in, with or without values."""
    held = {}
    for name, of_set in lines.groupby("set_id", sort=False):
        wide = long[long["set_id"] == name].pivot_table(index=_KEY, columns="requirement", values="value", sort=False)
        held[str(name)] = wide.reindex(pd.MultiIndex.from_frame(of_set[_KEY])).rename_axis(columns=None)
    return held


def files_read(territory: Territory) -> dict[str, str]:
    """Return the files that results and verdicts rest on, each with its fingerprint."""
    project = territory.project
    paths: list[Path] = [
        *(project.root / name for name in territory.results.files),
        *(project.data / "units").glob("*.csv"),
        *law_paths(project),
        project.parameters / "review.yaml",
    ]
    read = {project.relative(path): sha256_of(path) for path in sorted(set(paths)) if path.is_file()}
    return read | ({STORE: territory.results.store} if territory.results.store else {})
