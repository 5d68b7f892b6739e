"""The lesson on cardinality: its pairs, both forms of the block, and times only when measured."""

import re

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz.analysis.experiments.pass_times import Times
from resnet_viz.reporting import cardinality as sentences
from resnet_viz.ui.topics import cardinality
from tests.app.support import alternatives, charts, numbers, open_page, seen, texts, turn_to, values

PREDICTION, GUESS = "cardinality_prediction", "cardinality_guess"


@pytest.fixture(autouse=True)
def _nothing_is_measured():
    """What was measured is kept for a server; here every test is one of its own."""
    cardinality._kept.clear()
    cardinality._turn.clear()


def chosen(app: AppTest, key: str, choice: str) -> AppTest:
    """After a click on one of a row of buttons."""
    app.segmented_control(key=key).set_value(choice)
    return seen(app.run(), "cardinality")


def drawn(app: AppTest) -> list[str]:
    """The keys of the page's own charts."""
    return [key for key in charts(app) if key.startswith("block-")]


def test_it_asks_before_it_answers():
    app = open_page("cardinality")
    assert not app.error
    assert not app.warning
    assert drawn(app) == ["block-paths", "block-grouped", "block-groups"]
    assert "22.2 %" in texts(app)  # only the notice names the paper's ends
    assert "32 paths of 4" not in texts(app)
    assert len(app.dataframe) == 1
    assert all(len(text) > 20 for text in alternatives(app))
    assert "arXiv:1611.05431" in texts(app)


@pytest.mark.parametrize(("choice", "weights"), [("2", 33_920), ("4", 70_144), ("8", 149_504)])
def test_a_prediction_is_answered_by_the_formula(choice, weights):
    app = chosen(open_page("cardinality"), PREDICTION, choice)
    [said] = values(app.success if choice == "4" else app.info)
    assert f"**{weights:,}**" in said
    table = app.dataframe[0].value
    assert table["weights"].tolist() == [69_632, 69_760, 69_888, 71_456, 70_144]
    assert table["error"].tolist() == [23.9, 23.0, 22.6, 22.3, 22.2]
    assert list(table)[:3] == ["cardinality", "width", "error"]  # what a telephone shows
    assert "published, not measured here" in texts(app)


def test_the_width_follows_the_paths_at_equal_cost():
    app = chosen(open_page("cardinality"), PREDICTION, "4")
    for paths, width in ((1, 64), (2, 40), (4, 24), (8, 14), (32, 4)):
        app.number_input(key="paths").set_value(paths)
        assert f"Weights of {paths} path{'s' * (paths > 1)} of {width} channels" in texts(
            seen(app.run(), "cardinality")
        )
        [point] = [
            trace for trace in charts(app)["block-widths"] if trace.get("name") == "chosen above"
        ]
        assert (numbers(point["x"]), numbers(point["y"])) == ([paths], [width])


def test_both_forms_of_the_block_are_one_and_the_same():
    app = open_page("cardinality", paths="32", width="my own", channels="5")
    assert not app.warning
    [said] = [text for text in values(app.markdown) if text.startswith("**One and the same.**")]
    assert f"each with {32 * (2 * 256 * 5 + 9 * 25):,} weights" in said
    assert re.search(r"differ by at most \d\.\d·10⁻[⁶⁷⁸], which is rounding", said)


def test_times_are_shown_only_after_a_guess_and_a_measurement(monkeypatch):
    monkeypatch.setattr(cardinality, "ROUNDS", 2)
    monkeypatch.setattr(cardinality, "SIDE", 64)
    app = open_page("cardinality")
    assert app.button(key="measure").disabled
    assert " ms" not in texts(app)
    app = chosen(app, GUESS, "about the same")
    assert "block-cost" not in charts(app)
    assert not [name for name in app.dataframe[-1].value if "measured" in name]
    app.button(key="measure").click()
    seen(app.run(), "cardinality")
    found = cardinality.times()
    assert app.button(key="measure").label == "Measure again"
    told = sentences.outcome(found) is not None
    assert ("block-cost" in charts(app)) == told
    [said] = values([*app.success, *app.info] if told else app.warning)
    first, second = found.median().values()
    assert f"ResNet-50 took {first:.0f} ms, ResNeXt-50 {second:.0f} ms" in said
    assert f"{second / first:.2f} times as long" in said  # of the very times beside it
    table = app.dataframe[-1].value
    assert table["measured: ms a picture"].tolist() == [first, second]
    assert table["measured: ms in 3×3"].tolist() == list(found.median("kernel3").values())
    assert table["parameters"].tolist() == table["torchvision: parameters"].tolist()
    assert "Medians of 2 forward passes" in texts(app)


def times(first: list[float], second: list[float]) -> Times:
    """As if both networks had taken so many milliseconds."""
    passes = [
        {"network": name, "round": number, "milliseconds": value, "kernel3": value / 2}
        for name, taken in (("resnet50", first), ("resnext50_32x4d", second))
        for number, value in enumerate(taken)
    ]
    return Times(pd.DataFrame(passes), threads=1)


