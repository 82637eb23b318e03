"""The header stands on every page: whose books, search, how fresh, language, person."""

from pathlib import Path

import streamlit as st

from streamlit_app import desk
from streamlit_app.widgets import freshness, search, url_select
from streamlit_app.widgets.wording import KEY, LANGUAGES, language, text

# What the theme cannot say: figures of one width, and a header that stays slim.
STYLE = """<style>
[data-testid="stMetricValue"], [data-testid="stTable"] td,
[data-testid="stMarkdownContainer"] { font-variant-numeric: tabular-nums; }
.st-key-header { border-bottom: 1px solid rgba(128, 140, 136, .25);
  padding-bottom: .6rem; }
.block-container, [data-testid="stMainBlockContainer"] {
  padding-top: 1.6rem; padding-bottom: 4rem; max-width: 84rem; }
[data-testid="stMetricLabel"] { opacity: .8; }
[data-testid="stTable"] th { text-align: left; }
</style>"""
LOGO = Path(__file__).with_name("saldo.svg")
TONGUE = "<script>document.documentElement.lang='{language}'</script>"


def draw() -> None:
    """Draw the header, and tell the browser which language the page is in."""
    st.html(STYLE)
    st.logo(str(LOGO), size="large")
    st.html(TONGUE.format(language=language()), unsafe_allow_javascript=True)
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        key="header",
    ):
        _entity()
        with st.container(
            horizontal=True, vertical_alignment="center", width="content"
        ):
            search.button()
            freshness.badge()
            _person()
    search.dialog_if_open()


def take_language() -> None:
    """Take the language from the address before the first word is drawn."""
    url_select.take(KEY, list(LANGUAGES))


def choose_language() -> None:
    """Draw the choice of language at the foot of the menu; the address keeps it."""
    url_select.url_segments(
        text("header.language"), KEY, list(LANGUAGES), LANGUAGES.__getitem__
    )


def _entity() -> None:
    """Draw the legal entity; a choice where there are several."""
    everyone = {company.legal_entity: company.name for company in desk.companies()}
    if len(everyone) > 1:
        with st.container(width=280):
            url_select.url_select(
                text("header.entity"), desk.ENTITY, list(everyone), everyone.__getitem__
            )
        return
    name = next(iter(everyone.values()), text("header.no_company"))
    st.markdown(f"**{name}**", width="content")


def _person() -> None:
    """Draw who is signed in; in a demonstration, whose seat it is."""
    person = desk.actor()
    role = text(f"role.{person.role}")
    with st.popover(
        person.name, icon=":material/person:", key="person", type="tertiary"
    ):
        if len(desk.seats()) > 1:
            st.radio(
                text("header.seat"),
                list(desk.seats()),
                key=desk.SEAT,
                captions=[text(f"role.{code}") for code in desk.seats().values()],
            )
        st.caption(text("header.signed_in", name=person.name, role=role))
