"""What a file is, told by its content, whatever it is called."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SAFETENSORS, ZIP, PICKLE = "safetensors", "zip", "pickle"
HEAD = 512  # bytes of a file's beginning that are looked at

_PYTORCH = "save the network's state_dict in PyTorch and import that"
_UNPACK = "unpack it and import the file of weights within it"
_DOWNLOAD = "download the file itself"


@dataclass(frozen=True)
class Kind:
    """A kind of file that holds no tensors that are read here.

    Attributes:
        title: what such a file is, as in "it is …".
        advice: what to do instead.
        beginning: a pattern that its first bytes fit.
    """

    title: str
    advice: str
    beginning: bytes

    def fits(self, head: bytes) -> bool:
        """Whether a file begins as one of this kind."""
        return re.match(self.beginning, head, re.DOTALL | re.IGNORECASE) is not None


_KINDS = (
    Kind("empty", "copy or download it again", rb"\Z"),
    Kind(
        "a pointer of Git LFS, not the file itself",
        "fetch that with git lfs pull",
        rb"version https://git-lfs",
    ),
    Kind("a web page saved in the file's place", _DOWNLOAD, rb"\s*<(!doctype html|html|head)\b"),
    Kind("a message of a server", _DOWNLOAD, rb"(\xef\xbb\xbf)?\s*<\?xml"),
    Kind("a text of JSON", "import the file of weights beside it", rb"\s*[{\[]\s*[\"}\]{]"),
    Kind("compressed with gzip", _UNPACK, rb"\x1f\x8b"),
    Kind("compressed with bzip2", _UNPACK, rb"BZh\d"),
    Kind("compressed with xz", _UNPACK, rb"\xfd7zXZ\0"),
    Kind("compressed with zstd", _UNPACK, rb"\x28\xb5\x2f\xfd"),
    Kind(
        "a file of PyTorch before 0.1.10",
        "load it with a PyTorch of before 1.6 and save it again",
        rb"(sys_info|pickle|tensors|storages)\0.{248,256}ustar",
    ),
    Kind("a tar archive", _UNPACK, rb".{257}ustar"),
    Kind("a 7z archive", _UNPACK, rb"7z\xbc\xaf\x27\x1c"),
    Kind("a RAR archive", _UNPACK, rb"Rar!\x1a\x07"),
    Kind("an HDF5 file, as Keras and TensorFlow write it", _PYTORCH, rb"\x89HDF\r\n\x1a\n"),
    Kind("a network of TensorFlow Lite", _PYTORCH, rb".{4}TFL3"),
    Kind("a SavedModel of TensorFlow", _PYTORCH, rb"\x08\x01\x12"),
    Kind("a network in ONNX", _PYTORCH, rb"\x08[\x03-\x1f][\x12\x1a\x22\x2a\x32\x3a\x42]"),
    Kind("a GGUF file", _PYTORCH, rb"GGUF"),
    Kind("a single NumPy array", _PYTORCH, rb"\x93NUMPY"),
    Kind("a picture", "choose the file of weights", rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF.{4}WEBP"),
    Kind("a PDF", "choose the file of weights", rb"%PDF-"),
)

# What an archive is by its parts' names, without the folder that they all lie in.
_ARCHIVES = (
    (
        "a TorchScript archive, which is a program",
        "save the state_dict of the network that it was made of, and import that",
        r"code/.*|constants\.pkl",
    ),
    (
        "a program that torch.export wrote",
        "save the state_dict of the network that it was made of, and import that",
        r"archive_format|serialized_exported_program\.json|models/.*\.json",
    ),
    ("a torch.package archive", _PYTORCH, r"\.data/extern_modules"),
    ("an archive of Keras", _PYTORCH, r"model\.weights\.h5"),
    ("an archive of NumPy arrays", _PYTORCH, r".*\.npy"),
)


def kind_of(head: bytes) -> str | Kind:
    """Whether a file is read as safetensors, as PyTorch's archive or as pickles, or what it is.

    Args:
        head: its first bytes, `HEAD` of them.
    """
    if head.startswith(b"PK\x03\x04"):
        return ZIP
    if head[4:9] == b"\0\0\0\0{":  # the length of its list, in eight bytes, and the list
        return SAFETENSORS
    return next((kind for kind in _KINDS if kind.fits(head)), PICKLE)


def archive_kind(names: Sequence[str]) -> tuple[str, str] | None:
    """What an archive is that PyTorch's ``save`` did not write, and what to do.

    Args:
        names: of its parts.
    """
    short = [name.partition("/")[2] if "/" in name else name for name in names]
    for title, advice, pattern in _ARCHIVES:
        if any(map(re.compile(pattern).fullmatch, (*short, *names))):
            return title, advice
    if "data.pkl" not in short:
        return "a ZIP archive without PyTorch's tensors", _UNPACK
    return None
