"""What a call returned, raised, printed and did to its arguments, as data.

A value is `literal` only if `ast.literal_eval(repr(value))` gives an equal value of equal
types all the way down; with floats inside it is `approximate`. `nan` and infinities have
no literal: they are written `float('nan')` and count as approximate, to be compared with
`equal_nan`. Arrays, frames and series come with an expression that was evaluated and
compared before it was believed; what cannot be rebuilt so is `opaque`.
"""

import ast
import contextlib
import datetime
import gc
import io
import json
import os
import sys
import sysconfig

SOURCE_CHARACTERS = 4096
TEXT_CHARACTERS = 4096
# A container with more items than this is not written out at all.
MOST_ITEMS = 20_000

ATOMS = (int, str, bytes, bool, type(None), type(...))


class _NoSource(Exception):
    """A value that cannot be written as an expression."""


# Seconds that a clock gains with every reading, and that the date is ahead from the start:
# another year, month, day and hour; see `skew_clocks`.
GAIN = 0.100_3
AHEAD = 1_164 * 86_400 + 5 * 3_600
CLOCKS = ("time", "monotonic", "perf_counter", "process_time", "thread_time")


def skew_clocks(clocks):
    """Lets the clocks of the `time` module go wrong, each reading a tenth of a second more
    than the one before: two looks at a function that returns or prints an elapsed time must
    never agree, which on a fast machine they otherwise do now and then, to the nanosecond,
    and nearly always to the tenth of a second that is printed. And the date is another one:
    what a function makes of today must not become a test."""
    readings = [0]

    def skewed(clock, gain, ahead):
        def read():
            readings[0] += 1
            return clock() + readings[0] * gain + ahead

        read.__name__ = read.__qualname__ = clock.__name__
        read.__module__ = "time"
        return read

    for name in CLOCKS:
        ahead = AHEAD if name == "time" else 0
        setattr(clocks, name, skewed(getattr(clocks, name), GAIN, ahead))
        exact = f"{name}_ns"
        setattr(clocks, exact, skewed(getattr(clocks, exact), int(GAIN * 1e9), ahead * 10**9))
    for name in ("localtime", "gmtime", "ctime"):
        setattr(clocks, name, _of_the_skewed(getattr(clocks, name), 0, clocks.time))
    for name, place in (("asctime", 0), ("strftime", 1)):
        setattr(clocks, name, _of_the_skewed(getattr(clocks, name), place, clocks.localtime))


def _of_the_skewed(read, place, moment):
    """A function of the `time` module that is given the moment of the skewed clock, as its
    argument at that place, where a program gives it none."""

    def skewed(*arguments):
        if len(arguments) == place or arguments[place:] == (None,):
            arguments = (*arguments[:place], moment())
        return read(*arguments)

    skewed.__name__ = skewed.__qualname__ = read.__name__
    skewed.__module__ = "time"
    return skewed


# Taken while the harness may still ask for it.
(_METHODS_OF_DATETIME,) = gc.get_referents(datetime.datetime.__dict__)


def move_dates(dates):
    """Lets `datetime.now` and `utcnow` say the date of the skewed clock; `today` asks it
    anyway. Their type is immutable, but its dictionary is an ordinary one."""
    if dates.datetime is not datetime.datetime:
        raise RuntimeError("the module `datetime` is there twice")
    readings = [0]
    for name in ("now", "utcnow"):
        read = _METHODS_OF_DATETIME[name]

        def moved(cls, *arguments, _read=read, **named):
            readings[0] += 1
            ahead = dates.timedelta(seconds=AHEAD + readings[0] * GAIN)
            return _read.__get__(None, cls)(*arguments, **named) + ahead

        moved.__name__ = name
        moved.__qualname__ = f"datetime.{name}"
        _METHODS_OF_DATETIME[name] = classmethod(moved)
    # Whoever has looked them up before would find the old ones.
    clear = getattr(sys, "_clear_internal_caches", None) or sys._clear_type_cache
    clear()


# Where the interpreter and its libraries lie on this machine.
_PLACES = sorted(
    {
        place
        for found in (
            *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
            sys.executable,
        )
        if found
        for place in (found, os.path.realpath(found))
        if place.count("/") > 1
    },
    key=len,
    reverse=True,
)
# Has one item in a look for which these places have moved.
_moved = []


