"""Imports go down the house, never up; the first page waits for nothing heavy."""

import ast
import re
import subprocess
import sys
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from resnet_viz.analysis import METHODS

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "resnet_viz"
# What each package may import of the others; what stands EVERYWHERE is below all of them.
BELOW = {
    "models": set(),
    "data": set(),
    "charts": set(),
    "classroom": set(),
    "analysis": {"models", "data"},
    "training": {"models", "data"},
    "runs": {"classroom", "training", "models", "data"},
    "teaching": {"classroom", "runs", "training", "models", "data"},
    "reporting": {"teaching", "classroom", "analysis", "runs", "training", "models", "data"},
    "ui": {
        *("reporting", "charts", "teaching", "classroom", "runs", "training", "analysis"),
        *("models", "data"),
    },
    "cli": {
        "ui",
        "teaching",
        "reporting",
        "charts",
        "classroom",
        "runs",
        "training",
        "analysis",
        "models",
        "data",
    },
}
EVERYWHERE = {
    "home",
    "errors",
    "files",
    "checks",
    "class_names",
    "downloading",
    "frames",
    "numbers",
    "wording",
}
HEAVY = ("torch", "torchvision", "lightning", "captum", "sklearn")


def sources(*places: Path) -> list[Path]:
    return [
        file for place in places for file in ([place] if place.is_file() else place.rglob("*.py"))
    ]


@cache
def nodes(file: Path) -> list[ast.AST]:
    """All of a file's syntax."""
    return list(ast.walk(ast.parse(file.read_text())))


@cache
def imports(file: Path) -> frozenset[str]:
    """Every module that a file names in an import, in functions and for types too."""
    found: set[str] = set()
    for node in nodes(file):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name} imports by dots"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def tops(file: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(file)}


