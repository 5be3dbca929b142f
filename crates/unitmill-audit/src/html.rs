//! The audit as one HTML file: no scripts, no fonts, nothing from anywhere else.

use unitmill_model::Cost;

use crate::layout::{equation, package_name, percent, words};
use crate::render::{answer_lines, cost_head, round};
use crate::{Audit, Count, Tokens};

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1c1d1f;--paper:#fff;--line:#d9dbe0;--soft:#6a6e76;--bar:#3b6fb6;--good:#1d7a46;--bad:#b3261e}\n\
@media(prefers-color-scheme:dark){:root{--ink:#e6e7ea;--paper:#17181b;--line:#35373d;--soft:#9a9ea7;--bar:#7aa5e0;--good:#6cc893;--bad:#f2938c}}\n\
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:64rem;margin:2rem auto;padding:0 1rem}\n\
h1{font-size:1.5rem;margin-bottom:.25rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}\n\
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}\n\
th,td{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}\n\
th{color:var(--soft);font-weight:600}th.t,td.t{text-align:left;white-space:normal}\n\
.wide{overflow-x:auto}.bar{background:var(--bar);height:.65rem;border-radius:2px}td.b{width:30%}\n\
.good{color:var(--good)}.bad{color:var(--bad)}.soft{color:var(--soft)}ul{padding-left:1.2rem}\n";

/// Renders an audit as a page with the given title.
pub fn render_html(title: &str, audit: &Audit) -> String {
    let title = escape(title);
    let mut body = format!("<h1>{title}</h1>\n");
    if !audit.complete {
        body.push_str(
            "<p class=\"soft\">The run is not finished; the figures are of what is there.</p>\n",
        );
    }
    body.push_str(&conservation(audit));
    body.push_str(&funnel(audit));
    body.push_str(&packages(audit));
    body.push_str(&counts(
        "Verdicts of first runs",
        "verdict",
        &audit.first_verdicts,
    ));
    body.push_str(&reasons(audit));
    body.push_str(&missing_packages(audit));
    for (title, column, rows) in [
        (
            "How pairs were verified",
            "verification",
            &audit.pairs.verification,
        ),
        ("Who wrote the tests", "origin", &audit.pairs.test_origin),
        (
            "Fix round in which pairs came to pass",
            "round",
            &audit.pairs.fix_rounds,
        ),
        ("Models in the pairs", "model", &audit.pairs.models),
        ("Licences", "licence", &audit.pairs.licenses),
    ] {
        body.push_str(&counts(title, column, rows));
    }
    body.push_str(&work(audit));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
}

/// Text inside HTML: package and model names come from the corpus and the recipe.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

enum Cell {
    Text(String),
    Number(u64),
    Amount(String),
    Share(Option<f64>),
    Bar(Option<f64>),
}

impl Cell {
    fn render(&self) -> String {
        match self {
            Self::Text(text) => format!("<td class=\"t\">{}</td>", escape(text)),
            Self::Amount(amount) => format!("<td>{amount}</td>"),
            Self::Number(number) => format!("<td>{number}</td>"),
            Self::Share(share) => format!("<td>{}</td>", percent(*share)),
            Self::Bar(None) => "<td class=\"b\"></td>".to_owned(),
            Self::Bar(Some(share)) => format!(
                "<td class=\"b\"><div class=\"bar\" style=\"width:{:.1}%\"></div></td>",
                share.clamp(0.0, 1.0) * 100.0
            ),
        }
    }
}

/// A table; the first `texts` columns hold text.
fn table(title: &str, head: &[&str], texts: usize, rows: Vec<Vec<Cell>>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let head = head.iter().enumerate().map(|(column, name)| {
        let class = if column < texts { " class=\"t\"" } else { "" };
        format!("<th{class}>{}</th>", escape(name))
    });
    let head = head.collect::<String>();
    let rows = rows.iter().map(|row| {
        let cells = row.iter().map(Cell::render).collect::<String>();
        format!("<tr>{cells}</tr>\n")
    });
    format!(
        "<h2>{}</h2>\n<div class=\"wide\"><table>\n<tr>{head}</tr>\n{}</table></div>\n",
        escape(title),
        rows.collect::<String>()
    )
}

fn conservation(audit: &Audit) -> String {
    let mut text = if audit.holds() {
        "<h2>Conservation <span class=\"good\">holds</span></h2>\n".to_owned()
    } else {
        "<h2>Conservation <span class=\"bad\">does not hold</span></h2>\n".to_owned()
    };
    text.push_str("<ul>\n");
    for sum in audit.sums() {
        let class = if sum.holds { "good" } else { "bad" };
        let problems = sum
            .off
            .iter()
            .map(|problem| format!("<br>{}", escape(problem)));
        text.push_str(&format!(
            "<li class=\"{class}\">{}{}</li>\n",
            escape(&equation(sum)),
            problems.collect::<String>()
        ));
    }
    text.push_str("</ul>\n");
    text
}

