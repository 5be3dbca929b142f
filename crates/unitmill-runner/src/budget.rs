//! The budget: what was paid for in a run, what may still be spent, and who of several
//! tasks may spend how much of it.
//!
//! **Before a call is sent**, the most that it can cost is set aside; its answer settles it
//! at what it did cost. A call that does not fit waits while others are under way, for most
//! cost less than was set aside for them; when none is left and it still does not fit, the
//! budget is spent. So what is paid never goes over a limit, but for answers that get lost
//! between a server and here (a broken connection, an answer out of time): nobody can know
//! of those before, and they count with the most that they can have cost, once they are
//! known.
//!
//! **What was paid** is in the journals: a request is written down before it is sent, and
//! its answer when it comes. So it counts across interruptions, and an answer that came from
//! another run's journal counts nothing.
//!
//! **Tasks that another engine runs** do not talk. The share of each is its part of the
//! candidates that deduplication left, of what parts that are milled did not use.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use unitmill_model::{Agent, Cost, ModelRequest, Reply, Spending, Stage};
use unitmill_recipe::{Models, Recipe};
use unitmill_shards::{Asked, JournalReader, OutputKind, PaidAnswer, Payment, read_rows};

use crate::error::{BudgetSpent, RunError};
use crate::halt::Halt;
use crate::run::Run;

/// What was paid for, and what may have been.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Accounts {
    /// Answers that were written down.
    pub(crate) paid: Spending,
    /// Answers that were not, each with the most that it can have cost.
    pub(crate) lost: Spending,
}

impl Accounts {
    /// All that counts against a budget.
    pub(crate) fn spent(&self) -> Spending {
        self.paid + self.lost
    }

    /// Out of the journal of one task, at the prices of the recipe.
    pub(crate) fn of_journal(journal: &JournalReader, models: &Models) -> Result<Self, RunError> {
        let mut accounts = Self::default();
        for Payment {
            asked,
            answers,
            lost,
        } in journal.payments()?
        {
            let price = Priced::new(&asked, models);
            accounts.paid += answers.iter().map(|answer| price.actual(answer)).sum();
            accounts.lost += price.worst.times(lost);
        }
        Ok(accounts)
    }

    /// For the manifest of a milled part.
    pub(crate) fn write(&self, counts: &mut std::collections::BTreeMap<String, u64>) {
        for (names, spending) in [(PAID, &self.paid), (LOST, &self.lost)] {
            let figures = [
                spending.calls,
                spending.prompt_tokens,
                spending.completion_tokens,
                spending.cost.parts(),
            ];
            for (name, figure) in names.iter().zip(figures) {
                counts.insert((*name).to_owned(), figure);
            }
        }
    }

    /// Out of the manifest of a milled part.
    fn read(counts: &std::collections::BTreeMap<String, u64>) -> Self {
        let spending = |names: [&str; 4]| {
            let [calls, prompt_tokens, completion_tokens, cost] =
                names.map(|name| counts.get(name).copied().unwrap_or(0));
            Spending {
                calls,
                prompt_tokens,
                completion_tokens,
                cost: Cost::from_parts(cost),
            }
        };
        Self {
            paid: spending(PAID),
            lost: spending(LOST),
        }
    }
}

// `unitmill-audit` reads them too.
const PAID: [&str; 4] = [
    "paid_calls",
    "paid_prompt_tokens",
    "paid_completion_tokens",
    "paid_cost_parts",
];
const LOST: [&str; 4] = [
    "lost_calls",
    "lost_prompt_tokens",
    "lost_completion_tokens",
    "lost_cost_parts",
];

/// What a request can cost, and what its answers did.
struct Priced<'a> {
    asked: &'a Asked,
    price: unitmill_model::TokenPrice,
    worst: Spending,
}

impl<'a> Priced<'a> {
    fn new(asked: &'a Asked, models: &Models) -> Self {
        let price = models.price_of(asked.agent, &asked.model);
        Self {
            asked,
            price,
            worst: Spending::of_answer(asked.prompt_tokens, asked.completion_tokens, price),
        }
    }

    /// Where a server does not count tokens, the most that there can be.
    fn actual(&self, answer: &PaidAnswer) -> Spending {
        let asked = self.asked;
        let (mut prompt, mut completion) = (
            u64::from(answer.prompt_tokens),
            u64::from(answer.completion_tokens),
        );
        if prompt == 0 && completion == 0 && answer.bytes > 0 {
            prompt = asked.prompt_tokens;
            completion = answer.bytes.min(asked.completion_tokens);
        }
        Spending::of_answer(prompt, completion, self.price)
    }
}

