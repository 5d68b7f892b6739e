"""What a run leaves on the disk, and how long the test suite takes."""

import subprocess
import sys
import time

from benchmarks.home import own_home
from benchmarks.server import ROOT
from benchmarks.table import Row
from benchmarks.training import trained
from resnet_viz.runs import Store
from resnet_viz.training.config import RunConfig


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
        kept = sum(path.stat().st_size for path in run.folder.rglob("*") if path.is_file())
    return [
        Row(
            what="record of a run on disk",
            measured=f"{pages * size / 1024:.0f} KiB",
            how=f"ResNet-56 quick: {run.total_steps} steps; the store that holds it alone; "
            f"exported {history / 1024:.0f} KiB; checkpoints, snapshots and log "
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
