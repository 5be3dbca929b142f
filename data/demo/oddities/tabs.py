import math


def area(width, height):
	if width < 0:
		return 0
        return math.fabs(width * height)
