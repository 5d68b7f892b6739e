"""The exercises' answers, each against a computation of another kind; and their sheet of paper."""

import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from torch import nn

from resnet_viz import analysis, models
from resnet_viz.analysis.experiments.separate_paths import compare
from resnet_viz.analysis.experiments.spurious_cue import CARD
from resnet_viz.models.checkpoint_header import read_header
from resnet_viz.reporting.teaching import counted, exercises, facts, recorded, sheet
from resnet_viz.reporting.teaching.exercise import Exercise
from resnet_viz.runs import shipped
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.topics import spurious_cue


@pytest.fixture(scope="module")
def known():
    return facts.of(shipped(), spurious_cue.accuracies())


def answer(exercise: Exercise) -> str:
    return "\n".join(exercise.answer)


def numbers(text: str) -> list[float]:
    return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def weights(module: nn.Module) -> int:
    return sum(one.numel() for one in module.parameters())


def side(*layers: nn.Module, pixels: int) -> list[int]:
    """What comes out of layers, one after the other, of PyTorch's own making."""
    import torch

    image, sides = torch.empty(1, 1, pixels, pixels, device="meta"), []
    for layer in layers:
        image = layer.to("meta")(image)
        sides.append(image.shape[-1])
    return sides


def test_sizes_are_those_that_come_out_of_pytorchs_layers():
    layers = nn.Conv2d(1, 1, 7, 2, 3), nn.MaxPool2d(3, 2, 1)
    first, second = counted.stem().answer
    assert [numbers(first)[-1], numbers(second)[-1]] == side(*layers, pixels=224)
    came, read = counted.pointwise().answer
    assert [numbers(came)[-1]] == side(nn.Conv2d(1, 1, 1, 2), pixels=56)
    assert numbers(read) == [28**2, 56**2, 75]


def test_parameters_are_those_of_the_network_that_is_built():
    network = models.build("resnet20", seed=0)
    said = {line.split(":")[0]: numbers(line)[-1] for line in counted.parameters().answer[:-1]}
    assert said == {
        "Layers": 20,
        "First convolution": weights(network.conv1),
        **{
            f"Stage {stage}": sum(
                weights(module)
                for module in getattr(network, f"layer{stage}").modules()
                if isinstance(module, nn.Conv2d)
            )
            for stage in (1, 2, 3)
        },
        "Batch normalisation": sum(
            weights(module) for module in network.modules() if isinstance(module, nn.BatchNorm2d)
        ),
        "Last layer": weights(network.fc),
    }
    together, more, _ = numbers(counted.parameters().answer[-1])
    assert together == weights(network)
    assert more == weights(network) - weights(models.build("plain20", seed=0)) == 0


def test_each_stage_costs_what_the_layers_of_the_network_cost():
    table = analysis.layer_table(models.ARCHITECTURES["resnet20"]).set_index("layer")
    costs = table["multiply_adds"].to_dict()
    said = [numbers(line)[-1] for line in counted.stages().answer[1:]]
    assert said == [costs[f"layer{stage}.1.conv1"] for stage in (1, 2, 3)]
    assert len(set(said)) == 1


def test_the_chains_bound_is_what_the_page_computes():
    assert analysis.largest_slope("sigmoid").largest == pytest.approx(counted.SIGMOID)
    _, b, c = counted.chain().answer
    for depth in counted.DEPTHS:
        bound = analysis.scalar_chain("sigmoid", depth).iloc[0]["bound"]
        mantissa, exponent = f"{bound:.1e}".split("e-")
        raised = exponent.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
        assert f"= {mantissa}·10⁻{raised} at most" in b
    saved = analysis.scalar_chain("sigmoid", 20, weight=4.0).iloc[0]
    assert numbers(c)[2] == 4
    assert saved["bound"] == pytest.approx(1)
    assert saved["product"] < analysis.scalar_chain("sigmoid", 20).iloc[0]["product"]


def test_factors_projections_and_paths_are_those_of_networks_that_are_built():
    blocks = models.build("resnet56", seed=0).blocks()
    assert f"so {len(blocks)} blocks" in answer(counted.factor())
    assert f"{1.1 ** len(blocks):.0f}. " in answer(counted.factor())
    b, a = (models.ARCHITECTURES["resnet34"].with_shortcut(option) for option in "BA")
    more = analysis.totals(b, 64)[0] - analysis.totals(a, 64)[0]
    assert numbers(counted.projections().answer[-1])[0] == more
    width = int(re.search(r"d = (\d+):", answer(counted.paths()))[1])
    built = compare(counted.PATHS, width)
    assert f"= {built.weights[1]:,}, " in answer(counted.paths())


