"""A replay issues months that have been again, run by run, under other rules.

Each run sees the books as they were when it was carried out: what later transactions
have appended is hidden from it, and instead of what was issued in these months it finds
what the replay has issued so far. Under the rules that were in force it therefore
issues what was issued, to the öre; what people credited by hand stays as it is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

import polars as pl
from psycopg import sql

from billing.books import session
from billing.books.base import Scope, load
from billing.books.session import Books, Reader
from billing.company import Company
from billing.invoicing import base as shapes
from billing.invoicing import run as runs
from billing.invoicing import what_if_frames
from billing.invoicing.base import Base
from billing.invoicing.what_if import Comparison
from billing.invoicing.what_if_lines import LINES, Horizon
from billing.invoicing.what_if_measures import measured
from billing.invoicing.what_if_payers import PAYERS
from billing.invoicing.what_if_rules import Scenario
from billing.money import rounded_share

# What a run reads; each row names the transaction that has appended it.
READ = (
    "company_profiles", "subscriptions", "subscription_changes", "products", "plans",
    "plan_parts", "price_versions", "price_lists", "campaigns", "campaign_steps",
    "campaign_codes", "catalogue_withdrawals", "invoices", "invoice_lines",
    "one_off_charges", "usage_events", "customer_merges", "customer_splits",
)  # fmt: skip
ISSUED = pl.Schema({**LINES, "replay": pl.Boolean()})
STANDS = pl.Schema(
    {"subscription_id": pl.String, "next_on": pl.Date, "settled_on": pl.Date}
)
# Columns of a line that stand on its invoice.
INVOICED = ("currency", "issued_on", "due_on")
Rules = Callable[[Base, date], Base]


@dataclass(frozen=True, slots=True)
class Window:
    """The whole months that are issued again, of one legal entity."""

    seller: Company
    horizon: Horizon

    @property
    def entity(self) -> str:
        """Return the legal entity as a literal of SQL."""
        return sql.Literal(self.seller.legal_entity).as_string(None)


def replayed(
    books: Books,
    asked: tuple[Company, Scenario, date],
    rules: Rules,
    chosen: pl.DataFrame | None = None,
) -> Comparison:
    """Compare what was issued in the last whole months with what would have been.

    `rules` turns the base of a run into the one under other rules since the first day
    of the months; `chosen` are the
    agreements to report (subscription_id), None for all that was issued.
    """
    seller, scenario, on = asked
    first = pl.select(
        pl.lit(on).dt.truncate("1mo").dt.offset_by(f"-{scenario.replay}mo")
    ).item()
    window = Window(seller, Horizon(first, scenario.replay))
    booked = _booked(books, window)
    issued, parked = _issued_again(books, window, rules)
    untouched = booked.filter(~pl.col("replay"))
    again = pl.concat([untouched, issued.select(untouched.columns)])
    started = books.read("select subscription_id, started_on from subscriptions")
    cohorts = started.select(
        "subscription_id", cohort=pl.col("started_on").dt.strftime("%Y-%m")
    )
    before, after = (_whole(lines, cohorts, chosen) for lines in (booked, again))
    payers = _payers(books, before, after, window)
    change = payers["total_after_minor"] - payers["total_before_minor"]
    return Comparison(
        **what_if_frames.frames(
            measured(before, window.horizon),
            measured(after, window.horizon),
            window.horizon,
        ),
        payers=payers,
        parked=parked.with_columns(side=pl.lit("after")),
        counts={
            "agreements": before["subscription_id"].n_unique(),
            "runs": issued["issued_on"].n_unique(),
            "pay_more": int((change > 0).sum()),
            "pay_less": int((change < 0).sum()),
            "leave": 0,
        },
    )  # fmt: skip


def _whole(
    lines: pl.DataFrame, cohorts: pl.DataFrame, chosen: pl.DataFrame | None
) -> pl.DataFrame:
    known = lines.join(cohorts, on="subscription_id", how="left").with_columns(
        n=pl.lit(1, pl.Int64)
    )
    if chosen is None:
        return known
    return known.join(chosen, on="subscription_id", how="semi")


def _booked(books: Books, window: Window) -> pl.DataFrame:
    """Return the lines that count in the months: `LINES` and replay.

    Those before them count too where they are earned or fall due in them; `replay` are
    the lines of runs in the months, which are issued again.
    """
    first, end = window.horizon.on, window.horizon.end
    columns = ", ".join(f"line.{name}" for name in LINES if name not in INVOICED)
    found = books.read(
        f"select {columns}, currency, issued_on, due_on, run_id is not null"
        f" and issued_on >= date '{first}' as replay"
        " from invoice_lines as line inner join invoices using (invoice_id)"
        f" where legal_entity = {window.entity} and issued_on < date '{end}'"
        f" and greatest(issued_on, due_on, period_to) >= date '{first}'"
    )
    return found.select(ISSUED.names()).cast(ISSUED)


def _runs(books: Books, window: Window) -> pl.DataFrame:
    """Return the runs: run_id, issued_on, xid, first_number, in their order.

    The one before the months is the first of them, where there was one.
    """
    first, end = window.horizon.on, window.horizon.end
    found = books.read(
        "select run_id, min(issued_on) as issued_on, min(xid::text::bigint) as xid,"
        " min(number) as first_number from invoices where run_id is not null"
        f" and legal_entity = {window.entity} and issued_on < date '{end}'"
        " group by run_id"
    ).sort("xid")
    within = found.filter(pl.col("issued_on") >= first)
    return pl.concat([found.filter(pl.col("issued_on") < first).tail(1), within])


@contextmanager
def _as_it_was(books: Books) -> Iterator[tuple[Books, Callable[[int], None]]]:
    """Lend a way into the books that can be set back to before a transaction."""
    mark = "&" if "?" in books.url else "?"
    then = replace(books, url=f"{books.url}{mark}application_name=replay")
    with then.reader() as read:
        _hide(read)

    def to(xid: int) -> None:
        then.read(f"select set_config('saldo.before', '{xid}', false)")

    try:
        yield then, to
    finally:
        session.release(then.url)


def _hide(read: Reader) -> None:
    """Lay views over the tables, for this connection: rows of before a transaction."""
    for table in READ:
        read(
            f"create temp view {table} as select * from books.{table}"
            " where xid < current_setting('saldo.before')::xid8"
        )
    read(
        "create temp view merges_standing as select * from customer_merges as merge"
        " where not exists (select from customer_splits as split"
        " where split.merge_id = merge.merge_id)"
    )


def _issued_again(
    books: Books, window: Window, rules: Rules
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Carry out the runs again; return their lines, and who was parked."""
    carried = _runs(books, window)
    lines, parked = [_nothing()], [_nobody()]
    first = window.horizon.on
    state = _State(books, window, rules)
    with _as_it_was(books) as (then, to):
        for before, this in zip(
            [None, *carried.to_dicts()], carried.to_dicts(), strict=False
        ):
            if this["issued_on"] < first:
                continue
            to(this["xid"])
            done = state.carry_out(then, before, this)
            if done is not None:
                lines.append(_lines(done))
                parked.append(done.parked)
    return pl.concat(lines), pl.concat(parked)


