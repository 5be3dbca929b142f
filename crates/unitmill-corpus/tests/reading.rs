//! Folders and containers, whole and damaged, through planning, reading and extraction.

use std::fs;
use std::path::Path;

use unitmill_corpus::{
    CorpusError, ExtractCounts, IfUnreadable, InputFile, InputFormat, InputSpec, PartCut,
    RowFields, cut_parts, extract_source, input_roots, plan_inputs, read_part,
};
use unitmill_model::Digest;
use unitmill_python::{FunctionSettings, PackageRequirement};

mod support;

use support::{gzip, list, sources, spec, write};

/// One line per text: where it came from and what it is.
fn read(spec: &InputSpec) -> String {
    list(&sources(spec))
}

#[test]
fn a_folder_may_hold_a_mix() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let rows = concat!(
        r#"{"content": "a = 1\n", "repo": "o/r", "path": "a.py", "license": "MIT"}"#,
        "\n\n",
        r#"{"content": "b = 'é'\n", "license": ["MIT", "Apache-2.0"]}"#,
        "\n",
        r#"{"content": "  \n"}"#,
        "\n",
        r#"{"text": "c = 1"}"#,
        "\n",
        r#"{"content": 7}"#,
        "\n",
        r#"{"content": "d = 1"#,
        "\n",
        r#"{"content": "e\u0000"}"#,
        "\n",
        r#"{"content": "\ufefff = 1"}"#,
    );
    write(&root.join("rows.jsonl"), rows);
    write(
        &root.join("more.jsonl.gz"),
        gzip(b"{\"content\": \"g = 1\"}\n"),
    );
    write(
        &root.join("more.jsonl.zst"),
        zstd::encode_all(&b"{\"content\": \"h = 1\"}\n"[..], 1).expect("writing to memory"),
    );
    write(&root.join("z/sub/x.py"), "x = 1\r\n");
    write(&root.join("a/empty.py"), "");
    write(&root.join("a/latin.py"), b"x = '\xe9'\n");
    write(&root.join("a/large.py"), "x = 1\n".repeat(1_000));
    write(&root.join("a/notes.txt"), "not source");
    write(&root.join("a/__pycache__/compiled.py"), "x = 1\n");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(root, root.join("z/loop")).expect("a link");
        std::os::unix::fs::symlink(root.join("nowhere.py"), root.join("z/broken.py"))
            .expect("a link");
    }
    insta::assert_snapshot!(read(&spec(root)), @r#"
    a/empty.py [- -] empty_file: no source text
    a/large.py [- -] too_large: 6000 bytes, limit 1000
    a/latin.py [- -] undecodable: not UTF-8 at byte 5, and no encoding is declared
    more.jsonl.gz#1 [- -] "g = 1"
    more.jsonl.zst#1 [- -] "h = 1"
    a.py [o/r MIT] "a = 1\n"
    rows.jsonl#3 [- MIT AND Apache-2.0] "b = 'é'\n"
    rows.jsonl#4 [- -] empty_file: no source text
    rows.jsonl#5 [- -] corrupt_row: rows.jsonl line 5: no field `content`
    rows.jsonl#6 [- -] corrupt_row: rows.jsonl line 6: the field `content` is not a string
    rows.jsonl#7 [- -] corrupt_row: rows.jsonl line 7: not valid JSON at column 18
    rows.jsonl#8 [- -] undecodable: holds a NUL byte
    rows.jsonl#9 [- -] "f = 1"
    z/broken.py [- -] unreadable: a link that leads nowhere, or a file that is gone
    z/sub/x.py [- -] "x = 1\r\n"
    "#);
}

#[test]
fn damage_in_a_container_keeps_the_rows_before_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let rows: String = (0..2_000)
        .map(|row| {
            format!(
                "{{\"content\": \"x = '{}'\"}}\n",
                Digest::of(format!("{row}"))
            )
        })
        .collect();
    let gzipped = gzip(rows.as_bytes());
    let zipped = zstd::encode_all(rows.as_bytes(), 1).expect("writing to memory");
    let mut damaged = gzipped.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0);
    write(&root.join("damaged.jsonl.gz"), damaged);
    write(&root.join("no.jsonl.gz"), "{\"content\": \"x\"}\n");
    write(&root.join("no.jsonl.zst"), "{\"content\": \"x\"}\n");
    write(&root.join("short.jsonl.gz"), &gzipped[..gzipped.len() / 2]);
    write(&root.join("short.jsonl.zst"), &zipped[..zipped.len() - 20]);
    let files = plan_inputs(&[spec(root)]).expect("the folder can be read");
    for file in &files {
        let sources = sources(&spec(&root.join(&file.name)));
        let (last, before) = sources.split_last().expect("there is at least the reject");
        let refusal = last.text.as_ref().expect_err("the end is a reject");
        assert_eq!(
            refusal.reason.as_str(),
            "corrupt_container",
            "{}",
            file.name
        );
        assert_eq!(last.origin.path, file.name);
        if file.name.starts_with("short") {
            assert!(!before.is_empty() && before.len() < 2_000);
            let good = before.iter().filter(|source| source.text.is_ok()).count();
            assert_eq!(good, before.len());
        }
    }
}

#[test]
fn two_gzip_members_are_one_container() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("two.jsonl.gz");
    let mut bytes = gzip(b"{\"content\": \"a = 1\"}\n");
    bytes.extend(gzip(b"{\"content\": \"b = 1\"}\n"));
    write(&path, bytes);
    insta::assert_snapshot!(read(&spec(&path)), @r#"
    two.jsonl.gz#1 [- -] "a = 1"
    two.jsonl.gz#2 [- -] "b = 1"
    "#);
}

