//! What a person reads of a plan, a history, a replay and a machine. Pure text; the
//! audit's own rendering is in `unitmill-audit`.

use std::fmt::Write as _;

use unitmill_model::{Attempt, AttemptKind, Stage};
use unitmill_runner::{ExecSummary, ExtractSummary, History, Preview, Replayed};
use unitmill_sandbox::Feature;

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

/// `unitmill doctor`: each feature, what needs it, and what to do where it is missing.
pub(crate) fn features(features: &[Feature]) -> String {
    let width = features
        .iter()
        .map(|feature| feature.name.len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for feature in features {
        let mark = if feature.present { "yes" } else { "NO " };
        line(
            &mut text,
            format_args!("{mark}  {:<width$}  {}", feature.name, feature.needed_for),
        );
        if !feature.present {
            line(
                &mut text,
                format_args!("     {:<width$}  -> {}", "", feature.remedy),
            );
        }
    }
    text
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
    text
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
