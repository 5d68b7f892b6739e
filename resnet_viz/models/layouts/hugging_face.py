"""``ResNetModel`` of Hugging Face's transformers: stages of layers of layers."""

import re

from resnet_viz.models.layouts.layout import Layout, one_by_one

FIRST = "embedder.embedder.convolution.weight"
_STAGE = re.compile(r"^encoder\.stages\.(\d{1,4})\.layers\.(\d{1,4})\.")
_LAYER = re.compile(r"^layer\.(\d{1,4})\.(convolution|normalization)\.")
_OF_BLOCK = {"shortcut.convolution.": "downsample.0.", "shortcut.normalization.": "downsample.1."}
_OUTSIDE = {
    "embedder.embedder.convolution.": "conv1.",
    "embedder.embedder.normalization.": "bn1.",
}


def _renamed(name: str) -> str:
    for theirs, ours in _OUTSIDE.items():
        if name.startswith(theirs):
            return ours + name.removeprefix(theirs)
    if not (stage := _STAGE.match(name)):
        return name
    block, rest = f"layer{int(stage[1]) + 1}.{stage[2]}.", name[stage.end() :]
    for theirs, ours in _OF_BLOCK.items():
        if rest.startswith(theirs):
            return block + ours + rest.removeprefix(theirs)
    if not (layer := _LAYER.match(rest)):
        return name
    kind = "conv" if layer[2] == "convolution" else "bn"
    return f"{block}{kind}{int(layer[1]) + 1}.{rest[layer.end() :]}"


HUGGING_FACE = Layout(
    name="hugging_face",
    title="Hugging Face's ResNetModel and ResNetForImageClassification",
    recognise=lambda shapes: FIRST in shapes,
    rename=one_by_one(_renamed),
    first_layer=FIRST,
)
