//! Writes the tests: one readable `unittest` class, with the imports that it needs.

use std::collections::{BTreeMap, BTreeSet};

use unitmill_model::{Observation, ObservedValue, ValueKind};

use super::call::{Call, import_line, unrolled};
use super::doctest::{Example, Want};
use super::plan::INSTANCE;
use super::{is_none, is_usable};
use crate::fix::mentions;
use crate::syntax::{canonical, expression, quote};

/// Lines up to this length stay in one piece.
const WIDTH: usize = 96;

/// Output beside a result is asserted up to this length.
const LONGEST_OUTPUT: usize = 300;

/// A suite in the making.
#[derive(Clone)]
pub(super) struct Writer<'names> {
    function: &'names str,
    /// What the code binds, and to which path where by an import.
    bound: &'names BTreeMap<String, Option<String>>,
    tests: Vec<(String, Vec<String>)>,
    needs: BTreeSet<&'static str>,
    needs_close: bool,
    /// Some test asserts a value other than none at all.
    pub(super) has_value: bool,
}

impl<'names> Writer<'names> {
    pub(super) fn new(
        function: &'names str,
        bound: &'names BTreeMap<String, Option<String>>,
    ) -> Self {
        Self {
            function,
            bound,
            tests: Vec::new(),
            needs: BTreeSet::new(),
            needs_close: false,
            has_value: false,
        }
    }

    /// How many tests there are.
    pub(super) fn count(&self) -> usize {
        self.tests.len()
    }

    fn add(&mut self, stem: &str, body: Vec<String>) {
        let number = 1 + self
            .tests
            .iter()
            .filter(|(name, _)| {
                name.strip_prefix(stem).is_some_and(|rest| {
                    rest.trim_start_matches('_')
                        .chars()
                        .all(|c| c.is_ascii_digit())
                })
            })
            .count();
        self.tests.push((format!("{stem}_{number}"), body));
    }

    /// Whether a name is free for a module, or bound to that very module.
    fn is_free(&self, name: &str, module: &str) -> bool {
        match self.bound.get(name) {
            None => true,
            Some(path) => path.as_deref() == Some(module),
        }
    }

    /// Whether values spelled with `np` and `pd` can be written down.
    fn can_spell(&self, text: &str) -> bool {
        (!mentions(text, "np") || self.is_free("np", "numpy"))
            && (!mentions(text, "pd") || self.is_free("pd", "pandas"))
    }

    fn need_for(&mut self, text: &str) {
        if text.contains("np.") && mentions(text, "np") {
            self.needs.insert("numpy");
        }
        if text.contains("pd.") && mentions(text, "pd") {
            self.needs.insert("pandas");
        }
    }

