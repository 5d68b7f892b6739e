"""What the tests of links share: a hostile value, and what a page made of a key."""

from dataclasses import dataclass
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.app.support import values

HOSTILE = "<script>alert(1)</script> `*[x](javascript:0)"
KINDS = ("segmented_control", "selectbox", "select_slider", "multiselect", "number_input", "slider")
KINDS += ("toggle", "text_input")


@dataclass(frozen=True)
class Kept:
    """What a link says of a key without a widget of its own, such as the runs that are shown."""

    value: Any


def control(app: AppTest, key: str):
    """The control of a page that has a key."""
    found = (one for kind in KINDS for one in getattr(app, kind) if one.key == key)
    return next(found, None) or Kept(app.session_state[key])


def asked(app: AppTest, key: str) -> str:
    """The one warning about a key of the link."""
    about = f"The link asks for {key.replace('_', ' ')} "
    [warning] = [text for text in values(app.warning) if text.startswith(about)]
    return warning
