//! Other runs that answers come from: the one of `--from`, which is read first, and those of
//! `replay` providers, which are all there is.
//!
//! What a replay provider leaves open is settled when a run is planned, by the plan of the
//! run that it names. Nothing here writes into another run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use unitmill_model::{Agent, Digest, Execution, Reply};
use unitmill_recipe::{Models, ProviderName, Recipe, Server, Tiers};
use unitmill_shards::{JournalArchive, RunDirectory};

use crate::error::RunError;
use crate::plan::RunPlan;
use crate::servers::temperature;

/// Another run, as it was when this one was planned.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PlannedSource {
    /// Its folder.
    pub path: PathBuf,
    /// The digest of its plan.
    pub plan: Digest,
    /// Its seed, which is part of its requests.
    pub seed: u64,
}

/// The other runs that a run reads.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PlannedSources {
    /// The one that is read before anybody is asked. Does not shape the result.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PlannedSource>,
    /// Those of replay providers, each once, in the order of the recipe.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replay: Vec<PlannedSource>,
}

impl PlannedSources {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.from.is_none() && self.replay.is_empty()
    }

    /// The seed of the requests that a provider makes in this run.
    pub(crate) fn seed_of(&self, server: &Server, recipe: &Recipe) -> u64 {
        let source = self
            .replay
            .iter()
            .find(|source| Some(&source.path) == server.from.as_ref());
        source.map_or(recipe.seed, |source| source.seed)
    }

    /// What of them shapes a result: which runs are replayed, not where they lie.
    pub(crate) fn shaping(&self) -> Self {
        Self {
            from: None,
            replay: self
                .replay
                .iter()
                .map(|source| PlannedSource {
                    path: PathBuf::new(),
                    ..source.clone()
                })
                .collect(),
        }
    }
}

/// Reads the plans of the runs that a recipe names, and gives its replay providers what they
/// leave open.
///
/// # Errors
/// A folder that is no run, or whose plan is of another version.
pub(crate) fn settle(recipe: &mut Recipe) -> Result<PlannedSources, RunError> {
    let mut plans = BTreeMap::new();
    let mut sources = PlannedSources::default();
    if let Some(path) = &recipe.from {
        sources.from = Some(read(path)?.0);
    }
    for agent in Agent::ALL.iter().copied() {
        let tiers = tiers_of_mut(&mut recipe.models, agent);
        let mut settled = Vec::new();
        for server in tiers.as_slice() {
            let path = match &server.from {
                Some(path) if server.provider == ProviderName::Replay => path.clone(),
                _ => {
                    settled.push(server.clone());
                    continue;
                }
            };
            if !plans.contains_key(&path) {
                let (source, plan) = read(&path)?;
                sources.replay.push(source);
                plans.insert(path.clone(), plan);
            }
            let recorded = &plans[&path].recipe.models;
            settled.extend(as_recorded(server, agent, tiers_of(recorded, agent)));
        }
        let is_one = matches!(tiers, Tiers::One(_)) && settled.len() == 1;
        *tiers = match (is_one, settled.pop()) {
            (true, Some(server)) => Tiers::One(Box::new(server)),
            (_, last) => {
                settled.extend(last);
                Tiers::Several(settled)
            }
        };
    }
    Ok(sources)
}

fn read(path: &Path) -> Result<(PlannedSource, RunPlan), RunError> {
    let directory = RunDirectory::open(path)?;
    let json = directory
        .read_plan()?
        .ok_or_else(|| RunError::PlanInvalid {
            run: path.to_owned(),
            message: "there is none".to_owned(),
        })?;
    let plan = RunPlan::from_json(path, json)?;
    let source = PlannedSource {
        path: path.to_owned(),
        plan: plan.digest(),
        seed: plan.recipe.seed,
    };
    Ok((source, plan))
}

/// A replay provider with nothing left open: those of the recorded run where it names no
/// model, otherwise one, sampled as the recorded run sampled that model.
fn as_recorded(server: &Server, agent: Agent, recorded: &Tiers) -> Vec<Server> {
    let recorded = recorded.as_slice();
    let as_it_was = |tier: &Server| Server {
        provider: ProviderName::Replay,
        from: server.from.clone(),
        model: tier.model.clone(),
        temperature: server
            .temperature
            .or(tier.temperature)
            .or(Some(temperature(agent))),
        top_p: server.top_p.or(tier.top_p),
        max_tokens: server.max_tokens.or(tier.max_tokens),
        samples: server.samples.or(tier.samples),
        ..Server::default()
    };
    if server.model.is_some() {
        let same = recorded.iter().find(|tier| tier.model == server.model);
        return vec![Server {
            model: server.model.clone(),
            ..as_it_was(same.unwrap_or(server))
        }];
    }
    recorded
        .iter()
        .map(|tier| match tier.provider {
            ProviderName::Builtin => tier.clone(),
            ProviderName::Openai | ProviderName::Replay => as_it_was(tier),
        })
        .collect()
}

/// The providers of an agent.
pub(crate) fn tiers_of(models: &Models, agent: Agent) -> &Tiers {
    match agent {
        Agent::Tests => &models.tests,
        Agent::Fix => &models.fix,
        Agent::Refine => &models.refine,
    }
}

fn tiers_of_mut(models: &mut Models, agent: Agent) -> &mut Tiers {
    match agent {
        Agent::Tests => &mut models.tests,
        Agent::Fix => &mut models.fix,
        Agent::Refine => &mut models.refine,
    }
}

/// The journals of other runs, open for reading.
#[derive(Default)]
pub(crate) struct Archives {
    from: Option<JournalArchive>,
    replay: Vec<JournalArchive>,
}

impl Archives {
    /// Opens them through indexes that `own` keeps.
    pub(crate) fn open(sources: &PlannedSources, own: &RunDirectory) -> Result<Self, RunError> {
        let open = |source: &PlannedSource| {
            Ok::<_, RunError>(JournalArchive::open(
                &RunDirectory::open(&source.path)?,
                own,
            )?)
        };
        Ok(Self {
            from: sources.from.as_ref().map(open).transpose()?,
            replay: sources.replay.iter().map(open).collect::<Result<_, _>>()?,
        })
    }

    /// The recorded answer to a request. Its key says all that shapes an answer, so it makes
    /// no difference which run gave it.
    pub(crate) fn reply(&self, key: &Digest) -> Result<Option<Reply>, RunError> {
        for archive in self.from.iter().chain(&self.replay) {
            if let Some(reply) = archive.reply(key)? {
                return Ok(Some(reply));
            }
        }
        Ok(None)
    }

    /// The recorded outcome of an execution, from the run that is read first.
    pub(crate) fn execution(&self, key: &Digest) -> Result<Option<Execution>, RunError> {
        match &self.from {
            Some(archive) => Ok(archive.execution(key)?),
            None => Ok(None),
        }
    }
}
