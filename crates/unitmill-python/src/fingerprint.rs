//! Fingerprints: what two functions share when they differ in nothing but names of
//! their own and layout. Never compares anything but digests.

use std::collections::BTreeSet;

use ruff_python_ast::Stmt;
use rustc_hash::FxHashSet;
use unitmill_model::{Digest, DigestBuilder};

use crate::canonical::Canonical;
use crate::closure::import_text;
use crate::module::{Module, UnitKind};
use crate::parse::with_module;
use crate::scope::Import;

/// The fingerprint of a module whose subject is the last top-level function of that name;
/// see
/// [`unitmill_model::Candidate::fingerprint`]. None if the module does not parse or has no such
/// function.
pub fn fingerprint(code: &str, function: &str) -> Option<Digest> {
    let result = with_module(code, |body| {
        let subject = body.iter().rposition(|statement| {
            matches!(statement, Stmt::FunctionDef(definition) if definition.name.as_str() == function)
        })?;
        let mut module = Module::new(code, body);
        let mut print = FingerprintBuilder::new();
        for unit in 0..module.units.len() {
            if unit == subject {
                continue;
            }
            if module.units[unit].kind == UnitKind::Import {
                for import in &module.units[unit].imports {
                    print.import(import);
                }
            } else {
                let digest = canonical_digest(&mut module, unit, function);
                print.unit(digest);
            }
        }
        Some(print.finish(canonical_digest(&mut module, subject, function)))
    });
    // A failure to parse is one of the two ways of having no such function.
    result.ok().flatten()
}

/// Joins the digests of a closure.
pub(crate) struct FingerprintBuilder {
    imports: BTreeSet<String>,
    units: Vec<Digest>,
}

impl FingerprintBuilder {
    pub(crate) fn new() -> Self {
        Self {
            imports: BTreeSet::new(),
            units: Vec::new(),
        }
    }

    pub(crate) fn import(&mut self, import: &Import<'_>) {
        self.imports.insert(import_text(import));
    }

    pub(crate) fn unit(&mut self, digest: Digest) {
        self.units.push(digest);
    }

    pub(crate) fn finish(self, subject: Digest) -> Digest {
        let mut digest = DigestBuilder::new("fingerprint");
        for import in &self.imports {
            digest.push(import);
        }
        for unit in &self.units {
            digest.push(unit.as_bytes());
        }
        digest.push(subject.as_bytes());
        digest.finish()
    }
}

/// The names of a unit that are more than locals of its functions.
pub(crate) fn outer_names<'a>(module: &mut Module<'a>, unit: usize) -> FxHashSet<&'a str> {
    module.scope(unit);
    let mut outer = FxHashSet::default();
    if let Some(unit) = module.known_scope(unit) {
        let scope = &unit.scope;
        let names = unit
            .needs
            .iter()
            .map(|need| need.name)
            .chain(scope.bindings.iter().map(|&(name, _)| name))
            .chain(scope.class_names.iter().copied())
            .chain(scope.global_writes.iter().copied());
        outer.extend(names.map(|name| module.walker.names.text(name)));
    }
    outer
}

fn canonical_digest(module: &mut Module<'_>, unit: usize, subject: &str) -> Digest {
    let outer = outer_names(module, unit);
    digest_of(module.units[unit].statement, &outer, subject)
}

pub(crate) fn digest_of(statement: &Stmt, outer: &FxHashSet<&str>, subject: &str) -> Digest {
    let mut canonical = Canonical::new(subject, |name| outer.contains(name));
    canonical.statement(statement);
    Digest::of(canonical.finish())
}
