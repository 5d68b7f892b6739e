"""The numbers of deep TIFFs, compared with what libtiff wrote."""

import numpy as np
import pytest
from PIL import Image

from resnet_viz.data import deep_tiffs
from tests.unit.images_support import encoded

FLOATS = np.random.default_rng(0).normal(size=(37, 23)).astype(np.float32)
WHOLE = np.random.default_rng(1).integers(0, 65536, (37, 23), dtype=np.uint16)
PREDICTOR, ROWS = 317, 278


@pytest.mark.parametrize("rows", [5, 37])
@pytest.mark.parametrize("compression", ["raw", "tiff_adobe_deflate"])
@pytest.mark.parametrize(("values", "predictor"), [(FLOATS, 1), (FLOATS, 3), (WHOLE, 2)])
def test_the_numbers_are_those_that_libtiff_wrote(
    values: np.ndarray, predictor: int, compression: str, rows: int
) -> None:
    tags = {ROWS: rows} | ({PREDICTOR: predictor} if compression != "raw" else {})
    raw = encoded(Image.fromarray(values), "TIFF", compression=compression, tiffinfo=tags)
    layout = deep_tiffs.layout_of(raw)
    assert layout.size == (23, 37)
    deep_tiffs.require_known(layout)
    assert np.array_equal(deep_tiffs.pixels_of(raw, layout)[..., 0], values)


def test_what_lies_in_a_way_that_is_not_read_is_called_by_its_name() -> None:
    raw = encoded(Image.fromarray(WHOLE), "TIFF", compression="tiff_lzw")
    with pytest.raises(deep_tiffs.OtherKindError, match="compression 5 of such numbers"):
        deep_tiffs.require_known(deep_tiffs.layout_of(raw))


def test_a_directory_that_points_beyond_the_file_is_damaged() -> None:
    raw = encoded(Image.fromarray(WHOLE), "TIFF")
    for cut in range(8, len(raw), 97):
        with pytest.raises(ValueError, match="damaged"):
            deep_tiffs.layout_of(raw[:cut])
