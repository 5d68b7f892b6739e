"""Frames and sentences made of results: no torch, no Streamlit."""
