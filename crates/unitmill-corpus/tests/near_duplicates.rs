//! Near duplicates: what is found, what is never rejected, and that nothing depends on
//! order, parts, buckets or memory. Similarities are computed here a second time, from
//! functions that are written so that their tokens are what blanks separate.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use unitmill_corpus::near::{
    Banding, NearSettings, NeighbourSearch, RankingBuilder, Settlement, Sketcher, SpillError,
    SpillSettings,
};
use unitmill_corpus::{Fingerprinted, deduplicate_bucket};
use unitmill_model::{
    CandidateId, CandidateKey, CandidateSketch, Digest, DuplicateDrop, NearNeighbour, RejectReason,
    SketchBands, SketchShingles,
};

const SETTINGS: NearSettings = NearSettings {
    threshold: 0.7,
    num_perm: 256,
    ngram: 5,
};

#[derive(Clone, Debug)]
struct Function {
    key: CandidateKey,
    text: String,
    contaminated: bool,
}

impl Function {
    fn new(path: &str, license: Option<&str>, text: &str) -> Self {
        Self {
            key: CandidateKey {
                id: CandidateId::from_digest(&Digest::of(format!("{path}: {text}"))),
                fingerprint: Digest::of(text),
                license: license.map(str::to_owned),
                repo: None,
                path: path.to_owned(),
                first_line: 1,
            },
            text: text.to_owned(),
            contaminated: false,
        }
    }
}

/// How the work is cut, and what it may use.
#[derive(Clone, Copy, Debug)]
struct Cut {
    per_part: usize,
    buckets: u32,
    bytes: usize,
}

const WHOLE: Cut = Cut {
    per_part: usize::MAX,
    buckets: 1,
    bytes: 1 << 30,
};

/// All that the stage does, by id of what is dropped.
fn deduplicate(functions: &[Function], cut: Cut) -> BTreeMap<CandidateId, DuplicateDrop> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let spill = SpillSettings::new(folder.path(), cut.bytes);
    let parts: Vec<&[Function]> = functions
        .chunks(cut.per_part.min(functions.len().max(1)))
        .collect();
    let placed = || {
        parts.iter().enumerate().flat_map(|(part, rows)| {
            rows.iter()
                .enumerate()
                .map(move |(row, function)| (part as u32, row as u64, function))
        })
    };
    let sketcher = Sketcher::new(&SETTINGS);
    let sketches: Vec<CandidateSketch> = functions
        .iter()
        .map(|function| sketcher.sketch(&function.text))
        .collect();
    let rank = || {
        let mut ranking = RankingBuilder::new(&spill);
        for (part, row, function) in placed() {
            ranking.push(
                &Fingerprinted::new(part, row, &function.key),
                function.contaminated,
            )?;
        }
        ranking.finish(true)
    };
    let work = || -> Result<Vec<DuplicateDrop>, SpillError> {
        let mut neighbours: Vec<NearNeighbour> = Vec::new();
        for bucket in 0..cut.buckets {
            let ranking = rank()?;
            let mut search = NeighbourSearch::new(&ranking, (bucket, cut.buckets), &spill);
            for ((part, row, _), sketch) in placed().zip(&sketches) {
                let sketch = SketchBands {
                    contamination: None,
                    set: sketch.set,
                    bands: sketch.bands.clone(),
                };
                search.push(part, row, &sketch)?;
            }
            let mut verification = search.meet()?;
            for ((part, row, _), sketch) in placed().zip(&sketches) {
                let sketch = SketchShingles {
                    shingles: sketch.shingles.clone(),
                };
                verification.push(part, row, &sketch)?;
            }
            verification.verify(&SETTINGS, |pair| {
                neighbours.push(pair);
                Ok::<_, SpillError>(())
            })?;
        }
        let ranking = rank()?;
        let mut settlement = Settlement::new(&ranking, &spill);
        for pair in &neighbours {
            settlement.push(pair)?;
        }
        let mut named = settlement.settle()?;
        for (part, row, function) in placed() {
            named.name(part, row, &function.key)?;
        }
        let mut near = named.drops()?;
        let mut drops = Vec::new();
        for (part, row, function) in placed() {
            drops.extend(near.of(part, row, &function.key, &SETTINGS)?);
        }
        Ok(drops)
    };
    let drops = work().expect("there is a disk");
    let by_id: BTreeMap<_, _> = drops
        .iter()
        .map(|drop| (drop.candidate_id, drop.clone()))
        .collect();
    assert_eq!(by_id.len(), drops.len(), "nobody is dropped twice");
    by_id
}

/// What there is to say about a drop that does not depend on the cut.
fn essence(
    drops: &BTreeMap<CandidateId, DuplicateDrop>,
) -> Vec<(CandidateId, CandidateId, String)> {
    drops
        .values()
        .map(|drop| {
            let kept = drop.kept_id.expect("a near duplicate names its neighbour");
            (drop.candidate_id, kept, drop.detail.clone())
        })
        .collect()
}

