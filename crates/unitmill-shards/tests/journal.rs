//! What a journal promises: complete records survive, first ones count, damage is seen.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use unitmill_model::{Agent, Digest, Execution, Reply, Stage};
use unitmill_shards::{Asked, Journal, JournalReader, JournalSettings, RunDirectory, ShardsError};

struct Fixture {
    _folder: tempfile::TempDir,
    run: RunDirectory,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let run = RunDirectory::create(folder.path()).expect("can be created");
        Self {
            _folder: folder,
            run,
        }
    }

    fn open(&self, index: u32) -> Journal {
        Journal::open(&self.run, Stage::Mill, index, JournalSettings::default())
            .expect("can be opened")
    }

    fn segment(&self, name: &str) -> PathBuf {
        self.run.journal_folder().join(name)
    }

    fn segments(&self) -> Vec<String> {
        let mut names = fs::read_dir(self.run.journal_folder())
            .expect("can be listed")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect::<Vec<_>>();
        names.sort();
        names
    }
}

fn replayed(reply: &Reply) -> Reply {
    Reply {
        replayed: true,
        ..reply.clone()
    }
}

fn distinct(replies: Vec<Reply>) -> Vec<Reply> {
    let by_key = replies.into_iter().map(|reply| (reply.key, reply));
    by_key.collect::<BTreeMap<_, _>>().into_values().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn what_was_recorded_is_found_by_the_next_attempt(
        replies in vec(support::reply(), 1..6),
        executions in vec(support::execution(), 1..6),
    ) {
        let fixture = Fixture::new();
        let first = fixture.open(3);
        for reply in &replies {
            prop_assert_eq!(&first.record_reply(reply.clone()).expect("is recorded"), reply);
        }
        for execution in &executions {
            first.record_execution(execution.clone()).expect("is recorded");
        }
        for journal in [first, fixture.open(3)] {
            for reply in &replies {
                let found = journal.reply(&reply.key).expect("can be read");
                prop_assert_eq!(found, Some(replayed(reply)));
                prop_assert_eq!(journal.execution(&reply.key).expect("can be read"), None);
            }
            for execution in &executions {
                let found = journal.execution(&execution.key).expect("can be read");
                let expected = Execution { replayed: true, ..execution.clone() };
                prop_assert_eq!(found, Some(expected));
            }
        }
    }

    #[test]
    fn torn_at_any_byte_all_complete_records_survive(
        replies in vec(support::reply(), 1..5).prop_map(distinct),
    ) {
        let fixture = Fixture::new();
        let journal = fixture.open(0);
        let path = fixture.segment("mill-00000.0000.journal");
        let mut ends = Vec::new();
        for reply in &replies {
            journal.record_reply(reply.clone()).expect("is recorded");
            ends.push(fs::metadata(&path).expect("is there").len() as usize);
        }
        drop(journal);
        let whole = fs::read(&path).expect("is there");
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).expect("can be written");
            let journal = fixture.open(0);
            let complete = ends.iter().filter(|end| **end <= cut).count();
            prop_assert_eq!(journal.reader().len(), complete);
            for reply in &replies[..complete] {
                let found = journal.reply(&reply.key).expect("can be read");
                prop_assert_eq!(found, Some(replayed(reply)));
            }
            let at_boundary = cut == 0 || cut == "unitmill journal 1\n".len() || ends.contains(&cut);
            prop_assert_eq!(journal.reader().torn_tails(), u64::from(!at_boundary));
        }
    }
}

fn example(name: &str) -> Reply {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let tree = support::reply().new_tree(&mut runner).expect("a value");
    let mut reply = proptest::strategy::ValueTree::current(&tree);
    reply.key = Digest::of(name);
    reply.answer.text = name.to_owned();
    reply
}

#[test]
fn concurrent_appends_are_all_found() {
    let fixture = Fixture::new();
    let journal = Arc::new(fixture.open(0));
    let threads = (0..8).map(|thread| {
        let journal = Arc::clone(&journal);
        std::thread::spawn(move || {
            for record in 0..50 {
                let reply = example(&format!("{thread}/{record}"));
                journal.record_reply(reply).expect("is recorded");
            }
        })
    });
    for thread in threads.collect::<Vec<_>>() {
        thread.join().expect("does not panic");
    }
    drop(journal);
    let journal = fixture.open(0);
    assert_eq!(journal.reader().len(), 400);
    let name = "7/49";
    let found = journal.reply(&Digest::of(name)).expect("can be read");
    assert_eq!(found.expect("is there").answer.text, name);
}

