"""Parties: who a customer is after merges, and in which roles it is in agreements."""

from datetime import date

import polars as pl

from billing.books.queries import ask
from billing.books.session import Books

MERGES = pl.Schema(
    dict.fromkeys(("merge_id", "kept_id", "merged_id", "name", "reason"), pl.String)
    | {"effective_on": pl.Date}
)
ROLES = ("subscriber", "payer", "recipient", "giver")
PARTIES = pl.Schema(
    dict.fromkeys(
        ("role", "subscription_id", "plan_id", "plan_name", "other_id", "other_name"),
        pl.String,
    )
    | {"started_on": pl.Date, "ended_on": pl.Date}
)
NAME = (
    "(select name from customer_details as detail"
    " where detail.customer_id = {id} order by effective_on desc, seq desc limit 1)"
)


def merges(books: Books, customer_id: str) -> pl.DataFrame:
    """Return the merges that stand and that a customer is a part of, newest first.

    Columns: merge_id, kept_id, merged_id, name (of the other one), reason,
    effective_on.
    """
    other = "case when kept_id = %(id)s then merged_id else kept_id end"
    return ask(
        books,
        "select merge_id, kept_id, merged_id,"
        f" {NAME.format(id=other)} as name, reason, effective_on"
        " from merges_standing where %(id)s in (kept_id, merged_id)"
        " order by effective_on desc, merge_id",
        {"id": customer_id},
    ).cast(MERGES)


def roles(books: Books, customer_id: str, on: date) -> pl.DataFrame:
    """Return what a customer is in each agreement: one row for each role it has.

    Columns: role (subscriber, payer, recipient, giver), subscription_id, plan_id,
    plan_name, other_id and other_name (the subscriber), started_on, ended_on.
    """
    return ask(
        books,
        "with mine as (select * from subscriptions"
        "  where customer_id = any(customers_of(%(id)s))"
        "  or payer_id = any(customers_of(%(id)s))"
        "  or recipient_id = any(customers_of(%(id)s))"
        "  or giver_id = any(customers_of(%(id)s)))"
        " select role, mine.subscription_id, held.plan_id,"
        " (select name from plans where plans.plan_id = held.plan_id"
        "  order by effective_on desc, seq desc limit 1) as plan_name,"
        f" mine.customer_id as other_id, {NAME.format(id='mine.customer_id')}"
        " as other_name, started_on, (select min(effective_on)"
        "  from subscription_changes as ending"
        "  where ending.subscription_id = mine.subscription_id and kind = 'cancel'"
        "  and not exists (select from subscription_changes as undo"
        "   where undo.undoes = ending.change_id)) as ended_on"
        " from mine cross join lateral (values ('subscriber', customer_id),"
        "  ('payer', payer_id), ('recipient', recipient_id), ('giver', giver_id))"
        "  as party (role, party_id) cross join lateral"
        " (select plan_id from subscription_changes as change"
        "  where change.subscription_id = mine.subscription_id and item = 'main'"
        "  and plan_id is not null"
        "  order by effective_on > %(on)s, effective_on desc, seq desc limit 1) as held"
        " where party_id = any(customers_of(%(id)s))"
        " order by array_position(%(roles)s::text[], role), started_on desc,"
        " subscription_id",
        {"id": customer_id, "on": on, "roles": list(ROLES)},
    ).cast(PARTIES)
