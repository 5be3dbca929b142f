//! A function's shingles and what is hashed from them. Never depends on anything but the
//! function's text and the settings.

use unitmill_model::CandidateSketch;
use unitmill_python::code_tokens;

/// What makes two functions near duplicates, and how hard to look for them.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct NearSettings {
    /// Least Jaccard index of two sets of shingles.
    pub threshold: f64,
    /// Length of a MinHash signature.
    pub num_perm: u32,
    /// Tokens of a shingle.
    pub ngram: u32,
}

impl NearSettings {
    /// Whether two sets that share that many of all their shingles are alike.
    pub fn are_alike(&self, shared: u32, total: u32) -> bool {
        f64::from(shared) >= self.threshold * f64::from(total)
    }
}

/// Two functions at the threshold meet in some band at least this often.
const LEAST_RECALL: f64 = 0.99;

/// How a signature is cut: `bands` pieces of `rows` values. Two functions meet if all
/// values of one piece are the same (Leskovec, Rajaraman, Ullman, *Mining of Massive
/// Datasets*, 3.4).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Banding {
    /// Pieces.
    pub bands: usize,
    /// Values of a piece.
    pub rows: usize,
}

impl Banding {
    /// The most rows, and so the fewest comparisons in vain, with which two functions at
    /// the threshold still meet with a probability of at least 0.99.
    pub fn choose(threshold: f64, num_perm: u32) -> Self {
        let num_perm = num_perm.max(1) as usize;
        (1..=num_perm)
            .map(|rows| Self {
                bands: num_perm / rows,
                rows,
            })
            .take_while(|banding| {
                banding.rows == 1 || banding.probability(threshold) >= LEAST_RECALL
            })
            .last()
            .unwrap_or(Self {
                bands: num_perm,
                rows: 1,
            })
    }

    /// How likely two functions of that similarity meet in some band.
    pub fn probability(self, similarity: f64) -> f64 {
        1.0 - (1.0 - similarity.powi(self.rows as i32)).powi(self.bands as i32)
    }
}

/// Makes sketches.
#[derive(Clone, Debug)]
pub struct Sketcher {
    ngram: usize,
    banding: Banding,
    permutations: Vec<(u64, u64)>,
}

impl Sketcher {
    /// A sketcher; its permutations are the same on every machine.
    pub fn new(settings: &NearSettings) -> Self {
        let banding = Banding::choose(settings.threshold, settings.num_perm);
        let mut state = 0x756e_6974_6d69_6c6c;
        let mut draw = || {
            state = mix(state);
            state
        };
        Self {
            ngram: settings.ngram.max(1) as usize,
            banding,
            permutations: (0..banding.bands * banding.rows)
                .map(|_| (draw() | 1, draw()))
                .collect(),
        }
    }

    /// The sketch of a function, of its text alone.
    pub fn sketch(&self, function: &str) -> CandidateSketch {
        let shingles = self.shingles(function);
        let signature: Vec<u64> = self
            .permutations
            .iter()
            .map(|&(factor, offset)| {
                shingles.iter().fold(u64::MAX, |least, &shingle| {
                    least.min(shingle.wrapping_mul(factor).wrapping_add(offset))
                })
            })
            .collect();
        let bands = (1u64..)
            .zip(signature.chunks_exact(self.banding.rows))
            .map(|(band, values)| hash_of(band, values.iter().copied()))
            .collect();
        CandidateSketch {
            contamination: None,
            set: hash_of(0, shingles.iter().copied()),
            bands,
            shingles,
        }
    }

    /// Hashes of every run of `ngram` tokens, ascending, each once; of all tokens where
    /// there are fewer.
    fn shingles(&self, function: &str) -> Vec<u64> {
        let tokens: Vec<u64> = code_tokens(function).into_iter().map(hash_text).collect();
        let length = self.ngram.min(tokens.len()).max(1);
        let mut shingles: Vec<u64> = tokens
            .windows(length)
            .map(|window| hash_of(length as u64, window.iter().copied()))
            .collect();
        shingles.sort_unstable();
        shingles.dedup();
        shingles
    }
}

/// A bijection that leaves no pattern (SplitMix64, Steele, Lea, Flood 2014).
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// A hash of numbers in their order, the same on every machine.
fn hash_of(seed: u64, numbers: impl IntoIterator<Item = u64>) -> u64 {
    numbers
        .into_iter()
        .fold(mix(seed), |hash, number| mix(hash ^ number))
}

/// A hash of a run of hashed words.
pub(crate) fn hash_words(words: &[u64]) -> u64 {
    hash_of(words.len() as u64, words.iter().copied())
}

/// A hash of a text, the same on every machine.
pub(crate) fn hash_text(text: &str) -> u64 {
    let chunks = text.as_bytes().chunks(8).map(|chunk| {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        u64::from_le_bytes(bytes)
    });
    hash_of(text.len() as u64, chunks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bandings_find_what_is_at_the_threshold() {
        let shown: Vec<String> = [
            (0.5, 128),
            (0.5, 256),
            (0.7, 64),
            (0.7, 128),
            (0.7, 256),
            (0.85, 256),
            (0.95, 256),
            (1.0, 256),
        ]
        .into_iter()
        .map(|(threshold, num_perm)| {
            let banding = Banding::choose(threshold, num_perm);
            format!(
                "{threshold} {num_perm}: {} bands of {}; {:.3} at the threshold, {:.3} at 0.15 less",
                banding.bands,
                banding.rows,
                banding.probability(threshold),
                banding.probability(threshold - 0.15)
            )
        })
        .collect();
        insta::assert_snapshot!(shown.join("\n"), @"
        0.5 128: 42 bands of 3; 0.996 at the threshold, 0.841 at 0.15 less
        0.5 256: 85 bands of 3; 1.000 at the threshold, 0.976 at 0.15 less
        0.7 64: 21 bands of 3; 1.000 at the threshold, 0.978 at 0.15 less
        0.7 128: 32 bands of 4; 1.000 at the threshold, 0.954 at 0.15 less
        0.7 256: 42 bands of 6; 0.995 at the threshold, 0.692 at 0.15 less
        0.85 256: 25 bands of 10; 0.996 at the threshold, 0.511 at 0.15 less
        0.95 256: 12 bands of 21; 0.993 at the threshold, 0.105 at 0.15 less
        1 256: 1 bands of 256; 1.000 at the threshold, 0.000 at 0.15 less
        ");
    }

    #[test]
    fn sketches_do_not_see_layout_comments_and_docstrings() {
        let sketcher = Sketcher::new(&NearSettings {
            threshold: 0.7,
            num_perm: 64,
            ngram: 5,
        });
        let one = sketcher.sketch("def f(x):\n    '''Adds.'''\n    return x + 1  # one\n");
        let two = sketcher.sketch("def f(x): return (\n    x + 1)\n");
        assert_ne!(one, two, "parentheses are tokens");
        assert_eq!(one, sketcher.sketch("def f( x ):\n  return x+1\n"));
        // def f ( x ) : return x + 1
        assert_eq!(one.shingles.len(), 6);
        assert_eq!(sketcher.sketch("f").shingles.len(), 1);
        assert_eq!(sketcher.sketch("").shingles.len(), 0);
    }
}
