//! Type hints: the types of values that were seen, joined and spelled with the names that a
//! module has. Never a type that was not seen, and none where what was seen has no common
//! one.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::{Expr, Number, Stmt};
use unitmill_model::{ObservedValue, ValueKind};
use unitmill_python::is_builtin_name;

use crate::syntax::{Module, dotted, expression, last_of};

/// What values have in common.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Type {
    /// Nothing was seen: the elements of an empty list.
    Nothing,
    /// Nothing in common.
    Anything,
    None,
    /// By its qualified name, builtins without a module.
    Named(String),
    List(Box<Type>),
    Set(Box<Type>),
    Dict(Box<Type>, Box<Type>),
    /// Of a fixed length.
    Tuple(Vec<Type>),
    /// Of any length.
    Tuples(Box<Type>),
    Optional(Box<Type>),
    Iterator(Box<Type>),
    Callable,
}

impl Type {
    fn named(name: &str) -> Self {
        Self::Named(name.to_owned())
    }

    /// The narrowest type that holds both.
    pub(super) fn join(self, other: Self) -> Self {
        use Type::{
            Anything, Dict, Iterator, List, Named, None, Nothing, Optional, Set, Tuple, Tuples,
        };
        match (self, other) {
            (one, other) if one == other => one,
            (Nothing, type_) | (type_, Nothing) => type_,
            (Anything, _) | (_, Anything) => Anything,
            (None, Optional(inner)) | (Optional(inner), None) => Optional(inner),
            (None, type_) | (type_, None) => Optional(Box::new(type_)),
            (Optional(one), Optional(other)) => optional(one.join(*other)),
            (Optional(one), other) => optional(one.join(other)),
            (one, Optional(other)) => optional(one.join(*other)),
            (Named(one), Named(other)) => joined_names(&one, &other),
            (List(one), List(other)) => List(Box::new(one.join(*other))),
            (Set(one), Set(other)) => Set(Box::new(one.join(*other))),
            (Iterator(one), Iterator(other)) => Iterator(Box::new(one.join(*other))),
            (Dict(key, value), Dict(other_key, other_value)) => Dict(
                Box::new(key.join(*other_key)),
                Box::new(value.join(*other_value)),
            ),
            (Tuple(one), Tuple(other)) if one.len() == other.len() => Tuple(
                one.into_iter()
                    .zip(other)
                    .map(|(one, other)| one.join(other))
                    .collect(),
            ),
            (Tuple(one), Tuple(other)) => Tuples(Box::new(joined(one.into_iter().chain(other)))),
            (Tuples(inner), Tuple(elements)) | (Tuple(elements), Tuples(inner)) => {
                Tuples(Box::new(joined(elements.into_iter().chain([*inner]))))
            }
            (Tuples(one), Tuples(other)) => Tuples(Box::new(one.join(*other))),
            _ => Anything,
        }
    }
}

fn optional(type_: Type) -> Type {
    match type_ {
        Type::Optional(_) | Type::None => type_,
        _ => Type::Optional(Box::new(type_)),
    }
}

/// `int` stands for `float` wherever both occur, as it does for every type checker.
fn joined_names(one: &str, other: &str) -> Type {
    let rank = |name: &str| match name {
        "bool" => Some(0),
        "int" => Some(1),
        "float" | "numpy.float64" => Some(2),
        "complex" => Some(3),
        _ => None,
    };
    match (rank(one), rank(other)) {
        (Some(first), Some(second)) => Type::named(match first.max(second) {
            0 => "bool",
            1 => "int",
            2 => "float",
            _ => "complex",
        }),
        _ => Type::Anything,
    }
}

/// What all types have in common.
pub(super) fn joined(types: impl IntoIterator<Item = Type>) -> Type {
    types.into_iter().fold(Type::Nothing, Type::join)
}

