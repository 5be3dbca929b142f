//! `--set key=value`: one knob changed from the command line.

use std::str::FromStr;

use serde_json::{Map, Value};

use crate::problem::Problem;

/// A dotted key and the YAML value that replaces what the recipe has there.
#[derive(Clone, PartialEq, Debug)]
pub struct Override {
    key: String,
    value: Value,
}

impl FromStr for Override {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (key, value) = text.split_once('=').ok_or_else(|| {
            format!("`{text}` is not of the form key=value (sandbox.timeout_s=5)")
        })?;
        if key.is_empty() || key.split('.').any(str::is_empty) {
            return Err(format!(
                "`{key}` is not a dotted key such as sandbox.timeout_s"
            ));
        }
        let value = serde_saphyr::from_str(value)
            .map_err(|error| format!("the value of {key} is not valid YAML: {error}"))?;
        Ok(Self {
            key: key.to_owned(),
            value,
        })
    }
}

impl Override {
    /// Puts the value into its place; sections on the way are created, list items are
    /// addressed by their number (`input.0.path`).
    pub(crate) fn apply(&self, recipe: &mut Value) -> Result<(), Problem> {
        let mut place = recipe;
        for step in self.key.split('.') {
            if place.is_null() {
                *place = Value::Object(Map::new());
            }
            place = match place {
                Value::Object(map) => map.entry(step).or_insert(Value::Null),
                Value::Array(items) => {
                    let count = items.len();
                    step.parse::<usize>()
                        .ok()
                        .and_then(|index| items.get_mut(index))
                        .ok_or_else(|| {
                            Problem::new(
                                &self.key,
                                format!("there is no item {step} in a list of {count}"),
                            )
                        })?
                }
                _ => {
                    return Err(Problem::new(
                        &self.key,
                        format!(
                            "cannot be set: what stands before `{step}` is a value, not a section"
                        ),
                    ));
                }
            };
        }
        *place = self.value.clone();
        Ok(())
    }
}
