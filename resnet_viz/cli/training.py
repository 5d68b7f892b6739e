"""Training: start runs and follow them, stop, resume."""

import argparse
import contextlib
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from resnet_viz.cli.networks import checkpoint_of
from resnet_viz.cli.parsing import CTRL_C, FAILED, Commands, data_names, flag, option
from resnet_viz.runs.engines import ENGINES
from resnet_viz.training.config import DEVICES, PRECISIONS
from resnet_viz.training.recipes import DEFAULT, FINETUNE, RECIPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from resnet_viz.runs import Run

STOP_PATIENCE = 60.0


def config_flags() -> dict[str, dict[str, Any]]:
    """The settings of a run that may be given, as argparse takes them."""
    return {
        "data": {"help": f"{data_names()} (default: digits)"},
        "recipe": {"help": f"{', '.join(RECIPES)} (default: {DEFAULT})"},
        "epochs": {"type": int, "help": "instead of the recipe's"},
        "batch-size": {"type": int, "help": "instead of the recipe's"},
        "learning-rate": {"type": float, "help": "instead of the recipe's"},
        "weight-decay": {"type": float, "help": "instead of the recipe's"},
        "seed": {"type": int, "help": "of the weights and of the order of the images (default: 0)"},
        "device": {"help": f"{DEVICES} (default: auto)"},
        "precision": {"help": f"{', '.join(PRECISIONS)} (default: auto)"},
        "input-size": {
            "type": int,
            "help": "side in pixels at which finetune shows images (default: the start's own)",
        },
        "trunk-rate": {
            "type": float,
            "help": "with finetune, the learning rate of all layers before the last one as a share "
            f"of its own (default: {RECIPES[FINETUNE].trunk_rate:g}; 0 leaves them as they are)",
        },
    }


def add(commands: Commands) -> None:
    """Tell the command line of it."""
    training = commands.add("train", train)
    training.add_argument(
        "architecture",
        metavar="ARCHITECTURE",
        nargs="+",
        help="such as resnet56 or plain56; several are queued one after another",
    )
    for name, details in config_flags().items():
        training.add_argument(f"--{name}", **details)
    training.add_argument("--name", help="of the run (default: made from the above)")
    training.add_argument(
        "--option",
        type=option,
        action="append",
        metavar="KEY=VALUE",
        help="of the architecture, such as activation=sigmoid or blocks=9,9,9; may be repeated",
    )
    training.add_argument(
        "--start",
        metavar="CHECKPOINT",
        help="of finetune: a file, a run, a shipped name, or imagenet for torchvision's weights",
    )
    engine_flags(training)
    commands.add("stop", stop).add_argument("name", metavar="NAME")
    resuming = commands.add("resume", resume)
    resuming.add_argument("name", metavar="NAME")
    for command in (training, resuming):
        flag(command, "--detach", "leave it to a worker in the background")
    known = ", ".join(ENGINES)
    resuming.add_argument("--engine", help=f"{known} (default: the one that it was on)")


def engine_flags(command: argparse.ArgumentParser) -> None:
    """Let a command say where its runs train, and whether they go on by themselves."""
    known = ", ".join(ENGINES)
    command.add_argument("--engine", help=f"{known} (default: see settings, RESNET_VIZ_ENGINE)")
    command.add_argument(
        "--restarts",
        type=int,
        metavar="N",
        help="go on by itself so often when the machine that it trains on is gone (default: 0, or "
        "what the file of a study says)",
    )


def train(parsed: argparse.Namespace) -> int:
    """Queue a run for each network and, unless told to leave them, follow them to their end."""
    from resnet_viz.models.architecture import IMAGENET
    from resnet_viz.runs import Launcher, RunError, Store
    from resnet_viz.training import RunConfig
    from resnet_viz.training.needs import require

    flags = [flag.replace("-", "_") for flag in config_flags()]
    given = {flag: getattr(parsed, flag) for flag in flags if getattr(parsed, flag) is not None}
    if parsed.option:
        given["options"] = dict(parsed.option)
    if parsed.name and len(parsed.architecture) > 1:
        raise RunError("A name is for one run: leave --name out where there are several.")
    store = Store()
    if parsed.start:
        start = parsed.start if parsed.start == IMAGENET else checkpoint_of(parsed.start, store)
        given["start"] = str(start)
    configs = [RunConfig.from_recipe(name, **given) for name in parsed.architecture]
    with contextlib.redirect_stdout(sys.stderr):  # where downloads may report
        for config in configs:
            require(config)
    launcher = Launcher(store)
    found = launcher.submit(
        *configs,
        names=[parsed.name] * len(configs),
        engine=parsed.engine,
        restarts=parsed.restarts or 0,
    )
    codes = []
    for position, run in enumerate(found, start=1):
        if len(found) > 1 and not parsed.detach:
            print(f"{run.name}:", flush=True)
        codes.append(_follow(parsed, launcher, run, reported=0))
        if codes[-1] == CTRL_C:
            if store.run(run.id).status == "stopped":
                _stop(launcher, found[position:])
            break
    return max(codes)


def resume(parsed: argparse.Namespace) -> int:
    """Queue a run again and, unless told to leave it, follow it to its end."""
    from resnet_viz.runs import Launcher, Store

    launcher = Launcher(Store())
    reported = launcher.store.run(parsed.name).epoch
    return _follow(parsed, launcher, launcher.resume(parsed.name, parsed.engine), reported)


def stop(parsed: argparse.Namespace) -> int:
    """Ask a run to stop and wait until it has."""
    from resnet_viz.runs import Launcher, Store

    store = Store()
    run = Launcher(store).stop(parsed.name)
    deadline = time.monotonic() + STOP_PATIENCE
    while run.is_active and time.monotonic() < deadline:
        time.sleep(0.2)
        run = store.run(run.id)
    print(f"{run.name}: {run.stored_status if not run.is_active else 'stops after its step'}")
    return FAILED if run.is_active else 0


def _follow(parsed: argparse.Namespace, launcher: Any, run: "Run", reported: int) -> int:
    from resnet_viz.runs.terminal import follow, summary

    if not parsed.detach:
        # A script's background jobs inherit to ignore Ctrl-C; whoever sends it here means it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            run = follow(launcher, run, sys.stdout, reported)
        except KeyboardInterrupt:
            print(f"{run.name} goes on in the background.", file=sys.stderr)
            return CTRL_C
    wrong = run.status in ("failed", "interrupted")
    print(summary(run), file=sys.stderr if wrong else sys.stdout)
    if parsed.detach:
        return 0
    return {"finished": 0, "stopped": CTRL_C}.get(run.status, FAILED)


def _stop(launcher: Any, waiting: "Sequence[Run]") -> None:
    """Let the runs that come after one that was stopped not begin."""
    from resnet_viz.runs import RunError

    for run in waiting:
        with contextlib.suppress(RunError):  # it has ended meanwhile
            launcher.stop(run.id)
            print(f"{run.name} is stopped too: resume it to train it.", file=sys.stderr)
