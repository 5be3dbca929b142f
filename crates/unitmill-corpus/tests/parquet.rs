//! Parquet files in the layouts that corpora are published in, whole, odd and damaged.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder,
    StructArray,
};
use arrow::datatypes::{DataType, Field};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use unitmill_corpus::{
    IfUnreadable, RowFields, SourceFile, cut_parts, input_roots, plan_inputs, read_part,
};

mod support;

use support::{list, sources, spec, write};

fn parquet(path: &Path, columns: Vec<(&str, ArrayRef)>, rows_per_group: usize) {
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(rows_per_group))
        .build();
    let file = File::create(path).expect("the file");
    let mut writer =
        ArrowWriter::try_new(file, batch.schema(), Some(properties)).expect("a writer");
    writer.write(&batch).expect("rows");
    writer.close().expect("a file");
}

fn texts(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn lists(values: &[&[&str]]) -> ArrayRef {
    let mut builder = ListBuilder::new(StringBuilder::new());
    for value in values {
        for item in *value {
            builder.values().append_value(item);
        }
        builder.append(true);
    }
    Arc::new(builder.finish())
}

fn read(path: &Path) -> String {
    list(&sources(&spec(path)))
}

#[test]
fn published_layouts_are_recognised_by_their_columns() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.parquet");
    // The Stack v1.
    parquet(
        &path,
        vec![
            ("hexsha", texts(&["0", "1", "2"])),
            ("size", Arc::new(Int64Array::from(vec![6, 6, 6]))),
            ("ext", texts(&["py", "py", "js"])),
            ("lang", texts(&["Python", "Python", "JavaScript"])),
            ("max_stars_repo_path", texts(&["a.py", "b.py", "c.js"])),
            ("max_stars_repo_name", texts(&["o/a", "o/b", "o/c"])),
            (
                "max_stars_repo_licenses",
                lists(&[&["MIT"], &["MIT", "Apache-2.0"], &[]]),
            ),
            ("max_issues_repo_name", texts(&["x", "x", "x"])),
            ("content", texts(&["a = 1\n", "b = 1\n", "c = 1\n"])),
        ],
        10,
    );
    insta::assert_snapshot!(read(&path), @r#"
    a.py [o/a MIT] "a = 1\n"
    b.py [o/b MIT AND Apache-2.0] "b = 1\n"
    c.js [o/c -] not_python: its language is JavaScript
    "#);
    // The Stack v2, with contents.
    parquet(
        &path,
        vec![
            ("blob_id", texts(&["0", "1", "2"])),
            ("path", texts(&["/a.py", "/b.py", "/c.py"])),
            ("repo_name", texts(&["o/a", "o/b", "o/c"])),
            ("detected_licenses", lists(&[&["MIT"], &[], &["MIT"]])),
            (
                "license_type",
                texts(&["permissive", "no_license", "permissive"]),
            ),
            ("src_encoding", texts(&["UTF-8", "ISO-8859-1", "UTF-8"])),
            ("language", texts(&["Python", "Python", "Python"])),
            (
                "is_generated",
                Arc::new(arrow::array::BooleanArray::from(vec![false; 3])),
            ),
            (
                "content",
                Arc::new(BinaryArray::from(vec![
                    Some(&b"a = 1\n"[..]),
                    Some(b"b = '\xe9'\n"),
                    Some(b"c = '\xe9'\n"),
                ])),
            ),
        ],
        10,
    );
    insta::assert_snapshot!(read(&path), @r#"
    /a.py [o/a MIT] "a = 1\n"
    /b.py [o/b -] "b = 'é'\n"
    /c.py [o/c MIT] undecodable: not UTF-8 at byte 5, and no encoding is declared
    "#);
    // StarCoderData.
    parquet(
        &path,
        vec![
            ("max_stars_repo_path", texts(&["a.py", "b.py"])),
            ("max_stars_repo_name", texts(&["o/a", "o/b"])),
            ("max_stars_count", Arc::new(Int64Array::from(vec![1, 2]))),
            ("id", texts(&["0", "1"])),
            (
                "content",
                texts(&["<reponame>o/a<gh_stars>1-10\na = 1\n", "b = 1\n"]),
            ),
        ],
        10,
    );
    insta::assert_snapshot!(read(&path), @r#"
    a.py [o/a -] "\na = 1\n"
    b.py [o/b -] "b = 1\n"
    "#);
}

#[test]
fn columns_can_be_named_and_nested() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.parquet");
    let code: ArrayRef = Arc::new(StructArray::from(vec![(
        Arc::new(Field::new("text", DataType::Utf8, false)),
        texts(&["a = 1\n"]),
    )]));
    parquet(
        &path,
        vec![
            ("code", code),
            ("content", texts(&["no"])),
            ("by", texts(&["ISC"])),
        ],
        10,
    );
    let mut input = spec(&path);
    input.fields = RowFields {
        text: "code.text".to_owned(),
        license: Some("by".to_owned()),
        ..RowFields::default()
    };
    insta::assert_snapshot!(list(&sources(&input)), @r#"rows.parquet#1 [- ISC] "a = 1\n""#);
}

#[test]
fn odd_rows_are_rejects_and_odd_files_say_what_they_lack() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let path = root.join("rows.parquet");
    let content: ArrayRef = Arc::new(StringArray::from(vec![
        Some("a = 1\n".to_owned()),
        None,
        Some(String::new()),
        Some("x".repeat(2_000)),
        Some("z = 1\0\n".to_owned()),
        Some("\u{feff}last = 1\n".to_owned()),
    ]));
    parquet(&path, vec![("content", content)], 2);
    insta::assert_snapshot!(read(&path), @r#"
    rows.parquet#1 [- -] "a = 1\n"
    rows.parquet#2 [- -] corrupt_row: rows.parquet row 2: holds no source text: the cell is null
    rows.parquet#3 [- -] empty_file: no source text
    rows.parquet#4 [- -] too_large: 2000 bytes, limit 1000
    rows.parquet#5 [- -] undecodable: holds a NUL byte
    rows.parquet#6 [- -] "last = 1\n"
    "#);

    let number: ArrayRef = Arc::new(Int64Array::from(vec![1]));
    parquet(&root.join("number.parquet"), vec![("content", number)], 2);
    parquet(
        &root.join("ids.parquet"),
        vec![("blob_id", texts(&["0"])), ("path", texts(&["a.py"]))],
        2,
    );
    parquet(
        &root.join("list.parquet"),
        vec![("content", lists(&[&["a = 1"]]))],
        2,
    );
    let whole = std::fs::read(&path).expect("the file");
    write(&root.join("cut.parquet"), &whole[..whole.len() / 2]);
    write(&root.join("empty.parquet"), "");
    let mut damaged = whole.clone();
    damaged[8..60].fill(0xff);
    write(&root.join("damaged.parquet"), damaged);
    std::fs::remove_file(&path).expect("the file");
    insta::assert_snapshot!(list(&sources(&spec(root))), @"
    cut.parquet [- -] corrupt_container: Parquet error: Invalid Parquet file. Corrupt footer
    damaged.parquet [- -] corrupt_container: broken after row 0: Parquet argument error: Parquet error: Unexpected struct field type 15
    empty.parquet [- -] corrupt_container: EOF: Parquet file too small. Size is 0 but need 8
    ids.parquet [- -] corrupt_container: has no column `content`; it has blob_id, path
    list.parquet [- -] corrupt_container: holds no text in its column `content`, but nested values
    number.parquet [- -] corrupt_container: holds no text in its column `content`, but INT64
    ");
    let error = plan_inputs(&[spec(&root.join("ids.parquet"))]).expect_err("must fail");
    insta::assert_snapshot!(
        error.to_string().replace(&*root.to_string_lossy(), "ROOT"),
        @"input `ROOT/ids.parquet` has no column `content`; it has blob_id, path; name the column that holds the source text with text_field"
    );
}

#[test]
fn row_groups_are_cut_into_parts_that_hold_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.parquet");
    let rows: Vec<String> = (0..100)
        .map(|row| format!("x = '{}'\n", unitmill_model::Digest::of(row.to_string())))
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    parquet(&path, vec![("content", texts(&rows))], 7);
    let specs = [spec(&path)];
    let (roots, files) = (input_roots(&specs), plan_inputs(&specs).expect("the file"));
    let whole = sources(&specs[0]);
    assert_eq!(whole.len(), 100);
    assert_eq!(whole[99].origin.path, "rows.parquet#100");
    for (part_bytes, expected) in [(1 << 20, 1), (2_000, 5), (1, 15)] {
        let parts = cut_parts(&roots, &files, part_bytes);
        assert_eq!(parts.len(), expected);
        let together: Vec<SourceFile> = parts
            .into_iter()
            .flat_map(|part| {
                read_part(
                    &roots,
                    &files[part.files],
                    part.row_groups,
                    IfUnreadable::Fail,
                )
                .map(|entry| entry.and_then(|entry| entry.load()).expect("a row"))
                .collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(together, whole);
    }
}

/// The reader would set aside the memory first and find out afterwards.
#[test]
fn a_page_that_claims_too_much_is_refused_before_it_is_unpacked() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.parquet");
    let text = "x = 1\n".repeat(300_000);
    let batch = RecordBatch::try_from_iter([("content", texts(&[&text]))]).expect("a column");
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let file = File::create(&path).expect("the file");
    let mut writer =
        ArrowWriter::try_new(file, batch.schema(), Some(properties)).expect("a writer");
    writer.write(&batch).expect("rows");
    writer.close().expect("a file");
    // Larger than a text may be, but a page like any other.
    assert!(read(&path).contains("too_large"), "{}", read(&path));

    let mut bytes = std::fs::read(&path).expect("the file");
    // A data page, and behind it the size that it unpacks to, in four bytes of seven bits.
    let head = bytes
        .windows(3)
        .position(|window| window == [0x15, 0, 0x15])
        .expect("the head of the page");
    assert!(
        bytes[head + 3..head + 6]
            .iter()
            .all(|byte| byte & 0x80 != 0)
    );
    bytes[head + 3..head + 7].copy_from_slice(&[0xfe, 0xff, 0xff, 0x7f]);
    write(&path, &bytes);
    let refused = read(&path);
    assert!(
        refused.contains("bytes claims to hold 134217727"),
        "{refused}"
    );
}
