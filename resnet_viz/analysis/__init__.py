"""What a network looks like inside, and what it mistakes: tensors and frames out.

Every function takes a `Classifier`, holds its lock while it uses the network, and leaves it as
found: no gradient, hook, mode, buffer or ``requires_grad`` flag changes, also after an error.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resnet_viz.analysis.assumptions import Alternative, AssumptionCheck, check_assumptions
    from resnet_viz.analysis.attribution import METHODS
    from resnet_viz.analysis.attribution.explaining import Attribution, attribute, attribute_all
    from resnet_viz.analysis.attribution.method import Method
    from resnet_viz.analysis.channels import (
        exciting_pictures,
        important_channels,
        receptive_field,
    )
    from resnet_viz.analysis.confusions import Confusion, confusion, recorded_confusion
    from resnet_viz.analysis.errors import AnalysisError
    from resnet_viz.analysis.experiments.fresh_networks import fresh_gradients
    from resnet_viz.analysis.experiments.identity import learn_identity
    from resnet_viz.analysis.experiments.insertion import insert_blocks
    from resnet_viz.analysis.experiments.scalar_chain import (
        activation_curve,
        largest_slope,
        scalar_chain,
    )
    from resnet_viz.analysis.experiments.shortcuts import shortcut_costs, shortcut_outputs
    from resnet_viz.analysis.gradients import batch_gradient_norms, gradient_norms
    from resnet_viz.analysis.localisation import overlap, pointing_game
    from resnet_viz.analysis.maps_of_blocks import BlockMaps, block_maps
    from resnet_viz.analysis.maps_of_layers import default_layer, feature_maps, layers
    from resnet_viz.analysis.prediction import predict
    from resnet_viz.analysis.responses import layer_responses
    from resnet_viz.analysis.structure.layers import layer_table, totals
    from resnet_viz.analysis.structure.parts import outline
    from resnet_viz.analysis.trust import CHECKS
    from resnet_viz.analysis.trust.agreement import agreement, rank_correlation
    from resnet_viz.analysis.trust.check import Check
    from resnet_viz.analysis.trust.controls import CONTROLS, controls
    from resnet_viz.analysis.trust.mosaics import mosaic_test, mosaics
    from resnet_viz.analysis.trust.randomisation import randomisation
    from resnet_viz.analysis.trust.removal import removal
    from resnet_viz.analysis.trust.sensitivity import sensitivity

_MODULES = {
    "Alternative": "assumptions",
    "AssumptionCheck": "assumptions",
    "check_assumptions": "assumptions",
    "METHODS": "attribution",
    "Attribution": "attribution.explaining",
    "Method": "attribution.method",
    "attribute": "attribution.explaining",
    "attribute_all": "attribution.explaining",
    "exciting_pictures": "channels",
    "important_channels": "channels",
    "receptive_field": "channels",
    "Confusion": "confusions",
    "confusion": "confusions",
    "recorded_confusion": "confusions",
    "AnalysisError": "errors",
    "activation_curve": "experiments.scalar_chain",
    "fresh_gradients": "experiments.fresh_networks",
    "insert_blocks": "experiments.insertion",
    "largest_slope": "experiments.scalar_chain",
    "learn_identity": "experiments.identity",
    "scalar_chain": "experiments.scalar_chain",
    "shortcut_costs": "experiments.shortcuts",
    "shortcut_outputs": "experiments.shortcuts",
    "batch_gradient_norms": "gradients",
    "gradient_norms": "gradients",
    "overlap": "localisation",
    "pointing_game": "localisation",
    "BlockMaps": "maps_of_blocks",
    "block_maps": "maps_of_blocks",
    "default_layer": "maps_of_layers",
    "feature_maps": "maps_of_layers",
    "layers": "maps_of_layers",
    "predict": "prediction",
    "layer_responses": "responses",
    "layer_table": "structure.layers",
    "outline": "structure.parts",
    "totals": "structure.layers",
    "CHECKS": "trust",
    "agreement": "trust.agreement",
    "rank_correlation": "trust.agreement",
    "Check": "trust.check",
    "CONTROLS": "trust.controls",
    "controls": "trust.controls",
    "mosaics": "trust.mosaics",
    "mosaic_test": "trust.mosaics",
    "randomisation": "trust.randomisation",
    "removal": "trust.removal",
    "sensitivity": "trust.sensitivity",
}

__all__ = [
    "CHECKS",
    "CONTROLS",
    "METHODS",
    "Alternative",
    "AnalysisError",
    "AssumptionCheck",
    "Attribution",
    "BlockMaps",
    "Check",
    "Confusion",
    "Method",
    "activation_curve",
    "agreement",
    "attribute",
    "attribute_all",
    "batch_gradient_norms",
    "block_maps",
    "check_assumptions",
    "confusion",
    "controls",
    "default_layer",
    "exciting_pictures",
    "feature_maps",
    "fresh_gradients",
    "gradient_norms",
    "important_channels",
    "insert_blocks",
    "largest_slope",
    "layer_responses",
    "layer_table",
    "layers",
    "learn_identity",
    "mosaic_test",
    "mosaics",
    "outline",
    "overlap",
    "pointing_game",
    "predict",
    "randomisation",
    "rank_correlation",
    "receptive_field",
    "recorded_confusion",
    "removal",
    "scalar_chain",
    "sensitivity",
    "shortcut_costs",
    "shortcut_outputs",
    "totals",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
