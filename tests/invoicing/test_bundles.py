"""2.4 bundles: whatever happens, the parts sum to what the whole would have been."""

from dataclasses import replace
from datetime import date

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from billing import tax
from billing.invoicing import base as shapes
from billing.invoicing import bundles
from tests.invoicing import test_laws as laws
from tests.invoicing.small_base import Books, base, day, plans

PRODUCTS = [
    ("news", "News", "0.06", "daily", None, None),
    ("games", "Games", "0.25", "daily", None, None),
    ("fee", "Fee", "0", "at_once", None, None),
]
WEIGHTS = st.lists(st.integers(1, 50_000), min_size=1, max_size=5)


def composed(plan, *weights, on=date(1900, 1, 1)):
    names = [product for product, *_ in PRODUCTS]
    rows = [(plan, on, n, names[n - 1], w) for n, w in enumerate(weights, 1)]
    return pl.DataFrame(rows, schema=shapes.PARTS, orient="row")


def bundled(facts, *weights):
    """Return a base in which all plans are bundles."""
    products = pl.DataFrame(PRODUCTS, schema=shapes.PRODUCTS, orient="row")
    return replace(
        base(facts),
        products=products,
        rates=tax.rates(products["vat_category"], "SE"),
        parts=pl.concat([composed(plan, *weights) for plan in plans()["plan_id"]]),
    )


def parts_of(whole, weights):
    piece = pl.DataFrame(
        {
            "plan_id": ["p"], "cycle_from": [date(2026, 1, 1)], "text": ["p"],
            "list_minor": [whole], "full_minor": [whole],
        }
    )  # fmt: skip
    parts = pl.DataFrame(
        {
            "plan_id": "p", "effective_on": date(1900, 1, 1), "product_name": "x",
            "n": list(range(1, len(weights) + 1)), "weight_micro": weights,
            "product_id": [str(n) for n in range(len(weights))],
        }
    )  # fmt: skip
    with_product = piece.with_columns(product_id=pl.lit("x"), product_name=pl.lit("x"))
    return bundles.split(with_product, parts).sort("product_id")


@given(whole=st.integers(0, 1_000_000), weights=WEIGHTS)
def test_the_parts_of_a_price_sum_to_it(whole, weights):
    found = parts_of(whole, weights)
    assert found["full_minor"].sum() == found["list_minor"].sum() == whole
    assert found["full_minor"].min() >= 0


@given(whole=st.integers(0, 100_000), weights=WEIGHTS)
def test_no_part_falls_when_the_whole_rises(whole, weights):
    less, more = parts_of(whole, weights), parts_of(whole + 1, weights)
    assert (more["full_minor"] - less["full_minor"]).min() >= 0


def test_a_third_of_the_price_of_three_is_that_of_the_standard():
    """IFRS 15 IE33: alone 50, 25 and 75, together 100: 33, 17 and 50."""
    assert parts_of(100, [50, 25, 75])["full_minor"].to_list() == [33, 17, 50]


@laws.QUICK
@given(
    plan=laws.PLANS,
    story=laws.happenings(),
    weights=st.tuples(st.integers(1, 999), st.integers(1, 999), st.integers(1, 999)),
)
def test_what_a_bundle_is_charged_is_what_its_plan_would_be(plan, story, weights):
    days = laws.every_few_days(story)
    whole = laws.live(Books(base(laws.start(plan))), plan, story, days)
    parts = laws.live(Books(bundled(laws.start(plan), *weights)), plan, story, days)
    assert parts.daily() == whole.daily()
    assert _by_stretch(parts) == _by_stretch(whole)


def _by_stretch(books):
    """Return what was issued for each stretch of days, all parts together."""
    keys = ["plan_id", "kind", "period_from", "period_to"]
    signed = books.issued.with_columns(side=pl.col("amount_minor").sign())
    sums = signed.group_by([*keys, "side"]).agg(pl.col("amount_minor").sum())
    return sorted(sums.filter(pl.col("amount_minor") != 0).rows())


@laws.QUICK
@given(plan=laws.PLANS, story=laws.happenings(), undone=st.integers(0, 3))
def test_what_is_done_to_a_bundle_and_undone_was_never_done(plan, story, undone):
    without = story[:undone] + story[undone + 1 :]
    days = laws.every_few_days(story)
    last = days[-1]
    taken_back = f"S1/{undone + 2}"
    undo = [(last, laws.fact("undo", day(last), undoes=taken_back))]
    done = laws.live(
        Books(bundled(laws.start(plan), 3, 2, 1)),
        plan,
        story + (undo if story[undone : undone + 1] else []),
        days,
    )
    never = laws.live(Books(bundled(laws.start(plan), 3, 2, 1)), plan, without, days)
    assert done.daily() == never.daily()
    assert done.bill(day(last)).issue.lines.is_empty()


def test_a_bundle_that_is_composed_anew_is_so_from_its_next_cycle():
    facts = laws.start("basic")
    books = Books(bundled(facts, 1, 1))
    books.bill(date(2026, 1, 1))
    later = composed("basic", 3, 1, on=date(2026, 1, 15))
    books.base = replace(books.base, parts=pl.concat([books.base.parts, later]))
    books.bill(date(2026, 2, 1))
    found = books.issued.sort("period_from", "product_id")["amount_minor"]
    assert found.to_list() == [5000, 5000, 2500, 7500]


def test_the_set_up_fee_of_a_bundle_has_the_rates_of_its_parts():
    found = bundled(laws.start("basic"), 3, 1)
    with_fee = replace(found, plans=plans(basic={"setup_fee_minor": 400}))
    lines = Books(with_fee).bill(date(2026, 1, 1)).issue.lines
    fees = lines.filter(pl.col("kind") == "setup").sort("amount_minor")
    assert fees.select("product_id", "amount_minor", "vat_minor").rows() == [
        ("games", 100, 25),
        ("news", 300, 18),
    ]


def test_an_unknown_price_of_a_bundle_parks_it_with_the_reason():
    found = bundled(laws.start("basic"), 1, 1)
    priced = found.versions.filter(pl.col("plan_id") != "basic")
    run = Books(replace(found, versions=priced)).bill(date(2026, 1, 1))
    assert run.parked["reason"].to_list() == ["plan basic has no price on 2026-01-01"]
