"""What ten thousand runs in the store cost, and what a study loses between two of its runs."""

import time
from statistics import median

from sqlalchemy import func, select, update

from benchmarks.home import own_home
from benchmarks.server import APP
from benchmarks.table import Row, quartiles, seconds
from benchmarks.timing import script_times
from resnet_viz.models.architecture import CIFAR_DEPTHS
from resnet_viz.runs import Launcher, Store, starting
from resnet_viz.runs.database import runs
from resnet_viz.runs.studies import Studies
from resnet_viz.runs.study_plan import Study
from resnet_viz.runs.study_reading import described
from resnet_viz.training.config import RunConfig
from resnet_viz.ui.shell.page_table import PAGES

RUNS, STUDIES = 1_000, 9
ROUNDS = 5
SHORT = 6  # runs of the study that is trained
TIMEOUT = 300
SUBMITTED_AT_MOST, PAGE_AT_MOST, LOST_AT_MOST = 5.0, 0.300, 1.0


def study(name: str, size: int = RUNS) -> Study:
    """The paper's depths with as many seeds as make a study of about that size."""
    networks = 2 * len(CIFAR_DEPTHS)
    return described(
        {"name": name, "depths": list(CIFAR_DEPTHS), "seeds": -(-size // networks), "threads": 1}
    )


def many_studies() -> list[Row]:
    """Submitting a study, and the two pages that show studies, with ten thousand runs there."""
    with own_home(), script_times() as times:
        launcher = Launcher(Store())
        submitted, size = fill(launcher)
        from streamlit.testing.v1 import AppTest

        pages = []
        for page, asks in (("training", {}), ("error_against_depth", {"grid": "study 0"})):
            app = AppTest.from_file(str(APP), default_timeout=TIMEOUT)
            app.switch_page(PAGES[page].script)
            app.query_params.update(asks)
            taken = []
            for _ in range(ROUNDS + 2):
                times.clear()
                app.run()
                taken.append(sum(times))
            pages.append((PAGES[page].title, taken[0], median(taken[2:])))
        with launcher.store.database.reading() as connection:
            there = connection.scalar(select(func.count()).select_from(runs))
    low, middle, high = quartiles(submitted)
    return [
        Row(
            what=f"submitting a study of {size:,} runs",
            measured=f"{seconds(middle)} ({seconds(low)} – {seconds(high)})",
            how=f"{len(submitted)} of them, one after another; nothing of it started",
            bound=seconds(SUBMITTED_AT_MOST),
            holds=middle <= SUBMITTED_AT_MOST,
        ),
        *(
            Row(
                what=f"{title}, {there:,} runs in the store",
                measured=seconds(known),
                how=f"the page's script, {ROUNDS} times; at first {seconds(first)}",
                bound=seconds(PAGE_AT_MOST),
                holds=known <= PAGE_AT_MOST,
            )
            for title, first, known in pages
        ),
    ]


def fill(launcher: Launcher) -> tuple[list[float], int]:
    """Ten thousand runs that have finished, a tenth of them in no study.

    Returns:
        The seconds that it took to submit each study, and how many runs it has.
    """
    studies = Studies(launcher)
    submitted = []
    for number in range(STUDIES):
        begun = time.perf_counter()
        size = studies.submit(study(f"study {number}"), start=False).new
        submitted.append(time.perf_counter() - begun)
    alone = [RunConfig.from_recipe("resnet20", seed=seed) for seed in range(RUNS)]
    names = [f"alone {number}" for number in range(RUNS)]
    with launcher.store.database.deciding() as connection:
        launcher.enqueue(connection, alone, names, [{}] * RUNS)
        connection.execute(
            update(runs).values(
                status="finished",
                epoch=15,
                step=330,
                total_steps=330,
                seconds=10.0,
                train_accuracy=99.0,
                test_accuracy=97.0,
            )
        )
    return submitted, size


def between_runs() -> list[Row]:
    """From the end of a study's run to the first step of its next one, as the store has them."""
    with own_home():
        store = Store()
        studies = Studies(Launcher(store))
        store.set_slots(1)
        plan = described(
            {"name": "short", "depths": 8, "seeds": SHORT // 2, "epochs": 2, "threads": 1}
        )
        studies.submit(plan, start=False)
        try:
            studies.begin()
            lost = _lost(studies)
        finally:
            starting.template.end()
    low, middle, high = quartiles(lost)
    return [
        Row(
            what="between two runs of a study",
            measured=f"{seconds(middle)} ({seconds(low)} – {seconds(high)})",
            how=f"from the end of a run to the first step of the next one, {len(lost)} times; "
            "workers are forked from a process that has its imports",
            bound=seconds(LOST_AT_MOST),
            holds=middle <= LOST_AT_MOST,
        )
    ]


def _lost(studies: Studies) -> list[float]:
    """Seconds between each run's end and the first step that is seen of another one."""
    begun: dict[str, float] = {}
    while (standing := studies.standing("short")).is_active:
        for member in studies.members(standing.id):
            if member.step:
                begun.setdefault(member.id, time.time())
        time.sleep(0.01)
    if standing.counts["finished"] < standing.size:
        raise RuntimeError(f"Of the short runs {standing.counts['failed']} have failed.")
    with studies.database.reading() as connection:
        ends = sorted(connection.scalars(select(runs.c.ended)))
    starts = sorted(begun.values())
    return [start - end for end, start in zip(ends, starts[1:], strict=False)]
