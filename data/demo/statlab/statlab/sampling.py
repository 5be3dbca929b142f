import random
import uuid
from itertools import islice

SEED = 20


def sample_with_seed(items: list, count: int = 2, seed: int = SEED) -> list:
    """A sample that is the same every time."""
    return random.Random(seed).sample(list(items), min(count, len(items)))


def roll(sides=6):
    """One die."""
    return random.randint(1, sides)


def bootstrap_means(values: list[float], rounds: int = 5, seed: int = 1) -> list[float]:
    """Means of resampled data, rounded."""
    rng = random.Random(seed)
    return [
        round(sum(rng.choices(values, k=len(values))) / len(values), 6) for _ in range(rounds)
    ]


def reservoir(stream, size=3, seed=SEED):
    """A uniform sample of a stream of unknown length."""
    rng = random.Random(seed)
    stream = iter(stream)
    kept = list(islice(stream, size))
    for position, item in enumerate(stream, start=size):
        slot = rng.randrange(position + 1)
        if slot < size:
            kept[slot] = item
    return kept


def every_nth(items: list, n: int = 2, start: int = 0) -> list:
    """Systematic sample.

    >>> every_nth(list("abcdef"), 2, 1)
    ['b', 'd', 'f']
    """
    return list(islice(items, start, None, n))


def tag(name):
    """A name that nobody else has."""
    return f"{name}-{uuid.uuid4().hex}"


def shuffled(items):
    items = list(items)
    random.shuffle(items)
    return items
