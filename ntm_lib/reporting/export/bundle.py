"""Write everything that leaves into one folder, whole or not at all, with a manifest that proves what it was."""

import datetime as dt
import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pandas as pd

from ntm_lib import evaluation
from ntm_lib.errors import UsageError, disk_reason
from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.changes import code_version, files_read
from ntm_lib.messages import _
from ntm_lib.provenance import sha256_of
from ntm_lib.reporting import formats as written
from ntm_lib.reporting import stamps as words
from ntm_lib.reporting.export import geopackage
from ntm_lib.reporting.export.dictionary import dictionary
from ntm_lib.reporting.export.parts import Collected, Part, collect
from ntm_lib.reporting.export.plain import write_csv, write_parquet
from ntm_lib.reporting.export.values import PERSONS, WHAT, Choice
from ntm_lib.reporting.export.workbook import write_export
from ntm_lib.units.boundaries import load_shapes

FORMATS = ("xlsx", "csv", "gpkg", "parquet")
MANIFEST = "manifest.json"
NAME = "ntm"
VERSION = 1


def export(territory: Territory, folder: Path, choice: Choice, formats: Sequence[str], year: int | None = None) -> Path:
    """Write what was chosen into ``folder`` and return the path of its manifest.

    ``year``: the one that the GeoPackage shows (default: the last of the review); the tables hold every year. The folder
    appears whole or not at all; one that holds anything is refused with a UsageError, as are unknown formats and choices.
    """
    check(choice, formats, folder)
    folder = folder.absolute()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        text = _("{folder} cannot be written: {reason}")
        raise UsageError(text.format(folder=folder, reason=disk_reason(error))) from error
    try:
        _fill(temporary, territory, choice, formats, year or territory.review.last_year)
        temporary.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        temporary.rename(folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder / MANIFEST


def check(choice: Choice, formats: Sequence[str], folder: Path) -> None:
    """Raise UsageError for an unknown choice or format, or a folder that holds anything: before the work, not after it."""
    for given, known in (([choice.what], WHAT), (formats, FORMATS)):
        if unknown := [name for name in given if name not in known]:
            text = _("Not known: {unknown}. There are: {known}.")
            raise UsageError(text.format(unknown=", ".join(unknown), known=", ".join(known)))
    if not formats:
        raise UsageError(_("Name at least one format: {known}.").format(known=", ".join(FORMATS)))
    if choice.persons and choice.what not in {"tables", "all"}:
        raise UsageError(_("--persons goes with --what tables or all: names of persons stand in the tables."))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(_("{folder} is not empty; nothing was overwritten.").format(folder=folder))


def stamps(collected: Collected, choice: Choice) -> list[str]:
    """Return the warnings that every file bears."""
    found = [words.illustrative()] if collected.is_illustrative else []
    found += [words.internal()] if choice.is_internal or choice.persons else []
    if choice.persons and PERSONS & {table.contract.id for table in collected.handed}:
        found.append(_("Holds names of persons: pass on only to those who need them for their work."))
    return found


def _fill(folder: Path, territory: Territory, choice: Choice, formats: Sequence[str], year: int) -> None:
    collected = collect(territory, choice)
    marks, described = stamps(collected, choice), dictionary(collected)
    made: dict[str, dict[str, Any]] = {}
    about = _about(collected, choice, marks)
    if "gpkg" in formats:
        shown = described[described["file"].isin(["units", "counts"])]
        count = geopackage.write_geopackage(folder / f"{NAME}-{year}.gpkg", territory, year, shown, marks)
        made[f"{NAME}-{year}.gpkg"] = {"rows": count, "is_illustrative": territory.is_illustrative}
        about["shapes"] = load_shapes(territory.vintage.date, territory.project).label
    if "xlsx" in formats:
        write_export(folder / f"{NAME}.xlsx", collected, described, _explained(collected, choice), marks)
        made[f"{NAME}.xlsx"] = {"rows": None, "is_illustrative": collected.is_illustrative}
    for part in collected.parts:
        for file in _write_part(folder, part, formats, about):
            made[file] = {"rows": len(part.frame), "is_illustrative": part.is_illustrative}
    write_csv(folder / "dictionary.csv", described)
    made["dictionary.csv"] = {"rows": len(described), "is_illustrative": False}
    (folder / "README.txt").write_text("\r\n".join(_readme(collected, choice, marks)), encoding="utf-8-sig")
    made["README.txt"] = {"rows": None, "is_illustrative": collected.is_illustrative}
    files = {
        name: {"sha256": sha256_of(folder / name), "bytes": (folder / name).stat().st_size, **facts}
        for name, facts in made.items()
    }
    manifest = {**about, "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")


def _write_part(folder: Path, part: Part, formats: Sequence[str], about: dict[str, Any]) -> list[str]:
    files = []
    if "csv" in formats:
        files.append(f"{part.name}.csv")
        write_csv(folder / files[-1], part.frame)
    if "parquet" in formats:
        files.append(f"{part.name}.parquet")
        told = {**about, "title": part.title, "is_illustrative": part.is_illustrative}
        write_parquet(folder / files[-1], part.frame, part.columns, told)
    return files


def _about(collected: Collected, choice: Choice, marks: list[str]) -> dict[str, Any]:
    """Return what the files were made from; ``data_sha256`` joins the fingerprints of everything that was read."""
    territory = collected.territory
    data = files_read(territory) | {name: sha256_of(territory.project.root / name) for name in collected.files}
    joined = "".join(f"{name}\0{data[name]}\n" for name in sorted(data))
    return {
        "format": VERSION,
        "unit": {"code": territory.unit.code, "name": territory.unit.name},
        "units_on": territory.vintage.date.isoformat(),
        "values_use_units_of": territory.results.unit_vintage.isoformat(),
        "cut_off_date": _cut_off(territory),
        "years": [territory.review.first_year, territory.review.last_year],
        "what": choice.what,
        "audience": "internal" if choice.is_internal else "public",
        "holds_names_of_persons": bool(PERSONS & {table.contract.id for table in collected.handed}),
        "withheld_criteria": sorted(territory.withheld, key=int),
        "is_illustrative": collected.is_illustrative,
        "warnings": marks,
        "code": code_version(),
        "data": data,
        "data_sha256": hashlib.sha256(joined.encode()).hexdigest(),
    }


def _cut_off(territory: Territory) -> str:
    return pd.Timestamp(evaluation.cut_off(territory)).date().isoformat()


def _explained(collected: Collected, choice: Choice) -> list[tuple[str, str]]:
    territory = collected.territory
    audience = _("for internal use") if choice.is_internal else _("public")
    return [
        (_("Unit"), territory.unit.name),
        (_("Units as of"), written.date(territory.vintage.date)),
        (_("Cut-off date"), written.date(evaluation.cut_off(territory))),
        (_("Version"), audience),
        (_("Empty cells"), _("not reported; zero is written 0")),
        (_("Texts"), _("A text that begins like a formula has an apostrophe before it.")),
    ]


def _readme(collected: Collected, choice: Choice, marks: list[str]) -> list[str]:
    return [
        *marks,
        *(f"{head}: {text}" for head, text in _explained(collected, choice)),
        _(
            "CSV: UTF-8 with a mark at the beginning, comma between cells, decimal point, dates as 2019-12-31, yes/no as 1 and 0."
        ),
        _("Codes begin with 0: import their columns as text."),
        _("dictionary.csv describes every column; manifest.json holds the fingerprints of the files and of the data."),
        *(f"{part.name}: {part.title}" for part in collected.parts),
        "",
    ]
