"""What the report of a commune and the minutes of its management board say of results, aims, tasks and money."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from ntm_lib.evaluation.shortfalls.commune import PROFILE
from ntm_lib.messages import _, language
from ntm_lib.reporting import formats
from ntm_lib.reporting.communes import words
from ntm_lib.reporting.communes.facts import Commune, communes_of
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.commune import tables
from ntm_lib.reporting.review.commune.tables import commune_of
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import decisions, not_assessed_note, rows_of, withheld_note
from ntm_lib.reporting.sentences import Sentence, Value, joined, sentence
from ntm_lib.verdicts import Verdict

_FEW = 3
"""A criterion that lacks at most so many requirements can be worked at in the years next to come."""


def features(subject: Subject) -> list[Sentence]:
    """Say how large the commune is, by the last figures handed in; what nobody reported is said to be so."""
    commune = commune_of(subject)
    figures = {name: _figure(commune, name) for name in PROFILE}
    said = [
        sentence(
            _(
                "The commune has an area of {area} km², {villages} villages, {households} households and {people} people "
                "(last figures reported up to {year})."
            ),
            year=formats.year(commune.all.year),
            **figures,
        )
    ]
    if commune.unit.is_border:
        said.append(sentence(_("It is a border commune.")))
    if note := commune.units_note():
        said.append(sentence("{note}", note=note))
    return said


def _figure(commune: Commune, name: str) -> Fig:
    """Return one figure of the profile."""
    kind: dict[str, Any] = {"kind": "number", "digits": 2} if name == "area" else {"kind": "count"}
    return fig(commune.key("profile", name, commune.all.year), commune.all.profile.at[commune.code, name], **kind)


def criteria(subject: Subject) -> list[Sentence]:
    """Say how many criteria are met, which, by group, and whether the commune was recognised."""
    commune = commune_of(subject)
    if not commune.count["is_reported"]:
        return [sentence(_("The commune did not report for {year}."), year=commune.all.year_words)]
    return [
        _count(commune),
        *_since(commune),
        *_named(commune),
        *_groups(commune),
        *(sentence("{note}", note=note) for note in _notes(commune)),
    ]


def _notes(commune: Commune) -> list[str]:
    """Return what must be known to read the count."""
    left_out = [not_assessed_note(commune.territory)] if commune.count["not_assessed"] else []
    return [*left_out, *withheld_note(commune.territory)]


def _count(commune: Commune) -> Sentence:
    return sentence(
        _("In {year}, judged by {set}: {count}."),
        year=commune.all.year_words,
        set=decisions(commune.territory.reported.rules[commune.all.year]),
        count=_counted(commune, commune.all.year),
    )


def _counted(commune: Commune, year: int) -> Fig:
    row: Any = commune.series.loc[year]
    key = commune.key("count_words", year)
    return fig(key, row["low"], "interval_sentence", high=row["high"], of=row["of"], inside=True)


def _since(commune: Commune) -> Iterable[Sentence]:
    first = commune.territory.review.first_year
    if not commune.series.loc[first, "is_reported"] or first == commune.all.year:
        return
    rules, count = commune.territory.reported.rules, _counted(commune, first)
    if rules[first].set_id == rules[commune.all.year].set_id:
        yield sentence(_("In {year}: {count}."), year=formats.year(first), count=count)
        return
    text = _(
        "In {year}, by the set of that time ({set}): {count}; the two counts rest on different levels and cannot be compared directly."
    )
    yield sentence(text, year=formats.year(first), count=count, set=decisions(rules[first]))


def _named(commune: Commune) -> Iterable[Sentence]:
    """Name the criteria by verdict; where all are met there is nothing to tell apart."""
    order = (Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE)
    held: dict[Verdict, list[str]] = {verdict: [] for verdict in order}
    for name, found in commune.verdicts.items():
        held[found].append(f"{name} ({commune.criterion_name(name)})")
    texts = (_("Met: {names}."), _("Not met: {names}."), _("Not enough data: {names}."), _("Not assessed: {names}."))
    for text, named in zip(texts, held.values(), strict=True):
        if named and len(named) < len(commune.verdicts):
            yield sentence(text, names="; ".join(named))


def _groups(commune: Commune) -> list[Sentence]:
    """Say in one sentence how many criteria of each group are met."""
    table = commune.territory.reported.rules[commune.all.year].criteria
    said = []
    for group, part in table.groupby("group", sort=False):
        found = [commune.verdicts[name] for name in commune.territory.shown(part.index)]
        if not found:
            continue
        low, unknown = found.count(Verdict.MET), found.count(Verdict.UNKNOWN)
        said.append(
            sentence(
                _("{label} {met}/{of}"),
                label=str(part[f"group_{language()}"].iloc[0]),
                met=fig(commune.key("group", group, commune.all.year), low, "interval", high=low + unknown),
                of=fig(commune.key("group_of", group, commune.all.year), len(found), "count"),
            )
        )
    return [joined(sentence(_("Criteria met by group: ")), said)] if said else []


def missing(subject: Subject) -> list[Sentence]:
    """Say what is missing, a sentence for each criterion."""
    commune = commune_of(subject)
    return [
        joined(
            sentence(
                _("Criterion {number} ({name}): "), number=str(criterion), name=commune.criterion_name(str(criterion))
            ),
            [_missing_part(commune, row) for row in rows_of(rows)],
        )
        for criterion, rows in commune.short.groupby("criterion", sort=False)
    ]


def _missing_part(commune: Commune, row: Any) -> Sentence:
    amount, name = words.missing(commune, row), words.said_name(commune, row)
    if row.state == "unknown":
        return sentence(_("{what}: not enough data"), what=name)
    if not isinstance(amount, Fig):
        return sentence(_("{what}: not met"), what=name)
    told: dict[str, Value] = {"what": name, "missing": amount, "unit": words.missing_unit(row)}
    told |= {"required": words.level_words(row)}
    if row.sense == "at_most" and not row.level:
        return sentence(_("{what}: {missing} {unit} left, none may be left"), **told)
    told |= {"reached": words.value_fig(commune, row), "sign": words.value_unit(row)}
    if row.sense == "at_most":
        return sentence(_("{what}: {reached}{sign} (required: {required}), {missing} {unit} too many"), **told)
    return sentence(_("{what}: {reached}{sign} (required: {required}), {missing} {unit} still missing"), **told)


def aims(subject: Subject) -> list[Sentence]:
    """Propose an order for the next five years: the criteria that lack little first, those of every year's effort all along."""
    commune = commune_of(subject)
    short = commune.short[commune.short["state"] == "not_met"]
    of_criterion = short.groupby("criterion", sort=False)
    size, is_yearly = of_criterion.size(), of_criterion["is_yearly"].any()
    next_year = formats.year(subject.territory.review.last_year + 1)
    said = []
    for text, chosen in (
        (
            _("First, from {year} on, criteria that lack one requirement only: {names}."),
            size.index[(size == 1) & ~is_yearly],
        ),
        (
            _("Then criteria that lack two or three requirements: {names}."),
            size.index[(size > 1) & (size <= _FEW) & ~is_yearly],
        ),
        (
            _("Over the whole period, criteria that lack more or ask for an effort every year: {names}."),
            size.index[(size > _FEW) | is_yearly],
        ),
        (_("Report the data by which these criteria can be judged: {names}."), commune.unknown),
    ):
        if len(chosen):
            named = "; ".join(f"{name} ({commune.criterion_name(str(name))})" for name in chosen)
            said.append(sentence(text, names=named, **({"year": next_year} if "{year}" in text else {})))
    held = sum(verdict is Verdict.MET for verdict in commune.verdicts.values())
    if held:
        text = _(
            "Keep the {count} criteria that are met; check them against the set of the next period when it is issued."
        )
        said.append(sentence(text, count=fig(commune.key("to_keep", commune.all.year), held, "two_digits")))
    return said


