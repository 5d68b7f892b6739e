"""``python -m resnet_viz.runs.worker RUN_ID TOKEN``."""

import sys

from resnet_viz.runs.worker.process import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
