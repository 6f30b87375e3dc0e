"""Load a district or province as its pages print it: the figures of a signed period as they were signed."""

from ntm_lib.evaluation import territory as computed
from ntm_lib.evaluation.changes.signed import as_signed, read_signed
from ntm_lib.evaluation.territory import Territory
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
    return as_signed(territory, read_signed(territory.project, territory))


__all__ = ["load_province", "load_territory", "narrowed"]