/// What is written down of a request before it is sent. No tokenizer makes more tokens of a
/// text than it has bytes; chat templates put some around each message.
pub(crate) fn asked(agent: Agent, request: &ModelRequest) -> Asked {
    const AROUND_A_MESSAGE: u64 = 16;
    let messages = request.messages.iter();
    let bytes: u64 = messages
        .map(|message| message.content.len() as u64 + AROUND_A_MESSAGE)
        .sum();
    Asked {
        agent,
        model: request.model.clone(),
        prompt_tokens: bytes + AROUND_A_MESSAGE,
        completion_tokens: u64::from(request.max_tokens),
    }
}

/// How much may be spent.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Limits {
    cost: Option<Cost>,
    tokens: Option<u64>,
    calls: Option<u64>,
    currency: Option<String>,
}

impl Limits {
    fn of(budget: &unitmill_recipe::Budget) -> Self {
        Self {
            cost: budget.cost.map(Cost::of),
            tokens: budget.tokens,
            calls: budget.calls,
            currency: budget.currency.clone(),
        }
    }
}

/// What may be spent by this process.
#[derive(Debug)]
pub(crate) struct Budget {
    limits: Limits,
    models: Models,
    /// The task whose share it is.
    task: Option<u32>,
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct State {
    spent: Spending,
    set_aside: Spending,
    /// Reservations that are not settled.
    open: u64,
}

/// What is set aside for one request.
pub(crate) struct Reservation {
    budget: Arc<Budget>,
    asked: Asked,
    worst: Spending,
    is_settled: bool,
}

impl Budget {
    /// Of a whole run, whose parts this process mills one after the other.
    pub(crate) fn of_run(run: &Run) -> Result<Self, RunError> {
        let recipe = &run.plan.recipe;
        let mut spent = Spending::default();
        if recipe.budget.is_limited() || recipe.models.servers().any(asks) {
            spent = spent_per_part(run)?.iter().map(Part::spent).sum();
        }
        Ok(Self::new(recipe, Limits::of(&recipe.budget), None, spent))
    }

    /// The share of one task.
    pub(crate) fn of_task(run: &Run, part: u32) -> Result<Self, RunError> {
        let recipe = &run.plan.recipe;
        if !recipe.budget.is_limited() {
            return Ok(Self::new(
                recipe,
                Limits::default(),
                Some(part),
                Spending::default(),
            ));
        }
        let parts = spent_per_part(run)?;
        let weights = kept_per_part(run)?;
        let limits = share(&Limits::of(&recipe.budget), &parts, &weights, part as usize);
        let spent = parts[part as usize].spent();
        Ok(Self::new(recipe, limits, Some(part), spent))
    }

    fn new(recipe: &Recipe, limits: Limits, task: Option<u32>, spent: Spending) -> Self {
        Self {
            limits,
            models: recipe.models.clone(),
            task,
            state: Mutex::new(State {
                spent,
                ..State::default()
            }),
            freed: Notify::new(),
        }
    }

    /// What was spent so far.
    pub(crate) fn spent(&self) -> Spending {
        self.state().spent
    }

    /// Sets aside the most that requests can cost, for all of them or for none. Waits while
    /// what is under way may leave enough.
    ///
    /// # Errors
    /// [`RunError::BudgetSpent`] where it cannot; [`RunError::Halted`] where the run is
    /// being stopped meanwhile.
    pub(crate) async fn set_aside(
        self: &Arc<Self>,
        asked: Vec<Asked>,
        halt: &Halt,
    ) -> Result<Vec<Reservation>, RunError> {
        let worst: Vec<Spending> = asked
            .iter()
            .map(|asked| Priced::new(asked, &self.models).worst)
            .collect();
        let all: Spending = worst.iter().copied().sum();
        loop {
            let mut freed = pin!(self.freed.notified());
            freed.as_mut().enable();
            if halt.is_requested() {
                return Err(RunError::Halted);
            }
            {
                let mut state = self.state();
                match self.exceeded(state.spent + state.set_aside + all) {
                    None => {
                        state.set_aside += all;
                        state.open += asked.len() as u64;
                        break;
                    }
                    Some(limit) if state.open == 0 => {
                        return Err(self.spent_error(limit, state.spent, all));
                    }
                    Some(_) => {}
                }
            }
            freed.await;
        }
        Ok(asked
            .into_iter()
            .zip(worst)
            .map(|(asked, worst)| Reservation {
                budget: Arc::clone(self),
                asked,
                worst,
                is_settled: false,
            })
            .collect())
    }

    /// The limit that so much goes over.
    fn exceeded(&self, spending: Spending) -> Option<Limit> {
        let limits = &self.limits;
        if limits.cost.is_some_and(|most| spending.cost > most) {
            Some(Limit::Cost)
        } else if limits.tokens.is_some_and(|most| spending.tokens() > most) {
            Some(Limit::Tokens)
        } else if limits.calls.is_some_and(|most| spending.calls > most) {
            Some(Limit::Calls)
        } else {
            None
        }
    }

