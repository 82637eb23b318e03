"""Search finds a customer by whatever a clerk has: a number, a name, an address.

What names one thing comes first: customer, identity, invoice, OCR reference, agreement,
payment, e-mail, telephone. Then names and addresses that begin as the text does, and
last names that are spelt almost so: a misspelt word is looked for among the words that
names consist of, which are few, and never among the customers themselves.
"""

import re
from collections.abc import Iterator
from typing import Any, LiteralString

import polars as pl
import psycopg

from billing.books import sealing
from billing.books.queries import ask
from billing.books.session import Books
from billing.errors import Invalid
from billing.identifiers import identity

Connection = psycopg.Connection[Any]
FOUND = pl.Schema(
    {
        "kind": pl.String,
        "id": pl.String,
        "customer_id": pl.String,
        "title": pl.String,
        "detail": pl.String,
        "score": pl.Float64,
    }
)
LETTERS_MIN = 2
WORDS_MAX = 6
# How many spellings of each word are tried, and how like they must be.
SPELLINGS = 8
LIKENESS_MIN = 0.2
# Of so many that are spelt almost so, the likest are taken.
CANDIDATES = 120
EXACTLY = 0.97
NUMBER_MAX = 2**63 - 1
PHONE_DIGITS = 8
# An identity number has at least seven digits and at most so many signs.
DIGITS_MIN, SIGNS_MAX = 7, 20
CENTURIES = ("", "19", "20", "18")

CUSTOMER: LiteralString = (
    "select 'customer', customer_id, customer_id, detail.name,"
    " concat_ws(' · ', detail.email, detail.address_line, detail.city, (select"
    "  '→ ' || kept_id from merges_standing where merged_id = customer_id)), score"
    " from hits inner join lateral (select name, email, address_line, city"
    "  from customer_details where customer_details.customer_id = hits.customer_id"
    "  order by effective_on desc, seq desc limit 1) as detail on true"
)
EXACT: LiteralString = (
    "with hits as (select customer_id, max(score) as score from ("
    " select customer_id, 1.0 as score from customers"
    "  where customer_id = any(%(ids)s)"
    " union all select customer_id, 0.99 from customers"
    "  where identity_hash = any(%(hashes)s)"
    " union all (select customer_id, 0.98 from customer_index"
    "  where email = lower(%(text)s) limit %(limit)s)"
    " union all (select customer_id, 0.97 from customer_index"
    "  where phone = %(phone)s limit %(limit)s)) as named group by customer_id) "
    + CUSTOMER
    + " union all select 'invoice', invoice_id, payer_id, invoice_id,"
    " concat_ws(' · ', kind, reference, issued_on), 1.0 from invoices"
    " where invoice_id = any(%(ids)s) or reference = %(digits)s"
    "  or number = %(number)s"
    " union all select 'subscription', subscription_id, customer_id,"
    " subscription_id, started_on::text, 1.0 from subscriptions"
    " where subscription_id = any(%(ids)s)"
    " union all (select 'payment', payment_id, null, payment_id,"
    " concat_ws(' · ', payer_name, booked_on, reference), 1.0 from payments"
    " where payment_id = %(text)s or bank_reference = %(text)s limit %(limit)s)"
)
PREFIXED: LiteralString = (
    "with hits as (select customer_id, max(score) as score from ("
    " (select customer_id, 0.9 as score from customer_index"
    "  where customer_id like %(prefix)s or customer_id like upper(%(prefix)s)"
    "  limit %(limit)s)"
    " union all (select customer_id, 0.85 from customer_index"
    "  where email like lower(%(prefix)s) limit %(limit)s)"
    " union all (select customer_id, 0.84 from customer_index"
    "  where name = %(name)s limit %(limit)s)"
    " union all (select customer_id, 0.8 from customer_index"
    "  where words @@ %(query)s::tsquery limit %(limit)s)) as named"
    " group by customer_id) " + CUSTOMER
)
SPELT: LiteralString = (
    "select word from (select word from customer_words order by word <-> %(word)s"
    "  limit %(spellings)s) as near where similarity(word, %(word)s) >= %(least)s"
    " union select word from customer_words where word = any(%(turned)s)"
)
ALMOST: LiteralString = (
    "with near as (select customer_id, name from customer_index"
    " where words @@ %(query)s::tsquery limit %(candidates)s),"
    " hits as (select customer_id, 0.7 * similarity(name, %(name)s) as score from near"
    "  order by name <-> %(name)s, customer_id limit %(limit)s) " + CUSTOMER
)


def found(books: Books, text: str, limit: int = 8) -> pl.DataFrame:
    """Return what a text names or almost names, the best first.

    Columns: kind (customer, invoice, subscription, payment), id, customer_id (null for
    a payment), title, detail, score (1 is exact; below 0.7 is spelt almost so). An
    identity number is looked up by its hash and leaves no trace.
    """
    said = " ".join(text.split())
    if len(said) < LETTERS_MIN:
        return FOUND.to_frame()
    with books.transaction() as connection:
        # Every question is answered by indexes; a limit makes the planner doubt it.
        connection.execute("set local enable_seqscan = off")
        hits = _rows(connection, EXACT, _exact(books, said, limit))
        words = [] if "@" in said else _words(connection, said)
        if len(hits) < limit:
            hits += _rows(connection, PREFIXED, _prefixed(said, words, limit))
        # What is named exactly, or has digits, is not misspelt.
        spelt = not hits or hits[0][-1] < EXACTLY
        if len(hits) < limit and spelt and not re.search(r"[0-9@]", said):
            hits += _almost(connection, words, limit)
        connection.execute("set local enable_seqscan = on")
    frame = pl.DataFrame(hits, schema=FOUND, orient="row")
    best = frame.sort("score", descending=True, maintain_order=True)
    return best.unique(["kind", "id"], keep="first", maintain_order=True).head(limit)


