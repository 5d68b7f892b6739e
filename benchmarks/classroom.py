"""Fifty visitors who follow a pair that trains on the same two cores, and five browsers."""

import asyncio
import io
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from statistics import fmean, median

from benchmarks.home import own_home
from benchmarks.server import Server, chromium, server
from benchmarks.table import Row, seconds
from benchmarks.training import stop
from benchmarks.visitors import PATIENCE, Visitor, upload
from resnet_viz.runs import Launcher, Run, Store
from resnet_viz.training.config import RunConfig
from resnet_viz.ui.shell.page_table import PAGES

VISITORS, TABS = 50, 5
ARRIVALS = 5.0  # seconds in which all visitors come
WATCHED = 30.0  # seconds that they follow
ALONE = 20.0  # and that the pair trains without them, before and after
LOOK = 0.05  # seconds between two looks into the store
PAIR = ("plain56", "resnet56")
LIVE, OTHER = "training", "gradients"

FIRST_PAGE_AT_MOST = TURN_AT_MOST = 5.0
FRAME_AT_MOST = {"p50": 1.5, "p95": 3.0}
SPEED_AT_LEAST = 0.8
GIB_AT_MOST = 3.0
FLAT = 1.05  # memory at the end, against that when a third of the time was left
MINUTES, LONG_MINUTES = 2.0, 30.0
MEGAPIXELS = (4000, 3000)
# In a tab: when the chart of the loss was drawn, and how many points it then had.
DRAWN = """() => {
    window.drawn = [];
    let known;
    setInterval(() => {
        const chart = document.querySelector('.st-key-live-loss .js-plotly-plot');
        if (!chart?.data || chart.dataset.redraws === known) return;
        known = chart.dataset.redraws;
        drawn.push([Date.now() / 1000, Math.min(...chart.data.map(line => line.x.length))]);
    }, 20);
}"""


def classroom() -> list[Row]:
    """All that is promised of a class but the memory, on a server of its own."""
    with own_home(), server() as running:
        Store().note_server()
        with _pair() as runs:
            return asyncio.run(_class(running, runs))


def classroom_memory() -> list[Row]:
    """The memory of a server that a class uses, for a little."""
    with own_home(), server() as running:
        return asyncio.run(_used(running, MINUTES))


def classroom_half_hour() -> list[Row]:
    """The same for half an hour."""
    with own_home(), server() as running:
        return asyncio.run(_used(running, LONG_MINUTES))


async def _class(running: Server, runs: Sequence[Run]) -> list[Row]:
    await _warmed(running)
    before = await asyncio.to_thread(_speed, runs, ALONE)
    async with _visitors(running) as visitors:
        arrived = await _together(
            running, [_arrive(visitor, number) for number, visitor in enumerate(visitors)]
        )
        for visitor in visitors:
            await visitor.follow()
        meanwhile, noted, tabs = await asyncio.to_thread(_watched, running, runs)
        late = _delays(noted, [_counts(visitor) for visitor in visitors])
        late_tabs = _delays(noted, tabs)
        turned = await _together(running, [visitor.open(OTHER) for visitor in visitors])
        again = await _together(running, [visitor.open(LIVE) for visitor in visitors])
        followed = sum(bool(visitor.heard) for visitor in visitors)
    after = await asyncio.to_thread(_speed, runs, ALONE)
    return [
        _arrivals(arrived),
        _frames(f"{VISITORS} followers: new point to the last one's frame", late, followed),
        _frames(f"the same to the last of {TABS} browsers' drawing", late_tabs, None),
        _turns(f"{VISITORS} visitors turn to {PAGES[OTHER].title} at once", turned),
        _turns(f"and back to {PAGES[LIVE].title}", again),
        _left(meanwhile, (before, after)),
    ]


async def _warmed(running: Server) -> None:
    """Both pages known, as they are when a class begins."""
    async with AsyncExitStack() as visit:
        first = Visitor(running.address, visit)
        await first.connect()
        for page in (LIVE, OTHER, LIVE):
            await first.open(page)


@asynccontextmanager
async def _visitors(running: Server) -> AsyncIterator[list[Visitor]]:
    async with AsyncExitStack() as visits:
        yield [Visitor(running.address, visits) for _ in range(VISITORS)]


async def _arrive(visitor: Visitor, number: int) -> float:
    """The seconds from the moment it asks for a connection to its whole first page."""
    await asyncio.sleep(ARRIVALS * number / VISITORS)
    begun = time.monotonic()
    await visitor.connect()
    await visitor.open(LIVE)
    return time.monotonic() - begun


