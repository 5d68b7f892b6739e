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
    said = attribution.two_questions("cat", "dog", shared=True)
    assert "left map is for cat, the right one for dog" in said
    assert said.endswith("choose one class above.")
    assert attribution.two_questions("cat", "3", shared=False).endswith("no class in common.")


def test_networks_of_one_schooling_are_named_once():
    assert "(trained on digits):" in attribution.noticed(["trained on digits"] * 2)
    assert "(trained on a; trained on b):" in attribution.noticed(["trained on a", "trained on b"])


def test_what_to_look_at_depends_on_the_families_of_the_networks():
    assert attribution.question([True, False]).endswith(
        "one network with shortcuts and one without."
    )
    assert attribution.question([True, True]).endswith("the same class, two networks.")
