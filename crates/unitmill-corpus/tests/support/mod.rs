//! Files of every kind, made on the spot, and what is read in them.
#![allow(
    dead_code,
    reason = "every test file takes some of it, and each is a program of its own"
)]

use std::fs;
use std::io::Write as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use unitmill_corpus::{
    IfUnreadable, InputSpec, RowFields, SourceFile, input_roots, plan_inputs, read_part,
};

pub(crate) fn spec(path: &Path) -> InputSpec {
    InputSpec {
        path: path.to_string_lossy().into_owned(),
        fields: RowFields::default(),
        license: None,
        max_bytes: 1_000,
    }
}

pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder");
    fs::write(path, bytes).expect("the file");
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// Everything that is read in an input.
pub(crate) fn sources(spec: &InputSpec) -> Vec<SourceFile> {
    let specs = std::slice::from_ref(spec);
    let files = plan_inputs(specs).expect("the input can be read");
    read_part(&input_roots(specs), &files, None, IfUnreadable::Fail)
        .map(|entry| entry.and_then(|entry| entry.load()))
        .collect::<Result<_, _>>()
        .expect("every file can be read")
}

/// One line per text: where it came from and what it is.
pub(crate) fn list(sources: &[SourceFile]) -> String {
    sources
        .iter()
        .map(|source| {
            let origin = &source.origin;
            let place = format!(
                "{} [{} {}]",
                origin.path,
                origin.repo.as_deref().unwrap_or("-"),
                origin.license.as_deref().unwrap_or("-")
            );
            match &source.text {
                Ok(text) => format!("{place} {text:?}\n"),
                Err(refusal) => format!("{place} {}: {}\n", refusal.reason, refusal.detail),
            }
        })
        .collect()
}
