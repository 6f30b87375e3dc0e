"""The tables of commendation for the internal version: candidates with every key, reasons, districts, proposals, rules."""

from functools import partial

import pandas as pd

from ntm_lib.evaluation.commendation import (
    KEYS,
    CommendationList,
    Phase,
    RuleList,
    commendation_list,
    district_list,
    find_phase,
    load_commendation_settings,
    proposals,
)
from ntm_lib.messages import _
from ntm_lib.reporting import formats
from ntm_lib.reporting.review.commendation import words
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import source_line
from ntm_lib.reporting.sheets import Column, Sheet
from ntm_lib.verdicts import Verdict

_ZONES = {1.0: "I", 2.0: "II", 3.0: "III"}


def list_sheet(subject: Subject, rule: str) -> Sheet:
    """Return the communes that may be considered by a rule, every key beside the other, in the documents' order."""
    keys = words.key_words()
    columns = [
        Column("name", _("Commune"), width=20),
        Column("district", _("District, city"), width=20),
        Column("state", _("Conditions"), width=14),
        Column("gained_interval", keys["gained"], "interval", width=9),
        Column("kept", keys["kept"], "percent", width=10, digits=0),
        Column("income_growth", keys["income_growth"], "percent", width=10, digits=0),
        Column("poverty_cut", keys["poverty_cut"], "decimal", width=10, digits=1),
        Column("contribution", keys["contribution"], "decimal", width=11),
        Column("satisfaction", keys["satisfaction"], "percent", width=9),
        Column("zone_words", keys["zone"], width=8),
        Column("border_words", keys["border"], width=8),
        Column("places", _("Range of places under changed weights"), "interval", width=10),
        Column("open", _("Communes it cannot be told apart from"), "count", width=11),
        Column("verify", _("Also to be verified"), width=28),
    ]
    frame = pd.DataFrame(columns=[*(column.key for column in columns), "code"])
    title, notes = _("List of those eligible for consideration"), []
    if _has_list(subject):
        made = commendation_list(subject.territory)
        found = next((one for one in made.lists if one.rule.id == rule), None)
        if found is not None:
            frame = _candidates(made, found)
            title = _("List of those eligible for consideration: {rule}").format(rule=found.rule.title)
            notes = [*words.shared_note(_of_all(found)), *words.list_notes(made.settings), *_left_out(found)]
    return Sheet(
        name=title, title=title, columns=columns, frame=frame, source=source_line(subject.territory), notes=notes,
        stamps=subject.stamps, row_key="code", empty=_empty(subject, _("No commune may be considered by this rule.")),
    )  # fmt: skip


def _candidates(made: CommendationList, found: RuleList) -> pd.DataFrame:
    table = found.candidates.join(made.names)
    shared = _of_all(found)
    border = {1.0: _("yes"), 0.0: _("no")}
    return table.assign(
        code=table.index,
        state=table["verdict"].map({Verdict.MET: _("Fulfilled"), Verdict.UNKNOWN: _("To be verified")}),
        gained_interval=_pairs(table["gained"], table["gained_high"]),
        places=_pairs(table["rank_low"], table["rank_high"]),
        zone_words=table["zone"].map(_ZONES).fillna(formats.not_reported()),
        border_words=table["border"].map(border).fillna(formats.not_reported()),
        verify=table["to_verify"].map(lambda names: words.to_verify(name for name in names if name not in shared)),
        kept=_kept(table),
    )


def _of_all(found: RuleList) -> list[str]:
    """Return what must be verified of every candidate: said once below the table."""
    names = list(found.candidates["to_verify"])
    return [name for name in found.rule.conditions if names and all(name in one for one in names)]


def _kept(table: pd.DataFrame) -> pd.Series:
    """Write a dash for communes whose recognition is not known: there is nothing yet that they could keep."""
    is_open = table["to_verify"].map(lambda names: not {"recognised_in_phase", "model_title"}.isdisjoint(names))
    return table["kept"].astype("object").mask(is_open & table["kept"].isna(), "-")


def _pairs(low: pd.Series, high: pd.Series) -> pd.Series:
    return pd.Series(list(zip(low, high, strict=True)), index=low.index, dtype="object")


def _left_out(found: RuleList) -> list[str]:
    """Say how firm the order is, and name the keys that do not tell the candidates apart."""
    keys = words.key_words()
    firm = _("Pairs of communes whose order holds when the weights change: {share}.")
    made = [firm.format(share=formats.percent(100 * found.ranks.firm_share))] if len(found.candidates) > 1 else []
    names = [keys[name] for name in KEYS if name in found.ranks.left_out]
    unused = _("Not used for the places, as not reported or alike in all: {keys}.")
    return [*made, *([unused.format(keys="; ".join(names))] if names else [])]


def excluded_sheet(subject: Subject) -> Sheet:
    """Return for each commune left out by a rule the conditions it does not fulfil, a column a rule."""
    columns = [Column("name", _("Commune"), width=22), Column("district", _("District, city"), width=22)]
    frame = pd.DataFrame(columns=["name", "district", "code"])
    if _has_list(subject):
        made = commendation_list(subject.territory)
        reasons = {
            one.rule.id: one.excluded["reasons"].map(partial(words.reasons, settings=made.settings))
            for one in made.lists
        }
        columns += [Column(one.rule.id, str(one.rule.title), width=34) for one in made.lists]
        table = made.names.join(pd.DataFrame(reasons).reindex(made.names.index))
        frame = (
            table[table[list(reasons)].notna().any(axis=1)]
            .fillna(_("in the list"))
            .assign(code=lambda rows: rows.index)
        )
    title = _("Communes not on the list and why")
    return Sheet(
        name=title, title=title, columns=columns, frame=frame, source=source_line(subject.territory), stamps=subject.stamps,
        row_key="code", empty=_empty(subject, _("No commune is left out.")),
    )  # fmt: skip


