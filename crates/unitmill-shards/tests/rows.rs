//! Every record through Parquet and JSON lines and back, and what broken files come to.

mod support;

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, LargeStringArray, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use proptest::collection::vec;
use proptest::prelude::*;
use unitmill_model::{
    Attempt, Candidate, CandidateKey, DuplicateDrop, ExecInput, ExecVerdict, Pair, Reject, Stage,
};
use unitmill_shards::{
    Compression, OutputKind, PairFormat, ParquetSettings, Row, RowFileWriter, RunDirectory,
    ShardsError, count_rows, read_row_range, read_rows,
};

fn write<R: Row>(path: &Path, settings: &ParquetSettings, rows: &[R]) {
    let mut writer = RowFileWriter::create(path, settings).expect("can be created");
    for row in rows {
        writer.push(row).expect("can be written");
    }
    let finished = writer.finish().expect("can be finished");
    assert_eq!(finished.rows, rows.len() as u64);
    assert_eq!(finished.bytes, fs::metadata(path).expect("is there").len());
}

fn read<R: Row>(path: &Path) -> Vec<R> {
    read_rows(path)
        .expect("can be opened")
        .collect::<Result<_, _>>()
        .expect("can be read")
}

fn round_trip<R: Row + PartialEq + std::fmt::Debug>(rows: &[R]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let small_groups = ParquetSettings {
        rows_per_group: 3,
        ..ParquetSettings::default()
    };
    for name in ["rows.parquet", "rows.jsonl"] {
        let path = folder.path().join(name);
        write(&path, &small_groups, rows);
        prop_assert_eq!(read::<R>(&path), rows);
        let first = fs::read(&path).expect("is there");
        write(&path, &small_groups, rows);
        prop_assert_eq!(fs::read(&path).expect("is there"), first, "other bytes");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn candidates(rows in vec(support::candidate(), 0..8)) { round_trip::<Candidate>(&rows)?; }
    #[test]
    fn rejects(rows in vec(support::reject(), 0..8)) { round_trip::<Reject>(&rows)?; }
    #[test]
    fn attempts(rows in vec(support::attempt(), 0..8)) { round_trip::<Attempt>(&rows)?; }
    #[test]
    fn pairs(rows in vec(support::pair(), 0..8)) { round_trip::<Pair>(&rows)?; }
    #[test]
    fn drops(rows in vec(support::duplicate_drop(), 0..8)) { round_trip::<DuplicateDrop>(&rows)?; }
    #[test]
    fn inputs(rows in vec(support::exec_input(), 0..8)) { round_trip::<ExecInput>(&rows)?; }
    #[test]
    fn verdicts(rows in vec(support::exec_verdict(), 0..8)) { round_trip::<ExecVerdict>(&rows)?; }

    #[test]
    fn published_pairs_come_back_in_both_formats(rows in vec(support::pair(), 1..6)) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let run = RunDirectory::create(folder.path()).expect("can be created");
        for format in [PairFormat::PrefixCompletion, PairFormat::Trl] {
            let mut writer = run
                .shard_writer(0, 1, format, &ParquetSettings::default())
                .expect("can be created");
            for row in &rows {
                writer.push(row).expect("can be written");
            }
            let output = writer.finish().expect("can be finished");
            prop_assert_eq!(&output.path, "train-00000-of-00001.parquet");
            prop_assert_eq!(&read::<Pair>(&run.path_of(&output)), &rows);
        }
    }

    #[test]
    fn a_file_cut_off_anywhere_is_an_error(
        rows in vec(support::exec_input(), 1..6),
        cut in 0.0..1.0_f64,
    ) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("rows.parquet");
        write(&path, &ParquetSettings::default(), &rows);
        let bytes = fs::read(&path).expect("is there");
        let kept = (bytes.len() as f64 * cut) as usize;
        fs::write(&path, &bytes[..kept]).expect("can be written");
        let error = read_rows::<ExecInput>(&path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .expect_err("must not be read");
        prop_assert!(matches!(error, ShardsError::Damaged { .. }), "{}", error);
        prop_assert!(error.to_string().contains("rows.parquet"));
    }

    #[test]
    fn a_stretch_is_what_lies_in_it(
        rows in vec(support::exec_input(), 0..20),
        start in 0_u64..25,
        length in 0_u64..25,
    ) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("rows.parquet");
        let settings = ParquetSettings { rows_per_group: 4, ..ParquetSettings::default() };
        write(&path, &settings, &rows);
        let found = read_row_range::<ExecInput>(&path, start..start + length)
            .expect("can be opened")
            .collect::<Result<Vec<_>, _>>()
            .expect("can be read");
        let expected = rows.iter().skip(start as usize).take(length as usize);
        prop_assert_eq!(found, expected.cloned().collect::<Vec<_>>());
        prop_assert_eq!(count_rows(&path).expect("can be read"), rows.len() as u64);
    }
}

