"""Weights that visitors bring become a network of the pair, are kept, and are removed."""

import errno
import time
from pathlib import Path
from threading import Thread

import pytest
import torch

from resnet_viz import models
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.training.start import kept_start
from resnet_viz.ui.networks import catalogue
from resnet_viz.ui.networks.catalogue import imported_folder
from resnet_viz.ui.networks.imports import BY_TENSORS
from tests.app.imports_support import import_weights, saved
from tests.app.support import PHOTOGRAPHS, open_page, texts, values
from tests.unit.runs_support import config


def test_the_import_button_waits_for_a_file():
    [button] = [button for button in open_page("gradients").button if button.label == "Import"]
    assert button.disabled


@pytest.mark.parametrize("side", ["left", "right"])
def test_weights_in_torchvisions_layout_become_a_network_of_the_pair(side):
    import torchvision

    network = torchvision.models.resnet18(num_classes=7)
    app = import_weights("mine.pth", saved(network.state_dict()), "resnet18", side)
    [path] = imported_folder().glob("*.safetensors")
    label = "ResNet-18, mine"
    [said] = values(app.success)
    assert said.startswith(f"{label} is now on the {side}.")
    assert "class names, normalisation" in said
    assert app.selectbox(key=side).value == label == app.query_params[side]
    assert not app.error
    assert f"## :blue[●] {label}" in texts(app)
    state = models.load(path).network.state_dict()
    assert torch.equal(state["conv1.weight"], network.conv1.weight)


def test_a_cifar_file_and_a_checkpoint_of_ones_own_are_imported():
    state = models.build("resnet20", seed=1).state_dict()
    wrapped = {f"module.{name.replace('fc.', 'linear.')}": w for name, w in state.items()}
    app = import_weights("resnet20.th", saved({"state_dict": wrapped, "best_prec1": 91.7}))
    assert app.selectbox(key="right").value == "ResNet-20, resnet20"
    own = shipped_checkpoint("plain20-digits-seed0").read_bytes()
    # What a file says about itself goes before what the visitor chose.
    app = import_weights("own.safetensors", own, "resnet152")
    assert "## :orange[●] plain-20, own" in texts(app)


def test_what_tensors_do_not_tell_is_asked_and_what_was_assumed_stands_with_the_network():
    state = saved(models.build("resnet20", seed=1).state_dict())
    app = import_weights("guessed.pth", state)
    [said] = [text for text in values(app.caption) if text.startswith("Assumed, for its tensors")]
    assert "class names, normalisation, red as the first channel, input size" in said
    app.selectbox(key="import_like").set_value("digits")
    app.text_input(key="import_input_size").set_value("16").run()
    [button] = [button for button in app.button if button.label == "Import"]
    app = button.click().run()
    assert not [text for text in values(app.caption) if "class names" in text and "Assumed" in text]
    found = [models.load(path) for path in imported_folder().glob("*.safetensors")]
    assert {(one.classes[0], one.input_size) for one in found} == {("airplane", 32), ("0", 16)}
    app.text_input(key="import_mean").set_value("bright").run()
    [button] = [button for button in app.button if button.label == "Import"]
    assert "not bright" in values(button.click().run().error)[0]


def test_a_file_of_another_architecture_is_recognised_and_imported_at_the_second_press():
    state = models.build("resnet18", seed=1, classes=7).state_dict()
    app = import_weights("mine_resnet18.pth", saved(state))
    [error] = values(app.error)
    assert error.startswith("The file was refused: the weights do not fit ResNet-20")
    assert error.endswith(
        "They fit ResNet-18 instead. ResNet-18 is chosen now: press Import again."
    )
    assert app.selectbox(key="import_net").value == "resnet18"
    [button] = [button for button in app.button if button.label == "Import"]
    button.click().run()
    assert values(app.success)[0].startswith("ResNet-18, mine-resnet18 is now on the right.")


