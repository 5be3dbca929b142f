//! The examples of a docstring, executed: the job that runs them, and which of them stay.
//!
//! An example that a refiner wrote stays only if it passes. One that its author wrote stays
//! unless it is wrong: what it lacks only its author has (a file, another module).

use std::collections::BTreeMap;

use ruff_python_ast::{Expr, Number};
use unitmill_model::{Observation, ObservedCall};
use unitmill_python::{Doctest, doctests, signature};

use super::docstring::Docstring;
use crate::syntax::{Module, expression, quote};

/// Runs the examples inside of the sandbox.
const RUNNER: &str = include_str!("examples.py");

/// The call that executes the examples of a function's docstring; none where it has none.
pub(crate) fn check(code: &str, function: &str) -> Option<ObservedCall> {
    let docstring = signature(code, function)?.docstring?;
    (!doctests(&docstring).is_empty()).then(|| ObservedCall {
        setup: RUNNER.to_owned(),
        expression: format!("_unitmill_examples({})", quote(&docstring)),
        arguments: Vec::new(),
    })
}

/// What came of an example.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Fate {
    Passes,
    Skipped,
    /// It gave something else.
    Differs(String),
    /// It raised what it does not expect.
    Raises(String),
}

/// What came of the examples in one look, by the line of their first prompt, from 0.
fn report(observation: Option<&Observation>) -> BTreeMap<u32, Fate> {
    let mut fates = BTreeMap::new();
    let source = observation
        .and_then(|seen| seen.value.as_ref())
        .and_then(|value| value.source.as_deref());
    let Some(Expr::List(list)) = source.and_then(expression) else {
        return fates;
    };
    for entry in &list.elts {
        let Expr::Tuple(tuple) = entry else { continue };
        let [
            Expr::NumberLiteral(line),
            Expr::StringLiteral(fate),
            Expr::StringLiteral(text),
        ] = tuple.elts.as_slice()
        else {
            continue;
        };
        let Number::Int(line) = &line.value else {
            continue;
        };
        let text = text.value.to_str().trim().to_owned();
        let fate = match fate.value.to_str() {
            "passes" => Fate::Passes,
            "skipped" => Fate::Skipped,
            "differs" => Fate::Differs(text),
            _ => Fate::Raises(text),
        };
        if let Some(Ok(line)) = line.as_i64().map(u32::try_from) {
            fates.insert(line, fate);
        }
    }
    fates
}

/// A refinement without the examples that do not hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Purged {
    /// The code.
    pub(crate) code: String,
    /// What went and why, for the attempt's row; empty if nothing did.
    pub(crate) detail: String,
}

/// Cuts the examples that do not hold out of the docstring of `after`. `looks` is what
/// [`check`] gave in each look.
///
/// # Errors
///
/// Why the whole refinement is to be refused: nothing sensible is left, or the docstring
/// is written such that nothing can be cut from it.
pub(crate) fn purge(
    before: &str,
    after: &str,
    function: &str,
    looks: &[Option<&Observation>],
) -> Result<Purged, String> {
    let docstring = |code: &str| signature(code, function)?.docstring;
    let examples: Vec<Doctest> = docstring(after).map_or_else(Vec::new, |text| doctests(&text));
    let own: Vec<Doctest> = docstring(before).map_or_else(Vec::new, |text| doctests(&text));
    let reports: Vec<BTreeMap<u32, Fate>> = looks.iter().map(|look| report(*look)).collect();
    let is_own = |example: &Doctest| {
        own.iter()
            .any(|other| other.source == example.source && other.want == example.want)
    };
    let mut gone: BTreeMap<u32, String> = BTreeMap::new();
    for example in &examples {
        let line = example.line - 1;
        let reason = reports
            .iter()
            .find_map(|report| fault(report.get(&line), is_own(example)));
        if let Some(reason) = reason {
            let first = example.source.lines().next().unwrap_or("");
            gone.insert(line, format!("`{}` {reason}", first.trim()));
        }
    }
    if gone.is_empty() {
        return Ok(Purged {
            code: after.to_owned(),
            detail: String::new(),
        });
    }
    let detail = format!(
        "{} of {} examples cut: {}",
        gone.len(),
        examples.len(),
        gone.values().cloned().collect::<Vec<_>>().join("; ")
    );
    // Preparations of nothing are no examples.
    let shows_something = examples
        .iter()
        .any(|example| !gone.contains_key(&(example.line - 1)) && !example.want.trim().is_empty());
    let cut: Vec<&Doctest> = examples
        .iter()
        .filter(|example| {
            gone.contains_key(&(example.line - 1)) || !(shows_something || is_own(example))
        })
        .collect();
    let module = Module::parse(after).ok_or("the code does not parse")?;
    let code = Docstring::of(&module, function)
        .and_then(|docstring| docstring.without(&cut))
        .ok_or_else(|| format!("its docstring has examples that cannot be cut; {detail}"))?;
    let left = signature(&code, function).and_then(|signature| signature.docstring);
    if left.is_none_or(|text| text.trim().is_empty()) {
        return Err(format!("nothing is left of its docstring; {detail}"));
    }
    Ok(Purged { code, detail })
}

/// Why an example cannot stay; none if it can.
fn fault(fate: Option<&Fate>, is_own: bool) -> Option<String> {
    match fate {
        Some(Fate::Passes) => None,
        Some(Fate::Differs(got)) => Some(format!("gives {got:?}")),
        Some(Fate::Raises(error)) if is_own => {
            let lacks = [
                "NameError",
                "ImportError",
                "ModuleNotFoundError",
                "FileNotFoundError",
            ];
            let is_lack = lacks.iter().any(|name| error.starts_with(name));
            (!is_lack).then(|| format!("raises {error}"))
        }
        Some(Fate::Raises(error)) => Some(format!("raises {error}")),
        Some(Fate::Skipped) | None if is_own => None,
        Some(Fate::Skipped) => Some("is not executed".to_owned()),
        None => Some("could not be executed".to_owned()),
    }
}
