//! What a refinement must leave as it is, and what it must not bring along. Compares texts;
//! whether both do the same is found out by running them.
//!
//! A refinement may add annotations, a docstring, comments, and imports that annotations are
//! spelled with. Whatever else it adds is cut where nothing needs it: helpers, constants,
//! imports, statements at the top level. Where the function needs it, the refinement is
//! refused, for then it is another program: the pair's completion would call what its
//! prefix never had.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use ruff_python_ast::comparable::ComparableExpr;
use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;
use unitmill_python::{import_roots, is_standard_module, signature};

use super::remove;
use crate::refine::{annotations, is_for_annotations};
use crate::syntax::{Edit, Module, apply, expression, root_of, span};

/// Holds the interface of a function against what it was.
///
/// # Errors
///
/// What changed, for the attempt's row.
pub(super) fn same_interface(before: &str, after: &str, function: &str) -> Result<(), String> {
    let (Some(old), Some(new)) = (signature(before, function), signature(after, function)) else {
        return Err(format!("the code does not define `{function}`"));
    };
    for (was, is) in old.parameters.iter().zip(&new.parameters) {
        let name = &was.name;
        if !same_expressions(was.default.as_deref(), is.default.as_deref()) {
            return Err(format!("the code changes the default of `{name}`"));
        }
        if was.annotation.is_some() && is.annotation.is_none() {
            return Err(format!("the code drops the annotation of `{name}`"));
        }
    }
    if old.returns.is_some() && new.returns.is_none() {
        return Err(format!(
            "the code drops the return annotation of `{function}`"
        ));
    }
    let decorators = old.decorators.len() == new.decorators.len()
        && old
            .decorators
            .iter()
            .zip(&new.decorators)
            .all(|(was, is)| same_expressions(Some(was), Some(is)));
    if !decorators {
        return Err(format!("the code changes the decorators of `{function}`"));
    }
    let kind = |is_async: bool, is_generator: bool| match (is_async, is_generator) {
        (false, false) => "a function",
        (false, true) => "a generator",
        (true, false) => "a coroutine",
        (true, true) => "an asynchronous generator",
    };
    let (was, is) = (
        kind(old.is_async, old.is_generator),
        kind(new.is_async, new.is_generator),
    );
    if was != is {
        return Err(format!("the code makes `{function}` {is}; it was {was}"));
    }
    if new.docstring.is_none_or(|text| text.trim().is_empty()) {
        return Err(format!("`{function}` has no docstring"));
    }
    Ok(())
}

fn same_expressions(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => match (expression(one), expression(other)) {
            (Some(one), Some(other)) => ComparableExpr::from(&one) == ComparableExpr::from(&other),
            _ => one == other,
        },
        _ => false,
    }
}

/// Something that a refinement adds at the top level.
struct Extra<'ast> {
    statement: &'ast Stmt,
    kind: Kind,
}

enum Kind {
    /// `import a, b as c`: each new name, what is imported, and the alias' text.
    Imports(Vec<(String, String)>),
    /// A function or a class.
    Definition(String),
    /// An assignment to names that were not there.
    Constant(Vec<String>),
    /// A call, a print, an `if`, a text.
    Loose,
}

