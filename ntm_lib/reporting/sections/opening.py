"""Open the page: what it is about, the law that judges, the date of the data; close it with its sources."""

from itertools import groupby

from markupsafe import Markup

from ntm_lib import evaluation
from ntm_lib.evaluation import Territory
from ntm_lib.messages import _
from ntm_lib.reporting import formats, stamps
from ntm_lib.reporting.display import declare, show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.sections.common import decisions, key, paragraph, section, warnings
from ntm_lib.reporting.tables import Column, html_table


def opening(territory: Territory) -> None:
    """Say what the report is about, and declare the unit it names."""
    communes, inside = len(territory.communes), len(territory.in_programme)
    about = paragraph(
        _(
            "This report shows, commune by commune, which of the national criteria for New Rural Development were met in "
            "each year from {first} to {last} in {name}. The Programme covers {inside} of {communes} commune-level units; "
            "towns and wards lie outside it. Data as of {date}."
        ),
        first=territory.review.first_year,
        last=territory.review.last_year,
        name=Markup("<strong>{}</strong>").format(formats.in_sentence(territory.unit.name)),
        inside=figure(key(territory, "in_programme"), inside, "count"),
        communes=figure(key(territory, "communes"), communes, "count"),
        date=formats.date(evaluation.cut_off(territory)),
    )
    declare(
        unit_name=territory.unit.name,
        subtitle=str(territory.review.title),
        bands=[stamps.draft(), *warnings(territory)],
    )
    show(Markup('<div class="lead">{}{}{}</div>').format(about, _law(territory), _merger_rule(territory)))


def _law(territory: Territory) -> Markup:
    spans = []
    for name, group in groupby(territory.reported.rules.items(), key=lambda item: decisions(item[1])):
        years = [year for year, _rules in group]
        span = str(years[0]) if len(years) == 1 else f"{years[0]}-{years[-1]}"
        spans.append(_("{years}: {decision}").format(years=span, decision=name))
    return paragraph(
        _("Results of each year are judged by the criteria set of that year: {spans}."),
        spans="; ".join(spans),
    )


def _merger_rule(territory: Territory) -> Markup:
    if territory.vintage.date == territory.results.unit_vintage:
        return Markup()
    rules = {
        "all_parts": _("a merged commune meets a criterion when all the communes it was formed from did"),
    }
    return paragraph(
        _("Results were reported by the communes of {reported} and are shown on those of {shown}: {rule}."),
        reported=formats.date(territory.results.unit_vintage),
        shown=formats.date(territory.vintage.date),
        rule=rules.get(territory.review.merge_rule, territory.review.merge_rule),
    )


def closing(territory: Territory) -> None:
    """Name files, hashes and versions, and say what the page does not show."""
    made_from = evaluation.sources(territory)
    rows = [
        (path, record.title, record.origin, formats.date(record.retrieved), record.sha256[:16])
        for path, record in made_from.files
    ]
    columns = [
        Column(_("File")),
        Column(_("Content")),
        Column(_("Origin")),
        Column(_("Date")),
        Column("SHA-256"),
    ]
    table = html_table(columns, rows, caption=_("Data files of this page"))
    limits = [
        _(
            "Meeting all criteria is not recognition: only a decision recognises a commune, and only decisions read in a "
            "source are listed."
        ),
        _("The page does not rank communes and does not propose commendation."),
        _("No area or length is computed from the schematic."),
        _(
            "Criteria that the commune does not carry out are shown as not assessed; how they count is stated under the "
            "table."
        ),
    ]
    items = Markup("").join(Markup("<li>{}</li>").format(text) for text in limits)
    show(
        section(_("What this page does not show"), Markup("<ul>{}</ul>").format(items), anchor="limits")
        + section(
            _("Sources and versions"),
            Markup("<details><summary>{}</summary>{}</details>").format(
                _("{count} data files with their fingerprints").format(count=len(rows)), table
            ),
            paragraph(
                _("Criteria sets: {sets}. Version of the software: {version}."),
                sets=", ".join(made_from.set_ids),
                version=made_from.code_version,
            ),
            anchor="sources",
        )
    )