/// Qualified names of what values are built with, as observations and calls spell it.
const CONSTRUCTORS: &[(&str, &str)] = &[
    ("np.array", "numpy.ndarray"),
    ("np.asarray", "numpy.ndarray"),
    ("np.eye", "numpy.ndarray"),
    ("np.zeros", "numpy.ndarray"),
    ("np.ones", "numpy.ndarray"),
    ("np.arange", "numpy.ndarray"),
    ("np.linspace", "numpy.ndarray"),
    ("np.float64", "numpy.float64"),
    ("np.int64", "numpy.int64"),
    ("np.bool_", "numpy.bool"),
    ("np.bool", "numpy.bool"),
    ("pd.DataFrame", "pandas.DataFrame"),
    ("pd.Series", "pandas.Series"),
    ("pd.Index", "pandas.Index"),
    ("pd.RangeIndex", "pandas.RangeIndex"),
    ("pd.DatetimeIndex", "pandas.DatetimeIndex"),
    ("pd.Timestamp", "pandas.Timestamp"),
    ("pd.Timedelta", "pandas.Timedelta"),
    ("pd.date_range", "pandas.DatetimeIndex"),
    ("frozenset", "frozenset"),
    ("bytearray", "bytearray"),
    ("range", "range"),
    ("float", "float"),
    ("datetime.datetime", "datetime.datetime"),
    ("datetime.date", "datetime.date"),
    ("datetime.timedelta", "datetime.timedelta"),
    ("datetime.time", "datetime.time"),
    ("io.StringIO", "io.StringIO"),
    ("io.BytesIO", "io.BytesIO"),
];

/// The type of a literal, or of a call of a constructor.
pub(super) fn type_of_text(text: &str) -> Type {
    expression(text).map_or(Type::Anything, |tree| type_of(&tree))
}

/// The type of an expression; anything where it does not show.
pub(super) fn type_of(tree: &Expr) -> Type {
    let all = |elements: &[Expr]| Box::new(joined(elements.iter().map(type_of)));
    match tree {
        Expr::StringLiteral(_) => Type::named("str"),
        Expr::BytesLiteral(_) => Type::named("bytes"),
        Expr::BooleanLiteral(_) => Type::named("bool"),
        Expr::NoneLiteral(_) => Type::None,
        Expr::NumberLiteral(number) => Type::named(match &number.value {
            Number::Int(_) => "int",
            Number::Float(_) => "float",
            Number::Complex { .. } => "complex",
        }),
        Expr::UnaryOp(unary) if unary.operand.is_number_literal_expr() => type_of(&unary.operand),
        Expr::List(list) => Type::List(all(&list.elts)),
        Expr::Set(set) => Type::Set(all(&set.elts)),
        Expr::Tuple(tuple) => Type::Tuple(tuple.elts.iter().map(type_of).collect()),
        Expr::Dict(dict) => {
            let keys = dict
                .items
                .iter()
                .map(|item| item.key.as_ref().map_or(Type::Anything, type_of));
            let values = dict.items.iter().map(|item| type_of(&item.value));
            Type::Dict(Box::new(joined(keys)), Box::new(joined(values)))
        }
        Expr::Lambda(_) => Type::Callable,
        // `len`, `str.upper`.
        Expr::Name(name) if is_function_name(name.id.as_str()) => Type::Callable,
        Expr::Attribute(_) if dotted(tree).is_some_and(|path| path.starts_with("str.")) => {
            Type::Callable
        }
        Expr::Call(call) => match dotted(&call.func).as_deref() {
            Some("set") => Type::Set(Box::new(Type::Nothing)),
            Some(path) => CONSTRUCTORS
                .iter()
                .find(|(name, _)| *name == path)
                .map_or(Type::Anything, |(_, type_)| Type::named(type_)),
            None => Type::Anything,
        },
        _ => Type::Anything,
    }
}

fn is_function_name(name: &str) -> bool {
    is_builtin_name(name) && name.starts_with(|c: char| c.is_lowercase())
}

/// The type of what a call returned; `unrolled`: of an iterator, the first elements.
pub(super) fn type_of_value(value: &ObservedValue, unrolled: bool) -> Type {
    let type_ = match (value.kind, value.source.as_deref()) {
        (ValueKind::Literal | ValueKind::Approximate, Some(source)) => type_of_text(source),
        _ => match value.type_name.as_str() {
            "NoneType" => Type::None,
            "function" | "builtin_function_or_method" | "method" | "functools.partial" => {
                Type::Callable
            }
            // What is in it does not show, or is of no interest.
            "list" => Type::List(Box::new(Type::Anything)),
            "dict" => Type::Dict(Box::new(Type::Anything), Box::new(Type::Anything)),
            "set" => Type::Set(Box::new(Type::Anything)),
            "tuple" => Type::Tuples(Box::new(Type::Anything)),
            name => Type::named(public_name(name)),
        },
    };
    match type_ {
        Type::List(inner) if unrolled => Type::Iterator(inner),
        _ if unrolled => Type::Anything,
        type_ => type_,
    }
}

