//! Where in memory a run will write to, seen from outside.
//!
//! A run is a fork, and copies each page of memory when it first writes to it; these faults
//! are a good part of all the time that a small run takes. Nearly all of them are the same in
//! every run of an interpreter: those of the harness, of `unittest`, of the interpreter itself.
//! So a lane rehearses a run, which is looked at here, and all runs of its interpreter then
//! copy these pages with one call. This decides over time alone: what cannot be seen is copied
//! as it always was, page by page, and nothing here ever reads what is in memory.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;

use unitmill_model::{JOB_VERSION, Job, JobFile, JobKind, Limits, TestOrder};

/// So many places the kernel takes in one call (`UIO_MAXIOV`).
const MOST_PLACES: usize = 1024;
/// The bytes of a page. Where they are more, the kernel refuses the places, and nothing is won.
const PAGE: u64 = 4096;
/// What `/proc/PID/pagemap` says of a page: it is there, and nobody else maps it.
const PRESENT: u64 = 1 << 63;
const EXCLUSIVE: u64 = 1 << 56;

/// What nearly every module of tests does, and no more: a page that is copied for nothing costs
/// more than one that is copied when it is needed.
const REHEARSED: &str = "\
import unittest

def double(value):
    return value + value

class TestDouble(unittest.TestCase):
    def test_number(self):
        self.assertEqual(double(1), 2)

    def test_text(self):
        self.assertEqual(double('a'), 'aa')
";

/// Pages of memory: where they start and how long they are, bytes.
pub(crate) type Pages = (u64, u64);

/// The run that is rehearsed.
pub(crate) fn rehearsal() -> Job {
    Job {
        version: JOB_VERSION,
        files: vec![JobFile {
            name: "solution.py".to_owned(),
            content: REHEARSED.to_owned(),
        }],
        entry: "solution".to_owned(),
        expected_tests: Vec::new(),
        packages: Vec::new(),
        kind: JobKind::Verdict,
        limits: Limits::default(),
        seed: 0,
        order: TestOrder::AsLoaded,
    }
}

/// Where a lane's only run has written to in memory that it has from the lane. Empty where this
/// kernel does not tell.
pub(crate) fn written_by_run_of(lane: i32) -> Vec<Pages> {
    fs::read_to_string(format!("/proc/{lane}/task/{lane}/children"))
        .and_then(|children| {
            let maps = fs::read_to_string(format!("/proc/{lane}/maps"))?;
            let pages = File::open(format!("/proc/{}/pagemap", children.trim()))?;
            let mut places = Vec::new();
            for (start, end) in maps.lines().filter_map(writable) {
                add_written(&pages, start, end, &mut places)?;
            }
            Ok(most(places))
        })
        // An unprivileged user may not look into every process of theirs.
        .unwrap_or_default()
}

/// The range of a line of `/proc/PID/maps`, if it is private memory that can be written to. Not
/// the stack, which begins elsewhere in another fork.
fn writable(line: &str) -> Option<(u64, u64)> {
    let mut words = line.split_ascii_whitespace();
    let (start, end) = words.next()?.split_once('-')?;
    let rights = words.next()?;
    if !rights.starts_with("rw") || !rights.ends_with('p') || line.ends_with("[stack]") {
        return None;
    }
    let address = |text| u64::from_str_radix(text, 16).ok();
    Some((address(start)?, address(end)?))
}

fn add_written(
    pages: &File,
    start: u64,
    end: u64,
    places: &mut Vec<Pages>,
) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    let mut at = start;
    while at < end {
        let length = buffer.len().min(((end - at) / PAGE * 8) as usize);
        pages.read_exact_at(&mut buffer[..length], at / PAGE * 8)?;
        for entry in buffer[..length].as_chunks::<8>().0 {
            let written = PRESENT | EXCLUSIVE;
            if u64::from_ne_bytes(*entry) & written == written {
                match places.last_mut() {
                    Some((place, length)) if *place + *length == at => *length += PAGE,
                    _ => places.push((at, PAGE)),
                }
            }
            at += PAGE;
        }
    }
    Ok(())
}

/// As many places as one call takes; the longest ones, in their order.
fn most(mut places: Vec<Pages>) -> Vec<Pages> {
    places.sort_by_key(|&(_, length)| std::cmp::Reverse(length));
    places.truncate(MOST_PLACES);
    places.sort_unstable();
    places
}
