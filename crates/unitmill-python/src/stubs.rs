//! Functions without their bodies: whether tests notice is what shows that they test
//! anything. Never changes a byte outside of the bodies that go.

use std::collections::{BTreeSet, HashSet};

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Alias, Expr, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_text_size::Ranged as _;

use crate::function_text::{body_start, last_function};
use crate::parse::{next_line, with_module};
use crate::test_classes::enumerate_tests;

/// What takes a body's place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stub {
    /// `pass`: the function returns `None`.
    ReturnNone,
    /// `raise NotImplementedError`.
    Raise,
}

impl Stub {
    /// Every kind, in the order in which they are tried. A function whose tests pass with
    /// any of them is not tested.
    pub const ALL: [Self; 2] = [Self::ReturnNone, Self::Raise];

    /// What a function does that has no body left, for a sentence: `it only returns None`.
    pub const fn behaviour(self) -> &'static str {
        match self {
            Self::ReturnNone => "only returns None",
            Self::Raise => "only raises NotImplementedError",
        }
    }

    const fn statement(self) -> &'static str {
        match self {
            Self::ReturnNone => "pass",
            Self::Raise => "raise NotImplementedError",
        }
    }
}

/// The module with the body of the last top-level function of that name replaced; the
/// docstring stays. None if the module does not parse or has no such function.
pub fn stub_function(code: &str, function: &str, stub: Stub) -> Option<String> {
    // A failure to parse is one of the two ways of having no such function.
    with_module(code, |body| {
        last_function(body, function).map(|definition| cut_bodies(code, &[definition], stub))
    })
    .ok()
    .flatten()
}

/// Code without the bodies of what its tests are about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stubbed {
    /// The code, some bodies replaced, everything else as it was.
    pub code: String,
    /// What has lost its body, in source order, each name once: `mean`, `Stack.push`.
    pub names: Vec<String>,
}

/// Replaces the bodies of all functions and methods of `code` that its tests are about,
/// where nobody says which one is under test.
///
/// The tests are about every function and class of the module that their text mentions: by
/// name, as an attribute, or in a string (`patch("solution.fetch")`). A class stands for all
/// its methods and for what it is made of (base classes, attributes); a name that is
/// assigned stands for the names in its value (`mean = cached(slow_mean)`). Tests that
/// mention nothing of the code are taken to be about all of it. Test classes in `code`
/// belong to the tests.
///
/// None if a text does not parse, or if nothing of that kind has a body to lose.
pub fn stub_tested(code: &str, tests: &str, stub: Stub) -> Option<Stubbed> {
    let own_tests: HashSet<String> = enumerate_tests(code)
        .ok()?
        .iter()
        .filter_map(|test| Some(test.split_once('.')?.0.to_owned()))
        .collect();
    let mut mentioned = with_module(tests, |body| {
        let mut mentions = Mentions::default();
        mentions.visit_body(body);
        mentions.0
    })
    .ok()?;
    with_module(code, |body| {
        let mut definitions = Definitions {
            own_tests: &own_tests,
            found: Vec::new(),
        };
        definitions.read(body);
        for definition in &definitions.found {
            if let Definition::Tests(class) = definition {
                let mut mentions = Mentions::default();
                mentions.visit_body(&class.body);
                mentioned.extend(mentions.0);
            }
        }
        let subjects = definitions.subjects(mentioned);
        if subjects.is_empty() {
            return None;
        }
        let (names, functions): (Vec<String>, Vec<&StmtFunctionDef>) = subjects.into_iter().unzip();
        let mut seen = BTreeSet::new();
        Some(Stubbed {
            code: cut_bodies(code, &functions, stub),
            names: names
                .into_iter()
                .filter(|name| seen.insert(name.clone()))
                .collect(),
        })
    })
    .ok()
    .flatten()
}

/// Replaces bodies; the definitions are in source order, none inside another.
fn cut_bodies(code: &str, definitions: &[&StmtFunctionDef], stub: Stub) -> String {
    let mut text = String::with_capacity(code.len());
    let mut done = 0;
    for definition in definitions {
        let Some(first) = definition.body.first() else {
            continue;
        };
        let tail = next_line(code, definition.end().to_usize());
        let cut = body_start(code, definition).min(tail);
        let first = first.start().to_usize();
        let line_start = code[..first].rfind(['\n', '\r']).map_or(0, |at| at + 1);
        text.push_str(&code[done..cut]);
        if code[line_start..first].trim().is_empty() {
            if !text.ends_with(['\n', '\r']) {
                text.push('\n');
            }
            text.push_str(&code[line_start..first]);
        } else {
            // Everything is on the signature's line.
            let kept = text.trim_end().len();
            text.truncate(kept);
            text.push_str(if text.ends_with([':', ';']) {
                " "
            } else {
                "; "
            });
        }
        text.push_str(stub.statement());
        text.push('\n');
        done = tail;
    }
    text.push_str(&code[done..]);
    text
}

/// Every name that a text mentions in any way.
#[derive(Default)]
struct Mentions(HashSet<String>);

