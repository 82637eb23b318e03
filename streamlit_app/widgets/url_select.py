"""A choice that lives in the address: the code is in the URL, the person sees its name.

Streamlit's own `bind` would put the translated name into the address, and a link sent
from a Swedish screen would break in an English one (screens.md §7, trap 2).
"""

from collections.abc import Callable, Sequence

import streamlit as st

Label = Callable[[str], str]


def url_select(label: str, key: str, codes: Sequence[str], label_of: Label) -> str:
    """Draw a list of codes, the first being the default, and return the chosen one."""
    take(key, codes)
    return st.selectbox(
        label, codes, key=key, format_func=label_of, on_change=_push, args=(key, codes)
    )


def url_segments(label: str, key: str, codes: Sequence[str], label_of: Label) -> str:
    """Draw the same as a row of buttons, without its label."""
    take(key, codes)
    chosen = st.segmented_control(
        label,
        codes,
        key=key,
        format_func=label_of,
        on_change=_push,
        args=(key, codes),
        label_visibility="collapsed",
        required=True,
    )
    return chosen or codes[0]


def go(key: str, code: str) -> None:
    """Choose a code for the next run; this one has drawn its choices already."""
    st.session_state[f"go-{key}"] = code
    st.query_params[key] = code


def take(key: str, codes: Sequence[str]) -> None:
    """Take the code of the address where nothing is chosen yet; ignore a bad one."""
    sent = st.session_state.pop(f"go-{key}", None)
    if sent in codes:
        st.session_state[key] = sent
    if st.session_state.get(key) not in codes:
        wanted = st.query_params.get(key)
        st.session_state[key] = wanted if wanted in codes else codes[0]


def _push(key: str, codes: Sequence[str]) -> None:
    chosen = st.session_state[key]
    if chosen == codes[0]:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = chosen
