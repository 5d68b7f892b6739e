"""Slurm's commands get what they are to get, and their answers are read as they are meant."""

import os
import stat
import subprocess

import pytest

from resnet_viz.runs import environment
from resnet_viz.runs.engines import EngineError, Job
from resnet_viz.runs.engines.slurm import Unit, script
from tests.unit.engine_support import tool, tools
from tests.unit.runs_support import config

__all__ = ["tools"]

NODES = """
one            mix       3/5/0/8     gpu:a100:4(S:0-1),shard:8   gpu:a100:1(IDX:0),shard:0
one            mix       3/5/0/8     gpu:a100:4(S:0-1),shard:8   gpu:a100:1(IDX:0),shard:0
two            idle      0/16/0/16   gpu:2                       gpu:0
three          down*     0/0/32/32   gpu:8                       gpu:0
four           drain     0/0/4/4     (null)                      (null)
"""
ALONE = "vm idle 0/4/0/4 (null) (null)"


def jobs(folder, *configs) -> list[Job]:
    return [
        Job(f"run{index}", f"token{index}", folder / f"run {index}", each, {"MINE": "1"})
        for index, each in enumerate(configs)
    ]


def test_many_alike_are_one_array_and_what_demands_more_is_a_job_of_its_own(
    tools, tmp_path, monkeypatch
):
    tool(tools, "sinfo", NODES)
    said = tool(tools, "sbatch", "42;cluster\n")
    alike = [config(seed=seed, device="cpu", threads=1) for seed in range(3)]
    assert Unit(("w",)).submit(jobs(tmp_path, *alike)) == ["42_0", "42_1", "42_2"]
    options = said.read_text().split()
    assert {"--array=0-2", "--requeue", "--signal=B:USR1@60", "--cpus-per-task=1"} <= set(options)
    assert not any(option.startswith("--gres") for option in options)
    monkeypatch.setenv("RESNET_VIZ_SLURM_OPTIONS", "--partition=gpu --time='1:00:00'")
    assert Unit(("w",)).submit(jobs(tmp_path, config(device="cuda:0,1", threads=5))) == ["42"]
    options = said.read_text().split()
    assert {"--gres=gpu:2", "--cpus-per-task=10", "--time=1:00:00"} <= set(options)
    assert not any(option.startswith("--array") for option in options)


def test_a_run_that_takes_what_there_is_takes_a_gpu_where_there_is_one(tools, tmp_path):
    said = tool(tools, "sbatch", "1")
    for nodes, wanted in ((NODES, True), (ALONE, False)):
        tool(tools, "sinfo", nodes)
        Unit(("w",)).submit(jobs(tmp_path, config(device="auto")))
        assert ("--gres=gpu:1" in said.read_text()) == wanted


def test_the_index_in_the_array_chooses_the_run_and_its_log(tools, tmp_path, monkeypatch):
    """The script is run by a shell as Slurm does it; the interpreter says what it was given."""
    interpreter = tmp_path / "python it's"
    interpreter.write_text(
        '#!/bin/sh\necho "$PYTHONPATH" "$@" "mask: $(grep SigIgn /proc/$$/status)"'
    )
    interpreter.chmod(interpreter.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("RESNET_VIZ_PYTHON", str(interpreter))
    found = jobs(tmp_path, config(), config())
    for job in found:
        job.folder.mkdir()
    subprocess.run(
        ["/bin/sh"],
        input=script(found),
        text=True,
        check=True,
        env={"SLURM_ARRAY_TASK_ID": "1", "PATH": os.environ["PATH"]},
    )
    said = (found[1].folder / "log.txt").read_text()
    assert said.startswith(str(environment.PACKAGE_PARENT))
    assert f"-m resnet_viz.runs.worker.job {found[1].folder} token1" in said
    assert int(said.split()[-1], 16) & 1 << 9  # SIGUSR1, number 10, waits for who listens
    assert not (found[0].folder / "log.txt").exists()


def test_the_stores_address_is_in_no_command_and_in_no_variable_of_sbatch(
    tools, tmp_path, monkeypatch
):
    tool(tools, "sinfo", ALONE)
    secret = "postgresql://me:secret@host/runs"
    for name, value in {"RESNET_VIZ_STORE": secret, "SLURM_NTASKS": "2", "MINE": "1"}.items():
        monkeypatch.setenv(name, value)
    (tools / "sbatch").write_text(
        f'#!/bin/sh\nenv > {tools}/env; cat > {tools}/in; echo "$@"; echo 1'
    )
    (tools / "sbatch").chmod(0o700)
    job = jobs(tmp_path, config())[0]
    object.__setattr__(job, "environment", {"RESNET_VIZ_STORE": secret})
    Unit(("w",)).submit([job])
    passed = (tools / "env").read_text()
    assert "secret" not in passed + (tools / "in").read_text()
    assert "MINE=1" in passed
    assert "SLURM_NTASKS" not in passed
    assert "secret" in (job.folder / "order.json").read_text()


def test_what_the_nodes_have_is_added_up_once_and_only_of_those_that_work(tools):
    tool(tools, "sinfo", NODES)
    has = Unit(()).resources()
    assert (has.cpus, has.cpus_free, has.gpus, has.gpus_free, has.nodes) == (24, 21, 6, 5, 2)
    assert not Unit(()).is_here()


def test_a_job_is_what_the_queue_says_and_has_ended_where_it_says_nothing(tools):
    tool(tools, "squeue", "7_0 PENDING\n7_1 RUNNING\n8 COMPLETING\n9 REQUEUE_HOLD\n")
    found = Unit(()).poll(["7_0", "7_1", "8", "9", "10"])
    assert found == {"7_0": "waiting", "7_1": "running", "8": "running", "9": "waiting"}


def test_no_slurm_and_a_slurm_that_refuses_are_one_sentence_each(tools, tmp_path, monkeypatch):
    tool(tools, "sinfo", ALONE)
    tool(tools, "sbatch", "sbatch: error: Batch job submission failed: Invalid partition\n", 1)
    with pytest.raises(EngineError, match=r"refuses sbatch \(Batch job submission failed: Inv"):
        Unit(("w",)).submit(jobs(tmp_path, config()))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match="sinfo is not on this machine"):
        Unit(("w",)).resources()
