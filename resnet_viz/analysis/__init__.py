"""What a network looks like inside, and what it mistakes: tensors and frames out.

Every function takes a `Classifier`, holds its lock while it uses the network, and leaves it as
found: no gradient, hook, mode, buffer or ``requires_grad`` flag changes, also after an error.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resnet_viz.analysis.anatomy import layer_table, outline, totals
    from resnet_viz.analysis.attribution import METHODS, Attribution, Method, attribute
    from resnet_viz.analysis.confusions import Confusion, confusion, recorded_confusion
    from resnet_viz.analysis.gradients import gradient_norms
    from resnet_viz.analysis.identity import learn_identity
    from resnet_viz.analysis.insertion import insert_blocks
    from resnet_viz.analysis.inspection import AnalysisError
    from resnet_viz.analysis.maps import (
        BlockMaps,
        block_maps,
        default_layer,
        feature_maps,
        layers,
    )
    from resnet_viz.analysis.prediction import predict
    from resnet_viz.analysis.responses import layer_responses
    from resnet_viz.analysis.shortcuts import shortcut_costs, shortcut_outputs
    from resnet_viz.analysis.vanishing import (
        activation_curve,
        fresh_gradients,
        largest_slope,
        scalar_chain,
    )

_MODULES = {
    "METHODS": "attribution",
    "Attribution": "attribution",
    "Method": "attribution",
    "activation_curve": "vanishing",
    "attribute": "attribution",
    "Confusion": "confusions",
    "confusion": "confusions",
    "recorded_confusion": "confusions",
    "fresh_gradients": "vanishing",
    "gradient_norms": "gradients",
    "insert_blocks": "insertion",
    "AnalysisError": "inspection",
    "BlockMaps": "maps",
    "block_maps": "maps",
    "default_layer": "maps",
    "feature_maps": "maps",
    "layer_table": "anatomy",
    "largest_slope": "vanishing",
    "layer_responses": "responses",
    "learn_identity": "identity",
    "layers": "maps",
    "outline": "anatomy",
    "predict": "prediction",
    "scalar_chain": "vanishing",
    "shortcut_costs": "shortcuts",
    "shortcut_outputs": "shortcuts",
    "totals": "anatomy",
}

__all__ = [
    "METHODS",
    "AnalysisError",
    "Attribution",
    "BlockMaps",
    "Confusion",
    "Method",
    "activation_curve",
    "attribute",
    "block_maps",
    "confusion",
    "default_layer",
    "feature_maps",
    "fresh_gradients",
    "gradient_norms",
    "insert_blocks",
    "largest_slope",
    "layer_responses",
    "layer_table",
    "layers",
    "learn_identity",
    "outline",
    "predict",
    "recorded_confusion",
    "scalar_chain",
    "shortcut_costs",
    "shortcut_outputs",
    "totals",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
