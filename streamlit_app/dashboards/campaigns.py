"""Campaign results: who took them, what they cost, who stayed, and what that proves."""

import streamlit as st

from streamlit_app import desk, figures
from streamlit_app.widgets import campaign_results, empty, numbers
from streamlit_app.widgets.url_select import url_select
from streamlit_app.widgets.wording import text

st.title(text("page.campaigns-report"))
company = desk.company()
if company is None:
    empty.nothing("company")
    st.stop()
answer = figures.campaign_results(company.legal_entity)
if answer is None:
    empty.not_published()
    st.stop()
if answer.frame.is_empty():
    empty.nothing("campaign_results")
    st.stop()

campaign_results.cards(answer.frame, company)
campaign_results.listed(answer.frame)
day = numbers.day(answer.build.as_of)
st.caption(text("label.as_of", day=day, build=answer.build.build_id))

names = dict(answer.frame.select("campaign_id", "campaign_name").rows())
with st.container(width=320):
    chosen = url_select(
        text("campaigns_report.choose"), "campaign", list(names), names.__getitem__
    )
campaign_results.detail(company.legal_entity, chosen)
