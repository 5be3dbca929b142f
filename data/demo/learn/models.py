"""Small models from scikit-learn, with fixed seeds."""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier


def fit_coefficients(x: list[float], y: list[float]) -> tuple[float, float]:
    """Slope and intercept of a linear regression, rounded."""
    model = LinearRegression().fit(np.reshape(x, (-1, 1)), y)
    return round(float(model.coef_[0]), 6) + 0.0, round(float(model.intercept_), 6) + 0.0


def scale_to_unit(values: list[float]) -> list[float]:
    """Values moved and scaled into 0 to 1.

    >>> scale_to_unit([10, 20, 30])
    [0.0, 0.5, 1.0]
    """
    column = np.asarray(values, dtype=float).reshape(-1, 1)
    return MinMaxScaler().fit_transform(column).ravel().tolist()


def word_matrix(texts: list[str]) -> dict[str, list[int]]:
    """Counts of every word in every text."""
    vectorizer = CountVectorizer()
    counts = vectorizer.fit_transform(texts).toarray()
    return {str(word): counts[:, i].tolist() for i, word in enumerate(vectorizer.get_feature_names_out())}


def cluster_sizes(points: np.ndarray, clusters: int = 2) -> list[int]:
    """Sizes of the clusters, smallest first."""
    points = np.asarray(points, dtype=float)
    labels = KMeans(n_clusters=clusters, n_init=4, random_state=0).fit_predict(points)
    return sorted(np.bincount(labels, minlength=clusters).tolist())


def nearest_labels(known: dict[float, str], values: list[float]) -> list[str]:
    """The label of the nearest known value for each value."""
    places = np.array(sorted(known), dtype=float)
    model = KNeighborsClassifier(n_neighbors=1).fit(places.reshape(-1, 1), [known[p] for p in sorted(known)])
    return [str(label) for label in model.predict(np.reshape(values, (-1, 1)))]


def explained_share(matrix: np.ndarray) -> float:
    """Share of the variance along the first principal component."""
    scaled = StandardScaler().fit_transform(np.asarray(matrix, dtype=float))
    ratio = PCA(n_components=1).fit(scaled).explained_variance_ratio_
    return round(float(ratio[0]), 6)


def holdout_split(items: list, share: float = 0.25) -> tuple[list, list]:
    """Training and test part of some items, always the same ones."""
    train, test = train_test_split(list(items), test_size=share, random_state=3)
    return train, test


def tree_predictions(rows, labels, queries):
    model = make_pipeline(StandardScaler(), DecisionTreeClassifier(random_state=0))
    return model.fit(rows, labels).predict(queries).tolist()


def unfitted(neighbors: int = 3) -> KNeighborsClassifier:
    """A model to be fitted elsewhere."""
    return KNeighborsClassifier(n_neighbors=neighbors)
