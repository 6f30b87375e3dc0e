"""Open the page: what it is about, the law that judges, the date of the data; close it with its sources."""

from itertools import groupby

from markupsafe import Markup

from ntm_lib import evaluation
from ntm_lib.evaluation import Territory
from ntm_lib.messages import _
from ntm_lib.reporting import formats, stamps
from ntm_lib.reporting.display import declare, show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.provenance import show_provenance
from ntm_lib.reporting.sections.common import (
    decisions,
    key,
    not_assessed_note,
    paragraph,
    section,
    warnings,
    withheld_note,
)
from ntm_lib.reporting.tables import Column, html_table
from ntm_lib.review import Audience


def opening(territory: Territory, audience: str = Audience.PUBLIC) -> None:
    """Say what the report is about and for whom, and declare the unit it names."""
    is_internal = Audience(audience) is Audience.INTERNAL
    communes, inside = len(territory.communes), len(territory.in_programme)
    about = paragraph(
        _(
            "This report shows, commune by commune, which of the national criteria for New Rural Development were met in "
            "each year in {name}, {period}. The Programme covers {inside} of {communes} commune-level units; "
            "towns and wards lie outside it. Data as of {date}."
        ),
        period=formats.period(territory.review.first_year, territory.review.last_year),
        name=Markup("<strong>{}</strong>").format(formats.in_sentence(territory.unit.name)),
        inside=figure(key(territory, "in_programme"), inside, "count"),
        communes=figure(key(territory, "communes"), communes, "count"),
        date=formats.date(evaluation.cut_off(territory)),
    )
    declare(
        unit_name=territory.unit.name,
        subtitle=str(territory.review.title),
        bands=[stamps.draft(), *([stamps.internal()] if is_internal else []), *warnings(territory)],
    )
    notes = [not_assessed_note(territory), *withheld_note(territory)]
    rules = [about, _units(territory), _law(territory), *map(paragraph, notes)]
    show(Markup('<div class="lead">{}</div>').format(Markup().join(rules)))


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


def _units(territory: Territory) -> Markup:
    """Say on which units the results are shown and, where communes merged, by which rule."""
    shown = paragraph(
        _("Shown on the administrative units of {date}{districts}."),
        date=formats.date(territory.vintage.date),
        districts=_districts(territory),
    )
    if territory.vintage.date == territory.results.unit_vintage:
        return shown
    return shown + paragraph(
        _("Results were reported by the communes of {reported}: {rule}."),
        reported=formats.date(territory.results.unit_vintage),
        rule=evaluation.merge_rule_words()[territory.review.merge_rule],
    )


def _districts(territory: Territory) -> Markup:
    """Count the districts of a province by kind: so many rural districts, towns and cities."""
    if territory.unit.level != "province" or territory.vintage.districts.empty:
        return Markup()
    words = {
        "huyen": _("{count} rural districts"),
        "thi_xa": _("{count} towns"),
        "thanh_pho": _("{count} cities"),
        "quan": _("{count} urban districts"),
    }
    counts = territory.vintage.districts["kind"].value_counts()
    named = [
        Markup(text).format(count=figure(key(territory, "districts", kind), counts[kind], "two_digits"))  # noqa: S704
        for kind, text in words.items()
        if kind in counts
    ]
    last = [Markup(_(" and ")).join([Markup(", ").join(named[:-1]), named[-1]])] if named[1:] else named  # noqa: S704
    return Markup(" ({})").format(*last)


def closing(territory: Territory) -> None:
    """Name files, hashes and versions, and say what the page does not show."""
    made_from = evaluation.sources(territory)
    natures = {
        "illustrative": _("illustrative"),
        "submitted": _("reported by communes"),
        "published": _("published"),
        "fact": _("fact"),
        "imported": _("imported"),
    }
    rows = [
        (path, natures[record.nature], formats.date(record.retrieved), record.sha256[:16])
        for path, record in made_from.files
    ]
    columns = [Column(_("File")), Column(_("Nature of the data")), Column(_("Date")), Column("SHA-256")]
    table = html_table(columns, rows, caption=_("Data files of this page"))
    limits = [
        _(
            "Meeting all criteria is not recognition: only a decision recognises a commune, and only decisions read in a "
            "source are listed."
        ),
        _("The page does not rank communes and does not propose commendation."),
        _("No area or length is computed from the schematic."),
        _("Criteria that the commune does not carry out are shown as not assessed; how they count is stated above."),
    ]
    items = Markup("").join(Markup("<li>{}</li>").format(text) for text in limits)
    show(
        section(_("What this page does not show"), Markup("<ul>{}</ul>").format(items), anchor="limits")
        + section(
            _("Sources and versions"),
            Markup("<details><summary>{}</summary>{}</details>").format(
                _("{count} data files with their fingerprints").format(count=len(rows)), table
            ),
            paragraph(_("Version of the software: {version}."), version=made_from.code_version),
            anchor="sources",
        )
    )
    show_provenance(territory)
