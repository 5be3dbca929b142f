//! From a model's answer to code. Decides only whether an answer can be used, never
//! whether it is right. What in an answer may be code is found in `sources`; here it is
//! held against what was asked for.

mod diff;
mod kept;
mod sources;
mod wrong_tests;

use std::collections::BTreeSet;

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;
use unitmill_model::{FinishReason, ModelAnswer};
use unitmill_python::{enumerate_tests, import_roots, parse_check, signature, split_function};

use crate::Environment;
use crate::syntax::{Edit, Module, add_imports, apply, line_end, span};

pub(crate) use wrong_tests::wrong_tests;

/// Why nothing could be made of an answer.
fn nothing_found(answer: &ModelAnswer) -> String {
    if answer.text.trim().is_empty() {
        "the answer is empty".to_owned()
    } else if answer.finish_reason == FinishReason::Length {
        "the answer was cut off at the token limit before its code began".to_owned()
    } else {
        "the answer holds no code".to_owned()
    }
}

/// The best of several reasons: the first one, with the truncation said.
fn refusal(answer: &ModelAnswer, reasons: Vec<String>) -> String {
    match reasons.into_iter().next() {
        None => nothing_found(answer),
        Some(reason) if answer.finish_reason == FinishReason::Length => {
            format!("the answer was cut off at the token limit: {reason}")
        }
        Some(reason) => reason,
    }
}

/// The test suite of an answer, ready to be put below the code.
///
/// # Errors
///
/// Why the answer cannot be used, for the attempt's row.
pub(crate) fn tests(
    answer: &ModelAnswer,
    function: &str,
    code: &str,
    environment: &Environment,
) -> Result<String, String> {
    let mut reasons = Vec::new();
    let tiers = sources::tiers(answer, "");
    for sources in &tiers {
        let read = sources
            .iter()
            .map(|source| clean_tests(source, function, code, environment));
        if let Some(text) = richest(read, &mut reasons) {
            return Ok(text);
        }
    }
    if answer.finish_reason == FinishReason::Length {
        // The tests that were finished are paid for, and stand for themselves.
        let whole = tiers.iter().flatten().filter_map(|source| {
            let whole = sources::whole_methods(source)?;
            Some(clean_tests(&whole, function, code, environment))
        });
        if let Some(text) = richest(whole, &mut Vec::new()) {
            return Ok(text);
        }
    }
    Err(refusal(answer, reasons))
}

/// The suite with the most tests, the first of several; why the others cannot be used.
fn richest(
    read: impl Iterator<Item = Result<(usize, String), String>>,
    reasons: &mut Vec<String>,
) -> Option<String> {
    let mut best: Option<(usize, String)> = None;
    for result in read {
        match result {
            Ok((count, text)) => {
                if best.as_ref().is_none_or(|(most, _)| count > *most) {
                    best = Some((count, text));
                }
            }
            Err(reason) => reasons.push(reason),
        }
    }
    best.map(|(_, text)| text)
}

