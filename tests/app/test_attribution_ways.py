"""Attribution looks in three ways, asks for any class, and gives all it shows as files."""

import io
import threading
import time
import zipfile
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from PIL import Image
from scipy.stats import spearmanr

from resnet_viz import analysis, data, models
from resnet_viz.analysis import METHODS
from resnet_viz.analysis.attribution import explaining
from resnet_viz.analysis.attribution.batches import TOO_LITTLE
from resnet_viz.analysis.class_maps import class_map
from resnet_viz.charts import MASKED, OVERLAY
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.inputs.picture_form import sample_of
from resnet_viz.ui.results import analyses
from resnet_viz.ui.results.long_work import Place, Turns
from resnet_viz.ui.topics import attribution, attribution_files, learning
from resnet_viz.ui.topics.attribution import BOTH, NOTHING, OTHER, PREDICTED, Asked, Look, Shown
from resnet_viz.ui.topics.attribution_controls import ALL_DEPTHS, MANY_METHODS
from tests.app.support import alternatives, captions, charts, numbers, open_page, texts, values
from tests.unit.analysis_support import QUICK, classifier

SMALL = {"left": "plain-20 on digits", "right": "ResNet-20 on digits"}
GRID = SMALL | {"compare": MANY_METHODS}
DEPTHS = SMALL | {"compare": ALL_DEPTHS}
NETWORKS = ("plain20", "resnet20")


@pytest.fixture(autouse=True)
def _as_they_are_now(monkeypatch):
    """What the networks did while they learned, which other tests look at, takes time."""
    monkeypatch.setattr(learning, "section", lambda *_, **__: None)


def network(name: str) -> models.Classifier:
    return models.load(shipped_checkpoint(f"{name}-digits-seed0"))


def digit(number: int = 0):
    return sample_of(data.load("digits"), number)


def cells(app) -> list[str]:
    """The methods whose maps are drawn."""
    return [alt.partition(" of ")[0] for alt in alternatives(app) if "strongest at" in alt]


def test_the_grid_shows_the_cheap_methods_and_how_alike_the_networks_are():
    app = open_page("attribution", **GRID)
    cheap = [row for row in METHODS.values() if not row.slow]
    assert cells(app) == [row.title for row in cheap]
    assert not [one for one in app.markdown if (one.help or "").startswith("None")]
    wanted = {}
    for row in cheap:
        maps = [
            analysis.attribute(network(name), digit().image, row.name, 3).heatmap
            for name in NETWORKS
        ]
        wanted[row.title] = spearmanr(*(one.flatten().numpy() for one in maps)).statistic
    said = [text for text in values(app.caption) if text.startswith("rank correlation")]
    assert said == [f"rank correlation {value:.2f}".replace("-", "−") for value in wanted.values()]
    best, worst = max(wanted, key=wanted.get), min(wanted, key=wanted.get)
    assert f"Of {len(cheap)} methods, {best} " in texts(app)
    assert f"{worst} the least similar" in texts(app)
    # The default layer of the digits is not the last, so the equations of no two are one.
    assert "draw the same maps" not in texts(app)
    last = open_page("attribution", **GRID, layer="layer3")
    assert "Grad-CAM, XGrad-CAM and HiResCAM draw the same maps here" in texts(last)


@pytest.fixture
def _quick(monkeypatch):
    """Slow methods that are over soon, and not known yet."""
    for name, options in QUICK.items():
        row = METHODS[name]
        quick = replace(row, explain=partial(row.explain, **options))
        monkeypatch.setitem(METHODS, name, quick)
    analyses.forget_attributions()
    yield
    analyses.forget_attributions()


@pytest.mark.usefixtures("_quick")
def test_slow_methods_come_last_and_are_stopped_and_taken_up_again(monkeypatch):
    chosen = [METHODS[name].title for name in ("rise", "grad_cam", "occlusion")]
    begun = []

    def attribute(*arguments, **options):
        begun.append(arguments[2])
        if len(begun) == 2:  # the visitor presses the button meanwhile
            st.session_state["slow methods stopped"] = True
            st.rerun()
        return original(*arguments, **options)

    original = explaining.attribute
    monkeypatch.setattr(explaining, "attribute", attribute)
    app = open_page("attribution", **GRID, methods=chosen)
    assert begun == ["occlusion", "occlusion"]
    assert cells(app) == ["Grad-CAM"]
    assert texts(app).count("was not computed") == 2
    app.button(key="stop slow methods").click().run()
    assert not app.exception
    assert begun[2:] == ["occlusion", "rise", "rise"]  # the left network's is known
    assert cells(app) == ["Grad-CAM", "Occlusion", "RISE"]
    assert "Of 3 methods" in texts(app)
    assert not app.get("progress")
    app.run()
    assert len(begun) == 5


