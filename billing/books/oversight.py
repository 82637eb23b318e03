"""Oversight answers what has been done and what is at work.

Runs, files, mandates, events.
"""

import polars as pl

from billing.books.queries import ask
from billing.books.session import Books


def runs(books: Books, limit: int = 50) -> pl.DataFrame:
    """Return billing runs, newest first.

    Columns: run_id, on_date, state, fingerprint, invoices, credit_notes, lines,
    net_minor, vat_minor, total_minor, parked, previewed_by, approved_by,
    carried_out_at.
    """
    return ask(
        books,
        "select previewed.run_id, previewed.on_date, case"
        "  when done.run_id is not null then 'carried_out'"
        "  when approved.run_id is not null then 'approved' else 'previewed' end"
        "  as state, previewed.fingerprint, previewed.invoices,"
        " previewed.credit_notes, previewed.lines, previewed.net_minor,"
        " previewed.vat_minor, previewed.total_minor, previewed.parked,"
        " previewed.actor as previewed_by, approved.actor as approved_by,"
        " done.recorded_at as carried_out_at"
        " from billing_run_steps as previewed"
        " left join billing_run_steps as approved"
        "  on approved.run_id = previewed.run_id and approved.step = 'approved'"
        " left join billing_run_steps as done"
        "  on done.run_id = previewed.run_id and done.step = 'carried_out'"
        " where previewed.step = 'previewed' order by previewed.seq desc"
        " limit %(limit)s",
        {"limit": limit},
    )


def parked(books: Books, run_id: str) -> pl.DataFrame:
    """Return agreements that a run could not bill.

    Columns: subscription_id, parked_on, reason.
    """
    return ask(
        books,
        "select subscription_id, parked_on, reason from parked_agreements"
        " where run_id = %(run)s order by subscription_id",
        {"run": run_id},
    )


def files(books: Books, limit: int = 100) -> pl.DataFrame:
    """Return files in and out, newest first, with the number of their findings."""
    return ask(
        books,
        "select sha256, direction, name, kind, size, handled_on, recorded_at,"
        " (select count(*) from file_findings as found"
        "  where found.sha256 = files.sha256) as findings"
        " from files order by seq desc limit %(limit)s",
        {"limit": limit},
    )


def findings(books: Books, sha256: str) -> pl.DataFrame:
    """Return what was wrong in a file.

    Columns: n, severity, line, field, message, remedy, record.
    """
    return ask(
        books,
        "select n, severity, line, field, message, remedy, record from file_findings"
        " where sha256 = %(sha)s order by n",
        {"sha": sha256},
    )


def mandates(books: Books, limit: int = 1000) -> pl.DataFrame:
    """Return mandates as they stand: mandate_id, customer_id, scheme, event …."""
    return ask(
        books,
        "select distinct on (mandate_id) mandate_id, customer_id, scheme,"
        " payer_number, bank_account, event, reason, effective_on from mandates"
        " order by mandate_id, effective_on desc, seq desc limit %(limit)s",
        {"limit": limit},
    )


def collection_orders(books: Books, limit: int = 1000) -> pl.DataFrame:
    """Return collection orders with their answers, newest first."""
    return ask(
        books,
        "select order_id, invoice_id, mandate_id, attempt, amount_minor, currency,"
        " ordered_on, due_on, result, reason, booked_on from collection_orders"
        " left join collection_results using (order_id)"
        " order by collection_orders.seq desc limit %(limit)s",
        {"limit": limit},
    )


def webhook_endpoints(books: Books) -> pl.DataFrame:
    """Return endpoints as they stand, without their secrets, with what is queued."""
    return ask(
        books,
        "select distinct on (endpoint_id) endpoint_id, url, kinds, state,"
        " effective_on, (select count(*) from webhook_queue as queued"
        "  where queued.endpoint_id = webhook_endpoints.endpoint_id"
        "  and queued.state = 'pending') as pending,"
        " (select count(*) from webhook_queue as queued"
        "  where queued.endpoint_id = webhook_endpoints.endpoint_id"
        "  and queued.state = 'dead') as dead"
        " from webhook_endpoints order by endpoint_id, seq desc",
    )


def vouchers_listed(books: Books, limit: int = 100) -> pl.DataFrame:
    """Return vouchers, newest first: voucher_id, number, accounting_date, text …."""
    return ask(
        books,
        "select voucher_id, legal_entity, series, number, accounting_date, text,"
        " source_key, line_count, recorded_at, actor from vouchers"
        " order by seq desc limit %(limit)s",
        {"limit": limit},
    )


def voucher_lines(books: Books, voucher_id: str) -> pl.DataFrame:
    """Return the lines of a voucher: n, account, currency, amount_minor (debit > 0)."""
    return ask(
        books,
        "select n, account, currency, amount_minor from voucher_lines"
        " where voucher_id = %(id)s order by n",
        {"id": voucher_id},
    )
