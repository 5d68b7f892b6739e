"""Learning y = x: against PyTorch's own optimiser, and what the shortcut makes of it."""

import pytest
import torch

from resnet_viz import analysis
from resnet_viz.analysis.experiments import identity


def losses(frame, shortcut, seed=0):
    return frame[(frame["shortcut"] == shortcut) & (frame["seed"] == seed)]["loss"].tolist()


@pytest.mark.parametrize("shortcut", [False, True])
def test_it_descends_as_pytorchs_own_optimiser_does(shortcut):
    width, rate, steps, seed = 8, 0.1, 20, 1
    x = identity._drawn(seed, identity.IMAGES, width).relu()
    first, second = (torch.nn.Linear(width, width, bias=False) for _ in range(2))
    with torch.no_grad():
        for layer, linear in ((1, first), (2, second)):
            linear.weight.copy_((2 / width) ** 0.5 * identity._drawn(1000 * layer + seed, 8, 8).T)
    optimiser = torch.optim.SGD([first.weight, second.weight], lr=rate, momentum=0.9)
    expected = []
    for _ in range(steps + 1):
        branch = second(first(x).relu())
        loss = torch.nn.functional.mse_loss((branch + shortcut * x).relu(), x)
        expected.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    frame = analysis.learn_identity(width, rate, steps, seeds=2)
    assert losses(frame, shortcut, seed) == pytest.approx(expected, rel=1e-4)


def test_progress_goes_up_evenly_and_changes_nothing():
    shares = []
    told = analysis.learn_identity(8, steps=100, seeds=1, progress=shares.append)
    assert shares == sorted(shares)
    assert len(shares) > 8
    assert (shares[0], max(shares) < 1, max(shares) > 0.85) == (0, True, True)
    assert told.equals(analysis.learn_identity(8, steps=100, seeds=1))


def test_with_the_shortcut_the_identity_is_learnt_sooner_whatever_the_seed():
    frame = analysis.learn_identity(seeds=5)
    assert frame["step"].max() == 300
    last = frame[frame["step"] == 300]
    assert last[last["shortcut"]]["loss"].max() < last[~last["shortcut"]]["loss"].min() / 50


def test_equal_settings_give_equal_numbers():
    assert analysis.learn_identity(4, steps=5).equals(analysis.learn_identity(4, steps=5))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"width": 0}, "width is a whole number from 1 to 128, not 0"),
        ({"width": 2.5}, "not 2.5"),
        ({"steps": 10**6}, "number of steps"),
        ({"rate": 0.0}, "above 0"),
        ({"rate": float("nan")}, "above 0"),
    ],
)
def test_nonsense_gets_its_sentence(arguments, sentence):
    with pytest.raises(analysis.AnalysisError, match=sentence):
        analysis.learn_identity(**arguments)
