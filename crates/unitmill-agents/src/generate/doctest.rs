//! The examples of a docstring as expectations. An example counts only if it can be
//! checked from its text: a literal, an array of literals, an exception, or a printed
//! value.

use unitmill_python::{Doctest, Signature, doctests, undefined_names};

use crate::Environment;
use crate::syntax::{Module, expression, is_literal, span};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

/// What an example expects.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Want {
    /// An expression that rebuilds the value.
    Value(String),
    /// A float given with so many decimals.
    Rounded(String, u32),
    /// An exception of this class.
    Raises(String),
    /// What is printed, or `str` of what is returned.
    Printed(String),
    /// An array, as numpy writes it; the expression rebuilds it.
    Array(String),
}

/// One example.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Example {
    /// The statements before it.
    pub(crate) setup: String,
    /// The expression that is checked.
    pub(crate) expression: String,
    pub(crate) want: Want,
}

/// The examples of a function that can be checked.
pub(crate) fn examples(
    code: &str,
    function: &str,
    signature: &Signature,
    environment: &Environment,
) -> Vec<Example> {
    let Some(docstring) = &signature.docstring else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut setup = String::new();
    for doctest in doctests(docstring) {
        let Some(source) = cleaned(&doctest, function, environment) else {
            continue;
        };
        if source.trim().is_empty() {
            continue;
        }
        let Some(module) = Module::parse(&source) else {
            continue;
        };
        let Some((last, before)) = module.body().split_last() else {
            continue;
        };
        let before = match before.last() {
            Some(statement) => &source[..span(statement.range()).end],
            None => "",
        };
        let whole = format!("{setup}{}", with_newline(before));
        match last {
            Stmt::Expr(statement) if !doctest.want.trim().is_empty() => {
                let text = module.text(&*statement.value);
                let example =
                    wanted(&statement.value, text, &doctest, &module).map(|(expression, want)| {
                        Example {
                            setup: whole.clone(),
                            expression,
                            want,
                        }
                    });
                if let Some(example) = example
                    && is_closed(code, &example)
                    && crate::fix::mentions(&example.expression, function)
                {
                    found.push(example);
                }
                setup = whole;
            }
            // Without an expected output it may still change something.
            _ => setup.push_str(&with_newline(source.trim_end())),
        }
    }
    found
}

fn with_newline(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("{text}\n")
    }
}

/// The source of an example without imports of the function itself; none if it is to be
/// skipped or needs what the environment does not hold.
fn cleaned(doctest: &Doctest, function: &str, environment: &Environment) -> Option<String> {
    if doctest.source.contains("+SKIP") || doctest.source.contains("+ELLIPSIS") {
        return None;
    }
    let module = Module::parse(&doctest.source)?;
    let mut text = String::new();
    for statement in module.body() {
        match statement {
            Stmt::ImportFrom(import)
                if import.names.iter().all(|alias| {
                    matches!(alias.name.as_str(), "*") || alias.name.as_str() == function
                }) => {}
            Stmt::Import(import)
                if import.names.iter().any(|alias| {
                    !environment
                        .modules
                        .contains(crate::syntax::root_of(alias.name.as_str()))
                }) =>
            {
                return None;
            }
            other => {
                text.push_str(module.text(other));
                text.push('\n');
            }
        }
    }
    Some(text)
}

/// Whether every name of an example is known to the code or to the example.
fn is_closed(code: &str, example: &Example) -> bool {
    let want = match &example.want {
        Want::Value(value) => value.as_str(),
        _ => "",
    };
    let text = format!(
        "{code}\n\n{}{}\n{want}\n",
        example.setup, example.expression
    );
    let known = |text: &str| -> Option<Vec<String>> {
        match undefined_names(text) {
            Ok(names) => Some(names.into_iter().map(|undefined| undefined.name).collect()),
            Err(_) => None,
        }
    };
    match (known(code), known(&text)) {
        (Some(before), Some(after)) => after.iter().all(|name| before.contains(name)),
        _ => false,
    }
}

/// What an example expects of which expression.
fn wanted(
    tree: &Expr,
    text: &str,
    doctest: &Doctest,
    module: &Module<'_>,
) -> Option<(String, Want)> {
    let want = doctest.want.trim_end_matches('\n');
    let own = text.to_owned();
    if want.starts_with("Traceback (most recent call last)")
        || want.starts_with("Traceback (innermost last)")
    {
        let last = want
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty() && !line.starts_with(' '))?;
        let class = last.split(':').next()?.trim();
        let class = crate::syntax::last_of(class);
        let is_name = !class.is_empty()
            && class.chars().all(|c| c.is_alphanumeric() || c == '_')
            && class.chars().next().is_some_and(char::is_uppercase);
        return is_name.then(|| (own, Want::Raises(class.to_owned())));
    }
    // `print(f(x))` expects what `str(f(x))` gives.
    if let Expr::Call(call) = tree
        && matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "print")
    {
        let [argument] = &*call.arguments.args else {
            return None;
        };
        let usable = call.arguments.keywords.is_empty() && !want.contains("<BLANKLINE>");
        return usable.then(|| {
            (
                format!("str({})", module.text(argument)),
                Want::Printed(want.to_owned()),
            )
        });
    }
    if want.contains("...") || want.contains(" at 0x") || want.contains("<BLANKLINE>") {
        return None;
    }
    let joined = want.lines().map(str::trim).collect::<Vec<_>>().join(" ");
    if let Some(tree) = expression(&joined) {
        if is_literal(&tree) {
            return Some((own, scalar(&tree, &joined)));
        }
        if let Some(array) = array(&tree, &joined) {
            return Some((own, Want::Array(array)));
        }
        // `Decimal('1.50')`, `Point(x=1, y=2)`: whether the names are known is seen later.
        if is_plain(&tree) {
            return Some((own, Want::Value(joined)));
        }
    }
    None
}

/// A literal, or a constructor of literals.
fn is_plain(tree: &Expr) -> bool {
    match tree {
        Expr::Call(call) => {
            let mut keywords = call.arguments.keywords.iter();
            call.arguments.args.iter().all(is_plain)
                && keywords.all(|keyword| is_plain(&keyword.value))
        }
        Expr::Dict(dict) => dict
            .items
            .iter()
            .all(|item| item.key.as_ref().is_some_and(is_plain) && is_plain(&item.value)),
        Expr::List(list) => list.elts.iter().all(is_plain),
        Expr::Tuple(tuple) => tuple.elts.iter().all(is_plain),
        other => is_literal(other),
    }
}

/// A literal; a float with few decimals is remembered with their number.
fn scalar(tree: &Expr, text: &str) -> Want {
    let number = text.trim_start_matches('-');
    let decimals = number.split_once('.').map(|(_, decimals)| decimals);
    match (tree, decimals) {
        (Expr::NumberLiteral(_) | Expr::UnaryOp(_), Some(decimals))
            if decimals.chars().all(|c| c.is_ascii_digit()) && decimals.len() <= 6 =>
        {
            Want::Rounded(text.to_owned(), u32::try_from(decimals.len()).unwrap_or(0))
        }
        _ => Want::Value(text.to_owned()),
    }
}

/// `array([1, 2])` as an expression with `np`.
fn array(tree: &Expr, text: &str) -> Option<String> {
    let Expr::Call(call) = tree else {
        return None;
    };
    let Expr::Name(name) = &*call.func else {
        return None;
    };
    let simple = name.id.as_str() == "array"
        && call.arguments.keywords.is_empty()
        && matches!(&*call.arguments.args, [Expr::List(list)] if list.elts.iter().all(is_literal));
    simple.then(|| format!("np.{text}"))
}
