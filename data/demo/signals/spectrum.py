import cmath
import math

import numpy as np

NOTE_NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
CONCERT_PITCH = 440.0


def dominant_frequency(samples: np.ndarray, rate: float = 100.0) -> float:
    """Frequency of the strongest component, the constant one left out."""
    samples = np.asarray(samples, dtype=float)
    spectrum = np.abs(np.fft.rfft(samples - samples.mean()))
    return float(np.fft.rfftfreq(len(samples), 1 / rate)[spectrum.argmax()])


def slow_dft(samples: list[float]) -> list[float]:
    """Magnitudes of the discrete Fourier transform, straight from its definition."""
    n = len(samples)
    return [
        round(abs(sum(x * cmath.exp(-2j * cmath.pi * k * i / n) for i, x in enumerate(samples))), 6)
        for k in range(n)
    ]


def sine_wave(frequency: float, rate: int = 8, seconds: float = 1.0) -> np.ndarray:
    """Samples of a sine."""
    t = np.arange(int(rate * seconds)) / rate
    return np.round(np.sin(2 * np.pi * frequency * t), 9) + 0.0


def note_name(frequency: float) -> str:
    """Name and octave of the nearest note.

    >>> note_name(440.0)
    'A4'
    >>> note_name(261.6)
    'C4'
    """
    if frequency <= 0:
        raise ValueError("frequency must be positive")
    number = round(12 * math.log2(frequency / CONCERT_PITCH)) + 69
    return f"{NOTE_NAMES[number % 12]}{number // 12 - 1}"


def decibels(ratio: float, floor: float = -120.0) -> float:
    return floor if ratio <= 0 else max(floor, 20 * math.log10(ratio))


def band_energy(power, bands):
    """Energy inside every (low, high) band of a power spectrum."""
    total = np.concatenate([[0.0], np.cumsum(power)])
    return [float(total[high] - total[low]) for low, high in bands]
