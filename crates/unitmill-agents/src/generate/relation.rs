//! What a condition asks of a value, and values that answer it: numbers, texts, containers of
//! a length, arrays of a shape, files of a content. Knows nothing of the function.

use ruff_python_ast::Expr;

use super::typed::{of_predicate, of_type};
use super::values::{Value, file};
use crate::syntax::{expression, quote};

/// What is asked of a value.
#[derive(Clone, Debug)]
pub(super) enum Relation {
    True,
    False,
    Absent,
    Present,
    /// One of these expressions.
    OneOf(Vec<String>),
    /// None of these.
    NoneOf(Vec<String>),
    /// This number, if it is a number.
    Number(i64),
    /// Of a type of this name.
    Type(String),
    /// Of none of these types.
    OtherType(Vec<String>),
    /// It holds this expression.
    Holds(String),
    /// These values as they are.
    Values(Vec<Value>),
}

pub(super) fn texts(texts: &[&str]) -> Relation {
    Relation::OneOf(texts.iter().map(|text| quote(text)).collect())
}

/// Values that stand in a relation.
pub(super) fn values(relation: &Relation) -> Vec<Value> {
    let plain = |texts: &[&str]| texts.iter().map(|text| Value::plain(*text)).collect();
    match relation {
        Relation::True => {
            let mut found: Vec<Value> = plain(&["True", "1", "\"abc\""]);
            found.push(Value::mutable("[1, 2]"));
            found
        }
        Relation::False => {
            let mut found: Vec<Value> = plain(&["False", "0", "\"\"", "None"]);
            found.push(Value::mutable("[]"));
            found
        }
        Relation::Absent => plain(&["None"]),
        Relation::Present => plain(&["3", "\"abc\"", "True", "0.5"]),
        Relation::OneOf(texts) => texts.iter().take(6).map(Value::plain).collect(),
        Relation::NoneOf(texts) => {
            let is_text = texts.iter().any(|text| text.starts_with(['"', '\'']));
            if is_text {
                plain(&["\"other\"", "None"])
            } else {
                plain(&["97", "\"other\"", "None"])
            }
        }
        Relation::Number(number) => vec![Value::plain(number.to_string())],
        Relation::Type(name) => of_type(name),
        Relation::OtherType(names) => ["3", "\"abc\"", "None", "[3, 1, 2]", "2.5"]
            .iter()
            .filter(|text| {
                let own: &[&str] = match text.chars().next() {
                    Some('3') => &["int", "Integral", "Number", "Real"],
                    Some('"') => &["str", "Iterable", "Sequence"],
                    Some('[') => &["list", "Iterable", "Sequence"],
                    Some('2') => &["float", "Number", "Real"],
                    _ => &["NoneType"],
                };
                !names.iter().any(|name| own.contains(&name.as_str()))
            })
            .map(|text| match text.starts_with('[') {
                true => Value::mutable(*text),
                false => Value::plain(*text),
            })
            .collect(),
        Relation::Holds(text) => {
            let mut found = Vec::new();
            if let Some(inner) = text
                .strip_prefix(['"', '\''])
                .and_then(|rest| rest.strip_suffix(['"', '\'']))
            {
                found.push(Value::plain(quote(&format!("a{inner}b"))));
            }
            found.push(Value::mutable(format!("{{{text}: 1}}")));
            found.push(Value::mutable(format!("[{text}]")));
            found
        }
        Relation::Values(values) => values.clone(),
    }
}

/// Files that hold what is asked of their text or of one of their lines.
pub(super) fn of_content(wanted: &[Value]) -> Vec<Value> {
    wanted
        .iter()
        .filter_map(|value| content(&value.text))
        .filter(|text| !text.is_empty())
        .map(|text| file("sample.txt", &format!("{text}\n")))
        .collect()
}

