//! Cutting functions out of a module, each with the slice of the module that it needs.
//! Never changes a byte of what it cuts, and never drops a function without saying why.

use std::collections::BTreeSet;
use std::fmt;

use ruff_python_ast::{ExceptHandler, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged as _;
use unitmill_model::{Candidate, Digest, Origin, RejectReason};

use crate::candidate_text::CandidateText;
use crate::closure::{Closure, ClosureFinder, library_names};
use crate::fingerprint::{FingerprintBuilder, Fingerprinter, fingerprint, mentions};
use crate::known_names::is_standard_module;
use crate::module::{Module, UnitKind};
use crate::parse::{ParseFailure, with_module};
use crate::repair::{Repair, repairable_name};
use crate::scope::NameId;

/// A kind of function that can be selected besides plain ones.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum FunctionKind {
    /// A plain `def`.
    Plain,
    /// `async def`.
    Async,
    /// A `def` with a `yield` of its own.
    Generator,
}

/// Which packages a function must use.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PackageRequirement {
    /// At least one import.
    Any,
    /// At least one import from outside the standard library.
    ThirdParty,
    /// No requirement.
    None,
}

/// Which functions become candidates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionSettings {
    /// Kinds that are selected.
    pub kinds: BTreeSet<FunctionKind>,
    /// Functions of more lines than this are rejected.
    pub max_lines: u32,
    /// Which packages a function must use.
    pub require: PackageRequirement,
    /// The import roots that a function may use; none: all.
    pub allow: Option<BTreeSet<String>>,
    /// Whether tests and functions of test files are selected too.
    pub tests: bool,
}

impl Default for FunctionSettings {
    fn default() -> Self {
        Self {
            kinds: BTreeSet::from([FunctionKind::Plain]),
            max_lines: 200,
            require: PackageRequirement::Any,
            allow: None,
            tests: false,
        }
    }
}

/// What became of one function of a module.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FunctionOutcome {
    /// It is a candidate.
    Candidate(Box<Candidate>),
    /// It is not.
    Rejected {
        /// Qualified name: `function` or `Class.method`.
        name: String,
        /// First line, decorators included, from 1.
        first_line: u32,
        /// Why.
        reason: RejectReason,
        /// What exactly.
        detail: String,
        /// Import roots that it uses, where they were found out; sorted.
        packages: Vec<String>,
    },
}

/// The outcome of every function of a module, in source order. A function is a `def` at
/// module level, under module-level compound statements, or directly in a module-level
/// class; what is nested in a function belongs to it.
///
/// # Errors
/// The first syntax error; the file is to be rejected.
pub fn extract_functions(
    source: &str,
    origin: &Origin,
    settings: &FunctionSettings,
) -> Result<Vec<FunctionOutcome>, ParseFailure> {
    with_module(source, |body| {
        Extraction::new(source, body, origin, settings).run(body)
    })
}

/// Facts about a unit that several candidates share.
#[derive(Clone, Default)]
struct Shared {
    /// Canonical digest, for subjects that the unit does not mention.
    digest: Option<Digest>,
    library_names: Option<Vec<String>>,
}

struct Extraction<'a, 's> {
    module: Module<'a>,
    origin: &'s Origin,
    settings: &'s FunctionSettings,
    finder: ClosureFinder,
    fingerprinter: Fingerprinter,
    shared: Vec<Shared>,
    is_test_file: bool,
    outcomes: Vec<FunctionOutcome>,
}

impl<'a, 's> Extraction<'a, 's> {
    fn new(
        source: &'a str,
        body: &'a [Stmt],
        origin: &'s Origin,
        settings: &'s FunctionSettings,
    ) -> Self {
        let module = Module::new(source, body);
        let shared = vec![Shared::default(); module.units.len()];
        Self {
            module,
            origin,
            settings,
            finder: ClosureFinder::new(),
            fingerprinter: Fingerprinter::default(),
            shared,
            is_test_file: is_test_path(&origin.path),
            outcomes: Vec::new(),
        }
    }

