"""The schema itself refuses what must never happen, whoever asks."""

from datetime import date

import psycopg
import pytest

from billing.books import facts
from billing.invoicing.command import BillDay

DAY = date(2024, 1, 15)
SET = (
    "select set_config('saldo.at', '2024-01-15T05:00:00+01:00', true),"
    " set_config('saldo.actor', 'test', true),"
    " set_config('saldo.command_id', '00000000-0000-0000-0000-000000000001', true)"
)
UPSERT = (
    "insert into customers (customer_id, kind, registered_on)"
    " values ('C1', 'person', '2024-01-01')"
    " on conflict (customer_id) do update set kind = 'company'"
)
VOUCHER = {
    "legal_entity": "NB",
    "series": "A",
    "accounting_date": DAY,
    "text": "test",
}


def vouchers(*lines, count=2, number=1, source="test"):
    head = VOUCHER | {
        "voucher_id": f"NB-A{number}",
        "number": number,
        "source_key": source,
        "line_count": count,
    }
    rows = [
        {
            "voucher_id": f"NB-A{number}",
            "n": n,
            "account": account,
            "currency": currency,
            "amount_minor": amount,
        }
        for n, (account, currency, amount) in enumerate(lines, 1)
    ]
    return head, rows


def post(books, head, rows):
    with books.transaction() as connection:
        connection.execute(SET)
        facts.append(connection, "vouchers", [head])
        facts.append(connection, "voucher_lines", rows)


def test_a_balanced_voucher_is_booked(newspaper):
    post(newspaper.books, *vouchers(("1510", "SEK", 100), ("2970", "SEK", -100)))
    assert newspaper.ask("select count(*) as n from vouchers")["n"][0] == 1


@pytest.mark.parametrize(
    "lines",
    [
        (("1510", "SEK", 100), ("2970", "SEK", -99)),
        (("1510", "SEK", 100), ("2970", "EUR", -100)),
        (("1510", "SEK", 100),),
        (("1510", "SEK", 50), ("1511", "SEK", 50), ("2970", "SEK", -100)),
    ],
    ids=["skewed", "per currency", "a line too few", "a line too many"],
)
def test_a_voucher_that_is_not_whole_cannot_commit(newspaper, lines):
    with pytest.raises(psycopg.errors.CheckViolation):
        post(newspaper.books, *vouchers(*lines))
    assert newspaper.ask("select count(*) as n from voucher_lines")["n"][0] == 0


def test_a_line_of_zero_is_refused(newspaper):
    with pytest.raises(facts.RefusedByTheBooks):
        post(newspaper.books, *vouchers(("1510", "SEK", 0), ("2970", "SEK", 0)))


def test_no_line_is_added_to_a_booked_voucher(newspaper):
    head, rows = vouchers(("1510", "SEK", 100), ("2970", "SEK", -100))
    post(newspaper.books, head, rows)
    late = [row | {"n": row["n"] + 2} for row in rows]
    with (
        pytest.raises(facts.RefusedByTheBooks, match="sealed"),
        newspaper.books.transaction() as connection,
    ):
        connection.execute(SET)
        facts.append(connection, "voucher_lines", late)


def test_one_source_is_booked_once(newspaper):
    lines = ("1510", "SEK", 100), ("2970", "SEK", -100)
    post(newspaper.books, *vouchers(*lines))
    with pytest.raises(facts.AlreadyThere):
        post(newspaper.books, *vouchers(*lines, number=2))


def test_a_date_in_a_closed_period_is_refused(newspaper):
    with newspaper.books.transaction() as connection:
        connection.execute(SET)
        closed = {"legal_entity": "NB", "closed_through": date(2024, 1, 31)}
        facts.append(connection, "period_closings", [closed])
    with pytest.raises(psycopg.errors.CheckViolation, match="closed period"):
        post(newspaper.books, *vouchers(("1510", "SEK", 1), ("2970", "SEK", -1)))


@pytest.mark.parametrize(
    "statement",
    [
        "update invoices set total_minor = 0",
        "delete from invoices",
        "truncate invoices cascade",
        "delete from invoice_lines",
        UPSERT,
        "alter table invoices disable trigger all",
        "drop table invoices",
        "set session_replication_role = replica",
        "insert into invoices (xid) values ('1'::xid8)",
    ],
)
def test_the_application_can_neither_edit_nor_remove(newspaper, statement):
    newspaper.subscribe()
    newspaper.give(BillDay("NB"), on=DAY)
    with (
        pytest.raises(psycopg.Error),
        newspaper.books.transaction() as connection,
    ):
        connection.execute(SET)
        connection.execute(statement)
    assert newspaper.ask("select sum(total_minor)::bigint as t from invoices")["t"][0]


@pytest.mark.parametrize("verb", ["update {} set actor = ''", "delete from {}"])
def test_not_even_the_owner_edits_a_fact_by_mistake(newspaper, verb):
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"),
        psycopg.connect(newspaper.books.url) as connection,
    ):
        connection.execute(verb.format("books.customers"))


def test_a_row_outside_the_handler_is_refused(newspaper):
    with (
        pytest.raises(psycopg.Error),
        newspaper.books.transaction() as connection,
    ):
        connection.execute("insert into customers (customer_id) values ('X')")


def test_price_versions_may_not_overlap(newspaper):
    version = {
        "plan_id": "daily",
        "phase": 0,
        "applies_to": "renewal",
        "model": "flat",
        "amount": "319",
    }
    with newspaper.books.transaction() as connection:
        connection.execute(SET)
        whole_year = version | {
            "version": 2,
            "valid_from": date(2025, 1, 1),
            "valid_to": date(2026, 1, 1),
        }
        facts.append(connection, "price_versions", [whole_year])
    with (
        pytest.raises(facts.AlreadyThere),
        newspaper.books.transaction() as connection,
    ):
        connection.execute(SET)
        inside = version | {"version": 3, "valid_from": date(2025, 6, 1)}
        facts.append(connection, "price_versions", [inside])
