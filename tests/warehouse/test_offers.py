"""The warehouse says of Nordbo's offers what the engine charges and what is booked."""

import os
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest

from billing.invoicing import campaigns
from billing.invoicing.charges import charges, of_plans
from billing.invoicing.timeline import intervals
from tests.warehouse import nordbo, offers
from tests.warehouse.conftest import build

pytestmark = pytest.mark.slow

MICRO = Decimal("0.000001")
DAYS = [
    date(2026, month, day) for month in range(1, 7) for day in (1, 9, 12, 15, 20, 28)
]
# Cycles of a year by unit, times the months of kpi.md §5.1.
CYCLES = {"month": 12, "quarter": 4, "year": 1, "delivery": 104}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory):
    before = dict(os.environ)
    folder = tmp_path_factory.mktemp("offers")
    yield build(
        folder, offers.facts(), offers.AS_OF, "--exclude-resource-type", "unit_test"
    )
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def base(warehouse):
    return nordbo.base(warehouse.facts)


def test_every_node_is_built_and_every_test_passes(warehouse):
    wrong = {
        name: status
        for name, status in warehouse.outcome.items()
        if status not in {"success", "pass", "no-op"}
    }
    assert wrong == {"assert_vouchers_equal_journal_after_booking": "warn"}


def test_the_monthly_value_of_a_day_is_what_the_engine_charges_for_it(warehouse, base):
    """2.1, 2.2, 2.4, 2.6, 2.7, 3.1, 3.3, 3.10: SQL and engine price the same."""
    pieces = charges(base, intervals(base.changes), through=offers.AS_OF)
    plans = {row["plan_id"]: row for row in base.plans.to_dicts()}
    for day in DAYS:
        charged: dict[tuple[str, str], Decimal] = {}
        for piece in pieces.filter(
            (pl.col("kind") == "period")
            & (pl.col("period_from") <= day)
            & (pl.col("period_to") > day)
        ).to_dicts():
            key = piece["subscription_id"], piece["item"]
            charged[key] = charged.get(key, Decimal(0)) + _monthly(piece, plans)
        valued = warehouse.rows(
            "select subscription_id, item, charged_value"
            " from intermediate.int_pieces_valued where status <> 'paused'"
            " and from_on <= $day and (to_on is null or to_on > $day)",
            day=day,
        )
        found = {(row[0], row[1]): row[2] for row in valued.rows()}
        assert found == charged, day


def _monthly(piece, plans):
    plan = plans[piece["plan_id"]]
    included = piece["rate_micro"] if piece["price_includes_vat"] else 0
    net = Decimal(piece["full_minor"]) / 100 / (1 + Decimal(included) / 1_000_000)
    yearly = net * CYCLES[plan["every_unit"]] / plan["every_count"]
    return (yearly / 12).quantize(MICRO, ROUND_HALF_UP)


def test_the_windows_of_campaigns_are_those_of_the_engine(warehouse, base):
    """3.1, 3.10: the steps advance on the engine's days; a change keeps or loses."""
    found = warehouse.rows(
        "select subscription_id, campaign_id, window_from, window_to, discount_minor"
        " from intermediate.int_campaigns_taken"
        " where window_to is null or window_from < window_to"
    )
    expected = campaigns.windows(base, of_plans(base, intervals(base.changes)))
    assert sorted(found.rows(), key=str) == sorted(
        expected.select(found.columns).rows(), key=str
    )


def test_mrr_moves_at_each_step_of_a_campaign(warehouse):
    """3.1: a step up is expansion with the reason discount_expiry."""
    moved = warehouse.rows(
        "select happened_on, reason, mrr_after from mrr_events"
        " where subscription_id = 'A1' order by happened_on"
    )
    assert moved.rows() == [
        (date(2026, 1, 10), "signup", Decimal("99.000000")),
        (date(2026, 2, 10), "discount_expiry", Decimal("149.000000")),
        (date(2026, 5, 10), "discount_expiry", Decimal("299.000000")),
        (date(2026, 6, 10), "price_increase", Decimal("319.000000")),
    ]


def test_a_trial_that_stops_never_counts(warehouse):
    """3.3: a trial is worth nothing, and its end is no churn."""
    assert warehouse.rows(
        "select * from mrr_movements where customer_id = 'H'"
    ).is_empty()
    period = warehouse.rows(
        "select status, reason_end from price_periods where customer_id = 'H'"
    )
    assert period.rows() == [("trial", "trial_ended")]


