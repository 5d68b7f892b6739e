"""Confusion: the same numbers as scikit-learn counts and as the evaluation gives."""

import numpy as np
import pytest
import torch
from sklearn.metrics import confusion_matrix

from resnet_viz import analysis, data, models
from resnet_viz.analysis import AnalysisError
from resnet_viz.data import Split
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.training import evaluate
from tests.unit.analysis_support import classifier, same, state


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESNET_VIZ_HOME", str(tmp_path_factory.mktemp("home")))
        yield data.load("digits")


@pytest.fixture(scope="module")
def plain():
    return models.load(shipped_checkpoint("plain56-digits-seed0"))


@pytest.fixture(scope="module")
def found(plain, digits):
    return analysis.confusion(plain, digits.test)


def split(images: int = 20, size: int = 8, channels: int = 3, classes: int = 10) -> Split:
    generator = torch.Generator().manual_seed(0)
    shape = (images, channels, size, size)
    return Split(
        images=torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8),
        labels=torch.randint(0, classes, (images,), generator=generator),
    )


def test_the_matrix_is_scikit_learns(found, digits):
    labels = digits.test.labels.numpy()
    np.testing.assert_array_equal(
        found.counts.to_numpy(), confusion_matrix(labels, found.predicted, labels=range(10))
    )
    assert found.classes == digits.classes
    assert (found.counts.index.name, found.counts.columns.name) == ("true", "predicted")


def test_the_predictions_are_those_of_one_picture_at_a_time(plain, found, digits):
    from torchvision.transforms.functional import to_pil_image

    for number in range(0, 397, 40):
        image = to_pil_image(digits.test.images[number])
        expected = analysis.predict(plain, image).loc[0, "index"]
        assert found.predicted[number] == expected


@pytest.mark.parametrize("name", ["plain20", "plain56", "resnet20", "resnet56"])
def test_the_accuracy_is_the_evaluations(name, digits):
    network = models.load(shipped_checkpoint(f"{name}-digits-seed0"))
    _, accuracy = evaluate(network, digits)
    assert analysis.confusion(network, digits.test).accuracy == pytest.approx(accuracy, abs=1e-9)


def test_pictures_of_another_size_are_fed_as_the_evaluation_feeds_them(digits):
    large = classifier("resnet20", size=12)
    large.classes = digits.classes
    _, accuracy = evaluate(large, digits)
    assert analysis.confusion(large, digits.test).accuracy == pytest.approx(accuracy, abs=1e-9)


def test_accuracy_by_class_is_the_share_of_the_row_on_the_diagonal(found, digits):
    frame = found.per_class()
    labels = digits.test.labels.numpy()
    assert list(frame["class"]) == list(digits.classes)
    for label, row in enumerate(frame.itertuples()):
        members = labels == label
        assert row.images == members.sum()
        assert row.accuracy == pytest.approx(100 * (found.predicted[members] == label).mean())
    total = (frame["accuracy"] * frame["images"]).sum() / frame["images"].sum()
    assert total == pytest.approx(found.accuracy)


def test_the_worst_pairs_are_the_largest_shares_beside_the_diagonal(found):
    worst = found.worst_pairs(3)
    shares = {
        (true, predicted): 100 * count / found.counts.loc[true].sum()
        for true, row in found.counts.iterrows()
        for predicted, count in row.items()
        if true != predicted
    }
    named = [(row.true, row.predicted) for row in worst.itertuples()]
    assert [shares[pair] for pair in named] == pytest.approx(sorted(shares.values())[:-4:-1])
    assert worst["share"].tolist() == pytest.approx([shares[pair] for pair in named])
    assert worst["images"].tolist() == [found.counts.loc[pair] for pair in named]


def test_what_is_never_mistaken_is_no_pair():
    network = classifier("resnet20")
    network.card["confusion"] = np.diag(range(1, 11)).tolist()
    perfect = analysis.recorded_confusion(network)
    assert perfect.worst_pairs().empty
    assert perfect.accuracy == 100


def test_a_class_without_pictures_has_no_accuracy():
    network = classifier("resnet20")
    rows = np.diag([0, *range(1, 10)])
    network.card["confusion"] = rows.tolist()
    accuracy = analysis.recorded_confusion(network).per_class()["accuracy"]
    assert np.isnan(accuracy[0])
    assert (accuracy[1:] == 100).all()


def test_a_card_keeps_the_counts_through_a_checkpoint(plain, found, tmp_path):
    kept = models.load(shipped_checkpoint("plain56-digits-seed0"))
    kept.card["confusion"] = found.rows()
    kept.save(tmp_path / "kept.safetensors")
    read = analysis.recorded_confusion(models.load(tmp_path / "kept.safetensors"))
    np.testing.assert_array_equal(read.counts.to_numpy(), found.counts.to_numpy())
    assert read.counts.index.equals(found.counts.index)
    assert read.predicted is None
    assert read.accuracy == found.accuracy


@pytest.mark.parametrize(
    "kept",
    [
        None,
        "a picture of it",
        [[1, 2], [3]],
        [[1, 2], [3, 4]],
        [[0.5] * 10] * 10,
        [[-1] * 10] * 10,
        [[0] * 10] * 10,
        {"rows": 10},
    ],
)
def test_a_card_without_a_table_that_fits_has_none(kept):
    network = classifier("resnet20")
    assert analysis.recorded_confusion(network) is None
    network.card["confusion"] = kept
    assert analysis.recorded_confusion(network) is None


def test_the_network_is_left_as_found(plain, digits):
    plain.network.train()
    before = state(plain)
    analysis.confusion(plain, Split(digits.test.images[:50], digits.test.labels[:50]))
    assert same(before, state(plain))
    plain.network.eval()


def test_progress_is_told_after_every_batch_and_may_end_the_pass():
    network, told = classifier("resnet20"), []
    analysis.confusion(network, split(20), batch_size=8, progress=told.append)
    assert told == [0.4, 0.8, 1.0]

    class EnoughError(Exception):
        pass

    def enough(share: float) -> None:
        raise EnoughError

    before = state(network)
    with pytest.raises(EnoughError):
        analysis.confusion(network, split(20), batch_size=8, progress=enough)
    assert same(before, state(network))
    assert network.lock.acquire(blocking=False)
    network.lock.release()


def test_between_two_batches_others_may_use_the_network():
    import threading

    network, taken = classifier("resnet20"), []

    def other() -> None:
        taken.append(network.lock.acquire(blocking=False))
        network.lock.release()

    def meanwhile(share: float) -> None:
        thread = threading.Thread(target=other)  # the lock lets its own thread in at any time
        thread.start()
        thread.join()

    analysis.confusion(network, split(20), batch_size=10, progress=meanwhile)
    assert taken == [True, True]


@pytest.mark.parametrize(
    ("network", "pictures", "sentence"),
    [
        ({}, split(20, classes=100), "is not one of the classes 0 to 9"),
        ({}, split(0), "There is no picture to look at"),
        ({"channels": 1}, split(4), "takes pictures of 1 channels, but these have 3"),
        ({"classes": 3000}, split(4), "A table of 3,000 classes is too large"),
    ],
)
def test_what_cannot_be_counted_gets_one_sentence(network, pictures, sentence):
    with pytest.raises(AnalysisError, match=sentence):
        analysis.confusion(classifier("resnet20", **network), pictures)


def test_scores_that_are_no_numbers_get_one_sentence():
    broken = classifier("resnet20")
    with torch.no_grad():
        broken.network.fc.weight.fill_(torch.nan)
    with pytest.raises(AnalysisError, match="not finite"):
        analysis.confusion(broken, split(4))