def move_libraries():
    """Lets the interpreter and its libraries seem to lie elsewhere in all that is written down
    from now on: two looks at what says where they are must never agree, since on the next
    machine they lie elsewhere indeed."""
    _moved.append(True)


def _placed(text):
    if _moved and text is not None:
        for place in _PLACES:
            if place in text:
                return text.replace(place, "/elsewhere")
    return text


def observe(module, call, path, take):
    """One call; returns an observation as JSON text. `path` is that of the file whose lines
    count, and `take` gives those that were executed since it was last asked."""
    namespace = dict(vars(module))
    observation = {
        "value": None,
        "exception": None,
        "message": "",
        "printed": "",
        "arguments": [],
    }
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            exec(compile(call["setup"], "<setup>", "exec", dont_inherit=True), namespace)
            expression = compile(call["expression"], "<call>", "eval", dont_inherit=True)
            value = eval(expression, namespace)
            observation["lines"] = take()
            observation["value"] = classify(value)
        except BaseException as error:
            observation["lines"] = take()
            observation["exception"] = type_name(type(error))
            observation["raised_at"] = _innermost(error, path)
            try:
                observation["message"] = _placed(_whole(str(error)[:TEXT_CHARACTERS]))
            except Exception:
                observation["message"] = "<the message cannot be read>"
        for name in call["arguments"]:
            observation["arguments"].append(classify(namespace.get(name)))
        take()
    observation["printed"] = _placed(_whole(printed.getvalue()[:TEXT_CHARACTERS]))
    return json.dumps(observation)


def _innermost(error, path):
    """The last line of the file that an exception passed through."""
    line, step = None, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == path:
            line = step.tb_lineno
        step = step.tb_next
    return line


def _whole(text):
    """Without halves of surrogate pairs, which JSON cannot carry."""
    return text.encode("utf-8", "replace").decode()


def type_name(kind):
    module = kind.__module__
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"


def classify(value):
    """A value as an `ObservedValue`."""
    observed = _classify(value)
    if observed["kind"] == "opaque":
        observed["traits"] = traits["of"](value, _classify, _rebuilt)
    return observed


def _rebuilt(value):
    """An expression that gives an equal value, for types whose text says how; none for
    others."""
    kind = type(value)
    if kind in (range, slice):
        return repr(value)
    if kind is frozenset:
        return f"frozenset({_literal(set(value))})" if value else "frozenset()"
    pd = sys.modules.get("pandas")
    if pd is not None and kind in (pd.Timestamp, pd.Timedelta, pd.Period):
        source = _write_item(pd, value)
        return source if eval(source, {"pd": pd}) == value else None
    if pd is not None and (value is pd.NaT or value is pd.NA):
        return None
    if pd is not None and kind is pd.Interval:
        left, right = _write_item(pd, value.left), _write_item(pd, value.right)
        return f"pd.Interval({left}, {right}, closed={value.closed!r})"
    return None


def _classify(value):
    kind, source = "opaque", None
    for name, write in (
        ("literal", _literal),
        ("approximate", _approximate),
        ("array", _array),
        ("frame", _frame),
        ("series", _series),
    ):
        try:
            source = write(value)
        except Exception:
            continue
        kind = name
        break
    if source is not None and len(source) > SOURCE_CHARACTERS:
        source = None
    try:
        text = _whole(repr(value)[:TEXT_CHARACTERS])
    except Exception as error:
        text = f"<repr raised {type_name(type(error))}>"
    return {
        "kind": kind,
        "type_name": type_name(type(value)),
        "source": _placed(source),
        "repr": _placed(text),
    }


def _same(left, right):
    """Equal, and of equal types all the way down."""
    if type(left) is not type(right):
        return False
    if type(left) in (list, tuple):
        return len(left) == len(right) and all(map(_same, left, right))
    if type(left) is dict:
        return len(left) == len(right) and all(
            _same(key, other) and _same(left[key], right[other])
            for key, other in zip(left, right)
        )
    if type(left) is set:
        return left == right and all(type(item) in (*ATOMS, tuple) for item in left)
    return left == right


def _literal(value):
    if not _only(value, ATOMS, [MOST_ITEMS]):
        raise _NoSource
    if not _same(ast.literal_eval(repr(value)), value):
        raise _NoSource
    # As `repr`, but for the order of sets, which depends on the hash seed.
    return _write(value)


