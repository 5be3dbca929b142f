//! What the agents need to know, from the plan and the environment.

use std::collections::BTreeSet;

use unitmill_agents::{
    CaseSettings, Environment as AgentEnvironment, Prompts, Provider, movable_roots,
};
use unitmill_model::{Agent, Backend, Isolation, Limits};
use unitmill_recipe::{
    ProviderName, Recipe, Sandbox as SandboxRecipe, SandboxBackend, SandboxIsolation, Server, Tiers,
};
use unitmill_sandbox::Environment;

use crate::error::RunError;
use crate::pilot::fruitful_rounds;
use crate::plan::PromptTexts;
use crate::run::Run;

pub(crate) fn case_settings(
    run: &Run,
    environment: &Environment,
) -> Result<CaseSettings, RunError> {
    let plan = &run.plan;
    let recipe = &plan.recipe;
    Ok(CaseSettings {
        fix_rounds: fruitful_rounds(&run.directory, recipe)?,
        fix_samples: recipe.fix.samples,
        keep: recipe.fix.keep,
        opinions: recipe.fix.opinions,
        tests: providers(&recipe.models.tests),
        fix: providers(&recipe.models.fix),
        refine: providers(&recipe.models.refine),
        observed_calls: recipe.generate.calls,
        limits: limits(&recipe.sandbox),
        seed: execution_seed(recipe),
        backend: match recipe.sandbox.backend {
            SandboxBackend::Native => Backend::Native,
        },
        isolation: isolation(&recipe.sandbox),
        env_digest: environment.digest(),
        environment: agent_environment(environment),
        prompts: prompts(&plan.prompts)?,
    })
}

/// What an environment holds, as the agents take it.
fn agent_environment(environment: &Environment) -> AgentEnvironment {
    let (major, minor, _) = environment.python_version();
    AgentEnvironment {
        python: (major, minor),
        modules: environment.import_roots().clone(),
        versions: environment.versions().clone(),
    }
}

/// The import roots that a function may need in an environment: those that it holds, and
/// those that the fix agent's rules replace there.
pub(crate) fn importable_modules(environment: &Environment) -> BTreeSet<String> {
    let mut modules = movable_roots(&agent_environment(environment));
    modules.extend(environment.import_roots().iter().cloned());
    modules
}

/// Compiles the prompt templates, the overridden ones among them.
pub(crate) fn prompts(texts: &PromptTexts) -> Result<Prompts, RunError> {
    let overrides = [
        (Agent::Tests, &texts.tests),
        (Agent::Fix, &texts.fix),
        (Agent::Refine, &texts.refine),
    ]
    .into_iter()
    .filter_map(|(agent, text)| text.clone().map(|text| (agent, text)))
    .collect();
    Ok(Prompts::load(&overrides)?)
}

/// The mode of isolation that a recipe names.
pub(crate) fn isolation(sandbox: &SandboxRecipe) -> Isolation {
    match sandbox.isolation {
        SandboxIsolation::Full => Isolation::Full,
        SandboxIsolation::Rlimits => Isolation::Rlimits,
        SandboxIsolation::Container => Isolation::Container,
    }
}

/// The limits that a recipe sets; those that it does not are the defaults.
pub fn limits(sandbox: &SandboxRecipe) -> Limits {
    Limits {
        wall_ms: sandbox.timeout_s * 1000,
        cpu_ms: sandbox.timeout_s * 1000,
        memory_bytes: sandbox.memory_mb << 20,
        ..Limits::default()
    }
}

/// The seed of executions: the recipe's, folded to what `random` and numpy both take.
fn execution_seed(recipe: &Recipe) -> u32 {
    (recipe.seed ^ (recipe.seed >> 32)) as u32
}

fn providers(tiers: &Tiers) -> Vec<Provider> {
    tiers.as_slice().iter().map(provider).collect()
}

fn provider(server: &Server) -> Provider {
    match (server.provider, &server.model) {
        (ProviderName::Openai | ProviderName::Replay, Some(name)) => Provider::Model {
            name: name.clone(),
            samples: server.samples.unwrap_or(1),
            recorded: server.provider == ProviderName::Replay,
        },
        _ => Provider::Builtin,
    }
}
