"""What the tests of foreign files share: things that would act when opened, and ways to save."""

import io
import os
import pickle

import torch


class Malicious:
    """Makes a folder when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (str(self.path),))


def pickled(content, **options):
    """As ``torch.save`` writes it."""
    buffer = io.BytesIO()
    torch.save(content, buffer, **options)
    return buffer.getvalue()


def older(content):
    """As PyTorch wrote it before 1.6."""
    return pickled(content, _use_new_zipfile_serialization=False)


SAVED = {
    "archive": pickled,
    "older": older,
    **{
        f"protocol {number}": lambda content, number=number: pickle.dumps(
            as_arrays(content), protocol=number
        )
        for number in range(6)
    },
}


def as_arrays(content):
    """The same with NumPy's arrays for tensors."""
    if isinstance(content, torch.Tensor):
        return content.numpy()
    if isinstance(content, dict):
        return {name: as_arrays(one) for name, one in content.items()}
    return content
