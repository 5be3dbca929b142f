//! Python source as the offline agents need it: a parsed module, what its names stand for,
//! and edits by position. Never text replacement, never unparsing.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};
use ruff_python_parser::{Parsed, parse_expression, parse_module};
use ruff_text_size::{Ranged, TextRange};
use unitmill_python::nests_deeply;

/// A module that parses, and its text.
pub(crate) struct Module<'source> {
    source: &'source str,
    parsed: Parsed<ruff_python_ast::ModModule>,
}

impl<'source> Module<'source> {
    /// Parses; none if the text is not Python, or nested so deeply that walking it could
    /// overflow the stack.
    pub(crate) fn parse(source: &'source str) -> Option<Self> {
        if nests_deeply(source) {
            return None;
        }
        // The parser recovers from errors but reports them; a text with errors is no module.
        match parse_module(source) {
            Ok(parsed) => Some(Self { source, parsed }),
            Err(_) => None,
        }
    }

    /// The text.
    pub(crate) fn source(&self) -> &'source str {
        self.source
    }

    /// The blanks before the statement on its line.
    pub(crate) fn indent_of(&self, node: &impl Ranged) -> &'source str {
        let start = node.range().start().to_usize();
        let line_start = self.source[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = &self.source[line_start..start];
        &line[..line.len() - line.trim_start().len()]
    }

    /// Where a name is read.
    pub(crate) fn loads_of(&self, name: &str) -> Vec<Range<usize>> {
        let mut finder = LoadFinder {
            name,
            ranges: Vec::new(),
        };
        finder.visit_body(self.body());
        finder.ranges
    }

    /// Everything that the text is made of.
    pub(crate) fn tokens(&self) -> &ruff_python_ast::token::Tokens {
        self.parsed.tokens()
    }

    /// The top-level statements.
    pub(crate) fn body(&self) -> &[Stmt] {
        &self.parsed.syntax().body
    }

    /// The last top-level function of that name; for `Class.method` the last method of that
    /// name in the last top-level class of that name.
    pub(crate) fn function(&self, name: &str) -> Option<&StmtFunctionDef> {
        let (body, name) = match name.split_once('.') {
            Some((class, method)) => {
                let class = self
                    .body()
                    .iter()
                    .rev()
                    .find_map(|statement| match statement {
                        Stmt::ClassDef(found) if found.name.as_str() == class => Some(found),
                        _ => None,
                    })?;
                (&class.body[..], method)
            }
            None => (self.body(), name),
        };
        body.iter().rev().find_map(|statement| match statement {
            Stmt::FunctionDef(function) if function.name.as_str() == name => Some(function),
            _ => None,
        })
    }

    /// The text of a node.
    pub(crate) fn text(&self, node: &impl Ranged) -> &'source str {
        &self.source[span(node.range())]
    }

    /// What the names bound by imports, wherever they stand, stand for: `np` for `numpy`,
    /// `comb` for `scipy.misc.comb`.
    pub(crate) fn imports(&self) -> BTreeMap<String, String> {
        let mut collector = ImportCollector::default();
        collector.visit_body(self.body());
        collector.bindings
    }

    /// The names that the module's top level binds.
    pub(crate) fn bound_names(&self) -> BTreeMap<String, Option<String>> {
        let mut names: BTreeMap<String, Option<String>> = BTreeMap::new();
        for statement in self.body() {
            match statement {
                Stmt::FunctionDef(function) => {
                    names.insert(function.name.to_string(), None);
                }
                Stmt::ClassDef(class) => {
                    names.insert(class.name.to_string(), None);
                }
                Stmt::Assign(assign) => {
                    for target in &assign.targets {
                        bind_target(target, &mut names);
                    }
                }
                Stmt::AnnAssign(assign) => bind_target(&assign.target, &mut names),
                _ => {}
            }
        }
        for (name, path) in self.imports() {
            names.insert(name, Some(path));
        }
        names
    }
}

struct LoadFinder<'name> {
    name: &'name str,
    ranges: Vec<Range<usize>>,
}

impl<'ast> Visitor<'ast> for LoadFinder<'_> {
    fn visit_expr(&mut self, expression: &'ast Expr) {
        if let Expr::Name(name) = expression
            && name.id.as_str() == self.name
            && name.ctx.is_load()
        {
            self.ranges.push(span(name.range));
        }
        walk_expr(self, expression);
    }
}

