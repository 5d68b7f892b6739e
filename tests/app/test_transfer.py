"""The page Transfer: what is published, what was trained here, and never one for the other."""

import io
import json
import subprocess
import sys
import zipfile

import numpy as np
import pandas as pd
import pytest
import torch
import torchvision
from PIL import Image

from checkpoints import make_transfer
from resnet_viz import models
from resnet_viz.models import ARCHITECTURES, pretrained
from resnet_viz.models.architecture import PRETRAINED
from resnet_viz.models.published import IMAGENET_WEIGHTS
from resnet_viz.reporting import transfer
from resnet_viz.runs import transfer_study as record
from resnet_viz.ui.inputs import finetune_form
from resnet_viz.ui.topics import transfer as topics
from tests.app import runs
from tests.app.support import ROOT, alternatives, charts, numbers, open_page, texts, values
from tests.unit.runs_support import config
from tests.unit.test_data_folders import paint
from tests.unit.test_transfer_study import study


@pytest.fixture(autouse=True)
def offline(home, tmp_path, monkeypatch):
    """No weights in torchvision's cache, and no network to have them from."""
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path / "hub"))
    monkeypatch.setattr(torch.hub, "urlopen", lambda *_, **__: pytest.fail("a page asked for it"))


@pytest.fixture(scope="module")
def resnet18():
    """Weights of the test's own, in torchvision's format."""
    file = io.BytesIO()
    torch.save(torchvision.models.resnet18(weights=None).state_dict(), file)
    return file.getvalue()


def six(app) -> pd.DataFrame:
    [table] = [frame.value for frame in app.dataframe if "network" in frame.value]
    return table.set_index("network")


def tuned(store, launcher, **settings):
    """A finished run from ImageNet, as its worker would leave it."""
    run = launcher.submit(
        config("resnet18", recipe="finetune", start="imagenet", data="digits", **settings)
    )[0]
    classifier = models.Classifier(
        network=models.build("resnet18", seed=0, classes=10),
        classes=tuple("0123456789"),
        input_size=32,
        mean=(0.5,) * 3,
        std=(0.5,) * 3,
        card={"start": {"name": "IMAGENET1K_V1"}},
    )
    runs.train(store, run)
    classifier.save(run.folder / "network.safetensors")
    return runs.end(store, run, "finished")


def test_the_first_start_shows_what_is_published_and_no_number_of_its_own():
    app = open_page("transfer")
    table = six(app)
    assert len(table) == len(PRETRAINED) == 6
    for name in PRETRAINED:
        documented = pretrained.documented(name)[0]
        row = table.loc[ARCHITECTURES[name].title]
        assert row["parameters"] == documented.parameters
        assert row["gmacs"] == documented.gmacs
        assert row["imagenet"] == documented.accuracy
    assert table["article"].dropna().to_dict() == {"ResNet-18": 93.2, "ResNet-152": 96.5}
    assert table["article_loss"].dropna().to_dict() == {"ResNet-18": 0.19, "ResNet-152": 0.07}
    assert not set(transfer.MEASURED) & set(table)
    grey, rings, _ = charts(app)["transfer-parameters"]
    assert len(numbers(grey["y"])) == 6
    assert sorted(numbers(rings["y"])) == [93.2, 96.5]
    assert "fine-tuned here" not in json.dumps(charts(app))


def test_the_published_table_is_torchvisions_own():
    assert tuple(IMAGENET_WEIGHTS) == PRETRAINED
    for name, written in IMAGENET_WEIGHTS.items():
        said = pretrained.documented(name)[0]
        assert vars(written) == {field: getattr(said, field) for field in vars(written)}


