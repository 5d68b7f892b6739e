import pandas as pd
import streamlit as st

from resnet_viz.reporting import glossary
from resnet_viz.ui.shell import links, panels

panels.heading("The words that the pages use, in plain ones.", finds=False)

wanted = links.text(
    "Look for", "", key="word", fits=lambda text: len(text) <= 60, placeholder="for instance stride"
)
found = glossary.matching(wanted)
if not found:
    st.info("No word here has that in it: try a part of it, or empty the field to see all.")
for term, text in found.items():
    st.markdown(f"**{term[0].upper()}{term[1:]}.** {text}")
panels.downloads("glossary", tables={"Words": pd.DataFrame(found.items(), columns=["word", "is"])})
