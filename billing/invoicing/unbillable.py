"""Why a piece cannot be billed: the words with which its agreement is parked."""

import polars as pl

RECURRING = ("period", "usage", "minimum")
Reasons = list[tuple[pl.Expr, pl.Expr]]


def reason(country: str) -> pl.Expr:
    """Return why a recurring piece cannot be billed, null when it can.

    `country` is the seller's. A piece has plan_id, product_id, price_list, currency,
    plan_currency, list_currency, period_from, list_minor, rate_micro, undelivered.
    """
    recurring = pl.col("kind").is_in(RECURRING)
    reasons = [*_without_price(), *_without_rate(country), *_in_other_currency()]
    return pl.coalesce(
        pl.when(recurring & holds.fill_null(value=False)).then(words)
        for holds, words in reasons
    )


def _without_price() -> Reasons:
    plan, price_list, day = pl.col("plan_id"), pl.col("price_list"), _day()
    listed, priced = price_list != "", pl.col("list_minor").is_not_null()
    return [
        (
            pl.col("undelivered"),
            pl.format(
                "product {} does not say on which days it is delivered", "product_id"
            ),
        ),
        (
            listed & pl.col("list_currency").is_null(),
            pl.format("there is no price list {}", price_list),
        ),
        (
            listed & ~priced,
            pl.format(
                "plan {} has no price in list {} on {}; give it one",
                plan,
                price_list,
                day,
            ),
        ),
        (~priced, pl.format("plan {} has no price on {}", plan, day)),
    ]


def _without_rate(country: str) -> Reasons:
    words = f"product {{}} has no VAT rate in {country} on {{}}"
    return [(pl.col("rate_micro").is_null(), pl.format(words, "product_id", _day()))]


def _in_other_currency() -> Reasons:
    plan, price_list = pl.col("plan_id"), pl.col("price_list")
    listed, agreed = price_list != "", pl.col("currency")
    return [
        (
            listed & (pl.col("list_currency") != agreed),
            pl.format(
                "list {} is priced in {}, the agreement is in {}",
                price_list,
                "list_currency",
                agreed,
            ),
        ),
        (
            ~listed & (pl.col("plan_currency") != agreed),
            pl.format(
                "plan {} is priced in {}, the agreement is in {}",
                plan,
                "plan_currency",
                agreed,
            ),
        ),
    ]


def _day() -> pl.Expr:
    return pl.col("period_from").dt.to_string()
