"""Published figures, to stand beside measured ones; each with its source."""

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


def cifar10_test_error(architecture: str) -> str:
    """The paper's test error on CIFAR-10 in words; a dash for networks that it does not have."""
    if (error := CIFAR10_TEST_ERROR.get(architecture)) is not None:
        return f"{error} %"
    return CIFAR10_IN_WORDS.get(architecture, "–")
