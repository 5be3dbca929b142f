//! The prompts of the model agents: templates, checked when they are loaded.
//!
//! A template is a text with marker lines `[system]`, `[user]` and `[assistant]`, each of
//! which opens a message; a text without markers is one user message. Markers are found in
//! the template before anything is filled in, so that code in a prompt cannot open a
//! message.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};
use serde::Serialize;
use thiserror::Error;
use unitmill_model::{Agent, Message, Role};

/// The prompts of every agent.
#[derive(Clone, Debug)]
pub struct Prompts {
    environment: Environment<'static>,
    /// Role and template name of each message.
    messages: BTreeMap<Agent, Vec<(Role, String)>>,
}

/// A prompt that cannot be used.
#[derive(Debug, Error)]
pub enum PromptError {
    /// The template engine cannot read it.
    #[error("the prompt of the {agent} agent is not a valid template: {reason}")]
    Syntax {
        /// The agent.
        agent: Agent,
        /// What the template engine says.
        reason: String,
    },
    /// It names something that the agent has no value for.
    #[error(
        "the prompt of the {agent} agent names the unknown variable `{variable}`; it may use {known}"
    )]
    UnknownVariable {
        /// The agent.
        agent: Agent,
        /// The name.
        variable: String,
        /// What there is.
        known: String,
    },
    /// It holds no message.
    #[error("the prompt of the {agent} agent has no text")]
    Empty {
        /// The agent.
        agent: Agent,
    },
}

/// What a prompt may name. Not every agent has all of it: see [`variables`].
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub(crate) struct PromptContext {
    /// The function's name.
    pub(crate) function: String,
    /// The whole code: imports, context, function.
    pub(crate) code: String,
    /// The test suite.
    pub(crate) tests: String,
    /// The trimmed error of the run.
    pub(crate) error: String,
    /// Repairs of the round before that did not work.
    pub(crate) earlier: Vec<EarlierAttempt>,
    /// Calls that the tests have to be about, among others.
    pub(crate) calls: Vec<String>,
    /// Version of the interpreter, `3.12`.
    pub(crate) python: String,
    /// The versions of the packages that the code uses, `numpy 2.1.0, pandas 2.2.3`.
    pub(crate) packages: String,
    /// Seconds that a run may take.
    pub(crate) seconds: u64,
    /// Megabytes that a run may use.
    pub(crate) megabytes: u64,
    /// Whether a run may start processes.
    pub(crate) processes: bool,
}

/// A repair that did not work.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub(crate) struct EarlierAttempt {
    /// Its code; empty where the answer held none.
    pub(crate) code: String,
    /// What happened.
    pub(crate) error: String,
}

/// What the prompt of an agent may name.
fn variables(agent: Agent) -> &'static [&'static str] {
    match agent {
        Agent::Tests => &[
            "function",
            "code",
            "calls",
            "python",
            "packages",
            "seconds",
            "megabytes",
            "processes",
        ],
        Agent::Fix => &[
            "function",
            "code",
            "tests",
            "error",
            "earlier",
            "python",
            "packages",
            "seconds",
            "megabytes",
            "processes",
        ],
        Agent::Refine => &[
            "function",
            "code",
            "tests",
            "python",
            "packages",
            "seconds",
            "megabytes",
            "processes",
        ],
    }
}

/// The embedded template of an agent.
fn embedded(agent: Agent) -> &'static str {
    match agent {
        Agent::Tests => include_str!("../prompts/tests.txt"),
        Agent::Fix => include_str!("../prompts/fix.txt"),
        Agent::Refine => include_str!("../prompts/refine.txt"),
    }
}

impl Prompts {
    /// The embedded prompts, some of them replaced.
    ///
    /// # Errors
    ///
    /// A [`PromptError`] for the first replacement that is no valid template, names a
    /// variable that its agent has no value for, or holds no text.
    pub fn load(overrides: &BTreeMap<Agent, String>) -> Result<Self, PromptError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        let mut messages = BTreeMap::new();
        for &agent in Agent::ALL {
            let text = overrides
                .get(&agent)
                .map_or(embedded(agent), String::as_str);
            let mut parts = Vec::new();
            for (index, (role, template)) in split_messages(text).into_iter().enumerate() {
                let name = format!("{agent}-{index}");
                let syntax = |error: minijinja::Error| PromptError::Syntax {
                    agent,
                    reason: error.to_string(),
                };
                environment
                    .add_template_owned(name.clone(), template)
                    .map_err(syntax)?;
                let template = environment.get_template(&name).map_err(syntax)?;
                let mut unknown: Vec<String> = template
                    .undeclared_variables(false)
                    .into_iter()
                    .filter(|variable| !variables(agent).contains(&variable.as_str()))
                    .collect();
                unknown.sort();
                if let Some(variable) = unknown.into_iter().next() {
                    return Err(PromptError::UnknownVariable {
                        agent,
                        variable,
                        known: variables(agent).join(", "),
                    });
                }
                // Filled in once with everything there is, so that a misspelt attribute shows
                // now and not after the first candidate.
                let sample = PromptContext {
                    earlier: vec![EarlierAttempt::default()],
                    calls: vec![String::new()],
                    ..PromptContext::default()
                };
                template.render(Serde(&sample)).map_err(syntax)?;
                parts.push((role, name));
            }
            if parts.is_empty() {
                return Err(PromptError::Empty { agent });
            }
            messages.insert(agent, parts);
        }
        Ok(Self {
            environment,
            messages,
        })
    }

    /// The messages of an agent.
    pub(crate) fn render(&self, agent: Agent, context: &PromptContext) -> Vec<Message> {
        self.messages
            .get(&agent)
            .expect("every agent has a prompt since load")
            .iter()
            .map(|(role, name)| {
                let content = self
                    .environment
                    .get_template(name)
                    .and_then(|template| template.render(Serde(context)))
                    // A template that could be filled in with the sample can still fail on
                    // other values; saying so in the prompt beats losing the candidate.
                    .unwrap_or_else(|error| {
                        format!("(the prompt could not be filled in: {error})")
                    });
                Message {
                    role: *role,
                    content: content.trim().to_owned(),
                }
            })
            .collect()
    }
}

