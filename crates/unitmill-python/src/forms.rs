//! Expressions that mean something by their form alone, whatever their names are bound to.
//! Never resolves a name.

use ruff_python_ast::Expr;

/// The name that a chain of attributes and subscripts starts at.
pub(crate) fn root_name(expression: &Expr) -> Option<&str> {
    let mut expression = expression;
    loop {
        expression = match expression {
            Expr::Subscript(subscript) => &subscript.value,
            Expr::Attribute(attribute) => &attribute.value,
            Expr::Name(name) => return Some(name.id.as_str()),
            _ => return None,
        };
    }
}

/// Whether an `except` clause names an error for which `wanted` holds.
pub(crate) fn names_error(handled: &Expr, wanted: fn(&str) -> bool) -> bool {
    match handled {
        Expr::Name(name) => wanted(name.id.as_str()),
        Expr::Tuple(tuple) => tuple.elts.iter().any(|item| names_error(item, wanted)),
        _ => false,
    }
}

pub(crate) fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        _ => None,
    }
}

/// What is subscripted with types wherever it stands, so that strings in it name types.
pub(crate) fn is_typing_form(expression: &Expr) -> bool {
    last_name(expression).is_some_and(|name| {
        matches!(
            name,
            "Annotated"
                | "AsyncGenerator"
                | "AsyncIterable"
                | "AsyncIterator"
                | "Awaitable"
                | "Callable"
                | "ClassVar"
                | "Collection"
                | "Coroutine"
                | "Dict"
                | "Final"
                | "FrozenSet"
                | "Generator"
                | "Generic"
                | "Iterable"
                | "Iterator"
                | "List"
                | "Mapping"
                | "MutableMapping"
                | "MutableSequence"
                | "Optional"
                | "Protocol"
                | "Sequence"
                | "Set"
                | "Tuple"
                | "Type"
                | "Union"
        )
    })
}

/// A call that has no effect but a message, a setting of messages, or the end of it all.
pub(crate) fn only_says(expression: &Expr) -> bool {
    let Expr::Call(call) = expression else {
        return false;
    };
    match &*call.func {
        Expr::Name(name) => matches!(name.id.as_str(), "print" | "exit" | "quit"),
        Expr::Attribute(attribute) => match (&*attribute.value, attribute.attr.as_str()) {
            (Expr::Name(module), called) => matches!(
                (module.id.as_str(), called),
                ("sys", "exit")
                    | ("warnings", "warn" | "filterwarnings" | "simplefilter")
                    | (
                        "logging" | "logger" | "log" | "LOG" | "LOGGER" | "_logger",
                        "basicConfig"
                            | "debug"
                            | "info"
                            | "warning"
                            | "warn"
                            | "error"
                            | "exception"
                            | "critical"
                    )
            ),
            (Expr::Attribute(inner), "write") => {
                matches!(inner.attr.as_str(), "stdout" | "stderr")
                    && matches!(&*inner.value, Expr::Name(name) if name.id.as_str() == "sys")
            }
            _ => false,
        },
        _ => false,
    }
}

/// The test of `if TYPE_CHECKING:`.
pub(crate) fn is_type_checking(test: &Expr) -> bool {
    match test {
        Expr::Name(name) => name.id.as_str() == "TYPE_CHECKING",
        Expr::Attribute(attribute) => attribute.attr.as_str() == "TYPE_CHECKING",
        _ => false,
    }
}
