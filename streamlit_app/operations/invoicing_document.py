"""One invoice: its lines, its VAT, what is paid, and the document to download."""

import streamlit as st

from billing.books import queries
from streamlit_app import desk
from streamlit_app.widgets import empty, invoice, search, table
from streamlit_app.widgets.refusal import explained
from streamlit_app.widgets.wording import name_of, text

st.page_link(
    "operations/customers.py", label=text("card.back"), icon=":material/arrow_back:"
)
invoice_id = st.query_params.get("invoice", "")
books = desk.books()
issued = queries.invoice(books, invoice_id)
if issued.is_empty():
    empty.nothing("unknown_invoice", invoice=invoice_id)
    st.stop()

found = invoice.with_state(issued, desk.moment().on).row(0, named=True)
st.title(f"{name_of('kind', found['kind'])} {invoice_id}")
invoice.head(found)
with st.container(horizontal=True, vertical_alignment="center"), explained():
    invoice.download(found)
    st.page_link(
        search.CARD,
        label=text("invoice.customer"),
        icon=":material/person:",
        query_params={"customer": found["payer_id"]},
    )
st.header(text("invoice.lines"))
with explained():
    lines = invoice.with_last_day(queries.invoice_lines(books, [invoice_id]))
    table.plain(lines, invoice.LINES, name="lines")
st.header(text("invoice.taxes"))
with explained(), st.container(width=420):
    table.plain(queries.invoice_taxes(books, [invoice_id]), invoice.TAXES, name="taxes")
settled = queries.allocations_of(books, invoice_id)
if settled.height:
    st.header(text("invoice.settled"))
    table.plain(settled, invoice.SETTLED, name="settled")
reminders = queries.reminders_of(books, invoice_id)
if reminders.height:
    st.header(text("invoice.reminders"))
    table.plain(reminders, invoice.REMINDERS, name="reminders")
