"""Bookkeeping: the trial balance, the booked vouchers, and SIE 4 for the accounts."""

import streamlit as st

from streamlit_app import desk, figures, warehouse
from streamlit_app.widgets import empty, numbers, table, vouchers
from streamlit_app.widgets.url_select import url_select
from streamlit_app.widgets.wording import text

st.title(text("page.ledger_vouchers"))
company = desk.company()
build = warehouse.published()
if company is None or build is None:
    empty.nothing("company" if company is None else "not_published")
    st.stop()
months = {f"{month:%Y-%m}": month for month in figures.months(company.legal_entity)}
if not months:
    empty.nothing("ledger")
    st.stop()

with st.container(horizontal=True, vertical_alignment="bottom"):
    with st.container(width=220):
        chosen = url_select(text("ledger.month"), "p", list(months), str)
    booked = figures.vouchers(company.legal_entity, months[chosen])
    if not booked.is_empty():
        vouchers.download(company, chosen)
st.caption(text("label.as_of", day=numbers.day(build.as_of), build=build.build_id))

balance_tab, vouchers_tab, differences_tab = st.tabs(
    [text(f"ledger.{tab}") for tab in ("trial_balance", "vouchers", "differences")]
)
with balance_tab:
    rows = figures.trial_balance(company.legal_entity, months[chosen])
    table.plain(vouchers.with_total(rows), vouchers.BALANCES, name="trial_balance")
with vouchers_tab:
    if booked.is_empty():
        empty.nothing("vouchers")
    else:
        table.show(booked, vouchers.VOUCHERS, name="vouchers")
with differences_tab:
    rows = figures.not_booked(company.legal_entity)
    if rows.is_empty():
        st.success(text("ledger.all_booked"), icon=":material/done_all:")
    else:
        st.caption(text("ledger.differences_help"))
        table.show(rows, vouchers.DIFFERENCES, name="differences")
