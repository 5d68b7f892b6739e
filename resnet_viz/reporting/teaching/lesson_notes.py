"""Notes on the lessons; what was measured in them comes from the facts."""

from resnet_viz.analysis.sliding_window import Window
from resnet_viz.models.published import HE_2015, HE_2016
from resnet_viz.reporting import (
    degradation,
    findings,
    headlines,
    run_labels,
    spurious_cue,
)
from resnet_viz.reporting.teaching.facts import DIGITS, PHOTOGRAPHS, Facts
from resnet_viz.reporting.teaching.note import Mistake, Move, Note

BALDUZZI_2017 = "Balduzzi et al. 2017, arXiv:1702.08591"
YANG_2019 = "Yang et al. 2019, arXiv:1902.08129"
GEIRHOS_2020 = "Geirhos et al. 2020, arXiv:2004.07780"


def on_convolution(facts: Facts) -> Note:
    """The lesson on sizes."""
    plain, padded = Window(8, 3, stride=2), Window(8, 3, padding=1)
    pointwise, odd = Window(56, 1, stride=2), Window(75, 3, padding=1, stride=2)
    return Note(
        page="convolution",
        minutes=8,
        say=(
            "The kernel is laid on every place that it has. The number of places is the size of "
            "what comes out: the formula says no more than that.",
            "Padding adds places, a stride leaves places out, and ⌊ ⌋ drops what does not fit.",
        ),
        ask=(
            "Which pixels could be painted over without any change in what comes out?",
            "Which padding keeps the size of the map with a kernel of 5×5 and stride 1?",
        ),
        moves=(
            Move("8 pixels, kernel 3, stride 2", _window(plain), headlines.window(plain)),
            Move("Padding 1, stride 1", _window(padded), headlines.window(padded)),
            Move("Kernel 1, stride 2", _window(pointwise), headlines.window(pointwise)),
        ),
        mistakes=(
            Mistake(
                "A 3×3 kernel has nine weights.",
                "Nine for each channel that comes in. A layer has one such kernel for each channel "
                "that it puts out.",
            ),
            Mistake(
                "A stride of 2 halves the size.",
                f"Only about: {odd.size} pixels become {odd.output}, and with an even size the far "
                "row of padding is never read.",
            ),
            Mistake(
                "A larger stride only makes the map coarser.",
                "It can leave pixels out altogether, as the kernel of 1×1 shows. Such shortcuts "
                "come back in the lesson on shortcuts.",
            ),
        ),
        sources="Dumoulin & Visin 2016, arXiv:1603.07285",
    )


def on_vanishing(facts: Facts) -> Note:
    """The lesson on vanishing gradients."""
    norms = facts.norms
    recorded = "" if norms.empty else f"{findings.first_over_last(findings.gradients(norms))}."
    return Note(
        page="vanishing",
        minutes=12,
        say=(
            "By the chain rule each layer multiplies the gradient by w · f′(z). Of sigmoid's "
            "slopes none is above ¼, so the product shrinks with every layer.",
            "This kept deep networks of sigmoids from learning. Initialisation made for the "
            "activation, and normalisation, removed most of it: the networks of the next lesson "
            "have both.",
        ),
        ask=("Layers, weight, input: which of the three can save the product, and why?",),
        moves=(
            Move(
                "Sigmoid, 20 layers",
                _chain("sigmoid", 20),
                "The bound, a power of ¼, and the product, which is smaller still.",
            ),
            Move(
                "Weight 4",
                _chain("sigmoid", 20, weight=4),
                "The bound is 1, and the product is smaller than before: z is large, where sigmoid "
                "is flat.",
            ),
            Move(
                "Sigmoid, 56 layers",
                _chain("sigmoid", 56),
                "Behind the guess, real networks: hollow marks are without normalisation. There "
                "the residual one vanishes too, later than the plain one.",
            ),
            Move(
                "ReLU, 56 layers",
                _chain("ReLU", 56),
                "Behind the guess, the paper's kind of network: orange with filled marks, plain "
                "with batch normalisation, *rises* toward the first layers.",
            ),
        ),
        mistakes=(
            Mistake(
                "Plain-56 fails because its gradient vanishes, and shortcuts mend that.",
                "With batch normalisation it does not vanish when training begins, and the paper's "
                f"authors call it an unlikely cause. Recorded on the digits. {recorded}"
                if recorded
                else "With batch normalisation it need not vanish, and the paper's authors call it "
                "an unlikely cause.",
            ),
            Mistake(
                "The shortcut is a highway for the gradient, therefore residual networks train.",
                "The identity does pass the gradient on as it is (He et al. 2016). But at the "
                "start a plain network's is not small here either, so its size is not the "
                "explanation. One that was proposed: in deep plain networks the gradients of "
                "inputs that are close to each other have hardly anything to do with each other, "
                "which shortcuts slow down (Balduzzi et al. 2017). No page here measures that.",
            ),
            Mistake(
                "ReLU's slope is 1, so with ReLU nothing can vanish or explode.",
                "The factor is w · f′(z): the weights count as much, and below 0 ReLU's slope is "
                "0. Set the weight to 0.5 and to 2 with ReLU.",
            ),
        ),
        sources=f"{HE_2015}, section 4.1; {HE_2016}; {YANG_2019}; {BALDUZZI_2017}",
    )


