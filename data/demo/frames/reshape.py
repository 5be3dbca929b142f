import pandas as pd


def wide_to_long(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """One row per key and column."""
    return frame.melt(id_vars=[key], var_name="name", value_name="value")


def cross_counts(left: list[str], right: list[str]) -> dict[str, dict[str, int]]:
    """How often each pair of labels meets.

    >>> cross_counts(["a", "a", "b"], ["x", "y", "x"])
    {'x': {'a': 1, 'b': 1}, 'y': {'a': 1, 'b': 0}}
    """
    table = pd.crosstab(pd.Series(left, name="left"), pd.Series(right, name="right"))
    return {str(c): {str(i): int(n) for i, n in table[c].items()} for c in table}


def group_share(values: list[float], groups: list[str]) -> list[float]:
    """Share of each value in the sum of its group."""
    frame = pd.DataFrame({"value": values, "group": groups})
    totals = frame.groupby("group")["value"].transform("sum")
    return (frame["value"] / totals).round(6).tolist()


def explode_tags(rows: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Pairs of name and tag, one per tag."""
    series = pd.Series(rows, dtype=object).explode().dropna()
    return [(str(name), str(tag)) for name, tag in series.items()]


def left_join(orders: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Add the customers' columns to their orders, by the column `customer`."""
    return orders.merge(customers, on="customer", how="left", validate="many_to_one")


def rank_within(scores: dict[str, int]) -> dict[str, int]:
    """Dense ranks, the highest score first."""
    ranks = pd.Series(scores, dtype="int64").rank(method="dense", ascending=False)
    return {str(name): int(rank) for name, rank in ranks.items()}