def tasks(subject: Subject) -> list[Sentence]:
    """Name the work for each criterion not met, how much of it, and the body that leads it at the province."""
    commune, measures = commune_of(subject), communes_of(subject.territory).measures
    if commune.short.empty and commune.count["is_reported"]:
        return [sentence(_("Keep up every criterion: look after the works that were built and check the criteria that change from year to year (income, poverty, health insurance, environment)."))]  # fmt: skip
    rows = commune.short[(commune.short["measure"] != "") & (commune.short["state"] == "not_met")]
    said = []
    for criterion, of_criterion in rows.groupby("criterion", sort=False):
        work = [_work_part(commune, row) for row in rows_of(of_criterion.drop_duplicates("measure"))]
        bodies = dict.fromkeys(str(measures.bodies[measures[name].lead]) for name in of_criterion["measure"])
        head = _("Criterion {number} ({name}; guided by {bodies}): ")
        name = commune.criterion_name(str(criterion))
        said.append(joined(sentence(head, number=str(criterion), name=name, bodies=", ".join(bodies)), work))
    return said


def _work_part(commune: Commune, row: Any) -> Sentence:
    work = formats.in_sentence(str(commune.all.measures[row.measure].label))
    amount = words.missing(commune, row)
    if not isinstance(amount, Fig) or formats.is_missing(row.amount):
        return sentence("{work}", work=work)
    return sentence("{work} ({amount} {unit})", work=work, amount=amount, unit=words.missing_unit(row))


