"""Figures without a bound: training speed, the size of a record, the test suite."""

import subprocess
import sys
import time

from benchmarks.home import own_home
from benchmarks.server import ROOT
from benchmarks.table import Row
from benchmarks.training import AS_CIFAR10, pictures, trained
from resnet_viz.runs import Store
from resnet_viz.training.config import RunConfig


def speed() -> list[Row]:
    """Images a second of ResNet-20 and ResNet-56 at 32×32, as a run records them."""
    rows = []
    for name, images in (("resnet20", 2048), ("resnet56", 768)):
        with own_home() as home:
            data = pictures(home / "pictures", training=images)
            run = trained(RunConfig.from_recipe(name, data=data, epochs=3, **AS_CIFAR10))
            epochs = Store().epochs(run.id)
        rows.append(
            Row(
                what=f"training speed, {run.config.network.title} 32×32",
                measured=f"{epochs['images_per_second'].iloc[1:].median():.0f} images/s",
                how=f"a whole run on random pictures, batch 128, {run.device}, evaluation left out",
            )
        )
    return rows


def record() -> list[Row]:
    """What a whole quick run of ResNet-56 on the digits leaves behind."""
    with own_home() as home:
        run = trained(RunConfig.from_recipe("resnet56"))
        store = Store()
        with store.database.reading() as connection:
            pages, size = (
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("page_count", "page_size")
            )
        exported = home / "run.history.json.gz"
        store.record(run.id).save(exported)
        history = exported.stat().st_size
        kept = sum(path.stat().st_size for path in run.folder.iterdir())
    return [
        Row(
            what="record of a run on disk",
            measured=f"{pages * size / 1024:.0f} KiB",
            how=f"ResNet-56 quick: {run.total_steps} steps; the store that holds it alone; "
            f"exported {history / 1024:.0f} KiB; checkpoints and log "
            f"{kept / 2**20:.1f} MiB",
        )
    ]


def suite() -> list[Row]:
    """Seconds that all tests take."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"], cwd=ROOT, capture_output=True, text=True
    )
    taken = time.perf_counter() - begun
    last = (done.stdout.strip().splitlines() or ["nothing was printed"])[-1].strip("= ")
    return [
        Row(
            what="test suite",
            measured=f"{taken:.0f} s",
            how=last,
            bound="600 s",
            holds=done.returncode == 0 and taken <= 600,
        )
    ]
