"""What a JPEG says of itself before it is decoded: bits a colour, its kind, how many scans."""

import re
from dataclasses import dataclass

START_OF_SCAN, END = 0xDA, 0xD9
MOST_SEGMENTS = 10_000  # more than any camera or program writes
# Frames that libjpeg decodes: baseline, extended and progressive, by Huffman or arithmetic codes.
FRAMES = frozenset((0xC0, 0xC1, 0xC2, 0xC9, 0xCA))
# Those that it does not: lossless and hierarchical ones.
OTHER_FRAMES = frozenset((0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF))
ALONE = frozenset((0x00, 0x01, *range(0xD0, 0xD9)))  # markers with no length behind them
NEXT_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")  # in the coded pixels of a scan


@dataclass(frozen=True)
class Scans:
    """What the segments of a JPEG say.

    Attributes:
        bits: a colour; None where no frame begins.
        lossless: whether the frame is of a lossless or hierarchical kind.
        count: scans, which all go over the whole picture if it is progressive.
        ended: whether the file says where the picture ends.
    """

    bits: int | None
    lossless: bool
    count: int
    ended: bool


def scans_of(raw: bytes) -> Scans:
    """Walk from segment to segment, over the coded pixels, to the picture's end or the file's."""
    bits, lossless, count, place = None, False, 0, 2
    for _ in range(MOST_SEGMENTS):
        if (found := NEXT_MARKER.search(raw, place)) is None:
            break
        marker, place = raw[found.end() - 1], found.end()
        if marker == END:
            return Scans(bits, lossless, count, ended=True)
        if marker in ALONE:
            continue
        if marker in FRAMES | OTHER_FRAMES and bits is None and place + 2 < len(raw):
            bits, lossless = raw[place + 2], marker in OTHER_FRAMES
        count += marker == START_OF_SCAN
        place += int.from_bytes(raw[place : place + 2])
    return Scans(bits, lossless, count, ended=False)
