//! A pilot: a sample of the candidates is milled for real, and what the whole will take is
//! forecast from it.
//!
//! The sample is drawn by hash, so it is the same on every machine. Its answers and
//! executions go into the journals of the parts that the candidates are in, so the run pays
//! for none of them again; no row comes of it before that. What was measured is frozen into
//! `pilot.json` by the first pilot of a run. One figure of it steers the run: fix rounds
//! that repaired next to nothing are left out (`fix.least_yield`).

use std::collections::{BTreeMap, BTreeSet};
use std::panic::resume_unwind;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use unitmill_agents::{Case, CaseSettings, Conclusion};
use unitmill_model::{Candidate, CandidateKey, Digest, Spending, Stage, Step};
use unitmill_recipe::Recipe;
use unitmill_shards::{Journal, JournalSettings, OutputKind, RunDirectory, read_rows};

use crate::budget::kept_per_part;
use crate::dedup::read_drops;
use crate::drive::{Performer as _, drive};
use crate::error::RunError;
use crate::event::Event;
use crate::ordered::{Window, in_order};
use crate::run::Run;
use crate::runner::sort_bytes;
use crate::services::{Services, TaskServices};
use crate::tally::Milled;

/// What a whole run will take, by a sample.
#[derive(Clone, PartialEq, Debug)]
pub struct Forecast {
    /// Candidates of the sample.
    pub drawn: u64,
    /// Candidates of the run, after deduplication.
    pub candidates: u64,
    /// What the sample came to.
    pub sample: Milled,
    /// One row for each figure: of the sample, then of the whole run.
    pub rows: Vec<ForecastRow>,
    /// What each fix round brought.
    pub fix_rounds: Vec<FixRound>,
    /// What was spent in this run by now.
    pub spent: Spending,
    /// What amounts of money are called; none if no model has a price.
    pub currency: Option<String>,
}

/// One figure of a forecast.
#[derive(Clone, PartialEq, Debug)]
pub struct ForecastRow {
    /// What it is.
    pub what: &'static str,
    /// In the sample.
    pub sample: f64,
    /// In the whole run, about.
    pub about: f64,
    /// Twice the standard error to either side: 19 of 20 samples have the truth between
    /// these, if they are not small.
    pub between: (f64, f64),
    /// Whether it is money.
    pub is_money: bool,
}

/// What a fix round brought in a pilot.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FixRound {
    /// From 1.
    pub round: u32,
    /// Candidates that came to it.
    pub tried: u64,
    /// Of these, repaired in it and published.
    pub repaired: u64,
}

/// Of fewer candidates than this a round's yield says nothing.
const LEAST_TRIED: u64 = 20;

/// What the fix rounds of those candidates brought, by round.
#[derive(Default)]
struct FixRounds(BTreeMap<u32, (u64, u64)>);

impl FixRounds {
    fn note(&mut self, conclusion: &Conclusion) {
        let fixing = conclusion
            .attempts
            .iter()
            .filter(|attempt| attempt.step == Step::Fix);
        let tried: BTreeSet<u32> = fixing.map(|attempt| attempt.round).collect();
        for round in tried {
            self.0.entry(round).or_default().0 += 1;
        }
        let repaired = conclusion.pairs.iter().map(|pair| pair.fix_rounds).min();
        if let Some(round) = repaired.filter(|round| *round > 0) {
            self.0.entry(round).or_default().1 += 1;
        }
    }

    fn finish(self) -> Vec<FixRound> {
        self.0
            .into_iter()
            .map(|(round, (tried, repaired))| FixRound {
                round,
                tried,
                repaired,
            })
            .collect()
    }
}

/// How many fix rounds a run goes through: those before the first one that repaired less
/// than the recipe's `fix.least_yield` of what came to it in the run's pilot. All of them
/// where there was no pilot, or where several providers share the rounds.
pub(crate) fn fruitful_rounds(run: &RunDirectory, recipe: &Recipe) -> Result<u32, RunError> {
    let rounds = recipe.fix.rounds;
    if recipe.models.fix.as_slice().len() > 1 {
        return Ok(rounds);
    }
    let Some(pilot) = run.read_pilot()? else {
        return Ok(rounds);
    };
    let measured: Vec<FixRound> = pilot
        .get("fix_rounds")
        .cloned()
        .map(serde_json::from_value)
        .transpose()
        .map_err(|error| {
            RunError::Shards(unitmill_shards::ShardsError::InvalidJson {
                path: run.root().join("pilot.json"),
                message: error.to_string(),
            })
        })?
        .unwrap_or_default();
    Ok(fruitful(&measured, rounds, recipe.fix.least_yield))
}

