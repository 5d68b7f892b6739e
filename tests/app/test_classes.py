"""The classes page: what each network mistakes, from its card or from the pictures themselves."""

import json
import re

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import confusion_matrix

from resnet_viz import data, models
from resnet_viz.data import DATA_SETS
from resnet_viz.home import data_sets
from resnet_viz.models.classifier import Classifier
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.training import evaluate
from resnet_viz.ui.networks import catalogue
from resnet_viz.ui.results import analyses
from resnet_viz.ui.topics import confusions
from tests.app import shelf
from tests.app.support import (
    DIGITS,
    LEFT,
    RIGHT,
    alternatives,
    captions,
    charts,
    numbers,
    open_page,
    texts,
    values,
)

CIFAR10 = DATA_SETS["cifar10"].classes
PLAIN, RESIDUAL = (f"{title} on CIFAR-10" for title in ("plain-20", "ResNet-20"))


def counts(matrix) -> np.ndarray:
    """What a drawn matrix carries: pictures by true and predicted class."""
    [points] = [trace for trace in matrix if trace["type"] == "scatter"]
    number = round(len(points["customdata"]) ** 0.5)
    return np.array([row[2] for row in points["customdata"]]).reshape(number, number)


def mistakes(seed: int) -> np.ndarray:
    """A made-up table of 100 pictures a class."""
    random = np.random.default_rng(seed)
    return random.multinomial(100, random.dirichlet(np.ones(10), 10))


@pytest.fixture
def cifar10(tmp_path, monkeypatch):
    """CIFAR-10 networks on the shelf with their tables in their cards; the tables."""
    folder = shelf.stand_in(monkeypatch, tmp_path / "shelf")
    shelf.put(folder, {"plain20": (10, 20), "resnet20": (9, 18)})
    tables = {"plain20": mistakes(0), "resnet20": mistakes(1)}
    for network, table in tables.items():
        shelf.put_network(folder, network, table)
    return tables


def test_the_matrices_of_the_digits_are_counted_on_the_digits():
    app = open_page("classes", **DIGITS)
    assert not app.info
    drawn, digits = charts(app), data.load("digits")
    labels = digits.test.labels.numpy()
    for side, network in (("left", "plain56"), ("right", "resnet56")):
        classifier = models.load(shipped_checkpoint(f"{network}-digits-seed0"))
        inputs = data.normalise(digits.test.images, classifier.mean, classifier.std)
        predicted = classifier.network(inputs).argmax(1).numpy()
        expected = confusion_matrix(labels, predicted)
        np.testing.assert_array_equal(counts(drawn[f"matrix-{side}"]), expected)
        _, accuracy = evaluate(classifier, digits)
        assert f"{accuracy:.1f} % right; 397 test pictures of digits, counted here." in texts(app)


def test_both_matrices_have_one_colour_scale():
    drawn = charts(open_page("classes", **DIGITS))
    scales = {
        (trace["zmin"], trace["zmax"], str(trace["colorscale"]))
        for side in ("left", "right")
        for trace in drawn[f"matrix-{side}"]
        if trace["type"] == "heatmap"
    }
    assert len(scales) == 1
    assert next(iter(scales))[:2] == (0, 100)


def test_accuracy_by_class_of_both_is_on_one_axis():
    app = open_page("classes", **DIGITS)
    drawn = charts(app)
    bars = drawn["class-accuracy"]
    assert [bar["name"] for bar in bars] == [LEFT, RIGHT]
    assert [bar["marker"]["color"] for bar in bars] == ["#D55E00", "#0072B2"]
    assert bars[0]["y"] == bars[1]["y"]
    for side, bar in zip(("left", "right"), bars, strict=True):
        matrix = counts(drawn[f"matrix-{side}"])
        shares = dict(
            zip(map(str, range(10)), 100 * matrix.diagonal() / matrix.sum(1), strict=True)
        )
        assert numbers(bar["x"]) == pytest.approx([shares[name] for name in bar["y"]])


def test_the_worst_pairs_are_named_with_share_and_number():
    app = open_page("classes", **DIGITS)
    matrix = counts(charts(app)["matrix-left"])
    shares = 100 * matrix / matrix.sum(1, keepdims=True)
    np.fill_diagonal(shares, 0)
    true, predicted = np.unravel_index(shares.argmax(), shares.shape)
    worst = f"{true} taken for {predicted}: {shares.max():.1f} % ({matrix[true, predicted]})"
    lists = [text for text in values(app.markdown) if text.startswith("**Worst pairs**")]
    assert lists[0].split("\n- ")[1] == worst
    assert len(lists[0].split("\n- ")) == 6
    # The page opens with this pair's pictures.
    assert app.selectbox(key="true").value == str(true)
    assert app.selectbox(key="predicted").value == str(predicted)


