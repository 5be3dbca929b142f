//! `extract[part]`, and `unitmill extract`: a part of the corpus to candidates and rejects.
//!
//! Finding the texts of a part and writing its rows is done by one thread at a time, all
//! between by as many as there are cores; see [`crate::lanes`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use unitmill_audit::{MissingPackage, MissingTally};
use unitmill_corpus::{
    CorpusError, ExtractCounts, Extracted, IfUnreadable, InputFile, LicenseFilter, PartReader,
    SourceEntry, extract_source, input_roots, plan_inputs, read_part,
};
use unitmill_model::{Candidate, Reject, RejectReason, Stage};
use unitmill_python::{FunctionKind, FunctionSettings, OutsideSource, PackageRequirement};
use unitmill_recipe::Recipe;
use unitmill_sandbox::Environment;
use unitmill_shards::{Manifest, OutputKind, ParquetSettings, RowFileWriter};

use crate::case_settings::importable_modules;
use crate::corpus_plan::input_specs;
use crate::error::RunError;
use crate::event::{Event, Events};
use crate::lanes::{Core, Cores, in_lanes};
use crate::licenses::license_filter;
use crate::run::Run;
use crate::runner::{allowed_packages, cores};
use crate::sketch::sketch;

/// What `unitmill extract` counted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ExtractSummary {
    /// Files and functions.
    pub counts: ExtractCounts,
    /// How often each reason was given.
    pub reasons: BTreeMap<RejectReason, u64>,
    /// The environment that functions were held against, if any.
    pub environment: Option<String>,
    /// What it lacks and functions need, the most wanted first.
    pub missing_packages: Vec<MissingPackage>,
}

/// Extracts one part and says what it put out.
pub(crate) fn extract(
    run: &Run,
    part: u32,
    cores: &Cores,
    events: &Events,
) -> Result<Manifest, RunError> {
    let core = cores.take();
    let recipe = &run.plan.recipe;
    let extractor = Extractor {
        settings: FunctionSettings {
            importable: Some(run.plan.environment.modules.clone()),
            ..function_settings(recipe, run.plan.allowed_packages.clone())
        },
        licenses: license_filter(recipe)?,
    };
    let roots = input_roots(&input_specs(recipe));
    let (files, row_groups) = run.plan.files_of(part);
    let files: Vec<InputFile> = files.iter().map(|input| input.file.clone()).collect();
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
    let reader = read_part(&roots, &files, row_groups, IfUnreadable::Fail);
    extractor.run(&core, reader, events, |extracted| {
        counts += extracted.counts;
        extracted
            .candidates
            .iter()
            .try_for_each(|candidate| candidates.push(candidate))?;
        extracted
            .rejects
            .iter()
            .try_for_each(|reject| rejects.push(reject))?;
        Ok(())
    })?;
    let mut manifest = run.new_manifest(Stage::Extract, part);
    manifest.outputs = vec![candidates.finish()?, rejects.finish()?];
    let sketches = sketch(run, part, &manifest.outputs[0])?;
    manifest.outputs.extend(sketches);
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

/// Extracts a whole corpus into one file, without a run, and says in another, if one is
/// named, what became of all else. A file that cannot be read is counted as a reject. Given
/// an environment, so is a function that needs what it lacks; without one nobody asks.
///
/// # Errors
/// An input that cannot be read, a file that cannot be written.
pub fn extract_to_file(
    recipe: &Recipe,
    out: &Path,
    rejects: Option<&Path>,
    environment: Option<&Environment>,
    events: &Events,
) -> Result<ExtractSummary, RunError> {
    let specs = input_specs(recipe);
    let files = plan_inputs(&specs)?;
    let roots = input_roots(&specs);
    let extractor = Extractor {
        settings: FunctionSettings {
            importable: environment.map(importable_modules),
            ..function_settings(recipe, allowed_packages(recipe)?)
        },
        licenses: license_filter(recipe)?,
    };
    let parquet = ParquetSettings::default();
    let mut writer = RowFileWriter::<Candidate>::create(out, &parquet)?;
    let mut rejected = rejects
        .map(|path| RowFileWriter::<Reject>::create(path, &parquet))
        .transpose()?;
    let mut summary = ExtractSummary {
        environment: environment.map(|environment| environment.name().to_owned()),
        ..ExtractSummary::default()
    };
    let mut missing = MissingTally::default();
    let reader = read_part(&roots, &files, None, IfUnreadable::Refuse);
    let cores = Cores::new(cores());
    extractor.run(&cores.take(), reader, events, |extracted| {
        summary.counts += extracted.counts;
        for reject in &extracted.rejects {
            *summary.reasons.entry(reject.reason).or_default() += 1;
            if reject.reason == RejectReason::PackageMissing {
                missing.add_function(&reject.packages);
            }
            if let Some(rejected) = &mut rejected {
                rejected.push(reject)?;
            }
        }
        extracted
            .candidates
            .iter()
            .try_for_each(|candidate| writer.push(candidate))?;
        Ok(())
    })?;
    writer.finish()?;
    if let Some(rejected) = rejected {
        rejected.finish()?;
    }
    summary.missing_packages = missing.finish();
    Ok(summary)
}

/// All that decides what becomes of a text.
struct Extractor {
    settings: FunctionSettings,
    licenses: LicenseFilter,
}

impl Extractor {
    /// Extracts what a reader finds, and hands over what came of it in the same order.
    fn run(
        &self,
        core: &Core<'_>,
        reader: PartReader<'_>,
        events: &Events,
        mut sink: impl FnMut(Extracted) -> Result<(), RunError> + Send,
    ) -> Result<(), RunError> {
        let mut batches = Batches {
            reader,
            failure: None,
        };
        in_lanes(
            core,
            || batches.next(),
            |batch| self.extract(batch),
            |extracted| {
                events.send(Event::FilesRead {
                    files: extracted.counts.files(),
                    candidates: extracted.counts.candidates,
                });
                sink(extracted)
            },
        )
    }

    fn extract(&self, batch: Vec<SourceEntry<'_>>) -> Result<Extracted, RunError> {
        let mut all = Extracted::default();
        for entry in batch {
            let source = self.licenses.apply(entry.load()?);
            let extracted = extract_source(&source, &self.settings);
            all.counts += extracted.counts;
            all.candidates.extend(extracted.candidates);
            all.rejects.extend(extracted.rejects);
        }
        Ok(all)
    }
}

/// Texts that travel between threads together.
struct Batches<'a> {
    reader: PartReader<'a>,
    failure: Option<CorpusError>,
}

