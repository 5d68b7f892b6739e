"""Small residual networks as other programs name them, written without anything of resnet_viz.

One class computes, and a `Style` says where each layer stands: as what it is called, and in which
order the layers are made.
"""

from dataclasses import dataclass, replace

import torch
from torch import nn

CONV_BY_CONV = ("conv1", "norm1", "conv2", "norm2", "conv3", "norm3", "around", "around_norm")
AROUND_FIRST = CONV_BY_CONV[-2:] + CONV_BY_CONV[:-2]
KIND_BY_KIND = ("conv1", "conv2", "conv3", "around", "norm1", "norm2", "norm3", "around_norm")


@dataclass(frozen=True)
class Style:
    """The names of a program.

    In a block's name, s counts stages from 1, t from 0 and u from 2, b a stage's blocks from 0, c
    from 1, and n all blocks from 1; in a layer's, k counts from 1 and j from 0, p and q are places
    of convolutions and normalisations in a ``Sequential`` with activations, m and o in one without.
    """

    stem: str = "conv1"
    stem_norm: str = "bn1"
    block: str = "layer{s}.{b}"
    conv: str = "conv{k}"
    norm: str = "bn{k}"
    around: str = "downsample.0"
    around_norm: str = "downsample.1"
    head: str = "fc"
    order: tuple[str, ...] = CONV_BY_CONV
    projection_normalised: bool = True
    bias: bool = False

    def part(self, part: str) -> str:
        """The name of a layer within its block."""
        if part.startswith("around"):
            return getattr(self, part)
        k = int(part[-1])
        places = {
            "k": k,
            "j": k - 1,
            "p": 3 * k - 3,
            "q": 3 * k - 2,
            "m": 2 * k - 2,
            "o": 2 * k - 1,
        }
        return getattr(self, part[:-1]).format(**places)


TORCHVISION = Style()
KUANGLIU = Style(around="shortcut.0", around_norm="shortcut.1", head="linear")
BRANCH = {"conv": "residual_function.{p}", "norm": "residual_function.{q}"}
STYLES = {
    "torchvision, timm": TORCHVISION,
    "kuangliu": KUANGLIU,
    "akamaster, data-parallel": replace(
        KUANGLIU, stem="module.conv1", stem_norm="module.bn1", block="module.layer{s}.{b}",
        head="module.linear",
    ),
    "weiaicunzai": Style("conv1.0", "conv1.1", "conv{u}_x.{b}", around="shortcut.0",
                         around_norm="shortcut.1", **BRANCH),
    "hugging face": Style(
        "resnet.embedder.embedder.convolution", "resnet.embedder.embedder.normalization",
        "resnet.encoder.stages.{t}.layers.{b}", "layer.{j}.convolution", "layer.{j}.normalization",
        "shortcut.convolution", "shortcut.normalization", "classifier.1", AROUND_FIRST,
    ),
    "OpenMMLab": Style("backbone.conv1", "backbone.bn1", "backbone.layer{s}.{b}",
                       head="head.fc"),
    "MoCo": Style("module.encoder_q.conv1", "module.encoder_q.bn1",
                  "module.encoder_q.layer{s}.{b}", head="module.encoder_q.fc"),
    "by position": Style("0", "1", "{v}.{b}", head="9"),
    "layers": Style("layers.0.conv", "layers.0.bn", "layers.{n}", "conv{k}.conv", "conv{k}.bn",
                    "skip.conv", "skip.bn", "classifier"),
    "first_block": Style("first_block.0", "first_block.1", "blocks.{t}.{b}", "conv_bn_relu{k}.0",
                         "conv_bn_relu{k}.1", "identity.0", "identity.1", "out"),
    "conv_bn_relu": Style("conv_bn_relu.conv", "conv_bn_relu.bn", "stage{s}.block{c}",
                          "conv_bn_relu_{k}.conv", "conv_bn_relu_{k}.bn", "project.conv",
                          "project.bn", "logits"),
    "d2l": Style("net.0.0", "net.0.1", "net.{s}.{b}", around="conv9", head="net.9.2",
                 order=KIND_BY_KIND, projection_normalised=False, bias=True),
    "stem and stages": Style("stem.conv", "stem.norm", "stages.{t}.blocks.{b}", norm="norm{k}",
                             around="proj", around_norm="proj_norm", head="head"),
    "layer0": Style("layer0.conv1", "layer0.bn1"),
    "prep": Style("prep.0", "prep.1", "res{s}.{b}", "branch.{p}", "branch.{q}", "side.0",
                  "side.1", "pred.1"),
    "shortcut first": Style("input.0", "input.1", "body.{t}.{b}", around="short",
                            around_norm="short_norm", order=AROUND_FIRST, head="final"),
    "kinds": Style("c0", "b0", "units.{n}", "c{k}", "b{k}", "cs", "bs", "dense", KIND_BY_KIND),
    "sequential branch": Style("features.init.conv", "features.init.bn", "features.s{s}.unit{c}",
                               "body.{m}", "body.{o}", "identity_conv.conv", "identity_conv.bn",
                               "output"),
    "caffe in modules": Style("conv1_7", "bn_conv1", "res{u}.b{b}", "branch2{k}", "bn_branch2{k}",
                              "branch1", "bn_branch1", "fc1000"),
    "encoder": Style("encoder.gate.0", "encoder.gate.1", "encoder.blocks.{t}.blocks.{b}",
                     "blocks.{p}", "blocks.{q}", "shortcut.0", "shortcut.1", "decoder.decoder"),
    "lightning": Style("model.conv1", "model.bn1", "model.layer{s}.{b}", head="model.fc.1"),
    "compiled": Style("_orig_mod.conv1", "_orig_mod.bn1", "_orig_mod.layer{s}.{b}",
                      head="_orig_mod.fc"),
    "learner": Style("learner.net.conv1", "learner.net.bn1", "learner.net.layer{s}.{b}",
                     head="learner.classifier"),
}  # fmt: skip


