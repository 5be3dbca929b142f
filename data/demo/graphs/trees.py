"""Orders, trees and unions."""

from collections import defaultdict
from graphlib import CycleError, TopologicalSorter
from functools import lru_cache


class UnionFind:
    """Disjoint sets with path halving."""

    def __init__(self):
        self.parent = {}

    def find(self, x):
        self.parent.setdefault(x, x)
        while self.parent[x] != x:
            self.parent[x] = self.parent[self.parent[x]]
            x = self.parent[x]
        return x

    def union(self, a, b):
        root_a, root_b = self.find(a), self.find(b)
        if root_a == root_b:
            return False
        self.parent[root_b] = root_a
        return True


def spanning_tree(edges: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """Edges of a minimum spanning tree; an edge is (weight, node, node)."""
    sets = UnionFind()
    return [edge for edge in sorted(edges) if sets.union(edge[1], edge[2])]


def build_order(requirements: dict[str, list[str]]) -> list[str]:
    """Targets so that every one comes after what it needs; alphabetical where free."""
    sorter = TopologicalSorter(requirements)
    sorter.prepare()
    order = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order.extend(ready)
        sorter.done(*ready)
    return order


def has_cycle(requirements: dict[str, list[str]]) -> bool:
    """Whether something needs itself in the end.

    >>> has_cycle({"a": ["b"], "b": ["a"]})
    True
    >>> has_cycle({"a": ["b"], "b": []})
    False
    """
    try:
        TopologicalSorter(requirements).prepare()
    except CycleError:
        return True
    return False


def tree_depth(parents: dict[str, str]) -> int:
    """Longest chain of a forest that is given by the parent of every node."""
    @lru_cache(maxsize=None)
    def depth(node):
        return 1 + depth(parents[node]) if node in parents else 1

    return max((depth(node) for node in parents), default=0)


def invert_edges(graph: dict[str, list[str]]) -> dict[str, list[str]]:
    """The same graph with every edge turned round."""
    inverted = defaultdict(list)
    for node, targets in graph.items():
        for target in targets:
            inverted[target].append(node)
    return {node: sorted(sources) for node, sources in sorted(inverted.items())}


def walk(tree, path=()):
    """Yield every leaf of a nested dict with its path."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from walk(value, path + (key,))
        else:
            yield path + (key,), value


def ways(steps, sizes=(1, 2)):
    """In how many ways a stair can be climbed; leans on a name that nothing defines."""
    table = [1] + [0] * steps
    for step in range(1, steps + 1):
        table[step] = sum(table[step - size] for size in sizes if size <= step)
    return lookup_cached(table, steps)
