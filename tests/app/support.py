"""Opening pages, and reading what they show."""

import base64
import json
from functools import cache
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

from resnet_viz.ui.shell import page_table

ROOT = Path(__file__).resolve().parents[2]
PAGES = tuple(
    page.name for page in page_table.PAGES.values() if page.group not in ("learn", "teach")
)
DIGITS, PHOTOGRAPHS = page_table.DIGITS, page_table.PHOTOGRAPHS
LEFT, RIGHT = DIGITS["left"], DIGITS["right"]
PAIRS = {page.name: page.pair for page in page_table.PAGES.values()}  # who has chosen none sees
TEXTS = ("title", "header", "markdown", "caption", "info", "warning", "error", "success")


def open_page(name: str, **link) -> AppTest:
    """A page as a link opens it."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240)
    app.switch_page(page_table.PAGES[name].script)
    app.query_params.update(link)
    return seen(app.run(), name)


@cache
def read_page(name: str, **link) -> AppTest:
    """The same, opened once for all tests that do no more than read what it shows at first."""
    return open_page(name, **link)


def turn_to(app: AppTest, name: str) -> AppTest:
    """Another page of the same visit, as the navigation opens it."""
    return seen(app.switch_page(page_table.PAGES[name].script).run(), name)


def seen(app: AppTest, name: str) -> AppTest:
    """The same page, after seeing that it is that one and that no exception reached it."""
    assert not app.exception, app.exception[0].value
    assert values(app.title) == [page_table.PAGES[name].title]
    return app


def values(elements) -> list:
    return [element.value for element in elements]


def texts(app: AppTest) -> str:
    """Everything that the page says, line by line, as it is read: spaces of all kinds are alike."""
    said = [element.value for kind in TEXTS for element in getattr(app, kind)]
    return "\n".join(said + [bar.text for bar in app.progress]).replace("\u00a0", " ")


def charts(app: AppTest) -> dict[str, list[dict]]:
    """The traces of each plotly figure, as they go to the browser, by the figure's key."""
    figures = app.get("plotly_chart")
    return {chart.key: json.loads(chart.proto.spec)["data"] for chart in figures}


def listed(app: AppTest) -> list[str]:
    """The rows of the list of runs beside the curves."""
    [table] = [table.value for table in app.dataframe if "shown" in table.value]
    return list(table["name"])


def numbers(array) -> np.ndarray:
    """A trace's values, which plotly packs."""
    if isinstance(array, dict):
        return np.frombuffer(base64.b64decode(array["bdata"]), dtype=array["dtype"])
    return np.array(array, dtype=float)


def captions(app: AppTest) -> list[str]:
    """What stands under the pictures, as it is read: spaces of all kinds are alike."""
    under = [caption for image in app.image for caption in image.captions if caption]
    return [caption.replace("\u00a0", " ") for caption in under]


def alternatives(app: AppTest) -> list[str]:
    """The alternative texts of charts, pictures and tables."""
    images = [image.alt for element in app.image for image in element.proto.imgs]
    return [
        *images,
        *(chart.proto.alt for chart in app.get("plotly_chart")),
        *(table.proto.alt for table in app.dataframe),
    ]
