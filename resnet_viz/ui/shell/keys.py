"""Every key under which the value of a widget stands in links, and the pages that draw it.

Streamlit keeps such a value under its key while a visitor walks from page to page, and gives it to
the next widget of that key. So one key means one thing, wherever it is drawn; `links` takes no key
on a page that does not have it here.
"""

import re
from collections.abc import Mapping
from functools import cache

from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.models.options import common

EVERYWHERE = "every page"
# Drawn by several pages, with one meaning.
PICTURE, MOMENT = "the picture to look at", "the epoch after which networks are shown"
SHARED: Mapping[str, tuple[str, ...]] = {
    PICTURE: ("feature_maps", "attribution", "shortcuts"),
    MOMENT: ("feature_maps", "attribution"),
}

# Page, or what several draw -> its keys, as regular expressions: one may stand for a whole family.
# {common} is an option that is offered beside a network of the table, {network} such a network.
KEYS: Mapping[str, tuple[str, ...]] = {
    EVERYWHERE: (r"left|right", "(left|right)_(net|seed|{common})", "stage"),
    PICTURE: ("image", "photograph", "sample", "cut", "cut_(side|across|down)"),
    MOMENT: ("epoch",),
    "architecture": (
        *("show", "net", "beside", r"size_\d+", "unfold", "part", "layers", "export", "base"),
        "[a-z_]+_{network}",  # an option of a network of one's own, by its row
    ),
    "training": (
        *("recipe", "network", "against", "own", "data", "seed", "device", "precision"),
        r"(epochs|batch|rate|decay)_[a-z]+",  # by recipe
        "run_{common}",
    ),
    "study": ("study",),
    "error_against_depth": ("grid", "over"),
    "transfer": (
        *("networks", "from"),
        r"(six|own)_(data|trunk|rate|dropout|batch|epochs|seed|device)",
    ),
    "curves": (
        *("runs", "find", "front", "smoothing", "band", "metric", "x"),
        *("apart", "each_step"),
        "(one|other)_run",  # whose settings are compared
    ),
    "gradients": (
        *("gradients", "quantity", "moment"),
        *("depth", "{common}"),  # of fresh networks
    ),
    "feature_maps": ("block", "channel", "scale", r"(left|right)_layer", "exciting"),
    "classes": ("test_data", "true", "predicted"),
    "attribution": (
        *("trust", "check", "replaced_by", "mosaics_of"),
        *("compare", "method", "methods", "film_method", "target", "rather_than", "layer"),
        *("drawn", "opacity", "strongest", "map_scale"),
        *("pixel", "map_row", "map_column", "class_mean", "mean_class"),
    ),
    "convolution": (
        *("size", "kernel", "padding", "stride", "dilation", "row", "column", "filter"),
        *("walk", "pixels"),
    ),
    "vanishing": ("function", "chain_layers", "chain_weight", "chain_input"),
    "degradation": (
        *("recorded_on", "new_blocks", "identity_width", "identity_rate", "response_order"),
    ),
    "shortcuts": ("at", "option", "counted", "shortcut_scale"),
    "cardinality": ("paths", "one_path", "width", "channels"),
    "right_for_the_wrong_reason": ("tag", "shape", "shape_number"),
    "glossary": ("word",),
    "notes": ("teach", "note"),
}
# What links of before called a key whose name meant something else on another page.
FORMERLY = {
    "stage": "projector",
    "shortcut_scale": "scale",
    "run_activation": "activation",
    "run_norm": "norm",
    "run_shortcut": "shortcut",
}


@cache
def owners(key: str) -> tuple[str, ...]:
    """The rows of the table that have a key: one, if it is declared and means one thing."""
    rows = {"{common}": [option.name for option in common()], "{network}": ARCHITECTURES}

    def fits(name: str) -> bool:
        for family, names in rows.items():
            name = name.replace(family, f"({'|'.join(names)})")
        return re.fullmatch(name, key) is not None

    return tuple(owner for owner, names in KEYS.items() if any(map(fits, names)))


def drawn_on(key: str, page: str) -> bool:
    """Whether a page may draw a widget of that key."""
    places = {EVERYWHERE, page, *(shared for shared, pages in SHARED.items() if page in pages)}
    return not places.isdisjoint(owners(key))
