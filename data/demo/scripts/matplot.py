import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib import colors


def hex_to_rgb(code: str) -> tuple[int, int, int]:
    """Red, green and blue of a colour, 0 to 255.

    >>> hex_to_rgb("#ff8000")
    (255, 128, 0)
    """
    return tuple(int(round(c * 255)) for c in colors.to_rgb(code))


def line_chart(values: list[float]) -> int:
    """Draw a chart; the result is the number of lines on it."""
    figure, axes = plt.subplots()
    axes.plot(values)
    count = len(axes.lines)
    plt.close(figure)
    return count


def nice_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round positions for the ticks of an axis."""
    from matplotlib.ticker import MaxNLocator

    return [round(float(t), 9) + 0.0 for t in MaxNLocator(nbins=count).tick_values(low, high)]