/// The code without what the refinement adds and nothing needs.
///
/// # Errors
///
/// What it adds and needs, for the attempt's row.
pub(super) fn without_extras(before: &str, after: &str, function: &str) -> Result<String, String> {
    let (Some(old), Some(new)) = (Module::parse(before), Module::parse(after)) else {
        return Err("the code does not parse".to_owned());
    };
    members(&old, &new, function)?;
    let known = old.bound_names();
    let texts: BTreeSet<&str> = old
        .body()
        .iter()
        .map(|statement| old.text(statement))
        .collect();
    let extras: Vec<Extra<'_>> = new
        .body()
        .iter()
        .filter(|statement| !texts.contains(new.text(*statement)))
        .filter_map(|statement| {
            let kind = kind_of(&new, &old, statement, &known)?;
            Some(Extra { statement, kind })
        })
        .collect();
    let edges = annotation_ranges(&new);
    let own: Vec<Range<usize>> = extras
        .iter()
        .map(|extra| span(extra.statement.range()))
        .collect();
    let mut needed = vec![false; extras.len()];
    // What is needed may need more of what is new.
    loop {
        let mut changed = false;
        for (index, extra) in extras.iter().enumerate() {
            let is_read = names_of(&extra.kind).into_iter().any(|name| {
                new.loads_of(name).into_iter().any(|place| {
                    let within = own.iter().position(|range| contains(range, &place));
                    within.is_none_or(|other| other != index && needed[other])
                })
            });
            if is_read && !needed[index] {
                needed[index] = true;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    let roots = import_roots(before).map_err(|failure| failure.to_string())?;
    let mut edits = Vec::new();
    // Where a name is read by what stays.
    let reads = |name: &str| -> Vec<Range<usize>> {
        let stays = |place: &Range<usize>| {
            let within = own.iter().position(|range| contains(range, place));
            within.is_none_or(|extra| needed[extra])
        };
        new.loads_of(name).into_iter().filter(stays).collect()
    };
    let only_annotates = |name: &str| {
        let mut places = reads(name).into_iter();
        places.all(|place| edges.iter().any(|range| contains(range, &place)))
    };
    for (extra, is_needed) in extras.iter().zip(&needed) {
        match &extra.kind {
            _ if !*is_needed && !matches!(extra.kind, Kind::Imports(_)) => {
                edits.push(remove(after, extra.statement));
            }
            Kind::Definition(name) => return Err(format!("the code adds the helper `{name}`")),
            Kind::Constant(names) => {
                if let Some(name) = names.iter().find(|name| !only_annotates(name)) {
                    return Err(format!("the code adds `{name}`, which it needs"));
                }
            }
            Kind::Loose => edits.push(remove(after, extra.statement)),
            Kind::Imports(names) => {
                if let Some(edit) = imports(&new, extra.statement, names, |name, path| {
                    let is_read = !reads(name).is_empty();
                    let root = root_of(path);
                    let is_known = roots.contains(root) || is_for_annotations(path_module(path));
                    let may_stay = is_known || (is_standard_module(root) && only_annotates(name));
                    match (is_read, may_stay) {
                        (false, _) => Ok(false),
                        (true, true) => Ok(true),
                        (true, false) => Err(format!(
                            "the code imports `{root}`, which it did without before"
                        )),
                    }
                })? {
                    edits.push(edit);
                }
            }
        }
    }
    let text = apply(after, edits);
    match Module::parse(&text).is_some_and(|module| module.function(function).is_some()) {
        true => Ok(text.trim_start_matches('\n').to_owned()),
        false => Err("what the code adds cannot be cut out of it".to_owned()),
    }
}

/// The module of an imported path: all but its last component, or the path itself.
fn path_module(path: &str) -> &str {
    let parent = path.rsplit_once('.').map_or(path, |(parent, _)| parent);
    if is_for_annotations(path) {
        path
    } else {
        parent
    }
}

/// The edit that leaves of an import the names that stay; none if all do.
fn imports(
    module: &Module<'_>,
    statement: &Stmt,
    names: &[(String, String)],
    mut stays: impl FnMut(&str, &str) -> Result<bool, String>,
) -> Result<Option<Edit>, String> {
    let (aliases, head) = match statement {
        Stmt::Import(import) => (&import.names, "import ".to_owned()),
        Stmt::ImportFrom(import) => {
            let path = import.module.as_deref().unwrap_or("");
            if path == "__future__" {
                return Ok(None);
            }
            (&import.names, format!("from {path} import "))
        }
        _ => return Ok(None),
    };
    let mut kept = Vec::new();
    for alias in aliases {
        let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
        let bound = root_of(bound);
        let keeps = match names.iter().find(|(name, _)| name == bound) {
            Some((name, path)) => stays(name, path)?,
            None => true,
        };
        if keeps {
            kept.push(module.text(alias));
        }
    }
    if kept.len() == aliases.len() {
        return Ok(None);
    }
    if kept.is_empty() {
        return Ok(Some(remove(module.source(), statement)));
    }
    Ok(Some(Edit::replace(
        statement,
        format!("{head}{}", kept.join(", ")),
    )))
}

fn names_of(kind: &Kind) -> Vec<&str> {
    match kind {
        Kind::Imports(names) => names.iter().map(|(name, _)| name.as_str()).collect(),
        Kind::Definition(name) => vec![name.as_str()],
        Kind::Constant(names) => names.iter().map(String::as_str).collect(),
        Kind::Loose => Vec::new(),
    }
}

/// What a statement adds; none if everything that it binds was there before.
fn kind_of(
    new: &Module<'_>,
    old: &Module<'_>,
    statement: &Stmt,
    known: &BTreeMap<String, Option<String>>,
) -> Option<Kind> {
    match statement {
        Stmt::FunctionDef(definition) => {
            let name = definition.name.to_string();
            (!known.contains_key(&name)).then_some(Kind::Definition(name))
        }
        Stmt::ClassDef(class) => {
            let name = class.name.to_string();
            (!known.contains_key(&name)).then_some(Kind::Definition(name))
        }
        Stmt::Import(_) | Stmt::ImportFrom(_) => {
            let text = new.text(statement);
            let bound = Module::parse(text).map(|module| module.imports())?;
            let added: Vec<(String, String)> = bound
                .into_iter()
                .filter(|(name, path)| known.get(name) != Some(&Some(path.clone())))
                .collect();
            (!added.is_empty()).then_some(Kind::Imports(added))
        }
        Stmt::Assign(_) | Stmt::AnnAssign(_) | Stmt::TypeAlias(_) => {
            let text = new.text(statement);
            let bound = Module::parse(text).map(|module| module.bound_names())?;
            let names: Vec<String> = bound.into_keys().collect();
            let is_new = !names.is_empty() && names.iter().all(|name| !known.contains_key(name));
            is_new.then_some(Kind::Constant(names))
        }
        Stmt::Expr(_) => Some(Kind::Loose),
        // A statement with a body of its own may be an old one, written otherwise.
        _ => {
            let is_like =
                |other: &&Stmt| std::mem::discriminant(*other) == std::mem::discriminant(statement);
            let before = old.body().iter().filter(is_like).count();
            (before == 0).then_some(Kind::Loose)
        }
    }
}

/// The members of a method's class stay what they are.
fn members(old: &Module<'_>, new: &Module<'_>, function: &str) -> Result<(), String> {
    let Some((class, _)) = function.split_once('.') else {
        return Ok(());
    };
    let names = |module: &Module<'_>| -> BTreeSet<String> {
        let bodies = module
            .body()
            .iter()
            .rev()
            .find_map(|statement| match statement {
                Stmt::ClassDef(found) if found.name.as_str() == class => Some(&found.body),
                _ => None,
            });
        bodies
            .into_iter()
            .flatten()
            .filter_map(|statement| match statement {
                Stmt::FunctionDef(definition) => Some(definition.name.to_string()),
                Stmt::ClassDef(inner) => Some(inner.name.to_string()),
                _ => None,
            })
            .collect()
    };
    let (old, new) = (names(old), names(new));
    if let Some(name) = new.difference(&old).next() {
        return Err(format!("the code adds `{class}.{name}`"));
    }
    match old.difference(&new).next() {
        Some(name) => Err(format!("the code drops `{class}.{name}`")),
        None => Ok(()),
    }
}

/// Where annotations stand, those of variables included.
fn annotation_ranges(module: &Module<'_>) -> Vec<Range<usize>> {
    #[derive(Default)]
    struct Finder(Vec<Range<usize>>);
    impl<'ast> Visitor<'ast> for Finder {
        fn visit_stmt(&mut self, statement: &'ast Stmt) {
            match statement {
                Stmt::FunctionDef(definition) => {
                    let definition: &StmtFunctionDef = definition;
                    self.0.extend(annotations(definition));
                }
                Stmt::AnnAssign(assign) => self.0.push(span(assign.annotation.range())),
                _ => {}
            }
            walk_stmt(self, statement);
        }
    }
    let mut finder = Finder::default();
    finder.visit_body(module.body());
    finder.0
}

fn contains(range: &Range<usize>, place: &Range<usize>) -> bool {
    range.start <= place.start && place.end <= range.end
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "import math\n\nLIMIT = 3\n\n\ndef area(r, scale=1.0):\n    return math.pi * r * scale * LIMIT\n";
    const AFTER: &str = "import math\n\nLIMIT = 3\n\n\ndef area(r: float, scale: float = 1.0) -> float:\n    \"\"\"Area.\"\"\"\n    return math.pi * r * scale * LIMIT\n";

    fn extras(after: &str) -> Result<String, String> {
        without_extras(BEFORE, after, "area")
    }

    #[test]
    fn what_nothing_needs_is_cut() {
        assert_eq!(extras(AFTER).as_deref(), Ok(AFTER));
        for extra in [
            "import os\n",
            "from os import path, sep\n",
            "from typing import Optional\n",
            "UNUSED = 4\n",
            "def helper(x):\n    return x\n",
            "class Helper:\n    pass\n",
            "print(area(1))\n",
            "def one():\n    return two()\ndef two():\n    return one()\n",
            "if LIMIT:\n    print(1)\n",
            "\"\"\"The module of areas.\"\"\"\n",
        ] {
            let text = AFTER.replace("\n\ndef area", &format!("\n\n{extra}def area"));
            assert_eq!(extras(&text).as_deref(), Ok(AFTER), "{extra}");
            let text = format!("{extra}{AFTER}");
            assert_eq!(extras(&text).as_deref(), Ok(AFTER), "{extra}");
        }
        assert_eq!(
            extras(&AFTER.replace("import math\n", "import math, os\n")).as_deref(),
            Ok(AFTER)
        );
    }

    #[test]
    fn what_annotations_need_stays() {
        for (extra, annotation) in [
            ("from typing import Optional\n", "Optional[float]"),
            ("from __future__ import annotations\n", "float | None"),
            ("from collections.abc import Iterable\n", "Iterable[float]"),
            ("import typing\n", "typing.Any"),
            ("Number = float\n", "Number"),
            ("from decimal import Decimal\n", "Decimal"),
        ] {
            let text = format!(
                "{extra}{}",
                AFTER.replace("r: float", &format!("r: {annotation}"))
            );
            assert_eq!(extras(&text).as_deref(), Ok(text.as_str()));
        }
    }

    #[test]
    fn what_the_function_needs_is_refused() {
        let refused = |extra: &str, body: &str| {
            let text = format!("{extra}{}", AFTER.replace("math.pi * r", body));
            extras(&text).expect_err("it adds what it needs")
        };
        assert_eq!(
            refused("def helper(x):\n    return x\n", "math.pi * helper(r)"),
            "the code adds the helper `helper`"
        );
        assert_eq!(
            refused("TWO = 2\n", "math.pi * r / TWO"),
            "the code adds `TWO`, which it needs"
        );
        assert_eq!(
            refused("import operator\n", "operator.mul(math.pi, r)"),
            "the code imports `operator`, which it did without before"
        );
    }

    #[test]
    fn methods_keep_their_classes() {
        let before = "class Stack:\n    def push(self, x):\n        return x\n";
        let doc = before.replace(
            "        return",
            "        \"\"\"Push.\"\"\"\n        return",
        );
        assert_eq!(
            without_extras(before, &doc, "Stack.push").as_deref(),
            Ok(doc.as_str())
        );
        let more = format!("{doc}\n    def pop(self):\n        return 1\n");
        assert_eq!(
            without_extras(before, &more, "Stack.push"),
            Err("the code adds `Stack.pop`".to_owned())
        );
    }

    #[test]
    fn interfaces_stay() {
        let before = "@cache\ndef f(a, b: int = 1, *, c=[1, 2]) -> int:\n    return a\n";
        let after = "@cache\ndef f(a: int, b: int = 1, *, c: list = [1,2]) -> int:\n    'F.'\n    return a\n";
        assert_eq!(same_interface(before, after, "f"), Ok(()));
        let table = [
            ("= 1", "= 2", "the code changes the default of `b`"),
            (
                "b: int = 1",
                "b: int",
                "the code changes the default of `b`",
            ),
            ("b: int = 1", "b=1", "the code drops the annotation of `b`"),
            (
                "c: list = [1,2]",
                "c: list = None",
                "the code changes the default of `c`",
            ),
            (" -> int", "", "the code drops the return annotation of `f`"),
            ("@cache\n", "", "the code changes the decorators of `f`"),
            (
                "@cache\n",
                "@cache\n@wraps\n",
                "the code changes the decorators of `f`",
            ),
            (
                "return a",
                "yield a",
                "the code makes `f` a generator; it was a function",
            ),
            (
                "def f",
                "async def f",
                "the code makes `f` a coroutine; it was a function",
            ),
            ("    'F.'\n", "", "`f` has no docstring"),
        ];
        for (old, new, reason) in table {
            let changed = after.replacen(old, new, 1);
            assert_ne!(changed, after);
            assert_eq!(
                same_interface(before, &changed, "f"),
                Err(reason.to_owned())
            );
        }
    }
}