#[test]
fn fields_can_be_named_and_nested() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.jsonl");
    write(
        &path,
        r#"{"code": {"text": "a = 1"}, "meta": {"licenses": ["MIT"]}, "max.repo": "o/r", "n": 3}"#,
    );
    let mut input = spec(&path);
    input.fields = RowFields {
        text: "code.text".to_owned(),
        license: Some("meta.licenses".to_owned()),
        repo: Some("max.repo".to_owned()),
        path: Some("missing".to_owned()),
    };
    insta::assert_snapshot!(read(&input), @r#"rows.jsonl#1 [o/r MIT] "a = 1""#);
}

#[test]
fn inputs_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    write(&root.join("notes.txt"), "not source");
    let error = |path: &Path| {
        plan_inputs(&[spec(path)])
            .expect_err("must fail")
            .to_string()
            .replace(&*root.to_string_lossy(), "ROOT")
    };
    insta::assert_snapshot!(
        [
            error(&root.join("missing")),
            error(&root.join("notes.txt")),
            error(root),
            error(&root.join("*.py")),
            error(&root.join("[.py")),
        ]
        .join("\n"),
        @r"
        input `ROOT/missing` cannot be read; check the path and its permissions
        input `ROOT/notes.txt` is not a .py, .jsonl, .jsonl.gz, .jsonl.zst, .parquet, .tar, .tar.gz, .tgz, .tar.zst, .zip or .whl file
        input `ROOT` holds no .py, .jsonl, .jsonl.gz, .jsonl.zst, .parquet, .tar, .tar.gz, .tgz, .tar.zst, .zip or .whl file
        input `ROOT/*.py` holds no .py, .jsonl, .jsonl.gz, .jsonl.zst, .parquet, .tar, .tar.gz, .tgz, .tar.zst, .zip or .whl file
        input `ROOT/[.py` is not a valid glob: unclosed character class; missing ']'
        "
    );
    write(&root.join("gone.py"), "x = 1\n");
    let files = plan_inputs(&[spec(root)]).expect("the folder can be read");
    fs::remove_file(root.join("gone.py")).expect("the file is there");
    let roots = input_roots(&[spec(root)]);
    let mut entries = read_part(&roots, &files, None, IfUnreadable::Fail);
    let gone = entries.next().expect("one file").expect("not opened yet");
    assert!(matches!(gone.load(), Err(CorpusError::Unreadable { .. })));
    let mut entries = read_part(&roots, &files, None, IfUnreadable::Refuse);
    let gone = entries.next().expect("one file").expect("not opened yet");
    let refusal = gone.load().expect("is a reject").text.expect_err("is gone");
    assert_eq!(refusal.reason.as_str(), "unreadable");
}

#[test]
fn globs_pick_files_and_keep_their_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    for name in ["a/x.py", "a/y.py", "b/x.py", "b/deep/x.py"] {
        write(&root.join(name), "x = 1\n");
    }
    let names = |pattern: &str| -> Vec<String> {
        plan_inputs(&[spec(&root.join(pattern))])
            .expect("the glob matches")
            .into_iter()
            .map(|file| file.name)
            .collect()
    };
    assert_eq!(names("*/x.py"), ["a/x.py", "b/x.py"]);
    assert_eq!(names("b/**/*.py"), ["deep/x.py", "x.py"]);
}

#[test]
fn parts_are_cut_by_bytes() {
    let file = |bytes| InputFile {
        input: 0,
        name: "x".to_owned(),
        bytes,
        format: InputFormat::Python,
        refusal: None,
    };
    let files: Vec<InputFile> = [3, 4, 5, 20, 1, 1].map(file).to_vec();
    let cut = |part_bytes| {
        cut_parts(&[], &files, part_bytes)
            .into_iter()
            .map(|PartCut { files, row_groups }| {
                assert_eq!(row_groups, None);
                files
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(cut(10), [0..2, 2..3, 3..4, 4..6]);
    assert_eq!(cut(1).len(), 6);
    assert!(cut_parts(&[], &[], 10).is_empty());
}

#[test]
fn the_sums_hold() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    write(
        &root.join("a.py"),
        "def f(x):\n    return x\ndef g(): pass\n",
    );
    write(&root.join("b.py"), "x = 1\n");
    write(&root.join("c.py"), "print 'x'\n");
    write(&root.join("d.py"), " \n");
    let settings = FunctionSettings {
        require: PackageRequirement::None,
        ..FunctionSettings::default()
    };
    let mut counts = ExtractCounts::default();
    let mut rejects = String::new();
    for source in sources(&spec(root)) {
        let extracted = extract_source(&source, &settings);
        counts += extracted.counts;
        for reject in extracted.rejects {
            rejects.push_str(&format!(
                "{} {} {} {} {}\n",
                reject.unit, reject.path, reject.name, reject.reason, reject.detail
            ));
        }
    }
    assert_eq!((counts.files(), counts.functions()), (4, 2));
    assert_eq!((counts.files_parsed, counts.candidates), (2, 1));
    insta::assert_snapshot!(rejects, @r"
    function a.py g no_arguments 
    file c.py  syntax_error line 1, column 7: Simple statements must be separated by newlines or semicolons
    file d.py  empty_file no source text
    ");
}
