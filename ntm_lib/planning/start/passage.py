"""Carry results from the criteria set that judged them to the set that a plan is made by: what continues, and how."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from ntm_lib import criteria
from ntm_lib.criteria import CriteriaSet, YearRules
from ntm_lib.criteria.bridge import Comparability
from ntm_lib.errors import FaultList, FaultsError
from ntm_lib.messages import _
from ntm_lib.model_words import nearest, tell
from ntm_lib.planning.start.levels import PlanLaw
from ntm_lib.project import Project
from ntm_lib.review import Labels
from ntm_lib.scoring import judge
from ntm_lib.strict_yaml import read_yaml
from ntm_lib.submissions import NOT_ASSESSED
from ntm_lib.verdicts import Verdict

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Passage(StrEnum):
    """What became of one result under the plan's law; see ``passage_words``."""

    KEPT = "kept"
    STRICTER = "stricter"
    STILL_MISSING = "still_missing"
    NOW_MET = "now_met"
    NOT_DERIVABLE = "not_derivable"
    NOT_REPORTED = "not_reported"
    NO_LEVEL = "no_level"


PASSAGES = tuple(item.value for item in Passage)


def passage_words() -> dict[str, str]:
    """Return the words for each passage, in the order they are printed."""
    return {
        Passage.KEPT: _("met before and by the plan's law"),
        Passage.STRICTER: _("met before, not met by the plan's law"),
        Passage.STILL_MISSING: _("not met before, and still not met"),
        Passage.NOW_MET: _("not met before, met by the plan's law"),
        Passage.NOT_DERIVABLE: _("cannot be concluded from the old results, to be surveyed"),
        Passage.NOT_REPORTED: _("not reported for the starting year"),
        Passage.NO_LEVEL: _("the level of the plan's law is not known"),
    }


class How(StrEnum):
    """What may be concluded from an old value; see ``data/planning/passage.yaml``."""

    VALUE = "value"
    AT_BEST = "at_best"
    AT_WORST = "at_worst"
    NONE = "none"


class Way(BaseModel):
    """How one requirement, or all with one word of the bridge, is carried."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    how: How
    take: Text | None = None
    is_weak: bool = False
    why: Labels | None = None


class Ways(BaseModel):
    """The ways between two decisions, one entry of ``data/planning/passage.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_set: Text = Field(alias="from")
    to: Text
    words: dict[Comparability, Way]
    requirements: dict[Text, Way]


NOTHING = Way(how=How.NONE)


def find_ways(plan_law: PlanLaw, project: Project) -> pd.DataFrame:
    """Say for each requirement of the plan's set how it is gained from the set that judged the start.

    Frame by requirement id: ``how`` (a ``How``), ``take`` (old requirement, "" where none), ``is_weak``, ``why``, ``word``
    (of the bridge, "" where there is none). Within one set, and for requirements that an amendment left alone, the value
    goes on. An amendment has no bridge: what ``passage.yaml`` does not name there cannot be concluded.
    """
    old, new = plan_law.old, plan_law.item
    rows = {}
    faults = FaultList(_("How results pass to the plan's law cannot be told"))
    where = "data/planning/passage.yaml"
    base_pair = (old.decisions[0].id, new.decisions[0].id)
    read = {(entry.from_set, entry.to): entry for entry in _read(project)}
    links = _links(old, new, project)
    for key, item in new.requirements.items():
        ways = read.get((old.decisions[0].id, item.decision.id))
        link = links.get(item.indicator, {})
        if key in old.requirements and old.requirements[key].decision.id == item.decision.id:
            way, word = Way(how=How.VALUE, take=key), Comparability.SAME.value
        elif ways is None and item.decision.id == base_pair[1]:
            faults.add(where, _("no entry"), f"from: {base_pair[0]}, to: {base_pair[1]}")
            break
        else:
            way, word = _way(key, ways, link)
        take = _taken(key, way, link, old, new, faults, where) if way.how is not How.NONE else ""
        rows[key] = {"how": way.how, "take": take, "is_weak": way.is_weak, "why": str(way.why or ""), "word": word}
    for entry in read.values():
        _check_names(entry, plan_law, faults, where)
    faults.stop_if_any()
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("requirement")


def _read(project: Project) -> tuple[Ways, ...]:
    path = project.data / "planning" / "passage.yaml"
    try:
        return TypeAdapter(tuple[Ways, ...]).validate_python(read_yaml(path))
    except ValidationError as error:
        faults = FaultList(_("How results pass to the plan's law cannot be told"))
        tell(faults, project.relative(path), error, Ways)
        raise FaultsError(faults.title, faults.faults) from error


def _links(old: CriteriaSet, new: CriteriaSet, project: Project) -> dict[str, dict[str, str]]:
    """Return, by indicator of the later set, the old indicators with the word of the bridge between the base decisions."""
    if old.decisions[0].id == new.decisions[0].id:
        return {}
    table = criteria.bridge(old.id, new.decisions[0].id, project).links
    links: dict[str, dict[str, str]] = {}
    for row in table[table["to_indicator"] != ""].itertuples(index=False):
        links.setdefault(str(row.to_indicator), {})[str(row.from_indicator)] = str(row.comparability)
    return links


