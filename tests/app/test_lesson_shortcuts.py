"""The lesson on shortcuts, and the glossary."""

import json
import re
from urllib.parse import parse_qs

import pytest

from checkpoints import make_shortcuts
from resnet_viz import charts
from resnet_viz.models.published import RESNET34_BY_OPTION
from resnet_viz.reporting import glossary
from resnet_viz.reporting import shortcuts as reported
from resnet_viz.ui.shell.page_table import LESSONS
from resnet_viz.ui.topics import shortcuts
from tests.app.support import captions, open_page, read_page, texts


def test_the_tensor_is_padded_with_as_many_zeros_as_channels_are_new():
    page = open_page("shortcuts", left="ResNet-20 on digits", right="ResNet-20 on digits")
    assert page.selectbox(key="at").value == "layer2.0"
    said = " ".join(caption.value for caption in page.caption)
    assert "16 of 32 channels are zeros" in said
    page.button_group(key="option").set_value("C").run()
    said = " ".join(caption.value for caption in page.caption)
    assert "channels are zeros" not in said
    assert "is not trained: its weights are random" in said


def test_both_pictures_say_what_their_colours_and_sizes_are():
    page = open_page("shortcuts", left="ResNet-20 on digits", right="ResNet-20 on digits")
    assert [text.value for text in page.markdown if text.value.endswith("×16")] == ["**x**: 8×8×16"]
    assert "**what is added to F(x)**: 4×4×32" in texts(page)
    scales = [caption for caption in captions(page) if "…" in caption]
    assert len(scales) == 2
    assert all(scale.startswith("0 … ") and "dark is 0" in scale for scale in scales)  # past ReLU
    page.button_group(key="option").set_value("B").run()
    scales = [caption for caption in captions(page) if "…" in caption]
    assert scales[1].startswith("−")
    assert "two signs" in scales[1]
    assert "layer2.0 is stage 2, block 1." in texts(page)


def test_without_a_picture_it_asks_for_one():
    page = read_page("shortcuts", image="camera")
    assert any(info.value.startswith("Take or choose a picture first") for info in page.info)
    page = read_page("shortcuts")
    assert "Take or choose a picture first" not in texts(page)


def test_costs_are_counted_and_the_papers_errors_stand_beside_them():
    table = read_page("shortcuts").dataframe[0].value.set_index("option")
    assert [name.split(":")[0] for name in table][:2] == ["paper", "here"]
    assert table.loc["B", "ResNet-34: parameters"] == "21,797,672"
    assert table.loc["B", "of the shortcuts"] == f"{64 * 128 + 128 * 256 + 256 * 512 + 1792:,}"
    assert list(table["paper: ResNet-34 on ImageNet"]) == [
        f"{error} %" for error in RESNET34_BY_OPTION.values()
    ]


def test_the_order_of_the_options_is_said_to_be_no_ranking_where_seeds_overlap():
    ends = reported.ends(shortcuts.recorded(reported.OPTIONS))
    b = ends.loc[ends["shortcut"] == "some projected (B)", "test_error"]
    assert b.min() < ends.loc[ends["shortcut"] == "all projected (C)", "test_error"].max()
    said = [text.value for text in read_page("shortcuts").markdown if "order" in text.value]
    assert said == [
        "The paper's errors on ImageNet are ordered A > B > C. Here the order is another "
        f"(B > C > A), and B's seeds lie {b.max() - b.min():.0f} points apart: 3 seeds of a "
        "15-epoch recipe do not rank B and C."
    ]


def test_each_label_stands_for_the_runs_that_were_made_for_it():
    words = {
        reported.HALF: "half-shortcut",
        reported.BOTH: "half-of-both",
        reported.DROPOUT: "dropout-on-the-shortcut",
        "some projected (B)": "projection-where-shapes-change",
        "all projected (C)": "projection-everywhere",
    }
    for label, runs in shortcuts.recorded(reported.OPTIONS | reported.VARIATIONS).items():
        part = f"-{words[label]}" if label in words else ""
        assert [run.name for run in runs] == [f"resnet56-digits{part}-seed{n}" for n in (0, 1, 2)]
    made = {name.replace(" ", "-") for name in make_shortcuts.VARIATIONS}
    assert made == set(words.values())


def test_the_prediction_is_answered_by_the_mean_test_errors():
    page = open_page("shortcuts")
    page.button_group(key="variation").set_value(reported.DROPOUT).run()
    runs = shortcuts.recorded(reported.VARIATIONS)
    for label in (reported.IDENTITY, reported.HALF, reported.DROPOUT):
        errors = [100 - run.epochs["test_accuracy"].iloc[-1] for run in runs[label]]
        assert f"{label} {sum(errors) / 3:.1f} %" in page.success[0].value


