"""What the source of a module says before it runs: which tests stand in it, and which of its
comparisons are true of anything.

Looks at code objects only; nothing of the program has run yet.
"""

import types


def test_codes(code, source):
    """The code objects of all methods in the source, by `Class.method`, and whether a
    decorator may have replaced them."""
    lines = source.split(b"\n")
    methods = {}

    def decorated(code):
        line = code.co_firstlineno - 1
        return line >= len(lines) or lines[line].lstrip().startswith(b"@")

    def walk(code, prefix, inherited):
        for constant in code.co_consts:
            if not isinstance(constant, types.CodeType):
                continue
            # Class bodies have neither CO_OPTIMIZED nor CO_NEWLOCALS.
            if constant.co_flags & 3 == 0:
                place = f"{prefix}{constant.co_name}."
                # A class takes the place of one of its name before it.
                for name in [name for name in methods if name.startswith(place)]:
                    del methods[name]
                walk(constant, place, inherited or decorated(constant))
            elif prefix:
                known, changed = methods.get(prefix + constant.co_name, ((), False))
                changed = changed or inherited or decorated(constant)
                methods[prefix + constant.co_name] = (known + (constant,), changed)

    walk(code, "", False)
    return methods


# A comparison that says the same of everything, by name, and what it says.
_INDIFFERENT = {"__eq__": True, "__ne__": False}
_PLAIN = (bool, int, float, str, bytes, tuple, type(None))


def disarm(code, around):
    """The code with comparisons that are true of any object whatever, as they stand in the
    source, turned into ones that do not know: `==` then goes by identity."""
    constants = list(code.co_consts)
    names = {*code.co_names, *filter(lambda constant: type(constant) is str, constants)}
    for number, constant in enumerate(constants):
        if isinstance(constant, types.CodeType):
            constants[number] = disarm(constant, names)
    answer = _INDIFFERENT.get(code.co_name)
    if code.co_name == "<lambda>" and "__eq__" in around:
        answer = True
    # Nothing but: return the constant.
    if answer is not None and len(code.co_code) <= 8 and not code.co_names:
        constants = [
            NotImplemented if type(constant) in _PLAIN and bool(constant) is answer else constant
            for constant in constants
        ]
    return code.replace(co_consts=tuple(constants))