def test_all_depths_are_one_pass_of_each_network_and_say_where_maps_resemble_the_last(monkeypatch):
    passes = []
    original = explaining.cam_pass
    monkeypatch.setattr(
        explaining, "cam_pass", lambda *a, **o: passes.append(a[3]) or original(*a, **o)
    )
    app = open_page("attribution", **DEPTHS, film_method="HiResCAM")
    blocks = list(network("resnet20").network.blocks())
    assert passes == [blocks, blocks]
    strips = [alt for alt in alternatives(app) if "one at the end of each block" in alt]
    assert [strip.split()[0] for strip in strips] == ["HiResCAM"] * 6  # three stages, two networks
    lines = charts(app)["agreement-by-block"]
    for name, line in zip(NETWORKS, lines, strict=True):
        maps = [
            analysis.attribute(network(name), digit().image, "hires_cam", 3, block).heatmap
            for block in blocks
        ]
        wanted = [spearmanr(one.flatten(), maps[-1].flatten()).statistic for one in maps]
        np.testing.assert_allclose(numbers(line["y"]), wanted, atol=1e-9)
    assert "Maps resemble the last" in texts(app)


def sides(*names: str) -> list[SimpleNamespace]:
    """Stand-ins for the two sides, with networks of random weights."""
    nets = [classifier("resnet20", seed=seed, blocks=(1, 1, 1)) for seed in (0, 1)]
    return [
        SimpleNamespace(
            key=key,
            label=key,
            classifier=replace(net, classes=tuple(f"{name}{n}" for n in range(10))),
            architecture=net.architecture,
        )
        for key, net, name in zip(("left", "right"), nets, names, strict=True)
    ]


def asked(side, both, **what):
    said = {"target": BOTH, "rather_than": NOTHING, "layer": "automatic"} | what
    return attribution.target_of(side, both, digit(), Asked(**said))


def test_a_network_is_asked_for_the_others_class_and_for_its_own_rather_than_that():
    both = sides("c", "c")
    best = [int(analysis.predict(side.classifier, digit().image)["index"].iloc[0]) for side in both]
    assert best[0] != best[1]  # or the test would show nothing
    assert asked(both[0], both, target=OTHER) == (best[1], "")
    assert asked(both[1], both, target=OTHER) == (best[0], "")
    assert asked(both[0], both, target=PREDICTED) == (None, "")
    assert asked(both[0], both, target="c7", rather_than="c2") == ((7, 2), "")
    assert asked(both[0], both, target=PREDICTED, rather_than=OTHER) == ((best[0], best[1]), "")
    number, note = asked(both[0], both, target="c2", rather_than="c2")
    assert number == 2
    assert note


def test_a_class_that_the_network_does_not_have_is_said_and_its_own_is_shown():
    both = sides("c", "d")
    for what in ({"target": OTHER}, {"target": PREDICTED, "rather_than": OTHER}):
        number, note = asked(both[0], both, **what)
        assert number is None
        assert "has no class called d" in note


def test_a_method_that_asks_for_no_class_says_so_where_one_is_compared_with_another():
    link = {"method": "Eigen-CAM", "target": "3"}
    app = open_page("attribution", **SMALL, **link, rather_than="5")
    assert len(app.error) == 2
    assert all("Eigen-CAM asks for no class" in error for error in values(app.error))
    assert [c for c in captions(open_page("attribution", **SMALL, **link)) if "whatever" in c]
    app = open_page("attribution", **SMALL, target="3", rather_than="5")
    assert "Both maps explain: **3 rather than 5**." in texts(app)


def test_memory_that_is_short_is_one_sentence_and_the_rest_of_the_page_stays(monkeypatch):
    def short(*_, **__):
        raise MemoryError

    monkeypatch.setattr(explaining, "cam_pass", short)
    analyses.forget_attributions()
    app = open_page("attribution", **GRID)
    analyses.forget_attributions()
    rest = [row.title for row in METHODS.values() if not row.slow and row.weigh is None]
    assert set(cells(app)) == set(rest)
    assert set(values(app.error)) == {TOO_LITTLE}
    assert texts(app).count("What to notice") == 1


def test_only_so_many_visitors_compute_at_once_and_the_others_are_told(monkeypatch):
    turns, said, running, most = Turns(2), [], [], []
    lock, begin = threading.Lock(), threading.Event()

    class Bar:
        def progress(self, share, text):
            said.append(text)

        def empty(self):
            pass

    monkeypatch.setattr(st, "progress", lambda *_, **__: Bar())

    def compute(tell):
        with lock:
            running.append(1)
            most.append(len(running))
        begin.wait(0.5)
        with lock:
            running.pop()
        return "found"

    places = [Place() for _ in range(6)]
    visitors = [
        threading.Thread(target=place.result, args=("Slow …", compute, turns)) for place in places
    ]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert [place.found for place in places] == ["found"] * 6
    assert max(most) == 2
    assert any("busy with 2 others; you are next" in text for text in said)
    assert any("before you" in text for text in said)


