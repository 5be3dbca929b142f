"""Reports over stock movements."""

import json

import pandas as pd


def stock_levels(movements: pd.DataFrame) -> pd.Series:
    """Sum of the movements (columns article, quantity) of each article."""
    return movements.groupby("article")["quantity"].sum().sort_index()


def low_stock(levels: dict[str, int], minimum: int = 5) -> list[str]:
    """Articles below a minimum, the scarcest first."""
    series = pd.Series(levels, dtype="int64")
    return series[series < minimum].sort_values(kind="stable").index.tolist()


def turnover_table(sales: list[dict]) -> pd.DataFrame:
    """Turnover by article and month from records with article, month, price and count."""
    frame = pd.DataFrame(sales)
    frame["turnover"] = frame["price"] * frame["count"]
    return frame.pivot_table(
        index="article", columns="month", values="turnover", aggfunc="sum", fill_value=0
    )


def abc_classes(values: dict[str, float]) -> dict[str, str]:
    """Class A up to 80 % of the value, B up to 95 %, C for the rest."""
    series = pd.Series(values, dtype=float).sort_values(ascending=False, kind="stable")
    share = series.cumsum() / series.sum()
    classes = pd.cut(share, [0, 0.8, 0.95, 1.0 + 1e-9], labels=["A", "B", "C"])
    return {str(name): str(label) for name, label in classes.items()}


def to_records(text: str) -> list[dict]:
    """Read lines of JSON and give them back without the empty fields.

    >>> to_records('{"a": 1, "b": null}\\n\\n{"a": 2}')
    [{'a': 1}, {'a': 2}]
    """
    records = []
    for line in text.splitlines():
        if line.strip():
            record = json.loads(line)
            records.append({key: value for key, value in record.items() if value is not None})
    return records


def print_levels(levels):
    """Write the levels to standard output."""
    for name, level in pd.Series(levels).items():
        print(f"{name:<20}{level:>6}")


if __name__ == "__main__":
    print_levels({"bolt": 12, "nut": 3})