fn bind_target(target: &Expr, names: &mut BTreeMap<String, Option<String>>) {
    match target {
        Expr::Name(name) => {
            names.insert(name.id.to_string(), None);
        }
        Expr::Tuple(tuple) => {
            for element in &tuple.elts {
                bind_target(element, names);
            }
        }
        _ => {}
    }
}

#[derive(Default)]
struct ImportCollector {
    bindings: BTreeMap<String, String>,
}

impl<'ast> Visitor<'ast> for ImportCollector {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let path = alias.name.as_str();
                    match &alias.asname {
                        Some(name) => self.bindings.insert(name.to_string(), path.to_owned()),
                        None => {
                            let root = root_of(path);
                            self.bindings.insert(root.to_owned(), root.to_owned())
                        }
                    };
                }
            }
            Stmt::ImportFrom(import) if import.level == 0 => {
                if let Some(module) = &import.module {
                    for alias in &import.names {
                        let local = alias.asname.as_ref().unwrap_or(&alias.name);
                        self.bindings
                            .insert(local.to_string(), format!("{module}.{}", alias.name));
                    }
                }
            }
            _ => walk_stmt(self, statement),
        }
    }
}

/// The first component of a dotted path.
pub(crate) fn root_of(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

/// The last component of a dotted path.
pub(crate) fn last_of(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

/// The dotted spelling of a chain of names and attributes (`np.linalg.norm`).
pub(crate) fn dotted(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Name(name) => Some(name.id.to_string()),
        Expr::Attribute(attribute) => {
            Some(format!("{}.{}", dotted(&attribute.value)?, attribute.attr))
        }
        _ => None,
    }
}

/// The qualified path that a chain of names stands for, given what imports bind.
pub(crate) fn qualified(expression: &Expr, imports: &BTreeMap<String, String>) -> Option<String> {
    let spelling = dotted(expression)?;
    let (head, rest) = match spelling.split_once('.') {
        Some((head, rest)) => (head, Some(rest)),
        None => (spelling.as_str(), None),
    };
    let base = imports.get(head)?;
    Some(match rest {
        Some(rest) => format!("{base}.{rest}"),
        None => base.clone(),
    })
}

/// A range of the parser as byte positions.
pub(crate) fn span(range: TextRange) -> Range<usize> {
    range.start().to_usize()..range.end().to_usize()
}

/// Qualified names of the library calls of a module (`numpy.linalg.norm`), sorted.
pub(crate) fn library_calls(source: &str) -> Vec<String> {
    let Some(module) = Module::parse(source) else {
        return Vec::new();
    };
    let imports = module.imports();
    let mut calls = LibraryCalls {
        imports: &imports,
        paths: BTreeSet::new(),
    };
    calls.visit_body(module.body());
    calls.paths.into_iter().collect()
}

struct LibraryCalls<'imports> {
    imports: &'imports BTreeMap<String, String>,
    paths: BTreeSet<String>,
}

impl<'ast> Visitor<'ast> for LibraryCalls<'_> {
    fn visit_expr(&mut self, expression: &'ast Expr) {
        if let Expr::Call(call) = expression
            && let Some(path) = qualified(&call.func, self.imports)
        {
            self.paths.insert(path);
        }
        walk_expr(self, expression);
    }
}

/// A replacement of a piece of text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Edit {
    /// Byte positions of what goes.
    pub(crate) range: Range<usize>,
    /// What comes in its place.
    pub(crate) text: String,
}

impl Edit {
    /// Replaces a node.
    pub(crate) fn replace(node: &impl Ranged, text: impl Into<String>) -> Self {
        Self {
            range: span(node.range()),
            text: text.into(),
        }
    }

    /// Inserts at a position.
    pub(crate) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self {
            range: at..at,
            text: text.into(),
        }
    }
}

/// Applies edits. Of two that overlap, the one that begins first wins, then the longer
/// one: the outer of two nested ones. The inner one finds its place in a further pass.
pub(crate) fn apply(source: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.range.start, std::cmp::Reverse(edit.range.end)));
    let mut result = String::with_capacity(source.len() + 64);
    let mut position = 0;
    for edit in edits {
        if edit.range.start < position {
            continue;
        }
        result.push_str(&source[position..edit.range.start]);
        result.push_str(&edit.text);
        position = edit.range.end;
    }
    result.push_str(&source[position..]);
    result
}

