"""Every page has something real on the very first start, before anyone has trained anything."""

import pytest
import torch

from resnet_viz import data, models
from resnet_viz.runs import shipped
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.inputs.picture_form import sample_of
from resnet_viz.ui.shell.page_table import LESSONS
from tests.app import shelf
from tests.app.support import (
    DIGITS,
    LEFT,
    PAGES,
    PAIRS,
    PHOTOGRAPHS,
    RIGHT,
    alternatives,
    captions,
    charts,
    numbers,
    open_page,
    read_page,
    seen,
    texts,
    turn_to,
    values,
)

SEED = "plain56-digits-seed0"


def shown(app) -> dict[str, str]:
    """The pair in the head of the page; nothing where the page is about none."""
    drawn = {box.key for box in app.selectbox}
    return {key: app.selectbox(key=key).value for key in ("left", "right") if key in drawn}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_without_a_word_of_warning_and_says_what_to_notice(page):
    app = read_page(page)
    assert not app.error
    assert not app.warning
    assert "**What to notice.**" in texts(app)
    assert "arXiv:" in texts(app)
    assert shown(app) == PAIRS[page]
    assert app.query_params == {}


@pytest.mark.parametrize("page", PAGES)
def test_every_chart_picture_and_table_has_an_alternative_text(page):
    found = alternatives(read_page(page))
    assert found or page == "training"
    assert all(len(text) > 3 for text in found)


def test_overview_sets_the_measured_numbers_beside_the_papers():
    app = read_page("overview")
    table = app.dataframe[0].value.set_index("network")
    plain, residual = table.loc["plain-56"], table.loc["ResNet-56"]
    assert residual["paper: test error, CIFAR-10"] == "6.97 %"
    assert plain["parameters"] == residual["parameters"] == "0.85 M"
    ends = [
        100 - record.epochs["test_accuracy"].iloc[-1]
        for name, record in shipped().items()
        if name.startswith("plain56-digits-seed")
    ]
    shown = float(plain["here: test error"].split(" ")[0])
    assert shown == pytest.approx(sum(ends) / len(ends), abs=0.051)
    assert shown > 5 * float(residual["here: test error"].split(" ")[0])
    lesson_pages = [lesson.name for lesson in LESSONS]
    assert [link.proto.page for link in app.page_link] == [*PAGES[1:], *lesson_pages]
    notice = next(text for text in values(app.markdown) if "What to notice" in text)
    assert f"plain-56 ends at {plain['here: training error'].split(' ')[0]} %" in notice


def test_the_overview_says_what_its_lines_and_bands_are_and_the_study_the_same():
    [said] = [text for text in values(read_page("overview").caption) if "band" in text]
    assert "Training is solid, test dashed; thick is 56 layers" in said
    assert "from the least to the largest" in said
    study = texts(read_page("study"))
    assert "training solid, test dashed, and the deeper network thicker" in study
    assert "thick lines" not in study


def test_lessons_on_the_overview_are_short_links_with_their_questions_below():
    app = read_page("overview")
    labels = [link.proto.label for link in app.page_link][-len(LESSONS) :]
    for lesson, label in zip(LESSONS, labels, strict=True):
        assert label.endswith(f"**{lesson.title}**")
        assert lesson.question in values(app.caption)


def test_training_offers_the_default_pair_at_one_click():
    app = read_page("training")
    assert [app.selectbox(key=key).value for key in ("recipe", "network", "against", "data")] == [
        "quick",
        "plain-56",
        "ResNet-56",
        "digits",
    ]
    assert not app.button(key="train_now").disabled
    assert "About 41 s on this machine" in texts(app)  # 31 measured, 10 for a worker's imports
    assert "**Recorded with 3 seeds: plain-56 ends at " in texts(app)


def test_curves_draw_the_recorded_errors_of_the_pair():
    app = read_page("curves")
    assert app.session_state["runs"] == [LEFT, RIGHT]
    lines = [trace for trace in charts(app)["curves"] if trace.get("name")]
    record = shipped()[SEED]
    for panel, dash in (("y", "solid"), ("y2", "dash")):
        plain, residual = (line for line in lines if line["yaxis"] == panel)
        assert numbers(plain["x"]).max() == len(record.epochs)
        assert plain["line"]["color"] == "#D55E00"
        assert residual["line"]["color"] == "#0072B2"
        assert plain["line"]["dash"] == residual["line"]["dash"] == dash


