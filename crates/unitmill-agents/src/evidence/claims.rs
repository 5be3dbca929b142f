//! A suite, method by method: which calls each test makes, what it claims of them, whether
//! it claims anything at all; and the suite without some of its methods.
//!
//! Sees only what the text shows: calls whose arguments can be written down outside of the
//! test, compared with literals.

use std::collections::BTreeSet;
use std::ops::Range;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{CmpOp, Expr, ExprCall, Stmt, StmtClassDef, StmtFunctionDef};
use ruff_text_size::Ranged;
use unitmill_python::enumerate_tests;

use super::closed::Locals;
use crate::syntax::{
    Edit, Module, apply, canonical, dotted, expression, is_literal, last_of, line_end, span,
};

/// One test method.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TestMethod {
    /// `Class.method`.
    pub(crate) id: String,
    /// Calls of the function under test, as they could be made outside of the test, in
    /// source order, each once.
    pub(crate) calls: Vec<String>,
    /// What is claimed of such calls.
    pub(crate) claims: Vec<Claim>,
    /// Whether some assertion can fail.
    pub(crate) can_fail: bool,
}

/// What a test says of a call.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Claim {
    /// The call, as it could be made outside of the test.
    pub(crate) call: String,
    /// What comes of it.
    pub(crate) expects: Expectation,
}

impl Claim {
    /// The call in a spelling that two tests share when they mean the same.
    pub(crate) fn subject(&self) -> String {
        canonical(&self.call)
    }
}

/// What a call is said to come to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Expectation {
    /// A literal, as [`canonical`] spells it.
    Value(String),
    /// An exception, by the last part of its name.
    Raises(String),
}

/// The tests of a suite that the source surely shows, in source order. `function` may be
/// `Class.method`.
pub(crate) fn test_methods(tests: &str, function: &str) -> Vec<TestMethod> {
    let Some(module) = Module::parse(tests) else {
        return Vec::new();
    };
    placed(&module)
        .into_iter()
        .map(|(id, _, method)| read(id, method, tests, last_of(function)))
        .collect()
}

/// The suite without some of its methods, and without classes that have no test left; none
/// if no test is left at all, or if one of them cannot be taken out of the text.
pub(crate) fn without(tests: &str, ids: &BTreeSet<String>) -> Option<String> {
    let module = Module::parse(tests)?;
    let placed = placed(&module);
    let mut edits = Vec::new();
    let mut classes: Vec<&StmtClassDef> = Vec::new();
    for (_, class, _) in &placed {
        if !classes.iter().any(|known| known.range() == class.range()) {
            classes.push(class);
        }
    }
    for class in classes {
        let own = || {
            placed
                .iter()
                .filter(|(_, of, _)| of.range() == class.range())
        };
        if own().all(|(id, _, _)| ids.contains(id)) {
            edits.push(removal(tests, span(class.range())));
            continue;
        }
        for (id, _, method) in own() {
            if ids.contains(id) {
                edits.push(removal(tests, whole(method)));
            }
        }
    }
    let text = format!("{}\n", apply(tests, edits).trim_end());
    let left = enumerate_tests(&text).ok()?;
    let is_clean = !left.is_empty() && left.iter().all(|id| !ids.contains(id));
    is_clean.then_some(text)
}

/// Where each test is. A class that is defined twice counts as it is in the end.
fn placed<'module>(
    module: &'module Module<'_>,
) -> Vec<(String, &'module StmtClassDef, &'module StmtFunctionDef)> {
    let ids = match enumerate_tests(module.source()) {
        Ok(ids) => ids,
        Err(_) => return Vec::new(),
    };
    ids.into_iter()
        .filter_map(|id| {
            let (class, method) = id.split_once('.')?;
            let class = module
                .body()
                .iter()
                .rev()
                .find_map(|statement| match statement {
                    Stmt::ClassDef(definition) if definition.name.as_str() == class => {
                        Some(definition)
                    }
                    _ => None,
                })?;
            let method = class
                .body
                .iter()
                .rev()
                .find_map(|statement| match statement {
                    Stmt::FunctionDef(definition) if definition.name.as_str() == method => {
                        Some(definition)
                    }
                    _ => None,
                })?;
            Some((id, class, method))
        })
        .collect()
}

/// A definition with its decorators.
fn whole(definition: &StmtFunctionDef) -> Range<usize> {
    let range = span(definition.range());
    let start = definition
        .decorator_list
        .first()
        .map_or(range.start, |decorator| {
            decorator.range().start().to_usize()
        });
    start.min(range.start)..range.end
}

