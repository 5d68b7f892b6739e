"""What holds for all runs."""

import argparse

from resnet_viz.cli.parsing import Commands


def add(commands: Commands) -> None:
    """Tell the command line of it."""
    setting = commands.add("settings", settings)
    setting.add_argument("--slots", type=int, metavar="N", help="let so many runs train at once")


def settings(parsed: argparse.Namespace) -> int:
    """Show how many runs train at once, or set it; a pair counts as one."""
    from resnet_viz.runs import Launcher, Store

    store = Store()
    if parsed.slots is not None:
        store.set_slots(parsed.slots)
        Launcher(store).pump()
    print(f"runs at once: {store.settings.slots}")
    return 0
