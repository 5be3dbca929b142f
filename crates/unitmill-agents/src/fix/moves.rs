//! Names that live elsewhere now: import statements and dotted uses.

use std::collections::BTreeMap;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt, StmtImport, StmtImportFrom};

use super::tables::{LIBRARIES, Move};
use super::{Change, Scene, mentions};
use crate::syntax::{Edit, dotted, last_of, qualified, root_of};

/// Rewrites imports and uses of moved names.
pub(super) fn act(scene: &Scene<'_>) -> Change {
    let imports = scene.module.imports();
    let mut mover = Mover {
        scene,
        imports: &imports,
        change: Change::default(),
    };
    mover.visit_body(scene.module.body());
    mover.change
}

struct Mover<'scene> {
    scene: &'scene Scene<'scene>,
    imports: &'scene BTreeMap<String, String>,
    change: Change,
}

/// An entry that applies, and what is left of the path below it.
struct Found {
    entry: Move,
    rest: String,
}

impl Found {
    /// The new path.
    fn target(&self) -> String {
        format!("{}{}", self.entry.to, self.rest)
    }

    /// Whether the new path is a builtin or an expression, which no import brings.
    fn is_builtin(&self) -> bool {
        is_builtin_target(self.entry.to)
    }
}

fn is_builtin_target(path: &str) -> bool {
    unitmill_python::is_builtin_name(root_of(path)) || path.contains('(')
}

impl Mover<'_> {
    /// The longest entry whose old path is `path` or a parent of it.
    fn find(&self, path: &str) -> Option<Found> {
        let mut best: Option<Found> = None;
        for library in LIBRARIES {
            for entry in library.moves {
                let Some(rest) = path.strip_prefix(entry.from) else {
                    continue;
                };
                if !(rest.is_empty() || rest.starts_with('.')) {
                    continue;
                }
                if !self.scene.lacks(library, entry) || !self.concerns(entry) {
                    continue;
                }
                if best
                    .as_ref()
                    .is_none_or(|found| found.entry.from.len() < entry.from.len())
                {
                    best = Some(Found {
                        entry: *entry,
                        rest: rest.to_owned(),
                    });
                }
            }
        }
        best.filter(|found| found.target() != path)
    }

    /// Errors speak of the last component (`module 'numpy' has no attribute 'float'`) or of
    /// the module (`No module named 'sklearn.cross_validation'`).
    fn concerns(&self, entry: &Move) -> bool {
        self.scene.concerns(last_of(entry.from)) || mentions(self.scene.error, entry.from)
    }

    /// The target's parent module must be in the environment.
    fn is_available(&self, target: &str) -> bool {
        is_builtin_target(target) || self.scene.environment.modules.contains(root_of(target))
    }

    fn import(&mut self, import: &StmtImport) {
        let mut changed = false;
        let names: Vec<String> = import
            .names
            .iter()
            .map(|alias| {
                let path = alias.name.as_str();
                let found = self
                    .find(path)
                    .filter(|found| !found.is_builtin() && self.is_available(&found.target()));
                let Some(found) = found else {
                    return self.scene.module.text(alias).to_owned();
                };
                changed = true;
                let target = found.target();
                match &alias.asname {
                    Some(name) if name.as_str() == target => format!("import {target}"),
                    Some(name) => format!("{target} as {name}"),
                    // `import a.b` binds `a`; its uses spell the whole path and move too.
                    None if path.contains('.') => target,
                    None => format!("{target} as {path}"),
                }
            })
            .map(|name| name.trim_start_matches("import ").to_owned())
            .collect();
        if changed {
            self.change.edits.push(Edit::replace(
                import,
                format!("import {}", names.join(", ")),
            ));
        }
    }

    fn import_from(&mut self, import: &StmtImportFrom) {
        let Some(module) = import.module.as_ref().filter(|_| import.level == 0) else {
            return;
        };
        let mut kept = Vec::new();
        let mut lines: Vec<String> = Vec::new();
        for alias in &import.names {
            let name = alias.name.as_str();
            let local = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            let path = if name == "*" {
                module.to_string()
            } else {
                format!("{module}.{name}")
            };
            let found = self
                .find(&path)
                .filter(|found| self.is_available(&found.target()));
            let Some(found) = found else {
                kept.push(self.scene.module.text(alias).to_owned());
                continue;
            };
            let target = found.target();
            lines.push(if name == "*" {
                format!("from {target} import *")
            } else if is_builtin_target(&target) {
                if target == local {
                    // A builtin of the same name needs no import.
                    String::new()
                } else {
                    format!("{local} = {target}")
                }
            } else if let Some((parent, last)) = target.rsplit_once('.') {
                if last == local {
                    format!("from {parent} import {last}")
                } else {
                    format!("from {parent} import {last} as {local}")
                }
            } else if target == local {
                format!("import {target}")
            } else {
                format!("import {target} as {local}")
            });
        }
        if kept.len() == import.names.len() {
            return;
        }
        let mut statements = Vec::new();
        if !kept.is_empty() {
            statements.push(format!("from {module} import {}", kept.join(", ")));
        }
        statements.extend(merge(
            lines.into_iter().filter(|line| !line.is_empty()).collect(),
        ));
        if statements.is_empty() {
            statements.push("pass".to_owned());
        }
        let indent = self.scene.module.indent_of(import);
        self.change.edits.push(Edit::replace(
            import,
            statements.join(&format!("\n{indent}")),
        ));
    }

    /// A dotted use. Returns whether it was rewritten.
    fn usage(&mut self, expression: &Expr) -> bool {
        let Some(path) = qualified(expression, self.imports) else {
            return false;
        };
        // A name bound by `from module import name` is repaired in its import.
        if !matches!(expression, Expr::Attribute(_)) {
            return false;
        }
        let Some(found) = self.find(&path) else {
            return false;
        };
        // The alias of a moved module (`import cPickle as pickle`) is repaired in its import.
        if self.alias_covers(expression, found.entry.from) {
            return false;
        }
        let target = found.target();
        if !self.is_available(&target) {
            return false;
        }
        let old = found.entry.from;
        let parent = |path: &str| path.rsplit_once('.').map(|(parent, _)| parent.to_owned());
        let stays = parent(old).and_then(|parent| {
            let rest = found.entry.to.strip_prefix(&format!("{parent}."))?;
            // A submodule that its package does not load needs an import.
            (!rest.contains('.') || !is_bare_package(&parent)).then(|| rest.to_owned())
        });
        if let Some(rest) = stays {
            // Same module, other name: the spelling of the module stays.
            let Some(node) = node_of(expression, &path, old) else {
                return false;
            };
            self.change.edits.push(Edit::replace(&node.attr, rest));
            return true;
        }
        if !found.is_builtin() {
            let spelling = self.spell(&target, &found);
            self.change.edits.push(Edit::replace(expression, spelling));
        } else {
            self.change.edits.push(Edit::replace(expression, target));
        }
        true
    }

    /// Spells a path through a name that is already bound, or imports its module.
    fn spell(&mut self, target: &str, found: &Found) -> String {
        for (name, bound) in self.imports {
            // `import a` alone does not promise that `a.b` is loaded.
            if let Some(rest) = target.strip_prefix(bound.as_str())
                && rest.starts_with('.')
                && rest.matches('.').count() == 1
                && !(name == bound && is_bare_package(bound))
            {
                return format!("{name}{rest}");
            }
        }
        let module = if found.rest.is_empty() || found.entry.to.contains('.') {
            target.rsplit_once('.').map_or(target, |(parent, _)| parent)
        } else {
            found.entry.to
        };
        // A class may stand between module and name: modules are lower case.
        let module = module_part(module);
        if module == "numpy" {
            self.change.imports.push("import numpy as np".to_owned());
            return format!("np{}", &target["numpy".len()..]);
        }
        self.change.imports.push(format!("import {module}"));
        target.to_owned()
    }

    /// Whether the chain's first name was bound to a path that `old` is, or is a parent of.
    fn alias_covers(&self, expression: &Expr, old: &str) -> bool {
        let Some(spelling) = dotted(expression) else {
            return false;
        };
        let head = root_of(&spelling);
        self.imports.get(head).is_some_and(|bound| {
            (bound == old || bound.starts_with(&format!("{old}.")))
                // `import urllib2` alone is repaired in its import unless a longer entry
                // sends this very name elsewhere.
                && old.split('.').count() <= bound.split('.').count()
        })
    }
}

