"""Wording is what the screens say: each text has a key and stands in `locale/*.yaml`.

>>> text("page.home", "sv"), text("page.home", "en")
('Översikt', 'Overview')
>>> name_of("state", "no such code")
'no such code'
"""

from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st
import yaml

LANGUAGES = {"sv": "Svenska", "en": "English"}
DEFAULT = "sv"
KEY = "lang"
FOLDER = Path(__file__).parents[1] / "locale"


def language() -> str:
    """Return the language that the person reads: their choice, or Swedish."""
    chosen = st.session_state.get(KEY, DEFAULT)
    return chosen if chosen in LANGUAGES else DEFAULT


def text(key: str, language_code: str | None = None, **values: object) -> str:
    """Return the text of a key in the person's language, with its values put in."""
    return texts(language_code or language())[key].format(**values)


def name_of(group: str, code: object) -> str:
    """Return what a code is called; the code itself where it has no name."""
    if code is None:
        return ""
    return texts(language()).get(f"{group}.{code}", str(code))


def named(codes: pl.Series, group: str) -> pl.Series:
    """Return what the codes of a column are called.

    The names are looked up here, in the page's own thread: polars' threads do not know
    whose session it is, and would speak the default language.
    """
    names = {code: name_of(group, code) for code in codes.unique().drop_nulls()}
    return codes.cast(pl.String).replace(names)


@cache
def texts(language_code: str) -> dict[str, str]:
    """Return all texts of a language by their dotted keys."""
    content = yaml.safe_load((FOLDER / f"{language_code}.yaml").read_text("utf-8"))
    return dict(_flat(content))


def _flat(tree: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    leaves: list[tuple[str, str]] = []
    for key, value in tree.items():
        if isinstance(value, dict):
            leaves += _flat(value, f"{prefix}{key}.")
        else:
            leaves.append((f"{prefix}{key}", str(value)))
    return leaves
