"""Notes on the pages that are shown in class beside the lessons."""

from resnet_viz.models.published import HE_2015
from resnet_viz.reporting import findings
from resnet_viz.reporting.teaching.facts import DIGITS, Facts
from resnet_viz.reporting.teaching.lesson_notes import YANG_2019
from resnet_viz.reporting.teaching.note import Mistake, Move, Note

ADEBAYO_2018 = "Adebayo et al. 2018, arXiv:1810.03292"


def on_training(facts: Facts) -> Note:
    """Training a pair in class."""
    ends = facts.ends[DIGITS]
    return Note(
        page="training",
        minutes=6,
        say=(
            "Same data, seed and recipe: the two networks differ by the shortcuts alone.",
            "The page says beforehand how long it will take on this machine. Start it early and go "
            "on: it trains while you show other pages.",
            "" if ends.empty else f"Recorded beforehand: {findings.shortcuts(ends)}",
        ),
        ask=("Where will plain-56 end? Write a number down before anybody presses Train.",),
        moves=(
            Move(
                "plain-56 against ResNet-56",
                {
                    "recipe": "quick",
                    "network": "plain-56",
                    "against": "ResNet-56",
                    "data": "digits",
                },
                "Press *Train*: both curves grow beside each other.",
            ),
            Move(
                "plain-20 against plain-56",
                {"recipe": "quick", "network": "plain-20", "against": "plain-56", "data": "digits"},
                "The same race, where the two differ by depth alone.",
            ),
        ),
        mistakes=(
            Mistake(
                "One run proves it.",
                "Another seed gives another curve. The page Curves has all recorded seeds with "
                "their range.",
            ),
            Mistake(
                "The test error is below the training error: that must be a fault.",
                "Training error is the mean over an epoch, while the weights still change; test "
                "error is measured after it.",
            ),
            Mistake(
                "The paper's numbers should come out.",
                "Other pictures and a short recipe: the page Study says what differs.",
            ),
        ),
        sources=f"{HE_2015}, section 4.2",
    )


def on_gradients(facts: Facts) -> Note:
    """Gradient norms."""
    ratios = "" if facts.norms.empty else findings.first_over_last(findings.gradients(facts.norms))
    return Note(
        page="gradients",
        minutes=6,
        say=(
            "One point a layer: the norm of the gradient of its weights, for one batch.",
            f"{ratios}." if ratios else "",
        ),
        ask=(
            "At the start, in which of the two does one step change the first layers more, "
            "compared with the last ones?",
        ),
        moves=(
            Move(
                "Before training",
                {"gradients": "recorded", "quantity": "‖∂L/∂W‖₂", "moment": "0.00"},
                "Then drag *Epoch* to the right: the slope of the line changes.",
            ),
            Move(
                "Gradient over weight",
                {"gradients": "recorded", "quantity": "‖∂L/∂W‖₂ / ‖W‖₂"},
                "How large a step is, compared with what it changes.",
            ),
            Move(
                "Sigmoid without normalisation",
                {
                    "gradients": "fresh networks",
                    "quantity": "‖∂L/∂W‖₂",
                    "depth": "56",
                    "activation": "sigmoid",
                    "norm": "none",
                },
                "Fresh networks of 56 layers: here gradients do vanish, in both.",
            ),
        ),
        mistakes=(
            Mistake(
                "A large gradient is good: the layer learns fast.",
                "It can be too large for any learning rate that suits the other layers. With batch "
                "normalisation and without shortcuts gradients explode with depth (Yang et al. "
                "2019).",
            ),
            Mistake(
                "A small gradient at the end of training has vanished.",
                "Where the loss is small, every gradient is. Compare layers with each other, not "
                "with the start.",
            ),
        ),
        sources=f"{HE_2015}, section 4.1; {YANG_2019}",
    )


def on_feature_maps(facts: Facts) -> Note:
    """Feature maps."""
    return Note(
        page="feature_maps",
        minutes=6,
        say=(
            "Three pictures a network: x, F(x), and what the block puts out, on one scale of "
            "colours.",
            "In the plain network nothing is added: the third picture is F(x) again.",
        ),
        ask=("Which of the three pictures would change most if F(x) were 0?",),
        moves=(
            Move(
                "The first block",
                {"block": "layer1.0", "scale": "shared"},
                "32×32 cells: the animals can still be made out.",
            ),
            Move(
                "The last block",
                {"block": "layer3.8", "scale": "shared"},
                "8×8 cells: of the picture blobs are left.",
            ),
            Move(
                "Each network's own colours",
                {"scale": "each network"},
                "For when one network is pale on the shared scale.",
            ),
        ),
        mistakes=(
            Mistake(
                "Channel 5 of both networks should look alike.",
                "Channels have no order: each network found its own. The page says so too.",
            ),
            Mistake(
                "A bright channel matters most.",
                "Bright is large. What speaks for a class is in *A channel, seen*: gradient × "
                "activation.",
            ),
            Mistake(
                "F(x) is small, so the block is superfluous.",
                "Small corrections add up over the blocks; nothing on this page leaves one out.",
            ),
        ),
        sources=f"{HE_2015}, section 4.2 and figure 7",
    )


def on_attribution(facts: Facts) -> Note:
    """Attribution."""
    return Note(
        page="attribution",
        minutes=12,
        say=(
            "A map answers a question about *one* class: where does the network find support for "
            "it? Both networks are asked about the same class at first, also where one answers "
            "another.",
            "Grad-CAM has one number for each cell of a late layer, and is then enlarged.",
            "A map that looks right is no evidence: put it to the test.",
        ),
        ask=(
            "Before the map: where would you look, to tell that it is a horse?",
            "Two methods, two maps: how could it be found out which one is right?",
        ),
        moves=(
            Move(
                "Grad-CAM of both networks",
                {"compare": "one method, many pictures", "method": "Grad-CAM", "trust": "false"},
                "Whether each is right stands below its map, with the probabilities.",
            ),
            Move(
                "Many methods",
                {"compare": "one picture, many methods", "trust": "false"},
                "Two maps a method, one a network, and how alike they are.",
            ),
            Move(
                "Random weights: Grad-CAM",
                _randomised("Grad-CAM"),
                "Below: the map as more and more weights become random. It has to change.",
            ),
            Move(
                "Random weights: Eigen-CAM",
                _randomised("Eigen-CAM"),
                "The page warns of methods whose maps outlive the weights.",
            ),
        ),
        mistakes=(
            Mistake(
                "Grad-CAM shows what the network sees.",
                "It shows where the features of one layer speak for one class, to first order. "
                "Another class, layer or method gives another map.",
            ),
            Mistake(
                "A map with sharp outlines of the object is the better one.",
                "Some methods draw outlines with random weights too: they show the picture "
                "(Adebayo et al. 2018). *Randomisation* tests it.",
            ),
            Mistake(
                "The map lies on the horse, so the network knows horses.",
                "It may be right for another reason: the last lesson has a network that is.",
            ),
        ),
        sources=f"Selvaraju et al. 2017, arXiv:1610.02391; {ADEBAYO_2018}",
    )


def _randomised(method: str) -> dict[str, str]:
    return {
        "compare": "one method, many pictures",
        "method": method,
        "trust": "true",
        "check": "Randomisation",
    }