/// The leading components of a path that look like modules.
fn module_part(path: &str) -> &str {
    let mut end = 0;
    for part in path.split('.') {
        if part.chars().next().is_some_and(char::is_uppercase) && end > 0 {
            break;
        }
        end += part.len() + usize::from(end > 0);
    }
    &path[..end]
}

/// Packages whose submodules need an import of their own.
fn is_bare_package(path: &str) -> bool {
    matches!(
        path,
        "scipy" | "sklearn" | "xml" | "urllib" | "html" | "http" | "email" | "collections"
    )
}

/// The attribute node inside a chain whose qualified path is `path` that stands for `old`.
fn node_of<'ast>(
    expression: &'ast Expr,
    path: &str,
    old: &str,
) -> Option<&'ast ruff_python_ast::ExprAttribute> {
    let mut surplus = path.split('.').count() - old.split('.').count();
    let mut current = expression;
    loop {
        match current {
            Expr::Attribute(attribute) if surplus == 0 => return Some(attribute),
            Expr::Attribute(attribute) => {
                surplus -= 1;
                current = &attribute.value;
            }
            _ => return None,
        }
    }
}

/// Joins `from` imports of the same module.
fn merge(lines: Vec<String>) -> Vec<String> {
    let mut merged: Vec<String> = Vec::new();
    for line in lines {
        let Some((module, name)) = line
            .strip_prefix("from ")
            .and_then(|rest| rest.split_once(" import "))
        else {
            merged.push(line);
            continue;
        };
        let prefix = format!("from {module} import ");
        match merged.iter_mut().find(|other| other.starts_with(&prefix)) {
            Some(other) => {
                other.push_str(", ");
                other.push_str(name);
            }
            None => merged.push(line),
        }
    }
    merged
}

impl<'ast> Visitor<'ast> for Mover<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::Import(import) => self.import(import),
            Stmt::ImportFrom(import) => self.import_from(import),
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        if matches!(expression, Expr::Attribute(_)) && self.usage(expression) {
            return;
        }
        walk_expr(self, expression);
    }
}