def test_nobody_waits_for_torch_or_torchvision_to_see_the_page(home):
    script = """
import sys
from resnet_viz.ui.inputs import finetune_form
from resnet_viz.ui.shell import warm
from tests.app.support import open_page, texts

warm.start = lambda: None
finetune_form.estimate = finetune_form.lacking = lambda *_: None
app = open_page("transfer")
assert "ResNet-152" in texts(app)
print({"torch", "torchvision"} & set(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(("module", "takes"), [("estimate", set()), ("probe", {"torch"})])
def test_to_estimate_a_time_takes_torch_alone_and_not_in_the_server(module, takes):
    heavy = "{'torch', 'lightning'}"
    script = f"import sys, resnet_viz.training.{module}; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == str(takes), done.stderr


def test_what_is_missing_and_where_it_belongs_is_said():
    said = texts(open_page("transfer"))
    assert "`resnet18-f37072fd.pth` (45 MB)" in said
    assert f"`{pretrained.folder()}`" in said
    assert "CIFAR-10 is not on this machine" in said


def test_a_run_from_imagenet_stands_in_the_table_and_the_chart(store, sleepers):
    run = tuned(store, sleepers, seed=7, input_size=32, trunk_rate=0)
    app = open_page("transfer")
    row = six(app).loc["ResNet-18"]
    assert row["here"] == run.latest["test_accuracy"] == 84.0
    assert row["here_loss"] == run.latest["test_loss"]
    assert (row["seed"], row["weights"]) == (7, "IMAGENET1K_V1")
    assert row["recipe"] == "finetune, 5 epochs, 32 px, last layer alone"
    assert row["article"] == 93.2
    [here] = [t for t in charts(app)["transfer-parameters"] if t["name"] == "fine-tuned here"]
    assert list(numbers(here["y"])) == [84.0]
    assert any("ResNet-18: 84.0 % (" in text for text in alternatives(app))


def test_a_run_that_did_not_finish_does_not_stand_in_the_table(store, sleepers):
    [unfinished] = sleepers.submit(config("resnet18", recipe="finetune", start="imagenet"))
    runs.train(store, unfinished, 20)
    runs.end(store, unfinished, "stopped")
    assert "here" not in six(open_page("transfer"))


def test_one_press_queues_every_chosen_network(store, sleepers):
    app = open_page("transfer", networks=["ResNet-34", "ResNeXt-50 32x4d"], six_data="digits")
    app.selectbox(key="six_size").select(64)
    app.number_input(key="six_trunk").set_value(0.0)
    app.number_input(key="six_dropout").set_value(0.5)
    app.run()
    app.button(key="tune_six").click().run()
    assert not app.exception
    found = [run.config for run in reversed(store.runs())]
    assert [config.architecture for config in found] == ["resnet34", "resnext50_32x4d"]
    for described in found:
        assert (described.start, described.data) == ("imagenet", "digits")
        assert (described.input_size, described.is_frozen) == (64, True)
        assert described.options == {"dropout": 0.5}
    assert [run.status for run in reversed(store.runs())] == ["running", "queued"]


def test_the_estimate_measures_one_network_and_scales_by_multiply_adds():
    said = texts(open_page("transfer", networks=["ResNet-18", "ResNet-152"]))
    times = 1 + 11.514 / 1.814
    assert "About 41 s for ResNet-18 on this machine" in said
    assert f"about {round((31 + 10) * times / 60)} min for all" in said


def test_weights_that_were_put_into_the_folder_are_said_to_be_at_hand(resnet18):
    (pretrained.folder() / "mine.pth").write_bytes(resnet18)
    said = texts(open_page("transfer"))
    assert "At hand: ResNet-18: unknown weights in ResNet-18's layout." in said
    assert "ImageNet weights that are not on this machine" not in said


def test_an_uploaded_file_is_kept_or_refused_in_a_sentence(resnet18):
    state = finetune_form.st.session_state
    finetune_form._keep(io.BytesIO(resnet18))
    assert state.pop("weights_done").startswith("ResNet-18: unknown weights in ResNet-18's layout")
    finetune_form._keep(io.BytesIO(b"<html>Not found</html>"))
    assert "a web page saved" in state.pop("weights_problem")
    assert len(list(pretrained.folder().iterdir())) == 1


def test_a_useless_file_in_the_folder_is_named():
    (pretrained.folder() / "notes.pth").write_text("not weights")
    app = open_page("transfer")
    assert values(app.warning) == ["notes.pth is not a file of weights, or it is damaged."]


@pytest.fixture
def read_anew():
    """What ships is read again, in this test and after it."""
    topics.recorded.clear()
    yield
    topics.recorded.clear()


def test_the_recorded_study_is_drawn_and_put_into_words(monkeypatch, read_anew):
    recorded = study()
    better = recorded.rows["way"] == "all layers"
    recorded.rows.loc[better, "test_accuracy"] += 8
    monkeypatch.setattr(record, "shipped_study", lambda: recorded)
    app = open_page("transfer")
    lines = {line["name"]: line for line in charts(app)["transfer-images"]}
    assert lines.keys() == set(make_transfer.WAYS) == set(transfer.WAYS)
    assert list(numbers(lines["all layers"]["y"])) == [50, 60]
    assert list(numbers(lines["from scratch"]["y"])) == [42, 52]
    found, said = transfer.findings(recorded), texts(app)
    assert f"In the small study, {found[0].lower()}{found[1:]}" in said
    assert transfer.conditions(recorded) in values(app.caption)
    assert any(text.endswith(found) for text in alternatives(app))
    table = app.dataframe[0].value.set_index(["images", "way"])
    assert table.loc[(1000, "all layers"), "test"] == "60.0 (58.0 – 63.0)"
    assert table.loc[(1000, "all layers"), "train"] == "99.0 (99.0 – 99.0)"
    assert table.loc[(10, "from scratch"), "images_seen"] == 10_000


def test_what_was_recorded_comes_before_forms_that_take_hours_and_no_box_asks_for_a_folder():
    app = open_page("transfer")
    assert values(app.header) == [
        "A small study, recorded here",
        "The article's six networks, from ImageNet to CIFAR-10",
        "On your own pictures",
    ]
    assert next(iter(charts(app))) == "transfer-images"
    assert "Name the folder of pictures to train on." in values(app.caption)
    assert not any("Name the folder" in text for text in values(app.info))


def test_without_the_record_the_page_does_not_speak_of_the_study(monkeypatch, read_anew):
    monkeypatch.setattr(record, "shipped_study", lambda: None)
    app = open_page("transfer")
    assert "small study" not in texts(app)
    assert "transfer-images" not in charts(app)


def test_any_trained_network_starts_a_run_on_ones_own_pictures(store, sleepers, tmp_path):
    folder = tmp_path / "pets"
    for label in ("cat", "dog"):
        paint(folder / label, 4)
    app = open_page("transfer", **{"from": "ResNet-56 on digits"})
    assert app.button(key="tune_own").disabled
    app.text_input(key="own_data_folder").input(str(folder)).run()
    app.button(key="tune_own").click().run()
    [run] = store.runs()
    assert run.config.architecture == "resnet56"
    assert run.config.data == str(folder)
    assert run.config.start.endswith("resnet56-digits-seed0.safetensors")
    assert values(app.success)[0].startswith(f"{run.name} is in the queue")


def archive() -> bytes:
    """A zip of two classes of three small pictures each."""
    file, random = io.BytesIO(), np.random.default_rng(0)
    with zipfile.ZipFile(file, "w") as packed:
        for label in ("cats", "dogs"):
            for number in range(3):
                picture = io.BytesIO()
                pixels = random.integers(0, 256, (32, 32, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(picture, "PNG")
                packed.writestr(f"pets/{label}/{number}.png", picture.getvalue())
    return file.getvalue()


def test_a_zip_of_pictures_becomes_a_data_set_and_starts_a_run(store, sleepers):
    app = open_page("transfer", own_data="upload a zip")
    app.file_uploader(key="own_data_archive").upload("pets.zip", archive(), "application/zip").run()
    assert not app.exception
    assert app.selectbox(key="own_data").value == "pets"
    assert "pictures for training" in texts(app)
    app.button(key="tune_own").click().run()
    [run] = store.runs()
    assert run.config.data.endswith("pets")


def test_a_file_that_is_no_archive_is_a_sentence():
    app = open_page("transfer", own_data="upload a zip")
    app.file_uploader(key="own_data_archive").upload("pets.zip", b"no zip", "application/zip").run()
    assert not app.exception
    assert len(app.error) == 1
    assert app.button(key="tune_own").disabled


def test_a_link_carries_both_forms_of_the_page(store, sleepers):
    link = {"six_data": "digits", "six_epochs": "2", "six_dropout": "0.5", "own_seed": "inf"}
    app = open_page("transfer", **link)
    [warning] = values(app.warning)
    assert "`inf`, which is not here; this page shows 0 instead" in warning
    app.button(key="tune_six").click().run()
    [run] = store.runs()
    assert (run.config.epochs, run.config.options) == (2, {"dropout": 0.5})


def test_a_folder_that_is_not_there_is_a_sentence(store, sleepers):
    app = open_page("transfer")
    app.text_input(key="own_data_folder").input("/nowhere/at/all").run()
    assert not app.exception
    assert "There is no folder /nowhere/at/all; check the path." in values(app.error)[0]
    assert app.button(key="tune_own").disabled
    assert store.runs() == []
