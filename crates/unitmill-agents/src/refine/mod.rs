//! Refinements: the offline refiner, and what refinements of anybody are held against.
//!
//! The offline refiner adds type hints and a docstring from what was observed and what the
//! text shows: a description, parameters, returns, requirements, what it raises, examples.
//! It never touches the body, and never what is already there: a docstring is completed in
//! its own style. Whether its examples hold is found out by running them, as for a model's.

mod describe;
mod differences;
mod docstring;
pub(crate) mod examples;
mod facts;
mod hints;
mod sections;
mod skeleton;

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;
use unitmill_model::{ObservedValue, ValueKind};
use unitmill_python::import_roots;

use crate::Environment;
use crate::generate::{Call, Evidence, Seen};
use crate::syntax::{Edit, Module, add_imports, apply, expression, span};
use docstring::{Docstring, escaped};
use facts::Facts;
use hints::{Hint, Names, Type, joined, type_of, type_of_text, type_of_value};
use sections::{Entry, Part, Section, Style};

pub(crate) use differences::{Known, calls_in_tests};
pub(crate) use skeleton::{annotations, differ_in_words_only, is_for_annotations};

/// At most this many examples.
const MOST_EXAMPLES: usize = 3;
/// Longer calls and results make no example.
const LONGEST_CALL: usize = 160;
const LONGEST_RESULT: usize = 700;
/// Results of more lines make no example.
const MOST_LINES: usize = 10;
/// An iterator whose elements seen are as many as are ever looked at may have no end.
const ENDLESS: usize = 50;
/// At most this many exceptions are listed.
const MOST_RAISED: usize = 6;

/// The code with hints and docstring added; none if there is nothing to add.
pub(crate) fn refine(
    code: &str,
    function: &str,
    evidence: &Evidence,
    environment: &Environment,
) -> Option<String> {
    let module = Module::parse(code)?;
    let definition = module.function(function)?;
    let facts = Facts::of(&module, definition);
    let names = Names::new(&module, environment.python);
    let mut edits = Vec::new();
    let mut imports: Vec<String> = Vec::new();
    let mut parameters: Vec<Entry> = Vec::new();
    let mut add = |edits: &mut Vec<Edit>, hint: Hint, edit: Edit| {
        imports.extend(hint.imports);
        edits.push(edit);
    };

    for parameter in definition.parameters.iter_source_order() {
        let name = parameter.name().to_string();
        if matches!(name.as_str(), "self" | "cls") {
            continue;
        }
        let annotation = parameter
            .annotation()
            .map(|tree| module.text(tree).to_owned());
        let default = parameter.default();
        let hint = match parameter.is_variadic() {
            true => None,
            false => names.spell(&parameter_type(evidence, &name, default)),
        };
        let text = parameter_text(&name, default.map(|tree| module.text(tree)), &facts);
        let shown = annotation
            .clone()
            .or(hint.as_ref().map(|hint| hint.text.clone()));
        if annotation.is_none()
            && let Some(hint) = hint
        {
            let at = span(parameter.as_parameter().name.range()).end;
            // `x=1` becomes `x: int = 1`.
            let edit = match default {
                Some(default) => Edit {
                    range: at..span(default.range()).start,
                    text: format!(": {} = ", hint.text),
                },
                None => Edit::insert(at, format!(": {}", hint.text)),
            };
            add(&mut edits, hint, edit);
        }
        let stars = match parameter.is_variadic() {
            true if definition
                .parameters
                .vararg
                .as_deref()
                .is_some_and(|args| args.name == *parameter.name()) =>
            {
                "*"
            }
            true => "**",
            false => "",
        };
        parameters.push(Entry {
            name: format!("{stars}{name}"),
            hint: shown,
            text,
        });
    }
    let written = definition
        .returns
        .as_deref()
        .map(|tree| module.text(tree).to_owned());
    let hint = names.spell(&return_type(evidence, &facts));
    let returns = written
        .clone()
        .or(hint.as_ref().map(|hint| hint.text.clone()));
    if written.is_none()
        && let Some(hint) = hint
    {
        let at = span(definition.parameters.range()).end;
        let edit = Edit::insert(at, format!(" -> {}", hint.text));
        add(&mut edits, hint, edit);
    }
    let hinted = add_imports(&apply(code, edits), &imports);
    let sections = sections(code, parameters, returns, &facts, evidence, &module);
    let parsed = Module::parse(&hinted)?;
    let documented = match Docstring::of(&parsed, function) {
        Some(docstring) => completed(&docstring, &sections),
        None => with_docstring(&hinted, function, &sections, &facts),
    };
    let refined = documented.unwrap_or_else(|| hinted.clone());
    (refined != code && Module::parse(&refined).is_some()).then_some(refined)
}

