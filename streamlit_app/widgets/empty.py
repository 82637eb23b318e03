"""An empty state says why there is nothing and what to do about it."""

import streamlit as st

from streamlit_app.widgets.table import escaped
from streamlit_app.widgets.wording import text


def nothing(key: str, **values: object) -> None:
    """Say why a list is empty (`empty.<key>`) and what fills it (`empty.<key>_fix`)."""
    said = {name: escaped(str(value)) for name, value in values.items()}
    with st.container(border=True, horizontal_alignment="center", gap=None):
        st.markdown(f"**{text(f'empty.{key}', **said)}**")
        st.caption(text(f"empty.{key}_fix", **said))


def not_published() -> None:
    """Say that there is no build of the warehouse yet."""
    nothing("not_published")