def test_the_architecture_is_read_off_the_tensors_where_none_is_chosen():
    state = models.build("resnet18", seed=1, classes=7).state_dict()
    wrapped = {f"backbone.{name}": tensor for name, tensor in state.items()}
    wrapped["projector.weight"] = torch.zeros(3, 9)
    app = import_weights("mine.pth", saved(wrapped), BY_TENSORS)
    [said] = values(app.success)
    assert said.startswith("ResNet-18, mine is now on the right.")
    assert "1 tensor that" in said
    assert "## :blue[●] ResNet-18, mine" in texts(app)


def chooser(app):
    return [one for one in app.selectbox if one.key == "import_part"]


def test_one_of_several_networks_in_a_file_is_chosen():
    one, other = (models.build("resnet20", seed=seed).state_dict() for seed in (1, 2))
    app = import_weights("mine.pth", saved({"state_dict": one}))
    assert not chooser(app)
    app = import_weights("both.bin", saved({"ema": other, "model": one}))
    assert "It is model; the file also holds ema." in values(app.success)[0]
    [choice] = chooser(app)
    assert choice.options == ["model", "ema"]
    choice.set_value("ema").run()
    [button] = [button for button in app.button if button.label == "Import"]
    button.click().run()
    [said] = values(app.success)
    assert "It is ema; the file also holds model." in said
    label = app.selectbox(key="right").value
    state = models.load(catalogue.imported()[label]).network.state_dict()
    assert torch.equal(state["conv1.weight"], other["conv1.weight"])


def test_a_file_that_is_opened_is_read_and_a_whole_module_is_imported():
    app = import_weights("whole.pth.tar", saved(models.build("resnet20", seed=1)))
    assert values(app.success)[0].startswith("ResNet-20, whole")


@pytest.mark.parametrize(
    ("architecture", "classes", "clause"),
    [
        ("resnet18", 1000, "1,000 outputs, labelled with ImageNet's names"),
        ("resnet20", 10, "10 outputs, labelled with CIFAR-10's names"),
        ("resnet20", 7, "7 outputs, its file does not say of what data"),
    ],
)
def test_what_tensors_were_trained_on_is_not_guessed(architecture, classes, clause):
    state = models.build(architecture, seed=1, classes=classes).state_dict()
    app = import_weights("mine.pth", saved(state), architecture)
    [said] = [text for text in values(app.markdown) if "only knows its own classes" in text]
    assert f"(trained on CIFAR-10, JPEG copy; {clause})" in said
    assert "trained on ImageNet" not in texts(app)


def weights(seed: int) -> "models.Classifier":
    """A network that nobody has imported yet."""
    return models.Classifier(
        network=models.build("resnet20", seed=seed),
        classes=tuple("0123456789"),
        input_size=32,
        mean=(0.5,) * 3,
        std=(0.5,) * 3,
    )


def test_an_imported_network_is_called_by_its_architecture_and_its_file():
    labels = [
        catalogue.keep(weights(seed), name)
        for seed, name in enumerate(
            ("best.th", "best.pt", "**[x](javascript:0)** _b_.pth", "a/very-long_name-of_a_file.th")
        )
    ]
    assert labels[:3] == ["ResNet-20, best", "ResNet-20, best 2", "ResNet-20, x-javascript-0-b"]
    assert labels[3] == "ResNet-20, very-long-name-of-a"
    assert list(catalogue.imported()) == labels
    # The same weights are one network, whatever their file is called.
    assert catalogue.keep(weights(0), "again.th") == "ResNet-20, best"
    catalogue.remove("ResNet-20, best")
    assert list(catalogue.imported()) == labels[1:]


def test_no_more_networks_are_kept_than_there_may_be(monkeypatch):
    monkeypatch.setattr(catalogue, "MOST", 1)
    import_weights("one.pth", saved(models.build("resnet20", seed=1).state_dict()))
    raw = saved(models.build("resnet20", seed=2).state_dict())
    [error] = values(import_weights("two.pth", raw).error)
    assert error.startswith("1 imported networks are kept here")
    assert "remove one" in error
    assert list(catalogue.imported()) == ["ResNet-20, one"]


