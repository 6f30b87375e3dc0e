"""Turn text in the old one-byte Vietnamese codes (TCVN3, VNI) into Unicode."""

import re
import unicodedata

_ACUTE, _GRAVE, _HOOK, _TILDE, _DOT, _ROOF, _BREVE = (
    "\u0301",
    "\u0300",
    "\u0309",
    "\u0303",
    "\u0323",
    "\u0302",
    "\u0306",
)
# VNI writes a vowel and then a sign: aá is ấ. The signs as they look when read as Latin-1.
_SIGNS = {
    "ù": _ACUTE, "ø": _GRAVE, "û": _HOOK, "õ": _TILDE, "ï": _DOT,
    "â": _ROOF, "á": _ROOF + _ACUTE, "à": _ROOF + _GRAVE, "å": _ROOF + _HOOK, "ã": _ROOF + _TILDE, "ä": _ROOF + _DOT,
    "ê": _BREVE, "é": _BREVE + _ACUTE, "è": _BREVE + _GRAVE, "ú": _BREVE + _HOOK, "ü": _BREVE + _TILDE, "ë": _BREVE + _DOT,
}  # fmt: skip
_LETTERS = str.maketrans("ôöíìæóòîñÔÖÍÌÆÓÒÎÑ", "ơưíìỉĩịỵđƠƯÍÌỈĨỊỴĐ")
_PAIR = re.compile(rf"([aeouyôöAEOUYÔÖ])([{''.join(_SIGNS)}{''.join(_SIGNS).upper()}])")


def from_vni(text: str) -> str:
    """Decode VNI text that was read as Latin-1; other text comes back changed beyond use."""
    pieces, last = [], 0
    for match in _PAIR.finditer(text):
        pieces.append(text[last : match.start()].translate(_LETTERS))
        pieces.append(match[1].translate(_LETTERS) + _SIGNS[match[2].lower()])
        last = match.end()
    pieces.append(text[last:].translate(_LETTERS))
    return unicodedata.normalize("NFC", "".join(pieces))


def from_tcvn3(text: str) -> str:
    """Decode TCVN3 (ABC) text that was read as Latin-1; other text comes back changed beyond use."""
    from ntm_lib.units.boundary_files import from_tcvn3 as decode  # holds the table; heavy to import

    return unicodedata.normalize("NFC", decode(text))


DECODERS = {"TCVN3": from_tcvn3, "VNI": from_vni}
