"""What an opaque value says of itself when it is asked: its parts, its length, attributes,
what it gives when it is called. Each trait is an expression of `result` and what that gives,
which can be compared. Asking runs code of the value's own and must never raise.
"""

import sys

# Longer sources are nothing that anybody wants to read in a test.
TRAIT_CHARACTERS = 400
MOST_TRAITS = 8
MOST_ATTRIBUTES = 5
MOST_PARTS = 8
MOST_INSIDE = 2
# How deep inside containers is looked.
DEEPEST = 2
# What a function that was returned is called with; at most two results are kept.
CALLS = ("", "3", "3, 4", "'abc'", "[3, 1, 2]", "np.array([1.0, 2.0])")
MOST_CALLS = 2

FUNCTIONS = ("function", "method", "partial", "builtin_function_or_method", "method-wrapper")


def of(value, classify, rebuilt):
    """The traits of an opaque value. `classify` makes an observed value of anything, and
    `rebuilt` an expression of what is not quite a literal."""
    traits = []
    try:
        for expression, observed in _Asking(classify, rebuilt).about(value, "result", DEEPEST):
            if observed["source"] is not None and len(observed["source"]) <= TRAIT_CHARACTERS:
                traits.append({"expression": expression, "value": observed})
            if len(traits) == MOST_TRAITS:
                break
    except Exception:
        # What came before it holds.
        return traits
    return traits


class _Asking:
    def __init__(self, classify, rebuilt):
        self._classify = classify
        self._rebuilt = rebuilt

    def about(self, value, name, depth):
        """Pairs of an expression and an observed value."""
        kind = type(value)
        if isinstance(value, (list, tuple)):
            yield from self._tell(f"len({name})", lambda: len(value))
            for number, item in enumerate(value[:MOST_PARTS]):
                yield from self._inside(item, f"{name}[{number}]", depth)
            return
        if isinstance(value, dict):
            yield from self._tell(f"sorted({name})", lambda: sorted(value))
            for key in list(value)[:MOST_PARTS]:
                if type(key) in (str, int):
                    yield from self._inside(value[key], f"{name}[{key!r}]", depth)
            return
        try:
            source = self._rebuilt(value)
        except Exception:
            source = None
        if source is not None:
            type_name = kind.__qualname__
            yield name, {"kind": "literal", "type_name": type_name, "source": source, "repr": source}
            return
        if isinstance(value, type):
            yield from self._tell(f"{name}.__name__", lambda: value.__name__)
            return
        yield from self._tell(f"type({name}).__name__", lambda: kind.__name__)
        if kind.__name__ in FUNCTIONS:
            yield from self._calls(value, name)
            return
        for library in (_numpy, _scipy, _pandas, _standard):
            told = False
            for expression in library(value, kind):
                told = True
                yield from self._evaluate(value, name, expression)
            if told:
                return
        yield from self._object(value, kind, name, depth)

    def _inside(self, item, name, depth):
        observed = self._classify(item)
        if observed["kind"] != "opaque":
            yield name, observed
        elif depth:
            yield from self.about(item, name, depth - 1)

    def _tell(self, expression, ask):
        try:
            observed = self._classify(ask())
        except Exception:
            return
        if observed["kind"] != "opaque":
            yield expression, observed

    def _evaluate(self, value, name, expression):
        names = {"value": value, "np": sys.modules.get("numpy"), "pd": sys.modules.get("pandas")}
        yield from self._tell(
            expression.replace("value", name), lambda: eval(expression, names)
        )

    def _calls(self, value, name):
        found = 0
        for arguments in CALLS:
            if "np." in arguments and "numpy" not in sys.modules:
                continue
            for trait in self._evaluate(value, name, f"value({arguments})"):
                if trait[1]["source"] != "None":
                    found += 1
                    yield trait
            if found == MOST_CALLS:
                return

    def _object(self, value, kind, name, depth):
        try:
            length = len(value) if hasattr(kind, "__len__") else None
        except Exception:
            length = None
        if length is not None:
            yield from self._tell(f"len({name})", lambda: length)
            if hasattr(kind, "__iter__") and length <= MOST_PARTS:
                yield from self._tell(f"list({name})", lambda: list(value))
        told = 0
        for attribute in _attributes(value):
            try:
                found = list(self._inside(getattr(value, attribute), f"{name}.{attribute}", depth))
            except Exception:
                continue
            # What an attribute is comes before what is in it.
            yield from found[:MOST_INSIDE]
            told += bool(found)
            if told == MOST_ATTRIBUTES:
                break
        if "__str__" in _defined(kind) or "__repr__" in _defined(kind):
            text = str(value)
            if " at 0x" not in text and len(text) <= TRAIT_CHARACTERS // 2:
                yield from self._tell(f"str({name})", lambda: text)


