"""python -m benchmarks.gpu.network JOB: train one network, in a process of its own, until told."""

import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.gpu.kept import Keeper
from resnet_viz.training import RunConfig, Stopped, fit


def main(arguments: Sequence[str]) -> int:
    """Go on from what lies in the job's folder; stop at its time, or at a signal, and keep that."""
    job = json.loads(arguments[0])
    config = RunConfig.from_dict(job["config"])
    with TemporaryDirectory() as folder:
        keeper = Keeper(config, Path(job["folder"]), Path(folder), job["until"])

        def stop(*_: object) -> None:
            keeper.until = 0.0

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's, of which the parent tells
        if keeper.restore() == "finished":
            return 0
        try:
            fit(config, keeper, Path(folder), resume=True)
        except Stopped:  # and saved
            keeper.keep("stopped")
        else:
            keeper.keep("finished")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
