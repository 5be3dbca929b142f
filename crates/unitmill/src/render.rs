//! What a person reads of a plan, a history, a replay and a machine. Pure text; the
//! audit's own rendering is in `unitmill-audit`.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use unitmill_model::{Attempt, AttemptKind, Cost, Isolation, Stage};
use unitmill_python::PackageList;
use unitmill_runner::{
    ExecSummary, ExtractSummary, Forecast, ForecastRow, History, Preview, Replayed,
};
use unitmill_sandbox::Diagnosis;

/// `unitmill plan`: the tasks, then the effective recipe.
pub(crate) fn plan(preview: &Preview) -> String {
    let corpus = &preview.corpus;
    let bytes: u64 = corpus.files.iter().map(|input| input.file.bytes).sum();
    let mut text = String::new();
    line(&mut text, format_args!("run      {}", preview.recipe.name));
    line(
        &mut text,
        format_args!("corpus   {} files, {bytes} bytes", corpus.files.len()),
    );
    for benchmark in &preview.benchmarks {
        line(
            &mut text,
            format_args!("against  {}, {} items", benchmark.name, benchmark.items),
        );
    }
    line(
        &mut text,
        format_args!("tasks    {}  {}", Stage::Extract, corpus.parts.len()),
    );
    line(
        &mut text,
        format_args!(
            "         {}    {}",
            Stage::Dedup,
            preview.recipe.tasks.buckets
        ),
    );
    line(
        &mut text,
        format_args!("         {}     {}", Stage::Mill, corpus.parts.len()),
    );
    line(
        &mut text,
        format_args!(
            "         {}  one per {} pairs, at least 1",
            Stage::Publish,
            preview.recipe.output.rows_per_shard
        ),
    );
    text.push('\n');
    text.push_str(&preview.recipe.to_yaml());
    text
}

/// `unitmill run --pilot`: what the whole will take.
pub(crate) fn forecast(forecast: &Forecast) -> String {
    let mut text = format!(
        "Forecast from a pilot of {} of {} candidates, drawn by hash\n",
        forecast.drawn, forecast.candidates
    );
    let currency = forecast.currency.as_deref().unwrap_or("");
    let shown = |row: &ForecastRow, figure: f64| match row.is_money {
        true => Cost::of(figure).to_string(),
        false => format!("{figure:.0}"),
    };
    let name = |row: &ForecastRow| match row.is_money && !currency.is_empty() {
        true => format!("{}, {currency}", row.what),
        false => row.what.to_owned(),
    };
    line(
        &mut text,
        format_args!(
            "  {:<22} {:>12} {:>14} {:>28}",
            "", "pilot", "all, about", "probably between"
        ),
    );
    for row in &forecast.rows {
        let between = format!(
            "{} and {}",
            shown(row, row.between.0),
            shown(row, row.between.1)
        );
        line(
            &mut text,
            format_args!(
                "  {:<22} {:>12} {:>14} {between:>28}",
                name(row),
                shown(row, row.sample),
                shown(row, row.about),
            ),
        );
    }
    text
}

/// `unitmill show`: where a candidate came from, what was tried, and what became of it.
pub(crate) fn history(history: &History) -> String {
    let candidate = &history.candidate;
    let mut text = String::new();
    line(&mut text, format_args!("candidate  {}", candidate.id));
    line(
        &mut text,
        format_args!(
            "origin     {}{}:{}-{}{}",
            candidate
                .repo
                .as_deref()
                .map_or(String::new(), |repo| format!("{repo} ")),
            candidate.path,
            candidate.first_line,
            candidate.last_line,
            candidate
                .license
                .as_deref()
                .map_or(String::new(), |license| format!(" ({license})")),
        ),
    );
    line(&mut text, format_args!("function   {}", candidate.name));
    line(
        &mut text,
        format_args!("packages   {}", candidate.packages.join(", ")),
    );
    line(
        &mut text,
        format_args!("apis       {}", candidate.apis.join(", ")),
    );
    section(&mut text, "code, as extracted", &candidate.code);

    for attempt in &history.attempts {
        line(&mut text, format_args!("\n{}", attempt_heading(attempt)));
        if !attempt.detail.is_empty() {
            indent(&mut text, &attempt.detail);
        }
    }
    for pair in &history.pairs {
        line(
            &mut text,
            format_args!(
                "\npair {}: tests by {}, verified by {}, fix rounds {}, {}, {} tests",
                pair.id,
                pair.test_origin,
                pair.verification,
                pair.fix_rounds,
                if pair.refined {
                    "refined"
                } else {
                    "not refined"
                },
                pair.tests_run
            ),
        );
        section(&mut text, "prefix", &pair.prefix);
        section(&mut text, "completion", &pair.completion);
        section(&mut text, "tests", &pair.tests);
    }
    match &history.reject {
        Some(reject) => {
            line(
                &mut text,
                format_args!("\nrejected in {}: {}", reject.stage, reject.reason),
            );
            indent(&mut text, &reject.detail);
            if let Some(kept) = reject.kept_id {
                line(&mut text, format_args!("kept in its place: {kept}"));
            }
        }
        None if history.pairs.is_empty() => line(&mut text, format_args!("\nnot milled yet")),
        None => {}
    }
    text
}