/// Adds import lines that are not there yet: after a module docstring and `__future__`
/// imports, before everything else.
pub(crate) fn add_imports(source: &str, lines: &[String]) -> String {
    let Some(module) = Module::parse(source) else {
        return source.to_owned();
    };
    let mut position = 0;
    for (index, statement) in module.body().iter().enumerate() {
        let docstring = index == 0
            && matches!(statement, Stmt::Expr(expression) if expression.value.is_string_literal_expr());
        let future = matches!(statement, Stmt::ImportFrom(import)
            if import.module.as_deref() == Some("__future__"));
        if !(docstring || future) {
            break;
        }
        position = line_end(source, statement.range().end().to_usize());
    }
    let present: Vec<&str> = source.lines().collect();
    let mut text = String::new();
    let mut seen = Vec::new();
    for line in lines {
        if !present.contains(&line.as_str()) && !seen.contains(&line) {
            text.push_str(line);
            text.push('\n');
            seen.push(line);
        }
    }
    if text.is_empty() {
        return source.to_owned();
    }
    // Code that begins with a definition keeps the two blank lines before it.
    let begins_with_import = source[position..].trim_start().starts_with("import ")
        || source[position..].trim_start().starts_with("from ");
    if position == 0 && !begins_with_import {
        text.push_str("\n\n");
    }
    apply(source, vec![Edit::insert(position, text)])
}

/// The position after the end of the line that `position` is in.
pub(crate) fn line_end(source: &str, position: usize) -> usize {
    source[position..]
        .find('\n')
        .map_or(source.len(), |offset| position + offset + 1)
}

/// Parses one expression; none if the text is not one.
pub(crate) fn expression(source: &str) -> Option<Expr> {
    match parse_expression(source.trim()) {
        Ok(parsed) => Some(*parsed.into_syntax().body),
        Err(_) => None,
    }
}

/// Whether an expression needs no parentheses before a dot.
pub(crate) fn is_atom(expression: &Expr) -> bool {
    matches!(
        expression,
        Expr::Name(_)
            | Expr::Attribute(_)
            | Expr::Call(_)
            | Expr::Subscript(_)
            | Expr::StringLiteral(_)
            | Expr::List(_)
            | Expr::Dict(_)
            | Expr::Set(_)
            | Expr::ListComp(_)
            | Expr::DictComp(_)
            | Expr::SetComp(_)
    )
}

/// What a tuple, list or set written out holds, or the keys of a dictionary; none of
/// anything else.
pub(crate) fn members(tree: &Expr) -> Option<Vec<&Expr>> {
    match tree {
        Expr::Tuple(tuple) => Some(tuple.elts.iter().collect()),
        Expr::List(list) => Some(list.elts.iter().collect()),
        Expr::Set(set) => Some(set.elts.iter().collect()),
        Expr::Dict(dict) => Some(
            dict.items
                .iter()
                .filter_map(|item| item.key.as_ref())
                .collect(),
        ),
        _ => None,
    }
}

/// Whether an expression is built from literals only.
pub(crate) fn is_literal(expression: &Expr) -> bool {
    match expression {
        Expr::StringLiteral(_)
        | Expr::BytesLiteral(_)
        | Expr::NumberLiteral(_)
        | Expr::BooleanLiteral(_)
        | Expr::NoneLiteral(_) => true,
        Expr::UnaryOp(unary) => unary.operand.is_number_literal_expr(),
        Expr::BinOp(binary) => {
            // Complex numbers: `1+2j`.
            binary.right.is_number_literal_expr()
                && is_literal(&binary.left)
                && binary.left.is_number_literal_expr()
        }
        Expr::List(list) => list.elts.iter().all(is_literal),
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_literal),
        Expr::Set(set) => set.elts.iter().all(is_literal),
        Expr::Dict(dict) => dict
            .items
            .iter()
            .all(|item| item.key.as_ref().is_some_and(is_literal) && is_literal(&item.value)),
        Expr::Call(call) => {
            // `set()`, `frozenset({1})`.
            matches!(&*call.func, Expr::Name(name) if matches!(name.id.as_str(), "set" | "frozenset"))
                && call.arguments.keywords.is_empty()
                && call.arguments.args.iter().all(is_literal)
        }
        _ => false,
    }
}

/// A spelling of a literal that does not depend on the order of sets and dicts.
pub(crate) fn canonical(source: &str) -> String {
    let Some(tree) = expression(source) else {
        return source.to_owned();
    };
    canonical_expression(&tree, source.trim())
}

