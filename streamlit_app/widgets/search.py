"""Search finds a customer or an invoice from anywhere: Ctrl+K, type, Ctrl+Enter."""

import polars as pl
import streamlit as st

from billing.books import queries
from billing.errors import NotFound
from streamlit_app import desk
from streamlit_app.widgets import numbers
from streamlit_app.widgets.wording import name_of, text

OPEN, WORDS = "searching", "search-words"
CARD, DOCUMENT = "operations/customers_card.py", "operations/invoicing_document.py"
HITS = 8
MIN_LETTERS = 2
# The dialog takes the focus when it opens; what is typed belongs in its field.
FOCUS = """<script>setTimeout(() => document
  .querySelector('.st-key-search-words input')?.focus(), 200)</script>"""


def button() -> None:
    """Draw the button that opens the search."""
    st.button(
        text("search.open"),
        icon=":material/search:",
        shortcut="Ctrl+K",
        on_click=_set,
        args=(True,),
        key="search-open",
    )


def dialog_if_open() -> None:
    """Draw the dialog while it is open: its state is ours, so a rerun keeps it."""
    if st.session_state.get(OPEN):
        st.dialog(text("search.title"), width="medium", on_dismiss=_close)(_dialog)()


def customers(words: str, limit: int) -> pl.DataFrame:
    """Return the customers that a text finds, as the books have them now."""
    return queries.customers_found(desk.books(), words.strip(), limit)


def _dialog() -> None:
    st.html(FOCUS, unsafe_allow_javascript=True)
    words = st.text_input(
        text("search.words"),
        key=WORDS,
        type="search",
        live=True,
        placeholder=text("search.placeholder"),
    )
    words = (words or "").strip()
    if len(words) < MIN_LETTERS:
        st.caption(text("search.hint"))
        return
    targets = [*_invoices(words), *_customers(words)]
    if not targets:
        st.info(text("search.none", words=words))
    for place, (label, page, parameters) in enumerate(targets):
        _hit(place, label, (page, parameters))


def _hit(place: int, label: str, target: tuple[str, dict[str, str]]) -> None:
    """Draw one hit; the first also opens by Ctrl+Enter."""
    pressed = st.button(
        label,
        key=f"search-hit-{place}",
        width="stretch",
        type="tertiary",
        shortcut="Ctrl+Enter" if place == 0 else None,
    )
    if pressed:
        _set(opened=False)
        st.switch_page(target[0], query_params=target[1])


def _customers(words: str) -> list[tuple[str, str, dict[str, str]]]:
    return [
        (
            f":material/person: {row['customer_id']} · {row['name']} · {row['city'] or ''}"
            f" · {numbers.money(row['balance_minor'])}",
            CARD,
            {"customer": row["customer_id"]},
        )
        for row in customers(words, HITS).to_dicts()
    ]


def _invoices(words: str) -> list[tuple[str, str, dict[str, str]]]:
    """Return the invoice that the words name, by its number or by its OCR reference."""
    found = find_invoice(words)
    if found is None:
        return []
    kind = name_of("kind", found["kind"])
    amount = numbers.money(found["total_minor"], found["currency"])
    label = f":material/receipt_long: {kind} {found['invoice_id']} · {amount}"
    return [(label, DOCUMENT, {"invoice": found["invoice_id"]})]


def find_invoice(words: str) -> dict[str, object] | None:
    """Return the head of an invoice by the number that people have of it."""
    try:
        found = queries.invoice(desk.books(), words.upper())
    except NotFound:
        return None
    return found.row(0, named=True) if found.height else None


def _set(opened: bool) -> None:
    st.session_state[OPEN] = opened


def _close() -> None:
    _set(opened=False)
