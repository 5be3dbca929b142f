"""Talks to hardware and to the network."""

import sys
import time

import requests

import pyaudio


def download(url, timeout=10):
    """Fetch a recording."""
    response = requests.get(url, timeout=timeout)
    response.raise_for_status()
    return response.content


def record(seconds, rate=44100):
    audio = pyaudio.PyAudio()
    stream = audio.open(format=pyaudio.paInt16, channels=1, rate=rate, input=True)
    return stream.read(int(seconds * rate))


def elapsed(since):
    """Seconds since a moment."""
    return time.time() - since


def channel_from_arguments():
    """The channel that was asked for on the command line."""
    return int(sys.argv[1]) if len(sys.argv) > 1 else 0
