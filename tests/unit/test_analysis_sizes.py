"""The formula of a convolution's size against torch, and the pixels that it says are lost."""

import random

import pytest
import torch
from torch import nn

from resnet_viz import models
from resnet_viz.analysis.sliding_window import Window, WindowError
from resnet_viz.analysis.structure.sizes import size_walk


def settings(count: int) -> list[tuple[int, ...]]:
    """n, f, p, s, d at random, possible or not."""
    draw = random.Random(7)
    return [
        (
            draw.randint(1, 40),
            draw.randint(1, 9),
            draw.randint(0, 5),
            draw.randint(1, 6),
            draw.randint(1, 4),
        )
        for _ in range(count)
    ]


def convolution(f: int, p: int, s: int, d: int) -> nn.Conv1d:
    """One whose weights are all one."""
    layer = nn.Conv1d(1, 1, f, stride=s, padding=p, dilation=d, bias=False)
    nn.init.ones_(layer.weight)
    return layer


def test_the_formula_gives_torchs_size_or_refuses_what_torch_refuses():
    refused = 0
    for n, f, p, s, d in settings(2000):
        layer, line = convolution(f, p, s, d), torch.zeros(1, 1, n)
        try:
            window = Window(n, f, p, s, d)
        except WindowError:
            refused += 1
            with pytest.raises(RuntimeError, match="Kernel size can't be greater"):
                layer(line)
        else:
            assert window.output == layer(line).shape[-1], window
    assert 50 < refused < 1000


def test_the_taps_of_a_place_are_the_pixels_that_its_value_depends_on():
    for n, f, p, s, d in settings(150):
        if d * (f - 1) + 1 > n + 2 * p:
            continue
        window = Window(n, f, p, s, d)
        line = torch.zeros(1, 1, n, requires_grad=True)
        values = convolution(f, p, s, d)(line)[0, 0]
        touched = torch.zeros(n)
        for place, value in enumerate(values):
            [gradient] = torch.autograd.grad(value, line, retain_graph=True)
            inside = [pixel for pixel in window.taps(place) if 0 <= pixel < n]
            assert gradient[0, 0].nonzero().flatten().tolist() == inside, (window, place)
            touched += gradient[0, 0]
        assert (touched == 0).nonzero().flatten().tolist() == list(window.unread), window


@pytest.mark.parametrize(
    ("numbers", "rest", "unread"),
    [
        ((8, 3, 0, 2), 1, (7,)),  # 8 − 3 does not divide by 2: the last row is lost
        ((8, 3, 1, 2), 1, ()),  # the row that is lost is padding
        ((7, 3, 0, 2), 0, ()),
        ((4, 1, 0, 2), 1, (1, 3)),  # as on the shortcut of a projection
        ((5, 2, 0, 1, 4), 0, (1, 2, 3)),
    ],
)
def test_what_does_not_divide_is_lost(numbers, rest, unread):
    window = Window(*numbers)
    assert (window.rest, window.unread) == (rest, unread)


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ((8, 3, 0, 0), "The stride is a whole number from 1, or the kernel would never move on"),
        ((8, 3, -1), "The padding is a whole number from 0"),
        ((0, 1), "The size is a whole number from 1"),
        ((8, 0), "The kernel is a whole number from 1"),
        ((8, 3, 0, 1, 0), "The dilation is a whole number from 1"),
        ((8, 2.5), "not 2.5"),
        ((8, True), "not True"),
        (
            (4, 7, 1),
            "reaches over 7 pixels, but the picture with its padding has only 6",
        ),
        ((8, 3, 0, 1, 4), "reaches over 9 pixels"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(numbers, sentence):
    with pytest.raises(WindowError, match=sentence):
        Window(*numbers)


@pytest.mark.parametrize("place", [-1, 3])
def test_a_place_that_the_window_does_not_have_is_refused(place):
    with pytest.raises(WindowError, match="the places 0 to 2"):
        Window(7, 3, 0, 2).taps(place)


def test_the_articles_walk_through_resnet34():
    walk = size_walk(models.ARCHITECTURES["resnet34"], 300).set_index("layer")
    assert walk.loc[["conv1", "maxpool"], "side_in"].tolist() == [300, 150]
    assert walk.loc[["conv1", "maxpool"], "side"].tolist() == [150, 75]
    assert walk.loc[["conv1", "maxpool"], "channels"].tolist() == [64, 64]
    assert walk["side"].iloc[-1] == 1


@pytest.mark.parametrize("name", models.ARCHITECTURES)
def test_every_network_gives_the_sizes_of_the_formula(name):
    row = models.ARCHITECTURES[name]
    for size in (97, 300):
        walk = size_walk(row, size)
        assert (walk["side"] == walk["formula"]).all()
        assert (walk["side"][:-1].to_numpy() == walk["side_in"][1:].to_numpy()).all()
        convolutions = (walk["kind"] == "Conv2d").sum()
        assert convolutions == row.depth - 1  # all weighted layers but the last, which is linear
