"""The warnings that stand inside each picture, table and page."""

from ntm_lib.messages import _


def illustrative() -> str:
    """Warn that the values were generated."""
    return _(
        "ILLUSTRATIVE DATA: not officially reported figures; not to be used for evaluation, recognition or commendation"
    )


def draft() -> str:
    """Mark a page that nobody signed."""
    return _("DRAFT")


def internal() -> str:
    """Mark a page that only the office reads."""
    return _("For internal use")