fn funnel(audit: &Audit) -> String {
    let rows = audit.funnel.iter().map(|step| {
        let of = step.of.as_deref().map(|of| format!("of {}", words(of)));
        vec![
            Cell::Text(words(&step.step)),
            Cell::Text(of.unwrap_or_else(String::new)),
            Cell::Number(step.count),
            Cell::Share(step.share),
            Cell::Bar(step.share),
        ]
    });
    table(
        "Funnel",
        &["step", "", "count", "share", ""],
        2,
        rows.collect(),
    )
}

fn packages(audit: &Audit) -> String {
    let rounds = audit
        .packages
        .first()
        .map_or(0, |row| row.passed_after_fix.len());
    let fixes = (1..=rounds)
        .map(|round| format!("fix {round}"))
        .collect::<Vec<_>>();
    let mut head = vec!["package", "candidates", "with tests", "first run"];
    head.extend(fixes.iter().map(String::as_str));
    head.extend(["refined", "with pairs", "pairs", "pass rate", ""]);
    let rows = audit.packages.iter().map(|row| {
        let mut cells = vec![Cell::Text(package_name(&row.package).to_owned())];
        cells.extend([row.candidates, row.with_tests, row.passed_first_run].map(Cell::Number));
        cells.extend(row.passed_after_fix.iter().copied().map(Cell::Number));
        cells.extend([row.refined, row.with_pairs, row.pairs].map(Cell::Number));
        cells.extend([Cell::Share(row.pass_rate), Cell::Bar(row.pass_rate)]);
        cells
    });
    table("Pass rates per package", &head, 1, rows.collect())
}

fn counts(title: &str, column: &str, rows: &[Count]) -> String {
    let rows = rows.iter().map(|row| {
        vec![
            Cell::Text(words(&row.name)),
            Cell::Number(row.count),
            Cell::Share(row.share),
            Cell::Bar(row.share),
        ]
    });
    table(title, &[column, "count", "share", ""], 1, rows.collect())
}

fn reasons(audit: &Audit) -> String {
    let rows = audit.reasons.iter().map(|row| {
        vec![
            Cell::Text(row.stage.clone()),
            Cell::Text(row.unit.clone()),
            Cell::Text(words(&row.reason)),
            Cell::Number(row.count),
        ]
    });
    table(
        "Rejects",
        &["stage", "unit", "reason", "count"],
        3,
        rows.collect(),
    )
}

fn missing_packages(audit: &Audit) -> String {
    let rows = audit.missing_packages.iter().map(|row| {
        vec![
            Cell::Text(row.package.clone()),
            Cell::Text(row.distribution.clone().unwrap_or_default()),
            Cell::Number(row.functions),
            Cell::Number(row.alone),
        ]
    });
    table(
        "Packages to add next",
        &["package", "pip install", "functions wait", "for it alone"],
        2,
        rows.collect(),
    )
}

fn work(audit: &Audit) -> String {
    let money = |cost: &Option<Cost>| cost.map(|cost| Cell::Amount(cost.to_string()));
    let counts = |tokens: &Tokens| {
        let counts = [tokens.calls, tokens.prompt_tokens, tokens.completion_tokens];
        let cost = money(&tokens.cost);
        counts.map(Cell::Number).into_iter().chain(cost)
    };
    let cost_head = cost_head(audit);
    let head = |names: &[&'static str]| {
        let names = names.iter().map(|name| (*name).to_owned());
        names.chain(cost_head.clone()).collect::<Vec<_>>()
    };
    let calls = audit.model_calls.iter().map(|row| {
        let names = [row.agent.clone(), round(row.round), row.model.clone()];
        names
            .map(Cell::Text)
            .into_iter()
            .chain(counts(&row.tokens))
            .collect()
    });
    let names = head(&[
        "agent",
        "round",
        "model",
        "calls",
        "prompt tokens",
        "completion tokens",
    ]);
    let names = names.iter().map(String::as_str).collect::<Vec<_>>();
    let mut calls = table("Model calls", &names, 3, calls.collect());
    let asked = !audit.model_calls.is_empty();
    if asked {
        for line in answer_lines(audit) {
            calls.push_str(&format!("<p class=\"soft\">{}</p>\n", escape(&line)));
        }
        let packages = audit.packages.iter().map(|row| {
            std::iter::once(Cell::Text(package_name(&row.package).to_owned()))
                .chain(counts(&row.answers))
                .collect()
        });
        let names = head(&["package", "calls", "prompt tokens", "completion tokens"]);
        let names = names.iter().map(String::as_str).collect::<Vec<_>>();
        calls.push_str(&table("Tokens per package", &names, 1, packages.collect()));
    }
    let executions = audit.executions.iter().map(|row| {
        vec![
            Cell::Text(words(&row.step)),
            Cell::Number(row.executions),
            Cell::Number(row.passed),
        ]
    });
    let head = ["step", "executions", "passed"];
    let executions = table("Executions", &head, 1, executions.collect());
    let replayed = audit.replayed.map_or_else(String::new, |replayed| {
        format!(
            "<p class=\"soft\">Out of journals: {} model calls, {} executions.</p>\n",
            replayed.model_calls, replayed.executions
        )
    });
    format!("{calls}{executions}{replayed}")
}
