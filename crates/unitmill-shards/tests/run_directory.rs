//! Commits, sweeping and verification of a run.

use std::fs;

use serde_json::json;
use unitmill_model::{Digest, ExecInput, Stage};
use unitmill_shards::{
    Committed, Manifest, OutputFile, OutputKind, PairFormat, ParquetSettings, PlanWritten,
    RunDirectory, ShardsError, diff_plans,
};

struct Fixture {
    folder: tempfile::TempDir,
    run: RunDirectory,
}

impl Fixture {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let run = RunDirectory::create(folder.path().join("run")).expect("can be created");
        Self { folder, run }
    }

    fn output(&self, index: u32, text: &str) -> OutputFile {
        let row = ExecInput {
            id: text.to_owned(),
            code: String::new(),
            test: String::new(),
            lone_surrogate: false,
        };
        self.run
            .write_rows(
                Stage::Mill,
                index,
                OutputKind::Pairs,
                &ParquetSettings::default(),
                [&row],
            )
            .expect("can be written")
    }

    fn manifest(&self, index: u32, text: &str) -> Manifest {
        let mut manifest = Manifest::new(Stage::Mill, index, Digest::of("plan"));
        manifest.outputs.push(self.output(index, text));
        manifest.counts.insert("candidates".to_owned(), 1);
        manifest
    }
}

#[test]
fn outputs_carry_their_digest_and_the_same_rows_have_the_same_name() {
    let fixture = Fixture::new();
    let output = fixture.output(3, "a");
    assert_eq!(
        output.path,
        format!("pairs/mill-00003.{}.parquet", output.sha256.short())
    );
    let bytes = fs::read(fixture.run.path_of(&output)).expect("is there");
    assert_eq!(Digest::of(&bytes), output.sha256);
    assert_eq!(bytes.len() as u64, output.bytes);
    assert_eq!(fixture.output(3, "a"), output);
    assert_ne!(fixture.output(3, "b").path, output.path);
}

#[test]
fn the_first_manifest_of_a_task_wins_and_the_others_outputs_are_orphans() {
    let fixture = Fixture::new();
    let (ours, theirs) = (fixture.manifest(0, "ours"), fixture.manifest(0, "theirs"));
    let run = &fixture.run;
    assert_eq!(run.manifest(Stage::Mill, 0).expect("can be read"), None);
    assert_eq!(run.commit(&ours).expect("commits"), Committed::Won);
    assert_eq!(
        run.commit(&theirs).expect("commits"),
        Committed::LostTo(Box::new(ours.clone()))
    );
    assert_eq!(
        run.manifests().expect("can be read"),
        std::slice::from_ref(&ours)
    );

    let leftover = run
        .folder(OutputKind::Pairs)
        .join(".mill-00001.77-0.partial");
    fs::write(&leftover, "half").expect("can be written");
    fs::write(run.root().join("notes.txt"), "mine").expect("can be written");
    fs::write(run.root().join("train-00000-of-00009.parquet"), "old").expect("can be written");
    assert_eq!(
        run.sweep_orphans().expect("sweeps"),
        [
            "pairs/.mill-00001.77-0.partial".to_owned(),
            theirs.outputs[0].path.clone(),
            "train-00000-of-00009.parquet".to_owned(),
        ]
    );
    run.verify().expect("is whole");
    assert!(run.root().join("notes.txt").exists());
    assert!(run.sweep_orphans().expect("sweeps").is_empty());
}

#[test]
fn of_many_processes_that_commit_one_task_exactly_one_wins() {
    let fixture = Fixture::new();
    let manifests = (0..8).map(|number| fixture.manifest(0, &number.to_string()));
    let manifests = manifests.collect::<Vec<_>>();
    let results = std::thread::scope(|scope| {
        let commits = manifests
            .iter()
            .map(|manifest| scope.spawn(|| fixture.run.commit(manifest).expect("commits")))
            .collect::<Vec<_>>();
        commits
            .into_iter()
            .map(|commit| commit.join().expect("does not panic"))
            .collect::<Vec<_>>()
    });
    let winner = fixture.run.manifest(Stage::Mill, 0).expect("can be read");
    let winner = winner.expect("somebody won");
    let won = results.iter().filter(|result| **result == Committed::Won);
    assert_eq!(won.count(), 1);
    for result in results {
        if let Committed::LostTo(other) = result {
            assert_eq!(*other, winner);
        }
    }
}

