"""Take in a user's boundary file: read, match, check, clean, simplify and store it, whole or not at all."""

import datetime as dt
import glob
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from ntm_lib.errors import Fault, FaultsError, NtmError, UsageError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.provenance import SourceRecord, sha256_of, write_record
from ntm_lib.units.boundaries import BOUNDARY_FILE, boundary_folder
from ntm_lib.units.boundary_checks import (
    Finding,
    Weight,
    check_areas,
    check_place,
    check_shapes,
    check_shift,
    check_topology,
    number,
    refusals,
)
from ntm_lib.units.boundary_files import BoundaryFile, read_boundary_file
from ntm_lib.units.boundary_match import Match, keep_province, match_units
from ntm_lib.units.coverage import Geometries, clean, to_degrees, to_metres
from ntm_lib.units.register import read_register
from ntm_lib.units.territories import state_of
from ntm_lib.units.vintage import Vintage
from ntm_lib.units.vintage import on as units_on

GAP_CLOSED = 200.0  # metres: a narrower gap is bad tracing and is given to a neighbour
MAX_POINTS = 5700  # about 150 KB as GeoJSON with five decimals
_TOLERANCES = (0.0, *(20.0 * 2.0 ** (np.arange(16) / 2)))  # metres
_RECOGNISED = 0.5  # of the units must be matched before a file counts as one of that state


@dataclass(frozen=True)
class ImportReport:
    """What an import found and did."""

    file: str
    state: dt.date
    n_features: int
    n_units: int
    columns: dict[str, str]
    findings: tuple[Finding, ...]
    stored: Path | None = None
    n_points: int = 0
    tolerance_m: float = 0.0

    def lines(self) -> list[str]:
        """Return the report for the command line, one line a fact."""
        used = ", ".join(f"{role} = {column}" for role, column in self.columns.items())
        lines = [
            _("{file}: {features} shapes, {units} communes of the state from {date}").format(
                file=self.file, features=self.n_features, units=self.n_units, date=f"{self.state:%d/%m/%Y}"
            ),
            _("Columns used: {columns}").format(columns=used),
            *(f"{_weight_word(finding.weight)} {finding.check}: {_told(finding)}" for finding in self.findings),
        ]
        if self.stored:
            lines.append(
                _("Stored: {points} points, simplified by {tolerance} m").format(
                    points=number(self.n_points, 0), tolerance=number(self.tolerance_m, 0)
                )
            )
        return lines


class BoundaryRefusedError(FaultsError):
    """A boundary file that cannot be used; ``report`` holds all findings, the warnings too."""

    def __init__(self, report: ImportReport) -> None:
        self.report = report
        faults = [
            Fault(
                f"{_weight_word(finding.weight)} {finding.check}",
                finding.found,
                finding.expected,
                finding.action,
            )
            for finding in sorted(report.findings, key=lambda finding: finding.weight is not Weight.REFUSE)
        ]
        super().__init__(_("{file} was not imported").format(file=report.file), faults)


