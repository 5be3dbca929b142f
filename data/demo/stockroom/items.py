"""Things on shelves. Some functions here lean on classes of this module."""

from __future__ import annotations

import copy
import enum
from dataclasses import asdict, dataclass, field, replace


class Unit(enum.Enum):
    PIECE = "piece"
    KILOGRAM = "kg"
    LITRE = "l"


@dataclass(order=True)
class Item:
    name: str
    price: float = 0.0
    unit: Unit = Unit.PIECE
    tags: list[str] = field(default_factory=list)


def make_item(name: str, price: float = 1.0) -> dict:
    """Plain data of a new item."""
    item = Item(name.strip().title(), round(price, 2))
    data = asdict(item)
    data["unit"] = item.unit.value
    return data


def discount(name: str, price: float, percent: int = 10) -> float:
    """Price of an item after a discount."""
    item = Item(name, price)
    return replace(item, price=round(item.price * (100 - percent) / 100, 2)).price


def unit_of(text: str) -> str:
    """Name of the unit that a text such as `2.5 kg` is measured in.

    >>> unit_of("2.5 kg")
    'KILOGRAM'
    >>> unit_of("12")
    'PIECE'
    """
    suffix = text.strip().lstrip("0123456789.,").strip()
    return Unit(suffix).name if suffix else Unit.PIECE.name


def with_tags(item: dict, tags: list[str]) -> dict:
    """A copy of an item with more tags; the item itself stays as it is."""
    result = copy.deepcopy(item)
    result.setdefault("tags", []).extend(tag for tag in tags if tag not in result.get("tags", []))
    return result


def merge_stock(target: dict, source: dict) -> dict:
    """Add the counts of one stock to another. The target is changed and returned."""
    for name, count in copy.copy(source).items():
        target[name] = target.get(name, 0) + count
    return target
