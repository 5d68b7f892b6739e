"""What is open for all visitors is bounded in bytes."""

import streamlit as st

from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.results import opened
from resnet_viz.ui.results.byte_budget import ByteBudget

NAMES = [f"{name}-digits-seed0" for name in ("plain20", "resnet20", "plain56")]


def test_the_network_that_was_used_longest_ago_is_closed_where_there_is_no_room(monkeypatch):
    st.cache_resource.clear()
    paths = [shipped_checkpoint(name) for name in NAMES]
    first = opened.classifier(paths[0])
    monkeypatch.setattr(opened, "NETWORKS", ByteBudget(2 * first.nbytes))
    assert opened.classifier(paths[0]) is first
    second = opened.classifier(paths[1])  # as large: both fit
    assert opened.classifier(paths[0]) is first
    third = opened.classifier(paths[2])  # larger than both: it stays alone
    assert third.nbytes > 2 * first.nbytes
    assert opened.classifier(paths[2]) is third
    assert opened.classifier(paths[1]) is not second
    assert opened.classifier(paths[0]) is not first


def test_data_sets_are_counted_by_their_pictures(monkeypatch):
    st.cache_resource.clear()
    forgotten = []
    budget = ByteBudget(1000)
    monkeypatch.setattr(opened, "DATA_SETS", budget)
    digits = opened.data_set("digits")
    assert opened.data_set("digits") is digits
    budget.used(lambda *key: forgotten.append(key), ("another",), lambda: 1)
    assert forgotten == []  # the digits were older, and are larger than all that there is room for
    assert opened.data_set("digits") is not digits
