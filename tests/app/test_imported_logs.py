"""A log of another program is a line among the curves, for one visit or from the command line."""

import pytest

from resnet_viz import cli
from resnet_viz.charts.colours import GREEN, RESIDUAL
from tests.app.support import LEFT, charts, listed, numbers, open_page, texts, values

METRICS = b"epoch,step,train_loss,val_loss,val_acc\n0,9,2.0,1.5,0.5\n1,19,1.0,0.5,0.75\n"
UNCLEAR = b"train_error,seconds\n0.5,1\n0.25,2\n"


def bring(raw: bytes, name: str = "metrics.csv"):
    app = open_page("curves", runs=LEFT)
    app.file_uploader(key="log_file").set_value((name, raw, "text/csv"))
    return app.run()


def choose(app, key: str, value: str) -> None:
    [field] = [field for field in app.segmented_control if field.key.startswith(key)]
    field.set_value(value).run()


def drawn(app, label: str) -> list[dict]:
    return [line for line in charts(app)["curves"] if line.get("name") == label]


def test_a_log_is_drawn_in_its_own_colour_and_what_is_assumed_stands_below(store):
    app = bring(METRICS, "my*pets.csv")
    app.text_input(key="log_name").set_value("pets")
    app.button(key="log_draw").click().run()
    assert not app.exception
    assert app.session_state["runs"] == [LEFT, "pets (log)"]
    training, test = drawn(app, "pets (log)")
    assert numbers(training["y"]).size == 0
    assert numbers(test["x"]).tolist() == [1, 2]
    assert numbers(test["y"]).tolist() == [50, 25]
    assert (test["line"]["color"], test["marker"]["symbol"]) == (GREEN, "diamond")
    [said] = [text for text in values(app.caption) if "Assumed of" in text]
    assert r"val\_acc is the test accuracy; accuracies are shares from 0 to 1" in said
    assert listed(app)[-1] == "pets (log)"
    app.button(key="log_draw").click().run()
    assert "There is a log named pets already" in texts(app)
    app.button(key="log_remove").click().run()
    assert app.session_state["runs"] == [LEFT]
    assert "pets (log)" not in listed(app)
    assert not app.warning


def test_what_a_log_does_not_say_is_asked_before_it_is_drawn(store):
    app = bring(UNCLEAR)
    assert app.button(key="log_draw").disabled
    assert "per cent or shares" in texts(app)
    choose(app, "log_unit", "percent")
    assert app.button(key="log_draw").disabled
    assert "do not say what they count" in texts(app)
    choose(app, "log_counts", "epoch")
    choose(app, "log_network", "residual")
    app.button(key="log_draw").click().run()
    training, _ = drawn(app, "metrics (log)")
    assert numbers(training["x"]).tolist() == [1, 2]
    assert numbers(training["y"]).tolist() == pytest.approx([0.5, 0.25])
    assert training["line"]["color"] == RESIDUAL


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [(b"\0\0\0 none", "neither an event file"), (b"a,b\nx,y\n", "no column of numbers")],
)
def test_what_is_no_log_gets_a_sentence(store, raw, sentence):
    app = bring(raw)
    assert sentence in texts(app)
    assert not [button for button in app.button if button.label == "Draw it"]


def test_a_log_that_the_command_line_kept_is_everybodys(store, tmp_path):
    path = tmp_path / "kept.csv"
    path.write_bytes(METRICS)
    assert cli.main(["import-log", str(path)]) == 0
    app = open_page("curves", runs="kept (log)", x="time")
    assert listed(app)[-1] == "kept (log)"
    assert r"kept (log) has no error over training time" in texts(app)
    app = open_page("curves", runs="kept (log)", band="false", metric="loss")
    training, test = drawn(app, "kept (log)")
    assert numbers(training["y"]).tolist() == [2, 1]
    assert numbers(test["y"]).tolist() == [1.5, 0.5]
