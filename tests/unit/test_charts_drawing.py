"""The drawing of a network: every block and shortcut is in it, and it can be read by anything."""

import re
from xml.etree import ElementTree

import pytest

from resnet_viz import analysis, charts, models
from resnet_viz.charts.drawing import INK
from resnet_viz.charts.drawn_networks import Drawn, fold, short
from resnet_viz.models.choices import SHORTCUTS
from resnet_viz.wording import counted

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("plain56", "resnet56", "resnet9", "resnet18", "resnet50", "resnet152", "resnext50_32x4d")


def drawn(name: str, size: int | None = None, **options) -> Drawn:
    architecture = models.ARCHITECTURES[name].with_options(**options)
    legend = SHORTCUTS[architecture.shortcut].legend
    outline = analysis.outline(architecture, size)
    return Drawn(architecture.title, outline, architecture.shortcut, legend)


def read(*networks: Drawn, **look) -> ElementTree.Element:
    """The drawing as any program reads it; fails where it is not well-formed."""
    return ElementTree.fromstring(charts.drawing(networks, **look))


def arcs(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [path for path in root.iter(f"{SVG}path") if "shortcut" in path.get("class", "")]


def texts(root: ElementTree.Element) -> list[str]:
    return [text.text for text in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", NAMES)
def test_every_block_with_a_shortcut_has_its_arc_dashed_where_shapes_change(name):
    network = drawn(name)
    blocks = network.parts[network.parts["shortcut"] != "none"]
    found = arcs(read(network, unfold=True))
    assert len(found) == len(blocks)
    dashed = [arc.get("stroke-dasharray") is not None for arc in found]
    assert dashed == list(blocks["input"] != blocks["output"])
    with_letter = blocks["shortcut"] != "identity"
    letters = [t for t in read(network, unfold=True).iter(f"{SVG}text") if t.get("class")]
    assert [letter.text for letter in letters] == [network.shortcut] * with_letter.sum()


@pytest.mark.parametrize("unfold", [False, True])
def test_a_plain_network_is_its_twins_drawing_without_the_arcs(unfold):
    plain, residual = (read(drawn(n), unfold=unfold) for n in ("plain56", "resnet56"))
    assert arcs(plain) == []
    assert arcs(residual)
    boxes = [
        [
            tuple(rect.get(k) for k in ("x", "y", "width", "height"))
            for rect in root.iter(f"{SVG}rect")
        ]
        for root in (plain, residual)
    ]
    assert boxes[0] == boxes[1]
    assert "#0072B2" not in ElementTree.tostring(plain, "unicode")
    assert "#D55E00" not in ElementTree.tostring(residual, "unicode")


@pytest.mark.parametrize("name", NAMES)
def test_folds_add_up_to_all_parts(name):
    network = drawn(name)
    counts = [int(g.get("data-count")) for g in read(network).iter(f"{SVG}g") if g.get("class")]
    assert sum(counts) == len(network.parts)
    unfolded = read(network, unfold=True)
    assert sum(g.get("class") == "part" for g in unfolded.iter(f"{SVG}g")) == len(network.parts)
    groups = fold(network.parts)
    assert [name for group in groups for name in group.names] == list(network.parts["part"])
    assert all(group.first.part == group.names[0] for group in groups)


def test_resnet_152_folds_its_thirty_five_equal_blocks():
    root = read(drawn("resnet152"))
    assert "layer3.1–35  × 35" in texts(root)
    assert len(arcs(root)) == 8
    assert len(arcs(read(drawn("resnet152"), unfold=True))) == 50


def test_only_equal_neighbours_fold():
    network = drawn("resnet18", shortcut="C")
    assert [group.name for group in fold(network.parts)][1:4] == [
        "layer1.0–1",
        "layer2.0",
        "layer2.1",
    ]
    assert max(len(group.names) for group in fold(drawn("resnet18").parts)) == 2


def test_boxes_are_to_the_scale_of_the_maps():
    root = read(drawn("resnet18"))
    boxes = {
        part.find(f"{SVG}text").text: part.find(f"{SVG}rect")
        for part in root.iter(f"{SVG}g")
        if part.get("class") == "part"
    }
    first, last = boxes["stem"], boxes["layer4.0"]
    # 64 channels of 56 × 56 pixels, against 512 of 7 × 7
    assert float(last.get("width")) / float(first.get("width")) == pytest.approx(8**0.5, rel=1e-3)
    pair = [read(drawn("resnet18"), drawn("resnet50")), read(drawn("resnet50"))]
    widths = [[float(r.get("width")) for r in root.iter(f"{SVG}rect")] for root in pair]
    assert max(widths[0]) == max(widths[1])
    assert widths[0][:3] != [float(r.get("width")) for r in root.iter(f"{SVG}rect")][:3]


@pytest.mark.parametrize("size", [1, 8, 31, 33, 300])
def test_any_size_can_be_drawn(size):
    root = read(drawn("resnet18", size), drawn("plain20", size), unfold=True)
    assert f"{size}×{size}×3" in texts(root)


@pytest.mark.parametrize("size", [1, 2, 224])
def test_a_pooling_is_written_at_every_size(size):
    assert texts(read(drawn("resnet18", size))).count("max-pool, /2") == 1
    assert "max-pool, /2" not in texts(read(drawn("resnet20", size)))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"shortcut_scale": 0.5}, "times 0.5"),
        ({"shortcut_dropout": 0.3}, "with dropout 0.3"),
        ({"shortcut_scale": 0.5, "shortcut_dropout": 0.3}, "times 0.5 with dropout 0.3"),
    ],
)
def test_a_shortcut_that_multiplies_x_is_not_drawn_as_the_identity(options, said):
    network, usual = drawn("resnet20", **options), drawn("resnet20")
    root = read(network, unfold=True)
    signs = [text.text for text in root.iter(f"{SVG}text") if text.get("class") == "option"]
    assert signs == ["×"] * 3 + ["A×", "×", "×"] * 2
    assert f"shortcuts {said}" in texts(root)
    assert not [text for text in texts(root) if text.startswith("identity")]
    assert f"7 of x {said}, 2 zero padding (option A) {said}." in charts.described([network])
    # Beside the usual network each has its own.
    both = texts(read(network, usual, unfold=True))
    assert both.count("×") == 8  # seven arcs and the legend
    assert "identity: x is added as it is" in both


