//! The search for calls that reach what no test has reached yet: from a call that came to a
//! condition to one for which it comes out otherwise, and from one that stopped at an
//! exception to one that goes on. Everything is proposed in a fixed order; what was tried is
//! not tried again.

use std::collections::{BTreeMap, BTreeSet};

use super::call::Call;
use super::learn::from_message;
use super::plan::Planner;
use super::shape::Shape;
use super::values::Value;

/// At most this many calls in one look of the search.
const MOST_PROPOSALS: usize = 36;
/// At most this many calls are gone on from at one place.
const MOST_PARENTS: usize = 3;
/// After so many looks in a row that reached nothing new, the search is over.
const MOST_BARREN: u32 = 2;

/// A call that was looked at.
pub(super) struct Trial<'a> {
    pub(super) call: &'a Call,
    /// The statements that it executed.
    pub(super) covered: BTreeSet<usize>,
    /// The line of the code that an exception came out of, and its message.
    pub(super) raised: Option<(Option<u32>, &'a str)>,
    /// A test can be made of it.
    pub(super) is_usable: bool,
}

/// What the search remembers from look to look.
#[derive(Clone, Default, Debug)]
pub(super) struct Search {
    pub(super) shape: Shape,
    tried: BTreeSet<String>,
    /// How many statements tests reached at the last look.
    reached: usize,
    barren: u32,
}

/// A place where calls stop short of something.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Frontier {
    /// This condition has never come out so.
    Decision(usize, bool),
    /// Calls raise in this statement; none in all if they do outside of the function.
    Stuck(Option<usize>),
}

impl Search {
    pub(super) fn new(shape: Shape) -> Self {
        Self {
            shape,
            ..Self::default()
        }
    }

    /// Remembers a call that is looked at.
    pub(super) fn note(&mut self, call: &Call) {
        self.tried.insert(call.text());
    }