fn fruitful(measured: &[FixRound], rounds: u32, least_yield: f64) -> u32 {
    let fruitless = measured
        .iter()
        .filter(|one| one.tried >= LEAST_TRIED)
        .find(|one| (one.repaired as f64) < least_yield * one.tried as f64);
    fruitless.map_or(rounds, |one| rounds.min(one.round - 1))
}

/// Mills a sample and says what the whole will take.
pub(crate) async fn mill_sample(
    run: &Run,
    services: &Arc<Services>,
    settings: &Arc<CaseSettings>,
    window: Window,
    size: u64,
) -> Result<Forecast, RunError> {
    let drawn = draw(run, size)?;
    let candidates = kept_per_part(run)?.iter().sum();
    services.events.send(Event::StageStarted {
        stage: Stage::Mill,
        tasks: drawn.len(),
        already_done: 0,
        items: Some(drawn.values().map(|rows| rows.len() as u64).sum()),
        milled: Milled::default(),
        spent: services.budget.spent(),
        currency: run.plan.recipe.budget.currency.clone(),
    });
    let mut milled = Vec::new();
    let mut fix_rounds = FixRounds::default();
    let sample = drawn.iter().flat_map(|(part, rows)| {
        // Opened when its first candidate is due.
        let opened = open_part(run, services, *part, rows);
        let (candidates, error) = match opened {
            Ok(candidates) => (candidates, None),
            Err(error) => (Vec::new(), Some(Err(error))),
        };
        candidates.into_iter().map(Ok).chain(error)
    });
    in_order(
        window,
        sample,
        async |(task, candidate): (Arc<TaskServices>, Candidate)| {
            let case = Case::new(candidate, Arc::clone(settings));
            let working = task.working();
            let driven = tokio::spawn(async move { drive(case, &*task, working).await }).await;
            driven.unwrap_or_else(|panic| resume_unwind(panic.into_panic()))
        },
        |conclusion| {
            let one = Milled::of(&conclusion, &run.plan.recipe.models);
            services.events.send(Event::CandidateDone(one));
            fix_rounds.note(&conclusion);
            milled.push(one);
            Ok(())
        },
    )
    .await?;
    services
        .events
        .send(Event::StageDone { stage: Stage::Mill });
    let mut forecast = Forecast::of(&milled, candidates, run, services.budget.spent());
    forecast.fix_rounds = fix_rounds.finish();
    run.directory.write_pilot_exclusively(&forecast.json())?;
    Ok(forecast)
}

/// The candidates with the smallest hashes, by part and row.
fn draw(run: &Run, size: u64) -> Result<BTreeMap<u32, BTreeSet<u64>>, RunError> {
    let mut drawn: BTreeSet<(Digest, u32, u64)> = BTreeSet::new();
    for manifest in run.require_stage(Stage::Mill, Stage::Extract)? {
        let part = manifest.index;
        let drops = read_drops(run, part, sort_bytes(run, 1))?;
        let path = run.output_of(&manifest, OutputKind::Candidates)?;
        for (row, key) in (0..).zip(read_rows::<CandidateKey>(&path)?) {
            let key = key?;
            if drops.contains_key(&row) {
                continue;
            }
            let hash = Digest::of(format!("pilot {} {}", run.plan.recipe.seed, key.id));
            drawn.insert((hash, part, row));
            if drawn.len() as u64 > size {
                drawn.pop_last();
            }
        }
    }
    let mut by_part: BTreeMap<u32, BTreeSet<u64>> = BTreeMap::new();
    for (_, part, row) in drawn {
        by_part.entry(part).or_default().insert(row);
    }
    Ok(by_part)
}

/// The drawn candidates of a part, and its journal.
fn open_part(
    run: &Run,
    services: &Arc<Services>,
    part: u32,
    rows: &BTreeSet<u64>,
) -> Result<Vec<(Arc<TaskServices>, Candidate)>, RunError> {
    let journal = Journal::open(
        &run.directory,
        Stage::Mill,
        part,
        JournalSettings::default(),
    )?;
    let task = Arc::new(TaskServices::new(Arc::clone(services), journal));
    let manifest = run.require_manifest(Stage::Mill, Stage::Extract, part)?;
    let path = run.output_of(&manifest, OutputKind::Candidates)?;
    let mut candidates = Vec::new();
    for (row, candidate) in (0..).zip(read_rows::<Candidate>(&path)?) {
        let candidate = candidate?;
        if rows.contains(&row) {
            candidates.push((Arc::clone(&task), candidate));
        }
    }
    Ok(candidates)
}

