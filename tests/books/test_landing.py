"""The landing is the books in Parquet: nothing twice, nothing skipped, nothing torn."""

import json
from datetime import date

import polars as pl
import psycopg

from billing.books import landing, verify
from billing.books.handle import SYSTEM, Moment, handle
from billing.customers.registration import RegisterCustomers, customers_frame

DAY = date(2024, 1, 15)
SET = (
    "select set_config('saldo.at', '2024-01-15T05:00:00+01:00', true),"
    " set_config('saldo.actor', 'late', true),"
    " set_config('saldo.command_id', '00000000-0000-0000-0000-000000000009', true)"
)


def landed(paper, table):
    return pl.read_parquet(paper.books.home.landing / table / "*.parquet")


def register(paper, name):
    command = RegisterCustomers(customers_frame([{"kind": "person", "name": name}]))
    handle(paper.books, command, actor=SYSTEM, moment=Moment.morning(DAY))


def test_a_second_landing_adds_only_what_is_new(newspaper):
    landing.land(newspaper.books)
    assert landing.land(newspaper.books).rows == 0
    register(newspaper, "Kim")
    assert landing.land(newspaper.books).rows == 4
    assert landed(newspaper, "customers").height == 3


def test_a_table_without_rows_has_a_part_with_its_columns(newspaper):
    landing.land(newspaper.books)
    assert "amount_minor" in landed(newspaper, "payments").columns


def test_a_late_commit_is_landed_later_and_not_skipped(newspaper):
    with psycopg.connect(newspaper.books.url) as late:
        late.execute("set search_path = books")
        late.execute(SET)
        late.execute(
            "insert into customers (customer_id, kind, registered_on)"
            " values ('LATE', 'person', '2024-01-15')"
        )
        register(newspaper, "Early")
        landing.land(newspaper.books)
        assert "LATE" not in landed(newspaper, "customers")["customer_id"]
    register(newspaper, "After")
    landing.land(newspaper.books)
    numbers = landed(newspaper, "customers")["customer_id"].to_list()
    assert "LATE" in numbers
    assert len(numbers) == len(set(numbers)) == 5


def test_a_part_without_its_manifest_is_forgotten(newspaper):
    landing.land(newspaper.books)
    torn = newspaper.books.home.landing / "customers" / "seq=9-9.parquet"
    landed(newspaper, "customers").write_parquet(torn)
    landing.land(newspaper.books)
    assert not torn.exists()
    assert landed(newspaper, "customers").height == 2


def test_numbers_keep_the_precision_of_the_books(newspaper):
    landing.land(newspaper.books)
    assert landed(newspaper, "price_versions")["amount"].dtype == pl.Decimal(18, 6)


def test_a_changed_part_is_found_by_verify(newspaper):
    landing.land(newspaper.books)
    manifest = json.loads((newspaper.books.home.landing / "manifest.json").read_text())
    part = next(p for p in manifest["parts"] if p["rows"] > 0)
    path = newspaper.books.home.landing / part["file"]
    path.write_bytes(path.read_bytes() + b" ")
    found = verify.verify(newspaper.books).filter(~pl.col("passed"))
    assert found["check"].to_list() == ["the landing is what was landed"]


def test_a_table_with_other_columns_is_landed_anew(newspaper):
    landing.land(newspaper.books)
    home = newspaper.books.home.landing
    manifest = json.loads((home / "manifest.json").read_text())
    part = next(p for p in manifest["parts"] if p["table"] == "customers")
    older = pl.read_parquet(home / part["file"]).drop("identity_shown")
    older.with_columns(identity_number=pl.lit("198112189876")).write_parquet(
        home / part["file"]
    )
    landing.land(newspaper.books)
    assert landed(newspaper, "customers").height == 2
    assert "identity_shown" in landed(newspaper, "customers").columns
    assert landed(newspaper, "customers")["identity_number"].null_count() == 2
    found = verify.verify(newspaper.books).filter(~pl.col("passed"))
    assert found.is_empty()
