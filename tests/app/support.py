"""Opening pages, and reading what they show."""

import base64
import json
from pathlib import Path

import numpy as np
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
TITLES = {
    "overview": "Why very deep networks stop learning, and how a shortcut mends it",
    "architecture": "What a network is made of",
    "training": "Train a pair, live",
    "study": "The paper's experiment, here",
    "transfer": "What a trained network is worth on other pictures",
    "curves": "Training curves",
    "gradients": "Gradient norms, layer by layer",
    "feature_maps": "Feature maps, block by block",
    "classes": "Which classes are mistaken for which?",
    "attribution": "Where do the networks look?",
}
PAGES = tuple(TITLES)
LEFT, RIGHT = "plain-56 on digits", "ResNet-56 on digits"
DIGITS = {"left": LEFT, "right": RIGHT}
PHOTOGRAPHS = {"left": "plain-56 on CIFAR-10", "right": "ResNet-56 on CIFAR-10"}
# What each page shows to whoever has chosen no network.
PAIRS = {
    page: PHOTOGRAPHS if page in ("feature_maps", "classes", "attribution") else DIGITS
    for page in PAGES
}
TEXTS = ("title", "subheader", "markdown", "caption", "info", "warning", "error", "success")


def open_page(name: str, **link) -> AppTest:
    """A page as a link opens it."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    if name != "overview":
        app.switch_page(f"app_pages/{name}.py")
    app.query_params.update(link)
    return seen(app.run(), name)


def open_lesson(script: str, **link) -> AppTest:
    """A lesson, or another page of that section, as a link opens it."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)
    lesson = ROOT / "app_pages" / "lessons" / f"{script}.py"
    app.switch_page(str(lesson.relative_to(ROOT) if lesson.exists() else f"app_pages/{script}.py"))
    app.query_params.update(link)
    app.run()
    assert not app.exception, app.exception[0].value
    return app


def seen(app: AppTest, name: str) -> AppTest:
    """The same page, after seeing that it is that one and that no exception reached it."""
    assert not app.exception, app.exception[0].value
    assert values(app.title) == [TITLES[name]]
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
