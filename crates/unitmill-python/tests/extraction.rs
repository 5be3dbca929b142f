//! What becomes of the functions of small modules, rule by rule.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use unitmill_model::{Candidate, Digest, Origin};
use unitmill_python::{
    FunctionKind, FunctionOutcome, FunctionSettings, PackageRequirement, extract_functions,
    fingerprint, undefined_names,
};

fn origin(path: &str) -> Origin {
    Origin {
        repo: None,
        license: None,
        path: path.to_owned(),
        held_sha256: None,
    }
}

fn anything() -> FunctionSettings {
    FunctionSettings {
        require: PackageRequirement::None,
        ..FunctionSettings::default()
    }
}

fn outcomes_at(path: &str, source: &str, settings: &FunctionSettings) -> Vec<FunctionOutcome> {
    extract_functions(source, &origin(path), settings).expect("the source parses")
}

fn outcomes(source: &str) -> Vec<FunctionOutcome> {
    outcomes_at("module.py", source, &anything())
}

/// The candidate of that name.
fn candidate(source: &str, name: &str) -> Candidate {
    outcomes(source)
        .into_iter()
        .find_map(|outcome| match outcome {
            FunctionOutcome::Candidate(candidate) if candidate.name == name => Some(*candidate),
            _ => None,
        })
        .unwrap_or_else(|| panic!("{name} is no candidate: {}", summary(&outcomes(source))))
}

fn code(source: &str, name: &str) -> String {
    candidate(source, name).code
}

fn summary(outcomes: &[FunctionOutcome]) -> String {
    let mut text = String::new();
    for outcome in outcomes {
        match outcome {
            FunctionOutcome::Candidate(candidate) => {
                writeln!(text, "{}: candidate", candidate.name)
            }
            FunctionOutcome::Rejected {
                name,
                reason,
                detail,
                ..
            } => writeln!(text, "{name}: {reason} ({detail})"),
        }
        .expect("writing to a string");
    }
    text
}

