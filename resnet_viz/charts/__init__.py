"""DataFrame or array in, Plotly figure or picture out: pure functions without torch."""

from resnet_viz.charts.blocks import agreement_by_block, responses, shortcut_share
from resnet_viz.charts.channels import channel_sheet, with_scale
from resnet_viz.charts.class_drawings import curves_drawing, poll_drawing
from resnet_viz.charts.class_guesses import poll_bars, race
from resnet_viz.charts.colours import GREEN, GREY, PLAIN, RESIDUAL, colour, diverging, sequential
from resnet_viz.charts.confusion import class_accuracy, confusion, sheet
from resnet_viz.charts.curves import curves, limits, points, still, thin
from resnet_viz.charts.degradation import identity_losses, layer_responses
from resnet_viz.charts.drawing import MARKS, drawing
from resnet_viz.charts.drawing_words import described
from resnet_viz.charts.drawn_networks import Drawn
from resnet_viz.charts.final_errors import final_errors
from resnet_viz.charts.gradients import gradient_heatmap, gradient_norms
from resnet_viz.charts.heatmaps import (
    ALONE,
    LOOKS,
    MASKED,
    OVERLAY,
    blank_map,
    contact_sheet,
    drawn_map,
    masked,
    overlay,
    pressable,
    strongest,
)
from resnet_viz.charts.importance import important_channels, patches
from resnet_viz.charts.learning import probability_by_epoch
from resnet_viz.charts.pictures import (
    colour_bar,
    drawn_picture,
    enlarge,
    framed,
    grid,
    magnify,
    png,
    scale_top,
    strip,
)
from resnet_viz.charts.predictions import predictions
from resnet_viz.charts.run_curves import run_curves, run_looks
from resnet_viz.charts.shortcuts import errors_by_shortcut, signal_left
from resnet_viz.charts.spurious_cue import accuracy_by_tag, strongest_points
from resnet_viz.charts.study import figure6, gaps, gradient_ends
from resnet_viz.charts.transfer import accuracy_over_images, accuracy_over_parameters
from resnet_viz.charts.trust import agreement, recorded_scores, removal
from resnet_viz.charts.vanishing import activation, reaching

__all__ = [
    "ALONE",
    "GREEN",
    "GREY",
    "LOOKS",
    "MARKS",
    "MASKED",
    "OVERLAY",
    "PLAIN",
    "RESIDUAL",
    "Drawn",
    "accuracy_by_tag",
    "accuracy_over_images",
    "accuracy_over_parameters",
    "activation",
    "agreement",
    "agreement_by_block",
    "blank_map",
    "channel_sheet",
    "class_accuracy",
    "colour",
    "colour_bar",
    "confusion",
    "contact_sheet",
    "curves",
    "curves_drawing",
    "described",
    "diverging",
    "drawing",
    "drawn_map",
    "drawn_picture",
    "enlarge",
    "errors_by_shortcut",
    "figure6",
    "final_errors",
    "framed",
    "gaps",
    "gradient_ends",
    "gradient_heatmap",
    "gradient_norms",
    "grid",
    "identity_losses",
    "important_channels",
    "layer_responses",
    "limits",
    "magnify",
    "masked",
    "overlay",
    "patches",
    "png",
    "points",
    "poll_bars",
    "poll_drawing",
    "predictions",
    "pressable",
    "probability_by_epoch",
    "race",
    "reaching",
    "recorded_scores",
    "removal",
    "responses",
    "run_curves",
    "run_looks",
    "scale_top",
    "sequential",
    "sheet",
    "shortcut_share",
    "signal_left",
    "still",
    "strip",
    "strongest",
    "strongest_points",
    "thin",
    "with_scale",
]
