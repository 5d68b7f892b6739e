"""What this machine has for workers, found without importing torch."""

import functools
import os
import platform
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

GPUS_VARIABLE = "RESNET_VIZ_GPUS"
# A thread that waits for another does so on its core for some 50 µs, and then leaves it: two that
# lack a core stood still at the usual count, and without any turn they wait for each other's sleep.
# Measured with ResNet-20 on the digits, two threads on two cores that nine other processes want,
# images/s: usual 8, 10,000 turns 32, 1,000 turns 443, none (passive) 219; one thread 274. Grad-CAM
# of ResNet-50 at 224×224, with one other process: usual 2.7 s, 1,000 turns 0.13 s.
WAITING = {"GOMP_SPINCOUNT": "1000", "KMP_BLOCKTIME": "0"}
RUNS_A_GPU = 4  # more share its memory and take each other's turns


def wait_briefly() -> None:
    """Let this process's threads wait so; nothing changes where torch has been imported."""
    for name, value in WAITING.items():
        os.environ.setdefault(name, value)


@functools.cache
def gpus() -> tuple[str, ...]:
    """The GPUs that this process may give to workers, as ``CUDA_VISIBLE_DEVICES`` names them.

    A worker sees one of them alone, yet starts the next run when it ends: so it is told all of them
    in ``RESNET_VIZ_GPUS``.
    """
    for variable in (GPUS_VARIABLE, "CUDA_VISIBLE_DEVICES"):
        if (value := os.environ.get(variable)) is not None:
            names = [name.strip() for name in value.split(",")]
            return tuple(name for name in names if name and name != "-1")
    if (tool := shutil.which("nvidia-smi")) is None:
        return ()
    try:
        listed = subprocess.run(
            [tool, "-L"], capture_output=True, text=True, timeout=10, check=True
        )
    except (OSError, subprocess.SubprocessError):  # a tool without a working driver: no GPU
        return ()
    return _devices(listed.stdout)


def _devices(listing: str) -> tuple[str, ...]:
    """Device names in ``nvidia-smi -L``; a GPU that is split gives its parts instead of itself."""
    whole = re.findall(r"^GPU (\d+):", listing, re.MULTILINE)
    parts = re.findall(r"^\s+MIG .*\(UUID: (MIG-[^)]+)\)", listing, re.MULTILINE)
    return tuple(parts or whole)


def cores() -> int:
    """CPU cores that this process may use, within a container's quota."""
    allowed = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
    except (OSError, ValueError):
        return allowed
    return allowed if quota == "max" else max(1, min(allowed, int(quota) // int(period)))


def most_runs() -> int:
    """So many runs may train at once here; two wherever there is a GPU or not, to be compared."""
    return max(2, RUNS_A_GPU * len(gpus()) or cores())


def why_no_more_runs() -> str:
    """The reason for that number, as a clause."""
    if count := len(gpus()):
        has = f"{count} GPU{'s' if count > 1 else ''}"
        return f"because this machine has {has}, and more than {RUNS_A_GPU} runs slow one down"
    count = cores()
    has = f"{count} core{'s' if count > 1 else ''}"
    return f"because this machine has {has}, and runs that share one slow each other down"


def describe(device: str, threads: int | None) -> str:
    """The machine in words: ``device`` is what the training calls it."""
    if device.lower().startswith("cpu"):
        count = threads or cores()
        precision = device.rpartition(")")[2]  # what stands behind the CPU's own brackets
        device = f"{_processor()}, {count} thread{'s' if count > 1 else ''}{precision}"
    return f"{device}, PyTorch {version('torch')}"


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        text = ""
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return model[1].strip() if model else platform.processor() or platform.machine() or "CPU"
