"""The lesson on degradation: what it shows after each prediction, and what it says of nonsense."""

from functools import partial

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from resnet_viz import data, models
from resnet_viz.reporting import degradation as sentences
from resnet_viz.runs import shipped
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.training import evaluate
from resnet_viz.ui.shell import glossary
from resnet_viz.ui.topics import degradation
from tests.app.support import alternatives, charts, numbers, open_page, seen, texts, values

FIRST, SECOND = "degradation_prediction", "insertion_prediction"


def predicted(app: AppTest, first: str = "higher", second: str | None = "stays the same"):
    """After the predictions."""
    app.segmented_control(key=FIRST).set_value(first)
    seen(app.run(), "degradation")
    if second:
        app.segmented_control(key=SECOND).set_value(second)
        seen(app.run(), "degradation")
    return app


def notice(app: AppTest) -> str:
    [said] = [text for text in values(app.markdown) if "What to notice" in text]
    return said


def test_it_asks_before_it_answers():
    app = open_page("degradation")
    assert not app.error
    assert not app.warning
    assert not charts(app)
    assert "What to notice" not in texts(app)
    assert "%" not in "".join(values(app.markdown))


@pytest.mark.parametrize(("choice", "right"), [("lower", False), ("higher", True)])
def test_the_first_answer_is_the_recorded_training_error(choice, right):
    app = predicted(open_page("degradation"), choice, None)
    [said] = values(app.success if right else app.info)
    assert said.startswith("Yes." if right else "No: higher.")
    for depth in (20, 56):
        errors = [
            100 - record.epochs["train_accuracy"].iloc[-1]
            for name, record in shipped().items()
            if name.startswith(f"plain{depth}-digits")
        ]
        assert f"{np.mean(errors):.1f} %" in said
    assert f"Is it {glossary.linked('overfitting')}? No." in texts(app).replace("*", "")


def test_the_second_answer_waits_for_its_own_prediction():
    app = predicted(open_page("degradation"), second=None)
    assert "degradation-built-plain" not in charts(app)
    assert "bit for bit" not in texts(app)
    assert "bit for bit" in texts(predicted(app, second="falls far"))
    assert values(app.info)[0].startswith("No: stays the same.")


def test_networks_with_built_in_identities_stand_beside_random_and_trained_ones():
    app = predicted(open_page("degradation"))
    [frame] = [table.value for table in app.dataframe]
    networks = frame["network"].tolist()
    ways = ("identity built in", "random", "from scratch")
    assert networks[:4] == ["plain-20, as trained", *[f"plain-56, {way}" for way in ways]]
    assert networks[4:] == ["ResNet-20, as trained", *[f"ResNet-56, {way}" for way in ways]]
    assert frame.columns[:3].tolist() == ["network", "training error", "test error"]
    errors = frame["training error"].tolist()
    assert errors[0] == errors[1] == errors[4] == errors[5] == "0.0 %"
    assert frame["logits differ by at most"].iloc[5] == "0, bit for bit"
    assert "·10⁻" in frame["logits differ by at most"].iloc[1]
    deep = models.load(shipped_checkpoint("plain56-digits-seed0"))
    _, accuracy = evaluate(deep, data.load("digits"))
    assert frame["test error"].iloc[3] == f"{100 - accuracy:.1f} %"
    said = notice(app)
    assert f"plain-56 trained from scratch ends at {errors[3]} (seed 0, measured after" in said
    assert f"random blocks in the same places give {errors[2]}" in said
    assert "training did not find them" in said
    assert "Learning y = x, after 300 steps" in said
    assert "was trained from scratch" not in said
    assert all(len(text) > 20 for text in alternatives(app))


@pytest.mark.parametrize(
    ("compute", "kept", "setting", "title"),
    [
        ("identity_losses", "_learnt", (8, 0.02), "Learning to pass on 8 numbers …"),
        ("built", "_kept", (1,), "Building and asking the networks …"),
    ],
)
def test_what_takes_long_says_how_far_it_is_and_is_computed_once(
    monkeypatch, compute, kept, setting, title
):
    # This setting's alone: what other tests have measured, or will ask for, stays.
    getattr(degradation, kept).clear(*setting)
    compute = partial(getattr(degradation, compute), *setting)
    bars = []
    monkeypatch.setattr(degradation.st, "progress", lambda *given, **look: Bar(bars, look))
    first = compute()
    [said] = bars
    assert {text for _, text in said} == {title}
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert len(shares) >= 8
    assert compute() is first
    assert len(bars) == 1


