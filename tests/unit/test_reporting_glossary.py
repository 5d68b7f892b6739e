"""The glossary: in order, linked to, found by its words, and true of the networks."""

import pytest

from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.reporting import glossary


def test_a_word_is_found_in_names_first_and_then_in_explanations():
    found = list(glossary.matching("STRIDE"))
    assert found[0] == "stride"
    assert all("stride" in glossary.TERMS[term] or "stride" in term for term in found)
    assert glossary.matching("qqq") == {}
    assert list(glossary.matching("")) == list(glossary.TERMS)


def test_a_link_asks_the_glossary_for_its_word_whatever_it_is_called_there():
    assert glossary.linked("max-pooling") == "[max-pooling](glossary?word=max-pooling)"
    assert glossary.linked("feature map", "maps") == "[maps](glossary?word=feature+map)"
    with pytest.raises(AssertionError):
        glossary.linked("nonsense")


def test_a_plain_network_is_said_to_have_as_many_parameters_only_where_that_is_so():
    assert ARCHITECTURES["plain56"].parameters == ARCHITECTURES["resnet56"].parameters
    assert ARCHITECTURES["plain34"].parameters < ARCHITECTURES["resnet34"].parameters
    assert ARCHITECTURES["resnet56"].shortcut == "A"
    assert ARCHITECTURES["resnet34"].shortcut == "B"
    assert "where shortcuts have none (option A)" in glossary.TERMS["plain network"]


def test_the_glossary_is_in_the_order_of_the_alphabet():
    assert list(glossary.TERMS) == sorted(glossary.TERMS, key=str.casefold)
    assert {"linear layer", "logit"} < set(glossary.TERMS)