/// One source as a test suite and how many tests it has.
fn clean_tests(
    source: &str,
    function: &str,
    code: &str,
    environment: &Environment,
) -> Result<(usize, String), String> {
    // Of a method, it is the class that tests must not make anew.
    let function = function.split('.').next().unwrap_or(function);
    let module = parse(source)?;
    let mut edits = Vec::new();
    for statement in module.body() {
        match statement {
            Stmt::ImportFrom(import) => {
                let is_ours = import.module.as_deref() == Some("solution");
                let kept: Vec<&str> = import
                    .names
                    .iter()
                    .filter(|alias| !is_ours && alias.name.as_str() != function)
                    .map(|alias| module.text(alias))
                    .collect();
                if kept.is_empty() {
                    edits.push(remove(source, statement));
                } else if kept.len() < import.names.len() {
                    let path = import.module.as_deref().unwrap_or("");
                    edits.push(Edit::replace(
                        import,
                        format!("from {path} import {}", kept.join(", ")),
                    ));
                }
            }
            Stmt::Import(import)
                if import
                    .names
                    .iter()
                    .all(|alias| alias.name.as_str() == "solution") =>
            {
                edits.push(remove(source, statement));
            }
            Stmt::FunctionDef(definition) if definition.name.as_str() == function => {
                // A copy of the code above the tests is no redefinition.
                if !code.contains(module.text(definition).trim()) {
                    return Err(format!("the tests redefine `{function}`"));
                }
                edits.push(remove(source, statement));
            }
            Stmt::ClassDef(definition) if definition.name.as_str() == function => {
                if code.contains(module.text(definition).trim()) {
                    edits.push(remove(source, statement));
                    continue;
                }
                return Err(format!("the tests redefine `{function}`"));
            }
            Stmt::Assign(assign)
                if assign.targets.iter().any(
                    |target| matches!(target, Expr::Name(name) if name.id.as_str() == function),
                ) =>
            {
                return Err(format!("the tests redefine `{function}`"));
            }
            statement if is_entry(statement) => edits.push(remove(source, statement)),
            _ => {}
        }
    }
    // `solution.f(...)` after `import solution`.
    for range in module.loads_of("solution") {
        if source[range.end..].starts_with('.') {
            edits.push(Edit {
                range: range.start..range.end + 1,
                text: String::new(),
            });
        }
    }
    let cleaned = apply(source, edits);
    let uses_unittest = Module::parse(&cleaned)
        .is_some_and(|module| !module.imports().contains_key("unittest"))
        && super::fix::mentions(&cleaned, "unittest");
    let cleaned = if uses_unittest {
        add_imports(&cleaned, &["import unittest".to_owned()])
    } else {
        cleaned
    };
    let count = enumerate_tests(&cleaned)
        .map_err(|failure| format!("the tests do not parse: {failure}"))?
        .len();
    if count == 0 {
        return Err("the tests hold no test method".to_owned());
    }
    check_imports(&cleaned, environment)?;
    Ok((
        count,
        format!("{}\n", cleaned.trim_matches('\n').trim_end()),
    ))
}

/// What an answer's code must keep of the code that it replaces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Keep {
    /// The function and its parameters.
    Signature,
    /// Everything that can be seen to matter: the interface, every name that the module
    /// defines, and no other.
    Behaviour,
}

/// The code of an answer to a fix or refine prompt.
///
/// # Errors
///
/// Why the answer cannot be used, for the attempt's row.
pub(crate) fn code(
    answer: &ModelAnswer,
    function: &str,
    before: &str,
    keep: Keep,
    environment: &Environment,
) -> Result<String, String> {
    let mut reasons = Vec::new();
    for sources in sources::tiers(answer, before) {
        let whole = sources.last().filter(|_| sources.len() > 1);
        for source in &sources {
            match clean_code(source, function, before, keep, environment) {
                Ok(text) => {
                    // A block that goes on with what an earlier one began is half a file.
                    let joined = whole
                        .filter(|whole| needs_more_of(source, whole))
                        .map(|whole| clean_code(whole, function, before, keep, environment));
                    return Ok(joined.and_then(Result::ok).unwrap_or(text));
                }
                Err(reason) => reasons.push(reason),
            }
        }
    }
    Err(refusal(answer, reasons))
}

/// Whether a block reads names that it does not bind and all blocks together do.
fn needs_more_of(block: &str, whole: &str) -> bool {
    let (Some(block), Some(whole)) = (Module::parse(block), Module::parse(whole)) else {
        return false;
    };
    let bound = block.bound_names();
    whole
        .bound_names()
        .keys()
        .any(|name| !bound.contains_key(name) && !block.loads_of(name).is_empty())
}

