"""What a clerk does on a page becomes a command: shown first, carried out once."""

from uuid import uuid4

import pytest

from billing.books import oversight, queries
from billing.changes.cancellation import Cancel
from billing.errors import Conflict
from billing.invoicing.command import ApproveRun, ChargeOnce
from streamlit_app import desk
from streamlit_app.desk import ChangedSinceShown, Shown
from streamlit_app.widgets.deviation import proposed_shares

pytestmark = pytest.mark.slow


def waiting():
    return queries.deviations_open(desk.books(), desk.moment().on)


def test_a_suggested_deviation_is_settled_by_one_press(filled):
    filled.open()
    before = waiting()
    place = before["suggested_item_id"].is_not_null().arg_true()[0]
    at = filled.open("operations/payments.py")
    at.session_state[f"table-deviations-{before.height}"] = {
        "selection": {"rows": [place], "columns": [], "cells": []}
    }
    at.run()
    assert not at.exception
    at.button("decide").click().run()
    assert not at.exception
    after = waiting()
    gone = before.row(place, named=True)["deviation_id"]
    assert after.height == before.height - 1
    assert gone not in after["deviation_id"]


def test_several_deviations_are_parked_with_one_note(filled):
    at = filled.open("operations/payments.py")
    before = waiting()
    at.session_state[f"table-deviations-{before.height}"] = {
        "selection": {"rows": [0, 1], "columns": [], "cells": []}
    }
    at.run()
    at.radio[0].set_value("park").run()
    at.text_input("note").set_value("väntar på banken").run()
    at.button("decide").click().run()
    assert not at.exception
    assert not at.warning
    assert waiting().height == before.height


def test_a_run_needs_two_people(filled, monkeypatch):
    # Whatever other tests have billed of this home, there is something to bill.
    desk.give(ChargeOnce("C100001", "paper", 50_00, "Extra nummer"), uuid4())
    monkeypatch.setenv("SALDO_USER", "anna")
    at = filled.open("operations/invoicing.py")
    at.button("preview-run").click().run()
    run = oversight.runs(desk.books(), 1).row(0, named=True)
    assert (run["state"], run["previewed_by"]) == ("previewed", "anna")
    approve = ApproveRun(run["run_id"], run["fingerprint"])
    with pytest.raises(Conflict, match="colleague"):
        desk.give(approve, uuid4())
    at = filled.open("operations/invoicing_run.py", run=run["run_id"])
    at.button("run-approve").click().run()
    assert "colleague" in at.warning[0].value
    monkeypatch.setenv("SALDO_USER", "bo")
    at = filled.open("operations/invoicing_run.py", run=run["run_id"])
    at.button("run-approve").click().run()
    at.button("run-carry_out").click().run()
    assert not at.exception
    done = oversight.runs(desk.books(), 1).row(0, named=True)
    assert (done["state"], done["approved_by"]) == ("carried_out", "bo")
    assert any("Utfärdade dokument" in header.value for header in at.header)


def test_an_agreement_is_cancelled_as_it_was_shown(filled):
    at = filled.open("operations/customers_card.py", customer="C100007")
    at.button("cancel-S100007").click().run()
    at.button("change-preview").click().run()
    assert not at.exception
    assert len(at.table) == 1
    at.button("change-do").click().run()
    assert not at.exception
    on = desk.moment().on
    agreement = queries.subscription(desk.books(), "S100007", on).row(0, named=True)
    assert agreement["ended_on"] > on


def test_a_command_that_comes_to_something_else_is_refused(filled):
    filled.open()
    command = Cancel("S100008", "period_end")
    command_id = uuid4()
    answer = desk.preview(command, command_id) | {"effective_on": "1999-01-01"}
    with pytest.raises(ChangedSinceShown):
        desk.carry_out(command, Shown(command_id, answer))


def test_a_payment_pays_the_items_in_the_order_picked(filled):
    filled.open()
    items = queries.open_items(desk.books(), "C100002")
    first = items["item_id"][0]
    payment = {"payment_id": "p", "currency": "SEK", "amount_minor": 100}
    assert proposed_shares(payment, items, [first]) == ((first, 100),)
    assert proposed_shares(payment, items, []) == ()
