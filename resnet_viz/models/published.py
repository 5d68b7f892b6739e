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

# Parameters in millions, He et al. 2015, table 6.
CIFAR10_PARAMETERS = {
    "resnet20": 0.27,
    "resnet32": 0.46,
    "resnet44": 0.66,
    "resnet56": 0.85,
    "resnet110": 1.7,
}
# Multiply-adds at 224×224 in units of 10⁹, He et al. 2015, table 1. Up to 34 layers its shortcuts
# are free (option A), so the plain networks cost the same; its bottlenecks have projections, and
# their stride on the first 1×1 convolution.
IMAGENET_GMACS = {
    "plain18": 1.8,
    "plain34": 3.6,
    "resnet18": 1.8,
    "resnet34": 3.6,
    "resnet50": 3.8,
    "resnet101": 7.6,
    "resnet152": 11.3,
}
XIE_2016 = "Xie et al. 2016, arXiv:1611.05431"
# Top-1 error (%) on ImageNet: He et al. 2015, tables 2 and 3, of ten crops, with the shortcut's
# option where the paper has several; of ResNeXt-50 Xie et al. 2016, table 3, of one crop, by which
# ResNet-50 has 23.9.
IMAGENET_ERROR = {
    "plain18": "27.94",
    "plain34": "28.54",
    "resnet18": "27.88 (A)",
    "resnet34": ", ".join(f"{error} ({option})" for option, error in RESNET34_BY_OPTION.items()),
    "resnet50": "22.85",
    "resnet101": "21.75",
    "resnet152": "21.43",
    "resnext50_32x4d": "22.2 (one crop)",
}
# Top-1 error (%) on ImageNet-1K, one crop, of networks of 50 layers and about equal cost, by paths
# of a block and channels of a path: Xie et al. 2016, table 3; (1, 64) is ResNet-50.
RESNEXT50_BY_CARDINALITY = {
    (1, 64): 23.9,
    (2, 40): 23.0,
    (4, 24): 22.6,
    (8, 14): 22.3,
    (32, 4): 22.2,
}
