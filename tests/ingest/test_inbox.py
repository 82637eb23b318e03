"""What is dropped into the inbox is taken once, kept for ever, and never lost."""

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from billing.books import oversight, vault
from billing.books.handle import Moment
from billing.books.session import Books
from billing.formats.camt import NotificationHeader, write_camt054
from ingest import inbox

CREDIT = pl.DataFrame(
    {
        "amount_minor": [29900],
        "ocr": ["999"],
        "free_text": [None],
        "payer_name": ["Åsa Öberg"],
        "bank_reference": ["B1"],
        "booked_on": [date(2026, 1, 1)],
        "alias": ["9912346"],
    },
    schema_overrides={"free_text": pl.String},
)
HEADER = NotificationHeader(
    "M1",
    datetime(2026, 1, 1, 20, 0, tzinfo=UTC),
    "SE3550000000054910000003",
    "ESSESESS",
)
CAMT = write_camt054(HEADER, CREDIT)
CUSTOMERS = b"customer_id;kind;name\nC1;person;Kim\nC2;robot;Bo\n"


def drop(books: Books, **files: bytes) -> None:
    for name, data in files.items():
        (books.home.inbox / name.replace("_", ".")).write_bytes(data)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def findings(books: Books, data: bytes) -> pl.DataFrame:
    return oversight.findings(books, hashlib.sha256(data).hexdigest())


def test_files_of_all_kinds_are_taken(books: Books, moment: Moment) -> None:
    drop(books, a_csv=CUSTOMERS, b_xml=CAMT)
    received = inbox.receive(books, moment)
    assert (received.files, received.rows, received.refused) == (2, 3, 1)
    assert left(books.home.inbox) == []
    assert vault.get(books.home, hashlib.sha256(CAMT).hexdigest()) == CAMT
    kinds = dict(oversight.files(books).select("name", "kind").rows())
    assert kinds == {"a.csv": "customers", "b.xml": "camt.054"}


def test_a_payment_with_an_unknown_reference_is_a_deviation(
    books: Books, moment: Moment
) -> None:
    drop(books, b_xml=CAMT)
    inbox.receive(books, moment)
    found = books.read("select reason, amount_minor from deviations")
    assert found.rows() == [("unknown_reference", 29900)]


def test_a_file_delivered_twice_has_one_effect(books: Books, moment: Moment) -> None:
    drop(books, b_xml=CAMT)
    inbox.receive(books, moment)
    drop(books, another_xml=CAMT)
    assert inbox.receive(books, moment).rows == 0
    assert books.read("select 1 from payments").height == 1
    assert left(books.home.inbox) == []


def test_a_broken_camt_file_is_set_aside_whole(books: Books, moment: Moment) -> None:
    broken = CAMT[: len(CAMT) // 2]
    drop(books, b_xml=broken)
    assert inbox.receive(books, moment).refused == 1
    assert books.read("select 1 from payments").is_empty()
    quarantined = left(books.home.quarantine)
    assert len(quarantined) == 1
    assert (books.home.quarantine / quarantined[0]).read_bytes() == broken
    assert findings(books, broken)["severity"].to_list() == ["error"]


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\x00", b"a;b\n1;2\n", b"", b"<html></html>"]
)
def test_a_file_of_an_unknown_kind_names_a_remedy(
    books: Books, moment: Moment, data: bytes
) -> None:
    drop(books, x_dat=data)
    inbox.receive(books, moment)
    found = findings(books, data)
    assert found["field"].to_list() == ["file"]
    assert found["remedy"][0]
    assert len(left(books.home.quarantine)) == 1


def test_a_row_that_is_refused_waits_beside_its_report(
    books: Books, moment: Moment
) -> None:
    drop(books, a_csv=CUSTOMERS)
    inbox.receive(books, moment)
    assert findings(books, CUSTOMERS).select("line", "field").rows() == [(3, "kind")]
    names = left(books.home.quarantine)
    assert [name.split(".", 1)[1] for name in names] == [
        "correct-me.csv",
        "refused.csv",
    ]


def test_unfinished_and_hidden_files_are_passed_over(
    books: Books, moment: Moment
) -> None:
    (books.home.inbox / "camt.xml.part").write_bytes(CAMT)
    (books.home.inbox / ".camt.xml").write_bytes(CAMT)
    assert inbox.receive(books, moment).files == 0
    assert len(left(books.home.inbox)) == 2


def test_a_reception_cut_off_before_the_record_counts_nothing_twice(
    books: Books, moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    drop(books, a_csv=b"kind;name\nperson;Kim\nperson;Bo\n", b_xml=CAMT)
    with monkeypatch.context() as cut:
        cut.setattr(inbox, "_record", power_cut)
        with pytest.raises(KeyboardInterrupt):
            inbox.receive(books, moment)
    assert len(left(books.home.inbox)) == 2
    inbox.receive(books, moment)
    assert books.read("select 1 from customers").height == 2
    assert books.read("select 1 from payments").height == 1
    assert left(books.home.inbox) == []
