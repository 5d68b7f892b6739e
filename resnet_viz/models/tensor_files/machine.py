"""A reader of pickles that calls and imports nothing: what is not a plain value is a stand-in.

Pickles are programs for a machine with a stack. The standard library's ``pickletools`` takes them
apart; here each of their operations moves inert values about, and no more.
"""

import pickle
import pickletools
from collections.abc import Callable
from typing import IO, Any

from resnet_viz.models.tensor_files.inert import Inert, Name, Storage
from resnet_viz.models.tensor_files.makers import built, key, made, storage

_ENDLESS = "it has more operations than a network needs"
MOST_OPERATIONS = 500_000  # a ResNet-152 pickled whole has 80,000


class Machine:
    """What one file's pickles, one after the other, may do.

    Attributes:
        left: operations that the file may still have.
        storages: those that were named, by their keys.
    """

    def __init__(self) -> None:
        self.left = MOST_OPERATIONS
        self.storages: dict[str, Storage] = {}
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}

    def read(self, file: IO[bytes]) -> Any:
        """The content of the pickle that begins where the file stands; the file stands behind it.

        Raises:
            ValueError, TypeError, LookupError, …: if it is damaged, cut off, or is no pickle.
        """
        self._stack, self._marks, self._memo = [], [], {}
        code, read = b"", file.read
        while code != _END:
            code = read(1)
            operation, read_argument = _BY_CODE[code]
            self.left -= 1
            if self.left < 0:
                raise ValueError(_ENDLESS)
            operation(self, read_argument(file) if read_argument else None)
        return self._stack.pop()

    def _spend(self, count: int) -> None:
        self.left -= count
        if self.left < 0:
            raise ValueError(_ENDLESS)

    def push(self, value: Any) -> None:
        """Put a value on the stack."""
        self._stack.append(value)

    def pop(self) -> Any:
        """Take the last value, or the last mark, off the stack."""
        if self._marks and self._marks[-1] == len(self._stack):
            return self._marks.pop()
        return self._stack.pop()

    def mark(self) -> None:
        """Note where the stack ends."""
        self._marks.append(len(self._stack))

    def marked(self) -> list[Any]:
        """Take all values behind the last mark."""
        place = self._marks.pop()
        values = self._stack[place:]
        del self._stack[place:]
        return values

    def twice(self) -> None:
        """Put the last value on the stack again."""
        self._stack.append(self._stack[-1])

    def remember(self, place: int | None = None) -> None:
        """Keep the last value under a number."""
        self._memo[len(self._memo) if place is None else place] = self._stack[-1]

    def recall(self, place: int) -> None:
        """Put what is kept under a number on the stack."""
        self._stack.append(self._memo[place])

    def last(self, count: int) -> tuple[Any, ...]:
        """Take so many values off the stack."""
        if count > len(self._stack):
            raise ValueError("the stack is too short")
        values = tuple(self._stack[-count:])
        del self._stack[-count:]
        return values

    def name_from_stack(self) -> None:
        """A name whose two halves are on the stack."""
        module, name = self.last(2)
        self.push(Name(f"{module}.{name}"))

    def call(self) -> None:
        """What a call would be of, and with."""
        function, given = self.last(2)
        self._spend(sum(len(one) for one in given if isinstance(one, list | dict)))
        self.push(made(_dotted(function), given))

    def persistent(self) -> None:
        """A storage, which lies elsewhere in the file."""
        found = storage(self.pop())
        if isinstance(found, Storage):
            self.storages[found.key] = found
        self.push(found)

    def build(self) -> None:
        """Set a thing's state."""
        thing, state = self.last(2)
        self.push(built(thing, state))

    def new_with_names(self) -> None:
        """An object of a class, of positions and of names."""
        *kind_and_given, _ = self.last(3)
        self._stack += kind_and_given
        self.call()

    def from_marked(self) -> None:
        """An object of a class that stands behind the mark, before what it is made of."""
        kind, *given = self.marked()
        self._stack += (kind, given)
        self.call()

    def append(self, values: list[Any]) -> None:
        """Lengthen a list; what is put into a stand-in is let go."""
        if isinstance(self._stack[-1], list):
            self._stack[-1].extend(values)

    def dictionary(self) -> None:
        """A dictionary of the names and values behind the last mark."""
        values = self.marked()
        self.push({})
        self.set(values)

    def set(self, values: list[Any]) -> None:
        """Fill a dictionary, or a stand-in for one, with names and values in turn."""
        thing = self._stack[-1]
        if isinstance(thing, Inert):
            thing.items = thing.items or {}
            thing = thing.items
        for name, value in zip(values[::2], values[1::2], strict=True):
            thing[key(name)] = value