    /// Calls worth looking at next, at most so many; none if there is nothing left to reach
    /// or the last looks led nowhere. `reached` are statements that other tests reach.
    pub(super) fn propose(
        &mut self,
        planner: &Planner,
        trials: &[Trial<'_>],
        reached: &BTreeSet<usize>,
        most: usize,
    ) -> Vec<Call> {
        let mut by_tests = reached.clone();
        let mut by_any: BTreeSet<usize> = reached.clone();
        for trial in trials {
            by_any.extend(&trial.covered);
            if trial.is_usable {
                by_tests.extend(&trial.covered);
            }
        }
        let progress = by_tests.len() * 2 + by_any.len();
        if progress > self.reached {
            self.reached = progress;
            self.barren = 0;
        } else {
            self.barren += 1;
        }
        if self.barren > MOST_BARREN || by_tests.len() == self.shape.statements.len() {
            return Vec::new();
        }
        let mut frontiers: Vec<(Frontier, usize)> = Vec::new();
        for statement in (0..self.shape.statements.len()).filter(|index| !by_tests.contains(index))
        {
            let frontier = self.frontier(statement, trials, &by_any);
            if !frontiers.iter().any(|(known, _)| *known == frontier) {
                frontiers.push((frontier, statement));
            }
        }
        let queues: Vec<Vec<Call>> = frontiers
            .iter()
            .map(|(frontier, statement)| self.queue(frontier, *statement, planner, trials))
            .collect();
        self.take(queues, most.min(MOST_PROPOSALS))
    }

    /// In turns from all queues, each call once.
    fn take(&mut self, queues: Vec<Vec<Call>>, most: usize) -> Vec<Call> {
        let mut queues: Vec<_> = queues.into_iter().map(Vec::into_iter).collect();
        let mut chosen: Vec<Call> = Vec::new();
        let mut is_dry = false;
        while !is_dry && chosen.len() < most {
            is_dry = true;
            for queue in &mut queues {
                let next = queue.find(|call| !self.tried.contains(&call.text()));
                if let Some(call) = next {
                    is_dry = false;
                    self.tried.insert(call.text());
                    chosen.push(call);
                    if chosen.len() == most {
                        break;
                    }
                }
            }
        }
        chosen
    }

    /// What stands between the calls so far and a statement.
    fn frontier(
        &self,
        statement: usize,
        trials: &[Trial<'_>],
        reached: &BTreeSet<usize>,
    ) -> Frontier {
        for &(guard, outcome) in &self.shape.statements[statement].path {
            if !reached.contains(&self.shape.guards[guard].statement) {
                break;
            }
            let was_so = reached.iter().any(|&other| {
                self.shape.statements[other]
                    .path
                    .contains(&(guard, outcome))
            });
            if !was_so {
                return Frontier::Decision(guard, outcome);
            }
        }
        // It is reached, but by no call that makes a test; or something before it raises.
        let mut places: BTreeMap<Option<usize>, usize> = BTreeMap::new();
        for trial in trials {
            if let Some((line, _)) = &trial.raised {
                let place = line.and_then(|line| self.shape.statement_at(line));
                *places.entry(place).or_default() += 1;
            }
        }
        let most = places.into_iter().max_by_key(|(_, count)| *count);
        Frontier::Stuck(most.and_then(|(place, _)| place))
    }

    /// Calls for one frontier, the most promising first.
    fn queue(
        &self,
        frontier: &Frontier,
        statement: usize,
        planner: &Planner,
        trials: &[Trial<'_>],
    ) -> Vec<Call> {
        let mut queue = Queue {
            tried: &self.tried,
            calls: Vec::new(),
        };
        match frontier {
            Frontier::Decision(guard, outcome) => {
                let guard = &self.shape.guards[*guard];
                let parents = parents(trials, |trial| trial.covered.contains(&guard.statement));
                // All that the way to the statement asks for at once, then this alone.
                let mut whole: Vec<(String, Value)> = Vec::new();
                for &(other, outcome) in &self.shape.statements[statement].path {
                    if let Some(wish) = self.shape.guards[other].wishes(outcome).first() {
                        whole.retain(|(name, _)| !wish.iter().any(|(new, _)| new == name));
                        whole.extend(wish.iter().cloned());
                    }
                }
                for parent in &parents {
                    for wish in guard.wishes(*outcome).iter().chain([&whole]) {
                        queue.extend(planner.changed(parent.call, wish));
                    }
                }
                queue.extend(planner.number_themes());
                for parent in parents.iter().take(2) {
                    self.vary(planner, parent.call, &guard.parameters, &mut queue);
                }
            }
            Frontier::Stuck(place) => {
                let parents = parents(trials, |trial| {
                    trial.raised.as_ref().is_some_and(|(line, _)| {
                        line.and_then(|line| self.shape.statement_at(line)) == *place
                    })
                });
                let parameters: BTreeSet<String> = match place {
                    Some(place) => self.shape.statements[*place].parameters.clone(),
                    None => BTreeSet::new(),
                };
                for parent in &parents {
                    if let Some((_, message)) = parent.raised {
                        for name in planner.names() {
                            if parameters.is_empty() || parameters.contains(name) {
                                for value in from_message(message) {
                                    let wish = [(name.to_owned(), value)];
                                    queue.extend(planner.changed(parent.call, &wish));
                                }
                            }
                        }
                    }
                }
                queue.extend(planner.themes());
                queue.extend(planner.number_themes());
                for parent in parents.iter().take(2) {
                    self.vary(planner, parent.call, &parameters, &mut queue);
                }
            }
        }
        for parent in self::parents(trials, |_| true).into_iter().take(1) {
            self.vary(planner, parent.call, &BTreeSet::new(), &mut queue);
        }
        queue.calls
    }

    /// The call with another value for each of some parameters, or of all if it is not known
    /// of which.
    fn vary(
        &self,
        planner: &Planner,
        call: &Call,
        parameters: &BTreeSet<String>,
        queue: &mut Queue<'_>,
    ) {
        let pools: Vec<(&str, Vec<Value>)> = planner
            .names()
            .filter(|name| parameters.is_empty() || parameters.contains(*name))
            .map(|name| (name, planner.pool_of(name)))
            .collect();
        let longest = pools.iter().map(|(_, pool)| pool.len()).max().unwrap_or(0);
        for position in 0..longest {
            for (name, pool) in &pools {
                if queue.is_full() {
                    return;
                }
                if let Some(value) = pool.get(position) {
                    let wish = [((*name).to_owned(), value.clone())];
                    queue.extend(planner.changed(call, &wish));
                }
            }
        }
    }
}

/// Calls that were not tried yet, as many as one look can take.
struct Queue<'a> {
    tried: &'a BTreeSet<String>,
    calls: Vec<Call>,
}

impl Queue<'_> {
    fn is_full(&self) -> bool {
        self.calls.len() >= MOST_PROPOSALS
    }

    fn extend(&mut self, calls: impl IntoIterator<Item = Call>) {
        for call in calls {
            if !self.is_full() && !self.tried.contains(&call.text()) {
                self.calls.push(call);
            }
        }
    }
}

/// The calls to go on from: those that make tests first, of these the ones that get
/// furthest, then the shortest.
fn parents<'a, 'b>(
    trials: &'b [Trial<'a>],
    is_there: impl Fn(&Trial<'a>) -> bool,
) -> Vec<&'b Trial<'a>> {
    let mut found: Vec<&Trial<'_>> = trials.iter().filter(|trial| is_there(trial)).collect();
    found.sort_by_key(|trial| {
        (
            !trial.is_usable,
            std::cmp::Reverse(trial.covered.len()),
            trial.call.text().len(),
        )
    });
    found.truncate(MOST_PARENTS);
    found
}
