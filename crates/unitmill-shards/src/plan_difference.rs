//! What differs between two plans, for the message that refuses to resume.

use std::collections::BTreeMap;

use serde_json::Value;

/// Every difference between two plans, one line each, sorted by key:
/// `dedup.exact: true -> false`. What is on one side only reads `(absent)`.
pub fn diff_plans(old: &Value, new: &Value) -> Vec<String> {
    let (old, new) = (flatten(old), flatten(new));
    let keys = old.keys().chain(new.keys());
    let keys = keys.collect::<std::collections::BTreeSet<_>>();
    keys.into_iter()
        .filter(|key| old.get(*key) != new.get(*key))
        .map(|key| format!("{key}: {} -> {}", show(old.get(key)), show(new.get(key))))
        .collect()
}

fn show(value: Option<&Value>) -> String {
    value.map_or_else(|| "(absent)".to_owned(), Value::to_string)
}

fn flatten(value: &Value) -> BTreeMap<String, Value> {
    let mut leaves = BTreeMap::new();
    collect(String::new(), value, &mut leaves);
    leaves
}

fn collect(key: String, value: &Value, leaves: &mut BTreeMap<String, Value>) {
    let join = |part: &str| match key.as_str() {
        "" => part.to_owned(),
        key => format!("{key}.{part}"),
    };
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, field) in fields {
                collect(join(name), field, leaves);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                collect(join(&index.to_string()), item, leaves);
            }
        }
        leaf => {
            leaves.insert(key, leaf.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_carry_dotted_keys() {
        let old = json!({
            "version": "0.1.0",
            "dedup": {"exact": true, "near": false},
            "input": [{"path": "data"}],
            "packages": {},
        });
        let new = json!({
            "version": "0.1.0",
            "dedup": {"exact": false, "near": false},
            "input": [{"path": "data"}, {"path": "more"}],
            "packages": {"require": "any"},
        });
        insta::assert_snapshot!(diff_plans(&old, &new).join("\n"), @r#"
        dedup.exact: true -> false
        input.1.path: (absent) -> "more"
        packages: {} -> (absent)
        packages.require: (absent) -> "any"
        "#);
        assert!(diff_plans(&old, &old).is_empty());
    }
}
