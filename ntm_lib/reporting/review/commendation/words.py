"""The words of the part on commendation: conditions, reasons, keys. All of it is for the internal version."""

from collections.abc import Iterable

from ntm_lib.evaluation.commendation import CommendationSettings, Rounding
from ntm_lib.messages import _


def to_verify(names: Iterable[str]) -> str:
    """List what a person must verify, for one cell."""
    words = {
        "recognised_in_phase": _("recognition decision in the phase"),
        "model_title": _("title of model commune"),
        "especially_difficult": _("on the list of especially difficult communes"),
        "great_effort": _("number of criteria gained"),
        "not_rewarded_before": _("not rewarded in the phase before"),
        "no_arrears": _("no arrears in capital construction"),
        "no_discipline": _("no discipline case, no grave disorder"),
        "dossier_complete": _("dossier complete"),
        "twice": _("stands twice for one form of commendation"),
        "unchecked": _("the check of conditions"),
        "no_deed": _("deed not written"),
        "no_paper": _("proposing document not named"),
        "no_rule": _("no quota was read for this kind"),
    }
    return "; ".join(words[name] for name in names)


def reasons(names: Iterable[str], settings: CommendationSettings) -> str:
    """List why a candidate is left out, for one cell."""
    words = {
        "recognised_in_phase": _("not recognised in the phase"),
        "model_title": _("no title of model commune"),
        "especially_difficult": _("not on the list of especially difficult communes"),
        "great_effort": _("fewer than {count} criteria gained").format(count=settings.effort_criteria_gained),
        "not_rewarded_before": _("rewarded in the phase before"),
        "no_arrears": _("arrears in capital construction remain"),
        "no_discipline": _("discipline case or grave disorder"),
        "dossier_complete": _("dossier incomplete"),
        "outside_phase": _("proposed in another phase"),
        "refused": _("the check found conditions not fulfilled"),
    }
    return "; ".join(words[name] for name in names)


def key_words() -> dict[str, str]:
    """Return the headings of the keys."""
    return {
        "gained": _("Criteria gained"),
        "kept": _("Criteria kept since recognition"),
        "income_growth": _("Growth of income per head"),
        "poverty_cut": _("Fall of the poverty rate (points)"),
        "contribution": _("Contribution a household (million VND)"),
        "satisfaction": _("Satisfaction of residents"),
        "zone": _("Zone at the start"),
        "border": _("Border commune"),
    }


def kinds() -> dict[str, str]:
    """Return the words for the kinds of candidates."""
    return {
        "commune": _("Commune"),
        "district": _("District, city"),
        "collective": _("Collective"),
        "person": _("Person"),
        "household": _("Household (candidate)"),
        "enterprise": _("Enterprise, cooperative"),
    }


def conditions() -> dict[str, str]:
    """Return the words for the conditions of a rule."""
    return {
        "recognised_in_phase": _("reached NTM in the phase"),
        "model_title": _("model NTM commune"),
        "especially_difficult": _("especially difficult commune"),
        "great_effort": _("great effort"),
        "all_communes_recognised": _("all communes recognised"),
        "district_recognised": _("district recognised by decision of the Prime Minister"),
        "not_rewarded_before": _("not rewarded in the phase before"),
        "no_arrears": _("no arrears in capital construction"),
        "no_discipline": _("no discipline case, no grave disorder"),
        "dossier_complete": _("dossier complete"),
    }


def rounding(rule: Rounding) -> str:
    """Return the words for the rounding of quotas."""
    return {
        Rounding.DOWN: _("rounded down"),
        Rounding.HALF_UP: _("rounded half up"),
        Rounding.UP: _("rounded up"),
        Rounding.AT_LEAST_ONE: _("rounded down, at least one"),
    }[rule]


def verification(code: str) -> str:
    """Say how far the papers were read."""
    return {
        "read": _("read in the signed text"),
        "partial": _("read in reports about the papers, not yet compared with the signed text"),
        "memory": _("from memory, not yet compared with the signed text"),
    }[code]


def shared_note(names: Iterable[str]) -> list[str]:
    """Say what must be verified of every candidate; nothing when there is no such thing."""
    text = to_verify(names)
    return [_("To be verified of every commune on the list: {conditions}.").format(conditions=text)] if text else []


def list_notes(settings: CommendationSettings) -> list[str]:
    """Say how the list is to be read."""
    return [
        _("In the order of administrative units. It is no ranking and proposes nobody: it shows who has no unfulfilled condition as far as is known; what is to be verified was stated by nobody and is not taken as fulfilled."),
        _("Range of places: {share} of the draws of weights around the office's own (parameters/review/commendation.yaml, not law); a value not known may be anything. Where ranges overlap, the candidates are not told apart.").format(share=_percent(settings.range)),
        _("Two communes are told apart when their order is the same in {share} of the draws.").format(share=_percent(settings.firm)),
        _("A dash: not enough data, or not yet recognised. Zone and border say from where a commune started, they are no merit."),
    ]  # fmt: skip


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"