@dataclass
class Waited:
    """How long each visitor waited, and for how long the server computed for one, in seconds."""

    times: list[float]
    computed: float


async def _together(running: Server, visits: Sequence[Awaitable[float]]) -> Waited:
    before = running.cpu_seconds()
    times = await asyncio.gather(*visits)
    return Waited(list(times), (running.cpu_seconds() - before) / len(times))


def _watched(
    running: Server, runs: Sequence[Run]
) -> tuple[float, list[tuple[float, int]], list[list[tuple[float, int]]]]:
    """The pair's speed while browsers follow too, what came to the store, and when they drew it."""
    with _watched_tabs(running) as tabs, _noted(runs) as noted:
        speed = _speed(runs, WATCHED)
    return speed, noted, tabs


@contextmanager
def _watched_tabs(running: Server) -> Iterator[list[list[tuple[float, int]]]]:
    """Browsers that follow, in a thread of theirs; what they drew is known at the end."""
    tabs: list[list[tuple[float, int]]] = [[] for _ in range(TABS)]
    ready, over = threading.Event(), threading.Event()

    def watch() -> None:
        offset = time.time() - time.monotonic()
        with chromium() as browser:
            pages = [browser.new_context().new_page() for _ in tabs]
            for page in pages:
                page.set_default_timeout(1000 * PATIENCE)
                page.goto(f"{running.address}/{PAGES[LIVE].address}", wait_until="commit")
            for page in pages:
                page.wait_for_selector(".st-key-live-loss .js-plotly-plot")
                page.evaluate(DRAWN)
            ready.set()
            while not over.wait(0.2):
                pages[0].wait_for_timeout(1)
            for tab, page in zip(tabs, pages, strict=True):
                tab[:] = [(at - offset, count) for at, count in page.evaluate("drawn")]

    thread = threading.Thread(target=watch)
    thread.start()
    ready.wait(2 * PATIENCE)
    try:
        yield tabs
    finally:
        over.set()
        thread.join(60)


@contextmanager
def _noted(runs: Sequence[Run]) -> Iterator[list[tuple[float, int]]]:
    """When the store first had how many points of both runs."""
    noted: list[tuple[float, int]] = []
    over = threading.Event()

    def look() -> None:
        store = Store()
        while not over.wait(LOOK):
            count = min(len(store.steps(run.id)) for run in runs)
            if not noted or count > noted[-1][1]:
                noted.append((time.monotonic(), count))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield noted
    finally:
        over.set()
        thread.join(30)


def _counts(visitor: Visitor) -> list[tuple[float, int]]:
    """When it was told of how many points of both runs."""
    told = []
    for at, message in visitor.heard:
        loss = message["charts"].get("loss")
        if loss:
            pairs = zip(loss["from"], loss["points"], strict=True)
            told.append((at, min(start + len(x) for start, (x, _) in pairs)))
    return told


def _delays(
    noted: Sequence[tuple[float, int]], followers: Sequence[Sequence[tuple[float, int]]]
) -> list[float]:
    """For each point of which all were told: the seconds from the store to the last follower."""
    delays = []
    for since, count in noted[1:]:  # the first look says only that it is there
        reached = [next((at for at, known in told if known >= count), None) for told in followers]
        times = [at for at in reached if at is not None]
        if len(times) == len(followers):
            delays.append(max(0.0, max(times) - since))
    return delays


def _speed(runs: Sequence[Run], length: float) -> float:
    """Steps a second of all runs together, over some seconds."""
    store = Store()
    counts = [sum(store.run(run.id).step for run in runs)]
    begun = time.monotonic()
    time.sleep(length)
    counts.append(sum(store.run(run.id).step for run in runs))
    return (counts[1] - counts[0]) / (time.monotonic() - begun)


@contextmanager
def _pair() -> Iterator[list[Run]]:
    launcher = Launcher(Store())
    configs = [RunConfig.from_recipe(name, epochs=1000) for name in PAIR]
    runs = launcher.submit(*configs, together=True)
    try:
        while not all(launcher.store.run(run.id).step for run in runs):
            time.sleep(0.1)
        yield runs
    finally:
        stop(launcher, runs)


