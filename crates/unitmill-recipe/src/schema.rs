//! The JSON Schema of a recipe, and the check of a recipe against it.
//!
//! A schema library would say *that* a value matches none of several forms; a person
//! wants every problem with its dotted key, the nearest known name and the values that
//! would be right. The check knows the few keywords that the knobs' schema uses and
//! nothing more; a test holds it to that.

use serde_json::{Map, Value};

use crate::knobs::Recipe;
use crate::problem::Problem;

/// The JSON Schema of a recipe, for editors and for programs that write recipes.
pub fn json_schema() -> Value {
    schemars::schema_for!(Recipe).to_value()
}

/// Every way in which `recipe` breaks the schema.
pub(crate) fn check(recipe: &Value) -> Vec<Problem> {
    let schema = json_schema();
    let mut problems = Vec::new();
    Checker { root: &schema }.check("", recipe, &schema, &mut problems);
    problems
}

struct Checker<'a> {
    root: &'a Value,
}

impl<'a> Checker<'a> {
    fn check(&self, key: &str, value: &Value, schema: &'a Value, problems: &mut Vec<Problem>) {
        let schema = self.resolve(schema);
        if let Some(forms) = alternatives(schema) {
            return self.check_alternatives(key, value, forms, problems);
        }
        if let Some(constant) = schema.get("const") {
            if value != constant {
                problems.push(Problem::new(key, format!("must be {}", plain(constant))));
            }
            return;
        }
        if let Some(allowed) = schema.get("enum").and_then(Value::as_array) {
            if !allowed.contains(value) {
                problems.push(not_among(key, value, allowed));
            }
            return;
        }
        if let Some(expected) = wrong_type(value, schema) {
            problems.push(Problem::new(
                key,
                format!("must be {expected}, not {}", describe(value)),
            ));
            return;
        }
        match value {
            Value::Object(map) => self.check_section(key, map, schema, problems),
            Value::Array(items) => {
                if let Some(item_schema) = schema.get("items") {
                    for (index, item) in items.iter().enumerate() {
                        self.check(&format!("{key}[{index}]"), item, item_schema, problems);
                    }
                }
            }
            Value::Number(number) => problems.extend(out_of_range(key, number, schema)),
            _ => {}
        }
    }

    fn check_section(
        &self,
        key: &str,
        section: &Map<String, Value>,
        schema: &'a Value,
        problems: &mut Vec<Problem>,
    ) {
        let Some(known) = schema.get("properties").and_then(Value::as_object) else {
            return;
        };
        let required = schema.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !section.contains_key(name) {
                problems.push(Problem::new(join(key, name), "is missing"));
            }
        }
        for (name, value) in section {
            match known.get(name) {
                Some(property) => {
                    // A section that is written down but empty has its defaults.
                    let is_empty_section =
                        value.is_null() && self.resolve(property).get("properties").is_some();
                    if is_empty_section {
                        problems.push(Problem::new(
                            join(key, name),
                            "is empty; leave it out or fill it in",
                        ));
                    } else {
                        self.check(&join(key, name), value, property, problems);
                    }
                }
                None => problems.push(unknown_key(key, name, known)),
            }
        }
    }

    fn check_alternatives(
        &self,
        key: &str,
        value: &Value,
        forms: &'a [Value],
        problems: &mut Vec<Problem>,
    ) {
        let attempts: Vec<Vec<Problem>> = forms
            .iter()
            .map(|form| {
                let mut found = Vec::new();
                self.check(key, value, form, &mut found);
                found
            })
            .collect();
        if attempts.iter().any(Vec::is_empty) {
            return;
        }
        let constants: Vec<Value> = forms.iter().flat_map(|form| self.constants(form)).collect();
        let real_forms: Vec<usize> = (0..forms.len())
            .filter(|&index| !is_null(self.resolve(&forms[index])))
            .collect();
        // Of a section and a list of such sections, say, the one that was meant.
        let meant: Vec<usize> = real_forms
            .iter()
            .copied()
            .filter(|&index| wrong_type(value, self.resolve(&forms[index])).is_none())
            .collect();
        if constants.len() == real_forms.len() {
            problems.push(not_among(key, value, &constants));
        } else if let ([only], _) | (_, [only]) = (&real_forms[..], &meant[..]) {
            let only = *only;
            problems.extend(attempts[only].iter().cloned());
        } else {
            let wanted: Vec<String> = attempts
                .iter()
                .flatten()
                .filter_map(|problem| problem.message.strip_prefix("must be "))
                .map(|message| message.split(", not ").next().unwrap_or(message).to_owned())
                .collect();
            problems.push(Problem::new(
                key,
                format!("must be {}, not {}", wanted.join(" or "), describe(value)),
            ));
        }
    }

    /// The fixed values that a schema allows, where it allows nothing else.
    fn constants(&self, schema: &'a Value) -> Vec<Value> {
        let schema = self.resolve(schema);
        if let Some(constant) = schema.get("const") {
            return vec![constant.clone()];
        }
        schema
            .get("enum")
            .and_then(Value::as_array)
            .cloned()
            .into_iter()
            .flatten()
            .collect()
    }

    fn resolve(&self, schema: &'a Value) -> &'a Value {
        match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) => self
                .root
                .pointer(reference.trim_start_matches('#'))
                .expect("schemars defines every reference that it makes"),
            None => schema,
        }
    }
}

