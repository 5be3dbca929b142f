//! The addresses of a model's servers: one, or several that have the same model.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One address, or several.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Addresses {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Addresses {
    /// All of them, in the order of the recipe.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(address) => std::slice::from_ref(address),
            Self::Several(addresses) => addresses,
        }
    }

    /// What is wrong with them, with the place in the list where it is one.
    pub(crate) fn problems(&self) -> Vec<(String, String)> {
        let addresses = self.as_slice();
        if addresses.is_empty() {
            return vec![(
                String::new(),
                "is empty; name at least one address".to_owned(),
            )];
        }
        let mut problems = Vec::new();
        for (index, address) in addresses.iter().enumerate() {
            let place = match self {
                Self::One(_) => String::new(),
                Self::Several(_) => format!("[{index}]"),
            };
            // What could hold a key is not repeated.
            let problem = if address.contains(['@', '?', '#']) {
                "holds more than host and path; a key belongs into an environment variable \
                 that api_key_env names"
                    .to_owned()
            } else if !address.starts_with("http://") && !address.starts_with("https://") {
                format!("`{address}` does not start with http:// or https://")
            } else if addresses[..index].contains(address) {
                format!("`{address}` is there twice")
            } else {
                continue;
            };
            problems.push((place, problem));
        }
        problems
    }
}