fn canonical_expression(tree: &Expr, source: &str) -> String {
    let join = |elements: &[Expr]| -> Vec<String> {
        elements
            .iter()
            .map(|element| canonical_expression(element, source))
            .collect()
    };
    match tree {
        Expr::List(list) => format!("[{}]", join(&list.elts).join(", ")),
        Expr::Tuple(tuple) => format!("({},)", join(&tuple.elts).join(", ")),
        Expr::Set(set) => {
            let mut elements = join(&set.elts);
            elements.sort();
            format!("{{{}}}", elements.join(", "))
        }
        Expr::Dict(dict) => {
            let mut items: Vec<String> = dict
                .items
                .iter()
                .map(|item| {
                    let key = item
                        .key
                        .as_ref()
                        .map_or(String::new(), |key| canonical_expression(key, source));
                    format!("{key}: {}", canonical_expression(&item.value, source))
                })
                .collect();
            items.sort();
            format!("{{{}}}", items.join(", "))
        }
        Expr::Call(call) => {
            let function = &source[span(call.func.range())];
            let arguments = join(&call.arguments.args);
            let keywords: Vec<&str> = call
                .arguments
                .keywords
                .iter()
                .map(|keyword| &source[span(keyword.range())])
                .collect();
            format!(
                "{function}({}; {})",
                arguments.join(", "),
                keywords.join(", ")
            )
        }
        Expr::StringLiteral(text) => format!("{:?}", text.value.to_str()),
        other => source[span(other.range())].to_owned(),
    }
}

/// A text as a Python string literal.
pub(crate) fn quote(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    let mark = if text.contains('"') && !text.contains('\'') {
        '\''
    } else {
        '"'
    };
    literal.push(mark);
    for character in text.chars() {
        match character {
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            '\\' => literal.push_str("\\\\"),
            character if character == mark => {
                literal.push('\\');
                literal.push(character);
            }
            character if character.is_control() => {
                literal.push_str(&format!("\\x{:02x}", character as u32));
            }
            character => literal.push(character),
        }
    }
    literal.push(mark);
    literal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_nested_edits_the_outer_one_wins() {
        let edits = vec![
            Edit {
                range: 2..3,
                text: "y".into(),
            },
            Edit {
                range: 0..5,
                text: "outer".into(),
            },
            Edit::insert(5, "!"),
        ];
        assert_eq!(apply("f(x) ", edits), "outer!");
    }

    #[test]
    fn imports_go_after_docstring_and_future() {
        let source = "\"\"\"Doc.\"\"\"\nfrom __future__ import annotations\nimport os\n";
        assert_eq!(
            add_imports(source, &["import re".into(), "import os".into()]),
            "\"\"\"Doc.\"\"\"\nfrom __future__ import annotations\nimport re\nimport os\n"
        );
        assert_eq!(
            add_imports("def f():\n    pass\n", &["import re".into()]),
            "import re\n\n\ndef f():\n    pass\n"
        );
    }

    #[test]
    fn canonical_spelling_ignores_the_order_of_sets_and_dicts() {
        assert_eq!(canonical("{3, 1}"), canonical("{1, 3}"));
        assert_eq!(
            canonical("{'a': {2, 1}, 'b': 0}"),
            canonical("{'b': 0, \"a\": {1, 2}}")
        );
        assert_ne!(canonical("[1, 3]"), canonical("[3, 1]"));
        assert_ne!(canonical("(1,)"), canonical("[1]"));
    }

    #[test]
    fn names_are_resolved_through_imports() {
        let module =
            Module::parse("import numpy as np\nfrom scipy.misc import comb as c\nimport os.path\n")
                .expect("parses");
        let imports = module.imports();
        let resolve = |text: &str| qualified(&expression(text).expect("parses"), &imports);
        assert_eq!(
            resolve("np.linalg.norm").as_deref(),
            Some("numpy.linalg.norm")
        );
        assert_eq!(resolve("c").as_deref(), Some("scipy.misc.comb"));
        assert_eq!(resolve("os.path.join").as_deref(), Some("os.path.join"));
        assert_eq!(resolve("np().x"), None);
    }

    #[test]
    fn quoting_escapes_what_it_must() {
        assert_eq!(quote("a\n\"b\"'\\"), r#""a\n\"b\"'\\""#);
        assert_eq!(quote("say \"hi\""), "'say \"hi\"'");
    }
}
