"""The one network class. Plain is ``shortcut="none"``: the same code with the addition left out."""

from torch import Tensor, nn

from resnet_viz.models.architecture import Architecture, named
from resnet_viz.models.blocks import Convolution
from resnet_viz.models.choices import ACTIVATIONS, NORMS, STEMS, TRANSITIONS
from resnet_viz.models.layers import Block, Transition, convolution
from resnet_viz.models.seeding import DRAWING, seeded


class ResNet(nn.Module):
    """A plain or residual network, as its architecture says.

    Parameter names are torchvision's. Every activation and addition is a module of its own, used
    once and never in place, so that each can be hooked.

    Convolutions are initialised as in He et al. 2015 (arXiv:1502.01852), normal with standard
    deviation gain/√fan_out: gain √2 for ReLU, GELU and SiLU, √(2/(1 + 0.01²)) for LeakyReLU, 5/3
    for tanh and 1 for sigmoid (``nn.init.calculate_gain``). Normalisations start as the identity
    (the last of each branch at zero with ``zero_init``), biases at zero, ``fc`` as in PyTorch.

    Shape: images (N, channels, H, W) to logits (N, classes).
    """

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        with DRAWING:
            a = self.architecture = architecture
            stem = STEMS[a.stem]
            first = Convolution(a.channels, a.stem_width, stem.kernel, stem.stride)
            self.conv1 = convolution(a, first)
            self.bn1 = NORMS[a.norm].make(a.stem_width)
            self.act1 = ACTIVATIONS[a.activation].make()
            self.maxpool = nn.MaxPool2d(3, stride=2, padding=1) if stem.pools else nn.Identity()
            channels = a.stem_width
            self.stages: list[str] = []
            for number, (blocks, width) in enumerate(zip(a.blocks, a.widths, strict=True), start=1):
                stage, channels = _stage(a, channels, width, blocks, stride=1 if number == 1 else 2)
                self.stages.append(f"layer{number}")
                self.add_module(self.stages[-1], stage)
            self.avgpool = nn.AdaptiveAvgPool2d(1)
            self.dropout = nn.Dropout(a.dropout)
            self.fc = nn.Linear(channels, a.classes)
            self._initialise()

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.act1(self.bn1(self.conv1(x))))
        for stage in self.stages:
            x = self.get_submodule(stage)(x)
        return self.fc(self.dropout(self.avgpool(x).flatten(1)))  # (N, classes)

    def blocks(self) -> dict[str, Block]:
        """The blocks by name (``layer1.0`` …), in forward order."""
        return {name: module for name, module in self.named_modules() if isinstance(module, Block)}

    def _initialise(self) -> None:
        if self.fc.weight.is_meta:  # tensors without numbers, made to count them
            return
        initialise(self, self.architecture.activation)
        if self.architecture.zero_init:
            for block in self.blocks().values():
                weight = block.last_norm.weight
                assert isinstance(weight, Tensor)
                nn.init.zeros_(weight)


def build(name: str, *, seed: int | None = None, **options: object) -> ResNet:
    """A network of the table with random weights.

    Args:
        name: a key of ``ARCHITECTURES``.
        seed: makes the weights reproducible, whatever other threads build meanwhile, and leaves
            PyTorch's own random state alone.
        options: what differs from that row, such as ``classes``, ``shortcut``, ``activation``,
            ``norm``, ``blocks`` or ``widths``; what they mean stands at ``Architecture``.

    Raises:
        ArchitectureError: if the name or an option does not exist or makes no sense.
    """
    architecture = named(name, options)
    if seed is None:
        return ResNet(architecture)
    with seeded(seed):
        return ResNet(architecture)


def initialise(network: nn.Module, activation: str) -> None:
    """Draw the weights of all convolutions anew, as `ResNet` says."""
    gain = ACTIVATIONS[activation].gain
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(
                module.weight,
                a=0.01,  # the slope of LeakyReLU; no other gain looks at it
                mode="fan_out",
                nonlinearity=gain,  # type: ignore[arg-type]
            )
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def _stage(
    a: Architecture, channels: int, width: int, blocks: int, stride: int
) -> tuple[nn.Sequential, int]:
    """A stage and the number of channels that it puts out."""
    modules: list[nn.Module] = []
    if TRANSITIONS[a.transition].pools:
        modules.append(Transition(a, channels, width))
        channels, stride = width, 1
    for number in range(blocks):
        modules.append(Block(a, channels, width, stride if number == 0 else 1))
        channels = width * a.kind.expansion
    return nn.Sequential(*modules), channels
