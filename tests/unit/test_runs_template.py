"""A worker that waits, warm: used, replaced, never outliving its server, never missed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import torch
from safetensors.torch import load_file

from resnet_viz.runs import environment, starting, template
from resnet_viz.runs import launcher as launching
from resnet_viz.training import fit
from tests.unit.runs_support import FAKE_WORKER, config, wait, worker_of
from tests.unit.store_support import file_store
from tests.unit.training_support import Memory

__all__ = ["file_store"]

ROOT = Path(__file__).resolve().parents[2]
# Waits like the real one, and trains without torch, so that it is ready at once.
QUICK = """
import sys
from resnet_viz.runs import starting
from resnet_viz.runs.worker import process, waiting
from tests.unit.runs_support import FAKE_WORKER, steady
starting.WORKER = FAKE_WORKER
modules = ("resnet_viz.runs.worker.process",)
sys.exit(waiting.main(modules, lambda given: process.main(given, steady, FAKE_WORKER)))
"""
COMMAND = (sys.executable, "-c", QUICK)
# A server that is killed: it has a worker wait, says which, and is then busy for ever.
SERVER = f"""
import time
from resnet_viz.runs import environment, template
waits = template.Template({COMMAND!r})
waits.look_after(environment.inherited())
while not waits.is_ready():
    time.sleep(0.02)
print(waits.pid, flush=True)
time.sleep(300)
"""


@pytest.fixture(autouse=True)
def told(monkeypatch):
    """What pytest says of itself changes from moment to moment, and is no setting of a worker."""
    monkeypatch.setattr(template, "TOLD", (*template.TOLD, "PYTEST_"))


@pytest.fixture
def warm(monkeypatch):
    """The template of this process, waiting; every other worker is one that trains nothing."""
    made = template.Template(COMMAND)
    monkeypatch.setenv("FAKE_PAUSE", "0.02")
    monkeypatch.setattr(starting, "template", made)
    monkeypatch.setattr(starting, "WORKER", FAKE_WORKER)
    monkeypatch.setattr(template, "ROOM", 0)
    made.look_after(environment.inherited())
    ready(made)
    yield made
    made.end()


def ready(made):
    until(made.is_ready)


def until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_gone(pid):
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def submit(file_store, *configs, **options):
    return launching.Launcher(file_store, FAKE_WORKER).submit(*(configs or [config()]), **options)


def test_the_workers_of_a_pair_are_what_waited_and_not_new_interpreters(
    file_store, warm, monkeypatch
):
    monkeypatch.setattr(starting, "cold", None)
    pair = submit(file_store, config("plain20"), config("resnet20"), together=True)
    workers = [worker_of(file_store, run) for run in pair]
    assert [worker.ppid() for worker in workers] == [warm.pid] * 2
    for worker, run in zip(workers, pair, strict=True):
        until(lambda worker=worker, run=run: worker.cwd() == str(run.folder))
        assert os.getsid(worker.pid) == worker.pid
    for run in pair:
        wait(file_store, run.name, "finished")
        until(lambda run=run: run.log_tail().endswith(f"{run.name}: finished"))
    assert warm.is_ready()  # for the next one, and as large as it was


def test_a_worker_is_to_its_libraries_what_a_new_interpreter_is(tmp_path, waits):
    made = waits(REPORT)
    ready(made)
    settings = environment.inherited() | {"OMP_NUM_THREADS": "7", "CUDA_VISIBLE_DEVICES": "3"}
    log = tmp_path / "log.txt"
    made.start(["run", "token"], tmp_path, log, settings)
    until(lambda: log.exists() and "end" in log.read_text())
    place = ROOT / "resnet_viz/runs/worker/__main__.py"
    assert log.read_text().splitlines() == [
        f"7 3 {tmp_path}",
        f"resnet_viz.runs.worker.__main__ {place} run token",
        "SIG_DFL end",
    ]


# Its worker writes what it has into its log, where its standard output goes.
REPORT = """
import os, signal, sys
from resnet_viz.runs.worker import waiting
def report(arguments):
    print(os.environ["OMP_NUM_THREADS"], os.environ["CUDA_VISIBLE_DEVICES"], os.getcwd())
    print(sys.modules["__main__"].__spec__.name, *sys.argv)
    print(signal.getsignal(signal.SIGCHLD).name, "end", flush=True)
    return 0
