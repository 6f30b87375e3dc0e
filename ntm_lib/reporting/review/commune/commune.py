"""What the report of a commune and the minutes of its management board say of results, aims, tasks and money."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from ntm_lib.messages import _, language
from ntm_lib.reporting import formats
from ntm_lib.reporting.communes import words
from ntm_lib.reporting.communes.facts import PROFILE, Commune, communes_of
from ntm_lib.reporting.figures import Fig, fig
from ntm_lib.reporting.review.commune import tables
from ntm_lib.reporting.review.commune.tables import commune_of
from ntm_lib.reporting.review.contents import Contents
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import decisions, not_assessed_note, rows_of, withheld_note
from ntm_lib.reporting.sections.levels import UNVERIFIED_MARK
from ntm_lib.reporting.sentences import Sentence, joined, sentence
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
        sentence("{status}.", status=commune.status()),
        *(
            sentence("{note}", note=note)
            for note in [not_assessed_note(subject.territory), *withheld_note(subject.territory)]
        ),
    ]


def _count(commune: Commune) -> Sentence:
    count = commune.count
    return sentence(
        _("In {year}, judged by {set}: {count}."),
        year=commune.all.year_words,
        set=decisions(commune.territory.reported.rules[commune.all.year]),
        count=fig(
            commune.key("count_words", commune.all.year),
            count["low"],
            "interval_sentence",
            high=count["high"],
            of=count["of"],
        ),
    )


def _since(commune: Commune) -> Iterable[Sentence]:
    first = commune.territory.review.first_year
    row = commune.series.loc[first]
    if row["is_reported"] and first != commune.all.year:
        rules = commune.territory.reported.rules
        count = fig(commune.key("count", first), row["low"], "interval", high=row["high"])
        if rules[first].set_id == rules[commune.all.year].set_id:
            yield sentence(_("In {year}: {count} criteria."), year=formats.year(first), count=count)
            return
        yield sentence(
            _("In {year}: {count} criteria by the set of that time ({set}); the two counts rest on different levels."),
            year=formats.year(first),
            count=count,
            set=decisions(rules[first]),
        )


def _named(commune: Commune) -> Iterable[Sentence]:
    for verdict, text in (
        (Verdict.MET, _("Met: {names}.")),
        (Verdict.NOT_MET, _("Not met: {names}.")),
        (Verdict.UNKNOWN, _("Not enough data: {names}.")),
        (Verdict.NOT_APPLICABLE, _("Not assessed: {names}.")),
    ):
        named = [
            f"{name} ({commune.criterion_name(name)})" for name, found in commune.verdicts.items() if found is verdict
        ]
        if named:
            yield sentence(text, names="; ".join(named))


def _groups(commune: Commune) -> Iterable[Sentence]:
    table = commune.territory.reported.rules[commune.all.year].criteria
    for group, part in table.groupby("group", sort=False):
        found = [commune.verdicts[name] for name in commune.territory.shown(part.index)]
        if not found:
            continue
        low, unknown = found.count(Verdict.MET), found.count(Verdict.UNKNOWN)
        yield sentence(
            _("Group {group}. {label}: {met} of {of} criteria met."),
            group=str(group),
            label=str(part[f"group_{language()}"].iloc[0]),
            met=fig(commune.key("group", group, commune.all.year), low, "interval", high=low + unknown),
            of=fig(commune.key("group_of", group, commune.all.year), len(found), "count"),
        )


def missing(subject: Subject) -> list[Sentence]:
    """Say what is missing, a sentence for each criterion."""
    commune = commune_of(subject)
    return [
        joined(
            sentence(
                _("Criterion {number} {name}: "), number=str(criterion), name=commune.criterion_name(str(criterion))
            ),
            [_missing_part(commune, row) for row in rows_of(rows)],
        )
        for criterion, rows in commune.short.groupby("criterion", sort=False)
    ]


def _missing_part(commune: Commune, row: Any) -> Sentence:
    amount, name = words.missing(commune, row), words.short_name(row)
    if row.state == "unknown":
        return sentence(_("{what}: not enough data"), what=name)
    if not isinstance(amount, Fig):
        return sentence(_("{what}: not met"), what=name)
    text = _("{what}: {missing} {unit} still missing (reached {reached}, required {required})")
    if row.sense == "at_most":
        text = _("{what}: {missing} {unit} too many (reached {reached}, required {required})")
    return sentence(
        text,
        what=name,
        missing=amount,
        unit=words.missing_unit(row),
        reached=words.value_fig(commune, row),
        required=words.required(commune, row).rstrip(UNVERIFIED_MARK),
    )


def aims(subject: Subject) -> list[Sentence]:
    """Propose an order for the next five years: the criteria that lack little first."""
    commune = commune_of(subject)
    size = commune.short.groupby("criterion", sort=False).size()
    next_year = formats.year(subject.territory.review.last_year + 1)
    said = []
    for text, chosen in (
        (_("First, from {year} on, criteria that lack one requirement only: {names}."), size[size == 1]),
        (_("Then criteria that lack two or three requirements: {names}."), size[(size > 1) & (size <= _FEW)]),
        (_("Over the whole period, criteria that lack more: {names}."), size[size > _FEW]),
    ):
        if len(chosen):
            named = "; ".join(f"{name} ({commune.criterion_name(str(name))})" for name in chosen.index)
            said.append(sentence(text, names=named, **({"year": next_year} if "{year}" in text else {})))
    held = sum(verdict is Verdict.MET for verdict in commune.verdicts.values())
    said.append(
        sentence(
            _(
                "Keep the {count} criteria that are met; check them against the set of the next period when it is issued."
            ),
            count=fig(commune.key("to_keep", commune.all.year), held, "count"),
        )
    )
    return said


def tasks(subject: Subject) -> list[Sentence]:
    """Name the work for each criterion not met, how much of it, and the body that leads it at the province."""
    commune, measures = commune_of(subject), communes_of(subject.territory).measures
    rows = commune.short[(commune.short["measure"] != "") & (commune.short["state"] == "not_met")]
    said = []
    for criterion, of_criterion in rows.groupby("criterion", sort=False):
        work = [_work_part(commune, row) for row in rows_of(of_criterion.drop_duplicates("measure"))]
        bodies = dict.fromkeys(str(measures.bodies[measures[name].lead]) for name in of_criterion["measure"])
        said.append(
            joined(
                sentence(
                    _("Criterion {number} {name} ({bodies}): "),
                    number=str(criterion),
                    name=commune.criterion_name(str(criterion)),
                    bodies=", ".join(bodies),
                ),
                work,
            )
        )
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
            _("Criteria {names}: the commune: {commune}. The people: {people}."),
            names=", ".join(dict.fromkeys(of_role["criterion"])),
            commune=formats.in_sentence(str(measures.roles[str(name)].commune)),
            people=formats.in_sentence(str(measures.roles[str(name)].people)),
        )
        for name, of_role in rows.groupby(role, sort=False)
    ]


def cost(subject: Subject) -> list[Sentence]:
    """Say what the work would cost by the norms, once and each year, and what that rests on."""
    commune = commune_of(subject)
    said = [
        sentence(
            text,
            money=fig(commune.key(name, commune.all.year), words.rounded(low), "interval", high=words.rounded(high)),
        )
        for is_yearly, name, text in (
            (False, "cost_once", _("Indicative cost of work done once: {money} million VND, low to high.")),
            (True, "cost_yearly", _("Indicative cost of yearly effort: {money} million VND a year.")),
        )
        for low, high in [commune.cost(is_yearly=is_yearly)]
        if not formats.is_missing(low)
    ]
    if not said:
        return []
    told = commune.short["low_vnd_million"].notna()
    assumed = int((commune.short["is_assumed_norm"] & told).sum())
    said.append(
        sentence(
            _("{assumed} of {told} amounts rest on assumed norms; factors of terrain and distance are not in them."),
            assumed=fig(commune.key("cost_assumed", commune.all.year), assumed, "count"),
            told=fig(commune.key("cost_told", commune.all.year), int(told.sum()), "count"),
        )
    )
    if untold := int((~told).sum()):
        count = fig(commune.key("cost_untold", commune.all.year), untold, "count")
        said.append(sentence(_("{count} requirements have no amount yet."), count=count))
    return said


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
