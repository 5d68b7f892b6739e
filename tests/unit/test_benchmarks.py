"""The benchmarks' own arithmetic: a ratio that lies is worse than none."""

import os
import re
import subprocess
import sys
import time
from importlib import import_module
from types import SimpleNamespace

import psutil
import pytest

from benchmarks import __main__ as command
from benchmarks import controls, running, server
from benchmarks.home import own_home
from benchmarks.server import end, free_port
from benchmarks.table import HEADINGS, Row, markdown, quartiles, seconds, text
from benchmarks.timing import in_turn, timed
from benchmarks.training import Turns
from resnet_viz.home import home


class FakeRecorder:
    """Answers, and counts what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def begin(self, **facts) -> None:
        self.told.append("begin")

    def step(self, row) -> None:
        self.told.append("step")

    def epoch(self, row) -> None:
        self.told.append("epoch")

    def reading(self, share: float) -> None:
        """The data are small."""

    def stop_requested(self) -> bool:
        self.told.append("stop?")
        return False


class FakeLoop:
    def __init__(self) -> None:
        self.done: list[str] = []

    def step(self) -> None:
        self.done.append("step")
        time.sleep(0.03)

    def evaluate(self) -> None:
        self.done.append("evaluate")


def test_sides_are_measured_in_turn_and_the_warm_up_is_left_out():
    calls = []

    def side(name, value):
        def measure():
            calls.append(name)
            return value

        return measure

    times = in_turn(side("a", 1.0), side("b", 2.0), rounds=2, warm_up=1)

    assert times == [(1.0, 2.0), (1.0, 2.0)]
    assert "".join(calls) == "abbaab"


def test_a_ratio_is_the_median_of_the_ratios_of_one_moment():
    # The ratio of the medians would be 2 / 3, because the machine was slow in one of the rounds.
    row = Row.ratio("w", "h", [(1.0, 1.0), (10.0, 8.0), (2.0, 3.0)], at_most=1.05)

    assert row.measured == "1.00× (0.83–1.12)"
    assert row.bound == "1.05×"
    assert row.holds


@pytest.mark.parametrize(("at_most", "holds"), [(1.0, False), (1.1, True), (None, None)])
def test_a_bound_holds_up_to_its_value(at_most, holds):
    assert Row.ratio("w", "h", [(1.1, 1.0)], at_most).holds is holds


def test_quartiles_are_those_of_a_known_sample():
    assert quartiles([1, 2, 3, 4, 5]) == (2, 3, 4)
    assert quartiles([7]) == (7, 7, 7)


def test_times_are_given_in_a_readable_unit():
    assert (seconds(0.0123), seconds(1.234)) == ("12.3 ms", "1.23 s")


def test_timed_gives_the_seconds_of_the_work(monkeypatch):
    clock = iter([3.0, 3.25, 9.0])
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))
    assert timed(lambda: None)() == 0.25


def test_a_benchmark_that_fails_is_a_row_and_the_others_go_on(capsys):
    def run(module, function):
        if function == "broken":
            raise RuntimeError("There is no Chromium here: install it.\nTraceback …")
        return [Row(what="fine", measured="1", how="h", holds=True)]

    rows = running.measured({"one": ("m", "broken"), "two": ("m", "works")}, run)

    assert [row.what for row in rows] == ["one", "fine"]
    assert rows[0].holds is False
    assert rows[0].how == "There is no Chromium here: install it."


def test_a_benchmark_runs_in_a_process_of_its_own():
    with pytest.raises(AttributeError, match="nothing_here"):
        running.in_own_process("benchmarks.timing", "nothing_here")


def test_every_benchmark_is_there():
    for module, function in command.BENCHMARKS.values():
        assert callable(getattr(import_module(module), function))


def test_the_command_prints_one_table_and_says_whether_all_bounds_hold(monkeypatch, capsys):
    rows = [Row(what="w", measured="1.2×", how="h", bound="1.1×", holds=False)]
    monkeypatch.setattr(command, "measured", lambda chosen: rows)

    assert command.main(["memory"]) == 1

    printed = capsys.readouterr().out
    assert re.search(r"what +measured +at most +holds +how\nw +1\.2× +1\.1× +NO +h\n", printed)
    assert "cores" in printed
    assert not command.RESULTS.exists() or "1.2×" not in command.RESULTS.read_text()


def test_the_test_suite_is_timed_only_on_request(monkeypatch):
    chosen = []
    monkeypatch.setattr(command, "measured", lambda benchmarks: chosen.append([*benchmarks]) or [])

    command.main([])
    command.main(["--suite"])

    assert "suite" not in chosen[0]
    assert chosen[1] == [*chosen[0], "suite"]


def test_an_unknown_benchmark_is_refused_with_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        command.main(["nonsense"])
    assert re.search(r"no nonsense: choose from .*memory", capsys.readouterr().err)


def test_the_tables_have_a_line_a_row_and_the_machine():
    rows = [Row(what="a", measured="1", how="one | two"), Row(what="bb", measured="2", how="h")]

    assert len(text(rows).splitlines()) == 3
    lines = markdown(rows, "Measured on this machine.").splitlines()
    assert lines[2] == f"| {' | '.join(HEADINGS)} |"
    assert all(line.count("|") == len(HEADINGS) + 1 for line in lines[2:6])
    assert lines[-1] == "Measured on this machine."


def test_a_bare_loop_takes_a_step_after_each_of_the_run_s_and_is_not_charged_to_it():
    recorder, bare = FakeRecorder(), FakeLoop()
    turns = Turns(recorder, bare)

    turns.begin(resumed_step=0)
    assert turns.stop_requested() is False
    turns.step(None)
    turns.epoch(None)
    turns.stop_requested()
    turns.stop_requested()

    assert bare.done == ["step", "step", "evaluate", "step"]
    assert recorder.told == ["begin", "stop?", "step", "epoch", "stop?", "stop?"]
    assert [len(epoch) for epoch in turns.epochs] == [2, 1]
    assert all(ours < 0.02 < theirs for epoch in turns.epochs for ours, theirs in epoch)


def test_a_measurement_has_a_home_of_its_own_and_leaves_none(monkeypatch, tmp_path):
    monkeypatch.setenv("RESNET_VIZ_HOME", str(tmp_path))
    monkeypatch.setenv("RESNET_VIZ_STORE", "sqlite:///elsewhere")

    with own_home() as folder:
        assert home() == folder.resolve() != tmp_path
        assert "RESNET_VIZ_STORE" not in os.environ

    assert home() == tmp_path
    assert not folder.exists()


def test_a_process_that_was_started_here_is_ended():
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    end(process)
    assert not psutil.pid_exists(process.pid)


def test_a_server_that_does_not_start_says_what_it_printed(tmp_path):
    with (
        pytest.raises(RuntimeError, match=r"(?s)did not start: .*missing\.py"),
        server.server(tmp_path / "missing.py"),
    ):
        pass


def test_a_free_port_can_be_listened_on():
    assert 1024 <= free_port() < 65_536


def test_a_control_is_moved_between_the_value_that_it_has_and_another():
    def two(**look):
        return controls._two(SimpleNamespace(**look))

    assert two(options=["a", "b"], value="b") == ["a", "b"]
    assert two(options=["a"], value="a") is None
    assert two(options=["a", "b"], value=None) is None
    assert two(value=True) == [False, True]
    assert two(value=4, step=1, max=5) == [5, 4]
    assert two(value=5, step=1, max=5) == [4, 5]