class Bar:
    """A progress bar that remembers what it was told."""

    def __init__(self, bars: list, look: dict) -> None:
        self.told = [(0.0, look["text"])]
        bars.append(self.told)

    def progress(self, share: float, text: str) -> None:
        self.told.append((share, text))

    def empty(self) -> None:
        pass


def test_the_number_of_blocks_makes_the_depth():
    app = predicted(open_page("degradation", new_blocks="1"))
    [frame] = [table.value for table in app.dataframe]
    assert frame["network"].iloc[1] == "plain-26, identity built in"
    assert "3 blocks that change nothing" in texts(app)
    assert "No plain-26 was trained from scratch; plain-56 trained" in notice(app)


def test_the_losses_follow_width_and_rate():
    app = predicted(open_page("degradation"), second=None)
    before = charts(app)["degradation-identity"]
    app.segmented_control(key="identity_rate").set_value("0.3")
    app.segmented_control(key="identity_width").set_value("8")
    seen(app.run(), "degradation")
    after = charts(app)["degradation-identity"]
    expected = degradation.identity_losses(8, 0.3)
    for name, shortcut in (("without shortcut", False), ("with shortcut", True)):
        [line] = [numbers(trace["y"]) for trace in after if trace.get("name") == name]
        rows = expected[expected["shortcut"] == shortcut]
        assert line == pytest.approx(rows.groupby("step")["loss"].median().to_numpy())
    assert numbers(before[-1]["y"]).tolist() != numbers(after[-1]["y"]).tolist()
    assert sentences.learnt(expected) in texts(app)
    assert "No number in x is below 0" in texts(app)


def test_responses_are_those_of_the_four_networks_and_can_be_ordered():
    app = predicted(
        open_page("degradation", recorded_on="CIFAR-10", response_order="by size"), second=None
    )
    lines = {trace["name"]: numbers(trace["y"]) for trace in charts(app)["degradation-responses"]}
    assert {name: len(line) for name, line in lines.items()} == {
        "plain-56": 55,
        "ResNet-56": 55,
        "plain-20": 19,
        "ResNet-20": 19,
    }
    assert all((np.diff(line) <= 0).all() for line in lines.values())
    assert lines["ResNet-56"].mean() < lines["plain-56"].mean()
    assert "photographs of the feature map page" in texts(app)
    meant = "the standard deviation of what it puts out, after its normalisation"
    assert f"*{glossary.linked('response')}* of a layer is {meant}" in texts(app)
    assert meant in glossary.TERMS["response"]
    assert "layer2.0.conv1 is the first convolution of stage 2's first block" in texts(app)


def test_nonsense_about_what_the_prediction_hides_gets_its_sentences():
    odd = {"new_blocks": "0", "identity_width": "1000000", "identity_rate": "nan"}
    app = open_page("degradation", **odd, response_order="by luck")
    assert not app.warning
    app.segmented_control(key=FIRST).set_value("higher")
    said = " ".join(values(seen(app.run(), "degradation").warning))
    shown = {"new_blocks": "6", "identity_width": "16", "identity_rate": "0.1"}
    for key, default in {**shown, "response_order": "by layer"}.items():
        assert app.segmented_control(key=key).value == default
        assert f"The link asks for {key.replace('_', ' ')} `" in said
    assert len(app.warning) == 4


def test_a_rise_that_nobody_could_choose_is_said_to_be_one(monkeypatch):
    text = "Measured: 95.0 % before and 97.0 % after"
    monkeypatch.setattr(sentences, "held", lambda rows: sentences.Outcome(sentences.RISES, text))
    app = predicted(open_page("degradation"))
    assert values(app.info)[-1].startswith("No: rises. Measured: 95.0 % before and 97.0 % after")


@pytest.mark.parametrize(
    ("deep", "second", "third"),
    [
        (12.0, "worse all the same", "The better deep network"),
        (2.0, "about as good here", "A deep network as good as the shallow one"),
        (0.0, "better here", "A deep network as good as the shallow one"),
    ],
)
def test_steps_are_called_after_what_was_recorded(monkeypatch, deep, second, third):
    real = degradation.curves

    def curves(title):
        history, recorded = real(title)
        plain = recorded["architecture"] == "plain56"
        shallow = recorded.loc[recorded["architecture"] == "plain20", "train_error"].mean()
        change = {"train_error": recorded["train_error"].mask(plain, shallow - 2 + deep)}
        return history, recorded.assign(**change)

    monkeypatch.setattr(degradation, "curves", curves)
    app = predicted(open_page("degradation"), second=None)
    called = values(app.header)
    assert called[1].endswith(second)
    assert called[2].startswith(f"3. {third}")


def test_what_follows_from_the_building_waits_for_its_answer():
    app = predicted(open_page("degradation"), second=None)
    assert "training did not find them" not in texts(app)