impl Forecast {
    fn of(milled: &[Milled], candidates: u64, run: &Run, spent: Spending) -> Self {
        let models = &run.plan.recipe.models;
        let has_prices = models.servers().any(|server| server.price.is_some());
        let mut sample = Milled::default();
        for one in milled {
            sample += *one;
        }
        let row = |what, is_money, figure: &dyn Fn(&Milled) -> f64| {
            let figures: Vec<f64> = milled.iter().map(figure).collect();
            extrapolate(what, &figures, candidates, is_money)
        };
        let mut with_pairs = row("candidates with pairs", false, &|one| one.with_pairs as f64);
        with_pairs.between.1 = with_pairs.between.1.min(candidates as f64);
        let mut rows = vec![
            with_pairs,
            row("pairs", false, &|one| one.pairs as f64),
            row("executions", false, &|one| one.executions as f64),
            row("model calls", false, &|one| one.answers.calls as f64),
            row("prompt tokens", false, &|one| {
                one.answers.prompt_tokens as f64
            }),
            row("completion tokens", false, &|one| {
                one.answers.completion_tokens as f64
            }),
        ];
        if has_prices {
            rows.push(row("cost", true, &|one| one.answers.cost.amount()));
        }
        let currency = run.plan.recipe.budget.currency.clone().unwrap_or_default();
        Self {
            drawn: milled.len() as u64,
            candidates,
            sample,
            rows,
            fix_rounds: Vec::new(),
            spent,
            currency: has_prices.then_some(currency),
        }
    }

    /// What is frozen.
    fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            json!({
                "what": row.what,
                "sample": row.sample,
                "about": row.about,
                "at_least": row.between.0,
                "at_most": row.between.1,
            })
        });
        json!({
            "version": 1,
            "drawn": self.drawn,
            "candidates": self.candidates,
            "figures": rows.collect::<Vec<_>>(),
            "fix_rounds": self.fix_rounds,
        })
    }
}

/// From a sample without replacement to the whole. Whatever is counted was at least as much
/// in the sample.
fn extrapolate(
    what: &'static str,
    figures: &[f64],
    candidates: u64,
    is_money: bool,
) -> ForecastRow {
    let count = figures.len() as f64;
    let whole = candidates as f64;
    let sample: f64 = figures.iter().sum();
    let mean = if count > 0.0 { sample / count } else { 0.0 };
    let squares: f64 = figures.iter().map(|figure| (figure - mean).powi(2)).sum();
    let about = mean * whole;
    let error = if count > 1.0 && whole > count {
        let left_out = 1.0 - count / whole;
        whole * (squares / (count - 1.0) / count * left_out).sqrt()
    } else if whole > count {
        about
    } else {
        0.0
    };
    ForecastRow {
        what,
        sample,
        about,
        between: ((about - 2.0 * error).max(sample), about + 2.0 * error),
        is_money,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_of_everything_leaves_nothing_open() {
        let row = extrapolate("pairs", &[1.0, 0.0, 2.0], 3, false);
        assert_eq!((row.sample, row.about, row.between), (3.0, 3.0, (3.0, 3.0)));
    }

    #[test]
    fn rounds_end_before_the_first_that_repairs_nothing() {
        let round = |round, tried, repaired| FixRound {
            round,
            tried,
            repaired,
        };
        let measured = [round(1, 100, 40), round(2, 60, 0), round(3, 60, 9)];
        assert_eq!(fruitful(&measured, 3, 0.01), 1);
        assert_eq!(fruitful(&measured, 3, 0.0), 3, "switched off");
        assert_eq!(fruitful(&measured, 3, 0.5), 0);
        assert_eq!(
            fruitful(&[round(1, 100, 40), round(2, 19, 0)], 3, 0.01),
            3,
            "too few to tell"
        );
        assert_eq!(fruitful(&[], 3, 0.01), 3);
    }

    #[test]
    fn the_range_holds_the_truth_and_narrows_with_the_sample() {
        let figures: Vec<f64> = (0..1000).map(|index| f64::from(index % 7)).collect();
        let truth: f64 = figures.iter().sum();
        let mut width = f64::MAX;
        for size in [10, 100, 900] {
            let row = extrapolate("tokens", &figures[..size], 1000, false);
            let (low, high) = row.between;
            assert!(low <= truth && truth <= high, "{low} {truth} {high}");
            assert!(high - low < width);
            width = high - low;
        }
    }
}
