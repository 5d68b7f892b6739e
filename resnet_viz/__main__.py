"""``python -m resnet_viz``."""

import sys

from resnet_viz.cli import main

sys.exit(main())