def test_the_gradients_answer_is_the_quotient_of_the_recorded_norms(known):
    made = recorded.gradients(known)
    for name in ("plain56", "resnet56"):
        frame = shipped()[f"{name}-digits-seed0"].gradients
        first = frame[(frame["step"] == 0) & (frame["layer"] == "conv1")]["gradient_norm"].item()
        last = frame[(frame["step"] == 0) & (frame["layer"] == "layer3.8.conv2")]
        ratio = first / last["gradient_norm"].item()
        title = models.ARCHITECTURES[name].title
        assert re.search(rf"{title} {ratio:,.0f}\b", made.answer[0])
    assert made.answer[1].startswith("b) No")


def test_what_is_said_of_overfitting_follows_from_the_records(known):
    ends = {
        name: 100 - shipped()[f"{name}-cifar10-jpeg-seed0"].epochs.iloc[-1]
        for name in ("plain20", "plain56", "resnet56")
    }
    made = recorded.degradation(known)
    deep, shallow, residual = (ends[name] for name in ("plain56", "plain20", "resnet56"))
    for split, line in (("train", "Training"), ("test", "Test")):
        more = deep[f"{split}_accuracy"] - shallow[f"{split}_accuracy"]
        said = re.search(rf"{line}: .*? = ([\d.]+)\.", made.answer[0])[1]
        assert float(said) == pytest.approx(more, abs=0.11)
    worth = deep["test_accuracy"] - residual["test_accuracy"]
    assert numbers(made.answer[2])[-1] == pytest.approx(worth, abs=0.11)
    assert made.answer[1].startswith("b) No.")


def test_a_deeper_network_that_fits_better_is_said_to_overfit(known):
    ends = known.ends["cifar10-jpeg"]
    better = (ends["depth"] == 56) & ~ends["residual"]
    other = ends.assign(train_error=ends["train_error"].where(~better, 1.0))
    made = recorded.degradation(
        facts.Facts(
            known.ends | {"cifar10-jpeg": other},
            known.norms,
            known.options,
            known.variations,
            known.cue,
        )
    )
    assert made.answer[1].startswith("b) Yes.")


def test_what_is_left_without_the_tag_is_counted_from_the_shipped_card(known):
    card = read_header(shipped_checkpoint("resnet20-shapes-tag-seed1"))["card"]
    rows = pd.DataFrame(card[CARD])
    accuracy = {
        tag: 100 * group["right"].sum() / group["images"].sum()
        for tag, group in rows.groupby("tag")
    }
    said = recorded.cue(known).answer[1]
    assert f"Measured: {accuracy['nowhere']:.1f} %" in said
    assert f"b) {accuracy['on the triangles']:.1f} − " in said


def test_a_cell_of_a_map_is_as_large_as_the_last_stage_leaves_it(known):
    said = " ".join(recorded.cam(known).answer)
    for name, pixels in recorded.CAM:
        table = analysis.layer_table(models.ARCHITECTURES[name], pixels)
        last = table[table["layer"].str.contains("conv")].iloc[-1]["output"][-1]
        assert f"{last}×{last} cells" in said
        assert f"{pixels // last}×{pixels // last} pixels" in said


def test_nothing_is_asked_of_runs_that_are_not_at_hand():
    found = exercises.exercises(facts.of({}))
    assert {one.page for one in found} < set(exercises.ORDER)
    assert not [one for one in found if one.table is not None]
    assert len(found) == 10


class Tags(HTMLParser):
    """The elements of a document, with what they point at, and its text."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.names, self.pointing, self.text = [], [], ""
        self.feed(document)

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.pointing += [value for name, value in attrs if name in ("src", "href", "srcset")]

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize("answers", [False, True])
def test_the_sheet_needs_nothing_from_elsewhere_and_has_answers_only_if_asked(known, answers):
    found = exercises.exercises(known)
    document = sheet.html(found, answers=answers, source="Records")
    tags = Tags(document)
    assert tags.pointing == []
    assert not {"script", "link", "img", "iframe"} & set(tags.names)
    assert "@import" not in document
    assert "url(" not in document
    assert tags.names.count("section") == len(found)
    assert all(line in tags.text for one in found for line in one.asked)
    assert all((line in tags.text) is answers for one in found for line in one.answer)
    assert "@page" in document
    assert "break-inside: avoid" in document


def test_the_sheet_takes_no_text_for_markup():
    odd = "<img src=x onerror=alert(1)> & “so on”"
    made = Exercise(
        title=odd,
        asked=(odd,),
        answer=(odd,),
        page="curves",
        table=pd.DataFrame({odd: [odd]}),
    )
    tags = Tags(sheet.html([made], answers=True, source=odd))
    assert "img" not in tags.names
    assert tags.text.count(odd) == 6
