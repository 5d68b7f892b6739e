"""What is said of a map and of the class that a network takes a picture for."""

from collections.abc import Container

from resnet_viz.reporting.markdown import literal

# Names of ImageNet that are right, too, of what a shipped photograph shows.
KINDS = {
    "cat": ("tabby", "tiger cat", "Persian cat", "Siamese cat", "Egyptian cat"),
    "espresso": ("cup", "coffee mug"),
}


def verdict(said: str, true: str, known: Container[str]) -> str:
    """Whether a network is right about a picture whose class is known, in words and with a sign."""
    kinds = (true, *KINDS.get(true, ()))
    if not any(kind in known for kind in kinds):
        return f":material/question_mark: this network has no class called **{literal(true)}**"
    if said in kinds:
        kind = f" ({literal(true)})" if said != true else ""
        return f":material/check: **right**: {literal(said)}{kind}"
    return f":material/close: **wrong**: says {literal(said)}, it is {literal(true)}"
