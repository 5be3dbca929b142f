//! The offline refiner: a docstring with executed examples and type hints, from what was
//! observed. Never touches the body, and never what is already there.

use std::collections::BTreeSet;

use ruff_python_ast::{Expr, Number, Stmt};
use ruff_text_size::Ranged;
use unitmill_model::ObservedValue;

use crate::generate::{Evidence, Seen};
use crate::syntax::{Edit, Module, apply, expression, span};

/// At most this many examples.
const MOST_EXAMPLES: usize = 2;
/// Longer results make no example.
const LONGEST_EXAMPLE: usize = 200;

/// The code with hints and docstring added; none if there is nothing to add.
pub(crate) fn refine(code: &str, function: &str, evidence: &Evidence) -> Option<String> {
    let module = Module::parse(code)?;
    let definition = module.function(function)?;
    let first = definition.body.first()?;
    let has_docstring = matches!(first, Stmt::Expr(statement)
        if statement.value.is_string_literal_expr());
    let names = Names::new(&module);
    let mut edits = Vec::new();
    let mut parameters: Vec<(String, Option<String>)> = Vec::new();

    for parameter in definition.parameters.iter_non_variadic_params() {
        let name = parameter.name().to_string();
        let annotation = parameter
            .parameter
            .annotation()
            .map(|tree| module.text(tree));
        let seen = names.spell(argument_types(evidence, &name));
        if annotation.is_none()
            && let Some(hint) = &seen
            && is_safe_hint(hint, parameter.default())
        {
            let at = span(parameter.parameter.name.range()).end;
            // `x=1` becomes `x: int = 1`.
            match parameter.default() {
                Some(default) => edits.push(Edit {
                    range: at..span(default.range()).start,
                    text: format!(": {hint} = "),
                }),
                None => edits.push(Edit::insert(at, format!(": {hint}"))),
            }
        }
        parameters.push((name, annotation.map(str::to_owned).or(seen)));
    }
    let returned = names.spell(returned_types(evidence));
    let unrolled = evidence.returned.iter().any(|seen| seen.unrolled);
    if definition.returns.is_none()
        && !unrolled
        && let Some(hint) = &returned
    {
        let at = span(definition.parameters.range()).end;
        edits.push(Edit::insert(at, format!(" -> {hint}")));
    }
    let source = module.source();
    let starts_line = {
        let start = span(first.range()).start;
        let line = source[..start].rfind('\n').map_or(0, |at| at + 1);
        source[line..start]
            .trim()
            .is_empty()
            .then(|| source[line..start].to_owned())
    };
    if !has_docstring
        && let Some(indent) = starts_line
        && !indent.is_empty()
    {
        let returns = definition
            .returns
            .as_deref()
            .map(|tree| module.text(tree).to_owned())
            .or(returned.filter(|_| !unrolled));
        let docstring = docstring(function, &parameters, returns.as_deref(), evidence, &indent);
        let start = span(first.range()).start - indent.len();
        // Comments between signature and body stay above the docstring.
        edits.push(Edit::insert(start, docstring));
    }
    let refined = apply(code, edits);
    (refined != code && Module::parse(&refined).is_some()).then_some(refined)
}

/// The types of a parameter's arguments in all calls that returned.
fn argument_types(evidence: &Evidence, parameter: &str) -> BTreeSet<String> {
    evidence
        .returned
        .iter()
        .filter_map(|seen| {
            let (_, text) = seen
                .call
                .arguments
                .iter()
                .find(|(name, _)| name == parameter)?;
            Some(type_of(text))
        })
        .collect()
}

fn returned_types(evidence: &Evidence) -> BTreeSet<String> {
    evidence
        .returned
        .iter()
        .map(|seen| seen.value.type_name.clone())
        .collect()
}

/// The type of a literal, or of a call of a constructor; `?` where it does not show.
fn type_of(text: &str) -> String {
    let Some(tree) = expression(text) else {
        return "?".to_owned();
    };
    match &tree {
        Expr::StringLiteral(_) => "str",
        Expr::BytesLiteral(_) => "bytes",
        Expr::BooleanLiteral(_) => "bool",
        Expr::NoneLiteral(_) => "NoneType",
        Expr::List(_) => "list",
        Expr::Tuple(_) => "tuple",
        Expr::Dict(_) => "dict",
        Expr::Set(_) => "set",
        Expr::NumberLiteral(number) => number_type(&number.value),
        Expr::UnaryOp(unary) => match &*unary.operand {
            Expr::NumberLiteral(number) => number_type(&number.value),
            _ => "?",
        },
        Expr::Call(call) => match crate::syntax::dotted(&call.func).as_deref() {
            Some("np.array" | "np.eye") => "numpy.ndarray",
            Some("pd.DataFrame") => "pandas.DataFrame",
            Some("pd.Series") => "pandas.Series",
            Some("set") => "set",
            _ => "?",
        },
        _ => "?",
    }
    .to_owned()
}

fn number_type(number: &Number) -> &'static str {
    match number {
        Number::Int(_) => "int",
        Number::Float(_) => "float",
        Number::Complex { .. } => "complex",
    }
}

/// A hint must agree with the default.
fn is_safe_hint(hint: &str, default: Option<&Expr>) -> bool {
    match default {
        None => true,
        Some(Expr::NoneLiteral(_)) => hint.ends_with("None"),
        Some(Expr::BooleanLiteral(_)) => hint == "bool",
        Some(Expr::StringLiteral(_)) => hint == "str",
        Some(Expr::NumberLiteral(number)) => {
            hint == number_type(&number.value)
                || (hint == "float" && matches!(number.value, Number::Int(_)))
        }
        Some(_) => false,
    }
}

