//! Cutting functions out of a module, each with the slice of the module that it needs.
//! Never changes a byte of what it cuts, and never drops a function without saying why.

use std::collections::BTreeSet;

use ruff_python_ast::{Stmt, StmtClassDef, StmtFunctionDef};
use ruff_text_size::Ranged as _;
use unitmill_model::{Candidate, Digest, Origin, RejectReason};

use crate::candidate_text::CandidateText;
use crate::class_slice::{is_needed_later, members, method_kind};
use crate::closure::{Closure, ClosureFinder, for_each_library_name, library_names};
use crate::dedent::dedent;
use crate::filters::{
    INPUT_BUILTINS, complexity, generated_marker, is_minified, may_be_outside, outside_source,
};
use crate::fingerprint::{
    FingerprintBuilder, Fingerprinter, fingerprint, mentions, statement_digest,
};
use crate::forms::is_text;
use crate::module::{Module, UnitKind, is_main_guard};
use crate::parse::{ParseFailure, parse_check, with_module};
use crate::places::{
    Place, Subject, for_each_block, is_test_name, is_test_path, returns_value, tests_something,
};
use crate::scope::{NameId, is_type_checking};
use crate::settings::{FunctionKind, FunctionSettings, OutsideSource};
use crate::settling::own_module;

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
/// module level, under module-level compound statements, or in a module-level class; what is
/// nested in a function belongs to it.
///
/// A function under a condition is cut out as if it stood at module level. A method comes
/// last in the part of its class that it leans on; its name is `Class.method`.
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