#[test]
fn schemas() {
    fn show(name: &str, schema: &arrow::datatypes::Schema) -> String {
        let columns = schema.fields().iter().map(|field| {
            let optional = if field.is_nullable() { "?" } else { "" };
            format!("  {}: {}{optional}\n", field.name(), field.data_type())
        });
        format!("{name}\n{}", columns.collect::<String>())
    }
    insta::assert_snapshot!(
        [
            show(Candidate::NAME, &Candidate::schema()),
            show("candidate, key", &CandidateKey::schema()),
            show(Reject::NAME, &Reject::schema()),
            show(Attempt::NAME, &Attempt::schema()),
            show(
                "pair, prefix-completion",
                &PairFormat::PrefixCompletion.schema()
            ),
            show("pair, trl", &PairFormat::Trl.schema()),
            show(DuplicateDrop::NAME, &DuplicateDrop::schema()),
            show(ExecInput::NAME, &ExecInput::schema()),
            show(ExecVerdict::NAME, &ExecVerdict::schema()),
        ]
        .concat()
    );
}

#[test]
fn compression_changes_the_bytes_and_not_the_rows() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rows = (0..2000)
        .map(|row| ExecInput {
            id: row.to_string(),
            code: "def f(x):\n    return x\n".repeat(4),
            test: String::new(),
            lone_surrogate: false,
        })
        .collect::<Vec<_>>();
    let mut sizes = Vec::new();
    for compression in [Compression::Zstd, Compression::Snappy, Compression::None] {
        let path = folder.path().join("rows.parquet");
        let settings = ParquetSettings {
            compression,
            ..ParquetSettings::default()
        };
        write(&path, &settings, &rows);
        assert_eq!(read::<ExecInput>(&path), rows);
        sizes.push(fs::metadata(&path).expect("is there").len());
    }
    assert!(sizes.is_sorted() && sizes[0] < sizes[2], "{sizes:?}");
}

#[test]
fn row_groups_end_by_rows_and_by_text() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("rows.parquet");
    let rows = vec![
        ExecInput {
            id: String::new(),
            code: "x".repeat(1000),
            test: String::new(),
            lone_surrogate: false,
        };
        10
    ];
    let groups = |settings: &ParquetSettings| {
        write(&path, settings, &rows);
        let file = fs::File::open(&path).expect("is there");
        parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file)
            .expect("is Parquet")
            .metadata()
            .num_row_groups()
    };
    let by_rows = ParquetSettings {
        rows_per_group: 4,
        ..ParquetSettings::default()
    };
    assert_eq!(groups(&by_rows), 3);
    let by_text = ParquetSettings {
        bytes_per_group: 2000,
        ..ParquetSettings::default()
    };
    assert_eq!(groups(&by_text), 5);
}

fn write_foreign(path: &Path, columns: Vec<(&str, ArrayRef)>) {
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let file = fs::File::create(path).expect("can be created");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a schema");
    writer.write(&batch).expect("can be written");
    writer.close().expect("can be closed");
}

#[test]
fn files_of_others_are_read_by_column_name() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("pairs.parquet");
    write_foreign(
        &path,
        vec![
            ("score", Arc::new(Int64Array::from(vec![1, 2]))),
            ("test", Arc::new(LargeStringArray::from(vec!["t1", "t2"]))),
            ("id", Arc::new(Int64Array::from(vec![7, 8]))),
            ("code", Arc::new(StringArray::from(vec!["c1", "c2"]))),
        ],
    );
    let rows = read::<ExecInput>(&path);
    assert_eq!(rows[1].id, "8");
    assert_eq!(rows[1].code, "c2");
    assert_eq!(rows[0].test, "t1");
}

