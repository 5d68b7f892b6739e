"""The words that a page uses, explained in place."""

import streamlit as st

from resnet_viz.reporting.glossary import TERMS, linked
from resnet_viz.ui.shell import navigation


def words(*terms: str) -> None:
    """The words that a page uses, explained in place, and the way to all of them."""
    with st.expander("Words on this page", icon=":material/menu_book:"):
        st.markdown("\n".join(f"- **{linked(term)}**: {TERMS[term]}" for term in terms))
        navigation.link("glossary", "All words", ":material/menu_book:")