class Original(nn.Module):
    """A residual network with small widths.

    Args:
        blocks, widths: of each stage; a bottleneck puts out four times its width.
        projects: ``A`` for zero padding, ``B`` where shapes change, ``C`` everywhere, ``first`` in
            each stage's first block.
        inner: channels within a bottleneck for each of its width.
        zeros_before: the share of new channels that zero padding puts before the others.
    """

    def __init__(
        self, style=TORCHVISION, *, kind="basic", blocks=(1, 2, 1), widths=(8, 16, 24),
        stem_width=8, kernel=3, projects="B", classes=5, channels=3, inner=1, groups=1,
        norm=nn.BatchNorm2d, head_bias=True, zeros_before=0.5,
    ):  # fmt: skip
        super().__init__()
        self._kernel, self._style, self._units = kernel, style, []
        self._zeros_before = zeros_before
        stride = 2 if kernel == 7 else 1
        first = nn.Conv2d(channels, stem_width, kernel, stride, kernel // 2, bias=style.bias)
        self._first = (put(self, style.stem, first), put(self, style.stem_norm, norm(stem_width)))
        given, count = stem_width, 0
        for t, (number, width) in enumerate(zip(blocks, widths, strict=True)):
            for b in range(number):
                count += 1
                places = {
                    "s": t + 1,
                    "t": t,
                    "u": t + 2,
                    "v": t + 4,
                    "b": b,
                    "c": b + 1,
                    "n": count,
                }
                strided = 2 if t and not b else 1
                out = width * (4 if kind == "bottleneck" else 1)
                changes = strided > 1 or given != out
                around = {"A": False, "B": changes, "C": True, "first": b == 0}[projects]
                shapes = _shapes(kind, given, width, width * inner, strided, groups)
                name = style.block.format(**places)
                unit = self._block(name, shapes, around, (given, out, strided), norm)
                self._units.append((*unit, strided, out))
                given = out
        self._last = (put(self, style.head, nn.Linear(given, classes, bias=head_bias)),)

    def _block(self, name, shapes, around, ends, norm):
        layers = {}
        for k, shape in enumerate(shapes, start=1):
            layers[f"conv{k}"] = convolution(*shape, bias=self._style.bias)
            layers[f"norm{k}"] = norm(shape[1])
        if around:
            taken, out, stride = ends
            layers["around"] = convolution(taken, out, 1, stride, bias=self._style.bias)
            if self._style.projection_normalised:
                layers["around_norm"] = norm(out)
        for part in self._style.order:
            if part in layers:
                put(self, f"{name}.{self._style.part(part)}", layers[part])
        return [(layers[f"conv{k + 1}"], layers[f"norm{k + 1}"]) for k in range(len(shapes))], [
            layers[part] for part in ("around", "around_norm") if part in layers
        ]

    def forward(self, x):
        x = self._first[1](self._first[0](x)).relu()
        if self._kernel == 7:
            x = nn.functional.max_pool2d(x, 3, 2, 1)
        for branch, around, stride, out in self._units:
            y = x
            for number, (convolve, normalise) in enumerate(branch):
                y = normalise(convolve(y.relu() if number else y))
            if around:
                for layer in around:
                    x = layer(x)
            elif stride > 1 or out != x.shape[1]:
                more = out - x.shape[1]
                before = int(self._zeros_before * more)
                sides = (0, 0, 0, 0, before, more - before)
                x = nn.functional.pad(x[:, :, ::stride, ::stride], sides)
            x = (x + y).relu()
        return self._last[0](x.mean(dim=(2, 3)))


def _shapes(kind, given, width, inner, stride, groups):
    if kind == "basic":
        return [(given, width, 3, stride), (width, width, 3)]
    return [(given, inner, 1), (inner, inner, 3, stride, groups), (inner, 4 * width, 1)]


def convolution(taken, out, kernel, stride=1, groups=1, bias=False):
    return nn.Conv2d(taken, out, kernel, stride, kernel // 2, groups=groups, bias=bias)


def put(module, name, layer):
    """Give a layer its place, with modules on the way that hold it."""
    *outer, last = name.split(".")
    for part in outer:
        if part not in module._modules:
            module.add_module(part, nn.Module())
        module = module._modules[part]
    module.add_module(last, layer)
    return layer


def begun(network):
    """Scales and averages as a trained network has them, for those of a new one hide a mistake."""
    torch.manual_seed(0)
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if tensor.ndim == 1 and tensor.is_floating_point():
                tensor.uniform_(0.5, 1.5) if "var" in name else tensor.add_(torch.rand_like(tensor))
    return network.eval()
