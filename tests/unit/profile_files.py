"""Colour profiles written by hand, and what their colours are on a screen by the formulas."""

import struct

import numpy as np

# Red, green and blue as XYZ under D50, in columns.
ADOBE = ((0.60974, 0.20528, 0.14919), (0.31111, 0.62567, 0.06322), (0.01947, 0.06087, 0.74457))
P3 = ((0.5151, 0.29197, 0.15715), (0.24118, 0.69224, 0.06658), (-0.00105, 0.04188, 0.78438))
SRGB = ((0.43607, 0.38506, 0.14308), (0.2225, 0.71688, 0.06062), (0.01393, 0.0971, 0.71417))
D50 = (0.9642, 1.0, 0.82491)
ADOBE_GAMMA = 563 / 256


def profile(space: str, connection: str, **tags: bytes) -> bytes:
    """An ICC profile of version 2 of these tags."""
    directory, body = b"", b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        directory += name.encode() + struct.pack(">II", start + len(body), len(content))
        body += content.ljust(-(-len(content) // 4) * 4, b"\0")
    head = struct.pack(">I4xI", start + len(body), 0x02100000) + b"mntr"
    head += space.encode().ljust(4) + connection.encode().ljust(4) + bytes(12) + b"acsp"
    head = head.ljust(68, b"\0") + _fixed(D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + directory + body


def matrix_profile(primaries: tuple[tuple[float, ...], ...], gamma: float) -> bytes:
    """Of a screen with these primaries."""
    columns = np.array(primaries).T
    curve = _gamma(gamma)
    return profile(
        "RGB",
        "XYZ",
        wtpt=_xyz(D50),
        rXYZ=_xyz(columns[0]),
        gXYZ=_xyz(columns[1]),
        bXYZ=_xyz(columns[2]),
        rTRC=curve,
        gTRC=curve,
        bTRC=curve,
    )


def grey_profile(gamma: float) -> bytes:
    """Of greys."""
    return profile("GRAY", "XYZ", wtpt=_xyz(D50), kTRC=_gamma(gamma))


def ink_profile(cyan: tuple[int, int, int]) -> bytes:
    """Of four inks on white paper: cyan has a colour in L*a*b*, the others are black."""
    straight = bytes(range(256))
    nodes = b""
    for place in range(16):  # cyan, magenta, yellow and black, the last changing fastest
        lightness, a, b = {0: (100, 0, 0), 8: cyan}.get(place, (0, 0, 0))
        nodes += bytes((round(lightness * 2.55), a + 128, b + 128))
    table = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + _fixed((1, 0, 0, 0, 1, 0, 0, 0, 1))
    return profile("CMYK", "Lab", wtpt=_xyz(D50), A2B0=table + straight * 4 + nodes + straight * 3)


def on_screen(
    colours: np.ndarray, primaries: tuple[tuple[float, ...], ...], gamma: float
) -> np.ndarray:
    """What colours of 8 bits of such a screen, shape (…, 3), are in sRGB."""
    light = (colours / 255) ** gamma @ np.array(primaries).T
    return _srgb(light @ np.linalg.inv(np.array(SRGB)).T)


def lab_on_screen(lightness: float, a: float, b: float) -> np.ndarray:
    """What a colour of L*a*b* under D50 is in sRGB, in 8 bits."""
    y = (lightness + 16) / 116
    values = np.array((y + a / 500, y, y - b / 200))
    light = np.where(values > 6 / 29, values**3, 3 * (6 / 29) ** 2 * (values - 4 / 29))
    return _srgb(light * D50 @ np.linalg.inv(np.array(SRGB)).T)


def _srgb(light: np.ndarray) -> np.ndarray:
    light = light.clip(0, 1)
    curved = 1.055 * light ** (1 / 2.4) - 0.055
    return (255 * np.where(light <= 0.0031308, 12.92 * light, curved)).round()


def _fixed(values: object) -> bytes:
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _xyz(values: object) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(values)


def _gamma(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
