"""P23, 1.1: a person's number is never readable in the books or the landing."""

import hashlib
from datetime import date
from uuid import uuid4

import psycopg
import pytest

from billing.books import landing, queries, sealing
from billing.books.handle import Actor, CommandIdReused
from billing.books.home import Home, WeakSecret
from billing.books.migrations import sealed_identities
from billing.customers.personal_data import (
    ErasePersonalData,
    NoIdentity,
    NoReason,
    RevealIdentity,
)
from billing.customers.registration import (
    CustomerDiffers,
    RegisterCustomers,
    customers_frame,
)

DAY = date(2024, 2, 1)
NUMBER = "198112189876"
SERVICE = Actor("karin", "service", "screens")
TABLES = (
    "select table_name from information_schema.tables where table_schema = 'books'"
    " and table_type = 'BASE TABLE'"
)


def register(paper, **customer):
    row = {"kind": "person", "name": "Kim Ek", "identity_number": "811218-9876"}
    return paper.give(RegisterCustomers(customers_frame([row | customer])), on=DAY)


def dumped(books):
    """Everything in the books as text."""
    with books.transaction() as connection:
        names = [name for (name,) in connection.execute(TABLES)]
        return "\n".join(
            str(row)
            for name in names
            for row in connection.execute(f"select row::text from {name} as row")  # noqa: S608 - names of the schema
        )


@pytest.mark.parametrize(
    "written", ["811218-9876", "19811218-9876", "198112189876", "8112189876"]
)
def test_1_1_a_number_is_sealed_however_it_is_written(newspaper, written):
    register(newspaper, customer_id="K", identity_number=written)
    row = newspaper.ask("select * from customers where customer_id = 'K'")
    assert row["identity_number"][0] is None
    assert row["identity_shown"][0] == "19811218-****"
    seal = sealing.seal_of(newspaper.books.home)
    assert row["identity_hash"][0] == seal.hash_of("personnummer", NUMBER)
    assert seal.open(row["identity_sealed"][0], row["identity_hash"][0]) == NUMBER


def test_p23_the_number_is_nowhere_in_the_books_or_the_landing(newspaper):
    register(newspaper, customer_id="K")
    landing.land(newspaper.books)
    assert "9876" not in dumped(newspaper.books)
    for part in newspaper.books.home.landing.rglob("*"):
        assert part.is_dir() or b"9876" not in part.read_bytes()
    landed = next((newspaper.books.home.landing / "customers").glob("*.parquet"))
    assert b"identity_hash" not in landed.read_bytes()
    assert b"identity_sealed" not in landed.read_bytes()


def test_1_1_one_number_is_one_customer(newspaper):
    register(newspaper, customer_id="K")
    with pytest.raises(CustomerDiffers, match="belongs to customer K"):
        register(newspaper, customer_id="L", identity_number=NUMBER)
    assert register(newspaper, customer_id="K")["unchanged"] == 1


def test_1_1_a_sole_traders_number_is_a_persons(newspaper):
    register(newspaper, customer_id="F", kind="company", name="Kims Bygg")
    row = newspaper.ask("select * from customers where customer_id = 'F'")
    assert row["identity_scheme"][0] == "organisationsnummer"
    assert row["identity_number"][0] is None
    assert row["identity_shown"][0] == "811218-****"


def test_1_1_a_companys_number_stays_readable(newspaper):
    register(newspaper, customer_id="A", kind="company", identity_number="556016-0680")
    shown = queries.customer(newspaper.books, "A")
    assert shown["identity_number"].to_list() == ["5560160680"]


def test_p23_an_audit_row_cannot_be_used_to_try_numbers(newspaper):
    one = uuid4()
    wishes = [
        customers_frame([{"kind": "person", "name": "Kim", "identity_number": number}])
        for number in (NUMBER, "198112789873")
    ]
    newspaper.give(RegisterCustomers(wishes[0]), on=DAY, command_id=one)
    audit = newspaper.ask("select payload::text as said from commands order by seq")
    unkeyed = hashlib.sha256(wishes[0].write_csv().encode()).hexdigest()
    assert unkeyed not in audit["said"][-1]
    # The same id for another number is still another command.
    with pytest.raises(CommandIdReused):
        newspaper.give(RegisterCustomers(wishes[1]), on=DAY, command_id=one)


