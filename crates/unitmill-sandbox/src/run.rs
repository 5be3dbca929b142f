//! One run on a lane: send the payload, listen, enforce wall time and output, collect.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::net::unix::pipe;
use tokio::time::{Instant, sleep_until, timeout};
use unitmill_jail::{output_pipe, stream_pair};
use unitmill_model::{Job, JobKind, Limits};

use crate::channel::{Channel, ChannelKey};
use crate::foresight;
use crate::turns::{Share, Turns};
use crate::verdict::{Exit, Stopped};
use crate::walls::Place;
use crate::zygote::Lane;

/// How long a lane may take to end a run that it was told to kill.
const KILLING: Duration = Duration::from_secs(20);
/// How long pipes may stay open after the last process of a run is gone.
const DRAINING: Duration = Duration::from_secs(5);
/// Files and folders that a scratch folder may hold.
const SCRATCH_FILES: u32 = 10_000;
/// How much is read at once, bytes: few runs have more to say, and as few print as much.
const READ_AT_ONCE: usize = 4 << 10;
/// How much output is kept for a person.
const KEPT_OUTPUT: usize = 16 << 10;

/// What was seen of a run.
pub(crate) struct Seen {
    pub(crate) channel: Channel,
    pub(crate) output: Vec<u8>,
    pub(crate) exit: Exit,
    pub(crate) stopped: Option<Stopped>,
    pub(crate) cpu: Duration,
    pub(crate) over_cpu: bool,
    pub(crate) wall: Duration,
}

/// How a lane answers.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    status: i32,
    #[serde(default)]
    over_cpu: bool,
    #[serde(default)]
    user_s: f64,
    #[serde(default)]
    system_s: f64,
}

#[derive(Serialize)]
struct Payload<'a> {
    files: &'a [unitmill_model::JobFile],
    entry: &'a str,
    kind: &'static str,
    calls: &'a [unitmill_model::ObservedCall],
    lines: bool,
    seed: u32,
    order: unitmill_model::TestOrder,
}

/// Where in a payload the turn is said.
const TURN: std::ops::Range<usize> = 32..36;

/// The payload as the harness reads it: key, turn (left open), length, JSON.
pub(crate) fn payload(job: &Job, key: &ChannelKey) -> serde_json::Result<Vec<u8>> {
    let (kind, calls, lines): (_, &[_], _) = match &job.kind {
        JobKind::Verdict => ("verdict", &[], false),
        JobKind::Coverage => ("coverage", &[], false),
        JobKind::Observe { calls, lines } => ("observe", calls, *lines),
    };
    let text = serde_json::to_vec(&Payload {
        files: &job.files,
        entry: &job.entry,
        kind,
        calls,
        lines,
        seed: job.seed,
        order: job.order,
    })?;
    let mut bytes = key.as_bytes().to_vec();
    bytes.resize(TURN.end, 0);
    bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&text);
    Ok(bytes)
}

/// What the lane has to know; trusted, and free of anything that came with the job's code.
fn request(place: &Place, limits: &Limits, look: bool) -> Vec<u8> {
    // The lane counts the first process's time; this is for its children, and well above,
    // since the kernel counts it in coarse ticks.
    let coarse_s = (limits.cpu_ms * 3 / 2).div_ceil(1000) + 1;
    let mut rlimits = json!({
        "RLIMIT_CPU": [coarse_s, coarse_s],
        "RLIMIT_FSIZE": [limits.file_bytes, limits.file_bytes],
        "RLIMIT_NOFILE": [limits.open_files, limits.open_files],
        "RLIMIT_CORE": [0, 0],
        "RLIMIT_MEMLOCK": [0, 0],
    });
    for (name, most) in &place.limits {
        rlimits[name] = json!([most, most]);
    }
    json!({"look": look, "run": {
        "user": place.user,
        "scratch": place.scratch,
        "cpu_s": limits.cpu_ms as f64 / 1000.0,
        "scratch_bytes": limits.scratch_bytes,
        "scratch_files": SCRATCH_FILES,
        "rlimits": rlimits,
    }})
    .to_string()
    .into_bytes()
}

