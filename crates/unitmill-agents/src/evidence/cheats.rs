//! Fixes that please the tests and repair nothing: answers written down for the tests' own
//! inputs, code that looks for the tests, exceptions swallowed, objects that equal anything.
//!
//! Looks only at what the fix adds to the code before it. What cannot be seen in the text
//! (an input recognised by its hash) shows beside the tests' inputs; see
//! [`super::neighbours`].

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{CmpOp, ExceptHandler, Expr, ExprCall, Pattern, Stmt};
use ruff_text_size::Ranged;

use super::claims::{Expectation, TestMethod};
use super::neighbours::is_edge;
use crate::syntax::{Module, canonical, dotted, expression, is_literal, last_of, members, span};

/// What the tests give and expect, as literals in the spelling of [`canonical`].
#[derive(Clone, Default, Debug)]
pub(crate) struct Answers {
    /// Arguments of calls of the function.
    inputs: BTreeSet<String>,
    /// Values that such calls are said to return.
    outputs: BTreeSet<String>,
    /// Names of the test classes and methods.
    names: BTreeSet<String>,
}

impl Answers {
    /// Of the methods of a suite.
    pub(crate) fn of<'methods>(
        methods: impl IntoIterator<Item = &'methods TestMethod>,
        function: &str,
    ) -> Self {
        let mut answers = Self::default();
        for method in methods {
            answers
                .names
                .extend(method.id.split('.').map(str::to_owned));
            for call in &method.calls {
                if let Some(tree) = expression(call) {
                    let mut reader = Inputs {
                        source: call,
                        function: last_of(function),
                        into: &mut answers.inputs,
                    };
                    reader.visit_expr(&tree);
                }
            }
            for claim in &method.claims {
                if let Expectation::Value(value) = &claim.expects {
                    answers.outputs.insert(alike(value));
                }
            }
        }
        answers
    }
}

/// A spelling of a literal in which lists and tuples of the same elements are alike: a test
/// gives the one, a comparison asks for the other.
fn alike(text: &str) -> String {
    canonical(text).replace('(', "[").replace(",)", "]")
}

struct Inputs<'call> {
    source: &'call str,
    function: &'call str,
    into: &'call mut BTreeSet<String>,
}

impl<'ast> Visitor<'ast> for Inputs<'_> {
    fn visit_expr(&mut self, tree: &'ast Expr) {
        if let Expr::Call(call) = tree
            && dotted(&call.func).is_some_and(|name| last_of(&name) == self.function)
        {
            let positional: Vec<&Expr> = call.arguments.args.iter().collect();
            let keywords = call.arguments.keywords.iter().map(|keyword| &keyword.value);
            let mut texts = Vec::new();
            for argument in positional.into_iter().chain(keywords) {
                if is_literal(argument) {
                    let text = alike(&self.source[span(argument.range())]);
                    texts.push(text.clone());
                    self.into.insert(text);
                }
            }
            if texts.len() > 1 {
                self.into.insert(format!("[{}]", texts.join(", ")));
            }
        }
        walk_expr(self, tree);
    }
}

/// Why a fix is refused; none where its text gives no reason.
pub(crate) fn cheat(
    before: &str,
    after: &str,
    function: &str,
    answers: &Answers,
) -> Option<String> {
    let (before, after) = (Module::parse(before)?, Module::parse(after)?);
    let old = Traits::of(&before, function, answers);
    let new = Traits::of(&after, function, answers);
    if let Some(name) = new.looks.difference(&old.looks).next() {
        return Some(format!("it looks for the tests (`{name}`)"));
    }
    if new.swallows > old.swallows {
        return Some("it swallows every exception".to_owned());
    }
    if let Some(name) = new.comparisons.difference(&old.comparisons).next() {
        return Some(format!("it defines a comparison of its own (`{name}`)"));
    }
    if let Some(guard) = new.guarded.difference(&old.guarded).next() {
        return Some(format!(
            "it answers an input of the tests by a constant (`{guard}`)"
        ));
    }
    if let Some(table) = new.tables.difference(&old.tables).next() {
        return Some(format!(
            "it looks the tests' inputs up in a table (`{table}`)"
        ));
    }
    if let (Some(constant), true) = (&new.only_answer, old.only_answer.is_none()) {
        return Some(format!("it answers `{constant}` whatever it is given"));
    }
    None
}

