"""The few calls in a pickle that are answered: tensors, arrays and plain dictionaries.

Each takes what the call was given and makes inert values of it; every other call is a stand-in.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch

from resnet_viz.models.tensor_files.inert import (
    LARGEST,
    Inert,
    Name,
    Storage,
    Stored,
    contiguous,
    stored,
)

ARRAY = "numpy.ndarray"
ENCODE = "_codecs.encode"  # how older pickles hold bytes: as a text of as many characters

# What PyTorch's storages are called by what they hold.
_STORAGES = {
    "DoubleStorage": torch.float64,
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
    "ComplexFloatStorage": torch.complex64,
    "ComplexDoubleStorage": torch.complex128,
    "UntypedStorage": torch.uint8,
}
_DTYPES = {str(dtype): dtype for dtype in vars(torch).values() if isinstance(dtype, torch.dtype)}
# NumPy's kinds of numbers by the letters in a pickle.
_NUMBERS = {
    "f8": torch.float64,
    "f4": torch.float32,
    "f2": torch.float16,
    "i8": torch.int64,
    "i4": torch.int32,
    "i2": torch.int16,
    "i1": torch.int8,
    "u1": torch.uint8,
    "b1": torch.bool,
}


def made(name: str, given: Any) -> Any:
    """What a call gives: an inert value, or a stand-in where nothing is known of the call.

    Raises:
        ValueError: if a tensor does not lie within its storage, or an array not in its bytes.
    """
    maker = _MAKERS.get(name)
    return maker(*given) if maker else Inert(name, given)


def built(thing: Any, state: Any) -> Any:
    """What a thing is once its state is set; an array is whole only then.

    Raises:
        ValueError: as ``made``.
    """
    if not isinstance(thing, Inert):
        return thing  # a dictionary with attributes, such as a state dict's versions
    if thing.name == ARRAY:
        _, shape, dtype, fortran, raw = state
        return _array(raw, dtype, shape, bool(fortran))
    thing.state = state
    return thing


def storage(saved: Any) -> Any:
    """What a persistent identifier of PyTorch stands for."""
    kind, *rest = saved
    if kind == "module":
        return rest[0]
    named, name, _, count, *view = rest
    _, first, size = (view and view[0]) or (None, 0, count)
    if not 0 <= first <= first + size <= count < LARGEST:
        raise ValueError("a storage has no such size")
    dtype = _STORAGES.get(named.last)
    return Storage(str(name), dtype, size, first) if dtype else Inert(named.dotted)


def key(value: Any) -> Any:
    """What a value is called in a dictionary: itself, or a stand-in.

    Only for texts and small numbers does a look-up take the same time whatever they are: tuples
    may be endless, and of large whole numbers many have one hash.
    """
    if type(value) in (str, bytes, bool, type(None)):
        return value
    if type(value) is int and abs(value) < LARGEST:
        return value
    return Inert("key")


def _tensor(kept: Any, offset: int, shape: Any, stride: Any, *_: Any) -> Any:
    return stored(kept, offset, shape, stride)


def _typed_tensor(kept: Any, offset: int, shape: Any, stride: Any, *rest: Any) -> Any:
    return stored(kept, offset, shape, stride, _DTYPES[rest[2].dotted])


def _of_a_class(function: Name, _: Any, given: Any, *__: Any) -> Any:
    """A tensor of a subclass of tensors."""
    return made(function.dotted, given)


def _dictionary(*given: Any) -> dict[Any, Any]:
    """An ordered dictionary, made empty or of pairs."""
    filled = next((one for one in given if isinstance(one, list | dict)), ())
    pairs = filled.items() if isinstance(filled, dict) else filled
    return {key(name): value for name, value in pairs}


def _array(raw: Any, dtype: Any, shape: Sequence[int], fortran: bool) -> Any:
    """An array of numbers; a stand-in for one of objects or texts."""
    letters = dtype.given[0]
    order = dtype.state[1] if dtype.state else "<"
    numbers = _NUMBERS.get(letters)
    if isinstance(raw, Inert) and raw.name == ENCODE:
        raw = raw.given[0]  # a character a byte
    if numbers is None or order not in "<=|" or not isinstance(raw, bytes | bytearray | str):
        return Inert(ARRAY)
    kept = Storage("", numbers, len(raw) // numbers.itemsize, raw=raw)
    steps = contiguous(shape[::-1])[::-1] if fortran else contiguous(shape)
    array = stored(kept, 0, shape, steps)
    if not isinstance(array, Stored) or array.numel != kept.count:
        raise ValueError("an array is not as large as its bytes")
    return array


def _from_buffer(raw: Any, dtype: Any, shape: Any, order: str, axes: Any = None) -> Any:
    """An array as the fifth protocol has it, its axes in another order where they are named."""
    array = _array(raw, dtype, shape, order == "F")
    if axes is None or not isinstance(array, Stored):
        return array
    shape, stride = ([sizes[axis] for axis in axes] for sizes in (array.shape, array.stride))
    return stored(array.storage, 0, shape, stride)


def _bytes(*given: Any) -> Any:
    """No bytes, which older pickles have no other word for."""
    return Inert("bytes", given) if given else b""


_MAKERS: dict[str, Callable[..., Any]] = {
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor_v3": _typed_tensor,
    "torch._utils._rebuild_parameter": lambda tensor, *_: tensor,
    "torch._utils._rebuild_parameter_with_state": lambda tensor, *_: tensor,
    "torch._tensor._rebuild_from_type_v2": _of_a_class,
    "collections.OrderedDict": _dictionary,
    "collections.defaultdict": _dictionary,
    **{
        f"{builtins}.{kind}": _bytes
        for builtins in ("builtins", "__builtin__")
        for kind in ("bytes", "bytearray")
    },
    **{
        f"{registry}._reconstructor": lambda named, *rest: Inert(named.dotted, rest)
        for registry in ("copyreg", "copy_reg")
    },
    **{
        f"numpy.{core}.multiarray._reconstruct": lambda *_: Inert(ARRAY)
        for core in ("core", "_core")
    },
    **{f"numpy.{core}.numeric._frombuffer": _from_buffer for core in ("core", "_core")},
}