/// Shared and all 5-grams of two texts whose tokens are separated by blanks.
fn overlap(one: &str, two: &str) -> (usize, usize) {
    let shingles = |text: &str| -> BTreeSet<Vec<String>> {
        let tokens: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        tokens.windows(5).map(<[String]>::to_vec).collect()
    };
    let (one, two) = (shingles(one), shingles(two));
    (one.intersection(&two).count(), one.union(&two).count())
}

fn similarity(one: &str, two: &str) -> f64 {
    let (shared, total) = overlap(one, two);
    shared as f64 / total as f64
}

/// Numbers that look drawn; a linear congruential generator (Knuth, MMIX).
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// The tokens of a function of about that many; those at odd places of a statement may be
/// replaced by any name.
fn tokens(draw: &mut Draw, length: usize) -> Vec<String> {
    let mut tokens: Vec<String> = "def f ( x ) : \n ".split(' ').map(str::to_owned).collect();
    while tokens.len() < length {
        let mut name = |letter: &str| format!("{letter}{}", draw.below(4000));
        let statement = [
            name("v"),
            "=".into(),
            name("a"),
            "*".into(),
            name("b"),
            "+".into(),
            name("c"),
        ];
        tokens.extend(statement);
        tokens.push("\n ".to_owned());
    }
    tokens.extend(["return".to_owned(), "x".to_owned(), "\n".to_owned()]);
    tokens
}

/// The same function with that many names replaced.
fn mutate(draw: &mut Draw, tokens: &[String], replaced: usize) -> Vec<String> {
    let names: Vec<usize> = (7..tokens.len() - 3)
        .filter(|&at| tokens[at].len() > 1 && tokens[at].chars().all(char::is_alphanumeric))
        .collect();
    let mut mutated = tokens.to_vec();
    for _ in 0..replaced {
        let at = names[draw.below(names.len())];
        mutated[at] = format!("m{}", draw.below(1_000_000));
    }
    mutated
}

#[test]
fn what_is_planted_is_found_and_nothing_below_the_threshold_goes() {
    let mut draw = Draw(20);
    let mut functions = Vec::new();
    for family in 0..500 {
        let length = 40 + draw.below(160);
        let base = tokens(&mut draw, length);
        let replaced = 1 + draw.below(1 + length / 10);
        let mutant = mutate(&mut draw, &base, replaced);
        functions.push(Function::new(
            &format!("a{family}.py"),
            Some("MIT"),
            &base.join(" "),
        ));
        functions.push(Function::new(
            &format!("b{family}.py"),
            Some("MIT"),
            &mutant.join(" "),
        ));
    }
    let drops = deduplicate(&functions, WHOLE);
    let texts: BTreeMap<CandidateId, &str> = functions
        .iter()
        .map(|function| (function.key.id, function.text.as_str()))
        .collect();
    for drop in drops.values() {
        let kept = drop.kept_id.expect("a near duplicate names its neighbour");
        let found = similarity(texts[&drop.candidate_id], texts[&kept]);
        assert!(found >= SETTINGS.threshold, "{}: {found}", drop.detail);
        assert!(!drops.contains_key(&kept), "a chain");
    }
    let (mut planted, mut found, mut below) = (0, 0, 0);
    for pair in functions.chunks(2) {
        let similarity = similarity(&pair[0].text, &pair[1].text);
        let dropped = drops.contains_key(&pair[1].key.id);
        if (SETTINGS.threshold..SETTINGS.threshold + 0.1).contains(&similarity) {
            planted += 1;
            found += usize::from(dropped);
        } else if similarity < SETTINGS.threshold {
            below += 1;
            assert!(!dropped, "{similarity}");
        } else {
            assert!(dropped, "{similarity}");
        }
    }
    assert!(planted >= 40 && below >= 40, "{planted} {below}");
    assert!(found * 100 >= planted * 95, "{found} of {planted}");
    assert!(Banding::choose(0.7, 256).probability(0.7) >= 0.99);
}

#[test]
fn the_licensed_one_is_kept_and_the_reject_says_why() {
    let draw = &mut Draw(1);
    let base = tokens(draw, 60);
    let other = mutate(draw, &base, 1).join(" ");
    let base = base.join(" ");
    let functions = [
        Function::new("a.py", None, &base),
        Function::new("b.py", Some("MIT"), &other),
    ];
    let drops = deduplicate(&functions, WHOLE);
    let drop = &drops[&functions[0].key.id];
    assert_eq!(drops.len(), 1);
    assert_eq!(drop.kept_id, Some(functions[1].key.id));
    let (shared, total) = overlap(&base, &other);
    assert_eq!(
        drop.detail,
        format!(
            "similarity 0.{}: {shared} of {total} 5-grams of tokens are in both; kept: b.py, line 1",
            100 * shared / total
        )
    );
}

