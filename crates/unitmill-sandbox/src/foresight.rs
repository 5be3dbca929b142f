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
/// three times what is saved by one that is copied at once.
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

fn add_written(pages: &File, start: u64, end: u64, places: &mut Vec<Pages>) -> io::Result<()> {
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

/// The places as a lane takes them: two words each. Never empty, which would be the end of the
/// lane.
pub(crate) fn packet(places: &[Pages]) -> Vec<u8> {
    if places.is_empty() {
        return vec![0];
    }
    places
        .iter()
        .flat_map(|&(start, length)| [start, length])
        .flat_map(u64::to_ne_bytes)
        .collect()
}

/// As many places as one call takes; the longest ones, in their order.
fn most(mut places: Vec<Pages>) -> Vec<Pages> {
    places.sort_by_key(|&(_, length)| std::cmp::Reverse(length));
    places.truncate(MOST_PLACES);
    places.sort_unstable();
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_memory_that_can_be_written_to_is_looked_at() {
        let maps = "\
555555554000-555555555000 r--p 00000000 fe:00 18504                      /usr/bin/python3.11
555555558000-555555559000 rw-p 00003000 fe:00 18504                      /usr/bin/python3.11
555555559000-5555558a6000 rw-p 00000000 00:00 0                          [heap]
7ffff5f74000-7ffff6074000 rw-p 00000000 00:00 0 
7ffff6074000-7ffff6079000 rw-s 00000000 00:01 2                          /dev/zero (deleted)
7fffe8021000-7fffec000000 ---p 00000000 00:00 0 
7ffffffde000-7ffffffff000 rw-p 00000000 00:00 0                          [stack]
7ffff7fc8000-7ffff7fca000 r-xp 00000000 00:00 0                          [vdso]
nonsense";
        let found: Vec<_> = maps.lines().filter_map(writable).collect();
        assert_eq!(
            found,
            [
                (0x5555_5555_8000, 0x5555_5555_9000),
                (0x5555_5555_9000, 0x5555_558a_6000),
                (0x7fff_f5f7_4000, 0x7fff_f607_4000),
            ]
        );
    }

    #[test]
    fn as_many_places_as_one_call_takes_are_kept_and_they_are_the_longest() {
        let short = (0..2000).map(|number| (number * 10 * PAGE, PAGE));
        let long = [(5 * PAGE, 3 * PAGE), (20_005 * PAGE, 2 * PAGE)];
        let kept = most(short.chain(long).collect());
        assert_eq!(kept.len(), MOST_PLACES);
        assert!(kept.is_sorted());
        assert!(long.iter().all(|place| kept.contains(place)));
    }

    #[test]
    fn memory_that_was_written_to_is_seen() {
        let touched: u64 = 40 * PAGE;
        let mut memory = vec![0u8; (400 * PAGE) as usize];
        let start = (memory.as_ptr() as u64).next_multiple_of(PAGE);
        let offset = (start - memory.as_ptr() as u64) as usize;
        memory[offset..offset + touched as usize].fill(1);
        let pages = File::open("/proc/self/pagemap").expect("one may look at oneself");
        let mut places = Vec::new();
        add_written(&pages, start, start + 399 * PAGE, &mut places).expect("it is mapped");
        let first = places.first().copied().unwrap_or_default();
        assert_eq!(first.0, start);
        assert!(first.1 >= touched, "{places:?}");
        std::hint::black_box(&memory);
    }
}
