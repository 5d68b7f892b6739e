"""A last layer of dropout and linear in a ``Sequential``: ``fc.1.weight``."""

import re

from resnet_viz.models.layouts.layout import Layout

_LINEAR = re.compile(r"^fc\.1\.")

DROPOUT_HEAD = Layout(
    name="dropout_head",
    title="dropout and linear as the last layer (fc.1)",
    recognise=lambda shapes: any(map(_LINEAR.match, shapes)),
    rename=lambda shapes: {name: _LINEAR.sub("fc.", name) for name in shapes},
)
