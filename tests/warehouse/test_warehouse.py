"""The warehouse tells the story of Nordbo AB as spec/kpi.md §4 does, and it ties."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
import yaml

from billing import tax
from billing.invoicing.timeline import intervals
from tests.warehouse import nordbo
from tests.warehouse.conftest import PROJECT, build

pytestmark = pytest.mark.slow

PLAN_RATE = {"SEK": Decimal(1), "EUR": Decimal(11)}
# kpi.md §4.2, the last day of each month and the edges of half-open periods.
CLOSING = {
    "2025-12-31": ("2893.00", 7), "2026-01-31": ("3291.50", 9),
    "2026-02-28": ("4591.50", 11), "2026-03-31": ("4462.50", 10),
    "2026-04-30": ("4612.00", 10), "2026-02-14": ("4291.50", 10),
    "2026-02-15": ("4391.50", 10), "2026-02-19": ("4690.50", 11),
    "2026-02-20": ("4591.50", 11), "2026-03-01": ("3993.50", 9),
    "2026-03-02": ("4292.50", 10), "2026-03-24": ("4761.50", 11),
    "2026-03-25": ("4462.50", 10), "2026-04-14": ("4911.00", 11),
    "2026-04-15": ("4612.00", 10),
}  # fmt: skip
# kpi.md §4.3, movements by month at plan rate.
BRIDGE = {
    ("2026-01-31", "new"): "398.50", ("2026-02-28", "new"): "1299.00",
    ("2026-02-28", "expansion"): "100.00", ("2026-02-28", "contraction"): "-99.00",
    ("2026-03-31", "reactivation"): "249.00", ("2026-03-31", "expansion"): "220.00",
    ("2026-03-31", "contraction"): "-299.00", ("2026-03-31", "churn"): "-299.00",
    ("2026-04-30", "expansion"): "448.50", ("2026-04-30", "churn"): "-299.00",
}  # fmt: skip


def in_sek(frame: pl.DataFrame, column: str) -> Decimal:
    return sum(
        (row[column] * PLAN_RATE[row["currency"]] for row in frame.to_dicts()),
        Decimal(0),
    )


def test_every_node_is_built_and_every_test_passes(warehouse):
    wrong = {
        name: status
        for name, status in warehouse.outcome.items()
        if status not in {"success", "pass", "no-op"}
    }
    # Nothing has been booked yet, and that is a warning by design.
    assert wrong == {"assert_vouchers_equal_journal_after_booking": "warn"}


@pytest.mark.parametrize(("day", "expected"), CLOSING.items())
def test_mrr_of_a_day_is_the_sum_of_the_periods_valid_at_its_end(
    warehouse, day, expected
):
    valid = warehouse.rows(
        "select customer_id, currency, sum(mrr_native) as mrr from price_periods"
        " where status = 'active' and valid_from <= $day"
        " and (valid_to is null or valid_to > $day) group by all",
        day=date.fromisoformat(day),
    )
    assert (in_sek(valid, "mrr"), valid.height) == (Decimal(expected[0]), expected[1])


def test_month_ends_say_the_same_as_the_periods(warehouse):
    ends = warehouse.rows("select * from mrr_month_ends where mrr > 0")
    for day in ("2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"):
        month = ends.filter(pl.col("month_end") == date.fromisoformat(day))
        assert in_sek(month, "mrr") == Decimal(CLOSING[day][0])


def test_movements_are_the_bridge_of_the_story(warehouse):
    moved = warehouse.rows(
        "select * from mrr_movements where month_end >= date '2026-01-01'"
    )
    found = {
        (str(day), movement): in_sek(rows, "delta")
        for (day, movement), rows in moved.group_by("month_end", "movement")
    }
    assert found == {key: Decimal(amount) for key, amount in BRIDGE.items()}


def test_the_reason_of_a_movement_is_the_event_behind_it(warehouse):
    moved = warehouse.rows(
        "select customer_id, reason from mrr_movements"
        " where month_end >= date '2026-02-01' order by month_end, customer_id"
    )
    assert moved.rows() == [
        ("A", "upgrade"), ("D", "trial_conversion"), ("J", "addon_removed"),
        ("N", "signup"), ("E", "pause"), ("F", "quantity"), ("G", "voluntary"),
        ("I", "signup"), ("C", "discount_expiry"), ("E", "resume"),
        ("H", "nonpayment"),
    ]  # fmt: skip


def test_there_is_one_timeline_and_not_two(warehouse):
    held = intervals(nordbo.base(warehouse.facts).changes).select(
        "subscription_id", "item", "plan_id", "quantity", "state", "from_on", "to_on"
    )
    pieces = warehouse.rows(
        "select subscription_id, item, plan_id, quantity, status, from_on, to_on"
        " from intermediate.int_pieces_valued"
    )
    folded = pieces.with_columns(
        state=pl.when(pl.col("status") == "paused")
        .then(pl.lit("paused"))
        .otherwise(pl.lit("active"))
    )
    same = ["subscription_id", "item", "plan_id", "quantity", "state"]
    for frame in (held, folded):
        assert frame.select(pl.struct(same).n_unique()).item() == 18
    days = [
        frame.with_columns(pl.col("to_on").fill_null(date(2099, 1, 1)))
        .group_by(same)
        .agg(days=(pl.col("to_on") - pl.col("from_on")).sum())
        .sort(same)
        for frame in (held, folded)
    ]
    assert days[0].rows() == days[1].rows()


def test_the_trial_balance_sums_to_zero_in_every_currency(warehouse):
    balances = warehouse.rows(
        "select currency, sum(balance_minor) as balance from account_balances"
        " where month_end = date '2026-04-30' group by currency"
    )
    assert set(balances["balance"]) == {0}


def test_payments_end_on_the_accounts_that_say_what_became_of_them(warehouse):
    balances = dict(
        warehouse.rows(
            "select account, balance_minor from account_balances where currency = 'SEK'"
            " and month_end = date '2026-01-31'"
        ).rows()
    )
    paid = {row["payment_id"]: row for row in warehouse.facts.rows["payments"]}
    kept = sum(row["amount_minor"] for row in paid.values())
    assert balances["1930"] == kept - paid["bounced"]["amount_minor"]
    assert balances["2999"] == -(32100 - 10000)
    assert balances["2429"] == -100
    assert (balances["3591"], balances["8313"]) == (-6000, -150)


def test_revenue_of_the_annual_customer_is_earned_by_the_day(warehouse):
    earned = warehouse.rows(
        "select recognised_minor from revenue_schedules where customer_id = 'B'"
        " order by month_end limit 4"
    )
    # kpi.md §5.18, line B.
    assert earned["recognised_minor"].to_list() == [13917, 22921, 25378, 24559]


def test_a_second_booking_finds_nothing_to_book(warehouse, tmp_path):
    differences = warehouse.rows("select * from journal_differences")
    assert differences.height > 0
    again = build(
        tmp_path,
        nordbo.booked(warehouse.facts, differences),
        date(2026, 4, 30),
        "--exclude-resource-type", "unit_test",
        "--select", "+journal_differences", "+vouchers_booked",
    )  # fmt: skip
    assert again.rows("select * from journal_differences").is_empty()
    assert again.outcome["assert_vouchers_equal_journal_after_booking"] == "pass"


def registry() -> list[dict]:
    return yaml.safe_load((PROJECT / "metrics.yml").read_text())


def test_every_figure_is_in_the_registry_with_owner_drill_and_test(warehouse):
    known = {metric["id"]: metric for metric in registry()}
    figures = set(warehouse.rows("select distinct kpi_id from kpi_values")["kpi_id"])
    assert figures <= set(known)
    tests = {path.stem for path in (PROJECT / "tests").glob("*.sql")}
    for metric in known.values():
        assert metric["owner"]
        assert metric["drill"]
        assert set(metric["tests"]) <= tests


def test_every_drill_sums_to_its_number(warehouse):
    drills = {metric["id"]: metric["drill"] for metric in registry()}
    values = warehouse.rows(
        "select kpi_id, sum(kpi_value) as number from kpi_values group by kpi_id"
    )
    for kpi, number in values.rows():
        drill = drills[kpi].replace(":month_end", "date '2026-04-30'")
        rows = warehouse.rows(drill.replace(":as_of", "date '2026-04-30'"))
        total = sum(Decimal(amount) for amount in rows["amount"])
        in_minor = kpi.startswith(("receivables", "revenue", "billings", "cash"))
        in_minor = in_minor or kpi == "deviations.amount"
        assert total / (100 if in_minor else 1) == number, kpi


def test_the_rates_of_vat_are_those_of_billing():
    seed = pl.read_csv(PROJECT / "seeds/vat_rates.csv", infer_schema=False)
    stated = {
        (category, country, date.fromisoformat(since)): Decimal(rate)
        for category, country, since, rate in seed.rows()
    }
    assert stated == {
        (category, country, since): Decimal(rate)
        for category, country, since, rate in tax.RATES
    }
