"""Shortest paths and searches; graphs are dictionaries of neighbours."""

import heapq
import math
from collections import defaultdict, deque


def shortest_distance(graph: dict[str, dict[str, int]], start: str, goal: str) -> float:
    """Length of the shortest path, infinite if there is none.

    >>> shortest_distance({"a": {"b": 4, "c": 1}, "c": {"b": 2}}, "a", "b")
    3
    >>> shortest_distance({"a": {}}, "a", "z")
    inf
    """
    best = {start: 0}
    heap = [(0, start)]
    while heap:
        length, node = heapq.heappop(heap)
        if node == goal:
            return length
        for neighbour, weight in graph.get(node, {}).items():
            candidate = length + weight
            if candidate < best.get(neighbour, math.inf):
                best[neighbour] = candidate
                heapq.heappush(heap, (candidate, neighbour))
    return math.inf


def bfs_order(graph: dict[str, list[str]], start: str) -> list[str]:
    """Nodes in the order of a breadth-first search."""
    seen, queue, order = {start}, deque([start]), []
    while queue:
        node = queue.popleft()
        order.append(node)
        for neighbour in graph.get(node, []):
            if neighbour not in seen:
                seen.add(neighbour)
                queue.append(neighbour)
    return order


def components(edges: list[tuple[int, int]]) -> list[list[int]]:
    """Connected components of an undirected graph, each sorted, the largest first."""
    neighbours = defaultdict(set)
    for a, b in edges:
        neighbours[a].add(b)
        neighbours[b].add(a)
    left, found = set(neighbours), []
    while left:
        stack, part = [min(left)], set()
        while stack:
            node = stack.pop()
            if node not in part:
                part.add(node)
                stack.extend(neighbours[node] - part)
        left -= part
        found.append(sorted(part))
    return sorted(found, key=lambda part: (-len(part), part))


def degree_table(edges):
    """Degree of every node."""
    degrees = defaultdict(int)
    for a, b in edges:
        degrees[a] += 1
        degrees[b] += 1
    return dict(sorted(degrees.items()))


def grid_path_length(rows: list[str]) -> int:
    """Steps from S to E through a maze of `.` and `#`; -1 if there is no way.

    >>> grid_path_length(["S.#", "..E"])
    3
    """
    places = {(r, c): cell for r, row in enumerate(rows) for c, cell in enumerate(row)}
    start = next((place for place, cell in places.items() if cell == "S"), None)
    queue, seen = deque([(start, 0)]), {start}
    while queue:
        place, steps = queue.popleft()
        if places.get(place) == "E":
            return steps
        for dr, dc in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            after = place[0] + dr, place[1] + dc
            if places.get(after, "#") != "#" and after not in seen:
                seen.add(after)
                queue.append((after, steps + 1))
    return -1
