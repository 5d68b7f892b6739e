"""Every page is run by app.py, which draws the navigation and the pair chooser around it."""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager


def through_app() -> None:
    """Start again through app.py if Streamlit runs this page alone.

    It does so because of the folder's name, ``pages``, when a new server's first visitor follows a
    link to a page: nothing has called ``st.navigation`` yet.
    """
    if PagesManager.uses_pages_directory or "pair" not in st.session_state:
        PagesManager.uses_pages_directory = False
        st.rerun()
