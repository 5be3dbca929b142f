//! Repairs that a table cannot say. Most act only on what the error says.

use std::collections::BTreeMap;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprCall, Operator, Stmt};
use ruff_text_size::Ranged;

use super::{Change, Scene};
use crate::syntax::{Edit, qualified, span};

/// Types of Python 3 that were lists in Python 2, as errors name them.
const LAZY_TYPES: &[&str] = &[
    "map",
    "filter",
    "zip",
    "range",
    "dict_keys",
    "dict_values",
    "dict_items",
];

/// Errors about integers where Python 2's division would have given one.
const INTEGER_ERRORS: &[&str] = &[
    "'float' object cannot be interpreted as an integer",
    "list indices must be integers or slices, not float",
    "tuple indices must be integers or slices, not float",
    "string indices must be integers, not 'float'",
    "slice indices must be integers",
    "can't multiply sequence by non-int of type 'float'",
    "only integers, slices",
    "cannot be safely cast to",
];

/// Acts on the error, and on `cmp=` in any case.
pub(super) fn act(scene: &Scene<'_>) -> Change {
    let error = scene.error;
    let lazy = LAZY_TYPES
        .iter()
        .any(|name| error.contains(&format!("'{name}'")))
        && [
            "not subscriptable",
            "has no len()",
            "has no attribute",
            "unsupported operand",
            "does not support item",
            "doesn't support item",
            "not reversible",
            "can only concatenate",
            "must be a sequence",
            "indices",
        ]
        .iter()
        .any(|phrase| error.contains(phrase));
    let mut visitor = Guided {
        scene,
        imports: scene.module.imports(),
        change: Change::default(),
        lazy,
        integer: INTEGER_ERRORS.iter().any(|phrase| error.contains(phrase)),
        encode: error.contains("must be encoded before hashing")
            || error.contains("Unicode-objects must be encoded")
            || error.contains("a bytes-like object is required, not 'str'"),
        universal: error.contains("invalid mode"),
        positional_sort: error.contains("sorted expected 1 argument")
            || error.contains("sort() takes no positional arguments"),
        set_sample: error.contains("Population must be a sequence"),
        fill_method: error.contains("unexpected keyword argument 'method'"),
        in_loop_or_index: 0,
        datetime_class: error.contains("module 'datetime' has no attribute"),
    };
    visitor.visit_body(scene.module.body());
    if visitor.change.is_empty() && visitor.integer {
        // The division is not where the integer is needed but in a name used there.
        let mut divisions = Divisions {
            scene,
            edits: Vec::new(),
        };
        divisions.visit_body(scene.module.body());
        visitor.change.edits = divisions.edits;
    }
    visitor.change
}

struct Guided<'scene> {
    scene: &'scene Scene<'scene>,
    imports: BTreeMap<String, String>,
    change: Change,
    lazy: bool,
    integer: bool,
    encode: bool,
    universal: bool,
    positional_sort: bool,
    set_sample: bool,
    fill_method: bool,
    datetime_class: bool,
    in_loop_or_index: u32,
}

