"""Whether an attribution map deserves belief: checks that work on any map, and their controls.

The table is read without torch; each row stands beside its function.
"""

from resnet_viz.analysis.trust.agreement import AGREEMENT
from resnet_viz.analysis.trust.check import Check
from resnet_viz.analysis.trust.mosaics import MOSAIC
from resnet_viz.analysis.trust.randomisation import RANDOMISATION
from resnet_viz.analysis.trust.removal import DELETION, INSERTION
from resnet_viz.analysis.trust.sensitivity import SENSITIVITY

CHECKS: dict[str, Check] = {
    row.name: row for row in (INSERTION, DELETION, RANDOMISATION, MOSAIC, AGREEMENT, SENSITIVITY)
}