/// What a parameter's arguments have in common, in all calls that returned, its default
/// included.
fn parameter_type(evidence: &Evidence, parameter: &str, default: Option<&Expr>) -> Type {
    let seen = joined(evidence.returned.iter().filter_map(|seen| {
        let given = &seen.call.arguments;
        let (_, text) = given.iter().find(|(name, _)| name == parameter)?;
        Some(type_of_text(text))
    }));
    let Some(default) = default else {
        return seen;
    };
    match (type_of(default), seen) {
        // A switch and a text speak for themselves, a number or nothing does not.
        (Type::Named(name), Type::Nothing) if !matches!(name.as_str(), "bool" | "str") => {
            Type::Anything
        }
        (Type::None, Type::Nothing) => Type::Anything,
        (default, seen) => default.join(seen),
    }
}

/// What the results have in common.
fn return_type(evidence: &Evidence, facts: &Facts) -> Type {
    if evidence.returned.is_empty() && !facts.returns && !facts.yields {
        return Type::None;
    }
    joined(
        evidence
            .returned
            .iter()
            .map(|seen| type_of_value(&seen.value, seen.unrolled)),
    )
}

/// What the text of a function says of a parameter.
fn parameter_text(name: &str, default: Option<&str>, facts: &Facts) -> String {
    let mut sentences = Vec::new();
    if let Some(keys) = facts.keys.get(name) {
        let keys: Vec<String> = keys.iter().take(8).map(|key| format!("`{key}`")).collect();
        sentences.push(match keys.len() {
            1 => format!("Read by the key {}.", keys[0]),
            _ => format!("Read by the keys {}.", describe::listed(&keys)),
        });
    }
    if let Some(writes) = facts.opened.get(name) {
        let done = if *writes { "written" } else { "read" };
        sentences.push(format!("Path of a file that is {done}."));
    }
    if facts.changed.contains(name) {
        sentences.push("Changed in place.".to_owned());
    }
    match default {
        Some("None") => sentences.push("Optional.".to_owned()),
        Some(default) if default.len() <= 40 && !default.contains('\n') => {
            sentences.push(format!("Defaults to {default}."));
        }
        _ => {}
    }
    sentences.join(" ")
}

/// Everything that a docstring of this function can have, in order.
fn sections(
    code: &str,
    parameters: Vec<Entry>,
    returns: Option<String>,
    facts: &Facts,
    evidence: &Evidence,
    module: &Module<'_>,
) -> Vec<Section> {
    let entry = |name: &str, hint: Option<String>, text: &str| Entry {
        name: name.to_owned(),
        hint,
        text: text.to_owned(),
    };
    let returned = match facts.returned_names.as_slice() {
        [] => String::new(),
        [name]
            if name.len() < 4
                || matches!(
                    name.as_str(),
                    "result" | "results" | "output" | "return_value" | "self"
                ) =>
        {
            String::new()
        }
        names => {
            let names: Vec<String> = names.iter().map(|name| name.replace('_', " ")).collect();
            format!("The {}.", describe::listed(&names))
        }
    };
    let returns = match (returns, returned.is_empty()) {
        (None, true) => Vec::new(),
        (hint, _) => vec![entry("", hint, &returned)],
    };
    // The code was parsed before it came here.
    let roots = import_roots(code).unwrap_or_else(|_| BTreeSet::new());
    let requirements = roots.iter().map(|root| entry(root, None, "")).collect();
    let mut raised: Vec<Entry> = Vec::new();
    for one in &facts.raised {
        raised.push(entry(&one.exception, None, &one.when));
    }
    for (call, exception) in evidence.raised.iter().take(2) {
        let known = raised.iter().any(|other| other.name == *exception);
        let shown = one_line(call);
        if !known && shown.len() < LONGEST_CALL && !shown.contains('`') {
            raised.push(entry(
                exception,
                None,
                &format!("for example for `{shown}`"),
            ));
        }
    }
    raised.truncate(MOST_RAISED);
    let section = |part, entries| Section {
        part,
        entries,
        lines: Vec::new(),
    };
    let mut sections = vec![
        section(Part::Parameters, parameters),
        section(Part::Returns, returns),
        section(Part::Requirements, requirements),
        section(Part::Raises, raised),
    ];
    sections.push(Section {
        part: Part::Examples,
        entries: Vec::new(),
        lines: examples_of(evidence, module),
    });
    sections.retain(|section| !(section.entries.is_empty() && section.lines.is_empty()));
    sections
}

