//! Sketches, near neighbours and benchmark items: what is written comes back, in part and
//! whole; what others publish is read as they publish it.

use std::fs;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int32Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use unitmill_model::{
    BenchmarkItem, CandidateSketch, NearNeighbour, SketchBands, SketchContamination, SketchShingles,
};
use unitmill_shards::{ParquetSettings, Row, RowFileWriter, read_rows};

fn read<R: Row>(path: &std::path::Path) -> Vec<R> {
    read_rows(path)
        .expect("can be opened")
        .collect::<Result<_, _>>()
        .expect("can be read")
}

#[test]
fn a_sketch_is_read_back_whole_and_in_parts() {
    let sketches = [
        CandidateSketch::default(),
        CandidateSketch {
            contamination: Some("HumanEval/1".to_owned()),
            set: u64::MAX,
            bands: vec![3, u64::MAX],
            shingles: vec![0, 7, u64::MAX],
        },
    ];
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("sketches.parquet");
    let mut writer = RowFileWriter::create(&path, &ParquetSettings::default()).expect("created");
    for sketch in &sketches {
        writer.push(sketch).expect("written");
    }
    writer.finish().expect("finished");
    assert_eq!(read::<CandidateSketch>(&path), sketches);
    let bands: Vec<SketchBands> = read(&path);
    let shingles: Vec<SketchShingles> = read(&path);
    let contaminations: Vec<SketchContamination> = read(&path);
    for (index, sketch) in sketches.iter().enumerate() {
        assert_eq!(bands[index].bands, sketch.bands);
        assert_eq!(bands[index].set, sketch.set);
        assert_eq!(shingles[index].shingles, sketch.shingles);
        assert_eq!(contaminations[index].contamination, sketch.contamination);
    }
}

#[test]
fn a_near_neighbour_is_read_back() {
    let pair = NearNeighbour {
        part: 1,
        row: 2,
        other_part: 3,
        other_row: u64::MAX,
        shared: 5,
        total: 6,
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("near.parquet");
    let mut writer = RowFileWriter::create(&path, &ParquetSettings::default()).expect("created");
    writer.push(&pair).expect("written");
    writer.finish().expect("finished");
    assert_eq!(read::<NearNeighbour>(&path), [pair]);
}

#[test]
fn benchmark_items_are_read_as_they_are_published() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let lines = folder.path().join("mixed.jsonl");
    fs::write(
        &lines,
        "{\"task_id\": \"HumanEval/0\", \"prompt\": \"def f():\\n\", \"canonical_solution\": \"    pass\\n\", \"entry_point\": \"f\", \"test\": \"\"}\n\
         {\"task_id\": 601, \"text\": \"Write a function.\", \"code\": \"def f(): pass\", \"test_list\": [\"assert f()\"], \"test_setup_code\": \"\"}\n\
         {\"task_id\": \"BigCodeBench/0\", \"complete_prompt\": \"def f():\\n\", \"instruct_prompt\": \"Do.\", \"code_prompt\": \"def f():\\n\", \"canonical_solution\": \"    pass\\n\", \"libs\": \"['a']\"}\n",
    )
    .expect("written");
    let items: Vec<BenchmarkItem> = read(&lines);
    let names: Vec<&str> = items.iter().map(|item| item.task_id.as_str()).collect();
    assert_eq!(names, ["HumanEval/0", "601", "BigCodeBench/0"]);
    assert_eq!(items[1].text.as_deref(), Some("Write a function."));
    assert_eq!(items[2].instruct_prompt.as_deref(), Some("Do."));

    let path = folder.path().join("mbpp.parquet");
    let texts = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text])) };
    let batch = RecordBatch::try_from_iter([
        ("task_id", Arc::new(Int32Array::from(vec![601])) as ArrayRef),
        ("text", texts("Write a function.")),
        ("code", texts("def f(): pass")),
        ("test_setup_code", texts("")),
    ])
    .expect("a batch");
    let file = fs::File::create(&path).expect("created");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
    let items: Vec<BenchmarkItem> = read(&path);
    assert_eq!(items[0].task_id, "601");
    assert_eq!(items[0].code.as_deref(), Some("def f(): pass"));
    assert_eq!(items[0].prompt, None);
}