fn attempt_heading(attempt: &Attempt) -> String {
    let place = if attempt.round > 0 {
        format!(
            "{} round {} sample {}",
            attempt.step, attempt.round, attempt.sample
        )
    } else {
        attempt.step.to_string()
    };
    let what = match (attempt.kind, attempt.verdict) {
        (AttemptKind::Execution, Some(verdict)) => {
            format!(
                "{verdict}, {} of {} tests passed",
                attempt.tests_passed, attempt.tests_run
            )
        }
        (AttemptKind::Judgement, _) => return format!("#{} {place}", attempt.sequence),
        _ => format!(
            "{}, {} + {} tokens",
            attempt.model, attempt.prompt_tokens, attempt.completion_tokens
        ),
    };
    format!(
        "#{} {place} ({}): {what}, {} ms",
        attempt.sequence, attempt.kind, attempt.duration_ms
    )
}

/// `unitmill replay`: each execution, then and now.
pub(crate) fn replayed(history: &History, executions: &[Replayed]) -> String {
    let mut text = String::new();
    line(
        &mut text,
        format_args!(
            "candidate  {}  {}",
            history.candidate.id, history.candidate.name
        ),
    );
    for execution in executions {
        line(
            &mut text,
            format_args!(
                "{}  {:<8} {} -> {}  {}",
                execution.key.short(),
                execution.kind,
                execution.recorded,
                execution.now,
                if execution.same { "same" } else { "DIFFERENT" }
            ),
        );
    }
    let same = executions.iter().filter(|execution| execution.same).count();
    line(
        &mut text,
        format_args!("{same} of {} executions the same", executions.len()),
    );
    text
}

/// `unitmill doctor`: each feature, what needs it, and what to do where it is missing; then
/// each mode of isolation, and why it cannot be used where it cannot.
pub(crate) fn diagnosis(diagnosis: &Diagnosis) -> String {
    let names = diagnosis
        .features
        .iter()
        .map(|feature| feature.name.len())
        .chain(Isolation::ALL.iter().map(|mode| mode.as_str().len()));
    let width = names.max().unwrap_or(0);
    let mut text = "What this machine has\n\n".to_owned();
    for feature in &diagnosis.features {
        let modes: Vec<&str> = feature.needed_by.iter().map(|mode| mode.as_str()).collect();
        let needed_by = if modes.is_empty() {
            "used where it is there".to_owned()
        } else {
            format!("needed by {}", modes.join(", "))
        };
        line(
            &mut text,
            format_args!(
                "{}  {:<width$}  {}; {needed_by}",
                mark(feature.present),
                feature.name,
                feature.needed_for
            ),
        );
        line(
            &mut text,
            format_args!("     {:<width$}  found: {}", "", feature.observed),
        );
        if !feature.present {
            line(
                &mut text,
                format_args!("     {:<width$}  -> {}", "", feature.remedy),
            );
        }
    }
    text.push_str("\nWhat a recipe can name as `sandbox.isolation` here (each was tried)\n\n");
    for mode in &diagnosis.modes {
        let what = match mode.isolation {
            Isolation::Full => "namespaces, seccomp, control groups: every promise of the sandbox",
            Isolation::Rlimits => {
                "the same without control groups: no child processes, memory as address space"
            }
            Isolation::Container => {
                "no namespaces: Landlock and seccomp; which paths and processes exist can be seen"
            }
        };
        line(
            &mut text,
            format_args!(
                "{}  {:<width$}  {what}",
                mark(mode.obstacle.is_none()),
                mode.isolation
            ),
        );
        if let Some(obstacle) = &mode.obstacle {
            line(
                &mut text,
                format_args!("     {:<width$}  found: {}", "", obstacle.what),
            );
            if let Some(remedy) = &obstacle.remedy {
                line(&mut text, format_args!("     {:<width$}  -> {remedy}", ""));
            }
        }
    }
    text
}

