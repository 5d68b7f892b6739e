"""Where a run trains and in which precision, and how long it is expected to take."""

import dataclasses
import subprocess
import sys
import threading

import psutil
import pytest
import torch

from resnet_viz.training import RunConfig, estimate, probe
from resnet_viz.training import placement as placing
from resnet_viz.training.errors import TooLarge, Unmeasured
from resnet_viz.training.placement import placement

CPU = RunConfig.from_recipe("resnet20", device="cpu")


@pytest.fixture(params=[True, False], ids=["bfloat16", "float32 only"])
def bfloat16(request, monkeypatch):
    """A CPU with instructions for bfloat16, and one without."""
    found = {"avx512_bf16": request.param, "architecture": "x86_64"}
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found, raising=False)
    return request.param


def test_a_cpu_that_computes_in_bfloat16_does_so_where_it_pays(bfloat16):
    assert placement(CPU, 8).precision == "32-true"
    assert placement(CPU, 32).precision == ("bf16-mixed" if bfloat16 else "32-true")


def test_an_older_pytorch_that_cannot_tell_computes_in_float32(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert placement(CPU, 224).precision == "32-true"


def test_the_precision_that_the_person_chose_is_kept(bfloat16):
    for precision in ("32-true", "bf16-mixed", "16-mixed"):
        config = RunConfig.from_recipe("resnet20", device="cpu", precision=precision)
        assert {placement(config, size).precision for size in (8, 32)} == {precision}


def test_gpus_of_one_kind_are_counted_so_that_their_title_stays_short(monkeypatch):
    """The store has room for 64 characters."""
    monkeypatch.setitem(placing._AVAILABLE, "cuda", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 8)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda gpu: "NVIDIA H100 80GB HBM3")
    config = RunConfig.from_recipe("resnet20", device="cuda:0,1,2,3,4,5,6,7")
    place = placement(config, 32)
    assert place.title == "8 × NVIDIA H100 80GB HBM3, bfloat16"
    assert place.is_shared
    assert config.processes == len(place.devices) == 8


def test_the_estimate_counts_every_step_and_every_evaluation(monkeypatch):
    monkeypatch.setattr(estimate, "_measured", lambda config, size: (2.0, 0.5))
    config = RunConfig.from_recipe("resnet20", epochs=3, batch_size=50)
    assert estimate.seconds(config, training=1000, test=200, size=8) == 3 * (2 * 20 + 0.5 * 4)


def test_the_estimate_measures_one_processs_share_of_several(monkeypatch):
    measured = []
    monkeypatch.setattr(estimate, "_measured", lambda few, _: measured.append(few) or (2.0, 0.5))
    config = RunConfig.from_recipe("resnet20", epochs=3, batch_size=50, device="cpu:2")
    assert estimate.seconds(config, training=1000, test=200, size=8) == 3 * (2 * 20 + 0.5 * 4)
    other = dataclasses.replace(config, device="cuda:1,3")
    estimate.seconds(other, training=1000, test=200, size=8)
    assert [(few.device, few.batch_size) for few in measured] == [("cpu", 25), ("cuda:1", 25)]


def test_the_estimate_measures_no_more_images_than_the_server_can_spare(monkeypatch):
    measured = []

    def measure(config, size):
        measured.append(config.batch_size)
        return 2.0, 0.5

    monkeypatch.setattr(estimate, "_measured", measure)
    config = RunConfig.from_recipe("resnet20", epochs=1, batch_size=4096)
    taken = estimate.seconds(config, training=6400, test=640, size=8)
    assert measured == [64]
    assert taken == 2 * 100 + 0.5 * 10


@pytest.mark.parametrize(
    ("options", "size", "images"),
    [({}, 32, 64), ({"stem_width": 2048}, 32, 43), ({}, 224, 10)],
    ids=["as usual", "a wide stem", "large pictures"],
)
def test_the_estimate_measures_what_the_server_has_room_for(monkeypatch, options, size, images):
    measured = []
    monkeypatch.setattr(
        estimate, "_measured", lambda config, size: measured.append(config.batch_size) or (1.0, 0.1)
    )
    config = RunConfig.from_recipe("resnet20", options={"shortcut": "B"} | options)
    estimate.seconds(config, training=640, test=64, size=size)
    assert measured == [images]


