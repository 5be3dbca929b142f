//! A module as a list of statements that can travel, and who binds which name.
//!
//! Statements are indexed by what is visible from outside; what they need is found out by
//! walking them when something first leans on them. Never decides what becomes of a
//! function.

use std::borrow::Cow;

use ruff_python_ast::{Expr, Stmt, StmtClassDef};
use ruff_text_size::{Ranged as _, TextRange, TextSize};

use crate::canonical::Canonical;
use crate::known_names::is_builtin_name;
use crate::parse::{LineIndex, line_end, line_start};
use crate::scope::{
    Import, NameId, ScopeWalker, StatementScope, imports_of, is_type_checking, root_name,
};
use crate::star_names::star_names;

/// How a module-level statement travels.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum UnitKind {
    /// An import statement: travels cut down to the names used.
    Import,
    /// `if TYPE_CHECKING:` over imports: travels cut down to the names used.
    TypeChecking,
    /// A function or a class: travels whole.
    Definition,
    /// An assignment: travels whole.
    Assignment,
    /// `if TYPE_CHECKING:` over more than imports: travels whole, for annotations only.
    TypeBlock,
    /// A condition, a `try`, a loop, a `with`: travels whole.
    Compound,
    /// `if __name__ == "__main__":` never travels, nor do expressions, `del` and the like.
    Never,
}

/// One module-level statement.
pub(crate) struct Unit<'a> {
    pub(crate) statement: &'a Stmt,
    pub(crate) kind: UnitKind,
    /// For both import kinds.
    pub(crate) imports: Vec<Import<'a>>,
    /// Of a class of which only a part is there: which statements of its body, in the order
    /// in which they stand.
    members: Option<Vec<usize>>,
    scope: Option<UnitScope<'a>>,
}

/// What a unit needs, known once it was walked.
pub(crate) struct UnitScope<'a> {
    pub(crate) scope: StatementScope<'a>,
    pub(crate) needs: Vec<Need>,
    /// Import roots of absolute imports inside the unit, sorted, each once.
    pub(crate) roots: Vec<&'a str>,
}

/// A module-level name that a unit needs; one entry per name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Need {
    pub(crate) name: NameId,
    /// Used while the statement runs, not only when a function of it is called.
    pub(crate) eager: bool,
    /// Only in annotations that are never evaluated.
    pub(crate) soft: bool,
    /// Every use is inside a `try` that catches `NameError`.
    pub(crate) guarded: bool,
    /// Used while the statement runs in a way that may run what the name stands for.
    pub(crate) called: bool,
}

/// Who binds a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Binding {
    pub(crate) unit: usize,
    /// Which import of the unit (or of the unit's scope, for compound units) binds it.
    pub(crate) import: Option<u32>,
    /// An assignment to an item or an attribute of it.
    pub(crate) mutation: bool,
}

/// A star import at module level.
#[derive(Clone, Debug)]
pub(crate) struct Star<'a> {
    unit: usize,
    import: Import<'a>,
    /// What it imports, where that is known.
    names: Option<&'static str>,
}

/// A module, indexed.
pub(crate) struct Module<'a> {
    pub(crate) source: &'a str,
    pub(crate) lines: LineIndex<'a>,
    pub(crate) units: Vec<Unit<'a>>,
    pub(crate) walker: ScopeWalker<'a>,
    bindings: Vec<Vec<Binding>>,
    /// Star imports at module level, in source order.
    pub(crate) stars: Vec<Star<'a>>,
    /// Units that import from `__future__`.
    pub(crate) futures: Vec<usize>,
}

impl<'a> Module<'a> {
    pub(crate) fn new(source: &'a str, body: &'a [Stmt]) -> Self {
        let future_annotations = body.iter().any(|statement| {
            imports_of(statement)
                .any(|import| import.module == "__future__" && import.member == Some("annotations"))
        });
        let mut module = Self {
            source,
            lines: LineIndex::new(source),
            units: Vec::with_capacity(body.len()),
            walker: ScopeWalker::new(source, future_annotations),
            bindings: Vec::new(),
            stars: Vec::new(),
            futures: Vec::new(),
        };
        for statement in body {
            module.add(statement);
        }
        module
    }

