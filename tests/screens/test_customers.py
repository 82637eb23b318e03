"""1.1–1.11 on the screens: register, find twice, merge, move, give, tell, forget."""

import json
from datetime import timedelta

import polars as pl
import pytest

from billing.books import addresses, customer_search, duplicates, parties, queries
from streamlit_app import desk
from streamlit_app.widgets import dialog, personal_data

pytestmark = pytest.mark.slow
CARD = "operations/customers_card.py"


def registered(at, **fields):
    at.button("open-register-").click().run()
    for name, value in fields.items():
        at.text_input(f"customer-{name}").set_value(value)
    at.run()
    return at.button("customer-save").click().run()


def test_a_wrong_number_is_said_beside_its_field_and_nothing_is_registered(filled):
    """1.1: errors stand beside the field."""
    at = filled.open("operations/customers.py")
    before = desk.books().read("select customer_id from customers").height
    at = registered(at, name="", identity_number="811218-9877")
    assert not at.exception
    said = " ".join(caption.value for caption in at.caption)
    assert "Fyll i namnet" in said
    assert "Identitetsnumret stämmer inte" in said
    assert desk.books().read("select customer_id from customers").height == before


def test_a_customer_is_registered_and_its_card_opens(filled):
    at = filled.open("operations/customers.py")
    at = registered(at, name="Ny Person", city="Lund")
    assert not at.exception
    found = customer_search.customers_found(desk.books(), "Ny Person", 1)
    assert found["city"][0] == "Lund"


def test_details_are_changed_from_a_day(filled):
    at = filled.open(CARD, customer="C100004")
    edit = next(b for b in at.button if b.key.startswith("open-edit_customer"))
    edit.click().run()
    at.text_input("customer-phone").set_value("0701234567").run()
    at.button("customer-save").click().run()
    assert not at.exception
    phone = queries.customer(desk.books(), "C100004")["phone"][0]
    assert phone == "0701234567"


def test_a_pair_is_merged_with_a_reason_and_split_again(filled):
    """1.11: the effect is shown first; a split takes the merge back."""
    at = filled.open("operations/customers.py", view="duplicates")
    pairs = duplicates.candidates(desk.books(), 50)
    twin = pairs.filter(pl.col("name").str.contains("berg")).row(0, named=True)
    place = pairs["customer_id"].to_list().index(twin["customer_id"])
    at.session_state[f"table-duplicates-{pairs.height}"] = {
        "selection": {"rows": [], "columns": [], "cells": [[place, "name"]]}
    }
    at.run()
    at.button("open-merge-").click().run()
    assert "Fakturor som är utfärdade" in " ".join(info.value for info in at.info)
    at.text_input("merge-reason").set_value("samma person").run()
    at.button("dialog-do").click().run()
    assert not at.exception
    merge = parties.merges(desk.books(), "C100001").row(0, named=True)
    assert merge["reason"] == "samma person"
    at = filled.open(CARD, customer="C100001")
    at.button(f"open-split-{merge['merge_id']}").click().run()
    at.text_input("split-reason").set_value("fel").run()
    at.button("dialog-do").click().run()
    assert not at.exception
    assert parties.merges(desk.books(), "C100001").is_empty()


def test_a_temporary_address_has_two_dates_and_is_withdrawn(filled):
    """1.5: a stay elsewhere is a fact with two dates."""
    at = filled.open(CARD, customer="C100003")
    at.button("open-address-C100003").click().run()
    until = desk.moment().on + timedelta(days=14)
    at.date_input[1].set_value(until)
    for key, value in (("line", "Strandvägen 1"), ("code", "38030"), ("city", "Böda")):
        at.text_input(f"away-{key}").set_value(value)
    at.run()
    at.button("address-save").click().run()
    assert not at.exception
    found = addresses.temporary(desk.books(), "C100003")
    assert found.select("city", "valid_to").row(0) == ("Böda", until)
    at.session_state["table-addresses"] = {
        "selection": {"rows": [], "columns": [], "cells": [[0, "city"]]}
    }
    at.run()
    at.button("withdraw-address").click().run()
    assert not at.exception
    gone = addresses.temporary(desk.books(), "C100003")["withdrawn_on"][0]
    assert gone == desk.moment().on


def test_everything_about_a_person_is_one_file(filled):
    """1.9: article 15, as JSON."""
    filled.open()
    told = json.loads(personal_data.exported("C100002"))
    assert told["customer_id"] == "C100002"
    assert "invoices" in told["customers"]["C100002"]


def twice():
    return desk.books().read(
        "select customer_id from customers where identity_sealed is not null"
    )["customer_id"][0]


def test_a_number_is_told_once_and_for_a_reason(filled):
    """1.9: reveal = reason + audit."""
    filled.open()
    customer = twice()
    at = filled.open(CARD, customer=customer)
    at.button(f"open-reveal-{customer}").click().run()
    assert at.button("dialog-do").disabled
    at.text_input("personal-reason").set_value("kunden ringde").run()
    at.button("dialog-do").click().run()
    assert not at.exception
    assert "198112189876" in " ".join(one.value for one in at.success)
    at.run()
    assert not at.success
    reasons = desk.books().read("select reason from identity_reveals")["reason"]
    assert "kunden ringde" in reasons.to_list()


def test_a_person_is_forgotten_only_when_the_number_is_typed(filled):
    """1.10: typed confirmation, and what is kept is said before."""
    at = filled.open("operations/customers.py")
    registered(at, name="Glöm Mig")
    customer = customer_search.customers_found(desk.books(), "Glöm Mig", 1)[
        "customer_id"
    ][0]
    at = filled.open(CARD, customer=customer)
    at.button(f"open-erase-{customer}").click().run()
    at.text_input("personal-reason").set_value("artikel 17").run()
    assert not any(button.key == "dialog-do" for button in at.button)
    at.text_input("personal-typed").set_value(customer).run()
    assert any("Inget behöver vara kvar" in info.value for info in at.info)
    at.button("dialog-do").click().run()
    assert not at.exception
    assert queries.customer(desk.books(), customer)["name"][0] == "Raderad"


def test_an_agreement_is_taken_after_its_first_invoice_is_shown(filled):
    """1.4: payer and giver, start, and the first invoice before the commit."""
    at = filled.open(CARD, customer="C100006")
    at.button("open-agreement-C100006").click().run()
    at.selectbox("taking-plan").set_value("app").run()
    at.text_input("taking-giver_id").set_value("C100007").run()
    at.toggle("taking-preview").set_value(True).run()
    assert not at.exception
    assert any(metric.value.startswith("129,00") for metric in at.metric)
    at.button("dialog-do").click().run()
    assert not at.exception
    found = parties.roles(desk.books(), "C100007", desk.moment().on)
    assert "giver" in found["role"].to_list()


def test_a_dialog_gives_one_command_however_often_it_is_pressed():
    assert dialog.once("x") == dialog.once("x") != dialog.once("y")
