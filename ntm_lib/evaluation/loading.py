"""Load a district or province as its pages print it: figures of a signed period as signed, generated ones marked."""

from dataclasses import replace

import pandas as pd

from ntm_lib.evaluation import territory as computed
from ntm_lib.evaluation.changes.signed import as_signed, read_signed
from ntm_lib.evaluation.territory import Territory
from ntm_lib.messages import _
from ntm_lib.review import Audience


def load_territory(
    code: str,
    on: str = "",
    first_year: int | None = None,
    last_year: int | None = None,
    as_of: str = "",
    audience: Audience = Audience.INTERNAL,
) -> Territory:
    """Load one district (or the province); see ``territory.load_territory``, which computes everything anew."""
    return _printed(computed.load_territory(code, on, first_year, last_year, as_of, audience))


def load_province(
    on: str = "",
    first_year: int | None = None,
    last_year: int | None = None,
    as_of: str = "",
    audience: Audience = Audience.INTERNAL,
) -> Territory:
    """Load the province of the review; see `load_territory`."""
    return _printed(computed.load_province(on, first_year, last_year, as_of, audience))


def narrowed(province: Territory, code: str) -> Territory:
    """Return one district of a loaded province without reading or judging anything anew; see ``territory.narrowed``."""
    return _printed(computed.narrowed(province, code))


def _printed(territory: Territory) -> Territory:
    return _marked(as_signed(territory, read_signed(territory.project, territory)))


def _marked(territory: Territory) -> Territory:
    """Mark the names of communes with generated results, where others handed theirs in."""
    if not territory.is_mixed:
        return territory
    codes = territory.generated_communes
    communes, parts = territory.communes, territory.parts
    now = pd.Series(communes.index.isin(codes), index=communes.index)
    before, after = parts["from_code"].isin(codes), parts["to_code"].isin(codes)
    return replace(
        territory,
        communes=communes.assign(**{name: _with_mark(communes[name], now) for name in ("name", "short_name")}),
        parts=parts.assign(
            name=_with_mark(parts["name"], before),
            short_name=_with_mark(parts["short_name"], before),
            new_name=_with_mark(parts["new_name"], after),
        ),
    )


def _with_mark(names: pd.Series, is_generated: pd.Series) -> pd.Series:
    return names.where(~is_generated, names.map(_mark))


def _mark(name: str) -> str:
    return _("{name} (ill.)").format(name=name)


__all__ = ["load_province", "load_territory", "narrowed"]