def test_the_machines_of_the_runs_are_named():
    assert "PyTorch 2.14.1" in texts(read_page("shortcuts"))


def test_a_block_that_changes_channels_alone_is_not_said_to_lose_pixels():
    said = texts(read_page("shortcuts"))
    assert "of a map that gets smaller every second pixel" in said
    assert "stride 2" not in said.split("What it costs")[0].split("**stride**")[0]


def test_costs_of_another_network_are_counted_by_its_name():
    page = open_page("shortcuts", counted="resnet20")
    assert not page.warning
    assert page.selectbox(key="counted").value == "ResNet-20"
    page.run()
    assert page.selectbox(key="counted").value == "ResNet-20"
    assert page.query_params["counted"] == "ResNet-20"
    assert "ResNet-20: parameters" in page.dataframe[0].value


def test_the_answer_is_seen_after_a_prediction_and_is_the_recorded_one():
    page = open_page("shortcuts")
    before = len(page.get("plotly_chart"))
    ends = reported.ends(shortcuts.recorded(reported.VARIATIONS))
    assert ends.groupby("shortcut").size().eq(3).all()
    page.button_group(key="variation").set_value(reported.IDENTITY).run()
    assert len(page.get("plotly_chart")) == before + 1
    assert any(reported.DROPOUT in info.value for info in page.info)
    assert list(page.dataframe[1].value)[1] == "here: test error"  # a telephone shows two columns
    page.button_group(key="variation").set_value(reported.DROPOUT).run()
    assert any(text.value.startswith("Yes") for text in page.success)


def test_the_line_is_the_power_of_as_many_blocks():
    [line, *_] = charts.signal_left(0.5, 4, {"ResNet-20": 2}).data
    assert list(zip(line.x, line.y, strict=True)) == [(n, 0.5**n) for n in range(5)]


def test_what_is_kept_keeps_its_colour():
    page = read_page("shortcuts", left="ResNet-20 on digits", right="ResNet-20 on digits")
    scales = [caption for caption in captions(page) if "…" in caption]
    assert len(set(scales)) == 1
    assert "16 of 32 channels are zeros, half before x's and half after." in texts(page)


def test_the_power_is_computed():
    page = open_page("shortcuts")
    page.number_input(key="shortcut_scale").set_value(0.9).run()
    assert any("0.058" in caption.value for caption in page.caption)
    page.number_input(key="shortcut_scale").set_value(0.5).run()
    assert any("ResNet-56, is 7.5·10⁻⁹. Dotted" in caption.value for caption in page.caption)


def test_a_factor_is_told_from_what_arrives_through_the_branches():
    page = open_page("shortcuts", shortcut_scale="1.2")
    assert "the branches F carry x too" in texts(page)
    assert page.number_input(key="shortcut_scale").label == "λ on every shortcut (0.1–1.2)"
    [chart] = [c for c in page.get("plotly_chart") if c.key == "signal-left"]
    axis = json.loads(chart.proto.spec)["layout"]["yaxis"]
    assert axis["title"]["text"] == "factor on x"  # 1.2 to any power is no share
    assert "½·x + ½·F(x)" not in texts(page)
    page.button_group(key="variation").set_value(reported.IDENTITY).run()
    assert "“half of both” is ½·x + ½·F(x)" in texts(page)


def test_the_glossary_finds_words_and_says_when_there_are_none():
    page = open_page("glossary", word="stride")
    shown = [text.value for text in page.markdown if text.value.startswith("**")]
    assert shown[0].startswith("**Stride.**")
    assert len(shown) < len(glossary.TERMS)
    page.text_input(key="word").set_value("qqq").run()
    assert any("No word here" in info.value for info in page.info)


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("convolution", ["dilation", "max-pooling", "padding"]),
        ("cardinality", ["cardinality", "grouped convolution"]),
        ("shortcuts", ["dropout", "block", "stage", "tensor"]),
    ],
)
def test_a_lesson_explains_its_words(script, words):
    [said] = [box for box in read_page(script).expander if box.label == "Words on this page"]
    for word in words:
        assert f"**{glossary.linked(word)}**: {glossary.TERMS[word]}" in said.markdown[0].value


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_links_its_terms_to_the_glossary(lesson):
    page = read_page(lesson.name)
    text = " ".join(block.value for block in page.markdown if not block.value.startswith("- **"))
    words = [parse_qs(query)["word"][0] for query in re.findall(r"\(glossary\?([^)]*)\)", text)]
    assert words
    for word in words:
        assert word in glossary.matching(word)


def test_a_link_to_a_word_too_long_to_be_looked_for_says_what_is_shown():
    page = read_page("glossary", word="x" * 200)
    [warning] = [element.value for element in page.warning]
    assert warning.endswith("which is not here; this page shows it empty instead.")
