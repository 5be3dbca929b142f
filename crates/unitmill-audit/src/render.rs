//! The audit as text for a terminal, at most 100 columns wide.

use unitmill_model::Cost;

use crate::layout::{Align, Grid, bar, equation, package_name, percent, words};
use crate::{Audit, Count, MissingPackage, Tokens};

/// Packages that the text lists; the rest is one line. JSON and HTML have all of them.
const PACKAGES_SHOWN: usize = 25;

/// Renders an audit as text, ending in a newline.
pub fn render_text(audit: &Audit) -> String {
    let mut sections = vec![conservation(audit), funnel(audit), packages(audit)];
    sections.push(counts("Verdicts of first runs", &audit.first_verdicts));
    sections.push(reasons(audit));
    sections.push(missing_packages(&audit.missing_packages));
    sections.push(pairs(audit));
    sections.push(package_tokens(audit));
    sections.push(work(audit));
    sections.retain(|section| !section.is_empty());
    sections.join("\n")
}

fn conservation(audit: &Audit) -> String {
    let verdict = if audit.holds() {
        "holds"
    } else {
        "DOES NOT HOLD"
    };
    let mut text = format!("Conservation {verdict}\n");
    for sum in audit.sums() {
        let mark = if sum.holds { "ok " } else { "OFF" };
        text.push_str(&format!("  {mark}  {}\n", equation(sum)));
        for problem in &sum.off {
            text.push_str(&format!("       {problem}\n"));
        }
    }
    if !audit.complete {
        text.push_str("  The run is not finished; the figures are of what is there.\n");
    }
    text
}

fn funnel(audit: &Audit) -> String {
    let mut grid = Grid::new(&[
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Left,
        Align::Left,
    ]);
    for step in &audit.funnel {
        let of = step
            .of
            .as_deref()
            .map_or_else(String::new, |of| format!("of {}", words(of)));
        grid.push([
            words(&step.step),
            step.count.to_string(),
            percent(step.share),
            of,
            bar(step.share),
        ]);
    }
    format!("Funnel\n{}", grid.render())
}

fn packages(audit: &Audit) -> String {
    if audit.packages.is_empty() {
        return String::new();
    }
    let rounds = audit.packages[0].passed_after_fix.len();
    let mut alignment = vec![Align::Left];
    alignment.resize(8 + rounds, Align::Right);
    let mut grid = Grid::new(&alignment);
    let fixes = (1..=rounds).map(|round| format!("fix {round}"));
    let head = ["package", "candidates", "tests", "first"].map(str::to_owned);
    let tail = ["refined", "with pairs", "pairs", "rate"].map(str::to_owned);
    grid.push(head.into_iter().chain(fixes).chain(tail));
    for row in audit.packages.iter().take(PACKAGES_SHOWN) {
        let mut cells = vec![package_name(&row.package).to_owned()];
        cells.extend([row.candidates, row.with_tests, row.passed_first_run].map(|n| n.to_string()));
        cells.extend(row.passed_after_fix.iter().map(u64::to_string));
        cells.extend([row.refined, row.with_pairs, row.pairs].map(|n| n.to_string()));
        cells.push(percent(row.pass_rate));
        grid.push(cells);
    }
    let mut text = format!("Pass rates per package\n{}", grid.render());
    let more = audit.packages.len().saturating_sub(PACKAGES_SHOWN);
    if more > 0 {
        text.push_str(&format!("  and {more} more\n"));
    }
    text
}

fn counts(title: &str, rows: &[Count]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(&[Align::Left, Align::Right, Align::Right, Align::Left]);
    for row in rows {
        grid.push([
            words(&row.name),
            row.count.to_string(),
            percent(row.share),
            bar(row.share),
        ]);
    }
    format!("{title}\n{}", grid.render())
}

