//! Which tests a module will surely report when `unittest` loads it. Errs on the side of
//! leaving out: a test that this module lists and the run does not report is a run that
//! went wrong.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::{Decorator, Expr, Stmt, StmtClassDef};

use crate::parse::{ParseFailure, with_module};

/// The `Class.method` ids of the tests that are statically visible, in source order: test
/// methods written directly in the body of a module-level class that derives, as far as
/// the module shows, from `unittest.TestCase` or `unittest.IsolatedAsyncioTestCase`.
///
/// Left out: what is defined under a condition, what is rebound later, what a decorator
/// multiplies or replaces, and everything if the module defines `load_tests`.
///
/// # Errors
/// The first syntax error.
pub fn enumerate_tests(module_source: &str) -> Result<Vec<String>, ParseFailure> {
    with_module(module_source, |body| {
        let mut module = Module::default();
        for statement in body {
            module.read(statement);
        }
        if module.names.contains_key("load_tests") {
            return Vec::new();
        }
        let mut tests = Vec::new();
        for statement in body {
            if let Stmt::ClassDef(class) = statement
                && module.names.get(class.name.as_str())
                    == Some(&Meaning::TestCase(Some(class.range.start().to_u32())))
            {
                tests.extend(
                    test_methods(class)
                        .into_iter()
                        .map(|method| format!("{}.{method}", class.name)),
                );
            }
        }
        tests
    })
}

/// What a module-level name stands for, as far as it matters here.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Meaning {
    /// The module `unittest`, or `unittest.case`.
    Unittest,
    /// A test case class; where it is defined, if in this module.
    TestCase(Option<u32>),
    /// Anything else.
    Other,
}

#[derive(Default)]
struct Module<'a> {
    names: HashMap<&'a str, Meaning>,
}

impl<'a> Module<'a> {
    fn read(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let module = alias.name.as_str();
                    let (name, is_unittest) = match &alias.asname {
                        Some(name) => (
                            name.as_str(),
                            matches!(module, "unittest" | "unittest.case"),
                        ),
                        None => {
                            let root = module.split('.').next().unwrap_or(module);
                            (root, root == "unittest")
                        }
                    };
                    let meaning = if is_unittest {
                        Meaning::Unittest
                    } else {
                        Meaning::Other
                    };
                    self.names.insert(name, meaning);
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                let is_unittest = import.level == 0
                    && matches!(module, "unittest" | "unittest.case" | "unittest.async_case");
                for alias in &import.names {
                    let meaning = match alias.name.as_str() {
                        "*" if is_unittest => {
                            for name in ["TestCase", "IsolatedAsyncioTestCase"] {
                                self.names.insert(name, Meaning::TestCase(None));
                            }
                            continue;
                        }
                        "TestCase" | "IsolatedAsyncioTestCase" if is_unittest => {
                            Meaning::TestCase(None)
                        }
                        "case" | "async_case" if is_unittest => Meaning::Unittest,
                        _ => Meaning::Other,
                    };
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.names.insert(name.as_str(), meaning);
                }
            }
            Stmt::ClassDef(class) => {
                let bases = class.arguments.iter().flat_map(|list| list.args.iter());
                let derives = bases
                    .map(|base| self.meaning(base))
                    .any(|meaning| matches!(meaning, Meaning::TestCase(_)));
                let meaning = if derives && !class.decorator_list.iter().any(is_unsafe) {
                    Meaning::TestCase(Some(class.range.start().to_u32()))
                } else {
                    Meaning::Other
                };
                self.names.insert(class.name.as_str(), meaning);
            }
            Stmt::Assign(assign) => {
                let meaning = match self.meaning(&assign.value) {
                    // An alias is loaded a second time, under its own name; the class
                    // itself stays what it is.
                    Meaning::TestCase(_) => Meaning::TestCase(None),
                    meaning => meaning,
                };
                for target in &assign.targets {
                    if let Expr::Name(name) = target {
                        self.names.insert(name.id.as_str(), meaning.clone());
                    } else {
                        self.forget(target);
                    }
                }
            }
            Stmt::FunctionDef(function) => {
                self.names.insert(function.name.as_str(), Meaning::Other);
            }
            Stmt::Delete(delete) => delete.targets.iter().for_each(|target| self.forget(target)),
            Stmt::AugAssign(assign) => self.forget(&assign.target),
            Stmt::AnnAssign(assign) if assign.value.is_some() => self.forget(&assign.target),
            Stmt::For(statement) => {
                self.forget(&statement.target);
                self.read_conditional(&statement.body);
                self.read_conditional(&statement.orelse);
            }
            Stmt::While(statement) => {
                self.read_conditional(&statement.body);
                self.read_conditional(&statement.orelse);
            }
            Stmt::If(statement) => {
                self.read_conditional(&statement.body);
                for clause in &statement.elif_else_clauses {
                    self.read_conditional(&clause.body);
                }
            }
            Stmt::With(statement) => {
                for item in &statement.items {
                    if let Some(target) = &item.optional_vars {
                        self.forget(target);
                    }
                }
                self.read_conditional(&statement.body);
            }
            Stmt::Try(statement) => {
                self.read_conditional(&statement.body);
                for handler in &statement.handlers {
                    let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                    self.read_conditional(&handler.body);
                }
                self.read_conditional(&statement.orelse);
                self.read_conditional(&statement.finalbody);
            }
            Stmt::Match(statement) => {
                for case in &statement.cases {
                    self.read_conditional(&case.body);
                }
            }
            _ => {}
        }
    }

    /// Imports under a condition mean what they say; anything else that a condition binds
    /// is not surely a test case.
    fn read_conditional(&mut self, body: &'a [Stmt]) {
        for statement in body {
            match statement {
                Stmt::ClassDef(class) => {
                    self.names.insert(class.name.as_str(), Meaning::Other);
                }
                _ => self.read(statement),
            }
        }
    }

    fn forget(&mut self, target: &'a Expr) {
        match target {
            Expr::Name(name) => {
                self.names.insert(name.id.as_str(), Meaning::Other);
            }
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| self.forget(element)),
            Expr::List(list) => list.elts.iter().for_each(|element| self.forget(element)),
            Expr::Starred(starred) => self.forget(&starred.value),
            _ => {}
        }
    }

    fn meaning(&self, expression: &Expr) -> Meaning {
        match expression {
            Expr::Name(name) => self
                .names
                .get(name.id.as_str())
                .cloned()
                .unwrap_or(Meaning::Other),
            Expr::Attribute(attribute) if self.meaning(&attribute.value) == Meaning::Unittest => {
                match attribute.attr.as_str() {
                    "TestCase" | "IsolatedAsyncioTestCase" => Meaning::TestCase(None),
                    "case" | "async_case" => Meaning::Unittest,
                    _ => Meaning::Other,
                }
            }
            _ => Meaning::Other,
        }
    }
}

