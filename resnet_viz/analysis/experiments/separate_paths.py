"""A block with a grouped convolution taken apart into the paths that it stands for."""

import copy
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.analysis.experiments.equal_cost import OUTER
from resnet_viz.models.architecture import named
from resnet_viz.models.layers import Block
from resnet_viz.models.seeding import seeded

SIDE = 7  # pixels of the feature map on which the two forms are compared


class SeparatePaths(nn.Module):
    """The same block as C separate branches, added up (Xie et al. 2016, figure 3a).

    Args:
        block: a bottleneck with batch normalisation, whose 3×3 convolution is grouped (figure 3c);
            its weights are copied.

    Raises:
        AnalysisError: if its normalisation looks at channels of several paths at once.
    """

    def __init__(self, block: Block) -> None:
        super().__init__()
        if not isinstance(block.last_norm, nn.BatchNorm2d):
            raise AnalysisError(
                "Only a block with batch normalisation falls into separate paths: choose norm "
                "batch."
            )
        whole = copy.deepcopy(block)
        grouped = whole.convolutions[1]
        count, width = grouped.groups, grouped.out_channels // grouped.groups
        self.paths = nn.ModuleList(
            _path(whole, slice(number * width, (number + 1) * width)) for number in range(count)
        )
        self.bn3, self.downsample, self.act3 = whole.last_norm, whole.downsample, whole.last_act

    def forward(self, x: Tensor) -> Tensor:
        branch = torch.stack([path(x) for path in self.paths]).sum(0)  # (N, 256, H, W)
        out = self.bn3(branch)
        return self.act3(out if self.downsample is None else out + self.downsample(x))


def _path(block: Block, own: slice) -> nn.Sequential:
    """1×1, 3×3, 1×1 over a path's own channels."""
    first, second, third = block.convolutions
    return nn.Sequential(
        _convolution(first, first.weight[own]),
        _norm(block.norms[0], own),
        copy.copy(block.acts[0]),
        _convolution(second, second.weight[own]),
        _norm(block.norms[1], own),
        copy.copy(block.acts[1]),
        _convolution(third, third.weight[:, own]),
    )


def _convolution(like: nn.Conv2d, weight: Tensor) -> nn.Conv2d:
    channels_out, channels_in = weight.shape[:2]
    layer = nn.Conv2d(
        channels_in,
        channels_out,
        like.kernel_size,  # type: ignore[arg-type]
        like.stride,  # type: ignore[arg-type]
        like.padding,  # type: ignore[arg-type]
        bias=False,
        device="meta",  # no time is spent on random weights that are replaced
    )
    layer.weight = nn.Parameter(weight.detach().clone())
    return layer


def _norm(like: nn.Module, own: slice) -> nn.BatchNorm2d:
    values = {
        name: (value[own] if value.dim() else value).clone()
        for name, value in like.state_dict().items()
    }
    norm = nn.BatchNorm2d(len(values["weight"]), device="meta")
    norm.load_state_dict(values, assign=True)
    return norm.train(like.training)


@dataclass(frozen=True)
class Forms:
    """Both forms of one block on the same random feature map.

    Attributes:
        weights: of the convolutions, as separate paths and as one grouped block.
        difference: the largest between two values that should be equal.
        largest: magnitude of a value of the output.
    """

    weights: tuple[int, int]
    difference: float
    largest: float


def compare(cardinality: int, width: int, *, seed: int = 0) -> Forms:
    """Build a block with random weights, take it apart, and run both on one feature map.

    Raises:
        ArchitectureError: if there is no such block.
    """
    architecture = named(
        "resnext50_32x4d", {"groups": cardinality, "width_per_group": width, "blocks": (1, 1, 1, 1)}
    )
    with seeded(seed), torch.no_grad():
        grouped = Block(architecture, OUTER, OUTER // architecture.kind.expansion, 1).eval()
        for module in grouped.modules():
            if isinstance(module, nn.BatchNorm2d):  # as after training: no two channels alike
                nn.init.normal_(module.weight, 1, 0.2)
                nn.init.normal_(module.bias, 0, 0.2)
                module.running_mean.normal_(0, 0.2)  # type: ignore[union-attr]
                module.running_var.uniform_(0.5, 1.5)  # type: ignore[union-attr]
        separate = SeparatePaths(grouped).eval()
        x = torch.randn(1, OUTER, SIDE, SIDE)
        one, other = grouped(x), separate(x)
    return Forms(
        weights=(_weights(separate), _weights(grouped)),
        difference=float((one - other).abs().max()),
        largest=float(one.abs().max()),
    )


def _weights(module: nn.Module) -> int:
    return sum(part.weight.numel() for part in module.modules() if isinstance(part, nn.Conv2d))
