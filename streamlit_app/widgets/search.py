"""Search finds a customer or an invoice from anywhere: Ctrl+K, type, Ctrl+Enter."""

from typing import Any

import polars as pl
import streamlit as st

from billing.books import queries
from streamlit_app import desk
from streamlit_app.widgets import numbers, table
from streamlit_app.widgets.wording import name_of, text

OPEN, WORDS = "searching", "search-words"
CARD, DOCUMENT = "operations/customers_card.py", "operations/invoicing_document.py"
HITS = 8
MIN_LETTERS = 2
# The dialog takes the focus when it opens, more than once; what is typed belongs in
# its field, so the field takes the focus until it has kept it.
FOCUS = """<script>
let kept = 0;
const taking = setInterval(() => {
  const field = document.querySelector('.st-key-search-words input');
  if (!field) return;
  kept = document.activeElement === field ? kept + 1 : 0;
  if (kept === 0) field.focus();
  if (kept > 5) clearInterval(taking);
}, 60);
setTimeout(() => clearInterval(taking), 4000);
</script>"""


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
        st.info(text("search.none", words=table.escaped(words)))
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
        (_named(row), CARD, {"customer": row["customer_id"]})
        for row in customers(words, HITS).to_dicts()
    ]


def _named(row: dict[str, Any]) -> str:
    name, city = table.escaped(row["name"]), table.escaped(row["city"] or "")
    balance = numbers.money(row["balance_minor"])
    parts = (row["customer_id"], name, city, balance)
    return ":material/person: " + " · ".join(part for part in parts if part)


def _invoices(words: str) -> list[tuple[str, str, dict[str, str]]]:
    """Return the documents that the words name, by number or by OCR reference."""
    books = desk.books()
    owners = queries.customers_found(books, words, HITS)["customer_id"].to_list()
    documents = [queries.invoice(books, words.upper())]
    if words.isdigit():
        named = (pl.col("reference") == words) | (
            pl.col("number").cast(pl.String) == words
        )
        documents += [queries.invoices_of(books, o).filter(named) for o in owners]
    return [
        (_said(row), DOCUMENT, {"invoice": row["invoice_id"]})
        for found in documents
        for row in found.to_dicts()
    ][:HITS]


def _said(row: dict[str, Any]) -> str:
    kind = name_of("kind", row["kind"])
    amount = numbers.money(row["total_minor"], row["currency"])
    return f":material/receipt_long: {kind} {row['invoice_id']} · {amount}"


def _set(opened: bool) -> None:
    st.session_state[OPEN] = opened


def _close() -> None:
    _set(opened=False)
