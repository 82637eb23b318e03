"""Credits by hand in the books: a note of its own, which amends one invoice."""

from typing import Any

import polars as pl

from billing.books.base import company
from billing.books.commands.invoicing import FIRST_NUMBER
from billing.books.handle import Given
from billing.decision import Decision, events
from billing.errors import Conflict, NotFound
from billing.identifiers import ocr
from billing.invoicing import opening
from billing.invoicing.base import IDENTITY
from billing.invoicing.command import CreditInvoice
from billing.invoicing.credit import credited
from billing.invoicing.invoice import KRONA, SERIES
from billing.money import half_up

# Lines of the invoice, and what has been taken back of each: by hand, which names the
# line, or by a run, which takes back days of the newest line that charged for them.
LINES = """
    with charges as (
        select line.*, currency from invoice_lines as line
        inner join invoices using (invoice_id) where invoice_id = %s),
    by_run as (
        select line.*, (
            select before.invoice_id || '/' || before.n from invoice_lines as before
            where before.amount_minor > 0 and before.seq < line.seq
                and before.kind <> 'manual_credit'
                and ({before}) is not distinct from ({line})
                and before.period_from < line.period_to
                and before.period_to > line.period_from
            order by before.seq desc limit 1) as takes_back
        from invoice_lines as line
        where line.amount_minor < 0 and line.kind <> 'manual_credit'
            and line.subscription_id in (select subscription_id from charges)),
    taken as (
        select takes_back, -amount_minor as amount_minor, -vat_minor as vat_minor
        from by_run
        union all
        select line.amends_line, -line.amount_minor, -line.vat_minor
        from invoice_lines as line inner join charges
            on line.amends_line = charges.invoice_id || '/' || charges.n)
    select charges.*, (vat_rate * 1000000)::bigint as rate_micro,
        coalesce((select sum(taken.amount_minor) from taken
            where takes_back = invoice_id || '/' || charges.n), 0)::bigint
            as taken_minor,
        coalesce((select sum(taken.vat_minor) from taken
            where takes_back = invoice_id || '/' || charges.n), 0)::bigint
            as taken_vat_minor,
        (select count(*) from invoice_lines as earlier
            where earlier.amends_line = charges.invoice_id || '/' || charges.n
        )::bigint as earlier
    from charges order by n
"""
ON_THE_INVOICE = ("payer_id", "currency")
LINE_COLUMNS = (
    "n", "kind", "subscription_id", "item", "plan_id", "product_id", "campaign_id",
    "price_version", "vat_category", "text", "quantity", "cycle_from", "cycle_to",
    "period_from", "period_to", "full_minor", "list_minor", "price_includes_vat",
    "vat_rate", "amount_minor", "net_minor", "vat_minor", "revision", "recognised",
    "source_id", "amends_line", "invoice_id",
)  # fmt: skip


class UnknownInvoice(NotFound):
    """There is no such invoice."""


class NotAnInvoice(Conflict):
    """A credit note is not credited."""


class NotOurInvoice(Conflict):
    """An invoice that was taken over open is not credited here."""


def credit_invoice(command: CreditInvoice, given: Given) -> Decision:
    """Issue a credit note over the lines named; it settles its invoice first."""
    invoice = _invoice(command.invoice_id, given)
    taken = credited(_lines(command.invoice_id, given), command.shares)
    number = given.next_number(invoice["legal_entity"], SERIES, start=FIRST_NUMBER)
    lines = _note_lines(
        taken, f"{invoice['legal_entity']}-{number}", command.invoice_id
    )
    note = _note(invoice, lines, number, given)
    subscriptions = lines["subscription_id"].drop_nulls().unique().to_list()
    return Decision(
        rows={
            "invoices": [note],
            "invoice_lines": lines,
            "invoice_taxes": _taxes(lines),
            "allocations": _settled(invoice, note, given),
        },
        answer={
            "invoice_id": note["invoice_id"],
            "amends_id": command.invoice_id,
            "total_minor": note["total_minor"],
            "reason": command.reason,
        },
        counters={(invoice["legal_entity"], SERIES): number + 1},
        touched=tuple(subscriptions),
        events=events("invoice.issued", "invoice", pl.Series([note["invoice_id"]])),
    )


