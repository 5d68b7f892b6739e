"""What a step minimises, and on a GPU its two passes as graphs that are launched as a whole."""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from resnet_viz.models import ResNet

GRAPHED_UP_TO = 64  # pixels: above, a kernel takes longer than it takes to launch the next one
Passes = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


class Objective(nn.Module):
    """Cross-entropy of a batch and the number of right answers, both of shape ()."""

    def __init__(self, network: ResNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        logits = self.network(inputs)  # (N, classes)
        right = (logits.detach().argmax(1) == labels).sum()
        return functional.cross_entropy(logits, labels), right


class GraphedObjective:
    """An objective whose passes over batches of the first one's shape are CUDA graphs.

    A small network's step is some thousand kernels of a few microseconds each, which a program
    launches more slowly than a GPU runs them. Batches of other shapes, and those of a device or of
    images for which it does not pay, are computed as they are.

    Args:
        alone: whether no other process shares in the batch: their exchange cannot be graphed.
    """

    def __init__(self, network: ResNet, *, alone: bool) -> None:
        self._network, self._alone = network, alone
        self._plain = Objective(network)
        self._graphed: Passes | None = None
        self._shape = torch.Size()

    def __call__(self, inputs: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """The loss, to be differentiated before the next call, and the right answers."""
        if self._graphed is None and self._pays(inputs):
            self._graphed, self._shape = graphed(self._network, inputs, labels), inputs.shape
        if self._graphed is None or inputs.shape != self._shape:
            return self._plain(inputs, labels)
        loss, right = self._graphed(inputs, labels)
        return loss, right.clone()  # the next step overwrites it; Lightning copies the loss itself

    def _pays(self, inputs: Tensor) -> bool:
        return inputs.is_cuda and self._alone and inputs.shape[-1] <= GRAPHED_UP_TO


def graphed(network: ResNet, inputs: Tensor, labels: Tensor) -> Passes:
    """The objective's passes as graphs, in the precision of the moment.

    They are warmed up on this batch; what that changes in the network (moving averages) and in the
    random state is put back.
    """
    buffers = [(buffer, buffer.clone()) for buffer in network.buffers()]
    precise = torch.get_autocast_dtype("cuda"), torch.is_autocast_enabled("cuda")
    with (
        torch.random.fork_rng([inputs.device]),
        torch.autocast("cuda", precise[0], enabled=precise[1], cache_enabled=False),
    ):
        passes = torch.cuda.make_graphed_callables(
            Objective(network), (inputs.clone(), labels.clone())
        )
    with torch.no_grad():
        for buffer, before in buffers:
            buffer.copy_(before)
    return cast(Passes, passes)
