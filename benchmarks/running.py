"""Benchmarks one after the other, each in a process of its own."""

import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context

from benchmarks.table import Row


def measured(
    benchmarks: Mapping[str, tuple[str, str]],
    run: Callable[[str, str], list[Row]] | None = None,
) -> list[Row]:
    """The rows of benchmarks, one after the other; one that fails is a row that says so.

    Args:
        run: takes module and function; each in a new process unless given.
    """
    rows = []
    for name, (module, function) in benchmarks.items():
        print(f"{name} …", file=sys.stderr, flush=True)
        try:
            new = (run or in_own_process)(module, function)
        except Exception as error:
            new = [Row.failed(name, error)]
        for row in new:
            print("    " + "  ".join(row.cells), file=sys.stderr, flush=True)
        rows += new
    return rows


def in_own_process(module: str, function: str, *arguments: str) -> list[Row]:
    """The rows from a new process: no memory, thread or import of one is another's."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_call, module, function, *arguments).result()


def _call(module: str, function: str, *arguments: str) -> list[Row]:
    rows: list[Row] = getattr(import_module(module), function)(*arguments)
    return rows
