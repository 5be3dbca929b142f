//! Knobs of where answers come from: tiers of providers, and how requests are sent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Models, Server};

/// One provider, or several, cheap first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Tiers {
    // Tried first: a list would do for a section too, field by field.
    /// Several; each takes what the ones before it left.
    Several(Vec<Server>),
    /// One.
    One(Box<Server>),
}

impl Tiers {
    /// All of them, in the order of the recipe.
    pub fn as_slice(&self) -> &[Server] {
        match self {
            Self::One(server) => std::slice::from_ref(server),
            Self::Several(servers) => servers,
        }
    }

    /// The same, to be changed.
    pub fn as_mut_slice(&mut self) -> &mut [Server] {
        match self {
            Self::One(server) => std::slice::from_mut(server),
            Self::Several(servers) => servers,
        }
    }

    /// The dotted key of one of them, given that of all.
    pub(crate) fn key(&self, key: &str, index: usize) -> String {
        match self {
            Self::One(_) => key.to_owned(),
            Self::Several(_) => format!("{key}[{index}]"),
        }
    }
}

impl Models {
    /// Every provider of every agent.
    pub fn servers(&self) -> impl Iterator<Item = &Server> {
        [&self.tests, &self.fix, &self.refine]
            .into_iter()
            .flat_map(Tiers::as_slice)
    }

    /// The same, to be changed.
    pub fn servers_mut(&mut self) -> impl Iterator<Item = &mut Server> {
        [&mut self.tests, &mut self.fix, &mut self.refine]
            .into_iter()
            .flat_map(Tiers::as_mut_slice)
    }
}

impl Default for Tiers {
    fn default() -> Self {
        Self::One(Box::default())
    }
}

/// How requests are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// One call a question, as soon as it comes up.
    #[default]
    Online,
    /// In waves: all questions that are open while nothing else is left to do go out as one
    /// file in the OpenAI batch form, to a command or to a hosted batch endpoint.
    Batch,
}

/// How waves of requests are answered.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Batch {
    /// The program that answers a file of requests, and its arguments, such as `["vllm",
    /// "run-batch", "-i", "{input}", "-o", "{output}", "--model", "{model}"]`. `{input}` is
    /// the file to read, `{output}` the one to write, `{model}` the model's name. Waves of
    /// commands are run one at a time. Left out: the hosted batch endpoint under `base_url`
    /// (`/files`, `/batches`).
    #[serde(default)]
    pub command: Option<Vec<String>>,
    /// Most requests of one wave, and about how many functions are worked on at once.
    #[serde(default = "requests")]
    #[schemars(range(min = 1, max = 50_000))]
    pub requests: u32,
    /// Seconds between looks at a hosted batch.
    #[serde(default = "poll_s")]
    #[schemars(range(min = 1, max = 3600))]
    pub poll_s: u64,
}

fn requests() -> u32 {
    10_000
}
fn poll_s() -> u64 {
    30
}

impl Batch {
    /// What an argument of the command may name.
    const PLACEHOLDERS: [&str; 3] = ["{input}", "{output}", "{model}"];

    /// What is wrong with the command.
    pub(crate) fn problems(&self) -> Vec<String> {
        let Some(command) = &self.command else {
            return Vec::new();
        };
        let mut problems = Vec::new();
        if command.first().is_none_or(String::is_empty) {
            problems.push("is empty; name a program and its arguments".to_owned());
        }
        for needed in &Self::PLACEHOLDERS[..2] {
            if !command.iter().any(|argument| argument.contains(needed)) {
                problems.push(format!("has no {needed}"));
            }
        }
        for name in command.iter().flat_map(|argument| placeholders(argument)) {
            if !Self::PLACEHOLDERS.contains(&name) {
                problems.push(format!(
                    "`{name}` stands for nothing; known are {}",
                    Self::PLACEHOLDERS.join(", ")
                ));
            }
        }
        problems
    }
}

/// The words in braces; braces around anything else (JSON, say) are not placeholders.
fn placeholders(argument: &str) -> Vec<&str> {
    let opens = argument.match_indices('{').map(|(start, _)| start);
    opens
        .filter_map(|start| {
            let length = argument[start..].find('}')?;
            let word = &argument[start + 1..start + length];
            let is_word = !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
            is_word.then(|| &argument[start..=start + length])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_around_words_are_placeholders_and_others_are_not() {
        let names = placeholders(r#"{input}:{"a":1}{out_put}{}{x y}"#);
        assert_eq!(names, ["{input}", "{out_put}"]);
    }
}