/// The code with the sections put below the docstring that it lacks.
fn completed(docstring: &Docstring<'_>, sections: &[Section]) -> Option<String> {
    let (style, present) = sections::read(&docstring.value);
    let missing: Vec<&Section> = sections
        .iter()
        .filter(|section| !present.contains(&section.part))
        .collect();
    if missing.is_empty() {
        return None;
    }
    let ends_in_field = style == Style::Fields
        && docstring
            .value
            .trim_end()
            .rsplit('\n')
            .next()
            .is_some_and(|line| line.trim_start().starts_with(':'));
    let is_field = |section: &Section| {
        style == Style::Fields && !matches!(section.part, Part::Requirements | Part::Examples)
    };
    let mut lines: Vec<String> = Vec::new();
    let mut previous = ends_in_field;
    for section in &missing {
        let goes_on = previous && is_field(section);
        if !lines.is_empty() && !goes_on {
            lines.push(String::new());
        }
        lines.extend(section.written(style));
        previous = is_field(section);
    }
    let close = ends_in_field && missing.first().is_some_and(|section| is_field(section));
    docstring
        .can_hold(&lines)
        .then(|| docstring.with(&lines, close))
}

/// The code with a docstring of its own. Comments between signature and body stay above it.
fn with_docstring(
    code: &str,
    function: &str,
    sections: &[Section],
    facts: &Facts,
) -> Option<String> {
    let module = Module::parse(code)?;
    let definition = module.function(function)?;
    let first = definition.body.first()?;
    if matches!(first, Stmt::Expr(statement) if statement.value.is_string_literal_expr()) {
        // One that cannot be edited by line.
        return None;
    }
    let start = span(first.range()).start;
    let line = code[..start].rfind('\n').map_or(0, |at| at + 1);
    let indent = &code[line..start];
    if indent.is_empty() || !indent.trim().is_empty() {
        return None;
    }
    let parameters: Vec<String> = definition
        .parameters
        .iter_source_order()
        .map(|parameter| parameter.name().to_string())
        .collect();
    let style = Style::Indented {
        parameters: "Parameters",
    };
    let mut lines = vec![describe::summary(function, &parameters, facts)];
    let details = describe::details(facts);
    if !details.is_empty() {
        lines.push(String::new());
        lines.extend(details);
    }
    for section in sections {
        lines.push(String::new());
        lines.extend(section.written(style));
    }
    let written: Vec<String> = lines.iter().map(|line| escaped(line)).collect();
    let mut text = String::new();
    if let [only] = written.as_slice() {
        text = format!("{indent}\"\"\"{only}\"\"\"\n");
    } else {
        for (index, line) in written.iter().enumerate() {
            match (index, line.is_empty()) {
                (0, _) => text.push_str(&format!("{indent}\"\"\"{line}\n")),
                (_, true) => text.push('\n'),
                (_, false) => text.push_str(&format!("{indent}{line}\n")),
            }
        }
        text.push_str(&format!("{indent}\"\"\"\n"));
    }
    Some(apply(code, vec![Edit::insert(line, text)]))
}

