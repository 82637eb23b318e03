"""At the screens of a demo there are several seats, so that four eyes can be shown."""

import pytest

from api.commands import serve
from billing.books.home import Home
from streamlit_app import desk

NAMES = ("SALDO_ROLES", "SALDO_USER", "SALDO_ROLE")


@pytest.fixture
def nobody_said(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("nobody_said")
def test_a_demo_home_is_served_with_the_seats_of_a_demonstration(tmp_path, monkeypatch):
    assert serve.seats(Home(tmp_path)) == {}
    (tmp_path / "demo.json").write_text("{}")
    assert serve.seats(Home(tmp_path)) == {"SALDO_ROLES": "demo"}
    monkeypatch.setenv("SALDO_ROLES", "demo")
    assert len(desk.seats()) > 1


@pytest.mark.usefixtures("nobody_said")
@pytest.mark.parametrize("name", NAMES)
def test_who_names_a_person_gets_that_one(tmp_path, monkeypatch, name):
    (tmp_path / "demo.json").write_text("{}")
    monkeypatch.setenv(name, "anna")
    assert serve.seats(Home(tmp_path)) == {}
