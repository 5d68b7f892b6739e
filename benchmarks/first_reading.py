"""A folder of small JPEGs read for the first time, against Pillow alone on two cores."""

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.home import own_home
from benchmarks.table import Row
from benchmarks.timing import in_turn, timed

PICTURES = 12_000  # of which starting a process is a small part, as it is of 60,000
CLASSES = 10
SIDE, QUALITY = 32, 90
CORES = 2
ROUNDS = 6
AT_MOST = 1.3
BARE = """
import sys
import numpy as np
from PIL import Image
for path in sys.stdin.read().splitlines():
    with Image.open(path) as picture:
        np.asarray(picture.convert("RGB"))
"""


def first_reading() -> list[Row]:
    """Seconds, and what all processes together take of the cores."""
    from resnet_viz import data

    gc.freeze()  # as the server and its workers do once they have imported what they need
    with TemporaryDirectory() as folder:
        paths = _pictures(Path(folder))

        def ours() -> None:
            with own_home():  # where nothing is kept of an earlier reading
                read = data.load(folder)
                assert len(read.train.labels) + len(read.test.labels) == PICTURES

        def bare() -> None:
            _bare(paths)

        wall = in_turn(timed(ours), timed(bare), rounds=ROUNDS)
        busy = in_turn(_busy(ours), _busy(bare), rounds=ROUNDS)
    what = f"first reading of {PICTURES:,} JPEGs of {SIDE}×{SIDE}"
    against = f"against Pillow alone in {CORES} processes"
    return [
        Row.ratio(what, against, [(t[0], t[1]) for t in wall], AT_MOST),
        Row.ratio(f"{what}, time of all cores", against, [(t[0], t[1]) for t in busy], None),
    ]


def _busy(work: Callable[[], object]) -> Callable[[], float]:
    """Work that gives the seconds of processor time that it and its processes took."""

    def measure() -> float:
        before = os.times()
        work()
        after = os.times()
        return sum(after[:4]) - sum(before[:4])

    return measure


def _bare(paths: list[str]) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", BARE], stdin=subprocess.PIPE, text=True)
        for _ in range(CORES)
    ]
    for number, process in enumerate(processes):
        assert process.stdin is not None
        process.stdin.write("\n".join(paths[number::CORES]))
        process.stdin.close()
    for process in processes:
        process.wait()
        assert process.returncode == 0


def _pictures(root: Path) -> list[str]:
    """Smooth random pictures in a folder a class; where they are."""
    import numpy as np
    from PIL import Image

    random = np.random.default_rng(0)
    paths = []
    for number in range(PICTURES):
        path = root / f"class {number % CLASSES}" / f"{number}.jpg"
        path.parent.mkdir(exist_ok=True)
        coarse = Image.fromarray(random.integers(0, 256, (8, 8, 3), dtype=np.uint8))
        coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC).save(path, quality=QUALITY)
        paths.append(str(path))
    return paths
