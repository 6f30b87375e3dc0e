"""Say how each requirement of one criteria set is gained from another: what continues, one way only, or not at all."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import Annotated

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from ntm_lib.criteria.bridge import Comparability, bridge, bridge_ends
from ntm_lib.criteria.law import Law
from ntm_lib.criteria.sets import CriteriaSet
from ntm_lib.errors import FaultList, FaultsError
from ntm_lib.messages import _, language
from ntm_lib.model_words import nearest, tell
from ntm_lib.project import Project
from ntm_lib.review import Labels
from ntm_lib.strict_yaml import read_yaml

FILE = "data/criteria/bridges/passage.yaml"
COLUMNS = ["how", "take", "is_weak", "why", "word"]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class How(StrEnum):
    """What may be concluded from an old value; see ``data/criteria/bridges/passage.yaml``."""

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
    """The ways between two decisions, one entry of ``data/criteria/bridges/passage.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_set: Text = Field(alias="from")
    to: Text
    words: dict[Comparability, Way]
    requirements: dict[Text, Way]


NOTHING = Way(how=How.NONE)
_TURNED = {How.VALUE: How.VALUE, How.AT_BEST: How.AT_WORST, How.AT_WORST: How.AT_BEST}


def find_ways(law: Law, old: CriteriaSet, new: CriteriaSet, project: Project) -> pd.DataFrame:
    """Say for each requirement of ``new`` how it is gained from ``old``, an earlier set with a bridge to it.

    Frame by requirement id: ``how`` (a ``How``), ``take`` (old requirement, "" where none), ``is_weak``, ``why``, ``word``
    (of the bridge, "" where there is none). Within one set, and for requirements that an amendment left alone, the value
    goes on. An amendment has no bridge: what ``passage.yaml`` does not name there cannot be concluded.
    """
    rows = {}
    faults = FaultList(_("How results pass from one criteria set to the next cannot be told"))
    base_pair = (old.decisions[0].id, new.decisions[0].id)
    read = {(entry.from_set, entry.to): entry for entry in _read(project)}
    links = _links(old, new, project)
    for key, item in new.requirements.items():
        ways = read.get((old.decisions[0].id, item.decision.id))
        link = links.get(item.indicator, {})
        if key in old.requirements and old.requirements[key].decision.id == item.decision.id:
            way, word = Way(how=How.VALUE, take=key), Comparability.SAME.value
        elif ways is None and item.decision.id == base_pair[1]:
            faults.add(FILE, _("no entry"), f"from: {base_pair[0]}, to: {base_pair[1]}")
            break
        else:
            way, word = _way(key, ways, link)
        take = _taken(key, way, link, old, new, faults) if way.how is not How.NONE else ""
        rows[key] = {"how": way.how, "take": take, "is_weak": way.is_weak, "why": str(way.why or ""), "word": word}
    for entry in read.values():
        _check_names(entry, law, faults)
    faults.stop_if_any()
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("requirement")


def ways_between(law: Law, from_set: str, to_set: str, project: Project) -> pd.DataFrame | None:
    """Say how each requirement of one set is gained from any other, over several bridges and backwards where needed.

    The same frame as `find_ways`; None where no chain of bridges and amendments leads from one set to the other. What
    compares forwards compares backwards; a value that can only be as good as the old one (``at_best``) is, read
    backwards, one that can only be better (``at_worst``). Over two bridges a value goes as far as both let it: two ways
    that point in opposite directions conclude nothing.
    """
    files = (project.root / FILE, project.data / "criteria" / "bridges" / "index.yaml")
    stamps = tuple((path.stat().st_mtime_ns, path.stat().st_size) for path in files)
    ways = _ways_between(law, from_set, to_set, project, (*stamps, language()))
    return None if ways is None else ways.copy(deep=False)


@lru_cache(maxsize=64)
def _ways_between(
    law: Law,
    from_set: str,
    to_set: str,
    project: Project,
    stamps: tuple[object, ...],  # noqa: ARG001
) -> pd.DataFrame | None:
    path = path_between(law, from_set, to_set, project)
    if path is None:
        return None
    ways = _unchanged(law.sets[from_set])
    for before, after in pairwise(path):
        ways = joined(ways, _one_step(law, before, after, project))
    return ways


def reversed_ways(ways: pd.DataFrame, item: CriteriaSet, links: pd.DataFrame | None) -> pd.DataFrame:
    """Return the ways back to ``item``, the set that ``ways`` start from; ``links``: those of the bridge between them."""
    told = _words_backwards(ways, links)
    taken = ways[ways["how"] != How.NONE].reset_index()
    taken = taken.assign(rank=taken["how"] != How.VALUE).sort_values("rank", kind="stable").drop_duplicates("take")
    back = {row["take"]: row for row in taken.to_dict("records")}
    rows = {}
    for key, requirement in item.requirements.items():
        row, (word, why) = back.get(key), told.get(requirement.indicator, ("", ""))
        rows[key] = (
            {"how": How.NONE, "take": "", "is_weak": False, "why": why, "word": word}
            if row is None
            else {**row, "how": _TURNED[How(row["how"])], "take": row["requirement"], "word": row["word"] or word}
        )
    return pd.DataFrame.from_dict(rows, orient="index", columns=COLUMNS).rename_axis("requirement")


def _words_backwards(ways: pd.DataFrame, links: pd.DataFrame | None) -> dict[str, tuple[str, str]]:
    """Return the word and the reason for each indicator of the earlier set."""
    if links is None:
        return {str(key): (row["word"], row["why"]) for key, row in ways.to_dict("index").items()}
    whys = {str(key).split("/")[0]: why for key, why in ways["why"].items()}
    named = links[links["from_indicator"] != ""]
    pairs = zip(named["from_indicator"], named["to_indicator"], named["comparability"], strict=True)
    return {before: (word, whys.get(after, "")) for before, after, word in pairs}


