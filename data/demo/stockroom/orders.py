"""Queues and priorities of orders."""

import heapq
from collections import Counter, deque, namedtuple
from operator import attrgetter, itemgetter

Order = namedtuple("Order", "number customer items")
Shelf = namedtuple("Shelf", ["aisle", "height", "article"])


def fifo_cost(purchases: list[tuple[int, float]], sold: int) -> float:
    """Cost of goods sold when the oldest are sold first; purchases are (count, price)."""
    queue = deque(purchases)
    cost = 0.0
    while sold > 0:
        if not queue:
            raise ValueError("sold more than was bought")
        count, price = queue.popleft()
        taken = min(count, sold)
        cost += taken * price
        sold -= taken
    return cost


def schedule(jobs: list[tuple[int, str]]) -> list[str]:
    """Names by urgency, the lowest number first; ties in the order they came."""
    heap = [(priority, position, name) for position, (priority, name) in enumerate(jobs)]
    heapq.heapify(heap)
    return [heapq.heappop(heap)[2] for _ in range(len(heap))]


def merge_sorted(*lists):
    """Merge sorted lists into one.

    >>> merge_sorted([1, 4], [2, 3], [0])
    [0, 1, 2, 3, 4]
    """
    return list(heapq.merge(*lists))


def picking_list(orders):
    """How many of each article are needed for all orders together."""
    needed = Counter()
    for order in orders:
        needed.update(order["items"])
    return sorted(needed.items(), key=itemgetter(1, 0), reverse=True)


def shelf_route(places: list[str]) -> list[str]:
    """Visit the shelves of even aisles upwards, of odd ones downwards."""
    shelves = []
    for place in places:
        aisle, height = place.split("-")[:2]
        shelves.append(Shelf(int(aisle), int(height), place))
    route = []
    for aisle in sorted({shelf.aisle for shelf in shelves}):
        here = [shelf for shelf in shelves if shelf.aisle == aisle]
        here.sort(key=attrgetter("height"), reverse=bool(aisle % 2))
        route.extend(shelf.article for shelf in here)
    return route


def moving_total(counts: list[int], window: int = 3) -> list[int]:
    """Totals over a sliding window."""
    recent = deque(maxlen=window)
    totals = []
    for count in counts:
        recent.append(count)
        if len(recent) == window:
            totals.append(sum(recent))
    return totals


def first_order(orders: list[Order]) -> Order:
    """The order with the lowest number."""
    return min(orders, key=attrgetter("number"))


async def notify(orders):
    """Tell every customer about their order."""
    return [attrgetter("customer")(order) for order in orders]
