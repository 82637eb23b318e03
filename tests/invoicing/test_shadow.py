"""B12: a shadow run prices what another system has billed, and says what differs."""

from datetime import date

import polars as pl
import pytest

from billing.books import shadow
from billing.catalogue.file import ApplyCatalogue, parse
from billing.invoicing import cutover
from billing.invoicing.command import BillDay
from billing.invoicing.differing import CLASSES
from billing.invoicing.past import RecordPastInvoices, past_lines_frame
from billing.subscriptions.agreement import Subscribe, agreements_frame

CUT = date(2026, 4, 1)
CATALOGUE = """
products:
  - {id: paper, name: Tidningen, vat: print}
  - {id: digital, name: Digitalt, vat: standard}
plans:
  - {id: daily, product: paper, price: {amount: "299.00"}, prices_include_vat: true}
  - {id: seats, product: digital, price: {model: per_unit, amount: "49.00"}}
  - id: risen
    product: digital
    prices:
      - {from: 2020-01-01, price: {amount: "80.00"}}
      - {from: 2025-01-01, applies_to: all, price: {amount: "90.00"}}
campaigns:
  - {id: always, code: ALLTID, discount: {percent: "0.5"}, lasts: forever}
"""
MARCH = {"period_from": date(2026, 3, 1), "period_to": CUT}
# What the agreement is, what was billed for March (net, VAT), and what that is.
PLANTED = {
    "same": ({}, {"net_minor": 28208, "vat_minor": 1692}, "equal", ""),
    "öre": ({}, {"net_minor": 28207, "vat_minor": 1692}, "rounding", "nothing to do"),
    "tax": ({}, {"net_minor": 23920, "vat_minor": 5980}, "vat", "59.80 there"),
    "seats": (
        {"plan_id": "seats", "quantity": 12},
        {"net_minor": 49000, "vat_minor": 12250},
        "quantity",
        "10 were billed there, the agreement has 12",
    ),
    "no discount": (
        {"campaign": "always"},
        {"net_minor": 28208, "vat_minor": 1692},
        "discount",
        "campaign always is taken here",
    ),
    "discount": (
        {},
        {"net_minor": 14104, "vat_minor": 846},
        "discount",
        "as campaign always gives",
    ),
    "agreed": (
        {"agreed_minor": 25000},
        {"net_minor": 25472, "vat_minor": 1528},
        "agreed_price",
        "270.00 was billed there, the agreed price here comes to 250.00",
    ),
    "old price": (
        {"plan_id": "risen"},
        {"net_minor": 8000, "vat_minor": 2000},
        "price",
        "the price of version 1",
    ),
    "other price": (
        {},
        {"net_minor": 26321, "vat_minor": 1579},
        "price",
        "279.00 was billed there, plan daily costs 299.00 here",
    ),
    "shifted": (
        {},
        {
            "net_minor": 28208, "vat_minor": 1692,
            "period_from": date(2026, 3, 10), "period_to": date(2026, 4, 10),
        },
        "period",
        "bills 2026-03-10 to 2026-04-10, a run here 2026-03-01 to 2026-04-01",
    ),
    "counted": (
        {},
        {"net_minor": 14000, "vat_minor": 840, "period_from": date(2026, 3, 17)},
        "proration",
        "for 15 of 31 days",
    ),
    "ended": (
        {"ended_on": date(2026, 3, 15)},
        {"net_minor": 28208, "vat_minor": 1692},
        "proration",
        "a part of the cycle",
    ),
    "unborn": (
        {"start_on": date(2026, 5, 1), "billed_through": None},
        {"net_minor": 28208, "vat_minor": 1692},
        "missing_here",
        "nothing would be billed here from 2026-03-01",
    ),
    "silent": ({}, None, "missing_there", "has no line for this period"),
    "lost": (
        None,
        {"net_minor": 28208, "vat_minor": 1692, "period_to": date(2026, 6, 1)},
        "unknown_agreement",
        "has not moved in",
    ),
}  # fmt: skip


@pytest.fixture
def moved(newspaper):
    newspaper.give(ApplyCatalogue(parse(CATALOGUE), CUT), on=CUT)

    def move(cases):
        start = {"customer_id": "C1", "plan_id": "daily", "start_on": date(2024, 2, 1)}
        agreements = [
            {**start, "billed_through": CUT, "subscription_id": name, **agreement}
            for name, (agreement, *_) in cases.items()
            if agreement is not None
        ]
        newspaper.give(Subscribe(agreements_frame(agreements)), on=CUT)
        lines = [
            {
                "invoice_id": f"I {name}", "n": 1, "customer_id": "C1",
                "subscription_id": name, "issued_on": date(2026, 2, 20),
                "text": "Mars", "currency": "SEK", **MARCH, **line,
            }
            for name, (_, line, *_) in cases.items()
            if line is not None
        ]  # fmt: skip
        newspaper.give(RecordPastInvoices(past_lines_frame(lines)), on=CUT)
        return newspaper.books

    return move


