"""What the Download button of each page gives, saved and opened again."""

import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.support import downloads, settled

pytestmark = pytest.mark.browser

# Page -> the columns of its tables by file, its charts, and its pictures.
OFFERED = {
    "": (
        {"overview-curves": {"label", "epoch", "test_error"}, "overview-table": {"network"}},
        2,
        0,
    ),
    "study": (
        {
            "study-curves": {"label", "epoch", "test_error"},
            "study-table": {"network", "paper: test error, CIFAR-10", "here: test error"},
            "study-ends": {"label", "run", "train_error", "test_error"},
            "study-gradients": {"label", "layer", "epoch", "gradient_norm"},
        },
        5,
        0,
    ),
    "curves": (
        {"curves-epochs": {"label", "epoch", "train_loss"}, "curves-steps": {"step", "train_loss"}},
        3,
        0,
    ),
    "gradients": (
        {
            "gradients-norms": {"label", "layer", "weight_norm", "gradient_norm", "ratio"},
            "gradients-history": {"label", "layer", "epoch", "gradient_norm"},
        },
        3,
        0,
    ),
    "feature_maps": ({"feature-maps-blocks": {"label", "block", "share", "response"}}, 2, 8),
    "classes": (
        {
            "classes-accuracy-by-class": {"label", "class", "accuracy"},
            "classes-confusion-plain-56-on-digits": set("0123456789"),
            "classes-confusion-resnet-56-on-digits": set("0123456789"),
        },
        3,
        1,
    ),
    "attribution": ({"attribution-probabilities": {"network", "class", "probability"}}, 2, 2),
}
DIGITS = "?left=plain-56+on+digits&right=ResNet-56+on+digits"


@pytest.mark.parametrize("name", OFFERED)
def test_downloads_hold_what_the_page_shows(server, page, tmp_path, name):
    tables, charts, pictures = OFFERED[name]
    page.goto(f"{server.url}/{name}{DIGITS}")
    settled(page)
    files = downloads(page, tmp_path)
    by_kind = {kind: [f for f in files if f.suffix == kind] for kind in (".csv", ".html", ".png")}
    assert {path.stem for path in by_kind[".csv"]} == set(tables)
    for path in by_kind[".csv"]:
        table = pd.read_csv(path)
        assert tables[path.stem] <= set(table.columns)
        assert len(table) >= 4
    assert len(by_kind[".png"]) == len({path.name for path in by_kind[".png"]}) == pictures
    for path in by_kind[".png"]:
        with Image.open(path) as picture:
            assert picture.format == "PNG"
            assert len(picture.convert("RGB").getcolors(2**24)) > 2
    [document] = by_kind[".html"]
    # Opened from the disk, where there is no server to ask for anything.
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(document.as_uri())
    expect(page.locator(".js-plotly-plot .main-svg .cartesianlayer")).to_have_count(charts)
    assert requests == [document.as_uri()]
