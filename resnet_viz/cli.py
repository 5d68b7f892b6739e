"""The command line: everything the pages can do, without a browser.

What a command needs is imported when it runs, so that ``--help`` answers at once.
"""

import argparse
import contextlib
import json
import math
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from resnet_viz.data.registry import DATA_SETS
from resnet_viz.training.recipes import DEFAULT, RECIPES

if TYPE_CHECKING:
    from resnet_viz.runs import Run, Store

BAD_INPUT, FAILED_RUN, CTRL_C = 2, 1, 130
STOP_PATIENCE = 60.0
DATA = (
    f"{', '.join(DATA_SETS)}, the name of a data set in RESNET_VIZ_HOME/data (see unpack), or a "
    "folder of pictures"
)

CONFIG_FLAGS: dict[str, dict[str, Any]] = {
    "data": {"help": f"{DATA} (default: digits)"},
    "recipe": {"help": f"{', '.join(RECIPES)} (default: {DEFAULT})"},
    "epochs": {"type": int, "help": "instead of the recipe's"},
    "batch-size": {"type": int, "help": "instead of the recipe's"},
    "learning-rate": {"type": float, "help": "instead of the recipe's"},
    "weight-decay": {"type": float, "help": "instead of the recipe's"},
    "seed": {"type": int, "help": "of the weights and of the order of the images (default: 0)"},
    "device": {"help": "auto, cpu, mps, cuda, or GPUs such as cuda:0,1 (default: auto)"},
    "precision": {"help": "auto, 32-true, bf16-mixed or 16-mixed (default: auto)"},
    "input-size": {
        "type": int,
        "help": "side in pixels at which finetune shows images (default: the start's own)",
    },
    "trunk-rate": {
        "type": float,
        "help": "with finetune, the learning rate of all layers before the last one as a share of "
        "its own (default: 0.1; 0 leaves them as they are)",
    },
}
JSON_FIELDS = (
    "id",
    "name",
    "status",
    "epoch",
    "step",
    "total_steps",
    "train_loss",
    "test_loss",
    "train_accuracy",
    "test_accuracy",
    "seconds",
    "images_per_second",
    "device",
    "pair",
    "error",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code is 2 for what the person can mend and 1 for a failed run."""
    parsed = _parser().parse_args(arguments)
    try:
        return parsed.command(parsed)
    except KeyboardInterrupt:
        return CTRL_C
    except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        print(_sentence(error), file=sys.stderr)
        return BAD_INPUT


def train(parsed: argparse.Namespace) -> int:
    """Queue a run for each network and, unless told to leave them, follow them to their end."""
    from resnet_viz.models.architecture import IMAGENET
    from resnet_viz.runs import Launcher, RunError, Store
    from resnet_viz.training import RunConfig
    from resnet_viz.training.needs import require

    flags = [flag.replace("-", "_") for flag in CONFIG_FLAGS]
    given = {flag: getattr(parsed, flag) for flag in flags if getattr(parsed, flag) is not None}
    if parsed.option:
        given["options"] = dict(parsed.option)
    if parsed.name and len(parsed.architecture) > 1:
        raise RunError("A name is for one run: leave --name out where there are several.")
    store = Store()
    if parsed.start:
        start = parsed.start if parsed.start == IMAGENET else _checkpoint(parsed.start, store)
        given["start"] = str(start)
    configs = [RunConfig.from_recipe(name, **given) for name in parsed.architecture]
    with contextlib.redirect_stdout(sys.stderr):  # where downloads may report
        for config in configs:
            require(config)
    launcher = Launcher(store)
    found = launcher.submit(*configs, names=[parsed.name] * len(configs))
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
    return _follow(parsed, launcher, launcher.resume(parsed.name), reported)


def stop(parsed: argparse.Namespace) -> int:
    """Ask a run to stop and wait until it has."""
    from resnet_viz.runs import Launcher, Store

    store = Store()
    run = Launcher(store).stop(parsed.name)
    deadline = time.monotonic() + STOP_PATIENCE
    while run.is_active and time.monotonic() < deadline:
        time.sleep(0.2)
        run = store.run(run.id)
    print(f"{run.name}: {run.status if not run.is_active else 'stops after its step'}")
    return FAILED_RUN if run.is_active else 0


def delete(parsed: argparse.Namespace) -> int:
    """Forget a run and remove its checkpoints, after asking on a terminal."""
    from resnet_viz.runs import Launcher, RunError, Store

    store = Store()
    run = store.run(parsed.name)
    if not parsed.yes:
        if not sys.stdin.isatty():
            raise RunError(f"Nobody can be asked here: delete {run.name} with --yes.")
        answer = input(f"Delete {run.name} with its checkpoints? [y/N] ")
        if answer.strip().lower() not in ("y", "yes"):
            return 0
    Launcher(store).delete(run.id)
    print(f"{run.name}: deleted")
    return 0


def rename(parsed: argparse.Namespace) -> int:
    """Give a run another name."""
    from resnet_viz.runs import Launcher, Store

    print(f"{parsed.name}: now {Launcher(Store()).rename(parsed.name, parsed.new).name}")
    return 0


def runs(parsed: argparse.Namespace) -> int:
    """List every run, newest first."""
    from resnet_viz.runs import Store
    from resnet_viz.runs.terminal import table

    found = Store().runs()
    print(_json([_plain(run) for run in found]) if parsed.json else table(found))
    return 0


def settings(parsed: argparse.Namespace) -> int:
    """Show how many runs train at once, or set it; a pair counts as one."""
    from resnet_viz.runs import Launcher, Store

    store = Store()
    if parsed.slots is not None:
        store.set_slots(parsed.slots)
        Launcher(store).pump()
    print(f"runs at once: {store.settings.slots}")
    return 0


def evaluate(parsed: argparse.Namespace) -> int:
    """Loss and accuracy of a checkpoint on the test split of some data."""
    checkpoint = _checkpoint(parsed.checkpoint)

    import torch

    from resnet_viz import models, training
    from resnet_viz.runs import RunError
    from resnet_viz.training.start import data_for

    classifier = models.load(checkpoint)
    dataset = data_for(parsed.data, classifier.input_size)
    if torch.cuda.is_available():
        classifier.network.cuda()
    try:
        loss, accuracy = training.evaluate(classifier, dataset)
    except ValueError as error:  # other classes than the data's
        raise RunError(str(error)) from error
    result = {
        "checkpoint": parsed.checkpoint,
        "architecture": classifier.architecture.name,
        "data": parsed.data,
        "images": len(dataset.test.labels),
        "test_loss": loss,
        "test_accuracy": accuracy,
    }
    text = f"{classifier.architecture.title}: test loss {loss:.4f}, test accuracy {accuracy:.2f} %"
    print(_json(result) if parsed.json else text)
    return 0


def import_file(parsed: argparse.Namespace) -> int:
    """Turn another program's weights into a checkpoint that explains itself."""
    from resnet_viz import models
    from resnet_viz.runs import RunError

    source = Path(parsed.file)
    output = Path(parsed.output) if parsed.output else source.with_suffix(".safetensors")
    if output.exists() and (not parsed.output or output.samefile(source)):
        raise RunError(f"{output.name} is already there: name another file with --output.")
    classifier = models.import_weights(source, parsed.architecture)
    classifier.save(output)
    assumed = ", ".join(classifier.card.get("assumed", ()))
    note = f"; assumed: {assumed}" if assumed else ""
    print(f"{output}: {classifier.architecture.title}, {len(classifier.classes)} classes{note}")
    return 0


def unpack(parsed: argparse.Namespace) -> int:
    """Make a data set of a zip or tar of pictures, <class>/* or train/ and test/<class>/*."""
    from resnet_viz import data

    file = Path(parsed.file)
    name = data.unpack(file, parsed.name or file.name)
    found = data.load(name)
    print(
        f"{name}: {len(found.train):,} pictures for training and {len(found.test):,} for the test, "
        f"of {len(found.classes)} classes"
    )
    print(*found.notes, sep="\n", end="\n" if found.notes else "")
    return 0


def export(parsed: argparse.Namespace) -> int:
    """Write a run's record, and its latest checkpoint if it has one, into a folder."""
    from resnet_viz.runs import Store

    store, folder = Store(), Path(parsed.output)
    run = store.run(parsed.name)
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / f"{run.name}.history.json.gz"]
    store.record(run.id).save(written[0])
    if run.checkpoint:
        written.append(folder / f"{run.name}.safetensors")
        shutil.copyfile(run.checkpoint, written[1])
    print(*written, sep="\n")
    return 0


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
    return {"finished": 0, "stopped": CTRL_C}.get(run.status, FAILED_RUN)