    /// A doctest's expectation.
    pub(super) fn example(&mut self, example: &Example, seen: Option<&Observation>) {
        let mut body: Vec<String> = example.setup.lines().map(str::to_owned).collect();
        let call = &example.expression;
        let approximate = seen
            .and_then(|seen| seen.value.as_ref())
            .is_some_and(|value| value.kind == ValueKind::Approximate);
        self.has_value |= !matches!(&example.want, Want::Raises(_))
            && example.want != Want::Value("None".to_owned());
        match &example.want {
            Want::Value(value) => {
                let has_float = approximate || contains_float(value);
                let is_array = seen
                    .and_then(|seen| seen.value.as_ref())
                    .is_some_and(|value| value.kind == ValueKind::Array);
                if value == "None" {
                    body.push(format!("self.assertIsNone({call})"));
                } else if matches!(value.as_str(), "True" | "False") {
                    // A numpy boolean is neither of the two objects.
                    body.push(format!("self.assertEqual({call}, {value})"));
                } else if is_array {
                    self.needs.insert("numpy");
                    body.push(format!(
                        "np.testing.assert_allclose({call}, {value}, rtol=1e-6, atol=1e-9)"
                    ));
                } else if has_float {
                    self.needs_close = true;
                    body.extend(two_arguments("self.assert_close", call, value));
                } else {
                    body.extend(two_arguments("self.assertEqual", call, value));
                }
            }
            Want::Rounded(value, decimals) => {
                // Doctests compare texts, so few decimals usually mean an exact value. Many
                // of them, agreeing with what was seen, are a rounded one.
                let rounded =
                    *decimals >= 3 && seen.is_some_and(|seen| agrees(seen, value, *decimals));
                let places = if rounded { *decimals } else { 7 };
                body.push(format!(
                    "self.assertAlmostEqual({call}, {value}, places={places})"
                ));
            }
            Want::Printed(text) => {
                body.extend(two_arguments("self.assertEqual", call, &quote(text)));
            }
            Want::Array(value) => {
                if !self.is_free("np", "numpy") {
                    return;
                }
                self.needs.insert("numpy");
                body.push(format!("expected = {value}"));
                body.push(format!(
                    "np.testing.assert_allclose({call}, expected, rtol=1e-5, atol=1e-8)"
                ));
            }
            Want::Raises(class) => {
                body.push(format!("with self.assertRaises({class}):"));
                body.push(format!("    {call}"));
            }
        }
        self.add("test_example", body);
    }

    /// The statements before a call, and the call itself.
    fn prepared(&mut self, call: &Call) -> Option<(Vec<String>, String)> {
        let preparation = call.preparation();
        if !self.can_spell(&preparation) || !self.can_spell(&call.expression) {
            return None;
        }
        self.need_for(&preparation);
        self.need_for(&call.expression);
        let mut lines: Vec<String> = preparation.lines().map(str::to_owned).collect();
        let mut expression = call.expression.clone();
        for &module in &call.needs {
            // Values spell numpy and pandas as `np` and `pd`, which `can_spell` has checked.
            if matches!(module, "numpy" | "pandas") || self.is_free(module, module) {
                self.needs.insert(module);
            } else {
                // The code uses the name for something else.
                let alias = format!("{module}_module");
                for text in lines.iter_mut().chain([&mut expression]) {
                    *text = rename(text, module, &alias);
                }
                lines.insert(0, format!("import {module} as {alias}"));
            }
        }
        Some((lines, expression))
    }

    fn module(&mut self, module: &'static str) -> String {
        if self.is_free(module, module) {
            self.needs.insert(module);
            module.to_owned()
        } else {
            format!("__import__(\"{module}\")")
        }
    }

    /// A value that a call returned. Says whether it could be written.
    pub(super) fn value(
        &mut self,
        call: &Call,
        value: &ObservedValue,
        seen: &Observation,
        unroll: bool,
    ) -> bool {
        let Some((mut body, mut actual)) = self.prepared(call) else {
            return false;
        };
        if unroll {
            let module = self.module("itertools");
            actual = unrolled(&actual).replace("itertools.", &format!("{module}."));
        }
        let says_something = !seen.printed.is_empty() && seen.printed.len() <= LONGEST_OUTPUT;
        if says_something {
            body.extend(self.captured(&format!("result = {actual}")));
            actual = "result".to_owned();
        }
        let lines = match constructor(value, self.bound) {
            Some(constructor) => {
                if let Some(line) = constructor.import {
                    body.insert(0, line);
                }
                Some(two_arguments(
                    "self.assertEqual",
                    &actual,
                    &constructor.text,
                ))
            }
            None if value.kind == ValueKind::Opaque => self.traits(value, &actual),
            None => self.assertion(value, &actual),
        };
        let Some(lines) = lines else {
            return false;
        };
        body.extend(lines.into_iter().filter(|line| line != "result = result"));
        if says_something {
            body.extend(printed(&seen.printed));
        }
        for (name, after) in changed(call, seen, true) {
            if let Some(lines) = self.assertion(after, name) {
                body.extend(lines);
            }
        }
        self.has_value = true;
        let name = crate::syntax::last_of(self.function);
        let stem = format!("test_{}", name.trim_matches('_'));
        self.add(&stem, body);
        true
    }

