"""Keeping the lines that the system that is replaced has billed."""

import polars as pl

from billing.books.handle import Given
from billing.books.session import Reader
from billing.decision import Decision
from billing.invoicing import past
from billing.invoicing.past import (
    PAST_LINES,
    Known,
    PastInvoiceDiffers,
    RecordPastInvoices,
    WrongPastInvoice,
)


def known(read: Reader) -> Known:
    """Return what past lines may refer to, and those that are there already."""
    columns = ", ".join(PAST_LINES)
    return Known(
        customers=read("select customer_id from customers"),
        entities=read("select distinct legal_entity from company_profiles"),
        lines=read(f"select {columns} from past_invoice_lines").cast(PAST_LINES),
    )


def record_past_invoices(command: RecordPastInvoices, given: Given) -> Decision:
    """Record past lines once; those that are there already stay."""
    reference = known(given.books.read)
    wrong = past.refusals(command.lines, reference)
    if not wrong.is_empty():
        raise _refused(wrong)
    lines = past.completed(command.lines, reference)
    new = lines.join(reference.lines, on=past.KEY, how="anti")
    return Decision(
        rows={"past_invoice_lines": new},
        answer={
            "recorded": new.height,
            "unchanged": lines.height - new.height,
            "invoices": new["invoice_id"].n_unique(),
            "net_minor": int(new["net_minor"].sum()),
            "vat_minor": int(new["vat_minor"].sum()),
        },
    )


def _refused(wrong: pl.DataFrame) -> PastInvoiceDiffers | WrongPastInvoice:
    first = wrong.row(0, named=True)
    words = f"row {first['row'] + 1}: {first['message']}; {first['remedy']}"
    if "another content" in first["message"]:
        return PastInvoiceDiffers(words, field=first["field"])
    return WrongPastInvoice(words, field=first["field"])
