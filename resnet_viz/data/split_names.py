"""What people call the folders of the pictures to train on and of those for the test."""

import re

TRAINING, TEST, VALIDATION = "train", "test", "validation"
KINDS = {
    "train": TRAINING,
    "training": TRAINING,
    "test": TEST,
    "testing": TEST,
    "eval": TEST,
    "evaluation": TEST,
    "val": VALIDATION,
    "valid": VALIDATION,
    "validation": VALIDATION,
    "dev": VALIDATION,
}
# What may stand beside such a word: seg_train, Training Set, test-images, train2017, val_labels.
BESIDE = {
    *("set", "seg", "split", "data", "dataset", "images", "imgs", "pictures", "folder"),
    *("label", "labels", "annotations"),  # of tables
}


def kind(folder: str) -> str | None:
    """Whether a folder's name, in any case, is one for training, test or validation pictures."""
    words = re.findall(r"[^\W\d_]+", folder.casefold())
    rest = [word for word in words if word not in BESIDE]
    if len(rest) != 1:
        return None
    return KINDS.get(rest[0]) or KINDS.get(rest[0].removesuffix("set"))
