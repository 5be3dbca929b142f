//! What a schema cannot say: knobs that need, or exclude, one another.

use crate::knobs::{Batch, Functions, Mode, ProviderName, Recipe, Server, Tiers};
use crate::problem::Problem;

pub(crate) fn check(recipe: &Recipe) -> Vec<Problem> {
    let mut problems = Vec::new();
    let named_well = !recipe.name.is_empty()
        && !recipe.name.starts_with('.')
        && recipe
            .name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    if !named_well {
        problems.push(Problem::new(
            "name",
            format!(
                "`{}` cannot name a folder; use letters, digits, -, _ and .",
                recipe.name
            ),
        ));
    }
    if recipe.input.is_empty() {
        problems.push(Problem::new(
            "input",
            "is empty; name at least one folder, file or glob",
        ));
    }
    for (index, input) in recipe.input.iter().enumerate() {
        if input.path.is_empty() {
            problems.push(Problem::new(format!("input[{index}].path"), "is empty"));
        }
    }
    for (index, benchmark) in recipe.decontaminate.benchmarks.iter().enumerate() {
        if benchmark.path.as_os_str().is_empty() {
            problems.push(Problem::new(
                format!("decontaminate.benchmarks[{index}].path"),
                "is empty",
            ));
        }
    }
    check_functions(&recipe.functions, &mut problems);
    check_budget(recipe, &mut problems);
    for (key, tiers, instead) in [
        ("models.tests", &recipe.models.tests, None),
        (
            "models.fix",
            &recipe.models.fix,
            Some("set fix.samples instead"),
        ),
        (
            "models.refine",
            &recipe.models.refine,
            Some("one refinement is asked for"),
        ),
    ] {
        check_tiers(key, tiers, instead, &mut problems);
    }
    problems
}

fn check_functions(functions: &Functions, problems: &mut Vec<Problem>) {
    if functions.kinds.is_empty() {
        problems.push(Problem::new(
            "functions.kinds",
            "is empty; name at least one kind, such as `function`",
        ));
    }
    if functions.min_lines > functions.max_lines {
        problems.push(Problem::new(
            "functions.min_lines",
            format!(
                "is {}, more than functions.max_lines, {}",
                functions.min_lines, functions.max_lines
            ),
        ));
    }
    if let Some(most) = functions.max_complexity
        && functions.min_complexity > most
    {
        problems.push(Problem::new(
            "functions.min_complexity",
            format!(
                "is {}, more than functions.max_complexity, {most}",
                functions.min_complexity
            ),
        ));
    }
}

/// A limit on money counts nothing where there is no price.
fn check_budget(recipe: &Recipe, problems: &mut Vec<Problem>) {
    if recipe.budget.cost.is_none() {
        return;
    }
    let models = &recipe.models;
    for (agent, tiers) in [
        ("tests", &models.tests),
        ("fix", &models.fix),
        ("refine", &models.refine),
    ] {
        for (index, server) in tiers.as_slice().iter().enumerate() {
            if server.provider == ProviderName::Openai && server.price.is_none() {
                problems.push(Problem::new(
                    format!("{}.price", tiers.key(&format!("models.{agent}"), index)),
                    "is missing; budget.cost counts nothing without it \
                     ({prompt: 0.15, completion: 0.60}, for a million tokens)",
                ));
            }
        }
    }
}

/// Most providers of one agent.
const MOST_TIERS: usize = 8;

/// `samples_instead` says what to do instead of giving `samples`, where it means nothing.
fn check_tiers(
    key: &str,
    tiers: &Tiers,
    samples_instead: Option<&str>,
    problems: &mut Vec<Problem>,
) {
    let servers = tiers.as_slice();
    if servers.is_empty() {
        problems.push(Problem::new(key, "is empty; name at least one provider"));
    }
    if servers.len() > MOST_TIERS {
        problems.push(Problem::new(
            key,
            format!("has {} providers, more than {MOST_TIERS}", servers.len()),
        ));
    }
    for (index, server) in servers.iter().enumerate() {
        let key = tiers.key(key, index);
        check_server(&key, server, problems);
        if let (Some(_), Some(instead)) = (server.samples, samples_instead) {
            problems.push(Problem::new(
                format!("{key}.samples"),
                format!("only models.tests has it; {instead}"),
            ));
        }
        if index > 0 && server.provider == ProviderName::Builtin {
            problems.push(Problem::new(
                format!("{key}.provider"),
                "builtin costs nothing; it can only be the first of several",
            ));
        } else if servers[..index].contains(server) {
            problems.push(Problem::new(key, "is there twice"));
        }
    }
}

