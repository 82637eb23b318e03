"""Nordbo AB, a small publisher: spec/kpi.md §4, billed by the real engine."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from billing import tax
from billing.company import Company, Policies
from billing.invoicing import base as shapes
from billing.invoicing.base import Base
from billing.invoicing.prices import VERSIONS
from billing.invoicing.run import bill
from billing.invoicing.timeline import CHANGES
from tests.warehouse.fixture import Facts

COMPANY = Company("NB", "Nordbo AB", "556000-0167", "SE", "SEK", Policies())
PLAN = {
    "every_unit": "month", "every_count": 1, "timing": "advance", "currency": "SEK",
    "anchor_kind": "subscription", "prices_include_vat": False, "prorates": True,
    "setup_fee_minor": 0, "minimum_minor": 0,
}  # fmt: skip
# plan: product, price, what differs from a plain monthly plan in kronor
PLANS = {
    "basic": ("news", "299", {}),
    "family": ("news", "399", {}),
    "extra": ("news", "99", {}),
    "light": ("news", "199", {}),
    "saver": ("news", "249", {}),
    "annual": ("service", "2988", {"every_unit": "year"}),
    "business": ("service", "12000", {"every_unit": "year", "setup_fee_minor": 50000}),
    "export": ("service", "100", {"currency": "EUR"}),
    "gross": ("news", "299", {"prices_include_vat": True}),
    "tryout": ("news", "299", {}),
}
BILLING_DAYS = [date(2025, 12, 1)] + [
    date(2026, month, day)
    for month, days in (
        (1, (1, 10, 15)), (2, (1, 10, 15, 19, 20)), (3, (1, 2, 5, 10, 19, 25)),
        (4, (1, 10, 15, 19)),
    )
    for day in days
]  # fmt: skip


def facts() -> Facts:
    """Return the facts of the story, without what is issued or paid."""
    book = Facts()
    book.add("company_profiles", legal_entity="NB", effective_on=date(2024, 1, 1),
             name="Nordbo AB", organisation_number="556000-0167", country="SE",
             currency="SEK", policies=json.dumps(Policies().to_mapping()))  # fmt: skip
    _catalogue(book)
    _agreements(book)
    return book


def _catalogue(book: Facts) -> None:
    for product, category in (("news", "digital_news"), ("service", "standard")):
        book.add("products", product_id=product, effective_on=date(2024, 1, 1),
                 name=product, vat_category=category, recognised="daily")  # fmt: skip
    for plan, (product, amount, differs) in PLANS.items():
        book.add("plans", plan_id=plan, effective_on=date(2024, 1, 1),
                 name=plan, product_id=product, **{**PLAN, **differs})  # fmt: skip
        book.add("price_versions", plan_id=plan, version=1, phase=0,
                 valid_from=date(2024, 1, 1), applies_to="all", model="per_unit",
                 amount=Decimal(amount), terms="{}")  # fmt: skip
    book.add("price_versions", plan_id="tryout", version=1, phase=1, phase_count=30,
             phase_unit="day", valid_from=date(2024, 1, 1), applies_to="all",
             model="flat", amount=Decimal(0), terms="{}")  # fmt: skip
    book.add("campaigns", campaign_id="half", effective_on=date(2025, 1, 1),
             name="Half price", code="HALF", discount_kind="percent",
             percent=Decimal("0.5"), lasts_kind="periods", lasts_periods=3,
             new_customers_only=False, stacks=False)  # fmt: skip


def start(book: Facts, item: str, plan: str, on: date, **how: Any) -> None:
    """Register the customer that the item's letter names, and start an agreement."""
    customer = item[0]
    if customer not in {row["customer_id"] for row in book.rows.get("customers", [])}:
        book.add("customers", customer_id=customer, kind="person", registered_on=on)
        book.add("customer_details", customer_id=customer, effective_on=on,
                 name=f"Kund {customer}", country="SE", language="sv",
                 delivery="email")  # fmt: skip
    book.add("subscriptions", subscription_id=item, customer_id=customer,
             payer_id=customer, recipient_id=customer, legal_entity="NB",
             currency=PLAN["currency"] if plan != "export" else "EUR",
             payment_method="bankgiro", started_on=on)  # fmt: skip
    change(book, item, "start", on, plan_id=plan, quantity=Decimal(1))
    if how.get("campaign"):
        change(book, item, "campaign", on, campaign_id=how["campaign"])


def change(book: Facts, agreement: str, kind: str, on: date, **what: Any) -> None:
    """Record a change of an agreement."""
    book.add("subscription_changes", change_id=f"{agreement}-{book.seq}",
             subscription_id=agreement, kind=kind, effective_on=on, **what)  # fmt: skip