/// Cuts a template at its marker lines. Messages without text are dropped.
fn split_messages(text: &str) -> Vec<(Role, String)> {
    let mut messages: Vec<(Role, String)> = vec![(Role::User, String::new())];
    for line in text.lines() {
        let marker = line
            .trim()
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .and_then(|name| Role::ALL.iter().find(|role| role.as_str() == name));
        if let Some(role) = marker {
            messages.push((*role, String::new()));
        } else if let Some((_, content)) = messages.last_mut() {
            content.push_str(line);
            content.push('\n');
        }
    }
    messages.retain(|(_, content)| !content.trim().is_empty());
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(agent: Agent, text: &str) -> Result<Prompts, PromptError> {
        Prompts::load(&BTreeMap::from([(agent, text.to_owned())]))
    }

    fn context() -> PromptContext {
        PromptContext {
            function: "area".into(),
            code: "def area(r):\n    return 3 * r".into(),
            tests: "class TestCases: ...".into(),
            error: "failed: AssertionError: 3 != 4".into(),
            earlier: vec![EarlierAttempt {
                code: "def area(r):\n    return 4".into(),
                error: "[system]\nfailed: {{ code }}".into(),
            }],
            calls: Vec::new(),
            python: "3.12".into(),
            packages: "numpy 2.1.0".into(),
            seconds: 10,
            megabytes: 1024,
            processes: true,
        }
    }

    fn shown(prompts: &Prompts, agent: Agent, context: &PromptContext) -> String {
        prompts
            .render(agent, context)
            .iter()
            .map(|message| format!("<{}>\n{}", message.role, message.content))
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn embedded_prompts() {
        let prompts = Prompts::load(&BTreeMap::new()).expect("the embedded prompts load");
        insta::assert_snapshot!("prompt_tests", shown(&prompts, Agent::Tests, &context()));
        let disputed = PromptContext {
            calls: vec!["area(-1)".into(), "area([2])".into()],
            ..context()
        };
        assert!(
            shown(&prompts, Agent::Tests, &disputed).contains("`area(-1)`")
                && !shown(&prompts, Agent::Tests, &context()).contains("area(-1)")
        );
        insta::assert_snapshot!("prompt_fix", shown(&prompts, Agent::Fix, &context()));
        insta::assert_snapshot!("prompt_refine", shown(&prompts, Agent::Refine, &context()));
        let first = PromptContext {
            earlier: Vec::new(),
            packages: String::new(),
            processes: false,
            ..context()
        };
        insta::assert_snapshot!(
            "prompt_fix_first_round",
            shown(&prompts, Agent::Fix, &first)
        );
    }

    #[test]
    fn unknown_variables_are_named() {
        let error = load(Agent::Tests, "{{ code }} {{ eror }}").expect_err("a misspelt name");
        insta::assert_snapshot!(error, @"the prompt of the tests agent names the unknown variable `eror`; it may use function, code, calls, python, packages, seconds, megabytes, processes");
        // What another agent has is unknown too.
        assert!(load(Agent::Tests, "{{ error }}").is_err());
        assert!(load(Agent::Fix, "{{ error }}").is_ok());
    }

    #[test]
    fn broken_templates_are_refused() {
        assert!(matches!(
            load(Agent::Fix, "{% if %}"),
            Err(PromptError::Syntax { .. })
        ));
        assert!(matches!(
            load(
                Agent::Fix,
                "{% for a in earlier %}{{ a.nothing }}{% endfor %}"
            ),
            Err(PromptError::Syntax { .. })
        ));
        assert!(matches!(
            load(Agent::Fix, "[system]\n\n"),
            Err(PromptError::Empty { .. })
        ));
    }

    #[test]
    fn text_without_markers_is_one_user_message() {
        let prompts = load(Agent::Refine, "Polish {{ function }}.").expect("a valid prompt");
        assert_eq!(
            shown(&prompts, Agent::Refine, &context()),
            "<user>\nPolish area."
        );
    }
}