fn check_server(key: &str, server: &Server, problems: &mut Vec<Problem>) {
    let has_batch = server.batch != Batch::default();
    let connection = [
        ("base_url", server.base_url.is_some()),
        ("api_key_env", server.api_key_env.is_some()),
        ("concurrency", server.concurrency.is_some()),
        ("timeout_s", server.timeout_s.is_some()),
        ("deadline_s", server.deadline_s.is_some()),
        ("retries", server.retries.is_some()),
        ("mode", server.mode != Mode::default()),
        ("batch", has_batch),
        ("price", server.price.is_some()),
    ];
    let mut refuse = |given: &[(&str, bool)], why: &str| {
        for (knob, _) in given.iter().filter(|(_, is_given)| *is_given) {
            problems.push(Problem::new(format!("{key}.{knob}"), why));
        }
    };
    match server.provider {
        ProviderName::Builtin => {
            let sampling = [
                ("model", server.model.is_some()),
                ("temperature", server.temperature.is_some()),
                ("top_p", server.top_p.is_some()),
                ("max_tokens", server.max_tokens.is_some()),
                ("samples", server.samples.is_some()),
                ("from", server.from.is_some()),
            ];
            let why = "means nothing to the builtin provider; did you forget `provider: openai`?";
            let (first, others) = connection.split_at(1);
            refuse(first, why);
            refuse(&sampling, why);
            refuse(others, why);
        }
        ProviderName::Replay => {
            refuse(
                &connection,
                "means nothing to the replay provider; it asks nobody",
            );
            if server
                .from
                .as_ref()
                .is_none_or(|path| path.as_os_str().is_empty())
            {
                problems.push(Problem::new(
                    format!("{key}.from"),
                    "is missing; the replay provider needs the folder of a run",
                ));
            }
        }
        ProviderName::Openai => {
            refuse(
                &[("from", server.from.is_some())],
                "is for `provider: replay`",
            );
            let by_command = server.mode == Mode::Batch && server.batch.command.is_some();
            if server.mode == Mode::Online {
                refuse(&[("batch", has_batch)], "is for `mode: batch`");
            } else {
                refuse(
                    &[("concurrency", server.concurrency.is_some())],
                    "means nothing in batch mode; batch.requests bounds a wave",
                );
            }
            if by_command {
                refuse(
                    &[
                        ("base_url", server.base_url.is_some()),
                        ("api_key_env", server.api_key_env.is_some()),
                        ("timeout_s", server.timeout_s.is_some()),
                        ("deadline_s", server.deadline_s.is_some()),
                    ],
                    "means nothing where batch.command answers",
                );
            }
            for problem in server.batch.problems() {
                problems.push(Problem::new(format!("{key}.batch.command"), problem));
            }
            match &server.base_url {
                _ if by_command => {}
                None => problems.push(Problem::new(
                    format!("{key}.base_url"),
                    "is missing; the openai provider needs the server's address (http://127.0.0.1:8000/v1)",
                )),
                Some(addresses) => {
                    if server.mode == Mode::Batch && addresses.as_slice().len() > 1 {
                        problems.push(Problem::new(
                            format!("{key}.base_url"),
                            "must be one address in batch mode",
                        ));
                    }
                    problems.extend(addresses.problems().into_iter().map(|(place, problem)| {
                        Problem::new(format!("{key}.base_url{place}"), problem)
                    }));
                }
            }
            if server.model.as_deref().is_none_or(str::is_empty) {
                problems.push(Problem::new(
                    format!("{key}.model"),
                    "is missing; the openai provider needs the model's name",
                ));
            }
        }
    }
}