def _agreements(book: Facts) -> None:
    start(book, "A1", "basic", date(2025, 6, 1))
    change(book, "A1", "change", date(2026, 2, 15), plan_id="family")
    start(book, "B1", "annual", date(2026, 1, 15))
    start(book, "C1", "basic", date(2026, 1, 10), campaign="half")
    start(book, "D1", "tryout", date(2026, 1, 20))
    start(book, "E1", "basic", date(2025, 3, 1))
    change(book, "E1", "pause", date(2026, 3, 1), until_on=date(2026, 4, 1))
    start(book, "F1", "export", date(2025, 9, 1))
    change(book, "F1", "change", date(2026, 3, 10), quantity=Decimal("1.2"))
    start(book, "G1", "basic", date(2025, 1, 1))
    change(book, "G1", "cancel", date(2026, 3, 1), reason="voluntary")
    start(book, "H1", "basic", date(2025, 2, 1))
    change(book, "H1", "cancel", date(2026, 4, 15), reason="nonpayment")
    start(book, "I1", "basic", date(2024, 5, 1))
    change(book, "I1", "cancel", date(2025, 12, 1), reason="voluntary")
    start(book, "I2", "saver", date(2026, 3, 5))
    start(book, "J1", "basic", date(2025, 4, 1))
    change(book, "J1", "add", date(2025, 4, 1), item="extra", plan_id="extra",
           quantity=Decimal(1))  # fmt: skip
    change(book, "J1", "remove", date(2026, 2, 20), item="extra")
    start(book, "L1", "basic", date(2026, 3, 2))
    change(book, "L1", "cancel", date(2026, 3, 25), reason="voluntary")
    start(book, "M1", "light", date(2025, 11, 1))
    start(book, "N1", "business", date(2026, 2, 1))


def billed(book: Facts) -> Facts:
    """Bill on the days of the story and record what the engine issues."""
    number = 1
    for day in BILLING_DAYS:
        run = bill(base(book), on=day, first_number=number)
        number += run.issue.invoices.height
        book.add_frame("invoices", run.issue.invoices)
        book.add_frame("invoice_lines", run.issue.lines, issued_on=day)
        book.add_frame("invoice_taxes", run.issue.taxes, issued_on=day)
    return book


def settled(book: Facts) -> Facts:
    """Record what is paid: exactly, too much, in part, wrongly, and taken back."""
    first, second, third, fourth, fifth = [
        row for row in book.rows["invoices"] if row["currency"] == "SEK"
    ][:5]
    book.add("files", sha256="f1", direction="in", name="camt.xml", kind="camt.054",
             size=1, handled_on=date(2026, 1, 5))  # fmt: skip
    pay(book, "exact", first["total_minor"], (first, first["total_minor"]))
    pay(book, "over", second["total_minor"] + 100, (second, second["total_minor"]))
    deviate(book, "over", "overpaid", 100)
    book.add("deviation_settlements", deviation_id="over/overpaid", decision="credit",
             note="", settled_on=date(2026, 1, 8))  # fmt: skip
    pay(book, "part", 5000, (third, 5000))
    pay(book, "unknown", 32100)
    deviate(book, "unknown", "unknown_reference", 32100)
    allocate(book, "unknown", (fourth, 10000), date(2026, 1, 20))
    pay(book, "bounced", fifth["total_minor"], (fifth, fifth["total_minor"]))
    book.add("payment_returns", payment_id="bounced", returned_on=date(2026, 1, 9),
             reason="insufficient_funds")  # fmt: skip
    allocate(book, "bounced", (fifth, -fifth["total_minor"]), date(2026, 1, 9))
    book.add("reminders", reminder_id="R1", invoice_id=third["invoice_id"], step=1,
             currency="SEK", fee_minor=6000, interest_minor=150, open_minor=1,
             issued_on=date(2026, 1, 20), due_on=date(2026, 1, 30))  # fmt: skip
    rest = fourth["total_minor"] - 10000
    book.add("write_offs", write_off_id="W1", invoice_id=fourth["invoice_id"],
             amount_minor=rest, reason="insolvent",
             written_off_on=date(2026, 3, 3))  # fmt: skip
    book.add("allocations", allocation_id="W1", source_kind="write_off",
             source_id="W1", item_kind="invoice", item_id=fourth["invoice_id"], n=1,
             amount_minor=rest, currency="SEK", effective_on=date(2026, 3, 3),
             rule="write_off")  # fmt: skip
    return book