def test_what_tells_two_networks_of_one_title_apart_stands_under_it():
    changed, usual = drawn("resnet20", norm="group"), drawn("resnet20")
    named = Drawn(f"{changed.title} · normalisation group", changed.parts, changed.shortcut)
    root = read(named, usual)
    assert "normalisation group" in texts(root)
    assert texts(root).count("ResNet-20") == 2
    boxes = [
        [(rect.get("y"), rect.get("height")) for rect in group.iter(f"{SVG}rect")]
        for group in root.findall(f"{SVG}g")
    ]
    assert boxes[0] == boxes[1]  # side by side, as without it


def test_the_chosen_block_stands_out_folded_and_unfolded():
    for unfold in (False, True):
        marked = read(drawn("resnet152"), marked="layer3.20", unfold=unfold)
        strong = [rect for rect in marked.iter(f"{SVG}rect") if rect.get("fill-opacity") == "0.75"]
        assert len(strong) == 1


def test_whoever_does_not_see_it_is_told():
    network = drawn("resnet34")
    root = read(network)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "ResNet-34"
    said = root.find(f"{SVG}desc").text
    assert said == charts.described([network])
    assert "layer3 with 6 blocks at 14×14×256" in said
    assert "13 identity, 3 projection (option B)" in said
    assert "shortcuts: none" in charts.described([drawn("plain20")])


def test_on_a_page_letters_have_its_colour_and_in_a_file_they_are_dark():
    network = drawn("resnet18")
    page, file = (read(network, pressable=pressable) for pressable in (True, False))
    assert (page.get("fill"), page.get("color")) == ("currentColor", None)
    assert file.get("fill") == INK
    for root in (page, file):
        assert {text.get("fill", "#FFFFFF") for text in root.iter(f"{SVG}text")} == {"#FFFFFF"}


