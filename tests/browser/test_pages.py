"""Every page as it opens, in one visit: what it shows, and what its Download button gives."""

import re

import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import expect

from resnet_viz.charts import PLAIN, RESIDUAL
from resnet_viz.ui.shell.page_table import DIGITS, PAGES
from resnet_viz.ui.shell.panels import BRIGHTER
from tests.browser.accessibility import barriers
from tests.browser.conftest import opened_tab
from tests.browser.support import (
    downloads,
    on_a_telephone,
    opened,
    overflow,
    settled,
    turn_to,
    watched_frames,
)

pytestmark = pytest.mark.browser
PROJECTOR = {"width": 1280, "height": 720}
# A lesson that asks first, and words alone, have no finding.
SAYS_NOTHING = ("degradation", "glossary")
WORDS_ALONE = ("glossary", "notes")  # pages without evidence
# Below it a telephone would have to be scrolled before anything is seen.
BEGINS = 480
# The least part of the first evidence that is seen, and of a lesson what is asked before it.
PLACE = """() => {
    const seen = document.querySelector(
        '.st-key-evidence, .st-key-live, [class*="st-key-prediction"]');
    const shown = '[data-testid=stPlotlyChart], [data-testid^=stBidi], [data-testid=stImage],'
        + '[role=radiogroup]';
    const said = document.querySelector('.st-key-finding');
    const main = document.querySelector('[data-testid=stMain]');
    // What is seen of it through a window of its own, where it stands in one.
    const below = element => Math.min(...[element,
        ...(function* () {
            for (let up = element.parentElement; up && up !== main; up = up.parentElement)
                if (['auto', 'scroll'].includes(getComputedStyle(up).overflowY)) yield up;
        })()].map(each => each.getBoundingClientRect().bottom)) + main.scrollTop;
    return {
        top: seen?.getBoundingClientRect().top + main.scrollTop,
        bottom: seen && Math.min(...[...seen.querySelectorAll(shown)].map(below)),
        said: said?.innerText.trim() ?? '',
        finding: said ? below(said) : 0,
    };
}"""
# Where the labels of the row of controls end.
LABELS = """() => [...document.querySelectorAll('.st-key-controls :is([data-testid=stSelectbox],'
    + '[data-testid=stButtonGroup],[data-testid=stNumberInput],[data-testid=stSlider]) > label')]
    .map(label => Math.round(label.getBoundingClientRect().bottom))"""
# Rows of buttons among the controls that take two lines, and hide what stands beside them.
WRAPPED = """() => [...document.querySelectorAll('.st-key-controls [role=radiogroup]')]
    .filter(row => new Set([...row.children].map(button => button.offsetTop)).size > 1).length"""