/// Takes whole lines away, with the blank ones behind them.
fn removal(source: &str, range: Range<usize>) -> Edit {
    let start = source[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let mut end = line_end(source, range.end);
    while end < source.len() {
        let next = line_end(source, end);
        if !source[end..next].trim().is_empty() {
            break;
        }
        end = next;
    }
    Edit {
        range: start..end,
        text: String::new(),
    }
}

fn read(id: String, method: &StmtFunctionDef, source: &str, function: &str) -> TestMethod {
    let locals = Locals::of(source, &method.body);
    let mut reader = Reader {
        locals: &locals,
        function,
        calls: Vec::new(),
        claims: Vec::new(),
        can_fail: false,
        muffled: 0,
    };
    reader.visit_body(&method.body);
    TestMethod {
        id,
        calls: reader.calls,
        claims: reader.claims,
        can_fail: reader.can_fail,
    }
}

struct Reader<'locals, 'source> {
    locals: &'locals Locals<'source>,
    function: &'locals str,
    calls: Vec<String>,
    claims: Vec<Claim>,
    can_fail: bool,
    /// Inside so many `try` blocks that let no assertion through.
    muffled: u32,
}

/// Assertions that compare their first two arguments for equality.
const EQUALITIES: &[&str] = &[
    "assertEqual",
    "assertEquals",
    "assertAlmostEqual",
    "assertIs",
    "assertListEqual",
    "assertDictEqual",
    "assertTupleEqual",
    "assertSetEqual",
    "assertSequenceEqual",
    "assertMultiLineEqual",
    "assertCountEqual",
];

impl Reader<'_, '_> {
    /// The text of a call of the function under test, possibly deep inside an expression
    /// whose own value is what is compared.
    fn subject(&self, tree: &Expr) -> Option<String> {
        let text = self.locals.closed(tree)?;
        let parsed = expression(&text)?;
        contains_call(&parsed, self.function).then_some(text)
    }

    fn claim(&mut self, subject: &Expr, expects: Expectation) {
        if let Some(call) = self.subject(subject) {
            self.claims.push(Claim { call, expects });
        }
    }

    fn equal(&mut self, one: &Expr, other: &Expr) {
        for (subject, expected) in [(one, other), (other, one)] {
            let literal = self
                .locals
                .closed(expected)
                .filter(|text| expression(text).is_some_and(|tree| is_literal(&tree)));
            if let Some(literal) = literal {
                self.claim(subject, Expectation::Value(canonical(&literal)));
                return;
            }
        }
    }

    fn value(&mut self, subject: &Expr, value: &str) {
        self.claim(subject, Expectation::Value(value.to_owned()));
    }

    /// Whether an assertion can come out one way or the other: whether it calls anything, or
    /// compares what is not the same on both sides.
    fn matters(&self, arguments: &[Expr]) -> bool {
        let mut closed: Vec<Option<String>> = Vec::new();
        for argument in arguments {
            closed.push(self.locals.closed(argument));
        }
        if let [Some(one), Some(other), ..] = closed.as_slice()
            && one == other
        {
            return false;
        }
        closed.iter().any(|text| {
            text.as_ref().is_none_or(|text| {
                expression(text).is_none_or(|tree| {
                    let mut calls = Calls(false);
                    calls.visit_expr(&tree);
                    calls.0
                })
            })
        })
    }

    fn assertion(&mut self, name: &str, call: &ExprCall) {
        let arguments = &*call.arguments.args;
        let is_unconditional = matches!(arguments, [only] if self.is_settled(name, only));
        if self.muffled == 0 && !is_unconditional && self.matters(arguments) {
            self.can_fail = true;
        }
        match (name, arguments) {
            (name, [one, other, ..]) if EQUALITIES.contains(&name) => self.equal(one, other),
            ("assertTrue", [subject, ..]) => self.truth(subject, "True"),
            ("assertFalse", [subject, ..]) => self.truth(subject, "False"),
            ("assertIsNone", [subject, ..]) => self.value(subject, "None"),
            ("assertRaises" | "assertRaisesRegex", [exception, rest @ ..]) => {
                let rest = if name == "assertRaisesRegex" {
                    rest.get(1..).unwrap_or(&[])
                } else {
                    rest
                };
                if let (Some(exception), [function, arguments @ ..]) = (dotted(exception), rest) {
                    self.raising(&exception, function, arguments, call);
                }
            }
            _ => {}
        }
    }

    /// `assertTrue(f(1))` says only that something counts as true; of a comparison it says
    /// what it is.
    fn truth(&mut self, subject: &Expr, value: &str) {
        if let Expr::Compare(compare) = subject
            && value == "True"
        {
            self.comparison(compare);
        } else if !matches!(subject, Expr::Compare(_)) {
            self.value(subject, value);
        }
    }

    fn comparison(&mut self, compare: &ruff_python_ast::ExprCompare) {
        if let ([CmpOp::Eq | CmpOp::Is], [right]) = (&*compare.ops, &*compare.comparators) {
            self.equal(&compare.left, right);
        }
    }

    /// `assertRaises(ValueError, f, 1)`.
    fn raising(&mut self, exception: &str, function: &Expr, arguments: &[Expr], call: &ExprCall) {
        let Some(function) = self.locals.closed(function) else {
            return;
        };
        let mut texts = Vec::new();
        for argument in arguments {
            match self.locals.closed(argument) {
                Some(text) => texts.push(text),
                None => return,
            }
        }
        for keyword in &call.arguments.keywords {
            match (&keyword.arg, self.locals.closed(&keyword.value)) {
                (Some(name), Some(text)) => texts.push(format!("{name}={text}")),
                _ => return,
            }
        }
        let text = format!("{function}({})", texts.join(", "));
        if expression(&text).is_some_and(|tree| contains_call(&tree, self.function)) {
            self.note_call(&text);
            self.claims.push(Claim {
                call: text,
                expects: Expectation::Raises(last_of(exception).to_owned()),
            });
        }
    }

    fn note_call(&mut self, text: &str) {
        if !self.calls.iter().any(|known| known == text) {
            self.calls.push(text.to_owned());
        }
    }

    /// `assertTrue(True)`, `assertIsNotNone(f)`, `assertTrue(callable(f))`.
    fn is_settled(&self, name: &str, argument: &Expr) -> bool {
        if name.starts_with("assertRaises") || name.starts_with("assertWarns") {
            return false;
        }
        let Some(text) = self.locals.closed(argument) else {
            return false;
        };
        let Some(tree) = expression(&text) else {
            return false;
        };
        match &tree {
            Expr::Call(call) => {
                matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "callable")
            }
            Expr::BoolOp(or) if or.op == ruff_python_ast::BoolOp::Or => or
                .values
                .iter()
                .any(|value| matches!(value, Expr::BooleanLiteral(literal) if literal.value)),
            _ => false,
        }
    }
}

