"""The right rows of a file go in; the wrong ones wait, with their reasons."""

from pathlib import Path

import polars as pl
import pytest

from billing.books import oversight, queries
from billing.books.handle import Actor, Moment
from billing.books.session import Books
from billing.errors import NotFound
from ingest.base.intake import Import, UnknownHeadings, import_file

CUSTOMERS = """customer_id;kind;name;identity_number
C1;person;Åsa Öberg;19811218-9876
C2;person;Bo Ek;19811218-9877
C3;firm;Byggarna;
C1;person;Kim Dahl;
C5;company;Nordbygg AB;559999-8019
"""
AGREEMENTS = """subscription_id;customer_id;plan_id;start_on;agreed
S1;C1;daily;2026-01-15;
S2;C9;daily;2026-01-15;
S3;C5;monthly;2026-01-15;
S4;C5;weekend;15 januari;
S5;C5;weekend;2026-02-01;1 199,50
"""


def dropped(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "latin-1")
    return path


@pytest.fixture
def bring(books: Books, tmp_path: Path, moment: Moment, clerk: Actor):
    def bring_in(kind: str, text: str, name: str = "fil.csv"):
        what = Import(kind, dropped(tmp_path, name, text))
        return import_file(books, what, moment=moment, actor=clerk)

    return bring_in


def test_right_rows_go_in_and_wrong_ones_are_reported(books: Books, bring) -> None:
    taken = bring("customers", CUSTOMERS)
    assert taken.answers["customers"]["registered"] == 2
    assert taken.refused.select("line", "field").rows() == [
        (3, "identity_number"),
        (4, "kind"),
        (5, "customer_id"),
    ]
    assert queries.customer(books, "C1")["name"].to_list() == ["Åsa Öberg"]
    report = pl.read_csv(taken.written.report, separator=";")
    assert report["file"].unique().to_list() == ["fil.csv"]
    assert report["record"][0] == "C2;person;Bo Ek;19811218-9877"


def test_the_file_of_refused_rows_can_be_corrected_and_sent_again(
    books: Books, bring
) -> None:
    taken = bring("customers", CUSTOMERS)
    again = taken.written.rows.read_text("utf-8-sig")
    right = again.replace("9877", "9876").replace("firm", "company")
    corrected = bring("customers", right.replace("C1;person;Kim", "C4;person;Kim"))
    # Åsa has Bo's corrected number already: one customer for one identity.
    assert corrected.answers["customers"]["registered"] == 2
    assert corrected.refused["field"].to_list() == ["identity_number"]
    assert "C1" in corrected.refused["message"][0]


def test_agreements_name_what_does_not_exist(books: Books, bring) -> None:
    bring("customers", CUSTOMERS)
    taken = bring("agreements", AGREEMENTS)
    assert taken.answers["agreements"]["subscribed"] == 2
    assert taken.refused.select("line", "field").rows() == [
        (3, "customer_id"),
        (4, "plan_id"),
        (5, "start_on"),
    ]
    agreed = books.read(
        "select agreed_minor from subscription_changes where agreed_minor is not null"
    )
    assert agreed["agreed_minor"].to_list() == [119950]


def test_the_same_file_again_changes_nothing(books: Books, bring) -> None:
    bring("customers", CUSTOMERS)
    assert bring("customers", CUSTOMERS, "other name.csv").known
    assert oversight.files(books).height == 1


def test_the_same_rows_in_another_file_change_nothing(books: Books, bring) -> None:
    bring("customers", CUSTOMERS)
    taken = bring("customers", CUSTOMERS + "\n")
    assert taken.answers["customers"] == {
        "customer_ids": [],
        "registered": 0,
        "unchanged": 2,
    }


def test_an_order_file_yields_customers_agreements_and_mandates(
    books: Books, bring
) -> None:
    taken = bring(
        "customers",
        "customer_id;kind;name;identity_number;subscription_id;plan_id;start_on;"
        "bank_account;signed_on\n"
        "C1;person;Åsa;;S1;daily;2026-01-15;5000000001234567;2026-01-02\n"
        "C1;person;Åsa;;S2;weekend;2026-01-15;;2026-01-02\n"
        "C2;person;Bo;1;S3;weekend;2026-01-15;;2026-01-02\n",
    )
    assert taken.kind == "customers"
    assert taken.refused.select("line", "field").rows() == [(4, "identity_number")]


def test_unknown_headings_name_a_remedy(books: Books, bring) -> None:
    with pytest.raises(NotFound, match="kinds are customers"):
        bring("invoices", "a;b\n1;2\n")


def test_headings_of_no_kind_are_refused(books: Books, moment: Moment) -> None:
    from ingest.base import intake

    file = intake.BaseFile("x.csv", b"a;b\n1;2\n", "0" * 64)
    by = intake.By(Actor("Kim", "billing"), moment)
    with pytest.raises(UnknownHeadings, match="import it with a mapping"):
        intake.take(books, file, by)
