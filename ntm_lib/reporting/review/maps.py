"""Maps of a report as pictures: the number of criteria met at the beginning and at the end."""

from functools import partial

from markupsafe import Markup

from ntm_lib.messages import _
from ntm_lib.reporting.map_picture import map_picture
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import source_line
from ntm_lib.reporting.sections.communes import count_layer, map_shapes
from ntm_lib.reporting.sentences import Sentence, said


def count_map(subject: Subject, *, is_last: bool) -> Markup | None:
    """Return the map of the number of criteria met in the first or last year, as a figure with its source.

    A review of one year has no map of its first.
    """
    territory = subject.territory
    first, last = territory.review.first_year, territory.review.last_year
    if first == last and not is_last:
        return None
    year = last if is_last else first
    shapes, label = map_shapes(territory)
    title = _("Number of criteria met, {year}, {name}").format(year=year, name=subject.name)
    drawn = map_picture(shapes, count_layer(territory), year, title=title, stamps=[*subject.stamps, label])
    source = Markup('<p class="source">{}</p>').format(source_line(territory, year))
    return Markup('<figure class="ntm-chart"><figcaption>{}</figcaption>{}{}</figure>').format(title, drawn, source)


def about(subject: Subject) -> list[Sentence]:
    """Say how the figures of a page for the press may be used."""
    if not subject.territory.is_illustrative:
        return []
    return [said(_("The figures computed here come from illustrative data and may not be published as results."))]


CONTENTS = Contents(
    sentences={"press_about": about},
    pictures={
        "map_first": partial(count_map, is_last=False),
        "map_last": partial(count_map, is_last=True),
    },
)
