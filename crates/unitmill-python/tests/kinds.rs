//! Methods in their classes, functions under conditions, and the filters on what a function
//! is: what becomes of each, and what its code looks like.

use std::collections::BTreeSet;

use unitmill_model::{Candidate, Origin};
use unitmill_python::{
    FunctionKind, FunctionOutcome, FunctionSettings, OutsideSource, PackageRequirement, Stub,
    extract_functions, fingerprint, parse_check, signature, split_function, stub_function,
    undefined_names,
};

fn everything() -> FunctionSettings {
    FunctionSettings {
        kinds: BTreeSet::from([
            FunctionKind::Function,
            FunctionKind::Method,
            FunctionKind::ClassMethod,
            FunctionKind::StaticMethod,
            FunctionKind::Async,
            FunctionKind::Generator,
        ]),
        require: PackageRequirement::None,
        ..FunctionSettings::default()
    }
}

fn outcomes(path: &str, source: &str, settings: &FunctionSettings) -> Vec<FunctionOutcome> {
    let origin = Origin {
        repo: None,
        license: None,
        path: path.to_owned(),
        held_sha256: None,
    };
    extract_functions(source, &origin, settings).expect("the source parses")
}

fn summary(outcomes: &[FunctionOutcome]) -> String {
    outcomes
        .iter()
        .map(|outcome| match outcome {
            FunctionOutcome::Candidate(found) => format!("{}: candidate\n", found.name),
            FunctionOutcome::Rejected {
                name,
                reason,
                detail,
                ..
            } => format!("{name}: {reason} ({detail})\n"),
        })
        .collect()
}

/// The candidate, after what must hold for each.
fn candidate(source: &str, name: &str) -> Candidate {
    let outcomes = outcomes("m.py", source, &everything());
    let found = outcomes
        .iter()
        .find_map(|outcome| match outcome {
            FunctionOutcome::Candidate(found) if found.name == name => Some(found),
            _ => None,
        })
        .unwrap_or_else(|| panic!("{name} is no candidate:\n{}", summary(&outcomes)));
    assert_eq!(parse_check(&found.code), Ok(()), "{}", found.code);
    assert_eq!(
        undefined_names(&found.code),
        Ok(Vec::new()),
        "{}",
        found.code
    );
    assert_eq!(
        found.code,
        Candidate::assemble(&found.imports, &found.context, &found.function)
    );
    assert!(found.code.ends_with(&found.function));
    assert_eq!(fingerprint(&found.code, name), Some(found.fingerprint));
    let split = split_function(&found.code, name).expect("it has a body");
    assert_eq!(split.prefix + &split.completion, found.code);
    for stub in Stub::ALL {
        let stubbed = stub_function(&found.code, name, stub).expect("it has a body");
        assert_eq!(parse_check(&stubbed), Ok(()), "{stubbed}");
        assert_ne!(stubbed, found.code);
    }
    (**found).clone()
}

const STACK: &str = "\
import math
import os

LIMIT = 10

class Base:
    pass

class Stack:
    \"\"\"A stack.\"\"\"

    kind = 'stack'
    size: int = LIMIT

    def __init__(self, items=()):
        self.items = list(items)

    @property
    def top(self):
        return self.items[-1]

    def clear(self):
        self.items = []
        self.log = os.getcwd()

    def unused(self):
        return os.sep

    def root(self, scale=1):
        # The square root of the top.
        return self._scaled(math.sqrt(self.top), scale)

    def _scaled(self, value, scale):
        return value * scale

    @classmethod
    def of(cls, *items):
        return cls(items)

    @staticmethod
    def double(value):
        return [value, value]

    async def later(self):
        return self.items

    def each(self):
        yield from self.items

class Open(Base, metaclass=type):
    def one(self): return 1

    def two(self):
        return 2
";