    fn spent_error(&self, limit: Limit, spent: Spending, next: Spending) -> RunError {
        let currency = self.limits.currency.as_deref();
        let money = |cost: Cost| match currency {
            Some(currency) => format!("{cost} {currency}"),
            None => cost.to_string(),
        };
        let (key, spent_of_it, most, next) = match limit {
            Limit::Cost => (
                "budget.cost",
                money(spent.cost),
                money(self.limits.cost.unwrap_or_default()),
                money(next.cost),
            ),
            Limit::Tokens => (
                "budget.tokens",
                spent.tokens().to_string(),
                self.limits.tokens.unwrap_or_default().to_string(),
                next.tokens().to_string(),
            ),
            Limit::Calls => (
                "budget.calls",
                spent.calls.to_string(),
                self.limits.calls.unwrap_or_default().to_string(),
                next.calls.to_string(),
            ),
        };
        RunError::BudgetSpent(Box::new(BudgetSpent {
            key,
            spent: spent_of_it,
            most,
            next,
            calls: spent.calls,
            tokens: spent.tokens(),
            task: self.task,
            left: None,
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone, Copy)]
enum Limit {
    Cost,
    Tokens,
    Calls,
}

fn asks(server: &unitmill_recipe::Server) -> bool {
    server.provider == unitmill_recipe::ProviderName::Openai
}

impl Reservation {
    /// What is to be written down before the request is sent.
    pub(crate) fn asked(&self) -> &Asked {
        &self.asked
    }

    /// The answer has come: it counts with what it did cost, and tries whose answers were
    /// lost on the way with the most that they can have cost.
    pub(crate) fn settle(mut self, reply: &Reply) {
        let price = Priced::new(&self.asked, &self.budget.models);
        let answer = price.actual(&PaidAnswer {
            prompt_tokens: reply.answer.prompt_tokens,
            completion_tokens: reply.answer.completion_tokens,
            bytes: reply.answer.text.len() as u64,
        });
        let spent = answer + self.worst.times(u64::from(reply.lost));
        self.close(spent);
    }

    /// Nobody has answered, and nobody wants money for it.
    pub(crate) fn release(mut self) {
        self.close(Spending::default());
    }

    fn close(&mut self, spent: Spending) {
        self.is_settled = true;
        {
            let mut state = self.budget.state();
            state.set_aside = state.set_aside - self.worst;
            state.open -= 1;
            state.spent += spent;
        }
        self.budget.freed.notify_waiters();
    }
}

impl Drop for Reservation {
    /// A request that nobody had an answer to may have been paid for.
    fn drop(&mut self) {
        if !self.is_settled {
            self.close(self.worst);
        }
    }
}

/// What a part has spent, and whether it is milled.
struct Part {
    accounts: Accounts,
    is_milled: bool,
}

impl Part {
    fn spent(&self) -> Spending {
        self.accounts.spent()
    }
}

/// What each part has spent: those that are milled by their manifests, the others by their
/// journals.
fn spent_per_part(run: &Run) -> Result<Vec<Part>, RunError> {
    let mut parts = Vec::new();
    for index in 0..run.plan.tasks(Stage::Mill, 0) {
        let manifest = run.directory.manifest(Stage::Mill, index)?;
        let is_milled = manifest.is_some();
        let accounts = match manifest {
            Some(manifest) => Accounts::read(&manifest.counts),
            None => {
                let journal = JournalReader::of_task(&run.directory, Stage::Mill, index)?;
                Accounts::of_journal(&journal, &run.plan.recipe.models)?
            }
        };
        parts.push(Part {
            accounts,
            is_milled,
        });
    }
    Ok(parts)
}

/// About how many candidates of each part are milled: those that deduplication left. Where
/// two buckets drop the same one, it counts twice; shares need no more.
pub(crate) fn kept_per_part(run: &Run) -> Result<Vec<u64>, RunError> {
    let mut kept = Vec::new();
    for manifest in run.require_stage(Stage::Mill, Stage::Extract)? {
        kept.push(run.output(&manifest, OutputKind::Candidates)?.rows);
    }
    for manifest in run.require_stage(Stage::Mill, Stage::Dedup)? {
        let path = run.output_of(&manifest, OutputKind::Keep)?;
        for drop in read_rows::<unitmill_model::DuplicateDrop>(&path)? {
            if let Some(kept) = kept.get_mut(drop?.part as usize) {
                *kept = kept.saturating_sub(1);
            }
        }
    }
    Ok(kept)
}

/// The share of one part. What milled parts did not use of theirs goes to the others, by
/// their candidates, and a part that has spent more than its share (alone in a process, the
/// budget is not divided) leaves less to them. A share never shrinks while tasks alone work
/// on a run, so those that are at work with an older one stay within the whole.
fn share(limits: &Limits, parts: &[Part], weights: &[u64], part: usize) -> Limits {
    let figure = |most: u64, of: &dyn Fn(&Spending) -> u64| {
        let spent: Vec<u64> = parts.iter().map(|part| of(&part.spent())).collect();
        let mut is_open: Vec<bool> = parts.iter().map(|part| !part.is_milled).collect();
        loop {
            let used: u64 = (0..parts.len())
                .filter(|index| !is_open[*index])
                .map(|index| spent[index])
                .fold(0, u64::saturating_add);
            let shares = divide(most.saturating_sub(used), weights, &is_open);
            let over = (0..parts.len())
                .filter(|index| is_open[*index] && spent[*index] > shares[*index])
                .collect::<Vec<_>>();
            if over.is_empty() {
                // A part that is over has nothing left; its limit is what it has spent.
                break if is_open[part] {
                    shares[part]
                } else {
                    spent[part]
                };
            }
            for index in over {
                is_open[index] = false;
            }
        }
    };
    Limits {
        cost: limits
            .cost
            .map(|most| Cost::from_parts(figure(most.parts(), &|spent| spent.cost.parts()))),
        tokens: limits.tokens.map(|most| figure(most, &Spending::tokens)),
        calls: limits.calls.map(|most| figure(most, &|spent| spent.calls)),
        currency: limits.currency.clone(),
    }
}

/// Divides a whole by weights, so that the parts add up to it.
fn divide(whole: u64, weights: &[u64], is_open: &[bool]) -> Vec<u64> {
    let weight = |index: usize| u128::from(weights[index]) * u128::from(is_open[index]);
    let total: u128 = (0..weights.len()).map(weight).sum();
    let mut before = 0u128;
    let mut given = 0u64;
    (0..weights.len())
        .map(|index| {
            before += weight(index);
            let until = (u128::from(whole) * before).checked_div(total).unwrap_or(0);
            // Not more than the whole, which fits.
            let until = u64::try_from(until).unwrap_or(whole);
            let share = until - given;
            given = until;
            share
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tokens(tokens: u64) -> Spending {
        Spending {
            calls: 1,
            prompt_tokens: tokens,
            ..Spending::default()
        }
    }

    fn parts(spent: &[(u64, bool)]) -> Vec<Part> {
        spent
            .iter()
            .map(|(spent, is_milled)| Part {
                accounts: Accounts {
                    paid: tokens(*spent),
                    lost: Spending::default(),
                },
                is_milled: *is_milled,
            })
            .collect()
    }

    fn share_of(most: u64, parts: &[Part], weights: &[u64], part: usize) -> u64 {
        let limits = Limits {
            tokens: Some(most),
            ..Limits::default()
        };
        let share = share(&limits, parts, weights, part);
        share.tokens.expect("is limited")
    }

    #[test]
    fn what_milled_parts_did_not_use_goes_to_the_others() {
        let weights = [10, 10, 20];
        let shares = |spent: &[(u64, bool)]| {
            let parts = parts(spent);
            [0, 1, 2].map(|part| share_of(100, &parts, &weights, part))
        };
        assert_eq!(shares(&[(0, false); 3]), [25, 25, 50]);
        assert_eq!(shares(&[(10, true), (0, false), (0, false)])[1..], [30, 60]);
        // One that is over leaves less to the others, and nothing to itself.
        assert_eq!(shares(&[(70, false), (0, false), (0, false)]), [70, 10, 20]);
    }

    proptest! {
        #[test]
        fn shares_add_up(whole: u64, weights in prop::collection::vec(0u64..1000, 1..20)) {
            let open = vec![true; weights.len()];
            let shares = divide(whole, &weights, &open);
            let sum: u64 = shares.iter().sum();
            prop_assert_eq!(sum, if weights.iter().sum::<u64>() == 0 { 0 } else { whole });
        }

        /// Tasks start, spend and end in any order, each with the share that it sees when it
        /// starts: together they stay within the whole.
        #[test]
        fn tasks_that_do_not_talk_stay_within_the_whole(
            most in 0u64..100_000,
            weights in prop::collection::vec(1u64..100, 1..8),
            steps in prop::collection::vec((0usize..8, 0u64..=100, any::<bool>()), 0..60),
        ) {
            let mut state = vec![(0u64, false); weights.len()];
            for (part, percent, ends) in steps {
                let part = part % weights.len();
                if state[part].1 {
                    continue;
                }
                let share = share_of(most, &parts(&state), &weights, part);
                prop_assert!(share >= state[part].0);
                let left = share - state[part].0;
                state[part].0 += left * percent / 100;
                state[part].1 = ends;
            }
            let sum: u64 = state.iter().map(|(spent, _)| spent).sum();
            prop_assert!(sum <= most);
        }
    }
}
