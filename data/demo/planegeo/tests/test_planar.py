from math import pi

import pytest

from planegeo.planar import circle_area


@pytest.mark.parametrize("radius", [0, 1, 2.5])
def test_circle_area(radius):
    assert circle_area(radius) == pytest.approx(pi * radius * radius)


def sample_points(count):
    return [(i * pi, -i) for i in range(count)]
