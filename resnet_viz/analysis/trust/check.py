"""What a check of attribution maps is: a row of facts that pages and commands say; no torch."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Check:
    """A way to find out whether a map deserves belief.

    Attributes:
        name: as calls and commands write it.
        sentence: what is done to the map, or to the network, and what is measured.
        better: what speaks for a map: ``higher`` or ``lower`` values.
        paper: where it was published.
        bias: what it rewards without reason.
    """

    name: str
    title: str
    sentence: str
    better: str
    paper: str
    bias: str
