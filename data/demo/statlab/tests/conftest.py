import random

import pytest


@pytest.fixture
def rng():
    return random.Random(4)


def draw(rng, count):
    return [rng.random() for _ in range(count)]
