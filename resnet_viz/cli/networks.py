"""Networks: evaluate a checkpoint, import another program's weights."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from resnet_viz.cli.output import as_json, telling
from resnet_viz.cli.parsing import Commands, data_names, flag
from resnet_viz.models.choices import CHANNEL_ORDERS, ZERO_PADDINGS
from resnet_viz.wording import listed, several

if TYPE_CHECKING:
    from resnet_viz.models import Classifier
    from resnet_viz.models.told import Told
    from resnet_viz.runs import Store

NAMED = 3  # tensors that a line names


def add(commands: Commands) -> None:
    """Tell the command line of them."""
    evaluating = commands.add("evaluate", evaluate)
    evaluating.add_argument(
        "checkpoint", metavar="CHECKPOINT", help="a file, a run, a shipped name"
    )
    evaluating.add_argument("--data", required=True, help=data_names())
    flag(evaluating, "--json", "as one object")
    importing = commands.add("import", import_file)
    importing.add_argument("file", metavar="FILE")
    importing.add_argument(
        "--architecture", help="such as resnet20 (default: the one that the tensors fit)"
    )
    importing.add_argument(
        "--part", metavar="NAME", help="which network of a FILE of several (default: its first)"
    )
    importing.add_argument(
        "--classes", metavar="NAMES", default="", help="a file of class names, or a,b,c"
    )
    importing.add_argument(
        "--mean",
        default="",
        help="of red, green and blue, such as 0.49,0.48,0.45; above 2, of pixels in 0 … 255",
    )
    importing.add_argument("--std", default="", help="the same for the deviation")
    importing.add_argument("--input-size", metavar="PIXELS", default="", help="of a side")
    importing.add_argument(
        "--zero-padding",
        metavar="|".join(ZERO_PADDINGS),
        default="",
        help="where shortcuts of option A have their zeros (default: both)",
    )
    importing.add_argument(
        "--channel-order",
        metavar="|".join(CHANNEL_ORDERS),
        default="",
        help="of the first layer (default: rgb)",
    )
    importing.add_argument(
        "--like", metavar="DATA", help=f"take what is not given from it: {data_names()}"
    )
    importing.add_argument(
        "--check",
        metavar="DATA",
        help="count how often it is right on test pictures, as it is and with other assumptions: "
        f"{data_names()}",
    )
    flag(importing, "--take-best", "with --check, write it with the assumptions that are best")
    flag(
        importing,
        "--keep",
        "among the imported networks of the dashboard, as its own import does, for files of any "
        "size; without --output no other file is written",
    )
    importing.add_argument(
        "--output",
        metavar="FILE",
        help="default: FILE with .safetensors; .pth and .onnx are written as for convert",
    )
    converting = commands.add("convert", convert)
    converting.add_argument(
        "checkpoint", metavar="CHECKPOINT", help="a file, a run, a shipped name"
    )
    converting.add_argument("output", metavar="FILE", help="such as network.pth or network.onnx")
    converting.add_argument(
        "--layout",
        help="resnet_viz, torchvision (a state dict with its names) or onnx (default: as FILE is "
        "called)",
    )


def evaluate(parsed: argparse.Namespace) -> int:
    """Loss and accuracy of a checkpoint on the test split of some data."""
    checkpoint = checkpoint_of(parsed.checkpoint)

    import torch

    from resnet_viz import models, training
    from resnet_viz.reporting.imports import assumed
    from resnet_viz.runs import RunError
    from resnet_viz.training.start import data_for

    classifier = models.load(checkpoint)
    with telling("Reading the pictures") as progress:
        dataset = data_for(parsed.data, classifier.input_size, progress)
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
        "assumed": classifier.card.get("assumed", []),
    }
    text = f"{classifier.architecture.title}: test loss {loss:.4f}, test accuracy {accuracy:.2f} %"
    if said := assumed(classifier.card):
        text += f"\n{said}"
    print(as_json(result) if parsed.json else text)
    return 0


def import_file(parsed: argparse.Namespace) -> int:
    """Turn another program's weights into a checkpoint that explains itself."""
    from resnet_viz import models
    from resnet_viz.models.foldings import HEADLESS
    from resnet_viz.reporting.imports import read_from
    from resnet_viz.runs import RunError

    source = Path(parsed.file)
    output = Path(parsed.output) if parsed.output else source.with_suffix(".safetensors")
    writes = bool(parsed.output) or not parsed.keep
    if writes and output.exists() and (not parsed.output or output.samefile(source)):
        raise RunError(f"{output.name} is already there: name another file with --output.")
    if parsed.take_best and not parsed.check:
        raise RunError("--take-best needs --check DATA, which says what is best.")
    known = _told(parsed)
    classifier = models.import_weights(
        source, parsed.architecture, part=parsed.part, **known.arguments
    )
    verdict = ""
    if parsed.check:
        classifier, verdict = _checked(classifier, parsed.check, take_best=parsed.take_best)
    if writes:
        classifier.save(output)
    place = str(output)
    if parsed.keep:
        from resnet_viz.ui.networks import catalogue

        place = f"{catalogue.keep(classifier, source.name)} on the dashboard"
    assumed = ", ".join(classifier.card.get("assumed", ()))
    note = f"; assumed: {assumed}" if assumed else ""
    if folded := classifier.card.get("folded"):
        note += f"; made to fit, with the same answers: {', '.join(folded)}"
    if aside := classifier.card.get("left_aside"):
        note += f"; left aside: {several(len(aside), 'tensor')}, such as {listed(aside[:NAMED])}"
    answers = "features" if HEADLESS in (folded or ()) else "classes"
    print(f"{place}: {classifier.architecture.title}, {len(classifier.classes):,} {answers}{note}")
    if said := read_from(classifier.card):
        print(said)
    if verdict:
        print(verdict)
    return 0