def districts_sheet(subject: Subject) -> Sheet:
    """Return the districts with what is known of their conditions."""
    columns = [
        Column("name", _("District, city"), width=26),
        Column("communes", _("Number of communes"), "count", width=10),
        Column("recognised", _("recognised (named)"), "count", width=12),
        Column("not_met", _("surely short of a criterion"), "count", width=14),
        Column("all_communes_recognised", _("All communes recognised"), "verdict", width=16),
        Column("verify", _("To be verified"), width=40),
    ]
    title = _("Districts and cities: conditions for consideration")
    frame = pd.DataFrame(columns=[column.key for column in columns])
    if _has_list(subject):
        names = words.conditions()
        open_points = "; ".join([names["district_recognised"], names["not_rewarded_before"]])
        table = district_list(subject.territory)
        may_be = table["all_communes_recognised"] != Verdict.NOT_MET
        frame = table.assign(verify=may_be.map({True: open_points, False: ""}), code=table.index)
    return Sheet(
        name=title, title=title, columns=columns, frame=frame, source=source_line(subject.territory), stamps=subject.stamps,
        row_key="code" if len(frame) else None, empty=_empty(subject, _("The units of this date have no districts.")),
    )  # fmt: skip


def proposals_sheet(subject: Subject) -> Sheet:
    """Return the proposals with the checks; names, deeds and remarks only for the office and by its explicit choice."""
    territory = subject.territory
    settings = load_commendation_settings(territory.project)
    columns = [
        Column("unit", _("Proposing unit"), width=22),
        Column("year", _("Year"), "year", width=8),
        Column("proposal_id", _("Proposal number"), width=10),
        Column("kind_words", _("Kind of candidate"), width=18),
        Column("form", _("Form of commendation"), width=24),
        Column("reasons_words", _("Left out because"), width=30),
        Column("verify", _("To be verified"), width=30),
    ]
    if settings.show_names and subject.is_internal:
        columns[4:4] = [Column("candidate", _("Candidate"), width=24), Column("deed", _("Deed"), width=30)]
    table = proposals(territory) if _has_list(subject) else None
    frame = pd.DataFrame(columns=[column.key for column in columns])
    if table is not None:
        frame = table.assign(
            kind_words=table["kind"].astype("str").map(words.kinds()),
            reasons_words=table["reasons"].map(partial(words.reasons, settings=settings)),
            verify=table["to_verify"].map(words.to_verify),
        )
    title = _("Proposals of collectives, persons, households and units, with checks")
    return Sheet(
        name=title, title=title, columns=columns, frame=frame, source=source_line(territory), stamps=subject.stamps,
        empty=_empty(subject, _("No proposal (Table 17) has been handed in.")),
    )  # fmt: skip


def rules_sheet(subject: Subject) -> Sheet:
    """Return the conditions and quotas used, with where they stand and what is the office's own."""
    phase = phase_of(subject)
    kinds, conditions = words.kinds(), words.conditions()
    rows = [
        {
            "code": rule.id,
            "title": str(rule.title),
            "kind": kinds[rule.kind],
            "law": "; ".join(conditions[name] for name, base in rule.conditions.items() if base == "law"),
            "own": "; ".join(conditions[name] for name, base in rule.conditions.items() if base == "own"),
            "note": str(rule.note),
        }
        for rule in (phase.rules if phase else ())
    ]
    columns = [
        Column("title", _("Rule"), width=30),
        Column("kind", _("Kind of candidate"), width=16),
        Column("law", _("Published conditions"), width=34),
        Column("own", _("Conditions chosen by the office, not law"), width=34),
        Column("note", _("Quota and remarks"), width=40),
    ]
    if phase is None:
        title, source = _("Conditions and quotas of commendation"), ""
    else:
        title = _("Conditions and quotas of commendation, {phase}").format(phase=phase.id)
        source = _("Source: {documents}; {verified}; found in: {sources}").format(
            documents=phase.documents, verified=words.verification(phase.verified), sources="; ".join(phase.sources)
        )
    frame = pd.DataFrame(rows, columns=["code", *(column.key for column in columns)])
    return Sheet(
        name=title, title=title, columns=columns, frame=frame, source=source, row_key="code", empty=_empty(subject, ""),
    )  # fmt: skip


def phase_of(subject: Subject) -> Phase | None:
    """Return the rules of the review's last year; None where none are known."""
    return find_phase(subject.territory.project, subject.territory.review.last_year)


def no_rules() -> str:
    """Return what stands in the place of lists for a year without rules."""
    return _("No conditions of commendation are known for {year}; they stand in data/commendation/rules.yaml.")


def _has_list(subject: Subject) -> bool:
    return subject.tier != "commune" and phase_of(subject) is not None


def _empty(subject: Subject, otherwise: str) -> str:
    """Say why a table has no rows."""
    return otherwise if phase_of(subject) else no_rules().format(year=subject.territory.review.last_year)
