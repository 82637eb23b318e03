"""2.11: prices are shown with or without VAT, a bundle's by the tax of its parts."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from billing.catalogue.file import parse
from billing.invoicing.price_tags import TAGS, tags

CATALOGUE = """
price_lists: [{id: norge, currency: NOK, market: "NO"}]
products:
  - {id: paper, name: Papper, vat: print}
  - {id: coffee, name: Kaffe, vat: food}
  - {id: app, name: App, vat: standard}
plans:
  - {id: paper, name: Papper, product: paper, prices_include_vat: true,
     price: {amount: "106.00"}}
  - {id: app, name: App, product: app, prices: [
     {from: 2025-01-01, price: {amount: "80.00"}},
     {from: 2026-06-01, price: {amount: "100.00"}}],
     lists: {norge: {price: {amount: "90.00"}}}}
  - {id: both, name: Båda, prices_include_vat: true, price: {amount: "231.00"},
     bundle: [{product: paper, standalone_price: "106"},
              {product: app, standalone_price: "125"}]}
  - {id: coffee, name: Kaffe, product: coffee, prices_include_vat: true,
     price: {amount: "112.00"}}
"""


def known(text):
    file = parse(text)
    return replace(file, prices=file.prices.with_columns(version=pl.lit(1, pl.Int64)))


def shown(on):
    return tags(known(CATALOGUE), "SE", on)


def amounts(on, plan_id, price_list=""):
    row = shown(on).filter(plan_id=plan_id, price_list=price_list)
    return row.select("currency", "net_minor", "gross_minor").row(0)


@pytest.mark.parametrize(
    ("on", "plan_id", "expected"),
    [
        (date(2026, 1, 1), "paper", ("SEK", 10000, 10600)),
        (date(2026, 1, 1), "app", ("SEK", 8000, 10000)),
        (date(2026, 7, 1), "app", ("SEK", 10000, 12500)),
        (date(2026, 1, 1), "both", ("SEK", 20000, 23100)),
        (date(2026, 1, 1), "coffee", ("SEK", 10000, 11200)),
        (date(2026, 4, 1), "coffee", ("SEK", 10566, 11200)),
    ],
)
def test_a_tag_says_the_price_of_the_day_with_and_without_vat(on, plan_id, expected):
    assert amounts(on, plan_id) == expected


def test_a_price_list_has_its_own_currency():
    assert amounts(date(2026, 1, 1), "app", "norge") == ("NOK", 9000, 11250)


def test_no_catalogue_has_no_tags():
    assert tags(known(""), "SE", date(2026, 1, 1)).schema == TAGS
