//! Cutting the files of a corpus into parts: many small files share one, a large Parquet
//! file is spread over several by its row groups. Never reads more of a file than its
//! footer.

use std::ops::Range;

use crate::inputs::{InputFile, InputFormat, InputRoot};
use crate::parquet_rows;

/// Parts are cut at about this size unless the recipe says otherwise.
pub const DEFAULT_PART_BYTES: u64 = 32 << 20;

/// What one part holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PartCut {
    /// Its files, as a range of the list.
    pub files: Range<usize>,
    /// Where the part is a piece of a single Parquet file: these of its row groups.
    pub row_groups: Option<Range<u32>>,
}

/// Cuts a list of files into parts of about `part_bytes`: consecutive files share a part
/// until it is full, and a file that fills a part alone has one of its own. A Parquet file
/// counts with the size of its texts rather than with what they were compressed to, and one
/// of several row groups that is larger than a part is cut between them.
pub fn cut_parts(roots: &[InputRoot], files: &[InputFile], part_bytes: u64) -> Vec<PartCut> {
    let mut parts: Vec<PartCut> = Vec::new();
    let mut filled = part_bytes;
    for (index, file) in files.iter().enumerate() {
        let groups = row_groups(roots, file);
        let bytes = match &groups {
            Some(groups) => groups.iter().sum(),
            None => file.bytes,
        };
        match (parts.last_mut(), groups) {
            (_, Some(groups)) if bytes > part_bytes && groups.len() > 1 => {
                parts.extend(pieces(&groups, part_bytes).map(|row_groups| PartCut {
                    files: index..index + 1,
                    row_groups: Some(row_groups),
                }));
                filled = part_bytes;
            }
            (Some(part), _)
                if filled < part_bytes && filled.saturating_add(bytes) <= part_bytes =>
            {
                part.files.end = index + 1;
                filled += bytes;
            }
            _ => {
                parts.push(PartCut {
                    files: index..index + 1,
                    row_groups: None,
                });
                filled = bytes;
            }
        }
    }
    parts
}

/// The sizes of a Parquet file's row groups; none for other files, and for one whose footer
/// cannot be read: whoever reads the part finds that out again.
fn row_groups(roots: &[InputRoot], file: &InputFile) -> Option<Vec<u64>> {
    if file.format != InputFormat::Parquet || file.refusal.is_some() {
        return None;
    }
    let root = roots.get(file.input as usize)?;
    parquet_rows::row_group_bytes(&root.locate(file), &root.fields)
}

fn pieces(groups: &[u64], part_bytes: u64) -> impl Iterator<Item = Range<u32>> {
    let mut pieces: Vec<Range<u32>> = Vec::new();
    let mut filled = part_bytes;
    for (index, &bytes) in groups.iter().enumerate() {
        let index = index as u32;
        match pieces.last_mut() {
            Some(piece) if filled.saturating_add(bytes) <= part_bytes => {
                piece.end = index + 1;
                filled += bytes;
            }
            _ => {
                pieces.push(index..index + 1);
                filled = bytes;
            }
        }
    }
    pieces.into_iter()
}