@pytest.mark.parametrize(
    ("name", "options", "size"),
    [
        ("resnet18", {"widths": (4096,) * 4, "blocks": (1, 1, 1, 0)}, 32),
        ("resnet50", {"width_per_group": 256}, 32),
        ("resnet20", {"stem_width": 4096, "shortcut": "B"}, 224),
    ],
)
def test_the_estimate_builds_no_network_that_is_too_large_for_a_server(
    monkeypatch, name, options, size
):
    monkeypatch.setattr(estimate, "_measured", None)
    config = RunConfig.from_recipe(name, options=options)
    with pytest.raises(TooLarge, match="too large to be measured on this server"):
        estimate.seconds(config, training=640, test=64, size=size)


@pytest.mark.parametrize(
    ("precision", "kind"), [("32-true", torch.float32), ("bf16-mixed", torch.bfloat16)]
)
def test_the_estimate_measures_steps_of_the_runs_own_kind(monkeypatch, precision, kind):
    timed, seen = [], []
    monkeypatch.setattr(probe, "_fastest", lambda action, _: timed.append(action) or len(timed))
    monkeypatch.setattr(
        probe,
        "cross_entropy",
        lambda logits, labels: (
            seen.append((logits.dtype, logits.shape[0], logits.requires_grad))
            or torch.nn.functional.cross_entropy(logits, labels)
        ),
    )
    config = RunConfig.from_recipe(
        "resnet20", device="cpu", precision=precision, batch_size=4, threads=1
    )
    assert probe.probe(config, 32) == (1, 2)
    for action in timed:
        action()
    assert seen == [(kind, 4, True), (kind, 4, False)]


@pytest.fixture
def _two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def prober():
    """One process for all tests that measure in one, for it takes long to begin."""
    made = estimate.Prober()
    yield made
    made.end()


@pytest.mark.usefixtures("_two_threads")
def test_an_estimate_leaves_the_servers_threads_as_they_were(prober, monkeypatch):
    monkeypatch.setattr(estimate, "_prober", prober)
    config = RunConfig.from_recipe("resnet20", device="cpu", threads=1, batch_size=4)
    assert estimate.seconds(config, training=1400, test=397, size=8) > 0
    found = [torch.get_num_threads()]
    later = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    later.start()
    later.join()
    assert found == [2, 2]


def test_an_estimate_that_takes_too_long_is_given_up_and_its_process_ended(monkeypatch):
    monkeypatch.setattr(estimate, "PATIENCE", 0.1)
    monkeypatch.setattr(estimate, "_prober", estimate.Prober())
    before = set(psutil.Process().children())
    with pytest.raises(Unmeasured, match="once it trains"):
        estimate.seconds(CPU, training=1400, test=397, size=8)
    assert set(psutil.Process().children()) == before


def test_an_estimate_ends_with_the_server_that_asked_for_it():
    """A process that is gone, however it ended, has closed the pipe that it held."""
    command = [sys.executable, "-m", estimate.__name__]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (1, b"")


def test_the_next_estimate_asks_the_same_process_or_another_where_that_is_gone(prober):
    config = RunConfig.from_recipe("resnet20", device="cpu", threads=1, batch_size=4)
    assert len(prober.ask(config, 8)) == 2
    first = prober._process
    assert len(prober.ask(config, 8)) == 2
    assert prober._process is first
    first.kill()
    first.wait()  # as one that has ended by itself, because nobody asked for long
    assert len(prober.ask(config, 8)) == 2
    assert prober._process is not first
    refused = RunConfig.from_recipe("resnet20", device="cuda:77")
    assert isinstance(prober.ask(refused, 8), str)