def _nothing() -> pl.DataFrame:
    return ISSUED.to_frame()


def _nobody() -> pl.DataFrame:
    schema = {"subscription_id": pl.String, "reason": pl.String}
    return pl.DataFrame(schema=schema)


def _lines(done: runs.Run) -> pl.DataFrame:
    dated = done.issue.invoices.select("invoice_id", "issued_on", "due_on")
    found = done.issue.lines.join(dated, on="invoice_id")
    return (
        found.with_columns(replay=pl.lit(value=True))
        .select(ISSUED.names())
        .cast(ISSUED)
    )


class _State:
    """What a replay knows between its runs: what it has issued, and where it stands."""

    def __init__(self, books: Books, window: Window, rules: Rules) -> None:
        self.books, self.window, self.rules = books, window, rules
        self.issued = shapes.BILLED.to_frame()
        self.stands: pl.DataFrame | None = None
        self.numbers = 0
        self.replayed = self._replayed()

    def carry_out(
        self, then: Books, before: dict[str, object] | None, this: dict[str, object]
    ) -> runs.Run | None:
        """Carry out one run again, over the agreements that had something due."""
        on = this["issued_on"]
        assert isinstance(on, date)  # noqa: S101 - as the query says
        if self.stands is None:
            self.stands = self._at_first()
        self._look_anew(before, this)
        due = self.stands.filter(pl.col("next_on") <= on)
        base = self._seen(then, due, on)
        self.numbers = max(self.numbers, int(str(this["first_number"])))
        done = runs.bill(
            self.rules(base, self.window.horizon.on),
            on=on,
            first_number=self.numbers,
        )
        self.numbers += done.issue.invoices.height
        self.issued = pl.concat(
            [self.issued, done.issue.lines.select(shapes.BILLED.names())]
        )
        self.stands = pl.concat(
            [
                self.stands.join(done.positions, on="subscription_id", how="anti"),
                done.positions.select(STANDS.names()).cast(STANDS),
            ]
        )
        return done

    def _seen(self, then: Books, due: pl.DataFrame, on: date) -> Base:
        base = load(then, self.window.seller.legal_entity, _scope(due), on)
        stands = base.subscriptions.select("subscription_id", "settled_on")
        ours = (
            self.issued.join(stands, on="subscription_id")
            .filter(
                pl.col("settled_on").is_null()
                | (pl.col("cycle_from") >= pl.col("settled_on"))
            )
            .select(shapes.BILLED.names())
        )
        billed = base.billed.join(self.replayed, on="invoice_id", how="anti")
        return replace(base, billed=pl.concat([billed, ours]))

    def _replayed(self) -> pl.DataFrame:
        """Return the documents that the replay issues instead: invoice_id."""
        horizon = self.window.horizon
        return self.books.read(
            "select invoice_id from invoices where run_id is not null"
            f" and legal_entity = {self.window.entity} and issued_on"
            f" between date '{horizon.on}' and date '{horizon.end}' - 1"
        )

    def _at_first(self) -> pl.DataFrame:
        """Say where billing stood before the months: at the last cycles billed.

        What may wait in arrears, and what is committed, is looked at whole.
        """
        first = self.window.horizon.on
        return self.books.read(
            "with whole as (select distinct subscription_id from subscription_changes"
            "  inner join plans using (plan_id) where timing = 'arrears'"
            "  or usage_metric is not null or minimum_minor > 0),"
            " billed as (select subscription_id, item, max(cycle_from) as cycle_from"
            "  from invoice_lines inner join invoices using (invoice_id)"
            f"  where issued_on < date '{first}' and invoice_lines.kind = 'period'"
            "  group by subscription_id, item)"
            f" select subscription_id, date '{first}' as next_on, case when not exists"
            " (select from whole where whole.subscription_id ="
            " subscriptions.subscription_id) then (select min(cycle_from) from billed"
            " where billed.subscription_id = subscriptions.subscription_id) end"
            " as settled_on from subscriptions"
            f" where legal_entity = {self.window.entity}"
        ).cast(STANDS)

    def _look_anew(
        self, before: dict[str, object] | None, this: dict[str, object]
    ) -> None:
        """Look whole at the agreements that something was recorded of since."""
        since = 0 if before is None else before["xid"]
        between = f"xid >= '{since}'::xid8 and xid < '{this['xid']}'::xid8"
        touched = self.books.read(
            f"select subscription_id from subscription_changes where {between}"
            f" union select subscription_id from usage_events where {between}"
            f" union select subscription_id from subscriptions where {between}"
            " union select subscription_id from invoice_lines"
            f" where kind = 'manual_credit' and {between}"
            " union select subscription_id from subscription_changes as change"
            " where plan_id in (select plan_id from plans where "
            f"{between} union select plan_id from price_versions where {between}"
            f" union select plan_id from plan_parts where {between})"
        ).drop_nulls()
        assert self.stands is not None  # noqa: S101 - it is set before
        again = pl.col("subscription_id").is_in(touched["subscription_id"].implode())
        on = pl.lit(this["issued_on"], pl.Date)
        self.stands = self.stands.with_columns(
            next_on=pl.when(again).then(on).otherwise("next_on"),
            settled_on=pl.when(again).then(None).otherwise("settled_on"),
        )


