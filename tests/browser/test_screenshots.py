"""Every screen in light, dark and English; its picture for docs when asked for."""

import os
from pathlib import Path

import pytest

from billing.books import queries
from billing.books.home import Home
from billing.books.session import open_books

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
WANTED = os.environ.get("SALDO_SCREENSHOTS")
# Set SALDO_SCREENSHOTS to keep the pictures. One address for each; {customer},
# {invoice}, {subscription} and {run} come from the books.
PICTURES = {
    "overview": ("/", "light", 1330),
    "overview-dark": ("/", "dark", 1330),
    "overview-en": ("/?lang=en", "light", 1330),
    "customers": ("/customers?q=berg", "light", 900),
    "customer": ("/customers_card?customer={customer}", "light", 900),
    "duplicates": ("/customers?view=duplicates", "light", 900),
    "agreement": ("/subscriptions?subscription={subscription}", "light", 1000),
    "catalogue": ("/catalogue", "light", 900),
    "workshop": ("/catalogue?view=workshop", "light", 900),
    "campaigns": ("/campaigns", "light", 900),
    "new-campaign": ("/campaigns?view=workshop", "light", 1000),
    "billing-runs": ("/invoicing", "light", 900),
    "billing-run": ("/invoicing_run?run={run}", "light", 900),
    "invoice": ("/invoicing_document?invoice={invoice}", "light", 900),
    "deviations": ("/payments", "light", 900),
    "bookkeeping": ("/ledger_vouchers", "light", 1000),
}


@pytest.fixture(scope="module")
def known(filled_home):
    """Return a customer, one of its invoices and the last run, to look at."""
    books = open_books(Home(filled_home))
    found = queries.ask(
        books,
        "select payer_id as customer, max(invoice_id) as invoice,"
        " (select min(subscription_id) from subscriptions"
        "  where subscriptions.payer_id = invoices.payer_id) as subscription"
        " from invoices inner join allocations on item_id = invoice_id"
        " group by payer_id order by count(*) desc, payer_id limit 1",
    )
    last = queries.ask(
        books,
        "select run_id as run from invoices group by run_id"
        " order by max(issued_on) desc limit 1",
    )
    return found.row(0, named=True) | last.row(0, named=True)


@pytest.mark.parametrize("name", PICTURES)
def test_a_screen_can_be_looked_at(browser, address, known, name):
    path, scheme, height = PICTURES[name]
    context = browser.new_context(
        viewport={"width": 1440, "height": height},
        color_scheme=scheme,
        base_url=address,
    )
    page = context.new_page()
    page.goto(path.format(**known))
    page.wait_for_selector("h1")
    page.wait_for_timeout(1500)
    assert page.locator('[data-testid="stException"]').count() == 0
    if WANTED:
        page.wait_for_timeout(4000)
        FOLDER.mkdir(exist_ok=True, parents=True)
        page.screenshot(path=FOLDER / f"{name}.png")
    context.close()
