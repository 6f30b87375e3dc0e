"""One report of the review, for a notebook or as a Word document."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ntm_lib.evaluation import Territory
from ntm_lib.reporting.display import show
from ntm_lib.reporting.office.document import Filling, write_document
from ntm_lib.reporting.office.outline import Outline, filled
from ntm_lib.reporting.provenance import show_provenance
from ntm_lib.reporting.review.outlines import fill, outline_path, read_report_outline, spoken
from ntm_lib.reporting.review.page import part_sections
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.review import Audience


@dataclass(frozen=True)
class Report:
    """A report by the outline of its tier; everything the outline calls is made once."""

    subject: Subject

    @classmethod
    def of(cls, territory: Territory, audience: str = Audience.PUBLIC) -> "Report":
        """Return the report of a province or district; ``audience``: public or internal."""
        return cls(Subject(territory, Audience(audience)))

    @cached_property
    def outline(self) -> Outline:
        """The outline, without what the reader may not see."""
        return read_report_outline(self.subject, f"outline_{self.subject.tier}")

    @cached_property
    def filling(self) -> Filling:
        """What fills the outline."""
        return fill(self.subject, self.outline)

    @property
    def title(self) -> str:
        """What the report is called."""
        return filled(f"{self.outline.office.kind.capitalize()}: {self.outline.office.subject}", self.filling.values)

    def part(self, number: int) -> None:
        """Show one part of the report (1, 2, …) on its page, after the last one what its figures lead to."""
        outline = spoken(self.outline, self.filling, asked="kept" if self.subject.is_internal else "alone")
        for section in part_sections(self.subject, outline, self.filling, number):
            show(section, slot="report")
        if number == len(outline.parts):
            show_provenance(self.subject.territory, "report")

    def press(self) -> None:
        """Show the page of maps and figures for the press; nothing in the internal version."""
        if self.subject.is_internal:
            return
        outline = read_report_outline(self.subject, "press")
        filling = fill(self.subject, outline)
        outline = spoken(outline, filling, asked="left out")
        for number in range(1, len(outline.parts) + 1):
            for section in part_sections(self.subject, outline, filling, number, is_numbered=False):
                show(section, slot="press")
        show_provenance(self.subject.territory, "press")

    def write(self, path: Path) -> Path:
        """Write the report as a Word document."""
        where = self.subject.territory.project.relative(
            outline_path(self.subject.territory.project, f"outline_{self.subject.tier}")
        )
        outline = spoken(self.outline, self.filling, asked="kept")
        return write_document(path, outline, self.filling, where=where)
