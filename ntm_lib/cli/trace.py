"""``ntm trace``: one verdict from its value, file and row to the rule and the level."""

import datetime as dt
import math

from ntm_lib import criteria, evaluation, scoring, submissions, units
from ntm_lib.cli.app import OnOption, app, say
from ntm_lib.errors import NtmError, UsageError
from ntm_lib.messages import _, language
from ntm_lib.project import Project
from ntm_lib.reporting import formats, palette, stamps
from ntm_lib.review import Review, load_review
from ntm_lib.scoring import Trace
from ntm_lib.submissions.levels import level_words
from ntm_lib.verdicts import Verdict


@app.command("trace", help=_("Print one verdict with its value, file, row, rule and level."))
def trace_command(commune: str, item: str, on: OnOption = None) -> None:
    """Trace a criterion or indicator of a commune at the year-end of the date (or the last one of the review)."""
    project = Project.find()
    review = load_review(project)
    year = on.year if on else review.last_year
    on = _units_date(on, review, project)
    unit = units.resolve(commune, on, project)
    if not unit.is_in_programme:
        raise UsageError(_("{name} is not a commune of the Programme: it has no results.").format(name=unit.label))
    date = on or review.on
    results = submissions.read_results(project, as_of=review.as_of)
    law = criteria.load(project)
    say(f"{unit.label}: {item}, {year}")
    reporting = units.on(results.unit_vintage, project)
    parts = _parts(unit, date, results.unit_vintage, project)
    if not parts:
        raise NtmError(
            _("{name} was formed from no commune of the Programme: nobody reported for it.").format(name=unit.label)
        )
    traced: dict[str, None] = {}
    for code, share in parts:
        old = reporting.unit(code)
        if code != unit.code or old.name != unit.name:
            say(_("Part: {unit} ({share} of its area)").format(unit=old.label, share=formats.percent(100 * share)))
        for found in scoring.trace(results, law, code, item, year, region=reporting.region, judged_by=review.judged_by):
            _print(found, law)
            traced[str(found.rule["criterion"])] = None
    _print_joined(unit, date, year, list(traced), is_merged=len(parts) > 1)


def _units_date(on: dt.date | None, review: Review, project: Project) -> dt.date | None:
    """Return the date whose units are meant: the review's own for a year of the review before the register begins."""
    first_day = units.on(review.on, project).register.first_day
    if on is None or on >= first_day or on.year not in review.years:
        return on
    say(
        _("The register of units begins on {first}; the results of {year} are reported by the units of {date}.").format(
            first=formats.date(first_day), year=on.year, date=formats.date(review.on)
        )
    )
    return review.on


def _print_joined(unit: units.Unit, date: dt.date, year: int, traced: list[str], *, is_merged: bool) -> None:
    """Print the verdict of each criterion traced, for the commune as it stands on the date."""
    territory = evaluation.load_province(on=date.isoformat(), first_year=year, last_year=year)
    verdicts = territory.scores.criteria.loc[[(unit.code, year)]].iloc[0]
    say()
    for criterion in traced:
        say(
            _("Criterion {criterion} of {unit} on the units of {date}, year-end {year}: {verdict}").format(
                criterion=criterion,
                unit=unit.name,
                date=formats.date(date),
                year=year,
                verdict=palette.verdict_label(Verdict(verdicts[criterion])),
            )
        )
    if is_merged:
        say(
            _("Rule for merged communes: {rule}").format(
                rule=evaluation.merge_rule_words()[territory.review.merge_rule]
            )
        )


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
    for line in _where(found):
        say(line)
    say(_("  required: {level}").format(level=criteria.level_text(law, rule)))
    say(_("  rule: {citation} ({known})").format(citation=rule["citation"], known=criteria.verified_text(rule)))


def _where(found: Trace) -> list[str]:
    """Say where the value stands and, of a submission, whose word it is; a generated one says so."""
    word = found.word
    if word is None and found.row == 0:
        return [_("  left empty in what was handed in: not reported")]
    if word is None:
        text = _("  file: {file}, row {row}, column {column}")
        lines = [text.format(file=found.file, row=found.row, column=found.requirement)]
        return [*lines, f"  {stamps.illustrative()}"] if found.is_illustrative else lines
    names = level_words()
    lines = [_("  whose word counts: {level}").format(level=names[word.level])]
    if word.finding is not None:
        finding = palette.verdict_label(Verdict.MET if word.finding else Verdict.NOT_MET)
        text = _("  decided by the finding “{finding}”; the value alone: {verdict}")
        lines.append(text.format(finding=finding, verdict=palette.verdict_label(word.by_value)))
        lines.append(_("  value given by: {level}").format(level=names.get(word.value_level, _("nobody"))))
    text = _("  submission {number}: {file}, sheet {sheet}, cell {cell}, SHA-256 {hash}")
    where = text.format(number=word.submission, file=word.file, sheet=word.sheet, cell=word.cell, hash=word.sha256[:16])
    return [*lines, where]


def _value(found: Trace) -> str:
    if math.isinf(found.value):
        return palette.verdict_label(found.verdict)
    if found.rule["sense"] == "yes" and not math.isnan(found.value):
        return _("yes") if found.value == 1 else _("no")
    return formats.number(found.value, 1)


def _status(status: str) -> str:
    return {"actual": _("actual"), "estimate": _("estimate"), "plan": _("plan")}[status]
