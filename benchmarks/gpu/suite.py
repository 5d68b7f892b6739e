"""The tests that need a GPU, as a row."""

import subprocess
import sys

from benchmarks.table import ROOT, Row

FOLDER = "tests/gpu"


def rows(seconds: float) -> list[Row]:
    """Run them, in a process of their own, for so long at most."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", FOLDER]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds)
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
    lines = done.stdout.strip().splitlines() or ["nothing was printed"]
    return [
        Row(
            what=FOLDER,
            measured="passed" if done.returncode == 0 else "failed",
            how=lines[-1].strip("= "),
            bound="all pass",
            holds=done.returncode == 0,
        )
    ]