/// The name under which a type is imported.
fn public_name(name: &str) -> &str {
    match name {
        "pandas.core.frame.DataFrame" => "pandas.DataFrame",
        "pandas.core.series.Series" => "pandas.Series",
        "pandas.core.indexes.base.Index" => "pandas.Index",
        "pandas.core.indexes.range.RangeIndex" => "pandas.RangeIndex",
        "pandas.core.indexes.multi.MultiIndex" => "pandas.MultiIndex",
        "pandas.core.indexes.datetimes.DatetimeIndex" => "pandas.DatetimeIndex",
        "pandas.core.arrays.categorical.Categorical" => "pandas.Categorical",
        "pandas._libs.tslibs.timestamps.Timestamp" => "pandas.Timestamp",
        "pandas._libs.tslibs.timedeltas.Timedelta" => "pandas.Timedelta",
        "pathlib.PosixPath" => "pathlib.Path",
        "pathlib._local.PosixPath" => "pathlib.Path",
        _ => name,
    }
}

/// How types can be spelled in a module.
pub(super) struct Names {
    /// What top-level imports bind.
    imports: BTreeMap<String, String>,
    /// Every name of the top level.
    bound: BTreeSet<String>,
    python: (u8, u8),
    /// Annotations are not evaluated.
    postponed: bool,
}

/// A type as text, and the import that it needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Hint {
    pub(super) text: String,
    pub(super) imports: Vec<String>,
}