def test_every_planted_difference_gets_its_class_and_words(moved):
    found = shadow.compared(moved(PLANTED), CUT)
    by_name = {row["subscription_id"]: row for row in found.rows.to_dicts()}
    classes = {name: by_name[name]["class"] for name in PLANTED}
    assert classes == {name: planted[2] for name, planted in PLANTED.items()}
    for name, (*_, words) in PLANTED.items():
        assert words in by_name[name]["words"], name
    assert set(CLASSES) == set(classes.values()) - {"equal"}
    assert found.summary["lines"] == len(PLANTED)


def test_lines_without_agreement_or_period_are_history_only(moved):
    fee = {"net_minor": 5000, "vat_minor": 1250, "subscription_id": None}
    whole = {"net_minor": 28208, "vat_minor": 1692}
    found = shadow.compared(moved({"fee": (None, fee), "S": ({}, whole)}), CUT)
    assert (found.skipped, found.summary["equal_share"]) == (1, 1.0)


def test_a_discount_on_a_line_of_its_own_is_part_of_the_price(moved, newspaper):
    half = {"net_minor": 28208, "vat_minor": 1692}
    books = moved({"S": ({"campaign": "always"}, half)})
    discount = {
        "invoice_id": "I S", "n": 2, "customer_id": "C1", "subscription_id": "S",
        "issued_on": date(2026, 2, 20), "text": "Rabatt", "currency": "SEK",
        "net_minor": -14104, "vat_minor": -846, **MARCH,
    }  # fmt: skip
    newspaper.give(RecordPastInvoices(past_lines_frame([discount])), on=CUT)
    assert shadow.compared(books, CUT).summary["by_class"] == {}


def test_a_plan_changed_within_its_period_is_compared_from_the_change_on(moved):
    """The credit for the days of the old plan is no discount on those of the new."""
    part = {"period_from": date(2026, 3, 17), "issued_on": date(2026, 3, 17)}
    cases = {
        "S": ({"plan_id": "seats"}, {"net_minor": 2371, "vat_minor": 593, **part}),
        "X": (None, {"net_minor": 28208, "vat_minor": 1692, "subscription_id": "S"}),
        "Y": (
            None,
            {"net_minor": -13649, "vat_minor": -819, "subscription_id": "S", **part},
        ),
    }
    assert shadow.compared(moved(cases), CUT).summary["by_class"] == {}


def test_a_shadow_run_writes_nothing(moved):
    books = moved({"S": ({}, {"net_minor": 28208, "vat_minor": 1692})})
    count = "select (select count(*) from commands) + (select count(*) from invoices)"
    before = books.read(count).item()
    shadow.compared(books, CUT)
    assert books.read(count).item() == before


def test_a_day_billed_twice_or_by_nobody_at_the_cut_over_is_told(moved):
    whole = {"net_minor": 28208, "vat_minor": 1692}
    cases = {
        "good": ({}, whole),
        "twice": ({"billed_through": date(2026, 3, 31)}, whole),
        "never": ({"billed_through": date(2026, 4, 3)}, whole),
    }
    gaps = shadow.checked(moved(cases), CUT).gaps
    assert gaps.select("subscription_id", "days").rows() == [
        ("never", 2),
        ("twice", -1),
    ]
    assert "1 days from 2026-03-31 would be billed twice" in gaps["words"][1]


def test_control_totals_have_what_is_billed_a_month(moved):
    cases = {"S": ({}, None), "T": ({"plan_id": "seats", "quantity": 3}, None)}
    cases["U"] = ({}, {"net_minor": 1, "vat_minor": 0})
    totals = shadow.checked(moved(cases), CUT).totals
    mrr = totals.filter(pl.col("total") == "MRR")
    assert mrr.select("count", "amount_minor").row(0) == (3, 2 * 28208 + 3 * 4900)


def test_what_moves_in_has_the_price_and_step_of_its_first_day(newspaper):
    """1.5: neither a new price nor a first fee is for those who were here."""
    catalogue = """
products: [{id: paper, name: Tidningen, vat: print}]
plans:
  - id: kept
    product: paper
    setup_fee: "50.00"
    prices:
      - {from: 2020-01-01, price: {amount: "80.00"}}
      - {from: 2025-01-01, applies_to: new, price: {amount: "90.00"}}
"""
    newspaper.give(ApplyCatalogue(parse(catalogue), CUT), on=CUT)
    row = {"customer_id": "C1", "plan_id": "kept", "start_on": date(2022, 2, 1)}
    rows = [{**row, "subscription_id": "S", "billed_through": CUT}]
    newspaper.give(Subscribe(agreements_frame(rows)), on=CUT)
    newspaper.give(BillDay("NB"), on=CUT)
    lines = newspaper.ask("select kind, amount_minor, period_from from invoice_lines")
    assert lines.rows() == [("period", 8000, CUT)]


def test_one_cycle_back_holds_a_whole_cycle():
    plans = pl.DataFrame(
        {"plan_id": ["y", "d"], "every_count": [1, 90], "every_unit": ["year", "day"]}
    )
    assert cutover.one_cycle_back(plans)["back"].to_list() == ["-12mo", "-4mo"]
