"""The table of pages: all that navigation, Overview, lessons, benchmarks and tests know of each."""

from collections.abc import Mapping
from dataclasses import dataclass

# Pairs that a page may start with, as the chooser calls them.
DIGITS = {"left": "plain-56 on digits", "right": "ResNet-56 on digits"}
PHOTOGRAPHS = {"left": "plain-56 on CIFAR-10", "right": "ResNet-56 on CIFAR-10"}
GROUPS = {"explore": "", "lessons": "Lessons"}  # folder in pages/ -> its heading


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page.

    Attributes:
        name: of its script, and its address.
        group: the folder of its script in ``pages/``.
        label: what the navigation and the tab of the browser call it.
        title: its heading.
        pair: the networks that it shows to whoever has chosen none, by side.
        invitation, promise: what Overview's link to it says, and the line below; none without.
        question: of a lesson, what it answers, asked before anything is shown.
    """

    name: str
    group: str = "explore"
    label: str
    title: str
    icon: str
    pair: Mapping[str, str]
    invitation: str = ""
    promise: str = ""
    question: str = ""

    @property
    def script(self) -> str:
        """Its file, from the folder of ``app.py``: what ``st.Page`` and links take."""
        return f"pages/{self.group}/{self.name}.py"

    @property
    def address(self) -> str:
        """What stands behind the server's address; the first page has none."""
        return "" if self is next(iter(PAGES.values())) else self.name


PAGES: dict[str, Page] = {
    page.name: page
    for page in (
        Page(
            name="overview",
            label="Overview",
            title="Why very deep networks stop learning, and how a shortcut mends it",
            icon=":material/home:",
            pair=DIGITS,
        ),
        Page(
            name="architecture",
            label="Architecture",
            title="What a network is made of",
            icon=":material/schema:",
            pair=DIGITS,
            invitation="See what they are made of",
            promise="Every block and shortcut, drawn and counted; build one of your own.",
        ),
        Page(
            name="training",
            label="Training",
            title="Train a pair, live",
            icon=":material/play_circle:",
            pair=DIGITS,
            invitation="Train the pair yourself",
            promise="Two error curves part within a minute.",
        ),
        Page(
            name="study",
            label="Study",
            title="The paper's experiment, here",
            icon=":material/science:",
            pair=DIGITS,
            invitation="Repeat the paper's experiment",
            promise="Its figure 6 and table, beside what was measured here.",
        ),
        Page(
            name="transfer",
            label="Transfer",
            title="What a trained network is worth on other pictures",
            icon=":material/move_down:",
            pair=DIGITS,
            invitation="Try other pictures",
            promise="What does it bring from ImageNet, and what is that worth?",
        ),
        Page(
            name="curves",
            label="Curves",
            title="Training curves",
            icon=":material/show_chart:",
            pair=DIGITS,
            invitation="Compare runs",
            promise="Error and loss of any runs on shared axes.",
        ),
        Page(
            name="gradients",
            label="Gradients",
            title="Gradient norms, layer by layer",
            icon=":material/network_node:",
            pair=DIGITS,
            invitation="Follow the gradients",
            promise="Which layers still hear the loss?",
        ),
        Page(
            name="feature_maps",
            label="Feature maps",
            title="Feature maps, block by block",
            icon=":material/grid_view:",
            pair=PHOTOGRAPHS,
            invitation="Walk the blocks",
            promise="x, F(x) and their sum, channel by channel.",
        ),
        Page(
            name="classes",
            label="Classes",
            title="Which classes are mistaken for which?",
            icon=":material/grid_on:",
            pair=PHOTOGRAPHS,
            invitation="See what they mistake",
            promise="Which class for which, and the pictures behind each number.",
        ),
        Page(
            name="attribution",
            label="Attribution",
            title="Where do the networks look?",
            icon=":material/center_focus_strong:",
            pair=PHOTOGRAPHS,
            invitation="Ask for reasons",
            promise="Where on your photograph does each network look?",
        ),
        Page(
            name="convolution",
            group="lessons",
            label="Convolution sizes",
            title="How a convolution changes sizes",
            icon=":material/grid_4x4:",
            pair=DIGITS,
            question="How large is what comes out of a convolution, and which pixels does it never "
            "read?",
        ),
        Page(
            name="vanishing",
            group="lessons",
            label="Vanishing gradients",
            title="Vanishing gradients",
            icon=":material/trending_down:",
            pair=DIGITS,
            question="What is left of a gradient after many layers, and is it this that shortcuts "
            "mended?",
        ),
        Page(
            name="degradation",
            group="lessons",
            label="Degradation",
            title="Degradation",
            icon=":material/stacked_line_chart:",
            pair=DIGITS,
            question="A deeper network contains the shallower one, so it could do at least as "
            "well. Does it?",
        ),
        Page(
            name="shortcuts",
            group="lessons",
            label="Shortcuts",
            title="Shortcuts when shapes differ",
            icon=":material/alt_route:",
            pair=PHOTOGRAPHS,
            question="How can x be added to F(x) when F(x) is smaller and has more channels, and "
            "does it matter what else stands on the way?",
        ),
        Page(
            name="cardinality",
            group="lessons",
            label="Cardinality",
            title="Cardinality: many narrow paths",
            icon=":material/account_tree:",
            pair=DIGITS,
            question="Does a network err less with many narrow paths than with a wide one at the "
            "same cost?",
        ),
        Page(
            name="glossary",
            group="lessons",
            label="Glossary",
            title="Glossary",
            icon=":material/menu_book:",
            pair=DIGITS,
        ),
    )
}
LESSONS: tuple[Page, ...] = tuple(page for page in PAGES.values() if page.question)
INVITED: tuple[Page, ...] = tuple(page for page in PAGES.values() if page.invitation)
