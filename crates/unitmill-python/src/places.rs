//! Where the functions of a module stand. Never decides which of them are wanted.

use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};
use ruff_python_ast::{ExceptHandler, Stmt, StmtClassDef, StmtFunctionDef};

use crate::scope::imports_of;

/// A function of the module.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) statement: &'a Stmt,
    pub(crate) function: &'a StmtFunctionDef,
    pub(crate) place: Place<'a>,
}

/// Where a function stands.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// It is a statement of the module.
    Module(usize),
    /// Under a condition, a `try` or the like.
    Condition,
    /// Under a condition that says why it is nobody's.
    Unreachable(&'static str),
    /// A statement of a module-level class.
    Class {
        statement: &'a Stmt,
        class: &'a StmtClassDef,
        member: usize,
    },
    /// Somewhere else in a class.
    InClass(&'a StmtClassDef, &'static str),
}

impl<'a> Subject<'a> {
    pub(crate) fn class(&self) -> Option<&'a StmtClassDef> {
        match self.place {
            Place::Class { class, .. } | Place::InClass(class, _) => Some(class),
            _ => None,
        }
    }

    /// `function` or `Class.method`.
    pub(crate) fn name(&self) -> String {
        match self.class() {
            Some(class) => [class.name.as_str(), ".", self.function.name.as_str()].concat(),
            None => self.function.name.to_string(),
        }
    }
}

/// Hands every block of a compound statement over; classes and functions are not entered.
pub(crate) fn for_each_block<'a>(statement: &'a Stmt, work: &mut dyn FnMut(&'a [Stmt])) {
    match statement {
        Stmt::If(statement) => {
            work(&statement.body);
            for clause in &statement.elif_else_clauses {
                work(&clause.body);
            }
        }
        Stmt::Try(statement) => {
            work(&statement.body);
            for handler in &statement.handlers {
                let ExceptHandler::ExceptHandler(handler) = handler;
                work(&handler.body);
            }
            work(&statement.orelse);
            work(&statement.finalbody);
        }
        Stmt::For(statement) => {
            work(&statement.body);
            work(&statement.orelse);
        }
        Stmt::While(statement) => {
            work(&statement.body);
            work(&statement.orelse);
        }
        Stmt::With(statement) => work(&statement.body),
        Stmt::Match(statement) => {
            for case in &statement.cases {
                work(&case.body);
            }
        }
        _ => {}
    }
}

/// Test files by convention: `test_*.py`, `*_test.py`, `conftest.py`, anything in a folder
/// called `test` or `tests`. Files called `test.py` and `tests.py` may be about anything that
/// is tested, and are looked into.
pub(crate) fn is_test_path(path: &str, tests_something: impl FnOnce() -> bool) -> bool {
    let mut parts: Vec<&str> = path.split('/').collect();
    let file = parts.pop().unwrap_or("");
    let stem = file.strip_suffix(".py").unwrap_or(file);
    stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem == "conftest"
        || parts.iter().any(|part| matches!(*part, "test" | "tests"))
        || (matches!(stem, "test" | "tests") && tests_something())
}

/// Whether a module uses a test framework, or has classes of tests.
pub(crate) fn tests_something(body: &[Stmt]) -> bool {
    let is_framework = |module: &str| {
        module.split('.').any(|part| {
            matches!(
                part,
                "unittest" | "unittest2" | "pytest" | "nose" | "hypothesis" | "test" | "testing"
            )
        })
    };
    body.iter().any(|statement| match statement {
        Stmt::ClassDef(class) => is_test_name(&class.name),
        _ => imports_of(statement).any(|import| is_framework(import.module)),
    })
}

pub(crate) fn is_test_name(name: &str) -> bool {
    name == "test" || name.starts_with("test_") || name.starts_with("Test")
}

/// Whether a function returns something, as no test does.
pub(crate) fn returns_value(function: &StmtFunctionDef) -> bool {
    let mut search = Returns(false);
    search.visit_body(&function.body);
    search.0
}

struct Returns(bool);

impl<'a> StatementVisitor<'a> for Returns {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => {}
            Stmt::Return(returned) => {
                let value = returned.value.as_deref();
                self.0 |= value.is_some_and(|value| !value.is_none_literal_expr());
            }
            _ => walk_stmt(self, statement),
        }
    }
}