/// How types can be spelled in a module.
struct Names {
    numpy: bool,
    pandas: bool,
    /// Builtin types that the module binds otherwise.
    taken: BTreeSet<String>,
}

impl Names {
    fn new(module: &Module<'_>) -> Self {
        let bound = module.bound_names();
        let is = |name: &str, path: &str| {
            bound
                .get(name)
                .is_some_and(|bound| bound.as_deref() == Some(path))
        };
        Self {
            numpy: is("np", "numpy"),
            pandas: is("pd", "pandas"),
            taken: bound.into_keys().collect(),
        }
    }

    /// One hint for all the types seen; none if they do not agree.
    fn spell(&self, mut types: BTreeSet<String>) -> Option<String> {
        // `int` stands for `float` wherever both occur.
        if types.contains("float") {
            types.remove("int");
        }
        let optional = types.remove("NoneType");
        let mut types = types.into_iter();
        let (one, None) = (types.next()?, types.next()) else {
            return None;
        };
        let spelled = match one.as_str() {
            "int" | "float" | "str" | "bool" | "bytes" | "list" | "tuple" | "dict" | "set"
            | "complex" | "frozenset"
                if !self.taken.contains(&one) =>
            {
                one
            }
            "numpy.ndarray" if self.numpy => "np.ndarray".to_owned(),
            "pandas.DataFrame" | "pandas.core.frame.DataFrame" if self.pandas => {
                "pd.DataFrame".to_owned()
            }
            "pandas.Series" | "pandas.core.series.Series" if self.pandas => "pd.Series".to_owned(),
            _ => return None,
        };
        Some(if optional {
            format!("{spelled} | None")
        } else {
            spelled
        })
    }
}

/// The docstring, indented, ending in a newline.
fn docstring(
    function: &str,
    parameters: &[(String, Option<String>)],
    returns: Option<&str>,
    evidence: &Evidence,
    indent: &str,
) -> String {
    let mut lines = vec![format!("{}.", title(function))];
    let mut section = |heading: &str, body: Vec<String>| {
        if !body.is_empty() {
            lines.push(String::new());
            lines.push(format!("{heading}:"));
            lines.extend(body.into_iter().map(|line| format!("    {line}")));
        }
    };
    section(
        "Parameters",
        parameters
            .iter()
            .filter_map(|(name, hint)| Some(format!("{name} ({})", hint.as_ref()?)))
            .collect(),
    );
    section("Returns", returns.map(str::to_owned).into_iter().collect());
    section(
        "Raises",
        evidence
            .raised
            .iter()
            .take(2)
            .map(|(call, exception)| format!("{exception}: for example for `{}`", one_line(call)))
            .filter(|line| line.len() < LONGEST_EXAMPLE)
            .collect(),
    );
    section("Examples", examples(evidence));
    let escaped: Vec<String> = lines
        .iter()
        .map(|line| line.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\""))
        .collect();
    let mut text = String::new();
    if let [only] = escaped.as_slice() {
        return format!("{indent}\"\"\"{only}\"\"\"\n");
    }
    for (index, line) in escaped.iter().enumerate() {
        match (index, line.is_empty()) {
            (0, _) => text.push_str(&format!("{indent}\"\"\"{line}\n")),
            (_, true) => text.push('\n'),
            (_, false) => text.push_str(&format!("{indent}{line}\n")),
        }
    }
    text.push_str(&format!("{indent}\"\"\"\n"));
    text
}

/// `parse_header_line` as `Parse header line`.
fn title(function: &str) -> String {
    let mut words = String::new();
    let mut previous_lower = false;
    for character in function.trim_matches('_').chars() {
        if character == '_' {
            words.push(' ');
            previous_lower = false;
            continue;
        }
        if character.is_uppercase() && previous_lower {
            words.push(' ');
            words.extend(character.to_lowercase());
        } else {
            words.push(character);
        }
        previous_lower = character.is_lowercase();
    }
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => function.to_owned(),
    }
}

/// A call with its arguments in place.
fn one_line(call: &crate::generate::Call) -> String {
    let mut text = call.expression.clone();
    if let Some(tree) = expression(&text)
        && let Expr::Call(parsed) = &tree
    {
        let edits = parsed
            .arguments
            .args
            .iter()
            .filter_map(|argument| {
                let Expr::Name(name) = argument else {
                    return None;
                };
                let (_, value) = call
                    .bindings
                    .iter()
                    .find(|(bound, _)| *bound == name.id.as_str())?;
                Some(Edit::replace(argument, value.clone()))
            })
            .collect();
        text = apply(&text.clone(), edits);
    }
    text
}

/// Examples in doctest form, from the calls that the tests assert.
fn examples(evidence: &Evidence) -> Vec<String> {
    let mut lines = Vec::new();
    let mut count = 0;
    for seen in &evidence.returned {
        if count >= MOST_EXAMPLES || !is_presentable(seen) {
            continue;
        }
        let call = one_line(&seen.call);
        let result = &seen.value.repr;
        if call.len() + result.len() > LONGEST_EXAMPLE {
            continue;
        }
        lines.push(format!(">>> {call}"));
        lines.push(result.clone());
        count += 1;
    }
    lines
}

/// Whether a call and its result read well and hold in every interpreter.
fn is_presentable(seen: &Seen) -> bool {
    let ObservedValue {
        repr, type_name, ..
    } = &seen.value;
    seen.chosen
        && !seen.unrolled
        && seen.call.setup.is_empty()
        && seen.call.needs.is_empty()
        && !repr.is_empty()
        && !repr.contains('\n')
        && !repr.contains("...")
        && !repr.contains(" at 0x")
        && !matches!(type_name.as_str(), "set" | "frozenset")
}
