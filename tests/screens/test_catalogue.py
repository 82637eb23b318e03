"""2.10 and B10 on the screens: an idea is priced, simulated, proposed and launched."""

import pytest

from billing.books import proposals, standing_catalogue
from streamlit_app import desk

pytestmark = pytest.mark.slow
PAGE, CAMPAIGNS = "operations/catalogue.py", "operations/campaigns.py"


def sold():
    with desk.books().reader() as read:
        return standing_catalogue.known(read, desk.moment().on)


def worked_out(at):
    at.button("simulate").click().run()
    assert not at.exception
    assert not at.error, [one.value for one in at.error]
    return at


def proposed(at, note):
    at.text_input("proposal-note").set_value(note).run()
    at.button("propose").click().run()
    assert not at.exception
    return proposals.listed(desk.books()).row(0, named=True)


def test_a_plan_is_shown_with_its_parts_and_its_versions(filled):
    """2.1 2.7: parts of a bundle, and for how many agreements each price holds."""
    at = filled.open(PAGE)
    place = at.dataframe[0].value["name"].to_list().index("Papper och digitalt")
    at.session_state["table-plans"] = {
        "selection": {"rows": [], "columns": [], "cells": [[place, "name"]]}
    }
    at.run()
    assert not at.exception
    assert len(at.table) == 2


def test_a_price_rise_goes_to_market_past_two_people(filled, monkeypatch):
    """2.10 B10 B2: percent → diff → what if → propose → approve by another → undo."""
    monkeypatch.setenv("SALDO_USER", "anna")
    at = filled.open(PAGE, view="workshop")
    at.selectbox("rise-plan").set_value("daily").run()
    at.text_input("rise-percent").set_value("10").run()
    at = worked_out(at)
    assert any(metric.label == "MRR" and metric.delta for metric in at.metric)
    row = proposed(at, "papperet har blivit dyrare")
    assert (row["state"], row["proposed_by"]) == ("proposed", "anna")
    at = filled.open(PAGE, view="proposals")
    at.session_state["proposal"] = row["proposal_id"]
    at.run()
    at.button("proposal-approve").click().run()
    assert "Be en kollega" in at.warning[0].value
    monkeypatch.setenv("SALDO_USER", "bo")
    at = filled.open(PAGE, view="proposals")
    at.session_state["proposal"] = row["proposal_id"]
    at.run()
    at.button("proposal-approve").click().run()
    assert not at.exception
    assert sold().prices.filter(plan_id="daily").height == 2
    at.text_input[0].set_value("vi väntar").run()
    at.button("proposal-withdraw").click().run()
    assert not at.exception
    assert sold().prices.filter(plan_id="daily").height == 1


def test_a_new_plan_is_written_by_the_form(filled, monkeypatch):
    """2.1: product, VAT, price and cycle."""
    monkeypatch.setenv("SALDO_USER", "anna")
    at = filled.open(PAGE, view="workshop", way="plan")
    at.text_input("idea-name").set_value("Söndag").run()
    at.multiselect("idea-products").set_value(["paper"]).run()
    at.text_input("idea-amount").set_value("99,50").run()
    row = proposed(worked_out(at), "söndagsläsare")
    assert "sondag" in row["content"]
    assert "'99.50'" in row["content"]


def test_a_faulty_file_is_refused_in_words_and_changes_nothing(filled):
    """2.10: what is wrong, and where."""
    at = filled.open(PAGE, view="workshop", way="file")
    at.text_area("workshop-file").set_value("plans: [{id: x, product: y}]").run()
    assert not at.exception
    assert "Katalogfilen har ett fel" in at.error[0].value


def test_a_campaign_is_made_with_examples_that_are_tried(filled, monkeypatch):
    """3.1 3.7: discount, eligibility and examples."""
    monkeypatch.setenv("SALDO_USER", "anna")
    at = filled.open(CAMPAIGNS, view="workshop")
    at.text_input("offer-name").set_value("Vår").run()
    at.text_input("offer-off").set_value("25").run()
    at.multiselect("offer-plans").set_value(["daily"]).run()
    row = proposed(worked_out(at), "vårkampanj")
    assert "percent: '0.25'" in row["content"]
    assert "expect: refused" in row["content"]


def test_an_offer_is_told_by_its_rules(filled):
    """3.1: rules in words, examples, uses."""
    at = filled.open(CAMPAIGNS)
    place = at.dataframe[0].value["name"].to_list().index("Stanna kvar")
    at.session_state["table-offers-all"] = {
        "selection": {"rows": [], "columns": [], "cells": [[place, "name"]]}
    }
    at.run()
    said = " ".join(one.value for one in at.markdown)
    assert "25" in said
    assert "säga upp" in said
    assert len(at.table) == 1


def test_who_wants_to_leave_is_kept_by_one_press(filled):
    """3.9: the best offer on cancellation is taken at once."""
    at = filled.open("operations/subscriptions.py", subscription="S100006")
    at.button("cancel-S100006").click().run()
    at.button("keep-S100006-stay").click().run()
    assert not at.exception
    taken = desk.books().read(
        "select campaign_id from subscription_changes"
        " where subscription_id = 'S100006' and kind = 'campaign'"
    )
    assert "stay" in taken["campaign_id"].to_list()
