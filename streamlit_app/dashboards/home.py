"""Overview: what is earned and owed, what came in, and what waits for somebody."""

import streamlit as st

from streamlit_app import desk, figures
from streamlit_app.widgets import effect, empty, overview
from streamlit_app.widgets.wording import text

effect.toast()
st.title(text("page.home"))
company = desk.company()
if company is None:
    empty.nothing("company")
    st.stop()

overview.waiting()
standing = figures.standing(company.legal_entity)
if standing is None:
    empty.not_published()
    st.stop()
overview.cards(standing, company)

left, right = st.columns(2, gap="large")
with left:
    st.header(text("home.mrr"))
    overview.mrr(company.legal_entity)
with right:
    st.header(text("home.movements"))
    overview.movements(company.legal_entity)
with left:
    st.header(text("home.ageing"))
    overview.ageing(company.legal_entity)
with right:
    st.header(text("home.cash"))
    overview.cash(company.legal_entity)