def test_gradients_start_with_the_recorded_norms_at_initialisation():
    app = read_page("gradients")
    drawn = charts(app)["gradients-by-layer"]
    assert [trace["name"] for trace in drawn] == [LEFT, RIGHT]
    frame = shipped()[SEED].gradients
    first = frame[frame["step"] == 0]["gradient_norm"].to_numpy()
    assert numbers(drawn[0]["y"]) == pytest.approx(first)
    plain, residual = (numbers(trace["y"]) for trace in drawn)
    assert plain[0] / plain[-1] > 100 > residual[0] / residual[-1]
    assert app.select_slider(key="moment").value == "0.00"
    ratio = residual[0] / residual[-2]  # the last is fc, no convolution
    assert f"{RIGHT}, the first convolution's is {ratio:.2g} times the last one's" in texts(app)
    assert "they *grow* toward them at initialisation" in texts(app)


def test_feature_maps_show_x_branch_and_sum_of_both_networks():
    app = open_page("feature_maps", **DIGITS)
    said = texts(app)
    assert said.count("layer1.0: 8×8×16") == 2
    assert said.count("% of the sum is shortcut") == 2  # the finding, and beside the block
    assert "**F(x), no shortcut**" in said
    assert "**F(x) + x**" in said
    assert len([caption for caption in captions(app) if caption.startswith("channel ")]) == 6
    shares = charts(app)["shortcut-share"]
    assert len(shares[0]["x"]) == 27
    both = numbers(shares[0]["y"]) + numbers(shares[1]["y"])
    assert both == pytest.approx([100] * 27)


def test_attribution_shows_prediction_and_map_of_both_networks():
    app = open_page("attribution", **DIGITS)
    assert "Handwritten digits 0: 3, as the network sees it: 8 × 8" in texts(app)
    assert [caption for caption in captions(app) if caption.startswith("for ")] == [
        caption for caption in captions(app) if caption.endswith("layer2")
    ]
    classifier = models.load(shipped_checkpoint("resnet56-digits-seed0"))
    image = sample_of(data.load("digits"), 0).image
    with torch.no_grad():
        logits = classifier.network(classifier.preprocess(image)[None])
    expected = 100 * logits.softmax(1).max().item()
    bars = charts(app)["predictions-0-right"][0]["x"]
    assert numbers(bars).max() == pytest.approx(expected, abs=0.01)


def test_feature_maps_and_attribution_start_with_networks_that_know_photographs():
    for page in ("feature_maps", "attribution"):
        app = read_page(page)
        assert app.segmented_control(key="image").value == "photograph"
        assert "a horse herd" in "\n".join([texts(app), *captions(app)])
    assert "CIFAR-10, JPEG copy; recipe medium" in values(app.caption)


def test_who_has_chosen_no_network_sees_each_pages_own_pair():
    app = open_page("overview")
    for page in ("attribution", "gradients", "feature_maps", "classes", "curves"):
        assert shown(turn_to(app, page)) == PAIRS[page]
        assert app.query_params == {}
        assert not app.warning


def test_who_has_chosen_a_network_keeps_the_pair_on_every_page():
    app = open_page("attribution")
    app.selectbox(key="left").set_value(LEFT)
    seen(app.run(), "attribution")
    for page in ("gradients", "feature_maps", "overview", "attribution"):
        kept = PHOTOGRAPHS | {"left": LEFT} if PAIRS[page] else {}
        assert shown(turn_to(app, page)) == kept


def test_the_link_of_each_page_shows_the_pair_that_was_chosen():
    pair = PHOTOGRAPHS | {"left": LEFT}
    app = open_page("attribution", left=LEFT)
    for page in ("gradients", "feature_maps", "classes", "attribution"):
        assert shown(turn_to(app, page)) == pair
        # What a page shows unasked needs no place in its link.
        link = {key: label for key, label in pair.items() if PAIRS[page][key] != label}
        assert dict(app.query_params) in (link, {key: [label] for key, label in link.items()})
        assert shown(open_page(page, **link)) == pair


def test_a_pair_of_a_link_is_kept_even_where_it_is_what_the_page_shows_unasked():
    app = open_page("gradients", left=LEFT)
    assert shown(turn_to(app, "attribution")) == DIGITS


def test_an_unknown_network_in_a_link_is_no_choice():
    app = open_page("gradients", left="plain-57 on letters")
    assert shown(turn_to(app, "attribution")) == PHOTOGRAPHS


def test_without_networks_of_photographs_every_page_shows_the_digits(monkeypatch, tmp_path):
    shelf.stand_in(monkeypatch, tmp_path / "shelf")
    app = open_page("attribution")
    assert shown(app) == DIGITS
    assert shown(turn_to(app, "gradients")) == DIGITS


def test_the_pair_is_the_same_on_every_page():
    app = open_page("gradients", left=RIGHT, right=LEFT)
    for page in ("overview", "classes", "attribution"):
        turn_to(app, page)
        if PAIRS[page]:
            headers = [text for text in values(app.markdown) if text.startswith("## ")]
            assert headers[:2] == [f"## :blue[●] {RIGHT}", f"## :orange[●] {LEFT}"]