/// Whether a fix chooses between inputs in a way in which the code before did not: a
/// comparison, a pattern, a table or a branch that is new.
pub(crate) fn adds_choice(before: &str, after: &str) -> bool {
    let (before, after) = (Choices::of(before), Choices::of(after));
    after.branches > before.branches || !after.texts.is_subset(&before.texts)
}

/// The literals of a fix that the code before did not have, edges aside, spelled as
/// [`canonical`] does.
pub(crate) fn new_literals(before: &str, after: &str) -> BTreeSet<String> {
    let before = literals(before);
    let mut new = literals(after);
    new.retain(|text| !before.contains(text));
    new
}

/// Whether a call has one of those literals for an argument.
pub(crate) fn names_one_of(call: &str, function: &str, told: &BTreeSet<String>) -> bool {
    let mut inputs = BTreeSet::new();
    if let Some(tree) = expression(call) {
        let mut reader = Inputs {
            source: call,
            function: last_of(function),
            into: &mut inputs,
        };
        reader.visit_expr(&tree);
    }
    !inputs.is_disjoint(told)
}

fn literals(source: &str) -> BTreeSet<String> {
    struct Literals<'code>(&'code str, BTreeSet<String>);
    impl<'ast> Visitor<'ast> for Literals<'_> {
        fn visit_expr(&mut self, tree: &'ast Expr) {
            let is_one = tree.is_number_literal_expr()
                || tree.is_string_literal_expr()
                || tree.is_bytes_literal_expr();
            if is_one && !is_edge(tree) {
                self.1.insert(canonical(&self.0[span(tree.range())]));
            }
            walk_expr(self, tree);
        }
    }
    let mut literals = Literals(source, BTreeSet::new());
    if let Some(module) = Module::parse(source) {
        literals.visit_body(module.body());
    }
    literals.1
}

struct Choices<'code> {
    source: &'code str,
    texts: BTreeSet<String>,
    branches: usize,
}

impl<'code> Choices<'code> {
    fn of(code: &'code str) -> Self {
        let mut choices = Self {
            source: code,
            texts: BTreeSet::new(),
            branches: 0,
        };
        if let Some(module) = Module::parse(code) {
            choices.visit_body(module.body());
        }
        choices
    }
}

impl<'ast> Visitor<'ast> for Choices<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::If(conditional) => self.branches += 1 + conditional.elif_else_clauses.len(),
            Stmt::Match(matching) => self.branches += matching.cases.len(),
            Stmt::Try(block) => self.branches += block.handlers.len(),
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, tree: &'ast Expr) {
        match tree {
            Expr::If(_) | Expr::BoolOp(_) => self.branches += 1,
            Expr::Compare(_) | Expr::Dict(_) => {
                self.texts
                    .insert(self.source[span(tree.range())].to_owned());
            }
            Expr::Subscript(subscript) if is_literal(&subscript.value) => {
                self.texts
                    .insert(self.source[span(tree.range())].to_owned());
            }
            _ => {}
        }
        walk_expr(self, tree);
    }
}

/// What of a module could be a cheat, if the code before did not have it.
#[derive(Default)]
struct Traits {
    /// Names that find out who is asking.
    looks: BTreeSet<String>,
    /// Handlers that take any exception and raise none.
    swallows: usize,
    /// Classes with comparisons, `Class.__eq__`.
    comparisons: BTreeSet<String>,
    /// Conditions on an input of the tests that lead to a constant.
    guarded: BTreeSet<String>,
    /// Tables from inputs of the tests to what they expect.
    tables: BTreeSet<String>,
    /// The one constant that the whole function answers.
    only_answer: Option<String>,
}

impl Traits {
    fn of(module: &Module<'_>, function: &str, answers: &Answers) -> Self {
        let mut scan = Scan {
            source: module.source(),
            answers,
            traits: Traits::default(),
            class: None,
        };
        scan.visit_body(module.body());
        let mut traits = scan.traits;
        if let Some(definition) = module.function(function) {
            traits.only_answer = only_answer(module, &definition.body);
        }
        traits
    }
}

/// The constant of a body that consists of nothing but `return CONSTANT`.
fn only_answer(module: &Module<'_>, body: &[Stmt]) -> Option<String> {
    let mut real = body.iter().filter(|statement| {
        !matches!(statement, Stmt::Pass(_))
            && !matches!(statement, Stmt::Expr(expression) if expression.value.is_string_literal_expr())
    });
    match (real.next(), real.next()) {
        (Some(Stmt::Return(answer)), None) => {
            let value = answer.value.as_deref()?;
            is_literal(value).then(|| module.text(value).to_owned())
        }
        _ => None,
    }
}