/// A call with its arguments in place.
fn one_line(call: &Call) -> String {
    let text = call.expression.clone();
    let Some(Expr::Call(parsed)) = expression(&text) else {
        return text;
    };
    let values: BTreeMap<&str, &str> = call
        .bindings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let keywords = parsed
        .arguments
        .keywords
        .iter()
        .map(|keyword| &keyword.value);
    let edits = parsed
        .arguments
        .args
        .iter()
        .chain(keywords)
        .filter_map(|argument| {
            let Expr::Name(name) = argument else {
                return None;
            };
            let value = values.get(name.id.as_str())?;
            Some(Edit::replace(argument, (*value).to_owned()))
        })
        .collect();
    apply(&text, edits)
}

/// Examples in doctest form, from calls that were observed; those first that the tests
/// assert. Whether they hold as they are written here is seen when they run.
fn examples_of(evidence: &Evidence, module: &Module<'_>) -> Vec<String> {
    let bound = module.bound_names();
    let mut imports: Vec<String> = Vec::new();
    let mut lines = Vec::new();
    let mut results: Vec<String> = Vec::new();
    let mut count = 0;
    for fill_up in [false, true] {
        for seen in &evidence.returned {
            if count >= MOST_EXAMPLES || (fill_up && count >= 1) || seen.chosen == fill_up {
                continue;
            }
            let Some((call, result)) = example(seen) else {
                continue;
            };
            if results.contains(&result) {
                continue;
            }
            let mut needs = Vec::new();
            let can_spell = [
                ("np", "numpy"),
                ("pd", "pandas"),
                ("asyncio", "asyncio"),
                ("datetime", "datetime"),
                ("io", "io"),
            ]
            .iter()
            .filter(|(name, _)| {
                crate::fix::mentions(&call, name) && call.contains(&format!("{name}."))
            })
            .all(|(name, path)| match bound.get(*name) {
                Some(bound) => bound.as_deref() == Some(*path),
                None => {
                    needs.push(match name == path {
                        true => format!(">>> import {path}"),
                        false => format!(">>> import {path} as {name}"),
                    });
                    true
                }
            });
            if !can_spell {
                continue;
            }
            for line in needs {
                if !imports.contains(&line) {
                    imports.push(line);
                }
            }
            lines.push(format!(">>> {call}"));
            for line in result.lines() {
                lines.push(match line.trim().is_empty() {
                    true => "<BLANKLINE>".to_owned(),
                    false => line.to_owned(),
                });
            }
            results.push(result);
            count += 1;
        }
    }
    imports.extend(lines);
    imports
}

/// A call on one line and what an interpreter shows for it; none if it does not read well.
fn example(seen: &Seen) -> Option<(String, String)> {
    let ObservedValue {
        repr,
        type_name,
        kind,
        source,
        traits: _,
    } = &seen.value;
    if !seen.call.setup.is_empty() {
        return None;
    }
    let call = one_line(&seen.call);
    let (call, result) = if seen.unrolled {
        let Some(Expr::List(list)) = source.as_deref().and_then(expression) else {
            return None;
        };
        if list.elts.len() >= ENDLESS {
            return None;
        }
        (format!("list({call})"), repr.clone())
    } else if type_name == "set" && *kind == ValueKind::Literal {
        // What is shown of a set hangs on the order of hashes.
        (
            format!("{call} == {}", source.as_deref()?),
            "True".to_owned(),
        )
    } else if type_name == "frozenset" {
        return None;
    } else {
        (call, repr.clone())
    };
    let readable = !result.trim().is_empty()
        && !result.contains("...")
        && !result.contains(" at 0x")
        && !result.contains('\t')
        && result.len() <= LONGEST_RESULT
        && result.lines().count() <= MOST_LINES
        && result.lines().all(|line| line.trim_end() == line)
        && call.len() <= LONGEST_CALL
        && !call.contains('\n');
    readable.then_some((call, result))
}