#[test]
fn the_first_record_of_a_key_counts() {
    let fixture = Fixture::new();
    let first = example("first");
    let mut second = example("second");
    second.key = first.key;
    let journal = fixture.open(0);
    journal.record_reply(first.clone()).expect("is recorded");
    let counting = journal.record_reply(second.clone()).expect("is recorded");
    assert_eq!(counting, replayed(&first));
    drop(journal);
    let later = fixture.open(0);
    let counting = later.record_reply(second).expect("is recorded");
    assert_eq!(counting, replayed(&first));
    drop(later);
    assert_eq!(fixture.segments(), ["mill-00000.0000.journal"]);
}

#[test]
fn one_of_many_concurrent_records_of_a_key_counts_for_all() {
    let fixture = Fixture::new();
    let journal = fixture.open(0);
    let (sender, receiver) = std::sync::mpsc::channel();
    for number in 0..64 {
        let mut reply = example(&number.to_string());
        reply.key = Digest::of("shared");
        let sender = sender.clone();
        journal.record_reply_then(reply, move |result| {
            let reply = result.expect("is recorded");
            sender.send(reply.answer.text).expect("somebody listens");
        });
    }
    drop(sender);
    let texts = receiver.iter().collect::<Vec<_>>();
    assert_eq!(texts, vec!["0"; 64]);
}

#[test]
fn replies_that_come_together_are_each_answered_and_found() {
    let fixture = Fixture::new();
    let journal = fixture.open(0);
    journal.record_reply(example("b")).expect("is recorded");
    let (sender, receiver) = std::sync::mpsc::channel();
    let together = ["a", "b", "c"].map(|name| {
        let sender = sender.clone();
        (example(name), move |result: Result<Reply, _>| {
            let reply = result.expect("is recorded");
            sender
                .send((reply.answer.text, reply.replayed))
                .expect("somebody listens");
        })
    });
    journal.record_replies_then(together.into());
    drop(sender);
    let told = receiver.iter().collect::<Vec<_>>();
    let told: Vec<_> = told
        .iter()
        .map(|(text, old)| (text.as_str(), *old))
        .collect();
    assert_eq!(told, [("a", false), ("b", true), ("c", false)]);
    drop(journal);
    assert_eq!(fixture.open(0).reader().len(), 3);
}

#[test]
fn attempts_have_segments_of_their_own_and_tasks_journals_of_their_own() {
    let fixture = Fixture::new();
    let running = fixture.open(0);
    let rival = fixture.open(0);
    running.record_reply(example("a")).expect("is recorded");
    rival.record_reply(example("b")).expect("is recorded");
    let other_task = fixture.open(1);
    other_task.record_reply(example("c")).expect("is recorded");
    assert_eq!(
        fixture.segments(),
        [
            "mill-00000.0000.journal",
            "mill-00000.0001.journal",
            "mill-00001.0000.journal",
        ]
    );
    let next = fixture.open(0);
    assert_eq!(next.reader().len(), 2);
    assert_eq!(next.reply(&Digest::of("c")).expect("can be read"), None);
    let whole_run = JournalReader::open(&fixture.run).expect("can be opened");
    assert_eq!(whole_run.len(), 3);
    assert!(
        whole_run
            .reply(&Digest::of("c"))
            .expect("can be read")
            .is_some()
    );
}

#[test]
fn a_journal_that_records_nothing_leaves_no_segment() {
    let fixture = Fixture::new();
    drop(fixture.open(0));
    assert!(fixture.segments().is_empty());
}

#[test]
fn damage_before_the_end_stops_with_file_and_offset() {
    let fixture = Fixture::new();
    let journal = fixture.open(0);
    for name in ["a", "b"] {
        journal.record_reply(example(name)).expect("is recorded");
    }
    drop(journal);
    let path = fixture.segment("mill-00000.0000.journal");
    let mut bytes = fs::read(&path).expect("is there");
    bytes[60] ^= 1;
    fs::write(&path, &bytes).expect("can be written");
    let error = JournalReader::open(&fixture.run).err().expect("must fail");
    let ShardsError::JournalDamaged { offset, .. } = &error else {
        panic!("{error}");
    };
    assert_eq!(*offset, 19);
    assert!(
        error.to_string().contains("mill-00000.0000.journal"),
        "{error}"
    );
}

