"""Notes on the lessons about what a block is made of; what was measured comes from the facts."""

from resnet_viz.models.published import HE_2015, HE_2016, XIE_2016
from resnet_viz.reporting import cardinality, headlines, shortcuts
from resnet_viz.reporting.teaching.facts import Facts
from resnet_viz.reporting.teaching.note import Mistake, Move, Note


def on_shortcuts(facts: Facts) -> Note:
    """The lesson on shortcuts."""
    errors, variations = facts.options, facts.variations
    varied = (
        f"Here on the digits: {shortcuts.variations_described(variations)}"
        if len(variations)
        else ""
    )
    return Note(
        page="shortcuts",
        minutes=8,
        say=(
            "F(x) + x needs two tensors of one shape. Where a stage begins, F(x) has half the side "
            "and twice the channels, so something has to be done to x.",
            "Option A adds channels of zeros and has no weights; B projects where shapes change; C "
            "projects everywhere.",
            "Whatever stands on every shortcut is there once a block: a factor λ becomes λ to the "
            "power of the number of blocks.",
        ),
        ask=(
            "Which option costs nothing? What does it lose?",
            "Why is λ = 0.5 on each shortcut not harmless?",
        ),
        moves=(
            Move("Option A", {"option": "A"}, "Half of the channels added to F(x) are zeros."),
            Move(
                "Option C",
                {"option": "C"},
                "A convolution of 1×1 mixes all channels; its weights are random on this page.",
            ),
            Move("λ = 0.5", {"shortcut_scale": "0.5"}, shortcuts.left(0.5)),
            Move("λ = 1.1", {"shortcut_scale": "1.1"}, shortcuts.left(1.1)),
        ),
        mistakes=(
            Mistake(
                "A shortcut skips layers, so a residual network computes less.",
                "Nothing is skipped: F(x) is always computed, and x is added to it.",
            ),
            Mistake(
                "The table proves which of B and C is better.",
                shortcuts.ranked(errors)
                if len(errors)
                else "In the paper the options differ by less than a point on ImageNet.",
            ),
            Mistake(
                "Something useful on the shortcut beats the bare identity.",
                f"In He et al. 2016, table 1, all others err more on CIFAR-10. {varied}".strip(),
            ),
        ),
        sources=f"{HE_2015}, section 4.1 and table 3; {HE_2016}, section 3 and table 1",
    )


def on_cardinality(facts: Facts) -> Note:
    """The lesson on cardinality."""
    one = cardinality.weights(1, cardinality.ONE_PATH)
    width = cardinality.width_at_equal_cost(8, one)
    cost = cardinality.weights(8, width)
    return Note(
        page="cardinality",
        minutes=8,
        say=(
            "A block can be made deeper, wider, or of more paths. Compared is always at equal "
            "cost, or the larger network would win by its size.",
            f"Published errors on ImageNet (Xie et al. 2016): "
            f"{cardinality.errors(cardinality.pairs())}.",
        ),
        ask=("At equal cost: why do all paths together become wider, the more there are?",),
        moves=(
            Move(
                "8 paths at the cost of one",
                {"paths": "8", "one_path": "64", "width": "at equal cost"},
                headlines.paths(8, width, cost, one),
            ),
            Move(
                "8 paths as wide as the one",
                {"paths": "8", "one_path": "64", "width": "my own", "channels": "64"},
                headlines.paths(
                    8, cardinality.ONE_PATH, cardinality.weights(8, cardinality.ONE_PATH), one
                ),
            ),
        ),
        mistakes=(
            Mistake(
                "A grouped convolution cuts the picture into pieces.",
                "It groups *channels*. Each group still sees the whole picture.",
            ),
            Mistake(
                "Equal multiply-adds take equal time.",
                "Let them guess, then press *Measure* at the end of the lesson: it takes some "
                "seconds, and the answer is this machine's.",
            ),
            Mistake(
                "Many paths are an ensemble of networks.",
                "They are summed in every block and trained together; the page shows that they "
                "are one grouped convolution.",
            ),
        ),
        sources=f"{XIE_2016}, sections 3 and 5.1, table 3",
    )
