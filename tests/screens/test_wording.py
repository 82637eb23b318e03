"""Both languages say everything, and every key that a page asks for exists."""

import re
from pathlib import Path
from string import Formatter

import pytest

from streamlit_app.menu import SCREENS
from streamlit_app.widgets import wording

SOURCES = sorted((Path(wording.__file__).parents[1]).rglob("*.py"))
KEY = re.compile(r'\btext\(\s*"([^"]+)"')
COLUMN = re.compile(r'Column\("([a-z_]+)"')


def test_both_languages_have_the_same_keys():
    assert wording.texts("sv").keys() == wording.texts("en").keys()


def test_both_languages_take_the_same_values():
    taken = [
        {key: _values(said) for key, said in wording.texts(code).items()}
        for code in wording.LANGUAGES
    ]
    assert taken[0] == taken[1]


def _values(said):
    return {name for _, name, _, _ in Formatter().parse(said) if name}


def test_every_key_that_a_page_names_exists():
    asked = {key for source in SOURCES for key in KEY.findall(source.read_text())}
    assert asked - wording.texts("sv").keys() == set()


def test_every_column_has_a_heading():
    asked = {
        f"column.{name}"
        for source in SOURCES
        for name in COLUMN.findall(source.read_text())
    }
    assert asked - wording.texts("sv").keys() == set()


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.stem)
def test_every_page_has_a_title_a_section_and_at_most_100_lines(screen):
    assert wording.texts("sv")[f"page.{screen.stem}"]
    assert wording.texts("sv")[f"section.{screen.section}"]
    page = Path(wording.__file__).parents[1] / screen.file
    assert len(page.read_text().splitlines()) <= 100
