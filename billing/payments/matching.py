"""Matching gives every incoming payment its shares of open items.

Or the reason why not.

>>> paid = pl.DataFrame({"payment_id": ["p1", "p2", "p3"], "currency": "SEK",
...     "reference": ["1002344", "1002344", "9"], "paid_minor": [200_00, 150_00, 5_00]})
>>> items = pl.DataFrame({"item_kind": "invoice", "item_id": ["NB-1"],
...     "reference": ["1002344"], "currency": ["SEK"], "open_minor": [299_00],
...     "rank": [0]})
>>> shares, rests = match(paid, items)
>>> shares.select("payment_id", "item_id", "amount_minor").rows()
[('p1', 'NB-1', 20000), ('p2', 'NB-1', 9900)]
>>> rests.rows()
[('p2', 5100, 'overpaid'), ('p3', 500, 'unknown_reference')]
"""

import polars as pl

KEY = ["reference", "currency"]
OVERPAID = "overpaid"
UNKNOWN = "unknown_reference"
NOTHING_OPEN = "nothing_open"
REASONS = (OVERPAID, UNKNOWN, NOTHING_OPEN)


def match(
    payments: pl.DataFrame, items: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lay payments and open items of one reference end to end.

    Where they overlap is settled.

    payments: payment_id, reference, currency, paid_minor (> 0), in the order in which
    they are to count. items: item_kind, item_id, reference, currency, open_minor (may
    be 0), rank (the order in which they are paid). Returns the shares (payment_id,
    item_kind, item_id, currency, amount_minor) and the rests (payment_id, rest_minor,
    reason), one row for each payment that is not wholly placed.
    """
    due = (
        items.filter(pl.col("open_minor") > 0)
        .sort("rank", "item_id")
        .with_columns(due_to=pl.col("open_minor").cum_sum().over(KEY))
        .with_columns(due_from=pl.col("due_to") - pl.col("open_minor"))
    )
    paid = payments.with_columns(
        paid_to=pl.col("paid_minor").cum_sum().over(KEY)
    ).with_columns(paid_from=pl.col("paid_to") - pl.col("paid_minor"))
    overlap = pl.min_horizontal("paid_to", "due_to") - pl.max_horizontal(
        "paid_from", "due_from"
    )
    shares = (
        paid.join(due, on=KEY, maintain_order="left_right")
        .with_columns(amount_minor=overlap)
        .filter(pl.col("amount_minor") > 0)
        .select("payment_id", "item_kind", "item_id", "currency", "amount_minor")
    )
    return shares, _rests(payments, items, shares)


def _rests(
    payments: pl.DataFrame, items: pl.DataFrame, shares: pl.DataFrame
) -> pl.DataFrame:
    """Return what each payment has left, and why it could not be placed."""
    placed = shares.group_by("payment_id").agg(placed=pl.col("amount_minor").sum())
    known = items.select(*KEY, is_ours=pl.lit(value=True)).unique()
    return (
        payments.join(placed, on="payment_id", how="left", maintain_order="left")
        .join(known, on=KEY, how="left", maintain_order="left")
        .with_columns(rest_minor=pl.col("paid_minor") - pl.col("placed").fill_null(0))
        .filter(pl.col("rest_minor") > 0)
        .select(
            "payment_id",
            "rest_minor",
            reason=pl.when(pl.col("is_ours").is_null())
            .then(pl.lit(UNKNOWN))
            .when(pl.col("placed").is_null())
            .then(pl.lit(NOTHING_OPEN))
            .otherwise(pl.lit(OVERPAID)),
        )
    )


def suggestions(rests: pl.DataFrame, open_items: pl.DataFrame) -> pl.DataFrame:
    """Propose the one open invoice whose amount and payer's name are the payment's.

    rests: payment_id, rest_minor, currency, payer_name. open_items: item_id, currency,
    open_minor, customer_name. Returns payment_id, suggested_item_id and suggestion (a
    sentence that says why), for payments with exactly one candidate.
    """
    candidates = rests.join(
        open_items,
        left_on=["rest_minor", "currency"],
        right_on=["open_minor", "currency"],
    ).with_columns(
        same_name=pl.col("payer_name").str.to_lowercase().str.strip_chars()
        == pl.col("customer_name").str.to_lowercase().str.strip_chars()
    )
    by_name = candidates.filter(pl.col("same_name"))
    return by_name.filter(pl.len().over("payment_id") == 1).select(
        "payment_id",
        suggested_item_id="item_id",
        suggestion=pl.format(
            "samma belopp och namn som {}: {}", "item_id", "customer_name"
        ),
    )
