"""Files made to do harm: none takes much memory or time, and none is more than refused."""

import copy
import pickle
import random
import resource
import struct
import time
import tracemalloc
import zipfile
from contextlib import suppress
from io import BytesIO

import pytest
import safetensors.torch
import torch

from resnet_viz.models import CheckpointError
from resnet_viz.models.tensor_files import machine, parts, read_tensors
from resnet_viz.models.tensor_files.archive import MOST_READ
from tests.unit.tensor_files_support import SAVED, archive, older, pickled, text

FLOOR = 96 * 2**20  # bytes that as many Python objects take as a file may ask for


def number(value):
    return b"\x8a\x08" + struct.pack("<q", value)


def tensor_of(storage, size, stride, offset=0, kind=b"FloatStorage"):
    """A pickle of one tensor of a storage that lies beside it."""
    shapes = (b"(" + b"".join(map(number, row)) + b"t" for row in (size, stride))
    named = b"(" + text("storage") + b"ctorch\n" + kind + b"\n" + text("0") + text("cpu")
    kept = named + number(storage) + b"tQ"
    given = b"(" + kept + number(offset) + b"".join(shapes) + b"\x89Nt"
    return b"}" + text("w") + b"ctorch._utils\n_rebuild_tensor_v2\n" + given + b"Rs."


def dictionary(**pairs):
    """A pickle of a dictionary whose values are pickled already."""
    return b"}(" + b"".join(text(name) + raw for name, raw in pairs.items()) + b"u."


PAIR = b"\x86"  # a tuple of the last two
LARGE = 2**22
# What is asked for again and again.
ENDLESS = {
    "dictionaries": b"}",
    "dictionaries of one": b"}NNs",
    "sets": b"\x8f",
    "marks": b"(",
    "names": b"ca\nb\n",
    "memos": b"}\x94",
    "stand-ins": b"ca\nb\n)R",
    "texts": text("a" * 20),
    "stand-ins that are filled": b"ca\nb\n)RNNs",
    "numbers": b"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f",
}
PICKLES = {
    "deep lists": b"]" * 100_000 + b"a" * 99_999 + b".",
    "deep tuples": b"N" + b"\x85" * 150_000 + b".",
    "a deep tuple as a name": b"}N" + b"\x85" * 150_000 + b"Ns.",
    "an exponential tuple": b"N" + (b"2" + PAIR) * 200 + b".",
    "an exponential tuple as a name": b"}N" + (b"2" + PAIR) * 200 + b"Ns.",
    "a dictionary in itself": b"}q\x00" + text("a") + b"h\x00s.",
    "a list in itself": b"]q\x00h\x00a.",
    "a memo far out": b"}r\xff\xff\xff\xff.",
    "a memo of nothing": b"h\x07.",
    "a memo of texts": b"X"
    + struct.pack("<I", LARGE)
    + b"a" * LARGE
    + b"q\x000"
    + b"("
    + b"h\x00" * 100_000
    + b"l.",
    "bytes made again and again": b"X"
    + struct.pack("<I", LARGE)
    + b"a" * LARGE
    + b"q\x000("
    + b"c_codecs\nencode\nh\x00\x85R" * 5000
    + b"l.",
    "a dictionary copied again and again": b"("
    + b"NN\x86" * 30_000
    + b"lq\x000("
    + b"ccollections\nOrderedDict\nh\x00\x85R" * 5000
    + b"l.",
    "names of one hash": b"}("
    + b"".join(b"\x8a\x10" + (i * (2**61 - 1)).to_bytes(16, "little") + b"N" for i in range(60_000))
    + b"u.",
    "names within names": b"X"
    + struct.pack("<I", 5000)
    + b"a" * 5000
    + b"q\x000"
    + b"}h\x00" * 2000
    + b"}"
    + b"s" * 2000
    + b".",
    "large bytes": b"\x8e" + struct.pack("<Q", 2**40) + b"N.",
    "large bytearray": b"\x96" + struct.pack("<Q", 2**40) + b"N.",
    "large text": b"\x8d" + struct.pack("<Q", 2**40) + b"N.",
    "large number": b"\x8b" + struct.pack("<i", 2**31 - 1) + b"N.",
    "negative length": b"\x8b" + struct.pack("<i", -5) + b"N.",
    "large frame": b"\x80\x04\x95" + struct.pack("<Q", 2**62) + b"N.",
    "a long number": b"I" + b"9" * 1_000_000 + b"\n.",
    "a line without an end": b"I" + b"9" * 1_000_000,
    "a large array": b"}"
    + text("a")
    + pickle.dumps(torch.ones(2).numpy(), protocol=4)[2:-1].replace(
        b"K\x02\x85", b"\x8a\x07\xff\xff\xff\xff\xff\xff\x7f\x85"
    )
    + b"s.",
}


