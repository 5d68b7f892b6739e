"""The field's words in plain ones."""

from urllib.parse import urlencode

TERMS = {
    "accuracy": "The share of pictures whose most likely class is the right one. *Error* is 100 % "
    "minus accuracy. Guessing among ten classes has an accuracy of 10 %.",
    "activation": "The function that each value passes after a layer, such as ReLU, which turns "
    "negative values into zero. Without it many layers could do no more than one.",
    "architecture": "What a network is made of: which layers, how many, how wide, and how they are "
    "connected. Two networks of one architecture differ by their weights.",
    "attribution": "The share that each place of a picture has in a network's answer, drawn as a "
    "map. There are many ways to compute it, and they do not always agree.",
    "batch": "The pictures that are looked at together before the weights change once.",
    "batch normalisation": "A layer that shifts and scales each channel so that over a batch its "
    "mean is 0 and its spread 1, then lets the network choose another mean and spread. It keeps "
    "values from growing or shrinking from layer to layer; gradients still can.",
    "block": "A few layers that belong together and are repeated. In a residual network each block "
    "has one shortcut around it.",
    "bottleneck": "A block of three convolutions, 1×1, 3×3 and 1×1: the first makes the channels "
    "fewer, so that the expensive 3×3 in the middle is cheap, the last makes them many again.",
    "cardinality": "The number of paths in a block that do the same kind of work beside each "
    "other. ResNeXt-50 has 32 in each block.",
    "chain rule": "How much the end of a chain changes with its beginning is the product of how "
    "much each link changes with the one before it.",
    "channel": "One of the maps that a layer puts out. A colour picture has three channels, red, "
    "green and blue; deep inside a network there are hundreds.",
    "checkpoint": "A file with a network's weights, so that training can go on or the network be "
    "used elsewhere.",
    "class": "One of the answers that a classifier can give, such as *cat*.",
    "class activation map": "A map of where a layer's features speak for a class. Methods differ "
    "in how they weigh the channels; Grad-CAM is one of them.",
    "convolution": "A layer that moves a small window of weights, the kernel, over a picture, and "
    "at each place puts out the weighted sum of what lies under it.",
    "cross-entropy": "The loss of a classifier: minus the logarithm of the probability that it "
    "gave to the right class. 0 is certain and right; 2.3 is guessing among ten classes.",
    "degradation": "That a deeper plain network does worse than a shallower one already on the "
    "data it was trained on. It is not overfitting, and not vanishing gradients.",
    "depth": "The number of layers with weights on the longest way through a network.",
    "dilation": "The distance between the pixels that a kernel reads. With 1 they are neighbours; "
    "with 2 it reads every second one and covers more with as many weights.",
    "dropout": "While a network is trained, to set values chosen at random to zero, others at each "
    "step, so that it learns to rely on no single one. Afterwards all are used.",
    "epoch": "Once through all training pictures.",
    "feature map": "The output of one channel of a layer: how strongly what the channel looks for "
    "is there, at each place of the picture.",
    "Grad-CAM": "A picture of where a class found support: the feature maps of a late layer, "
    "added up with weights that say how much each raises the score of the class.",
    "gradient": "For each weight, how the loss changes when the weight grows a little. Training "
    "moves each weight a small step against its gradient.",
    "gradient norm": "The length of the gradient of all weights of a layer taken together. Near "
    "zero the layer learns nothing; very large, one step destroys what it has learned.",
    "gradient × activation": "The gradient of a class's score at each value of a feature map times "
    "that value, summed over the map: to a first approximation what the score would lose without "
    "the channel.",
    "grouped convolution": "A convolution whose channels are divided into groups, each of which "
    "reads its own alone. With 32 groups it has a 32nd of the weights.",
    "identity": "A layer or block that gives out what it is given.",
    "intersection over union": "How well two areas agree: the pixels that are in both, as a share "
    "of those that are in one or the other. 1 is the same area, 0 is none in common. IoU for "
    "short.",
    "JPEG copy": "The pictures of a data set, compressed once more as JPEG, which loses detail: an "
    "error on them is not quite one on the originals.",
    "kernel": "The weights of a convolution's window, for instance 3×3 for each channel.",
    "learning rate": "How large the steps of training are.",
    "linear layer": "A layer in which each output is a weighted sum of all inputs, with a weight "
    "for each pair. The last layer of a classifier is one: it gives each class its logit.",
    "logit": "What the last layer gives for a class, any number; the larger, the likelier. Softmax "
    "turns the logits of all classes into probabilities.",
    "loss": "One number that says how wrong a network is; training makes it small.",
    "max-pooling": "A layer that moves a window over each channel and puts out the largest value "
    "under it. It has no weights.",
    "multiply-adds": "Multiplications followed by an addition, the unit in which the work of a "
    "network for one picture is counted. A GMAC is a billion of them.",
    "option A, B, C": "What a shortcut does where the shapes of x and F(x) differ: A pads with "
    "zeros, B has a 1×1 convolution there, C has one everywhere.",
    "overfitting": "Doing well on the training data and badly on others. A network that does badly "
    "on its training data does not overfit.",
    "padding": "Zeros around a picture, so that a kernel can be placed at its border.",
    "parameter": "A number in a network that training changes: weights, biases, and the scales "
    "and shifts of normalisations.",
    "plain network": "A network without shortcuts. Here it has the same layers as the residual "
    "network beside it, and as many parameters where shortcuts have none (option A).",
    "pointing game": "A score of maps: the share of pictures in which the strongest point of the "
    "map lies on the thing that the picture shows.",
    "projection": "A shortcut with a 1×1 convolution on it, which changes the number of channels.",
    "rank correlation": "How well two lists of numbers, such as two maps, agree in their order: 1 "
    "where it is the same, 0 where one says nothing of the other, -1 where it is reversed.",
    "receptive field": "The part of the picture that one value of a feature map depends on.",
    "recipe": "How a network is trained: for how long, with which learning rate, with which "
    "changes to the pictures.",
    "residual branch": "The layers of a block that the shortcut goes around; what they put out is "
    "called F(x), the residual.",
    "residual network": "A network whose blocks put out F(x) + x, so that its layers only have to "
    "learn what to change.",
    "response": "How strongly a layer answers: the standard deviation of what it puts out, after "
    "its normalisation. A block's response is that of its residual branch, before x is added: how "
    "much the block changes what comes in.",
    "seed": "The number that random choices start from. Runs with other seeds show how much is "
    "chance.",
    "Shapley value": "What each part adds to a result, on average over all orders in which they "
    "could come in. Here the parts are pieces of a picture, the superpixels.",
    "shortcut": "The way around a block's layers on which x goes unchanged and is added to what "
    "they put out. Also called skip connection.",
    "snapshot": "A network as it was on the way, kept before training and after epochs 1, 2, 4, 8 "
    "and so on. Shown one after the other they are the network learning.",
    "spurious cue": "Something in the training pictures that goes with a class without belonging "
    "to it, such as a mark in a corner. A network may learn it in place of the class, and is then "
    "right for the wrong reason, as long as the cue is there.",
    "stage": "The blocks that work on maps of one size. Between stages the maps become half as "
    "high and wide, and the channels twice as many.",
    "stem": "The first layers, before the blocks.",
    "step": "One change of all weights, after one batch.",
    "stride": "By how many pixels a kernel moves on. With stride 2 the map becomes half as high "
    "and half as wide.",
    "superpixel": "A piece of a picture whose pixels are near each other and alike in colour.",
    "tensor": "Numbers in a box with several sides. What goes through a network here has three: "
    "height × width × channels.",
    "test split": "Pictures that are kept apart from training, to see what a network does with "
    "pictures it has never seen. The others are the *training split*.",
    "transfer learning": "To begin with a network that was trained on other data, instead of "
    "random weights.",
    "vanishing gradients": "That gradients become smaller from layer to layer on the way back to "
    "the first one, until it no longer learns. Chains of sigmoids have them; what others do is a "
    "matter of activation, weights and normalisation.",
    "weight decay": "Pulling every weight a little towards zero at each step.",
}


def linked(term: str, shown: str = "") -> str:
    """A term in a text of Markdown, with the way to its explanation."""
    assert term in TERMS
    return f"[{shown or term}](glossary?{urlencode({'word': term})})"


def matching(wanted: str) -> dict[str, str]:
    """The terms that hold a text in their name or, after those, in their explanation."""
    wanted = wanted.casefold()
    named = {term: text for term, text in TERMS.items() if wanted in term.casefold()}
    told = {
        term: text for term, text in TERMS.items() if wanted in text.replace("*", "").casefold()
    }
    return named | told