def _defined(kind):
    return {name for base in kind.__mro__[:-1] for name in vars(base)}


def _attributes(value):
    """Attributes of the object's own, fitted ones of estimators among them."""
    names = getattr(value, "__dict__", None)
    found = sorted(names) if type(names) is dict else []
    found += [
        name
        for base in type(value).__mro__
        for name in _slots(base)
        if name not in found
    ]
    return [name for name in found if type(name) is str and name[:1] != "_" and name.isidentifier()]


def _slots(base):
    slots = vars(base).get("__slots__", ())
    return [slots] if type(slots) is str else list(slots)


def _numpy(value, kind):
    np = sys.modules.get("numpy")
    if np is None:
        return
    if isinstance(value, np.dtype):
        yield "str(value)"
    elif isinstance(value, np.ma.MaskedArray):
        yield "value.filled(0)"
        yield "np.ma.getmaskarray(value)"
    elif isinstance(value, np.ndarray):
        yield "value.shape"
        yield "str(value.dtype)"
        if value.size <= MOST_PARTS * MOST_PARTS:
            yield "value.tolist()"
        else:
            yield "value.ravel()[:8].tolist()"
            yield "value.ravel()[-8:].tolist()"
    elif isinstance(value, np.random.RandomState):
        yield "value.randint(0, 100, 5).tolist()"
    elif isinstance(value, np.random.Generator):
        yield "value.integers(0, 100, 5).tolist()"


def _scipy(value, kind):
    sparse = sys.modules.get("scipy.sparse")
    if sparse is not None and sparse.issparse(value):
        yield "value.shape"
        yield "value.toarray()"


def _pandas(value, kind):
    pd = sys.modules.get("pandas")
    if pd is None:
        return
    if isinstance(value, pd.DataFrame):
        yield "value.shape"
        yield "list(value.columns)"
        yield "value.head(3).to_dict('list')"
    elif isinstance(value, (pd.Series, pd.Index)):
        yield "len(value)"
        yield "str(value.dtype)"
        yield "list(value[:5])"
    elif isinstance(value, pd.api.extensions.ExtensionDtype):
        yield "str(value)"
    elif isinstance(value, pd.api.extensions.ExtensionArray):
        yield "str(value.dtype)"
        yield "pd.Series(value)"
    elif isinstance(value, pd.core.groupby.GroupBy):
        yield "value.size().to_dict()"


def _standard(value, kind):
    if isinstance(value, BaseException):
        yield "str(value)"
    elif kind.__module__ == "re" and kind.__name__ == "Pattern":
        yield "value.pattern"
        yield "value.flags"
    elif kind.__module__ == "re" and kind.__name__ == "Match":
        yield "value.group()"
        yield "value.span()"
    elif kind.__module__ in ("decimal", "fractions", "uuid", "ipaddress"):
        yield "str(value)"
    elif kind.__module__ == "datetime" and hasattr(kind, "isoformat"):
        yield "value.isoformat()"
    elif kind.__module__ == "datetime" and hasattr(kind, "total_seconds"):
        yield "value.total_seconds()"
    elif kind.__module__ == "collections" and kind.__name__ == "deque":
        yield "list(value)"
    elif kind.__module__ in ("pathlib", "pathlib._local"):
        yield "value.as_posix()"
    elif any(base.__module__ == "enum" for base in kind.__mro__):
        yield "value.name"
    elif kind.__module__ == "_io" and kind.__name__ in ("StringIO", "BytesIO"):
        yield "value.getvalue()"