/// Whether a call of that name, free or as a method, is anywhere in an expression.
fn contains_call(tree: &Expr, function: &str) -> bool {
    struct Finder<'name>(&'name str, bool);
    impl<'ast> Visitor<'ast> for Finder<'_> {
        fn visit_expr(&mut self, tree: &'ast Expr) {
            if let Expr::Call(call) = tree {
                self.1 |= is_call_of(call, self.0);
            }
            walk_expr(self, tree);
        }
    }
    let mut finder = Finder(function, false);
    finder.visit_expr(tree);
    finder.1
}

fn is_call_of(call: &ExprCall, function: &str) -> bool {
    match &*call.func {
        Expr::Name(name) => name.id.as_str() == function,
        Expr::Attribute(attribute) => attribute.attr.as_str() == function,
        _ => false,
    }
}

/// Whether an expression calls anything or reads a name.
struct Calls(bool);

impl<'ast> Visitor<'ast> for Calls {
    fn visit_expr(&mut self, tree: &'ast Expr) {
        self.0 |= matches!(tree, Expr::Call(_));
        walk_expr(self, tree);
    }
}

/// Whether a handler lets no assertion through.
fn muffles(handler: &ruff_python_ast::ExceptHandlerExceptHandler) -> bool {
    let catches_all = match handler.type_.as_deref() {
        None => true,
        Some(Expr::Tuple(tuple)) => tuple.elts.iter().any(catches_assertions),
        Some(one) => catches_assertions(one),
    };
    let mut exits = Exits(false);
    exits.visit_body(&handler.body);
    catches_all && !exits.0
}

fn catches_assertions(name: &Expr) -> bool {
    dotted(name).is_some_and(|name| {
        matches!(
            last_of(&name),
            "Exception" | "BaseException" | "AssertionError"
        )
    })
}

/// Whether a block raises or fails on purpose.
struct Exits(bool);

impl<'ast> Visitor<'ast> for Exits {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        self.0 |= matches!(statement, Stmt::Raise(_));
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, tree: &'ast Expr) {
        if let Expr::Call(call) = tree
            && let Some(name) = dotted(&call.func)
        {
            self.0 |= last_of(&name) == "fail" || last_of(&name).starts_with("assert");
        }
        walk_expr(self, tree);
    }
}

