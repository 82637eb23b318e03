"""Homes for the screens: an empty one, one with a company, and one with some months."""

import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from billing.books.home import Home
from billing.books.session import open_books
from streamlit_app import desk

# The small home is made by a module beside this file; the browser's tests use it too.
sys.path.insert(0, str(Path(__file__).parent))
import small_home

APP = Path(__file__).parents[2] / "streamlit_app" / "app.py"
SECONDS = 120


class Screens:
    """The screens of one home, opened page by page as a person opens them."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SALDO_HOME", str(home))
        self.home = home

    def open(self, page: str | None = None, **address: str) -> AppTest:
        at = AppTest.from_file(str(APP), default_timeout=SECONDS)
        language = address.pop("lang", None)
        if language:
            at.query_params["lang"] = language
        at.run()
        if page:
            for key, value in address.items():
                at.query_params[key] = value
            at.switch_page(page).run()
        assert not at.exception, [one.value for one in at.exception]
        return at


@pytest.fixture(scope="session")
def empty_home():
    home = small_home.folder()
    open_books(Home(home).made())
    return home


@pytest.fixture(scope="session")
def new_home():
    home = small_home.folder()
    books = open_books(Home(home).made())
    on = desk.moment().on
    small_home.give(books, small_home.ApplyCompany(small_home.company(), on), on)
    return home


@pytest.fixture
def empty(empty_home, monkeypatch):
    return Screens(empty_home, monkeypatch)


@pytest.fixture
def new(new_home, monkeypatch):
    return Screens(new_home, monkeypatch)


@pytest.fixture(scope="session")
def filled_home():
    return small_home.home()


@pytest.fixture
def filled(filled_home, monkeypatch):
    return Screens(filled_home, monkeypatch)
