"""Carry figures and verdicts from the communes of one day to those of a later day."""

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ntm_lib.errors import NtmError, UsageError
from ntm_lib.messages import _
from ntm_lib.project import Project
from ntm_lib.units.register import Register
from ntm_lib.units.vintage import Vintage, on
from ntm_lib.verdicts import Verdict, all_of, any_of

By = Literal["area", "people"]
_PEOPLE_NEWEST_FIRST = ("people_2025", "people_2019", "people_2009")
_LINK_COLUMNS = ["from_code", "to_code", "area_share", "people_share"]
_LARGEST_INTEGER = 2**53  # beyond it a float no longer tells integers apart


@dataclass(frozen=True, eq=False)
class Lineage:
    """Which commune of ``from_date`` became part of which commune of ``to_date``.

    ``links``: ``from_code, to_code, area_share, people_share``; shares of the old unit, each summing to 1 for
    each ``from_code``. Source: data/units/lineage.csv.
    """

    from_date: dt.date
    to_date: dt.date
    links: pd.DataFrame
    before: Vintage
    after: Vintage

    def carry(self, values: pd.Series, by: By = "people") -> pd.Series:
        """Carry an additive quantity to the units of ``to_date``; its sum is kept exactly.

        ``values`` is indexed by code of ``from_date``. Integers stay integers (largest remainder); for floats
        ``math.fsum`` of the result equals that of ``values``. A part that is missing, or not given at all,
        makes the new unit unknown (NaN, or NA with dtype Int64), never smaller. Codes of another date,
        repeated codes, infinite values and a sum that cannot be kept stop.
        """
        if pd.api.types.is_bool_dtype(values.dtype) or not pd.api.types.is_numeric_dtype(values.dtype):
            raise TypeError(f"only numbers can be carried, not {values.dtype}")
        self._check_codes(values.index)
        values = values.rename_axis("code")
        whole = values.reindex(self.before.communes.index)
        is_integer = pd.api.types.is_integer_dtype(values.dtype)
        carried = self._carry_integers(whole, by) if is_integer else self._carry_floats(whole, by)
        if is_integer and carried.notna().all():
            carried = carried.astype(values.dtype)
        carried.name = values.name
        return carried

    def merge_verdicts(self, verdicts: pd.DataFrame, rule: str = "all_parts") -> pd.DataFrame:
        """Judge the communes of ``to_date`` that are in the programme by the verdicts of their parts.

        ``verdicts``: int8 verdict codes, indexed by code of ``from_date``, any columns. Parts are the old
        communes that were in the programme then; a town's land brings none. A part without a row is unknown,
        and a commune without any part in the programme is unknown throughout. Not applicable is passed over
        unless all parts are.

        ``rule``: ``all_parts`` (default) met when all parts are, not met when one is not, else unknown;
        ``any_part`` met when one is; ``largest_part`` the verdict of the part with most people;
        ``people_majority`` and ``area_majority`` met when the parts met hold more than half, not met when
        those not met hold half or more, else unknown. Where the size of a part is unknown, the rules that
        weigh give unknown.
        """
        if rule not in MERGE_RULES:
            raise UsageError(
                _("'{rule}' is not a rule for merged communes. Known rules: {known}.").format(
                    rule=rule, known=", ".join(MERGE_RULES)
                )
            )
        self._check_codes(verdicts.index)
        if not np.isin(verdicts.to_numpy(), [verdict.value for verdict in Verdict]).all():
            raise ValueError("a verdict code is not one of -1, 0, 1, 2")
        communes = self.after.communes
        new = communes.index[communes["is_in_programme"]]
        parts = self._programme_parts(new)
        codes, sizes = self._stack(verdicts, parts, new, MERGE_RULES[rule].size)
        merged = MERGE_RULES[rule].judge(codes, sizes)
        merged[~_is_held(new, pd.Index(parts["to_code"].unique()))] = Verdict.UNKNOWN
        return pd.DataFrame(merged, index=new.rename("commune_code"), columns=verdicts.columns)

    def _programme_parts(self, new: pd.Index) -> pd.DataFrame:
        communes = self.before.communes
        old = communes.index[communes["is_in_programme"]]
        return self.links[_is_held(self.links["from_code"], old) & _is_held(self.links["to_code"], new)]

    def _stack(
        self, verdicts: pd.DataFrame, parts: pd.DataFrame, new: pd.Index, size: By | None
    ) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
        """Lay the parts of each new unit side by side.

        Returns verdicts (unit, part, column), places without a part not applicable, and sizes (unit, part),
        there 0.
        """
        row = new.get_indexer(pd.Index(parts["to_code"]))
        place = parts.groupby("to_code").cumcount().to_numpy()
        depth = int(place.max(initial=0)) + 1
        codes = np.full((len(new), depth, verdicts.shape[1]), Verdict.NOT_APPLICABLE, dtype=np.int8)
        codes[row, place] = verdicts.reindex(parts["from_code"], fill_value=Verdict.UNKNOWN).to_numpy(dtype=np.int8)
        sizes = np.zeros((len(new), depth))
        if size is not None:
            sizes[row, place] = self._sizes(size).reindex(parts["from_code"]).to_numpy() * parts[f"{size}_share"]
        return codes, sizes

    def _sizes(self, by: By) -> pd.Series:
        """Area, or people by the newest count known for every commune."""
        communes = self.before.communes
        complete = [name for name in _PEOPLE_NEWEST_FIRST if communes[name].notna().all()]
        column = "area_km2" if by == "area" else next(iter(complete), _PEOPLE_NEWEST_FIRST[0])
        return communes[column].astype("float64")

    def _check_codes(self, index: pd.Index) -> None:
        known = self.before.communes.index
        strangers = [str(code) for code in index[known.get_indexer(index) < 0].unique()]
        repeated = [str(code) for code in index[index.duplicated()].unique()]
        if strangers:
            raise NtmError(
                _("Not communes of {date}: {codes}.").format(
                    date=self.from_date.strftime("%d/%m/%Y"), codes=", ".join(strangers)
                )
            )
        if repeated:
            raise NtmError(_("Codes given more than once: {codes}.").format(codes=", ".join(repeated)))

    def _carry_integers(self, values: pd.Series, by: By) -> pd.Series:
        known = values.astype("Int64").fillna(0).to_numpy(dtype=np.int64)
        if np.abs(known).max(initial=0) > _LARGEST_INTEGER:
            raise NtmError(_("A number is too large to be shared out exactly."))
        links = self.links
        whole = pd.Series(known, index=values.index).reindex(links["from_code"]).to_numpy()
        exact = whole * links[f"{by}_share"]
        parts = np.floor(exact).astype(np.int64)
        remainder = whole - parts.groupby(links["from_code"]).transform("sum")
        rank = (exact - parts).groupby(links["from_code"]).rank(method="first", ascending=False)
        parts += rank <= remainder
        carried: pd.Series = parts.groupby(links["to_code"]).sum().reindex(self.after.communes.index)
        return carried.astype("Int64").mask(self._unknown(values))

    def _carry_floats(self, values: pd.Series, by: By) -> pd.Series:
        values = values.astype("float64")
        if np.isinf(values).any():
            raise NtmError(_("An infinite value cannot be carried to other units."))
        links = self.links
        whole = values.reindex(links["from_code"]).to_numpy()
        parts = pd.Series(whole * links[f"{by}_share"].to_numpy(), index=links.index)
        is_last = ~links["from_code"].duplicated(keep="last")
        others = parts.where(~is_last, 0.0).groupby(links["from_code"]).transform("sum")
        parts = parts.where(~is_last, whole - others)
        carried = parts.groupby(links["to_code"]).agg(math.fsum).reindex(self.after.communes.index)
        return carried.mask(self._unknown(values)) if values.isna().any() else _keep_sum(carried, values)

    def _unknown(self, values: pd.Series) -> pd.Series:
        """Whether a part of each new unit is missing."""
        missing = pd.Series(values.isna().reindex(self.links["from_code"]).to_numpy(), index=self.links.index)
        unknown: pd.Series = missing.groupby(self.links["to_code"]).any()
        return unknown.reindex(self.after.communes.index)


