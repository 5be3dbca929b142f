//! Whether two texts of a function do the same: the calls that tests make of it, found in
//! their text, and observations held against each other. Never guesses an input.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, ExprCall, Stmt};
use ruff_text_size::Ranged;
use unitmill_model::{Observation, ObservedCall, ObservedTrait, ObservedValue, Outcome};
use unitmill_python::is_builtin_name;

use crate::syntax::{Edit, Module, canonical, dotted, expression, last_of, span};

/// At most this many calls of one suite.
const MOST_CALLS: usize = 40;
/// Of a value that differs this much is shown.
const SHOWN: usize = 160;

/// The calls of a function that a suite makes with what can be read off its text: literals,
/// names that the test bound before, and what the suite imports. A container that is handed
/// over gets a name, so that a change of it shows.
pub(crate) fn calls_in_tests(tests: &str, code: &str, function: &str) -> Vec<ObservedCall> {
    let (Some(suite), Some(module)) = (Module::parse(tests), Module::parse(code)) else {
        return Vec::new();
    };
    let mut imports: BTreeMap<String, String> = BTreeMap::new();
    for statement in suite.body() {
        note_import(&suite, statement, &mut imports);
    }
    let mut known: BTreeSet<String> = module.bound_names().into_keys().collect();
    known.extend(imports.keys().cloned());
    let mut calls = Vec::new();
    for statement in suite.body() {
        let Stmt::ClassDef(class) = statement else {
            continue;
        };
        for member in &class.body {
            if let Stmt::FunctionDef(test) = member
                && test.name.starts_with("test")
                && test.decorator_list.is_empty()
                && !test.is_async
            {
                let mut reader = Reader {
                    suite: &suite,
                    function: last_of(function),
                    known: &known,
                    imports: &imports,
                    setup: Vec::new(),
                    bound: BTreeSet::new(),
                    calls: &mut calls,
                };
                reader.block(&test.body, true);
            }
        }
    }
    calls.truncate(MOST_CALLS);
    calls
}

fn note_import(suite: &Module<'_>, statement: &Stmt, imports: &mut BTreeMap<String, String>) {
    match statement {
        Stmt::Import(import) => {
            for alias in &import.names {
                let name = alias.asname.as_ref().unwrap_or(&alias.name).to_string();
                let name = name.split('.').next().unwrap_or("").to_owned();
                imports.insert(name, format!("import {}", suite.text(alias)));
            }
        }
        Stmt::ImportFrom(import) if import.level == 0 => {
            let path = import.module.as_deref().unwrap_or("");
            for alias in import.names.iter().filter(|alias| &*alias.name != "*") {
                let name = alias.asname.as_ref().unwrap_or(&alias.name).to_string();
                imports.insert(name, format!("from {path} import {}", suite.text(alias)));
            }
        }
        _ => {}
    }
}

/// Reads one test from its first statement on.
struct Reader<'suite, 'calls> {
    suite: &'suite Module<'suite>,
    /// The last component of the function's name.
    function: &'suite str,
    /// What the code binds, and what the suite imports.
    known: &'suite BTreeSet<String>,
    imports: &'suite BTreeMap<String, String>,
    /// The statements so far.
    setup: Vec<String>,
    /// The names that they bind.
    bound: BTreeSet<String>,
    calls: &'calls mut Vec<ObservedCall>,
}

impl Reader<'_, '_> {
    /// Reads statements; false where one cannot be followed, and with it those behind it.
    fn block(&mut self, body: &[Stmt], keeps: bool) -> bool {
        body.iter()
            .all(|statement| self.statement(statement, keeps))
    }

