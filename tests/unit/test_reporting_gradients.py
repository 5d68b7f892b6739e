"""What is said of norms by layer follows from them."""

import pandas as pd
import pytest

from resnet_viz.reporting import gradients


def norms(label: str, *values: float, epoch: float = 0.0) -> pd.DataFrame:
    """A norm for each convolution and, last, for fc."""
    layers = [f"layer1.{place}.conv1" for place in range(len(values) - 1)] + ["fc"]
    frame = pd.DataFrame({"layer": layers, "gradient_norm": values})
    return frame.assign(label=label, epoch=epoch, position=range(len(values)), weight_norm=1.0)


def test_the_chart_is_described_by_each_networks_ends():
    both = pd.concat([norms("one", 8.0, 2.0, 1.0), norms("other", 0.001, 2.0, 3.0)])
    assert gradients.described(both, "gradient_norm") == (
        "‖∂L/∂W‖₂ of each layer on a logarithmic axis: one from 8 in the first layer to 1 in the "
        "last; other from 0.001 in the first layer to 3 in the last."
    )
    assert gradients.history_described("one", "weight_norm").startswith("‖W‖₂ of one: ")


@pytest.mark.parametrize(("first", "ratio"), [(8.0, "4"), (0.5, "0.25")])
def test_the_first_layer_is_set_against_the_last_whether_it_is_larger_or_smaller(first, ratio):
    said = gradients.noticed(norms("one", first, 5.0, 2.0, 1.0), "gradient_norm")
    assert f"in one, the first convolution's is {ratio} times the last one's" in said
    both = pd.concat([norms("one", first, 2.0, 1.0), norms("other", 1.0, 1.0, 1.0)])
    assert "; in other, the first convolution's is 1 times" in (
        gradients.noticed(both, "gradient_norm")
    )


def test_networks_recorded_at_other_moments_are_shown_at_the_nearest():
    often = pd.concat([norms("one", 1.0, 1.0, epoch=epoch) for epoch in (0.0, 0.5, 1.0)])
    seldom = pd.concat([norms("other", 1.0, 1.0, epoch=epoch) for epoch in (0.0, 2.0)])
    assert gradients.moments([often, seldom]) == [0.0, 0.5, 1.0, 2.0]
    assert set(gradients.nearest(often, 2.0)["epoch"]) == {1.0}
    assert set(gradients.nearest(seldom, 0.5)["epoch"]) == {0.0}
    assert len(gradients.nearest(seldom, 1.5)) == 2
