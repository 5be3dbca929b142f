//! Expressions of a test that mean the same outside of it: literals, names of the module,
//! and local names whose value is known. Never follows a name that is bound twice.

use std::collections::BTreeMap;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use crate::syntax::{Edit, apply, is_atom, span};

/// The local names of one test method.
pub(crate) struct Locals<'source> {
    source: &'source str,
    /// Names bound exactly once, by a plain assignment, with the text of their values;
    /// none for names of which no more is known than that they are local.
    values: BTreeMap<String, Option<String>>,
}

impl<'source> Locals<'source> {
    /// Reads the body of a test method.
    pub(crate) fn of(source: &'source str, body: &[Stmt]) -> Self {
        let mut bindings = Bindings::default();
        bindings.visit_body(body);
        let mut locals = Self {
            source,
            values: bindings
                .count
                .into_keys()
                .map(|name| (name, None))
                .collect(),
        };
        // In source order, so that what a value is made of is known before it.
        for (name, value) in bindings.assigned {
            if bindings.twice.contains(&name) {
                continue;
            }
            let text = locals.closed(value);
            locals.values.insert(name, text);
        }
        locals
    }

    /// The text of an expression with local names replaced by their values; none if it
    /// reads `self` or a local name whose value is not known.
    pub(crate) fn closed(&self, tree: &Expr) -> Option<String> {
        let mut names = Names {
            locals: self,
            edits: Vec::new(),
            own: Vec::new(),
            is_open: false,
        };
        names.visit_expr(tree);
        if names.is_open {
            return None;
        }
        let range = span(tree.range());
        let edits = names
            .edits
            .into_iter()
            .map(|edit| Edit {
                range: edit.range.start - range.start..edit.range.end - range.start,
                text: edit.text,
            })
            .collect();
        Some(apply(&self.source[range], edits))
    }
}

/// What a body binds.
#[derive(Default)]
struct Bindings<'ast> {
    count: BTreeMap<String, u32>,
    assigned: Vec<(String, &'ast Expr)>,
    twice: Vec<String>,
}

impl<'ast> Bindings<'ast> {
    fn bind(&mut self, target: &'ast Expr, value: Option<&'ast Expr>) {
        match (target, value) {
            (Expr::Name(name), value) => {
                let name = name.id.to_string();
                let count = self.count.entry(name.clone()).or_default();
                *count += 1;
                match value {
                    Some(value) if *count == 1 => self.assigned.push((name, value)),
                    _ => self.twice.push(name),
                }
            }
            (Expr::Tuple(targets), Some(Expr::Tuple(values)))
                if targets.elts.len() == values.elts.len() =>
            {
                for (target, value) in targets.elts.iter().zip(&values.elts) {
                    self.bind(target, Some(value));
                }
            }
            (Expr::Tuple(targets), _) => {
                targets
                    .elts
                    .iter()
                    .for_each(|target| self.bind(target, None));
            }
            (Expr::List(targets), _) => {
                targets
                    .elts
                    .iter()
                    .for_each(|target| self.bind(target, None));
            }
            (Expr::Starred(starred), _) => self.bind(&starred.value, None),
            // `x[0] = 1` changes what `x` is, and so does `x.append(1)`; see `visit_stmt`.
            (Expr::Subscript(subscript), _) => self.change(&subscript.value),
            (Expr::Attribute(attribute), _) => self.change(&attribute.value),
            _ => {}
        }
    }

    fn change(&mut self, tree: &Expr) {
        match tree {
            Expr::Name(name) => self.twice.push(name.id.to_string()),
            Expr::Subscript(subscript) => self.change(&subscript.value),
            Expr::Attribute(attribute) => self.change(&attribute.value),
            _ => {}
        }
    }
}

