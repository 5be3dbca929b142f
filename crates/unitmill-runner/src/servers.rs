//! The model servers of a recipe, one client an agent.

use std::num::NonZeroUsize;
use std::time::Duration;

use unitmill_llm::{Client, ClientSettings, LlmError, api_key};
use unitmill_model::{Agent, Message, ModelRequest};
use unitmill_recipe::{ProviderName, Recipe, Server};

use crate::error::RunError;
use crate::event::{Event, Events};

/// An agent's server and how it is sampled.
pub(crate) struct AgentServer {
    pub(crate) client: Client,
    model: String,
    temperature: f64,
    top_p: f64,
    max_tokens: u32,
    seed: u64,
}

impl AgentServer {
    pub(crate) fn request(&self, messages: Vec<Message>, sample: u32) -> ModelRequest {
        ModelRequest {
            model: self.model.clone(),
            messages,
            temperature: self.temperature,
            top_p: self.top_p,
            max_tokens: self.max_tokens,
            seed: self.seed,
            sample,
        }
    }
}

/// The servers of all agents that have one.
pub(crate) struct Servers {
    tests: Option<AgentServer>,
    fix: Option<AgentServer>,
    refine: Option<AgentServer>,
}

/// Makes an agent's client; none for the offline agents.
fn agent_server(
    server: &Server,
    temperature: f64,
    seed: u64,
) -> Result<Option<AgentServer>, LlmError> {
    let (ProviderName::Openai, Some(addresses), Some(model)) =
        (server.provider, &server.base_url, &server.model)
    else {
        return Ok(None);
    };
    let base_urls = addresses.as_slice();
    // One key for all: it is needed as soon as one of them is not on this machine.
    let mut key = None;
    for base_url in base_urls {
        key = api_key(server.api_key_env.as_deref(), base_url)?;
    }
    let defaults = ClientSettings::new("");
    let client = Client::new(ClientSettings {
        base_urls: base_urls.to_vec(),
        api_key: key,
        concurrency: concurrency(server),
        timeout: server
            .timeout_s
            .map_or(defaults.timeout, Duration::from_secs),
        deadline: server
            .deadline_s
            .map_or(defaults.deadline, Duration::from_secs),
        max_retries: server.retries.unwrap_or(defaults.max_retries),
        ..defaults
    })?;
    Ok(Some(AgentServer {
        client,
        model: model.clone(),
        temperature: server.temperature.unwrap_or(temperature),
        top_p: server.top_p.unwrap_or(1.0),
        // The reference implementation's limit.
        max_tokens: server.max_tokens.unwrap_or(2048),
        seed,
    }))
}

fn concurrency(server: &Server) -> NonZeroUsize {
    const DEFAULT: NonZeroUsize = NonZeroUsize::new(32).expect("32 is not 0");
    server
        .concurrency
        .and_then(NonZeroUsize::new)
        .unwrap_or(DEFAULT)
}

impl Servers {
    /// Makes the clients; nothing is sent yet.
    pub(crate) fn new(recipe: &Recipe) -> Result<Self, RunError> {
        let make = |agent: Agent, server: &Server, temperature: f64| {
            agent_server(server, temperature, recipe.seed)
                .map_err(|source| RunError::Model { agent, source })
        };
        // The reference implementation's temperatures.
        Ok(Self {
            tests: make(Agent::Tests, &recipe.models.tests, 0.2)?,
            fix: make(Agent::Fix, &recipe.models.fix, 0.5)?,
            refine: make(Agent::Refine, &recipe.models.refine, 0.5)?,
        })
    }

    /// Asks every server whether it is there and knows the model, before a token is spent.
    /// One of several addresses is enough; the others are warned of.
    pub(crate) async fn check(&self, events: &Events) -> Result<(), RunError> {
        for agent in Agent::ALL {
            if let Some(server) = self.get(*agent) {
                let problems = server
                    .client
                    .health(&server.model)
                    .await
                    .map_err(|source| RunError::Model {
                        agent: *agent,
                        source,
                    })?;
                for problem in problems {
                    events.send(Event::Warning(format!(
                        "the {agent} agent goes on without one of its servers: {problem}. {}",
                        problem.hint()
                    )));
                }
            }
        }
        Ok(())
    }

    /// How many calls may be in flight at once over all servers.
    pub(crate) fn concurrency(recipe: &Recipe) -> usize {
        [
            &recipe.models.tests,
            &recipe.models.fix,
            &recipe.models.refine,
        ]
        .into_iter()
        .filter(|server| server.provider == ProviderName::Openai)
        .map(|server| concurrency(server).get())
        .sum()
    }

    /// An agent's server.
    ///
    /// # Panics
    /// If the agent is offline: its case never asks.
    pub(crate) fn of(&self, agent: Agent) -> &AgentServer {
        self.get(agent).expect("an offline agent asks no model")
    }

    fn get(&self, agent: Agent) -> Option<&AgentServer> {
        match agent {
            Agent::Tests => self.tests.as_ref(),
            Agent::Fix => self.fix.as_ref(),
            Agent::Refine => self.refine.as_ref(),
        }
    }
}