def _keep_sum(carried: pd.Series, values: pd.Series) -> pd.Series:
    """Take the last rounding error of the sum out of the largest value that can bear it."""
    total = math.fsum(values)
    figures = carried.to_numpy(copy=True)
    error = math.fsum([total, *-figures])
    if math.fsum(figures) == total:
        return carried
    for place in np.argsort(-np.abs(figures), kind="stable"):
        trial = figures.copy()
        trial[place] += error
        if trial[place] * figures[place] > 0 and math.fsum(trial) == total:
            return pd.Series(trial, index=carried.index)
    raise NtmError(_("The sum cannot be kept exactly: the values differ too much in size and sign."))


@dataclass(frozen=True)
class _Rule:
    """``judge(verdicts (unit, part, column), sizes (unit, part))`` gives verdicts (unit, column)."""

    judge: Callable[[NDArray[np.int8], NDArray[np.float64]], NDArray[np.int8]]
    size: By | None = None


def _largest(codes: NDArray[np.int8], sizes: NDArray[np.float64]) -> NDArray[np.int8]:
    largest = np.nan_to_num(sizes).argmax(axis=1)
    chosen = codes[np.arange(len(codes)), largest]
    return np.where(np.isnan(sizes).any(axis=1, keepdims=True), np.int8(Verdict.UNKNOWN), chosen)