def rooms(file: Path) -> set[str]:
    """The packages and modules of resnet_viz that a file imports."""
    parts = [name.split(".") for name in imports(file)]
    names = {part[1] for part in parts if part[0] == "resnet_viz" and len(part) > 1}
    return {
        name for name in names if (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()
    }


def offenders(files, forbidden) -> dict[str, set[str]]:
    found = {str(file.relative_to(ROOT)): forbidden(file) for file in files}
    return {name: names for name, names in found.items() if names}


@pytest.mark.parametrize("package", BELOW)
def test_a_package_imports_only_what_stands_below_it(package):
    allowed = BELOW[package] | EVERYWHERE | {package}
    files = sources(PACKAGE / package)
    assert files
    assert not offenders(files, lambda file: rooms(file) - allowed)


def files_imported(file: Path) -> set[Path]:
    """The files of resnet_viz that a file imports, in functions and for types too."""
    places = [PACKAGE.parent / name.replace(".", "/") for name in imports(file)]
    found = {path for place in places for path in (place.with_suffix(".py"), place / "__init__.py")}
    return {path for path in found if path.is_file() and path.is_relative_to(PACKAGE)} - {file}


@pytest.mark.parametrize("package", BELOW)
def test_no_files_of_a_package_import_each_other_in_a_circle(package):
    # The package's own __init__ gathers its files, which may name the package for what is public.
    files = {
        file for file in sources(PACKAGE / package) if file != PACKAGE / package / "__init__.py"
    }
    graph = {file: files_imported(file) & files for file in files}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = " → ".join(file.stem for file in error.args[1])
        pytest.fail(f"{package}: {circle}")


def test_every_package_has_its_place_in_the_house():
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == set(BELOW)


@pytest.mark.parametrize("package", [name for name in BELOW if name != "ui"])
def test_only_ui_and_the_pages_import_streamlit(package):
    assert not offenders(sources(PACKAGE / package), lambda file: tops(file) & {"streamlit"})


@pytest.mark.parametrize("package", ["charts", "reporting"])
def test_charts_and_sentences_know_nothing_of_torch(package):
    heavy = {"torch", "torchvision", "lightning", "captum"}
    assert not offenders(sources(PACKAGE / package), lambda file: tops(file) & heavy)


def test_sentences_and_what_they_are_made_of_wait_for_nothing_heavy():
    """Also not by what they import: the results' names and kinds are known without torch."""
    files = sorted(file.relative_to(ROOT) for file in sources(PACKAGE / "reporting"))
    modules = (".".join(file.with_suffix("").parts) for file in files)
    names = ", ".join(name for name in modules if not name.endswith("__init__"))
    below = "from resnet_viz.analysis import METHODS, sliding_window"
    assert loaded_by(f"import {names}; {below}") == set()


def test_only_its_own_room_names_an_attribution_method():
    files = sources(PACKAGE, *ROOT.glob("*pages"), ROOT / "app.py")
    own = PACKAGE / "analysis" / "attribution"

    def named(file: Path) -> set[str]:
        constants = (node for node in nodes(file) if isinstance(node, ast.Constant))
        return METHODS.keys() & {node.value for node in constants}

    assert named(own / "saliency.py") == {"saliency"}
    assert not offenders([file for file in files if own not in file.parents], named)


def test_sentences_are_made_without_a_chart():
    assert not offenders(sources(PACKAGE / "reporting"), lambda file: tops(file) & {"plotly"})


def test_pages_hold_no_arithmetic_on_arrays_and_no_sql():
    pages = sources(ROOT / "pages", ROOT / "app.py")
    assert len(pages) > 6
    computing = {*HEAVY, "numpy", "sqlalchemy", "sqlite3"}
    assert not offenders(pages, lambda file: tops(file) & computing)


def test_the_pages_follow_the_list_down():
    allowed = {
        "ui",
        "reporting",
        "charts",
        "classroom",
        "analysis",
        "runs",
        "models",
        "errors",
        "frames",
        "numbers",
        "wording",
    }
    assert not offenders(
        sources(ROOT / "pages", ROOT / "app.py"), lambda file: rooms(file) - allowed
    )


def loaded_by(code: str) -> set[str]:
    """The heavy packages that a fresh interpreter has imported after running some code."""
    report = f"import sys; print(*({HEAVY} & sys.modules.keys()))".replace(
        str(HEAVY), str(set(HEAVY))
    )
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return set(done.stdout.split())


def test_importing_the_packages_waits_for_nothing_heavy():
    packages = ", ".join(f"resnet_viz.{package}" for package in BELOW)
    assert loaded_by(f"import {packages}, resnet_viz.cli, resnet_viz.runs.worker.process") == set()


def test_the_first_page_is_drawn_before_anything_heavy(tmp_path, monkeypatch):
    monkeypatch.setenv("RESNET_VIZ_HOME", str(tmp_path))
    draw = """
from streamlit.testing.v1 import AppTest
from resnet_viz.ui.shell import warm
warm.start = lambda: None
page = AppTest.from_file("$app", default_timeout=60).run()
assert page.get("plotly_chart") and not page.exception and not page.error
"""
    assert loaded_by(draw.replace("$app", str(ROOT / "app.py"))) == set()


def test_pages_change_runs_only_by_the_launcher_which_knows_who_asks():
    """What the store can do by itself is for the machine's own commands."""
    changing = {"annotate", "set_slots"}

    def changed(file: Path) -> set[str]:
        calls = (node.func for node in nodes(file) if isinstance(node, ast.Call))
        return {
            ast.unparse(call)
            for call in calls
            if isinstance(call, ast.Attribute)
            and call.attr in changing
            and "launcher" not in ast.unparse(call.value)
        }

    assert not offenders(sources(PACKAGE / "ui", ROOT / "pages", ROOT / "app.py"), changed)


def test_nothing_is_unpickled():
    """``torch.load`` only with ``weights_only=True``, and no other way to run a pickle."""
    wrong = []
    for file in sources(PACKAGE, ROOT / "pages", ROOT / "app.py", ROOT / "checkpoints"):
        for node in nodes(file):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            safe = any(
                keyword.arg == "weights_only" and ast.unparse(keyword.value) == "True"
                for keyword in node.keywords
            )
            if name == "torch.load" and not safe:
                wrong.append((file.name, node.lineno))
            if name in {
                "pickle.load",
                "pickle.loads",
                "joblib.load",
                "pd.read_pickle",
                "eval",
                "exec",
            }:
                wrong.append((file.name, node.lineno))
    assert wrong == []


def test_nothing_names_a_place_on_one_machine():
    pattern = re.compile(r"(?<![\w.])/(?:home|Users|root|work|tmp)/\w+")
    folders = [
        ROOT / name for name in ("pages", "tests", "benchmarks", "checkpoints", ".streamlit")
    ]
    files = [
        *sources(PACKAGE, *folders),
        *ROOT.glob("*.*"),
        *ROOT.glob("*/*.md"),
        ROOT / "Makefile",
    ]
    texts = [file for file in files if file.is_file() and file.suffix not in (".png", ".ico")]
    assert len(texts) > 60
    wrong = {
        f"{file.name}: {match.group()}"
        for file in texts
        for match in pattern.finditer(file.read_text())
    }
    assert wrong == set()