fn clean_code(
    source: &str,
    function: &str,
    before: &str,
    keep: Keep,
    environment: &Environment,
) -> Result<String, String> {
    let module = parse(source)?;
    let Some(definition) = module.function(function) else {
        return Err(format!("the code does not define `{function}`"));
    };
    let test_classes: BTreeSet<String> = enumerate_tests(source)
        .map_err(|failure| format!("the code does not parse: {failure}"))?
        .into_iter()
        .filter_map(|id| id.split_once('.').map(|(class, _)| class.to_owned()))
        .collect();
    let mut edits = Vec::new();
    // The function itself, or the class of the method.
    let definition = module
        .body()
        .iter()
        .rev()
        .find(|statement| statement.range().contains_range(definition.range()))
        .ok_or_else(|| format!("the code does not define `{function}`"))?;
    let mut behind = false;
    let mut moves_function = false;
    for statement in module.body() {
        if statement.range() == definition.range() {
            behind = true;
            continue;
        }
        let is_test = matches!(statement, Stmt::ClassDef(class)
            if test_classes.contains(class.name.as_str()));
        let is_loose_call = behind
            && matches!(statement, Stmt::Expr(expression) if expression.value.is_call_expr());
        if is_test || is_loose_call || is_entry(statement) {
            edits.push(remove(source, statement));
        } else if behind {
            moves_function = true;
        }
    }
    // The function comes last, so that prefix and completion meet inside it.
    let mut tail = String::new();
    if moves_function {
        tail = format!("\n\n{}\n", module.text(definition).trim_end());
        let range = span(definition.range());
        let blank = source[range.end..].len() - source[range.end..].trim_start().len();
        edits.push(Edit {
            range: range.start..range.end + blank,
            text: String::new(),
        });
    }
    let text = format!("{}\n{tail}", apply(source, edits).trim_end());
    let text = if test_classes.is_empty() {
        text
    } else {
        without_unused_unittest(&text)
    };
    let mut text = text.trim_start_matches('\n').to_owned();

    let (Some(old), Some(new)) = (signature(before, function), signature(&text, function)) else {
        return Err(format!("the code does not define `{function}`"));
    };
    let shape = |signature: &unitmill_python::Signature| -> Vec<String> {
        signature
            .parameters
            .iter()
            .map(|parameter| format!("{:?} {}", parameter.kind, parameter.name))
            .collect()
    };
    if shape(&old) != shape(&new) {
        return Err(format!("the code changes the parameters of `{function}`"));
    }
    if split_function(&text, function).is_none() {
        return Err(format!("`{function}` has no body"));
    }
    // The code that was there is judged by whoever asked.
    if keep == Keep::Behaviour && text != before {
        text = kept::without_extras(before, &text, function)?;
        let defined = |text: &str| -> BTreeSet<String> {
            Module::parse(text).map_or_else(BTreeSet::new, |module| {
                module
                    .bound_names()
                    .into_iter()
                    .filter(|(_, import)| import.is_none())
                    .map(|(name, _)| name)
                    .collect()
            })
        };
        if let Some(name) = defined(before).difference(&defined(&text)).next() {
            return Err(format!("the code drops `{name}`"));
        }
        kept::same_interface(before, &text, function)?;
    }
    check_imports(&text, environment)?;
    Ok(text)
}

fn without_unused_unittest(text: &str) -> String {
    let Some(module) = Module::parse(text) else {
        return text.to_owned();
    };
    if !module.loads_of("unittest").is_empty() {
        return text.to_owned();
    }
    let edits = module
        .body()
        .iter()
        .filter(|statement| module.text(*statement) == "import unittest")
        .map(|statement| remove(text, statement))
        .collect();
    apply(text, edits)
}

fn parse(source: &str) -> Result<Module<'_>, String> {
    parse_check(source).map_err(|failure| format!("the code does not parse: {failure}"))?;
    Module::parse(source).ok_or_else(|| "the code does not parse".to_owned())
}

fn check_imports(source: &str, environment: &Environment) -> Result<(), String> {
    let roots =
        import_roots(source).map_err(|failure| format!("the code does not parse: {failure}"))?;
    match roots
        .iter()
        .find(|root| !environment.modules.contains(root.as_str()))
    {
        Some(root) => Err(format!(
            "the code imports `{root}`, which the environment does not hold"
        )),
        None => Ok(()),
    }
}

/// `if __name__ == "__main__": ...` and `unittest.main()`.
fn is_entry(statement: &Stmt) -> bool {
    match statement {
        Stmt::If(conditional) => matches!(&*conditional.test, Expr::Compare(compare)
            if matches!(&*compare.left, Expr::Name(name) if name.id.as_str() == "__name__")),
        Stmt::Expr(expression) => matches!(&*expression.value, Expr::Call(call)
            if crate::syntax::dotted(&call.func).as_deref() == Some("unittest.main")),
        _ => false,
    }
}

/// Takes a statement away with its line.
fn remove(source: &str, statement: &Stmt) -> Edit {
    let range = span(statement.range());
    Edit {
        range: range.start..line_end(source, range.end),
        text: String::new(),
    }
}

#[cfg(test)]
mod tests;
