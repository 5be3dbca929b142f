//! Extraction against bare parsing, on one core: `extraction_speed INPUT [CANDIDATES [REJECTS]]`.
//!
//! Reads all texts first, then times parsing alone and extraction, several times each, and
//! prints the best of both in MB/s. Candidates and rejects go to the other arguments, one
//! JSON row a line.
#![expect(clippy::print_stdout, reason = "an example reports to its user")]

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;
use std::time::{Duration, Instant};

use unitmill_corpus::{
    DEFAULT_MAX_BYTES, ExtractCounts, IfUnreadable, InputSpec, RowFields, extract_source,
    input_roots, plan_inputs, read_part,
};
use unitmill_python::FunctionSettings;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which input?")?;
    let specs = [InputSpec {
        path,
        fields: RowFields::default(),
        license: None,
        max_bytes: DEFAULT_MAX_BYTES,
    }];
    let (roots, files) = (input_roots(&specs), plan_inputs(&specs)?);
    let sources = read_part(&roots, &files, None, IfUnreadable::Fail)
        .map(|entry| entry?.load())
        .collect::<Result<Vec<_>, _>>()?;
    let texts: Vec<&str> = sources
        .iter()
        .filter_map(|source| source.text.as_deref().ok())
        .collect();
    let bytes: usize = texts.iter().map(|text| text.len()).sum();
    let settings = FunctionSettings::default();

    let mut parsing = Duration::MAX;
    let mut extraction = Duration::MAX;
    let mut counts = ExtractCounts::default();
    for _ in 0..5 {
        let start = Instant::now();
        for text in &texts {
            std::hint::black_box(ruff_python_parser::parse_module(text).is_ok());
        }
        parsing = parsing.min(start.elapsed());
        let start = Instant::now();
        counts = ExtractCounts::default();
        for source in &sources {
            counts += std::hint::black_box(extract_source(source, &settings)).counts;
        }
        extraction = extraction.min(start.elapsed());
    }
    let rate = |time: Duration| bytes as f64 / 1e6 / time.as_secs_f64();
    println!("{} texts, {:.1} MB", texts.len(), bytes as f64 / 1e6);
    println!("{counts:?}");
    println!(
        "parsing {:.1} MB/s, extraction {:.1} MB/s, ratio {:.2}",
        rate(parsing),
        rate(extraction),
        rate(extraction) / rate(parsing)
    );

    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    let mut create = || -> Result<_, std::io::Error> {
        let file = arguments.next().map(std::fs::File::create).transpose()?;
        Ok(file.map(std::io::BufWriter::new))
    };
    let mut rows = create()?;
    let mut reject_rows = create()?;
    for source in &sources {
        let extracted = extract_source(source, &settings);
        for reject in &extracted.rejects {
            *reasons.entry(reject.reason.as_str()).or_default() += 1;
            if let Some(rows) = &mut reject_rows {
                serde_json::to_writer(&mut *rows, reject)?;
                rows.write_all(b"\n")?;
            }
        }
        if let Some(rows) = &mut rows {
            for candidate in &extracted.candidates {
                serde_json::to_writer(&mut *rows, candidate)?;
                rows.write_all(b"\n")?;
            }
        }
    }
    println!("{reasons:?}");
    Ok(())
}