def _dotted(value: Any) -> str:
    """The name of what is called; calls of anything else have none that is known."""
    return value.dotted if isinstance(value, Name) else ""


def _instance(machine: Machine, named: str) -> None:
    given = machine.marked()
    machine.push(Name(named.replace(" ", ".")))
    machine.push(given)
    machine.call()


_NUMBERS = ("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT")
_TEXTS = ("STRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8")
_BYTES = ("BINSTRING", "SHORT_BINSTRING", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8")

_OPERATIONS: dict[str, Callable[[Machine, Any], object]] = {
    **dict.fromkeys((*_NUMBERS, *_TEXTS, *_BYTES), Machine.push),
    "NONE": lambda machine, _: machine.push(None),
    "NEWTRUE": lambda machine, _: machine.push(True),
    "NEWFALSE": lambda machine, _: machine.push(False),
    **dict.fromkeys(("PROTO", "FRAME", "STOP", "READONLY_BUFFER"), lambda machine, _: None),
    "MARK": lambda machine, _: machine.mark(),
    "POP": lambda machine, _: machine.pop(),
    "POP_MARK": lambda machine, _: machine.marked(),
    "DUP": lambda machine, _: machine.twice(),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"), Machine.remember),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), Machine.recall),
    "EMPTY_LIST": lambda machine, _: machine.push([]),
    "EMPTY_TUPLE": lambda machine, _: machine.push(()),
    "EMPTY_DICT": lambda machine, _: machine.push({}),
    "EMPTY_SET": lambda machine, _: machine.push([]),
    "DICT": lambda machine, _: machine.dictionary(),
    "LIST": lambda machine, _: machine.push(machine.marked()),
    "TUPLE": lambda machine, _: machine.push(tuple(machine.marked())),
    "FROZENSET": lambda machine, _: machine.push(machine.marked()),
    "TUPLE1": lambda machine, _: machine.push(machine.last(1)),
    "TUPLE2": lambda machine, _: machine.push(machine.last(2)),
    "TUPLE3": lambda machine, _: machine.push(machine.last(3)),
    "APPEND": lambda machine, _: machine.append([machine.pop()]),
    "APPENDS": lambda machine, _: machine.append(machine.marked()),
    "ADDITEMS": lambda machine, _: machine.append(machine.marked()),
    "SETITEM": lambda machine, _: machine.set(list(machine.last(2))),
    "SETITEMS": lambda machine, _: machine.set(machine.marked()),
    "GLOBAL": lambda machine, named: machine.push(Name(named.replace(" ", "."))),
    "STACK_GLOBAL": lambda machine, _: machine.name_from_stack(),
    **dict.fromkeys(
        ("EXT1", "EXT2", "EXT4"), lambda machine, code: machine.push(Name(f"extension.{code}"))
    ),
    "REDUCE": lambda machine, _: machine.call(),
    "NEWOBJ": lambda machine, _: machine.call(),
    "NEWOBJ_EX": lambda machine, _: machine.new_with_names(),
    "OBJ": lambda machine, _: machine.from_marked(),
    "INST": _instance,
    "BUILD": lambda machine, _: machine.build(),
    "PERSID": lambda machine, saved: machine.push(Inert("persistent", saved)),
    "BINPERSID": lambda machine, _: machine.persistent(),
    "NEXT_BUFFER": lambda machine, _: machine.push(Inert("buffer")),
}
# By the byte that stands for it: an operation, and what reads its argument, if it has one.
_BY_CODE: dict[bytes, tuple[Callable[[Machine, Any], object], Callable[..., Any] | None]] = {
    row.code.encode("latin-1"): (_OPERATIONS[row.name], row.arg.reader if row.arg else None)
    for row in pickletools.opcodes
}
_END = pickle.STOP
