"""Show a report of the review on a page: headings of its outline, sentences, tables, pictures, a person's words."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.reporting.office.document import Filling, machine_mark
from ntm_lib.reporting.office.outline import Block, Office, Outline, Section, filled, with_marks
from ntm_lib.reporting.office.paper import roman
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sentences import Sentence
from ntm_lib.reporting.sheet_html import sheet_html
from ntm_lib.reporting.sheets import Sheet

LONG_TABLE = 25
"""Rows from which a table is folded away on a page."""


def part_sections(
    subject: Subject,
    outline: Outline,
    filling: Filling,
    number: int,
    *,
    is_numbered: bool = True,
    is_folded: bool = True,
) -> list[Markup]:
    """Return the sections of one part (1, 2, …); ``is_folded``: long tables are folded away (and are not printed so)."""
    part = outline.parts[number - 1]
    writer = _Writer(subject, filling, outline.named("table"), is_folded=is_folded)
    made = []
    for place, section in enumerate(part.sections, start=1):
        title = filled(section.heading, filling.values)
        title = f"{roman(place)}. {title}" if is_numbered else title
        body = Markup("\n").join(writer.below(section, 3))
        anchor = f"s{number}-{place}"
        made.append(
            Markup('<section class="ntm-report">\n<h2 id="{}">{}</h2>\n{}\n</section>\n').format(anchor, title, body)
        )
    if made and part.heading:
        heading = Markup('<p class="ntm-part">{}</p>\n').format(filled(part.heading, filling.values))
        made[0] = heading + made[0]
    return made


def foot(office: Office, values: Mapping[str, object]) -> Markup:
    """Return who receives the paper, beside the place of the signature."""
    recipients = Markup().join(Markup("<li>{}</li>").format(filled(line, values)) for line in office.recipients)
    told = Markup('<div class="recipients"><p>{}</p><ul>{}</ul></div>').format(_("Recipients:"), recipients)
    signers = [_signer(signer, values) for signer in (office.left_signer, office.signer) if signer]
    held = [*signers, told] if office.left_signer else [told, *signers]
    return Markup('<section class="sign">{}</section>').format(Markup().join(held))


def _signer(signer: str, values: Mapping[str, object]) -> Markup:
    lines = Markup("<br>").join(filled(signer, values).splitlines())
    return Markup('<p class="signer">{}</p>').format(lines)


class _Writer:
    """Write the blocks of one report."""

    def __init__(self, subject: Subject, filling: Filling, tables: Sequence[str], *, is_folded: bool) -> None:
        self.subject, self.filling, self.is_folded = subject, filling, is_folded
        self.numbers = {name: place for place, name in enumerate(tables, start=1)}

    def below(self, section: Section, level: int) -> list[Markup]:
        """Return what stands below a heading."""
        made = [self.block(block, is_marked=mark) for block, mark in with_marks(section, self.filling.notes)]
        for place, inner in enumerate(section.sections, start=1):
            title = f"{place}. {filled(inner.heading, self.filling.values)}"
            made.append(Markup("<h{0}>{1}</h{0}>").format(min(level, 4), title))
            made += self.below(inner, level + 1)
        return made

    def block(self, block: Block, *, is_marked: bool) -> Markup:
        """Return one block; ``is_marked``: whether the mark of the software's sentences is written out above it."""
        if block.text is not None:
            return Markup("<p>{}</p>").format(filled(block.text, self.filling.values))
        if block.machine is not None:
            return machine_block(self.filling.sentences[block.machine], is_marked=is_marked)
        if block.table is not None:
            return self._table(block.table, self.filling.tables[block.table])
        if block.picture is not None:
            picture = self.filling.pictures[block.picture]
            return Markup() if picture is None else picture.figure
        return self._note(block)

    def _table(self, name: str, sheet: Sheet) -> Markup:
        table = sheet_html(sheet, self.subject.key("table", name))
        if len(sheet.frame) < LONG_TABLE:
            return table
        text = _("{table}: {title} ({rows} rows)").format(
            table=_("Table {number:02d}").format(number=self.numbers[name]), title=sheet.title, rows=len(sheet.frame)
        )
        opened = Markup("<details>") if self.is_folded else Markup("<details open>")
        return opened + Markup("<summary>{}</summary>{}</details>").format(text, table)

    def _note(self, block: Block) -> Markup:
        written = self.filling.notes.get(str(block.note), ())
        if written:
            return Markup("\n").join(Markup("<p>{}</p>").format(text) for text in written)
        asked = filled(block.ask, self.filling.values)
        if self.subject.commune:
            return Markup('<p class="asked">{}</p>').format(asked)
        if not self.subject.is_internal:
            return Markup('<p class="asked">{}</p>').format(_("(The reporting office has not written this part yet.)"))
        place = (
            f"data/local/notes/{self.subject.unit.code}-{self.subject.territory.vintage.date:%Y%m%d}/{block.note}.txt"
        )
        return Markup('<p class="asked">{} <small>({})</small></p>').format(
            asked, _("write it in {path}").format(path=place)
        )


def machine_block(sentences: Sequence[object], *, is_marked: bool = True) -> Markup:
    """Return sentences of the software, marked as not reviewed by a person.

    The mark is written out once under a heading, and again after a person's words; the bar beside the text marks each block.
    """
    said = Markup("\n").join(
        Markup("<p>{}</p>").format(item.markup() if isinstance(item, Sentence) else str(item)) for item in sentences
    )
    mark = Markup('<p class="mark">{}</p>\n').format(machine_mark()) if is_marked else Markup()
    return Markup('<div class="machine" title="{}">{}{}</div>').format(machine_mark(), mark, said)