fn alternatives(schema: &Value) -> Option<&[Value]> {
    schema
        .get("anyOf")
        .or_else(|| schema.get("oneOf"))
        .and_then(Value::as_array)
        .map(Vec::as_slice)
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}

/// What the value should have been, if it is of none of the schema's types.
fn wrong_type(value: &Value, schema: &Value) -> Option<String> {
    let types: Vec<&str> = match schema.get("type")? {
        Value::String(one) => vec![one.as_str()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    let fits = types.iter().any(|kind| match *kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "null" => value.is_null(),
        _ => false,
    });
    if fits {
        return None;
    }
    let names: Vec<&str> = types
        .iter()
        .filter(|kind| **kind != "null")
        .map(|kind| match *kind {
            "object" => "a section",
            "array" => "a list",
            "string" => "a text",
            "boolean" => "true or false",
            "integer" => "a whole number",
            "number" => "a number",
            other => other,
        })
        .collect();
    Some(names.join(" or "))
}

fn out_of_range(key: &str, number: &serde_json::Number, schema: &Value) -> Option<Problem> {
    let value = number.as_f64()?;
    let minimum = schema.get("minimum").and_then(Value::as_f64);
    let maximum = schema.get("maximum").and_then(Value::as_f64);
    let too_small = minimum.is_some_and(|bound| value < bound);
    let too_large = maximum.is_some_and(|bound| value > bound);
    if !too_small && !too_large {
        return None;
    }
    let range = match (minimum, maximum) {
        (Some(low), Some(high)) => format!("between {low} and {high}"),
        (Some(low), None) => format!("at least {low}"),
        (None, Some(high)) => format!("at most {high}"),
        (None, None) => return None,
    };
    Some(Problem::new(key, format!("must be {range}, not {number}")))
}

fn unknown_key(section: &str, name: &str, known: &Map<String, Value>) -> Problem {
    let message = match nearest(name, known.keys().map(String::as_str)) {
        Some(near) => format!(
            "is not a known key; did you mean `{}`?",
            join(section, near)
        ),
        None => {
            let names: Vec<&str> = known.keys().map(String::as_str).collect();
            format!("is not a known key; known here: {}", names.join(", "))
        }
    };
    Problem::new(join(section, name), message)
}

fn not_among(key: &str, value: &Value, allowed: &[Value]) -> Problem {
    let names: Vec<String> = allowed.iter().map(plain).collect();
    let suggestion = value
        .as_str()
        .and_then(|text| nearest(text, names.iter().map(String::as_str)))
        .map(|near| format!("; did you mean `{near}`?"));
    Problem::new(
        key,
        format!(
            "must be one of {}, not {}{}",
            names.join(", "),
            describe(value),
            suggestion.as_deref().unwrap_or("")
        ),
    )
}

/// The known name most like `name`, if it is like it at all.
fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    known
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn describe(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => format!("`{text}`"),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a section".to_owned(),
        other => other.to_string(),
    }
}

fn join(section: &str, name: &str) -> String {
    if section.is_empty() {
        name.to_owned()
    } else {
        format!("{section}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The keywords that the checker acts on, and those that only describe.
    const KNOWN: &[&str] = &[
        "$schema",
        "$ref",
        "$defs",
        "title",
        "description",
        "default",
        "format",
        "type",
        "const",
        "enum",
        "oneOf",
        "anyOf",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "uniqueItems",
        "minimum",
        "maximum",
    ];

    fn keywords(schema: &Value, found: &mut Vec<String>) {
        match schema {
            Value::Object(map) => {
                for (keyword, value) in map {
                    found.push(keyword.clone());
                    match keyword.as_str() {
                        "properties" | "$defs" => {
                            for inner in value.as_object().into_iter().flat_map(Map::values) {
                                keywords(inner, found);
                            }
                        }
                        "default" | "const" | "enum" => {}
                        _ => keywords(value, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| keywords(item, found)),
            _ => {}
        }
    }

    #[test]
    fn the_schema_uses_no_keyword_that_the_checker_does_not_know() {
        let mut found = Vec::new();
        keywords(&json_schema(), &mut found);
        found.retain(|keyword| !KNOWN.contains(&keyword.as_str()));
        assert_eq!(found, Vec::<String>::new());
    }
}
