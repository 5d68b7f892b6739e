import pytest
import torch

from resnet_viz.training import RECIPES, RunConfig
from resnet_viz.training.plan import MOST_GRADIENT_RECORDS, MOST_STEP_RECORDS, Plan

CIFAR10 = 50_000


def plan(recipe, images, depth=20, **overrides):
    start = "x.safetensors" if RECIPES[recipe].needs_start else None
    return Plan(RunConfig.from_recipe("resnet20", recipe, start=start, **overrides), images, depth)


@pytest.mark.parametrize(("recipe", "images"), [("quick", 1400), ("finetune", CIFAR10)])
def test_one_cycle_is_pytorchs(recipe, images):
    p = plan(recipe, images)
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimiser = torch.optim.SGD([parameter], lr=1.0, momentum=0.9)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, p.config.learning_rate, total_steps=p.total_steps, cycle_momentum=False
    )
    for step in range(1, p.total_steps + 1):
        assert p.learning_rate(step) == pytest.approx(optimiser.param_groups[0]["lr"], rel=1e-9)
        optimiser.step()
        if step < p.total_steps:
            schedule.step()


def test_paper_divides_the_rate_at_32k_and_48k_of_64k_steps():
    p = plan("paper", CIFAR10)
    assert (p.steps_per_epoch, p.total_steps) == (391, 64_000)
    rates = {step: p.learning_rate(step) for step in (1, 32_000, 32_001, 48_000, 48_001, 64_000)}
    assert rates == pytest.approx(
        {1: 0.1, 32_000: 0.1, 32_001: 0.01, 48_000: 0.01, 48_001: 0.001, 64_000: 0.001}
    )


def test_paper_warms_nets_of_110_layers_up_at_a_tenth_of_the_rate():
    p = plan("paper", CIFAR10, depth=110)
    assert [p.learning_rate(step) for step in (1, 400, 401)] == pytest.approx([0.01, 0.01, 0.1])


def test_epochs_that_are_overridden_are_trained_in_full():
    assert plan("paper", CIFAR10, epochs=200).total_steps == 200 * 391
    assert plan("paper", CIFAR10, epochs=4).total_steps == 4 * 391
    assert plan("quick", 1400).total_steps == 15 * 22


@pytest.mark.parametrize("images", [2, 63, 64, 65, 128, 129, 1400, CIFAR10])
def test_every_image_is_in_one_batch_and_no_batch_is_a_single_image(images):
    sizes = plan("quick", images).sizes
    assert sum(sizes) == images
    assert min(sizes) > 1
    assert max(sizes) <= 65


@pytest.mark.parametrize(
    ("recipe", "images", "epochs"),
    [("quick", 1400, 15), ("paper", CIFAR10, 164), ("quick", 9, 999)],
)
def test_a_record_stays_small_however_long_the_run(recipe, images, epochs):
    p = plan(recipe, images, epochs=epochs)
    assert -(-p.total_steps // p.window) <= MOST_STEP_RECORDS
    assert -(-p.total_steps // p.gradients_every) <= MOST_GRADIENT_RECORDS
