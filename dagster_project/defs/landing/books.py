"""Landing: the books as Parquet, part by part, for the warehouse to read."""

import dagster as dg

from billing.books import daily, landing
from dagster_project.defs.partitions import daily_asset
from dagster_project.defs.resources import BooksResource, moment, refusals


@daily_asset(
    "ledger", "landing", kinds={"dbt", "postgres"}, deps=["ordered_collections"]
)
def booked_vouchers(
    context: dg.AssetExecutionContext, books: BooksResource
) -> dg.MaterializeResult:
    """Vouchers: the audited journal less what has been booked.

    Numbered and balanced.
    """
    with refusals():
        answer = daily.book_journal(books.open(), moment(context))
    return dg.MaterializeResult(metadata={"dagster/row_count": answer["vouchers"]})


@daily_asset(
    "ledger", "landing", kinds={"parquet", "postgres"}, deps=["booked_vouchers"]
)
def landed_books(books: BooksResource) -> dg.MaterializeResult:
    """Every fact committed since the last landing, in new immutable parts."""
    landed = landing.land(books.open())
    return dg.MaterializeResult(
        metadata={"dagster/row_count": landed.rows, "position": landed.position}
    )
