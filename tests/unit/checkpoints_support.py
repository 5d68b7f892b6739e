"""What the tests of checkpoints share: a network to save, and a state as others save it."""

from resnet_viz import models


def classifier(name="resnet20", **options):
    network = models.build(name, seed=0, **options)
    a = network.architecture
    return models.Classifier(
        network=network,
        classes=tuple(f"c{i}" for i in range(a.classes)),
        input_size=32,
        mean=(0.5,) * a.channels,
        std=(0.25,) * a.channels,
        card={"recipe": "quick", "metrics": {"test_accuracy": 98.0}},
    )


def cifar_state(name="resnet20", **options):
    return models.build(name, seed=5, **options).state_dict()
