"""What is said of the tests that cannot take what may lie beside the checkout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shared_data import ABSENT

ROOT = Path(__file__).resolve().parents[1]
TESTS = """
import pathlib
import pytest
from tests.shared_data import needs

@needs(pathlib.Path("nowhere"))
@pytest.mark.parametrize("number", range(3))
def test_it(number):
    pass

@needs(pathlib.Path(__file__))
def test_what_is_there():
    pass

@pytest.mark.skip(reason="another")
def test_another():
    pass
"""


# Other plugins that are installed here take longer to import than all of this takes.
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


@pytest.mark.parametrize("processes", ["0", "2"])
def test_skipped_tests_are_one_line_of_the_summary(tmp_path, processes):
    (tmp_path / "test_it.py").write_text(TESTS)
    plugins = ["-p", "xdist.plugin", "-p", "tests.conftest"]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            *plugins,
            "-n",
            processes,
            f"--rootdir={tmp_path}",
            tmp_path,
        ],
        cwd=ROOT,
        env=os.environ | ALONE,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines().count(f"3 tests skipped: {ABSENT}.") == 1
    assert "1 passed, 4 skipped" in done.stdout
