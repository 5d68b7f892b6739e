"""python -m benchmarks.gpu: tests, speed and training on the first GPU, as one table.

Without a network: it (1) runs tests/gpu, (2) measures steps with all records against a bare loop,
and Grad-CAM against a forward pass, (3) trains plain and residual networks with the recipe paper,
or medium, all at once on the one GPU. Training stops in time, leaves the newest network and history
of each in the output folder, and goes on from there when the command is given again.
"""

import argparse
import platform
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import torch

from benchmarks.gpu import side_by_side, suite
from benchmarks.running import in_own_process
from benchmarks.table import Row, processor, text
from resnet_viz.data import registry
from resnet_viz.models import ARCHITECTURES
from resnet_viz.runs.machine import cores
from resnet_viz.training.recipes import PAPER, RECIPES, paper_steps

PARTS = ("tests", "speed", "training")
NETWORKS = ("plain20", "plain56", "resnet20", "resnet56")
NO_GPU = "This machine has no GPU that CUDA can use: run it on one that has."
SPEED_SHARE = 1 / 3  # of the time that is left for it
FAILED, NOTHING_TO_RUN_ON = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 if a row does not hold, 2 without a GPU."""
    begun = time.monotonic()
    options = _parser().parse_args(arguments)
    if options.device == "cuda" and not torch.cuda.is_available():
        print(NO_GPU, file=sys.stderr)
        return NOTHING_TO_RUN_ON

    def left() -> float:
        return options.seconds - (time.monotonic() - begun)

    # Pictures are decoded while other processes use the GPU and this one waits for them.
    aside = ThreadPoolExecutor(1)
    pictures: Future[str] = Future()
    if "training" in options.parts:
        pictures = aside.submit(side_by_side.located, options.data)
    work: dict[str, Callable[[], list[Row]]] = {
        "tests": lambda: suite.rows(left()),
        "speed": lambda: in_own_process(
            "benchmarks.gpu.speed", "rows", options.device, str(left() * SPEED_SHARE)
        ),
        "training": lambda: side_by_side.rows(
            options.networks,
            pictures.result(),
            options.output,
            options.device,
            left,
            options.recipe,
        ),
    }
    table = []
    for part in [part for part in PARTS if part in options.parts]:
        print(f"{part} …", file=sys.stderr, flush=True)
        try:
            rows = work[part]()
        except Exception as error:
            rows = [Row.failed(part, error)]
        for row in rows:
            print("    " + "  ".join(row.cells), file=sys.stderr, flush=True)
        table += rows
    print(f"{text(table)}\n\n{machine(options.device)}")
    return FAILED if any(row.holds is False for row in table) else 0


def machine(device: str) -> str:
    """The card, what drives it and the processor beside it, in a sentence."""
    place = f"{processor()}, {cores()} cores"
    if device == "cuda":
        card = torch.cuda.get_device_properties(0)
        memory = card.total_memory / 2**30
        place = f"{card.name}, {memory:.0f} GiB, CUDA {torch.version.cuda}, beside {place}"
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "lightning"))
    return f"Measured on {place}, Python {platform.python_version()}, {packages}."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=540, help="the time for all of it (default: 540)"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("gpu-networks"),
        help="folder of the trained networks and their histories (default: gpu-networks)",
    )
    parser.add_argument(
        "--data",
        help="CIFAR-10 as a folder or an archive of pictures, train/‹class›/* and test/‹class›/* "
        f"(default: {registry.PAPER}, if it is on this machine)",
    )
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--networks", nargs="+", choices=list(ARCHITECTURES), default=NETWORKS)
    parser.add_argument(
        "--recipe",
        choices=[name for name, row in RECIPES.items() if row.schedule is paper_steps],
        default=PAPER,
        help=f"of the training: {PAPER} or less of the same (default: {PAPER})",
    )
    # For the tests of this command itself, which have no GPU.
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