impl Names {
    pub(super) fn new(module: &Module<'_>, python: (u8, u8)) -> Self {
        let mut imports = BTreeMap::new();
        let mut postponed = false;
        for statement in module.body() {
            if matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_)) {
                let text = module.text(statement);
                if let Some(own) = Module::parse(text) {
                    imports.extend(own.imports());
                }
            }
            if let Stmt::ImportFrom(import) = statement
                && import.module.as_deref() == Some("__future__")
            {
                postponed |= import
                    .names
                    .iter()
                    .any(|alias| &*alias.name == "annotations");
            }
        }
        Self {
            imports,
            bound: module.bound_names().into_keys().collect(),
            python,
            postponed,
        }
    }

    /// A type as it is written in this module; none if it has no name here.
    pub(super) fn spell(&self, type_: &Type) -> Option<Hint> {
        let mut imports = Vec::new();
        let text = self.text(type_, &mut imports)?;
        Some(Hint { text, imports })
    }

    fn text(&self, type_: &Type, imports: &mut Vec<String>) -> Option<String> {
        Some(match type_ {
            Type::Nothing | Type::Anything => return None,
            Type::None => "None".to_owned(),
            Type::Named(name) => self.name(name)?,
            Type::List(inner) => self.generic("list", &[inner], imports)?,
            Type::Set(inner) => self.generic("set", &[inner], imports)?,
            Type::Dict(key, value) => self.generic("dict", &[key, value], imports)?,
            Type::Tuple(elements) if elements.is_empty() => self.builtin("tuple")?,
            Type::Tuple(elements) => {
                let elements: Vec<&Type> = elements.iter().collect();
                self.generic("tuple", &elements, imports)?
            }
            Type::Tuples(inner) => match self.text(inner, imports) {
                Some(inner) if self.has_generics() => {
                    format!("{}[{inner}, ...]", self.builtin("tuple")?)
                }
                _ => self.builtin("tuple")?,
            },
            Type::Optional(inner) => {
                if !self.postponed && self.python < (3, 10) {
                    return None;
                }
                format!("{} | None", self.text(inner, imports)?)
            }
            Type::Iterator(inner) => {
                let name = self.abstract_name("Iterator", imports)?;
                match self.text(inner, imports) {
                    Some(inner) if self.has_generics() => format!("{name}[{inner}]"),
                    _ => name,
                }
            }
            Type::Callable => self.abstract_name("Callable", imports)?,
        })
    }

    fn has_generics(&self) -> bool {
        self.postponed || self.python >= (3, 9)
    }

    /// `list[int]`; `list` where the elements have no common type.
    fn generic(&self, name: &str, inner: &[&Type], imports: &mut Vec<String>) -> Option<String> {
        let name = self.builtin(name)?;
        let mut own = Vec::new();
        let inner: Option<Vec<String>> = inner
            .iter()
            .map(|type_| self.text(type_, &mut own))
            .collect();
        Some(match inner {
            Some(inner) if self.has_generics() => {
                imports.extend(own);
                format!("{name}[{}]", inner.join(", "))
            }
            _ => name,
        })
    }

    fn builtin(&self, name: &str) -> Option<String> {
        (!self.bound.contains(name)).then(|| name.to_owned())
    }

    fn name(&self, name: &str) -> Option<String> {
        let Some((module, last)) = name.rsplit_once('.') else {
            return is_builtin_name(name).then(|| self.builtin(name)).flatten();
        };
        if module == "solution" {
            // A class of the code itself.
            return self.bound.contains(last).then(|| last.to_owned());
        }
        self.imports.iter().find_map(|(bound, path)| {
            if path == name {
                return Some(bound.clone());
            }
            (path == module).then(|| format!("{bound}.{last}"))
        })
    }

    /// `Iterator`, `Callable`: as the module has it, or imported.
    fn abstract_name(&self, name: &str, imports: &mut Vec<String>) -> Option<String> {
        let known = self.imports.iter().find(|(_, path)| {
            last_of(path) == name
                && (path.starts_with("typing.") || path.starts_with("collections.abc."))
        });
        if let Some((bound, _)) = known {
            return Some(bound.clone());
        }
        if self.bound.contains(name) || self.python < (3, 9) {
            return None;
        }
        imports.push(format!("from collections.abc import {name}"));
        Some(name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(source: &str, values: &[&str]) -> String {
        let module = Module::parse(source).expect("parses");
        let names = Names::new(&module, (3, 12));
        let type_ = joined(values.iter().map(|value| type_of_text(value)));
        names
            .spell(&type_)
            .map_or_else(|| "-".to_owned(), |hint| hint.text)
    }

    #[test]
    fn types_are_joined_and_spelled() {
        let table: &[(&[&str], &str)] = &[
            (&["1", "2"], "int"),
            (&["1", "2.5"], "float"),
            (&["True", "1"], "int"),
            (&["'a'", "None"], "str | None"),
            (&["None", "[1]", "[]"], "list[int] | None"),
            (&["[1, 2.0]", "[]"], "list[float]"),
            (&["[]"], "list"),
            (&["[1, 'a']"], "list"),
            (&["[[1], [2, 3]]"], "list[list[int]]"),
            (&["{'a': 1.5}", "{}"], "dict[str, float]"),
            (&["{'a': 1, 'b': 'c'}"], "dict"),
            (&["(1, 'a')", "(2, 'b')"], "tuple[int, str]"),
            (&["(1,)", "(2, 3)"], "tuple[int, ...]"),
            (&["()"], "tuple"),
            (&["{1}", "set()"], "set[int]"),
            (&["lambda x: x", "len"], "Callable"),
            (&["float('nan')"], "float"),
            (&["-1"], "int"),
            (&["1", "'a'"], "-"),
            (&["None"], "None"),
            (&["x.y"], "-"),
            (&[], "-"),
        ];
        for (values, wanted) in table {
            assert_eq!(spelled("", values), *wanted, "{values:?}");
        }
    }

    #[test]
    fn names_are_those_of_the_module() {
        let array = ["np.array([1])"];
        assert_eq!(spelled("import numpy as np\n", &array), "np.ndarray");
        assert_eq!(spelled("import numpy\n", &array), "numpy.ndarray");
        assert_eq!(spelled("from numpy import ndarray as A\n", &array), "A");
        assert_eq!(spelled("", &array), "-");
        assert_eq!(
            spelled("import numpy as np\n", &["[np.array([1])]"]),
            "list[np.ndarray]"
        );
        assert_eq!(
            spelled(
                "import pandas as p\n",
                &["pd.DataFrame({'a': [1]})", "None"]
            ),
            "p.DataFrame | None"
        );
        assert_eq!(
            spelled(
                "from datetime import date\n",
                &["datetime.date(2020, 1, 1)"]
            ),
            "date"
        );
        // A name that the module uses for something else.
        assert_eq!(spelled("list = 3\n", &["[1]"]), "-");
        assert_eq!(spelled("def f():\n    import numpy as np\n", &array), "-");
        assert_eq!(spelled("Callable = 1\n", &["len"]), "-");
    }

    #[test]
    fn old_interpreters_get_what_they_can_read() {
        let module = Module::parse("").expect("parses");
        let text = |python, value: &str| {
            Names::new(&module, python)
                .spell(&type_of_text(value))
                .map(|hint| hint.text)
        };
        assert_eq!(text((3, 8), "[1]").as_deref(), Some("list"));
        let optional = joined([Type::None, Type::named("int")]);
        assert_eq!(Names::new(&module, (3, 9)).spell(&optional), None);
        assert!(Names::new(&module, (3, 10)).spell(&optional).is_some());
    }
}
