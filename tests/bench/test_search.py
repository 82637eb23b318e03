"""Customer search answers within 200 ms; `saldo bench search` measures it on a million.

Here a small register shows that every kind of question is answered at all, and that
none of them is answered by reading the whole register.
"""

import pytest

from api.commands import bench_search
from billing.books import customer_search


@pytest.fixture
def register(empty_books):
    bench_search._fill(empty_books, 3000)
    return empty_books


def test_every_kind_of_question_finds_somebody(empty_books):
    measured = bench_search.measure(empty_books, 3000)
    assert len(measured) == 12
    assert all(row["p50 ms"] < 200 for row in measured[1:])


def test_no_question_reads_the_whole_register(register, monkeypatch):
    plans = []
    real = customer_search._rows

    def explained(connection, query, named):
        told = connection.execute("explain " + query, named).fetchall()
        plans.extend(line for (line,) in told)
        return real(connection, query, named)

    monkeypatch.setattr(customer_search, "_rows", explained)
    for text in ("C17", "kund17@", "0700000017", "Anna Berg", "Ana Brgson", "917"):
        customer_search.found(register, text)
    read_whole = [
        line
        for line in plans
        if "Seq Scan on customer_index" in line
        or "Seq Scan on customer_details" in line
        or "Seq Scan on invoices" in line
    ]
    assert read_whole == []