impl<'ast> Visitor<'ast> for Bindings<'ast> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::Assign(assign) => match assign.targets.as_slice() {
                [target] => self.bind(target, Some(&assign.value)),
                targets => targets.iter().for_each(|target| self.bind(target, None)),
            },
            Stmt::AnnAssign(assign) => self.bind(&assign.target, assign.value.as_deref()),
            Stmt::AugAssign(assign) => self.bind(&assign.target, None),
            Stmt::For(looping) => self.bind(&looping.target, None),
            Stmt::With(with) => {
                for target in with
                    .items
                    .iter()
                    .filter_map(|item| item.optional_vars.as_deref())
                {
                    self.bind(target, None);
                }
            }
            Stmt::FunctionDef(definition) => {
                let name = definition.name.to_string();
                *self.count.entry(name.clone()).or_default() += 1;
                self.twice.push(name);
                // What is bound in there is no business of the method.
                return;
            }
            Stmt::ClassDef(definition) => {
                let name = definition.name.to_string();
                *self.count.entry(name.clone()).or_default() += 1;
                self.twice.push(name);
                return;
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name).to_string();
                    *self.count.entry(name.clone()).or_default() += 1;
                    self.twice.push(name);
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name).to_string();
                    *self.count.entry(name.clone()).or_default() += 1;
                    self.twice.push(name);
                }
            }
            Stmt::Expr(statement) => {
                if let Expr::Call(call) = &*statement.value
                    && let Expr::Attribute(attribute) = &*call.func
                {
                    self.change(&attribute.value);
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, tree: &'ast Expr) {
        if let Expr::Named(named) = tree {
            self.bind(&named.target, None);
        }
        walk_expr(self, tree);
    }
}

/// The names that an expression reads.
struct Names<'locals, 'source> {
    locals: &'locals Locals<'source>,
    edits: Vec<Edit>,
    /// Names that the expression binds itself: of lambdas and comprehensions.
    own: Vec<String>,
    is_open: bool,
}

impl<'ast> Visitor<'ast> for Names<'_, '_> {
    fn visit_expr(&mut self, tree: &'ast Expr) {
        match tree {
            Expr::Name(name) => {
                let id = name.id.as_str();
                if self.own.iter().any(|own| own == id) {
                    return;
                }
                match self.locals.values.get(id) {
                    Some(Some(text)) => {
                        let text = match crate::syntax::expression(text) {
                            Some(value) if is_atom(&value) || crate::syntax::is_literal(&value) => {
                                text.clone()
                            }
                            _ => format!("({text})"),
                        };
                        self.edits.push(Edit::replace(name, text));
                    }
                    Some(None) => self.is_open = true,
                    None => self.is_open |= id == "self",
                }
            }
            Expr::Lambda(lambda) => {
                let before = self.own.len();
                if let Some(parameters) = &lambda.parameters {
                    let names = parameters.iter_source_order();
                    self.own
                        .extend(names.map(|parameter| parameter.name().to_string()));
                }
                walk_expr(self, tree);
                self.own.truncate(before);
            }
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) => {
                let before = self.own.len();
                let mut targets = Targets(Vec::new());
                walk_expr(&mut targets, tree);
                self.own.extend(targets.0);
                walk_expr(self, tree);
                self.own.truncate(before);
            }
            Expr::Await(_) | Expr::Yield(_) | Expr::YieldFrom(_) | Expr::Named(_) => {
                self.is_open = true;
            }
            _ => walk_expr(self, tree),
        }
    }
}

/// The names that the clauses of comprehensions bind.
struct Targets(Vec<String>);

impl<'ast> Visitor<'ast> for Targets {
    fn visit_comprehension(&mut self, comprehension: &'ast ruff_python_ast::Comprehension) {
        let mut names = Stored(Vec::new());
        names.visit_expr(&comprehension.target);
        self.0.extend(names.0);
        ruff_python_ast::visitor::walk_comprehension(self, comprehension);
    }
}

struct Stored(Vec<String>);

impl<'ast> Visitor<'ast> for Stored {
    fn visit_expr(&mut self, tree: &'ast Expr) {
        if let Expr::Name(name) = tree {
            self.0.push(name.id.to_string());
        }
        walk_expr(self, tree);
    }
}
