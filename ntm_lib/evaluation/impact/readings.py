"""What may be said of an estimated effect: a rule that can be read, so that no number says more than its tests allow."""

import pandas as pd

from ntm_lib.evaluation.impact.study import MAIN, ImpactStudy

READINGS = ("no_number", "apart_before", "untested", "differs", "none_found")
"""no_number: not estimated; apart_before: the communes had moved apart before, so nothing is put down to the standard;
untested: the years before could not be tested; differs: a difference remains; none_found: within what chance gives."""


def readings(study: ImpactStudy) -> pd.DataFrame:
    """Return the main effects (a row an outcome and standard) with their ``reading``.

    Further columns: those of the effects and ``fake``, the p-value of the placebo with fake dates. The years before
    speak against a comparison when either test of them is below one less the confidence.
    """
    effects = study.effects.set_index(["outcome", "standard"])
    main = effects[effects["variant"] == MAIN].copy()
    main["fake"] = effects[effects["variant"] == "fake_dates"]["chance"]
    limit = 1 - study.settings.confidence
    main["reading"] = (
        pd.Series("none_found", index=main.index, dtype="str")
        .mask(main["chance"] < limit, "differs")
        .mask(main["trend"].isna(), "untested")
        .mask((main["trend"] < limit) | (main["fake"] < limit), "apart_before")
        .mask(main["why"] != "", "no_number")
    )
    return main.reset_index()