def _stop(launcher: Any, waiting: "Sequence[Run]") -> None:
    """Let the runs that come after one that was stopped not begin."""
    from resnet_viz.runs import RunError

    for run in waiting:
        with contextlib.suppress(RunError):  # it has ended meanwhile
            launcher.stop(run.id)
            print(f"{run.name} is stopped too: resume it to train it.", file=sys.stderr)


def _checkpoint(text: str, store: "Store | None" = None) -> Path:
    """The file of that path, the run's latest checkpoint, or the shipped network of that name."""
    from resnet_viz.runs import RunError, Store
    from resnet_viz.runs.shelf import shipped_checkpoint

    if (path := Path(text).expanduser()).is_file():
        return path
    named = [run for run in (store or Store()).runs() if text in (run.name, run.id)]
    if found := next((run.checkpoint for run in named if run.checkpoint), None):
        return found
    if found := shipped_checkpoint(text):
        return found
    if named:
        raise RunError(f"{text} has not saved a checkpoint yet: try again after its first epoch.")
    raise RunError(f"There is no checkpoint {text!r}: name a file, a run or a shipped network.")


def _plain(run: "Run") -> dict[str, Any]:
    values = {name: getattr(run, name) for name in JSON_FIELDS}
    moments = {name: getattr(run, name) for name in ("created", "started", "ended")}
    return (
        values
        | {name: moment and moment.isoformat() for name, moment in moments.items()}
        | (run.config.to_dict() if run.is_readable else {})
        | {"checkpoint": str(run.checkpoint) if run.checkpoint else None}
        | ({"device": run.device} if run.device else {})
    )


