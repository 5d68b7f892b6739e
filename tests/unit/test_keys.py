"""Each key of a link is declared once, drawn by one line of code, and bound in one module."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from resnet_viz.ui.shell import keys
from resnet_viz.ui.shell.page_table import PAGES

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = (*(ROOT / "pages").rglob("*.py"), *(ROOT / "resnet_viz" / "ui").rglob("*.py"))
LINKS = ROOT / "resnet_viz" / "ui" / "shell" / "links.py"


def calls(path: Path) -> list[ast.Call]:
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]


def written() -> list[str]:
    """The keys that code gives to `links` word for word."""
    return [
        argument.value.value
        for path in SCRIPTS
        for call in calls(path)
        if ast.unparse(call.func).startswith("links.")
        for argument in call.keywords
        if argument.arg == "key" and isinstance(argument.value, ast.Constant)
    ]


def test_no_key_is_declared_twice_or_drawn_by_two_lines():
    found = written()
    assert len(found) > 50
    assert {key: keys.owners(key) for key in found if len(keys.owners(key)) != 1} == {}
    assert [key for key, times in Counter(found).items() if times > 1] == []


def test_what_is_declared_word_for_word_is_drawn():
    plain = {name for names in keys.KEYS.values() for name in names if re.fullmatch(r"\w+", name)}
    elsewhere = {"stage", "data", "map_row", "map_column", "device"}  # in constants, or given on
    assert plain - set(written()) <= elsewhere


def test_the_table_of_keys_speaks_of_pages():
    assert set(keys.KEYS) - {keys.EVERYWHERE, *keys.SHARED} <= set(PAGES)
    assert set().union(*keys.SHARED.values()) <= set(PAGES)
    for new, old in keys.FORMERLY.items():
        assert len(keys.owners(new)) == 1
        assert keys.owners(old) != keys.owners(new)


@pytest.mark.parametrize(
    ("key", "owner"),
    [
        ("right_seed", keys.EVERYWHERE),
        ("size_32", "architecture"),
        ("stem_width_resnext50_32x4d", "architecture"),
        ("blocks_resnet18", "architecture"),
        ("epochs_quick", "training"),
        ("own_seed", "transfer"),
        ("left_layer", "feature_maps"),
    ],
)
def test_a_family_of_keys_has_one_owner(key, owner):
    assert keys.owners(key) == (owner,)


def test_a_key_is_drawn_where_it_is_declared_and_nowhere_else():
    assert [page for page in PAGES if keys.drawn_on("scale", page)] == ["feature_maps"]
    assert {page for page in PAGES if keys.drawn_on("sample", page)} == set(
        keys.SHARED[keys.PICTURE]
    )
    assert all(keys.drawn_on("left", page) for page in PAGES)
    assert not any(keys.drawn_on("left_scale", page) for page in PAGES)


def test_only_links_binds_a_widget_to_the_url():
    bound = {
        path
        for path in SCRIPTS
        for call in calls(path)
        for argument in call.keywords
        if argument.arg == "bind"
    }
    assert bound == {LINKS}
