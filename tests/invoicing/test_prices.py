"""Price models: what a quantity costs."""

import json

import polars as pl
import pytest

from billing.invoicing import prices
from billing.invoicing.timeline import QUANTITY

RISING = [
    {"up_to": "250", "amount": "1"},
    {"up_to": "500", "amount": "2"},
    {"amount": "3"},
]
FLAT_FEES = [
    {"up_to": "100", "amount": "2", "flat": "10"},
    {"up_to": "200", "amount": "1"},
    {"amount": "0.5", "flat": "50"},
]
STEPS = [
    {"up_to": "10", "amount": "50"},
    {"up_to": "20", "amount": "100"},
    {"amount": "150"},
]


def cost(model, quantity, *, amount="0", currency="SEK", uses=None, **terms):
    piece = pl.DataFrame(
        {
            "model": [model], "amount": [amount], "quantity": [quantity],
            "terms": [json.dumps(terms)], "currency": [currency],
        }
    ).with_columns(
        pl.col("amount", "quantity").cast(QUANTITY), agreed_minor=pl.lit(None, pl.Int64)
    )  # fmt: skip
    single = (
        None
        if uses is None
        else pl.DataFrame({"piece": [0] * len(uses), "quantity": uses}).with_columns(
            pl.col("piece").cast(pl.UInt32), pl.col("quantity").cast(QUANTITY)
        )
    )
    return prices.listed(piece, single)["list_minor"][0]


@pytest.mark.parametrize(
    ("model", "quantity", "terms", "minor"),
    [
        ("graduated", "1000", {"tiers": RISING}, 225000),
        ("graduated", "250", {"tiers": RISING}, 25000),
        ("graduated", "0", {"tiers": FLAT_FEES}, 1000),
        ("volume", "0", {"tiers": FLAT_FEES}, 1000),
        ("volume", "100", {"tiers": FLAT_FEES}, 21000),
        ("volume", "100.5", {"tiers": FLAT_FEES}, 10050),
        ("volume", "210", {"tiers": FLAT_FEES}, 15500),
        ("stairstep", "25", {"tiers": STEPS}, 15000),
        ("stairstep", "10", {"tiers": STEPS}, 5000),
        ("stairstep", "0", {"tiers": STEPS}, 0),
        ("package", "121", {"amount": "100", "size": 10, "free_units": "10"}, 120000),
        ("package", "5", {"amount": "100", "size": 10, "free_units": "200"}, 0),
        ("percentage", "0", {"rate": "0.01", "fixed": "2"}, 0),
        ("percentage", "10", {"rate": "0.1", "min": "5"}, 500),
        ("percentage", "10", {"rate": "0.1", "max": "0.50"}, 50),
        ("per_unit", "3", {"amount": "49.505"}, 14852),
        ("flat", "3", {"amount": "299"}, 29900),
    ],
)
def test_a_quantity_costs(model, quantity, terms, minor):
    assert cost(model, quantity, **terms) == minor


def test_a_share_is_bounded_use_by_use_and_rounded_once():
    found = cost(
        "percentage", "10090", uses=["10", "80", "10000"],
        rate="0.0299", fixed="2.00", min="1.75", max="12.00",
    )  # fmt: skip
    assert found == 1869


def test_a_currency_without_decimals_has_none():
    assert cost("flat", "1", amount="1200.50", currency="ISK") == 1201


def test_flat_prices_stand_beside_tiers_in_one_frame():
    pieces = pl.DataFrame(
        {
            "model": ["flat", "graduated"],
            "amount": ["5", "0"],
            "quantity": ["1", "2"],
            "terms": ["{}", json.dumps({"tiers": [{"amount": "3"}]})],
            "currency": ["SEK", "SEK"],
        }
    ).with_columns(
        pl.col("amount", "quantity").cast(QUANTITY), agreed_minor=pl.lit(None, pl.Int64)
    )  # fmt: skip
    assert prices.listed(pieces)["list_minor"].to_list() == [500, 600]
