//! Fingerprints: what two functions share when they differ in nothing but names of
//! their own and layout. Never compares anything but digests.

use std::collections::BTreeSet;

use ruff_python_ast::Stmt;
use unitmill_model::{Digest, DigestBuilder};

use crate::canonical::Canonical;
use crate::closure::import_text;
use crate::module::{Module, UnitKind};
use crate::parse::with_module;
use crate::scope::{Import, NameId};

/// The fingerprint of a module whose subject is the last top-level function of that name, or
/// the last class for a method `Class.method`;
/// see [`unitmill_model::Candidate::fingerprint`]. None if the module does not parse or
/// has no such function.
pub fn fingerprint(code: &str, function: &str) -> Option<Digest> {
    let result = with_module(code, |body| {
        let class = function.split_once('.').map(|(class, _)| class);
        let subject = body
            .iter()
            .rposition(|statement| match (statement, class) {
                (Stmt::FunctionDef(definition), None) => definition.name.as_str() == function,
                (Stmt::ClassDef(definition), Some(class)) => definition.name.as_str() == class,
                _ => false,
            })?;
        let function = class.unwrap_or(function);
        let mut module = Module::new(code, body);
        let mut print = FingerprintBuilder::new();
        let mut fingerprinter = Fingerprinter::default();
        for unit in 0..module.units.len() {
            if unit == subject {
                continue;
            }
            if module.units[unit].kind == UnitKind::Import {
                for import in &module.units[unit].imports {
                    print.import(import);
                }
            } else {
                print.unit(fingerprinter.digest(&mut module, unit, function));
            }
        }
        Some(print.finish(fingerprinter.digest(&mut module, subject, function)))
    });
    // A failure to parse is one of the two ways of having no such function.
    result.ok().flatten()
}

/// The digest of the canonical form of a text of one statement, for a subject of that name.
pub(crate) fn statement_digest(text: &str, subject: &str) -> Digest {
    let digest = with_module(text, |body| {
        Fingerprinter::default().digest(&mut Module::new(text, body), 0, subject)
    });
    digest.unwrap_or_else(|_| Digest::of(text))
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
        self.import_line(import_text(import));
    }

    /// An import of one name, as [`import_text`] writes it.
    pub(crate) fn import_line(&mut self, line: impl Into<String>) {
        self.imports.insert(line.into());
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

/// Makes the canonical digests of units; reused for all of a module.
#[derive(Default)]
pub(crate) struct Fingerprinter {
    bytes: Vec<u8>,
    /// Which unit a name was last seen to be more than a local of, by serial number.
    marks: Vec<u32>,
    serial: u32,
}

impl Fingerprinter {
    /// The digest of a unit's canonical form, for a subject of that name.
    pub(crate) fn digest(&mut self, module: &mut Module<'_>, unit: usize, subject: &str) -> Digest {
        module.scope(unit);
        self.serial += 1;
        self.marks.resize(module.walker.names.len(), 0);
        for name in outer_names(module, unit) {
            self.marks[name.index()] = self.serial;
        }
        let (names, marks, serial) = (&module.walker.names, &self.marks, self.serial);
        let bytes = std::mem::take(&mut self.bytes);
        let mut canonical = Canonical::new(subject, bytes, |name| {
            names
                .find(name)
                .is_some_and(|name| marks[name.index()] == serial)
        });
        module.canonical(unit, &mut canonical);
        self.bytes = canonical.finish();
        Digest::of(&self.bytes)
    }
}

/// The names of a unit that are more than locals of its functions.
fn outer_names(module: &Module<'_>, unit: usize) -> impl Iterator<Item = NameId> {
    let known = module.known_scope(unit);
    known.into_iter().flat_map(|unit| {
        let scope = &unit.scope;
        unit.needs
            .iter()
            .map(|need| need.name)
            .chain(scope.bindings.iter().map(|&(name, _)| name))
            .chain(scope.class_names.iter().copied())
            .chain(scope.global_writes.iter().copied())
    })
}

/// Whether a name is more than a local of a unit's functions.
pub(crate) fn mentions(module: &Module<'_>, unit: usize, name: NameId) -> bool {
    outer_names(module, unit).any(|outer| outer == name)
}
