//! Where the functions of a module stand. Never decides which of them are wanted.

use ruff_python_ast::{ExceptHandler, Stmt, StmtClassDef, StmtFunctionDef};

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
            Some(class) => format!("{}.{}", class.name, self.function.name),
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

/// Test files by convention: `test_*.py`, `*_test.py`, `conftest.py`, anything in a
/// folder called `test` or `tests`.
pub(crate) fn is_test_path(path: &str) -> bool {
    let mut parts: Vec<&str> = path.split('/').collect();
    let file = parts.pop().unwrap_or("");
    let stem = file.strip_suffix(".py").unwrap_or(file);
    stem.starts_with("test_")
        || stem.ends_with("_test")
        || matches!(stem, "conftest" | "test" | "tests")
        || parts.iter().any(|part| matches!(*part, "test" | "tests"))
}

pub(crate) fn is_test_name(name: &str) -> bool {
    name == "test" || name.starts_with("test_") || name.starts_with("Test")
}