def on_degradation(facts: Facts) -> Note:
    """The lesson on degradation."""
    recorded = [
        degradation.outcome(run_labels.data_title(data), ends).text
        for data, ends in facts.ends.items()
        if not facts.pair(data).empty
    ]
    plain = facts.pair(PHOTOGRAPHS)
    return Note(
        page="degradation",
        minutes=15,
        say=(
            "Watch the *training* error: a network that overfits is good there.",
            "The deeper network contains the shallower one, so weights that are as good exist: "
            "step 3 builds them. Training does not find such good ones. That is degradation.",
            " ".join(recorded),
        ),
        ask=(
            "If layers that change nothing would do, why are they not found?",
            "What would the curves look like if the deeper network overfitted?",
        ),
        moves=(
            Move(
                "Guess, then the curves: digits",
                {"recorded_on": "digits"},
                "Let everybody guess before you press an answer: the curves appear with it.",
            ),
            Move(
                "The same on CIFAR-10",
                {"recorded_on": "CIFAR-10"},
                "One seed and a longer recipe: the same order of the plain networks.",
            ),
            Move(
                "Build the deep network: 6 new blocks",
                {"new_blocks": "6"},
                "Step 3, behind both guesses: 18 blocks that change nothing, beside 18 random "
                "ones and a network trained from scratch.",
            ),
            Move(
                "Learn y = x: 64 numbers, rate 0.02",
                {"identity_width": "64", "identity_rate": "0.02"},
                "Step 4: two layers learn to pass x on, with and without a shortcut.",
            ),
        ),
        mistakes=(
            Mistake(
                "Deeper overfits.",
                f"On CIFAR-10: {findings.overfitting(plain)}"
                if len(plain)
                else "Look at the training error first: overfitting leaves it small.",
            ),
            Mistake(
                "A plain network cannot represent the identity.",
                "Step 3 builds it from kernels with a single 1. It can be represented; it is not "
                "found.",
            ),
            Mistake(
                "With shortcuts deeper is always better.",
                f"{_deeper(facts)}The paper's network of 1,202 layers tests worse than that of 110 "
                "(section 4.2).",
            ),
        ),
        sources=f"{HE_2015}, sections 1, 3.1 and 4.2",
    )


def on_wrong_reason(facts: Facts) -> Note:
    """The lesson on a spurious cue."""
    cue = facts.cue
    return Note(
        page="right_for_the_wrong_reason",
        minutes=10,
        say=(
            "" if cue.empty else spurious_cue.at_first(cue),
            "" if cue.empty else spurious_cue.found(cue),
            "The test pictures have the tag too: a test tells what a network does with more of the "
            "same, not what it has learnt.",
        ),
        ask=("Where could such a tag be in data that you know?",),
        moves=(
            Move(
                "The tag taken off",
                {"tag": "nowhere", "shape": "triangle"},
                "Step 2, behind the guess: the answer of each network below its map.",
            ),
            Move(
                "The tag on a square",
                {"tag": "on the squares", "shape": "square"},
                "" if cue.empty else spurious_cue.on_the_wrong_class(cue),
            ),
        ),
        mistakes=(
            Mistake(
                "So high a test accuracy proves that the shape was learnt.",
                "Tag and shape tell the same story in training and in test: either is enough.",
            ),
            Mistake(
                "Shortcuts in the network cause *shortcut learning*.",
                "The word is all that they have in common. "
                + ("" if cue.empty else spurious_cue.learnt(cue)),
            ),
            Mistake(
                "A map that lies on the object shows that the network is right for the right "
                "reason.",
                "Step 3 scores maps beside a random one, a hill in the middle and the picture's "
                "edges, which ask no network. Objects tend to be in the middle.",
            ),
        ),
        sources=f"Lapuschkin et al. 2019, arXiv:1902.10178; {GEIRHOS_2020}",
    )


def _deeper(facts: Facts) -> str:
    """What depth did with shortcuts on the digits; empty where it is not recorded."""
    ends = facts.ends[DIGITS]
    return "" if ends.empty else f"On the digits: {findings.depth(ends[ends['residual']])} "


def _chain(function: str, layers: int, weight: int = 1) -> dict[str, str]:
    """All that moves the chain: a link leaves as it is what it does not say."""
    return {
        "function": function,
        "chain_layers": str(layers),
        "chain_weight": str(weight),
        "chain_input": "1",
    }


def _window(window: Window) -> dict[str, str]:
    names = ("size", "kernel", "padding", "stride", "dilation")
    return {name: str(getattr(window, name)) for name in names}