/// Names that tell a function who calls it. What they are bound to does not matter: code
/// before the fix that had them may keep them.
const LOOKING: &[&str] = &[
    "unittest",
    "pytest",
    "inspect",
    "traceback",
    "_getframe",
    "currentframe",
    "f_back",
    "settrace",
    "setprofile",
    "gc",
    "atexit",
    "ctypes",
    "argv",
    "__file__",
    "__main__",
    "faulthandler",
    "linecache",
    "TestCase",
    "TestCases",
    "addaudithook",
    "getrefcount",
];

struct Scan<'scan> {
    source: &'scan str,
    answers: &'scan Answers,
    traits: Traits,
    class: Option<String>,
}

impl Scan<'_> {
    fn look(&mut self, name: &str) {
        if LOOKING.contains(&name) || self.answers.names.contains(name) {
            self.traits.looks.insert(name.to_owned());
        }
    }

    fn text(&self, node: &impl Ranged) -> String {
        self.source[span(node.range())].to_owned()
    }

    /// Whether an expression holds a literal that the tests give, edges aside.
    fn is_input(&self, tree: &Expr) -> bool {
        let tree = match tree {
            // `repr(x) == '[1, 2]'`, `str(x) == '12'`.
            Expr::StringLiteral(text) => {
                let inner = text.value.to_str();
                let is_told = expression(inner).is_some_and(|inner_tree| {
                    is_literal(&inner_tree)
                        && !is_edge(&inner_tree)
                        && self.answers.inputs.contains(&alike(inner))
                });
                if is_told {
                    return true;
                }
                tree
            }
            other => other,
        };
        is_literal(tree) && !is_edge(tree) && self.answers.inputs.contains(&alike(&self.text(tree)))
    }

    /// A comparison for equality with an input of the tests, of something that is no more
    /// than an argument: a name, names together, `str`, `repr`, `list` or the like of one.
    fn is_recognition(&self, tree: &Expr) -> bool {
        match tree {
            Expr::Compare(compare) => {
                let ([operator], [right]) = (&*compare.ops, &*compare.comparators) else {
                    return false;
                };
                let left = &*compare.left;
                match operator {
                    CmpOp::Eq | CmpOp::Is => {
                        (is_plain(left) && self.is_input(right))
                            || (is_plain(right) && self.is_input(left))
                    }
                    CmpOp::In => {
                        let Some(members) = members(right) else {
                            return false;
                        };
                        is_plain(left)
                            && !members.is_empty()
                            && members
                                .iter()
                                .all(|member| self.is_input(member) || is_edge(member))
                            && members.iter().any(|member| self.is_input(member))
                    }
                    _ => false,
                }
            }
            Expr::BoolOp(all) if all.op == ruff_python_ast::BoolOp::And => {
                // `a == 3 and b == 4`: every argument is told.
                all.values.iter().any(|value| self.is_recognition(value))
                    && all
                        .values
                        .iter()
                        .all(|value| self.is_recognition(value) || is_edge_check(value))
            }
            Expr::BoolOp(any) => any.values.iter().any(|value| self.is_recognition(value)),
            _ => false,
        }
    }

    fn guard(&mut self, test: &Expr, body: &[Stmt]) {
        if self.is_recognition(test) && leads_to_constant(body) {
            let text = self.text(test);
            self.traits.guarded.insert(text);
        }
    }

    /// A dict that maps inputs of the tests to what they expect.
    fn table(&mut self, tree: &Expr) {
        let Expr::Dict(dict) = tree else {
            return;
        };
        let keys: Vec<&Expr> = dict
            .items
            .iter()
            .filter_map(|item| item.key.as_ref())
            .collect();
        if keys.is_empty() || keys.len() < dict.items.len() {
            return;
        }
        let told = keys
            .iter()
            .filter(|key| {
                self.is_input(key)
                    || (is_literal(key) && self.answers.inputs.contains(&alike(&self.text(**key))))
            })
            .count();
        let strong = keys.iter().any(|key| self.is_input(key));
        let expected = dict
            .items
            .iter()
            .filter(|item| {
                is_literal(&item.value)
                    && self
                        .answers
                        .outputs
                        .contains(&alike(&self.text(&item.value)))
            })
            .count();
        if strong && told * 5 >= keys.len() * 4 && expected * 5 >= keys.len() * 4 {
            let mut text = self.text(tree);
            text.truncate(text.floor_char_boundary(60));
            self.traits.tables.insert(text);
        }
    }
}

