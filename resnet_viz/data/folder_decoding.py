"""Many picture files as one tensor."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from queue import SimpleQueue

import numpy as np
import torch
from torch import Tensor

from resnet_viz.data import decoding_process
from resnet_viz.data.dataset import require_memory
from resnet_viz.data.decoding_process import OTHER_SIZE
from resnet_viz.data.folder_listing import File
from resnet_viz.data.local_sets import THUMBNAIL

CHUNK = 64  # files a thread takes at a time
SMALL_FILE = 16_000  # bytes
MANY = 4000  # files for which it pays to start processes, which takes a third of a second
MOST_AT_ONCE = 8  # threads or processes

Progress = Callable[[float], object]


def decode(files: Sequence[File], size: int | None, progress: Progress) -> tuple[Tensor, Tensor]:
    """The centre square of each picture, resized with antialiasing.

    Args:
        size: side of the squares; without one the pictures' own if all are squares of one size
            up to 64, else 64.
        progress: told now and then which share is done; what it raises ends the work.

    Returns:
        Images, uint8 of shape (N, 3, size, size), and which could be read, bool of shape (N,).
    """
    paths = [file.path for file in files]
    small = sum(file.bytes for file in files) <= SMALL_FILE * len(files)
    if size is not None:
        return _Decoding(paths, small, size).result(progress)
    first = next(filter(None, map(decoding_process.picture, paths)), None)
    if first is not None and first.width == first.height <= THUMBNAIL:
        with suppress(_AnotherSizeError):
            return _Decoding(paths, small, first.width, others_allowed=False).result(progress)
    return _Decoding(paths, small, THUMBNAIL).result(progress)


class _AnotherSizeError(Exception):
    """Not all pictures have the size of the first."""


class _Decoding:
    """Files on their way to be squares of one size."""

    def __init__(
        self, paths: Sequence[str], small: bool, size: int, *, others_allowed: bool = True
    ) -> None:
        require_memory(len(paths), size)
        self._paths, self._small = paths, small
        self._size, self._others_allowed = size, others_allowed
        self._images = np.zeros((len(paths), 3, size, size), dtype=np.uint8)
        self._readable = np.zeros(len(paths), dtype=bool)

    def result(self, progress: Progress) -> tuple[Tensor, Tensor]:
        """The squares, and which files could be read."""
        done = 0
        for number in self._chunks():
            done += number
            progress(done / len(self._paths))
        return torch.from_numpy(self._images), torch.from_numpy(self._readable)

    def _chunks(self) -> Iterator[int]:
        """Decode all files; how many more are done, now and then."""
        cores = min(MOST_AT_ONCE, os.cpu_count() or 1)
        starts = range(0, len(self._paths), CHUNK)
        if len(self._paths) >= MANY and cores > 1:
            yield from self._in_processes(starts, cores)
        elif self._small:  # such files are done sooner than threads hand on the interpreter's lock
            yield from map(self._here, starts)
        else:
            # Decoding releases the lock. No fork: in a process in which torch runs it may hang.
            with ThreadPoolExecutor(cores) as pool, _none_left(pool):
                yield from pool.map(self._here, starts)

    def _here(self, start: int) -> int:
        chunk = self._paths[start : start + CHUNK]
        pixels, found = decoding_process.squares(chunk, self._size, self._others_allowed)
        self._images[start : start + CHUNK] = pixels
        return self._note(start, found)

    def _note(self, start: int, found: bytes | bytearray) -> int:
        """Note which files could be read; how many these are."""
        if OTHER_SIZE in found:
            raise _AnotherSizeError
        self._readable[start : start + len(found)] = np.frombuffer(found, dtype=bool)
        return len(found)

    def _in_processes(self, starts: Sequence[int], cores: int) -> Iterator[int]:
        free: SimpleQueue[subprocess.Popen[bytes]] = SimpleQueue()
        with (
            _processes(cores, self._size, self._others_allowed) as processes,
            ThreadPoolExecutor(cores) as pool,
            _none_left(pool),
        ):
            for process in processes:
                free.put(process)
            asked = [pool.submit(self._there, start, free) for start in starts]
            for answered in as_completed(asked):
                yield answered.result()

    def _there(self, start: int, free: "SimpleQueue[subprocess.Popen[bytes]]") -> int:
        process = free.get()
        try:
            found = self._asked(process, start)
        except (OSError, EOFError):  # it was killed: what it was at is done here
            return self._here(start)
        finally:
            free.put(process)
        return self._note(start, found)

    def _asked(self, process: subprocess.Popen[bytes], start: int) -> bytes:
        """Have a process decode some files, into their place; what became of each."""
        assert process.stdin is not None
        assert process.stdout is not None
        chunk = self._paths[start : start + CHUNK]
        process.stdin.write(json.dumps(chunk).encode() + b"\n")
        process.stdin.flush()
        found = process.stdout.read(len(chunk))
        pixels = self._images[start : start + CHUNK].data.cast("B")
        if process.stdout.readinto(pixels) < len(pixels):  # type: ignore[attr-defined]
            raise EOFError
        return found


@contextmanager
def _none_left(pool: ThreadPoolExecutor) -> Iterator[None]:
    """Forget what is not begun yet when the work ends early."""
    try:
        yield
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise


@contextmanager
def _processes(
    number: int, size: int, others_allowed: bool
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that decode, gone afterwards; not multiprocessing's, which run the page again."""
    root = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
    way = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", decoding_process.__name__, str(size), str(others_allowed)]
    processes = [
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": way},
            start_new_session=True,  # else Ctrl-C would have each of them say so
        )
        for _ in range(number)
    ]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            with suppress(OSError):  # what it was asked last is still on the way to it
                process.communicate()