    fn statement(&mut self, statement: &Stmt, keeps: bool) -> bool {
        match statement {
            Stmt::Assign(assign) => {
                self.calls_within(&assign.value);
                let names: Option<Vec<String>> = assign
                    .targets
                    .iter()
                    .map(names_of)
                    .collect::<Option<Vec<_>>>()
                    .map(|n| n.concat());
                match names {
                    Some(names) if self.is_closed(&assign.value) => {
                        self.keep(statement, keeps);
                        self.bound.extend(names);
                        true
                    }
                    Some(names) => {
                        // What the test cannot do without is not known from here on.
                        for name in names {
                            self.bound.remove(&name);
                        }
                        true
                    }
                    None => false,
                }
            }
            Stmt::Expr(inner) => {
                if let Expr::Call(call) = &*inner.value
                    && is_of_self(&call.func)
                {
                    self.assertion(call);
                    return true;
                }
                self.calls_within(&inner.value);
                if self.is_closed(&inner.value) && !inner.value.is_string_literal_expr() {
                    self.keep(statement, keeps);
                }
                true
            }
            Stmt::Import(_) | Stmt::ImportFrom(_) => {
                let mut own = BTreeMap::new();
                note_import(self.suite, statement, &mut own);
                self.keep(statement, keeps);
                self.bound.extend(own.into_keys());
                true
            }
            // What is expected to raise does not go before other calls.
            Stmt::With(with)
                if with.items.iter().all(
                    |item| matches!(&item.context_expr, Expr::Call(call) if is_of_self(&call.func)),
                ) =>
            {
                self.block(&with.body, false)
            }
            Stmt::Pass(_) => true,
            _ => false,
        }
    }

    fn keep(&mut self, statement: &Stmt, keeps: bool) {
        if keeps {
            self.setup.push(self.suite.text(statement).to_owned());
        }
    }

    /// `self.assertEqual(f(1), 2)`, `self.assertRaises(ValueError, f, 1)`.
    fn assertion(&mut self, call: &ExprCall) {
        let arguments = &call.arguments;
        let raises = matches!(&*call.func, Expr::Attribute(attribute)
            if attribute.attr.starts_with("assertRaises"));
        if raises
            && let [_, called, rest @ ..] = &*arguments.args
            && dotted(called).is_some_and(|path| last_of(&path) == self.function)
        {
            let given: Vec<&str> = rest
                .iter()
                .map(|argument| self.suite.text(argument))
                .chain(
                    arguments
                        .keywords
                        .iter()
                        .map(|keyword| self.suite.text(keyword)),
                )
                .collect();
            let text = format!("{}({})", self.suite.text(called), given.join(", "));
            if let Some(tree) = expression(&text)
                && self.is_closed(&tree)
            {
                self.push(&text);
            }
            return;
        }
        for argument in &arguments.args {
            self.calls_within(argument);
        }
        for keyword in &arguments.keywords {
            self.calls_within(&keyword.value);
        }
    }

    /// Every call of the function inside of an expression.
    fn calls_within(&mut self, tree: &Expr) {
        let mut finder = CallFinder {
            function: self.function,
            found: Vec::new(),
        };
        finder.visit_expr(tree);
        for call in finder.found {
            if self.is_closed(call) {
                let text = self.suite.text(call).to_owned();
                self.push(&text);
            }
        }
    }

    fn is_closed(&self, tree: &Expr) -> bool {
        let mut names = Names::default();
        names.visit_expr(tree);
        names.loaded.difference(&names.bound).all(|name| {
            self.bound.contains(name) || self.known.contains(name) || is_builtin_name(name)
        })
    }

    fn push(&mut self, text: &str) {
        let mut setup = self.setup.clone();
        let mut arguments: Vec<String> = Vec::new();
        let mut edits = Vec::new();
        if let Some(Expr::Call(call)) = expression(text) {
            for argument in &call.arguments.args {
                match argument {
                    Expr::Name(name) if self.bound.contains(name.id.as_str()) => {
                        arguments.push(name.id.to_string());
                    }
                    Expr::List(_) | Expr::Dict(_) | Expr::Set(_) | Expr::Call(_) => {
                        let name = format!("argument_{}", edits.len() + 1);
                        setup.push(format!("{name} = {}", &text[span(argument.range())]));
                        edits.push(Edit::replace(argument, name.clone()));
                        arguments.push(name);
                    }
                    _ => {}
                }
            }
        }
        arguments.dedup();
        let expression = crate::syntax::apply(text, edits);
        let body = setup.join("\n");
        let needed = self.imports.iter().filter(|(name, _)| {
            crate::fix::mentions(&body, name) || crate::fix::mentions(&expression, name)
        });
        let mut lines: Vec<String> = needed.map(|(_, line)| line.clone()).collect();
        lines.extend(setup);
        let call = ObservedCall {
            setup: lines.iter().map(|line| format!("{line}\n")).collect(),
            expression,
            arguments,
        };
        if !self.calls.contains(&call) {
            self.calls.push(call);
        }
    }
}

