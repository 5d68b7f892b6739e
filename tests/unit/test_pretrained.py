"""ImageNet weights: recognised by their contents, never by their names, and never run."""

import hashlib
import io
import pickle
import socket
import time

import pooch
import pytest
import requests
import torch
import torchvision

from resnet_viz import models
from resnet_viz.models import CheckpointError, pretrained
from resnet_viz.models.architecture import PRETRAINED

PARAMETERS = {  # torchvision's documentation, in reference to which the product is checked
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "resnext50_32x4d": 25_028_904,
}


@pytest.fixture(autouse=True)
def offline(home, tmp_path, monkeypatch):
    """A home and a cache of torchvision's without weights, and no network."""
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path / "hub"))

    def refuse(*_, **__):
        raise requests.ConnectionError

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", refuse)


@pytest.fixture(scope="module")
def resnet18():
    """A file as torchvision writes it, with weights of the test's own."""
    torch.manual_seed(0)
    file = io.BytesIO()
    torch.save(torchvision.models.resnet18(weights=None).state_dict(), file)
    return file.getvalue()


@pytest.fixture
def genuine(resnet18, monkeypatch):
    """torchvision's entry for ResNet-18, published with the hash of the test's file."""
    entry = torchvision.models.ResNet18_Weights.IMAGENET1K_V1
    digest = hashlib.sha256(resnet18).hexdigest()[:8]
    monkeypatch.setattr(entry.value, "url", f"https://example.org/resnet18-{digest}.pth")
    return f"resnet18-{digest}.pth"


def put(name, content):
    path = pretrained.folder() / name
    path.write_bytes(content)
    return path


def test_the_six_networks_are_those_that_torchvision_documents():
    assert set(PRETRAINED) == set(PARAMETERS)
    for name, parameters in PARAMETERS.items():
        first = pretrained.documented(name)[0]
        assert first.version == "IMAGENET1K_V1"
        assert first.parameters == parameters
        assert 1.8 < first.gmacs < 11.6
        assert 69 < first.accuracy < 79
    assert [len(pretrained.documented(name)) for name in ("resnet18", "resnet50")] == [1, 2]


def test_weights_are_known_by_their_hash_whatever_the_file_is_called(genuine, resnet18):
    put("my holiday.pth", resnet18)
    found = pretrained.at_hand()["resnet18"]
    assert found.title == "IMAGENET1K_V1"
    assert found.weights.file_name == genuine


def test_a_network_with_its_weights_computes_and_sees_what_torchvisions_does(genuine, resnet18):
    put(genuine, resnet18)
    classifier = pretrained.pretrained("resnet18")
    theirs = torchvision.models.resnet18(weights=None).eval()
    theirs.load_state_dict(torch.load(io.BytesIO(resnet18), weights_only=True))
    images = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        assert torch.allclose(classifier.network(images), theirs(images), atol=1e-4)
    entry = torchvision.models.ResNet18_Weights.IMAGENET1K_V1
    assert list(classifier.classes) == entry.meta["categories"]
    assert (classifier.input_size, classifier.crop_fraction) == (224, 224 / 256)
    assert classifier.mean == tuple(entry.transforms().mean)
    assert classifier.card["name"] == "IMAGENET1K_V1"


def test_unknown_weights_are_known_by_their_layout_and_called_unknown(resnet18):
    put("resnet50-0676ba61.pth", resnet18)
    assert pretrained.at_hand().keys() == {"resnet18"}
    classifier = pretrained.pretrained("resnet18")
    assert classifier.card["name"] == "unknown weights in ResNet-18's layout"


def test_torchvisions_own_weights_are_taken_before_unknown_ones(genuine, resnet18):
    put("a.pth", resnet18 + b"\0")
    put("b.pth", resnet18)
    assert pretrained.at_hand()["resnet18"].path.name == "b.pth"


def test_the_newer_weights_serve_where_the_older_are_not(monkeypatch, resnet18):
    entry = torchvision.models.ResNet50_Weights.IMAGENET1K_V2
    digest = hashlib.sha256(resnet18).hexdigest()[:8]
    monkeypatch.setattr(entry.value, "url", f"https://example.org/resnet50-{digest}.pth")
    put("weights.pth", resnet18)
    assert pretrained.at_hand()["resnet50"].title == "IMAGENET1K_V2"


def test_torchvisions_cache_counts_as_at_hand(genuine, resnet18, tmp_path):
    cache = tmp_path / "hub" / "checkpoints"
    cache.mkdir(parents=True)
    (cache / genuine).write_bytes(resnet18)
    assert pretrained.pretrained("resnet18").card["name"] == "IMAGENET1K_V1"
    (cache / genuine).write_bytes(resnet18[:-1000])
    with pytest.raises(CheckpointError, match="cache are damaged: delete"):
        pretrained.pretrained("resnet18")


