"""What is said of an imported network: what was assumed, and what a check of that gave."""

from types import SimpleNamespace

from resnet_viz.reporting import imports


def one(accuracy, *differs):
    return SimpleNamespace(accuracy=accuracy, differs=differs)


def check(*alternatives, best=0, near=(), images=300):
    return SimpleNamespace(
        alternatives=alternatives,
        imported=alternatives[0],
        best=alternatives[best],
        data="digits",
        images=images,
        guessing=10.0,
        is_near_guessing=lambda one: one in [alternatives[index] for index in near],
        is_mostly_wrong=lambda one: one.accuracy < 50,
    )


def test_near_guessing_the_assumptions_are_probably_wrong():
    found = check(one(10.3), one(80.2, "zeros behind"), best=1, near=[0])
    said = imports.verdict(found)
    assert "10.3 % of 300 test pictures of digits are right" in said
    assert "guessing (10 %): the assumptions are probably wrong" in said
    assert said.endswith("80.2 % are right with zeros behind.")
    nothing = imports.verdict(check(one(10.3), one(11, "zeros behind"), near=[0, 1]))
    assert "probably wrong" in nothing
    assert "the one other way to use its tensors is not clearly better" in nothing
    untried = imports.verdict(check(one(10.3), near=[0]))
    assert "there is no other way to use its tensors" in untried


def test_above_guessing_they_hold_unless_another_way_is_clearly_better():
    assert "wrong" not in imports.verdict(check(one(91.0), one(90, "zeros behind")))
    assert imports.verdict(check(one(91.0))).endswith("where guessing gives 10 %.")
    better = imports.verdict(check(one(71.0), one(90, "a", "b"), best=1))
    assert "90.0 % are right with a and b" in better
    assert "wrong" not in better


def test_a_way_that_is_wrong_more_often_than_right_is_not_said_to_be_right():
    poor = "wrong more often than right"
    for found in (
        check(one(10.0), one(33.0, "the classes matched"), best=1, near=[0]),
        check(one(20.0), one(33.0, "the classes matched"), best=1),
        check(one(33.0), one(30, "zeros behind")),
    ):
        assert poor in imports.verdict(found)
    for found in (
        check(one(10.0), one(80.0, "zeros behind"), best=1, near=[0]),
        check(one(60.0), one(30, "zeros behind")),
    ):
        assert poor not in imports.verdict(found)


def test_a_table_holds_the_best_ways_and_the_one_as_imported():
    ways = [one(10.0), *(one(float(20 + number), f"way {number}") for number in range(20))]
    frame = imports.ways_tried(check(*ways))
    assert list(frame["way"][:2]) == ["way 19", "way 18"]
    assert frame["way"].iloc[-1] == "as imported"
    assert len(frame) == imports.MOST_SHOWN
    assert imports.ways_tried(check(one(50.0)))["right"].tolist() == [50.0]


def test_a_card_says_on_what_a_network_was_checked():
    card = {"data": "digits", "images": 300, "accuracy": 98.04, "differs": ["a", "b"]}
    assert imports.checked({"checked": card}) == (
        "Checked on 300 test pictures of digits: 98.0 % right with a and b."
    )
    assert imports.checked({"checked": card | {"differs": []}}).endswith("98.0 % right.")


def test_a_foreign_card_may_hold_anything():
    for strange in (None, 3, "x", [], {"images": "many"}, {"data": 1, "images": 1}):
        assert imports.checked({"checked": strange}) == ""
        assert imports.assumed({"assumed": strange}) == ""
    assert imports.checked({}) == imports.assumed({}) == ""
