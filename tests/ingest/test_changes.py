"""Changes are asked for in a file, and each is carried out or refused on its own."""

from pathlib import Path

import pytest

from billing.books import queries
from billing.books.handle import SYSTEM, Actor, Moment, handle
from billing.books.session import Books
from billing.customers.registration import RegisterCustomers, customers_frame
from billing.subscriptions.agreement import Subscribe, agreements_frame
from ingest.base import changes
from ingest.base.intake import Import, import_file

ROWS = """subscription_id;change;effective;plan_id;quantity;until_on;reason
S1;plan;now;weekend;;;
S9;cancel;period_end;;;;dyrt
S2;pause;2026-02-01;;;2026-02-15;
S1;resume;2026-02-08;;;;
S3;cancel;2026-03-01;;;;
S3;sing;now;;;;
"""


@pytest.fixture
def taken(books: Books, tmp_path: Path, moment: Moment, clerk: Actor):
    customers = [{"customer_id": "C1", "kind": "person", "name": "Kim"}]
    start = {"customer_id": "C1", "plan_id": "daily", "start_on": moment.on}
    agreements = [{"subscription_id": f"S{n}", **start} for n in (1, 2, 3)]
    for command in (
        RegisterCustomers(customers_frame(customers)),
        Subscribe(agreements_frame(agreements)),
    ):
        handle(books, command, actor=SYSTEM, moment=moment)
    path = tmp_path / "changes.csv"
    path.write_text(ROWS, "utf-8")
    return import_file(books, Import("changes", path), moment=moment, actor=clerk)


def test_each_row_is_carried_out_or_refused(books: Books, taken) -> None:
    assert taken.answers["changes"] == {"changed": 3}
    assert taken.refused.select("line", "field").rows() == [
        (3, "change"),
        (5, "change"),
        (7, "change"),
    ]
    kinds = queries.subscription_history(books, "S1")["kind"].to_list()
    assert kinds == ["start", "change"]


def test_refusals_say_what_the_books_said(taken) -> None:
    by_line = dict(taken.refused.select("line", "message").rows())
    assert by_line[3] == "there is no agreement S9"
    assert "'sing' is no change" in by_line[7]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("S1;plan;now;;", "plan_id"),
        ("S1;quantity;now;;", "quantity"),
        ("S1;quantity;now;;-1", "quantity"),
        ("S1;cancel;soon;;", "effective"),
        ("S1;pause;now;;", "effective"),
        (";cancel;now;;", "subscription_id"),
    ],
)
def test_a_row_that_says_too_little_names_the_field(row: str, field: str) -> None:
    text = f"subscription_id;change;effective;plan_id;quantity\n{row}\n"
    imported = changes.read(text.encode(), "changes.csv")
    assert imported.refused["field"].to_list() == [field]
    assert imported.rows.is_empty()
