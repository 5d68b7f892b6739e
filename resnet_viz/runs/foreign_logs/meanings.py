"""What the columns of other programs' logs mean, by the words in their names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

SPLITS = {
    "train": ("train", "training", "trn", "tr"),
    "test": ("test", "testing", "val", "valid", "validation", "eval", "evaluation", "dev"),
}
QUANTITIES = {
    "loss": ("loss", "nll", "crossentropy", "xent"),
    "accuracy": ("accuracy", "acc", "top1", "acc1", "prec1"),
    "error": ("error", "err", "err1"),
}
AXES = {
    "epoch": ("epoch", "epochs"),
    "step": ("step", "steps", "iteration", "iterations", "iter", "iters"),
    "seconds": ("seconds", "runtime", "elapsed", "sec"),
}
# Beside these words a loss, an accuracy or an error is not that of the network on its data.
OTHERS = {
    *("top3", "top5", "acc3", "acc5", "err5", "prec5", "grad", "gradient", "norm", "weight", "lr"),
    *(
        "rate",
        "reg",
        "regularization",
        "l1",
        "l2",
        "aux",
        "std",
        "var",
        "best",
        "min",
        "max",
        "ema",
    ),
}
FILLING = {"global", "trainer", "total", "time", "s", "relative"}
PER_CENT = ("%", "percent", "pct")

_WORDS = re.compile(r"[a-z]+[0-9]*|[0-9]+|%")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_RANK = re.compile(r"(?<![a-z])(top|acc|prec|err)[-_ @]+([0-9])\b")


@dataclass(frozen=True)
class Meaning:
    """What a column is.

    Attributes:
        quantity: of ``QUANTITIES``.
        split: of ``SPLITS``; empty where the name does not say it.
        extra: words of the name that say something else.
        per_cent: whether the name says so.
    """

    column: str
    quantity: str
    split: str
    extra: int
    per_cent: bool


def meaning(column: str) -> Meaning | None:
    """What a column's name says of it; None if it is no loss, accuracy or error of a network."""
    words = _words(column)
    if OTHERS & words.keys():
        return None
    if words.keys() & {*QUANTITIES["error"]}:
        words.pop("top1", None)  # of the error
    quantities = [name for name, known in QUANTITIES.items() if words.keys() & {*known}]
    splits = [name for name, known in SPLITS.items() if words.keys() & {*known}]
    if len(quantities) != 1 or len(splits) > 1:
        return None
    [quantity], split = quantities, "".join(splits)
    said = {*QUANTITIES[quantity], *SPLITS.get(split, ()), *PER_CENT}
    extra = sum(word not in said for word in words)
    return Meaning(column, quantity, split, extra, bool(words.keys() & {*PER_CENT}))


def axis(columns: Iterable[str], kind: str) -> str | None:
    """The column that counts epochs, steps or seconds; None if no name says that."""
    known = {*AXES[kind]}
    for column in columns:
        words = _words(column).keys() - FILLING
        if words and words <= known | FILLING:
            return column
    return None


def _words(column: str) -> dict[str, None]:
    text = _RANK.sub(r"\1\2", _CAMEL.sub(" ", column).casefold())
    return dict.fromkeys(_WORDS.findall(text.replace("cross_entropy", "crossentropy")))