    /// A statement whose output is caught.
    fn captured(&mut self, statement: &str) -> Vec<String> {
        let io = self.module("io");
        let contextlib = self.module("contextlib");
        vec![
            format!("output = {io}.StringIO()"),
            format!("with {contextlib}.redirect_stdout(output):"),
            format!("    {statement}"),
        ]
    }

    /// Asserts what an opaque value says of itself; none if that is nothing but its type.
    fn traits(&mut self, value: &ObservedValue, actual: &str) -> Option<Vec<String>> {
        let mut lines = vec![format!("result = {actual}")];
        let mut says_something = false;
        for one in &value.traits {
            if let Some(assertion) = self.assertion(&one.value, &one.expression) {
                says_something |= !one.expression.starts_with("type(");
                // An array's own assertion names what it compares.
                lines.extend(assertion.into_iter().map(|line| {
                    match line.strip_prefix("result = ") {
                        Some(part) => format!("part = {part}"),
                        None => line
                            .replace("np.shape(result)", "np.shape(part)")
                            .replace("(result, expected", "(part, expected"),
                    }
                }));
            }
        }
        says_something.then_some(lines)
    }

    /// Asserts that an expression gives a value; none if it cannot be compared.
    fn assertion(&mut self, value: &ObservedValue, actual: &str) -> Option<Vec<String>> {
        let source = value.source.as_deref()?;
        if !is_usable(value) || !self.can_spell(source) {
            return None;
        }
        self.need_for(source);
        Some(match value.kind {
            ValueKind::Literal => match source {
                "None" => vec![format!("self.assertIsNone({actual})")],
                "True" | "False" => vec![format!("self.assertIs({actual}, {source})")],
                _ => two_arguments("self.assertEqual", actual, source),
            },
            ValueKind::Approximate => match source.parse::<f64>() {
                Ok(number) if (1e-2..1e6).contains(&number.abs()) => {
                    vec![format!("self.assertAlmostEqual({actual}, {source})")]
                }
                Ok(0.0) => vec![format!("self.assertAlmostEqual({actual}, {source})")],
                _ => {
                    self.needs_close = true;
                    two_arguments("self.assert_close", actual, source)
                }
            },
            ValueKind::Array => {
                if !self.is_free("np", "numpy") {
                    return None;
                }
                self.needs.insert("numpy");
                let compare = if contains_float(source) && !has_text(source) {
                    "np.testing.assert_allclose(result, expected, rtol=1e-6, atol=1e-9)"
                } else {
                    "np.testing.assert_array_equal(result, expected)"
                };
                vec![
                    format!("result = {actual}"),
                    format!("expected = {source}"),
                    "self.assertEqual(np.shape(result), np.shape(expected))".to_owned(),
                    compare.to_owned(),
                ]
            }
            ValueKind::Frame | ValueKind::Series => {
                if !self.is_free("pd", "pandas") {
                    return None;
                }
                self.needs.insert("pandas");
                let compare = match value.kind {
                    ValueKind::Frame => "assert_frame_equal",
                    _ if value.type_name.ends_with("Series") => "assert_series_equal",
                    _ => "assert_index_equal",
                };
                vec![
                    format!("expected = {source}"),
                    format!("pd.testing.{compare}({actual}, expected)"),
                ]
            }
            ValueKind::Opaque => return None,
        })
    }

