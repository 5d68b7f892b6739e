"""Plans of a class: minute by minute a page, what to do there, and what to ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate

# The names of the pages' controls and of their values stand in these plans as the pages write them.
PAIR = {"recipe": "quick", "network": "plain-56", "against": "ResNet-56", "data": "digits"}
CHAIN = {"function": "sigmoid", "chain_layers": "20", "chain_weight": "1", "chain_input": "1"}
EXERCISES = {"teach": "exercises"}


@dataclass(frozen=True)
class Step:
    """A part of a class.

    Attributes:
        page: its name.
        query: what the page's address asks for.
        do, ask: Markdown.
    """

    minutes: int
    page: str
    do: str
    ask: str
    query: Mapping[str, str] = field(default_factory=dict)


SHORT = (
    Step(
        4,
        "overview",
        "Show both charts: 20 and 56 layers, without shortcuts and with them. Explain nothing yet; "
        "collect reasons on the board.",
        "Why could more layers make it worse?",
    ),
    Step(
        4,
        "training",
        "Everybody writes a number down. Press *Train* and leave the page: the runs go on.",
        "Where will plain-56 end?",
        PAIR,
    ),
    Step(
        10,
        "vanishing",
        "Sigmoid, then weight 4. Then the guess about the paper's network, and its curves.",
        "Which of layers, weight and input can save the product?",
        CHAIN,
    ),
    Step(
        14,
        "degradation",
        "Guess, curves, *Is it overfitting?* Then step 3 with 6 new blocks. Go through the reasons "
        "on the board: which are left?",
        "The better network exists. Why is it not found?",
        {"recorded_on": "digits", "new_blocks": "6"},
    ),
    Step(3, "training", "Come back to the curves.", "Whose number was nearest?", PAIR),
    Step(
        6,
        "attribution",
        "A photograph for both networks. Ask before the maps: where would you look?",
        "Does the map show why the network is right?",
    ),
    Step(
        4,
        "notes",
        "Hand out *Is it overfitting?* and *Layers that change nothing*.",
        "One sentence: what does a shortcut mend, and what not?",
        EXERCISES,
    ),
)
LONG = (
    SHORT[0],
    Step(
        10,
        "convolution",
        "The guess, then padding and stride. At the end the walk through ResNet-34.",
        "Which pixels are never read?",
    ),
    SHORT[1],
    Step(12, SHORT[2].page, SHORT[2].do, SHORT[2].ask, SHORT[2].query),
    Step(
        6,
        "gradients",
        "Both networks before training, then drag *Epoch* to the right.",
        "Does the plain network's gradient vanish at the start?",
        {"gradients": "recorded", "quantity": "‖∂L/∂W‖₂", "moment": "0.00"},
    ),
    Step(16, SHORT[3].page, SHORT[3].do, SHORT[3].ask, SHORT[3].query),
    Step(4, SHORT[4].page, SHORT[4].do, SHORT[4].ask, SHORT[4].query),
    Step(
        8,
        "shortcuts",
        "Options A and C at one block; then λ, and the guess below it.",
        "What is on the shortcut 27 times over?",
        {"option": "A"},
    ),
    Step(
        6,
        "feature_maps",
        "The first block, then the last: x, F(x) and their sum.",
        "What would be left if F(x) were 0?",
        {"block": "layer1.0"},
    ),
    Step(
        10,
        "attribution",
        "Grad-CAM of both networks; many methods; then *Randomisation* below.",
        "Which map should change when the weights become random?",
    ),
    Step(
        8,
        "right_for_the_wrong_reason",
        "The guess, then the tag taken off and put on a square.",
        "How could the test have shown it?",
    ),
    Step(
        2,
        "notes",
        "Hand out the exercises; the lesson on cardinality is for at home.",
        "One sentence: what does a shortcut mend, and what not?",
        EXERCISES,
    ),
)
PLANS = {"45 minutes": SHORT, "90 minutes": LONG}


def times(plan: tuple[Step, ...]) -> list[str]:
    """From which minute to which each step lasts, such as ``4–8``."""
    ends = list(accumulate(step.minutes for step in plan))
    return [f"{end - step.minutes}–{end}" for step, end in zip(plan, ends, strict=True)]