fn reasons(audit: &Audit) -> String {
    if audit.reasons.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(&[Align::Left, Align::Left, Align::Left, Align::Right]);
    for row in &audit.reasons {
        grid.push([
            row.stage.clone(),
            row.unit.clone(),
            words(&row.reason),
            row.count.to_string(),
        ]);
    }
    format!("Rejects\n{}", grid.render())
}

/// The packages to add to the environment next, as a table; nothing if none is missing.
pub fn missing_packages(missing: &[MissingPackage]) -> String {
    if missing.is_empty() {
        return String::new();
    }
    let mut grid = Grid::new(&[Align::Left, Align::Right, Align::Right, Align::Left]);
    grid.push(["package", "functions wait", "for it alone", "pip install"]);
    for row in missing.iter().take(PACKAGES_SHOWN) {
        grid.push([
            row.package.clone(),
            row.functions.to_string(),
            row.alone.to_string(),
            row.distribution.clone().unwrap_or_default(),
        ]);
    }
    let mut text = format!("Packages to add next\n{}", grid.render());
    let more = missing.len().saturating_sub(PACKAGES_SHOWN);
    if more > 0 {
        text.push_str(&format!("  and {more} more\n"));
    }
    text
}

fn pairs(audit: &Audit) -> String {
    let figures = &audit.pairs;
    if figures.count == 0 {
        return String::new();
    }
    let mut grid = Grid::new(&[Align::Left, Align::Left, Align::Right, Align::Right]);
    for (what, rows) in [
        ("verified by", &figures.verification),
        ("tests from", &figures.test_origin),
        ("passed in fix round", &figures.fix_rounds),
        ("models", &figures.models),
        ("licence", &figures.licenses),
        ("executed by", &figures.backends),
        ("isolation", &figures.isolation),
    ] {
        for (position, row) in rows.iter().enumerate() {
            let label = if position == 0 { what } else { "" };
            grid.push([
                label.to_owned(),
                row.name.clone(),
                row.count.to_string(),
                percent(row.share),
            ]);
        }
    }
    let refined = crate::audit::share(figures.refined, figures.count);
    grid.push([
        "refined".to_owned(),
        String::new(),
        figures.refined.to_string(),
        percent(refined),
    ]);
    format!("Pairs\n{}", grid.render())
}

fn work(audit: &Audit) -> String {
    let mut text = String::new();
    if !audit.model_calls.is_empty() {
        text.push_str(&model_calls(audit));
    }
    if !audit.executions.is_empty() {
        let mut grid = Grid::new(&[Align::Left, Align::Right, Align::Right]);
        grid.push(["step", "executions", "passed"]);
        for row in &audit.executions {
            grid.push([
                words(&row.step),
                row.executions.to_string(),
                row.passed.to_string(),
            ]);
        }
        let gap = if text.is_empty() { "" } else { "\n" };
        text.push_str(&format!("{gap}Executions\n{}", grid.render()));
    }
    if let Some(replayed) = audit.replayed
        && !text.is_empty()
    {
        text.push_str(&format!(
            "  out of journals: {} model calls, {} executions\n",
            replayed.model_calls, replayed.executions
        ));
    }
    text
}

/// What a column of money is called.
pub(crate) fn cost_head(audit: &Audit) -> Option<String> {
    audit.answers.all.cost?;
    Some(match &audit.answers.currency {
        Some(currency) => format!("cost, {currency}"),
        None => "cost".to_owned(),
    })
}

/// An amount with its currency.
pub(crate) fn money(audit: &Audit, cost: Cost) -> String {
    match &audit.answers.currency {
        Some(currency) => format!("{cost} {currency}"),
        None => cost.to_string(),
    }
}

