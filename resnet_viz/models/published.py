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
