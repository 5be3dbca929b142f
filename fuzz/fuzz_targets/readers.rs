//! The readers against any file.
//!
//! An input is one byte that says which kind of file it is and how it is packed, and then
//! the file. What must hold, whatever is in it:
//! - reading ends, without a panic of unitmill's own, and twice is the same;
//! - every text is within its limit and free of NUL, and every refusal says why;
//! - an archive's texts have paths that stay inside it;
//! - each is exactly one file that parsed or was rejected.

#![no_main]

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;
use unitmill_corpus::{
    IfUnreadable, InputSpec, RowFields, SourceFile, extract_source, input_roots, plan_inputs,
    read_part,
};
use unitmill_python::FunctionSettings;

const MAX_BYTES: u64 = 2048;
const KINDS: [&str; 9] = [
    "jsonl",
    "parquet",
    "tar",
    "zip",
    "py",
    "jsonl.gz",
    "tar.gz",
    "jsonl.zst",
    "tar.zst",
];

fuzz_target!(
    init: {
        // The Parquet and zip readers may give up on damage by a panic, which is caught and
        // counted as damage. Panics of anybody else are what is looked for.
        let abort = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let file = panic.location().map_or("", |location| location.file());
            let is_foreign = ["/parquet-", "/arrow-", "/zip-", "/library/"]
                .iter()
                .any(|part| file.contains(part));
            if !is_foreign {
                abort(panic);
            }
        }));
    },
    |input: &[u8]| {
        let Some((&control, content)) = input.split_first() else {
            return;
        };
        let kind = KINDS[usize::from(control & 0x7f) % KINDS.len()];
        // With the high bit, the content is what the compression is to hold.
        let packs = control & 0x80 != 0;
        let packed;
        let content = match kind.rsplit('.').next() {
            Some("gz") if packs => {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                encoder.write_all(content).expect("memory");
                packed = encoder.finish().expect("memory");
                &packed
            }
            Some("zst") if packs => {
                packed = zstd::encode_all(content, 1).expect("memory");
                &packed
            }
            _ => content,
        };
        let path = place(kind);
        fs::write(&path, content).expect("the temporary folder can be written");
        let specs = [InputSpec {
            path: path.to_string_lossy().into_owned(),
            fields: RowFields::default(),
            license: None,
            max_bytes: MAX_BYTES,
        }];
        let Ok(files) = plan_inputs(&specs) else {
            // A Parquet file without the column of the text.
            return;
        };
        let read = || -> Vec<SourceFile> {
            read_part(&input_roots(&specs), &files, None, IfUnreadable::Fail)
                .map(|entry| entry.and_then(|entry| entry.load()).expect("the file is there"))
                .collect()
        };
        let sources = read();
        assert_eq!(read(), sources);
        let is_archive = kind.starts_with("tar") || kind == "zip";
        for source in &sources {
            match &source.text {
                Ok(text) => {
                    // Latin-1 may take twice the bytes in UTF-8.
                    assert!(text.len() as u64 <= 2 * MAX_BYTES && !text.contains('\0'));
                    let path = &source.origin.path;
                    assert!(
                        !is_archive
                            || !path.starts_with('/') && path.split('/').all(|part| part != "..")
                    );
                }
                Err(refusal) => assert!(!refusal.detail.is_empty()),
            }
            let extracted = extract_source(source, &FunctionSettings::default());
            assert_eq!(extracted.counts.files(), 1);
        }
    }
);

/// One file a process and kind, in memory where there is such a folder.
fn place(kind: &str) -> PathBuf {
    let shared = PathBuf::from("/dev/shm");
    let folder = if shared.is_dir() {
        shared
    } else {
        std::env::temp_dir()
    };
    folder.join(format!("unitmill-fuzz-{}.{kind}", std::process::id()))
}