#[test]
fn a_method_comes_last_in_the_part_of_its_class_that_it_needs() {
    insta::assert_snapshot!(candidate(STACK, "Stack.root").code, @r#"
    import math


    LIMIT = 10


    class Stack:
        """A stack."""
        kind = 'stack'
        size: int = LIMIT

        def __init__(self, items=()):
            self.items = list(items)

        @property
        def top(self):
            return self.items[-1]

        def _scaled(self, value, scale):
            return value * scale

        def root(self, scale=1):
            # The square root of the top.
            return self._scaled(math.sqrt(self.top), scale)
    "#);
    insta::assert_snapshot!(candidate(STACK, "Stack.double").code, @r#"
    LIMIT = 10


    class Stack:
        """A stack."""
        kind = 'stack'
        size: int = LIMIT

        def __init__(self, items=()):
            self.items = list(items)

        @staticmethod
        def double(value):
            return [value, value]
    "#);
    insta::assert_snapshot!(candidate(STACK, "Open.two").code, @"
    class Base:
        pass


    class Open(Base, metaclass=type):
        def one(self): return 1

        def two(self):
            return 2
    ");
    for name in [
        "Stack.top",
        "Stack.of",
        "Stack.later",
        "Stack.each",
        "Open.one",
    ] {
        candidate(STACK, name);
    }
    let found = candidate(STACK, "Stack.root");
    assert_eq!(found.packages, ["math"]);
    assert_eq!((found.first_line, found.last_line), (29, 31));
    let parameters = signature(&found.code, "Stack.root")
        .expect("it is there")
        .parameters;
    assert_eq!(parameters.len(), 2);
}

#[test]
fn each_kind_is_selected_by_itself() {
    let of = |kinds: &[FunctionKind]| {
        let settings = FunctionSettings {
            kinds: kinds.iter().copied().collect(),
            ..everything()
        };
        let taken: Vec<String> = outcomes("m.py", STACK, &settings)
            .into_iter()
            .filter_map(|outcome| match outcome {
                FunctionOutcome::Candidate(found) => Some(found.name),
                FunctionOutcome::Rejected { .. } => None,
            })
            .collect();
        taken.join(" ")
    };
    use FunctionKind::{Async, ClassMethod, Function, Generator, Method, StaticMethod};
    assert_eq!(of(&[Function]), "");
    assert_eq!(
        of(&[Method]),
        "Stack.top Stack.unused Stack.root Stack._scaled Open.one Open.two"
    );
    assert_eq!(of(&[ClassMethod]), "Stack.of");
    assert_eq!(of(&[StaticMethod]), "Stack.double");
    assert!(of(&[Method, Async]).contains("Stack.later"));
    assert!(of(&[Method, Generator]).contains("Stack.each"));
    assert_eq!(of(&[Async, Generator]), "");
}

#[test]
fn methods_that_cannot_come_last_say_so() {
    let source = "
import sys
class A:
    def f(self, x): return x
    g = f
    @property
    def h(self): return 1
    @h.setter
    def h(self, value): return None
    if sys.platform == 'linux':
        def k(self): return 1
    class Inner:
        def deep(self): return 1
class B: x = 1
class C:
    def made(self): return DEFAULT
DEFAULT = C()
def outer(x):
    class Local:
        def method(self): return 1
    return Local
";
    insta::assert_snapshot!(summary(&outcomes("m.py", source, &everything())), @"
    A.f: unresolved_name (its class needs it, or replaces it, further down)
    A.h: unresolved_name (its class needs it, or replaces it, further down)
    A.h: no_return_value ()
    A.k: kind_not_selected (a method under a condition)
    C.made: unresolved_name (its own context needs it while the module is loading)
    outer: candidate
    ");
}

#[test]
fn functions_under_conditions_are_cut_out_as_if_they_stood_free() {
    let source = "\
import sys
A = 1
try:
    from fast import go
except ImportError:
    B = 2
    def go(x):
        '''Go.

        Far.
        '''
        text = '''
    kept
        as it is'''
  # to the left
        return f'''{text}
    {x + A + B}'''

if sys.version_info < (3,):
\tdef old(x):
\t\treturn (x,
 1)
if __name__ == '__main__':
    def never(x): return x
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    def typed(x): return x
";
    insta::assert_snapshot!(candidate(source, "go").code, @"
    A = 1


    try:
        from fast import go
    except ImportError:
        B = 2
        def go(x):
            '''Go.

            Far.
            '''
            text = '''
        kept
            as it is'''
      # to the left
            return f'''{text}
        {x + A + B}'''


    def go(x):
        '''Go.

        Far.
        '''
        text = '''
        kept
            as it is'''
    # to the left
        return f'''{text}
        {x + A + B}'''
    ");
    insta::assert_snapshot!(candidate(source, "old").code, @"
    def old(x):
    	return (x,
    1)
    ");
    insta::assert_snapshot!(summary(&outcomes("m.py", source, &everything())), @"
    go: candidate
    old: candidate
    never: kind_not_selected (under a `__main__` guard)
    typed: kind_not_selected (for type checkers only)
    ");
}

#[test]
fn relative_imports_for_annotations_travel_where_they_never_run() {
    let source = "\
from __future__ import annotations
from typing import TYPE_CHECKING
from ._types import Array
if TYPE_CHECKING:
    from .shapes import Shape
    T = Shape

try:
    from ._fast import total
except ImportError:
    total = sum

def f(x: Array, shape: Shape, t: T) -> Array:
    return total(x)
def g(x):
    return Array(x)
";
    insta::assert_snapshot!(candidate(source, "f").code, @"
    from __future__ import annotations
    from typing import TYPE_CHECKING


    if TYPE_CHECKING:
        from ._types import Array


    if TYPE_CHECKING:
        from .shapes import Shape
        T = Shape


    try:
        from ._fast import total
    except ImportError:
        total = sum


    def f(x: Array, shape: Shape, t: T) -> Array:
        return total(x)
    ");
    insta::assert_snapshot!(summary(&outcomes("m.py", source, &everything())), @"
    f: candidate
    g: local_import (from ._types import Array)
    ");
}

#[test]
fn what_only_annotations_name_stays_behind_where_it_is_in_the_way() {
    let source = "\
from __future__ import annotations
from typing import TypeAlias
import math
from ._base import Base

class Shape(Base):
    pass
class Size:
    pass
Number: TypeAlias = 'int | Shape'

def area(shape: Shape, size: Size) -> float:
    return math.pi * shape.radius
def grow(shape: Shape, by: Number) -> Shape:
    return Shape(shape.radius + by)
def plain(size: Size) -> Size:
    return size
def registered(x: TABLE):
    return x
TABLE = {'registered': registered}
def needed(x):
    return TABLE[x]
";
    insta::assert_snapshot!(candidate(source, "area").code, @"
    from __future__ import annotations
    import math
    from typing import TYPE_CHECKING


    if TYPE_CHECKING:
        from .m import Shape, Size


    def area(shape: Shape, size: Size) -> float:
        return math.pi * shape.radius
    ");
    insta::assert_snapshot!(candidate(source, "plain").code, @"
    from __future__ import annotations


    class Size:
        pass


    def plain(size: Size) -> Size:
        return size
    ");
    insta::assert_snapshot!(summary(&outcomes("m.py", source, &everything())), @"
    area: candidate
    grow: local_import (from ._base import Base)
    plain: candidate
    registered: candidate
    needed: candidate
    ");
    // The folder's own module; and a path that nothing can be imported from.
    let of = |path: &str| {
        outcomes(path, source, &everything())
            .into_iter()
            .find_map(|outcome| match outcome {
                FunctionOutcome::Candidate(candidate) if candidate.name == "area" => {
                    Some(candidate.context)
                }
                _ => None,
            })
    };
    assert_eq!(
        of("a/__init__.py").as_deref(),
        Some("if TYPE_CHECKING:\n    from . import Shape, Size\n")
    );
    assert_eq!(of("rows.jsonl#3"), None);
}

#[test]
fn packages_that_only_annotations_name_are_no_need() {
    let source = "\
from __future__ import annotations
import math
import torch
def f(x: torch.Tensor):
    return math.floor(x)
def g(x: torch.Tensor):
    return torch.abs(x)
";
    let held = FunctionSettings {
        importable: Some(["math", "typing"].map(str::to_owned).into_iter().collect()),
        ..everything()
    };
    let found = outcomes("m.py", source, &held);
    insta::assert_snapshot!(summary(&found), @"
    f: candidate
    g: package_missing (the environment does not hold torch)
    ");
    let FunctionOutcome::Candidate(candidate) = &found[0] else {
        panic!("a candidate");
    };
    assert_eq!(candidate.packages, ["math"]);
    insta::assert_snapshot!(candidate.code, @"
    from __future__ import annotations
    import math
    from typing import TYPE_CHECKING


    if TYPE_CHECKING:
        import torch


    def f(x: torch.Tensor):
        return math.floor(x)
    ");
    // What is not on the list is not on it for type checkers either.
    let listed = FunctionSettings {
        allow: Some(["math", "typing"].map(str::to_owned).into_iter().collect()),
        ..held
    };
    insta::assert_snapshot!(summary(&outcomes("m.py", source, &listed)), @"
    f: package_not_allowed (torch)
    g: package_not_allowed (torch)
    ");
}

#[test]
fn what_only_loads_on_another_platform_is_left_out() {
    let tests = [
        "sys.platform == 'win32'",
        "os.name == 'nt'",
        "not sys.platform.startswith('linux')",
        "platform.system() == 'Darwin'",
    ];
    for test in tests {
        let source = format!(
            "import os, sys, platform\nif {test}:\n    A = 1\nelse:\n    raise ImportError('elsewhere')\ndef f(x): return A + x\n"
        );
        let found = summary(&outcomes("m.py", &source, &everything()));
        assert_eq!(
            found,
            "f: unresolved_name (line 2 ends the loading of the module on Linux)\n"
        );
    }
    for test in [
        "sys.platform == 'linux'",
        "sys.platform in ('win32',)",
        "os.name",
    ] {
        let source = format!(
            "import os, sys\nif {test}:\n    A = 1\nelse:\n    raise ImportError\ndef f(x): return A + x\n"
        );
        assert_eq!(
            summary(&outcomes("m.py", &source, &everything())),
            "f: candidate\n"
        );
    }
}

#[test]
fn what_only_says_something_stays_behind_and_what_fills_a_table_travels() {
    let source = "\
import sys, warnings
try:
    import json
except ImportError:
    print('no json')
    sys.exit(1)
TABLE = {}
for key in range(3):
    TABLE[key] = key
    warnings.warn('x'); TABLE.update(a=key)
TABLE.update(b=1)
register(TABLE)
def f(x):
    return json.dumps(TABLE[x])
";
    insta::assert_snapshot!(candidate(source, "f").code, @"
    try:
        import json
    except ImportError:
        pass
        pass


    TABLE = {}


    for key in range(3):
        TABLE[key] = key
        pass; TABLE.update(a=key)


    TABLE.update(b=1)


    def f(x):
        return json.dumps(TABLE[x])
    ");
}

#[test]
fn filters_have_reasons() {
    let source = "\
import time, socket, subprocess, sys
from urllib.request import urlopen as fetch
def short(x): return x
def documented(x):
    '''Doc.'''
    return x
def branching(x):
    return [y for y in x if y and x] if x else [] or None
def nets(x):
    return fetch(x)
def fetches(x):
    from sklearn.datasets import fetch_openml, load_iris
    return fetch_openml(x)
def nets_too(x):
    return helper(x)
def helper(x):
    return socket.create_connection(x)
def parses(x: socket.socket):
    return socket.inet_aton(x)
def asks(x):
    return input(x)
def own_input(input):
    return input
def argues(x):
    return sys.argv[x]
def sleeps(x):
    time.sleep(x)
    return x
def runs(x):
    return subprocess.run(x)
def nothing():
    return 1
def silent(x):
    x.y = 1
";
    let with = |change: &dyn Fn(&mut FunctionSettings)| {
        let mut settings = everything();
        change(&mut settings);
        summary(&outcomes("m.py", source, &settings))
    };
    insta::assert_snapshot!(with(&|_| ()), @"
    short: candidate
    documented: candidate
    branching: candidate
    nets: outside_source (urllib.request.urlopen)
    fetches: outside_source (sklearn.datasets.fetch_openml)
    nets_too: outside_source (socket.create_connection)
    helper: outside_source (socket.create_connection)
    parses: candidate
    asks: outside_source (input())
    own_input: candidate
    argues: outside_source (sys.argv)
    sleeps: outside_source (time.sleep)
    runs: candidate
    nothing: no_arguments ()
    silent: no_return_value ()
    ");
    insta::assert_snapshot!(with(&|settings| {
        settings.reject_sources = BTreeSet::from([OutsideSource::Process]);
        settings.require_arguments = false;
        settings.require_return_value = false;
        settings.min_lines = 2;
        settings.max_complexity = Some(4);
    }), @"
    short: too_short (1 lines, at least 2)
    documented: candidate
    branching: complexity (complexity 6, limit 4)
    nets: candidate
    fetches: candidate
    nets_too: candidate
    helper: candidate
    parses: candidate
    asks: candidate
    own_input: candidate
    argues: candidate
    sleeps: candidate
    runs: outside_source (subprocess.run)
    nothing: candidate
    silent: candidate
    ");
    insta::assert_snapshot!(with(&|settings| {
        settings.require_docstring = true;
        settings.max_context_lines = 0;
    }), @"
    short: no_docstring ()
    documented: candidate
    branching: no_docstring ()
    nets: no_docstring ()
    fetches: no_docstring ()
    nets_too: no_docstring ()
    helper: no_docstring ()
    parses: no_docstring ()
    asks: no_docstring ()
    own_input: no_docstring ()
    argues: no_docstring ()
    sleeps: no_docstring ()
    runs: no_docstring ()
    nothing: no_arguments ()
    silent: no_return_value ()
    ");
    insta::assert_snapshot!(with(&|settings| settings.min_complexity = 3), @"
    short: complexity (complexity 1, at least 3)
    documented: complexity (complexity 1, at least 3)
    branching: candidate
    nets: complexity (complexity 1, at least 3)
    fetches: complexity (complexity 1, at least 3)
    nets_too: complexity (complexity 1, at least 3)
    helper: complexity (complexity 1, at least 3)
    parses: complexity (complexity 1, at least 3)
    asks: complexity (complexity 1, at least 3)
    own_input: complexity (complexity 1, at least 3)
    argues: complexity (complexity 1, at least 3)
    sleeps: complexity (complexity 1, at least 3)
    runs: complexity (complexity 1, at least 3)
    nothing: no_arguments ()
    silent: no_return_value ()
    ");
}

#[test]
fn generated_and_minified_files_are_left_out() {
    let source = "def f(x):\n    return x\n";
    let of = |path: &str, source: &str| summary(&outcomes(path, source, &everything()));
    insta::assert_snapshot!(of("a_pb2.py", source), @"f: generated_code (named *_pb2.py)");
    insta::assert_snapshot!(of("a.py", &format!("# Generated by the compiler. DO NOT EDIT!\n{source}")), @"f: generated_code (# Generated by the compiler. DO NOT EDIT!)");
    insta::assert_snapshot!(of("a.py", &format!("T = [{}]\n{source}", "1, ".repeat(1000))), @"f: generated_code (minified)");
    assert_eq!(
        of(
            "a.py",
            &format!("'''Edits what is generated by x.'''\n{source}")
        ),
        "f: candidate\n"
    );
    let taken = FunctionSettings {
        generated: true,
        ..everything()
    };
    assert_eq!(
        summary(&outcomes("a_pb2.py", source, &taken)),
        "f: candidate\n"
    );
}