def joined(first: pd.DataFrame, second: pd.DataFrame) -> pd.DataFrame:
    """Return the ways over two steps, one row for each requirement of the last set."""
    held = first.reindex(second["take"].where(second["take"] != "")).set_axis(second.index)
    hows = [_both(one, other) for one, other in zip(held["how"], second["how"], strict=True)]
    is_lost = pd.Series([how == How.NONE for how in hows], index=second.index)
    is_lost_before = is_lost & (second["how"] != How.NONE) & (held["how"] == How.NONE)
    why = second["why"].where(second["why"] != "", held["why"].fillna(""))
    return pd.DataFrame(
        {
            "how": hows,
            "take": held["take"].where(~is_lost, "").fillna(""),
            "is_weak": (held["is_weak"].eq(other=True) | second["is_weak"]) & ~is_lost,
            "why": why.where(~is_lost_before, held["why"]),
            "word": second["word"].where(~is_lost_before & (second["word"] != Comparability.SAME), held["word"]),
        },
        index=second.index,
    )


def _both(first: object, second: object) -> str:
    """Return what two ways, one after the other, let conclude; ``first`` is missing where nothing is taken."""
    known = {How.VALUE.value, How.AT_BEST.value, How.AT_WORST.value}
    one, other = str(first), str(second)
    if one not in known or other not in known:
        return How.NONE.value
    if one == How.VALUE:
        return other
    return one if other in {How.VALUE, one} else How.NONE.value


def _unchanged(item: CriteriaSet) -> pd.DataFrame:
    rows = {
        key: {"how": How.VALUE, "take": key, "is_weak": False, "why": "", "word": Comparability.SAME.value}
        for key in item.requirements
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("requirement")


def _one_step(law: Law, before: str, after: str, project: Project) -> pd.DataFrame:
    old, new = law.sets[before], law.sets[after]
    if (before, after) in _steps(law, project):
        return find_ways(law, old, new, project)
    is_amendment = old.decisions[0].id == new.decisions[0].id
    links = None if is_amendment else bridge(after, before, project).links
    return reversed_ways(find_ways(law, new, old, project), new, links)


def _steps(law: Law, project: Project) -> list[tuple[str, str]]:
    """Return the pairs of sets, earlier first, between which a way is known: bridges, and a set and its amendment."""
    amended = [
        ("+".join(record.id for record in item.decisions[:-1]), key)
        for key, item in law.sets.items()
        if len(item.decisions) > 1
    ]
    return [*bridge_ends(project), *amended]


def path_between(law: Law, from_set: str, to_set: str, project: Project) -> list[str] | None:
    """Return the shortest chain of sets from one to the other; None where there is none."""
    steps = _steps(law, project)
    both_ways = [*steps, *((after, before) for before, after in steps)]
    paths, seen = [[from_set]], {from_set}
    while paths:
        path = paths.pop(0)
        if path[-1] == to_set:
            return path
        following = [after for before, after in both_ways if before == path[-1] and after not in seen]
        seen |= set(following)
        paths += [[*path, after] for after in following]
    return None


def _read(project: Project) -> tuple[Ways, ...]:
    path = project.root / FILE
    try:
        return TypeAdapter(tuple[Ways, ...]).validate_python(read_yaml(path))
    except ValidationError as error:
        faults = FaultList(_("How results pass from one criteria set to the next cannot be told"))
        tell(faults, project.relative(path), error, Ways)
        raise FaultsError(faults.title, faults.faults) from error


def _links(old: CriteriaSet, new: CriteriaSet, project: Project) -> dict[str, dict[str, str]]:
    """Return, by indicator of the later set, the old indicators with the word of the bridge between the base decisions."""
    if old.decisions[0].id == new.decisions[0].id:
        return {}
    table = bridge(old.id, new.decisions[0].id, project).links
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


def _taken(key: str, way: Way, link: Mapping[str, str], old: CriteriaSet, new: CriteriaSet, faults: FaultList) -> str:
    """Return the old requirement whose value is taken; several, none, or another unit or sense is a fault."""
    found = [item.id for item in old.requirements.values() if item.indicator in link]
    if way.take is None and len(found) != 1:
        text = _("{key}: the old requirement is not clear").format(key=key)
        faults.add(FILE, text, ", ".join(found), _("Name it with `take`, or write `how: none`."))
        return ""
    take = way.take or found[0]
    if take not in old.requirements:
        text = _("{key}: '{name}' is not in {set}").format(key=key, name=take, set=old.id)
        faults.add(FILE, text, nearest(take, list(old.requirements)))
        return ""
    before, after = old.requirements[take].demand, new.requirements[key].demand
    if (before.unit, before.sense) != (after.unit, after.sense):
        text = _("{key}: unit or sense differs from that of {name}").format(key=key, name=take)
        faults.add(FILE, text, f"{before.unit}, {before.sense}", _("Name it with `take`, or write `how: none`."))
    return take


def _check_names(entry: Ways, law: Law, faults: FaultList) -> None:
    decisions = law.tree.decisions
    for name in (entry.from_set, entry.to):
        if name not in decisions:
            text = _("{kind} '{name}' is not known").format(kind=_("decision"), name=name)
            faults.add(FILE, text, nearest(name, list(decisions)))
    if entry.to in decisions:
        held = decisions[entry.to].requirements()
        for key in entry.requirements:
            if key not in held:
                text = _("{kind} '{name}' is not known").format(kind=_("requirement"), name=key)
                faults.add(FILE, text, nearest(key, list(held)))
