"""Exercises whose answers are counted: from the table of architectures, and from formulas."""

from collections.abc import Iterable

from resnet_viz.analysis.experiments.equal_cost import OUTER, weights, width_at_equal_cost
from resnet_viz.analysis.sliding_window import Window
from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.models.blocks import Convolution
from resnet_viz.models.choices import STEMS
from resnet_viz.models.published import RESNEXT50_BY_CARDINALITY
from resnet_viz.numbers import number
from resnet_viz.reporting import cardinality
from resnet_viz.reporting.shortcuts import block_counts
from resnet_viz.reporting.teaching.exercise import Exercise

SIGMOID = 0.25  # σ′(0) = ½ · (1 − ½), the largest slope there is
DEPTHS = (20, 56)
PATHS = 8  # not those that the lesson asks about
GROWING = 1.1
POOL = {"kernel": 3, "padding": 1, "stride": 2}


def exercises() -> list[Exercise]:
    """All of them, in the order of the pages."""
    return [stem(), pointwise(), parameters(), stages(), chain(), factor(), projections(), paths()]


def stem() -> Exercise:
    """The first two sizes of ResNet-34."""
    network = ARCHITECTURES["resnet34"]
    first = STEMS[network.stem]
    into = Window(network.input_size, first.kernel, first.kernel // 2, first.stride)
    pool = Window(into.output, **POOL)
    return Exercise(
        title=f"The stem of {network.title}",
        asked=(
            f"An image of {_square(into.size)} pixels meets a kernel of {_square(into.kernel)} "
            f"with padding {into.padding} and stride {into.stride}, then a max-pooling of "
            f"{_square(pool.kernel)} with padding {pool.padding} and stride {pool.stride}.",
            "How many cells a side come out of each?",
        ),
        answer=(f"Convolution: {_formula(into)}.", f"Max-pooling: {_formula(pool)}."),
        page="convolution",
        query=_query(into),
    )


def pointwise() -> Exercise:
    """What a projection with a stride never reads."""
    window = Window(56, 1, stride=2)
    read = (window.size - len(window.unread)) ** 2
    return Exercise(
        title="Pixels that nobody reads",
        asked=(
            f"A shortcut is a convolution of {_square(window.kernel)} with stride {window.stride} "
            f"and no padding, on maps of {_square(window.size)}.",
            "How many cells a side come out? Which share of the pixels does it never read?",
        ),
        answer=(
            f"{_formula(window)}.",
            f"It reads {read:,} of {window.size**2:,} pixels, so it never reads "
            f"{100 * (1 - read / window.size**2):.0f} %.",
        ),
        page="convolution",
        query=_query(window),
    )


def parameters() -> Exercise:
    """ResNet-20 counted by hand."""
    network, plain = ARCHITECTURES["resnet20"], ARCHITECTURES["plain20"]
    inner = [one for one, _ in network.convolutions(network.input_size)]
    scales = 2 * sum(one.channels_out for one in inner)
    last = inner[-1].channels_out
    widths = ", ".join(map(str, network.widths))
    more = network.parameters - plain.parameters
    return Exercise(
        title=f"The parameters of {network.title}",
        asked=(
            f"{network.title} has a first convolution of 3×3 from {network.channels} to "
            f"{network.stem_width} channels, then {len(network.blocks)} stages of "
            f"{network.blocks[0]} blocks with {widths} channels; a block is two convolutions of "
            f"3×3, and the last layer gives {network.classes} classes. Convolutions have no "
            "biases; each is followed by a batch normalisation with a scale and a shift for each "
            "channel; shortcuts are of option A.",
            "Count layers with weights, as the name does, and parameters. How many parameters "
            "more are these than plain-20's?",
        ),
        answer=(
            f"Layers: 1 + {len(network.blocks)}·{network.blocks[0]}·2 + 1 = {network.depth}.",
            *(f"{name}: {_sum(found)}." for name, found in _by_width(inner).items()),
            f"Batch normalisation: 2·{scales // 2:,} channels = {scales:,}.",
            f"Last layer: {last}·{network.classes} + {network.classes} = "
            f"{last * network.classes + network.classes:,}.",
            f"Together {network.parameters:,}; {more:,} more than plain-20: shortcuts of option A "
            "have no weights.",
        ),
        page="architecture",
        query={"show": "any network", "net": network.title, "beside": plain.title},
        room=9,
    )


def stages() -> Exercise:
    """Why each stage of a network costs as much as the one before."""
    network = ARCHITECTURES["resnet20"]
    alike: dict[int, tuple[Convolution, int]] = {}
    for one, side in network.convolutions(network.input_size):
        if one.channels_in == one.channels_out:
            alike.setdefault(one.channels_out, (one, side))
    costs = [
        f"{_square(side)} cells · {one.weights:,} weights = {one.weights * side**2:,} multiply-adds"
        for one, side in alike.values()
    ]
    return Exercise(
        title="Half the side, twice the channels",
        asked=(
            f"From stage to stage {network.title} halves the side of its maps and doubles their "
            f"channels: {', '.join(f'{_square(s)}×{o.channels_out}' for o, s in alike.values())}.",
            "What becomes of the weights of a convolution of 3×3 that keeps the channels, and of "
            "its multiply-adds?",
        ),
        answer=(
            "Twice the channels in and out are four times the weights; half the side is a quarter "
            "of the cells. So the multiply-adds stay the same:",
            *(f"Stage {place}: {cost}." for place, cost in enumerate(costs, 1)),
        ),
        page="architecture",
        query={"show": "any network", "net": network.title, "beside": "plain-20"},
    )


def chain() -> Exercise:
    """What is left of a gradient behind sigmoids."""
    left = [
        f"{depth} layers: {SIGMOID:g} to the power of {depth - 1} = "
        f"{number(SIGMOID ** (depth - 1))} at most."
        for depth in DEPTHS
    ]
    return Exercise(
        title="A chain of sigmoids",
        asked=(
            "A network has one number a layer, aₖ = σ(w · aₖ₋₁), with w = 1. σ′(z) = σ(z)·(1 − "
            "σ(z)).",
            "a) How large is σ′ at most, and where?",
            f"b) How much of the gradient can reach the first layer in {DEPTHS[0]} and in "
            f"{DEPTHS[1]} layers?",
            "c) From which w on does this bound no longer fall with depth? Is the gradient saved "
            "then?",
        ),
        answer=(
            f"a) σ(z)·(1 − σ(z)) is largest at σ(z) = ½, so at z = 0: {SIGMOID:g}.",
            f"b) All layers but the first multiply. {' '.join(left)}",
            f"c) From w = 1 / {SIGMOID:g} = {1 / SIGMOID:g} on. It is a bound, not the gradient: a "
            "large w makes z = w · a large, and there σ is flat. The page shows the product "
            "beside the bound.",
        ),
        page="vanishing",
        query={"function": "sigmoid", "chain_layers": str(DEPTHS[0]), "chain_weight": "1"},
        room=7,
    )


def factor() -> Exercise:
    """What a factor on every shortcut does to x."""
    network = ARCHITECTURES["resnet56"]
    blocks = block_counts()[network.depth]
    kept = [f"{f:g} to the power of {blocks} = {number(f**blocks)}" for f in (0.5, GROWING)]
    return Exercise(
        title="A factor on every shortcut",
        asked=(
            f"{network.title} has 6n + 2 layers, in three stages of n blocks. On each shortcut "
            "stands λ·x instead of x.",
            f"By what has x been multiplied after the last block, through the shortcuts alone, "
            f"with λ = 0.5 and with λ = {GROWING:g}? And the gradient on its way back?",
        ),
        answer=(
            f"n = ({network.depth} − 2) / 6 = {network.blocks[0]}, so {blocks} blocks.",
            f"{'; '.join(kept)}. The gradient through the shortcuts gets the same factor.",
            "The branches F carry x too, so this says what is lost on the shortcuts, not that such "
            "a network cannot learn.",
        ),
        page="shortcuts",
        query={"shortcut_scale": "0.5"},
    )


def projections() -> Exercise:
    """What option B costs in ResNet-34."""
    network = ARCHITECTURES["resnet34"].with_shortcut("B")
    around = [one for one, _ in network.convolutions(network.input_size) if one.kernel == 1]
    more = network.parameters - network.with_shortcut("A").parameters
    counted = [
        f"{one.channels_in}·{one.channels_out} + 2·{one.channels_out} = "
        f"{one.weights + 2 * one.channels_out:,}"
        for one in around
    ]
    return Exercise(
        title="What projections cost",
        asked=(
            f"With option B the first blocks of stages 2, 3 and 4 of {network.title} have a "
            "convolution of 1×1 on their shortcut, without a bias and with a batch normalisation; "
            f"the stages have {', '.join(map(str, network.widths))} channels.",
            "How many parameters is that, and which share of the network's "
            f"{network.parameters:,}?",
        ),
        answer=(
            f"{'; '.join(counted)}.",
            f"Together {more:,}, {100 * more / network.parameters:.1f} % of all.",
        ),
        page="shortcuts",
        query={"counted": network.title},
    )


def paths() -> Exercise:
    """The width of many paths at the cost of one."""
    one = weights(1, cardinality.ONE_PATH)
    width = width_at_equal_cost(PATHS, one)
    published = RESNEXT50_BY_CARDINALITY
    return Exercise(
        title="Many paths for the price of one",
        asked=(
            f"A block with C paths of d channels has C·({OUTER}·d + 9·d² + d·{OUTER}) weights.",
            f"a) How many has one path of {cardinality.ONE_PATH} channels?",
            f"b) How wide may each of {PATHS} paths be at about that cost? How wide are they "
            "together?",
            "c) Which share of the connections between channels does its convolution of 3×3 have?",
        ),
        answer=(
            f"a) {one:,}.",
            f"b) d = {width}: {PATHS}·({OUTER}·{width} + 9·{width}² + {width}·{OUTER}) = "
            f"{weights(PATHS, width):,}, {100 * weights(PATHS, width) / one:.1f} % of one path's. "
            f"Together {PATHS}·{width} = {PATHS * width} channels.",
            f"c) Each channel reads the {width} of its own path: 1/{PATHS} = {100 / PATHS:.4g} %.",
            f"In the paper (Xie et al. 2016, table 3) the error on ImageNet is "
            f"{published[1, cardinality.ONE_PATH]} % with one path and {published[PATHS, width]} % "
            f"with {PATHS}.",
        ),
        page="cardinality",
        query={
            "paths": str(PATHS),
            "one_path": str(cardinality.ONE_PATH),
            "width": "at equal cost",
        },
        room=7,
    )


def _square(side: int) -> str:
    return f"{side}×{side}"


def _formula(window: Window) -> str:
    n, f, p, s = window.size, window.kernel, window.padding, window.stride
    return f"⌊({n} + 2·{p} − {f}) / {s}⌋ + 1 = {window.output}"


def _query(window: Window) -> dict[str, str]:
    names = ("size", "kernel", "padding", "stride", "dilation")
    return {name: str(getattr(window, name)) for name in names}


def _by_width(inner: Iterable[Convolution]) -> dict[str, dict[Convolution, int]]:
    """How often each convolution is there, the stem and then stage by stage."""
    first, *rest = inner
    found: dict[str, dict[Convolution, int]] = {"First convolution": {first: 1}}
    widths = list(dict.fromkeys(one.channels_out for one in rest))
    for one in rest:
        stage = found.setdefault(f"Stage {widths.index(one.channels_out) + 1}", {})
        plain = one._replace(stride=1)  # which changes no weight
        stage[plain] = stage.get(plain, 0) + 1
    return found


def _sum(found: dict[Convolution, int]) -> str:
    parts = [
        (f"{times}·" if times > 1 else "") + f"{one.kernel}·{one.kernel}·{one.channels_in}·"
        f"{one.channels_out}"
        for one, times in found.items()
    ]
    return f"{' + '.join(parts)} = {sum(one.weights * times for one, times in found.items()):,}"