def test_whoever_moves_on_gives_the_turn_back():
    turns = Turns(1)
    with pytest.raises(InterruptedError), turns.take(lambda before: None):
        raise InterruptedError
    with turns.take(lambda before: pytest.fail("nobody has the turn")):
        pass


def test_who_computes_already_comes_behind_who_does_not():
    turns, said = Turns(1), []

    def come(who: str) -> threading.Thread:
        def work() -> None:
            with turns.take(lambda before: None, who):
                said.append(who)

        thread = threading.Thread(target=work)
        thread.start()
        while len(turns._waiting) < len(threads) + 1:
            time.sleep(0.01)
        return thread

    threads: list[threading.Thread] = []
    with turns.take(lambda before: None, "ada"):
        threads += [come("ada")]
        threads += [come("eve")]
        turns.most = 2
        threads[1].join(5)
        threads[0].join(5)
    assert said == ["eve", "ada"]


def test_the_archive_holds_every_map_as_numbers_and_as_a_picture():
    both = sides("c", "c")
    wanted = Asked(PREDICTED, NOTHING, "automatic")
    shown = Shown(digit(), Look(OVERLAY, 60, 20, shared=False))
    for method in ("grad_cam", "saliency"):
        shown.answers += [attribution.answer(side, both, digit(), method, wanted) for side in both]
    with zipfile.ZipFile(io.BytesIO(attribution_files.archive(shown))) as file:
        table = pd.read_csv(file.open(attribution_files.NUMBERS))
        assert len(file.namelist()) == 2 * 4 + 1
        for row, answer in zip(table.itertuples(), shown.answers, strict=True):
            heatmap = np.load(io.BytesIO(file.read(f"{row.file}.npy")))
            np.testing.assert_array_equal(heatmap, answer.found.heatmap)
            assert row.sum == pytest.approx(float(heatmap.sum()))
            assert row.target == row.predicted
            assert Image.open(file.open(f"{row.file}.png")).format == "PNG"
    sheet = Image.open(io.BytesIO(attribution_files.sheet(shown)))
    assert sheet.height > 2 * 192


def test_on_a_shared_scale_both_maps_have_one_strongest_colour(monkeypatch):
    tops = []
    original = analyses.overlay

    def overlay(*arguments):
        tops.append(arguments[-1])
        return original(*arguments)

    monkeypatch.setattr(analyses, "overlay", overlay)
    open_page("attribution", **SMALL, target="3", map_scale="shared by both networks")
    peaks = [
        float(analysis.attribute(network(name), digit().image, "grad_cam", 3).heatmap.max())
        for name in NETWORKS
    ]
    assert tops == [pytest.approx(max(peaks))] * len(tops)
    assert tops


def test_a_mask_is_said_instead_of_the_colours():
    app = open_page("attribution", **SMALL, drawn=MASKED, strongest="30")
    assert "the 30 % of the pixels where the map is strongest" in texts(app)
    assert "0 … strongest in each map" not in captions(app)


def test_a_pixel_says_its_value_and_its_rank():
    app = open_page("attribution", **SMALL, target="3", pixel="true", map_row="2", map_column="5")
    for name, label in zip(NETWORKS, SMALL.values(), strict=True):
        heatmap = analysis.attribute(network(name), digit().image, "grad_cam", 3).heatmap
        rank = 1 + int((heatmap > heatmap[2, 5]).sum())
        assert f"{label}: {heatmap[2, 5]:.2g}, number {rank} of 64 by strength." in texts(app)
    assert {"press-left", "press-right"} <= set(charts(app))


def test_a_class_is_averaged_over_its_test_pictures():
    app = open_page("attribution", **SMALL, class_mean="true", mean_class="7")
    test = data.load("digits").test
    for name, label in zip(NETWORKS, SMALL.values(), strict=True):
        found = class_map(network(name), test, 7)
        layer = analysis.default_layer(network(name))
        assert f"{label}: mean of {found.pictures} maps of {layer} for 7" in texts(app)
        assert f"right about {found.right}." in texts(app)


@pytest.mark.usefixtures("_quick")
def test_a_slow_method_is_averaged_over_no_class():
    app = open_page("attribution", **SMALL, class_mean="true", method="Occlusion")
    assert "Occlusion takes too many passes for hundreds of pictures" in texts(app)
    assert "mean_class" not in {one.key for one in app.selectbox}
