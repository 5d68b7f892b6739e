"""What the tests of foreign files share: things that would act when opened, and ways to save."""

import io
import os
import pickle
import zipfile

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


def archive(pickle_, **more):
    """A pickle in the container that ``torch.save`` writes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("archive/data.pkl", pickle_)
        for name, raw in more.items():
            file.writestr(f"archive/data/{name.strip('_')}", raw)
        file.writestr("archive/version", "3\n")
    return buffer.getvalue()


def legacy(pickle_):
    """The same in the row of pickles that it wrote before."""
    row = (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})
    return b"".join(pickle.dumps(one, 2) for one in row) + pickle_ + pickle.dumps([], 2)


FORMATS = {"alone": lambda raw: raw, "archive": archive, "older": legacy}


def text(word):
    return b"\x8c" + bytes([len(word)]) + word.encode()
