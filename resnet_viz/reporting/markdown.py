"""Texts that strangers wrote, such as an imported network's class names, among the pages' own."""

import re

# What opens markup inside a line: Markdown's own, Streamlit's :red[…] and $…$, and HTML.
MARKUP = re.compile(r"[\\`*_~\[\]<>!&$|#]")
# What makes a link or an icon of a text even where it is escaped; nobody sees a word joiner.
LINKED = re.compile(r"[:@](?=\S)|(?<=www)\.", re.IGNORECASE)
ESCAPED = re.compile(r"\\([\\`*_~\[\]<>!&$|#:@.])")
JOINER = "\N{WORD JOINER}"


def literal(text: str) -> str:
    """The text for Markdown that shows it as it stands, in one line."""
    escaped = MARKUP.sub(r"\\\g<0>", " ".join(text.split()))
    return LINKED.sub(rf"{JOINER}\\\g<0>{JOINER}", escaped)


def as_read(text: str) -> str:
    """What stands on the page where a text with what `literal` made of others is drawn."""
    return ESCAPED.sub(r"\1", text)


def noted(caption: str, note: str) -> str:
    """A caption with what has to be said of the picture above it, if anything has, for Markdown."""
    return f"{caption}; {literal(note)}" if note else caption
