//! What `extract[part]` looks up about its candidates for the stage after it: their sketches
//! and whether a benchmark holds them. Reads every text once, so that no bucket has to.

use unitmill_corpus::near::{NearSettings, Sketcher};
use unitmill_model::{CandidateSketch, CandidateText, Stage};
use unitmill_python::split_function;
use unitmill_recipe::Recipe;
use unitmill_shards::{OutputFile, OutputKind};

use crate::error::RunError;
use crate::run::Run;

/// What near duplicates are; none if they are not looked for.
pub(crate) fn near_settings(recipe: &Recipe) -> Option<NearSettings> {
    recipe.dedup.near.then_some(NearSettings {
        threshold: recipe.dedup.threshold,
        num_perm: recipe.dedup.num_perm,
        ngram: recipe.dedup.ngram,
    })
}

/// Sketches the candidates of a part, if the recipe has a use for it.
pub(crate) fn sketch(
    run: &Run,
    part: u32,
    candidates: &OutputFile,
) -> Result<Option<OutputFile>, RunError> {
    let sketcher = near_settings(&run.plan.recipe).map(|settings| Sketcher::new(&settings));
    let benchmarks = run.benchmarks()?;
    if sketcher.is_none() && benchmarks.is_none() {
        return Ok(None);
    }
    let mut writer = run.directory.writer::<CandidateSketch>(
        Stage::Extract,
        part,
        OutputKind::Sketches,
        &run.parquet_settings(),
    )?;
    for candidate in run.directory.read_output::<CandidateText>(candidates)? {
        let candidate = candidate?;
        let mut sketch = sketcher
            .as_ref()
            .map_or_else(CandidateSketch::default, |sketcher| {
                sketcher.sketch(&candidate.function)
            });
        if let Some(benchmarks) = &benchmarks {
            // Without a body to complete, all of it is prefix.
            let completion_at = split_function(&candidate.code, &candidate.name)
                .map_or(candidate.code.len(), |split| split.prefix.len());
            sketch.contamination = benchmarks.find(&candidate.code, &candidate.name, completion_at);
        }
        writer.push(&sketch)?;
    }
    Ok(Some(writer.finish()?))
}