# Charts and pictures of a first start, where they are fewer than two.
FEWEST = {
    "architecture": 0,
    "training": 0,
    "transfer": 1,
    "gradients": 1,
    "curves": 1,
    "error_against_depth": 1,
}
# Page -> the columns of its tables by file, its charts, and its pictures.
OFFERED = {
    "overview": (
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
        1,
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
    "feature_maps": (
        {
            "feature-maps-blocks": {"label", "block", "share", "response"},
            "feature-maps-important-channels": {"network", "layer", "channel", "score"},
        },
        4,
        8,
    ),
    "classes": (
        {
            "classes-accuracy-by-class": {"label", "class", "accuracy"},
            "classes-confusion-plain-56-on-digits": set("0123456789"),
            "classes-confusion-resnet-56-on-digits": set("0123456789"),
        },
        3,
        1,
    ),
    "attribution": ({"attribution-probabilities": {"network", "class", "probability"}}, 2, 4),
}


@pytest.fixture(scope="module")
def desk(server, chromium):
    """A projector's window in which the networks of the digits are chosen."""
    with opened_tab(chromium, PROJECTOR) as tab:
        yield opened(tab, f"{server.url}/gradients", **DIGITS)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_seen_on_a_projector_saved_and_carried_to_a_telephone(desk, tmp_path, name):
    turn_to(desk, name)
    first_screen(desk, name)
    if name in OFFERED:
        saved(desk, tmp_path, name)
    with on_a_telephone(desk):
        begins_with_its_evidence(desk, name)


def first_screen(page, name):
    """See that what a page shows, and what it says, needs no scrolling and excludes nobody."""
    assert not barriers(page)
    if name in WORDS_ALONE:
        return
    assert len(set(page.evaluate(LABELS))) <= 1
    place = page.evaluate(PLACE)
    assert place["bottom"] <= PROJECTOR["height"]
    assert place["finding"] <= PROJECTOR["height"]
    assert bool(place["said"]) == (name not in SAYS_NOTHING)


def saved(page, folder, name):
    """See that what a page's Download button gives is what the page shows."""
    tables, charts, pictures = OFFERED[name]
    files = downloads(page, folder)
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
    assert document.read_text().count('class="plotly-graph-div"') == charts
    page.keyboard.press("Escape")


def begins_with_its_evidence(page, name):
    """See that a telephone shows a page whole, and its evidence before anything else."""
    assert overflow(page) <= 0
    assert not barriers(page)
    if name in WORDS_ALONE:
        return
    place = page.evaluate(PLACE)
    assert place["top"] < BEGINS
    assert page.evaluate(WRAPPED) == 0
    if PAGES[name].question:
        assert page.locator(".st-key-lesson").bounding_box()["y"] < place["top"]
    if PAGES[name].group != "learn":
        expect(page.get_by_text("What to notice").first).to_be_visible()
        shown = page.locator("[data-testid=stPlotlyChart], [data-testid=stImage]")
        assert shown.count() >= FEWEST.get(name, 2)


def test_a_picture_has_its_place_before_it_is_loaded(desk):
    turn_to(desk, "overview")
    held = []
    sizes = (
        "[...document.querySelectorAll('[data-testid=stImage] img')].map("
        "picture => [picture.naturalWidth, picture.offsetWidth, picture.offsetHeight])"
    )
    with on_a_telephone(desk):
        desk.route("**/media/**", lambda asked: held.append(asked))
        turn_to(desk, "feature_maps")
        before = desk.evaluate(sizes)
        for picture in held:
            picture.continue_()
        desk.unroute("**/media/**")
        desk.wait_for_function(
            "[...document.querySelectorAll('[data-testid=stImage] img')]"
            ".every(one => one.naturalWidth)"
        )
        after = desk.evaluate(sizes)
    assert [size[0] for size in before if size[0]] == []
    assert [size[1:] for size in before] == [size[1:] for size in after]
    assert len(after) >= FEWEST.get("feature_maps", 2)


def line_colours(page) -> set[str]:
    """The colours in which the charts of a page draw their lines."""
    lines = page.locator(".js-plotly-plot .js-line")
    expect(lines.first).to_be_attached()
    return {line.evaluate("path => getComputedStyle(path).stroke") for line in lines.all()}


def rgb(colour: str) -> str:
    """A colour as a browser says it."""
    return f"rgb({', '.join(str(int(colour[place : place + 2], 16)) for place in (1, 3, 5))})"


def test_lines_are_brighter_on_a_dark_page_and_as_they_are_on_a_light_one(desk):
    turn_to(desk, "gradients")
    assert {rgb(colour) for colour in (PLAIN, RESIDUAL)} <= line_colours(desk)
    with on_a_telephone(desk):
        assert {rgb(colour) for colour in BRIGHTER.values()} <= line_colours(desk)


def test_charts_that_were_saved_are_drawn_from_the_disk_alone(desk, tmp_path):
    turn_to(desk, "study")
    [document] = [file for file in downloads(desk, tmp_path) if file.suffix == ".html"]
    desk.keyboard.press("Escape")
    requests = []
    window = desk.context.new_page()
    window.on("request", lambda request: requests.append(request.url))
    window.goto(document.as_uri())
    charts = window.locator(".js-plotly-plot .main-svg .cartesianlayer")
    expect(charts).to_have_count(OFFERED["study"][1])
    assert requests == [document.as_uri()]
    window.close()  # in front of the other, which would draw one frame a second


def test_nothing_moves_for_whoever_asks_for_that(desk):
    desk.emulate_media(reduced_motion="reduce")
    moving = desk.evaluate(
        """() => [...document.querySelectorAll('*')].map(getComputedStyle)
            .flatMap((style) => [style.animationDuration, style.transitionDuration])
            .flatMap((durations) => durations.split(', ')).map(parseFloat)
            .filter((seconds) => seconds > 1e-5)"""
    )
    desk.emulate_media(reduced_motion="no-preference")
    assert not moving


def test_nothing_blinks_while_a_page_runs_again(desk):
    turn_to(desk, "overview")
    desk.evaluate(
        """() => {
            const seen = window.watched = { frames: 0, without: 0 };
            const look = () => {
                const said = document.querySelector('.st-key-finding').innerText.trim();
                const shown = document.querySelector('.st-key-evidence').checkVisibility(
                    {visibilityProperty: true});
                seen.frames += 1;
                if (!said || !shown) seen.without += 1;
                seen.next = requestAnimationFrame(look);
            };
            look();
        }"""
    )
    for _ in range(4):
        desk.keyboard.press("r")
        desk.wait_for_timeout(300)
        settled(desk)
    seen = watched_frames(desk)
    assert seen["frames"] > 20
    assert seen["without"] == 0


def test_back_leaves_a_page_with_one_press_whatever_was_moved_on_it(desk):
    turn_to(desk, "overview")
    turn_to(desk, "gradients")
    moved = re.compile("stage=true|left=ResNet-56")
    for name, is_moved in (("Stage", True), ("Leave", False), ("Swap", True), ("Swap", False)):
        desk.get_by_role("button", name=re.compile(f"^{name}")).first.click()
        (expect(desk).to_have_url if is_moved else expect(desk).not_to_have_url)(moved)
        settled(desk)
    desk.get_by_role("radio", name="‖W‖₂", exact=True).click()
    expect(desk).to_have_url(re.compile("quantity="))
    settled(desk)
    desk.go_back()
    expect(desk.locator("h1")).to_have_text(PAGES["overview"].title)
    settled(desk)
    desk.go_forward()
    expect(desk.locator("h1")).to_have_text(PAGES["gradients"].title)
    expect(desk).to_have_url(re.compile("quantity="))
    settled(desk)
