"""The command `attribute`: files of maps, what was asked for, and refusals."""

import io
import json

import numpy as np
import pytest
import torch
from PIL import Image

from resnet_viz import analysis, cli, models
from resnet_viz.cli.attributing import SUMMARY, named, target_of
from tests.unit.analysis_support import BRIGHTNESS
from tests.unit.cli_support import Terminal, checkpoint, refused


@pytest.fixture
def files(tmp_path):
    """A network of the classes a, b and c, and two pictures of one name."""
    checkpoint(tmp_path / "net.safetensors", blocks=(1, 1, 1))
    for folder, corner in (("one", (0, 0)), ("two", (40, 20))):
        (tmp_path / folder).mkdir()
        picture = Image.linear_gradient("L").convert("RGB").crop((*corner, 240, 200))
        picture.save(tmp_path / folder / "cat.png")
    pictures = [str(tmp_path / folder / "cat.png") for folder in ("one", "two")]
    return tmp_path, ["attribute", str(tmp_path / "net.safetensors"), *pictures]


def test_many_pictures_and_methods_are_one_call(files, capsys):
    folder, command = files
    out = folder / "out"
    methods = ["grad_cam", "occlusion"]
    asked = ["--target", "b", "--layer", "layer1", "--option", "window=0.5", "stride=0.5"]
    assert cli.main([*command, "--method", *methods, *asked, "--output", str(out)]) == 0
    assert "4 maps" in capsys.readouterr().out
    rows = json.loads((out / SUMMARY).read_text())
    assert [row["method"] for row in rows] == methods * 2
    assert len({row["map"] for row in rows}) == 4
    one = models.load(folder / "net.safetensors")
    for row in rows:
        picture = Image.open(row["picture"])
        options = {"window": 0.5, "stride": 0.5} if row["method"] == "occlusion" else {}
        layer = "layer1" if row["method"] == "grad_cam" else None
        expected = analysis.attribute(one, picture, row["method"], 1, layer, **options)
        np.testing.assert_allclose(np.load(out / row["map"]), expected.heatmap, atol=1e-6)
        assert (row["target"], row["rather_than"]) == ("b", None)
        probabilities = torch.tensor([row["probabilities"][name] for name in "abc"])
        torch.testing.assert_close(probabilities, expected.probabilities)
        assert [row["scores"][name] for name in "abc"] == pytest.approx(expected.logits.tolist())
        assert Image.open(out / row["overlay"]).size == (320, 320)


def test_what_was_assumed_of_an_imported_network_stands_with_its_maps(files, capsys):
    folder, command = files
    card = {"assumed": ["the size"]}
    checkpoint(folder / "net.safetensors", card=card, blocks=(1, 1, 1))
    assert cli.main([*command[:3], "--output", str(folder / "out")]) == 0
    assert "the size" in capsys.readouterr().out
    [row] = json.loads((folder / "out" / SUMMARY).read_text())
    assert row["assumed"] == ["the size"]


def test_one_class_rather_than_another_and_several_layers(files):
    folder, command = files
    out = folder / "out"
    code = cli.main(
        [*command[:3], "--target", "a-c", "--layer", "layer1", "layer2", "--output", str(out)]
    )
    assert code == 0
    [row] = json.loads((out / SUMMARY).read_text())
    assert (row["target"], row["rather_than"]) == ("a", "c")
    assert row["layer"] == "layer1 and layer2"


def test_a_target_is_a_name_or_a_number_and_names_come_first():
    classes = ("cat", "T-shirt", "2", "dog")
    assert target_of([], classes) is None
    assert target_of(["dog"], classes) == 3
    assert target_of(["3"], classes) == 3
    assert target_of(["2"], classes) == 2
    assert target_of(["T-shirt"], classes) == 1
    assert target_of(["T-shirt-cat"], classes) == (1, 0)
    assert target_of(["cat", "0"], classes) == (0, 0)
    assert target_of(["cat-1"], classes) == (0, 1)


def test_files_of_one_name_do_not_overwrite_each_other(tmp_path):
    paths = [tmp_path / name for name in ("a/cat.png", "b/cat.jpg", "cat-2.png")]
    assert [stem for _, stem in named(paths)] == ["cat", "cat-2", "cat-2-2"]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--method", "tea_leaves"], "choose from grad_cam, "),
        (["--target", "dog"], "There is no class 'dog': name one of a, b, c"),
        (["--target", "a", "b", "c"], "There is no class 'a b c'"),
        (["--target", "a-a"], "two different classes"),
        (["--layer", "layer9"], "no layer 'layer9'"),
        (["--option", "steps=3"], "Grad-CAM has no option 'steps'"),
        (["--method", "grad_cam", "rise", "--option", "steps=3"], "has no option 'steps'"),
        (["--method", "rise", "--option", "masks=many"], "masks is a whole number from 1 to 8,192"),
        (["--option", "steps"], "write it as KEY=VALUE"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_line(files, capsys, more, sentence):
    folder, command = files
    assert sentence in refused(capsys, *command, *more, "--output", str(folder / "out"))


def test_what_was_done_before_a_broken_picture_is_kept(files, capsys):
    folder, command = files
    (folder / "no.png").write_bytes(b"no picture")
    line = refused(capsys, *command, str(folder / "no.png"), "--output", str(folder / "out"))
    assert "no.png: " in line
    assert len(json.loads((folder / "out" / SUMMARY).read_text())) == 2


def test_progress_is_told_on_a_terminal(files, monkeypatch):
    folder, command = files
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    cli.main([*command, "--method", "grad_cam", "--output", str(folder / "out")])
    assert "Attributing … 50%" in screen.getvalue()
    assert "Attributing … 100%" in screen.getvalue()


def test_a_new_method_is_a_choice_of_the_command(monkeypatch, files):
    monkeypatch.setitem(analysis.METHODS, BRIGHTNESS.name, BRIGHTNESS)
    folder, command = files
    out = folder / "out"
    assert cli.main([*command, "--method", BRIGHTNESS.name, "--output", str(out)]) == 0
    assert np.load(out / f"cat-{BRIGHTNESS.name}.npy").shape == (32, 32)
    heard = io.StringIO()
    monkeypatch.setattr("sys.stdout", heard)
    with pytest.raises(SystemExit):
        cli.main(["attribute", "--help"])
    assert BRIGHTNESS.name in heard.getvalue()


def test_maps_are_put_to_the_test_with_the_settings_that_they_were_made_with(files):
    folder, command = files
    out, asked = folder / "out", {"target": 1, "layer": ["layer1"]}
    options = ["--target", "b", "--layer", "layer1", "--check", "removal", "sensitivity"]
    assert cli.main([*command[:3], *options, "--output", str(out)]) == 0
    [row] = json.loads((out / SUMMARY).read_text())
    assert list(row["checks"]) == ["removal", "sensitivity"]
    one, picture = models.load(folder / "net.safetensors"), Image.open(row["picture"])
    expected = analysis.sensitivity(one, picture, "grad_cam", **asked)
    assert row["checks"]["sensitivity"]["largest"] == pytest.approx(expected.largest)
    heatmap = torch.from_numpy(np.load(out / row["map"]))
    areas = analysis.removal(one, picture, {"map": heatmap}, 1).areas
    for way in ("insertion", "deletion"):
        assert set(row["checks"]["removal"][way]) == {"map", *analysis.CONTROLS}
        assert row["checks"]["removal"][way]["map"] == pytest.approx(areas[way].item())
