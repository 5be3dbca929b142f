//! What a module imports and what it never defines. Never decides what to do about it.

use std::collections::BTreeSet;

use ruff_python_ast::Stmt;
use ruff_python_ast::statement_visitor::{StatementVisitor, walk_stmt};

use ruff_text_size::TextSize;

use crate::module::Module;
use crate::parse::{ParseFailure, with_module};
use crate::scope::NameId;

/// The roots of all absolute imports anywhere in the module (`numpy` for
/// `import numpy.linalg`), `__future__` left out.
///
/// # Errors
/// The first syntax error.
pub fn import_roots(code: &str) -> Result<BTreeSet<String>, ParseFailure> {
    with_module(code, |body| {
        let mut roots = Roots::default();
        roots.visit_body(body);
        roots.0
    })
}

#[derive(Default)]
struct Roots(BTreeSet<String>);

impl Roots {
    fn add(&mut self, module: &str) {
        let root = module.split('.').next().unwrap_or(module);
        if root != "__future__" {
            self.0.insert(root.to_owned());
        }
    }
}

impl<'a> StatementVisitor<'a> for Roots {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => import.names.iter().for_each(|alias| self.add(&alias.name)),
            Stmt::ImportFrom(import) if import.level == 0 => {
                if let Some(module) = &import.module {
                    self.add(module);
                }
            }
            _ => walk_stmt(self, statement),
        }
    }
}

/// A name that a module uses and never defines.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct UndefinedName {
    /// The name.
    pub name: String,
    /// Line of its first use, from 1.
    pub line: u32,
}

/// The names that the module uses and that neither it nor Python defines, each once, in
/// the order of first use. Names in annotations that are never evaluated do not count,
/// nor does anything in a module with a star import.
///
/// # Errors
/// The first syntax error.
pub fn undefined_names(code: &str) -> Result<Vec<UndefinedName>, ParseFailure> {
    with_module(code, |body| {
        let mut module = Module::new(code, body);
        let mut written = BTreeSet::new();
        for unit in 0..module.units.len() {
            let writes = &module.scope(unit).scope.global_writes;
            written.extend(writes.iter().copied());
        }
        let mut found: Vec<(TextSize, NameId)> = Vec::new();
        if !module.stars.is_empty() {
            return Vec::new();
        }
        for unit in 0..module.units.len() {
            let Some(scope) = module.known_scope(unit) else {
                continue;
            };
            for used in &scope.scope.uses {
                let is_defined = module.bindings(used.name).iter().any(|b| !b.mutation)
                    || scope
                        .scope
                        .bindings
                        .iter()
                        .any(|&(name, _)| name == used.name)
                    || written.contains(&used.name)
                    || module.is_builtin(used.name);
                if !is_defined && !used.soft && !used.guarded {
                    found.push((used.offset, used.name));
                }
            }
        }
        found.sort_unstable();
        let mut seen = BTreeSet::new();
        found
            .into_iter()
            .filter(|&(_, name)| seen.insert(name))
            .map(|(offset, name)| UndefinedName {
                name: module.walker.names.text(name).to_owned(),
                line: module.lines.line(offset),
            })
            .collect()
    })
}
