"""What has been proposed for the catalogue, and what a file would do to whom."""

from datetime import date

import polars as pl

from billing.books.base import Scope, companies, load
from billing.books.queries import ask
from billing.books.session import Books
from billing.books.standing_catalogue import known
from billing.catalogue.frames import Catalogue
from billing.invoicing import what_if, what_if_reach
from billing.invoicing.what_if_rules import Sold, with_catalogue

REACH = pl.Schema(
    {"agreements": pl.Int64(), "first_on": pl.Date(), "last_on": pl.Date()}
)
LISTED = (
    "select proposal.proposal_id, case when withdrawal.withdrawn_on is not null"
    " then 'withdrawn' else coalesce(step.step, 'proposed') end as state,"
    " proposal.effective_on, proposal.proposed_on, proposal.actor as proposed_by,"
    " proposal.note, step.actor as decided_by, step.on_date as decided_on,"
    " step.note as decision_note, withdrawal.withdrawn_on,"
    " withdrawal.reason as withdrawal_reason, proposal.fingerprint, proposal.content"
    " from catalogue_proposals as proposal left join catalogue_proposal_steps as step"
    " on step.proposal_id = proposal.proposal_id and step.step <> 'approved'"
    " left join catalogue_withdrawals as withdrawal"
    " on withdrawal.applied_command = step.command_id and step.step = 'applied'"
)


def listed(books: Books, limit: int = 100) -> pl.DataFrame:
    """Return proposals, newest first.

    Columns: proposal_id, state (proposed, applied, rejected, withdrawn), effective_on,
    proposed_on, proposed_by, note, decided_by, decided_on, decision_note,
    withdrawn_on, withdrawal_reason, fingerprint, content.
    """
    query = f"{LISTED} order by proposal.seq desc limit %(limit)s"
    return ask(books, query, {"limit": limit})


def proposal(books: Books, proposal_id: str) -> pl.DataFrame:
    """Return one proposal (0 or 1 row); columns as `listed`."""
    query = f"{LISTED} where proposal.proposal_id = %(id)s"
    return ask(books, query, {"id": proposal_id})


def reaching(books: Books, file: Catalogue, on: date) -> pl.DataFrame:
    """Return what a file changes, for how many agreements, from when to when.

    Columns: object, id, field, before, after, agreements (running ones that it
    reaches), first_on and last_on (when it reaches the first and the last of them).
    """
    with books.reader() as read:
        sold = Sold(known(read, on), file, on)
        sellers = companies(read, on)
    found = sold.review
    reached = [_reached(books, seller.legal_entity, sold, on)
               for seller in sellers]  # fmt: skip
    empty = what_if_reach.REACHED.to_frame()
    by_change = (
        pl.concat([empty, *reached])
        .group_by("object", "id", "place")
        .agg(
            pl.col("agreements").sum(),
            pl.col("first_on").min(),
            pl.col("last_on").max(),
        )
    )
    changes = found.changes.with_columns(
        place=pl.when(pl.col("object") == "price")
        .then(pl.int_range(pl.len()).over("object"))
        .otherwise(-1)
        .cast(pl.Int64)
    )
    return changes.join(
        by_change, on=["object", "id", "place"], how="left", maintain_order="left"
    ).select(
        *found.changes.columns,
        pl.col("agreements").fill_null(0),
        "first_on",
        "last_on",
    )


def _reached(books: Books, legal_entity: str, sold: Sold, on: date) -> pl.DataFrame:
    base = load(books, legal_entity, Scope.everything(history=False), on)
    people = what_if.population(base)
    return what_if_reach.reached(people, with_catalogue(base, sold), sold.review, on)
