"""The bench of the search: invented customers, and every kind of question to them."""

import random
import statistics
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from billing.books.session import Books

SEED = 7
ASKED = 40
FIRST_NAMES = [
    *("Anna", "Eva", "Maria", "Karin", "Sara", "Lena", "Emma", "Kerstin", "Ingrid"),
    *("Birgitta", "Marie", "Elin", "Hanna", "Åsa", "Linnéa", "Erik", "Lars", "Karl"),
    *("Anders", "Johan", "Per", "Nils", "Mikael", "Jan", "Hans", "Lennart", "Gunnar"),
    *("Olof", "Björn", "Göran", "Jørgen", "Søren", "Lauri", "Matti", "Kari", "Sanna"),
]
SYLLABLES = [
    *("Berg", "Lind", "Ström", "Sjö", "Dal", "Holm", "Ek", "Alm", "Ny", "Sand", "Hög"),
    *("Söder", "Norr", "Väster", "Öst", "Hed", "Stor", "Lund", "Gran", "Björk", "Ås"),
    *("Vik", "Stål", "Silver", "Gull", "Horn", "Ceder", "Rosen", "Lager", "Löv"),
]
ENDINGS = [
    *("son", "ström", "gren", "qvist", "berg", "man", "blad", "dahl", "lund", "stedt"),
    *("mark", "fors", "löf", "hammar"),
]

# Customers straight into the books: what is measured is the finding of them.
PEOPLE = """
insert into customers (customer_id, kind, registered_on, identity_scheme, identity_hash)
select 'C' || n, 'person', date '2026-01-01', 'personnummer', md5(n::text)
from generate_series(1, %(size)s) as n;
insert into customer_details (customer_id, effective_on, name, email, phone,
    address_line, postal_code, city, country, language, delivery)
select 'C' || n, date '2026-01-01',
    (%(first)s::text[])[1 + (hashint8(n) & 2147483647) %% %(firsts)s] || ' '
    || (%(last)s::text[])[1 + (hashint8(n::bigint * 7919) & 2147483647) %% %(lasts)s],
    'kund' || n || '@example.org', '070' || lpad(n::text, 7, '0'),
    'Gatan ' || n %% 300, lpad((10000 + n %% 80000)::text, 5, '0'), 'Staden', 'SE',
    'sv', 'email'
from generate_series(1, %(size)s) as n;
insert into invoices (invoice_id, legal_entity, series, number, kind, payer_id,
    currency, reference, payment_method, issued_on, due_on, net_minor, vat_minor,
    rounding_minor, total_minor)
select 'B-F' || n, 'B', 'F', n, 'invoice', 'C' || n, 'SEK', '9' || n, 'bankgiro',
    date '2026-01-01', date '2026-01-31', 100, 25, 0, 125
from generate_series(1, %(size)s) as n;
analyze;
"""
AXES = (
    "select set_config('saldo.at', '2026-01-01T05:00:00+01:00', true),"
    " set_config('saldo.actor', 'bench', true), set_config('saldo.command_id',"
    " '00000000-0000-0000-0000-000000000001', true),"
    " set_config('search_path', 'books, public', true)"
)


def measure(opened: "Books", size: int) -> list[dict[str, Any]]:
    """Return the time of each kind of question: p50 and p95 in milliseconds."""
    from billing.books import customer_search

    made = _fill(opened, size)
    rows = [{"question": "made", "asked": size, "p50 ms": None, "p95 ms": made}]
    random.seed(SEED)
    for kind, questions in _questions(opened, size).items():
        times = []
        for text in questions:
            started = time.perf_counter()
            found = customer_search.found(opened, text)
            times.append(1000 * (time.perf_counter() - started))
            assert found.height, f"{kind}: {text} found nobody"  # noqa: S101 - a bench that finds nothing measures nothing
        ninety_fifth = statistics.quantiles(times, n=20)[-1]
        rows.append(
            {
                "question": kind,
                "asked": len(times),
                "p50 ms": round(statistics.median(times), 1),
                "p95 ms": round(ninety_fifth, 1),
            }
        )
    return rows


def _fill(opened: "Books", size: int) -> float:
    import psycopg

    names = [f"{one}{two.lower()}" for one in SYLLABLES for two in ENDINGS]
    named = {
        "size": size,
        "first": FIRST_NAMES,
        "firsts": len(FIRST_NAMES),
        "last": names,
        "lasts": len(names),
    }
    started = time.perf_counter()
    with psycopg.connect(opened.url) as owner:
        owner.execute(AXES)
        for statement in PEOPLE.split(";\n"):
            if statement.strip():
                owner.execute(statement, named)
    return round(1000 * (time.perf_counter() - started))


def _questions(opened: "Books", size: int) -> dict[str, list[str]]:
    """Return texts to ask for, by kind, of customers chosen at random."""
    chosen = random.sample(range(1, size + 1), ASKED)
    listed = ", ".join(f"'C{n}'" for n in chosen)
    people = opened.read(
        "select customer_id, name, email, phone from customer_details"  # noqa: S608 - numbers of our own
        f" where customer_id in ({listed})"
    )
    names = people["name"].to_list()
    return {
        "customer number": people["customer_id"].to_list(),
        "e-mail": people["email"].to_list(),
        "e-mail, its beginning": [mail[:8] for mail in people["email"]],
        "telephone": people["phone"].to_list(),
        "invoice number": [str(n) for n in chosen],
        "reference": [f"9{n}" for n in chosen],
        "name": names,
        "surname": [name.split()[1] for name in names],
        "name, its beginning": [name[:-2] for name in names],
        "misspelt name": [_misspelt(name) for name in names],
        "misspelt surname": [_misspelt(name.split()[1]) for name in names],
    }


def _misspelt(name: str) -> str:
    """Return a name with one letter left out, or two turned round."""
    place = random.randrange(1, len(name) - 2)  # noqa: S311 - a choice, not a secret
    if place % 2:
        return name[:place] + name[place + 1 :]
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
