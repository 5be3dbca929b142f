//! The reference page of all knobs, made from their definitions.

use std::fmt::Write as _;

use serde_json::Value;

use crate::schema::json_schema;

/// Every knob with its default and its documentation, as Markdown.
pub fn reference() -> String {
    let schema = json_schema();
    let mut page = String::from(
        "# The recipe\n\nMade from the knobs' definitions in `crates/unitmill-recipe`; a test keeps it true.\n\n\
         | key | default | what it does |\n|---|---|---|\n",
    );
    rows(&schema, &schema, "", &mut page);
    page
}

fn rows(root: &Value, section: &Value, prefix: &str, page: &mut String) {
    let required: Vec<&str> = section["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = section["properties"].as_object().into_iter().flatten();
    for (name, property) in properties {
        let key = format!("{prefix}{name}");
        let target = section_of(root, property);
        let item = property.get("items").map(|items| resolve(root, items));
        let description = property
            .get("description")
            .or_else(|| target.get("description"))
            .and_then(Value::as_str);
        let default = match (property.get("default"), target.get("properties").is_some()) {
            _ if required.contains(&name.as_str()) => "required".to_owned(),
            (_, true) | (None, _) | (Some(Value::Null), _) => String::new(),
            (Some(default), false) => format!("`{}`", default.to_string().trim_matches('"')),
        };
        let values = choices(target);
        writeln!(
            page,
            "| `{key}` | {default} | {}{values} |",
            description
                .unwrap_or("")
                .replace('\n', " ")
                .replace('|', "\\|")
        )
        .expect("writing to a string cannot fail");
        if target.get("properties").is_some() {
            rows(root, target, &format!("{key}."), page);
        } else if let Some(item) = item {
            rows(root, item, &format!("{key}[]."), page);
        }
    }
}

/// The values of a closed choice with what each means.
fn choices(schema: &Value) -> String {
    let forms = schema
        .get("oneOf")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let mut text = String::new();
    for form in forms {
        let Some(value) = form.get("const").and_then(Value::as_str) else {
            continue;
        };
        let meaning = form
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or("");
        write!(text, " **`{value}`**: {}", meaning.replace('\n', " "))
            .expect("writing to a string cannot fail");
    }
    text
}

/// What a property holds; of a section and a list of such sections, the section.
fn section_of<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let schema = resolve(root, schema);
    let forms = schema.get("anyOf").and_then(Value::as_array);
    forms
        .into_iter()
        .flatten()
        .map(|form| resolve(root, form))
        .find(|form| form.get("properties").is_some())
        .unwrap_or(schema)
}

fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| root.pointer(reference.trim_start_matches('#')))
        .unwrap_or(schema)
}