/// Runs a payload in a place. An error means that the lane is lost, and nothing about the
/// payload. It is forked when it has one of the `turns`, and not before: what a run that waits
/// has copied lies in the caches of the one that computes. It gives the turn back with its last
/// word, when only its end is waited for.
pub(crate) async fn run(
    lane: &Lane,
    place: &Place,
    limits: &Limits,
    mut payload: Vec<u8>,
    key: ChannelKey,
    turns: &Turns,
    share: Share,
) -> io::Result<Seen> {
    let (ours, theirs) = stream_pair()?;
    let (output, output_end) = output_pipe()?;
    let mut output = pipe::Receiver::from_owned_fd(output)?;
    let closed = |_| io::Error::other("the sandbox has been closed");
    let turn = turns.take(share).await.map_err(closed)?;
    payload[TURN].copy_from_slice(&turn.share.header());
    let mut turn = Some(turn);
    lane.socket
        .send(&request(place, limits, false), &[theirs, output_end])
        .await?;
    // Both begin anew when the run greets, before any of the job's code: what it takes to make
    // and isolate a run is nobody's time but the sandbox's.
    let mut started = Instant::now();
    let wall_limit = Duration::from_millis(limits.wall_ms);
    let (mut reading, mut writing) = into_tokio(ours)?.into_split();
    // Most payloads fit into the socket at once.
    let sent = match writing.try_write(&payload) {
        Ok(sent) => sent,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
        Err(error) => return Err(error),
    };
    let (writing, sending) = if sent < payload.len() {
        let task = tokio::spawn(async move {
            // A run that ends before it has read everything says so by its end.
            let _not_read = writing.write_all(&payload[sent..]).await;
            writing
        });
        (None, Some(task))
    } else {
        (Some(writing), None)
    };

    let mut channel = Channel::new(key);
    let mut kept = Vec::new();
    let mut written: u64 = 0;
    let mut stopped = None;
    let mut answer: Option<Answer> = None;
    let (mut channel_open, mut output_open) = (true, true);
    let mut patience = started + wall_limit;
    let mut channel_buffer = vec![0; READ_AT_ONCE];
    let mut output_buffer = vec![0; READ_AT_ONCE];
    while answer.is_none() || channel_open || output_open {
        let stop = tokio::select! {
            packet = lane.socket.receive(), if answer.is_none() => {
                let packet = packet?;
                let parsed: Answer = serde_json::from_slice(&packet.bytes)?;
                if let Some(error) = parsed.error {
                    return Err(io::Error::other(error));
                }
                answer = Some(parsed);
                patience = Instant::now() + DRAINING;
                None
            }
            length = reading.read(&mut channel_buffer), if channel_open => {
                match length {
                    Ok(length @ 1..) => {
                        let is_first = !channel.greeted();
                        let believed = channel.take(&channel_buffer[..length]);
                        let is_going = answer.is_none() && stopped.is_none();
                        if is_first && channel.greeted() && is_going {
                            started = Instant::now();
                            patience = started + wall_limit;
                        }
                        (!believed).then_some(Stopped::Forgery)
                    }
                    Ok(0) | Err(_) => {
                        channel_open = false;
                        if channel.has_ended() {
                            turn.take();
                        }
                        None
                    }
                }
            }
            length = output.read(&mut output_buffer), if output_open => {
                match length {
                    Ok(length @ 1..) => {
                        written += length as u64;
                        let room = KEPT_OUTPUT.saturating_sub(kept.len());
                        kept.extend_from_slice(&output_buffer[..length.min(room)]);
                        (written > limits.output_bytes).then_some(Stopped::Output)
                    }
                    Ok(0) | Err(_) => { output_open = false; None }
                }
            }
            () = sleep_until(patience) => {
                if answer.is_some() {
                    return Err(io::Error::other("a run's descriptors outlived its processes"));
                }
                if stopped.is_some() {
                    return Err(io::Error::other("a lane did not end its run"));
                }
                Some(Stopped::Wall)
            }
        };
        if let (Some(reason), None, None) = (stop, stopped, &answer) {
            stopped = Some(reason);
            patience = Instant::now() + KILLING;
            lane.socket.send(br#"{"kill":true}"#, &[]).await?;
        } else if stopped.is_none() && stop == Some(Stopped::Output) {
            // The flood was still in the pipe when the run had already ended.
            stopped = stop;
        }
    }
    let wall = started.elapsed();
    drop(writing);
    if let Some(sending) = sending {
        sending.abort();
    }
    let answer = answer.ok_or_else(|| io::Error::other("no answer"))?;
    Ok(Seen {
        channel,
        output: kept,
        exit: exit_of(answer.status),
        stopped,
        over_cpu: answer.over_cpu,
        cpu: Duration::from_secs_f64((answer.user_s + answer.system_s).max(0.0)),
        wall,
    })
}

/// Rehearses a run in a place and says where in memory it has written to. An error means that
/// the lane is lost; a rehearsal that fails has nothing to say.
pub(crate) async fn rehearse(
    lane: &Lane,
    place: &Place,
    job: &Job,
    key: ChannelKey,
) -> io::Result<Vec<foresight::Pages>> {
    let payload = payload(job, &key)?;
    let (ours, theirs) = stream_pair()?;
    // Nobody reads what it prints, which is nothing.
    let (_output, output_end) = output_pipe()?;
    lane.socket
        .send(&request(place, &job.limits, true), &[theirs, output_end])
        .await?;
    let mut stream = into_tokio(ours)?;
    let mut channel = Channel::new(key);
    let rehearsal = async {
        stream.write_all(&payload).await?;
        let mut buffer = vec![0; READ_AT_ONCE];
        while !channel.has_ended() {
            let length = stream.read(&mut buffer).await?;
            if length == 0 || !channel.take(&buffer[..length]) {
                break;
            }
        }
        io::Result::Ok(())
    };
    // However it ends, it is looked at or it is not; and then it has to go.
    let _ended = timeout(Duration::from_millis(job.limits.wall_ms), rehearsal).await;
    let places = match lane.process {
        Some(process) if channel.has_ended() => foresight::written_by_run_of(process),
        _ => Vec::new(),
    };
    lane.socket.send(br#"{"kill":true}"#, &[]).await?;
    let packet = timeout(KILLING, lane.socket.receive()).await??;
    match serde_json::from_slice::<Answer>(&packet.bytes)?.error {
        Some(error) => Err(io::Error::other(error)),
        None => Ok(places),
    }
}

/// A wait status, as the kernel encodes it.
fn exit_of(status: i32) -> Exit {
    match status & 0x7f {
        0 => Exit::Status((status >> 8) & 0xff),
        signal => Exit::Signal(signal),
    }
}

fn into_tokio(socket: OwnedFd) -> io::Result<UnixStream> {
    let socket = StdUnixStream::from(socket);
    socket.set_nonblocking(true)?;
    UnixStream::from_std(socket)
}