/// The names that an assignment binds; none where it is of another kind.
fn names_of(target: &Expr) -> Option<Vec<String>> {
    match target {
        Expr::Name(name) => Some(vec![name.id.to_string()]),
        Expr::Tuple(tuple) => {
            let names: Option<Vec<Vec<String>>> = tuple.elts.iter().map(names_of).collect();
            names.map(|names| names.concat())
        }
        _ => None,
    }
}

fn is_of_self(function: &Expr) -> bool {
    dotted(function).is_some_and(|path| path.starts_with("self."))
}

struct CallFinder<'ast, 'name> {
    function: &'name str,
    found: Vec<&'ast Expr>,
}

impl<'ast> Visitor<'ast> for CallFinder<'ast, '_> {
    fn visit_expr(&mut self, tree: &'ast Expr) {
        if let Expr::Call(call) = tree {
            let is_it = match &*call.func {
                Expr::Name(name) => name.id.as_str() == self.function,
                Expr::Attribute(attribute) => attribute.attr.as_str() == self.function,
                _ => false,
            };
            if is_it {
                self.found.push(tree);
            }
        }
        walk_expr(self, tree);
    }
}

/// The names that an expression reads and those that it binds itself.
#[derive(Default)]
struct Names {
    loaded: BTreeSet<String>,
    bound: BTreeSet<String>,
}

impl<'ast> Visitor<'ast> for Names {
    fn visit_expr(&mut self, tree: &'ast Expr) {
        match tree {
            Expr::Name(name) if name.ctx.is_load() => {
                self.loaded.insert(name.id.to_string());
            }
            Expr::Name(name) => {
                self.bound.insert(name.id.to_string());
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.bound.extend(
                        parameters
                            .iter_source_order()
                            .map(|parameter| parameter.name().to_string()),
                    );
                }
            }
            _ => {}
        }
        walk_expr(self, tree);
    }
}

/// What is known of calls: those that did the same in two looks, and what that was.
#[derive(Clone, Default, Debug)]
pub(crate) struct Known {
    /// The calls, in their order.
    pub(crate) calls: Vec<ObservedCall>,
    seen: Vec<Observation>,
    /// Calls that differed between the looks, or came after the end of a run.
    pub(crate) left_out: usize,
}

impl Known {
    /// What two looks at the same calls agree on.
    pub(crate) fn of(calls: &[ObservedCall], first: &Outcome, second: &Outcome) -> Self {
        let mut known = Self::default();
        let looks = first.observations.iter().zip(&second.observations);
        for (call, (one, other)) in calls.iter().zip(looks) {
            if let Some(seen) = agreed(one, other) {
                known.calls.push(call.clone());
                known.seen.push(seen);
            }
        }
        known.left_out = calls.len() - known.calls.len();
        known
    }

    /// The first call that does something else in a look at the same calls.
    pub(crate) fn difference(&self, now: &Outcome) -> Option<String> {
        for (index, (call, before)) in self.calls.iter().zip(&self.seen).enumerate() {
            let shown = shown_call(call);
            let Some(now) = now.observations.get(index) else {
                let detail = now.detail.trim();
                return Some(format!(
                    "`{shown}` came to an end before, and now does not: {} {}",
                    now.verdict,
                    cut(detail)
                ));
            };
            let now = &masked(before, now);
            let (was, is) = (told(before), told(now));
            if was != is {
                return Some(format!("`{shown}` {was} before and {is} now"));
            }
            for (name, (was, is)) in call
                .arguments
                .iter()
                .zip(before.arguments.iter().zip(&now.arguments))
            {
                if !same_value(was, is) {
                    return Some(format!(
                        "`{shown}` left `{name}` as {} before and as {} now",
                        cut(&was.repr),
                        cut(&is.repr)
                    ));
                }
            }
            if !same(before, now) {
                return Some(format!("`{shown}` {was} of another kind before"));
            }
        }
        None
    }
}

/// An observation without what differs between two looks though nothing happened otherwise:
/// addresses in texts. None where results, exceptions or output differ.
fn agreed(one: &Observation, other: &Observation) -> Option<Observation> {
    let mut seen = one.clone();
    if one.exception != other.exception || one.printed != other.printed {
        return None;
    }
    if one.message != other.message {
        seen.message = UNSTABLE.to_owned();
    }
    seen.value = match (&one.value, &other.value) {
        (Some(one), Some(other)) => Some(agreed_value(one, other)?),
        (None, None) => None,
        _ => return None,
    };
    seen.arguments = one
        .arguments
        .iter()
        .zip(&other.arguments)
        .map(|(one, other)| agreed_value(one, other))
        .collect::<Option<Vec<_>>>()?;
    Some(seen)
}

