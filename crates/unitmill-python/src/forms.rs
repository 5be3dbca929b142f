//! Expressions that mean something by their form alone, whatever their names are bound to.
//! Never resolves a name.

use ruff_python_ast::{CmpOp, Expr, Stmt, UnaryOp};

/// Whether a statement is nothing but a string: a docstring, where it comes first.
pub(crate) fn is_text(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(statement) if statement.value.is_string_literal_expr())
}

/// A body without its docstring.
pub(crate) fn without_docstring(body: &[Stmt]) -> &[Stmt] {
    match body.split_first() {
        Some((first, rest)) if is_text(first) => rest,
        _ => body,
    }
}

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

/// Whether a condition at module level raises where the program runs, which is Linux.
pub(crate) fn fails_on_this_platform(statement: &Stmt) -> bool {
    let Stmt::If(condition) = statement else {
        return false;
    };
    let clauses = condition
        .elif_else_clauses
        .iter()
        .map(|clause| (clause.test.as_ref(), &clause.body));
    for (test, body) in [(Some(&*condition.test), &condition.body)]
        .into_iter()
        .chain(clauses)
    {
        match test.map_or(Some(true), holds_on_this_platform) {
            Some(true) => return body.iter().any(Stmt::is_raise_stmt),
            Some(false) => {}
            None => return false,
        }
    }
    false
}

/// What a test of the platform comes to on Linux; none if it is another test.
fn holds_on_this_platform(test: &Expr) -> Option<bool> {
    let platform = |expression: &Expr| match expression {
        Expr::Attribute(attribute) => match (&*attribute.value, attribute.attr.as_str()) {
            (Expr::Name(module), "platform") if module.id.as_str() == "sys" => Some("linux"),
            (Expr::Name(module), "name") if module.id.as_str() == "os" => Some("posix"),
            _ => None,
        },
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(attribute)
                if attribute.attr.as_str() == "system"
                    && attribute.value.as_name_expr()?.id.as_str() == "platform" =>
            {
                Some("Linux")
            }
            _ => None,
        },
        _ => None,
    };
    match test {
        Expr::UnaryOp(not) if not.op == UnaryOp::Not => {
            holds_on_this_platform(&not.operand).map(|holds| !holds)
        }
        Expr::Compare(compare) => {
            let ([operator], [right]) = (&*compare.ops, &*compare.comparators) else {
                return None;
            };
            let is_same =
                platform(&compare.left)? == right.as_string_literal_expr()?.value.to_str();
            match operator {
                CmpOp::Eq => Some(is_same),
                CmpOp::NotEq => Some(!is_same),
                _ => None,
            }
        }
        Expr::Call(call) => {
            let method = call.func.as_attribute_expr()?;
            let start = call.arguments.args.first()?.as_string_literal_expr()?;
            let name = platform(&method.value)?;
            (method.attr.as_str() == "startswith").then(|| name.starts_with(start.value.to_str()))
        }
        _ => None,
    }
}
