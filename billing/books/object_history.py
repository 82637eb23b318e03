"""The history of a thing says who changed what of it and when: before and after.

It is read from facts, each of which carries its command: nothing is written for it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from billing.books.queries import ask
from billing.books.session import Books
from billing.errors import Invalid

HISTORY = pl.Schema(
    {
        "recorded_at": pl.Datetime("us", "UTC"),
        **dict.fromkeys(
            ("actor", "source", "command", "what", "before", "after"), pl.String()
        ),
    }
)
# What every fact has, and what only machines read.
AXES = {
    "seq", "xid", "recorded_at", "actor", "command_id", "claim", "identity_hash",
    "identity_sealed",
}  # fmt: skip
ORDER = ["seq", "place"]


class UnknownKind(Invalid):
    """Nothing of this kind has a history."""


@dataclass(frozen=True, slots=True)
class Versions:
    """A table in which each row replaces the one before, of the same key."""

    table: str
    key: str
    # What keeps several of one thing apart: a plan's prices by list, version and step.
    apart: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Happenings:
    """A query of what happened: seq, recorded_at, command_id, what, before, after."""

    query: str


CUSTOMER = (
    "select seq, recorded_at, command_id, 'merged into' as what, null as before,"
    " kept_id as after"
    " from customer_merges where merged_id = %(id)s"
    " union all select seq, recorded_at, command_id, 'merged with', null, merged_id"
    " from customer_merges where kept_id = %(id)s"
    " union all select split.seq, split.recorded_at, split.command_id, 'split', null,"
    " kept_id || ' / ' || merged_id from customer_splits as split"
    " inner join customer_merges using (merge_id) where %(id)s in (kept_id, merged_id)"
    " union all select seq, recorded_at, command_id, purpose || ' address', null,"
    " concat_ws(' ', valid_from, '–', valid_to, address_line, postal_code, city)"
    " from temporary_addresses where customer_id = %(id)s"
    " union all select gone.seq, gone.recorded_at, gone.command_id,"
    " purpose || ' address withdrawn', null, gone.address_id"
    " from address_withdrawals as gone inner join temporary_addresses"
    " using (address_id) where customer_id = %(id)s"
    " union all select seq, recorded_at, command_id, 'mandate ' || event, null,"
    " mandate_id from mandates where customer_id = %(id)s"
    " union all select seq, recorded_at, command_id, 'identity number read', null,"
    " reason from identity_reveals where customer_id = %(id)s"
    " union all select seq, recorded_at, command_id, 'personal data erased', null,"
    " fields from erasures where customer_id = %(id)s"
)
# A line of an agreement has a plan, a quantity and a price until it gets others.
LINE = (
    "select seq, recorded_at, command_id, coalesce(nullif(item, 'main') || ' ', '')"
    " || '{what}' as what, lag({column}) over (partition by item order by seq)::text"
    " as before, {column} || ' · ' || effective_on as after from subscription_changes"
    " where subscription_id = %(id)s and {column} is not null"
)
SUBSCRIPTION = (
    LINE.format(what="plan", column="plan_id")
    + " union all "
    + LINE.format(what="quantity", column="trim_scale(quantity)")
    + " union all "
    + LINE.format(what="agreed_minor", column="agreed_minor")
    + " union all select seq, recorded_at, command_id, kind, null, concat_ws(' · ',"
    " nullif(item, 'main'), campaign_id, anchor_kind, anchor_day, effective_on,"
    " until_on, effect, credit, reason, undoes) from subscription_changes"
    " where subscription_id = %(id)s and plan_id is null and quantity is null"
    " and agreed_minor is null"
)
OBJECTS: dict[str, list[Versions | Happenings]] = {
    "customer": [
        Versions("customers", "customer_id"),
        Versions("customer_details", "customer_id"),
        Happenings(CUSTOMER),
    ],
    "subscription": [
        Versions("subscriptions", "subscription_id"),
        Happenings(SUBSCRIPTION),
    ],
    "plan": [
        Versions("plans", "plan_id"),
        Versions("price_versions", "plan_id", ("price_list", "version", "phase")),
        Versions("plan_parts", "plan_id", ("n",)),
    ],
    "product": [Versions("products", "product_id")],
    "campaign": [
        Versions("campaigns", "campaign_id"),
        Versions("campaign_steps", "campaign_id", ("step",)),
        Versions("campaign_codes", "campaign_id", ("code",)),
    ],
    "company": [Versions("company_profiles", "legal_entity")],
    "price_list": [Versions("price_lists", "price_list")],
}


def history(books: Books, kind: str, name: str) -> pl.DataFrame:
    """Return what has been changed of a thing, newest first; empty without the thing.

    `kind` is one of customer, subscription, plan, product, campaign, company,
    price_list. Columns: recorded_at, actor, source, command, what (a field, or what
    happened), before (null where there was nothing), after. Raises UnknownKind.
    """
    if kind not in OBJECTS:
        raise UnknownKind(
            f"{kind!r} has no history; there are {', '.join(sorted(OBJECTS))}",
            field="kind",
        )
    parts = [_READ[type(source)](books, source, name) for source in OBJECTS[kind]]
    told = pl.concat([part for part in parts if part.height] or [_nothing()])
    commands = ask(
        books,
        "select command_id::text as command_id, actor, source, kind as command"
        " from commands where command_id = any(%(ids)s::uuid[])",
        {"ids": told["command_id"].unique().to_list()},
    )
    if commands.is_empty():
        return HISTORY.to_frame()
    named = told.join(commands, on="command_id", how="left", maintain_order="left")
    newest = named.sort(*ORDER, descending=[True, False], maintain_order=True)
    return newest.select(HISTORY.names()).cast(HISTORY)


CHANGED = pl.Schema(
    {
        "seq": pl.Int64(),
        "place": pl.Int64(),
        "recorded_at": pl.Datetime("us", "UTC"),
        "command_id": pl.String(),
        "what": pl.String(),
        "before": pl.String(),
        "after": pl.String(),
    }
)


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(schema=CHANGED)


def _versions(books: Books, source: Versions, name: str) -> pl.DataFrame:
    """Return each field that differs from the version recorded before."""
    rows = ask(
        books,
        "select seq, recorded_at, command_id::text as command_id, field.key as what,"
        " case when jsonb_typeof(field.value) in ('object', 'array')"
        "  then field.value::text else to_jsonb(row) ->> field.key end as after,"
        f" {_apart(source)} as apart, field.ordinality as place"
        f" from {source.table} as row cross join lateral"
        " jsonb_each(to_jsonb(row)) with ordinality as field (key, value, ordinality)"
        f" where {source.key} = %(name)s and not field.key = any(%(left_out)s)",
        {"name": name, "left_out": [*AXES, source.key, *source.apart]},
    )
    if rows.is_empty():
        return _nothing()
    changed = (
        rows.sort("seq", "place")
        .with_columns(before=pl.col("after").shift(1).over("apart", "what"))
        .filter(pl.col("after").ne_missing(pl.col("before")))
        .with_columns(what=pl.concat_str("apart", "what"))
    )
    return changed.select(CHANGED.names()).cast(CHANGED)


def _apart(source: Versions) -> str:
    """Return what tells one of several from the others, before the name of a field."""
    if not source.apart:
        return "''"
    parts = ", ".join(f"nullif({column}::text, '')" for column in source.apart)
    return f"concat_ws('/', {parts}) || ' '"


def _happenings(books: Books, source: Happenings, name: str) -> pl.DataFrame:
    rows = ask(
        books,
        "select seq, 0 as place, recorded_at, command_id::text as command_id, what,"
        f" before, after from ({source.query}) as happened",
        {"id": name},
    )
    return rows.select(CHANGED.names()).cast(CHANGED) if rows.height else _nothing()


_READ: dict[type, Callable[..., pl.DataFrame]] = {
    Versions: _versions,
    Happenings: _happenings,
}