def import_boundaries(  # what a user may say about a file
    file: Path,
    project: Project | None = None,
    *,
    on: dt.date | None = None,
    crs: str | None = None,
    layer: str | None = None,
    name_column: str | None = None,
    code_column: str | None = None,
    source: str = "",
    dated: dt.date | None = None,
) -> ImportReport:
    """Check a boundary file and, when it can be used, store it in place of an earlier one of the same state.

    Parameters
    ----------
    file : Path
        GeoJSON, GeoPackage, Shapefile or GeoParquet with one feature a commune.
    on : date, optional
        A day of the state the file is of; recognised from codes or names when not given.
    crs, layer, name_column, code_column : str, optional
        Where the file does not tell, or tells wrongly.
    source, dated : optional
        Who made the file, and when: printed on every map. Default: the file's name, the day of import.

    Raises
    ------
    BoundaryRefusedError
        The units cannot be matched, the state is not recognised, the place or the total area is wrong. All
        findings are told; an earlier import stays as it is.
    NtmError, UsageError
        The file cannot be read, or an option is wrong.

    """
    project = project or Project.find()
    read = read_boundary_file(file, crs, layer)
    columns = (name_column, code_column)
    _check_columns(read, columns)
    register = read_register(project)
    vintages = [units_on(day, project) for day in ([on] if on else [register.first_day, *register.change_dates])]
    frame, findings = keep_province(read.frame, vintages[-1].province.name)
    match, recognised = _recognise(frame, vintages, project, columns)
    state = state_of(match.vintage.date, project)
    findings = [
        *(Finding(Weight.NOTE, _("Coordinate system"), note) for note in read.notes),
        *findings,
        *recognised,
        *match.findings,
        *_check_geometry(frame, match),
    ]
    findings.append(_contested_lines())
    report = ImportReport(
        file=file.name,
        state=state,
        n_features=len(frame),
        n_units=match.n_matched,
        columns=match.columns,
        findings=tuple(findings),
    )
    if refusals(findings):
        raise BoundaryRefusedError(report)
    shapes, tolerance = _prepare(frame, match, report)
    record = _record(report, read, source or file.name, dated)
    try:
        stored = _store(project, file, shapes, state, record)
    except OSError as error:
        raise NtmError(_("The boundaries could not be stored: {reason}").format(reason=error)) from error
    points = int(shapely.get_num_coordinates(shapes.to_numpy()).sum())
    return replace(report, stored=stored, n_points=points, tolerance_m=tolerance)


def remove_import(state: dt.date, project: Project | None = None) -> None:
    """Remove the imported boundaries of the state in force at ``state``; maps are schematic again."""
    project = project or Project.find()
    folder = boundary_folder(project) / state_of(state, project).isoformat()
    if not folder.exists():
        raise NtmError(
            _("There are no imported boundaries for the communes of {date}.").format(date=f"{state:%d/%m/%Y}")
        )
    aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".removed."))
    folder.replace(aside / folder.name)
    shutil.rmtree(aside)


def _check_columns(read: BoundaryFile, named: tuple[str | None, ...]) -> None:
    unknown = [column for column in named if column and column not in read.frame.columns]
    if unknown:
        raise UsageError(
            _("{file}: no column {columns}. The file has: {all}.").format(
                file=read.path.name,
                columns=", ".join(unknown),
                all=", ".join(str(column) for column in read.frame.columns.drop("geometry")),
            )
        )


def _recognise(
    frame: gpd.GeoDataFrame, vintages: list[Vintage], project: Project, columns: tuple[str | None, str | None]
) -> tuple[Match, list[Finding]]:
    """Find the vintage that the file fits best, and say so; none or several that fit stop."""
    matches = [match_units(frame, vintage, *columns) for vintage in reversed(vintages)]
    best = min(matches, key=lambda match: match.n_faults)
    states = {state_of(match.vintage.date, project) for match in matches if match.n_faults == best.n_faults}
    tried = "; ".join(
        _("{date}: {matched} of {units}").format(
            date=f"{match.vintage.date:%d/%m/%Y}", matched=match.n_matched, units=len(match.vintage.communes)
        )
        for match in reversed(matches)
    )
    found = _("{features} shapes; matched by date: {tried}").format(features=len(frame), tried=tried)
    action = _("Name the date of the file with --on.")
    if best.n_matched < _RECOGNISED * len(best.vintage.communes):
        return best, [Finding(Weight.REFUSE, _("State of the communes"), found, _("one state of the register"), action)]
    if len(states) > 1:
        return best, [Finding(Weight.REFUSE, _("State of the communes"), found, _("only one that fits"), action)]
    return best, [Finding(Weight.NOTE, _("State of the communes"), found)]


def _check_geometry(frame: gpd.GeoDataFrame, match: Match) -> list[Finding]:
    """Run every check that the coordinates and the matching allow."""
    communes = match.vintage.communes
    labels = match.labels.reset_index(drop=True)
    findings = list(check_shapes(frame.geometry, labels))
    place = list(check_place(frame.total_bounds, communes))
    if place or refusals(findings):
        return findings + place  # in the wrong place, or without shapes, nothing can be measured
    shapes = gpd.GeoSeries(_valid(frame), index=match.codes.to_numpy(), crs=frame.crs)
    metres = to_metres(shapes)
    province = match.vintage.province.area_km2
    findings += check_areas(metres, communes, province)
    findings += check_topology(metres, labels)
    matched = shapes[shapes.index.isin(communes.index) & ~shapes.index.duplicated(keep=False)]
    findings += check_shift(matched, communes)
    return findings