def _is_held(codes: pd.Series | pd.Index, known: pd.Index) -> NDArray[np.bool_]:
    """Tell which codes are known; ``Series.isin`` takes many times as long for text that Arrow holds."""
    return np.asarray(known.get_indexer(pd.Index(codes)) >= 0, dtype=np.bool_)


def _majority(codes: NDArray[np.int8], sizes: NDArray[np.float64]) -> NDArray[np.int8]:
    weights = np.where(codes == Verdict.NOT_APPLICABLE, 0.0, sizes[:, :, None])
    half = weights.sum(axis=1) / 2  # NaN where a size is unknown: then neither comparison holds
    met = np.where(codes == Verdict.MET, weights, 0.0).sum(axis=1)
    not_met = np.where(codes == Verdict.NOT_MET, weights, 0.0).sum(axis=1)
    return np.select(
        [(codes == Verdict.NOT_APPLICABLE).all(axis=1), met > half, (not_met >= half) & (half > 0)],
        [np.int8(Verdict.NOT_APPLICABLE), np.int8(Verdict.MET), np.int8(Verdict.NOT_MET)],
        default=np.int8(Verdict.UNKNOWN),
    ).astype(np.int8)


MERGE_RULES: Mapping[str, _Rule] = {
    "all_parts": _Rule(lambda codes, _sizes: all_of(codes, axis=1)),
    "any_part": _Rule(lambda codes, _sizes: any_of(codes, axis=1)),
    "largest_part": _Rule(_largest, "people"),
    "people_majority": _Rule(_majority, "people"),
    "area_majority": _Rule(_majority, "area"),
}


def lineage(from_date: dt.date, to_date: dt.date, project: Project | None = None) -> Lineage:
    """Return the lineage of communes between two days, composed over every change between them.

    The identity where nothing changed. From a later to an earlier state is refused: what was merged cannot be
    taken apart again.
    """
    return _lineage(on(from_date, project), on(to_date, project))


@lru_cache(maxsize=32)
def _lineage(before: Vintage, after: Vintage) -> Lineage:
    if after.date < before.date and after.units != before.units:
        raise UsageError(
            _("Units of {from_date} cannot be carried back to {to_date}: what was merged cannot be divided.").format(
                from_date=before.date.strftime("%d/%m/%Y"), to_date=after.date.strftime("%d/%m/%Y")
            )
        )
    codes = before.communes.index
    links = pd.DataFrame({"from_code": codes, "to_code": codes, "area_share": 1.0, "people_share": 1.0})
    changes = _changes(before.register)
    for date in sorted(set(changes["date"])):
        if before.date < date <= after.date:
            links = _step(links, changes[changes["date"] == date])
    links = links.sort_values(["from_code", "to_code"], ignore_index=True)
    return Lineage(before.date, after.date, links, before, after)


def _changes(register: Register) -> pd.DataFrame:
    columns = ["date", *_LINK_COLUMNS]
    return pd.DataFrame([link.model_dump(include=set(columns)) for link in register.links], columns=columns)


def _step(links: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Lead links on by one change; a code that the change does not name stays as it is."""
    step = changes.rename(columns={"from_code": "to_code", "to_code": "next_code"}).drop(columns="date")
    led = links.merge(step, on="to_code", how="left", suffixes=("", "_step"))
    led["to_code"] = led["next_code"].fillna(led["to_code"])
    for share in ("area_share", "people_share"):
        led[share] *= led[f"{share}_step"].fillna(1.0)
    return led.groupby(["from_code", "to_code"], as_index=False)[["area_share", "people_share"]].sum()