sys.exit(waiting.main((), report))
"""


def test_what_waits_is_gone_with_a_server_that_is_killed():
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        waits = int(server.stdout.readline())
        assert not is_gone(waits)
        server.kill()
        until(lambda: is_gone(waits), seconds=10)


def test_a_run_goes_on_when_what_it_came_from_is_killed(file_store, warm, monkeypatch):
    [run] = submit(file_store)
    until(lambda: file_store.run(run.id).step)
    psutil.Process(warm.pid).kill()
    assert wait(file_store, run.name, "finished").step == 40


def test_another_one_waits_when_the_one_before_was_killed(warm):
    before = warm.pid
    psutil.Process(before).kill()
    until(lambda: not warm.is_ready())
    warm.look_after(environment.inherited())
    ready(warm)
    assert warm.pid != before


@pytest.mark.parametrize("broken", ["killed", "silent"])
def test_a_run_starts_without_it_when_it_is_broken(file_store, warm, monkeypatch, broken):
    monkeypatch.setattr(template, "ANSWER_SECONDS", 0.2)
    waits = psutil.Process(warm.pid)
    if broken == "killed":
        waits.kill()
    else:
        waits.suspend()
    [run] = submit(file_store)
    assert wait(file_store, run.name, "finished").step == 40
    assert is_gone(waits.pid)
    # The order that nobody answered was under a token that is worth nothing any more.
    until(lambda: run.log_tail().count(": finished") == 1)


def test_an_order_that_was_carried_out_without_a_word_starts_no_second_worker(
    file_store, warm, monkeypatch
):
    def unanswered(_, arguments, folder, settings):
        starting.cold(FAKE_WORKER, arguments, folder, settings)
        until(lambda: file_store.run(arguments[0]).step)
        raise template.UnansweredError

    monkeypatch.setattr(starting, "warm", unanswered)
    [run] = submit(file_store)
    assert wait(file_store, run.name, "finished").step == 40
    until(lambda: run.log_tail().endswith(": finished"))
    assert run.log_tail().count("---") == 1
    assert "Another worker" not in run.log_tail()


def test_it_is_replaced_when_the_code_or_the_settings_change(tmp_path, warm, monkeypatch):
    first = warm.pid
    warm.look_after(environment.inherited())
    assert warm.pid == first
    package = tmp_path / "package"
    package.mkdir()
    (package / "one.py").touch()
    monkeypatch.setattr(template, "PACKAGE", package)
    warm.look_after(environment.inherited())
    second = warm.pid
    os.utime(package / "one.py", (1, 1))
    assert warm.start([], tmp_path, tmp_path / "log", environment.inherited()) is None
    warm.look_after(environment.inherited())
    third = warm.pid
    monkeypatch.setenv("TORCH_SETTING", "1")
    warm.look_after(environment.inherited())
    fourth = warm.pid
    monkeypatch.setenv("RESNET_VIZ_HOME", str(tmp_path))  # which each worker is told
    warm.look_after(environment.inherited())
    assert warm.pid == fourth
    assert len({first, second, third, fourth}) == 4
    assert all(map(is_gone, (first, second, third)))


def test_nobody_waits_where_memory_is_short_or_who_waits_ends_again_and_again(monkeypatch, waits):
    made = waits("import sys; sys.exit(1)")
    numbers = [made.pid]
    for _ in range(5):
        until(lambda: made.pid is None or is_gone(made.pid))
        made.look_after(environment.inherited())
        numbers.append(made.pid)
    assert [number is None for number in numbers] == [False] * 3 + [True] * 3
    monkeypatch.setattr(template, "ROOM", 2**60)
    assert waits(QUICK).pid is None


def test_what_has_threads_is_not_forked(waits):
    made = waits(
        "import sys, threading; threading.Thread(target=sys.stdin.read, daemon=True)"
        ".start(); from resnet_viz.runs.worker import waiting; sys.exit(waiting.main(()))"
    )
    process = made._process
    assert process.wait(30) == 1
    assert not made.is_ready()


@pytest.fixture
def waits(monkeypatch):
    """A template with other code, looked after once; ended at the end."""
    monkeypatch.setattr(template, "ROOM", 0)
    made = []

    def wait_with(code):
        made.append(template.Template((sys.executable, "-c", code)))
        made[-1].look_after(environment.inherited())
        return made[-1]

    yield wait_with
    for each in made:
        each.end()


def test_a_run_has_the_same_weights_bit_for_bit_as_without_it(file_store, tmp_path, monkeypatch):
    """The real one, with all its imports and one thread, as large as it says."""
    made = template.Template()
    monkeypatch.setattr(starting, "template", made)
    made.look_after(environment.inherited())
    try:
        ready(made)
        settings = config(epochs=1, batch_size=512, threads=1)
        before = psutil.Process(made.pid).cpu_times().user
        [run] = launching.Launcher(file_store).submit(settings)
        assert worker_of(file_store, run).ppid() == made.pid
        assert wait(file_store, run.name, "finished", "failed", seconds=120).status == "finished"
        waiting_process = psutil.Process(made.pid)
        assert waiting_process.num_threads() == 1
        assert waiting_process.memory_info().rss < template.ROOM / 2
        assert waiting_process.cpu_times().user - before < 1  # it trains nothing itself
    finally:
        made.end()
    torch.set_num_threads(1)
    (tmp_path / "alone").mkdir()
    alone = fit(settings, Memory(), tmp_path / "alone", resume=False).network.state_dict()
    kept = load_file(run.checkpoint)
    assert all(torch.equal(kept[name], alone[name]) for name in kept)


def parent_of(store, run):
    """Which process the run's worker came from, once it trains."""
    until(lambda: store.run(run.id).step)
    return worker_of(store, run).ppid()


def test_a_worker_has_the_next_one_started_as_it_was_itself(file_store, warm):
    line = submit(file_store, *(config(seed=seed) for seed in range(3)))
    assert [parent_of(file_store, run) for run in line] == [warm.pid] * 3


def test_what_waits_stays_for_its_workers_when_the_server_is_gone(file_store, warm):
    first, second = submit(file_store, config(), config(seed=1))
    waits = psutil.Process(warm.pid)
    warm._channel.close()  # as if this process had ended
    warm._channel = None
    assert parent_of(file_store, second) == waits.pid
    wait(file_store, second.id, "finished")
    until(lambda: is_gone(waits.pid), seconds=10)
    assert first.log_tail().count("---") == 1
