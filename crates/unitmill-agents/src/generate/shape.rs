//! The statements of a function and the decisions before them: what a suite has still to
//! reach, and past which condition. Never makes calls; see [`super::search`] for those.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt, StmtFunctionDef, StmtIf};
use ruff_text_size::{Ranged, TextSize};

use super::wishes::{Scope, Wish, wishes};
use crate::syntax::Module;

/// A function, statement by statement.
#[derive(Clone, Default, Debug)]
pub(crate) struct Shape {
    pub(crate) statements: Vec<Statement>,
    pub(crate) guards: Vec<Guard>,
    /// Lines of the module's `raise` and `assert` statements.
    raises: Vec<RangeInclusive<u32>>,
}

/// A statement, of a compound one its head.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    lines: RangeInclusive<u32>,
    /// The decisions on the way, outermost first, and how they must go.
    pub(crate) path: Vec<(usize, bool)>,
    /// The parameters that it hangs on.
    pub(crate) parameters: BTreeSet<String>,
}

/// A condition that decides about a block.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    /// The statement whose head it is.
    pub(crate) statement: usize,
    /// The parameters that it hangs on.
    pub(crate) parameters: BTreeSet<String>,
    /// What might make it false, and what true.
    wishes: [Vec<Wish>; 2],
}

impl Guard {
    /// What might make it come out so.
    pub(crate) fn wishes(&self, wanted: bool) -> &[Wish] {
        &self.wishes[usize::from(wanted)]
    }
}

impl Shape {
    /// The shape of the last function of that name; empty if there is none.
    pub(crate) fn of(module: &Module<'_>, function: &str) -> Self {
        let Some(definition) = module.function(function) else {
            return Self::default();
        };
        let lines = Lines::of(module.source());
        let mut flows = Flows::default();
        flows.visit_body(&definition.body);
        let scope = Scope::new(module, definition, flows.locals);
        let mut builder = Builder {
            lines: &lines,
            scope: &scope,
            shape: Self::default(),
            influences: BTreeMap::new(),
        };
        builder.body(without_docstring(&definition.body), &[]);
        let mut shape = builder.shape;
        let mut raises = RaiseLines {
            lines: &lines,
            found: Vec::new(),
        };
        raises.visit_body(module.body());
        shape.raises = raises.found;
        shape
    }

    /// The statements that a call executed, given the lines that it did.
    pub(crate) fn covered(&self, lines: &[u32]) -> BTreeSet<usize> {
        self.statements
            .iter()
            .enumerate()
            .filter(|(_, statement)| {
                let from = lines.partition_point(|line| line < statement.lines.start());
                lines
                    .get(from)
                    .is_some_and(|line| line <= statement.lines.end())
            })
            .map(|(index, _)| index)
            .collect()
    }

    /// The statement of the function that a line belongs to.
    pub(crate) fn statement_at(&self, line: u32) -> Option<usize> {
        self.statements
            .iter()
            .position(|statement| statement.lines.contains(&line))
    }

    /// Whether the code itself raises at that line.
    pub(crate) fn raises_at(&self, line: u32) -> bool {
        self.raises.iter().any(|lines| lines.contains(&line))
    }
}

/// Where lines start, to number positions.
struct Lines(Vec<usize>);

impl Lines {
    fn of(source: &str) -> Self {
        let newlines = source.match_indices('\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(newlines).collect())
    }

    fn number(&self, position: TextSize) -> u32 {
        let at = self
            .0
            .partition_point(|start| *start <= position.to_usize());
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    fn range(&self, start: TextSize, end: TextSize) -> RangeInclusive<u32> {
        self.number(start)..=self.number(end)
    }
}

struct Builder<'a> {
    lines: &'a Lines,
    scope: &'a Scope<'a>,
    shape: Shape,
    influences: BTreeMap<String, BTreeSet<String>>,
}

impl Builder<'_> {
    fn parameters_of(&mut self, trees: &[&Expr]) -> BTreeSet<String> {
        let mut names = Names::default();
        for tree in trees {
            names.visit_expr(tree);
        }
        let mut found = BTreeSet::new();
        for name in names.0 {
            if !self.influences.contains_key(&name) {
                let parameters = self.scope.influences(&name);
                self.influences.insert(name.clone(), parameters);
            }
            found.extend(self.influences[&name].iter().cloned());
        }
        found
    }

    fn statement(
        &mut self,
        lines: RangeInclusive<u32>,
        path: &[(usize, bool)],
        trees: &[&Expr],
    ) -> usize {
        let parameters = self.parameters_of(trees);
        self.shape.statements.push(Statement {
            lines,
            path: path.to_vec(),
            parameters,
        });
        self.shape.statements.len() - 1
    }