def customers_found(books: Books, text: str, limit: int = 50) -> pl.DataFrame:
    """Return the customers that a text finds, also by what is theirs, the best first.

    Columns: customer_id, name, kind, email, city, country, subscriptions,
    balance_minor.
    """
    if len(text.strip()) < LETTERS_MIN:
        ids = ask(
            books,
            "select customer_id from customers order by customer_id limit %(limit)s",
            {"limit": limit},
        )["customer_id"]
    else:
        hits = found(books, text, limit).drop_nulls("customer_id")
        ids = hits["customer_id"].unique(maintain_order=True)
    return ask(
        books,
        "select customer_id, name, kind, email, city, country,"
        " (select count(*) from subscriptions as s"
        "  where s.customer_id = named.customer_id) as subscriptions,"
        " coalesce((select sum(open_minor) from open_items as item"
        "  where item.customer_id = named.customer_id), 0)::bigint as balance_minor"
        " from unnest(%(ids)s::text[]) with ordinality as named (customer_id, place)"
        " inner join customers using (customer_id) inner join lateral"
        " (select name, email, city, country from customer_details as detail"
        "  where detail.customer_id = named.customer_id"
        "  order by effective_on desc, seq desc limit 1) as detail on true"
        " order by place",
        {"ids": ids.to_list()},
    )


def _rows(
    connection: Connection, query: LiteralString, named: dict[str, Any]
) -> list[tuple[Any, ...]]:
    return connection.execute(query, named).fetchall()


def _exact(books: Books, said: str, limit: int) -> dict[str, Any]:
    digits = re.sub(r"[ -]", "", said)
    whole = digits.isascii() and digits.isdigit()
    telephone = re.sub(r"[^0-9]", "", said)
    called = re.fullmatch(r"[+0-9 ()/-]+", said) and len(telephone) >= PHONE_DIGITS
    return {
        "text": said,
        "ids": [said, said.upper()],
        "hashes": list(_hashes(books, said)),
        "digits": digits if whole else None,
        "number": int(digits) if whole and int(digits) <= NUMBER_MAX else None,
        "phone": telephone[-PHONE_DIGITS:] if called else None,
        "limit": limit,
    }


def _hashes(books: Books, said: str) -> Iterator[str]:
    """Return the hashes of every identity number that the text may be."""
    if len(said) > SIGNS_MAX or len(re.sub(r"[^0-9]", "", said)) < DIGITS_MIN:
        return
    seal = sealing.seal_of(books.home)
    for kind in ("person", "company"):
        for country in identity.COUNTRIES:
            for century in CENTURIES:
                try:
                    named = identity.validate(kind, country, f"{century}{said}", None)
                except Invalid:
                    continue
                yield seal.hash_of(*named)


def _words(connection: Connection, said: str) -> list[str]:
    row = connection.execute("select words_of(%s)", (said,)).fetchone()
    return [word for word in (row[0] if row else [])[:WORDS_MAX] if word]


def _prefixed(said: str, words: list[str], limit: int) -> dict[str, Any]:
    prefix = f"{_literal(said)}%"
    return {
        "prefix": prefix,
        "name": " ".join(words),
        "query": " & ".join(f"{_lexeme(word)}:*" for word in words),
        "limit": limit,
    }


def _almost(
    connection: Connection, words: list[str], limit: int
) -> list[tuple[Any, ...]]:
    """Find names of which every word is spelt like one of the text.

    A word that somebody is called is taken to be right, unless nobody has it with the
    others: most often one word is misspelt, and the right one says the most.
    """
    each = [spellings(connection, word) for word in words]
    known = [near for near in each if near]
    # A word that is like no other may be a place; when most are, it is no name at all.
    if 2 * len(known) <= len(words):
        return []
    strict = [
        [word] if word in near else near
        for word, near in zip(words, each, strict=True)
        if near
    ]
    for named in (strict, known) if strict != known else (known,):
        asked = {
            "query": every(named),
            "name": " ".join(words),
            "candidates": CANDIDATES,
            "limit": limit,
        }
        if hits := _rows(connection, ALMOST, asked):
            return hits
    return []


def every(words: list[list[str]]) -> str:
    """Return the query for names that have every word, in one of its spellings.

    >>> every([["anna", "ana"], ["berg"]])
    "('anna' | 'ana') & ('berg')"
    """
    return " & ".join(
        f"({' | '.join(_lexeme(word) for word in spellings)})" for spellings in words
    )


def spellings(connection: Connection, word: str) -> list[str]:
    """Return the words of names that are spelt like a word, by their trigrams."""
    # Two letters turned round share few trigrams when the word is short.
    turned = [
        word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(len(word) - 1)
    ]
    named = {
        "word": word,
        "spellings": SPELLINGS,
        "least": LIKENESS_MIN,
        "turned": turned,
    }
    return [spelt for (spelt,) in connection.execute(SPELT, named).fetchall()]


def _literal(said: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", said)


def _lexeme(word: str) -> str:
    """Quote a word for a query of words."""
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