def _invoice(invoice_id: str, given: Given) -> dict[str, Any]:
    """Return the invoice, and hold it so that no two credits see the same rest."""
    found = given.rows(
        "select invoices.*, open_minor::bigint as open_minor from invoices"
        " inner join open_items on item_id = invoice_id where invoice_id = %s",
        (invoice_id,),
    )
    if not found:
        raise UnknownInvoice(f"there is no invoice {invoice_id}")
    if found[0]["series"] == opening.SERIES:
        raise NotOurInvoice(
            f"{invoice_id} was issued by the system before this one, which has "
            "accounted for its tax; give a single charge below zero on the product"
        )
    if found[0]["kind"] != "invoice":
        raise NotAnInvoice(f"{invoice_id} is a credit note; credit an invoice")
    given.connection.execute(
        "select pg_advisory_xact_lock(hashtextextended(%s, 0))", (invoice_id,)
    )
    return found[0]


def _lines(invoice_id: str, given: Given) -> pl.DataFrame:
    before, line = (
        ", ".join(
            f"({side}.vat_rate * 1000000)::bigint"
            if name == "rate_micro"
            else f"{side}.{name}"
            for name in IDENTITY
            if name not in ON_THE_INVOICE
        )
        for side in ("before", "line")
    )
    return given.frame(LINES.format(before=before, line=line), (invoice_id,))


def _note_lines(taken: pl.DataFrame, note_id: str, invoice_id: str) -> pl.DataFrame:
    return taken.with_columns(
        kind=pl.lit("manual_credit"),
        invoice_id=pl.lit(note_id),
        amends_line=pl.format("{}/{}", pl.lit(invoice_id), "n"),
        n=pl.int_range(1, pl.len() + 1),
        revision="earlier",
    ).select(LINE_COLUMNS)


def _taxes(lines: pl.DataFrame) -> pl.DataFrame:
    return (
        lines.group_by("invoice_id", "vat_category", "vat_rate", maintain_order=True)
        .agg(pl.col("net_minor", "vat_minor").sum())
        .sort("vat_category", "vat_rate")
    )


def _note(
    invoice: dict[str, Any], lines: pl.DataFrame, number: int, given: Given
) -> dict[str, Any]:
    on = given.moment.on
    seller = company(given.books.read, invoice["legal_entity"], on)
    net, vat = int(lines["net_minor"].sum()), int(lines["vat_minor"].sum())
    rounding = (
        half_up(net + vat, KRONA) * KRONA - net - vat
        if seller.policies.invoice_rounding == "krona"
        else 0
    )
    return {
        "invoice_id": f"{invoice['legal_entity']}-{number}",
        "legal_entity": invoice["legal_entity"],
        "series": SERIES,
        "number": number,
        "kind": "credit_note",
        "payer_id": invoice["payer_id"],
        "currency": invoice["currency"],
        "reference": ocr.issue(number),
        "payment_method": invoice["payment_method"],
        "amends_id": invoice["invoice_id"],
        "issued_on": on,
        "due_on": on,
        "net_minor": net,
        "vat_minor": vat,
        "rounding_minor": rounding,
        "total_minor": net + vat + rounding,
    }


def _settled(
    invoice: dict[str, Any], note: dict[str, Any], given: Given
) -> list[dict[str, Any]]:
    """Use the note on what is open of its own invoice; the rest stays to be used."""
    amount = min(invoice["open_minor"], -note["total_minor"])
    if amount <= 0:
        return []
    return [
        {
            "allocation_id": f"{note['invoice_id']}>{invoice['invoice_id']}#1",
            "source_kind": "credit_note",
            "source_id": note["invoice_id"],
            "item_kind": "invoice",
            "item_id": invoice["invoice_id"],
            "n": 1,
            "amount_minor": amount,
            "currency": invoice["currency"],
            "effective_on": given.moment.on,
            "rule": "credited",
        }
    ]