# Each is beside a storage of eight bytes.
TENSORS = {
    "beyond the storage": tensor_of(2, (3,), (1,)),
    "before the storage": tensor_of(2, (1,), (1,), offset=-1),
    "a large stride": tensor_of(2, (2,), (2**40,)),
    "a storage that is not there": tensor_of(2**40, (2**40,), (1,)),
    "the same number endlessly": tensor_of(2, (2**20, 2**20), (0, 0)),
    "many dimensions": tensor_of(2, (1,) * 5000, (0,) * 5000),
    "large sizes": tensor_of(2, (2**62,) * 5000, (0,) * 5000),
    "no such kind of numbers": tensor_of(2, (2,), (1,), kind=b"OddStorage"),
}


def limited(path):
    """See that a file is refused or read within a time, and in memory of three times its size.

    What Python's own objects take comes on top, as many as a file may ask for.
    """
    began = time.process_time()
    with suppress(CheckpointError):
        parts(path)
    assert time.process_time() - began < 4
    tracemalloc.start()
    try:
        with suppress(CheckpointError):
            read_tensors(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3 * path.stat().st_size + FLOOR


@pytest.mark.parametrize("harm", PICKLES)
def test_no_pickle_takes_much_time_or_memory(tmp_path, harm):
    (tmp_path / "weights.pth").write_bytes(PICKLES[harm])
    limited(tmp_path / "weights.pth")


WIDE = "\U0001f600"


def peak_of_refusal(path):
    """Bytes that Python's objects take at most while a file is refused."""
    tracemalloc.start()
    try:
        with pytest.raises(CheckpointError):
            read_tensors(path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize("letters", [WIDE, "\u0100", "a"])
def test_a_long_text_takes_no_more_than_three_times_its_bytes(tmp_path, protocol, letters):
    path = tmp_path / "weights.pth"
    path.write_bytes(pickle.dumps({"a": "a" * 8_000_000 + letters}, protocol=protocol))
    peak = peak_of_refusal(path)
    assert peak < 3.1 * path.stat().st_size


@pytest.mark.parametrize("what", ENDLESS)
def test_what_a_file_may_ask_for_is_bounded_in_number_and_in_memory(tmp_path, monkeypatch, what):
    share = 10  # of what it may, which takes too long to trace
    monkeypatch.setattr(machine, "MOST_OPERATIONS", machine.MOST_OPERATIONS // share)
    path = tmp_path / "weights.pth"
    path.write_bytes(ENDLESS[what] * (machine.MOST_OPERATIONS + 1) + b".")
    peak = peak_of_refusal(path)
    assert peak < FLOOR / share


@pytest.mark.parametrize("harm", TENSORS)
@pytest.mark.parametrize("form", ["archive", "older"])
def test_a_tensor_lies_within_its_storage_and_that_within_the_file(tmp_path, harm, form):
    raw = TENSORS[harm]
    storage = pickle.dumps(["0"], 2) + struct.pack("<q", 2) + bytes(8)
    row = (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})
    before = b"".join(pickle.dumps(one, 2) for one in row)
    path = tmp_path / "weights.pth"
    path.write_bytes(archive(raw, _0=bytes(8)) if form == "archive" else before + raw + storage)
    with pytest.raises(CheckpointError):
        read_tensors(path)
    limited(path)
    fitting = tensor_of(2, (2,), (1,))
    path.write_bytes(path.read_bytes().replace(raw, fitting))
    if form == "archive":  # which has a checksum of it
        path.write_bytes(archive(fitting, _0=bytes(8)))
    assert read_tensors(path).own["w"].tolist() == [0, 0]


def zipped(write, compression=zipfile.ZIP_STORED):
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        write(file)
    return buffer.getvalue()


def deflated(file):
    """Nothing at all, much of it."""
    file.writestr("archive/data.pkl", bytes(16 * 2**20))


def endless(file):
    """A pickle of nothing but operations, which takes its time."""
    file.writestr("archive/data.pkl", b"N" * (MOST_READ + 1))


def many_parts(file):
    """A list of parts that are not there."""
    file.writestr("archive/data.pkl", b"N.")
    part = file.filelist[0]
    file.filelist += [part] * (MOST_READ // 40)


def on_each_other():
    """Thousands of tensors that are the same bytes."""
    state = {"w": torch.zeros(2**16)}
    return pickled({f"{name}": state["w"].view(2**16) for name in range(1000)})


def in_one_place(file):
    """Many tensors whose storages are the same bytes."""
    state = {str(name): torch.zeros(2**14) for name in range(40)}
    with zipfile.ZipFile(BytesIO(pickled(state))) as whole:
        file.writestr("archive/data.pkl", whole.read("archive/data.pkl"))
    file.writestr("archive/data/0", bytes(2**16))
    for twins in range(1, 40):
        twin = copy.copy(file.filelist[-1])
        twin.filename = f"archive/data/{twins}"
        file.filelist.append(twin)


ARCHIVES = {
    "compressed": lambda: zipped(deflated, zipfile.ZIP_DEFLATED),
    "endless": lambda: zipped(endless),
    "behind a byte": lambda: b"\xff" + zipped(endless),
    "many parts": lambda: zipped(many_parts),
    "tensors on each other": on_each_other,
    "storages in one place": lambda: zipped(in_one_place),
    "nothing but an end": lambda: b"PK\x03\x04" + b"PK\x05\x06" + bytes(18),
    "no pickle": lambda: zipped(lambda file: file.writestr("archive/data/0", b"")),
}


@pytest.mark.parametrize("harm", ARCHIVES)
def test_an_archive_that_swells_is_refused(tmp_path, harm):
    (tmp_path / "weights.pth").write_bytes(ARCHIVES[harm]())
    with pytest.raises(CheckpointError):
        read_tensors(tmp_path / "weights.pth")
    limited(tmp_path / "weights.pth")


LISTS = {
    "long": struct.pack("<Q", 2**31) + b"{}",
    "longer than the file": struct.pack("<Q", 1000) + b"{}",
    "deep": struct.pack("<Q", 100_009) + b'{"a":' + b"[" * 100_000 + b"1]}}",
    "beyond": struct.pack("<Q", 62)
    + b'{"a":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}       ',
    "negative": struct.pack("<Q", 62)
    + b'{"a":{"dtype":"F32","shape":[-1],"data_offsets":[4,0]}}       '
    + bytes(9),
    "of nothing": struct.pack("<Q", 2) + b"{}",
}


@pytest.mark.parametrize("harm", LISTS)
def test_a_list_of_tensors_that_is_not_sound_is_refused(tmp_path, harm):
    (tmp_path / "weights.pth").write_bytes(LISTS[harm])
    with pytest.raises(CheckpointError):
        read_tensors(tmp_path / "weights.pth")
    limited(tmp_path / "weights.pth")


MUTATIONS = 10_000


def mutated(raw, chance):
    """A file with some bytes changed, cut out, put in twice, or missing at its end."""
    raw = bytearray(raw)
    for _ in range(chance.choice((1, 1, 2, 8))):
        place, kind = chance.randrange(len(raw)), chance.randrange(6)
        length = chance.randrange(1, 20)
        if kind < 3:
            raw[place] = chance.choice((chance.randrange(256), 0, 255, raw[place] ^ 1))
        elif kind == 3:
            del raw[place : place + length]
        elif kind == 4:
            raw[place:place] = raw[place : place + length]
        elif chance.random() < 0.2:
            del raw[place + 1 :]
        if not raw:
            break
    return bytes(raw)


def test_ten_thousand_mutations_are_read_or_refused_and_take_no_memory(tmp_path):
    content = {
        "model": {"conv1.weight": torch.ones(2, 3, 3, 3), "half": torch.ones(2).half()},
        "beside": {"a": [1, 2.5, None, (True, b"x")], "b": {3}},
    }
    bases = [save(content) for save in SAVED.values()]
    bases += [pickled(torch.nn.Linear(2, 1)), older(torch.nn.Linear(2, 1))]
    bases += [safetensors.torch.save(content["model"])]
    path, chance, outcomes = tmp_path / "weights.pth", random.Random(0), [0, 0]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for turn in range(MUTATIONS):
        path.write_bytes(mutated(bases[turn % len(bases)], chance))
        try:
            found = read_tensors(path)
        except CheckpointError:
            outcomes[0] += 1
        else:
            assert sum(tensor.nbytes for tensor in found.own.values()) <= 2 * path.stat().st_size
            outcomes[1] += 1
    assert min(outcomes) > MUTATIONS / 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # kilobytes