def _way(key: str, ways: Ways | None, link: Mapping[str, str]) -> tuple[Way, str]:
    word = next(iter(link.values()), "")
    if ways is None:
        return NOTHING, word
    if key in ways.requirements:
        return ways.requirements[key], word
    return (ways.words.get(Comparability(word), NOTHING) if word else NOTHING), word


def _taken(
    key: str, way: Way, link: Mapping[str, str], old: CriteriaSet, new: CriteriaSet, faults: FaultList, where: str
) -> str:
    """Return the old requirement whose value is taken; several, none, or another unit or sense is a fault."""
    found = [item.id for item in old.requirements.values() if item.indicator in link]
    if way.take is None and len(found) != 1:
        text = _("{key}: the old requirement is not clear").format(key=key)
        faults.add(where, text, ", ".join(found), _("Name it with `take`, or write `how: none`."))
        return ""
    take = way.take or found[0]
    if take not in old.requirements:
        text = _("{key}: '{name}' is not in {set}").format(key=key, name=take, set=old.id)
        faults.add(where, text, nearest(take, list(old.requirements)))
        return ""
    before, after = old.requirements[take].demand, new.requirements[key].demand
    if (before.unit, before.sense) != (after.unit, after.sense):
        text = _("{key}: unit or sense differs from that of {name}").format(key=key, name=take)
        faults.add(where, text, f"{before.unit}, {before.sense}", _("Name it with `take`, or write `how: none`."))
    return take


def _check_names(entry: Ways, plan_law: PlanLaw, faults: FaultList, where: str) -> None:
    decisions = plan_law.law.tree.decisions
    for name in (entry.from_set, entry.to):
        if name not in decisions:
            text = _("{kind} '{name}' is not known").format(kind=_("decision"), name=name)
            faults.add(where, text, nearest(name, list(decisions)))
    if entry.to in decisions:
        held = decisions[entry.to].requirements()
        for key in entry.requirements:
            if key not in held:
                text = _("{kind} '{name}' is not known").format(kind=_("requirement"), name=key)
                faults.add(where, text, nearest(key, list(held)))


def carry_over(
    old_values: pd.DataFrame, old_verdicts: pd.DataFrame, ways: pd.DataFrame, rules: YearRules
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Judge old values by the levels of ``rules`` as far as ``ways`` allow.

    Returns three frames, communes x requirements of ``rules``: values (NaN: unknown or not concluded), verdicts (int8) and
    passages (text). "Không xét" goes on where the plan's law knows it, otherwise nothing is concluded from it.
    """
    shape = (len(old_values), len(ways))
    given = np.full(shape, np.nan)
    before = np.full(shape, Verdict.UNKNOWN, dtype=np.int8)
    for place, take in enumerate(ways["take"]):
        if take:
            given[:, place] = old_values[take].to_numpy(float)
            before[:, place] = old_verdicts[take].to_numpy()
    refused = (given == NOT_ASSESSED) & ~rules.requirements["allows_not_assessed"].to_numpy(bool)
    given[refused] = np.nan
    frame = pd.DataFrame(given, index=old_values.index, columns=ways.index)
    after = judge(frame, rules).to_numpy()
    verdicts, concluded = _concluded(after, ways["how"].to_numpy())
    passages = _passages(before, verdicts, np.isnan(given), rules.requirements["level"].isna().to_numpy())
    passages[~concluded | refused | (ways["how"] == How.NONE).to_numpy()] = Passage.NOT_DERIVABLE.value
    given[~concluded] = np.nan
    return (
        frame.mask(np.isnan(given)),
        pd.DataFrame(verdicts, index=frame.index, columns=frame.columns),
        pd.DataFrame(passages, index=frame.index, columns=frame.columns),
    )


def _concluded(
    after: npt.NDArray[np.int8], how: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.bool_]]:
    """Keep the verdicts that may be concluded; the second array is False where a known verdict was given up."""
    is_met = np.isin(after, [Verdict.MET, Verdict.NOT_APPLICABLE])
    given_up = ((how == How.AT_BEST) & is_met) | ((how == How.AT_WORST) & (after == Verdict.NOT_MET))
    return np.where(given_up, np.int8(Verdict.UNKNOWN), after), ~given_up


def _passages(
    before: npt.NDArray[np.int8],
    after: npt.NDArray[np.int8],
    is_missing: npt.NDArray[np.bool_],
    has_no_level: npt.NDArray[np.bool_],
) -> npt.NDArray[np.object_]:
    was = np.isin(before, [Verdict.MET, Verdict.NOT_APPLICABLE])
    now = np.isin(after, [Verdict.MET, Verdict.NOT_APPLICABLE])
    names = np.select(
        [is_missing, np.broadcast_to(has_no_level, before.shape), was & now, was & ~now, now],
        [Passage.NOT_REPORTED, Passage.NO_LEVEL, Passage.KEPT, Passage.STRICTER, Passage.NOW_MET],
        default=Passage.STILL_MISSING,
    )
    return np.asarray(names, dtype=object)