#[test]
fn nobody_goes_because_of_one_that_goes() {
    // Each is alike to the next, but not to the one after it.
    let draw = &mut Draw(5);
    let mut links = vec![tokens(draw, 110)];
    for _ in 0..3 {
        let next = mutate(draw, links.last().expect("there is a first"), 3);
        links.push(next);
    }
    let functions: Vec<Function> = ["a.py", "b.py", "c.py", "d.py"]
        .into_iter()
        .zip(&links)
        .map(|(path, link)| Function::new(path, None, &link.join(" ")))
        .collect();
    for near in functions.windows(2) {
        assert!(similarity(&near[0].text, &near[1].text) >= 0.7);
    }
    for far in functions.windows(3) {
        assert!(similarity(&far[0].text, &far[2].text) < 0.7);
    }
    let drops = deduplicate(&functions, WHOLE);
    let id = |index: usize| functions[index].key.id;
    let gone: Vec<(CandidateId, Option<CandidateId>)> = drops
        .values()
        .map(|drop| (drop.candidate_id, drop.kept_id))
        .collect();
    let mut expected = vec![(id(1), Some(id(0))), (id(3), Some(id(2)))];
    expected.sort();
    assert_eq!(gone, expected);
}

#[test]
fn who_is_dropped_or_contaminated_already_stands_in_nobodys_way() {
    let draw = &mut Draw(9);
    let base = tokens(draw, 80);
    let near = mutate(draw, &base, 1).join(" ");
    let base = base.join(" ");
    let mut contaminated = Function::new("a.py", Some("MIT"), &base);
    contaminated.contaminated = true;
    // An exact duplicate by its fingerprint, though written with other names.
    let mut exact = Function::new("b.py", Some("MIT"), &base);
    exact.key.fingerprint = Digest::of("same");
    let mut kept = Function::new("0.py", Some("MIT"), "def f ( y ) :\n return y");
    kept.key.fingerprint = Digest::of("same");
    let survivor = Function::new("c.py", None, &near);
    let drops = deduplicate(&[contaminated, exact, kept, survivor], WHOLE);
    assert_eq!(drops.len(), 0, "{drops:?}");
}

#[test]
fn a_crowd_of_equals_is_one_representative() {
    let text = tokens(&mut Draw(2), 50).join(" ");
    let functions: Vec<Function> = (0..700)
        .map(|index| {
            let mut function = Function::new(&format!("{index:03}.py"), None, &text);
            function.key.fingerprint = Digest::of([index as u8, (index >> 8) as u8]);
            function
        })
        .collect();
    let drops = deduplicate(&functions, Cut { bytes: 0, ..WHOLE });
    assert_eq!(drops.len(), 699);
    assert!(
        drops
            .values()
            .all(|drop| drop.kept_id == Some(functions[0].key.id))
    );
}

/// A few families with mutants of mutants, some of them the same, some without a licence.
fn corpus() -> impl Strategy<Value = Vec<Function>> {
    (any::<u64>(), 1usize..5, 0usize..40).prop_map(|(seed, families, members)| {
        let draw = &mut Draw(seed);
        let mut texts: Vec<Vec<String>> = (0..families).map(|_| tokens(draw, 60)).collect();
        let mut functions = Vec::new();
        for member in 0..members {
            let family = draw.below(texts.len());
            let replaced = draw.below(4);
            let text = mutate(draw, &texts[family], replaced);
            let license = [None, Some("MIT")][draw.below(2)];
            let path = format!("{}/{member}.py", draw.below(7));
            functions.push(Function::new(&path, license, &text.join(" ")));
            if draw.below(3) == 0 {
                texts.push(text);
            }
        }
        functions
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn order_parts_buckets_and_memory_do_not_matter(
        functions in corpus(),
        per_part in 1usize..12,
        buckets in 1u32..9,
        turn in any::<prop::sample::Index>(),
    ) {
        let reference = deduplicate(&functions, WHOLE);
        let mut turned = functions.clone();
        turned.reverse();
        if !turned.is_empty() {
            let middle = turn.index(turned.len());
            turned.rotate_left(middle);
        }
        let cut = Cut { per_part, buckets, bytes: 0 };
        prop_assert_eq!(essence(&reference), essence(&deduplicate(&turned, cut)));

        // Again, on what is left: nothing more goes. What exact deduplication drops is none
        // of this search's business.
        let entries = (0..).zip(&functions).map(|(row, function)| Fingerprinted::new(0, row, &function.key));
        let exact: BTreeSet<CandidateId> = deduplicate_bucket(entries.collect(), true)
            .into_iter()
            .map(|drop| drop.candidate_id)
            .collect();
        let kept: Vec<Function> = functions
            .iter()
            .filter(|function| !reference.contains_key(&function.key.id) && !exact.contains(&function.key.id))
            .cloned()
            .collect();
        prop_assert_eq!(deduplicate(&kept, WHOLE).len(), 0);

        let texts: BTreeMap<CandidateId, &str> =
            functions.iter().map(|function| (function.key.id, function.text.as_str())).collect();
        for drop in reference.values() {
            let neighbour = drop.kept_id.expect("a near duplicate names its neighbour");
            prop_assert!(kept.iter().any(|function| function.key.id == neighbour));
            if drop.reason == RejectReason::ExactDuplicate {
                prop_assert!(exact.contains(&drop.candidate_id));
                continue;
            }
            prop_assert!(!exact.contains(&drop.candidate_id));
            let found = similarity(texts[&drop.candidate_id], texts[&neighbour]);
            prop_assert!(found >= SETTINGS.threshold, "{found}");
        }
    }
}
