"""Taking over what is open in the system that is replaced: documents of series M."""

from typing import Any

import polars as pl

from billing.books.commands.invoicing import FIRST_NUMBER
from billing.books.handle import Given
from billing.books.session import Reader
from billing.decision import Decision
from billing.invoicing import invoice, opening
from billing.invoicing.opening import (
    Known,
    OpeningItemDiffers,
    RecordOpenInvoices,
    WrongOpeningItem,
)

TEXT = "Från tidigare system: {}"
NO_TAX = "exempt"


def known(read: Reader) -> Known:
    """Return what opening items may refer to, as it is recorded now."""
    return Known(
        customers=read("select customer_id from customers"),
        entities=read(
            "select distinct on (legal_entity) legal_entity, currency,"
            f" coalesce(next, {FIRST_NUMBER}) as next_number,"
            f" exists (select from invoices where series = '{invoice.SERIES}'"
            "  and invoices.legal_entity = company_profiles.legal_entity)"
            "  as has_billed"
            " from company_profiles left join (select legal_entity, next"
            f"  from counters where series = '{invoice.SERIES}') as counted"
            " using (legal_entity) order by legal_entity, effective_on desc, seq desc"
        ),
        documents=read(
            "select invoice_id, legal_entity, reference, payer_id as customer_id,"
            " issued_on, due_on, total_minor as open_minor, currency from invoices"
        ),
    )


def record_open_invoices(command: RecordOpenInvoices, given: Given) -> Decision:
    """Record what is open as documents of series M; what is there already stays."""
    reference = known(given.books.read)
    wrong = opening.refusals(command.invoices, reference)
    if not wrong.is_empty():
        raise _refused(wrong)
    invoices = opening.completed(command.invoices, reference)
    new = invoices.join(reference.documents, on="invoice_id", how="anti")
    numbered, counters = _numbered(new, given)
    documents = _documents(numbered)
    return Decision(
        rows={
            "invoices": documents,
            "invoice_lines": _lines(documents, given),
            "invoice_taxes": documents.select(
                "invoice_id",
                "net_minor",
                "vat_minor",
                vat_category=pl.lit(NO_TAX),
                vat_rate=pl.lit(0),
            ),
        },
        answer={
            "recorded": new.height,
            "unchanged": invoices.height - new.height,
            "owed_minor": _sum(new, above=True),
            "credit_minor": _sum(new, above=False),
        },
        counters=counters | _beyond(new, reference, given),
    )


def _refused(wrong: pl.DataFrame) -> OpeningItemDiffers | WrongOpeningItem:
    first = wrong.row(0, named=True)
    words = f"row {first['row'] + 1}: {first['message']}; {first['remedy']}"
    if "another" in first["message"]:
        return OpeningItemDiffers(words, field=first["field"])
    return WrongOpeningItem(words, field=first["field"])


def _numbered(
    new: pl.DataFrame, given: Given
) -> tuple[pl.DataFrame, dict[tuple[str, str], int]]:
    """Give the documents numbers of their company's series M."""
    rank = pl.int_range(pl.len(), dtype=pl.Int64).over("legal_entity")
    firsts = {
        entity: given.next_number(entity, opening.SERIES, start=opening.FIRST_NUMBER)
        for entity in new["legal_entity"].unique().sort()
    }
    first = pl.col("legal_entity").replace_strict(
        firsts, default=opening.FIRST_NUMBER, return_dtype=pl.Int64
    )
    numbered = new.with_columns(number=first + rank)
    following = numbered.group_by("legal_entity").agg(pl.col("number").max() + 1)
    return numbered, {(e, opening.SERIES): after for e, after in following.rows()}


def _beyond(
    new: pl.DataFrame, reference: Known, given: Given
) -> dict[tuple[str, str], int]:
    """Let our own numbers begin after those whose reference an old invoice has."""
    met = opening.with_own_number(new, reference).group_by("legal_entity")
    return {
        (entity, invoice.SERIES): max(
            last + 1, given.next_number(entity, invoice.SERIES, start=FIRST_NUMBER)
        )
        for entity, last in met.agg(pl.col("own_number").max()).rows()
    }


def _documents(numbered: pl.DataFrame) -> pl.DataFrame:
    credit = pl.col("open_minor") < 0
    return numbered.select(
        "invoice_id", "legal_entity", "number", "currency", "reference",
        "payment_method", "issued_on", "due_on",
        series=pl.lit(opening.SERIES),
        kind=pl.when(credit).then(pl.lit("credit_note")).otherwise(pl.lit("invoice")),
        payer_id="customer_id",
        net_minor="open_minor",
        vat_minor=pl.lit(0),
        rounding_minor=pl.lit(0),
        total_minor="open_minor",
    )  # fmt: skip


def _lines(documents: pl.DataFrame, given: Given) -> pl.DataFrame:
    """Return the one line of each document; its day is that of the taking over."""
    on = given.moment.on
    day: dict[str, Any] = {"period_from": on, "cycle_from": on}
    return documents.select(
        "invoice_id", "net_minor", "vat_minor",
        n=pl.lit(1),
        kind=pl.lit(opening.KIND),
        product_id=pl.lit(opening.PRODUCT),
        vat_category=pl.lit(NO_TAX),
        text=pl.format(TEXT, "invoice_id"),
        quantity=pl.lit(1),
        full_minor=pl.col("total_minor").abs(),
        list_minor=pl.col("total_minor").abs(),
        price_includes_vat=pl.lit(value=False),
        vat_rate=pl.lit(0),
        amount_minor="total_minor",
        revision=pl.lit(0),
        recognised=pl.lit("at_once"),
    ).with_columns(
        **{name: pl.lit(value) for name, value in day.items()},
        period_to=pl.lit(on).dt.offset_by("1d"),
        cycle_to=pl.lit(on).dt.offset_by("1d"),
    )  # fmt: skip


def _sum(new: pl.DataFrame, *, above: bool) -> int:
    amount = pl.col("open_minor")
    chosen = new.filter(amount > 0 if above else amount < 0)
    return int(chosen["open_minor"].sum())
