"""Published figures, to stand beside measured ones; each with its source."""

from dataclasses import dataclass

HE_2015 = "He et al. 2015, arXiv:1512.03385"

# Test error (%) on CIFAR-10, table 6; plain-20 and plain-56 appear only as curves, in figure 6.
CIFAR10_TEST_ERROR = {
    "resnet20": 8.75,
    "resnet32": 7.51,
    "resnet44": 7.17,
    "resnet56": 6.97,
    "resnet110": 6.43,
}
# What the paper says of its other CIFAR-10 networks, section 4.2.
CIFAR10_IN_WORDS = {
    "plain20": "figure 6 only",
    "plain32": "figure 6 only",
    "plain44": "figure 6 only",
    "plain56": "figure 6 only",
    "plain110": "above 60 %",
}
CIFAR10_TRAINING_IMAGES = 50_000
# The article that the product follows: networks with ImageNet weights, fine-tuned on CIFAR-10 for 5
# epochs, test loss and accuracy (%). It says "about" of the accuracies and of ResNet-18's loss, and
# has no numbers for the four networks in between.
ARTICLE_TRANSFER = {"resnet18": (0.19, 93.2), "resnet152": (0.07, 96.5)}


@dataclass(frozen=True)
class Documented:
    """What torchvision says of a network's oldest ImageNet weights.

    Attributes:
        parameters: of the network with its 1,000 classes.
        gmacs: multiply-adds for a picture of 224×224 pixels, in units of 10⁹.
        accuracy: top-1 on ImageNet-1K, one central crop, in per cent.
        megabytes: size of the file.
    """

    parameters: int
    gmacs: float
    accuracy: float
    file_name: str
    megabytes: float


# Written down, because to ask torchvision takes seconds, for which a page would have to wait.
IMAGENET_WEIGHTS = {
    "resnet18": Documented(11_689_512, 1.814, 69.758, "resnet18-f37072fd.pth", 44.661),
    "resnet34": Documented(21_797_672, 3.664, 73.314, "resnet34-b627a593.pth", 83.275),
    "resnet50": Documented(25_557_032, 4.089, 76.13, "resnet50-0676ba61.pth", 97.781),
    "resnet101": Documented(44_549_160, 7.801, 77.374, "resnet101-63fe2227.pth", 170.511),
    "resnet152": Documented(60_192_808, 11.514, 78.312, "resnet152-394f9c45.pth", 230.434),
    "resnext50_32x4d": Documented(25_028_904, 4.23, 77.618, "resnext50_32x4d-7cdf4587.pth", 95.789),
}
IMAGENET_TERMS = (
    "torchvision is BSD-licensed; of its weights its README says that they may carry terms of the "
    "data that they were trained on, and that it is for you to find out whether you may use them. "
    "ImageNet's are for non-commercial research and education."
)


def cifar10_test_error(architecture: str) -> str:
    """The paper's test error on CIFAR-10 in words; a dash for networks that it does not have."""
    if (error := CIFAR10_TEST_ERROR.get(architecture)) is not None:
        return f"{error} %"
    return CIFAR10_IN_WORDS.get(architecture, "–")


# Top-1 error (%) on ImageNet of ResNet-34 by shortcut option, 10-crop: He et al. 2015, table 3.
RESNET34_BY_OPTION = {"A": 25.03, "B": 24.52, "C": 24.19}
HE_2016 = "He et al. 2016, arXiv:1603.05027"
# Test error (%) of ResNet-110 on CIFAR-10 by what is on the shortcut, table 1. Above 20 % the paper
# gives no number and calls it failed.
SHORTCUT_VARIATIONS = {
    "identity (A)": "6.61",
    "half of both": "12.35",
    "half shortcut": "above 20",
    "dropout": "above 20",
    "all projected (C)": "12.22",
}
