"""The kinds of picture files that are read, in one table, and what a file is that is none."""

from dataclasses import dataclass

from resnet_viz.wording import listed

ADVICE = "choose a JPEG, PNG, WebP, GIF, BMP or TIFF image"

MEGA = 10**6
HEAD = 64  # bytes that hold every signature and the brands of a video's relatives


@dataclass(frozen=True)
class Format:
    """A kind of picture file.

    Attributes:
        reader: Pillow's name of the one decoder that is handed the bytes.
        signatures: (offset, bytes found there).
        brands: what such a file calls itself if it is built like an MP4 video.
        most: pixels of the largest picture that is read, as its decoder keeps copies or is slow:
            all stay below 400 MB.
        varied: whether intact files are about that Pillow cannot read.
    """

    name: str
    reader: str
    suffixes: tuple[str, ...]
    signatures: tuple[tuple[int, bytes], ...] = ()
    brands: frozenset[bytes] = frozenset()
    most: int = 40 * MEGA
    varied: bool = True

    def fits(self, raw: bytes) -> bool:
        """Whether a file starts as one of this kind does."""
        for offset, signature in self.signatures:
            if raw.startswith(signature, offset):
                return True
        return bool(self.brands) and bool(self.brands & _brands(raw))


# Read where pillow-heif is installed, an extra.
HEIC = Format(
    "HEIC",
    "HEIF",
    (".heic", ".heif"),
    brands=frozenset((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")),
    most=25 * MEGA,
)
FORMATS = (
    Format(
        "JPEG",
        "JPEG",
        (".jpg", ".jpeg", ".jfif"),
        ((0, b"\xff\xd8"),),
        most=64 * MEGA,
        varied=False,
    ),
    Format("PNG", "PNG", (".png",), ((0, b"\x89PNG"),), varied=False),
    Format("WebP", "WEBP", (".webp",), ((8, b"WEBP"),), most=20 * MEGA, varied=False),
    Format("GIF", "GIF", (".gif",), ((0, b"GIF8"),), varied=False),
    Format("BMP", "BMP", (".bmp",), ((0, b"BM"),)),
    Format("TIFF", "TIFF", (".tif", ".tiff"), ((0, b"II*\0"), (0, b"MM\0*"))),
    # Before HEIC: an AVIF file may bear the brand of the family, mif1, first.
    Format("AVIF", "AVIF", (".avif",), brands=frozenset((b"avif", b"avis")), most=25 * MEGA),
    HEIC,
    Format(
        "JPEG 2000",
        "JPEG2000",
        (".jp2", ".j2k", ".jpx"),
        ((4, b"jP  "), (0, b"\xff\x4f\xff\x51")),
        most=16 * MEGA,
    ),
    Format("ICO", "ICO", (".ico",), ((0, b"\0\0\1\0"),)),
    Format(
        "PPM",
        "PPM",
        (".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
        tuple((0, b"P%c%c" % (kind, space)) for kind in b"1234567fF" for space in b"\n\r\t "),
    ),
)
# It has no signature: it is tried last, and what it cannot read is no damaged picture.
TGA = Format("TGA", "TGA", (".tga",))

# What a file is named that means to be a picture, whether it can be read here or not.
SUFFIXES = tuple(suffix for row in (*FORMATS, TGA) for suffix in row.suffixes)
NAMES = listed([row.name for row in (*FORMATS, TGA)]).replace(" and ", " or ")
LARGEST = max(row.most for row in FORMATS)

REFUSED = (
    (0, b"%PDF", "a PDF document"),
    (0, b"%!PS", "a PostScript document"),
    (4, b"ftyp", "a video"),
    (0, b"8BPS", "a Photoshop document"),
    (0, b"PK\3\4", "a ZIP archive"),
    (0, b"\x1f\x8b", "a compressed archive"),
    (0, b"BZh", "a compressed archive"),
    (0, b"\xfd7zXZ", "a compressed archive"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ", "a program"),
)
CONTROL_BYTES = frozenset(range(32)) - frozenset(b"\t\n\f\r")


def format_of(raw: bytes) -> Format | None:
    """The kind of picture file that bytes start as; TGA where they may be anything."""
    for row in FORMATS:
        if row.fits(raw):
            return row
    return TGA if _foreign(raw) == "" else None


def is_meant_as_picture(name: str, head: bytes) -> bool:
    """Whether a file means to be a picture, by its name or its first ``HEAD`` bytes."""
    return name.lower().endswith(SUFFIXES) or any(row.fits(head) for row in FORMATS)


def what_it_is(raw: bytes) -> str:
    """A sentence that says what a file is that is no picture of the table."""
    name = _foreign(raw)
    return f"The file is {f'{name}, ' if name else ''}not an image that can be read here; {ADVICE}."


def _foreign(raw: bytes) -> str:
    """What a file is that is no picture; empty where nothing tells."""
    for offset, signature, name in REFUSED:
        if raw.startswith(signature, offset):
            return name
    start = raw[:4096].lower()
    if CONTROL_BYTES.intersection(start):
        return ""
    return "an SVG drawing" if b"<svg" in start else "text"


def _brands(raw: bytes) -> frozenset[bytes]:
    """The four letters each that a file of an MP4's build says it may be read as."""
    if raw[4:8] != b"ftyp":
        return frozenset()
    end = min(int.from_bytes(raw[:4]), HEAD)
    return frozenset(raw[place : place + 4] for place in (8, *range(16, end, 4)))
