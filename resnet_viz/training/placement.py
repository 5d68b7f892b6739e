"""Where a run trains, and in which precision."""

import os
import platform
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from resnet_viz.training.config import PRECISIONS, RunConfig
from resnet_viz.training.errors import DeviceMissing

BFLOAT16_FROM = 32  # pixels: below, converting takes longer than computing saves


@dataclass(frozen=True)
class Placement:
    """Lightning's words for where to train; ``device`` is what people call the place."""

    accelerator: str
    devices: int | tuple[int, ...]
    precision: str
    device: str

    @property
    def title(self) -> str:
        """The device for people, and the precision where it is not the usual one."""
        return ", ".join(filter(None, (self.device, PRECISIONS[self.precision])))

    @property
    def is_shared(self) -> bool:
        """Whether several processes train together: one a GPU, or several on the CPU."""
        return (self.devices if isinstance(self.devices, int) else len(self.devices)) > 1

    @property
    def trainer_options(self) -> dict[str, Any]:
        """Arguments for Lightning's Trainer."""
        return {
            "accelerator": self.accelerator,
            "devices": self.devices if isinstance(self.devices, int) else list(self.devices),
            "precision": self.precision,
            "strategy": "ddp" if self.is_shared else "auto",
            "benchmark": self.accelerator == "cuda",
        }


def placement(config: RunConfig, size: int) -> Placement:
    """The device and precision of a run, ``auto`` resolved: CUDA, else MPS, else the CPU.

    Precision is bfloat16 where the device computes in it and that pays: on a CPU only for larger
    images, whose steps take half the time.

    Args:
        size: side in pixels of the images that the network sees.

    Raises:
        DeviceMissing: if the device that the config names is not there.
    """
    kind, _, numbers = config.device.partition(":")
    if kind == "auto":
        kind = next((name for name, there in _AVAILABLE.items() if there()), "cpu")
    if kind in _AVAILABLE and not _AVAILABLE[kind]():
        raise DeviceMissing(f"This machine has no {_TITLES[kind]}: choose another device or auto.")
    if kind != "cuda":
        if config.processes > (cores := os.cpu_count() or 1):
            raise DeviceMissing(
                f"This machine has {cores} CPU cores, too few for {config.processes} processes: "
                f"choose cpu:{cores} or fewer."
            )
        pays = kind == "cpu" and size >= BFLOAT16_FROM and _cpu_has_bfloat16()
        automatic = "bf16-mixed" if pays else "32-true"
        precision = automatic if config.precision == "auto" else config.precision
        return Placement(kind, config.processes, precision, _title(kind, config))
    gpus = tuple(map(int, numbers.split(","))) if numbers else (0,)
    if missing := [gpu for gpu in gpus if gpu >= torch.cuda.device_count()]:
        raise DeviceMissing(
            f"This machine has no GPU number {missing[0]}: choose one from 0 to "
            f"{torch.cuda.device_count() - 1}."
        )
    bfloat16 = torch.cuda.is_bf16_supported(including_emulation=False)
    automatic = "bf16-mixed" if bfloat16 else "32-true"
    precision = automatic if config.precision == "auto" else config.precision
    names = Counter(torch.cuda.get_device_name(gpu) for gpu in gpus)
    title = " + ".join(f"{n} × {name}" if n > 1 else name for name, n in names.items())
    return Placement(kind, gpus, precision, title)


def _cpu_has_bfloat16() -> bool:
    """Whether the CPU has instructions for it; without them it is emulated, and slower."""
    if not hasattr(torch.cpu, "get_capabilities"):  # PyTorch 2.9
        return False
    found = torch.cpu.get_capabilities()
    return any(found.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))


_AVAILABLE: dict[str, Callable[[], bool]] = {
    "cuda": torch.cuda.is_available,
    "mps": torch.backends.mps.is_available,
}
_TITLES = {"cuda": "GPU that CUDA can use", "mps": "Apple GPU"}


def _title(kind: str, config: RunConfig) -> str:
    if kind == "mps":
        return "Apple GPU"
    threads = config.threads or torch.get_num_threads()
    beside = f", {config.processes} processes" if config.processes > 1 else ""
    return f"CPU ({platform.machine()}, {threads} threads){beside}"