def solutions(subject: Subject) -> list[Sentence]:
    """Say what commune and people do in the work named, once for each way of working."""
    commune, measures = commune_of(subject), communes_of(subject.territory).measures
    rows = commune.short[commune.short["measure"] != ""]
    role = rows["measure"].map({name: item.roles for name, item in measures.measures.items()})
    return [
        sentence(
            _("For criteria {names} the commune: {commune}. The people: {people}."),
            names=", ".join(dict.fromkeys(of_role["criterion"])),
            commune=formats.in_sentence(str(measures.roles[str(name)].commune)),
            people=formats.in_sentence(str(measures.roles[str(name)].people)),
        )
        for name, of_role in rows.groupby(role, sort=False)
    ]


def cost(subject: Subject) -> list[Sentence]:
    """Say what the work would cost by the norms, once and each year, and what that rests on."""
    commune = commune_of(subject)
    texts = {
        False: _("Indicative cost of work done once: {money} billion VND, low to high."),
        True: _("Indicative cost of yearly effort: {money} billion VND a year."),
    }
    said = [
        sentence(text, money=_billion(commune, is_yearly=is_yearly))
        for is_yearly, text in texts.items()
        if not formats.is_missing(commune.cost(is_yearly=is_yearly)[0])
    ]
    if not said:
        return []
    told = commune.short["low_vnd_million"].notna()
    assumed, of = int((commune.short["is_assumed_norm"] & told).sum()), int(told.sum())
    values = {"told": fig(commune.key("cost_told", commune.all.year), of, "two_digits")}
    text = _("All {told} amounts rest on assumed norms; factors of terrain and distance are not in them.")
    if assumed < of:
        values["assumed"] = fig(commune.key("cost_assumed", commune.all.year), assumed, "two_digits")
        text = _("{assumed} of {told} amounts rest on assumed norms; factors of terrain and distance are not in them.")
    said.append(sentence(text, **values))
    if untold := int((~told).sum()):
        count = fig(commune.key("cost_untold", commune.all.year), untold, "two_digits")
        said.append(sentence(_("{count} requirements have no amount yet."), count=count))
    return said


def _billion(commune: Commune, *, is_yearly: bool) -> Fig:
    """Return what the work costs, billion VND, low to high."""
    low, high = (words.rounded(amount) / 1000 for amount in commune.cost(is_yearly=is_yearly))
    key = commune.key("cost_yearly" if is_yearly else "cost_once", commune.all.year)
    return fig(key, low, "interval", high=high, digits=1)


def _only_communes(make: Any, subject: Subject) -> Any:
    return make(subject) if subject.commune else []


CONTENTS = Contents(
    sentences={
        name: partial(_only_communes, make)
        for name, make in {
            "commune_features": features,
            "commune_criteria": criteria,
            "commune_missing": missing,
            "commune_aims": aims,
            "commune_tasks": tasks,
            "commune_solutions": solutions,
            "commune_cost": cost,
        }.items()
    },
    tables={"commune_dossier": tables.dossier_sheet, "commune_missing": tables.missing_sheet},
)