def test_what_ends_by_itself_is_prepaid_and_no_mrr(warehouse):
    """3.4, 3.7: a fixed term and a gift are out of MRR, and counted apart."""
    prepaid = warehouse.rows(
        "select subscription_id, mrr_native from price_periods"
        " where status = 'prepaid' and valid_from <= date '2026-03-31' order by 1"
    )
    assert prepaid.rows() == [
        ("I1", Decimal("299.000000")),
        ("L1", Decimal("200.000000")),
    ]
    assert warehouse.rows(
        "select * from mrr_month_ends where customer_id in ('I', 'L') and mrr > 0"
    ).is_empty()
    counted = warehouse.rows(
        "select kpi_value from kpi_values where kpi_id = 'prepaid.active'"
    )
    assert counted["kpi_value"].to_list() == [1]


def test_a_merge_nets_to_zero_in_mrr(warehouse):
    """1.11: the agreements of both are the kept customer's; nobody is new or lost."""
    by_month = warehouse.rows(
        "select month_end, mrr, subscription_count from mrr_month_ends"
        " where customer_id = 'J' order by month_end"
    )
    assert by_month["mrr"].to_list()[3:] == [Decimal(698), Decimal(698), Decimal(718)]
    assert by_month["subscription_count"].to_list()[1:] == [2] * 5
    merged = warehouse.rows("select * from mrr_movements where customer_id = 'K'")
    assert merged.is_empty()
    moved = warehouse.rows(
        "select movement, reason from mrr_movements"
        " where customer_id = 'J' and month_end = date '2026-04-30'"
    )
    assert moved.is_empty()
    assert warehouse.rows(
        "select distinct customer_id from receivables where customer_id in ('J', 'K')"
    ).rows() == [("J",)]


def test_a_merge_that_was_taken_back_counts_no_more(warehouse):
    """1.11: after a split the two are two customers again."""
    standing = warehouse.rows(
        "select customer_id, standing_id, customer_state from customers"
        " where customer_id in ('F', 'K') order by 1"
    )
    assert standing.rows() == [("F", "F", "active"), ("K", "J", "merged")]


def test_whoever_asked_to_be_forgotten_has_no_name_in_the_marts(warehouse):
    """1.10: figures go on without the person."""
    person = warehouse.rows(
        "select customer_name, city, is_erased from customers where customer_id = 'S'"
    )
    assert person.rows() == [("Raderad", None, True)]


def test_who_moves_in_is_neither_new_nor_lost(warehouse):
    """1.11: what comes from another system is a transfer on a line of its own."""
    moved = warehouse.rows(
        "select movement, reason, delta from mrr_movements where customer_id = 'O'"
        " order by month_end limit 1"
    )
    assert moved.rows() == [("transfer", "transfer_in", Decimal("299.000000"))]


def test_a_bundle_is_booked_by_the_rates_of_its_parts(warehouse):
    """2.4: posting A22 of statutory.md, to the öre."""
    invoice = warehouse.rows(
        "select invoice_id from invoice_lines where plan_id = 'duo' order by 1 limit 1"
    ).item()
    posted = warehouse.rows(
        "select account, amount_minor from journal_lines"
        " where object_id = $invoice order by account, amount_minor",
        invoice=invoice,
    )
    assert posted.rows() == [
        ("1510", 24800),
        ("2611", -1411),
        ("2631", -1004),
        ("2970", -16741),
        ("2970", -5644),
    ]
    scheduled = warehouse.rows(
        "select product_id, sum(recognised_minor) as net from revenue_schedules"
        " where invoice_id = $invoice group by product_id order by 1",
        invoice=invoice,
    )
    assert [(product, int(net)) for product, net in scheduled.rows()] == [
        ("app", 5644),
        ("news", 16741),
    ]


def test_mrr_of_a_bundle_is_shared_among_its_products(warehouse):
    """2.4: the parts sum to the whole, each net of its own VAT."""
    parts = warehouse.rows(
        "select product_id, charged_value"
        " from intermediate.int_piece_parts_valued where subscription_id = 'B1'"
    )
    assert set(parts.rows()) == {
        ("news", Decimal("167.405660")),
        ("app", Decimal("56.440000")),
    }


