"""Texts that strangers wrote, such as an imported network's class names, among the pages' own."""

import re

# What opens markup inside a line: Markdown's own, Streamlit's :red[…] and $…$, HTML, and what is
# made a link without being asked for it.
MARKUP = re.compile(r"[\\`*_~\[\]<>!&$|#@]|:(?=\S)|(?<=www)\.", re.IGNORECASE)


def literal(text: str) -> str:
    """The text for Markdown that shows it as it stands, in one line."""
    return MARKUP.sub(r"\\\g<0>", " ".join(text.split()))