def _scope(due: pl.DataFrame) -> Scope:
    ids, days = due["subscription_id"].to_list(), due["settled_on"].to_list()
    return Scope(
        "select * from unnest("
        f"{sql.Literal(ids).as_string(None)}::text[],"
        f" {sql.Literal(days).as_string(None)}::date[])"
        " as due (subscription_id, settled_on)"
    )


def _payers(
    books: Books, before: pl.DataFrame, after: pl.DataFrame, window: Window
) -> pl.DataFrame:
    """Return who would have been billed otherwise, in all and on average a month."""
    months = pl.lit(window.horizon.months, pl.Int64)
    mine = ["subscription_id", "currency"]
    within = pl.col("issued_on") >= window.horizon.on
    total = (pl.col("net_minor") + pl.col("vat_minor")).sum()
    both = pl.concat(
        [
            before.filter(within).group_by(mine).agg(
                total_before_minor=total, total_after_minor=pl.lit(0, pl.Int64),
                plan_id=pl.col("plan_id").drop_nulls().last(),
            ),
            after.filter(within).group_by(mine).agg(
                total_before_minor=pl.lit(0, pl.Int64), total_after_minor=total,
                plan_id=pl.col("plan_id").drop_nulls().last(),
            ),
        ]
    )  # fmt: skip
    summed = (
        both.group_by(mine)
        .agg(
            pl.col("total_before_minor", "total_after_minor").sum(),
            pl.col("plan_id").first(),
        )
        .filter(pl.col("total_before_minor") != pl.col("total_after_minor"))
        .drop_nulls("subscription_id")
    )
    whose = books.read(
        "select subscription_id, customer_id, payer_id from subscriptions"
    )
    average = {
        f"{side}_minor": rounded_share(
            pl.col(f"total_{side}_minor"), pl.lit(1, pl.Int64), months
        )
        for side in ("before", "after")
    }
    return (
        summed.join(whose, on="subscription_id")
        .with_columns(
            from_on=pl.lit(None, pl.Date),
            reason=pl.lit("rules"),
            leaves=pl.lit(value=False),
            **average,
        )
        .select(PAYERS.names())
        .sort("subscription_id")
    )
