"""What is said of a map and of an answer follows from them."""

import pandas as pd

from resnet_viz.models import ARCHITECTURES, foreign
from resnet_viz.reporting import attribution

IMAGENET = foreign.class_names(ARCHITECTURES["resnet18"])


def test_a_network_of_imagenet_knows_cats_by_their_kinds():
    assert "cat" not in IMAGENET
    assert set(attribution.KINDS["cat"]) <= set(IMAGENET)
    assert attribution.verdict("tabby", "cat", IMAGENET).endswith("**right**: tabby (cat)")
    said = attribution.verdict("espresso", "cat", IMAGENET)
    assert "**wrong**: says espresso, it is cat" in said
    assert attribution.verdict("cup", "espresso", IMAGENET).endswith("**right**: cup (espresso)")
    assert set(attribution.KINDS["espresso"]) <= set(IMAGENET)
    assert "has no class called **deer**" in attribution.verdict("tabby", "deer", IMAGENET)


def test_the_part_of_a_picture_that_a_network_gets_is_said_where_it_is_made_of_other_pixels():
    assert attribution.seen("a cat", 8, (8, 8)) == "a cat, as the network sees it: 8\u00a0×\u00a08"
    said = attribution.seen("a cat", 8, (30, 30)).replace("\u00a0", " ")
    assert said == "a cat, as the network sees it: 8 × 8, made of the 30 × 30 in the middle"
    assert attribution.original("a cat", (451, 300)).endswith("451\u00a0×\u00a0300 pixels.")


def test_a_map_says_its_class_and_layer_and_where_its_amounts_are_not_exact():
    assert attribution.explained("cat", "layer3", inexact=False) == "for cat, layer3"
    assert attribution.explained("cat", None, inexact=True) == "for cat, drawn pale"
    said = attribution.map_described("a map", "the middle", inexact=True)
    assert said == "a map, inexact; strongest at the middle of the picture."
    assert "inexact" not in attribution.map_described("a map", "the middle", inexact=False)


def test_the_most_likely_class_is_named_with_its_probability():
    found = pd.DataFrame({"class": ["cat", "dog"], "probability": [0.256, 0.744]})
    assert attribution.answered("a net", "a picture", found) == (
        "a net takes a picture for dog with 74 %."
    )
    other = found.assign(probability=[0.9, 0.1])
    assert attribution.answered("a net", "a picture", other).endswith("for cat with 90 %.")
    assert attribution.best_answer(found) == "dog"


def test_maps_for_two_classes_are_not_comparable_and_what_to_do_depends_on_the_classes():
    said = attribution.question_of_maps(["cat", "dog"], shared=True)
    assert "left map is for cat, the right one for dog" in said
    assert said.endswith("choose one class above.")
    said = attribution.question_of_maps(["cat", "3"], shared=False)
    assert said.endswith("no class in common.")
    assert attribution.question_of_maps(["cat"], shared=True) == "Both maps explain: **cat**."


def judged(label: str, best: str, share: float, true: str | None = "cat"):
    rest = [name for name in ("cat", "frog", "apple") if name != best]
    found = pd.DataFrame({"class": [best, *rest], "probability": [share, (1 - share) / 2, 0]})
    return attribution.judged(label, found, true)


def test_the_finding_says_who_is_right_and_how_sure():
    frog, apple = judged("a", "frog", 0.62), judged("b", "apple", 0.91)
    right, unsure = judged("b", "cat", 0.99), judged("a", "cat", 0.46)
    found = attribution.finding
    assert found("x", [frog, apple]) == (
        "a takes the cat for a frog (62 %), b for an apple (91 %): neither is right."
    )
    assert found("x", [frog, right]) == "a takes the cat for a frog (62 %), b is right (99 %)."
    assert found("x", [unsure, apple]) == (
        "a is right (46 %, unsure), b takes it for an apple (91 %)."
    )
    assert found("x", [unsure, right]) == (
        "Both are right about the cat: a with 46 %, unsure and b with 99 %."
    )
    unknown = [judged("a", "frog", 0.7, None), judged("b", "cat", 0.8, None)]
    assert found("a *pot*", unknown) == "a takes a \\*pot\\* for a frog (70 %), b for a cat (80 %)."


def test_many_pictures_are_counted_by_who_is_right():
    frog, cat = judged("a", "frog", 0.6), judged("b", "cat", 0.9)
    unknown = [judged("a", "frog", 0.6, None), judged("b", "cat", 0.9, "vase")]
    said = attribution.counted([[frog, cat], [frog, cat], unknown])
    assert said == (
        "Of 2 pictures of known classes, right are: a about 0, b about 2. 1 more is of no class "
        "they know."
    )
    assert attribution.outcome([frog, cat]) == "only one right"
    assert attribution.outcome([frog, frog]) == "none right"
    assert attribution.outcome([cat, cat]) == "both right"
    assert attribution.outcome(unknown) == "class not known"
    assert attribution.signs([frog, cat, unknown[0]]) == "✗✓?"


def test_why_networks_err_is_said_of_what_their_cards_name():
    said = attribution.limits([("a", 32, 8, 53.1), ("b", 8, None, None)])
    assert said.replace("\u00a0", " ") == (
        "Why they may err: a sees 32 × 32 pixels, was trained for 8 epochs and errs on 46.9 % of "
        "its test pictures; b sees 8 × 8 pixels."
    )


def test_networks_of_one_schooling_are_named_once():
    assert "(trained on digits):" in attribution.noticed(["trained on digits"] * 2)
    assert "(trained on a; trained on b):" in attribution.noticed(["trained on a", "trained on b"])


def test_what_to_look_at_depends_on_the_families_of_the_networks():
    assert attribution.question([True, False]).endswith(
        "one network with shortcuts and one without."
    )
    assert attribution.question([True, True]).endswith("the same class, two networks.")
