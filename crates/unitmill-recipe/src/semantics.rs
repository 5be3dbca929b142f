//! What a schema cannot say: knobs that need, or exclude, one another.

use crate::knobs::{Functions, ProviderName, Recipe, Server};
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
    check_server("models.tests", &recipe.models.tests, &mut problems);
    check_server("models.fix", &recipe.models.fix, &mut problems);
    check_server("models.refine", &recipe.models.refine, &mut problems);
    for (key, server, instead) in [
        (
            "models.fix.samples",
            &recipe.models.fix,
            "set fix.samples instead",
        ),
        (
            "models.refine.samples",
            &recipe.models.refine,
            "one refinement is asked for",
        ),
    ] {
        if server.samples.is_some() {
            problems.push(Problem::new(
                key,
                format!("only models.tests has it; {instead}"),
            ));
        }
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

fn check_server(key: &str, server: &Server, problems: &mut Vec<Problem>) {
    match server.provider {
        ProviderName::Builtin => {
            let given = [
                ("base_url", server.base_url.is_some()),
                ("model", server.model.is_some()),
                ("api_key_env", server.api_key_env.is_some()),
                ("temperature", server.temperature.is_some()),
                ("top_p", server.top_p.is_some()),
                ("max_tokens", server.max_tokens.is_some()),
                ("samples", server.samples.is_some()),
                ("concurrency", server.concurrency.is_some()),
                ("timeout_s", server.timeout_s.is_some()),
                ("deadline_s", server.deadline_s.is_some()),
                ("retries", server.retries.is_some()),
            ];
            for (knob, _) in given.iter().filter(|(_, is_given)| *is_given) {
                problems.push(Problem::new(
                    format!("{key}.{knob}"),
                    "means nothing to the builtin provider; did you forget `provider: openai`?",
                ));
            }
        }
        ProviderName::Openai => {
            match &server.base_url {
                None => problems.push(Problem::new(
                    format!("{key}.base_url"),
                    "is missing; the openai provider needs the server's address (http://127.0.0.1:8000/v1)",
                )),
                Some(addresses) => {
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
