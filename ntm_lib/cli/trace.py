"""``ntm trace``: one verdict from its value, file and row to the rule and the level."""

import datetime as dt
import math

from ntm_lib import criteria, scoring, submissions, units
from ntm_lib.cli.app import OnOption, app, say
from ntm_lib.errors import UsageError
from ntm_lib.messages import _, language
from ntm_lib.project import Project
from ntm_lib.reporting import formats, palette
from ntm_lib.review import load_review
from ntm_lib.scoring import Trace


@app.command("trace", help=_("Print one verdict with its value, file, row, rule and level."))
def trace_command(commune: str, item: str, on: OnOption = None) -> None:
    """Trace a criterion or indicator of a commune at the year-end of the date (or the last one of the review)."""
    project = Project.find()
    review = load_review(project)
    unit = units.resolve(commune, on, project)
    if not unit.is_in_programme:
        raise UsageError(_("{name} is not a commune of the Programme: it has no results.").format(name=unit.label))
    year = on.year if on else review.last_year
    results = submissions.read_results(project, as_of=review.as_of)
    law = criteria.load(project)
    say(f"{unit.label}: {item}, {year}")
    for code, share in _parts(unit, on or review.on, results.unit_vintage, project):
        old = units.on(results.unit_vintage, project).unit(code)
        if code != unit.code or old.name != unit.name:
            say(_("Part: {unit} ({share} of its area)").format(unit=old.label, share=formats.percent(100 * share)))
        region = units.on(results.unit_vintage, project).region
        for found in scoring.trace(results, law, code, item, year, region=region, judged_by=review.judged_by):
            _print(found, law)


def _parts(unit: units.Unit, date: dt.date, vintage: dt.date, project: Project) -> list[tuple[str, float]]:
    """Return the communes that reported for this one, with the share of their area that it holds."""
    if date <= vintage:
        return [(unit.code, 1.0)]
    links = units.lineage(vintage, date, project).links
    links = links[links["to_code"] == unit.code]
    is_in_programme = units.on(vintage, project).frame["is_in_programme"]
    links = links[is_in_programme[links["from_code"]].to_numpy(bool)]
    return list(zip(links["from_code"].tolist(), links["area_share"].tolist(), strict=True))


def _print(found: Trace, law: criteria.Law) -> None:
    rule = found.rule
    say(f"\n{found.requirement} {rule[f'label_{language()}']}")
    say(_("  verdict: {verdict}").format(verdict=palette.verdict_label(found.verdict)))
    say(
        _("  value: {value} ({status}, data as of {date})").format(
            value=_value(found), status=_status(found.status), date=formats.date(found.as_of_date)
        )
    )
    say(
        _("  file: {file}, row {row}, column {column}").format(file=found.file, row=found.row, column=found.requirement)
    )
    say(_("  required: {level}").format(level=criteria.level_text(law, rule)))
    say(_("  rule: {citation} ({known})").format(citation=rule["citation"], known=criteria.verified_text(rule)))


def _value(found: Trace) -> str:
    if math.isinf(found.value):
        return palette.verdict_label(found.verdict)
    if found.rule["sense"] == "yes" and not math.isnan(found.value):
        return _("yes") if found.value == 1 else _("no")
    return formats.number(found.value, 1)


def _status(status: str) -> str:
    return {"actual": _("actual"), "estimate": _("estimate"), "plan": _("plan")}[status]
