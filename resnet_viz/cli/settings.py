"""What holds for all runs."""

import argparse

from resnet_viz.cli.parsing import Commands


def add(commands: Commands) -> None:
    """Tell the command line of it."""
    from resnet_viz.runs.engines import ENGINES

    setting = commands.add("settings", settings)
    setting.add_argument(
        "--slots", type=int, metavar="N", help="let so many runs train at once on this machine"
    )
    setting.add_argument("--engine", help=f"let new runs train there: {', '.join(ENGINES)}")


def settings(parsed: argparse.Namespace) -> int:
    """Show or set how many runs train at once here, a pair as one, and where new ones train."""
    from resnet_viz.reporting import engines
    from resnet_viz.runs import Launcher, Store

    store = Store()
    launcher = Launcher(store)
    if parsed.slots is not None:
        store.set_slots(parsed.slots)
        launcher.pump()
    if parsed.engine is not None:
        store.set_engine(launcher.queues.check(parsed.engine))
    now = store.settings
    print(f"runs at once: {now.slots}")
    has = launcher.queues.resources(now.engine)
    print(f"engine: {now.engine} ({engines.resources(now.engine, has)})")
    return 0
