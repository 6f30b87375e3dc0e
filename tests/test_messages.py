"""Every word of the code has its Vietnamese, with the same placeholders, and glossary words are used as given."""

import ast
import csv
import re
import unicodedata
from pathlib import Path

from babel.messages.pofile import read_po

from ntm_lib.messages import LOCALE_DIR

ROOT = Path(__file__).parent.parent
TEMPLATE_TEXT = re.compile(r"""_\(\s*(?:"([^"]*)"|'([^']*)')\s*\)""")
PLACEHOLDER = re.compile(r"{(\w*)[^}]*}")


def _catalogue() -> dict[str, str]:
    with (LOCALE_DIR / "vi" / "LC_MESSAGES" / "ntm.po").open("rb") as source:
        return {message.id: message.string for message in read_po(source, locale="vi") if message.id}


def _texts_of_the_code() -> set[str]:
    texts = set()
    for path in (ROOT / "ntm_lib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "_"
                and isinstance(node.args[0], ast.Constant)
            ):
                texts.add(node.args[0].value)
    for path in (ROOT / "ntm_lib").rglob("*.j2"):
        texts |= {double or single for double, single in TEMPLATE_TEXT.findall(path.read_text(encoding="utf-8"))}
    return texts


def test_every_text_is_translated_and_nothing_is_left_over() -> None:
    translated = {text for text, vietnamese in _catalogue().items() if vietnamese}
    texts = _texts_of_the_code()
    assert sorted(texts - translated) == []
    assert sorted(set(_catalogue()) - texts) == []


def test_translations_keep_the_placeholders() -> None:
    wrong = [
        text
        for text, vietnamese in _catalogue().items()
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(vietnamese))
    ]
    assert wrong == []


def test_catalogue_is_nfc() -> None:
    assert [text for text in _catalogue().values() if not unicodedata.is_normalized("NFC", text)] == []


def test_words_of_the_glossary_are_printed_as_the_glossary_gives_them() -> None:
    catalogue = _catalogue()
    with (ROOT / "data" / "glossary.csv").open(encoding="utf-8") as source:
        glossary = {row["en"]: row["vi"] for row in csv.DictReader(source)}
    differing = {
        en: catalogue[en]
        for en, vi in glossary.items()
        if en in catalogue and catalogue[en].casefold() != vi.casefold()
    }
    assert differing == {}
