import numpy as np
from sklearn.cross_validation import train_test_split
from sklearn.datasets import load_boston
from sklearn.preprocessing import OneHotEncoder


def split_rows(rows, share=0.5):
    """Two parts of some rows, the same every time."""
    train, test = train_test_split(list(rows), test_size=share, random_state=0)
    return len(train), len(test)


def encode(labels):
    """One column per label."""
    encoder = OneHotEncoder(sparse=False)
    return encoder.fit_transform(np.asarray(labels).reshape(-1, 1)).astype(int).tolist()


def house_prices(limit):
    """The most expensive houses of a data set that is no longer shipped."""
    return sorted(load_boston().target, reverse=True)[:limit]
