//! The files and batches of a hosted batch endpoint, in memory.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{BatchManners, FakeModel, answer_batch};

/// What has been sent up and made.
#[derive(Default)]
pub(crate) struct HostedBatches {
    files: BTreeMap<String, String>,
    batches: Vec<HostedBatch>,
}

struct HostedBatch {
    id: String,
    input: String,
    looks_left: u32,
    output: Option<String>,
}

impl HostedBatch {
    fn json(&self) -> Value {
        json!({
            "id": self.id,
            "object": "batch",
            "endpoint": "/v1/chat/completions",
            "status": if self.output.is_some() { "completed" } else { "in_progress" },
            "input_file_id": self.input,
            "output_file_id": self.output,
            "error_file_id": null,
        })
    }
}

impl HostedBatches {
    pub(crate) fn batches(&self) -> u64 {
        self.batches.len() as u64
    }

    /// Takes the file out of a multipart form.
    pub(crate) fn upload(&mut self, content_type: &str, body: &[u8]) -> Option<Value> {
        let (_, boundary) = content_type.split_once("boundary=")?;
        let text = std::str::from_utf8(body).ok()?;
        let part = text
            .split(&format!("--{boundary}"))
            .find(|part| part.contains("name=\"file\""))?;
        let (_, content) = part.split_once("\r\n\r\n")?;
        let id = self.keep(content.strip_suffix("\r\n")?.to_owned());
        Some(json!({"id": id, "object": "file", "purpose": "batch"}))
    }

    fn keep(&mut self, content: String) -> String {
        let id = format!("file-{}", self.files.len());
        self.files.insert(id.clone(), content);
        id
    }

    /// Makes a batch, which ends after so many looks at it.
    pub(crate) fn create(&mut self, request: &Value, looks: u32) -> Option<Value> {
        let input = request["input_file_id"].as_str()?;
        self.files.get(input)?;
        self.batches.push(HostedBatch {
            id: format!("batch_{}", self.batches.len()),
            input: input.to_owned(),
            looks_left: looks,
            output: None,
        });
        self.batches.last().map(HostedBatch::json)
    }

    pub(crate) fn list(&self) -> Value {
        let data: Vec<Value> = self.batches.iter().rev().map(HostedBatch::json).collect();
        json!({"object": "list", "data": data})
    }

    pub(crate) fn look(&mut self, id: &str, model: &FakeModel) -> Option<Value> {
        let place = self.batches.iter().position(|batch| batch.id == id)?;
        let batch = &mut self.batches[place];
        if batch.output.is_none() && batch.looks_left == 0 {
            let input = self.files.get(&batch.input)?;
            let manners = BatchManners {
                reversed: true,
                ..BatchManners::default()
            };
            let lines = answer_batch(model, manners, input).ok()?;
            let output = self.keep(lines.join("\n"));
            self.batches[place].output = Some(output);
        } else {
            batch.looks_left = batch.looks_left.saturating_sub(1);
        }
        Some(self.batches[place].json())
    }

    pub(crate) fn content(&self, file: &str) -> Option<String> {
        self.files.get(file).cloned()
    }
}