def pay(book: Facts, payment: str, amount: int, *shares: tuple[dict, int]) -> None:
    """Receive a payment that settles the shares named on the day of booking."""
    day = date(2026, 1, 5)
    book.add("payments", payment_id=payment, legal_entity="NB", account="5050-1055",
             bank_reference=payment, ordinal=0, method="bankgiro", booked_on=day,
             amount_minor=amount, currency="SEK", file_sha256="f1")  # fmt: skip
    for share in shares:
        allocate(book, payment, share, day)


def allocate(book: Facts, payment: str, share: tuple[dict, int], on: date) -> None:
    """Place a share of a payment on an invoice."""
    book.add("allocations", allocation_id=f"{payment}-{book.seq}",
             source_kind="payment", source_id=payment, item_kind="invoice",
             item_id=share[0]["invoice_id"], n=book.seq, amount_minor=share[1],
             currency="SEK", effective_on=on, rule="reference")  # fmt: skip


def deviate(book: Facts, payment: str, reason: str, amount: int) -> None:
    """Say why the rest of a payment waits."""
    book.add("deviations", deviation_id=f"{payment}/{reason}", payment_id=payment,
             reason=reason, amount_minor=amount, currency="SEK",
             opened_on=date(2026, 1, 5))  # fmt: skip


def booked(book: Facts, differences: pl.DataFrame) -> Facts:
    """Book the differences as the daily job does: a voucher per day and source."""
    key = ["accounting_date", "source"]
    for number, rows in enumerate(differences.partition_by(key), start=1):
        day, source = rows.row(0, named=True)["accounting_date"], rows["source"][0]
        book.add("vouchers", voucher_id=f"V{number}", legal_entity="NB", series="A",
                 number=number, accounting_date=day, source_key=f"{day}/{source}/1",
                 text=source, line_count=rows.height)  # fmt: skip
        for n, row in enumerate(rows.to_dicts(), start=1):
            book.add("voucher_lines", voucher_id=f"V{number}", n=n,
                     account=row["account"], currency=row["currency"],
                     amount_minor=row["amount_minor"])  # fmt: skip
    return book


def base(book: Facts) -> Base:
    """Return what the engine bills from."""
    changes = _frame(book, "subscription_changes", CHANGES)
    products = _frame(book, "products", shapes.PRODUCTS, product_name="name")
    issued = {row["invoice_id"]: row for row in book.rows.get("invoices", [])}
    lines = [
        {
            **row,
            "payer_id": issued[row["invoice_id"]]["payer_id"],
            "currency": issued[row["invoice_id"]]["currency"],
        }
        for row in book.rows.get("invoice_lines", [])
    ]
    return Base(
        company=COMPANY,
        subscriptions=_frame(book, "subscriptions", shapes.SUBSCRIPTIONS),
        changes=changes,
        plans=_frame(book, "plans", shapes.PLANS, plan_currency="currency",
                     plan_anchor_kind="anchor_kind", plan_anchor_day="anchor_day"),
        products=products,
        versions=_frame(book, "price_versions", VERSIONS),
        campaigns=_frame(book, "campaigns", shapes.CAMPAIGNS,
                         discount_minor="amount_minor"),
        rates=tax.rates(products["vat_category"], "SE"),
        billed=pl.DataFrame(
            [{n: row.get(n) for n in shapes.BILLED} for row in lines], shapes.BILLED
        ),
        one_offs=pl.DataFrame(schema=shapes.ONE_OFFS),
        usage=pl.DataFrame(schema=shapes.USAGE),
        parts=_parts(book),
        price_lists=_frame(book, "price_lists", shapes.PRICE_LISTS,
                           list_currency="currency"),
        campaign_steps=_frame(book, "campaign_steps", shapes.CAMPAIGN_STEPS,
                              discount_minor="amount_minor"),
    ).checked()  # fmt: skip


def _parts(book: Facts) -> pl.DataFrame:
    rows = [
        {
            **row,
            "weight_micro": row.get("standalone_minor") or int(row["share"] * 10**6),
        }
        for row in book.rows.get("plan_parts", [])
    ]
    return pl.DataFrame(
        [{name: row[name] for name in shapes.PARTS} for row in rows], shapes.PARTS
    )


def _frame(book: Facts, table: str, schema: pl.Schema, **renamed: str) -> pl.DataFrame:
    withdrawn = {
        row["applied_command"] for row in book.rows.get("catalogue_withdrawals", [])
    }
    rows = [
        {name: row.get(renamed.get(name, name)) for name in schema}
        for row in book.rows.get(table, [])
        if row["command_id"] not in withdrawn
    ]
    return pl.DataFrame(rows, schema, orient="row")
