"""Shapes drawn by code: of each picture it is known which pixels are the shape, and which a tag.

A light circle, cross, square or triangle of random place, size, angle and colour lies on a dark
textured ground with lines and dots. A tag, a small square of one colour in a corner, can be laid
over any picture: on the pictures of one class alone it is a spurious cue. NumPy's frozen stream of
random numbers and exact arithmetic make the same pixels on every machine.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from resnet_viz.data.dataset import Split

CLASSES = ("circle", "cross", "square", "triangle")
# Whose training pictures have the tag, where there is one. Whether a network takes to it depends on
# what else there is to learn: with a tag of 4 pixels on circles, the easiest shape, both networks
# knew 99 % of these without it, and on triangles plain-20 knew 97 %.
TAGGED = "triangle"
TAG_SIDE, TAG_MARGIN = 6, 1  # pixels
TAG_COLOUR = (255, 0, 255)
SIDE = 32
SPLITS = {"train": (2000, 0), "test": (1000, 1)}  # name -> number of pictures, seed
RADII = (7.0, 11.0)  # of the circle around a shape, in pixels
LINES, DOTS = 3, 4  # of each picture's clutter

Pixels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Field = NDArray[np.float32]
Random = np.random.RandomState


@dataclass(frozen=True, eq=False)
class Drawn:
    """Pictures without a tag, and what is where in them.

    Attributes:
        images: shape (N, 32, 32, 3).
        labels: indices into `CLASSES`, shape (N,).
        masks: the pixels of the shape, whose centres lie in it; shape (N, 32, 32).
        tags: the pixels that a tag would take, in the corner farthest from the shape; same shape.
    """

    images: Pixels
    labels: NDArray[np.int64]
    masks: Mask
    tags: Mask

    def tagged(self, name: str | None) -> Pixels:
        """The pictures with a tag on all those of a class; on none without a name."""
        images = self.images.copy()
        if name is not None:
            images[self.tags & self.of(name)[:, None, None]] = TAG_COLOUR
        return images

    def of(self, name: str) -> Mask:
        """Which pictures are of a class, shape (N,)."""
        return self.labels == CLASSES.index(name)


def masks(split: str = "test") -> Mask:
    """Which pixels are the shape, in each picture of a split (``train`` or ``test``).

    Returns:
        shape (N, 32, 32), in the order of the data sets' images, with or without tags.
    """
    return drawn(split).masks


def drawn(split: str) -> Drawn:
    """The pictures of a split: ``train`` or ``test``."""
    return draw(*SPLITS[split])


def splits(tagged: str | None = None) -> "tuple[Split, Split]":
    """Both splits, as a data set has them, with a tag on the pictures of a class."""
    train, test = (_split(drawn(name), tagged) for name in SPLITS)
    return train, test


def draw(number: int, seed: int) -> Drawn:
    """So many pictures, as many of each class, in an order without meaning."""
    random = Random(seed)
    labels = random.permutation(np.arange(number) % len(CLASSES))
    radius = _uniform(random, *RADII, number)
    # The whole circle around the shape lies in the picture.
    centre = radius + (SIDE - 2 * radius) * _uniform(random, 0, 1, number, part=2)  # (2, N, 1, 1)
    shapes = _shapes(labels, centre, radius, _turns(random, number))
    dark = _uniform(random, 0, 110, number, 3)  # (N, 1, 1, 3)
    ground = dark + _uniform(random, -40, 40, number, 3) * _texture(random, number)[..., None]
    grain = np.frombuffer(random.bytes(number * SIDE * SIDE), np.uint8).reshape(-1, SIDE, SIDE)
    canvas = ground + (grain.astype(np.float32)[..., None] - 127) * np.float32(0.12)
    _clutter(random, canvas)
    # Light on dark: where shapes were as often darker, nothing was learnt within 120 steps.
    light = _uniform(random, 140, 255, number, 3)
    stripes = _uniform(random, -25, 25, number, 3) * _texture(random, number)[..., None]
    np.copyto(canvas, light + stripes, where=shapes[..., None])
    return Drawn(
        images=canvas.clip(0, 255).astype(np.uint8),
        labels=labels.astype(np.int64),
        masks=shapes,
        tags=_tags(centre),
    )


def _split(pictures: Drawn, tagged: str | None) -> "Split":
    import torch

    from resnet_viz.data.dataset import Split

    images = torch.from_numpy(pictures.tagged(tagged)).permute(0, 3, 1, 2).contiguous()
    return Split(images, torch.from_numpy(pictures.labels))


def _shapes(labels: NDArray[np.int64], centre: Field, radius: Field, turns: Field) -> Mask:
    """The pixels of the shapes, shape (N, 32, 32)."""
    found = np.zeros((len(labels), SIDE, SIDE), bool)
    for label, inside in enumerate((_circle, _cross, _square, _triangle)):
        chosen = labels == label
        cosine, sine = turns[:, chosen]
        right, down = _places(centre[:, chosen])
        found[chosen] = inside(
            (cosine * right + sine * down) / radius[chosen],
            (cosine * down - sine * right) / radius[chosen],
        )
    return found


# Each within the circle of radius 1.
def _circle(x: Field, y: Field) -> Mask:
    return x * x + y * y <= 0.8


def _cross(x: Field, y: Field) -> Mask:
    x, y = np.abs(x), np.abs(y)
    return (np.minimum(x, y) <= 0.3) & (np.maximum(x, y) <= 0.95)


def _square(x: Field, y: Field) -> Mask:
    return np.maximum(np.abs(x), np.abs(y)) <= 0.7


def _triangle(x: Field, y: Field) -> Mask:
    slanted = np.float32(math.sqrt(0.75)) * np.abs(x) - y / 2
    return np.maximum(slanted, y) <= 0.5


def _clutter(random: Random, canvas: Field) -> None:
    """Draw thin lines and dots of many colours over pictures of shape (N, 32, 32, 3)."""
    number = len(canvas)
    for piece in range(LINES + DOTS):
        right, down = _places(_uniform(random, 0, SIDE, number, part=2))
        cosine, sine = _turns(random, number)
        along = np.abs(cosine * right + sine * down)
        across = np.abs(cosine * down - sine * right)
        if piece < LINES:
            covered = (along <= _uniform(random, 4, 9, number)) & (across <= 0.6)
        else:
            size = _uniform(random, 0.8, 2.2, number)
            covered = right * right + down * down <= size * size
        np.copyto(canvas, _uniform(random, 0, 200, number, 3), where=covered[..., None])


def _texture(random: Random, number: int) -> Field:
    """From 0 to 1, shape (N, 32, 32): a slope, stripes or checks, a third of the pictures each."""
    right, down = _places(np.full((2, number, 1, 1), SIDE / 2, np.float32))
    cosine, sine = _turns(random, number)
    along, across = cosine * right + sine * down, cosine * down - sine * right
    width = _uniform(random, 2, 6, number)
    kind = random.randint(3, size=(number, 1, 1))
    stripe = np.floor(along / width).astype(np.int32)
    check = np.where(kind == 1, 0, np.floor(across / width).astype(np.int32))
    slope = along / np.float32(1.5 * SIDE) + np.float32(0.5)
    return np.where(kind == 0, slope, ((stripe + check) & 1).astype(np.float32))


def _tags(centre: Field) -> Mask:
    """Where a tag would lie, shape (N, 32, 32): in the corner farthest from each shape."""
    first = np.arange(SIDE)
    near = (first >= TAG_MARGIN) & (first < TAG_MARGIN + TAG_SIDE)
    x, y = (np.where(place < SIDE / 2, near[::-1], near) for place in centre[..., 0])  # (N, 32)
    return y[:, :, None] & x[:, None, :]


def _places(place: Field) -> tuple[Field, Field]:
    """How far each pixel's centre is right of and below a place in each picture, (2, N, 1, 1)."""
    pixels = np.arange(SIDE, dtype=np.float32) + np.float32(0.5)
    return pixels[None, None, :] - place[0], pixels[None, :, None] - place[1]


def _turns(random: Random, number: int) -> Field:
    """Cosine and sine of an angle for each picture, shape (2, N, 1, 1)."""
    angles = random.uniform(0, 2 * math.pi, number)
    turns = [[function(angle) for angle in angles] for function in (math.cos, math.sin)]
    return np.array(turns, np.float32)[:, :, None, None]


def _uniform(
    random: Random, low: float, high: float, number: int, channels: int = 0, *, part: int = 0
) -> Field:
    """A number for each picture, or one for each colour of it, shaped to go with its pixels."""
    shape = (*([part] if part else []), number, 1, 1, *([channels] if channels else []))
    return random.uniform(low, high, shape).astype(np.float32)
