"""The words for what the review chose."""

from ntm_lib.messages import _


def merge_rule_words() -> dict[str, str]:
    """Return the words for each rule by which a merged commune gets its result."""
    return {
        "all_parts": _("a merged commune meets a criterion when all the communes it was formed from did"),
        "any_part": _("a merged commune meets a criterion when one of the communes it was formed from did"),
        "largest_part": _("a merged commune takes the verdict of the part with the most people"),
        "people_majority": _("a merged commune meets a criterion when parts with more than half of the people did"),
        "area_majority": _("a merged commune meets a criterion when parts with more than half of the area did"),
    }