    fn run(mut self, body: &'a [Stmt]) -> Vec<FunctionOutcome> {
        for (unit, statement) in body.iter().enumerate() {
            match statement {
                Stmt::FunctionDef(function) => {
                    let outcome = match self.consider(unit, statement, function) {
                        Ok(candidate) => FunctionOutcome::Candidate(Box::new(candidate)),
                        Err(refusal) => self.refuse(&function.name, statement, refusal),
                    };
                    self.outcomes.push(outcome);
                }
                _ => self.refuse_nested(statement, ""),
            }
        }
        self.outcomes
    }

    fn refuse(&self, name: &str, statement: &Stmt, refusal: Refusal) -> FunctionOutcome {
        FunctionOutcome::Rejected {
            name: name.to_owned(),
            first_line: self.module.line_range(statement).0,
            reason: refusal.reason,
            detail: refusal.detail,
            packages: refusal.packages,
        }
    }

    /// Refuses what is a function of the module but not at its top level: methods, and
    /// functions under a condition.
    fn refuse_nested(&mut self, statement: &'a Stmt, class: &str) {
        match statement {
            Stmt::ClassDef(definition) if class.is_empty() => {
                for statement in &definition.body {
                    self.refuse_nested(statement, &definition.name);
                }
            }
            Stmt::FunctionDef(function) => {
                let is_test = !self.settings.tests
                    && (self.is_test_file
                        || is_test_name(&function.name)
                        || class.starts_with("Test"));
                let (name, kind) = if class.is_empty() {
                    (function.name.to_string(), "defined under a condition")
                } else {
                    (format!("{class}.{}", function.name), "method")
                };
                let refusal = if is_test {
                    Refusal::new(RejectReason::TestCode, "")
                } else {
                    Refusal::new(RejectReason::KindNotSelected, kind)
                };
                let outcome = self.refuse(&name, statement, refusal);
                self.outcomes.push(outcome);
            }
            _ => for_each_block(statement, &mut |body| {
                for statement in body {
                    self.refuse_nested(statement, class);
                }
            }),
        }
    }

    fn consider(
        &mut self,
        unit: usize,
        statement: &'a Stmt,
        function: &'a StmtFunctionDef,
    ) -> Result<Candidate, Refusal> {
        let name = function.name.as_str();
        if !self.settings.tests {
            if self.is_test_file {
                return Err(Refusal::new(RejectReason::TestCode, "in a test file"));
            }
            if is_test_name(name) {
                return Err(Refusal::new(RejectReason::TestCode, ""));
            }
        }
        if function.is_async {
            self.select(FunctionKind::Async)?;
        }
        if function.parameters.is_empty() {
            return Err(Refusal::new(RejectReason::NoArguments, ""));
        }
        let (first_line, last_line) = self.module.line_range(statement);
        let lines = last_line - first_line + 1;
        let scope = &self.module.scope(unit).scope;
        let (returns_value, yields) = (scope.returns_value, scope.yields);
        if yields {
            if !function.is_async {
                self.select(FunctionKind::Generator)?;
            }
        } else {
            if !returns_value {
                return Err(Refusal::new(RejectReason::NoReturnValue, ""));
            }
            if !function.is_async {
                self.select(FunctionKind::Plain)?;
            }
        }
        if lines > self.settings.max_lines {
            let limit = self.settings.max_lines;
            return Err(Refusal::new(
                RejectReason::TooLong,
                format!("{lines} lines, limit {limit}"),
            ));
        }
        let subject = self.module.walker.names.intern(name);
        if let Some(line) = self.redefinition(subject, unit) {
            return Err(Refusal::new(
                RejectReason::Shadowed,
                format!("defined again in line {line}"),
            ));
        }
        let closure = self.finder.find(&mut self.module, subject, unit);
        self.check(&closure)?;
        Ok(self.assemble(unit, name, &closure, (first_line, last_line)))
    }