def test_choosing_a_pair_shows_these_test_pictures():
    app = open_page("classes", **DIGITS, true="1", predicted="5")
    matrix = counts(charts(app)["matrix-left"])
    [shown] = [text for text in captions(app) if f"that {LEFT} takes for 5" in text]
    assert shown.startswith(f"{matrix[1, 5]} pictures of 1")
    assert f"There are no pictures of 1 that {RIGHT} takes for 5." in texts(app)
    figures = {chart.key: json.loads(chart.proto.spec) for chart in app.get("plotly_chart")}
    [frame] = figures["matrix-left"]["layout"]["shapes"]
    assert (frame["y0"], frame["x0"]) == (0.5, 4.5)
    digits = data.load("digits")
    classifier = models.load(shipped_checkpoint("plain56-digits-seed0"))
    inputs = data.normalise(digits.test.images, classifier.mean, classifier.std)
    cell = (classifier.network(inputs).argmax(1) == 5) & (digits.test.labels == 1)
    first = digits.test.images[cell][0].permute(1, 2, 0).numpy()
    found = analyses.pictures_taken_for(classifier, "digits", 1, 5)
    assert len(found) == int(cell.sum())
    np.testing.assert_array_equal(found[0], first)


def test_a_click_into_a_matrix_chooses_its_cell(monkeypatch):
    point = {"customdata": ["7", "2", 26, 65.0], "x": 2, "y": 7, "point_index": 72}
    state = {"matrix-left": {"selection": {"points": [point]}}}
    monkeypatch.setattr(confusions.st, "session_state", state)
    confusions._follow("matrix-left")
    assert (state["true"], state["predicted"]) == ("7", "2")
    state["matrix-left"] = {"selection": {"points": []}}  # a second click lets go of the cell
    confusions._follow("matrix-left")
    assert (state["true"], state["predicted"]) == ("7", "2")


def test_without_the_pictures_the_table_is_the_cards(cifar10):
    app = open_page("classes", left=PLAIN, right=RESIDUAL)
    assert not app.info
    assert not app.warning
    drawn = charts(app)
    np.testing.assert_array_equal(counts(drawn["matrix-left"]), cifar10["plain20"])
    np.testing.assert_array_equal(counts(drawn["matrix-right"]), cifar10["resnet20"])
    share = cifar10["plain20"].trace() / 10
    assert (
        f"{share:.1f} % right; 1,000 test pictures of CIFAR-10, JPEG copy, counted when the "
        "checkpoint was made." in texts(app)
    )
    assert "The pictures behind a number" not in values(app.header)
    assert texts(app).count("not on this machine") == 1
    assert "put a folder named cifar10-jpeg with them into" in texts(app)
    assert not captions(app)


def test_where_one_networks_pictures_are_here_the_section_is_and_says_so_of_the_other(cifar10):
    assert cifar10["plain20"][0, 9] > 0
    app = open_page("classes", left=PLAIN, right=RIGHT, true=CIFAR10[0], predicted=CIFAR10[9])
    assert "The pictures behind a number" in values(app.header)
    assert f"{PLAIN} takes for {CIFAR10[9]}; they are not on this machine." in texts(app)


def test_with_neither_pictures_nor_a_table_one_sentence_says_what_to_do(cifar10, tmp_path):
    shelf.put_network(tmp_path / "shelf", "plain20", None)
    app = open_page("classes", left=PLAIN, right=RESIDUAL)
    [said] = values(app.info)
    assert f"on which {PLAIN} was trained, are not on this machine" in said
    assert "put a folder named cifar10-jpeg" in said
    assert set(charts(app)) == {"matrix-right", "class-accuracy"}


def test_with_the_pictures_at_hand_the_table_is_counted_and_cells_show_them(cifar10, tmp_path):
    shelf.put_network(tmp_path / "shelf", "plain20", None)
    random = np.random.default_rng(0)
    for split, number in (("train", 2), ("test", 3)):
        for name in CIFAR10:
            folder = data_sets() / "cifar10-jpeg" / split / name
            folder.mkdir(parents=True)
            for picture in range(number):
                pixels = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / f"{picture}.png")
    classifier = models.load(shipped_checkpoint("plain20-cifar10-jpeg-seed0"))
    pictures = data.load("cifar10-jpeg")
    _, accuracy = evaluate(classifier, pictures)
    app = open_page("classes", left=PLAIN, right=RESIDUAL)
    assert not app.info
    assert f"{accuracy:.1f} % right; 30 test pictures of CIFAR-10, JPEG copy, counted here." in (
        texts(app)
    )
    matrix = counts(charts(app)["matrix-left"])
    assert matrix.sum() == 30
    true, predicted = np.argwhere(matrix * (1 - np.eye(10)))[0]
    app = open_page(
        "classes", left=PLAIN, right=RESIDUAL, true=CIFAR10[true], predicted=CIFAR10[predicted]
    )
    cell = f"{matrix[true, predicted]} pictures of {CIFAR10[true]} that {PLAIN} takes for"
    assert any(text.startswith(cell) for text in captions(app))


