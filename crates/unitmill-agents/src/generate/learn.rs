//! What the message of an exception says about the values that would have done. Guesses
//! only; a run tells.

use super::kinds::{Kind, kind_of_attribute};
use super::ladder::Libraries;
use super::typed::{of_predicate, of_type, with_attribute};
use super::values::Value;
use crate::syntax::quote;

/// At most this many words are taken out of a message.
const MOST_WORDS: usize = 8;

/// Values that a message asks for, the most likely first.
pub(super) fn from_message(message: &str) -> Vec<Value> {
    let mut found: Vec<Value> = Vec::new();
    let lower = message.to_lowercase();
    if let Some(rest) = message.split("has no attribute '").nth(1)
        && let Some(attribute) = rest.split('\'').next()
    {
        found.extend(with_attribute(attribute));
        if found.is_empty() && kind_of_attribute(attribute).is_none() {
            found.extend(of_type("Series"));
            found.extend(of_type("DatetimeIndex"));
        }
    }
    let said: &[(&str, &[&str])] = &[
        ("dataframe", &["DataFrame"]),
        ("datetimeindex", &["DatetimeIndex"]),
        ("datetime", &["DatetimeIndex", "datetime"]),
        ("timedelta", &["timedelta"]),
        ("multiindex", &["MultiIndex"]),
        ("series", &["Series"]),
        ("categorical", &["Categorical"]),
        ("sparse", &["csr_matrix"]),
        ("estimator", &["BaseEstimator"]),
        ("callable", &["Callable"]),
        ("not iterable", &["list", "str"]),
        ("has no len()", &["list", "str"]),
        ("not subscriptable", &["list", "dict", "ndarray"]),
        ("list-like", &["list"]),
        ("dict", &["dict"]),
        ("mapping", &["dict"]),
        ("tuple", &["tuple"]),
        ("list", &["list"]),
        ("boolean", &["bool"]),
        ("bool", &["bool"]),
        ("string", &["str"]),
        ("str", &["str"]),
        ("bytes", &["bytes"]),
        ("integer", &["int"]),
        ("int", &["int"]),
        ("float", &["float"]),
        ("real number", &["float"]),
        ("index", &["Index"]),
        ("array", &["ndarray"]),
        ("iterator", &["Iterator"]),
        ("slice", &["slice"]),
        ("type", &["type"]),
    ];
    for (word, types) in said {
        if lower.contains(word) {
            for name in *types {
                found.extend(of_type(name));
            }
        }
    }
    if lower.contains("nan") {
        found.extend(of_predicate("isnan", false));
    }
    let words = quoted(message);
    found.extend(words.iter().map(|word| Value::plain(quote(word))));
    for word in &words {
        found.push(Value::mutable(format!("{{{}: 1}}", quote(word))));
    }
    let mut unique: Vec<Value> = Vec::new();
    for value in found {
        if !unique.contains(&value) {
            unique.push(value);
        }
    }
    unique
}

/// The words that a message has in quotes.
fn quoted(message: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for mark in ['\'', '"', '`'] {
        for (index, piece) in message.split(mark).enumerate() {
            let is_inside = index % 2 == 1;
            if is_inside
                && (1..=30).contains(&piece.len())
                && piece
                    .chars()
                    .all(|c| c.is_alphanumeric() || "_-. ".contains(c))
                && !words.iter().any(|word| word == piece)
            {
                words.push(piece.to_owned());
            }
        }
    }
    words.truncate(MOST_WORDS);
    words
}

/// Whether a value can be made where the code runs.
pub(super) fn is_at_hand(value: &Value, libraries: Libraries) -> bool {
    let text = format!("{}\n{}", value.setup, value.text);
    let wants = |name: &str| text.contains(name) || value.needs == Some(name);
    (libraries.numpy || !(wants("numpy") || text.contains("np.")))
        && (libraries.pandas || !(wants("pandas") || text.contains("pd.")))
        && (libraries.scipy || !wants("scipy"))
        && (libraries.sklearn || !wants("sklearn"))
}

/// The kind that an error message asks for in place of `current`; none if it says nothing
/// about it.
pub(super) fn wanted_kind(message: &str, current: &Kind) -> Option<Kind> {
    let own = current.type_name();
    let names_own = message.contains(&format!("'{own}'"))
        || message.contains(&format!("not {own}"))
        || message.contains(&format!("got {own}"));
    // `'int' object has no attribute 'split'`.
    if let Some((subject, rest)) = message
        .split_once("object has no attribute '")
        .and_then(|(head, rest)| Some((head.trim().trim_matches('\''), rest.split('\'').next()?)))
    {
        if let Kind::List(element) = current
            && subject.ends_with(element.type_name())
        {
            return kind_of_attribute(rest).map(Kind::list);
        }
        return subject
            .ends_with(own)
            .then(|| kind_of_attribute(rest))
            .flatten();
    }
    let element_is =
        |name: &str| matches!(current, Kind::List(element) if element.type_name() == name);
    if message.contains("expected str instance, int found") && element_is("int") {
        return Some(Kind::list(Kind::Text));
    }
    if message.contains("object is not iterable")
        || message.contains("has no len()")
        || message.contains("object is not subscriptable")
    {
        if names_own && !matches!(current, Kind::List(_)) {
            return Some(Kind::list(Kind::Integer));
        }
        if let Kind::List(element) = current
            && message.contains(&format!("'{}' object", element.type_name()))
        {
            return Some(Kind::list(Kind::list(Kind::Integer)));
        }
        return None;
    }
    if message.contains("object is not callable") && names_own {
        return Some(Kind::Function(1));
    }
    if message.contains("string indices must be integers") && *current == Kind::Text {
        return Some(Kind::Mapping);
    }
    if message.contains("list indices must be integers") && message.contains("not str") {
        return matches!(current, Kind::List(_)).then_some(Kind::Mapping);
    }
    if (message.contains("must be real number") || message.contains("bad operand type"))
        && names_own
    {
        return Some(Kind::Float);
    }
    if message.contains("cannot be interpreted as an integer") && names_own
        || message.contains("must be an integer") && *current != Kind::Integer
    {
        return Some(Kind::Integer);
    }
    if (message.contains("expected string or bytes-like object")
        || message.contains("must be str")
        || message.contains("expected str, bytes or os.PathLike")
        || message.contains("JSON object must be str"))
        && *current != Kind::Text
        && (names_own || !message.contains('\''))
    {
        return Some(Kind::Text);
    }
    if (message.contains("a bytes-like object is required")
        || message.contains("must be encoded before hashing"))
        && *current == Kind::Text
    {
        return Some(Kind::Bytes);
    }
    // `unsupported operand type(s) for +: 'int' and 'str'`.
    if message.contains("unsupported operand type") || message.contains("not supported between") {
        if matches!(current, Kind::Text | Kind::List(_) | Kind::Mapping) && names_own {
            return Some(if message.contains("ndarray") {
                Kind::Array
            } else {
                Kind::Integer
            });
        }
        if element_is("str") && message.contains("'str'") {
            return Some(Kind::list(Kind::Integer));
        }
        if element_is("int") && message.contains("'int' and 'str'") {
            return Some(Kind::list(Kind::Text));
        }
    }
    if message.contains("Expected 2D array") && *current == Kind::Array {
        return Some(Kind::Matrix);
    }
    None
}