fn model_calls(audit: &Audit) -> String {
    let mut alignment = vec![Align::Left, Align::Right, Align::Left];
    alignment.resize(7, Align::Right);
    let mut grid = Grid::new(&alignment);
    let head = [
        "agent",
        "round",
        "model",
        "calls",
        "prompt tokens",
        "completion tokens",
    ];
    let head = head.into_iter().map(str::to_owned);
    grid.push(head.chain(cost_head(audit)));
    let cells = |names: [String; 3], tokens: &Tokens| {
        let counts = [tokens.calls, tokens.prompt_tokens, tokens.completion_tokens];
        names
            .into_iter()
            .chain(counts.map(|count| count.to_string()))
            .chain(tokens.cost.map(|cost| cost.to_string()))
            .collect::<Vec<_>>()
    };
    for row in &audit.model_calls {
        let names = [row.agent.clone(), round(row.round), row.model.clone()];
        grid.push(cells(names, &row.tokens));
    }
    let names = ["all", "", ""].map(str::to_owned);
    grid.push(cells(names, &audit.answers.all));
    let mut text = format!("Model calls\n{}", grid.render());
    for line in answer_lines(audit) {
        text.push_str(&format!("  {line}\n"));
    }
    text
}

/// A fix round for reading; other agents have none.
pub(crate) fn round(round: u32) -> String {
    match round {
        0 => String::new(),
        _ => round.to_string(),
    }
}

/// What a pair took, and what was paid.
pub(crate) fn answer_lines(audit: &Audit) -> Vec<String> {
    let figures = &audit.answers;
    let mut lines = Vec::new();
    if let (Some(prompt), Some(completion)) = (
        figures.prompt_tokens_per_pair,
        figures.completion_tokens_per_pair,
    ) {
        let cost = figures.cost_per_pair;
        let cost = cost.map_or_else(String::new, |cost| format!(", {}", money(audit, cost)));
        lines.push(format!(
            "for each published pair: {prompt} prompt and {completion} completion tokens{cost}"
        ));
    }
    let Some(paid) = &audit.paid else {
        return lines;
    };
    let described = |tokens: &Tokens| {
        let cost = tokens.cost;
        let cost = cost.map_or_else(String::new, |cost| format!(", {}", money(audit, cost)));
        format!(
            "{} answers with {} + {} tokens{cost}",
            tokens.calls, tokens.prompt_tokens, tokens.completion_tokens
        )
    };
    lines.push(format!(
        "paid for in this run: {}",
        described(&paid.answers)
    ));
    if paid.lost.calls > 0 {
        lines.push(format!(
            "lost on the way, and perhaps paid for: at most {}",
            described(&paid.lost)
        ));
    }
    lines
}

fn package_tokens(audit: &Audit) -> String {
    if audit.model_calls.is_empty() {
        return String::new();
    }
    let mut alignment = vec![Align::Left];
    alignment.resize(7, Align::Right);
    let mut grid = Grid::new(&alignment);
    let head = [
        "package",
        "calls",
        "prompt tokens",
        "completion tokens",
        "tokens/pair",
    ];
    let head = head.into_iter().map(str::to_owned);
    let cost_heads = cost_head(audit).map(|head| [head, "cost/pair".to_owned()]);
    grid.push(head.chain(cost_heads.into_iter().flatten()));
    for row in audit.packages.iter().take(PACKAGES_SHOWN) {
        let tokens = &row.answers;
        let mut cells = vec![package_name(&row.package).to_owned()];
        let counts = [tokens.calls, tokens.prompt_tokens, tokens.completion_tokens];
        cells.extend(counts.map(|count| count.to_string()));
        let all = tokens
            .prompt_tokens
            .saturating_add(tokens.completion_tokens);
        let per_pair = all.checked_div(row.pairs);
        cells.push(per_pair.map_or_else(String::new, |tokens| tokens.to_string()));
        if let Some(cost) = tokens.cost {
            let per_pair = cost.parts().checked_div(row.pairs).map(Cost::from_parts);
            cells.push(cost.to_string());
            cells.push(per_pair.map_or_else(String::new, |cost| cost.to_string()));
        }
        grid.push(cells);
    }
    let mut text = format!("Tokens per package\n{}", grid.render());
    let more = audit.packages.len().saturating_sub(PACKAGES_SHOWN);
    if more > 0 {
        text.push_str(&format!("  and {more} more\n"));
    }
    text
}
