"""What networks cost for a picture: counted, and in time on this machine, measured in turn."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pandas as pd
import torch
from torch import Tensor, nn

from resnet_viz.analysis.structure.layers import layer_table
from resnet_viz.models.architecture import Architecture
from resnet_viz.models.resnet import ResNet, build

WARM_UP, FEWEST = 2, 5


def counted_costs(architectures: Sequence[Architecture], size: int) -> pd.DataFrame:
    """What networks cost on paper, for one picture of that many pixels a side.

    Returns:
        One row a network: ``name`` (in the table), parameters, multiply_adds, and as kernel3 those
        of its 3×3 convolutions.
    """
    rows = []
    for row in architectures:
        layers = layer_table(row, size)
        rows.append(
            {
                "name": row.name,
                "parameters": layers["parameters"].sum(),
                "multiply_adds": layers["multiply_adds"].sum(),
                "kernel3": layers.loc[layers["kernel"] == 3, "multiply_adds"].sum(),
            }
        )
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class Times:
    """Forward passes of several networks.

    Attributes:
        passes: one row a pass: ``network`` (its name in the table), ``round``, ``milliseconds``,
            and as ``kernel1``, ``kernel3`` … those of all convolutions of that kernel within.
        threads: CPU threads that PyTorch used.
    """

    passes: pd.DataFrame
    threads: int

    def median(self, column: str = "milliseconds") -> dict[str, float]:
        """Milliseconds of each network in the middle of its passes."""
        middle = self.passes.groupby("network", sort=False)[column].median()
        return {str(name): float(value) for name, value in middle.items()}

    def quotient(self, of: str, to: str, column: str = "milliseconds") -> float:
        """The time of one network as a multiple of another's: of their medians, as shown."""
        medians = self.median(column)
        return medians[of] / medians[to]

    def ratios(self, of: str, to: str, column: str = "milliseconds") -> pd.Series:
        """Times of one network as multiples of another's, round by round: how much they vary."""
        rounds = self.passes.pivot(index="round", columns="network", values=column)
        return rounds[of] / rounds[to]


def forward_times(
    architectures: Sequence[Architecture],
    *,
    size: int = 224,
    rounds: int = 15,
    seconds: float = 20.0,
    progress: Callable[[float], object] = lambda share: None,
) -> Times:
    """Forward passes of one picture each, A B B A …, so that all meet alike what else goes on.

    Weights are random, which changes no time; on the CPU; the first passes are not counted.

    Args:
        size: pixels a side.
        rounds: passes of each network, fewer if they take longer than ``seconds``, but five.
        progress: is told the share that is done, after each pass.
    """
    networks = {row.name: build(row.name, seed=0, **row.options).eval() for row in architectures}
    image = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(0))
    rows: list[dict[str, object]] = []
    begun, done = time.perf_counter(), 0
    for number in range(-WARM_UP, rounds):
        names = list(networks) if number % 2 == 0 else list(networks)[::-1]
        for name in names:
            taken = _pass(networks[name], image)
            if number >= 0:
                rows.append({"network": name, "round": number} | taken)
            done += 1
            progress(done / (len(names) * (rounds + WARM_UP)))
        if number + 1 >= FEWEST and time.perf_counter() - begun > seconds:
            break
    return Times(pd.DataFrame(rows), torch.get_num_threads())


def _pass(network: ResNet, image: Tensor) -> dict[str, float]:
    """Milliseconds of one forward pass, and within it of the convolutions of each kernel."""
    taken: dict[str, float] = {}
    with torch.inference_mode(), _stopwatch(network, taken):
        start = time.perf_counter()
        network(image)
        whole = time.perf_counter() - start
    return {name: 1e3 * value for name, value in ({"milliseconds": whole} | taken).items()}


@contextmanager
def _stopwatch(network: nn.Module, taken: dict[str, float]) -> Iterator[None]:
    """Add up the seconds of all convolutions by their kernel, while inside."""
    begun = 0.0

    def begin(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        nonlocal begun
        begun = time.perf_counter()

    def end(module: nn.Conv2d, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        kernel = f"kernel{module.kernel_size[0]}"
        taken[kernel] = taken.get(kernel, 0.0) + time.perf_counter() - begun

    with ExitStack() as handles:
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                handles.enter_context(module.register_forward_pre_hook(begin))
                handles.enter_context(module.register_forward_hook(end))
        yield