/// Stands for a text that is another one in every run.
const UNSTABLE: &str = "\u{0}";

fn agreed_value(one: &ObservedValue, other: &ObservedValue) -> Option<ObservedValue> {
    if one.kind != other.kind || one.type_name != other.type_name {
        return None;
    }
    let mut value = one.clone();
    value.traits.retain(|known| has_trait(other, known));
    match (&one.source, &other.source) {
        (Some(one), Some(other)) if one == other || canonical(one) == canonical(other) => {}
        (None, None) if one.repr == other.repr => {}
        // An object that shows its address and nothing else.
        (None, None) if one.repr.contains(" at 0x") => value.repr = UNSTABLE.to_owned(),
        _ => return None,
    }
    Some(value)
}

/// An observation with what was another one in every run before taken for the same.
fn masked(before: &Observation, now: &Observation) -> Observation {
    let mut now = now.clone();
    if before.message == UNSTABLE && now.exception.is_some() {
        now.message = UNSTABLE.to_owned();
    }
    let mask = |before: &ObservedValue, now: &mut ObservedValue| {
        let is_alike = before.type_name == now.type_name && now.source.is_none();
        if before.repr == UNSTABLE && is_alike {
            now.repr = UNSTABLE.to_owned();
        }
    };
    if let (Some(before), Some(now)) = (&before.value, &mut now.value) {
        mask(before, now);
    }
    for (before, now) in before.arguments.iter().zip(&mut now.arguments) {
        mask(before, now);
    }
    now
}

fn same(before: &Observation, now: &Observation) -> bool {
    let values = match (&before.value, &now.value) {
        (Some(before), Some(now)) => same_value(before, now),
        (None, None) => true,
        _ => false,
    };
    values
        && before.exception == now.exception
        && before.message == now.message
        && before.printed == now.printed
        && before.arguments.len() == now.arguments.len()
}

fn same_value(before: &ObservedValue, now: &ObservedValue) -> bool {
    before.kind == now.kind
        && before.type_name == now.type_name
        && match (&before.source, &now.source) {
            (Some(before), Some(now)) => before == now || canonical(before) == canonical(now),
            (None, None) => before.repr == now.repr,
            _ => false,
        }
        && before.traits.iter().all(|known| has_trait(now, known))
}

/// Whether a value gives the same where it is asked the same.
fn has_trait(value: &ObservedValue, known: &ObservedTrait) -> bool {
    value.traits.iter().any(|other| {
        other.expression == known.expression
            && other.value.kind == known.value.kind
            && other.value.source == known.value.source
    })
}

/// What a call did, for a sentence; the same text where it did the same.
fn told(seen: &Observation) -> String {
    let mut text = match (&seen.exception, &seen.value) {
        (Some(exception), _) if seen.message.is_empty() || seen.message == UNSTABLE => {
            format!("raised {}", last_of(exception))
        }
        (Some(exception), _) => {
            format!("raised {}: {}", last_of(exception), cut(&seen.message))
        }
        (None, Some(value)) => {
            let text = value.source.as_deref().map(canonical);
            let shown = text.unwrap_or_else(|| value.repr.clone());
            match shown.as_str() {
                UNSTABLE => format!("returned a {}", value.type_name),
                _ => format!("returned {}", cut(&shown)),
            }
        }
        (None, None) => "returned nothing".to_owned(),
    };
    if !seen.printed.is_empty() {
        text.push_str(&format!(" and printed {:?}", cut(&seen.printed)));
    }
    text
}

fn shown_call(call: &ObservedCall) -> String {
    let mut text = call.expression.clone();
    for (name, value) in call.setup.lines().filter_map(|line| line.split_once(" = ")) {
        if name.starts_with("argument_") {
            text = text.replace(name, value);
        }
    }
    cut(&text)
}

fn cut(text: &str) -> String {
    if text.len() <= SHOWN {
        return text.to_owned();
    }
    format!("{}...", &text[..text.floor_char_boundary(SHOWN)])
}
