"""Files that have come are read into facts; every byte is kept."""

import dagster as dg

from dagster_project.defs.partitions import daily_asset
from dagster_project.defs.resources import BooksResource, moment
from ingest import inbox


@daily_asset("payments", "inbox", kinds={"polars", "postgres"}, deps=[])
def received_files(
    context: dg.AssetExecutionContext, books: BooksResource
) -> dg.MaterializeResult:
    """Files of the inbox: recognised, kept in the vault, recorded once and matched."""
    received = inbox.receive(books.open(), moment(context))
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": received.rows,
            "files": received.files,
            "refused": received.refused,
        }
    )