@pytest.mark.parametrize("name", PRETRAINED)
def test_without_weights_and_network_one_sentence_says_which_file_belongs_where(name):
    with pytest.raises(CheckpointError) as refusal:
        pretrained.pretrained(name)
    text = str(refusal.value)
    assert pretrained.documented(name)[0].file_name in text
    assert str(pretrained.folder()) in text
    assert "(no connection to download.pytorch.org)" in text
    assert "upload it" in text
    assert "\n" not in text
    assert text.count(". ") == 0


def test_what_is_downloaded_is_checked_and_stays_in_torchvisions_cache(
    genuine, resnet18, tmp_path, monkeypatch
):
    cache, served = tmp_path / "hub" / "checkpoints", [resnet18[:-1000], resnet18]

    def serve(_, url, target, *__, **___):
        assert url == f"https://example.org/{genuine}"
        with open(target, "wb") as file:
            file.write(served.pop(0))

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", serve)
    before = socket.getdefaulttimeout()
    with pytest.raises(CheckpointError, match=r"could not be downloaded \(what came is damaged\)"):
        pretrained.pretrained("resnet18")
    assert list(cache.iterdir()) == []
    assert pretrained.pretrained("resnet18").card["name"] == "IMAGENET1K_V1"
    assert [path.name for path in cache.iterdir()] == [genuine]
    assert pretrained.pretrained("resnet18").card["name"] == "IMAGENET1K_V1"  # not again
    assert socket.getdefaulttimeout() == before


def test_a_network_that_torchvision_has_no_weights_for_is_refused():
    with pytest.raises(CheckpointError, match="no ImageNet weights for plain18"):
        pretrained.pretrained("plain18")


def test_an_upload_is_kept_under_the_name_that_its_contents_decide(genuine, resnet18):
    assert pretrained.keep(io.BytesIO(resnet18)).path == pretrained.folder() / genuine
    unknown = resnet18 + b"\0"
    kept = pretrained.keep(io.BytesIO(unknown))
    assert kept.path.name == f"resnet18-{hashlib.sha256(unknown).hexdigest()[:8]}.pth"
    assert kept.path.read_bytes() == unknown
    assert sorted(path.name for path in pretrained.folder().iterdir()) == sorted(
        [genuine, kept.path.name]
    )


def bytes_of(content):
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (lambda: b"", "The file was refused: it is empty"),
        (lambda: b"<html>Not found</html>", "The file was refused: it is a web page"),
        (lambda: bytes_of({"epoch": 3}), "The file was refused: it holds no named tensors"),
        (
            lambda: bytes_of(models.build("resnet20").state_dict()),
            "The file fits none of the six networks",
        ),
        (
            lambda: bytes_of(models.build("resnet18", classes=10).state_dict()),
            "The file holds ResNet-18 for other classes than ImageNet's 1,000",
        ),
    ],
)
def test_an_upload_of_no_use_is_refused_in_a_sentence_and_not_kept(content, sentence):
    with pytest.raises(CheckpointError) as refusal:
        pretrained.keep(io.BytesIO(content()))
    assert str(refusal.value).startswith(sentence)
    assert list(pretrained.folder().iterdir()) == []


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.mark.parametrize("zipped", [True, False])
def test_a_malicious_pickle_executes_nothing_and_is_named(tmp_path, zipped):
    executed = tmp_path / "executed"
    if zipped:
        put("resnet18-f37072fd.pth", bytes_of({"conv1.weight": Bomb(str(executed))}))
    else:
        put(
            "resnet18-f37072fd.pth", pickle.dumps({"conv1.weight": Bomb(str(executed))}, protocol=2)
        )
    [found] = pretrained.files()
    assert "resnet18-f37072fd.pth" in found.problem
    assert pretrained.at_hand() == {}
    with pytest.raises(CheckpointError):
        pretrained.pretrained("resnet18")
    assert not executed.exists()


def test_files_in_pytorchs_older_format_are_recognised_too():
    file = io.BytesIO()
    state = torchvision.models.resnet18(weights=None).state_dict()
    torch.save(state, file, _use_new_zipfile_serialization=False)
    put("old.pth", file.getvalue())
    assert pretrained.at_hand().keys() == {"resnet18"}


def test_looking_again_reads_no_file_again(resnet18, monkeypatch):
    path = put("a.pth", resnet18)
    pretrained.at_hand()
    monkeypatch.setattr(pretrained, "_sha256", lambda path: pytest.fail("read again"))
    started = time.perf_counter()
    assert pretrained.at_hand().keys() == {"resnet18"}
    assert time.perf_counter() - started < 1
    monkeypatch.undo()
    path.unlink()


def test_a_file_that_changed_is_looked_at_again(resnet18):
    put("a.pth", resnet18)
    assert pretrained.at_hand()
    put("a.pth", resnet18[:-5000])
    assert not pretrained.at_hand()


def test_a_full_disk_is_a_sentence(resnet18, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pretrained.shutil, "copyfileobj", full)
    with pytest.raises(CheckpointError, match=r"could not be kept in .*No space left on device"):
        pretrained.keep(io.BytesIO(resnet18))
    assert list(pretrained.folder().iterdir()) == []