    fn select(&self, kind: FunctionKind) -> Result<(), Refusal> {
        if self.settings.kinds.contains(&kind) {
            Ok(())
        } else {
            Err(Refusal::new(
                RejectReason::KindNotSelected,
                kind.to_string(),
            ))
        }
    }

    /// The line of a later statement that surely gives the name to something else. What
    /// wraps the function (`f = decorate(f)`) is not a redefinition.
    fn redefinition(&mut self, name: NameId, unit: usize) -> Option<u32> {
        let later: Vec<usize> = self
            .module
            .bindings(name)
            .iter()
            .filter(|binding| binding.unit > unit && !binding.mutation)
            .map(|binding| binding.unit)
            .filter(|&later| {
                matches!(
                    self.module.units[later].kind,
                    UnitKind::Definition | UnitKind::Assignment | UnitKind::Import
                )
            })
            .collect();
        later.into_iter().find_map(|later| {
            let wraps = self
                .module
                .scope(later)
                .needs
                .iter()
                .any(|need| need.name == name && need.eager);
            let statement = self.module.units[later].statement;
            (!wraps).then(|| self.module.line_range(statement).0)
        })
    }

    fn check(&self, closure: &Closure<'a>) -> Result<(), Refusal> {
        let packages = || closure.roots.iter().map(|&root| root.to_owned()).collect();
        let refuse = |reason, detail: String| {
            Err(Refusal {
                reason,
                detail,
                packages: packages(),
            })
        };
        if !closure.local_imports.is_empty() {
            let imports: Vec<&str> = closure.local_imports.iter().map(String::as_str).collect();
            return refuse(RejectReason::LocalImport, imports.join("; "));
        }
        if !closure.unresolved.is_empty() {
            let names: Vec<&str> = closure.unresolved.iter().copied().collect();
            let names = names.join(", ");
            if !self.module.stars.is_empty() {
                let stars = self.module.stars.join("; ");
                return refuse(
                    RejectReason::UnresolvedName,
                    format!("{names}: may come from `{stars}`"),
                );
            }
            if closure
                .unresolved
                .iter()
                .any(|name| repairable_name(name).is_none())
            {
                return refuse(RejectReason::UnresolvedName, names);
            }
        }
        if closure.needs_itself {
            return refuse(
                RejectReason::UnresolvedName,
                "its own context needs it while the module is loading".to_owned(),
            );
        }
        // What a repair will import counts as imported.
        let repairs: Vec<&str> = closure
            .unresolved
            .iter()
            .filter_map(|name| match repairable_name(name) {
                Some(Repair::Import(line)) => line.split([' ', '.']).nth(1),
                _ => None,
            })
            .collect();
        if let Some(allow) = &self.settings.allow {
            let foreign: Vec<&str> = closure
                .roots
                .iter()
                .chain(&closure.alternatives)
                .chain(&repairs)
                .copied()
                .filter(|&root| !allow.contains(root))
                .collect();
            if !foreign.is_empty() {
                return refuse(RejectReason::PackageNotAllowed, foreign.join(", "));
            }
        }
        let satisfied = match self.settings.require {
            PackageRequirement::None => true,
            PackageRequirement::Any => !closure.roots.is_empty() || !repairs.is_empty(),
            PackageRequirement::ThirdParty => closure
                .roots
                .iter()
                .chain(&repairs)
                .any(|root| !is_standard_module(root)),
        };
        if !satisfied {
            let detail = if closure.roots.is_empty() {
                "imports nothing"
            } else {
                "uses only the standard library"
            };
            return refuse(RejectReason::PackageRequired, detail.to_owned());
        }
        Ok(())
    }

