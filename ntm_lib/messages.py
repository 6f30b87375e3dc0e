"""Give every word a planner reads in Vietnamese, or in English on request.

The English text in the code is the key; ``ntm_lib/locale/vi`` holds the Vietnamese one.
"""

import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from pathlib import Path

LOCALE_DIR = Path(__file__).parent / "locale"
LANGUAGES = ("vi", "en")
_ENV = "NTM_LANG"


def language() -> str:
    """Return the language of this process: ``vi`` unless NTM_LANG says ``en``."""
    wanted = os.environ.get(_ENV, LANGUAGES[0])
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def set_language(code: str) -> None:
    """Choose the language for this process and for the kernels it starts."""
    if code not in LANGUAGES:
        raise ValueError(f"language {code!r} is not one of {LANGUAGES}")
    os.environ[_ENV] = code


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak another language for a while, such as that of a file that somebody else wrote."""
    before = os.environ.get(_ENV)
    set_language(code)
    try:
        yield
    finally:
        os.environ.pop(_ENV) if before is None else os.environ.update({_ENV: before})


@lru_cache
def _catalogue(code: str) -> gettext.NullTranslations:
    path = LOCALE_DIR / code / "LC_MESSAGES" / "ntm.po"
    if not path.exists():
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _(text: str) -> str:
    """Translate one English text into the language of this process."""
    return _catalogue(language()).gettext(text)


def in_every_language(text: str) -> set[str]:
    """Return an English text of the code and its translations: what a file may hold that somebody else wrote."""
    return {text, *(_catalogue(code).gettext(text) for code in LANGUAGES)}