async def _used(running: Server, minutes: float) -> list[Row]:
    """A class that turns pages, plays lessons and uploads photographs of its own."""
    photograph, sizes = _photograph(), []
    end = time.monotonic() + 60 * minutes
    turns = 0
    async with _visitors(running) as visitors:
        await asyncio.gather(*(visitor.connect() for visitor in visitors))

        async def use(visitor: Visitor, number: int) -> None:
            nonlocal turns
            addresses = list(PAGES)
            while time.monotonic() < end:
                await visitor.open(addresses[(number + turns) % len(addresses)])
                turns += 1
                if turns % VISITORS == 0:
                    await visitor.open("attribution", query="image=upload")
                    await upload(visitor, f"{number}-{turns}.jpg", photograph + bytes([number]))
                await asyncio.sleep(5)

        async def weigh() -> None:
            while time.monotonic() < end:
                sizes.append(running.process.memory_info().rss / 2**30)
                await asyncio.sleep(2)

        await asyncio.gather(weigh(), *(use(each, n) for n, each in enumerate(visitors)))
    last = sizes[-max(1, len(sizes) // 3) :]
    grown = fmean(last[-5:]) / fmean(last[:5])
    return [
        Row(
            what=f"memory of the server, {VISITORS} visitors, {minutes:.0f} minutes",
            measured=f"{max(sizes):.2f} GiB, {100 * (grown - 1):+.1f} % in the last third",
            how=f"{turns} pages of all kinds, every {VISITORS}th of them with an upload of 12 "
            f"megapixels ({len(photograph) / 2**20:.1f} MiB)",
            bound=f"{GIB_AT_MOST:.0f} GiB, flat",
            holds=max(sizes) <= GIB_AT_MOST and (minutes < LONG_MINUTES or grown <= FLAT),
        )
    ]


def _photograph() -> bytes:
    """A photograph's size, and as hard to pack as one."""
    import numpy as np
    from PIL import Image

    width, height = MEGAPIXELS
    coarse = np.random.default_rng(0).integers(0, 256, (height // 8, width // 8, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(coarse).resize(MEGAPIXELS, Image.Resampling.BICUBIC).save(file, "JPEG")
    return file.getvalue()


def _arrivals(waited: Waited) -> Row:
    return Row(
        what=f"{VISITORS} join within {ARRIVALS:.0f} s: first page",
        measured=f"{seconds(max(waited.times))} at most, {seconds(median(waited.times))} at the "
        "median",
        how="from asking for a connection to the server's last message, while a pair trains; the "
        f"server computes for {seconds(waited.computed)} each",
        bound=seconds(FIRST_PAGE_AT_MOST),
        holds=max(waited.times) <= FIRST_PAGE_AT_MOST,
    )


def _turns(what: str, waited: Waited) -> Row:
    return Row(
        what=what,
        measured=f"{seconds(max(waited.times))} until the last is there, "
        f"{seconds(median(waited.times))} at the median",
        how="charts known, all ask in the same moment, while a pair trains; the server computes "
        f"for {seconds(waited.computed)} each",
        bound=seconds(TURN_AT_MOST),
        holds=max(waited.times) <= TURN_AT_MOST,
    )


def _frames(what: str, delays: Sequence[float], followed: int | None) -> Row:
    if not delays:
        nobody = RuntimeError("There is no point in the store of which all were told.")
        return Row.failed(what, nobody)
    ordered = sorted(delays)
    found = {"p50": median(ordered), "p95": ordered[int(0.95 * (len(ordered) - 1))]}
    all_there = followed in (None, VISITORS)
    there = "" if followed is None else f"; {followed} of {VISITORS} followed to the end"
    return Row(
        what=what,
        measured=", ".join(f"{name} {seconds(value)}" for name, value in found.items()),
        how=f"{len(delays)} points of a pair in {WATCHED:.0f} s{there}",
        bound=", ".join(f"{name} {seconds(most)}" for name, most in FRAME_AT_MOST.items()),
        holds=all_there and all(found[name] <= most for name, most in FRAME_AT_MOST.items()),
    )


def _left(meanwhile: float, alone: tuple[float, float]) -> Row:
    share = meanwhile / fmean(alone)
    return Row(
        what=f"training speed of the pair beside {VISITORS} followers and {TABS} browsers",
        measured=f"{share:.2f}×",
        how=f"{' and '.join(PAIR)}, {meanwhile:.1f} steps/s against {alone[0]:.1f} before and "
        f"{alone[1]:.1f} after, the server without visitors; the followers' own work included",
        bound=f"at least {SPEED_AT_LEAST}×",
        holds=share >= SPEED_AT_LEAST,
    )