fn mark(good: bool) -> &'static str {
    if good { "yes" } else { "NO " }
}

/// `unitmill exec`: how many of each verdict.
pub(crate) fn verdicts(summary: &ExecSummary) -> String {
    let counts: Vec<String> = summary
        .verdicts
        .iter()
        .map(|(verdict, count)| format!("{verdict} {count}"))
        .collect();
    format!("{} pairs: {}", summary.rows, counts.join(", "))
}

/// `unitmill extract`: what came of the files and of the functions.
pub(crate) fn extracted(summary: &ExtractSummary) -> String {
    let counts = &summary.counts;
    let mut text = format!(
        "{} files: {} parsed, {} rejected; {} functions: {} candidates, {} rejected\n",
        counts.files(),
        counts.files_parsed,
        counts.files_rejected,
        counts.functions(),
        counts.candidates,
        counts.functions_rejected,
    );
    for (reason, count) in &summary.reasons {
        line(&mut text, format_args!("{count:>8}  {reason}"));
    }
    match &summary.environment {
        None => line(
            &mut text,
            format_args!(
                "no environment was asked; --env scientific rejects what needs a package that it lacks"
            ),
        ),
        Some(name) if summary.missing_packages.is_empty() => line(
            &mut text,
            format_args!("the environment {name} holds all that the candidates need"),
        ),
        Some(name) => {
            line(&mut text, format_args!("what the environment {name} lacks"));
            text.push_str(&unitmill_audit::missing_packages(&summary.missing_packages));
        }
    }
    text
}

/// The packages of a list, one a line: import name, distribution, whether an environment
/// with these import roots holds it.
pub(crate) fn packages(list: &PackageList, held: &BTreeSet<String>) -> String {
    let width = |of: fn(&PackageList, &str) -> usize| {
        let widths = list.roots().iter().map(|root| of(list, root));
        widths.max().unwrap_or(0)
    };
    let (roots, distributions) = (
        width(|_, root| root.len()),
        width(|list, root| distribution(list, root).len()),
    );
    let mut text = String::new();
    for root in list.roots() {
        let is_held = if held.contains(root) {
            "held"
        } else {
            "missing"
        };
        line(
            &mut text,
            format_args!(
                "{root:<roots$}  {:<distributions$}  {is_held}",
                distribution(list, root)
            ),
        );
    }
    text
}

/// What brings a package of a list.
fn distribution<'list>(list: &'list PackageList, root: &'list str) -> &'list str {
    if unitmill_python::is_standard_module(root) {
        "(standard library)"
    } else {
        match list.distribution(root) {
            same if same == root => unitmill_python::distribution_of(root).unwrap_or(root),
            named => named,
        }
    }
}

fn section(text: &mut String, title: &str, body: &str) {
    line(text, format_args!("--- {title}"));
    indent(text, body);
}

fn indent(text: &mut String, body: &str) {
    for body_line in body.trim_end().lines() {
        line(text, format_args!("    {body_line}"));
    }
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    writeln!(text, "{arguments}").expect("writing to a string cannot fail");
}

#[cfg(test)]
mod tests {
    use unitmill_sandbox::{Feature, Mode, Obstacle};

    use super::*;

    #[test]
    fn a_diagnosis_says_what_is_missing_and_what_to_do() {
        let feature = |name: &str, present, needed_by: &[Isolation]| Feature {
            name: name.to_owned(),
            needed_for: "something good".to_owned(),
            present,
            observed: "what was seen".to_owned(),
            remedy: "do this".to_owned(),
            needed_by: needed_by.to_vec(),
        };
        let mode = |isolation, what: Option<&str>, remedy: Option<&str>| Mode {
            isolation,
            obstacle: what.map(|what| Obstacle {
                what: what.to_owned(),
                remedy: remedy.map(str::to_owned),
            }),
        };
        insta::assert_snapshot!(diagnosis(&Diagnosis {
            features: vec![
                feature("root", false, &[]),
                feature("seccomp", true, Isolation::ALL),
                feature("control groups", false, &[Isolation::Full]),
            ],
            modes: vec![
                mode(Isolation::Full, Some("no control groups"), None),
                mode(
                    Isolation::Rlimits,
                    Some("make a user namespace: not permitted"),
                    Some("allow it"),
                ),
                mode(Isolation::Container, None, None),
            ],
        }));
    }
}
