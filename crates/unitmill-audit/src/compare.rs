//! What differs between two runs: `unitmill audit RUN --against RUN`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::layout::{Align, Grid, package_name, percent, words};
use crate::{Audit, PackageRow};

/// The differences between two audits.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Comparison {
    /// Every step of either funnel.
    pub funnel: Vec<FunnelChange>,
    /// Every package of either run, the largest of the second run first.
    pub packages: Vec<PackageChange>,
}

/// One step of the funnel in both runs; none where a run has no such step.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct FunnelChange {
    /// The step.
    pub step: String,
    /// Count of the run compared against.
    pub before: Option<u64>,
    /// Count of the run.
    pub after: Option<u64>,
    /// Share of the run compared against.
    pub share_before: Option<f64>,
    /// Share of the run.
    pub share_after: Option<f64>,
}

/// One package in both runs; none where a run does not have it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct PackageChange {
    /// The package.
    pub package: String,
    /// Candidates of the run compared against.
    pub candidates_before: Option<u64>,
    /// Candidates of the run.
    pub candidates_after: Option<u64>,
    /// Pass rate of the run compared against.
    pub rate_before: Option<f64>,
    /// Pass rate of the run.
    pub rate_after: Option<f64>,
}

/// Compares a run with the one it is held `against`.
pub fn compare(against: &Audit, run: &Audit) -> Comparison {
    let step_of = |audit: &Audit, name: &str| {
        let found = audit.funnel.iter().find(|step| step.step == name);
        found.map(|step| (step.count, step.share))
    };
    let mut steps = run.funnel.iter().map(|step| &step.step).collect::<Vec<_>>();
    // A step that only the other run has (a further fix round) follows its predecessor.
    for (position, step) in against.funnel.iter().enumerate() {
        if steps.contains(&&step.step) {
            continue;
        }
        let predecessor = position
            .checked_sub(1)
            .map(|before| &against.funnel[before].step);
        let place = steps.iter().position(|known| Some(*known) == predecessor);
        steps.insert(place.map_or(0, |place| place + 1), &step.step);
    }
    let funnel = steps.into_iter().map(|name| {
        let (before, after) = (step_of(against, name), step_of(run, name));
        FunnelChange {
            step: name.clone(),
            before: before.map(|(count, _)| count),
            after: after.map(|(count, _)| count),
            share_before: before.and_then(|(_, share)| share),
            share_after: after.and_then(|(_, share)| share),
        }
    });
    Comparison {
        funnel: funnel.collect(),
        packages: compare_packages(&against.packages, &run.packages),
    }
}

fn compare_packages(against: &[PackageRow], run: &[PackageRow]) -> Vec<PackageChange> {
    let by_name = |rows: &[PackageRow]| {
        let rows = rows.iter().map(|row| (row.package.clone(), row.clone()));
        rows.collect::<BTreeMap<_, _>>()
    };
    let (before, after) = (by_name(against), by_name(run));
    let names = before.keys().chain(after.keys());
    let names = names.collect::<std::collections::BTreeSet<_>>();
    let mut changes = names
        .into_iter()
        .map(|name| PackageChange {
            package: name.clone(),
            candidates_before: before.get(name).map(|row| row.candidates),
            candidates_after: after.get(name).map(|row| row.candidates),
            rate_before: before.get(name).and_then(|row| row.pass_rate),
            rate_after: after.get(name).and_then(|row| row.pass_rate),
        })
        .collect::<Vec<_>>();
    // Stable, so that packages of the same size stay in the order of their names.
    changes.sort_by_key(|change| std::cmp::Reverse(change.candidates_after));
    changes
}

/// Renders a comparison as text, ending in a newline.
pub fn render_comparison(comparison: &Comparison) -> String {
    let head = ["", "before", "after", "change", "before", "after", "points"];
    let mut alignment = vec![Align::Left];
    alignment.resize(head.len(), Align::Right);
    let mut funnel = Grid::new(&alignment);
    funnel.push(head);
    for step in &comparison.funnel {
        funnel.push(cells(
            words(&step.step),
            (step.before, step.after),
            (step.share_before, step.share_after),
        ));
    }
    let mut packages = Grid::new(&alignment);
    packages.push(head);
    for package in &comparison.packages {
        packages.push(cells(
            package_name(&package.package).to_owned(),
            (package.candidates_before, package.candidates_after),
            (package.rate_before, package.rate_after),
        ));
    }
    format!(
        "Funnel\n{}\nCandidates and pass rates per package\n{}",
        funnel.render(),
        packages.render()
    )
}

fn cells(
    name: String,
    (before, after): (Option<u64>, Option<u64>),
    (share_before, share_after): (Option<f64>, Option<f64>),
) -> [String; 7] {
    let number = |count: Option<u64>| count.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let change = match (before, after) {
        (Some(before), Some(after)) if before != after => {
            format!("{:+}", i128::from(after) - i128::from(before))
        }
        _ => String::new(),
    };
    let points = match (share_before, share_after) {
        (Some(before), Some(after)) if before != after => {
            format!("{:+.2}", (after - before) * 100.0)
        }
        _ => String::new(),
    };
    [
        name,
        number(before),
        number(after),
        change,
        percent(share_before),
        percent(share_after),
        points,
    ]
}