#[test]
fn an_output_swept_while_being_written_says_so() {
    let fixture = Fixture::new();
    let mut writer = fixture
        .run
        .shard_writer(0, 1, PairFormat::Trl, &ParquetSettings::default())
        .map(Some)
        .expect("can be created");
    assert_eq!(fixture.run.sweep_orphans().expect("sweeps").len(), 1);
    let writer = writer.take().expect("is there");
    let error = writer.finish().expect_err("must fail");
    assert!(matches!(error, ShardsError::Swept { .. }), "{error}");
}

#[test]
fn verification_names_the_file_that_is_not_what_it_was() {
    let fixture = Fixture::new();
    let run = &fixture.run;
    let manifest = fixture.manifest(0, "a");
    let path = run.path_of(&manifest.outputs[0]);
    run.commit(&manifest).expect("commits");
    run.verify().expect("is whole");

    let bytes = fs::read(&path).expect("is there");
    let mut flipped = bytes.clone();
    flipped[8] ^= 1;
    let problem = || {
        let error = run.verify().expect_err("must be noticed");
        assert!(
            error.to_string().contains(&path.display().to_string()),
            "{error}"
        );
        error
    };
    fs::write(&path, &flipped).expect("can be written");
    assert!(matches!(
        problem(),
        ShardsError::OutputDiffers { what: "sha256", .. }
    ));
    fs::write(&path, &bytes[..bytes.len() - 1]).expect("can be written");
    assert!(matches!(
        problem(),
        ShardsError::OutputDiffers { what: "bytes", .. }
    ));
    fs::remove_file(&path).expect("can be removed");
    assert!(matches!(problem(), ShardsError::OutputMissing { .. }));

    fs::write(&path, &bytes).expect("can be written");
    let mut lying = manifest.clone();
    lying.index = 1;
    lying.outputs[0].rows = 2;
    run.commit(&lying).expect("commits");
    assert!(matches!(
        problem(),
        ShardsError::OutputDiffers { what: "rows", .. }
    ));
}

#[test]
fn the_first_plan_stays() {
    let fixture = Fixture::new();
    let run = &fixture.run;
    assert!(matches!(
        RunDirectory::open(run.root()),
        Err(ShardsError::NotARun { .. })
    ));
    let plan = json!({"name": "quickstart", "dedup": {"exact": true}});
    assert_eq!(run.read_plan().expect("can be read"), None);
    assert_eq!(
        run.write_plan_exclusively(&plan).expect("can be written"),
        PlanWritten::Created
    );
    let other = json!({"name": "quickstart", "dedup": {"exact": false}});
    let PlanWritten::Exists(existing) =
        run.write_plan_exclusively(&other).expect("can be compared")
    else {
        panic!("the plan was replaced");
    };
    assert_eq!(
        diff_plans(&existing, &other),
        ["dedup.exact: true -> false"]
    );
    RunDirectory::open(run.root()).expect("is a run now");
}

#[test]
fn card_and_audit_are_replaced_in_one_step() {
    let fixture = Fixture::new();
    let run = &fixture.run;
    for text in ["first", "second"] {
        run.write_card(text).expect("can be written");
        run.write_audit(&json!({"text": text}))
            .expect("can be written");
    }
    assert_eq!(
        fs::read_to_string(run.card_path()).expect("is there"),
        "second"
    );
    assert_eq!(
        fs::read_to_string(run.audit_path()).expect("is there"),
        "{\n  \"text\": \"second\"\n}\n"
    );
    assert!(fixture.folder.path().join("run/pairs").is_dir());
}

#[test]
fn manifests_on_disk_look_like_this() {
    let fixture = Fixture::new();
    let mut manifest = fixture.manifest(7, "a");
    manifest.outputs[0].sha256 = Digest::of("");
    manifest.outputs[0].path = "pairs/mill-00007.e3b0c44298fc1c14.parquet".to_owned();
    manifest.outputs[0].bytes = 812;
    fixture.run.commit(&manifest).expect("commits");
    let path = fixture.run.root().join("manifest/mill-00007.json");
    insta::assert_snapshot!(fs::read_to_string(path).expect("is there"));
}
