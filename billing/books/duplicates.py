"""Duplicates are registrations that may be one customer: candidates for a merge.

Two with the same identity number cannot be. So what is alike is the e-mail, the
telephone, or name and address, which are compared by their trigrams. Pairs come from
equal keys (a hash join), and for one customer also from the trigram index of words,
never from everybody with everybody.
"""

from typing import LiteralString

import polars as pl

from billing.books.customer_search import every, spellings
from billing.books.queries import ask
from billing.books.session import Books

CANDIDATES = pl.Schema(
    {
        "customer_id": pl.String,
        "other_id": pl.String,
        "name": pl.String,
        "other_name": pl.String,
        "reason": pl.String,
        "score": pl.Float64,
    }
)
# Names so common, or a number given by so many, that a pair of them says nothing.
GROUP_MAX = 40
# Of so many whose names are spelt alike, those at the likest address are taken.
CANDIDATES_MAX = 500

# Each way to be alike: its key, and what is compared between two of the same key.
BLOCKS: LiteralString = (
    "keyed as (select 'email' as reason, email as key, customer_id from customer_index"
    "  where email is not null"
    " union all select 'phone', phone, customer_id from customer_index"
    "  where phone is not null"
    " union all select 'address', postal_code || '/' || house, customer_id"
    "  from customer_index where postal_code is not null and house is not null"
    " union all select 'name', name, customer_id from customer_index),"
    " shared as (select reason, key from keyed group by reason, key"
    "  having count(*) between 2 and %(group_max)s),"
    " members as (select keyed.* from keyed inner join shared using (reason, key)),"
    " pairs as (select one.customer_id, other.customer_id as other_id, one.reason"
    "  from members as one inner join members as other using (reason, key)"
    "  where one.customer_id < other.customer_id)"
)
NEAR: LiteralString = (
    "one as (select * from customer_index where customer_id = %(id)s),"
    " near as ((select other.customer_id, 'email' as reason from customer_index as"
    "  other inner join one on other.email = one.email limit %(group_max)s)"
    " union all (select other.customer_id, 'phone' from customer_index as other"
    "  inner join one on other.phone = one.phone limit %(group_max)s)"
    " union all (select other.customer_id, 'address' from customer_index as other"
    "  inner join one on other.postal_code = one.postal_code"
    "  and other.house = one.house limit %(group_max)s)"
    " union all (select customer_id, 'name' from customer_index"
    "  where words @@ %(query)s::tsquery limit %(candidates)s)),"
    " pairs as (select %(id)s as customer_id, customer_id as other_id, reason"
    "  from near where customer_id <> %(id)s)"
)
# The same e-mail or telephone is half of the proof; the names are the other half.
SCORED: LiteralString = (
    " scored as (select pairs.customer_id, other_id, pairs.reason,"
    "  case when pairs.reason in ('email', 'phone')"
    "   then 0.5 + 0.5 * similarity(one.name, other.name)"
    "   else similarity(one.likeness, other.likeness) end::float8 as score"
    "  from pairs inner join customer_index as one using (customer_id)"
    "  inner join customer_index as other on other.customer_id = other_id),"
    " best as (select distinct on (customer_id, other_id) * from scored"
    "  where score >= %(least)s order by customer_id, other_id, score desc, reason)"
    " select best.customer_id, other_id, one.name, other.name as other_name, reason,"
    " score from best inner join customers as first"
    " on first.customer_id = best.customer_id"
    " inner join customers as second on second.customer_id = other_id"
    " inner join lateral (select name from customer_details as detail"
    "  where detail.customer_id = best.customer_id"
    "  order by effective_on desc, seq desc limit 1) as one on true"
    " inner join lateral (select name from customer_details as detail"
    "  where detail.customer_id = other_id"
    "  order by effective_on desc, seq desc limit 1) as other on true"
    # Whoever has two numbers of one scheme is two.
    " where first.kind = second.kind and not coalesce("
    "  first.identity_scheme = second.identity_scheme"
    "  and first.identity_hash <> second.identity_hash, false)"
    " and not exists (select from customer_merges"
    "  where (kept_id = best.customer_id and merged_id = other_id)"
    "  or (kept_id = other_id and merged_id = best.customer_id))"
    " and not exists (select from merges_standing"
    "  where merged_id in (best.customer_id, other_id))"
    " and not exists (select from erasures where erasures.customer_id in"
    "  (best.customer_id, other_id))"
    " order by score desc, best.customer_id, other_id limit %(limit)s"
)


def candidates(books: Books, limit: int = 50, least: float = 0.6) -> pl.DataFrame:
    """Return pairs of the whole register that may be one customer, the likest first.

    Columns: customer_id, other_id, name, other_name, reason (email, phone, name,
    address), score (1 is the same). Pairs that were merged or split before are decided.
    """
    named = {"limit": limit, "least": least, "group_max": GROUP_MAX}
    return _shaped(ask(books, "with " + BLOCKS + "," + SCORED, named))


def candidates_of(
    books: Books, customer_id: str, limit: int = 10, least: float = 0.4
) -> pl.DataFrame:
    """Return who may be the same as one customer, also misspelt; as `candidates`."""
    with books.transaction() as connection:
        connection.execute("set local enable_seqscan = off")
        row = connection.execute(
            "select words_of(name) from customer_index where customer_id = %s",
            (customer_id,),
        ).fetchone()
        spelt = [spellings(connection, word) for word in (row[0] if row else [])]
        named = {
            "id": customer_id,
            "query": every([near for near in spelt if near]),
            "limit": limit,
            "least": least,
            "group_max": GROUP_MAX,
            "candidates": CANDIDATES_MAX,
        }
        found = ask(books, "with " + NEAR + "," + SCORED, named)
        connection.execute("set local enable_seqscan = on")
    return _shaped(found)


def _shaped(found: pl.DataFrame) -> pl.DataFrame:
    return found.cast(CANDIDATES) if found.height else CANDIDATES.to_frame()