def _only(value, atoms, budget):
    budget[0] -= 1
    if budget[0] < 0:
        raise _NoSource
    kind = type(value)
    if kind in atoms:
        return True
    if kind in (list, tuple, set):
        return all(_only(item, atoms, budget) for item in value)
    if kind is dict:
        return all(
            _only(key, atoms, budget) and _only(item, atoms, budget)
            for key, item in value.items()
        )
    return False


def _approximate(value):
    if not _only(value, (*ATOMS, float, complex), [MOST_ITEMS]):
        raise _NoSource
    return _write(value)


def _write(value):
    """An expression for a value of built-in types, `nan` and infinities included."""
    kind = type(value)
    if kind is float:
        return _write_float(value)
    if kind is complex:
        if all(part - part == 0 for part in (value.real, value.imag)):
            return repr(value)
        return f"complex({_write_float(value.real)}, {_write_float(value.imag)})"
    if kind in ATOMS:
        return repr(value)
    if kind is list:
        return f"[{', '.join(map(_write, value))}]"
    if kind is tuple:
        inner = ", ".join(map(_write, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if kind is set:
        return f"{{{', '.join(sorted(map(_write, value)))}}}" if value else "set()"
    if kind is dict:
        return f"{{{', '.join(f'{_write(key)}: {_write(item)}' for key, item in value.items())}}}"
    raise _NoSource


def _write_float(value):
    return repr(value) if value - value == 0 else f"float({str(value)!r})"


def _numpy():
    return sys.modules["numpy"]


def _array(value):
    np = _numpy()
    if isinstance(value, np.generic):
        name = type(value).__name__
        if value.dtype.kind in "biufcUS":
            source = f"np.{name}({_write(value.item())})"
        elif value.dtype.kind in "Mm":
            unit = np.datetime_data(value.dtype)[0]
            shown = str(value) if value.dtype.kind == "M" else repr(int(value.astype("int64")))
            source = f"np.{name}({shown!r}, {unit!r})" if value.dtype.kind == "M" else (
                f"np.{name}({shown}, {unit!r})"
            )
        else:
            raise _NoSource
        again = eval(source, {"np": np})
        if type(again) is not type(value) or not _equal(np, again, value):
            raise _NoSource
        return source
    if type(value) is not np.ndarray or value.size > MOST_ITEMS:
        raise _NoSource
    for source in _write_array(np, value):
        again = eval(source, {"np": np})
        if again.dtype == value.dtype and again.shape == value.shape and _equal(np, again, value):
            return source
    raise _NoSource


def _equal(np, left, right):
    try:
        return bool(np.array_equal(left, right, equal_nan=True))
    except TypeError:
        return bool(np.array_equal(left, right))


def _write_array(np, value):
    """Expressions to try, the most readable first."""
    kind = value.dtype.kind
    if kind in "biufcU":
        yield f"np.array({_write(value.tolist())})"
    if kind in "biufcUS":
        items = _write(value.tolist())
    elif kind in "Mm":
        items = _write(value.astype("int64").tolist())
    elif kind == "O" and value.ndim == 1:
        items = _literal(value.tolist())
    else:
        raise _NoSource
    dtype = "object" if kind == "O" else repr(value.dtype.str if kind in "MmUS" else value.dtype.name)
    if kind in "Mm":
        source = f"np.array({items}, dtype='int64').astype({dtype})"
    else:
        source = f"np.array({items}, dtype={dtype})"
    # An empty dimension hides those after it.
    yield f"{source}.reshape({value.shape!r})" if value.size == 0 else source


def _write_item(pd, value):
    if value is pd.NaT:
        return "pd.NaT"
    if value is pd.NA:
        return "pd.NA"
    if type(value) is pd.Timestamp:
        zone = f", tz={str(value.tz)!r}" if value.tz is not None else ""
        return f"pd.Timestamp({value.tz_localize(None).isoformat()!r}{zone})"
    if type(value) is pd.Timedelta:
        return f"pd.Timedelta({value.isoformat()!r})"
    if type(value) is pd.Period:
        return f"pd.Period({str(value)!r}, {value.freqstr!r})"
    if hasattr(value, "dtype"):
        value = value.item()
    return _write(value)


def _write_items(pd, values):
    return f"[{', '.join(_write_item(pd, value) for value in values)}]"


def _write_index(pd, index):
    if len(index) > MOST_ITEMS:
        raise _NoSource
    if type(index) is pd.MultiIndex:
        rows = ", ".join(
            f"({', '.join(_write_item(pd, item) for item in row)},)" for row in index
        )
        return f"pd.MultiIndex.from_tuples([{rows}], names={_write(list(index.names))})"
    name = f", name={_write(index.name)}" if index.name is not None else ""
    if type(index) is pd.RangeIndex:
        return f"pd.RangeIndex({index.start}, {index.stop}, {index.step}{name})"
    items = _write_items(pd, index)
    if type(index) is pd.DatetimeIndex:
        frequency = f", freq={index.freqstr!r}" if index.freq is not None else ""
        return f"pd.DatetimeIndex({items}, dtype={str(index.dtype)!r}{frequency}{name})"
    if type(index) is pd.CategoricalIndex:
        return f"pd.CategoricalIndex({_write_categories(pd, index)}{name})"
    return f"pd.Index({items}, dtype={str(index.dtype)!r}{name})"


def _write_categories(pd, values):
    return (
        f"{_write_items(pd, values)}, categories={_write_items(pd, values.categories)}, "
        f"ordered={values.ordered!r}"
    )


def _frame(value):
    pd = sys.modules["pandas"]
    if type(value) is not pd.DataFrame or value.size > MOST_ITEMS:
        raise _NoSource
    columns = [value.iloc[:, number] for number in range(value.shape[1])]
    if all(type(name) is str for name in value.columns) and value.columns.is_unique:
        named = ", ".join(
            f"{name!r}: {_write_items(pd, column)}"
            for name, column in zip(value.columns, columns)
        )
        plain = f"pd.DataFrame({{{named}}}{_plain_index(pd, value.index)})"
        if _rebuilds(pd, plain, value, pd.testing.assert_frame_equal):
            return plain
    data = ", ".join(
        f"{number}: {_write_series_body(pd, column)}" for number, column in enumerate(columns)
    )
    source = (
        f"pd.DataFrame({{{data}}}, index={_write_index(pd, value.index)})"
        f".set_axis({_write_index(pd, value.columns)}, axis=1)"
    )
    again = eval(source, {"pd": pd, "np": _numpy()})
    pd.testing.assert_frame_equal(again, value, check_exact=True)
    return source


def _plain_index(pd, index):
    """The `index` argument for an index of plain labels; nothing for the default one."""
    if type(index) is pd.RangeIndex and (index.start, index.step) == (0, 1):
        return ""
    if type(index) is pd.Index and index.name is None:
        return f", index={_write_items(pd, index)}"
    return f", index={_write_index(pd, index)}"


def _rebuilds(pd, source, value, compare):
    try:
        compare(eval(source, {"pd": pd, "np": _numpy()}), value, check_exact=True)
    except Exception:
        return False
    return True


def _write_series_body(pd, column):
    if isinstance(column.dtype, pd.CategoricalDtype):
        values = column.array
        return (
            f"pd.Categorical({_write_items(pd, values)}, "
            f"categories={_write_items(pd, values.categories)}, ordered={values.ordered!r})"
        )
    items = _write_items(pd, column)
    return f"pd.Series({items}, dtype={str(column.dtype)!r}).to_numpy()" if _is_plain(
        column.dtype
    ) else f"pd.array({items}, dtype={str(column.dtype)!r})"


def _is_plain(dtype):
    return type(dtype).__module__.startswith("numpy")


def _series(value):
    pd = sys.modules["pandas"]
    if isinstance(value, pd.Index):
        source = _write_index(pd, value)
        again = eval(source, {"pd": pd, "np": _numpy()})
        pd.testing.assert_index_equal(again, value, exact=True, check_exact=True)
        return source
    if type(value) is not pd.Series or value.size > MOST_ITEMS:
        raise _NoSource
    name = f", name={_write(value.name)}" if value.name is not None else ""
    plain = f"pd.Series({_write_items(pd, value)}{_plain_index(pd, value.index)}{name})"
    if _rebuilds(pd, plain, value, pd.testing.assert_series_equal):
        return plain
    source = (
        f"pd.Series({_write_series_body(pd, value)}, index={_write_index(pd, value.index)}{name})"
    )
    again = eval(source, {"pd": pd, "np": _numpy()})
    pd.testing.assert_series_equal(again, value, check_exact=True)
    return source
