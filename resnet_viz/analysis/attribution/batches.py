"""Many passes of a network in batches: with progress, which may cancel, and within the memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.method import Progress
from resnet_viz.analysis.errors import AnalysisError

if TYPE_CHECKING:
    from torch import Tensor

MOST_AT_ONCE = 64  # images, more of which bring nothing
PIXELS_AT_ONCE = 16 * 224 * 224  # bound the memory of passes without a graph
MOST_WITH_GRAPH = 16
PIXELS_WITH_GRAPH = 4 * 224 * 224
TOO_LITTLE = (
    "There is too little memory for one image at a time: close other programs, or choose a smaller "
    "network or another method."
)


def at_once(pixels: "Tensor", *, graph: bool = False) -> int:
    """How many images of that size go through a network together."""
    most, in_all = (MOST_WITH_GRAPH, PIXELS_WITH_GRAPH) if graph else (MOST_AT_ONCE, PIXELS_AT_ONCE)
    return min(most, max(1, in_all // pixels[0, 0].numel()))


def in_batches(
    work: "Callable[[int, int], Tensor]", total: int, size: int, progress: Progress | None = None
) -> "tuple[Tensor, str]":
    """Work from one number up to another, batch by batch; half as many where memory is short.

    Args:
        work: is given where a batch begins and ends, and gives a row for each in between.
        progress: is told how many are done, and of how many; what it raises ends the work.

    Returns:
        All rows, and a sentence where memory was short, else nothing.

    Raises:
        AnalysisError: if memory is short for one at a time.
    """
    import torch

    rows: list[Tensor] = []
    done, now = 0, size
    while done < total:
        try:
            rows.append(work(done, min(done + now, total)))
        except (MemoryError, RuntimeError) as error:
            if not _is_short(error):
                raise
            if now == 1:
                raise AnalysisError(TOO_LITTLE) from error
            now //= 2
            continue
        done = min(done + now, total)
        if progress is not None:
            progress(done, total)
    note = "" if now == size else f"Memory was short: {now} images at a time instead of {size}."
    return torch.cat(rows), note


@contextmanager
def within_memory() -> Iterator[None]:
    """Say it in a sentence where memory is short for an image.

    Raises:
        AnalysisError: if it is.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if _is_short(error):
            raise AnalysisError(TOO_LITTLE) from error
        raise


def _is_short(error: Exception) -> bool:
    import torch

    kinds = (MemoryError, torch.OutOfMemoryError)
    return isinstance(error, kinds) or "can't allocate memory" in str(error)
