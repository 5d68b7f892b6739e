"""How long the page of curves works when it shows two hundred runs at once."""

import json
import time
from statistics import median

from sqlalchemy import insert

from benchmarks.home import own_home
from benchmarks.server import APP
from benchmarks.table import Row, seconds
from benchmarks.timing import script_times
from resnet_viz.runs import Store, shipped
from resnet_viz.runs.database import epochs, runs
from resnet_viz.training.config import RunConfig
from resnet_viz.ui.shell.page_table import PAGES

RUNS = 200
ROUNDS = 5
AT_MOST = 0.300
TIMEOUT = 300


def many_runs() -> list[Row]:
    """The page with a line for each run, between two values of a control, both seen before."""
    with own_home(), script_times() as times:
        names = fill(Store(), RUNS)
        from streamlit.testing.v1 import AppTest

        app = AppTest.from_file(str(APP), default_timeout=TIMEOUT)
        app.switch_page(PAGES["curves"].script)
        app.query_params.update({"runs": names, "band": "false"})
        app.run()
        [opened] = times
        taken = []
        for metric in ("loss", "error") * (ROUNDS + 1):
            app.segmented_control(key="metric").set_value(metric)
            times.clear()
            app.run()
            taken.append(sum(times))
    drawn, known = taken[0], median(taken[2:])
    return [
        Row(
            what=f"curves of {RUNS} runs",
            measured=seconds(known),
            how=f"error and loss in turn, both known, {ROUNDS} times each; at first "
            f"{seconds(drawn)}, the page with all that it reads {seconds(opened)}",
            bound=seconds(AT_MOST),
            holds=known <= AT_MOST,
        )
    ]


def fill(store: Store, count: int) -> list[str]:
    """Put finished runs into a store, whose epochs are those of the shipped ones; their names."""
    known = [record for record in shipped().values() if record.config.data == "digits"]
    names = []
    with store.database.writing() as connection:
        for number in range(count):
            record = known[number % len(known)]
            names.append(f"run {number}")
            config = RunConfig.from_recipe(record.config.architecture, seed=number)
            last = record.epochs.iloc[-1]
            connection.execute(
                insert(runs).values(
                    id=f"many-{number}",
                    name=names[-1],
                    config=json.dumps(config.to_dict(), sort_keys=True),
                    status="finished",
                    position=number,
                    created=time.time(),
                    epoch=len(record.epochs),
                    step=int(last["step"]),
                    train_accuracy=float(last["train_accuracy"]),
                    test_accuracy=float(last["test_accuracy"]),
                )
            )
            rows = record.epochs.astype(object).where(record.epochs.notna(), None)
            connection.execute(
                insert(epochs),
                [{"run_id": f"many-{number}", **row} for row in rows.to_dict("records")],
            )
    return names
