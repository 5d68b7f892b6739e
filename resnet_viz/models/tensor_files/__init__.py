"""Files of tensors that other programs wrote, read without running anything in them.

``kinds`` tells what a file is, ``archive``, ``pickles`` and ``safetensors_file`` read what it
holds, as values that do nothing (``machine``, ``makers``, ``inert``), ``contents`` finds the
networks in it and ``numbers`` makes tensors of them.
"""

from resnet_viz.models.tensor_files.reading import Tensors, parts, read_tensors

__all__ = ["Tensors", "parts", "read_tensors"]
