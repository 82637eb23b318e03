"""The Telco sample, imported by the shipped mapping, ties to its known totals."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from billing.books import daily, verify
from billing.books.handle import SYSTEM, Moment, handle
from billing.books.session import Books
from billing.catalogue.file import ApplyCatalogue, parse
from billing.company import ApplyCompany
from ingest.base import company, mapping
from ingest.base.intake import Import, Taken, import_file

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "../shared/data/telco/Telco-Customer-Churn.csv"
EXAMPLES = ROOT / "docs/examples/telco"

CUSTOMERS, CHURNED = 7043, 1869
STAYING_MINOR, ALL_MINOR = 316_985_75, 456_116_60


def imported(books: Books, moment: Moment) -> Taken:
    """Import the sample by the shipped mapping, or say why not."""
    if not SAMPLE.exists():
        pytest.skip("the Telco sample is not here; it lies outside the repository")
    profile = company.read((EXAMPLES / "company.yaml").read_bytes())
    catalogue = parse((EXAMPLES / "catalogue.yaml").read_text("utf-8"))
    for command in (
        ApplyCompany(profile, moment.on),
        ApplyCatalogue(catalogue, moment.on),
    ):
        handle(books, command, actor=SYSTEM, moment=moment)
    given = mapping.as_parameters(as_of=moment.on)
    what = Import("customers", SAMPLE, mapping.shipped("telco"), given)
    return import_file(books, what, moment=moment, actor=SYSTEM)


@pytest.mark.slow
def test_twelve_months_are_billed_to_the_cent(
    empty_books: Books, moment: Moment
) -> None:
    imported(empty_books, moment)
    for month in range(12):
        first = date(moment.on.year + month // 12, 1 + month % 12, 1)
        (answer,) = daily.bill(empty_books, Moment.morning(first))
        assert answer["total_minor"] == STAYING_MINOR
        assert answer["invoices"] == CUSTOMERS - CHURNED
        assert answer["parked"] == 0
    assert verify.verify(empty_books).filter(~pl.col("passed")).is_empty()


def test_the_base_ties_to_its_source_to_the_cent(
    empty_books: Books, moment: Moment
) -> None:
    taken = imported(empty_books, moment)

    assert taken.refused.is_empty()
    assert taken.answers["customers"]["registered"] == CUSTOMERS
    assert taken.answers["agreements"]["subscribed"] == CUSTOMERS
    facts = empty_books.read(
        "select subscription_id, kind, agreed_minor from subscription_changes"
    )
    starts = facts.filter(pl.col("kind") == "start")
    ended = facts.filter(pl.col("kind") == "cancel")
    staying = starts.join(ended, on="subscription_id", how="anti")
    assert ended.height == CHURNED
    assert starts["agreed_minor"].sum() == ALL_MINOR
    assert staying["agreed_minor"].sum() == STAYING_MINOR
    longest = empty_books.read("select min(started_on) as first from subscriptions")
    assert longest["first"][0].isoformat() == "2020-01-01"
