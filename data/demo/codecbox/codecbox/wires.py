from .binary import checksum
from . import textual
import codecbox.binary as wire


def framed(data: bytes) -> bytes:
    """Data with its checksum in front."""
    return checksum(data).to_bytes(4, "big") + data


def named(number: int) -> str:
    return "id-" + textual.encode_id(number)


def header_for(data: bytes) -> bytes:
    return wire.pack_header(1, len(data))
