"""The only code beside the pages that imports Streamlit: choosers, caches, panels."""
