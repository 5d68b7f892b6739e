"""Files made to do harm: no operation of a pickle calls or imports anything."""

import copyreg
import os
import pickle
import sys
from contextlib import suppress

import pytest

from resnet_viz.models import CheckpointError
from resnet_viz.models.tensor_files import parts, read_tensors
from tests.unit.tensor_files_support import FORMATS, text

TRAP = "executed"


# Each would make a folder, each by another operation of the machine that pickles are made for.
CALLS = {
    "GLOBAL, REDUCE": b"cos\nmkdir\n" + text(TRAP) + b"\x85R.",
    "STACK_GLOBAL, REDUCE": text("os") + text("mkdir") + b"\x93" + text(TRAP) + b"\x85R.",
    "REDUCE of a text": b"cbuiltins\neval\n"
    + text(f"__import__('os').mkdir('{TRAP}')")
    + b"\x85R.",
    "NEWOBJ": b"cos\nmkdir\n" + text(TRAP) + b"\x85\x81.",
    "NEWOBJ_EX": b"cos\nmkdir\n" + text(TRAP) + b"\x85}\x92.",
    "OBJ": b"(cos\nmkdir\n" + text(TRAP) + b"o.",
    "INST": b"(" + text(TRAP) + b"ios\nmkdir\n.",
    "BUILD": b"ctests.unit.test_tensor_files_calls\nActing\n)\x81" + text(TRAP) + b"b.",
    "SETITEM": b"ctests.unit.test_tensor_files_calls\nActing\n)\x81" + text(TRAP) + b"Ns.",
    "APPEND": b"ctests.unit.test_tensor_files_calls\nActing\n)\x81" + text(TRAP) + b"a.",
    "EXT1": b"\x82\xf0" + text(TRAP) + b"\x85R.",
    "EXT2": b"\x83\xf0\x00" + text(TRAP) + b"\x85R.",
    "EXT4": b"\x84\xf0\x00\x00\x00" + text(TRAP) + b"\x85R.",
    "an import": b"ctrap_module\nname\n.",
    "an attribute": b"ctrap_module\nname.a.b\n)R.",
    "a rebuilt tensor of a class": (
        b"ctorch._tensor\n_rebuild_from_type_v2\ncos\nmkdir\nN" + text(TRAP) + b"\x85N"
    ).replace(b"\ncos", b"\n(cos")
    + b"tR.",
    "a hash": b"}ctests.unit.test_tensor_files_calls\nActing\n)\x81Ns.",
}


class Acting(dict):
    """Makes a folder, whatever is done with it."""

    def _act(self, *_):
        os.mkdir(TRAP)

    __setstate__ = __setitem__ = __hash__ = __len__ = append = extend = _act


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("call", CALLS)
def test_no_operation_of_a_pickle_calls_or_imports_anything(tmp_path, monkeypatch, call, form):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "trap_module.py").write_text(f"import os; os.mkdir('{TRAP}')")
    monkeypatch.setitem(copyreg._inverted_registry, 0xF0, ("os", "mkdir"))
    (tmp_path / "weights.pth").write_bytes(FORMATS[form](CALLS[call]))
    for read in (read_tensors, parts):
        with pytest.raises(CheckpointError):
            read(tmp_path / "weights.pth")
    assert not (tmp_path / TRAP).exists()
    assert "trap_module" not in sys.modules


def test_the_calls_above_would_act_in_an_ordinary_unpickler(tmp_path, monkeypatch):
    """Else that nothing happened would say nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "trap_module.py").write_text(f"import os; os.mkdir('{TRAP}')")
    monkeypatch.setitem(copyreg._inverted_registry, 0xF0, ("os", "mkdir"))
    acting = []
    for name, raw in CALLS.items():
        with suppress(Exception):
            pickle.loads(raw)
        if (tmp_path / TRAP).exists():
            acting.append(name)
            (tmp_path / TRAP).rmdir()
        sys.modules.pop("trap_module", None)
    assert set(CALLS) - set(acting) <= {"NEWOBJ", "NEWOBJ_EX"}  # which want a class