    fn add(&mut self, statement: &'a Stmt) {
        let unit = self.units.len();
        let mut imports = Vec::new();
        let mut scope = None;
        let kind = match statement {
            Stmt::Import(_) | Stmt::ImportFrom(_) => {
                imports.extend(imports_of(statement));
                if imports
                    .iter()
                    .any(|import| import.module == "__future__" && import.member.is_some())
                {
                    self.futures.push(unit);
                }
                UnitKind::Import
            }
            Stmt::FunctionDef(function) => {
                self.bind(&function.name, unit, None, false);
                UnitKind::Definition
            }
            Stmt::ClassDef(class) => {
                self.bind(&class.name, unit, None, false);
                UnitKind::Definition
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.bind_target(target, unit);
                }
                UnitKind::Assignment
            }
            Stmt::AugAssign(assign) => {
                self.bind_target(&assign.target, unit);
                UnitKind::Assignment
            }
            Stmt::AnnAssign(assign) => {
                if assign.value.is_some() {
                    self.bind_target(&assign.target, unit);
                }
                UnitKind::Assignment
            }
            Stmt::Expr(expression) if let Some(name) = filled(&expression.value) => {
                self.bind(name, unit, None, true);
                UnitKind::Assignment
            }
            Stmt::TypeAlias(alias) => {
                self.bind_target(&alias.name, unit);
                UnitKind::Assignment
            }
            Stmt::If(condition) if is_main_guard(&condition.test) => UnitKind::Never,
            Stmt::If(condition)
                if condition.elif_else_clauses.is_empty()
                    && is_type_checking(&condition.test)
                    && condition.body.iter().all(is_import) =>
            {
                imports.extend(condition.body.iter().flat_map(imports_of));
                UnitKind::TypeChecking
            }
            Stmt::If(_)
            | Stmt::Try(_)
            | Stmt::For(_)
            | Stmt::While(_)
            | Stmt::With(_)
            | Stmt::Match(_) => {
                let walked = self.walk(statement);
                for import in &walked.scope.imports {
                    self.note_star(unit, import);
                }
                for &(name, import) in &walked.scope.bindings {
                    self.bind_name(name, unit, import, false);
                }
                for &name in &walked.scope.mutations {
                    self.bind_name(name, unit, None, true);
                }
                scope = Some(walked);
                match statement {
                    Stmt::If(condition)
                        if condition.elif_else_clauses.is_empty()
                            && is_type_checking(&condition.test) =>
                    {
                        UnitKind::TypeBlock
                    }
                    _ => UnitKind::Compound,
                }
            }
            _ => {
                // A walrus in an expression statement binds too, but does not travel.
                UnitKind::Never
            }
        };
        for (index, import) in imports.iter().enumerate() {
            if import.is_star() {
                self.note_star(unit, import);
            } else {
                self.bind(import.bound(), unit, Some(index as u32), false);
            }
        }
        self.units.push(Unit {
            statement,
            kind,
            imports,
            members: None,
            scope,
        });
    }

    fn note_star(&mut self, unit: usize, import: &Import<'a>) {
        if import.is_star() {
            let names = (import.level == 0)
                .then(|| star_names(import.module))
                .flatten();
            self.stars.push(Star {
                unit,
                import: *import,
                names,
            });
        }
    }

    /// Star imports of which nobody knows what they import, as written.
    pub(crate) fn unknown_stars(&self) -> impl Iterator<Item = String> {
        self.stars
            .iter()
            .filter(|star| star.names.is_none())
            .map(|star| {
                let dots = ".".repeat(star.import.level as usize);
                format!("from {dots}{} import *", star.import.module)
            })
    }

    /// Binds a name that a star import is known to import, the last one that does; an
    /// import statement then imports it by name. False if none does.
    pub(crate) fn bind_from_star(&mut self, name: NameId) -> bool {
        let text = self.walker.names.text(name);
        let imports = |star: &&Star<'_>| {
            star.names
                .is_some_and(|names| names.split_ascii_whitespace().any(|known| known == text))
        };
        let Some(star) = self.stars.iter().rev().find(imports) else {
            return false;
        };
        let (unit, import) = (star.unit, star.import);
        let index = if self.units[unit].kind == UnitKind::Import {
            let imports = &mut self.units[unit].imports;
            imports.push(Import {
                member: Some(text),
                ..import
            });
            Some(imports.len() as u32 - 1)
        } else {
            None
        };
        self.bind_name(name, unit, index, false);
        true
    }

    /// Adds a function that is not a statement of the module, as one that nothing else
    /// leans on.
    pub(crate) fn add_function(&mut self, statement: &'a Stmt) -> usize {
        self.units.push(Unit {
            statement,
            kind: UnitKind::Definition,
            imports: Vec::new(),
            members: None,
            scope: None,
        });
        self.units.len() - 1
    }

    fn bind(&mut self, name: &'a str, unit: usize, import: Option<u32>, mutation: bool) {
        let name = self.walker.names.intern(name);
        self.bind_name(name, unit, import, mutation);
    }

    fn bind_name(&mut self, name: NameId, unit: usize, import: Option<u32>, mutation: bool) {
        if self.bindings.len() <= name.index() {
            self.bindings.resize(name.index() + 1, Vec::new());
        }
        let binding = Binding {
            unit,
            import,
            mutation,
        };
        let bindings = &mut self.bindings[name.index()];
        if bindings.last() != Some(&binding) {
            bindings.push(binding);
        }
    }

    fn bind_target(&mut self, target: &'a Expr, unit: usize) {
        match target {
            Expr::Name(name) => self.bind(&name.id, unit, None, false),
            Expr::Tuple(tuple) => tuple
                .elts
                .iter()
                .for_each(|element| self.bind_target(element, unit)),
            Expr::List(list) => list
                .elts
                .iter()
                .for_each(|element| self.bind_target(element, unit)),
            Expr::Starred(starred) => self.bind_target(&starred.value, unit),
            Expr::Subscript(_) | Expr::Attribute(_) => {
                if let Some(root) = root_name(target) {
                    self.bind(root, unit, None, true);
                }
            }
            _ => {}
        }
    }

    fn walk(&mut self, statement: &'a Stmt) -> UnitScope<'a> {
        let scope = self.walker.walk(statement);
        UnitScope::new(scope)
    }

    /// What a unit needs.
    pub(crate) fn scope(&mut self, unit: usize) -> &UnitScope<'a> {
        if self.units[unit].scope.is_none() {
            let statement = self.units[unit].statement;
            let scope = match (self.units[unit].kind, statement) {
                (UnitKind::TypeChecking, Stmt::If(condition)) => {
                    UnitScope::new(self.walker.walk_expression(&condition.test))
                }
                _ => self.walk(statement),
            };
            self.units[unit].scope = Some(scope);
        }
        self.units[unit]
            .scope
            .as_ref()
            .expect("the scope was just made")
    }

    /// What a unit needs, if it was walked before.
    pub(crate) fn known_scope(&self, unit: usize) -> Option<&UnitScope<'a>> {
        self.units[unit].scope.as_ref()
    }

    /// Everything that binds or mutates a name, in source order.
    pub(crate) fn bindings(&self, name: NameId) -> &[Binding] {
        self.bindings
            .get(name.index())
            .map_or(&[], |bindings| bindings)
    }

    /// The import behind a binding.
    pub(crate) fn import(&self, binding: Binding) -> Option<Import<'a>> {
        let unit = &self.units[binding.unit];
        let index = binding.import? as usize;
        match unit.kind {
            UnitKind::Import | UnitKind::TypeChecking => unit.imports.get(index).copied(),
            _ => unit.scope.as_ref()?.scope.imports.get(index).copied(),
        }
    }

    /// Whether a name exists without the module's doing.
    pub(crate) fn is_builtin(&self, name: NameId) -> bool {
        let text = self.walker.names.text(name);
        // The last three exist in class bodies and methods only, where they never reach
        // the module.
        is_builtin_name(text) || matches!(text, "__class__" | "__module__" | "__qualname__")
    }

    /// Adds the part of a class that a method leans on; `members` of its body, in order.
    pub(crate) fn add_class(
        &mut self,
        statement: &'a Stmt,
        class: &'a StmtClassDef,
        members: &[usize],
    ) -> usize {
        let scope = self.walker.walk_class(class, members);
        let unit = self.add_function(statement);
        self.units[unit].members = Some(members.to_vec());
        self.units[unit].scope = Some(UnitScope::new(scope));
        unit
    }

    /// Writes the canonical form of a unit.
    pub(crate) fn canonical<K: Fn(&str) -> bool>(
        &self,
        unit: usize,
        canonical: &mut Canonical<'a, K>,
    ) {
        let unit = &self.units[unit];
        match (unit.statement, &unit.members) {
            (Stmt::ClassDef(class), Some(members)) => canonical.part_of_class(class, members),
            (statement, _) => canonical.statement(statement),
        }
    }

    /// The text of a class before the first statement of its body, decorators included;
    /// none if they share a line.
    pub(crate) fn class_header(&self, class: &StmtClassDef) -> Option<&'a str> {
        let first = class.body.first()?.start().to_usize();
        let line = line_start(self.source, first);
        let header = self.source.get(class.start().to_usize()..line)?;
        self.source[line..first]
            .trim()
            .is_empty()
            .then(|| header.trim_end())
    }

    /// The text of a statement with the blanks before its first line.
    pub(crate) fn indented_text(&self, statement: &Stmt) -> String {
        let start = statement.start().to_usize();
        let line = line_start(self.source, start);
        let blanks = &self.source[line..start];
        let blanks = &blanks[..blanks.len() - blanks.trim_start().len()];
        format!("{blanks}{}", self.text(statement.range()))
    }

    /// The text of a unit, as it travels: without the calls in conditions and the like that
    /// only say or end something.
    pub(crate) fn unit_text(&self, unit: usize) -> Cow<'a, str> {
        let range = self.text_range(self.units[unit].statement.range());
        let text = &self.source[range];
        let muted = match &self.units[unit].scope {
            Some(scope) if !scope.scope.muted.is_empty() => &scope.scope.muted,
            _ => return Cow::Borrowed(text),
        };
        let mut cut = String::with_capacity(text.len());
        let mut done = range.start().to_usize();
        for statement in muted {
            cut.push_str(&self.source[done..statement.start().to_usize()]);
            cut.push_str("pass");
            done = statement.end().to_usize();
        }
        cut.push_str(&self.source[done..range.end().to_usize()]);
        Cow::Owned(cut)
    }

    /// The text of a statement, decorators and a comment on its last line included.
    pub(crate) fn text(&self, range: TextRange) -> &'a str {
        &self.source[self.text_range(range)]
    }

    /// Where that text is.
    pub(crate) fn text_range(&self, range: TextRange) -> TextRange {
        let (start, end) = (range.start().to_usize(), range.end().to_usize());
        let line = line_end(self.source, end);
        let rest = self.source[end..line].trim_start();
        let end = if rest.starts_with('#') { line } else { end };
        let length = self.source[start..end].trim_end().len();
        TextRange::at(range.start(), TextSize::new(length as u32))
    }

    /// The line that a statement starts on, decorators included.
    pub(crate) fn first_line(&self, statement: &Stmt) -> u32 {
        self.lines.line(statement.start())
    }

    /// The line that a statement starts on, decorators included, and the one it ends on.
    pub(crate) fn line_range(&self, statement: &Stmt) -> (u32, u32) {
        (self.first_line(statement), self.lines.line(statement.end()))
    }
}

