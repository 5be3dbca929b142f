//! Where the answers of each agent come from: its providers, cheap first.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use unitmill_llm::{BatchEndpoint, BatchLines, Client, ClientSettings, LlmError, api_key};
use unitmill_model::{Agent, Message, ModelRequest, Reply};
use unitmill_recipe::{Addresses, Mode, ProviderName, Recipe, Server};

use crate::batch::{AnsweredBy, BatchServer};
use crate::error::RunError;
use crate::event::{Event, Events};
use crate::sources::{PlannedSources, tiers_of};

/// A model, how it is sampled, and who answers for it.
pub(crate) struct AgentServer {
    source: Source,
    model: String,
    temperature: f64,
    top_p: f64,
    max_tokens: u32,
    seed: u64,
}

/// Who answers.
enum Source {
    /// A server, call by call.
    Online(Client),
    /// A server or a command, wave by wave.
    Batch(Arc<BatchServer>),
    /// Another run's journal.
    Recorded,
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

    /// Whether there are only the answers that another run has written down.
    pub(crate) fn is_recorded(&self) -> bool {
        matches!(self.source, Source::Recorded)
    }

    /// Whoever answers waves of requests, where requests go out in waves.
    pub(crate) fn batch(&self) -> Option<&BatchServer> {
        match &self.source {
            Source::Batch(batch) => Some(batch),
            Source::Online(_) | Source::Recorded => None,
        }
    }

    /// Asks for several answers to the same messages; see [`Client::ask_samples`].
    ///
    /// # Panics
    /// If there is nobody to be called.
    pub(crate) async fn ask_samples<Delivered, Delivery>(
        &self,
        requests: &[ModelRequest],
        deliver: impl Fn(usize, Vec<Result<Reply, LlmError>>) -> Delivery,
    ) -> Result<Vec<Delivered>, LlmError>
    where
        Delivery: Future<Output = Vec<Delivered>>,
    {
        match &self.source {
            Source::Online(client) => client.ask_samples(requests, deliver).await,
            Source::Batch(_) | Source::Recorded => panic!("there is nobody to be called"),
        }
    }
}

/// The providers of all agents that are not offline, by agent and place.
pub(crate) struct Servers(BTreeMap<(Agent, usize), AgentServer>);

/// The reference implementation's temperatures.
pub(crate) fn temperature(agent: Agent) -> f64 {
    match agent {
        Agent::Tests => 0.2,
        Agent::Fix | Agent::Refine => 0.5,
    }
}

/// Makes a provider; none for the offline agents.
fn agent_server(
    server: &Server,
    agent: Agent,
    seed: u64,
    waves: usize,
) -> Result<Option<AgentServer>, LlmError> {
    let Some(model) = server.model.clone() else {
        return Ok(None);
    };
    let base_urls = server.base_url.as_ref().map(Addresses::as_slice);
    let source = match (server.provider, server.mode, base_urls) {
        (ProviderName::Builtin, _, _) => return Ok(None),
        (ProviderName::Replay, _, _) => Source::Recorded,
        (ProviderName::Openai, Mode::Batch, base_urls) => {
            let settings = client_settings(server, base_urls.unwrap_or_default())?;
            Source::Batch(Arc::new(BatchServer {
                number: waves,
                model: model.clone(),
                requests: server.batch.requests as usize,
                retries: settings.max_retries,
                lines: BatchLines::default(),
                by: match &server.batch.command {
                    Some(command) => AnsweredBy::Command(command.clone()),
                    None => AnsweredBy::Hosted(
                        Box::new(BatchEndpoint::new(settings)?),
                        Duration::from_secs(server.batch.poll_s),
                    ),
                },
            }))
        }
        (ProviderName::Openai, Mode::Online, base_urls) => {
            let settings = client_settings(server, base_urls.unwrap_or_default())?;
            Source::Online(Client::new(settings)?)
        }
    };
    Ok(Some(AgentServer {
        source,
        model,
        temperature: server.temperature.unwrap_or_else(|| temperature(agent)),
        top_p: server.top_p.unwrap_or(1.0),
        // The reference implementation's limit.
        max_tokens: server.max_tokens.unwrap_or(2048),
        seed,
    }))
}

fn client_settings(server: &Server, base_urls: &[String]) -> Result<ClientSettings, LlmError> {
    // One key for all: it is needed as soon as one of them is not on this machine.
    let mut key = None;
    for base_url in base_urls {
        key = api_key(server.api_key_env.as_deref(), base_url)?;
    }
    let defaults = ClientSettings::new("");
    Ok(ClientSettings {
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
    })
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
    pub(crate) fn new(recipe: &Recipe, sources: &PlannedSources) -> Result<Self, RunError> {
        let mut servers = BTreeMap::new();
        let mut waves = 0;
        for agent in Agent::ALL.iter().copied() {
            let tiers = tiers_of(&recipe.models, agent).as_slice();
            for (tier, server) in tiers.iter().enumerate() {
                let seed = sources.seed_of(server, recipe);
                let made = agent_server(server, agent, seed, waves)
                    .map_err(|source| RunError::Model { agent, source })?;
                waves += usize::from(made.as_ref().is_some_and(|made| made.batch().is_some()));
                servers.extend(made.map(|made| ((agent, tier), made)));
            }
        }
        Ok(Self(servers))
    }

    /// Asks every server whether it is there and knows the model, before a token is spent.
    /// One of several addresses is enough; the others are warned of.
    pub(crate) async fn check(&self, events: &Events) -> Result<(), RunError> {
        for (&(agent, _), server) in &self.0 {
            let health = match &server.source {
                Source::Online(client) => client.health(&server.model).await,
                Source::Batch(batch) => match &batch.by {
                    AnsweredBy::Hosted(endpoint, _) => endpoint.health(&server.model).await,
                    AnsweredBy::Command(_) => continue,
                },
                Source::Recorded => continue,
            };
            let problems = health.map_err(|source| RunError::Model { agent, source })?;
            for problem in problems {
                events.send(Event::Warning(format!(
                    "the {agent} agent goes on without one of its servers: {problem}. {}",
                    problem.hint()
                )));
            }
        }
        Ok(())
    }

    /// How many calls may be in flight at once over all servers.
    pub(crate) fn concurrency(recipe: &Recipe) -> usize {
        recipe
            .models
            .servers()
            .filter(|server| server.provider == ProviderName::Openai)
            .map(|server| match server.mode {
                Mode::Online => concurrency(server).get(),
                Mode::Batch => server.batch.requests as usize,
            })
            .sum()
    }

    /// Those that answer in waves, by their numbers.
    pub(crate) fn in_waves(&self) -> Vec<Arc<BatchServer>> {
        let mut batches: Vec<_> = self
            .0
            .values()
            .filter_map(|server| match &server.source {
                Source::Batch(batch) => Some(Arc::clone(batch)),
                Source::Online(_) | Source::Recorded => None,
            })
            .collect();
        batches.sort_by_key(|batch| batch.number);
        batches
    }

    /// A provider of an agent.
    ///
    /// # Panics
    /// If it is offline: its case never asks.
    pub(crate) fn of(&self, agent: Agent, tier: usize) -> &AgentServer {
        self.0
            .get(&(agent, tier))
            .expect("an offline agent asks no model")
    }
}