#[test]
fn what_is_wrong_with_a_file_of_others_is_said() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("pairs.parquet");
    let mut messages = Vec::new();
    let text = |values: Vec<Option<&str>>| Arc::new(StringArray::from(values)) as ArrayRef;
    let read_error = |path: &Path| {
        let error = read_rows::<ExecInput>(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .expect_err("must not be read");
        error
            .to_string()
            .replace(&folder.path().display().to_string(), "…")
    };

    write_foreign(
        &path,
        vec![
            ("id", text(vec![Some("1")])),
            ("code", text(vec![Some("")])),
        ],
    );
    messages.push(read_error(&path));

    write_foreign(
        &path,
        vec![
            ("id", text(vec![Some("1"), Some("2")])),
            ("code", text(vec![Some(""), None])),
            ("test", text(vec![Some(""), Some("")])),
        ],
    );
    messages.push(read_error(&path));

    fs::write(&path, "id,code,test\n").expect("can be written");
    messages.push(read_error(&path));

    let lines = folder.path().join("pairs.jsonl");
    fs::write(
        &lines,
        "{\"id\":\"1\",\"code\":\"\",\"test\":\"\"}\n\n{\"id\":\"2\",\"code\":\"\"}\n",
    )
    .expect("can be written");
    messages.push(read_error(&lines));

    messages.push(read_error(&folder.path().join("absent.parquet")));
    let unknown =
        RowFileWriter::<ExecInput>::create(Path::new("verdicts.csv"), &ParquetSettings::default());
    messages.push(unknown.err().expect("must fail").to_string());
    insta::assert_snapshot!(messages.join(
        "
"
    ));
}

#[test]
fn json_lines_may_be_compressed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let text = "{\"id\":\"1\",\"code\":\"c\",\"tests\":\"t\"}\n".repeat(3);
    let gzip = folder.path().join("pairs.jsonl.gz");
    let mut encoder = flate2::write::GzEncoder::new(
        fs::File::create(&gzip).expect("can be created"),
        flate2::Compression::fast(),
    );
    std::io::Write::write_all(&mut encoder, text.as_bytes()).expect("can be written");
    encoder.finish().expect("can be written");
    let zstandard = folder.path().join("pairs.jsonl.zst");
    let packed = zstd::encode_all(text.as_bytes(), 1).expect("can be packed");
    fs::write(&zstandard, packed).expect("can be written");
    for path in [gzip, zstandard] {
        let rows = read::<ExecInput>(&path);
        assert_eq!((rows.len(), rows[2].test.as_str()), (3, "t"));
        let whole = fs::read(&path).expect("can be read");
        fs::write(&path, &whole[..whole.len() - 9]).expect("can be written");
        let rows = read_rows::<ExecInput>(&path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        assert!(
            matches!(rows, Err(ShardsError::DamagedLines { .. })),
            "{rows:?}"
        );
    }
}

#[test]
fn a_column_is_missing_only_if_no_first_row_has_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("pairs.jsonl");
    let without = "{\"id\":\"1\",\"code\":\"\"}\n";
    fs::write(&path, format!("torn\n{without}{without}")).expect("can be written");
    let message = read_rows::<ExecInput>(&path)
        .err()
        .expect("must not be opened")
        .to_string();
    assert!(
        message.contains("pairs.jsonl has no column `test`") && message.ends_with("code, id"),
        "{message}"
    );
    let with = "{\"id\":\"1\",\"code\":\"\",\"test\":\"\"}\n";
    fs::write(&path, format!("{without}{with}")).expect("can be written");
    let rows: Vec<bool> = read_rows::<ExecInput>(&path)
        .expect("can be opened")
        .map(|row| row.is_ok())
        .collect();
    assert_eq!(rows, [false, true]);
}

#[test]
fn a_writer_that_is_dropped_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = RunDirectory::create(folder.path()).expect("can be created");
    let settings = ParquetSettings::default();
    let writer = run
        .writer::<Pair>(Stage::Mill, 0, OutputKind::Pairs, &settings)
        .expect("can be created");
    drop(writer);
    let left = fs::read_dir(run.folder(OutputKind::Pairs)).expect("is there");
    assert_eq!(left.count(), 0);
}
