"""The table of pages is all that anything else needs to know of them."""

from pathlib import Path

from resnet_viz.ui.shell.page_table import CLASS_PAGES, GROUPS, INVITED, LESSONS, PAGES

ROOT = Path(__file__).resolve().parents[2]


def test_every_script_is_a_page_and_every_page_has_its_script():
    scripts = {path.relative_to(ROOT).as_posix() for path in (ROOT / "pages").rglob("*.py")}
    pages = PAGES | CLASS_PAGES
    assert {page.script for page in pages.values()} == scripts
    assert {page.group for page in pages.values()} == set(GROUPS)


def test_the_first_page_is_the_servers_own_address_and_no_two_share_one():
    addresses = [page.address for page in PAGES.values()]
    assert addresses[0] == ""
    assert len(set(addresses)) == len(addresses)
    assert all(page.address == Path(page.script).stem for page in list(PAGES.values())[1:])


def test_overview_leads_to_every_page_but_itself_and_the_glossary():
    ways = {page.name for page in (*INVITED, *LESSONS)}
    assert set(PAGES) - ways == {"overview", "glossary", "notes"}