    /// What a call that returns nothing did: to its arguments, or to the output. Says
    /// whether there was anything.
    pub(super) fn effect(&mut self, call: &Call, seen: &Observation) -> bool {
        if !has_effect(call, seen) {
            return false;
        }
        let changed = changed(call, seen, false);
        let Some((mut body, actual)) = self.prepared(call) else {
            return false;
        };
        let object = instance(call, seen);
        if changed.is_empty() && object.is_none() {
            body.extend(self.captured(&actual));
            body.extend(printed(&seen.printed));
            self.add("test_output", body);
            return true;
        }
        body.push(actual);
        for (name, after) in changed {
            let Some(lines) = self.assertion(after, name) else {
                return false;
            };
            body.extend(lines);
        }
        for one in object.iter().flat_map(|object| &object.traits) {
            let expression = one.expression.replacen("result", INSTANCE, 1);
            if let Some(lines) = self.assertion(&one.value, &expression)
                && !one.expression.contains("type(")
            {
                body.extend(lines);
            }
        }
        self.add("test_effect", body);
        true
    }

    /// A call that returns nothing, beside others that do.
    pub(super) fn none(&mut self, call: &Call) -> bool {
        let Some((mut body, actual)) = self.prepared(call) else {
            return false;
        };
        body.push(format!("self.assertIsNone({actual})"));
        self.add("test_none", body);
        true
    }

    /// A call that raises.
    pub(super) fn raises(&mut self, call: &Call, exception: &str, unroll: bool) -> bool {
        let prepared = self.prepared(call);
        let can_write = prepared.is_some();
        if let Some((mut body, actual)) = prepared {
            body.push(format!("with self.assertRaises({exception}):"));
            body.push(if unroll {
                format!("    list({actual})")
            } else {
                format!("    {actual}")
            });
            let mut stem = "test_raises".to_owned();
            for character in exception.chars() {
                if character.is_uppercase() {
                    stem.push('_');
                }
                stem.extend(character.to_lowercase());
            }
            self.add(&stem, body);
        }
        can_write
    }

    /// The text of the suite.
    pub(super) fn finish(mut self) -> String {
        let mut imports: Vec<&str> = vec!["import unittest"];
        let math = if self.needs_close {
            Some(self.module("math"))
        } else {
            None
        };
        imports.extend(self.needs.iter().map(|module| import_line(module)));
        // The standard library first, each group sorted.
        imports.sort_by_key(|line| (line.contains(" as "), line.to_string()));
        let mut text = imports.join("\n");
        text.push_str("\n\n\nclass TestCases(unittest.TestCase):\n");
        if let Some(math) = math {
            text.push_str(&CLOSE.replace("math.", &format!("{math}.")));
            text.push('\n');
        }
        let tests: Vec<String> = self
            .tests
            .iter()
            .map(|(name, body)| {
                let mut test = format!("    def {name}(self):\n");
                for line in body {
                    if line.is_empty() {
                        test.push('\n');
                    } else {
                        test.push_str(&format!("        {line}\n"));
                    }
                }
                test
            })
            .collect();
        text.push_str(&tests.join("\n"));
        text
    }
}

/// A value that is its own constructor call, with the import that spells it.
pub(super) struct Constructor {
    text: String,
    import: Option<String>,
}

/// The object whose method was called, if it says anything of itself.
fn instance<'a>(call: &Call, seen: &'a Observation) -> Option<&'a ObservedValue> {
    call.bindings
        .iter()
        .zip(&seen.arguments)
        .find(|((name, _), _)| name == INSTANCE)
        .map(|(_, value)| value)
        .filter(|value| {
            let mut traits = value.traits.iter();
            traits.any(|one| !one.expression.contains("type("))
        })
}

/// Whether a call did anything to its arguments, its object or the output.
pub(super) fn has_effect(call: &Call, seen: &Observation) -> bool {
    !seen.printed.is_empty()
        || !changed(call, seen, false).is_empty()
        || instance(call, seen).is_some()
}

