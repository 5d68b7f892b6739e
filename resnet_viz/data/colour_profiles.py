"""What the colours of a picture stand for, where it brings a profile that says so."""

import io
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageCms

# A profile's colours -> the mode that it is applied to, and the modes of pictures that it suits.
SPACES = {
    "RGB": ("RGB", ("RGB", "RGBA", "RGBX", "P", "PA", "L", "LA", "1", "YCbCr")),
    "GRAY": ("L", ("L", "LA", "1")),
    "CMYK": ("CMYK", ("CMYK",)),
}
INVISIBLE = 2  # of 255: what a profile may change and is taken for that of the screen itself


class ProfileError(ValueError):
    """A profile that cannot be read, or is not for such a picture."""


@lru_cache(maxsize=16)
def to_screen(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """What turns the colours of a profile into those of sRGB; None where they are the same.

    Args:
        mode: the picture's, in Pillow's letters.

    Raises:
        ProfileError: if the profile is damaged, or for other colours than the picture's.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        applied_to, suited = SPACES[source.profile.xcolor_space.strip()]
        if mode not in suited:
            raise ProfileError
        transform = _transform(source, applied_to)
    except (OSError, KeyError, ImageCms.PyCMSError) as error:
        raise ProfileError from error
    return None if _is_the_screens(transform, applied_to) else transform


@lru_cache(maxsize=1)
def lab_to_screen() -> ImageCms.ImageCmsTransform:
    """What turns CIE L*a*b* into sRGB."""
    return _transform(ImageCms.createProfile("LAB"), "LAB", ImageCms.Flags.NOOPTIMIZE)


def _transform(
    source: Any, mode: str, flags: ImageCms.Flags = ImageCms.Flags.NONE
) -> ImageCms.ImageCmsTransform:
    screen = ImageCms.createProfile("sRGB")
    return ImageCms.buildTransform(source, screen, mode, "RGB", flags=flags)


def _is_the_screens(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Whether the transform changes nothing that could be seen, tried on colours of all kinds."""
    if mode == "CMYK":
        return False
    steps = np.linspace(0, 255, 9 if mode == "RGB" else 256).astype(np.uint8)
    if mode == "RGB":
        probe = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(1, -1, 3)
    else:
        probe = steps[None]
    before = Image.fromarray(probe)
    change = np.asarray(transform.apply(before), int) - np.asarray(before.convert("RGB"), int)
    return bool(abs(change).max() <= INVISIBLE)