    fn head(&mut self, start: TextSize, tree: &Expr, path: &[(usize, bool)]) -> usize {
        let lines = self.lines.range(start, tree.end());
        self.statement(lines, path, &[tree])
    }

    /// A condition that is the head of a statement; its number among the guards.
    fn guard(&mut self, statement: usize, tests: &[&Expr], wishes: [Vec<Wish>; 2]) -> usize {
        let parameters = self.parameters_of(tests);
        self.shape.guards.push(Guard {
            statement,
            parameters,
            wishes,
        });
        self.shape.guards.len() - 1
    }

    fn condition(&mut self, statement: usize, test: &Expr) -> usize {
        let wanted = [false, true].map(|wanted| wishes(test, wanted, self.scope));
        self.guard(statement, &[test], wanted)
    }

    /// A block, and what its statements that come after an early end of it have in common.
    fn body(&mut self, body: &[Stmt], path: &[(usize, bool)]) {
        let mut path = path.to_vec();
        for statement in body {
            if let Stmt::If(branch) = statement {
                let passed = self.branch(branch, &path);
                path.extend(passed);
            } else {
                self.other(statement, &path);
            }
        }
    }

    /// An `if` with all its clauses; how its conditions must go for what comes after it.
    fn branch(&mut self, branch: &StmtIf, path: &[(usize, bool)]) -> Vec<(usize, bool)> {
        let head = self.head(branch.start(), &branch.test, path);
        let guard = self.condition(head, &branch.test);
        let mut path = path.to_vec();
        let mut passed = Vec::new();
        path.push((guard, true));
        self.body(&branch.body, &path);
        path.pop();
        path.push((guard, false));
        if ends(&branch.body) {
            passed.push((guard, false));
        }
        for clause in &branch.elif_else_clauses {
            let Some(test) = &clause.test else {
                self.body(&clause.body, &path);
                if passed.is_empty() && branch.elif_else_clauses.len() == 1 && ends(&clause.body) {
                    passed.push((guard, true));
                }
                continue;
            };
            let head = self.head(clause.start(), test, &path);
            let guard = self.condition(head, test);
            path.push((guard, true));
            self.body(&clause.body, &path);
            path.pop();
            path.push((guard, false));
            if ends(&clause.body) {
                passed.push((guard, false));
            }
        }
        passed
    }

    fn other(&mut self, statement: &Stmt, path: &[(usize, bool)]) {
        let with = |guard: usize, outcome: bool| -> Vec<(usize, bool)> {
            path.iter().copied().chain([(guard, outcome)]).collect()
        };
        let start = statement.start();
        match statement {
            Stmt::While(looping) => {
                let head = self.head(start, &looping.test, path);
                let guard = self.condition(head, &looping.test);
                self.body(&looping.body, &with(guard, true));
                self.body(&looping.orelse, &with(guard, false));
            }
            Stmt::For(looping) => {
                let head = self.head(start, &looping.iter, path);
                let wanted = [0, 2].map(|rounds| self.scope.rounds(&looping.iter, rounds));
                let guard = self.guard(head, &[&looping.iter], wanted);
                self.body(&looping.body, &with(guard, true));
                self.body(&looping.orelse, path);
            }
            Stmt::With(block) => {
                let trees: Vec<&Expr> = block.items.iter().map(|item| &item.context_expr).collect();
                let end = block.items.last().map_or(start, Ranged::end);
                let lines = self.lines.range(start, end);
                self.statement(lines, path, &trees);
                self.body(&block.body, path);
            }
            Stmt::Try(block) => {
                let first = self.shape.statements.len();
                self.body(&block.body, path);
                if self.shape.statements.len() > first {
                    // Whatever the body hangs on may make it fail.
                    let parameters: BTreeSet<String> = self.shape.statements[first..]
                        .iter()
                        .flat_map(|statement| statement.parameters.iter().cloned())
                        .collect();
                    self.shape.guards.push(Guard {
                        statement: first,
                        parameters,
                        wishes: [Vec::new(), Vec::new()],
                    });
                    let path = with(self.shape.guards.len() - 1, true);
                    for handler in &block.handlers {
                        let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                        self.body(&handler.body, &path);
                    }
                }
                self.body(&block.orelse, path);
                self.body(&block.finalbody, path);
            }
            Stmt::Match(matching) => {
                let head = self.head(start, &matching.subject, path);
                for case in &matching.cases {
                    let wanted = self.scope.pattern(&matching.subject, &case.pattern);
                    let guard = self.guard(head, &[&matching.subject], [Vec::new(), wanted]);
                    self.body(&case.body, &with(guard, true));
                }
            }
            Stmt::FunctionDef(inner) => {
                let lines = self.lines.range(start, inner.name.end());
                self.statement(lines, path, &[]);
                self.body(without_docstring(&inner.body), path);
            }
            Stmt::ClassDef(inner) => {
                let lines = self.lines.range(start, inner.name.end());
                self.statement(lines, path, &[]);
                self.body(without_docstring(&inner.body), path);
            }
            Stmt::Global(_) | Stmt::Nonlocal(_) => {}
            Stmt::Expr(constant) if is_constant(&constant.value) => {}
            simple => {
                let lines = self.lines.range(start, simple.end());
                let mut names = Trees::default();
                names.visit_stmt(simple);
                self.statement(lines, path, &names.0);
            }
        }
    }
}

