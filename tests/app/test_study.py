"""The study: what was recorded, beside what was published, and only what follows from it."""

import pytest

from resnet_viz.data import DATA_SETS
from resnet_viz.reporting import findings, histories
from resnet_viz.reporting import study as reported
from resnet_viz.runs import shipped
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
    return shelf.stand_in(monkeypatch, tmp_path / "shipped_runs")


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
    assert names - {"training", "test"} == {
        f"plain-{depth} {split}" for depth in (20, 56) for split in ("training", "test")
    }


def test_a_data_set_of_one_network_is_no_study(folder):
    shelf.put(folder, {"resnet20": (9.0, 18.0)})
    assert open_page("study").selectbox(key="study").options == ["digits"]


def test_what_is_said_follows_from_the_numbers(folder):
    shelf.put(folder, OTHERWISE)
    records = [shelf.record(network, *errors) for network, errors in OTHERWISE.items()]
    ends = histories.ends(reported.labelled(records))
    app = open_page("study")
    assert notice(app).endswith(reported.noticed(ends))
    assert findings.overfitting(findings.pair(ends, residual=False)) in values(app.markdown)


def test_the_gap_chart_shows_the_numbers_that_the_sentence_is_about(folder):
    shelf.put(folder, AS_PUBLISHED)
    traces = {trace.get("name"): trace for trace in charts(open_page("study"))["study-gaps"]}
    for split, errors in (("training error", [18.0, 10.0]), ("test error", [26.0, 20.0])):
        assert numbers(traces[split]["x"]) == pytest.approx(errors)
        assert traces[split]["y"] == ["plain-56", "plain-20"]


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
    from resnet_viz.runs.shipped_runs import shipped_checkpoint

    shelf.put(folder, AS_PUBLISHED)
    pictures = tmp_path / "photographs"
    pictures.mkdir()
    [run] = ended(store, sleepers, config(recipe="paper", data=str(pictures)))
    assert table(open_page("study")).loc["ResNet-20", "recipe"] == "short"
    classifier = models.load(shipped_checkpoint("resnet20-digits-seed0"))
    classifier.classes = DATA_SETS["cifar10"].classes
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