def buttons(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [part for part in root.iter(f"{SVG}g") if part.get("role") == "button"]


def test_each_of_resnet_152s_fifty_blocks_is_a_button_of_its_own():
    network = drawn("resnet152")
    found = buttons(read(network, unfold=True, pressable=True))
    assert [part.get("data-part") for part in found] == list(network.parts["part"])
    assert sum("layer" in part.get("data-part") for part in found) == 50
    assert buttons(read(network, unfold=True)) == []


def test_a_button_of_equal_blocks_chooses_the_first_and_keeps_the_chosen_one():
    network = drawn("resnet152")
    for marked, named in (("stem", "layer3.1"), ("layer3.30", "layer3.30")):
        found = {
            part.get("data-part"): part.get("aria-pressed")
            for part in buttons(read(network, marked=marked, pressable=True))
        }
        assert [name for name, pressed in found.items() if pressed == "true"] == [marked]
        assert named in found


def test_buttons_lie_one_below_the_other_over_the_whole_column():
    rooms = [
        next(part.iter(f"{SVG}rect"))
        for part in buttons(read(drawn("resnet56"), unfold=True, pressable=True))
    ]
    spans = [(float(room.get("y")), float(room.get("height"))) for room in rooms]
    ends = [y + height for y, height in spans]
    assert ends[:-1] == pytest.approx([y for y, _ in spans[1:]], abs=0.02)
    assert min(height for _, height in spans) >= 32  # units; 24 pixels on a telephone


def test_a_name_is_text_and_not_markup():
    hostile = Drawn("<script>&", drawn("resnet18").parts, "B")
    assert "<script>&" in texts(read(hostile))


def test_convolutions_are_written_as_in_the_papers():
    assert short("3×3, 128") == "3×3, 128"
    assert short("3×3, 1024, 32 groups, stride 2") == "3×3, 1024, C=32, /2"


@pytest.mark.parametrize(
    ("number", "said"),
    [(464, "464"), (272_474, "272 k"), (11_689_512, "11.7 M"), (4_089_184_256, "4.09 G")],
)
def test_numbers_are_said_in_three_digits(number, said):
    assert counted(number) == said


def test_the_legend_says_what_folded_blocks_and_their_arc_stand_for():
    assert "× 9: 9 such blocks, an arc each<" in charts.drawing([drawn("resnet56")])
    assert "× 9: 9 such blocks<" in charts.drawing([drawn("plain56")])
    assert "such blocks" not in charts.drawing([drawn("resnet56")], unfold=True)
    assert "such blocks" not in charts.drawing([drawn("resnet9")])
    assert "× 5: 5 such blocks, an arc each<" in charts.drawing([drawn("resnet34")])


def test_the_legend_names_the_signs_that_are_drawn_and_no_others():
    assert "C: groups" in charts.drawing([drawn("resnext50_32x4d")])
    assert "C: groups" not in charts.drawing([drawn("resnet50"), drawn("resnet18")])
    assert "/2: stride 2" in charts.drawing([drawn("resnet50")])
    assert "/2: stride 2" not in charts.drawing([drawn("resnet9")])


def test_no_box_reaches_the_arc_beside_it():
    svg = charts.drawing([drawn("resnet50")], unfold=False)
    right = [
        float(box["x"]) + float(box["width"])
        for box in (
            dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in re.findall("<rect[^>]*>", svg)
        )
    ]
    assert max(right) < 84 - 7  # where the arcs turn, less the radius of the letter on them


@pytest.mark.parametrize("option", [name for name in SHORTCUTS if name != "none"])
def test_the_letter_of_an_option_is_explained_in_the_legend(option):
    said = texts(read(drawn("resnet20", shortcut=option)))
    assert f"option {option}: {SHORTCUTS[option].legend}" in said