/// The text that something read from a file is made of; what is in lists is in its lines.
fn content(source: &str) -> Option<String> {
    match expression(source)? {
        Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
        Expr::List(list) if list.elts.len() == 1 => {
            content(source.strip_prefix('[')?.strip_suffix(']')?)
        }
        // What a reader of JSON makes a mapping of.
        Expr::Dict(_) => serde_json::from_str::<serde_json::Value>(source)
            .is_ok()
            .then(|| source.to_owned()),
        _ => None,
    }
}

pub(super) fn inside_list(value: Value) -> Value {
    Value {
        text: format!("[{}]", value.text),
        is_mutable: true,
        ..value
    }
}

pub(super) fn inside_mapping(key: &str, value: Value) -> Value {
    Value {
        text: format!("{{{}: {}}}", quote(key), value.text),
        is_mutable: true,
        ..value
    }
}

/// Containers of a length.
pub(super) fn of_length(length: i64) -> Vec<Value> {
    let Ok(length) = usize::try_from(length.clamp(0, 60)) else {
        return Vec::new();
    };
    let numbers: Vec<String> = (1..=length).map(|number| number.to_string()).collect();
    let text: String = "abcdefghij".chars().cycle().take(length).collect();
    let mut found = vec![
        Value::mutable(format!("[{}]", numbers.join(", "))),
        Value::plain(quote(&text)),
    ];
    found.push(Value::of(
        "numpy",
        match length {
            0 => "np.array([])".to_owned(),
            _ => format!("np.arange({length}.0)"),
        },
    ));
    found
}

/// Arrays with so many rows (axis 0) or columns.
pub(super) fn of_shape(axis: i64, length: i64) -> Vec<Value> {
    let length = length.clamp(0, 30);
    let shapes = match axis {
        0 => vec![format!("{length}, 2"), format!("{length}")],
        1 | -1 => vec![format!("3, {length}")],
        _ => vec![format!("2, 3, {length}")],
    };
    shapes
        .into_iter()
        .map(|shape| {
            let size = shape
                .split(", ")
                .filter_map(|part| part.parse::<i64>().ok())
                .product::<i64>();
            Value::of("numpy", format!("np.arange({size}.0).reshape({shape})"))
        })
        .collect()
}

/// Values whose attribute stands in a relation.
pub(super) fn of_attribute(name: &str, relation: &Relation) -> Vec<Value> {
    let arrays = |texts: &[&str]| -> Vec<Value> {
        texts.iter().map(|text| Value::of("numpy", *text)).collect()
    };
    match (name, relation) {
        ("ndim", Relation::Number(0)) => arrays(&["np.array(2.5)"]),
        ("ndim", Relation::Number(1)) => arrays(&["np.array([1.0, 2.0, 3.0, 4.0])"]),
        ("ndim", Relation::Number(2)) => {
            arrays(&["np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])"])
        }
        ("ndim", Relation::Number(_)) => arrays(&["np.arange(8.0).reshape(2, 2, 2)"]),
        ("size", Relation::Number(number)) => of_length(*number),
        ("empty", Relation::True) => vec![Value::of("pandas", "pd.DataFrame({\"a\": []})")],
        ("kind", Relation::OneOf(kinds)) => kinds
            .iter()
            .flat_map(|kind| {
                of_predicate(&format!("kind {}", kind.trim_matches(['"', '\''])), true)
            })
            .collect(),
        // `x.dtype.kind`, `x.index.name`: whatever has the last one.
        ("dtype" | "dtypes", Relation::Values(values)) => values.clone(),
        ("dtype", Relation::OneOf(names)) => names
            .iter()
            .map(|name| Value::of("numpy", format!("np.array([1, 2, 3], dtype={name})")))
            .collect(),
        ("columns" | "index", Relation::Holds(key)) => vec![Value::of(
            "pandas",
            format!("pd.DataFrame({{{key}: [1, 2, 3], \"other\": [2.5, 0.5, 1.5]}})"),
        )],
        ("index", Relation::Type(name)) => of_type(name)
            .into_iter()
            .map(|value| Value {
                text: format!(
                    "pd.Series(range(len({})), index={})",
                    value.text, value.text
                ),
                ..value
            })
            .collect(),
        _ => Vec::new(),
    }
}