impl Guided<'_> {
    fn text(&self, node: &impl Ranged) -> &str {
        self.scene.module.text(node)
    }

    fn wrap(&mut self, node: &impl Ranged, function: &str) {
        let text = format!("{function}({})", self.text(node));
        self.change.edits.push(Edit::replace(node, text));
    }

    /// `map(..)`, `filter(..)`, `zip(..)`, `range(..)`, `x.keys()`, `x.values()`, `x.items()`
    /// whose type the error names.
    fn is_lazy(&self, call: &ExprCall) -> bool {
        let named = |name: &str| self.scene.error.contains(&format!("'{name}'"));
        match &*call.func {
            Expr::Name(name) => {
                matches!(name.id.as_str(), "map" | "filter" | "zip" | "range") && named(&name.id)
            }
            Expr::Attribute(attribute) => {
                call.arguments.is_empty()
                    && matches!(attribute.attr.as_str(), "keys" | "values" | "items")
                    && named(&format!("dict_{}", attribute.attr))
            }
            _ => false,
        }
    }

    fn call(&mut self, call: &ExprCall) {
        let name = match &*call.func {
            Expr::Name(name) => name.id.as_str(),
            Expr::Attribute(attribute) => attribute.attr.as_str(),
            _ => return,
        };
        let path = qualified(&call.func, &self.imports);
        match name {
            "sorted" | "sort" => self.sort(call, name),
            "sample" if self.set_sample => {
                if let Some(first) = call.arguments.args.first() {
                    self.wrap(first, "sorted");
                }
            }
            "open" if self.universal => {
                if let Some(mode @ Expr::StringLiteral(text)) = call.arguments.args.get(1) {
                    let cleaned = text.value.to_str().replace('U', "");
                    let cleaned = if cleaned.is_empty() { "r" } else { &cleaned };
                    self.change
                        .edits
                        .push(Edit::replace(mode, format!("\"{cleaned}\"")));
                }
            }
            "fillna" if self.fill_method => self.fillna(call),
            _ => {}
        }
        let takes_bytes = path.as_deref().is_some_and(|path| {
            path.starts_with("hashlib.")
                || path.starts_with("base64.")
                || path.starts_with("zlib.")
                || path.starts_with("binascii.")
        });
        if self.encode
            && takes_bytes
            && let Some(first) = call.arguments.args.first()
            && !self.text(first).contains("encode(")
            && !first.is_bytes_literal_expr()
        {
            let text = if crate::syntax::is_atom(first) {
                format!("{}.encode(\"utf-8\")", self.text(first))
            } else {
                format!("({}).encode(\"utf-8\")", self.text(first))
            };
            self.change.edits.push(Edit::replace(first, text));
        }
    }

    /// `cmp=` and positional comparison functions.
    fn sort(&mut self, call: &ExprCall, name: &str) {
        let comparison = call.arguments.keywords.iter().find(|keyword| {
            keyword
                .arg
                .as_ref()
                .is_some_and(|arg| arg.as_str() == "cmp")
        });
        let node: Option<(std::ops::Range<usize>, String)> = match comparison {
            Some(keyword) if self.scene.concerns("cmp") => {
                Some((span(keyword.range), self.text(&keyword.value).to_owned()))
            }
            None if self.positional_sort => {
                let position = usize::from(name == "sorted");
                call.arguments
                    .args
                    .get(position)
                    .map(|argument| (span(argument.range()), self.text(argument).to_owned()))
            }
            _ => None,
        };
        if let Some((range, function)) = node {
            self.change.imports.push("import functools".to_owned());
            self.change.edits.push(Edit {
                range,
                text: format!("key=functools.cmp_to_key({function})"),
            });
        }
    }

    /// `x.fillna(method="ffill", ...)` is `x.ffill(...)`.
    fn fillna(&mut self, call: &ExprCall) {
        let Expr::Attribute(attribute) = &*call.func else {
            return;
        };
        let mut method = None;
        let mut rest = Vec::new();
        for keyword in &call.arguments.keywords {
            match (&keyword.arg, &keyword.value) {
                (Some(name), Expr::StringLiteral(text)) if name.as_str() == "method" => {
                    method = match text.value.to_str() {
                        "ffill" | "pad" => Some("ffill"),
                        "bfill" | "backfill" => Some("bfill"),
                        _ => None,
                    };
                }
                _ => rest.push(self.text(keyword)),
            }
        }
        if let Some(method) = method {
            let text = format!(
                "{}.{method}({})",
                self.text(&*attribute.value),
                rest.join(", ")
            );
            self.change.edits.push(Edit::replace(call, text));
        }
    }
}

impl<'ast> Visitor<'ast> for Guided<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        if let (true, Stmt::Import(import)) = (self.datetime_class, statement)
            && let [alias] = import.names.as_slice()
            && alias.name.as_str() == "datetime"
            && alias.asname.is_none()
        {
            self.change
                .edits
                .push(Edit::replace(import, "from datetime import datetime"));
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        let mut needs_integer = false;
        match expression {
            Expr::Call(call) => {
                if self.lazy && self.is_lazy(call) {
                    self.wrap(call, "list");
                    return;
                }
                self.call(call);
                needs_integer = matches!(&*call.func, Expr::Name(name)
                    if matches!(name.id.as_str(), "range" | "chr" | "xrange"));
            }
            Expr::Subscript(_) => needs_integer = true,
            Expr::BinOp(binary)
                if self.integer && self.in_loop_or_index > 0 && binary.op == Operator::Div =>
            {
                if let Some(edit) = floor(self.scene, binary) {
                    self.change.edits.push(edit);
                }
            }
            _ => {}
        }
        if needs_integer {
            self.in_loop_or_index += 1;
        }
        walk_expr(self, expression);
        if needs_integer {
            self.in_loop_or_index -= 1;
        }
    }
}

/// Turns the `/` of a division into `//`.
fn floor(scene: &Scene<'_>, binary: &ruff_python_ast::ExprBinOp) -> Option<Edit> {
    let start = span(binary.left.range()).end;
    let end = span(binary.right.range()).start;
    let between = scene.module.source().get(start..end)?;
    let offset = between.find('/')?;
    Some(Edit {
        range: start + offset..start + offset + 1,
        text: "//".to_owned(),
    })
}

/// Every division of the module.
struct Divisions<'scene> {
    scene: &'scene Scene<'scene>,
    edits: Vec<Edit>,
}

impl<'ast> Visitor<'ast> for Divisions<'_> {
    fn visit_expr(&mut self, expression: &'ast Expr) {
        if let Expr::BinOp(binary) = expression
            && binary.op == Operator::Div
            && let Some(edit) = floor(self.scene, binary)
        {
            self.edits.push(edit);
        }
        walk_expr(self, expression);
    }
}
