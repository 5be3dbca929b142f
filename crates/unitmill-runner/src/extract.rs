//! `extract[part]`, and `unitmill extract`: a part of the corpus to candidates and rejects.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use unitmill_corpus::{
    CorpusError, ExtractCounts, Extracted, InputFile, InputSpec, RowFields, extract_source,
    group_parts, plan_inputs, read_part,
};
use unitmill_model::{Candidate, Digest, DigestBuilder, Reject, RejectReason, Stage};
use unitmill_python::{FunctionSettings, PackageRequirement};
use unitmill_recipe::Recipe;
use unitmill_shards::{Manifest, OutputKind, ParquetSettings, RowFileWriter};

use crate::error::RunError;
use crate::event::{Event, Events};
use crate::plan::{InputPart, PlannedInput};
use crate::run::Run;
use crate::runner::{allowed_packages, cores};

/// The files of a corpus and how they are cut.
#[derive(Clone, Debug)]
pub struct CorpusPlan {
    /// The files, in order.
    pub files: Vec<PlannedInput>,
    /// Ranges of files.
    pub parts: Vec<InputPart>,
}

/// What `unitmill extract` counted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ExtractSummary {
    /// Files and functions.
    pub counts: ExtractCounts,
    /// How often each reason was given.
    pub reasons: BTreeMap<RejectReason, u64>,
}

/// Finds the corpus's files, reads each once for its digest, and cuts them into parts.
pub(crate) fn plan_corpus(recipe: &Recipe) -> Result<CorpusPlan, RunError> {
    let files = plan_inputs(&input_specs(recipe))?;
    let parts = group_parts(&files, recipe.tasks.part_kb << 10)
        .into_iter()
        .map(|range| InputPart {
            first: range.start,
            files: range.len(),
        })
        .collect();
    let digests = digest_files(&files)?;
    let files = files
        .into_iter()
        .zip(digests)
        .map(|(file, sha256)| PlannedInput { file, sha256 })
        .collect();
    Ok(CorpusPlan { files, parts })
}

/// Extracts one part and says what it put out.
pub(crate) fn extract(run: &Run, part: u32, events: &Events) -> Result<Manifest, RunError> {
    let settings = function_settings(&run.plan.recipe, run.plan.allowed_packages.clone());
    let files: Vec<InputFile> = run
        .plan
        .files_of(part)
        .iter()
        .map(|input| input.file.clone())
        .collect();
    let parquet = run.parquet_settings();
    let mut candidates = run.directory.writer::<Candidate>(
        Stage::Extract,
        part,
        OutputKind::Candidates,
        &parquet,
    )?;
    let mut rejects =
        run.directory
            .writer::<Reject>(Stage::Extract, part, OutputKind::Rejects, &parquet)?;
    let mut counts = ExtractCounts::default();
    for source in read_part(&files) {
        let extracted = extract_source(&source?, &settings);
        counts += extracted.counts;
        report(&extracted, events);
        extracted
            .candidates
            .iter()
            .try_for_each(|candidate| candidates.push(candidate))?;
        extracted
            .rejects
            .iter()
            .try_for_each(|reject| rejects.push(reject))?;
    }
    let mut manifest = run.new_manifest(Stage::Extract, part);
    manifest.outputs = vec![candidates.finish()?, rejects.finish()?];
    manifest.counts = BTreeMap::from(
        [
            ("files", counts.files()),
            ("files_parsed", counts.files_parsed),
            ("files_rejected", counts.files_rejected),
            ("functions", counts.functions()),
            ("candidates", counts.candidates),
            ("functions_rejected", counts.functions_rejected),
        ]
        .map(|(name, count)| (name.to_owned(), count)),
    );
    Ok(manifest)
}

/// Extracts a whole corpus into one file, without a run.
///
/// # Errors
/// An input that cannot be read, a file that cannot be written.
pub fn extract_to_file(
    recipe: &Recipe,
    out: &Path,
    events: &Events,
) -> Result<ExtractSummary, RunError> {
    let files = plan_inputs(&input_specs(recipe))?;
    let settings = function_settings(recipe, allowed_packages(recipe)?);
    let mut writer = RowFileWriter::<Candidate>::create(out, &ParquetSettings::default())?;
    let mut summary = ExtractSummary::default();
    for source in read_part(&files) {
        let extracted = extract_source(&source?, &settings);
        summary.counts += extracted.counts;
        report(&extracted, events);
        extracted
            .candidates
            .iter()
            .try_for_each(|candidate| writer.push(candidate))?;
        for reject in extracted.rejects {
            *summary.reasons.entry(reject.reason).or_default() += 1;
        }
    }
    writer.finish()?;
    Ok(summary)
}

fn report(extracted: &Extracted, events: &Events) {
    events.send(Event::FilesRead {
        files: extracted.counts.files(),
        candidates: extracted.counts.candidates,
    });
}

fn input_specs(recipe: &Recipe) -> Vec<InputSpec> {
    recipe
        .input
        .iter()
        .map(|input| InputSpec {
            path: input.path.clone(),
            fields: RowFields {
                text: input.text_field.clone(),
                license: input.license_field.clone(),
                repo: input.repo_field.clone(),
                path: input.path_field.clone(),
            },
            max_bytes: input.max_file_kb << 10,
        })
        .collect()
}

fn function_settings(recipe: &Recipe, allow: Option<BTreeSet<String>>) -> FunctionSettings {
    FunctionSettings {
        max_lines: recipe.functions.max_lines,
        tests: recipe.functions.tests,
        require: match recipe.packages.require {
            unitmill_recipe::PackageRequirement::Any => PackageRequirement::Any,
            unitmill_recipe::PackageRequirement::ThirdParty => PackageRequirement::ThirdParty,
            unitmill_recipe::PackageRequirement::None => PackageRequirement::None,
        },
        allow,
        ..FunctionSettings::default()
    }
}

/// The digests of files, in order; every core reads some.
fn digest_files(files: &[InputFile]) -> Result<Vec<Digest>, RunError> {
    let next = AtomicUsize::new(0);
    let digest_some = || {
        let mut digests = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(index) else {
                return digests;
            };
            digests.push((index, digest_file(&file.location)));
        }
    };
    let mut digests: Vec<_> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores()).map(|_| scope.spawn(digest_some)).collect();
        workers
            .into_iter()
            .flat_map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    });
    digests.sort_by_key(|(index, _)| *index);
    digests.into_iter().map(|(_, digest)| Ok(digest?)).collect()
}

fn digest_file(path: &Path) -> Result<Digest, CorpusError> {
    let unreadable = |source| CorpusError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let mut digest = DigestBuilder::new("input file");
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer).map_err(unreadable)?;
        if read == 0 {
            return Ok(digest.finish());
        }
        digest.push(&buffer[..read]);
    }
}