/// The test methods that are in force at the end of the class body, in source order.
fn test_methods(class: &StmtClassDef) -> Vec<&str> {
    let mut methods: Vec<&str> = Vec::new();
    let mut conditional = Module::default();
    for statement in &class.body {
        if let Stmt::FunctionDef(function) = statement {
            let name = function.name.as_str();
            methods.retain(|&known| known != name);
            if name.starts_with("test") && !function.decorator_list.iter().any(is_unsafe) {
                methods.push(name);
            }
            continue;
        }
        conditional.names.clear();
        conditional.read(statement);
        let rebound: HashSet<&str> = conditional.names.keys().copied().collect();
        methods.retain(|name| !rebound.contains(name));
    }
    methods
}

/// Decorators that give a test other names, or make something else of it.
fn is_unsafe(decorator: &Decorator) -> bool {
    let mut expression = &decorator.expression;
    loop {
        let name = match expression {
            Expr::Call(call) => {
                expression = &call.func;
                continue;
            }
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            Expr::Name(name) => name.id.as_str(),
            _ => return true,
        };
        if matches!(
            name,
            "cached_property"
                | "data"
                | "ddt"
                | "expand"
                | "file_data"
                | "foreach"
                | "parameterized"
                | "parameterized_class"
                | "parameters"
                | "property"
                | "setter"
                | "subTest"
                | "unpack"
        ) {
            return true;
        }
        match expression {
            Expr::Attribute(attribute) => expression = &attribute.value,
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tests_of(source: &str) -> Vec<String> {
        enumerate_tests(source).expect("the source parses")
    }

    #[test]
    fn finds_test_cases_through_aliases_and_bases() {
        let source = "
import unittest
import unittest as ut
from unittest import TestCase as Case, IsolatedAsyncioTestCase, mock
from unittest import case

Base = unittest.TestCase

class Plain(unittest.TestCase):
    def setUp(self): pass
    def test_a(self): pass
    def helper(self): pass
    @unittest.skip('later')
    def test_b(self): pass
    @mock.patch('os.getcwd')
    def testC(self, _): pass

class Aliased(Case):
    def test_d(self): pass

class Mixed(object, ut.TestCase):
    def test_e(self): pass

class Derived(Plain):
    def test_f(self): pass

class Loop(IsolatedAsyncioTestCase):
    async def test_g(self): pass

class ByModule(case.TestCase):
    def test_h(self): pass

class ByAssignment(Base):
    def test_i(self): pass
";
        insta::assert_snapshot!(tests_of(source).join("\n"), @"
        Plain.test_a
        Plain.test_b
        Plain.testC
        Aliased.test_d
        Mixed.test_e
        Derived.test_f
        Loop.test_g
        ByModule.test_h
        ByAssignment.test_i
        ");
    }

    #[test]
    fn leaves_out_what_may_not_be_reported() {
        let source = "
import unittest, sys
from elsewhere import TestCase
from parameterized import parameterized

class Unknown(TestCase):
    def test_a(self): pass

class NoTest(object):
    def test_b(self): pass

if sys.platform == 'win32':
    class Conditional(unittest.TestCase):
        def test_c(self): pass

class Gone(unittest.TestCase):
    def test_d(self): pass
del Gone

class Twice(unittest.TestCase):
    def test_first(self): pass

class Twice(unittest.TestCase):
    def test_e(self): pass
    def test_e(self): pass
    def test_overwritten(self): pass
    test_overwritten = None
    if sys.platform == 'win32':
        def test_conditional(self): pass
    @parameterized.expand([(1,), (2,)])
    def test_many(self, value): pass
    @property
    def test_property(self): pass
    class Inner(unittest.TestCase):
        def test_inner(self): pass
";
        assert_eq!(tests_of(source), ["Twice.test_e"]);
    }

    #[test]
    fn a_load_tests_hook_decides_for_itself() {
        let source = "
import unittest
class T(unittest.TestCase):
    def test_a(self): pass
def load_tests(loader, tests, pattern): return tests
";
        assert!(tests_of(source).is_empty());
        assert!(enumerate_tests("def (").is_err());
    }
}
