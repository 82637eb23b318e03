"""The router: which pages the signed-in person has, and the frame around them."""

import streamlit as st

from streamlit_app import desk
from streamlit_app.menu import SCREENS
from streamlit_app.widgets import header
from streamlit_app.widgets.wording import text

st.set_page_config(page_title="Saldo", page_icon=":material/balance:", layout="wide")
header.take_language()
role = desk.actor().role
sections: dict[str, list[st.Page]] = {}
for screen in SCREENS:
    if role in screen.roles:
        sections.setdefault(text(f"section.{screen.section}"), []).append(screen.page())
page = st.navigation(sections)
with st.sidebar:
    header.choose_language()
header.draw()
page.run()
