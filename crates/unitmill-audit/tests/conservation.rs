//! Whatever gets lost, doubled or invented between the files of a run is noticed.

mod support;

use support::{SyntheticRun, candidate, demo, pair, reject};
use unitmill_audit::Audit;
use unitmill_model::{RejectReason, RejectUnit, Stage, Verification};
use unitmill_shards::Manifest;

/// What is off, as one text.
fn off(run: &SyntheticRun) -> String {
    off_tampered(run, |_| ())
}

fn off_tampered(run: &SyntheticRun, tamper: impl Fn(&mut Manifest)) -> String {
    let written = run.write_tampered(tamper);
    let audit = Audit::read(&written.run).expect("can be audited");
    let off = audit.sums().map(|sum| {
        assert_eq!(sum.holds, sum.off.is_empty(), "{sum:?}");
        sum.off.join("\n")
    });
    let off = off.iter().filter(|text| !text.is_empty()).cloned();
    let off = off.collect::<Vec<_>>().join("\n");
    assert_eq!(audit.holds(), off.is_empty());
    off
}

#[test]
fn a_sound_run_holds() {
    assert_eq!(off(&demo()), "");
}

#[test]
fn an_empty_run_holds() {
    let run = SyntheticRun {
        parts: Vec::new(),
        published: false,
    };
    assert_eq!(off(&run), "");
}

#[test]
fn a_run_in_progress_holds_and_is_not_complete() {
    let mut run = demo();
    run.published = false;
    run.parts[1].milled = false;
    run.parts[1].candidates.pop();
    run.parts[1].counts.insert("candidates", 1);
    run.parts[1].counts.insert("functions", 1);
    assert_eq!(off(&run), "");
    let written = run.write();
    let audit = Audit::read(&written.run).expect("can be audited");
    assert!(!audit.complete);
    let waiting = audit
        .conservation
        .candidates
        .parts
        .last()
        .expect("has parts");
    assert_eq!(
        (waiting.name.as_str(), waiting.count),
        ("not milled yet", 1)
    );
}

#[test]
fn every_break_is_caught() {
    let mut cases = Vec::new();

    let mut run = demo();
    run.parts[0].mill_rejects.pop();
    cases.push(("a lost candidate", off(&run)));

    let mut run = demo();
    run.parts[1].mill_rejects.pop();
    cases.push(("a repeated source without its reject", off(&run)));

    let mut run = demo();
    let again = run.parts[0].mill_rejects[1].clone();
    run.parts[0].mill_rejects.push(again);
    cases.push(("a candidate with two rejects", off(&run)));

    let mut run = demo();
    let paired = run.parts[0].candidates[0].id;
    let also = reject(
        Stage::Mill,
        RejectUnit::Candidate,
        RejectReason::NeverPassed,
        Some(paired),
    );
    run.parts[0].mill_rejects.push(also);
    cases.push(("a candidate with pair and reject", off(&run)));

    let mut run = demo();
    let stranger = pair(&candidate("stranger", &[]), 0, Verification::Model);
    run.parts[0].pairs.push(stranger);
    cases.push(("a pair without candidate", off(&run)));

    let mut run = demo();
    let stranger = candidate("stranger", &[]).id;
    run.parts[1].mill_rejects.push(reject(
        Stage::Mill,
        RejectUnit::Candidate,
        RejectReason::NoTests,
        Some(stranger),
    ));
    cases.push(("a reject without candidate", off(&run)));

    // Lost and doubled at once: the totals agree, the rows do not.
    let mut run = demo();
    run.parts[0].mill_rejects[1] = run.parts[0].mill_rejects[0].clone();
    cases.push(("totals that agree by accident", off(&run)));

    let mut run = demo();
    run.parts[0].counts.insert("files", 4);
    cases.push(("a lost file", off(&run)));

    let mut run = demo();
    run.parts[0].extract_rejects.remove(0);
    cases.push((
        "a manifest that counts a file reject that is not there",
        off(&run),
    ));

    let mut run = demo();
    run.parts[0].counts.insert("functions_rejected", 3);
    run.parts[0].counts.insert("functions", 7);
    cases.push((
        "a manifest that counts too many function rejects",
        off(&run),
    ));

    let mut run = demo();
    run.parts[0].counts.insert("candidates", 5);
    run.parts[0].counts.insert("functions", 7);
    cases.push(("a manifest that counts too many candidates", off(&run)));

    let lying = off_tampered(&demo(), |manifest| {
        if manifest.stage == Stage::Mill && manifest.index == 0 {
            manifest.outputs[0].rows = 2;
        }
    });
    // The name carries a digest, which is not what this is about.
    let lying = lying
        .split_once("holds")
        .map_or("", |(_, problem)| problem)
        .to_owned();
    cases.push(("a manifest that lies about rows", lying));

    let cases = cases.into_iter().map(|(what, off)| {
        assert_ne!(off, "", "{what} went unnoticed");
        format!("{what}:\n{off}\n")
    });
    insta::assert_snapshot!(cases.collect::<Vec<_>>().join("\n"));
}

#[test]
fn pairs_that_were_not_published_are_noticed() {
    let run = demo();
    let written = run.write();
    // Another part that was milled after publishing.
    let mut late = Manifest::new(Stage::Mill, 7, support::plan());
    let settings = unitmill_shards::ParquetSettings::default();
    let output = written
        .run
        .write_rows(
            Stage::Mill,
            7,
            unitmill_shards::OutputKind::Pairs,
            &settings,
            &run.parts[0].pairs[..1],
        )
        .expect("can be written");
    late.outputs.push(output);
    written.run.commit(&late).expect("commits");
    let audit = Audit::read(&written.run).expect("can be audited");
    assert_eq!(
        audit.conservation.outputs.off,
        ["the parts come to 3, not to 4"]
    );
}

#[test]
fn a_damaged_file_is_an_error_that_names_it() {
    let written = demo().write();
    let manifest = written.run.manifest(Stage::Mill, 0).expect("can be read");
    let output = &manifest.expect("is there").outputs[0];
    let path = written.run.path_of(output);
    std::fs::write(&path, "not Parquet").expect("can be written");
    let error = Audit::read(&written.run).expect_err("must fail");
    assert!(error.to_string().contains(&output.path), "{error}");
}
