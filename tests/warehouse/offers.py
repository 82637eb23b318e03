"""Nordbo's offers: price lists, cohorts, bundles, steps, trials, gifts and merges."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from billing.company import Policies
from billing.invoicing.run import bill
from tests.warehouse.fixture import Facts
from tests.warehouse.nordbo import PLAN, allocate, base, change, pay

AS_OF = date(2026, 6, 30)
BEGUN = date(2024, 1, 1)
NEW_YEAR = date(2026, 1, 1)
TIERS = [{"up_to": "10", "amount": "30.00"}, {"amount": "20.00", "flat": "50.00"}]
PACKAGES = {"size": 5, "free_units": "2"}
FREE_MONTH = {"phase": 1, "phase_count": 1, "phase_unit": "month"}
# plan: product, price, model, terms, what differs from a plain monthly plan
PLANS: dict[str, tuple[str, str, str, Any, dict[str, Any]]] = {
    "basic": ("news", "299", "flat", {}, {}),
    "family": ("news", "399", "flat", {}, {}),
    "duo": ("news", "248", "flat", {}, {"prices_include_vat": True}),
    "seats": ("app", "0", "graduated", {"tiers": TIERS}, {}),
    "volume": ("app", "0", "volume", {"tiers": TIERS}, {}),
    "packs": ("app", "99", "package", PACKAGES, {}),
    "tryout": ("news", "299", "flat", {}, {"trial_then": "stop"}),
    "season": ("news", "600", "flat", {}, {"every_unit": "quarter", "renews": False}),
    "issues": (
        "magazine", "240", "flat", {}, {"every_unit": "delivery", "every_count": 12},
    ),
}  # fmt: skip
PRODUCTS = {
    "news": ("print", None),
    "app": ("standard", None),
    "magazine": ("print", "mon,thu"),
}
VERSIONS = (
    {"plan_id": "basic", "version": 2, "applies_to": "cohort", "amount": "279",
     "valid_from": date(2026, 3, 1), "cohort_from": date(2025, 1, 1),
     "cohort_to": date(2025, 7, 1)},
    {"plan_id": "basic", "version": 3, "applies_to": "renewal", "amount": "319",
     "valid_from": date(2026, 5, 15)},
    {"plan_id": "basic", "version": 1, "amount": "329", "price_list": "norway"},
    {"plan_id": "tryout", "version": 1, "amount": "0", **FREE_MONTH},
)  # fmt: skip
# campaign: how long it lasts, what it takes off, and what differs
CAMPAIGNS: dict[str, dict[str, Any]] = {
    "ramp": {"lasts_kind": "steps", "lasts_periods": 4, "discount_kind": "price",
             "amount_minor": 9900},
    "kept": {"lasts_kind": "periods", "lasts_periods": 5, "percent": Decimal("0.5")},
    "lost": {"lasts_kind": "periods", "lasts_periods": 5, "percent": Decimal("0.5"),
             "on_plan_change": "lose"},
    "free": {"lasts_kind": "periods", "lasts_periods": 1, "percent": Decimal(1)},
    "stay": {"lasts_kind": "forever", "discount_kind": "amount", "amount_minor": 5000,
             "control_share": Decimal("0.5"), "stacks": True},
}  # fmt: skip
STEPS = ((1, 9900, 1), (2, 14900, 3))


def facts() -> Facts:
    """Return the facts of the offers, billed by the engine to the middle of 2026."""
    book = Facts()
    book.add("company_profiles", legal_entity="NB", effective_on=BEGUN,
             name="Nordbo AB", organisation_number="556000-0167", country="SE",
             currency="SEK", policies=json.dumps(Policies().to_mapping()))  # fmt: skip
    _catalogue(book)
    _campaigns(book)
    _agreements(book)
    _ends(book)
    _billed(book)
    _paid(book)
    _moved_in(book)
    _parties(book)
    return book


def _catalogue(book: Facts) -> None:
    for product, (category, weekdays) in PRODUCTS.items():
        book.add("products", product_id=product, effective_on=BEGUN, name=product,
                 vat_category=category, recognised="daily",
                 delivery_weekdays=weekdays)  # fmt: skip
    book.add("price_lists", price_list="norway", effective_on=BEGUN, name="Norge",
             currency="NOK", market="NO")  # fmt: skip
    for plan, (product, amount, model, terms, differs) in PLANS.items():
        book.add("plans", plan_id=plan, effective_on=BEGUN, name=plan,
                 product_id=product, **{**PLAN, **differs})  # fmt: skip
        _version(book, plan_id=plan, version=1, amount=amount, model=model,
                 terms=json.dumps(terms))  # fmt: skip
    for version in VERSIONS:
        _version(book, **version)
    for n, (product, alone) in enumerate((("news", 24900), ("app", 9900)), start=1):
        book.add("plan_parts", plan_id="duo", n=n, effective_on=BEGUN,
                 product_id=product, standalone_minor=alone,
                 command_id="duo")  # fmt: skip
    # A price that is taken back before it takes effect has never been one.
    _version(book, plan_id="family", version=2, amount="999", applies_to="all",
             valid_from=date(2026, 4, 1), command_id="mistake")  # fmt: skip
    book.add("catalogue_withdrawals", applied_command="mistake",
             withdrawn_on=date(2026, 2, 1), reason="wrong")  # fmt: skip


def _version(book: Facts, **version: Any) -> None:
    plain = {"phase": 0, "valid_from": BEGUN, "applies_to": "new", "model": "flat"}
    amount = Decimal(version.pop("amount"))
    book.add("price_versions", **{**plain, **version}, amount=amount)


def _campaigns(book: Facts) -> None:
    for campaign, how in CAMPAIGNS.items():
        book.add("campaigns", campaign_id=campaign, effective_on=BEGUN,
                 name=campaign.title(), new_customers_only=False,
                 **{"discount_kind": "percent", "stacks": False, **how})  # fmt: skip
    for step, amount, periods in STEPS:
        book.add("campaign_steps", campaign_id="ramp", step=step, periods=periods,
                 discount_kind="price", amount_minor=amount)  # fmt: skip


def start(book: Facts, item: str, plan: str, on: date, **how: Any) -> None:
    """Start an agreement of the customer that its letter names."""
    customer = item[0]
    if customer not in {row["customer_id"] for row in book.rows.get("customers", [])}:
        book.add("customers", customer_id=customer, kind="person", registered_on=on)
        book.add("customer_details", customer_id=customer, effective_on=on,
                 name=f"Kund {customer}", city="Uppsala", country="SE", language="sv",
                 delivery="email")  # fmt: skip
    first = {"plan_id": plan, "quantity": how.pop("quantity", Decimal(1))}
    begun, campaigns = how.pop("begun", on), how.pop("campaigns", ())
    book.add("subscriptions", **{
        "subscription_id": item, "customer_id": customer, "payer_id": customer,
        "recipient_id": customer, "legal_entity": "NB", "currency": "SEK",
        "payment_method": "bankgiro", "started_on": begun, **how,
    })  # fmt: skip
    change(book, item, "start", on, **first)
    for campaign in campaigns:
        change(book, item, "campaign", on, campaign_id=campaign)


def _agreements(book: Facts) -> None:
    start(book, "A1", "basic", date(2026, 1, 10), campaigns=["ramp"])
    start(book, "A2", "basic", date(2026, 4, 10), campaigns=["ramp"])
    start(book, "B1", "duo", NEW_YEAR)
    start(book, "C1", "basic", date(2025, 2, 15))
    start(book, "D1", "basic", NEW_YEAR, price_list="norway", currency="NOK")
    start(book, "E1", "basic", NEW_YEAR, campaigns=["lost"])
    start(book, "F1", "basic", NEW_YEAR, campaigns=["kept"])
    start(book, "G1", "seats", NEW_YEAR, quantity=Decimal(12))
    start(book, "G2", "volume", NEW_YEAR, quantity=Decimal(12))
    start(book, "G3", "packs", NEW_YEAR, quantity=Decimal("7.5"))
    start(book, "H1", "tryout", date(2026, 2, 1))
    start(book, "I1", "basic", NEW_YEAR, giver_id="A")
    start(book, "J1", "basic", NEW_YEAR)
    start(book, "K1", "family", date(2026, 2, 1))
    start(book, "L1", "season", NEW_YEAR)
    start(book, "N1", "basic", date(2026, 1, 20))
    change(book, "N1", "anchor", date(2026, 1, 20), anchor_kind="calendar",
           until_on=date(2026, 2, 1))  # fmt: skip
    start(book, "O1", "basic", date(2026, 2, 1), begun=date(2023, 5, 1))
    start(book, "P1", "basic", NEW_YEAR, campaigns=["stay", "kept"])
    start(book, "Q1", "issues", NEW_YEAR)
    start(book, "R1", "basic", date(2026, 1, 5), campaigns=["free"])
    start(book, "S1", "basic", NEW_YEAR)


def _ends(book: Facts) -> None:
    for item in ("E1", "F1"):
        change(book, item, "change", date(2026, 3, 12), plan_id="family")
    change(book, "A2", "cancel", date(2026, 5, 10), reason="voluntary")
    change(book, "G1", "change", date(2026, 4, 1), quantity=Decimal(9))
    change(book, "H1", "cancel", date(2026, 3, 1), reason="trial_ended")
    change(book, "I1", "cancel", date(2026, 7, 1), reason="gift_ended")
    change(book, "L1", "cancel", date(2026, 4, 1), reason="term_ended")
    change(book, "S1", "cancel", date(2026, 4, 1), reason="voluntary")


def _billed(book: Facts) -> None:
    number = 1
    for month in range(1, 7):
        for day in (1, 5, 10, 15, 20, 25):
            run = bill(base(book), on=date(2026, month, day), first_number=number)
            number += run.issue.invoices.height
            book.add_frame("invoices", run.issue.invoices)
            book.add_frame("invoice_lines", run.issue.lines, issued_on=run.on)
            book.add_frame("invoice_taxes", run.issue.taxes, issued_on=run.on)


def _paid(book: Facts) -> None:
    """Let A pay everything on its last day; nobody else pays."""
    book.add("files", sha256="f1", direction="in", name="camt.xml", kind="camt.054",
             size=1, handled_on=date(2026, 1, 5))  # fmt: skip
    for invoice in list(book.rows["invoices"]):
        if invoice["payer_id"] == "A" and invoice["kind"] == "invoice":
            pay(book, invoice["invoice_id"], invoice["total_minor"])
            paid_on = invoice["due_on"]
            allocate(
                book,
                invoice["invoice_id"],
                (invoice, invoice["total_minor"]),
                paid_on,
            )


def _moved_in(book: Facts) -> None:
    """Take over what T owes, and what S has to its credit."""
    for invoice, payer, amount in (("GAMMAL-7", "C", 45000), ("GAMMAL-8", "S", -2500)):
        book.add("invoices", invoice_id=invoice, legal_entity="NB", series="M",
                 number=len(invoice), kind="invoice" if amount > 0 else "credit_note",
                 payer_id=payer, currency="SEK", reference=invoice,
                 payment_method="bankgiro", issued_on=date(2025, 11, 3),
                 due_on=date(2025, 12, 3), net_minor=amount, vat_minor=0,
                 rounding_minor=0, total_minor=amount)  # fmt: skip
        book.add("invoice_lines", invoice_id=invoice, n=1, kind="opening",
                 product_id="opening", vat_category="exempt", text=invoice,
                 quantity=Decimal(1), cycle_from=NEW_YEAR, period_from=NEW_YEAR,
                 cycle_to=date(2026, 1, 2), period_to=date(2026, 1, 2),
                 full_minor=abs(amount), list_minor=abs(amount),
                 price_includes_vat=False, vat_rate=Decimal(0), amount_minor=amount,
                 net_minor=amount, vat_minor=0, revision=0, recognised="at_once",
                 issued_on=date(2025, 11, 3))  # fmt: skip
        book.add("invoice_taxes", invoice_id=invoice, vat_category="exempt",
                 vat_rate=Decimal(0), net_minor=amount, vat_minor=0,
                 issued_on=date(2025, 11, 3))  # fmt: skip


def _parties(book: Facts) -> None:
    """Merge K into J and take another merge back; forget S; draw arms; quote."""
    for merge, kept, merged in (("m1", "J", "K"), ("m2", "A", "F")):
        book.add("customer_merges", merge_id=merge, kept_id=kept, merged_id=merged,
                 reason="same", effective_on=date(2026, 4, 15))  # fmt: skip
    book.add("customer_splits", merge_id="m2", reason="not the same",
             effective_on=date(2026, 4, 16))  # fmt: skip
    book.add("erasures", customer_id="S", erased_on=date(2026, 5, 2), reason="asked",
             fields="email", kept="name", kept_until=date(2033, 12, 31))  # fmt: skip
    arms = {"P": "offered", "C": "offered", "S": "control", "N": "control"}
    for customer, arm in arms.items():
        book.add("campaign_exposures", campaign_id="stay", customer_id=customer,
                 arm=arm, exposed_on=date(2026, 1, 25))  # fmt: skip
    for n, step in enumerate(("signed", "lapsed", None)):
        book.add("quotes", quote_id=f"Q{n}", customer_id="C", agreements="[]",
                 valid_until=date(2026, 5, 1), activation="signature", currency="SEK",
                 first_minor=29900, quoted_on=date(2026, 4, 1))  # fmt: skip
        if step:
            book.add("quote_steps", quote_id=f"Q{n}", step=step, evidence="",
                     on_date=date(2026, 4, 20))  # fmt: skip
