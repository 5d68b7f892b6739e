"""The navigation, and which page of the table is shown."""

from pathlib import Path

import streamlit as st

from resnet_viz.classroom.roles import Role, Visitor
from resnet_viz.ui.classroom import visitor
from resnet_viz.ui.shell.page_table import CLASS_PAGES, GROUPS, PAGES, Page

FOLDER = Path(__file__).parent
ICON, LOGO = FOLDER / "icon.png", FOLDER / "logo.svg"
PRODUCT = "resnet_viz"
SHOWN = "page shown"


def choose_page() -> st.Page:
    """Draw the navigation; the page to run, after whose name the browser's tab is called."""
    st.set_page_config(page_icon=str(ICON), layout="wide")
    st.logo(str(LOGO), size="large")
    who = visitor.current()
    pages = PAGES if who.role is Role.OWNER else PAGES | CLASS_PAGES
    scripts = {
        page.name: st.Page(
            page.script,
            title=page.label,
            icon=page.icon,
            url_path=page.name,
            default=not page.address,
            visibility="visible" if _listed(page, who) else "hidden",
        )
        for page in pages.values()
    }
    grouped = {
        heading: [scripts[page.name] for page in pages.values() if page.group == group]
        for group, heading in GROUPS.items()
    }
    sections = {heading: found for heading, found in grouped.items() if found}
    chosen = st.navigation(sections, position="top")
    name = next(name for name, script in scripts.items() if script is chosen)
    st.session_state[SHOWN] = name
    st.set_page_config(page_title=f"{pages[name].label} · {PRODUCT}")
    return chosen


def current() -> Page:
    """The page that is shown."""
    return (PAGES | CLASS_PAGES)[st.session_state[SHOWN]]


def beside(page: Page) -> tuple[Page | None, Page | None]:
    """The pages before and after one in the navigation; None at its ends."""
    who = visitor.current()
    listed = [one for one in PAGES.values() if _listed(one, who)]
    if page not in listed:
        return None, None
    pages = [None, *listed, None]
    place = pages.index(page)
    return pages[place - 1], pages[place + 1]


def _listed(page: Page, who: Visitor) -> bool:
    """Whether the navigation leads a visitor to a page."""
    return page.right is None or who.may(page.right)


def link(name: str, label: str, icon: str | None = None, **query: str | list[str]) -> None:
    """A link to a page of the table; ``query`` is what its address asks for."""
    st.page_link(
        (PAGES | CLASS_PAGES)[name].script, label=label, icon=icon, query_params=query or None
    )


def switch(name: str, **query: str | list[str]) -> None:
    """Go to a page of the table at once; ``query`` is what its address asks for."""
    st.switch_page(PAGES[name].script, query_params=query or None)