impl<'a> Visitor<'a> for Mentions {
    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) => {
                self.0.insert(name.id.to_string());
            }
            Expr::Attribute(attribute) => {
                self.0.insert(attribute.attr.to_string());
            }
            Expr::StringLiteral(string) => {
                // A name, or a path to one.
                if let Some(name) = string.value.to_str().rsplit('.').next() {
                    self.0.insert(name.to_owned());
                }
            }
            _ => {}
        }
        walk_expr(self, expression);
    }

    fn visit_alias(&mut self, alias: &'a Alias) {
        self.0.insert(alias.name.to_string());
    }
}

/// A definition at the module's level, conditions and the like looked through.
enum Definition<'a> {
    Function(&'a StmtFunctionDef),
    Class(&'a StmtClassDef),
    /// A class of the code that holds tests.
    Tests(&'a StmtClassDef),
    /// A name and what its value mentions.
    Value(String, HashSet<String>),
}

struct Definitions<'a> {
    own_tests: &'a HashSet<String>,
    found: Vec<Definition<'a>>,
}

impl<'a> Definitions<'a> {
    fn read(&mut self, body: &'a [Stmt]) {
        for statement in body {
            self.visit_stmt(statement);
        }
    }

    fn value(&mut self, target: &Expr, value: &'a Expr) {
        match target {
            Expr::Name(name) => {
                let mut mentions = Mentions::default();
                mentions.visit_expr(value);
                self.found
                    .push(Definition::Value(name.id.to_string(), mentions.0));
            }
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|item| self.value(item, value)),
            Expr::List(list) => list.elts.iter().for_each(|item| self.value(item, value)),
            _ => {}
        }
    }

    /// The functions and methods that the mentioned names lead to, in source order.
    fn subjects(&self, mut mentioned: HashSet<String>) -> Vec<(String, &'a StmtFunctionDef)> {
        let is_mentioned = self.found.iter().any(|definition| {
            definition
                .name()
                .is_some_and(|name| mentioned.contains(name))
        });
        if !is_mentioned {
            mentioned.extend(
                self.found
                    .iter()
                    .filter_map(|definition| definition.name().map(str::to_owned)),
            );
        }
        let mut followed = vec![false; self.found.len()];
        loop {
            let mut more = false;
            for (definition, followed) in self.found.iter().zip(&mut followed) {
                let reached = definition
                    .name()
                    .is_some_and(|name| mentioned.contains(name));
                if *followed || !reached {
                    continue;
                }
                *followed = true;
                match definition {
                    Definition::Value(_, mentions) => {
                        mentioned.extend(mentions.iter().cloned());
                        more = true;
                    }
                    Definition::Class(class) => {
                        mentioned.extend(made_of(class));
                        more = true;
                    }
                    Definition::Function(_) | Definition::Tests(_) => {}
                }
            }
            if !more {
                break;
            }
        }
        let mut subjects = Vec::new();
        for (definition, followed) in self.found.iter().zip(followed) {
            match definition {
                Definition::Function(function) if followed => {
                    subjects.push((function.name.to_string(), *function));
                }
                Definition::Class(class) if followed => methods(class, "", &mut subjects),
                _ => {}
            }
        }
        subjects
    }
}

impl Definition<'_> {
    fn name(&self) -> Option<&str> {
        match self {
            Self::Function(function) => Some(function.name.as_str()),
            Self::Class(class) => Some(class.name.as_str()),
            Self::Value(name, _) => Some(name),
            Self::Tests(_) => None,
        }
    }
}

impl<'a> Visitor<'a> for Definitions<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.found.push(Definition::Function(function)),
            Stmt::ClassDef(class) => {
                let has_tests = self.own_tests.contains(class.name.as_str());
                self.found.push(if has_tests {
                    Definition::Tests(class)
                } else {
                    Definition::Class(class)
                });
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    self.value(target, &assign.value);
                }
            }
            Stmt::AugAssign(assign) => self.value(&assign.target, &assign.value),
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    self.value(&assign.target, value);
                }
            }
            _ => walk_stmt(self, statement),
        }
    }

    // No statement is inside of an expression.
    fn visit_expr(&mut self, _: &'a Expr) {}
}

/// What a class mentions besides its methods.
fn made_of(class: &StmtClassDef) -> HashSet<String> {
    let mut mentions = Mentions::default();
    if let Some(arguments) = &class.arguments {
        mentions.visit_arguments(arguments);
    }
    for statement in &class.body {
        match statement {
            Stmt::FunctionDef(_) => {}
            Stmt::ClassDef(inner) => mentions.0.extend(made_of(inner)),
            _ => mentions.visit_stmt(statement),
        }
    }
    mentions.0
}

/// The methods of a class and of the classes inside it.
fn methods<'a>(
    class: &'a StmtClassDef,
    outer: &str,
    found: &mut Vec<(String, &'a StmtFunctionDef)>,
) {
    struct Methods<'a, 'b> {
        prefix: String,
        found: &'b mut Vec<(String, &'a StmtFunctionDef)>,
    }

    impl<'a> Visitor<'a> for Methods<'a, '_> {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            match statement {
                Stmt::FunctionDef(function) => self
                    .found
                    .push((format!("{}{}", self.prefix, function.name), function)),
                Stmt::ClassDef(inner) => methods(inner, &self.prefix, self.found),
                _ => walk_stmt(self, statement),
            }
        }

        fn visit_expr(&mut self, _: &'a Expr) {}
    }

    let mut methods = Methods {
        prefix: format!("{outer}{}.", class.name),
        found,
    };
    methods.visit_body(&class.body);
}
