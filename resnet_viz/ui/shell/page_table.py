"""The table of pages: all that navigation, Overview, lessons, benchmarks and tests know of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from resnet_viz.classroom.roles import Right

# Pairs that a page may start with, as the chooser calls them.
DIGITS = {"left": "plain-56 on digits", "right": "ResNet-56 on digits"}
PHOTOGRAPHS = {"left": "plain-56 on CIFAR-10", "right": "ResNet-56 on CIFAR-10"}
# Folder in pages/ -> its heading in the navigation.
GROUPS = {
    "see": "See",
    "train": "Train",
    "inside": "Look inside",
    "learn": "Learn",
    "teach": "Teach",
}


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page.

    Attributes:
        name: of its script, and its address.
        group: the folder of its script in ``pages/``.
        label: what the navigation and the tab of the browser call it.
        title: its heading.
        pair: the networks that it shows to whoever has chosen none, by side; empty where the page
            is about none.
        promise: what Overview says of it below its name; without one it has no card there.
        question: of a lesson, what it answers, asked before anything is shown.
        right: that lists it, of a page of the class: others know only its address.
    """

    name: str
    group: str
    label: str
    title: str
    icon: str
    pair: Mapping[str, str] = field(default_factory=dict)
    promise: str = ""
    question: str = ""
    right: Right | None = None

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
            group="see",
            label="Overview",
            title="Why very deep networks stop learning, and how a shortcut mends it",
            icon=":material/home:",
        ),
        Page(
            name="study",
            group="see",
            label="Study",
            title="The paper's experiment, here",
            icon=":material/science:",
            promise="Its figure 6 and table, beside what was measured here.",
        ),
        Page(
            name="error_against_depth",
            group="see",
            label="Error against depth",
            title="Error against depth",
            icon=":material/query_stats:",
            promise="Does a deeper network err less? Every depth with several seeds.",
        ),
        Page(
            name="curves",
            group="see",
            label="Curves",
            title="Training curves",
            icon=":material/show_chart:",
            pair=DIGITS,
            promise="Error and loss of any runs on shared axes.",
        ),
        Page(
            name="training",
            group="train",
            label="Training",
            title="Train a pair, live",
            icon=":material/play_circle:",
            promise="Two error curves part within a minute.",
        ),
        Page(
            name="transfer",
            group="train",
            label="Transfer",
            title="What a trained network is worth on other pictures",
            icon=":material/move_down:",
            promise="What does it bring from ImageNet, and what is that worth?",
        ),
        Page(
            name="architecture",
            group="inside",
            label="Architecture",
            title="What a network is made of",
            icon=":material/schema:",
            pair=DIGITS,
            promise="Every block and shortcut, drawn and counted; build one of your own.",
        ),
        Page(
            name="gradients",
            group="inside",
            label="Gradients",
            title="Gradient norms, layer by layer",
            icon=":material/network_node:",
            pair=DIGITS,
            promise="How large is the gradient that reaches each layer?",
        ),
        Page(
            name="feature_maps",
            group="inside",
            label="Feature maps",
            title="Feature maps, block by block",
            icon=":material/grid_view:",
            pair=PHOTOGRAPHS,
            promise="x, F(x) and their sum, channel by channel.",
        ),
        Page(
            name="classes",
            group="inside",
            label="Classes",
            title="What is taken for what?",
            icon=":material/grid_on:",
            pair=PHOTOGRAPHS,
            promise="Which class for which, and the pictures behind each number.",
        ),
        Page(
            name="attribution",
            group="inside",
            label="Attribution",
            title="Where do the networks look?",
            icon=":material/center_focus_strong:",
            pair=PHOTOGRAPHS,
            promise="Grad-CAM and many other methods on your own photographs, for both networks, "
            "and whether to believe their maps.",
        ),
        Page(
            name="convolution",
            group="learn",
            label="Convolution sizes",
            title="How a convolution changes sizes",
            icon=":material/grid_4x4:",
            question="How large is what comes out of a convolution, and which pixels does it never "
            "read?",
        ),
        Page(
            name="vanishing",
            group="learn",
            label="Vanishing gradients",
            title="Vanishing gradients",
            icon=":material/trending_down:",
            question="What is left of a gradient after many layers, and is it this that shortcuts "
            "mended?",
        ),
        Page(
            name="degradation",
            group="learn",
            label="Degradation",
            title="Degradation",
            icon=":material/stacked_line_chart:",
            question="A deeper network contains the shallower one, so it could do at least as "
            "well. Does it?",
        ),
        Page(
            name="shortcuts",
            group="learn",
            label="Shortcuts",
            title="Shortcuts when shapes differ",
            icon=":material/alt_route:",
            pair=PHOTOGRAPHS,
            question="How can x be added to F(x) when F(x) is smaller and has more channels, and "
            "does it matter what else stands on the way?",
        ),
        Page(
            name="cardinality",
            group="learn",
            label="Cardinality",
            title="Cardinality: many narrow paths",
            icon=":material/account_tree:",
            question="Does a network err less with many narrow paths than with a wide one at the "
            "same cost?",
        ),
        Page(
            name="right_for_the_wrong_reason",
            group="learn",
            label="Wrong reason",
            title="Right for the wrong reason",
            icon=":material/sell:",
            question="A network gets nearly every test picture right. Has it learnt what it was "
            "to learn?",
        ),
        Page(
            name="glossary",
            group="learn",
            label="Glossary",
            title="Glossary",
            icon=":material/menu_book:",
        ),
        Page(
            name="notes",
            group="teach",
            label="Teacher's notes",
            title="Teacher's notes",
            icon=":material/co_present:",
            right=Right.NOTES,
        ),
    )
}
# What only a server has that holds a class.
CLASS_PAGES: dict[str, Page] = {
    page.name: page
    for page in (
        Page(
            name="join",
            group="teach",
            label="Join",
            title="Join this class",
            icon=":material/qr_code_2:",
        ),
        Page(
            name="class",
            group="teach",
            label="Class",
            title="The class",
            icon=":material/groups:",
            right=Right.TEACH,
        ),
    )
}
LESSONS: tuple[Page, ...] = tuple(page for page in PAGES.values() if page.question)
INVITED: tuple[Page, ...] = tuple(page for page in PAGES.values() if page.promise)
