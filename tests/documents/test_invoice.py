import json
import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.documents import invoice, specimens, typesetting, wording
from billing.documents.issued_invoice import VatShare
from billing.documents.legal_content import InvoiceDoesNotAddUp, InvoiceLacksContent


def dump(manuscript):
    return (
        json.dumps(manuscript.content, ensure_ascii=False, indent=1, sort_keys=True)
        + "\n"
    )


@pytest.mark.parametrize("language", ["sv", "en"])
def test_invoice_says_what_the_golden_file_says(language, golden, text_of):
    specimen = specimens.invoice()
    golden(f"invoice_{language}.json", dump(invoice.manuscript(specimen, language)))
    golden(f"invoice_{language}.txt", text_of(invoice.render(specimen, language)))


@pytest.mark.parametrize("language", ["sv", "en"])
def test_credit_note_says_what_the_golden_file_says(language, golden, text_of):
    golden(
        f"credit_note_{language}.txt",
        text_of(invoice.render(specimens.credit_note(), language)),
    )


def test_autogiro_invoice_asks_for_no_payment(text_of):
    drawn = replace(specimens.invoice(), collected_by="autogiro")
    text = text_of(invoice.render(drawn))
    assert "Dras från ditt konto" in text
    assert "Betala senast" not in text


def test_same_invoice_has_the_same_bytes():
    first, second = invoice.render_many([specimens.invoice()] * 2)
    assert first == second


def test_another_process_with_another_hash_seed_makes_the_same_bytes():
    program = (
        "import hashlib; from billing.documents import invoice, specimens;"
        "print(hashlib.sha256(invoice.render(specimens.invoice())).hexdigest())"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(hashes) == 1


def test_pdf_is_an_archive_document_in_its_language():
    pdf = invoice.render(specimens.invoice(), "en")
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"/Lang(en)" in pdf
    assert b"/Title(Invoice 10024)" in pdf
    assert b"/CreationDate(D:20261116" in pdf


def test_many_invoices_come_in_the_order_given(text_of):
    numbers = [str(number) for number in range(10030, 10036)]
    documents = [replace(specimens.invoice(), number=number) for number in numbers]
    rendered = invoice.render_many(documents)
    assert [text_of(pdf).splitlines()[3] for pdf in rendered] == numbers


def test_long_invoice_repeats_its_head_and_counts_its_pages(text_of):
    specimen = specimens.invoice()
    long = replace(
        specimen,
        lines=specimen.lines * 9,
        vat=tuple(
            VatShare(share.rate, 9 * share.net_minor, 9 * share.vat_minor)
            for share in specimen.vat
        ),
        rounding_minor=20,
        total_minor=5033_00,
    )
    text = text_of(invoice.render(long))
    assert "Sida 3 (3)" in text
    assert text.count("Beskrivning") == 2
    assert "5\N{NO-BREAK SPACE}033,00\N{NO-BREAK SPACE}SEK" in text


@pytest.mark.parametrize(
    "written",
    [
        "#panic()",
        "$x$ *fet* _kursiv_ @ref <a>",
        '#import "/etc/passwd": *',
        "\\ // -- ~",
    ],
)
def test_markup_in_a_text_is_text(written, text_of):
    noted = replace(specimens.invoice(), notes=(written,))
    assert written in text_of(invoice.render(noted)).replace("\N{NO-BREAK SPACE}", "~")


@pytest.mark.parametrize("name", ["Łukasz Ştefan", "Αθηνά", "Иван", "Nguyễn"])
def test_european_names_keep_the_archive_standard(name):
    buyer = replace(specimens.BUYER, name=name)
    pdf = invoice.render(replace(specimens.invoice(), buyer=buyer))
    assert b"<pdfaid:part>2</pdfaid:part>" in pdf


@pytest.mark.parametrize(
    "name", ["李小龍", "Åsa \N{THUMBS UP SIGN}", "مرحبا", "bell\a"]
)
def test_rare_characters_do_not_stop_an_invoice(name):
    buyer = replace(specimens.BUYER, name=name)
    pdf = invoice.render(replace(specimens.invoice(), buyer=buyer))
    assert pdf.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("change", "error", "field"),
    [
        ({"total_minor": 559_01}, InvoiceDoesNotAddUp, "total_minor"),
        ({"rounding_minor": 0}, InvoiceDoesNotAddUp, "total_minor"),
        ({"vat": specimens.invoice().vat[:1]}, InvoiceDoesNotAddUp, "vat"),
        ({"number": ""}, InvoiceLacksContent, "number"),
        ({"lines": ()}, InvoiceLacksContent, "lines"),
        ({"kind": "credit_note"}, InvoiceLacksContent, "credited_number"),
        ({"currency": "EUR"}, InvoiceLacksContent, "vat_sek_minor"),
        (
            {"buyer": replace(specimens.BUYER, address=())},
            InvoiceLacksContent,
            "buyer.address",
        ),
        (
            {"seller": replace(specimens.SELLER, vat_number="")},
            InvoiceLacksContent,
            "seller.vat_number",
        ),
    ],
)
def test_document_that_breaks_the_law_is_refused(change, error, field):
    with pytest.raises(error) as refusal:
        invoice.render(replace(specimens.invoice(), **change))
    assert refusal.value.field == field


def test_foreign_currency_states_vat_in_kronor(text_of):
    euros = replace(specimens.invoice(), currency="EUR", vat_sek_minor=517_04)
    text = text_of(invoice.render(euros))
    assert "Moms i SEK\n517,04" in text


def test_reverse_charge_states_its_ground(text_of):
    specimen = specimens.invoice()
    line = replace(specimen.lines[3], vat_rate=Decimal(0), gross_minor=80_00)
    reverse = replace(
        specimen,
        buyer=replace(specimen.buyer, vat_number="DK12345674"),
        lines=(line,),
        vat=(VatShare(Decimal(0), 80_00, 0, "Omvänd betalningsskyldighet"),),
        rounding_minor=0,
        total_minor=80_00,
    )
    text = text_of(invoice.render(reverse))
    assert "Omvänd betalningsskyldighet" in text
    assert "DK12345674" in text


def test_preview_is_one_image_per_page():
    pages = typesetting.to_png(invoice.manuscript(specimens.invoice()))
    assert [page[:4] for page in pages] == [b"\x89PNG"]


def test_language_that_we_do_not_write_is_refused():
    with pytest.raises(wording.UnknownLanguage, match="not in 'fi'"):
        invoice.render(specimens.invoice(), "fi")


def test_every_text_has_every_language_and_the_same_places():
    for key, texts in wording.TEXTS.items():
        assert set(texts) == set(wording.LOCALES), key
        swedish, english = (set(_places(texts[one])) for one in ("sv", "en"))
        assert swedish == english, key


def _places(text):
    return [part.split("}")[0] for part in text.split("{")[1:]]


@given(st.integers(min_value=-(10**13), max_value=10**13))
def test_amounts_keep_every_digit(minor):
    written = wording.amount(minor, "SEK", "sv")
    digits = written.replace(wording.NO_BREAK, "").replace(",", "")
    assert int(digits.replace("\N{MINUS SIGN}", "-")) == minor


def test_currencies_without_decimals_are_written_without():
    assert wording.amount(1200, "ISK", "en") == "1,200"