/// Whether a block never gets to what comes after it.
fn ends(body: &[Stmt]) -> bool {
    matches!(
        body.last(),
        Some(Stmt::Return(_) | Stmt::Raise(_) | Stmt::Continue(_) | Stmt::Break(_))
    )
}

fn without_docstring(body: &[Stmt]) -> &[Stmt] {
    match body.split_first() {
        Some((Stmt::Expr(first), rest)) if is_constant(&first.value) => rest,
        _ => body,
    }
}

/// What the compiler leaves out where it stands alone.
fn is_constant(tree: &Expr) -> bool {
    matches!(
        tree,
        Expr::StringLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::EllipsisLiteral(_)
            | Expr::NoneLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::BytesLiteral(_)
    )
}

/// The names that an expression reads.
#[derive(Default)]
pub(super) struct Names(pub(super) BTreeSet<String>);

impl<'ast> Visitor<'ast> for Names {
    fn visit_expr(&mut self, tree: &'ast Expr) {
        if let Expr::Name(name) = tree {
            self.0.insert(name.id.to_string());
        }
        walk_expr(self, tree);
    }
}

/// The outermost expressions of a statement.
#[derive(Default)]
struct Trees<'ast>(Vec<&'ast Expr>);

impl<'ast> Visitor<'ast> for Trees<'ast> {
    fn visit_expr(&mut self, tree: &'ast Expr) {
        self.0.push(tree);
    }
}

/// What each local name is given: assigned values, what it is drawn from in a loop, the
/// context that it is.
#[derive(Default)]
struct Flows<'ast> {
    locals: BTreeMap<String, Vec<Flow<'ast>>>,
}

/// Where the value of a local name is from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Flow<'ast> {
    /// It is this.
    Whole(&'ast Expr),
    /// It is a part or an element of this, or made with it.
    Part(&'ast Expr),
}

impl<'ast> Flows<'ast> {
    fn bind(&mut self, target: &'ast Expr, flow: Flow<'ast>) {
        match target {
            Expr::Name(name) => self
                .locals
                .entry(name.id.to_string())
                .or_default()
                .push(flow),
            Expr::Tuple(tuple) => {
                let (Flow::Whole(value) | Flow::Part(value)) = flow;
                for element in &tuple.elts {
                    self.bind(element, Flow::Part(value));
                }
            }
            Expr::Subscript(subscript) => {
                let (Flow::Whole(value) | Flow::Part(value)) = flow;
                self.bind(&subscript.value, Flow::Part(value));
            }
            _ => {}
        }
    }
}

impl<'ast> Visitor<'ast> for Flows<'ast> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.bind(target, Flow::Whole(&assign.value));
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.bind(&assign.target, Flow::Whole(value));
                }
            }
            Stmt::AugAssign(assign) => self.bind(&assign.target, Flow::Part(&assign.value)),
            Stmt::For(looping) => self.bind(&looping.target, Flow::Part(&looping.iter)),
            Stmt::With(block) => {
                for item in &block.items {
                    if let Some(target) = &item.optional_vars {
                        self.bind(target, Flow::Part(&item.context_expr));
                    }
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, tree: &'ast Expr) {
        if let Expr::Named(named) = tree {
            self.bind(&named.target, Flow::Whole(&named.value));
        }
        walk_expr(self, tree);
    }
}

struct RaiseLines<'a> {
    lines: &'a Lines,
    found: Vec<RangeInclusive<u32>>,
}

impl<'ast> Visitor<'ast> for RaiseLines<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        let is_bare = matches!(statement, Stmt::Raise(raise) if raise.exc.is_none());
        if matches!(statement, Stmt::Raise(_) | Stmt::Assert(_)) && !is_bare {
            self.found
                .push(self.lines.range(statement.start(), statement.end()));
        }
        walk_stmt(self, statement);
    }
}

/// The names of a function's parameters.
pub(super) fn parameter_names(definition: &StmtFunctionDef) -> BTreeSet<String> {
    definition
        .parameters
        .iter_source_order()
        .map(|parameter| parameter.name().to_string())
        .collect()
}