impl<'ast> Visitor<'ast> for Reader<'_, '_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::Assert(assert) => {
                let settled = self.is_settled("assert", &assert.test);
                let same = matches!(&*assert.test, Expr::Compare(compare)
                if compare.comparators.len() == 1 && {
                    let sides = [(*compare.left).clone(), compare.comparators[0].clone()];
                    !self.matters(&sides)
                });
                if self.muffled == 0
                    && !settled
                    && !same
                    && self.matters(std::slice::from_ref(&assert.test))
                {
                    self.can_fail = true;
                }
                match &*assert.test {
                    Expr::Compare(compare) => self.comparison(compare),
                    Expr::UnaryOp(unary) if unary.op == ruff_python_ast::UnaryOp::Not => {
                        self.truth(&unary.operand, "False");
                    }
                    other => self.truth(other, "True"),
                }
            }
            Stmt::With(with) => {
                for item in &with.items {
                    let Expr::Call(call) = &item.context_expr else {
                        continue;
                    };
                    let is_raises = dotted(&call.func).is_some_and(|name| {
                        matches!(
                            last_of(&name),
                            "assertRaises" | "assertRaisesRegex" | "raises"
                        )
                    });
                    let exception = call.arguments.args.first().and_then(dotted);
                    if let (true, Some(exception), [Stmt::Expr(only)]) =
                        (is_raises, exception, with.body.as_slice())
                    {
                        self.claim(
                            &only.value,
                            Expectation::Raises(last_of(&exception).to_owned()),
                        );
                    }
                    if is_raises && self.muffled == 0 {
                        self.can_fail = true;
                    }
                }
            }
            Stmt::Try(block) => {
                let muffled = block.handlers.iter().any(|handler| {
                    let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                    muffles(handler)
                });
                self.muffled += u32::from(muffled);
                self.visit_body(&block.body);
                self.muffled -= u32::from(muffled);
                for handler in &block.handlers {
                    let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                    self.visit_body(&handler.body);
                }
                self.visit_body(&block.orelse);
                self.visit_body(&block.finalbody);
                return;
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, tree: &'ast Expr) {
        if let Expr::Call(call) = tree {
            if let Some(name) = dotted(&call.func) {
                let last = last_of(&name);
                let of_self = name.starts_with("self.");
                if last == "fail" && of_self {
                    self.can_fail |= self.muffled == 0;
                } else if of_self && last.starts_with("assert") {
                    self.assertion(last, call);
                } else if last.starts_with("assert") || (of_self && name.matches('.').count() == 1)
                {
                    // numpy's and pandas' own, mocks', and the suite's helpers.
                    self.can_fail |= self.muffled == 0;
                }
            }
            if is_call_of(call, self.function)
                && let Some(text) = self.locals.closed(tree)
            {
                self.note_call(&text);
            }
        }
        walk_expr(self, tree);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUITE: &str = "\
import unittest


class TestCases(unittest.TestCase):
    def test_value(self):
        self.assertEqual(area(2), 12.5)

    def test_names(self):
        values = [1, 2]
        expected = {'b': 1, 'a': 2}
        result = area(values, key=lambda v: v + 1)
        self.assertEqual(expected, result)

    def test_raises(self):
        with self.assertRaises(ValueError):
            area(-1)
        self.assertRaises(KeyError, area, 'x', deep=True)

    def test_changed(self):
        values = [1]
        values.append(2)
        self.assertEqual(area(values), 3)

    def test_plain(self):
        assert area(0) == 0
        assert not area(None)

    @unittest.skip('later')
    def test_nothing(self):
        area(1)


class Other(unittest.TestCase):
    def test_settled(self):
        self.assertTrue(True)
        self.assertEqual(1, 1)
        self.assertEqual(area(3), area(3))
        self.assertTrue(callable(area))
        assert area is area

    def test_muffled(self):
        try:
            self.assertEqual(area(1), 2)
        except Exception:
            pass
";

    #[test]
    fn claims_are_what_could_be_said_elsewhere() {
        let told: Vec<String> = test_methods(SUITE, "area")
            .iter()
            .map(|method| {
                let claims: Vec<String> = method
                    .claims
                    .iter()
                    .map(|claim| format!("{} -> {:?}", claim.call, claim.expects))
                    .collect();
                format!(
                    "{} {} {:?}\n    {}",
                    method.id,
                    if method.can_fail {
                        "can fail"
                    } else {
                        "cannot fail"
                    },
                    method.calls,
                    claims.join("\n    ")
                )
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn methods_go_with_their_decorators_and_classes_with_their_last_test() {
        let drop = |ids: &[&str]| without(SUITE, &ids.iter().map(|id| (*id).to_owned()).collect());
        let some =
            drop(&["TestCases.test_nothing", "TestCases.test_value"]).expect("tests are left");
        assert!(!some.contains("test_value") && !some.contains("skip"));
        assert!(some.contains("class TestCases(unittest.TestCase):\n    def test_names(self):"));
        assert!(
            some.contains("assert not area(None)\n\nclass Other") || some.contains("class Other")
        );
        let class = drop(&["Other.test_settled", "Other.test_muffled"]).expect("tests are left");
        assert!(!class.contains("Other") && class.ends_with("area(1)\n"));
        let all: Vec<String> = enumerate_tests(SUITE).expect("parses");
        assert_eq!(without(SUITE, &all.into_iter().collect()), None);
    }
}
