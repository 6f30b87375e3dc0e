"""Leave out of a report what the public version withholds: the results of single criteria."""

from collections.abc import Sequence
from dataclasses import replace

from ntm_lib.evaluation import Territory
from ntm_lib.evaluation.once import once
from ntm_lib.reporting.pictures import Picture
from ntm_lib.reporting.sections.common import withheld_note
from ntm_lib.reporting.sentences import Sentence
from ntm_lib.reporting.sheets import Sheet


def names_withheld(territory: Territory, text: str) -> bool:
    """Tell whether a text names a criterion that is withheld, by its name in any set of the period."""
    folded = text.casefold()
    return any(name in folded for name in _names(territory))


@once
def _names(territory: Territory) -> set[str]:
    found: set[str] = set()
    for rules in territory.reported.rules.values():
        own = rules.criteria.loc[rules.criteria.index.isin(territory.withheld), ["label_vi", "label_en"]]
        found |= {str(label).casefold() for label in own.to_numpy().ravel()}
    return found


def shown_sentences(territory: Territory, sentences: Sequence[Sentence]) -> Sequence[Sentence]:
    """Return the sentences that name no withheld criterion."""
    if not territory.withheld:
        return sentences
    return [item for item in sentences if not names_withheld(territory, str(item))]


def shown_picture(territory: Territory, picture: Picture) -> Picture | None:
    """Return a picture, or nothing when it names a withheld criterion."""
    return None if territory.withheld and names_withheld(territory, picture.figure) else picture


def shown_sheet(territory: Territory, sheet: Sheet) -> Sheet:
    """Return a table without the rows and columns of withheld criteria; a note says that they are left out.

    A row belongs to a criterion by the frame's column ``criterion``, or because one of its texts names it.
    """
    if not territory.withheld:
        return sheet
    columns = [column for column in sheet.columns if str(column.key) not in territory.withheld]
    frame = sheet.frame
    texts = [column.key for column in columns if column.kind == "text"]
    hidden = frame[texts].map(lambda value: isinstance(value, str) and names_withheld(territory, value)).any(axis=1)
    if "criterion" in frame:
        hidden |= frame["criterion"].astype(str).str.split(".").str[0].isin(territory.withheld)
    if len(columns) == len(sheet.columns) and not hidden.any():
        return sheet
    notes = [*sheet.notes, *withheld_note(territory)]
    return replace(sheet, columns=columns, frame=frame[~hidden], notes=notes)
