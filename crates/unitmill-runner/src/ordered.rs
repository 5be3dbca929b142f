//! Concurrent work whose results come out in the order of the input.
//!
//! A slow item holds back neither its neighbours nor the admission of new items until
//! `ahead` finished results wait behind it; so memory stays bounded and one slow item does
//! not idle the workers. Nothing here knows what the work is.

use std::collections::BTreeMap;

use futures::stream::{FuturesUnordered, StreamExt as _};

/// How much may go on at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Window {
    /// Items being worked on.
    pub(crate) in_flight: usize,
    /// Items between the oldest unfinished one and the newest admitted one.
    pub(crate) ahead: usize,
}

impl Window {
    /// A window that keeps `workers` busy while the slowest item takes up to some thirty
    /// times as long as the others.
    pub(crate) fn for_workers(workers: usize) -> Self {
        Self {
            in_flight: workers.max(1),
            ahead: workers.max(1).saturating_mul(32),
        }
    }
}

/// Works on `items`, and hands each result to `sink` in input order.
///
/// # Errors
/// The first error of `items`, `work` or `sink`. No further item is admitted after it, but
/// what was admitted is worked on to its end, so that nothing that was paid for is cut off;
/// its results are dropped.
pub(crate) async fn in_order<T, R, E, F>(
    window: Window,
    items: impl IntoIterator<Item = Result<T, E>>,
    work: impl Fn(T) -> F,
    mut sink: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E>
where
    F: Future<Output = Result<R, E>>,
{
    let mut items = items.into_iter().fuse();
    let mut running = FuturesUnordered::new();
    let mut finished: BTreeMap<u64, R> = BTreeMap::new();
    let mut admitted = 0u64;
    let mut delivered = 0u64;
    let mut failure: Option<E> = None;
    loop {
        while failure.is_none()
            && running.len() < window.in_flight
            && admitted - delivered < window.ahead as u64
        {
            match items.next() {
                Some(Ok(item)) => {
                    let index = admitted;
                    let task = work(item);
                    running.push(async move { (index, task.await) });
                    admitted += 1;
                }
                Some(Err(error)) => failure = Some(error),
                None => break,
            }
        }
        let Some((index, result)) = running.next().await else {
            break;
        };
        match result {
            Ok(result) if failure.is_none() => {
                finished.insert(index, result);
                while let Some(next) = finished.remove(&delivered) {
                    if let Err(error) = sink(next) {
                        failure = Some(error);
                        break;
                    }
                    delivered += 1;
                }
            }
            Ok(_) => {}
            Err(error) => {
                failure.get_or_insert(error);
            }
        }
    }
    failure.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;

    fn block_on<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime")
            .block_on(future)
    }

    proptest! {
        #[test]
        fn results_come_in_input_order_whatever_finishes_first(
            yields in prop::collection::vec(0u8..20, 0..60), in_flight in 1usize..9, ahead in 1usize..20,
        ) {
            let running = Cell::new(0usize);
            let most = Cell::new(0usize);
            let mut seen = Vec::new();
            let result: Result<(), ()> = block_on(in_order(
                Window { in_flight, ahead },
                yields.iter().enumerate().map(Ok),
                |(index, yields)| {
                    let (running, most) = (&running, &most);
                    async move {
                        running.set(running.get() + 1);
                        most.set(most.get().max(running.get()));
                        for _ in 0..*yields {
                            tokio::task::yield_now().await;
                        }
                        running.set(running.get() - 1);
                        Ok(index)
                    }
                },
                |index| { seen.push(index); Ok(()) },
            ));
            prop_assert_eq!(result, Ok(()));
            prop_assert_eq!(seen, (0..yields.len()).collect::<Vec<_>>());
            prop_assert!(most.get() <= in_flight.min(ahead));
        }

        #[test]
        fn after_an_error_the_admitted_items_still_finish(count in 1usize..40, bad in 0usize..40) {
            let begun = Cell::new(0usize);
            let ended = Cell::new(0usize);
            let result: Result<(), usize> = block_on(in_order(
                Window { in_flight: 4, ahead: 8 },
                (0..count).map(Ok),
                |index| {
                    let (begun, ended) = (&begun, &ended);
                    async move {
                        begun.set(begun.get() + 1);
                        tokio::task::yield_now().await;
                        ended.set(ended.get() + 1);
                        if index == bad { Err(index) } else { Ok(index) }
                    }
                },
                |_| Ok(()),
            ));
            prop_assert_eq!(result, if bad < count { Err(bad) } else { Ok(()) });
            prop_assert_eq!(begun.get(), ended.get());
        }
    }
}
