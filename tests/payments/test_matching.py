"""Matching places every öre of a payment once.

Says why for what it cannot place.
"""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.payments.matching import REASONS, match, suggestions

REFERENCES = st.sampled_from(["1", "2", "3"])
AMOUNTS = st.integers(1, 50_000)


def payments(rows):
    return pl.DataFrame(
        [(f"p{n}", ref, "SEK", paid) for n, (ref, paid) in enumerate(rows)],
        schema={
            "payment_id": pl.String,
            "reference": pl.String,
            "currency": pl.String,
            "paid_minor": pl.Int64,
        },
        orient="row",
    )


def items(rows):
    return pl.DataFrame(
        [("invoice", f"i{n}", ref, "SEK", due, n) for n, (ref, due) in enumerate(rows)],
        schema={
            "item_kind": pl.String,
            "item_id": pl.String,
            "reference": pl.String,
            "currency": pl.String,
            "open_minor": pl.Int64,
            "rank": pl.Int64,
        },
        orient="row",
    )


@given(
    st.lists(st.tuples(REFERENCES, AMOUNTS), max_size=8),
    st.lists(st.tuples(REFERENCES, st.integers(0, 50_000)), max_size=8),
)
@settings(deadline=None)
def test_shares_and_rest_of_each_payment_sum_to_it(paid, due):
    shares, rests = match(payments(paid), items(due))
    placed = dict(
        shares.group_by("payment_id").agg(pl.col("amount_minor").sum()).rows()
    )
    left = {row[0]: row[1] for row in rests.rows()}
    for n, (_, amount) in enumerate(paid):
        assert placed.get(f"p{n}", 0) + left.get(f"p{n}", 0) == amount


@given(
    st.lists(st.tuples(REFERENCES, AMOUNTS), max_size=8),
    st.lists(st.tuples(REFERENCES, st.integers(0, 50_000)), max_size=8),
)
@settings(deadline=None)
def test_no_item_is_settled_beyond_what_is_open(paid, due):
    shares, _ = match(payments(paid), items(due))
    placed = dict(shares.group_by("item_id").agg(pl.col("amount_minor").sum()).rows())
    assert all(placed.get(f"i{n}", 0) <= amount for n, (_, amount) in enumerate(due))


@given(st.lists(st.tuples(REFERENCES, AMOUNTS), max_size=8))
@settings(deadline=None)
def test_every_rest_has_one_of_the_reasons(paid):
    _, rests = match(payments(paid), items([("1", 100), ("2", 0)]))
    assert set(rests["reason"]) <= set(REASONS)


def test_two_payments_of_one_reference_in_a_file_do_not_both_take_the_whole_invoice():
    shares, rests = match(payments([("1", 299), ("1", 299)]), items([("1", 299)]))
    assert shares["amount_minor"].to_list() == [299]
    assert rests.rows() == [("p1", 299, "nothing_open")]


def test_a_payment_of_another_currency_settles_nothing():
    in_euro = payments([("1", 100)]).with_columns(currency=pl.lit("EUR"))
    shares, rests = match(in_euro, items([("1", 100)]))
    assert shares.is_empty()
    assert rests["reason"].to_list() == ["unknown_reference"]


def test_the_same_amount_and_name_is_suggested_and_says_why():
    rests = pl.DataFrame(
        {
            "payment_id": ["p1"],
            "rest_minor": [29900],
            "currency": ["SEK"],
            "payer_name": ["ÅSA ÖBERG"],
        }
    )
    open_items = pl.DataFrame(
        {
            "item_id": ["NB-1", "NB-2"],
            "currency": ["SEK", "SEK"],
            "open_minor": [29900, 29900],
            "customer_name": ["Åsa Öberg", "Kim Lind"],
        }
    )
    found = suggestions(rests, open_items)
    assert found["suggested_item_id"].to_list() == ["NB-1"]
    assert "samma belopp och namn" in found["suggestion"][0]
