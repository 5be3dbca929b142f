//! From a policy and what changes it to the one text that `seccompiler` takes.
//!
//! Knows system calls by name only; whether there is such a call is `seccompiler`'s to say.

use serde_json::{Value, json};

/// Stands in a compiled filter for the process id of the run that installs it. Larger than
/// any process id, and nothing that a policy compares with otherwise.
pub const OWN_PROCESS: u32 = 0x6f77_6e21;

/// How a policy writes [`OWN_PROCESS`].
const OWN_PROCESS_WORD: &str = "own_process";

/// One JSON text from several; an error says what is wrong.
pub(super) fn resolve(layers: &[&str], architecture: &str) -> Result<String, String> {
    let parse = |text: &&str| serde_json::from_str::<Value>(text).map_err(|e| e.to_string());
    let Some((first, others)) = layers.split_first() else {
        return Err("it has no layer".to_owned());
    };
    let mut policy = parse(first)?;
    let Some(main) = policy.get_mut("main") else {
        return Err("it has no filter called `main`".to_owned());
    };
    let rules = main
        .get_mut("filter")
        .and_then(Value::as_array_mut)
        .ok_or("`main` has no list called `filter`")?;
    for text in others {
        let layer = parse(text)?;
        let list = |name: &str| {
            layer
                .get(name)
                .and_then(Value::as_array)
                .ok_or(format!("a layer has no list called `{name}`"))
        };
        let (without, instead) = (list("without")?, list("instead")?);
        for rule in without.iter().chain(instead) {
            if !rules.iter().any(|known| call(known) == call(rule)) {
                return Err(format!("a layer changes {rule}, which is not there"));
            }
        }
        rules.retain(|known| {
            let changed = without.iter().chain(instead);
            !changed.into_iter().any(|rule| call(rule) == call(known))
        });
        rules.extend(instead.iter().cloned());
        if let Some(also) = layer.get("also") {
            let also = also.as_array().ok_or("`also` of a layer is no list")?;
            rules.extend(also.iter().cloned());
        }
    }
    rules.retain(|rule| {
        rule.get("architecture")
            .is_none_or(|only| only == architecture)
    });
    for rule in rules.iter_mut() {
        if let Some(rule) = rule.as_object_mut() {
            rule.remove("architecture");
        }
        let arguments = rule.get_mut("args").and_then(Value::as_array_mut);
        for argument in arguments.into_iter().flatten() {
            if argument
                .get("val")
                .is_some_and(|value| value == OWN_PROCESS_WORD)
            {
                argument["val"] = json!(OWN_PROCESS);
            }
        }
    }
    Ok(policy.to_string())
}

fn call(rule: &Value) -> Option<&str> {
    rule.get("syscall").and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_take_away_replace_and_choose_the_architecture() {
        let policy = r#"{"main": {"filter": [
            {"syscall": "a", "architecture": "x86_64"}, {"syscall": "b"}, {"syscall": "c"}]}}"#;
        let layer = r#"{"without": [{"syscall": "b"}], "instead": [
            {"syscall": "c", "args": [{"index": 0, "val": "own_process"}]}]}"#;
        let names = |architecture: &str| {
            let text = resolve(&[policy, layer], architecture).expect("it is a policy");
            let policy: Value = serde_json::from_str(&text).expect("it is JSON");
            policy["main"]["filter"].clone()
        };
        let own = json!([{"syscall": "c", "args": [{"index": 0, "val": OWN_PROCESS}]}]);
        assert_eq!(names("aarch64"), own);
        assert_eq!(names("x86_64").as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn a_layer_that_changes_what_is_not_there_is_refused() {
        let policy = r#"{"main": {"filter": [{"syscall": "a"}]}}"#;
        let layer = r#"{"without": [{"syscall": "b"}], "instead": []}"#;
        let error = resolve(&[policy, layer], "x86_64").expect_err("there is no b");
        assert!(error.contains("\"b\""), "{error}");
    }
}