    fn assemble(
        &mut self,
        unit: usize,
        name: &'a str,
        closure: &Closure<'a>,
        (first_line, last_line): (u32, u32),
    ) -> Candidate {
        let mut print = FingerprintBuilder::new();
        let mut text = CandidateText::default();
        text.add_imports(&self.module, closure, &mut print);
        // Guarded imports travel with the units, in source order.
        let mut guarded = text
            .guarded_imports(&self.module, closure)
            .into_iter()
            .peekable();
        for &member in &closure.units {
            while let Some((_, block)) = guarded.next_if(|&(unit, _)| unit < member) {
                text.add_context(&block, true);
            }
            let unit = &self.module.units[member];
            let is_block = !matches!(unit.kind, UnitKind::Assignment);
            text.add_context(self.module.text(unit.statement.range()), is_block);
        }
        for (_, block) in guarded {
            text.add_context(&block, true);
        }
        let function = format!(
            "{}\n",
            self.module.text(self.module.units[unit].statement.range())
        );
        let code = Candidate::assemble(&text.imports, &text.context, &function);

        let fingerprint = if closure
            .imports
            .iter()
            .any(|&(unit, _)| self.module.units[unit].kind == UnitKind::TypeChecking)
        {
            // The guarded imports were cut down, so that their block is nowhere in the
            // module as it is.
            fingerprint(&code, name).unwrap_or_else(|| Digest::of(&code))
        } else {
            let subject = self.module.walker.names.intern(name);
            for &member in &closure.units {
                print.unit(self.unit_digest(member, name, subject));
            }
            print.finish(self.unit_digest(unit, name, subject))
        };

        let mut apis = BTreeSet::new();
        for &member in closure.units.iter().chain([&unit]) {
            let names = match self.shared[member].library_names.take() {
                Some(names) => names,
                None => library_names(&self.module, member),
            };
            apis.extend(names.iter().cloned());
            self.shared[member].library_names = Some(names);
        }
        Candidate {
            id: Candidate::identify(&code, self.origin, first_line),
            name: name.to_owned(),
            code,
            imports: text.imports,
            context: text.context,
            function,
            packages: closure.roots.iter().map(|&root| root.to_owned()).collect(),
            apis: apis.into_iter().collect(),
            unresolved: closure
                .unresolved
                .iter()
                .map(|&name| name.to_owned())
                .collect(),
            repo: self.origin.repo.clone(),
            license: self.origin.license.clone(),
            path: self.origin.path.clone(),
            source_sha256: self.origin.source_sha256,
            first_line,
            last_line,
            fingerprint,
        }
    }

    fn unit_digest(&mut self, unit: usize, name: &str, subject: NameId) -> Digest {
        if mentions(&self.module, unit, subject) {
            return self.fingerprinter.digest(&mut self.module, unit, name);
        }
        if let Some(digest) = self.shared[unit].digest {
            return digest;
        }
        let digest = self.fingerprinter.digest(&mut self.module, unit, name);
        self.shared[unit].digest = Some(digest);
        digest
    }
}

/// Why a function is refused.
struct Refusal {
    reason: RejectReason,
    detail: String,
    packages: Vec<String>,
}

impl Refusal {
    fn new(reason: RejectReason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
            packages: Vec::new(),
        }
    }
}

/// Hands every block of a compound statement over; classes and functions are not entered.
fn for_each_block<'a>(statement: &'a Stmt, work: &mut dyn FnMut(&'a [Stmt])) {
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
fn is_test_path(path: &str) -> bool {
    let mut parts: Vec<&str> = path.split('/').collect();
    let file = parts.pop().unwrap_or("");
    let stem = file.strip_suffix(".py").unwrap_or(file);
    stem.starts_with("test_")
        || stem.ends_with("_test")
        || matches!(stem, "conftest" | "test" | "tests")
        || parts.iter().any(|part| matches!(*part, "test" | "tests"))
}

fn is_test_name(name: &str) -> bool {
    name == "test" || name.starts_with("test_") || name.starts_with("Test")
}

impl fmt::Display for FunctionKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Plain => "function",
            Self::Async => "async function",
            Self::Generator => "generator",
        })
    }
}
