"""What a checkpoint says of itself, without torch."""

import json
import subprocess
import sys

import pytest

from resnet_viz import models
from resnet_viz.models import checkpoint_header
from resnet_viz.runs.shipped_runs import shipped_checkpoint

READ = """
import json, sys
from pathlib import Path
from resnet_viz.models.checkpoint_header import parameters, read_header

path = Path(sys.argv[1])
print(json.dumps([read_header(path), parameters(path), "torch" in sys.modules]))
"""


def test_header_and_parameters_are_read_without_torch():
    path = shipped_checkpoint("resnet20-digits-seed0")
    command = [sys.executable, "-c", READ, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    header, parameters, torch_was_loaded = json.loads(done.stdout)
    assert not torch_was_loaded
    network = models.load(path).network
    assert parameters == sum(weights.numel() for weights in network.parameters())
    assert header["classes"] == [*"0123456789"]


def test_a_file_without_a_header_has_its_sentence(tmp_path):
    with pytest.raises(models.CheckpointError, match=r"There is no checkpoint none\.safetensors"):
        checkpoint_header.read_header(tmp_path / "none.safetensors")
    (tmp_path / "text.safetensors").write_text("not a checkpoint")
    with pytest.raises(models.CheckpointError, match=r"not a readable \.safetensors file"):
        checkpoint_header.read_header(tmp_path / "text.safetensors")
