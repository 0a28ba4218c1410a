//! Runs on all threads; results on the calling thread, in order or as they come.
//!
//! Workers take runs in the order of the plan. No worker runs further ahead of the writer than a window, so memory does not
//! grow with the number of runs; where order is asked for, what finishes early waits for its turn. A run that panics is a result like any
//! other; the study goes on.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Condvar, Mutex, Once, PoisonError};
use std::time::Duration;

use rayon::ThreadPool;

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// In words, with the place in the program.
    pub cause: String,
}

/// Time between two ticks while no run finishes.
const TICK: Duration = Duration::from_millis(500);

/// Runs ahead of the writer, per thread: enough that one slow run does not stop the others.
const WINDOW_PER_THREAD: usize = 4;

/// What workers share.
struct Gate {
    next: usize,
    written: usize,
    stopped: bool,
}

/// The order in which results are handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    /// That of the numbers.
    Numbers,
    /// That in which they end.
    Ends,
}

/// A pool of threads for runs.
///
/// # Errors
/// When the system gives no threads.
pub fn pool(threads: usize) -> Result<ThreadPool, String> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads.max(1))
        .thread_name(|n| format!("run-{n}"))
        .build()
        .map_err(|error| format!("cannot start {threads} threads: {error}"))
}

/// Does runs `0..count` on the pool and hands each result to `write` in order, on the calling thread. `tick` is called
/// there at least twice a second.
///
/// # Errors
/// The first error of `write`; runs that have begun are waited for and dropped, no further run begins.
pub fn execute<O: Send, E>(
    pool: &ThreadPool,
    count: usize,
    run: impl Fn(usize) -> O + Sync,
    write: impl FnMut(usize, Result<O, Failure>) -> Result<(), E>,
    tick: impl FnMut(),
) -> Result<(), E> {
    work(pool, count, Order::Numbers, run, write, tick)
}

/// The same, but each result is handed over as soon as its run ends: none waits for a slow one before it.
///
/// # Errors
/// The first error of `write`; runs that have begun are waited for and dropped, no further run begins.
pub fn execute_as_they_end<O: Send, E>(
    pool: &ThreadPool,
    count: usize,
    run: impl Fn(usize) -> O + Sync,
    write: impl FnMut(usize, Result<O, Failure>) -> Result<(), E>,
    tick: impl FnMut(),
) -> Result<(), E> {
    work(pool, count, Order::Ends, run, write, tick)
}

