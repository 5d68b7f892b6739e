"""Attribution: where in an image a network finds its reasons for a class; a unit for each method.

The table is read without torch. A new method is a file with its function and its row, named here.
The first is the one that is taken where none is named; the others stand with the cheap ones first.
"""

from resnet_viz.analysis.attribution.ablation_cam import ABLATION_CAM
from resnet_viz.analysis.attribution.cams import (
    EIGEN_CAM,
    GRAD_CAM,
    GRAD_CAM_PLUS_PLUS,
    HIRES_CAM,
    LAYER_CAM,
    XGRAD_CAM,
)
from resnet_viz.analysis.attribution.deep_lift import DEEP_LIFT
from resnet_viz.analysis.attribution.expected_gradients import EXPECTED_GRADIENTS
from resnet_viz.analysis.attribution.guided import GUIDED_BACKPROPAGATION, GUIDED_GRAD_CAM
from resnet_viz.analysis.attribution.input_x_gradient import INPUT_X_GRADIENT
from resnet_viz.analysis.attribution.integrated_gradients import INTEGRATED_GRADIENTS
from resnet_viz.analysis.attribution.kernel_shap import KERNEL_SHAP
from resnet_viz.analysis.attribution.lrp import LRP
from resnet_viz.analysis.attribution.method import Method
from resnet_viz.analysis.attribution.occlusion import OCCLUSION
from resnet_viz.analysis.attribution.rise import RISE
from resnet_viz.analysis.attribution.saliency import SALIENCY
from resnet_viz.analysis.attribution.score_cam import SCORE_CAM
from resnet_viz.analysis.attribution.smooth_grad import SMOOTH_GRAD

_CHEAP = (
    GRAD_CAM,
    GRAD_CAM_PLUS_PLUS,
    XGRAD_CAM,
    HIRES_CAM,
    LAYER_CAM,
    EIGEN_CAM,
    SALIENCY,
    INPUT_X_GRADIENT,
    GUIDED_BACKPROPAGATION,
    GUIDED_GRAD_CAM,
    DEEP_LIFT,
    LRP,
)
_SLOW = (
    ABLATION_CAM,
    SMOOTH_GRAD,
    OCCLUSION,
    SCORE_CAM,
    INTEGRATED_GRADIENTS,
    EXPECTED_GRADIENTS,
    RISE,
    KERNEL_SHAP,
)
METHODS: dict[str, Method] = {row.name: row for row in (*_CHEAP, *_SLOW)}
DEFAULT = next(iter(METHODS))
