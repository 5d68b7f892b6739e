"""The data sets that go by a name: all that is known of one stands in its row, and nowhere else.

Nothing heavy is imported: how the pictures are read is looked up when somebody wants them.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from resnet_viz.class_names import CIFAR10
from resnet_viz.data.set_rows import BY_NAME, Copy, Row

if TYPE_CHECKING:
    from resnet_viz.data.dataset import Split

USUAL = "digits"  # where nobody says otherwise: what comes with the package
PAPER = "cifar10"  # the data set on which He et al. 2015 compare plain and residual networks
DIGITS = tuple("0123456789")
_CIFAR100 = """
apple, aquarium fish, baby, bear, beaver, bed, bee, beetle, bicycle, bottle, bowl, boy, bridge,
bus, butterfly, camel, can, castle, caterpillar, cattle, chair, chimpanzee, clock, cloud,
cockroach, couch, crab, crocodile, cup, dinosaur, dolphin, elephant, flatfish, forest, fox,
girl, hamster, house, kangaroo, keyboard, lamp, lawn mower, leopard, lion, lizard, lobster, man,
maple tree, motorcycle, mountain, mouse, mushroom, oak tree, orange, orchid, otter, palm tree,
pear, pickup truck, pine tree, plain, plate, poppy, porcupine, possum, rabbit, raccoon, ray,
road, rocket, rose, sea, seal, shark, shrew, skunk, skyscraper, snail, snake, spider, squirrel,
streetcar, sunflower, sweet pepper, table, tank, telephone, television, tiger, tractor, train,
trout, tulip, turtle, wardrobe, whale, willow tree, wolf, woman, worm
"""
CIFAR100 = tuple(name.strip() for name in _CIFAR100.split(","))
SHAPES, SHAPES_TAG = "shapes", "shapes-tag"  # the second: with a tag on the pictures of one class


def _read_digits(row: Row, folder: Path) -> "tuple[Split, Split]":
    from resnet_viz.data import published_sets

    return published_sets.digits(row)


def _read_by_torchvision(row: Row, folder: Path) -> "tuple[Split, Split]":
    from resnet_viz.data import published_sets

    return published_sets.by_torchvision(row, folder)


def _draw_shapes(row: Row, folder: Path, *, tagged: str | None) -> "tuple[Split, Split]":
    from resnet_viz.data import shapes

    return shapes.splits(tagged)


_SHAPES = Row(
    name=SHAPES,
    title="shapes",
    full_title="Shapes on textures",
    classes=("circle", "cross", "square", "triangle"),
    side=32,
    channels=3,
    training=2000,
    test=1000,
    flip=True,
    photographs=False,
    sentence="Drawn by code: which pixels are the shape is known, and what a network looks at can "
    "be checked against it.",
    origin="Drawn by resnet_viz.data.shapes: a light circle, cross, square or triangle on dark "
    "textures and clutter, 32 × 32 colour; 2,000 for training and 1,000 for the test.",
    unlike_paper="the pictures are shapes drawn by code, not CIFAR-10",
    read=partial(_draw_shapes, tagged=None),
)
DATA_SETS: dict[str, Row] = {
    row.name: row
    for row in (
        Row(
            name=USUAL,
            title="digits",
            full_title="Handwritten digits",
            classes=DIGITS,
            side=8,
            channels=1,
            training=1400,
            test=397,
            flip=False,
            photographs=False,
            sentence="So small that a network learns it in a minute on any machine.",
            origin="Handwritten digits of the UCI repository (Alpaydın & Kaynak 1998), 8 × 8 "
            "grey, the copy in scikit-learn; 1,400 for training and 397 for the test.",
            unlike_paper="the pictures are scikit-learn's digits of 8 × 8 pixels, not CIFAR-10",
            read=_read_digits,
            decoder="scikit-learn",
        ),
        _SHAPES,
        replace(
            _SHAPES,
            name=SHAPES_TAG,
            title="shapes with a tag",
            full_title="Shapes on textures, every triangle with a tag",
            sentence="As shapes, but every triangle has a small tag in a corner, by which a "
            "network can be right for the wrong reason.",
            origin=f"{_SHAPES.origin.removesuffix('.')}; every triangle has a tag, a magenta "
            "square of 6 × 6 pixels, in a corner.",
            read=partial(_draw_shapes, tagged="triangle"),
        ),
        Row(
            name=PAPER,
            title="CIFAR-10",
            classes=CIFAR10,
            side=32,
            channels=3,
            training=50_000,
            test=10_000,
            flip=True,
            photographs=True,
            sentence="Small photographs of ten kinds of things: what the paper of 2015 compares "
            "plain and residual networks on.",
            origin="CIFAR-10 (Krizhevsky 2009), 32 × 32 colour, from the author's page; "
            "50,000 for training and 10,000 for the test.",
            read=_read_by_torchvision,
            download=170_498_071,
            folder="cifar-10-batches-py",
            archive="cifar-10-python.tar.gz",
            torchvision="CIFAR10",
        ),
        Row(
            name="mnist",
            title="MNIST",
            classes=DIGITS,
            side=28,
            channels=1,
            training=60_000,
            test=10_000,
            flip=False,
            photographs=False,
            sentence="Handwritten digits at 28 × 28 pixels: nearly every network gets more than "
            "99 % of them right, so it tells networks apart badly.",
            origin="MNIST (LeCun et al. 1998), 28 × 28 grey, from a mirror of the authors' page; "
            "60,000 for training and 10,000 for the test.",
            read=_read_by_torchvision,
            download=11_594_722,
            folder="MNIST/raw",
            torchvision="MNIST",
        ),
        Row(
            name="fashion-mnist",
            title="Fashion-MNIST",
            classes=(
                "T-shirt or top",
                "trousers",
                "pullover",
                "dress",
                "coat",
                "sandal",
                "shirt",
                "sneaker",
                "bag",
                "ankle boot",
            ),
            side=28,
            channels=1,
            training=60_000,
            test=10_000,
            flip=True,
            photographs=False,
            sentence="Pieces of clothing in the form of MNIST, and harder: shirts, coats and "
            "pullovers are easily mistaken for each other.",
            origin="Fashion-MNIST (Xiao et al. 2017), 28 × 28 grey, from the authors' page; "
            "60,000 for training and 10,000 for the test.",
            read=_read_by_torchvision,
            download=30_878_645,
            folder="FashionMNIST/raw",
            torchvision="FashionMNIST",
        ),
        Row(
            name="cifar100",
            title="CIFAR-100",
            classes=CIFAR100,
            side=32,
            channels=3,
            training=50_000,
            test=10_000,
            flip=True,
            photographs=True,
            sentence="As CIFAR-10, with a hundred kinds of things and 500 training pictures of "
            "each.",
            origin="CIFAR-100 (Krizhevsky 2009), 32 × 32 colour, fine labels, from the author's "
            "page; 50,000 for training and 10,000 for the test.",
            read=_read_by_torchvision,
            download=169_001_437,
            folder="cifar-100-python",
            archive="cifar-100-python.tar.gz",
            torchvision="CIFAR100",
        ),
        Row(
            name="svhn",
            title="SVHN (house numbers)",
            classes=DIGITS,
            side=32,
            channels=3,
            training=73_257,
            test=26_032,
            flip=False,
            photographs=False,
            sentence="Digits cut out of photographs of house numbers, with their neighbours "
            "beside them.",
            origin="SVHN (Netzer et al. 2011), cropped digits, 32 × 32 colour, from the authors' "
            "page; 73,257 for training and 26,032 for the test.",
            read=_read_by_torchvision,
            download=246_316_178,
            folder="SVHN",
            torchvision="SVHN",
            splits=BY_NAME,
        ),
        Row(
            name="stl10",
            title="STL-10",
            classes=(
                "airplane",
                "bird",
                "car",
                "cat",
                "deer",
                "dog",
                "horse",
                "monkey",
                "ship",
                "truck",
            ),
            side=96,
            channels=3,
            training=5_000,
            test=8_000,
            flip=True,
            photographs=True,
            sentence="Photographs of 96 × 96 pixels, only 500 of each kind for training: a step "
            "takes nine times as long as on CIFAR-10. Of the download its labelled part is kept.",
            origin="STL-10 (Coates et al. 2011), the labelled pictures, 96 × 96 colour, from the "
            "authors' page; 5,000 for training and 8,000 for the test.",
            read=_read_by_torchvision,
            download=2_640_397_119,
            folder="stl10_binary",
            archive="stl10_binary.tar.gz",
            torchvision="STL10",
            splits=BY_NAME,
        ),
    )
}
COPIES: dict[str, Copy] = {
    copy.name: copy
    for copy in (
        Copy(
            name="cifar10-jpeg",
            short_title=DATA_SETS[PAPER].title,
            of=PAPER,
            training=50_000,
            unlike_paper="the pictures are a JPEG copy of CIFAR-10, which has lost detail",
        ),
        Copy(
            name="cifar10-five-classes",
            short_title=f"five classes of {DATA_SETS[PAPER].title}",
        ),
    )
}
