//! The yardstick of extraction: `bare_parse INPUT…` reads all texts first, then does nothing
//! but parse them, and prints how many bytes that were and how many seconds it took, as JSON.
#![expect(clippy::print_stdout, reason = "an example reports to its user")]

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use unitmill_corpus::{
    DEFAULT_MAX_BYTES, IfUnreadable, InputSpec, RowFields, input_roots, plan_inputs, read_part,
};

fn main() -> Result<(), Box<dyn Error>> {
    let specs: Vec<InputSpec> = std::env::args()
        .skip(1)
        .map(|path| InputSpec {
            path,
            fields: RowFields::default(),
            license: None,
            max_bytes: DEFAULT_MAX_BYTES,
        })
        .collect();
    let (roots, files) = (input_roots(&specs), plan_inputs(&specs)?);
    let mut texts = Vec::new();
    for entry in read_part(&roots, &files, None, IfUnreadable::Fail) {
        if let Ok(text) = entry?.load()?.text {
            texts.push(text);
        }
    }
    let start = Instant::now();
    for text in &texts {
        black_box(ruff_python_parser::parse_module(text).is_ok());
    }
    let seconds = start.elapsed().as_secs_f64();
    let bytes: usize = texts.iter().map(String::len).sum();
    println!("{{\"bytes\": {bytes}, \"seconds\": {seconds}}}");
    Ok(())
}