/// The arguments that a call left other than they were. With `literal`, only those of which
/// that is certain: other values may be spelled in several ways.
fn changed<'a>(
    call: &'a Call,
    seen: &'a Observation,
    literal: bool,
) -> Vec<(&'a String, &'a ObservedValue)> {
    call.bindings
        .iter()
        .zip(&seen.arguments)
        .filter(|((_, before), after)| {
            let is_certain =
                !literal || expression(before).is_some_and(|tree| crate::syntax::is_literal(&tree));
            is_certain
                && after
                    .source
                    .as_deref()
                    .is_some_and(|after| canonical(after) != canonical(before))
        })
        .map(|((name, _), after)| (name, after))
        .collect()
}

/// Types of the standard library whose `repr` rebuilds an equal value: the name in the
/// `repr`, and the module that it is from.
const CONSTRUCTORS: &[(&str, &str)] = &[
    ("Decimal", "decimal"),
    ("Fraction", "fractions"),
    ("Counter", "collections"),
    ("OrderedDict", "collections"),
    ("deque", "collections"),
    ("frozenset", ""),
    ("range", ""),
    ("bytearray", ""),
    ("datetime", "datetime"),
    ("UUID", "uuid"),
    ("IPv4Address", "ipaddress"),
    ("IPv4Network", "ipaddress"),
    ("PosixPath", "pathlib"),
    ("PurePosixPath", "pathlib"),
    ("ParseResult", ""),
    ("SplitResult", ""),
];

/// The constructor call of an opaque value whose `repr` is one. A class of the code itself
/// counts if it was made to be compared.
pub(super) fn constructor(
    value: &ObservedValue,
    bound: &BTreeMap<String, Option<String>>,
) -> Option<Constructor> {
    if value.kind != ValueKind::Opaque || value.repr.len() > super::LONGEST_SOURCE {
        return None;
    }
    let tree = expression(&value.repr)?;
    let root = rebuilt_by(&tree)?;
    let text = value.repr.clone();
    match CONSTRUCTORS.iter().find(|(name, _)| *name == root) {
        Some((_, "")) => Some(Constructor { text, import: None }),
        Some((name, module)) => {
            let own = if name == module {
                (*module).to_owned()
            } else {
                format!("{module}.{name}")
            };
            match bound.get(*name) {
                Some(Some(path)) if *path == own => Some(Constructor { text, import: None }),
                None if name == module => Some(Constructor {
                    text,
                    import: Some(format!("import {module}")),
                }),
                None => Some(Constructor {
                    text,
                    import: Some(format!("from {module} import {name}")),
                }),
                Some(_) if name == module => {
                    let alias = format!("{module}_module");
                    Some(Constructor {
                        text: rename(&text, module, &alias),
                        import: Some(format!("import {module} as {alias}")),
                    })
                }
                Some(_) => None,
            }
        }
        None => (value.type_name == format!("solution.{root}")
            && bound.get(root.as_str()) == Some(&None))
        .then_some(Constructor { text, import: None }),
    }
}

/// The one name that an expression of calls, containers and literals is rebuilt by.
fn rebuilt_by(tree: &ruff_python_ast::Expr) -> Option<String> {
    use ruff_python_ast::Expr;
    let Expr::Call(call) = tree else {
        // A list of dates, a tuple of decimals.
        let elements: Vec<&Expr> = match tree {
            Expr::List(list) => list.elts.iter().collect(),
            Expr::Tuple(tuple) => tuple.elts.iter().collect(),
            Expr::Dict(dict) => dict.items.iter().map(|item| &item.value).collect(),
            _ => return None,
        };
        let mut roots = elements
            .into_iter()
            .filter(|element| !crate::syntax::is_literal(element))
            .map(rebuilt_by);
        let first = roots.next()??;
        return roots
            .all(|root| root.as_ref() == Some(&first))
            .then_some(first);
    };
    let name = crate::syntax::dotted(&call.func)?;
    let simple =
        |argument: &Expr| crate::syntax::is_literal(argument) || rebuilt_by(argument).is_some();
    let whole = call.arguments.args.iter().all(simple)
        && call
            .arguments
            .keywords
            .iter()
            .all(|keyword| simple(&keyword.value));
    whole.then(|| crate::syntax::root_of(&name).to_owned())
}