/// A batch ends after this many bytes ...
const BATCH_BYTES: u64 = 128 << 10;
/// ... or this many texts.
const BATCH_TEXTS: usize = 64;

impl<'a> Iterator for Batches<'a> {
    type Item = Result<Vec<SourceEntry<'a>>, RunError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut batch = Vec::new();
        let mut bytes = 0;
        while self.failure.is_none() && bytes < BATCH_BYTES && batch.len() < BATCH_TEXTS {
            match self.reader.next() {
                Some(Ok(entry)) => {
                    bytes += entry.weight();
                    batch.push(entry);
                }
                Some(Err(error)) => self.failure = Some(error),
                None => break,
            }
        }
        if !batch.is_empty() {
            return Some(Ok(batch));
        }
        self.failure.take().map(|error| Err(error.into()))
    }
}

fn function_settings(recipe: &Recipe, allow: Option<BTreeSet<String>>) -> FunctionSettings {
    use unitmill_recipe::{FunctionKind as Kind, OutsideSource as Source};
    let functions = &recipe.functions;
    let kind = |kind: &Kind| match kind {
        Kind::Function => FunctionKind::Function,
        Kind::Method => FunctionKind::Method,
        Kind::ClassMethod => FunctionKind::ClassMethod,
        Kind::StaticMethod => FunctionKind::StaticMethod,
        Kind::AsyncFunction => FunctionKind::Async,
        Kind::Generator => FunctionKind::Generator,
    };
    let source = |source: &Source| match source {
        Source::Network => OutsideSource::Network,
        Source::Input => OutsideSource::Input,
        Source::Arguments => OutsideSource::Arguments,
        Source::Sleep => OutsideSource::Sleep,
        Source::Process => OutsideSource::Process,
    };
    FunctionSettings {
        kinds: functions.kinds.iter().map(kind).collect(),
        min_lines: functions.min_lines,
        max_lines: functions.max_lines,
        max_context_lines: functions.max_context_lines,
        require_arguments: functions.require_arguments,
        require_return_value: functions.require_return_value,
        require_docstring: functions.require_docstring,
        min_complexity: functions.min_complexity,
        max_complexity: functions.max_complexity,
        generated: functions.generated,
        reject_sources: functions.reject_sources.iter().map(source).collect(),
        tests: functions.tests,
        require: match recipe.packages.require {
            unitmill_recipe::PackageRequirement::Any => PackageRequirement::Any,
            unitmill_recipe::PackageRequirement::ThirdParty => PackageRequirement::ThirdParty,
            unitmill_recipe::PackageRequirement::None => PackageRequirement::None,
        },
        allow,
        ..FunctionSettings::default()
    }
}