def _json(value: Any) -> str:
    """JSON as every reader takes it: null where a number is none."""
    return json.dumps(_finite(value), indent=2, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _sentence(error: Exception) -> str:
    from resnet_viz.runs.errors import sentence

    if text := sentence(error):
        return text
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be used ({error.strerror})."
    return (
        f"Something unexpected happened ({type(error).__name__}: {error}): "
        "run it with python -X dev to see where."
    )


def _option(text: str) -> tuple[str, Any]:
    """KEY=VALUE with a value of the option's kind."""
    from resnet_viz.models.options import read_option

    key, equals, value = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is no option: write it as KEY=VALUE")
    return key, read_option(key, value)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        text = message[:1].upper() + message[1:].rstrip(".")
        self.exit(BAD_INPUT, f"{text}; see {self.prog} --help.\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m resnet_viz",
        description="Train plain and residual networks, and look after the runs.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")

    def add(name: str, command: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
        sentence = (command.__doc__ or "").splitlines()[0]
        added = commands.add_parser(name, help=sentence, description=sentence)
        added.set_defaults(command=command)
        return added

    def flag(command: argparse.ArgumentParser, name: str, text: str) -> None:
        command.add_argument(name, action="store_true", help=text)

    training = add("train", train)
    training.add_argument(
        "architecture",
        metavar="ARCHITECTURE",
        nargs="+",
        help="such as resnet56 or plain56; several are queued one after another",
    )
    for name, details in CONFIG_FLAGS.items():
        training.add_argument(f"--{name}", **details)
    training.add_argument("--name", help="of the run (default: made from the above)")
    training.add_argument(
        "--option",
        type=_option,
        action="append",
        metavar="KEY=VALUE",
        help="of the architecture, such as activation=sigmoid or blocks=9,9,9; may be repeated",
    )
    training.add_argument(
        "--start",
        metavar="CHECKPOINT",
        help="of finetune: a file, a run, a shipped name, or imagenet for torchvision's weights",
    )
    flag(training, "--detach", "leave it to a worker in the background")

    flag(add("runs", runs), "--json", "as a list of objects")
    for name, command in (("stop", stop), ("resume", resume), ("delete", delete)):
        add(name, command).add_argument("name", metavar="NAME")
    flag(commands.choices["resume"], "--detach", "leave it to a worker in the background")
    flag(commands.choices["delete"], "--yes", "do not ask")
    renaming = add("rename", rename)
    renaming.add_argument("name", metavar="NAME")
    renaming.add_argument("new", metavar="NEW")

    setting = add("settings", settings)
    setting.add_argument("--slots", type=int, metavar="N", help="let so many runs train at once")

    evaluating = add("evaluate", evaluate)
    evaluating.add_argument(
        "checkpoint", metavar="CHECKPOINT", help="a file, a run, a shipped name"
    )
    evaluating.add_argument("--data", required=True, help=DATA)
    flag(evaluating, "--json", "as one object")

    importing = add("import", import_file)
    importing.add_argument("file", metavar="FILE")
    importing.add_argument("--architecture", required=True, help="such as resnet20")
    importing.add_argument("--output", metavar="FILE", help="default: FILE with .safetensors")

    unpacking = add("unpack", unpack)
    unpacking.add_argument("file", metavar="FILE")
    unpacking.add_argument("--name", help="of the data set (default: the file's)")

    exporting = add("export", export)
    exporting.add_argument("name", metavar="NAME")
    exporting.add_argument("output", metavar="FOLDER")
    return parser
