"""Tie the features of a boundary file to the units of one vintage: by code if it has codes, else by name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ntm_lib.errors import NtmError, preview
from ntm_lib.messages import _
from ntm_lib.units.boundary_checks import Finding, Weight
from ntm_lib.units.boundary_files import candidates, from_tcvn3, texts
from ntm_lib.units.names import key, loose_key
from ntm_lib.units.vintage import Vintage

_CODE_SHARE = 0.8  # of a column's values must be codes of the vintage before it is taken for the code column
_ALIASES = "data/units/aliases.csv"
_VNI = r"[aeiouyAEIOUY][ùøûõïâáàåãäêéèëúüûæÙØÛÕÏÂÁÀÅÃÄÊÉÈËÚÜÆ]"


@dataclass(frozen=True)
class Match:
    """Which unit each feature is: ``codes`` in the order of the features, empty where none was found."""

    vintage: Vintage
    codes: pd.Series
    labels: pd.Series
    columns: dict[str, str]
    findings: tuple[Finding, ...]

    @property
    def n_matched(self) -> int:
        """Units that exactly one feature stands for."""
        known = self.codes[self.codes.isin(self.vintage.communes.index)]
        return int((known.value_counts() == 1).sum())

    @property
    def n_faults(self) -> int:
        """Features without a unit of their own, and units without a feature."""
        return len(self.codes) - self.n_matched + len(self.vintage.communes) - self.n_matched


@dataclass(frozen=True)
class _Reading:
    """One way to read names and districts out of the columns."""

    name: str
    district: str | None
    is_tcvn3: bool
    found: list[list[str]]  # codes of the units that may be meant, by feature

    @property
    def score(self) -> int:
        return sum(len(codes) == 1 for codes in self.found)


def match_units(
    frame: gpd.GeoDataFrame, vintage: Vintage, name_column: str | None = None, code_column: str | None = None
) -> Match:
    """Tie each feature to a unit of ``vintage`` and say what does not fit.

    Codes are used when at least 80 % of a column are codes of the vintage (or the column is named); a code in
    another numbering is never taken for one. Otherwise names are compared within the district, or, in a file
    without districts, within the province, where a repeated name goes to the unit whose point lies inside.
    """
    reading = _best_reading(frame, vintage, name_column)
    coded = _codes(frame, vintage, code_column)
    findings: list[Finding] = []
    columns: dict[str, str] = {}
    labels = pd.Series([str(position + 1) for position in range(len(frame))], index=frame.index)
    if reading:
        columns |= {"name": reading.name} | ({"district": reading.district} if reading.district else {})
        labels = _read_text(frame, reading.name, reading.is_tcvn3).where(lambda text: text != "", labels)
        if reading.is_tcvn3:
            findings.append(Finding(Weight.NOTE, _("Text"), _("TCVN3 (ABC) text was decoded to Unicode")))
    if coded is not None:
        columns["code"], codes, notes = coded
        findings += notes
        findings += _disagreements(codes, reading, labels, vintage) if reading else []
    elif reading:
        codes, notes = _by_name(frame, vintage, reading, labels)
        findings += notes
    else:
        codes = pd.Series("", index=frame.index)
        found = preview(str(column) for column in frame.columns if column != "geometry")
        action = _("Name the columns with --name-column or --code-column.")
        findings.append(Finding(Weight.REFUSE, _("Columns"), found, _("a column with commune names or codes"), action))
    findings += _unfit(codes, labels, vintage, named="code" not in columns)
    return Match(vintage, codes, labels, columns, tuple(findings))


def _codes(frame: gpd.GeoDataFrame, vintage: Vintage, named: str | None) -> tuple[str, pd.Series, list[Finding]] | None:
    """Return the code column, its codes and notes; None when no column holds codes of the vintage."""
    width = int(vintage.communes.index.str.len().max())
    others = [column for column in frame.columns if column != "geometry"]
    for column in [named] if named else dict.fromkeys([*candidates(frame, "code"), *others]):
        raw = texts(frame, column).str.replace(r"\.0+$", "", regex=True)
        codes = raw.where(~raw.str.fullmatch(r"\d+"), raw.str.zfill(width))
        if not named and codes.isin(vintage.communes.index).mean() < _CODE_SHARE:
            continue
        notes = []
        if (codes != raw).any():
            found = _("column {column}: leading zeros were lost and have been put back").format(column=column)
            notes.append(Finding(Weight.NOTE, _("Codes"), found))
        return column, codes, notes
    return None


def _best_reading(frame: gpd.GeoDataFrame, vintage: Vintage, named: str | None) -> _Reading | None:
    """Try the likely columns, with and without district, as Unicode and as TCVN3; the best fit wins."""
    names = [named] if named else candidates(frame, "name")
    if not names:
        names = [column for column in frame.columns if column != "geometry" and frame[column].dtype.kind not in "ifb"]
    districts = [*candidates(frame, "district"), None] if not vintage.districts.empty else [None]
    find = _finder(vintage)
    best: _Reading | None = None
    for name, district, is_tcvn3 in product(names, districts, (False, True)):
        if name == district:
            continue
        units = _read_text(frame, name, is_tcvn3)
        parents = _read_text(frame, district, is_tcvn3) if district else pd.Series("", index=frame.index)
        found = [find(unit, parent) for unit, parent in zip(units, parents, strict=True)]
        reading = _Reading(name, district, is_tcvn3, found)
        if best is None or reading.score > best.score:
            best = reading
    return best


def _read_text(frame: gpd.GeoDataFrame, column: str, is_tcvn3: bool) -> pd.Series:
    text = texts(frame, column)
    return text.map(from_tcvn3) if is_tcvn3 else text


def _finder(vintage: Vintage) -> Callable[[str, str], list[str]]:
    """Return a look-up of (name, district): the codes that may be meant, full spelling before plain."""
    communes = vintage.communes
    districts = vintage.districts
    parent_keys: dict[str, list[str]] = {}
    for code, name in districts["name"].items():
        parent_keys.setdefault(loose_key(name), []).append(str(code))
    strict: dict[tuple[str, str], list[str]] = {}
    loose: dict[tuple[str, str], list[str]] = {}
    for code, name, parent in zip(communes.index, communes["name"], communes["parent_code"], strict=True):
        for scope in ("", parent):
            strict.setdefault((scope, key(name)), []).append(code)
            loose.setdefault((scope, loose_key(name)), []).append(code)

    def find(name: str, district: str) -> list[str]:
        scopes = parent_keys.get(loose_key(district), []) if district else [""]
        exact = [code for scope in scopes for code in strict.get((scope, key(name)), [])]
        return exact or [code for scope in scopes for code in loose.get((scope, loose_key(name)), [])]

    return find


def _by_name(
    frame: gpd.GeoDataFrame, vintage: Vintage, reading: _Reading, labels: pd.Series
) -> tuple[pd.Series, list[Finding]]:
    """Settle each feature's unit by its name, the register's aliases and, where a name repeats, its place."""
    codes, unknown, ambiguous, placed = [], [], [], []
    districts = texts(frame, reading.district) if reading.district else pd.Series("", index=frame.index)
    if reading.is_tcvn3:
        districts = districts.map(from_tcvn3)
    rows = zip(reading.found, labels, districts, frame.geometry, strict=True)
    for found, label, district, shape in rows:
        told = f"{label} ({district})" if district else str(label)
        options = found or _alias(vintage, str(label), str(district))
        if len(options) > 1 and len(inside := _holding(vintage, options, shape)) == 1:
            placed.append(f"{told} → {inside[0]}")
            options = inside
        codes.append(options[0] if len(options) == 1 else "")
        if not options:
            unknown.append(told)
        elif len(options) > 1:
            ambiguous.append(f"{told}: {', '.join(options)}")
    return pd.Series(codes, index=frame.index), list(_name_findings(frame, reading, unknown, ambiguous, placed))


def _name_findings(
    frame: gpd.GeoDataFrame, reading: _Reading, unknown: list[str], ambiguous: list[str], placed: list[str]
) -> Iterator[Finding]:
    if placed:
        found = _("a repeated name was told apart by its place: {units}").format(units=preview(placed))
        yield Finding(Weight.NOTE, _("Names"), found)
    if ambiguous:
        action = _("Add a column with the district, or the code.")
        yield Finding(Weight.REFUSE, _("Ambiguous names"), preview(ambiguous), "", action)
    if unknown:
        action = _("Add the spelling to {file} or correct the name.").format(file=_ALIASES)
        if texts(frame, reading.name).str.contains(_VNI, regex=True).mean() > 0.3:
            action = _("The text looks like VNI: convert it to Unicode first.")
        yield Finding(Weight.REFUSE, _("Unknown names"), preview(unknown, 12), _("a name of the register"), action)


def _alias(vintage: Vintage, name: str, district: str) -> list[str]:
    """Ask the register, which knows spellings of its own; an unknown or ambiguous name gives none."""
    try:
        within = vintage.find(district, level="district").code if district else None
        return [vintage.find(name, within, level="commune").code]
    except NtmError:
        return []


def _holding(vintage: Vintage, codes: list[str], shape: shapely.Geometry) -> list[str]:
    places = vintage.communes.loc[codes, ["lon", "lat"]].astype(float)
    return [code for code, lon, lat in places.itertuples() if shapely.contains_xy(shape, lon, lat)]


def _disagreements(codes: pd.Series, reading: _Reading, labels: pd.Series, vintage: Vintage) -> list[Finding]:
    """Compare codes with names: a name that belongs to another unit stops, a name that is not known warns."""
    names = vintage.communes["name"]
    pairs = list(zip(codes, reading.found, labels, strict=True))
    other = [f"{code} {label}" for code, found, label in pairs if code in names.index and found and code not in found]
    new = [f"{code} {label} / {names[code]}" for code, found, label in pairs if code in names.index and not found]
    findings = []
    if other:
        action = _("Codes or names are exchanged, or the file is of another date (--on).")
        findings.append(
            Finding(
                Weight.REFUSE,
                _("Code and name disagree"),
                preview(other, 12),
                _("the name of that code"),
                action,
            )
        )
    if new and reading.score * 2 > len(codes):
        findings.append(Finding(Weight.WARN, _("Names unlike the register's"), preview(new, 12)))
    return findings


def _unfit(codes: pd.Series, labels: pd.Series, vintage: Vintage, named: bool) -> Iterator[Finding]:
    """Tell unknown codes, units met twice, units without a feature."""
    names = vintage.communes["name"]
    unknown = ~codes.isin(names.index) & (codes != "")
    if unknown.any():
        listed = [f"{code} {label}" for code, label in zip(codes[unknown], labels[unknown], strict=True)]
        yield Finding(Weight.REFUSE, _("Unknown codes"), preview(listed, 12), _("a code of the register"))
    if not named and (codes == "").any():
        yield Finding(Weight.REFUSE, _("Missing codes"), preview(labels[codes == ""], 12), _("a code of the register"))
    counts = codes[codes.isin(names.index)].value_counts()
    repeated = [f"{code} {names.loc[str(code)]} × {count}" for code, count in counts[counts > 1].items()]
    if repeated:
        action = _("Unite the parts of a unit into one shape, or correct the code.")
        yield Finding(Weight.REFUSE, _("Repeated units"), preview(repeated, 12), _("each unit once"), action)
    missing = names[~names.index.isin(codes)]
    if not missing.empty:
        listed = [f"{code} {name}" for code, name in missing.items()]
        yield Finding(Weight.REFUSE, _("Missing units"), preview(listed, 12), _("each unit once"))


def keep_province(frame: gpd.GeoDataFrame, name: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Keep the features of the province ``name``, where the file says which province each belongs to."""
    seen: pd.Series | None = None
    for column in candidates(frame, "province"):
        for is_tcvn3 in (False, True):
            text = _read_text(frame, column, is_tcvn3)
            ours = text.map(loose_key) == loose_key(name)
            if ours.all():
                return frame, []
            if ours.any():
                found = _("{count} shapes of other provinces were left out").format(count=int((~ours).sum()))
                return frame[ours], [Finding(Weight.NOTE, _("Province"), found)]
            if seen is None and text.str.contains(r"[^\W\d_]", regex=True).any():
                seen = text
    if seen is None:
        return frame, []
    action = _("Check that the file is of this province.")
    return frame, [Finding(Weight.REFUSE, _("Province"), preview(np.unique(seen)), name, action)]