def test_no_more_bytes_of_networks_are_kept_than_there_may_be(monkeypatch):
    one, two = weights(1), weights(2)
    monkeypatch.setattr(catalogue, "MOST_BYTES", one.nbytes + two.nbytes - 1)
    label = catalogue.keep(one, "one.pth")
    with pytest.raises(catalogue.ImportsError, match="remove another one"):
        catalogue.keep(two, "two.pth")
    assert list(catalogue.imported()) == [label]
    catalogue.remove(label)
    assert catalogue.keep(two, "two.pth").endswith("two")


def test_visitors_who_import_at_once_fill_no_more_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(catalogue, "MOST", 3)
    look = catalogue.imported

    def slowly():
        kept = look()
        time.sleep(0.05)
        return kept

    monkeypatch.setattr(catalogue, "imported", slowly)
    networks = [weights(seed) for seed in range(6)]
    said = []

    def keep(network):
        try:
            said.append(catalogue.keep(network, "mine.pth"))
        except catalogue.ImportsError as error:
            said.append(str(error)[:1])

    visitors = [Thread(target=keep, args=(network,)) for network in networks]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    labels = ["ResNet-20, mine", "ResNet-20, mine 2", "ResNet-20, mine 3"]
    assert sorted(said) == ["3", "3", "3", *labels]
    assert sorted(look()) == labels


def no_folder(monkeypatch):
    def refuse(**options):
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr("tempfile.TemporaryDirectory", refuse)


def full_disk(monkeypatch):
    def write_bytes(path, raw):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", write_bytes)


@pytest.mark.parametrize("trouble", [no_folder, full_disk])
def test_an_import_that_finds_no_room_for_the_file_says_so(monkeypatch, trouble):
    raw = saved(models.build("resnet20", seed=1).state_dict())
    trouble(monkeypatch)
    app = import_weights("mine.pth", raw)
    assert not app.exception
    [error] = values(app.error)
    assert error.startswith("The network could not be kept, because the disk is full")
    assert not catalogue.imported()


def test_an_imported_network_is_removed_when_that_is_confirmed():
    app = import_weights("mine.pth", saved(models.build("resnet20", seed=1).state_dict()))
    app.button(key="import_remove").click().run()
    assert "ResNet-20, mine will be gone for everybody" in texts(app)
    app.button(key="import_kept").click().run()
    assert "will be gone" not in texts(app)
    assert list(catalogue.imported()) == ["ResNet-20, mine"]
    app.button(key="import_remove").click().run()
    app.button(key="import_removed").click().run()
    assert not app.exception
    assert not list(imported_folder().glob("*"))
    assert values(app.success) == ["ResNet-20, mine is removed."]
    default = PHOTOGRAPHS["right"]
    assert values(app.warning) == [f"ResNet-20, mine is gone; this page shows {default} instead."]
    assert app.selectbox(key="right").value == default


def test_what_a_waiting_run_starts_from_is_not_removed(store, sleepers):
    label = catalogue.keep(weights(0), "mine.pth")
    start = str(catalogue.imported()[label])
    sleepers.submit(config("resnet20"))
    [waiting] = sleepers.submit(config("resnet20", recipe="finetune", start=start))
    assert store.run(waiting.id).status == "queued"
    with pytest.raises(catalogue.ImportsError, match=f"what {waiting.name} will start from"):
        catalogue.remove(label)
    assert list(catalogue.imported()) == [label]


def test_what_a_run_starts_from_is_not_removed_before_its_worker_has_a_copy(store, sleepers):
    label = catalogue.keep(weights(0), "mine.pth")
    start = catalogue.imported()[label]
    [run] = sleepers.submit(config("resnet20", recipe="finetune", start=str(start)))
    assert store.run(run.id).status == "running"
    with pytest.raises(catalogue.ImportsError, match=f"what {run.name} will start from"):
        catalogue.remove(label)
    assert kept_start(run.config, run.folder).read_bytes() == start.read_bytes()
    catalogue.remove(label)
    assert not start.exists()
