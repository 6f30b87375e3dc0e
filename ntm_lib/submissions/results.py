"""Read the results by requirement (table B2) of all communes and years."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from ntm_lib import criteria, units
from ntm_lib.criteria import Law
from ntm_lib.errors import FaultList, NtmError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.provenance import SourceRecord
from ntm_lib.submissions.levels import all_words, line_facts, no_words, results_that_count
from ntm_lib.submissions.lines import RESULTS
from ntm_lib.submissions.reported import on_units, reported, store_state
from ntm_lib.submissions.store import folder, latest, record, uses_illustrative
from ntm_lib.submissions.wide import WideFile, read_heads, read_wide
from ntm_lib.tables import contract

NOT_ASSESSED = np.inf
INDEX = ["commune_code", "year"]


@dataclass(frozen=True, eq=False)
class Results:
    """Raw values by criteria set: as handed in and, where nobody handed in, as generated.

    ``values[set_id]``: float frame, index (commune_code, year), one column per requirement of the set; yes/no is
    1.0 / 0.0, NaN is not reported, ``NOT_ASSESSED`` marks "Không xét". With the same index, by set:
    ``status`` (actual | estimate | plan), ``as_of`` (cut-off date), ``origin`` (columns ``file``, and ``row`` as a
    spreadsheet counts, the header being row 1; 0 for a line of a submission, see ``words``), ``generated`` (whether the line
    is illustrative). ``words``: what counts of the submissions, see `levels.results_that_count`. ``files``: the files of the
    project that lines were read from. ``store``: the state of the store (empty: nothing handed in). ``unit_vintage``: the date whose unit
    codes are used.
    """

    values: Mapping[str, pd.DataFrame]
    status: Mapping[str, pd.Series]
    as_of: Mapping[str, pd.Series]
    origin: Mapping[str, pd.DataFrame]
    generated: Mapping[str, pd.Series]
    words: pd.DataFrame
    files: tuple[str, ...]
    store: str
    unit_vintage: dt.date

    @property
    def is_illustrative(self) -> bool:
        """Whether any line is generated."""
        return any(lines.any() for lines in self.generated.values())

    @property
    def is_mixed(self) -> bool:
        """Whether some lines are generated and others were handed in."""
        return self.is_illustrative and not all(lines.all() for lines in self.generated.values())

    def words_of(self, set_id: str) -> pd.DataFrame:
        """Return what counts of the submissions by one set, index (commune_code, year, requirement)."""
        if set_id not in self.words.index.get_level_values("set_id"):
            return self.words.iloc[:0].droplevel("set_id")
        of_set: pd.DataFrame = self.words.xs(set_id, level="set_id")  # type: ignore[assignment]
        return of_set

    def with_lines(self, judged: Mapping[str, pd.DataFrame]) -> "Results":
        """Return the results with an empty line of values where nobody reported one that ``judged`` (by set) has.

        Only ``values`` grow: an empty line has no status, date or origin.
        """
        missing = {
            set_id: frame
            for set_id, frame in judged.items()
            if set_id not in self.values or not frame.index.isin(self.values[set_id].index).all()
        }
        if not missing:
            return self
        grown = {
            set_id: self.values[set_id].reindex(self.values[set_id].index.union(frame.index))
            if set_id in self.values
            else pd.DataFrame(np.nan, index=frame.index, columns=frame.columns)
            for set_id, frame in missing.items()
        }
        return replace(self, values=MappingProxyType({**self.values, **grown}))

    def tidy(self) -> pd.DataFrame:
        """Return the reported values one to a row, in the form of table B2; cells without a value are left out."""
        frames = []
        for set_id, frame in self.values.items():
            long = frame.melt(ignore_index=False, var_name="requirement", value_name="reached_value").dropna()
            is_not_assessed = np.isposinf(long["reached_value"])
            lines = pd.DataFrame({"status": self.status[set_id], "as_of_date": self.as_of[set_id]})
            frames.append(
                long.assign(
                    set_id=set_id,
                    is_not_assessed=is_not_assessed,
                    reached_value=long["reached_value"].mask(is_not_assessed),
                )
                .join(lines)
                .reset_index()
            )
        agreed = contract("b02")
        tidy = pd.concat(frames, ignore_index=True).reindex(columns=agreed.names)
        return tidy.astype({column.name: column.dtype for column in agreed.columns})


def read_results(project: Project | None = None, as_of: dt.date | None = None) -> Results:
    """Read the results of every commune and year.

    A line (commune, year and set) that somebody handed in replaces the generated one as a whole: its empty cells are not
    reported. ``as_of``: use only lines whose cut-off date is not later; None takes all. Of several lines for a commune, year
    and set the one with the latest cut-off date stays unless an earlier one is firmer (see `levels.newest_lines`), and of it the word
    of the highest level on each requirement. Codes are those of
    the illustrative files' units or, without them, of the earliest units that submissions name; values of units that
    cannot be carried to them stop. Raises FaultsError with the bad cells of all files at once.
    """
    project = project or Project.find()
    law, state = criteria.load(project), store_state(project)
    generated = _generated(project, law, as_of)
    values = reported(project, RESULTS, as_of)
    if values.empty and generated is not None:
        return replace(generated, store=state)
    if generated is None and reported(project, RESULTS).empty:
        text = _("{folder}: no results were handed in.")
        raise NtmError(text.format(folder=project.relative(folder(project) / "b02")))
    date = min(reported(project, RESULTS)["unit_vintage"]) if generated is None else generated.unit_vintage
    values = on_units(values, units.on(date, project), project, communes_only=True)
    _check_known(values, law)
    words = results_that_count(values)
    return replace(_merged(generated, words, law), unit_vintage=date, store=state)


def read_words(project: Project, vintage: units.Vintage, as_of: dt.date | None = None) -> pd.DataFrame:
    """Return what each level says of B2, with the codes of one day; see `levels.all_words`."""
    values = on_units(reported(project, RESULTS, as_of), vintage, project, communes_only=True)
    return all_words(values)


def _generated(project: Project, law: Law, as_of: dt.date | None) -> Results | None:
    """Read the illustrative files; None without any."""
    place = folder(project) / "b02"
    paths = sorted(place.glob("*.csv")) if uses_illustrative(project) else []
    if not paths:
        return None
    faults = FaultList(_("Results that cannot be used"))
    read = [read_wide(path, project.relative(path), law, faults) for path in paths]
    records = [record(path) for path in paths]
    vintage = _one_vintage(records, project.relative(place))
    files = [file for file in read if file is not None]
    if not files:
        faults.stop_if_any()
    head = read_heads(files, units.on(vintage, project).communes.index, faults)
    faults.stop_if_any()
    natures = {project.relative(path): item.nature == "illustrative" for path, item in zip(paths, records, strict=True)}
    return _results(head, files, law, as_of, natures, vintage)


def _one_vintage(records: list[SourceRecord], where: str) -> dt.date:
    vintages = {item.unit_vintage for item in records}
    if len(vintages) == 1 and (vintage := vintages.pop()) is not None:
        return vintage
    raise NtmError(
        _("{where}: the source records must all name the same unit_vintage; found: {found}.").format(
            where=where, found=", ".join(sorted(map(str, vintages)))
        )
    )


def _results(
    head: pd.DataFrame,
    files: list[WideFile],
    law: Law,
    as_of: dt.date | None,
    natures: Mapping[str, bool],
    vintage: dt.date,
) -> Results:
    values, lines_of = {}, {}
    for set_id in dict.fromkeys(file.set_id for file in files):
        lines = head[head["set_id"] == set_id].reset_index(drop=True)
        numbers = np.concatenate([file.values for file in files if file.set_id == set_id])
        lines = latest(lines.assign(place=lines.index), INDEX, as_of).sort_values(INDEX)
        if lines.empty:
            continue
        index = pd.MultiIndex.from_frame(lines[INDEX])
        names = list(law.sets[set_id].requirements)
        values[set_id] = pd.DataFrame(numbers[lines["place"]], index=index, columns=names)
        lines_of[set_id] = lines.assign(generated=lines["file"].map(natures).astype(bool)).set_axis(index)
    return _of_lines(values, lines_of, no_words(), vintage)


def _of_lines(
    values: Mapping[str, pd.DataFrame], lines: Mapping[str, pd.DataFrame], words: pd.DataFrame, vintage: dt.date
) -> Results:
    """Put results together; ``lines`` by set: status, as_of_date, file, row, generated."""

    def of(column: str) -> Mapping[str, pd.Series]:
        return MappingProxyType({set_id: frame[column] for set_id, frame in lines.items()})

    read = {name for frame in lines.values() for name in frame.loc[frame["row"] > 0, "file"].unique()}
    return Results(
        values=MappingProxyType(dict(values)),
        status=of("status"),
        as_of=of("as_of_date"),
        origin=MappingProxyType({set_id: frame[["file", "row"]] for set_id, frame in lines.items()}),
        generated=of("generated"),
        words=words,
        files=tuple(sorted(read)),
        store="",
        unit_vintage=vintage,
    )


def _check_known(values: pd.DataFrame, law: Law) -> None:
    """Stop on values for sets and requirements that the law does not have."""
    faults = FaultList(_("Submitted results that cannot be used"))
    known = pd.MultiIndex.from_tuples([(name, item) for name, found in law.sets.items() for item in found.requirements])
    is_known = pd.MultiIndex.from_frame(values[["set_id", "item"]]).isin(known)
    for row in values[~is_known].to_dict("records"):
        faults.add(
            f"{row['file']}, {row['sheet']} {row['cell']}",
            f"{row['set_id']} {row['item']}",
            _("a requirement of the criteria set"),
        )
    faults.stop_if_any()


def _merged(generated: Results | None, words: pd.DataFrame, law: Law) -> Results:
    """Put the lines that were handed in in the place of the generated ones."""
    values = {} if generated is None else dict(generated.values)
    lines = {} if generated is None else {set_id: _lines_of(generated, set_id) for set_id in values}
    for set_id, of_set in words.groupby(level="set_id"):
        own, facts = _wide(of_set.droplevel("set_id"), list(law.sets[str(set_id)].requirements))
        if (base := values.get(str(set_id))) is not None:
            is_kept = ~base.index.isin(own.index)
            own, facts = pd.concat([base[is_kept], own]), pd.concat([lines[str(set_id)][is_kept], facts])
        order = own.index.argsort()
        values[str(set_id)], lines[str(set_id)] = own.iloc[order], facts.iloc[order]
    return _of_lines(values, lines, words, dt.date.max)


def _lines_of(results: Results, set_id: str) -> pd.DataFrame:
    columns = {"status": results.status, "as_of_date": results.as_of, "generated": results.generated}
    return results.origin[set_id].assign(**{name: held[set_id] for name, held in columns.items()})


def _wide(words: pd.DataFrame, requirements: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the values of one set, a line a row, and the facts of each line, see `levels.line_facts`."""
    words = words.reset_index()
    values = words.pivot(index=INDEX, columns="requirement", values="value").reindex(columns=requirements)
    facts = line_facts(words, INDEX).reindex(values.index)[["status", "as_of_date", "file"]]
    facts = facts.assign(row=0, generated=False).astype({"status": "str"})
    return values.rename_axis(columns=None), facts