def test_networks_of_other_classes_are_said_not_to_compare(cifar10):
    app = open_page("classes", left=PLAIN, right=RIGHT)
    assert "The two networks know different classes" in "\n".join(values(app.info))
    assert set(charts(app)) == {"matrix-left", "matrix-right", "class-accuracy"}
    assert f"{RIGHT} does not know both of these classes." in texts(app)


def test_pictures_of_other_classes_are_refused_in_a_sentence(cifar10):
    app = open_page("classes", left=PLAIN, right=RIGHT, test_data="digits")
    [said] = values(app.info)
    assert f"{PLAIN} knows the classes airplane, automobile, bird, …" in said
    assert "are of 0, 1, 2, …" in said
    assert "matrix-right" in charts(app)
    assert "matrix-left" not in charts(app)


def test_a_network_that_does_not_know_its_data_asks_for_pictures(home):
    classifier = models.load(shipped_checkpoint("resnet20-digits-seed0"))
    classifier.card = {}
    label = catalogue.keep(classifier)
    app = open_page("classes", left=LEFT, right=label)
    assert "does not say which data it was trained on: choose test pictures above." in (
        "\n".join(values(app.info))
    )
    app = open_page("classes", left=LEFT, right=label, test_data="digits")
    assert not app.info
    assert "matrix-right" in charts(app)


def test_a_thousand_classes_are_a_list_and_not_a_million_cells(home):
    network = models.build("resnet18")
    number = network.architecture.classes
    table = np.diag([50] * number)
    table[3, 7], table[3, 3] = 30, 20
    classifier = Classifier(
        network=network,
        classes=tuple(f"class {place}" for place in range(number)),
        input_size=224,
        mean=(0.5,) * 3,
        std=(0.5,) * 3,
        card={"data": "somewhere/many", "confusion": table.tolist()},
    )
    label = catalogue.keep(classifier)
    app = open_page("classes", left=LEFT, right=label)
    drawn = charts(app)
    assert "matrix-right" not in drawn
    assert "class 3 taken for class 7: 60.0 % (30)" in texts(app)
    bars = drawn["class-accuracy"][1]
    assert len(bars["y"]) == 20
    [listed] = [frame.value for frame in app.dataframe]
    assert len(listed) == 1010
    row = listed[listed["class"] == "class 3"].iloc[0]
    assert (row["images"], row["right"], row["accuracy"]) == (50, 20, 40)
    assert sum(len(chart.proto.spec) for chart in app.get("plotly_chart")) < 200_000


def test_what_to_notice_follows_from_the_two_tables(cifar10):
    app = open_page("classes", left=PLAIN, right=RESIDUAL)
    [said] = [text for text in values(app.markdown) if text.startswith("**What to notice.**")]
    accuracies = [table.diagonal() for table in cifar10.values()]
    place = int(np.abs(accuracies[0] - accuracies[1]).argmax())
    assert (
        f"They differ most on {CIFAR10[place]}: {accuracies[0][place]} % against "
        f"{accuracies[1][place]} %." in said
    )
    for table in cifar10.values():
        assert f"is right on {table.trace() / 10:.1f} %." in said
        taken = table.sum(0)
        named = re.findall(r"takes (\d+) % of all pictures for (\w+)", said)
        assert (taken.max() > 200) == (
            (f"{taken.max() / 10:.0f}", CIFAR10[int(taken.argmax())]) in named
        )


def test_the_finding_stands_in_the_head(cifar10):
    said = values(open_page("classes", left=PLAIN, right=RESIDUAL).markdown)
    [finding] = [text for text in said if text.startswith(f"**{PLAIN} is right on ")]
    for table in cifar10.values():
        assert f"on {table.trace() / 10:.1f} %" in finding


def test_it_is_said_what_an_empty_cell_means():
    assert "an empty cell means none" in texts(open_page("classes", **DIGITS))


def test_everything_drawn_has_an_alternative_text(cifar10):
    for link in ({}, {"left": PLAIN, "right": RESIDUAL}):
        found = alternatives(open_page("classes", **link))
        assert len(found) >= 3
        assert all(len(text) > 20 for text in found)
