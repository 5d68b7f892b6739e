"""The study: what was recorded, beside what was published, and only what follows from it."""

import dataclasses

import pandas as pd
import pytest

from resnet_viz.data.names import BUILT_IN
from resnet_viz.reporting import findings, histories, tables
from resnet_viz.runs import shipped
from resnet_viz.ui.topics import study
from tests.app import shelf
from tests.app.runs import end, train
from tests.app.support import charts, numbers, open_page, texts, values
from tests.unit.runs_support import config

CIFAR10 = "CIFAR-10, JPEG copy"
# As in the paper: deeper is worse without shortcuts and better with them.
AS_PUBLISHED = {
    "plain20": (10.0, 20.0),
    "plain56": (18.0, 26.0),
    "resnet20": (9.0, 18.0),
    "resnet56": (5.0, 16.5),
}
# And the other way about.
OTHERWISE = {
    "plain20": (10.0, 20.0),
    "plain56": (8.0, 26.0),
    "resnet20": (9.0, 18.0),
    "resnet56": (5.0, 19.5),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    return shelf.stand_in(monkeypatch, tmp_path / "shelf")


def table(app):
    return app.dataframe[0].value.set_index("network")


def notice(app) -> str:
    [found] = [text for text in values(app.markdown) if text.startswith("**What to notice.**")]
    return found


def ended(store, launcher, *configs):
    """Finished runs of the person's own."""
    runs = [launcher.submit(one, together=False)[0] for one in configs]
    return [_end(store, launcher, run.name) for run in runs]


def _end(store, launcher, name):
    launcher.pump()
    run = end(store, train(store, store.run(name)), "finished")
    launcher.pump()
    return run


def test_with_the_digits_alone_the_page_is_about_the_digits(folder):
    app = open_page("study")
    assert app.selectbox(key="study").options == ["digits"]
    drawn = charts(app)
    for key, network in (("study-plain", "plain"), ("study-residual", "ResNet")):
        for depth in (20, 56):
            [line] = [t for t in drawn[key] if t.get("name") == f"{network}-{depth} test"]
            recorded = [
                100 - record.epochs["test_accuracy"].to_numpy()
                for name, record in shipped().items()
                if name.startswith(f"{network.lower()}{depth}-digits-seed")
            ]
            assert numbers(line["y"]) == pytest.approx(sum(recorded) / 3)
    assert set(table(app)["data"]) == {"digits"}
    assert "the pictures are scikit-learn's digits" in texts(app)


@pytest.mark.parametrize("page", ["overview", "study"])
def test_what_is_measured_here_stands_first_and_the_hardware_below(page, folder):
    app = open_page(page)
    assert list(app.dataframe[0].value)[:3] == [
        "network",
        "here: test error",
        "here: training error",
    ]
    assert "hardware" not in app.dataframe[0].value
    [record, *_] = [record for record in shipped().values() if record.config.data == "digits"]
    assert record.hardware
    [said] = [text for text in values(app.caption) if "Trained on: " in text]
    assert said.startswith("Errors in per cent")
    assert record.hardware in said


def test_both_panels_have_one_axis_for_the_error():
    import json

    figures = {c.key: json.loads(c.proto.spec) for c in open_page("study").get("plotly_chart")}
    plain, residual = figures["study-plain"], figures["study-residual"]
    for axis in ("xaxis", "yaxis"):
        assert plain["layout"][axis]["range"] == residual["layout"][axis]["range"]
    norms = [figures[f"study-gradients-{family}"] for family in ("plain", "residual")]
    assert norms[0]["layout"]["yaxis"]["range"] == norms[1]["layout"]["yaxis"]["range"]


def test_cifar_10_shows_by_itself_as_soon_as_it_is_shipped(folder):
    assert open_page("study").selectbox(key="study").value == "digits"
    shelf.put(folder, AS_PUBLISHED)
    app = open_page("study")
    assert app.selectbox(key="study").value == CIFAR10
    assert app.selectbox(key="study").options == [CIFAR10, "digits"]
    shown = table(app)
    assert shown["here: test error"].to_dict() == {
        "plain-20": "20.0",
        "plain-56": "26.0",
        "ResNet-20": "18.0",
        "ResNet-56": "16.5",
    }
    assert shown.loc["ResNet-56", "paper: test error, CIFAR-10"] == "6.97 %"
    assert shown.loc["plain-56", "paper: test error, CIFAR-10"] == "figure 6 only"
    assert set(shown["recipe"]) == {"short"}
    assert set(shown["images seen"]) == {"400,000"}
    linked = open_page("study", study="digits")
    assert set(table(linked)["data"]) == {"digits"}


def test_the_overview_stays_with_the_digits_that_it_speaks_of(folder):
    shelf.put(folder, AS_PUBLISHED)
    app = open_page("overview")
    assert set(table(app)["data"]) == {"digits"}
    names = {t.get("name") for t in charts(app)["overview-plain"]} - {None}
    assert names == {
        f"plain-{depth} {split}" for depth in (20, 56) for split in ("training", "test")
    }


def test_a_data_set_of_one_network_is_no_study(folder):
    shelf.put(folder, {"resnet20": (9.0, 18.0)})
    assert open_page("study").selectbox(key="study").options == ["digits"]


def test_what_is_said_follows_from_the_numbers_when_they_are_the_papers(folder):
    shelf.put(folder, AS_PUBLISHED)
    app = open_page("study")
    said = notice(app)
    assert "plain-56 ends at 18.0 %, 8.0 points above plain-20" in said
    assert "ResNet-56 ends at 16.5 %, 1.5 points below ResNet-20, from one seed" in said
    assert "in the paper 1.8 points below ResNet-20 (6.97 against 8.75 %)" in said
    assert "At 56 layers: 26.0 % test error without shortcuts, 16.5 % with them." in said
    assert "**No.** On the test data plain-56 ends 6.0 points above plain-20" in texts(app)


def test_what_is_said_follows_from_the_numbers_when_they_are_other_ones(folder):
    shelf.put(folder, OTHERWISE)
    app = open_page("study")
    said = notice(app)
    assert "plain-56 ends at 8.0 %, 2.0 points below plain-20" in said
    assert "ResNet-56 ends at 19.5 %, 1.5 points above ResNet-20" in said
    assert "**Yes.** On the test data plain-56 ends 6.0 points above plain-20" in texts(app)


@pytest.mark.parametrize(
    ("plain20", "plain56", "verdict"),
    [
        ((10, 20), (18, 26), "**No.** .* 6.0 points above .* 8.0 points above on the training"),
        ((10, 20), (16, 26), "**No.**"),
        ((10, 20), (14, 26), "**Mostly not.** .*: 4.0 of them .* 2.0 are a wider gap"),
        ((10, 20), (12, 26), "**Mostly.** .*: 2.0 of them .* 4.0 are a wider gap"),
        ((10, 20), (10, 26), "**Yes.** .* as well"),
        ((10, 20), (8, 26), "**Yes.** .* better"),
        ((10, 20), (18, 20), "nothing to explain: .* level with plain-20"),
        ((10, 20), (18, 19), "nothing to explain: .* 1.0 points below plain-20"),
    ],
)
def test_overfitting_is_what_of_the_extra_test_error_is_a_wider_gap(plain20, plain56, verdict):
    import re

    records = [shelf.record("plain20", *plain20), shelf.record("plain56", *plain56)]
    ends = histories.ends(study.labelled(records))
    said = findings.overfitting(findings.pair(ends, residual=False))
    assert re.search(verdict.replace("**", r"\*\*"), said), said


def test_the_gap_chart_shows_the_numbers_that_the_sentence_is_about(folder):
    shelf.put(folder, AS_PUBLISHED)
    traces = {trace.get("name"): trace for trace in charts(open_page("study"))["study-gaps"]}
    for split, errors in (("training error", [18.0, 10.0]), ("test error", [26.0, 20.0])):
        assert numbers(traces[split]["x"]) == pytest.approx(errors)
        assert traces[split]["y"] == ["plain-56", "plain-20"]


def test_why_the_numbers_differ_is_read_off_the_settings():
    def why(**overrides):
        return findings.differences({"ResNet-20": [shelf.record("resnet20", 5, 9, **overrides)]})

    short = why()
    for clause in (
        "a JPEG copy of CIFAR-10",
        "400,000 images seen instead of 8.2 million",
        "one cycle instead of two steps down",
        "one seed",
    ):
        assert clause in short
    assert "batches" not in short
    assert "crops" not in short
    assert "batches of 64 instead of 128" in why(batch_size=64)
    assert "a learning rate of 0.4 instead of 0.1" in why(learning_rate=0.4)
    assert "a weight decay of 0.0005 instead of 0.0001" in why(weight_decay=5e-4)
    assert "arithmetic in bfloat16" in why(precision="bf16-mixed")
    assert "another network (activation gelu)" in why(options={"activation": "gelu"})
    assert "JPEG" not in why(data="cifar10")
    assert "a JPEG copy" in why(data="elsewhere/cifar10-jpeg")
    assert "400,000 images" in why(data="elsewhere/cifar10-jpeg")
    assert "are those of garden" in why(data="elsewhere/garden")


def test_a_run_as_in_the_paper_differs_by_nothing_but_its_seed():
    made = shelf.record("resnet20", 5, 9)
    paper = config(recipe="paper", data="cifar10")
    last = made.epochs.iloc[[-1]].assign(step=64_000, epoch=164)
    records = [
        dataclasses.replace(made, config=dataclasses.replace(paper, seed=seed), epochs=last)
        for seed in (0, 1)
    ]
    assert findings.differences({"ResNet-20": records}) == "ResNet-20: trained as in the paper."
    one = findings.differences({"ResNet-20": records[:1]})
    assert one == "Why they differ: one seed, whose luck is in the number."
    assert tables.paper_and_here({"x": records})["images seen"].tolist() == ["8,184,176"]


def test_what_sets_only_some_rows_apart_names_them():
    made = {
        "plain-20": [shelf.record("plain20", 5, 9)],
        "ResNet-20": [shelf.record("resnet20", 5, 9, batch_size=64)],
    }
    said = findings.differences(made)
    common, *others = said.split(". ")
    assert "JPEG" in common
    assert "batches" not in common
    assert any("ResNet-20: " in other and "batches of 64" in other for other in others)


def test_a_finished_run_of_the_paper_recipe_takes_its_networks_place(folder, store, sleepers):
    shelf.put(folder, AS_PUBLISHED)
    [run] = ended(store, sleepers, config(recipe="paper", data="cifar10"))
    app = open_page("study")
    shown = table(app)
    assert shown.loc["ResNet-20", "here: test error"] == "16.0"
    assert shown.loc["ResNet-20", "recipe"] == "paper"
    assert shown.loc["ResNet-20", "data"] == "CIFAR-10"
    assert shown.loc["ResNet-56", "recipe"] == "short"
    assert f"ResNet-20: your run {run.name} of the recipe *paper* stands here." in texts(app)
    # What is drawn is of one recipe, so that depth alone makes the difference.
    [line] = [t for t in charts(app)["study-residual"] if t.get("name") == "ResNet-20 test"]
    assert numbers(line["y"])[-1] == pytest.approx(18.0)


def test_a_network_that_is_not_shipped_gets_a_row_of_its_own(folder, store, sleepers):
    shelf.put(folder, AS_PUBLISHED)
    ended(store, sleepers, config("resnet110", recipe="paper", data="cifar10"))
    row = table(open_page("study")).loc["ResNet-110"]
    assert row["paper: test error, CIFAR-10"] == "6.43 %"
    assert row["here: test error"] == "16.0"


def test_other_runs_take_nobodys_place(folder, store, sleepers):
    shelf.put(folder, AS_PUBLISHED)
    before = table(open_page("study"))
    ended(
        store,
        sleepers,
        config(recipe="quick", data="cifar10"),
        config(recipe="paper", data="digits"),
    )
    [unfinished] = sleepers.submit(config("resnet56", recipe="paper", data="cifar10"))
    train(store, store.run(unfinished.name), 20)
    app = open_page("study")
    assert table(app).equals(before)
    assert "stands here" not in texts(app)


def test_a_folder_with_the_classes_of_cifar_10_counts_as_it(folder, store, sleepers, tmp_path):
    from resnet_viz import models
    from resnet_viz.runs.shelf import shipped_checkpoint

    shelf.put(folder, AS_PUBLISHED)
    pictures = tmp_path / "photographs"
    pictures.mkdir()
    [run] = ended(store, sleepers, config(recipe="paper", data=str(pictures)))
    assert table(open_page("study")).loc["ResNet-20", "recipe"] == "short"
    classifier = models.load(shipped_checkpoint("resnet20-digits-seed0"))
    classifier.classes = BUILT_IN["cifar10"]
    classifier.save(run.folder / "network.safetensors")
    row = table(open_page("study")).loc["ResNet-20"]
    assert (row["recipe"], row["data"], row["parameters"]) == ("paper", "photographs", "0.27 M")


def test_of_several_runs_the_longest_stands_and_seeds_are_together(folder, store, sleepers):
    shelf.put(folder, AS_PUBLISHED)
    paper = {"recipe": "paper", "data": "cifar10"}
    ended(store, sleepers, config(**paper), config(seed=1, **paper))
    row = table(open_page("study")).loc["ResNet-20"]
    assert row["seeds"] == "0, 1"
    assert row["here: test error"].startswith("16.0 (")


def test_the_persons_own_runs_are_a_choice_of_their_own(store, sleepers, folder):
    [plain, residual] = ended(store, sleepers, config("plain20"), config("resnet20"))
    [going] = sleepers.submit(config("resnet56"))
    train(store, store.run(going.name), 20)
    title = "your runs on digits"
    app = open_page("study", study=title)
    assert app.selectbox(key="study").options == ["digits", title]
    drawn = charts(app)
    assert {t.get("name") for t in drawn["study-plain"]} >= {"plain-20 training", "plain-20 test"}
    [line] = [t for t in drawn["study-residual"] if t.get("name") == "ResNet-56 test"]
    assert numbers(line["y"]).tolist() == [19, 18]
    assert f"{going.name} goes on: 2 of 15 epochs so far." in texts(app)
    assert table(app).loc["ResNet-56", "epochs"] == "2 of 15"
    assert "Train two plain networks of different depth" in texts(app)
    assert {plain.status, residual.status} == {"finished"}


def test_runs_of_one_network_that_were_trained_otherwise_have_lines_of_their_own(store, sleepers):
    ended(store, sleepers, config(), config(seed=1), config(epochs=5))
    names = {
        t.get("name")
        for t in charts(open_page("study", study="your runs on digits"))["study-residual"]
    }
    assert {"ResNet-20, quick test", "ResNet-20, 5 epochs test"} <= names
    recipes = study.labelled([shelf.record("resnet20", 1, 2, epochs=5, batch_size=64)])
    assert tables.paper_and_here(recipes)["recipe"].tolist() == ["short, batches of 64"]


def norms(*values, moments=(0, 1)):
    """Norms of convolutions and, last, of fc; the same at each of the moments."""
    layers = [f"layer1.{place}.conv1" for place in range(len(values) - 1)] + ["fc"]
    return pd.DataFrame(
        [
            {
                "label": "ResNet-56",
                "epoch": epoch,
                "layer": layer,
                "position": place,
                "gradient_norm": value,
                "weight_norm": 1.0,
            }
            for epoch in moments
            for place, (layer, value) in enumerate(zip(layers, values, strict=True))
        ]
    )


def test_the_first_convolutions_gradient_is_set_against_the_last_convolutions_not_fcs():
    assert findings.gradients(norms(8.0, 3.0, 0.8, 16.0))["ResNet-56"] == "10 → 10"
    said = findings.slope(norms(8.0, 3.0, 0.8, 16.0, moments=(0,)), "gradient_norm")
    assert said == (
        "the first convolution's is 10 times the last one's, fc's is 20 times the last "
        "convolution's"
    )


def test_gradients_that_no_float_holds_are_not_called_nought_times_the_last():
    said = findings.slope(norms(0.0, 0.0, 2e-41, 0.5, 1.0, moments=(0,)), "gradient_norm")
    assert said == (
        "fc's is 2 times the last convolution's, in layers 1–2 it is below what a 32-bit float "
        "holds (underflow), which no logarithmic axis can show"
    )
    dead = findings.slope(norms(0.5, 0.0, 0.5, 1.0, moments=(0,)), "gradient_norm")
    assert dead.endswith("in layer 2 it is 0, which no logarithmic axis can show")