fn work<O: Send, E>(
    pool: &ThreadPool,
    count: usize,
    order: Order,
    run: impl Fn(usize) -> O + Sync,
    mut write: impl FnMut(usize, Result<O, Failure>) -> Result<(), E>,
    mut tick: impl FnMut(),
) -> Result<(), E> {
    let window = WINDOW_PER_THREAD * pool.current_num_threads();
    let gate = Mutex::new(Gate { next: 0, written: 0, stopped: false });
    let turn = Condvar::new();
    let (sender, receiver) = channel();
    let (gate, turn, run) = (&gate, &turn, &run);

    // Workers take the next number, unless they are too far ahead.
    let take = || {
        let mut gate = gate.lock().unwrap_or_else(PoisonError::into_inner);
        while !gate.stopped && gate.next < count && gate.next >= gate.written + window {
            gate = turn.wait(gate).unwrap_or_else(PoisonError::into_inner);
        }
        let index = gate.next;
        let goes_on = !gate.stopped && index < count;
        gate.next += usize::from(goes_on);
        goes_on.then_some(index)
    };
    pool.in_place_scope(|scope| {
        for _ in 0..pool.current_num_threads() {
            let sender = sender.clone();
            scope.spawn(move |_| {
                while let Some(index) = take() {
                    if sender.send((index, catch(|| run(index)))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);

        // This thread writes what stands under the next number, and wakes those who wait.
        let mut early = BTreeMap::new();
        let mut written = 0;
        loop {
            match receiver.recv_timeout(TICK) {
                // Whatever stands under the next number is written; without order that is whatever ends.
                Ok((index, result)) => early
                    .insert(if order == Order::Numbers { index } else { written }, (index, result)),
                Err(RecvTimeoutError::Timeout) => {
                    tick();
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            };
            while let Some((index, result)) = early.remove(&written) {
                let outcome = write(index, result);
                written += 1;
                let mut gate = gate.lock().unwrap_or_else(PoisonError::into_inner);
                gate.written = written;
                gate.stopped |= outcome.is_err();
                turn.notify_all();
                drop(gate);
                outcome?;
            }
            tick();
        }
    })
}

thread_local! {
    static IN_RUN: Cell<bool> = const { Cell::new(false) };
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Calls a function and turns its panic into a failure, without a word on stderr.
fn catch<O>(call: impl FnOnce() -> O) -> Result<O, Failure> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if IN_RUN.get() {
                PLACE.set(info.location().map(|l| format!("{}:{}", l.file(), l.line())));
            } else {
                before(info);
            }
        }));
    });
    IN_RUN.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(call));
    IN_RUN.set(false);
    result.map_err(|payload| {
        let words = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("a panic without a message");
        let place = PLACE.take().map_or(String::new(), |place| format!(" (at {place})"));
        Failure { cause: format!("{words}{place}") }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn results_come_in_order_whatever_finishes_first() {
        for threads in [1, 2, 5] {
            let pool = pool(threads).unwrap();
            let (begun, most_ahead) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let written = AtomicUsize::new(0);
            let mut order = Vec::new();
            execute(
                &pool,
                60,
                |index| {
                    let ahead = (begun.fetch_add(1, Ordering::SeqCst) + 1)
                        .saturating_sub(written.load(Ordering::SeqCst));
                    most_ahead.fetch_max(ahead, Ordering::SeqCst);
                    // The first of every ten is slow: the others overtake it.
                    std::thread::sleep(Duration::from_millis(if index % 10 == 0 { 20 } else { 0 }));
                    index * 2
                },
                |index, result| {
                    order.push((index, result.unwrap()));
                    written.fetch_add(1, Ordering::SeqCst);
                    Ok::<(), ()>(())
                },
                || {},
            )
            .unwrap();
            assert_eq!(order, (0..60).map(|i| (i, i * 2)).collect::<Vec<_>>());
            assert!(most_ahead.into_inner() <= WINDOW_PER_THREAD * threads + 1, "the window holds");
        }
    }

    #[test]
    fn results_come_as_they_end_when_order_does_not_matter() {
        let pool = pool(2).unwrap();
        let mut order = Vec::new();
        let run = |index: usize| {
            std::thread::sleep(Duration::from_millis(if index == 0 { 300 } else { 1 }));
        };
        execute_as_they_end(
            &pool,
            6,
            run,
            |index, _| {
                order.push(index);
                Ok::<(), ()>(())
            },
            || {},
        )
        .unwrap();
        assert_eq!(order.last(), Some(&0), "a slow run holds nobody up: {order:?}");
        order.sort_unstable();
        assert_eq!(order, [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn a_run_that_panics_is_a_result_and_the_study_goes_on() {
        let pool = pool(2).unwrap();
        let mut failed = Vec::new();
        let mut done = 0;
        execute(
            &pool,
            10,
            |index| assert_ne!(index, 3, "people are lost"),
            |index, result| {
                match result {
                    Ok(()) => done += 1,
                    Err(failure) => failed.push((index, failure.cause)),
                }
                Ok::<(), ()>(())
            },
            || {},
        )
        .unwrap();
        assert_eq!((done, failed.len(), failed[0].0), (9, 1, 3));
        assert!(
            failed[0].1.contains("people are lost") && failed[0].1.contains("execute.rs:"),
            "{}",
            failed[0].1
        );
    }

    #[test]
    fn an_error_of_the_writer_stops_the_study() {
        let pool = pool(2).unwrap();
        let begun = AtomicUsize::new(0);
        let result = execute(
            &pool,
            10_000,
            |index| {
                begun.fetch_add(1, Ordering::SeqCst);
                index
            },
            |index, _| if index == 5 { Err("full") } else { Ok(()) },
            || {},
        );
        assert_eq!(result, Err("full"));
        assert!(begun.into_inner() <= 5 + 1 + WINDOW_PER_THREAD * 2);
    }

    #[test]
    fn nothing_to_do_is_done() {
        let pool = pool(2).unwrap();
        assert_eq!(execute(&pool, 0, |i| i, |_, _| Err("never"), || {}), Ok(()));
    }
}