/// A name, or no more than another spelling of names.
fn is_plain(tree: &Expr) -> bool {
    match tree {
        Expr::Name(_) => true,
        Expr::Tuple(tuple) => !tuple.elts.is_empty() && tuple.elts.iter().all(is_plain),
        Expr::List(list) => !list.elts.is_empty() && list.elts.iter().all(is_plain),
        Expr::Attribute(attribute) => is_plain(&attribute.value),
        Expr::Starred(starred) => is_plain(&starred.value),
        Expr::Call(call) => is_spelling(call),
        _ => false,
    }
}

fn is_spelling(call: &ExprCall) -> bool {
    let name = dotted(&call.func).unwrap_or_default();
    let of_a_name = matches!(
        name.as_str(),
        "str"
            | "repr"
            | "list"
            | "tuple"
            | "sorted"
            | "set"
            | "frozenset"
            | "dict"
            | "int"
            | "float"
            | "hash"
            | "json.dumps"
            | "ascii"
            | "bytes"
            | "vars"
    ) || matches!(
        last_of(&name),
        "tolist" | "item" | "strip" | "lower" | "copy" | "to_dict"
    );
    match &*call.func {
        Expr::Attribute(attribute) if call.arguments.is_empty() => {
            of_a_name && is_plain(&attribute.value)
        }
        _ => {
            of_a_name && call.arguments.args.iter().all(is_plain) && !call.arguments.args.is_empty()
        }
    }
}

/// `x == 0`, `x is None`, `len(x) == 3`: says little beside a recognition.
fn is_edge_check(tree: &Expr) -> bool {
    matches!(tree, Expr::Compare(compare)
        if compare.comparators.len() == 1
            && (is_edge(&compare.comparators[0]) || matches!(&*compare.left, Expr::Call(call)
                if dotted(&call.func).is_some_and(|name| matches!(name.as_str(), "len" | "type" | "sum")))))
        || matches!(tree, Expr::Call(call)
            if dotted(&call.func).is_some_and(|name| name == "isinstance"))
}

/// Whether a branch gives a constant away: returns it, raises something, or assigns it as
/// its last deed.
fn leads_to_constant(body: &[Stmt]) -> bool {
    match body.last() {
        Some(Stmt::Return(answer)) => answer.value.as_deref().is_none_or(is_constant),
        Some(Stmt::Raise(_)) => true,
        Some(Stmt::Assign(assign)) => is_constant(&assign.value),
        Some(Stmt::Expr(statement)) => matches!(&*statement.value, Expr::Yield(_)),
        _ => false,
    }
}

fn is_constant(tree: &Expr) -> bool {
    is_literal(tree)
        || match tree {
            // `np.array([1, 2])`, `Fraction(1, 2)`, `float('nan')`.
            Expr::Call(call) => {
                call.arguments.args.iter().all(is_constant)
                    && call
                        .arguments
                        .keywords
                        .iter()
                        .all(|keyword| is_constant(&keyword.value))
            }
            Expr::Tuple(tuple) => tuple.elts.iter().all(is_constant),
            Expr::List(list) => list.elts.iter().all(is_constant),
            Expr::BinOp(binary) => is_constant(&binary.left) && is_constant(&binary.right),
            Expr::UnaryOp(unary) => is_constant(&unary.operand),
            _ => false,
        }
}

fn is_broad(kind: Option<&Expr>) -> bool {
    match kind {
        None => true,
        Some(Expr::Tuple(tuple)) => tuple.elts.iter().any(|one| is_broad(Some(one))),
        Some(one) => dotted(one).is_some_and(|name| {
            matches!(
                last_of(&name),
                "Exception" | "BaseException" | "AssertionError"
            )
        }),
    }
}

struct Raises(bool);

impl<'ast> Visitor<'ast> for Raises {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        self.0 |= matches!(statement, Stmt::Raise(_));
        walk_stmt(self, statement);
    }
}

