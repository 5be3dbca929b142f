import struct
import zlib
from array import array
from hashlib import md5, sha1

HEADER = struct.Struct(">4sHI")
MAGIC = b"DEMO"


def pack_header(version: int, size: int) -> bytes:
    """Ten bytes: magic, version, size.

    >>> pack_header(1, 258)
    b'DEMO\\x00\\x01\\x00\\x00\\x01\\x02'
    """
    return HEADER.pack(MAGIC, version, size)


def unpack_header(data: bytes) -> tuple[int, int]:
    """Version and size of a header."""
    if len(data) < HEADER.size:
        raise ValueError("header is cut off")
    magic, version, size = HEADER.unpack_from(data)
    if magic != MAGIC:
        raise ValueError("not one of our files")
    return version, size


def float_bits(value: float) -> str:
    """Bits of a single-precision number: sign, exponent, fraction."""
    bits = f"{struct.unpack('>I', struct.pack('>f', value))[0]:032b}"
    return f"{bits[0]} {bits[1:9]} {bits[9:]}"


def checksum(data: bytes) -> int:
    """CRC-32 of some bytes.

    >>> checksum(b"123456789")
    3421780262
    """
    return zlib.crc32(data) & 0xFFFFFFFF


def fingerprint(text: str) -> str:
    """Two digests in one line."""
    raw = text.encode("utf-8")
    return md5(raw).hexdigest()[:8] + "-" + sha1(raw).hexdigest()[:8]


def delta_encode(values: list[int]) -> list[int]:
    """First value and differences, as 32-bit numbers."""
    deltas = array("i", values[:1])
    deltas.extend(b - a for a, b in zip(values, values[1:]))
    return deltas.tolist()


def ip_to_int(address: str) -> int:
    """Number of an IPv4 address.

    The doctest shows the intended byte order; the code reads it the other way round.

    >>> ip_to_int("1.2.3.4")
    16909060
    """
    return struct.unpack("<I", bytes(int(part) for part in address.split(".")))[0]


def bit_reverse(value: int, width: int = 8) -> int:
    return int(format(value & ((1 << width) - 1), f"0{width}b")[::-1], 2)
