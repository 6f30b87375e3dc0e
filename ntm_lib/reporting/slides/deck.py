"""Read the outline of the slides and fill it: what stands on each slide, and what is said with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ntm_lib.errors import FaultList, UsageFaultsError
from ntm_lib.evaluation import Territory
from ntm_lib.messages import _
from ntm_lib.model_words import nearest, tell
from ntm_lib.reporting import stamps
from ntm_lib.reporting.office.outline import filled
from ntm_lib.reporting.pictures import Picture
from ntm_lib.reporting.review.contents import Contents, all_contents
from ntm_lib.reporting.review.outlines import outline_path, outline_values
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sentences import Sentence
from ntm_lib.reporting.sheet_html import keyed_cells
from ntm_lib.reporting.sheets import Sheet, printed
from ntm_lib.strict_yaml import read_yaml

_SIZES = ((240, 22), (360, 20), (480, 18), (640, 16))
"""Letters beside a picture up to which the points have a size; without one there is room for twice as many."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SlideOutline(_Model):
    """One slide: sentences as points (the first ``at_most``), one picture or table (its first ``rows``), and what is said.

    ``columns``: keys of the table's columns to show, all when empty.
    """

    heading: str
    points: tuple[str, ...] = ()
    at_most: int = Field(default=4, ge=1, le=8)
    picture: str | None = None
    table: str | None = None
    columns: tuple[str, ...] = ()
    rows: int = Field(default=10, ge=1, le=14)
    say: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.picture is not None and self.table is not None:
            raise ValueError(_("a slide holds one picture or one table"))
        return self


class DeckOutline(_Model):
    """The slides of a tier; names in braces as in the outline of a report."""

    body: str
    title: str
    below: str = ""
    slides: tuple[SlideOutline, ...] = Field(min_length=1)


@dataclass(frozen=True, eq=False)
class Slide:
    """One slide, filled."""

    heading: str
    points: tuple[Sentence, ...] = ()
    picture: Picture | None = None
    sheet: Sheet | None = None
    rows: tuple[tuple[tuple[str, bool], ...], ...] = ()
    said: tuple[Sentence | str, ...] = ()
    body: str = ""
    below: str = ""
    key: str = ""

    @property
    def keyed_rows(self) -> list[list[tuple[str, bool]]]:
        """The rows of the table as a page shows them: each figure with its key, and whether it is a number."""
        if self.sheet is None:
            return []
        if not self.key:
            return [list(row) for row in self.rows]
        rows, total = keyed_cells(self.sheet, self.key)
        held = [*([] if total is None else [total]), *rows][: len(self.rows)]
        return [
            [
                (shown if isinstance(shown, Markup) else text, is_number)
                for shown, (text, is_number) in zip(cells, texts, strict=True)
            ]
            for cells, texts in zip(held, self.rows, strict=True)
        ]

    @property
    def points_size(self) -> int:
        """The size of the points' letters in points, smaller the more there is to read."""
        letters = sum(len(str(point)) for point in self.points) * (1.0 if self.picture or self.rows else 0.5)
        return next((size for limit, size in _SIZES if letters <= limit), 14)

    @property
    def is_cover(self) -> bool:
        """Whether it is the first slide."""
        return bool(self.body)


@dataclass(frozen=True, eq=False)
class Deck:
    """All slides, and the line that stands at the foot of each; ``territory``: what their figures lead to."""

    title: str
    slides: tuple[Slide, ...]
    foot: str = ""
    territory: Territory | None = None


def make_deck(subject: Subject, contents: Contents | None = None) -> Deck:
    """Read ``parameters/review/slides_<tier>.yaml`` and fill it; a slide with nothing to show is left out."""
    contents = contents or all_contents()
    outline = _read(subject, contents)
    values = outline_values(subject)
    cover = Slide(filled(outline.title, values), body=filled(outline.body, values), below=filled(outline.below, values))
    made = [_slide(subject, slide, contents, values) for slide in outline.slides]
    shown = [slide for slide in made if slide.points or slide.picture or slide.rows]
    foot = " · ".join([stamps.draft(), *subject.stamps])
    return Deck(cover.heading, (cover, *shown), foot, subject.territory)


def _read(subject: Subject, contents: Contents) -> DeckOutline:
    project = subject.territory.project
    path = outline_path(project, f"slides_{subject.tier}")
    where = project.relative(path)
    try:
        outline = DeckOutline.model_validate(read_yaml(path))
    except ValidationError as error:
        faults = FaultList(_("An outline that cannot be used"))
        tell(faults, where, error, DeckOutline)
        raise UsageFaultsError(faults.title, faults.faults) from error
    faults = FaultList(_("An outline that cannot be used"))
    for slide in outline.slides:
        called: list[tuple[str, Mapping[str, object]]] = [
            (name, contents.sentences) for name in (*slide.points, *slide.say)
        ]
        called += [(slide.picture, contents.pictures)] if slide.picture else []
        called += [(slide.table, contents.tables)] if slide.table else []
        for name, known in called:
            if name not in known:
                faults.add(where, f"{slide.heading}: '{name}'", nearest(name, known))
    faults.stop_if_any(UsageFaultsError)
    return outline


def _slide(subject: Subject, slide: SlideOutline, contents: Contents, values: Mapping[str, object]) -> Slide:
    def may_show(name: str | None) -> bool:
        return name is not None and (subject.is_internal or name not in contents.internal)

    def said(names: tuple[str, ...]) -> list[Sentence]:
        return [item for name in names if may_show(name) for item in contents.said(name, subject)]

    sheet = _columns(contents.table(slide.table, subject), slide) if slide.table and may_show(slide.table) else None
    picture = contents.picture(slide.picture, subject) if slide.picture and may_show(slide.picture) else None
    points = said(slide.points)
    spoken = [*points[slide.at_most :], *said(slide.say)]
    return Slide(
        heading=filled(slide.heading, values),
        points=tuple(points[: slide.at_most]),
        picture=picture,
        sheet=sheet,
        rows=_rows(sheet, slide.rows) if sheet else (),
        key=subject.key("table", slide.table) if slide.table else "",
        said=tuple({str(item): item for item in [*points[: slide.at_most], *spoken]}.values()),
    )


def _columns(sheet: Sheet, slide: SlideOutline) -> Sheet:
    kept = [column for column in sheet.columns if not slide.columns or str(column.key) in slide.columns]
    return replace(sheet, columns=kept)


def _rows(sheet: Sheet, at_most: int) -> tuple[tuple[tuple[str, bool], ...], ...]:
    """Return the total and the first rows as printed, each cell with whether it is a number."""
    total = sheet.total_cells()
    rows = ([total] if total is not None else []) + sheet.cells()
    return tuple(
        tuple(
            (
                "" if value is None and row is total else printed(value, column),
                column.kind != "text" and not isinstance(value, str),
            )
            for value, column in zip(row, sheet.columns, strict=True)
        )
        for row in rows[:at_most]
    )