/// Compares nested values that hold floats.
const CLOSE: &str = r#"    def assert_close(self, actual, expected):
        """Compares values of any depth, floats with a tolerance."""
        if isinstance(expected, float) and isinstance(actual, (int, float)):
            both_nan = math.isnan(actual) and math.isnan(expected)
            close = math.isclose(actual, expected, rel_tol=1e-9, abs_tol=1e-12)
            self.assertTrue(both_nan or close, f"{actual!r} is not close to {expected!r}")
        elif isinstance(expected, dict):
            self.assertIsInstance(actual, dict)
            self.assertEqual(set(actual), set(expected))
            for key, value in expected.items():
                self.assert_close(actual[key], value)
        elif isinstance(expected, (list, tuple)):
            self.assertIsInstance(actual, type(expected))
            self.assertEqual(len(actual), len(expected))
            for one, other in zip(actual, expected):
                self.assert_close(one, other)
        else:
            self.assertEqual(actual, expected)
"#;

/// Asserts what was printed.
fn printed(text: &str) -> Vec<String> {
    two_arguments("self.assertEqual", "output.getvalue()", &quote(text))
}

/// A call of an assertion with two arguments, in two statements where one is too long.
fn two_arguments(assertion: &str, actual: &str, expected: &str) -> Vec<String> {
    let line = format!("{assertion}({actual}, {expected})");
    if line.len() + 8 <= WIDTH {
        return vec![line];
    }
    vec![
        format!("expected = {expected}"),
        format!("{assertion}({actual}, expected)"),
    ]
}

/// Whether an expression has a float literal in it, or what stands for one.
fn contains_float(source: &str) -> bool {
    let Some(tree) = expression(source) else {
        return false;
    };
    struct Floats(bool);
    impl<'ast> ruff_python_ast::visitor::Visitor<'ast> for Floats {
        fn visit_expr(&mut self, tree: &'ast ruff_python_ast::Expr) {
            use ruff_python_ast::{Expr, Number};
            match tree {
                Expr::NumberLiteral(number) => {
                    self.0 |= !matches!(number.value, Number::Int(_));
                }
                Expr::Name(name) => self.0 |= matches!(name.id.as_str(), "nan" | "inf" | "float"),
                Expr::Attribute(attribute) => {
                    self.0 |= matches!(attribute.attr.as_str(), "nan" | "inf");
                }
                _ => {}
            }
            ruff_python_ast::visitor::walk_expr(self, tree);
        }
    }
    let mut floats = Floats(false);
    ruff_python_ast::visitor::Visitor::visit_expr(&mut floats, &tree);
    floats.0
}

/// Whether an array's expression holds strings other than its dtype.
fn has_text(source: &str) -> bool {
    let data = source.split("dtype").next().unwrap_or(source);
    data.contains('"') || data.contains('\'') || source.contains("object")
}

/// Whether an observed float rounds to what a doctest says.
fn agrees(seen: &Observation, want: &str, decimals: u32) -> bool {
    let observed = seen
        .value
        .as_ref()
        .filter(|value| !is_none(value))
        .and_then(|value| value.source.as_deref())
        .map(str::parse::<f64>);
    match (observed, want.parse::<f64>()) {
        (Some(Ok(observed)), Ok(want)) => {
            (observed - want).abs() <= 0.5 * 0.1_f64.powi(decimals as i32) * 1.000_001
        }
        _ => false,
    }
}

/// Renames a module in `module.` uses.
fn rename(text: &str, module: &str, alias: &str) -> String {
    let from = format!("{module}.");
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(&from) {
        let before = rest[..at].chars().next_back();
        result.push_str(&rest[..at]);
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.') {
            result.push_str(&from);
        } else {
            result.push_str(&format!("{alias}."));
        }
        rest = &rest[at + from.len()..];
    }
    result.push_str(rest);
    result
}
