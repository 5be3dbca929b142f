//! The corpus of a recipe when a run is planned: its files with their digests, and how they
//! are cut into parts.

use std::io::{self, Read as _};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use unitmill_corpus::{
    FileRefusal, InputFile, InputRoot, InputSpec, RowFields, cut_parts, input_roots, plan_inputs,
};
use unitmill_model::{Digest, DigestBuilder, RejectReason};
use unitmill_recipe::Recipe;

use crate::error::RunError;
use crate::plan::{InputPart, PlannedInput};
use crate::runner::cores;

/// The files of a corpus and how they are cut.
#[derive(Clone, Debug)]
pub struct CorpusPlan {
    /// The files, in order.
    pub files: Vec<PlannedInput>,
    /// Ranges of files.
    pub parts: Vec<InputPart>,
}

/// Finds the corpus's files, reads each once for its digest, and cuts them into parts. A
/// file that cannot be read is planned as the reject that it will be.
pub(crate) fn plan_corpus(recipe: &Recipe) -> Result<CorpusPlan, RunError> {
    let specs = input_specs(recipe);
    let mut files = plan_inputs(&specs)?;
    let roots = input_roots(&specs);
    let digests = digest_files(&roots, &files);
    let digests: Vec<Option<Digest>> = files
        .iter_mut()
        .zip(digests)
        .map(|(file, digest)| match digest {
            Some(Ok(digest)) => Some(digest),
            Some(Err(error)) => {
                file.refusal = Some(Box::new(FileRefusal {
                    reason: RejectReason::Unreadable,
                    detail: error.to_string(),
                }));
                None
            }
            None => None,
        })
        .collect();
    let parts = cut_parts(&roots, &files, recipe.tasks.part_kb << 10)
        .into_iter()
        .map(|cut| InputPart {
            first: cut.files.start,
            files: cut.files.len(),
            row_groups: cut.row_groups,
        })
        .collect();
    let files = files
        .into_iter()
        .zip(digests)
        .map(|(file, sha256)| PlannedInput { file, sha256 })
        .collect();
    Ok(CorpusPlan { files, parts })
}

/// The inputs of a recipe as the corpus crate takes them.
pub(crate) fn input_specs(recipe: &Recipe) -> Vec<InputSpec> {
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
            license: input.license.clone(),
            max_bytes: input.max_file_kb << 10,
        })
        .collect()
}

/// The digests of files, in order; none for those that were given up. Every core reads some.
fn digest_files(roots: &[InputRoot], files: &[InputFile]) -> Vec<Option<io::Result<Digest>>> {
    let next = AtomicUsize::new(0);
    let digest_some = || {
        let mut digests = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(index) else {
                return digests;
            };
            if file.refusal.is_none() {
                let root = &roots[file.input as usize];
                digests.push((index, digest_file(&root.locate(file))));
            }
        }
    };
    let mut digests: Vec<Option<io::Result<Digest>>> = Vec::new();
    digests.resize_with(files.len(), || None);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores()).map(|_| scope.spawn(digest_some)).collect();
        for worker in workers {
            let some = worker
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            for (index, digest) in some {
                digests[index] = Some(digest);
            }
        }
    });
    digests
}

/// What a digest takes in one step.
const PIECE: u64 = 1 << 18;

fn digest_file(path: &Path) -> io::Result<Digest> {
    let mut file = std::fs::File::open(path)?;
    let mut digest = DigestBuilder::new("input file");
    let mut piece = Vec::with_capacity(PIECE as usize);
    loop {
        // Pieces are always whole, however little a file system gives at once.
        piece.clear();
        if (&mut file).take(PIECE).read_to_end(&mut piece)? == 0 {
            return Ok(digest.finish());
        }
        digest.push(&piece);
    }
}