def test_what_was_owed_before_is_taken_over_without_revenue_or_tax(warehouse):
    """1.8: opening items stand on receivables against their own account."""
    posted = warehouse.rows(
        "select object_id, account, amount_minor, accounting_date from journal_lines"
        " where source = 'opening' order by object_id, account"
    )
    day = offers.NEW_YEAR
    assert posted.rows() == [
        ("GAMMAL-7", "1510", 45000, day),
        ("GAMMAL-7", "1518", -45000, day),
        ("GAMMAL-8", "1510", -2500, day),
        ("GAMMAL-8", "1518", 2500, day),
    ]
    assert warehouse.rows(
        "select * from revenue_schedules where invoice_id like 'GAMMAL%'"
    ).is_empty()


def test_the_result_of_a_campaign_is_what_its_lines_and_vouchers_say(warehouse):
    """3.11, B14: takers, discount, net, recognised and deferred tie to the ledger."""
    lines = warehouse.rows(
        "select campaign_id, sum(net_minor) as net from invoice_lines"
        " where campaign_id is not null group by campaign_id"
    )
    billed = {campaign: int(net) for campaign, net in lines.rows()}
    results = {
        row["campaign_id"]: row
        for row in warehouse.rows("select * from campaign_results").to_dicts()
    }
    ramp, free, lost = results["ramp"], results["free"], results["lost"]
    assert ramp["margin_minor"] == billed["ramp"]
    assert sum(r["margin_minor"] for r in results.values()) == sum(billed.values())
    for row in results.values():
        assert row["margin_minor"] + row["discount_minor"] == row["list_net_minor"]
        assert row["recognised_minor"] + row["deferred_minor"] == row["margin_minor"]
    # A1: 200 + 3 × 150 kr off; A2 the same for its first month, credited for none.
    assert ramp["discount_minor"] == 20000 + 3 * 15000 + 20000
    assert (ramp["taker_count"], ramp["active_count"]) == (2, 1)
    assert (free["margin_minor"], free["discount_minor"]) == (0, 0)
    assert free["free_minor"] == 30473  # 31 days of 299 × 12 / 365
    assert lost["discounted_count"] == 0


def test_conversion_is_paying_the_first_invoice_at_full_price(warehouse):
    """3.11: of those for whom it ended 45 days ago (kpi.md §5.16)."""
    found = warehouse.rows(
        "select campaign_id, mature_count, converted_count, converted_share"
        " from campaign_results where campaign_id in ('ramp', 'lost', 'free')"
        " order by campaign_id"
    )
    assert found.rows() == [
        ("free", 1, 0, Decimal("0.000000")),
        ("lost", 1, 0, Decimal("0.000000")),
        ("ramp", 1, 1, Decimal("1.000000")),
    ]


def test_each_step_says_how_many_of_those_whose_turn_it_was_reached_it(warehouse):
    """3.11: conversion by step, the full price being the last."""
    steps = warehouse.rows(
        "select campaign_step, discount_kind, could_count, reached_count"
        " from campaign_steps_taken where campaign_id = 'ramp' order by 1"
    )
    assert steps.rows() == [
        (1, "price", 2, 2),
        (2, "price", 2, 1),
        (3, "full_price", 1, 1),
    ]


def test_without_a_control_group_there_is_no_uplift(warehouse):
    """3.11: a difference is said only between arms drawn by lot."""
    results = warehouse.rows(
        "select campaign_id, has_control, uplift_3_months from campaign_results"
        " where campaign_id in ('stay', 'ramp') order by 1"
    )
    assert results.rows() == [
        ("ramp", False, None),
        ("stay", True, Decimal("0.500000")),
    ]


def test_a_price_taken_back_was_never_one(warehouse):
    """2.10: what a withdrawn change brought is in no mart."""
    versions = warehouse.rows(
        "select price_version from price_versions where plan_id = 'family'"
    )
    assert versions["price_version"].to_list() == [1]


def test_each_price_version_says_how_many_it_reaches(warehouse):
    """2.1, 2.2, 2.7: versions, a cohort's and a price list's, with their reach."""
    versions = warehouse.rows(
        "select price_list, price_version, currency, agreement_count"
        " from price_versions where plan_id = 'basic' order by 1, 2"
    )
    assert versions.rows() == [
        ("", 1, "SEK", 0),
        ("", 2, "SEK", 0),
        ("", 3, "SEK", 8),
        ("norway", 1, "NOK", 1),
    ]


def test_quotes_say_how_far_they_have_come(warehouse):
    """1.6: open, signed and lapsed."""
    states = warehouse.rows("select quote_state from quotes order by quote_id")
    assert states["quote_state"].to_list() == ["signed", "lapsed", "open"]
