//! Which of the packages that a function's slice imports it cannot do without. Never says
//! what an environment holds: that is asked of the caller.
//!
//! An import is no need if it is for type checkers alone, or if it stands in a `try` that
//! catches its failure and offers something in its place: another import, a definition,
//! a `return`, a value. A handler that only notes the failure (`torch = None`) makes the
//! import optional for functions that do not use what it would have bound.

use std::collections::BTreeSet;

use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtTry};

use crate::closure::Closure;
use crate::module::{Module, UnitKind};
use crate::package_list::package_of_module;
use crate::places::for_each_block;
use crate::scope::{Import, imports_of, is_type_checking};

/// The packages that the closure of unit `start` needs and `is_held` says no to, as
/// [`package_of_module`] names them.
pub(crate) fn missing_packages<'a>(
    module: &Module<'a>,
    closure: &Closure<'a>,
    start: usize,
    is_held: &dyn Fn(&str) -> bool,
) -> BTreeSet<String> {
    let mut found = Vec::new();
    for &(unit, index) in &closure.imports {
        let import = module.units[unit].imports[index as usize];
        if module.units[unit].kind == UnitKind::Import && !is_held(import.root()) {
            found.push((unit, import, Standing::Needed));
        }
    }
    for &unit in closure.units.iter().chain([&start]) {
        let Some(scope) = module.known_scope(unit) else {
            continue;
        };
        if scope.roots.iter().all(|root| is_held(root)) {
            continue;
        }
        let mut search = Search {
            is_held,
            found: Vec::new(),
        };
        search.statement(module.units[unit].statement, Standing::Needed);
        found.extend(
            search
                .found
                .into_iter()
                .map(|(import, standing)| (unit, import, standing)),
        );
    }
    let is_used = |unit: usize, name: &str| {
        unit == start
            || closure
                .units
                .iter()
                .chain([&start])
                .filter(|&&other| other != unit)
                .filter_map(|&other| module.known_scope(other))
                .flat_map(|scope| &scope.needs)
                .any(|need| module.walker.names.text(need.name) == name)
    };
    found
        .into_iter()
        .filter(|(unit, import, standing)| match standing {
            Standing::Needed => true,
            Standing::IfUsed => is_used(*unit, import.bound()),
            Standing::Replaceable => false,
        })
        .map(|(_, import, _)| package_of(&import))
        .collect()
}

fn package_of(import: &Import<'_>) -> String {
    match import.member {
        Some(member) if member != "*" => {
            package_of_module(&format!("{}.{member}", import.module)).to_owned()
        }
        _ => package_of_module(import.module).to_owned(),
    }
}

/// What becomes of a function when an import fails.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    /// It cannot run.
    Needed,
    /// It runs if it does not use what was to be imported.
    IfUsed,
    /// Something else takes the place.
    Replaceable,
}

struct Search<'s, 'a> {
    is_held: &'s dyn Fn(&str) -> bool,
    found: Vec<(Import<'a>, Standing)>,
}

impl<'a> Search<'_, 'a> {
    fn body(&mut self, body: &'a [Stmt], standing: Standing) {
        for statement in body {
            self.statement(statement, standing);
        }
    }

    fn statement(&mut self, statement: &'a Stmt, standing: Standing) {
        match statement {
            Stmt::Import(_) | Stmt::ImportFrom(_) => {
                for import in imports_of(statement) {
                    if import.level == 0 && !(self.is_held)(import.root()) {
                        self.found.push((import, standing));
                    }
                }
            }
            // A `try` around a definition catches nothing that its calls raise.
            Stmt::FunctionDef(function) => self.body(&function.body, Standing::Needed),
            Stmt::ClassDef(class) => self.body(&class.body, standing),
            Stmt::If(condition) if is_type_checking(&condition.test) => {
                for clause in &condition.elif_else_clauses {
                    self.body(&clause.body, standing);
                }
            }
            Stmt::Try(attempt) => self.attempt(attempt, standing),
            _ => for_each_block(statement, &mut |body| self.body(body, standing)),
        }
    }

    fn attempt(&mut self, attempt: &'a StmtTry, standing: Standing) {
        let before = self.found.len();
        let inside = attempt
            .handlers
            .iter()
            .filter_map(|ExceptHandler::ExceptHandler(handler)| {
                catches_import_error(handler.type_.as_deref()).then_some(&handler.body)
            })
            .map(|body| self.offered_by(body))
            .next()
            .map_or(standing, |offered| offered.max(standing));
        self.body(&attempt.body, inside);
        let goes_through = self.found.len() == before;
        for ExceptHandler::ExceptHandler(handler) in &attempt.handlers {
            // What only runs when an import fails that does not fail is not needed.
            let inside = if goes_through && catches_import_error(handler.type_.as_deref()) {
                Standing::Replaceable
            } else {
                standing
            };
            self.body(&handler.body, inside);
        }
        self.body(&attempt.orelse, inside);
        self.body(&attempt.finalbody, standing);
    }

    /// What a handler makes of a failed import.
    fn offered_by(&self, handler: &[Stmt]) -> Standing {
        if handler
            .iter()
            .any(|statement| matches!(statement, Stmt::Raise(_)))
        {
            return Standing::Needed;
        }
        if handler.iter().any(|statement| self.offers(statement)) {
            Standing::Replaceable
        } else {
            Standing::IfUsed
        }
    }

    fn offers(&self, statement: &Stmt) -> bool {
        match statement {
            Stmt::Import(_) | Stmt::ImportFrom(_) => {
                imports_of(statement).all(|import| (self.is_held)(import.root()))
            }
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) | Stmt::Return(_) => true,
            Stmt::Assign(assign) => !is_constant(&assign.value),
            Stmt::AnnAssign(assign) => assign
                .value
                .as_ref()
                .is_some_and(|value| !is_constant(value)),
            Stmt::If(_) | Stmt::Try(_) => {
                let mut offers = false;
                for_each_block(statement, &mut |body| {
                    offers |= body.iter().any(|statement| self.offers(statement));
                });
                offers
            }
            _ => false,
        }
    }
}

fn is_constant(value: &Expr) -> bool {
    matches!(value, Expr::NoneLiteral(_) | Expr::BooleanLiteral(_))
}

/// Whether an `except` clause catches the failure of an import.
fn catches_import_error(caught: Option<&Expr>) -> bool {
    match caught {
        None => true,
        Some(Expr::Tuple(several)) => several
            .elts
            .iter()
            .any(|one| catches_import_error(Some(one))),
        Some(Expr::Name(name)) => matches!(
            name.id.as_str(),
            "ImportError" | "ModuleNotFoundError" | "Exception" | "BaseException"
        ),
        Some(_) => false,
    }
}
