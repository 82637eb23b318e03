"""A clerk's day in a browser: look, find, change, bill, settle, report."""

import re

import pytest

expect = pytest.importorskip("playwright.sync_api").expect
SLOWLY = 60_000
# The grid is a canvas: its rows are 33 pixels high, the box to tick is at the left.
ROW, CHECKBOX = 33, 16
pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = {
    "/": "Översikt",
    "/customers": "Kunder",
    "/catalogue": "Produkter & priser",
    "/campaigns": "Kampanjer",
    "/invoicing": "Körningar",
    "/payments": "Avvikelser",
    "/ledger_vouchers": "Bokföring & SIE",
}


def settled(page):
    page.wait_for_timeout(400)
    page.wait_for_selector('[data-testid="stStatusWidget"]', state="detached")
    page.wait_for_timeout(400)


@pytest.mark.parametrize(("path", "title"), PAGES.items())
def test_every_page_opens_in_swedish(page, visit, path, title):
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    visit(path)
    assert page.locator("h1").inner_text().startswith(title)
    settled(page)
    assert page.locator('[data-testid="stException"]').count() == 0
    assert page.evaluate("document.documentElement.lang") == "sv"
    assert complaints == []


def test_every_chart_has_words_and_a_table(page, visit):
    visit("/")
    charts = page.locator('[data-testid="stVegaLiteChart"]')
    expect(charts).to_have_count(4, timeout=SLOWLY)
    for words in ("Ytdiagram", "Staplar: MRR", "kundfordringar", "per vecka"):
        named = page.locator(f'[aria-label*="{words}"], [alt*="{words}"]').first
        expect(named).to_be_attached(timeout=SLOWLY)
    expect(page.get_by_text("Visa som tabell")).to_have_count(4)


def test_the_keyboard_finds_a_customer(page, visit):
    visit("/")
    page.keyboard.press("Control+k")
    page.wait_for_selector('[role="dialog"] input')
    page.wait_for_function(
        "document.activeElement.closest('.st-key-search-words') !== null"
    )
    page.wait_for_timeout(600)
    page.keyboard.type("Öberg")
    page.get_by_role("button", name=re.compile("C100001")).wait_for()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/customers_card?customer=C100001")
    page.get_by_role("heading", name="Åsa Öberg").wait_for()


def test_the_address_says_the_same_in_english(page, visit):
    visit("/payments?st=overpaid&lang=en")
    assert page.locator("h1").inner_text().startswith("Deviations")
    expect(page.get_by_text("Overpaid").first).to_be_attached(timeout=SLOWLY)
    visit("/payments?st=overpaid")
    expect(page.get_by_text("För mycket betalt").first).to_be_attached(timeout=SLOWLY)
    assert "lang" not in page.url


def test_an_upgrade_is_shown_and_then_carried_out(page, visit):
    visit("/customers_card?customer=C100009")
    page.get_by_role("button", name="Ändra", exact=True).click()
    page.get_by_role("dialog").get_by_role("combobox").first.click()
    page.get_by_role("option", name="Alla dagar").click()
    settled(page)
    page.get_by_role("button", name="Förhandsgranska").click()
    page.get_by_text("Nästa körning med ändringen").wait_for()
    page.get_by_role("button", name="Genomför ändringen").click()
    page.get_by_text(re.compile("Ändrat från")).wait_for()


def test_a_run_is_previewed_by_one_and_approved_by_another(page, visit):
    visit("/invoicing")
    page.get_by_role("button", name=re.compile("Förhandsgranska dagens")).click()
    page.wait_for_url("**/invoicing_run?run=*")
    run = page.url
    page.get_by_role("button", name="Godkänn körningen").click()
    page.get_by_text("ask a colleague").wait_for()
    page.get_by_role("button", name=re.compile("kassör")).click()
    page.get_by_text("fakturerare", exact=True).click()
    settled(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Godkänn körningen").click()
    page.get_by_role("button", name="Utför körningen").click()
    page.get_by_text(re.compile("Utfärdade dokument: [1-9]")).wait_for()
    assert page.url == run


def test_a_deviation_is_settled_as_suggested(page, visit):
    visit("/payments")
    grid = page.locator('[data-testid="stDataFrame"]').first
    suggested = grid.locator("tr", has_text="samma belopp").first
    suggested.wait_for(state="attached")
    waiting = int(re.search(r"Väntar: (\d+)", page.content()).group(1))
    row = suggested.evaluate("row => row.rowIndex")
    box = grid.bounding_box()
    page.mouse.click(box["x"] + CHECKBOX, box["y"] + ROW * (row + 0.5))
    page.get_by_role("button", name=re.compile("Genomför")).click()
    page.get_by_text(f"Väntar: {waiting - 1}").wait_for()


def test_the_sie_file_and_the_invoice_download(page, visit):
    visit("/ledger_vouchers")
    with page.expect_download() as sie:
        page.get_by_role("button", name=re.compile("SIE 4")).click()
    content = sie.value.path().read_bytes()
    assert content.startswith(b"#FLAGGA 0")
    assert b"#VER" in content
    visit("/invoicing_document?invoice=NB-100003")
    with page.expect_download() as pdf:
        page.get_by_role("button", name="Hämta PDF").click()
    assert pdf.value.path().read_bytes().startswith(b"%PDF-")