def _valid(frame: gpd.GeoDataFrame) -> Geometries:
    return np.asarray(shapely.make_valid(frame.geometry.to_numpy(), method="structure", keep_collapsed=False))


def _contested_lines() -> Finding:
    found = _("a file made abroad may carry contested lines along the national border: look before it is shown")
    return Finding(Weight.NOTE, _("National border"), found)


def _prepare(frame: gpd.GeoDataFrame, match: Match, report: ImportReport) -> tuple[gpd.GeoSeries, float]:
    """Make the file a coverage and simplify it, as a coverage, until it is small enough for a page."""
    shapes = gpd.GeoSeries(_valid(frame), index=match.codes.to_numpy(), crs=frame.crs).sort_index()
    metres = to_metres(shapes)
    whole = clean(metres.to_numpy(), gap_width=GAP_CLOSED)
    for tolerance in _TOLERANCES:
        simple = shapely.coverage_simplify(whole, tolerance) if tolerance else whole
        if shapely.get_num_coordinates(simple).sum() <= MAX_POINTS:
            break
    stored = gpd.GeoSeries(to_degrees(simple, metres.crs), index=shapes.index, crs=frame.crs)
    lost = stored.index[shapely.area(stored.to_numpy()) == 0]
    if not lost.empty:
        found = ", ".join(match.vintage.communes.loc[lost, "name"])
        finding = Finding(Weight.REFUSE, _("Units lost in cleaning"), found, _("a shape of its own for each unit"))
        raise BoundaryRefusedError(replace(report, findings=(*report.findings, finding)))
    return stored, float(tolerance)


def _record(report: ImportReport, read: BoundaryFile, source: str, dated: dt.date | None) -> SourceRecord:
    warnings = [finding for finding in report.findings if finding.weight is Weight.WARN]
    return SourceRecord(
        title=f"Boundaries of the communes from {report.state:%Y-%m-%d}",
        origin=source,
        retrieved=dated or dt.datetime.now(tz=dt.UTC).date(),
        licence="not stated; for the user to know",
        nature="imported",
        sha256="",
        unit_vintage=report.state,
        sources=(
            f"{read.path.name} sha256 {sha256_of(read.path)}",
            f"coordinate system {read.crs.to_string()}",
        ),
        note="; ".join(f"{finding.check}: {finding.found}" for finding in warnings),
    )


def _store(project: Project, file: Path, shapes: gpd.GeoSeries, state: dt.date, record: SourceRecord) -> Path:
    """Build the folder of the import aside and put it in place of the earlier one in one move."""
    folder = boundary_folder(project) / state.isoformat()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".import.") as work:
        new, old = Path(work) / "new", Path(work) / "old"
        (new / "original").mkdir(parents=True)
        path = new / BOUNDARY_FILE
        frame = gpd.GeoDataFrame(geometry=shapes.rename_axis("code"))
        frame.to_parquet(path)
        write_record(path, record.model_copy(update={"sha256": sha256_of(path)}))
        is_shapefile = file.suffix.lower() == ".shp"
        for part in file.parent.glob(f"{glob.escape(file.stem)}.*") if is_shapefile else [file]:
            shutil.copyfile(part, new / "original" / part.name)
        write_record(new / "original" / file.name, record.model_copy(update={"sha256": sha256_of(file)}))
        if folder.exists():
            folder.replace(old)
        try:
            new.replace(folder)
        except OSError:
            if old.exists():
                old.replace(folder)
            raise
    return folder / BOUNDARY_FILE


def _weight_word(weight: Weight) -> str:
    return {Weight.REFUSE: _("[fault]"), Weight.WARN: _("[warning]"), Weight.NOTE: _("[note]")}[weight]


def _told(finding: Finding) -> str:
    expected = " — " + _("expected: {expected}").format(expected=finding.expected) if finding.expected else ""
    return f"{finding.found}{expected}" + (f". {finding.action}" if finding.action else "")
