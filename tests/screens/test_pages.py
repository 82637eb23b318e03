"""Every page draws itself: with nothing, with little, with months; in two languages."""

import pytest

from streamlit_app import warehouse
from streamlit_app.menu import SCREENS

PAGES = [screen.file for screen in SCREENS]
ADDRESSES = {
    "operations/customers_card.py": {"customer": "C100002"},
    "operations/subscriptions.py": {"subscription": "S100002"},
    "operations/invoicing_document.py": {"invoice": "NB-100003"},
}


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_without_a_row_says_why(empty, page, language):
    at = empty.open(page, lang=language)
    said = " ".join(m.value for m in at.markdown)
    assert "**" in said


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_a_new_company_draws(new, page):
    new.open(page)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_with_months_draws_its_rows(filled, page, language):
    at = filled.open(page, lang=language, **ADDRESSES.get(page, {}))
    if page != "operations/invoicing_run.py":
        assert len(at.title) == 1
        assert len(at.dataframe) + len(at.table) > 0


@pytest.mark.parametrize("page", PAGES)
def test_a_bad_address_is_ignored(new, page):
    new.open(page, lang="xx", p="2026-99", st="none", customer="'; --", run="-", q="%")


@pytest.mark.parametrize("role", ["viewer", "service", "integrator"])
def test_a_role_has_only_its_pages(new, role, monkeypatch):
    monkeypatch.setenv("SALDO_ROLE", role)
    new.open()
    allowed = [screen.file for screen in SCREENS if role in screen.roles]
    assert "dashboards/home.py" in allowed
    assert "controlling/ledger_vouchers.py" not in allowed


@pytest.mark.parametrize("role", ["admin", "billing", "service", "controller"])
def test_every_page_of_a_role_draws_for_it(new, role, monkeypatch):
    monkeypatch.setenv("SALDO_ROLE", role)
    for screen in SCREENS:
        if role in screen.roles and screen.section == "customers":
            new.open(screen.file)


@pytest.mark.slow
@pytest.mark.parametrize("role", ["service", "controller"])
def test_who_may_only_look_has_no_button_that_decides(filled, role, monkeypatch):
    monkeypatch.setenv("SALDO_ROLE", role)
    at = filled.open("operations/customers_card.py", customer="C100002")
    keys = {button.key.partition("-C1")[0] for button in at.button}
    assert "open-erase" not in keys
    assert ("open-agreement" in keys) == (role == "service")


@pytest.mark.slow
def test_the_overview_shows_what_the_marts_say(filled):
    at = filled.open()
    cards = {metric.label: metric.value for metric in at.metric}
    owed = warehouse.read("select sum(balance_minor)::bigint as owed from receivables")
    shown = int("".join(filter(str.isdigit, cards["Kundfordringar"])))
    assert abs(shown * 100 - owed.frame["owed"][0]) <= 50
    assert cards["MRR"].endswith("\N{NO-BREAK SPACE}kr")


@pytest.mark.slow
def test_english_is_one_choice_away_and_has_the_same_rows(filled):
    swedish, english = filled.open(), filled.open(lang="en")
    assert [t.value for t in swedish.title] == ["Översikt"]
    assert [t.value for t in english.title] == ["Overview"]
    assert [len(d.value) for d in swedish.dataframe] == [
        len(d.value) for d in english.dataframe
    ]
    assert "kr" not in english.metric[0].value