#[test]
fn every_function_has_one_outcome() {
    let source = "
import math

def plain(x):
    def nested(y):
        return y
    return nested(math.sqrt(x))

async def asynchronous(x):
    return x

def generator(x):
    yield x

def no_arguments():
    return 1

def no_value(x):
    if x:
        return None
    return

def inner_return_only(x):
    def inner():
        return x
    lambda: (yield)
    print(inner)

def test_something(x):
    assert x

def test_statistic(x):
    return x

class Helper:
    def method(self):
        return 1
    if True:
        def conditional_method(self):
            return 2
    class Nested:
        def hidden(self):
            return 3

class TestHelper:
    def check(self):
        return 1

if True:
    def conditional(x):
        return x
try:
    def tried(x):
        return x
except Exception:
    def excepted(x):
        return x
with open('f'):
    def managed(x):
        return x
";
    insta::assert_snapshot!(summary(&outcomes(source)), @"
    plain: candidate
    asynchronous: kind_not_selected (async function)
    generator: kind_not_selected (generator)
    no_arguments: no_arguments ()
    no_value: no_return_value ()
    inner_return_only: no_return_value ()
    test_something: test_code ()
    test_statistic: candidate
    Helper.method: kind_not_selected (method)
    Helper.conditional_method: kind_not_selected (a method under a condition)
    TestHelper.check: test_code ()
    conditional: candidate
    tried: candidate
    excepted: candidate
    managed: candidate
    ");
}

#[test]
fn other_kinds_can_be_selected() {
    let settings = FunctionSettings {
        kinds: BTreeSet::from([FunctionKind::Async, FunctionKind::Generator]),
        ..anything()
    };
    let source = "
def plain(x):
    return x
async def asynchronous(x):
    return x
def generator(x):
    yield x
";
    insta::assert_snapshot!(summary(&outcomes_at("m.py", source, &settings)), @r"
    plain: kind_not_selected (function)
    asynchronous: candidate
    generator: candidate
    ");
}

#[test]
fn the_closure_travels_in_source_order() {
    let source = "\
\"\"\"Module docstring.\"\"\"
from __future__ import annotations
import os, sys
import numpy as np  # arrays
from math import (
    sqrt,
    floor as down,
)
from typing import List

UNUSED = 1
LIMIT = 10  # the most
SCALE: float = LIMIT * 2.0
x = y = 0

@staticmethod
def helper(value, limit=LIMIT):
    # a comment inside
    return down(value) if value < limit else other(value)


class Base:
    pass

class Point(Base):
    factor = SCALE
    def norm(self):
        return sqrt(self.x)

def unused():
    return UNUSED

def target(values: List[int], p: Point = None) -> np.ndarray:
    '''Docstring.'''
    return np.array([helper(v) for v in values])  # trailing

def other(value):
    return value
";
    let found = candidate(source, "target");
    insta::assert_snapshot!(found.code, @r"
    from __future__ import annotations
    import numpy as np
    from math import (
        sqrt,
        floor as down,
    )
    from typing import List


    LIMIT = 10  # the most
    SCALE: float = LIMIT * 2.0


    @staticmethod
    def helper(value, limit=LIMIT):
        # a comment inside
        return down(value) if value < limit else other(value)


    class Base:
        pass


    class Point(Base):
        factor = SCALE
        def norm(self):
            return sqrt(self.x)


    def other(value):
        return value


    def target(values: List[int], p: Point = None) -> np.ndarray:
        '''Docstring.'''
        return np.array([helper(v) for v in values])  # trailing
    ");
    insta::assert_snapshot!(format!("{:?}\n{:?}\n{} to {}", found.packages, found.apis, found.first_line, found.last_line), @r#"
    ["math", "numpy", "typing"]
    ["math.floor", "math.sqrt", "numpy.array", "numpy.ndarray", "typing.List"]
    33 to 35
    "#);
    assert_eq!(
        found.code,
        Candidate::assemble(&found.imports, &found.context, &found.function)
    );
    assert_eq!(fingerprint(&found.code, "target"), Some(found.fingerprint));
}

#[test]
fn conditional_definitions_travel_whole() {
    let source = "\
import sys
try:
    import simplejson as json
except ImportError:
    import json
if sys.version_info > (3,):
    text = str
else:
    text = unicode
for code in range(3):
    TABLE = code
def f(x):
    return json.dumps(text(x)) + str(TABLE)
";
    let found = candidate(source, "f");
    insta::assert_snapshot!(found.code, @r"
    import sys


    try:
        import simplejson as json
    except ImportError:
        import json


    if sys.version_info > (3,):
        text = str
    else:
        text = unicode


    for code in range(3):
        TABLE = code


    def f(x):
        return json.dumps(text(x)) + str(TABLE)
    ");
    insta::assert_snapshot!(format!("{:?} {:?} {:?}", found.packages, found.apis, found.unresolved), @r#"["json", "sys"] ["json.dumps", "sys.version_info"] ["unicode"]"#);
}

#[test]
fn several_assignments_travel_together_and_calls_do_not() {
    let source = "\
names = ['a']
names += ['b']
table = {}
table['x'] = 1
names.append('c')
names = names + ['d']
print(names)
def f(x):
    return names, table[x]
";
    insta::assert_snapshot!(code(source, "f"), @"
    names = ['a']
    names += ['b']
    table = {}
    table['x'] = 1
    names.append('c')
    names = names + ['d']


    def f(x):
        return names, table[x]
    ");
}

#[test]
fn of_several_definitions_the_last_travels() {
    let source = "
def helper(x):
    return 1
def helper(x):
    return 2
def wrapped(x):
    return 3
wrapped = str(wrapped)
def f(x):
    return helper(x)
def g(x):
    return wrapped(x)
";
    insta::assert_snapshot!(code(source, "f"), @r"
    def helper(x):
        return 2


    def f(x):
        return helper(x)
    ");
    insta::assert_snapshot!(code(source, "g"), @r"
    def wrapped(x):
        return 3


    wrapped = str(wrapped)


    def g(x):
        return wrapped(x)
    ");
    insta::assert_snapshot!(summary(&outcomes(source)), @"
    helper: candidate
    helper: candidate
    wrapped: candidate
    f: candidate
    g: candidate
    ");
}

#[test]
fn scopes_are_pythons() {
    let source = "\
A = B = C = D = E = F = G = H = I = J = K = L = 1

class Holder:
    A = 2
    size = B
    def method(self):
        return A

def class_scope(x):
    return Holder

def comprehension(x):
    return [B for B in x if (C := B)] + [C]

def lambdas(x):
    return (lambda D, e=E: D + e)(x)

def handlers(x):
    try:
        with open(x) as F:
            return F
    except OSError as G:
        return G

def matching(x):
    match x:
        case [H, *I]:
            return H, I
        case {'k': J, **K}:
            return J, K

def deleting(x):
    L = x
    del L
    return x

def global_use(x):
    global A
    return A

def nonlocal_use(x):
    B = 1
    def inner():
        nonlocal B
        B = 2
    return B

def nested_use(x):
    def inner():
        return C
    return inner()

def own_name(x):
    return own_name(x - 1) if x else 0

def generic[D](x: D) -> D:
    return x
";
    let contexts: String = outcomes(source)
        .iter()
        .map(|outcome| match outcome {
            FunctionOutcome::Candidate(found) => {
                let lines = found.context.lines().next().unwrap_or("-");
                format!("{}: {lines}\n", found.name)
            }
            FunctionOutcome::Rejected { name, reason, .. } => format!("{name}: {reason}\n"),
        })
        .collect();
    // `generic` needs Python 3.12 to run but parses.
    insta::assert_snapshot!(contexts, @r"
    Holder.method: kind_not_selected
    class_scope: A = B = C = D = E = F = G = H = I = J = K = L = 1
    comprehension: -
    lambdas: A = B = C = D = E = F = G = H = I = J = K = L = 1
    handlers: -
    matching: -
    deleting: -
    global_use: A = B = C = D = E = F = G = H = I = J = K = L = 1
    nonlocal_use: -
    nested_use: A = B = C = D = E = F = G = H = I = J = K = L = 1
    own_name: -
    generic: -
    ");
}

#[test]
fn what_cannot_be_resolved() {
    let source = "
import os
from . import sibling
from .pieces import part
if __name__ == '__main__':
    options = os.environ

def repairable(x):
    return np.sum([unicode(i) for i in xrange(x)])
def hopeless(x):
    return frobnicate(x)
def main_only(x):
    return options[x]
def relative(x):
    return sibling.y + part(x)
def inner_relative(x):
    from .deep import y
    return y
def guarded(x):
    try:
        return frobnicate(x)
    except NameError:
        return x
def dunder(x):
    return __file__, __name__, __builtins__
";
    insta::assert_snapshot!(summary(&outcomes(source)), @r"
    repairable: candidate
    hopeless: unresolved_name (frobnicate)
    main_only: unresolved_name (options)
    relative: local_import (from . import sibling; from .pieces import part)
    inner_relative: local_import (from .deep import y)
    guarded: candidate
    dunder: candidate
    ");
    assert_eq!(
        candidate(source, "repairable").unresolved,
        ["np", "unicode", "xrange"]
    );
}

#[test]
fn star_imports_of_unknown_modules_make_names_unresolvable() {
    let source = "
from math import *
from numpy import *
from house.tools import *
def known(x):
    return len(x)
def listed(x):
    return ceil(x) + sum(x)
def unknown(x):
    return polish(x)
";
    assert_eq!(
        candidate(source, "listed").imports,
        "from numpy import ceil, sum\n"
    );
    insta::assert_snapshot!(summary(&outcomes(source)), @"
    known: candidate
    listed: candidate
    unknown: unresolved_name (polish: may come from `from house.tools import *`)
    ");
}

#[test]
fn imports_of_the_own_package_travel_by_their_full_name_only() {
    let source = "
import mypackage.tools
from . import helpers
def f(x):
    return mypackage.tools.go(x)
def g(x):
    return helpers.go(x)
";
    let found = outcomes_at("mypackage/deep/module.py", source, &anything());
    insta::assert_snapshot!(summary(&found), @r"
    f: candidate
    g: local_import (from . import helpers)
    ");
}

#[test]
fn annotations_that_are_never_evaluated() {
    let source = "\
from __future__ import annotations
from typing import TYPE_CHECKING, Optional, List
if TYPE_CHECKING:
    from pandas import DataFrame, Series
    from numpy import ndarray

def f(frame: DataFrame, other: 'Optional[Series]', third: Missing) -> \"Literal['List']\":
    local: ndarray = frame
    return local
";
    insta::assert_snapshot!(code(source, "f"), @r#"
    from __future__ import annotations
    from typing import TYPE_CHECKING, Optional


    if TYPE_CHECKING:
        from pandas import DataFrame
        from pandas import Series
        from numpy import ndarray


    def f(frame: DataFrame, other: 'Optional[Series]', third: Missing) -> "Literal['List']":
        local: ndarray = frame
        return local
    "#);
    let eager = "\
def f(x: 'Missing', y: Later) -> int:
    return x
";
    insta::assert_snapshot!(summary(&outcomes(eager)), @"f: unresolved_name (Later)");
}

#[test]
fn packages_are_filtered_by_exact_root() {
    let source = "
import re, requests
import numpy.linalg
from os import path as p
def none(x):
    return x
def standard(x):
    return re.sub('a', 'b', x)
def third(x):
    return requests.get(x)
def mixed(x):
    import pandas
    return p.join(x), numpy.linalg.norm(x), pandas.DataFrame(x).T
";
    let with = |require, allow: Option<&[&str]>| {
        let settings = FunctionSettings {
            require,
            allow: allow.map(|list| list.iter().map(|&root| root.to_owned()).collect()),
            reject_sources: BTreeSet::new(),
            ..FunctionSettings::default()
        };
        summary(&outcomes_at("m.py", source, &settings))
    };
    insta::assert_snapshot!(with(PackageRequirement::Any, None), @r"
    none: package_required (imports nothing)
    standard: candidate
    third: candidate
    mixed: candidate
    ");
    insta::assert_snapshot!(with(PackageRequirement::ThirdParty, None), @r"
    none: package_required (imports nothing)
    standard: package_required (uses only the standard library)
    third: candidate
    mixed: candidate
    ");
    insta::assert_snapshot!(with(PackageRequirement::None, Some(&["re", "os"])), @r"
    none: candidate
    standard: candidate
    third: package_not_allowed (requests)
    mixed: package_not_allowed (numpy, pandas)
    ");
    assert_eq!(
        candidate(source, "mixed").apis,
        ["numpy.linalg.norm", "os.path.join", "pandas.DataFrame"]
    );
}

#[test]
fn tests_long_functions_and_shadowed_ones_are_left_out() {
    let source = "
def f(x):
    return 1
def f(x):
    return 2
def long(x):
    a = 1
    b = 2
    return a + b
";
    let settings = FunctionSettings {
        max_lines: 3,
        ..anything()
    };
    insta::assert_snapshot!(summary(&outcomes_at("m.py", source, &settings)), @"
    f: candidate
    f: candidate
    long: too_long (4 lines, limit 3)
    ");
    for path in ["tests/m.py", "test_m.py", "a/m_test.py", "a/test/b/m.py"] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(summary(&outcomes_at(path, source, &settings)), @r"
            f: test_code (in a test file)
            f: test_code (in a test file)
            long: test_code (in a test file)
            ");
        }
    }
    // Files of that name are looked into.
    assert_eq!(
        summary(&outcomes_at("a/tests.py", source, &settings)),
        summary(&outcomes_at("m.py", source, &settings))
    );
    for head in [
        "import unittest",
        "from django.test import Client",
        "class TestM: pass",
    ] {
        let text = format!("{head}\n{source}");
        let found = summary(&outcomes_at("a/tests.py", &text, &settings));
        assert_eq!(
            found.matches("test_code (in a test file)").count(),
            3,
            "{found}"
        );
    }
    let with_tests = FunctionSettings {
        tests: true,
        ..anything()
    };
    assert_eq!(
        summary(&outcomes_at("tests/m.py", source, &with_tests)),
        summary(&outcomes_at("m.py", source, &with_tests))
    );
}

#[test]
fn a_function_that_its_context_needs_at_once_is_left_out() {
    let source = "
def f(x):
    return TABLE[x](x)
TABLE = {1: f}
def g(x):
    return helper(x)
def helper(x):
    return g(x - 1) if x else 0
def h(x):
    return BUILT
def build():
    return h
BUILT = build()
";
    insta::assert_snapshot!(summary(&outcomes(source)), @r"
    f: unresolved_name (its own context needs it while the module is loading)
    g: candidate
    helper: candidate
    h: unresolved_name (its own context needs it while the module is loading)
    build: no_arguments ()
    ");
}

#[test]
fn texts_are_sliced_and_never_rebuilt() {
    let source = "a = 1; b = 2  # two\r\n@dec( 1 )\r\ndef f( x ):  # why\r\n\treturn   x+a  # sum\r\n\r\ndef dec(n): return lambda f: f\r\n\u{c}\r\ndef g(x): return b, x; c = 3\r\n";
    insta::assert_snapshot!(format!("{:?}", code(source, "f")), @r#""a = 1\n\n\ndef dec(n): return lambda f: f\n\n\n@dec( 1 )\r\ndef f( x ):  # why\r\n\treturn   x+a  # sum\n""#);
    insta::assert_snapshot!(format!("{:?}", code(source, "g")), @r#""b = 2  # two\n\n\ndef g(x): return b, x; c = 3\n""#);
}

#[test]
fn the_fingerprint_sees_through_names_and_layout() {
    let prints = |sources: &[&str]| -> Vec<Digest> {
        sources
            .iter()
            .map(|source| fingerprint(source, source_name(source)).expect("the source parses"))
            .collect()
    };
    let same = prints(&[
        "import re\ndef f(text, n=1):\n    'Doc.'\n    parts = re.split(',', text)\n    return [p for p in parts][:n]\n",
        "import re\n\n# comment\ndef split_it(s, count = 0x1):\n    words = re.split(\",\", s)  # split\n    return [\n        w for w in words\n    ][:count]\n",
    ]);
    assert_eq!(same[0], same[1]);
    let different = prints(&[
        "def f(x):\n    return x[1:]\n",
        "def f(x):\n    return x[:1]\n",
        "def f(x):\n    return x[1]\n",
        "def f(x):\n    return x['1']\n",
        "def f(x, y):\n    return x - y\n",
        "def f(x, y):\n    return y - x\n",
        "def f(x):\n    return len(x)\n",
        "def f(x):\n    return sum(x)\n",
        "def f(x):\n    return f(x)\n",
        "A = 1\ndef f(x):\n    return A\n",
        "A = 2\ndef f(x):\n    return A\n",
        "import a\ndef f(x):\n    return a\n",
        "import b as a\ndef f(x):\n    return a\n",
    ]);
    assert_eq!(
        different.iter().collect::<BTreeSet<_>>().len(),
        different.len()
    );
}

fn source_name(source: &str) -> &str {
    let start = source.rfind("def ").expect("there is a function") + 4;
    let end = source[start..].find('(').expect("it has parameters");
    &source[start..start + end]
}

#[test]
fn undefined_names_are_those_of_the_module() {
    let source = "
import os
def f(x):
    global made
    made = 1
    return missing + other(x) + made
class C(Missing):
    attribute = 1
    def method(self):
        return attribute
x = missing
try:
    unicode
except NameError:
    unicode = str
";
    let names: Vec<String> = undefined_names(source)
        .expect("the source parses")
        .iter()
        .map(|undefined| format!("{}:{}", undefined.name, undefined.line))
        .collect();
    assert_eq!(names, ["missing:6", "other:6", "Missing:7", "attribute:10"]);
    assert_eq!(undefined_names("from a import *\nb\n"), Ok(Vec::new()));
}
