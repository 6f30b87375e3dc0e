"""Choose the points in time that the tables of the review show, and give the verdicts of each."""

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from ntm_lib import criteria, submissions, units
from ntm_lib.errors import FaultList, UsageFaultsError
from ntm_lib.evaluation.counts.cube import Cube, cube, of_criteria
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _
from ntm_lib.model_words import tell
from ntm_lib.project import Project
from ntm_lib.scoring import score
from ntm_lib.strict_yaml import read_yaml
from ntm_lib.submissions import Results

FILE = "columns.yaml"


class Point(BaseModel):
    """One point in time: the end of a year or, with ``on``, a day within it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    year: int
    on: dt.date | None = None


@dataclass(frozen=True, eq=False)
class Slice:
    """The verdicts of a territory at one point in time: a cube of one year."""

    point: Point
    cube: Cube


def points(project: Project) -> tuple[Point, ...]:
    """Read ``parameters/review/columns.yaml``, oldest first; every fault is told at once."""
    path = project.parameters / "review" / FILE
    where = project.relative(path)
    faults = FaultList(_("Parameters that cannot be used"))
    try:
        read = TypeAdapter(tuple[Point, ...]).validate_python(read_yaml(path))
    except ValidationError as error:
        tell(faults, where, error, Point)
        raise UsageFaultsError(faults.title, faults.faults) from error
    for place, point in enumerate(read, start=1):
        if point.on is not None and point.on.year != point.year:
            faults.add(f"{where}: {place}", str(point.on), _("a day of {year}").format(year=point.year))
        if point in read[: place - 1]:
            faults.add(f"{where}: {place}", _("stands twice: {name}").format(name=point.on or point.year))
    if faults.faults:
        raise UsageFaultsError(faults.title, faults.faults)
    return tuple(sorted(read, key=lambda point: (point.on or dt.date(point.year, 12, 31), point.year)))


def points_of(territory: Territory) -> tuple[Point, ...]:
    """Return the points in time of the period; its first and last year where the file names none of it."""
    years = territory.years
    found = tuple(point for point in points(territory.project) if point.year in years)
    return found or tuple(Point(year=year) for year in sorted({years[0], years[-1]}))


def slices(territory: Territory) -> list[Slice]:
    """Return the points in time that there are data for: years of the period, and days with actual results up to them."""
    whole = cube(territory)
    found = []
    for point in points_of(territory):
        part = _of_year(whole, point.year) if point.on is None else _on_a_day(territory, point)
        if part is not None:
            found.append(Slice(point, part))
    return found


def _of_year(whole: Cube, year: int) -> Cube:
    place = whole.place(year)
    return replace(
        whole, years=(year,), verdicts=whole.verdicts[:, place : place + 1], eras=whole.eras[place : place + 1]
    )


def _on_a_day(territory: Territory, point: Point) -> Cube | None:
    """Judge the actual results handed in up to a day within a year; None where nobody handed any in."""
    review, rules = territory.review, territory.reported.rules
    if point.on is None or (review.as_of is not None and point.on > review.as_of):
        return None
    results = submissions.read_results(territory.project, as_of=point.on)
    actual = _actual(results, rules[point.year].set_id, point, territory)
    if actual is None:
        return None
    scores = score(
        actual,
        criteria.load(territory.project),
        region=units.on(results.unit_vintage, territory.project).region,
        years=[point.year],
        judged_by=review.judged_by,
        communes=territory.parts["from_code"].drop_duplicates(),  # type: ignore[arg-type]
    )
    if territory.vintage.date != results.unit_vintage:
        lineage = units.lineage(results.unit_vintage, territory.vintage.date, territory.project)
        scores = scores.carried(lineage, review.merge_rule)
    return of_criteria(
        scores.criteria, territory.in_programme.index, [point.year], scores.rules, territory.review.not_assessed
    )


def _actual(results: Results, set_id: str, point: Point, territory: Territory) -> Results | None:
    """Keep the lines of a year that tell what was done, not what was expected."""
    if set_id not in results.values:
        return None
    status = results.status[set_id]
    index = status.index
    is_kept = (
        (status == "actual").to_numpy(np.bool_)
        & (index.get_level_values("year") == point.year)
        & index.get_level_values("commune_code").isin(territory.parts["from_code"])
    )
    if not is_kept.any():
        return None
    return replace(results, values={set_id: results.values[set_id][is_kept]})
