"""Close the page: what it does not show, how far the plan may fall short of the best one, and its sources."""

from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from ntm_lib import __version__
from ntm_lib.messages import _
from ntm_lib.planning.settings import Aims
from ntm_lib.planning.start.published_aims import published_aims
from ntm_lib.provenance import read_record, record_path, sha256_of
from ntm_lib.reporting import formats
from ntm_lib.reporting.display import show
from ntm_lib.reporting.figures import figure
from ntm_lib.reporting.plan_sections.provenance import show_provenance
from ntm_lib.reporting.plan_sections.scope import Scope, fold, told, written
from ntm_lib.reporting.sections.common import paragraph, rows_of, section
from ntm_lib.reporting.tables import Column, html_table


def closing(scope: Scope) -> None:
    """Name the limits of the page, the proven gap as a footnote, and every file with its fingerprint."""
    limits = [
        _("A plan is not a decision: targets hold only when the competent body has issued them."),
        _("Reaching the standard by plan is not recognition; only a decision recognises a commune."),
        _("The page does not rank communes and does not propose commendation."),
        _("Arrears in capital construction, satisfaction of residents and dossiers are not planned here."),
        _("No area or length is computed from the schematic."),
        _("Names of works and texts of tasks are proposed by the software and not yet reviewed."),
    ]
    aims = published_aims(scope.plan.baseline)
    if len(open_ := aims[(aims["left_out"] != "") & (aims["year"] == scope.years[-1])]):
        named = "; ".join(map(_aim, rows_of(open_)))
        limits.insert(0, _("Published aims of the province that no plan considers: {names}.").format(names=named))
    items = Markup().join(Markup("<li>{}</li>").format(text) for text in limits)
    show(
        section(
            _("What this page does not show"),
            Markup("<ul>{}</ul>").format(items),
            _aims(scope, aims),
            _gap(scope),
            anchor="limits",
        )
        + section(_("Sources and versions"), _sources(scope), _versions(scope), anchor="sources")
    )
    show_provenance(scope)


def _aim(row: Any) -> str:
    """Write a published aim; its figure as published, with the reader's decimal sign."""
    number = pd.to_numeric(row.value, errors="coerce")
    shown = row.value if pd.isna(number) else formats.number(number, len(row.value.partition(".")[2]))
    return str(row.label).replace("{value}", shown)


def _aims(scope: Scope, aims: pd.DataFrame) -> Markup:
    """Put each published aim of the planned years beside what this scenario asks for."""
    settings = scope.scenario.settings.aims
    rows = [
        (
            _aim(row),
            formats.year(row.year),
            row.left_out and _("not in any plan: {reason}").format(reason=row.left_out),
            "–" if row.left_out else _asked(settings, row.setting, row.year),
            row.source,
        )
        for row in rows_of(aims)
    ]
    table = html_table(
        [Column(_("Published aim")), Column(_("Year"), "figure"), Column(_("In a plan")), Column(_("This scenario asks")),
         Column(_("Source"))],
        [[aim, year, place or _("can be asked for"), asked, source] for aim, year, place, asked, source in rows],
        caption=_("Published aims of the province and what this scenario asks for"),
        notes=[_("–: not asked for in this scenario. Versions that contradict each other all stand.")],
        empty=_("No aim of the planned years is held."),
        is_numbered=False,
    )  # fmt: skip
    return fold(_("Published aims of the province and what this scenario asks for"), table)


def _asked(aims: Aims, setting: str, year: int) -> str:
    """Write what a scenario asks for, in words; a dash where it asks nothing."""
    asked = getattr(aims, setting)
    if isinstance(asked, dict):
        asked = asked.get(year)
    if asked is None or not aims.are_binding:
        return "–"
    words = {
        "standard": _("{count} communes"),
        "standard_by_year": _("{count} communes in all"),
        "advanced": _("{count} communes"),
        "model": _("{count} communes"),
        "floor": _("at least {count} criteria in every commune"),
        "mean": _("{count} criteria a commune"),
        "districts": _("{count} districts"),
        "villages": _("{count} villages"),
        "villages_by_year": _("{count} villages in all"),
    }
    return words[setting].format(count=written(asked))


def _gap(scope: Scope) -> Markup:
    """Print the proven gap as a footnote; without a checked plan none is printed."""
    gap = scope.plan.solution.gap
    if gap is None:
        return Markup('<p class="note">{}</p>').format(
            _("The plan did not pass the independent check; how near it is to the best one is not stated.")
        )
    province = scope.plan.baseline.vintage.province.code
    return Markup('<p class="note">{}</p>').format(
        told(
            _("Largest deviation from the best plan: {gap}."),
            gap=figure(scope.key_of("province", province, "gap"), 100 * gap, "percent", digits=3),
        )
    )


def source_files(scope: Scope) -> list[Path]:
    """Return the files the page was made from: results, the scenario, budget, norms, knowledge of measures, facts."""
    project, settings = scope.project, scope.scenario.settings
    chosen = [
        *(project.parameters / "scenarios" / f"{name}.yaml" for name in dict.fromkeys(["base", scope.scenario.id])),
        project.parameters / "planning" / f"{settings.money.table}.csv",
        project.parameters / "planning" / f"{settings.costs.norms}.csv",
        project.parameters / "planning" / "levels.yaml",
    ]
    facts = [path for path in sorted((project.data / "planning").iterdir()) if not path.name.endswith(".source.yaml")]
    found = [*(project.root / name for name in scope.plan.baseline.results.files), *chosen, *facts]
    return [path for path in found if path.is_file()]


def _sources(scope: Scope) -> Markup:
    natures = {
        "illustrative": _("illustrative"),
        "submitted": _("reported by communes"),
        "published": _("published"),
        "fact": _("fact"),
        "imported": _("imported"),
    }
    rows = []
    for path in source_files(scope):
        has_record = record_path(path).is_file()
        record = read_record(path) if has_record else None
        nature = natures[record.nature] if record else _("parameter or knowledge of the workbench")
        day = formats.date(record.retrieved) if record else "–"
        rows.append((scope.project.relative(path), nature, day, sha256_of(path)[:16]))
    table = html_table(
        [Column(_("File")), Column(_("Nature of the data")), Column(_("Date")), Column("SHA-256")],
        rows,
        caption=_("Data files of this page"),
    )
    return fold(_("{count} data files with their fingerprints").format(count=len(rows)), table)


def _versions(scope: Scope) -> Markup:
    return paragraph(
        _("Fingerprint of the planning problem: {digest}. Version of the software: {version}."),
        digest=scope.plan.digest[:16],
        version=__version__,
    )
