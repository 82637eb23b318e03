"""A landing that is older than the books' columns is landed anew, whole and once."""

import polars as pl

from billing.books import landing
from tests.warehouse.fixture import schemas


def landed(books, table):
    return pl.read_parquet(books.home.landing / table / "*.parquet")


def test_parts_without_the_new_columns_are_replaced_by_parts_with_them(newspaper):
    """2.7: what was landed before price lists has the books' own default after."""
    books = newspaper.books
    newspaper.subscribe()
    landing.land(books)
    whole = landed(books, "subscriptions")
    part = next((books.home.landing / "subscriptions").glob("*.parquet"))
    whole.drop("price_list", "giver_id", "bound_until").write_parquet(part)
    newspaper.subscribe(subscription_id="S2", customer_id="C2")
    landing.land(books)
    after = landed(books, "subscriptions").sort("subscription_id")
    assert after.columns == whole.columns
    assert after.select("subscription_id", "price_list").rows() == [
        ("S1", ""),
        ("S2", ""),
    ]
    assert landing.land(books).rows == 0


def test_the_warehouse_knows_every_column_that_is_landed(newspaper):
    """The fixture's schemas, read from the migrations, are those of the landing."""
    landing.land(newspaper.books)
    for table, schema in schemas().items():
        found = set(landed(newspaper.books, table).columns)
        assert set(schema) == found, table


def test_no_identity_number_of_a_person_is_landed(newspaper):
    """1.2: the hash and what can be opened stay in the books."""
    landing.land(newspaper.books)
    columns = set(landed(newspaper.books, "customers").columns)
    assert "identity_shown" in columns
    assert not columns & {"identity_hash", "identity_sealed"}
