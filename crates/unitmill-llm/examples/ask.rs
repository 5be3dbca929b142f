//! Asks a model server many times and says what that cost: the client's side of
//! `scripts/bench client`, and of `scripts/check-real-server`.
//!
//! Prints one line of JSON. Measures; never judges.

use std::error::Error;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tokio::task::JoinSet;
use unitmill_llm::{Client, ClientSettings, LlmError};
use unitmill_model::{Message, ModelRequest, Role};

const USAGE: &str = "usage: ask BASE_URL MODEL REQUESTS CONCURRENCY PROMPT_CHARACTERS [SAMPLES]";

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the line is what scripts read")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [
        base_url,
        model,
        requests,
        concurrency,
        characters,
        samples @ ..,
    ] = &arguments[..]
    else {
        return Err(USAGE.into());
    };
    let samples: u32 = samples.first().map_or(Ok(1), |samples| samples.parse())?;
    let requests: u64 = requests.parse()?;
    let concurrency: NonZeroUsize = concurrency.parse()?;
    let prompt: Arc<str> = "word ".repeat(characters.parse::<usize>()? / 5).into();
    let client = Arc::new(Client::new(ClientSettings {
        concurrency,
        ..ClientSettings::new(base_url)
    })?);
    client.health(model).await?;

    let next = Arc::new(AtomicU64::new(0));
    let before = (Instant::now(), cpu_seconds()?);
    let mut workers = JoinSet::new();
    for _ in 0..concurrency.get() {
        let (client, next) = (Arc::clone(&client), Arc::clone(&next));
        let (model, prompt) = (model.clone(), Arc::clone(&prompt));
        workers.spawn(async move {
            let (mut answers, mut resent, mut tokens) = (0_u64, 0_u64, 0_u64);
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= requests {
                    return Ok::<_, LlmError>((answers, resent, tokens));
                }
                let requests: Vec<ModelRequest> = (0..samples)
                    .map(|sample| ModelRequest {
                        model: model.clone(),
                        messages: vec![Message {
                            role: Role::User,
                            content: format!("{number} {prompt}"),
                        }],
                        temperature: 0.2,
                        top_p: 1.0,
                        max_tokens: 64,
                        seed: number,
                        sample,
                    })
                    .collect();
                let replies = client
                    .ask_samples(&requests, async |_, replies| replies)
                    .await?;
                for reply in replies {
                    let reply = reply?;
                    answers += 1;
                    resent += u64::from(reply.resent);
                    tokens += u64::from(reply.answer.completion_tokens);
                }
            }
        });
    }
    let (mut answers, mut resent, mut tokens) = (0, 0, 0);
    while let Some(worker) = workers.join_next().await {
        let (more_answers, more_resent, more_tokens) = worker??;
        answers += more_answers;
        resent += more_resent;
        tokens += more_tokens;
    }
    let seconds = before.0.elapsed().as_secs_f64();
    let cpu = cpu_seconds()? - before.1;
    println!(
        "{}",
        serde_json::json!({
            "requests": requests,
            "answers": answers,
            "seconds": seconds,
            "cpu_seconds": cpu,
            "resent": resent,
            "limit": client.limits(),
            "completion_tokens": tokens,
        })
    );
    Ok(())
}

/// CPU time of this process so far, in user and kernel; Linux counts it in hundredths.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    // The command's name may hold anything; what follows its bracket may not.
    let (_, fields) = stat
        .rsplit_once(')')
        .ok_or("no fields in /proc/self/stat")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>()? + fields[12].parse::<u64>()?;
    Ok(ticks as f64 / 100.0)
}
