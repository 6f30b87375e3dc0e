"""Compare the names of units as they are written by different offices."""

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

KIND_WORDS: Mapping[str, str] = {
    "tinh": "Tỉnh",
    "thanh_pho": "Thành phố",
    "thi_xa": "Thị xã",
    "quan": "Quận",
    "huyen": "Huyện",
    "xa": "Xã",
    "thi_tran": "Thị trấn",
    "phuong": "Phường",
    "dac_khu": "Đặc khu",
}
_SHORT_WORDS = {
    "thanh_pho": r"TP\.?", "thi_xa": r"TX\.?", "quan": r"Q\.", "huyen": r"H\.",
    "thi_tran": r"TT\.?", "xa": r"X\.", "phuong": r"P\.",
}  # fmt: skip
_TONES = "\u0300\u0301\u0303\u0309\u0323"  # grave, acute, tilde, hook, dot below
# A lone y after consonants (Sỹ, Mỹ, Quý) is written i as well; that of a diphthong (Thủy) is not.
_LONE_Y = re.compile(r"^(qu|[b-df-hj-np-tv-xđ]+)y$")


def _prefix_patterns() -> dict[str, re.Pattern[str]]:
    patterns = {}
    for kind, words in KIND_WORDS.items():
        spelled = words.replace(" ", r"\s*")
        short = rf"|{_SHORT_WORDS[kind]}" if kind in _SHORT_WORDS else ""
        patterns[kind] = re.compile(rf"^(?:{spelled}{short})(?:\s+|(?<=\.)|(?=[^\W\d_a-z]))", re.IGNORECASE)
    return patterns


_PREFIXES = _prefix_patterns()


def normalise(name: str) -> str:
    """Return a name in NFC with single spaces."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def split_kind(name: str) -> tuple[str | None, str]:
    """Split "Thị trấn Nước Hai" into ``("thi_tran", "Nước Hai")``; an unwritten kind is None."""
    name = normalise(_part_words(name))
    for kind, pattern in _PREFIXES.items():
        if (match := pattern.match(name)) and name[match.end() :].strip():
            return kind, name[match.end() :].strip()
    return None, name


@lru_cache(maxsize=20_000)
def key(name: str) -> str:
    """Return what two spellings of one name share.

    Case, spaces, the kind before the name, the place of the tone mark (Hoà, Hòa) and i for a lone y (Sỹ, Sĩ)
    do not count; every other letter and tone does.
    """
    return "".join(_fold_syllable(syllable) for syllable in re.findall(r"[^\W_]+", split_kind(name)[1]))


@lru_cache(maxsize=20_000)
def loose_key(name: str) -> str:
    """Return `key` without any diacritics; safe only within one district, where names stand apart."""
    letters = unicodedata.normalize("NFD", key(name))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).replace("đ", "d")


def nearest(name: str, known: Iterable[str], limit: int = 5) -> list[str]:
    """Return the known names that look most like ``name``, best first."""
    by_key: dict[str, list[str]] = {}
    for other in known:
        by_key.setdefault(loose_key(other), []).append(other)
    close: Sequence[str] = difflib.get_close_matches(loose_key(name), list(by_key), n=limit, cutoff=0.6)
    return [other for match in close for other in by_key[match]][:limit]


def _part_words(name: str) -> str:
    """Put back the spaces of names written as ThịtrấnNướcHai."""
    name = unicodedata.normalize("NFC", name)
    pairs = zip(" " + name, name, strict=False)
    return "".join(f" {letter}" if before.islower() and letter.isupper() else letter for before, letter in pairs)


def _fold_syllable(syllable: str) -> str:
    decomposed = unicodedata.normalize("NFD", syllable.casefold())
    tone = "".join(letter for letter in decomposed if letter in _TONES)
    letters = unicodedata.normalize("NFC", "".join(letter for letter in decomposed if letter not in _TONES))
    return _LONE_Y.sub(r"\1i", letters) + tone
