"""Tables of what communes, law, merged units and missing data did to the counts."""

import pandas as pd

from ntm_lib.evaluation.changes.exact import PARTS
from ntm_lib.evaluation.changes.split import Split
from ntm_lib.evaluation.counts.progress import group_labels
from ntm_lib.messages import _
from ntm_lib.reporting.review.changes.held import merger, merger_split, part_columns, spans, split, split_notes
from ntm_lib.reporting.review.subject import Subject
from ntm_lib.reporting.sections.common import district_names, label_of, source_line
from ntm_lib.reporting.sheets import Column, Sheet, sums


def means_sheet(subject: Subject) -> Sheet:
    """Return the change of the mean over each span, and for a province across the merger of units."""
    rows = []
    for first, last in spans(subject):
        rows.append(_mean_row(split(subject.territory, first, last), f"{first}_{last}", f"{first} - {last}"))
    found, parts = merger(subject.territory), merger_split(subject.territory)
    if found is not None and parts is not None and subject.tier == "province":
        label = _("{first} (old units) - {last} (new units)").format(first=found.first_year, last=found.last_year)
        rows.append(_mean_row(parts, f"{found.first_year}_{found.last_year}_merged", label))
    columns = [
        Column("label", _("Period"), "text", width=28),
        Column("first", _("at first"), "interval", _("Criteria per commune"), 12, 2),
        Column("last", _("at last"), "interval", _("Criteria per commune"), 12, 2),
        *part_columns("decimal", 2),
        Column("open_low", _("least"), "decimal", _("What is open may truly be"), 11),
        Column("open_high", _("most"), "decimal", _("What is open may truly be"), 11),
    ]
    frame = pd.DataFrame(rows, columns=["key", *(column.key for column in columns)])
    return _sheet(
        subject,
        _("Change of the mean"),
        _("What changed the average number of criteria met per commune"),
        columns,
        frame,
    )


def _mean_row(parts: Split, name: str, label: str) -> dict[str, object]:
    row = parts.figures.T["mean"]
    ends = {side: (row[f"{side}_low"], row[f"{side}_high"]) for side in ("first", "last")}
    names = ["change", *PARTS, "open_low", "open_high"]
    return {"key": name, "label": label, **ends, **{each: row[each] for each in names}}


def counts_sheet(subject: Subject, *, is_merger: bool = False) -> Sheet:
    """Return the change of the criteria met and of the communes in each group, with its parts."""
    title = _("What changed the criteria met and the communes by group")
    columns = [
        Column("label", _("Figure"), "text", width=30),
        Column("first", _("at first"), "interval", width=12),
        Column("last", _("at last"), "interval", width=12),
        *part_columns("count"),
        Column("open_low", _("least"), "count", _("What is open may truly be"), 11),
        Column("open_high", _("most"), "count", _("What is open may truly be"), 11),
    ]
    parts, label = _span_split(subject, is_merger=is_merger)
    if parts is None:
        return _sheet(subject, title, title, columns, pd.DataFrame(columns=["key", *(c.key for c in columns)]))
    table = parts.figures.drop(index="mean").reset_index().rename(columns={"figure": "key"})
    words = {"criteria": _("Criteria met in all communes together"), **group_labels()}
    table["label"] = table["key"].map(words)
    for side in ("first", "last"):
        table[side] = list(zip(table[f"{side}_low"], table[f"{side}_high"], strict=True))
    return _sheet(subject, _("Change of counts"), f"{title}, {label}", columns, table)


def _span_split(subject: Subject, *, is_merger: bool) -> tuple[Split | None, str]:
    if is_merger:
        found, parts = merger(subject.territory), merger_split(subject.territory)
        if found is None or subject.tier != "province":
            return None, ""
        return parts, _("{first} (old units) - {last} (new units)").format(first=found.first_year, last=found.last_year)
    found_spans = spans(subject)
    if not found_spans:
        return None, ""
    first, last = found_spans[0]
    return split(subject.territory, first, last), f"{first} - {last}"


def criteria_sheet(subject: Subject) -> Sheet:
    """Return the change of each criterion, with its parts; criteria that are withheld are left out."""
    parts, label = _span_split(subject, is_merger=False)
    columns = [
        Column("label", _("Criterion"), "text", width=34),
        *part_columns("count"),
    ]
    names = subject.territory.reported.rules[subject.territory.review.last_year].criteria
    table = (
        pd.DataFrame() if parts is None else parts.by_criterion.loc[subject.territory.shown(parts.by_criterion.index)]
    )
    table = (
        table.rename_axis("criterion")
        .reset_index()
        .assign(label=[f"{name}. {label_of(names.loc[name])}" for name in table.index])
    )
    frame = table.assign(key=table["criterion"]).reindex(columns=["key", *(column.key for column in columns)])
    return _sheet(
        subject,
        _("Change by criterion"),
        _("What changed the communes meeting each criterion, {span}").format(span=label),
        columns,
        frame,
    )


def units_sheet(subject: Subject) -> Sheet:
    """Return the change of the criteria met by district or, within a district or where there are none, by commune."""
    parts, label = _span_split(subject, is_merger=False)
    vintage = subject.territory.vintage
    columns = [Column("name", _("Unit"), "text", width=28), *part_columns("count")]
    if parts is None:
        frame = pd.DataFrame(columns=["key", *(column.key for column in columns)])
    elif subject.tier == "province" and not vintage.districts.empty:
        summed = parts.by_commune.groupby("parent_code")[["change", *PARTS]].sum()
        frame = (
            summed.reindex([code for code in vintage.districts.index if code in summed.index])
            .rename_axis("key")
            .reset_index()
        )
        frame["name"] = frame["key"].map(district_names(subject.territory))
    else:
        frame = parts.by_commune.rename_axis("key").reset_index()
    total = sums(frame, columns, "name") if len(frame) else None
    return _sheet(
        subject,
        _("Change by unit"),
        _("What changed the criteria met, by unit, {span}").format(span=label),
        columns,
        frame,
        total,
    )


def _sheet(
    subject: Subject,
    name: str,
    title: str,
    columns: list[Column],
    frame: pd.DataFrame,
    total: dict[str, object] | None = None,
) -> Sheet:
    return Sheet(
        name=name, title=title, columns=columns, frame=frame, total=total, source=source_line(subject.territory),
        notes=split_notes(), stamps=subject.stamps, row_key="key", empty=_("Nothing to compare in this period."),
    )  # fmt: skip
