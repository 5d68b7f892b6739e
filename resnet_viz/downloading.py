"""A file brought from the network, or in words why it did not come."""

import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

DAMAGED = "what came is damaged"
SECONDS = 10  # without a byte from the network


class DownloadFailedError(Exception):
    """Nothing, or not what was published, came from the network; the text says why."""


def download(urls: Sequence[str], name: str, folder: Path, checksum: str | None = None) -> Path:
    """A file, complete and in a folder, from the first address that has it.

    Args:
        checksum: what it must have, such as ``md5:…``; None where the caller checks it.

    Raises:
        DownloadFailedError: if no address has it.
        OSError: if it cannot be written.
    """
    import pooch
    from requests import RequestException

    pooch.get_logger().setLevel("WARNING")  # what is downloaded is said by whoever asked for it
    # A line a second is for a person who looks on; a worker's log would be full of it.
    ask = pooch.HTTPDownloader(progressbar=sys.stderr.isatty(), chunk_size=1 << 16, timeout=SECONDS)
    for left, url in zip(reversed(range(len(urls))), urls, strict=True):
        try:
            return Path(pooch.retrieve(url, checksum, name, folder, downloader=ask))
        except (RequestException, ValueError) as error:  # ValueError: of another checksum
            if not left:
                raise DownloadFailedError(_reason(error, urlsplit(url).hostname)) from error
    raise AssertionError("every file has an address")


def _reason(error: Exception, host: str | None) -> str:
    """Why a download failed, in words for the person: requests says it in its own terms."""
    from requests import exceptions

    if isinstance(error, exceptions.HTTPError) and error.response is not None:
        return f"{host} answers {error.response.status_code} {error.response.reason}"
    if isinstance(error, exceptions.Timeout):
        return f"{host} sent nothing for {SECONDS:g} seconds"
    if isinstance(error, exceptions.ChunkedEncodingError):
        return f"the connection to {host} broke off"
    if isinstance(error, exceptions.RequestException):
        return f"no connection to {host}"
    return DAMAGED