impl<'a> UnitScope<'a> {
    fn new(scope: StatementScope<'a>) -> Self {
        let mut needs: Vec<Need> = Vec::new();
        let mut uses: Vec<_> = scope.uses.iter().collect();
        uses.sort_unstable_by_key(|used| used.name);
        for used in uses {
            match needs.last_mut() {
                Some(need) if need.name == used.name => {
                    need.eager |= !used.deferred && !used.soft;
                    need.soft &= used.soft;
                    need.guarded &= used.guarded || used.soft;
                    need.called |= used.called && !used.deferred && !used.soft;
                }
                _ => needs.push(Need {
                    name: used.name,
                    eager: !used.deferred && !used.soft,
                    soft: used.soft,
                    guarded: used.guarded || used.soft,
                    called: used.called && !used.deferred && !used.soft,
                }),
            }
        }
        let mut roots: Vec<&str> = scope
            .imports
            .iter()
            .filter(|import| import.level == 0)
            .map(Import::root)
            .collect();
        roots.sort_unstable();
        roots.dedup();
        Self {
            scope,
            needs,
            roots,
        }
    }
}

/// The name of a container that a statement puts something into or takes something from:
/// `names` in `names.append(1)`.
fn filled(expression: &Expr) -> Option<&str> {
    let Expr::Call(call) = expression else {
        return None;
    };
    let Expr::Attribute(method) = &*call.func else {
        return None;
    };
    let changes = matches!(
        method.attr.as_str(),
        "add"
            | "append"
            | "appendleft"
            | "discard"
            | "extend"
            | "insert"
            | "pop"
            | "remove"
            | "reverse"
            | "setdefault"
            | "sort"
            | "update"
    );
    match &*method.value {
        Expr::Name(name) if changes => Some(name.id.as_str()),
        _ => None,
    }
}

fn is_import(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_))
}

/// `__name__ == "__main__"`, either way round.
pub(crate) fn is_main_guard(test: &Expr) -> bool {
    let Expr::Compare(compare) = test else {
        return false;
    };
    let is_name = |side: &Expr| matches!(side, Expr::Name(name) if name.id.as_str() == "__name__");
    let is_main = |side: &Expr| matches!(side, Expr::StringLiteral(text) if text.value.to_str() == "__main__");
    compare.comparators.first().is_some_and(|right| {
        (is_name(&compare.left) && is_main(right)) || (is_main(&compare.left) && is_name(right))
    })
}
