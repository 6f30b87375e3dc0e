"""Cut out of the record of a territory what the figures of one commune lead to, so that many sheets cost one record."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ntm_lib.evaluation import Territory
from ntm_lib.reporting.provenance.columns import Interned, short
from ntm_lib.reporting.provenance.files import Files, Known
from ntm_lib.reporting.provenance.handed_in import HandedIn
from ntm_lib.reporting.provenance.norms import Norms
from ntm_lib.reporting.provenance.origins import Words
from ntm_lib.reporting.provenance.record import Places, found_behind, record, selections
from ntm_lib.reporting.provenance.selection import Ground, Selection
from ntm_lib.reporting.sections.common import unit_key

RESULTS = frozenset({"counts", "criteria", "requirements", "norms"})


class Parts:
    """The records of the communes of one territory."""

    def __init__(self, territory: Territory) -> None:
        self._territory, self._ground = territory, Ground(territory)
        self._norms, self._handed_in, self._known = (
            Norms(territory.project),
            HandedIn(territory),
            Known(territory.project),
        )
        self._held: tuple[str, dict[str, Selection | None]] = ("", {})
        unit = territory.unit
        every = [unit_key(unit.level, unit.code, territory.vintage.date, "count", year) for year in territory.years]
        self._whole = record(territory, every)
        codes, _names = self._whole["communes"]
        self._place = {code: place for place, code in enumerate(codes)}

    def record(self, code: str, keys: Iterable[str]) -> dict[str, Any]:
        """Return the record of the figures of one commune, in the form of a page's."""
        found = self._behind(code, keys)
        used = [selection for selection in found.values() if selection is not None]
        years = sorted({year for item in used if item.kind in RESULTS for year in item.years})
        whole, place = self._whole, self._place[code]
        reporters = whole["parts"][place]
        codes, names = whole["reporters"]
        files = Files(self._territory.project, self._known)
        words = Words(files)
        cut = _Cut(whole, place, reporters, words)
        held = {str(year): cut.year(str(year)) for year in years}
        mine = Places(
            self._territory.project, {code: 0}, {codes[old]: new for new, old in enumerate(reporters)}, inside=1
        )
        return {
            "version": whole["version"],
            "about": whole["about"],
            "communes": [[code], [whole["communes"][1][place]]],
            "in_programme": 1,
            "reporters": [[codes[old] for old in reporters], [names[old] for old in reporters]],
            "parts": [list(range(len(reporters)))],
            "criteria": whole["criteria"],
            "not_assessed": whole["not_assessed"],
            "years": held,
            "tables": self._handed_in.of(used, words, [codes[old] for old in reporters]),
            **selections(mine, found, files),
            "rules": [whole["rules"][old] for old in cut.rules],
            "decisions": {name: whole["decisions"][name] for name in cut.decisions},
            "norms": self._norms.of(used, files),
            "sheets": [list(sheet) for sheet in words.sheets],
            "files": files.rows,
        }

    def _behind(self, code: str, keys: Iterable[str]) -> dict[str, Selection | None]:
        """Return what stands behind each figure; what the papers of one commune share is found once."""
        if code != self._held[0]:
            self._held = (code, {})
        held, wanted = self._held[1], list(dict.fromkeys(keys))
        held |= found_behind(self._ground, [key for key in wanted if key not in held])
        return {key: held[key] for key in wanted}


class _Cut:
    """The columns of one commune; rules, files and sheets are numbered anew, each once."""

    def __init__(self, whole: Mapping[str, Any], place: int, reporters: Sequence[int], words: Words) -> None:
        self._whole, self._place, self._reporters, self._words = whole, place, reporters, words
        self._own = {old: new for new, old in enumerate(reporters)}
        self.rules = Interned()
        self.decisions: dict[str, None] = {}

    def year(self, year: str) -> dict[str, Any]:
        """Return what a year holds of the commune."""
        held, reporters = self._whole["years"][year], self._reporters
        self.decisions |= {held["set"]: None, **{self._whole["rules"][rule][8]: None for rule in held["rules"]}}
        return {
            "set": held["set"],
            **{name: [held[name][self._place]] for name in ("low", "high", "of")},
            "reported": held["reported"][self._place],
            "criteria": {name: signs[self._place] for name, signs in held["criteria"].items()},
            "rules": [self.rules.place(rule) for rule in held["rules"]],
            "verdicts": ["".join(signs[old] for old in reporters) for signs in held["verdicts"]],
            "values": [[values[old] for old in reporters] for values in held["values"]],
            "file": short([self._file(old) for old in self._of(held["file"])]),
            "row": self._of(held["row"]),
            "words": [[self._word(word) for word in words if word[0] in self._own] for words in held["words"]],
            "status": short(self._of(held["status"])),
            "as_of": short(self._of(held["as_of"])),
        }

    def _of(self, column: Any) -> list[Any]:
        """Return a column for the commune's reporters; one value stands for all."""
        return [column[old] if isinstance(column, list) else column for old in self._reporters]

    def _word(self, word: Sequence[Any]) -> list[Any]:
        reporter, sheet, *told = word
        file, *named = self._whole["sheets"][sheet]
        return [self._own[reporter], self._words.sheets.place((self._file(file), *named)), *told]

    def _file(self, old: int | None) -> int | None:
        return None if old is None else self._words.files.place_of(self._whole["files"][old])