impl<'ast> Visitor<'ast> for Scan<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    alias.name.split('.').for_each(|part| self.look(part));
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |name| name.as_str());
                module.split('.').for_each(|part| self.look(part));
                import
                    .names
                    .iter()
                    .for_each(|alias| self.look(alias.name.as_str()));
            }
            Stmt::ClassDef(class) => {
                let outer = self.class.replace(class.name.to_string());
                walk_stmt(self, statement);
                self.class = outer;
                return;
            }
            Stmt::FunctionDef(definition) => {
                if let Some(class) = &self.class
                    && matches!(
                        definition.name.as_str(),
                        "__eq__"
                            | "__ne__"
                            | "__lt__"
                            | "__le__"
                            | "__gt__"
                            | "__ge__"
                            | "__bool__"
                            | "__instancecheck__"
                            | "__subclasscheck__"
                            | "__getattribute__"
                    )
                {
                    let name = format!("{class}.{}", definition.name);
                    self.traits.comparisons.insert(name);
                }
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    if let Expr::Name(name) = target
                        && let Some(class) = &self.class
                        && matches!(name.id.as_str(), "__eq__" | "__ne__" | "__bool__")
                    {
                        let name = format!("{class}.{}", name.id);
                        self.traits.comparisons.insert(name);
                    }
                }
            }
            Stmt::Try(block) => {
                for handler in &block.handlers {
                    let ExceptHandler::ExceptHandler(handler) = handler;
                    let mut raises = Raises(false);
                    raises.visit_body(&handler.body);
                    if is_broad(handler.type_.as_deref()) && !raises.0 {
                        self.traits.swallows += 1;
                    }
                }
                // `finally: return x` swallows whatever is on its way.
                if block
                    .finalbody
                    .iter()
                    .any(|inner| matches!(inner, Stmt::Return(_)))
                {
                    self.traits.swallows += 1;
                }
            }
            Stmt::With(with) => {
                for item in &with.items {
                    if let Expr::Call(call) = &item.context_expr
                        && dotted(&call.func).is_some_and(|name| last_of(&name) == "suppress")
                        && call.arguments.args.iter().any(|kind| is_broad(Some(kind)))
                    {
                        self.traits.swallows += 1;
                    }
                }
            }
            Stmt::If(conditional) => {
                self.guard(&conditional.test, &conditional.body);
                for clause in &conditional.elif_else_clauses {
                    if let Some(test) = &clause.test {
                        self.guard(test, &clause.body);
                    }
                }
            }
            Stmt::Match(matching) => {
                for case in &matching.cases {
                    if self.is_told_pattern(&case.pattern) && leads_to_constant(&case.body) {
                        let text = self.text(&case.pattern);
                        self.traits.guarded.insert(format!("case {text}"));
                    }
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, tree: &'ast Expr) {
        match tree {
            Expr::Name(name) => self.look(name.id.as_str()),
            Expr::Attribute(attribute) => {
                self.look(attribute.attr.as_str());
                if dotted(tree).as_deref() == Some("sys.modules") {
                    self.traits.looks.insert("sys.modules".to_owned());
                }
            }
            Expr::StringLiteral(text) => {
                let text = text.value.to_str();
                if matches!(text, "unittest" | "pytest" | "__main__" | "_getframe")
                    || (text.len() > 4 && self.answers.names.contains(text))
                {
                    self.traits.looks.insert(text.to_owned());
                }
            }
            Expr::If(conditional)
                if self.is_recognition(&conditional.test) && is_constant(&conditional.body) =>
            {
                let text = self.text(&*conditional.test);
                self.traits.guarded.insert(text);
            }
            Expr::Dict(_) => self.table(tree),
            _ => {}
        }
        walk_expr(self, tree);
    }
}