pub(crate) struct Extraction<'a, 's> {
    pub(crate) module: Module<'a>,
    pub(crate) origin: &'s Origin,
    /// SHA-256 of the file, once a candidate wants it: most files have none.
    source_sha256: Option<Digest>,
    pub(crate) settings: &'s FunctionSettings,
    pub(crate) finder: ClosureFinder,
    fingerprinter: Fingerprinter,
    shared: Vec<Shared>,
    is_test_file: bool,
    /// What shows that the file is generated, once somebody has looked.
    generated: Option<Option<String>>,
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
            source_sha256: origin.held_sha256,
            settings,
            finder: ClosureFinder::new(),
            fingerprinter: Fingerprinter::default(),
            shared,
            is_test_file: is_test_path(&origin.path, || tests_something(body)),
            generated: None,
            outcomes: Vec::new(),
        }
    }

    fn run(mut self, body: &'a [Stmt]) -> Vec<FunctionOutcome> {
        for (unit, statement) in body.iter().enumerate() {
            match statement {
                Stmt::FunctionDef(function) => {
                    let subject = Subject {
                        statement,
                        function,
                        place: Place::Module(unit),
                    };
                    self.judge(subject);
                }
                _ => self.judge_nested(statement, None),
            }
        }
        self.outcomes
    }

    fn judge(&mut self, subject: Subject<'a>) {
        let outcome = match self.consider(subject) {
            Ok(candidate) => FunctionOutcome::Candidate(Box::new(candidate)),
            Err(refusal) => FunctionOutcome::Rejected {
                name: subject.name(),
                first_line: self.module.first_line(subject.statement),
                reason: refusal.reason,
                detail: refusal.detail,
                packages: refusal.packages,
            },
        };
        self.outcomes.push(outcome);
    }

    /// Methods, and functions under a condition.
    fn judge_nested(&mut self, statement: &'a Stmt, barrier: Option<&'static str>) {
        match statement {
            Stmt::ClassDef(class) => {
                for (index, member) in class.body.iter().enumerate() {
                    self.judge_member(statement, class, Some(index), member, barrier);
                }
            }
            Stmt::FunctionDef(function) => self.judge(Subject {
                statement,
                function,
                place: match barrier {
                    Some(barrier) => Place::Unreachable(barrier),
                    None => Place::Condition,
                },
            }),
            Stmt::If(condition) if barrier.is_none() => {
                let entered = if is_main_guard(&condition.test) {
                    Some("under a `__main__` guard")
                } else if is_type_checking(&condition.test) {
                    Some("for type checkers only")
                } else {
                    None
                };
                condition
                    .body
                    .iter()
                    .for_each(|statement| self.judge_nested(statement, entered));
                for clause in &condition.elif_else_clauses {
                    clause
                        .body
                        .iter()
                        .for_each(|statement| self.judge_nested(statement, None));
                }
            }
            _ => for_each_block(statement, &mut |body| {
                body.iter()
                    .for_each(|statement| self.judge_nested(statement, barrier));
            }),
        }
    }

    fn judge_member(
        &mut self,
        statement: &'a Stmt,
        class: &'a StmtClassDef,
        index: Option<usize>,
        member: &'a Stmt,
        barrier: Option<&'static str>,
    ) {
        match member {
            Stmt::FunctionDef(function) => {
                let place = match (index, barrier) {
                    (_, Some(barrier)) => Place::InClass(class, barrier),
                    (None, None) => Place::InClass(class, "a method under a condition"),
                    (Some(member), None) => Place::Class {
                        statement,
                        class,
                        member,
                    },
                };
                self.judge(Subject {
                    statement: member,
                    function,
                    place,
                });
            }
            Stmt::ClassDef(_) => {}
            _ => for_each_block(member, &mut |body| {
                for inner in body {
                    self.judge_member(statement, class, None, inner, barrier);
                }
            }),
        }
    }

    fn consider(&mut self, subject: Subject<'a>) -> Result<Candidate, Refusal> {
        let refuse = |reason| Err(Refusal::new(reason, ""));
        let function = subject.function;
        if !self.settings.tests {
            if self.is_test_file {
                return Err(Refusal::new(RejectReason::TestCode, "in a test file"));
            }
            let is_test_class = subject
                .class()
                .is_some_and(|class| class.name.starts_with("Test"));
            if is_test_class || is_test_name(&function.name) && !returns_value(function) {
                return refuse(RejectReason::TestCode);
            }
        }
        if !self.settings.generated {
            self.check_file()?;
        }
        match subject.place {
            Place::Unreachable(barrier) | Place::InClass(_, barrier) => {
                return Err(Refusal::new(RejectReason::KindNotSelected, barrier));
            }
            Place::Class { .. } => self.select(method_kind(function))?,
            Place::Module(_) | Place::Condition => {}
        }
        if function.is_async {
            self.select(FunctionKind::Async)?;
        }
        if self.settings.require_arguments && function.parameters.is_empty() {
            return refuse(RejectReason::NoArguments);
        }
        let unit = match subject.place {
            Place::Module(unit) => unit,
            _ => self.add_function(subject.statement),
        };
        let scope = &self.module.scope(unit).scope;
        let (returns_value, yields) = (scope.returns_value, scope.yields);
        if yields {
            if !function.is_async {
                self.select(FunctionKind::Generator)?;
            }
        } else {
            if self.settings.require_return_value && !returns_value {
                return refuse(RejectReason::NoReturnValue);
            }
            if !function.is_async && subject.class().is_none() {
                self.select(FunctionKind::Function)?;
            }
        }
        let lines = self.module.line_range(subject.statement);
        self.check_shape(function, lines.1 - lines.0 + 1)?;
        match subject.place {
            Place::Class {
                statement,
                class,
                member,
            } => self.consider_method(subject, statement, class, member),
            _ => self.consider_function(subject, unit),
        }
    }

    /// A function as a unit of its own.
    fn add_function(&mut self, statement: &'a Stmt) -> usize {
        let unit = self.module.add_function(statement);
        self.shared.resize(unit + 1, Shared::default());
        unit
    }

    fn consider_function(
        &mut self,
        subject: Subject<'a>,
        unit: usize,
    ) -> Result<Candidate, Refusal> {
        let name = self.module.walker.names.intern(&subject.function.name);
        let closure = self.settle(subject, name, unit)?;
        let text = match subject.place {
            Place::Module(_) => self.module.text(subject.statement.range()).to_owned(),
            _ => {
                let range = self.module.text_range(subject.statement.range());
                let text = dedent(self.module.source, range, subject.function);
                if parse_check(&text).is_err() {
                    return Err(Refusal::new(
                        RejectReason::KindNotSelected,
                        "under a condition, and cannot be moved to the margin",
                    ));
                }
                text
            }
        };
        self.assemble(subject, unit, &closure, None, &(text + "\n"))
    }

    fn consider_method(
        &mut self,
        subject: Subject<'a>,
        statement: &'a Stmt,
        class: &'a StmtClassDef,
        member: usize,
    ) -> Result<Candidate, Refusal> {
        let function = subject.function;
        if is_needed_later(class, member, &function.name) {
            return Err(Refusal::new(
                RejectReason::UnresolvedName,
                "its class needs it, or replaces it, further down",
            ));
        }
        let Some(header) = self.module.class_header(class) else {
            return Err(Refusal::new(
                RejectReason::KindNotSelected,
                "a class on one line",
            ));
        };
        let mut slice = members(class, member);
        let context = slice.clone();
        slice.push(member);
        let name = self.module.walker.names.intern(&class.name);
        let unit = self.module.add_class(statement, class, &slice);
        self.shared.resize(unit + 1, Shared::default());
        let closure = self.settle(subject, name, unit)?;
        let mut text = CandidateText::default();
        text.add_context(header, true);
        let mut after_block = true;
        for &index in &context {
            let statement = &class.body[index];
            let is_block = statement.is_function_def_stmt() || statement.is_class_def_stmt();
            text.add_member(
                &self.module.indented_text(statement),
                is_block || !after_block,
            );
            after_block = !is_block;
        }
        let text_of_method = format!("{}\n", self.module.indented_text(subject.statement));
        self.assemble(subject, unit, &closure, Some(text.context), &text_of_method)
    }

    /// What a recipe can ask of a whole file.
    fn check_file(&mut self) -> Result<(), Refusal> {
        let source = self.module.source;
        let marker = self.generated.get_or_insert_with(|| {
            generated_marker(&self.origin.path, source)
                .or_else(|| is_minified(source).then(|| "minified".to_owned()))
        });
        match marker {
            Some(marker) => Err(Refusal::new(RejectReason::GeneratedCode, marker.clone())),
            None => Ok(()),
        }
    }

    /// What a recipe can ask of a function by itself.
    fn check_shape(&self, function: &StmtFunctionDef, lines: u32) -> Result<(), Refusal> {
        let settings = self.settings;
        let refuse = |reason, detail| Err(Refusal::new(reason, detail));
        if lines > settings.max_lines {
            let detail = format!("{lines} lines, limit {}", settings.max_lines);
            return refuse(RejectReason::TooLong, detail);
        }
        if lines < settings.min_lines {
            let detail = format!("{lines} lines, at least {}", settings.min_lines);
            return refuse(RejectReason::TooShort, detail);
        }
        if settings.require_docstring && !function.body.first().is_some_and(is_text) {
            return refuse(RejectReason::NoDocstring, String::new());
        }
        if settings.min_complexity > 1 || settings.max_complexity.is_some() {
            let found = complexity(function);
            let least = settings.min_complexity;
            if found < least {
                let detail = format!("complexity {found}, at least {least}");
                return refuse(RejectReason::Complexity, detail);
            }
            if let Some(most) = settings.max_complexity
                && found > most
            {
                let detail = format!("complexity {found}, limit {most}");
                return refuse(RejectReason::Complexity, detail);
            }
        }
        Ok(())
    }

    fn select(&self, kind: FunctionKind) -> Result<(), Refusal> {
        if self.settings.kinds.contains(&kind) {
            Ok(())
        } else {
            Err(Refusal::new(RejectReason::KindNotSelected, kind.words()))
        }
    }

    /// Puts a candidate together; `class` is the text of the class around a method.
    fn assemble(
        &mut self,
        subject: Subject<'a>,
        unit: usize,
        closure: &Closure<'a>,
        class: Option<String>,
        function: &str,
    ) -> Result<Candidate, Refusal> {
        let apis = self.apis(unit, closure);
        self.check_sources(unit, closure, &apis)?;
        let mut print = FingerprintBuilder::new();
        let mut text = CandidateText::default();
        text.add_imports(&self.module, closure, &mut print);
        // Guarded imports travel with the units, in source order.
        let own_module = own_module(&self.origin.path);
        let guarded = text.guarded_imports(&self.module, closure, own_module.as_deref());
        let pieces = pieces(&closure.units, guarded);
        let statements = closure.units.iter();
        let bytes = statements.map(|&unit| self.module.units[unit].statement.range().len());
        // With the empty lines between them.
        text.context
            .reserve(bytes.map(|bytes| bytes.to_usize() + 3).sum());
        let mut is_whole = true;
        for piece in &pieces {
            match piece {
                Piece::Guarded(block) => text.add_context(block, true),
                &Piece::Unit(unit) => {
                    let is_block = !matches!(self.module.units[unit].kind, UnitKind::Assignment);
                    let muted = self.module.unit_text(unit);
                    is_whole &= matches!(muted, std::borrow::Cow::Borrowed(_));
                    text.add_context(&muted, is_block);
                }
            }
        }
        if let Some(class) = class {
            text.add_context(class.trim_end_matches('\n'), true);
        }
        let context_lines = memchr::memchr_iter(b'\n', text.context.as_bytes()).count() as u32;
        if context_lines > self.settings.max_context_lines {
            let limit = self.settings.max_context_lines;
            return Err(Refusal {
                reason: RejectReason::ContextTooLong,
                detail: format!("{context_lines} lines of context, limit {limit}"),
                packages: closure.roots.iter().map(|&root| root.to_owned()).collect(),
            });
        }
        let code = Candidate::assemble(&text.imports, &text.context, function);
        let name = subject.name();

        let fingerprint = if is_whole {
            // Of a method, the class is what the fingerprint is about.
            let class = subject.class();
            let subject = class.map_or(&subject.function.name, |class| &class.name);
            let id = self.module.walker.names.intern(subject);
            for piece in &pieces {
                print.unit(match piece {
                    &Piece::Unit(unit) => self.unit_digest(unit, subject, id),
                    Piece::Guarded(block) => statement_digest(block, subject),
                });
            }
            print.finish(self.unit_digest(unit, subject, id))
        } else {
            // Something of it is nowhere in the module as it is.
            fingerprint(&code, &name).unwrap_or_else(|| Digest::of(&code))
        };
        let (first_line, last_line) = self.module.line_range(subject.statement);
        let source = self.module.source;
        let source_sha256 = *self.source_sha256.get_or_insert_with(|| Digest::of(source));
        Ok(Candidate {
            id: Candidate::identify(&code, self.origin, &source_sha256, first_line),
            name,
            code,
            imports: text.imports,
            context: text.context,
            function: function.to_owned(),
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
            source_sha256,
            first_line,
            last_line,
            fingerprint,
        })
    }

    /// Qualified names of what the function and its helpers take from libraries.
    fn apis(&mut self, unit: usize, closure: &Closure<'a>) -> BTreeSet<String> {
        let mut apis = BTreeSet::new();
        for &member in closure.units.iter().chain([&unit]) {
            let names = match self.shared[member].library_names.take() {
                Some(names) => names,
                None => library_names(&self.module, member),
            };
            apis.extend(names.iter().cloned());
            self.shared[member].library_names = Some(names);
        }
        apis
    }

    fn check_sources(
        &self,
        unit: usize,
        closure: &Closure<'a>,
        apis: &BTreeSet<String>,
    ) -> Result<(), Refusal> {
        let rejected = &self.settings.reject_sources;
        if rejected.is_empty() {
            return Ok(());
        }
        let refuse = |detail: String| {
            Err(Refusal {
                reason: RejectReason::OutsideSource,
                detail,
                packages: closure.roots.iter().map(|&root| root.to_owned()).collect(),
            })
        };
        if closure.roots.iter().any(|root| may_be_outside(root)) {
            let reaches =
                |api: &str| outside_source(api).is_some_and(|source| rejected.contains(&source));
            if apis.iter().any(|api| reaches(api)) {
                let mut found = None;
                for &member in closure.units.iter().chain([&unit]) {
                    // What is only annotated with a socket may be given something else.
                    for_each_library_name(&self.module, member, |api, is_annotation| {
                        if !is_annotation && found.is_none() && reaches(&api) {
                            found = Some(api);
                        }
                    });
                }
                if let Some(api) = found {
                    return refuse(api);
                }
            }
        }
        if rejected.contains(&OutsideSource::Input) {
            for builtin in INPUT_BUILTINS {
                let Some(name) = self.module.walker.names.find(builtin) else {
                    continue;
                };
                let uses = |&member: &usize| {
                    self.module.known_scope(member).is_some_and(|scope| {
                        scope
                            .needs
                            .binary_search_by_key(&name, |need| need.name)
                            .is_ok()
                    })
                };
                if self.module.bindings(name).is_empty()
                    && closure.units.iter().chain([&unit]).any(uses)
                {
                    return refuse(format!("{builtin}()"));
                }
            }
        }
        Ok(())
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

/// A statement of a candidate's context.
enum Piece {
    /// Of the module, as it stands there.
    Unit(usize),
    /// An `if TYPE_CHECKING:` block, cut down.
    Guarded(String),
}

/// Units and blocks in source order; a block goes by the unit that it is cut out of.
fn pieces(units: &[usize], guarded: Vec<(usize, String)>) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(units.len() + guarded.len());
    let mut guarded = guarded.into_iter().peekable();
    for &member in units {
        while let Some((_, block)) = guarded.next_if(|&(unit, _)| unit < member) {
            pieces.push(Piece::Guarded(block));
        }
        pieces.push(Piece::Unit(member));
    }
    pieces.extend(guarded.map(|(_, block)| Piece::Guarded(block)));
    pieces
}

/// Why a function is refused.
pub(crate) struct Refusal {
    pub(crate) reason: RejectReason,
    pub(crate) detail: String,
    pub(crate) packages: Vec<String>,
}

impl Refusal {
    pub(crate) fn new(reason: RejectReason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            detail: detail.into(),
            packages: Vec::new(),
        }
    }
}