def _checked(classifier: "Classifier", name: str, *, take_best: bool) -> "tuple[Classifier, str]":
    """The network, used in the way that is best if that is wanted, and what a check says of it."""
    from resnet_viz import analysis
    from resnet_viz.reporting.imports import checked, verdict, ways_tried
    from resnet_viz.training.start import data_for

    with telling("Reading the pictures") as progress:
        dataset = data_for(name, classifier.input_size, progress)
    with telling("Checking") as progress:
        found = analysis.check_assumptions(classifier, dataset, progress=progress)
    lines = [verdict(found)]
    lines += [f"{row.right:6.1f} %  {row.way}" for row in ways_tried(found).itertuples()]
    if take_best and not found.is_near_guessing(found.best):
        classifier = found.take(classifier, found.best)
        lines.append(checked(classifier.card))
    elif found.best is not found.imported:
        lines.append("Written as imported: with --take-best it is written in the best way.")
    return classifier, "\n".join(lines)


def convert(parsed: argparse.Namespace) -> int:
    """Write a network for other programs: torchvision's state dict, or ONNX."""
    from resnet_viz import models
    from resnet_viz.models.exporting import layout_of
    from resnet_viz.runs import RunError

    output = Path(parsed.output)
    if output.exists():
        raise RunError(f"{output.name} is already there: name another file.")
    layout = layout_of(output, parsed.layout)
    classifier = models.load(checkpoint_of(parsed.checkpoint))
    classifier.save(output, layout=layout.name)
    print(f"{output}: {classifier.architecture.title}, {layout.title}")
    return 0


def _told(parsed: argparse.Namespace) -> "Told":
    """What the command says of the network, and then what its data say."""
    from resnet_viz.models.told import Told, names_in, told

    classes = Path(parsed.classes) if parsed.classes else None
    said = told(
        classes=names_in(classes) if classes and classes.is_file() else parsed.classes,
        mean=parsed.mean,
        std=parsed.std,
        input_size=parsed.input_size,
        zero_padding=parsed.zero_padding,
        channel_order=parsed.channel_order,
    )
    if not parsed.like:
        return said
    from resnet_viz import data

    like = data.load(parsed.like)
    side = like.train.images.shape[-1]
    return said.beside(Told(like.classes, like.mean, like.std, side))


def checkpoint_of(text: str, store: "Store | None" = None) -> Path:
    """The file of that path, the run's latest checkpoint, or the shipped network of that name."""
    from resnet_viz.runs import RunError, Store
    from resnet_viz.runs.shipped_runs import shipped_checkpoint

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
