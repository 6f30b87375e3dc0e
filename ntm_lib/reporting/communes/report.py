"""The full report of a commune and the minutes of its management board's meeting: as Word documents and as pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from markupsafe import Markup

from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.once import once
from ntm_lib.messages import _
from ntm_lib.reporting import formats, stamps
from ntm_lib.reporting.communes.facts import Commune
from ntm_lib.reporting.display import keys_in
from ntm_lib.reporting.office.document import Filling, write_document
from ntm_lib.reporting.office.outline import Outline, filled
from ntm_lib.reporting.page import standalone_page
from ntm_lib.reporting.provenance.pack import block
from ntm_lib.reporting.review.outlines import NOTHING, fill, outline_path, read_report_outline, spoken
from ntm_lib.reporting.review.page import foot, part_sections
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.review import Audience

Paper = Literal["report", "minutes"]
OUTLINES: Mapping[Paper, str] = {"report": "outline_commune", "minutes": "minutes_commune"}
Link = tuple[str, str]
"""Where a link leads, and its words."""


@dataclass(frozen=True, eq=False)
class CommunePaper:
    """One paper of a commune; what its outline calls is made once for every format, and for the paper ``beside`` it.

    Sentences and verdicts stand marked as proposed by the software; names, votes and conclusions are left blank. Raises
    UsageFaultsError with every fault of the outline, and every name in it that no part offers.
    """

    commune: Commune
    paper: Paper
    audience: Audience = Audience.PUBLIC
    beside: "CommunePaper | None" = None

    @cached_property
    def subject(self) -> Subject:
        """What the paper is about and for whom."""
        return Subject(self.commune.territory, self.audience, self.commune.code)

    @cached_property
    def outline(self) -> Outline:
        """The outline, without what the reader may not see."""
        held = _outlines(self.commune.territory)
        key = self.paper, self.audience
        if key not in held:
            held[key] = read_report_outline(self.subject, OUTLINES[self.paper])
        return held[key]

    @cached_property
    def filling(self) -> Filling:
        """What fills the outline."""
        return fill(
            self.subject,
            self.outline,
            more=_values(self.commune),
            made=self.beside.filling if self.beside else NOTHING,
        )

    @cached_property
    def spoken(self) -> Outline:
        """The outline without blocks that hold nothing; places for a person's word stay."""
        return spoken(self.outline, self.filling, asked="kept")

    def write(self, path: Path) -> Path:
        """Write the paper as a Word document; the file appears whole or not at all."""
        project = self.commune.territory.project
        where = project.relative(outline_path(project, OUTLINES[self.paper]))
        return write_document(path, self.spoken, self.filling, where=where)

    def page(self, links: Sequence[Link] = ()) -> str:
        """Return the paper as a page that opens offline; ``links``: to the other papers of the commune.

        Raises NtmError when the page must not be published.
        """
        sections = [
            section
            for number in range(1, len(self.spoken.parts) + 1)
            for section in part_sections(self.subject, self.spoken, self.filling, number, is_folded=False)
        ]
        office = self.outline.office
        body = Markup("\n").join([_links(links), *sections, foot(office, self.filling.values)])
        record = self.commune.all.records.record(self.commune.code, keys_in(body))
        return standalone_page(
            body + block(record),
            title=f"{office.kind.capitalize()}: {self.commune.full_name}",
            subtitle=filled(office.subject, self.filling.values),
            bands=[stamps.draft(), *self.filling.stamps],
        )


def papers(commune: Commune, audience: Audience = Audience.PUBLIC) -> dict[Paper, CommunePaper]:
    """Return report and minutes of a commune."""
    report = CommunePaper(commune, "report", audience)
    return {"report": report, "minutes": CommunePaper(commune, "minutes", audience, beside=report)}


@once
def _outlines(_territory: Territory) -> dict[tuple[Paper, Audience], Outline]:
    return {}


def _links(links: Sequence[Link]) -> Markup:
    made = Markup("\n").join(Markup('<a href="{}">{}</a>').format(*link) for link in links)
    return Markup('<nav class="formats" aria-label="{}">\n{}\n</nav>').format(_("Other forms"), made) if links else made


def _values(commune: Commune) -> dict[str, object]:
    """Return what a commune's outlines call beyond the usual names: the unit next above it, and its committee."""
    above = commune.above[0]
    committee = _("Steering committee of the National Target Programmes of {unit}")
    return {
        "PARENT": above.name.upper(),
        "committee": committee.format(unit=formats.in_sentence(above.name)),
    }