def test_a_guess_and_what_was_measured_are_kept_while_the_visitor_is_on_another_page():
    app = chosen(open_page("cardinality"), GUESS, "about the same")
    cardinality._kept()["times"] = times([100.0] * 5, [120.0, 130.0, 110.0, 110.0, 150.0])
    assert "No: ResNeXt-50 is slower." in texts(seen(app.run(), "cardinality"))
    turn_to(app, "glossary")
    turn_to(app, "cardinality")
    assert app.segmented_control(key=GUESS).value == "about the same"
    assert "No: ResNeXt-50 is slower." in texts(app)
    app = chosen(app, GUESS, None)
    assert "ResNeXt-50 is slower." not in texts(app)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ([50, 62, 101, 326, 400], "Too noisy to tell, measure again: ResNet-50 took 100 ms"),
        ([150, 162, 190, 170, 200], "Yes: ResNeXt-50 is slower. ResNet-50 took 100 ms"),
    ],
)
def test_what_is_too_noisy_gets_no_verdict_and_no_chart(second, said):
    app = chosen(open_page("cardinality"), GUESS, "ResNeXt-50 is slower")
    cardinality._kept()["times"] = times([100.0] * 5, [float(value) for value in second])
    seen(app.run(), "cardinality")
    noisy = said.startswith("Too noisy")
    [text] = values(app.warning if noisy else app.success)
    assert text.startswith(said)
    assert f"{sorted(second)[2] / 100:.2f} times as long" in text
    assert ("block-cost" in charts(app)) != noisy


def test_who_comes_while_somebody_measures_is_told_so(monkeypatch):
    app = chosen(open_page("cardinality"), GUESS, "ResNet-50 is slower")
    cardinality._turn().acquire()
    try:
        app.button(key="measure").click()
        assert "Somebody measures at this moment" in texts(seen(app.run(), "cardinality"))
        assert cardinality.times() is None
    finally:
        cardinality._turn().release()


def test_whoever_leaves_in_the_middle_lets_others_measure(monkeypatch):
    def broken(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("resnet_viz.analysis.experiments.pass_times.forward_times", broken)
    with pytest.raises(KeyboardInterrupt):
        cardinality.measure()
    assert not cardinality._turn().locked()


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ({"paths": "134"}, "choose at most 133 paths."),
        ({"paths": "2", "one_path": "1"}, "choose at most 1 path."),
        ({"paths": "256", "width": "my own", "channels": "256"}, "not built here"),
    ],
)
def test_paths_that_cannot_be_get_a_sentence_and_the_rest_stays(link, sentence):
    app = open_page("cardinality", **link)
    [error] = values(app.error)
    assert sentence in error
    assert "What to notice" in texts(app)
    assert app.button(key="measure")


def test_every_number_says_how_large_it_may_be():
    app = open_page("cardinality", width="my own")
    labels = {key: app.number_input(key=key).label for key in ("paths", "one_path", "channels")}
    assert labels == {
        "paths": "C: paths of a block (1–256)",
        "one_path": "Cost of one path of … channels (1–256)",
        "channels": "d (1–256)",
    }


def test_a_name_does_not_give_the_answer_away():
    app = open_page("cardinality")
    assert "32x4d" not in texts(app)
    assert app.dataframe[-1].value["network"].tolist() == ["ResNet-50", "ResNeXt-50"]
    app = chosen(app, PREDICTION, "4")
    assert app.dataframe[-1].value["network"].tolist() == ["ResNet-50", "ResNeXt-50 32x4d"]


def test_one_path_is_the_same_in_both_forms_to_the_bit():
    app = open_page("cardinality", paths="1")
    assert "large, are equal, bit for bit." in texts(app)
    assert "which is rounding" not in texts(app)


def test_the_papers_pairs_are_drawn_on_the_curve_of_their_cost_alone():
    app = chosen(open_page("cardinality", one_path="32"), PREDICTION, "4")
    assert "in the paper" not in str([trace.get("name") for trace in charts(app)["block-widths"]])
    assert "on another curve, that of one path of 64 channels" in texts(app)
    app.number_input(key="one_path").set_value(64)
    seen(app.run(), "cardinality")
    names = [trace.get("name") for trace in charts(app)["block-widths"]]
    assert "in the paper, with its error on ImageNet" in names
    assert "on another curve" not in texts(app)


def test_a_cost_far_above_that_of_one_path_is_a_multiple_of_it():
    app = open_page("cardinality", paths="8", one_path="1", width="my own", channels="200")
    # 8 · (256·200 + 9·200·200 + 200·256) = 3,699,200 is more than is built
    assert "not built here" in values(app.error)[0]
    app = open_page("cardinality", paths="4", one_path="1", width="my own", channels="100")
    assert f"{4 * (512 * 100 + 9 * 10_000) / 521:,.0f} times the 521 of one path" in texts(app)


def test_the_paths_that_are_asked_about_are_not_shown_before_the_prediction():
    app = open_page("cardinality", paths="32")
    [sentence] = values(app.error)
    assert sentence.endswith("is asked above: make your prediction first.")
    assert "32 paths of 4" not in texts(app)
    app = chosen(app, PREDICTION, "2")
    assert not app.error
    assert "Weights of 32 paths of 4 channels" in texts(app)
