"""Bytes as text and back."""

import base64
import binascii
import codecs
import json
import zlib


def encode_id(number: int) -> str:
    """A number as short text that is safe in addresses."""
    if number < 0:
        raise ValueError("number must not be negative")
    raw = number.to_bytes(max(1, (number.bit_length() + 7) // 8), "big")
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def decode_id(text: str) -> int:
    """The reverse of encode_id.

    >>> decode_id("AQI")
    258
    """
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return int.from_bytes(raw, "big")


def hex_dump(data: bytes, width: int = 8) -> list[str]:
    """Lines of offset, hexadecimal bytes and printable characters."""
    lines = []
    for start in range(0, len(data), width):
        chunk = data[start:start + width]
        digits = binascii.hexlify(chunk, " ").decode("ascii")
        shown = "".join(chr(b) if 32 <= b < 127 else "." for b in chunk)
        lines.append(f"{start:04x}  {digits:<{width * 3 - 1}}  {shown}")
    return lines


def rot13(text: str) -> str:
    """The old newsgroup cipher.

    >>> rot13("Hello")
    'Uryyb'
    """
    return codecs.encode(text, "rot13")


def pack_json(value: dict) -> str:
    """A value as compressed, printable text."""
    raw = json.dumps(value, sort_keys=True, separators=(",", ":")).encode("utf-8")
    return base64.b85encode(zlib.compress(raw, 9)).decode("ascii")


def unpack_json(text: str) -> dict:
    """The reverse of pack_json."""
    return json.loads(zlib.decompress(base64.b85decode(text)))


def round_trip(value: dict) -> bool:
    """Whether a value survives packing."""
    return unpack_json(pack_json(value)) == value


def xor_bytes(data: bytes, key: bytes = b"k") -> str:
    """Data combined with a repeated key, in hexadecimal."""
    mixed = bytes(b ^ key[i % len(key)] for i, b in enumerate(data))
    return binascii.hexlify(mixed).decode("ascii")
