import json


def load(text):
    return json.loads(text


def dump(value):
    return json.dumps(value)