def test_p23_a_number_is_told_once_and_who_asked_is_recorded(newspaper):
    register(newspaper, customer_id="K")
    wish = RevealIdentity("K", "skyddad post")
    assert newspaper.give(wish, on=DAY, actor=SERVICE)["identity_number"] == NUMBER
    row = newspaper.ask("select * from identity_reveals")
    assert row.select("actor", "reason").rows() == [("karin", "skyddad post")]
    assert NUMBER not in dumped(newspaper.books)


def test_p23_a_preview_tells_no_number(newspaper):
    register(newspaper, customer_id="K")
    told = newspaper.give(RevealIdentity("K", "x"), on=DAY, preview=True)
    assert "identity_number" not in told


def test_p23_a_number_needs_a_reason_and_must_be_there(newspaper):
    register(newspaper, customer_id="K")
    with pytest.raises(NoReason, match="write why"):
        newspaper.give(RevealIdentity("K", " "), on=DAY)
    with pytest.raises(NoIdentity):
        newspaper.give(RevealIdentity("C1", "x"), on=DAY)
    with pytest.raises(NoReason):
        newspaper.give(ErasePersonalData("C1", ""), on=DAY)


def test_p23_a_number_opens_with_its_own_key_and_row_only(tmp_path):
    seal = sealing.seal_of(Home(tmp_path / "a").made())
    other = sealing.seal_of(Home(tmp_path / "b").made())
    sealed = seal.close(NUMBER, "row")
    assert seal.open(sealed, "row") == NUMBER
    assert seal.close(NUMBER, "row") != sealed
    for opener, row in ((other, "row"), (seal, "another row")):
        with pytest.raises(sealing.WrongKey, match="SALDO_SECRET_KEY"):
            opener.open(sealed, row)


def test_p23_the_key_is_made_once_for_its_owner_only(tmp_path, monkeypatch):
    monkeypatch.delenv("SALDO_SECRET_KEY", raising=False)
    home = Home(tmp_path).made()
    assert home.secret_key() == home.secret_key()
    assert len(home.secret_key()) == 32
    path = tmp_path / "secrets" / "key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    monkeypatch.setenv("SALDO_SECRET_KEY", "s" * 40)
    assert home.secret_key() != bytes.fromhex(path.read_text())
    monkeypatch.setenv("SALDO_SECRET_KEY", "short")
    with pytest.raises(WeakSecret):
        home.secret_key()


def test_p26_older_books_are_sealed_by_the_migration(newspaper):
    books = newspaper.books
    with psycopg.connect(books.url) as owner:
        owner.execute("set search_path = books, public")
        owner.execute(
            "select set_config('saldo.at', '2024-01-15', true),"
            " set_config('saldo.actor', 'old', true), set_config('saldo.command_id',"
            " '00000000-0000-0000-0000-000000000001', true)"
        )
        owner.execute(
            "insert into customers (customer_id, kind, registered_on, identity_scheme,"
            " identity_number) values ('P', 'person', '2024-01-01', 'personnummer',"
            " '198112189876'), ('S', 'person', '2024-01-01', 'personnummer',"
            " '198112789873'), ('A', 'company', '2024-01-01', 'organisationsnummer',"
            " '5560160680')"
        )
        with pytest.raises(sealed_identities.NoSecret):
            sealed_identities.seal(Op(owner), None)
        sealed_identities.seal(Op(owner), books.home.secret_key)
    seal = sealing.seal_of(books.home)
    rows = newspaper.ask(
        "select * from customers where identity_hash is not null order by customer_id"
    )
    assert rows["identity_number"].to_list() == ["5560160680", None, None]
    schemes = rows["identity_scheme"].to_list()
    assert schemes[1:] == ["personnummer", "samordningsnummer"]
    assert [
        seal.open(row["identity_sealed"], row["identity_hash"])
        for row in rows.tail(2).to_dicts()
    ] == [NUMBER, "198112789873"]
    with (
        pytest.raises(psycopg.Error, match="append-only"),
        psycopg.connect(books.url) as owner,
    ):
        owner.execute("update books.customers set kind = 'person'")


class Op:
    """What the migration asks of alembic: the connection beneath."""

    def __init__(self, connection):
        self.connection = self
        self.driver_connection = connection

    def get_bind(self):
        return self
