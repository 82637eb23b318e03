"""Resources are what assets are handed: the way into the books, and dbt."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import dagster as dg
from dagster_dbt import DbtCliResource

from billing.books import warehouse
from billing.books.handle import Moment
from billing.books.home import Home
from billing.books.session import Books, open_books
from billing.errors import No


class BooksResource(dg.ConfigurableResource):
    """The books of the home that SALDO_HOME names."""

    def open(self) -> Books:
        """Start or find the server and return the way in."""
        return open_books(Home.from_environment())


def moment(context: dg.AssetExecutionContext) -> Moment:
    """Return the morning of the partition's day: the business date, never the clock."""
    return Moment.morning(date.fromisoformat(context.partition_key))


@contextmanager
def refusals() -> Iterator[None]:
    """Let a refusal fail the step at once: trying again would be refused again."""
    try:
        yield
    except No as no:
        raise dg.Failure(no.message, allow_retries=False) from no


@dg.definitions
def resources() -> dg.Definitions:
    """Return the resources by the names that assets ask for."""
    return dg.Definitions(
        resources={
            "books": BooksResource(),
            "dbt": DbtCliResource(
                project_dir=str(warehouse.PROJECT),
                profiles_dir=str(warehouse.PROJECT),
                # The one beside this interpreter, whatever PATH says.
                dbt_executable=str(Path(sys.executable).with_name("dbt")),
            ),
        }
    )