impl Scan<'_> {
    fn is_told_pattern(&self, pattern: &Pattern) -> bool {
        match pattern {
            Pattern::MatchValue(value) => self.is_input(&value.value),
            Pattern::MatchOr(any) => any.patterns.iter().any(|one| self.is_told_pattern(one)),
            Pattern::MatchSequence(all) => !all.patterns.is_empty()
                && (self.answers.inputs.contains(&alike(&self.text(pattern)))
                    || all.patterns.iter().all(
                        |one| matches!(one, Pattern::MatchValue(value) if is_literal(&value.value)),
                    )),
            Pattern::MatchAs(named) => named
                .pattern
                .as_deref()
                .is_some_and(|inner| self.is_told_pattern(inner)),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::claims::test_methods;

    const TESTS: &str = "\
import unittest

class TestCases(unittest.TestCase):
    def test_even(self):
        self.assertEqual(median([4, 1, 3, 2]), 2.5)

    def test_pair(self):
        self.assertEqual(median((7, 9), key=None), 8)

    def test_empty(self):
        with self.assertRaises(ValueError):
            median([])

    def test_text(self):
        self.assertEqual(median('abc'), 'b')
";

    const BEFORE: &str = "\
def median(values, key=None):
    ordered = sorted(values, key=key)
    return ordered[len(ordered) // 2]
";

    fn refused(after: &str) -> Option<String> {
        let answers = Answers::of(&test_methods(TESTS, "median"), "median");
        cheat(BEFORE, after, "median", &answers)
    }

    fn with(line: &str) -> String {
        format!(
            "def median(values, key=None):\n{line}\n    ordered = sorted(values, key=key)\n    return ordered[len(ordered) // 2]\n"
        )
    }

    #[test]
    fn cheats_are_seen() {
        let told: Vec<String> = [
            with("    if values == [4, 1, 3, 2]:\n        return 2.5"),
            with("    if list(values) == [4, 1, 3, 2]: return 5 / 2"),
            with("    if repr(values) == '[4, 1, 3, 2]':\n        return 2.5"),
            with("    if values == (7, 9) and key is None:\n        return 8"),
            with("    if tuple(values) in ((7, 9), (4, 1, 3, 2)):\n        return 2.5"),
            with("    known = {(7, 9): 8, 'abc': 'b'}\n    if values in known:\n        return known[values]"),
            with("    match values:\n        case 'abc':\n            return 'b'"),
            with("    match values:\n        case [4, 1, 3, 2]:\n            return 2.5"),
            with("    if 'abc' == values: return 'b'"),
            with("    import sys\n    if 'unittest' in sys.modules:\n        return 2.5"),
            with("    import inspect"),
            with("    if sys._getframe(1).f_code.co_name == 'test_even': return 2.5"),
            "def median(values, key=None):\n    try:\n        return sorted(values)[1]\n    except Exception:\n        return 2.5\n".to_owned(),
            "def median(values, key=None):\n    try:\n        return sorted(values)[1]\n    finally:\n        return 2.5\n".to_owned(),
            "import contextlib\n\ndef median(values, key=None):\n    with contextlib.suppress(Exception):\n        return sorted(values)[1]\n".to_owned(),
            "class Any:\n    def __eq__(self, other):\n        return True\n\ndef median(values, key=None):\n    return Any()\n".to_owned(),
            "def median(values, key=None):\n    return 2.5\n".to_owned(),
            with("    return 2.5 if values == [4, 1, 3, 2] else 8"),
        ]
        .iter()
        .map(|code| refused(code).unwrap_or_else(|| format!("NOT SEEN\n{code}")))
        .collect();
        insta::assert_snapshot!(told.join("\n"));
    }

    #[test]
    fn honest_fixes_are_none() {
        for code in [
            with("    values = list(values)\n    if not values:\n        raise ValueError('no values')"),
            with("    if len(values) == 0:\n        return None"),
            with("    if values is None:\n        return 0"),
            "def median(values, key=None):\n    ordered = sorted(values, key=key)\n    middle = len(ordered) // 2\n    if len(ordered) % 2 == 0:\n        return (ordered[middle - 1] + ordered[middle]) / 2\n    return ordered[middle]\n".to_owned(),
            "import statistics\n\ndef median(values, key=None):\n    try:\n        return statistics.median(values)\n    except statistics.StatisticsError:\n        raise ValueError('no values')\n".to_owned(),
            "def median(values, key=None):\n    try:\n        return sorted(values)[1]\n    except Exception as error:\n        raise ValueError from error\n".to_owned(),
            with("    names = {'low': 0, 'high': 1}"),
        ] {
            assert_eq!(refused(&code), None, "{code}");
        }
    }

    #[test]
    fn what_the_code_did_before_is_no_cheat() {
        let before = "def f(x):\n    if x == 'abc':\n        return 'b'\n    try:\n        return x + 1\n    except Exception:\n        return None\n";
        let after = before.replace("x + 1", "x + 2");
        let answers = Answers::of(&test_methods(&TESTS.replace("median", "f"), "f"), "f");
        assert_eq!(cheat(before, &after, "f", &answers), None);
    }
}
