"""Attribution: where in an image a network finds its reasons for a class; a unit for each method.

The table is read without torch. A new method is a file with its function and its row, named here.
"""

from resnet_viz.analysis.attribution.grad_cam import GRAD_CAM
from resnet_viz.analysis.attribution.integrated_gradients import INTEGRATED_GRADIENTS
from resnet_viz.analysis.attribution.method import Method
from resnet_viz.analysis.attribution.saliency import SALIENCY

METHODS: dict[str, Method] = {row.name: row for row in (GRAD_CAM, SALIENCY, INTEGRATED_GRADIENTS)}
DEFAULT = next(iter(METHODS))
