"""Preloading without a trace.

A run must see the modules that a fresh `python -m unittest` would see, no more: otherwise
`import xml; xml.dom.minidom` would work here and nowhere else. So after preloading,
everything beyond the baseline leaves `sys.modules` (and the attributes of its parent
packages) for a shelf, and an import takes it from there, together with all that the real
import would have brought.

Never executes a module twice.
"""

import builtins
import importlib
import importlib.machinery
import sys

_Module = type(sys)


class Recorder:
    """Notes which module imports which while it is active."""

    def __init__(self):
        self.edges = {}

    def __enter__(self):
        self._import = builtins.__import__
        self._import_module = importlib.import_module
        original, note, note_module = self._import, self._note, self._import_module

        def recording_import(name, globals=None, locals=None, fromlist=(), level=0):
            result = original(name, globals, locals, fromlist, level)
            if globals is not None:
                note(name, globals, fromlist, level)
            return result

        def recording_import_module(name, package=None):
            result = note_module(name, package)
            caller = sys._getframe(1).f_globals.get("__name__")
            if caller is not None:
                self.edges.setdefault(caller, set()).add(result.__name__)
            return result

        builtins.__import__ = recording_import
        importlib.import_module = recording_import_module
        return self

    def __exit__(self, *_):
        builtins.__import__ = self._import
        importlib.import_module = self._import_module
        # Compiled extensions import past `builtins.__import__`; what they imported shows
        # in their globals.
        for name, module in list(sys.modules.items()):
            if not isinstance(module, _Module):
                continue
            targets = self.edges.setdefault(name, set())
            for value in list(vars(module).values()):
                if isinstance(value, _Module):
                    # A package has its submodules as attributes, whoever imported them.
                    if not value.__name__.startswith(name + "."):
                        targets.add(value.__name__)
                elif callable(value):
                    owner = getattr(value, "__module__", None)
                    if isinstance(owner, str) and not owner.startswith(name + "."):
                        targets.add(owner)

    def load(self, name):
        """Imports a module; says whether the environment has it."""
        try:
            self._import(name)
        except ImportError:
            return False
        return True

    def _note(self, name, namespace, fromlist, level):
        importer = namespace.get("__name__")
        if importer is None:
            return
        if level:
            package = namespace.get("__package__")
            if not package:
                spec = namespace.get("__spec__")
                package = spec.parent if spec is not None else importer
            parts = package.rsplit(".", level - 1)
            name = f"{parts[0]}.{name}" if name else parts[0]
        targets = self.edges.setdefault(importer, set())
        targets.add(name)
        for item in fromlist or ():
            submodule = f"{name}.{item}"
            if submodule in sys.modules:
                targets.add(submodule)


class Shelf:
    """A finder that hands out what was preloaded."""

    def __init__(self, modules, edges, attributes):
        self._modules = modules
        self._edges = edges
        self._attributes = attributes

    def find_spec(self, name, path=None, target=None):
        if name in self._modules:
            return importlib.machinery.ModuleSpec(name, self)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__name__
        sys.modules.pop(name, None)
        self.restore(name)

    def peek(self, name):
        """The module, wherever it is now, without making it visible."""
        return self._modules.get(name) or sys.modules.get(name)

    def restore(self, name):
        """Makes a module visible, with all that its import would have brought."""
        modules, edges, attributes = self._modules, self._edges, self._attributes
        visible = sys.modules
        waiting, seen = [name], {name}
        while waiting:
            current = waiting.pop()
            module = modules.pop(current, None)
            if module is not None and current not in visible:
                visible[current] = module
                parent, _, child = current.rpartition(".")
                if current in attributes:
                    holder = visible.get(parent) or modules.get(parent)
                    if holder is not None:
                        setattr(holder, child, module)
            for target in edges.get(current, ()):
                if target not in seen and target in modules:
                    seen.add(target)
                    waiting.append(target)


def put_away(baseline, recorder):
    """Hides every module beyond `baseline`; returns the finder that brings them back."""
    modules, attributes = {}, set()
    for name, module in list(sys.modules.items()):
        if name not in baseline and name != "__main__":
            modules[name] = module
    for name, module in modules.items():
        del sys.modules[name]
        parent, _, child = name.rpartition(".")
        holder = modules.get(parent) or sys.modules.get(parent)
        if parent and holder is not None and vars(holder).get(child) is module:
            delattr(holder, child)
            attributes.add(name)
    edges = {}
    for name, targets in recorder.edges.items():
        # Importing a submodule imports its packages first.
        reached = set()
        for target in targets | ({name.rpartition(".")[0]} if "." in name else set()):
            while target:
                if target in modules and target != name:
                    reached.add(target)
                target = target.rpartition(".")[0]
        if reached:
            edges[name] = tuple(sorted(reached))
    finder = Shelf(modules, edges, attributes)
    sys.meta_path.insert(0, finder)
    return finder