#[test]
fn damage_at_the_end_costs_the_last_record_only() {
    let fixture = Fixture::new();
    let journal = fixture.open(0);
    for name in ["a", "b"] {
        journal.record_reply(example(name)).expect("is recorded");
    }
    drop(journal);
    let path = fixture.segment("mill-00000.0000.journal");
    let mut bytes = fs::read(&path).expect("is there");
    let last = bytes.len() - 10;
    bytes[last] ^= 1;
    // A crash of the machine may leave zeros where a batch was to be.
    bytes.extend_from_slice(&[0; 4096]);
    fs::write(&path, &bytes).expect("can be written");
    let journal = fixture.open(0);
    assert_eq!(journal.reader().len(), 1);
    assert_eq!(journal.reader().torn_tails(), 1);
    journal.record_reply(example("b")).expect("is recorded");
    assert_eq!(journal.reader().len(), 2);
    assert_eq!(
        fixture.segments().len(),
        2,
        "never appends to what it found"
    );
}

#[test]
fn another_version_of_the_format_is_refused() {
    let fixture = Fixture::new();
    let journal = fixture.open(0);
    journal.record_reply(example("a")).expect("is recorded");
    drop(journal);
    let path = fixture.segment("mill-00000.0000.journal");
    let text = fs::read_to_string(&path).expect("is there");
    fs::write(&path, text.replacen("journal 1", "journal 9", 1)).expect("can be written");
    assert!(JournalReader::open(&fixture.run).is_err());
}

#[test]
fn a_journal_that_cannot_be_written_says_so_to_everybody() {
    let fixture = Fixture::new();
    let journal = fixture.open(0);
    fs::remove_dir_all(fixture.run.journal_folder()).expect("can be removed");
    for name in ["a", "b"] {
        let error = journal.record_reply(example(name)).expect_err("must fail");
        assert!(
            matches!(error, ShardsError::JournalStopped { .. }),
            "{error}"
        );
        assert!(error.to_string().contains("mill-00000"), "{error}");
    }
}

/// What was sent and not answered may have been paid for; what the server refused, and what
/// was never sent, was not.
#[test]
fn what_was_sent_is_told_from_what_was_answered() {
    let fixture = Fixture::new();
    let reply = |name: &str| Reply {
        key: Digest::of(name),
        model: "coder".to_owned(),
        answer: unitmill_model::ModelAnswer {
            text: "twelve bytes".to_owned(),
            finish_reason: unitmill_model::FinishReason::Stop,
            prompt_tokens: 7,
            completion_tokens: 3,
        },
        resent: 2,
        failures: vec!["hung up".to_owned(), "busy".to_owned()],
        lost: 1,
        duration_ms: 5,
        replayed: false,
    };
    let ask = |journal: &Journal, name: &str| {
        let asked = Asked {
            agent: Agent::Fix,
            model: name.to_owned(),
            prompt_tokens: 100,
            completion_tokens: 50,
        };
        journal.record_asked_then(Digest::of(name), &asked, |written| {
            written.expect("is written")
        });
    };
    let journal = fixture.open(0);
    for name in ["answered", "killed", "refused"] {
        ask(&journal, name);
    }
    journal.record_refused(Digest::of("refused"));
    for name in ["answered", "from elsewhere"] {
        journal.record_reply(reply(name)).expect("is recorded");
    }
    drop(journal);
    let journal = fixture.open(0);
    ask(&journal, "killed");
    drop(journal);

    let payments = JournalReader::of_task(&fixture.run, Stage::Mill, 0)
        .and_then(|journal| journal.payments())
        .expect("can be read");
    let seen: Vec<_> = payments
        .iter()
        .map(|paid| (paid.asked.model.as_str(), paid.answers.len(), paid.lost))
        .collect();
    assert_eq!(seen, [("answered", 1, 1), ("killed", 0, 2)]);
    let answer = payments[0].answers[0];
    let figures = (answer.prompt_tokens, answer.completion_tokens, answer.bytes);
    assert_eq!(figures, (7, 3, 12));
    let other = JournalReader::of_task(&fixture.run, Stage::Mill, 1)
        .and_then(|journal| journal.payments())
        .expect("can be read");
    assert_eq!(other, []);
}
