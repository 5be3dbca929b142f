//! The audit as text for a terminal, at most 100 columns wide.

use crate::layout::{Align, Grid, bar, equation, package_name, percent, words};
use crate::{Audit, Count, MissingPackage};

/// Packages that the text lists; the rest is one line. JSON and HTML have all of them.
const PACKAGES_SHOWN: usize = 25;

/// Renders an audit as text, ending in a newline.
pub fn render_text(audit: &Audit) -> String {
    let mut sections = vec![conservation(audit), funnel(audit), packages(audit)];
    sections.push(counts("Verdicts of first runs", &audit.first_verdicts));
    sections.push(reasons(audit));
    sections.push(missing_packages(&audit.missing_packages));
    sections.push(pairs(audit));
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
        let mut grid = Grid::new(&[
            Align::Left,
            Align::Left,
            Align::Right,
            Align::Right,
            Align::Right,
        ]);
        grid.push([
            "agent",
            "model",
            "calls",
            "prompt tokens",
            "completion tokens",
        ]);
        for row in &audit.model_calls {
            grid.push([
                row.agent.clone(),
                row.model.clone(),
                row.calls.to_string(),
                row.prompt_tokens.to_string(),
                row.completion_tokens.to_string(),
            ]);
        }
        text.push_str(&format!("Model calls\n{}", grid.render()));
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
