//! The native backend: slots, zygotes and the life of a job.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OnceCell, RwLock, Semaphore};
use unitmill_jail::Janitor;
use unitmill_model::{
    CoveredFile, Digest, DigestBuilder, Isolation, Job, JobKind, Limits, Observation, Outcome,
    TestOrder, TestStatus, Verdict,
};

use crate::SandboxSettings;
use crate::cgroup::SlotGroup;
use crate::channel::{ChannelKey, Record};
use crate::error::SandboxError;
use crate::foresight;
use crate::guest;
use crate::nursery::Nursery;
use crate::profile::Profile;
use crate::run::{self, Seen};
use crate::scrub::{DETAIL_BYTES, cut, scrub};
use crate::turns::{Share, Turns};
use crate::verdict::{Evidence, Exit};
use crate::walls::{USERS, Walls};
use crate::wire::Keeper;
use crate::zygote::Zygote;

/// Exit status of a run that could not be isolated; see `lane.py`.
const NOT_ISOLATED: i32 = 113;

/// Tells the sandboxes of one process apart.
static NUMBER: AtomicUsize = AtomicUsize::new(0);

pub(crate) struct Native {
    settings: SandboxSettings,
    program: PathBuf,
    keeper: Keeper,
    janitor: Mutex<Option<Janitor>>,
    folders: Vec<String>,
    random: Mutex<File>,
    slots: Mutex<Vec<Slot>>,
    /// A permit for every slot.
    free: Semaphore,
    /// A permit for every run that computes; others may have done so and be on their way out.
    turns: Turns,
    /// Shared by runs; held alone by the repetition of a run that timed out.
    company: RwLock<()>,
    /// The jails, by hash seed.
    nurseries: Mutex<HashMap<u32, Arc<OnceCell<Arc<Nursery>>>>>,
    zygotes: Mutex<HashMap<Key, Entry>>,
    clock: AtomicU64,
    digest: Digest,
    /// After everything that runs inside of them.
    walls: Walls,
}

#[derive(Debug)]
struct Slot {
    index: usize,
    /// The processors that it is on.
    share: Share,
    group: SlotGroup,
    /// Processes that the kernel has ended in the group for want of memory, as of its last run.
    memory_kills: u64,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Key {
    profile: Profile,
    hash_seed: u32,
}

#[derive(Clone)]
struct Entry {
    zygote: Arc<OnceCell<Zygote>>,
    last_use: u64,
}

/// A run that came to nothing, and whether trying again makes sense.
enum Failure {
    Lost(String),
    Error(SandboxError),
}

/// Gives a slot back, however its run ends.
struct Lease<'a> {
    native: &'a Native,
    slot: Option<Slot>,
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.native
                .slots
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(slot);
        }
    }
}

impl Native {
    pub(crate) async fn open(settings: SandboxSettings) -> Result<Self, SandboxError> {
        let jobs = settings.jobs.max(1);
        let most = USERS as usize - 1;
        if jobs > most {
            return Err(SandboxError::TooManyJobs { jobs, most });
        }
        let program = match &settings.jail_program {
            Some(program) => program.clone(),
            None => std::env::current_exe()
                .map_err(SandboxError::plumbing("find this program's own file"))?,
        };
        // While one run is being cleared away, the next has been forked and may begin.
        let places = (jobs * 2).min(most);
        let walls = Walls::choose(settings.isolation, &settings.environment, places)?;
        walls.groups.prepare()?;
        walls
            .groups
            .sweep()
            .map_err(SandboxError::plumbing("sweep old control groups"))?;
        let mut janitor = Janitor::start(&program).map_err(|source| SandboxError::Program {
            program: program.clone(),
            source,
        })?;
        if let Some(folder) = walls.folder() {
            janitor
                .remove_tree_later(folder)
                .map_err(SandboxError::plumbing("tell the janitor"))?;
        }
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("unitmill-{}-{number}", std::process::id());
        let mut slots = Vec::new();
        for index in 0..places {
            let (group, made) = walls.groups.make(&name, index)?;
            for folder in made {
                janitor
                    .remove_later(&folder)
                    .map_err(SandboxError::plumbing("tell the janitor"))?;
            }
            slots.push(Slot {
                index,
                share: Share::of_slot(index, jobs),
                group,
                memory_kills: 0,
            });
        }
        let random =
            File::open("/dev/urandom").map_err(SandboxError::plumbing("open /dev/urandom"))?;
        let digest = DigestBuilder::new("sandbox")
            .push("native")
            .push(settings.isolation.as_str())
            .push(settings.environment.digest().as_bytes())
            .push(guest::harness_digest().as_bytes())
            .push(guest::policy_digest(settings.isolation).as_bytes())
            .push(settings.hash_seeds.max(1).to_le_bytes())
            .finish();
        let native = Self {
            program,
            keeper: Keeper::start()?,
            janitor: Mutex::new(Some(janitor)),
            folders: hidden_folders(&settings, &walls, places),
            random: Mutex::new(random),
            free: Semaphore::new(slots.len()),
            turns: Turns::new(jobs),
            slots: Mutex::new(slots),
            company: RwLock::new(()),
            nurseries: Mutex::new(HashMap::new()),
            zygotes: Mutex::new(HashMap::new()),
            clock: AtomicU64::new(0),
            digest,
            settings,
            walls,
        };
        // What cannot isolate should say so now, not after the first tokens are spent.
        let first = Key {
            profile: Profile::default(),
            hash_seed: 0,
        };
        native.zygote(&native.entry(&first), &first).await?;
        Ok(native)
    }

    /// How runs are limited, for a person.
    pub(crate) fn mode(&self) -> String {
        self.walls.describe()
    }

    pub(crate) fn isolation(&self) -> Isolation {
        self.settings.isolation
    }

    pub(crate) fn digest(&self) -> Digest {
        self.digest
    }

    pub(crate) fn execution_key(&self, job: &Job) -> Digest {
        let mut key = DigestBuilder::new("execution");
        key.push(job.version.to_le_bytes())
            .push(self.digest.as_bytes())
            .push((job.files.len() as u64).to_le_bytes());
        for file in &job.files {
            key.push(&file.name).push(&file.content);
        }
        key.push(&job.entry)
            .push((job.expected_tests.len() as u64).to_le_bytes());
        for test in &job.expected_tests {
            key.push(test);
        }
        match &job.kind {
            JobKind::Verdict => key.push("verdict"),
            JobKind::Coverage => key.push("coverage"),
            JobKind::Observe { calls, lines } => {
                key.push(if *lines { "observe lines" } else { "observe" });
                for call in calls {
                    key.push(&call.setup)
                        .push(&call.expression)
                        .push((call.arguments.len() as u64).to_le_bytes());
                    for argument in &call.arguments {
                        key.push(argument);
                    }
                }
                &mut key
            }
        };
        let limits = &job.limits;
        for limit in [
            limits.wall_ms,
            limits.cpu_ms,
            limits.memory_bytes,
            u64::from(limits.processes),
            u64::from(limits.open_files),
            limits.file_bytes,
            limits.scratch_bytes,
            limits.output_bytes,
            u64::from(job.seed),
        ] {
            key.push(limit.to_le_bytes());
        }
        match job.order {
            TestOrder::AsLoaded => key.push("as loaded"),
            TestOrder::Reversed => key.push("reversed"),
            TestOrder::Shuffled(number) => key.push("shuffled").push(number.to_le_bytes()),
        };
        key.finish()
    }

    pub(crate) async fn run(&self, job: &Job) -> Result<Outcome, SandboxError> {
        check(job)?;
        let key = Key {
            profile: Profile::for_job(job, self.settings.environment.import_roots()),
            hash_seed: job.seed % self.settings.hash_seeds.max(1),
        };
        let closed = |_| SandboxError::Lost {
            detail: "the sandbox has been closed".to_owned(),
        };
        // Held until after the lease has given its slot back: there is a slot for every permit.
        let _permit = self.free.acquire().await.map_err(closed)?;
        let mut lease = Lease {
            native: self,
            slot: self.take_slot(),
        };
        let Some(slot) = &mut lease.slot else {
            unreachable!("there is a slot for every permit");
        };
        // Among others a run may take twice its wall time: one that computes then ends at its
        // CPU limit, which is the same however busy the machine is.
        let patient = Job {
            limits: Limits {
                wall_ms: job.limits.wall_ms.saturating_mul(2),
                ..job.limits
            },
            ..job.clone()
        };
        let company = self.company.read().await;
        let first = self.attempt_twice(slot, &key, &patient).await?;
        drop(company);
        let (seen, out_of_memory) = match first {
            (seen, memory) if is_overdue(&seen, memory, job) => {
                let _alone = self.company.write().await;
                self.attempt_twice(slot, &key, job).await?
            }
            other => other,
        };
        Ok(self.outcome(job, &seen, out_of_memory))
    }

    /// A free slot where the fewest runs are.
    fn take_slot(&self) -> Option<Slot> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = vec![0_usize; self.settings.jobs.max(1)];
        for slot in slots.iter() {
            free[usize::from(slot.share.number)] += 1;
        }
        let best = (0..slots.len()).max_by_key(|&at| {
            let slot = &slots[at];
            let there = free[usize::from(slot.share.number)];
            (there, std::cmp::Reverse(slot.index))
        })?;
        Some(slots.swap_remove(best))
    }

    async fn attempt_twice(
        &self,
        slot: &mut Slot,
        key: &Key,
        job: &Job,
    ) -> Result<(Seen, bool), SandboxError> {
        match self.attempt(slot, key, job).await {
            Ok(result) => return Ok(result),
            Err(Failure::Error(error)) => return Err(error),
            Err(Failure::Lost(_)) => {}
        }
        match self.attempt(slot, key, job).await {
            Ok(result) => Ok(result),
            Err(Failure::Error(error)) => Err(error),
            Err(Failure::Lost(detail)) => Err(SandboxError::Lost { detail }),
        }
    }

    async fn attempt(
        &self,
        slot: &mut Slot,
        key: &Key,
        job: &Job,
    ) -> Result<(Seen, bool), Failure> {
        let entry = self.entry(key);
        let zygote = match self.zygote(&entry, key).await {
            Ok(zygote) => zygote,
            Err(SandboxError::Lost { detail }) => {
                self.forget(key, &entry);
                return Err(Failure::Lost(detail));
            }
            Err(error) => return Err(Failure::Error(error)),
        };
        let rehearsed = zygote
            .foresee(async || self.rehearse(slot, zygote).await)
            .await;
        match rehearsed {
            Ok(()) => {}
            Err(SandboxError::Lost { detail }) => {
                self.forget(key, &entry);
                return Err(Failure::Lost(detail));
            }
            Err(error) => return Err(Failure::Error(error)),
        }
        let group = &mut slot.group;
        group
            .set_limits(&job.limits, self.settings.zygotes.max(1) as u64)
            .map_err(Failure::Error)?;
        let lane = match zygote.lend(slot.index, slot.share, || group.doors()).await {
            Ok(lane) => lane,
            Err(SandboxError::Lost { detail }) => {
                self.forget(key, &entry);
                return Err(Failure::Lost(detail));
            }
            Err(error) => return Err(Failure::Error(error)),
        };
        let channel_key = self.draw().map_err(Failure::Error)?;
        let payload = run::payload(job, &channel_key)
            .map_err(|error| Failure::Error(SandboxError::Job(error.to_string())))?;
        let idle = zygote.address_space();
        let place = self.walls.place(slot.index, &job.limits, idle);
        self.walls.clear(slot.index).await.map_err(Failure::Error)?;
        let seen = run::run(
            &lane,
            &place,
            &job.limits,
            payload,
            channel_key,
            &self.turns,
            slot.share,
        )
        .await;
        if seen.is_ok() {
            // Of a run that was lost something may still be running for a moment.
            self.walls.clear(slot.index).await.map_err(Failure::Error)?;
        }
        let kills = slot.group.memory_kills().map_err(Failure::Error)?;
        let out_of_memory = kills > std::mem::replace(&mut slot.memory_kills, kills);
        let seen = match seen {
            Ok(seen) => {
                zygote.give_back(slot.index, lane);
                seen
            }
            // The kernel chose the lane, whose memory is the run's, instead of the run.
            Err(_) if out_of_memory => lost_to_memory(),
            Err(error) => {
                let detail = format!("{error}; {}", zygote.last_words());
                self.forget(key, &entry);
                return Err(Failure::Lost(detail));
            }
        };
        if seen.exit == Exit::Status(NOT_ISOLATED) && !seen.channel.greeted() {
            let output = String::from_utf8_lossy(&seen.output);
            return Err(Failure::Error(SandboxError::CannotIsolate {
                missing: output.trim().lines().last().unwrap_or("a run").to_owned(),
                remedy: "see `unitmill doctor`".to_owned(),
            }));
        }
        if evidence(job, &seen, out_of_memory).is_lost() {
            return Err(Failure::Lost(format!(
                "its first process ended ({:?}) before or outside of any of its doing: {}",
                seen.exit,
                String::from_utf8_lossy(&seen.output)
            )));
        }
        Ok((seen, out_of_memory))
    }

    /// Where in memory the runs of a zygote write to, seen in a lane of its own: those that jobs
    /// run on are all to have the same behind them.
    async fn rehearse(
        &self,
        slot: &mut Slot,
        zygote: &Zygote,
    ) -> Result<Vec<foresight::Pages>, SandboxError> {
        let job = foresight::rehearsal();
        let key = self.draw()?;
        slot.group
            .set_limits(&job.limits, self.settings.zygotes.max(1) as u64)?;
        let place = self
            .walls
            .place(slot.index, &job.limits, zygote.address_space());
        self.walls.clear(slot.index).await?;
        let group = &slot.group;
        let lane = zygote.fork_lane(slot.share, || group.doors()).await?;
        let places = if lane.foresees {
            run::rehearse(&lane, &place, &job, key).await
        } else {
            Ok(Vec::new())
        };
        // Whatever that took is not the next run's.
        slot.memory_kills = slot.group.memory_kills()?;
        places.map_err(|error| SandboxError::Lost {
            detail: format!("rehearsing a run: {error}; {}", zygote.last_words()),
        })
    }

    /// The entry of a zygote that may yet have to be started; makes room for it.
    fn entry(&self, key: &Key) -> Entry {
        let now = self.clock.fetch_add(1, Ordering::Relaxed);
        let mut zygotes = self.zygotes.lock().unwrap_or_else(PoisonError::into_inner);
        if !zygotes.contains_key(key) {
            while zygotes.len() >= self.settings.zygotes.max(1) {
                // Whatever is in use stays; it then is one more for a while.
                let oldest = zygotes
                    .iter()
                    .filter(|(_, entry)| Arc::strong_count(&entry.zygote) == 1)
                    .min_by_key(|(_, entry)| entry.last_use)
                    .map(|(key, _)| key.clone());
                match oldest {
                    Some(oldest) => zygotes.remove(&oldest),
                    None => break,
                };
            }
        }
        let entry = zygotes.entry(key.clone()).or_insert_with(|| Entry {
            zygote: Arc::new(OnceCell::new()),
            last_use: now,
        });
        entry.last_use = now;
        entry.clone()
    }

    async fn zygote<'a>(&self, entry: &'a Entry, key: &Key) -> Result<&'a Zygote, SandboxError> {
        entry
            .zygote
            .get_or_try_init(|| async {
                let nursery = self.nursery(key.hash_seed).await?;
                Zygote::hatch(nursery, &key.profile.groups()).await
            })
            .await
    }

    async fn nursery(&self, hash_seed: u32) -> Result<Arc<Nursery>, SandboxError> {
        let cell = Arc::clone(
            self.nurseries
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(hash_seed)
                .or_default(),
        );
        let environment = &self.settings.environment;
        let nursery = cell
            .get_or_try_init(|| async {
                let spec = self.walls.spec(environment, hash_seed);
                Nursery::start(&self.keeper, &self.program, spec, environment.name())
                    .await
                    .map(Arc::new)
            })
            .await?;
        Ok(Arc::clone(nursery))
    }

    /// Takes a dead zygote out of use, unless another run has done so already; and the
    /// nursery that it came from, which may be what is ill.
    fn forget(&self, key: &Key, entry: &Entry) {
        let mut zygotes = self.zygotes.lock().unwrap_or_else(PoisonError::into_inner);
        if zygotes
            .get(key)
            .is_some_and(|known| Arc::ptr_eq(&known.zygote, &entry.zygote))
        {
            zygotes.remove(key);
            self.nurseries
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&key.hash_seed);
        }
    }

    fn draw(&self) -> Result<ChannelKey, SandboxError> {
        let mut bytes = [0; 32];
        self.random
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .read_exact(&mut bytes)
            .map_err(SandboxError::plumbing("draw a key"))?;
        Ok(ChannelKey::new(bytes))
    }

    fn outcome(&self, job: &Job, seen: &Seen, out_of_memory: bool) -> Outcome {
        let judgement = evidence(job, seen, out_of_memory).judge();
        let clean = |text: &str| cut(scrub(text, &self.folders), DETAIL_BYTES);
        let mut tests = judgement.tests;
        for test in &mut tests {
            test.message = clean(&test.message);
        }
        let real = |status: TestStatus| {
            tests
                .iter()
                .filter(|test| test.status == status && !test.id.contains(" ("))
                .count() as u32
        };
        let tests_passed = real(TestStatus::Passed);
        let tests_run = tests_passed + real(TestStatus::Failed) + real(TestStatus::Error);
        let mut outcome = Outcome {
            verdict: judgement.verdict,
            tests_run,
            tests_passed,
            detail: clean(&judgement.detail),
            output: scrub(&String::from_utf8_lossy(&seen.output), &self.folders),
            observations: Vec::new(),
            coverage: None,
            duration_ms: seen.wall.as_millis() as u64,
            tests,
        };
        self.add_data(job, seen, &mut outcome);
        outcome
    }

    fn add_data(&self, job: &Job, seen: &Seen, outcome: &mut Outcome) {
        let data = seen
            .channel
            .records
            .iter()
            .filter_map(|record| match record {
                Record::Data { data } => Some(data),
                _ => None,
            });
        let mut malformed = false;
        for text in data {
            match job.kind {
                JobKind::Observe { .. } => match serde_json::from_str::<Observation>(text) {
                    Ok(observation) => outcome.observations.push(self.scrubbed(observation)),
                    Err(_) => malformed = true,
                },
                JobKind::Coverage => match serde_json::from_str::<CoveredFile>(text) {
                    Ok(covered) => outcome.coverage = Some(covered),
                    Err(_) => malformed = true,
                },
                JobKind::Verdict => malformed = true,
            }
        }
        if malformed && outcome.verdict >= Verdict::Tampered {
            outcome.verdict = Verdict::Tampered;
            outcome.detail = "what the harness collected was changed on its way".to_owned();
        }
    }

    fn scrubbed(&self, mut observation: Observation) -> Observation {
        let clean = |text: &mut String| *text = scrub(text, &self.folders);
        clean(&mut observation.message);
        clean(&mut observation.printed);
        for value in observation
            .value
            .iter_mut()
            .chain(&mut observation.arguments)
        {
            clean(&mut value.repr);
            for one in &mut value.traits {
                clean(&mut one.value.repr);
            }
        }
        observation
    }

    pub(crate) async fn close(self) -> Result<(), SandboxError> {
        self.free.close();
        self.turns.close();
        drop(self.zygotes);
        drop(self.nurseries);
        let janitor = self
            .janitor
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(janitor) = janitor {
            tokio::task::spawn_blocking(|| janitor.dismiss())
                .await
                .map_err(|error| SandboxError::Plumbing {
                    step: "wait for the janitor",
                    source: std::io::Error::other(error),
                })?
                .map_err(SandboxError::plumbing("clean up control groups"))?;
        }
        Ok(())
    }
}

fn evidence<'a>(job: &'a Job, seen: &'a Seen, out_of_memory: bool) -> Evidence<'a> {
    Evidence {
        channel: &seen.channel,
        exit: seen.exit,
        stopped: seen.stopped,
        cpu: seen.cpu,
        over_cpu: seen.over_cpu,
        out_of_memory,
        limits: &job.limits,
        expected: &job.expected_tests,
        kind: &job.kind,
    }
}

/// Whether a run took longer than its wall time and neither the CPU limit nor the memory
/// limit was why. Its neighbours may have been, so it is to be repeated alone.
fn is_overdue(seen: &Seen, out_of_memory: bool, job: &Job) -> bool {
    let limit = std::time::Duration::from_millis(job.limits.wall_ms);
    seen.wall > limit && !out_of_memory && !evidence(job, seen, out_of_memory).is_cpu_timeout()
}

/// A run of which nothing is known but that the kernel ended it for want of memory.
fn lost_to_memory() -> Seen {
    Seen {
        channel: crate::channel::Channel::new(ChannelKey::new([0; 32])),
        output: Vec::new(),
        exit: Exit::Signal(9),
        stopped: None,
        cpu: std::time::Duration::ZERO,
        over_cpu: false,
        wall: std::time::Duration::ZERO,
    }
}

/// Folders whose names say where something ran; replaced by nothing in every text.
fn hidden_folders(settings: &SandboxSettings, walls: &Walls, places: usize) -> Vec<String> {
    let environment = &settings.environment;
    let mut folders: Vec<String> = environment
        .search_path()
        .iter()
        .map(PathBuf::as_path)
        .chain([
            environment.standard_library(),
            environment.root(),
            environment.base_prefix(),
        ])
        .map(|folder| format!("{}/", folder.display()))
        .chain(walls.hidden_folders(places))
        .collect();
    folders.sort_by_key(|folder| std::cmp::Reverse(folder.len()));
    folders.dedup();
    folders
}

fn check(job: &Job) -> Result<(), SandboxError> {
    let entry = format!("{}.py", job.entry);
    if !job.files.iter().any(|file| file.name == entry) {
        return Err(SandboxError::Job(format!(
            "its entry `{}` is not among its files",
            job.entry
        )));
    }
    for file in &job.files {
        if file.name.is_empty()
            || file.name == "."
            || file.name == ".."
            || file.name.contains(['/', '\0'])
        {
            return Err(SandboxError::Job(format!(
                "`{}` is not a plain file name",
                file.name.escape_debug()
            )));
        }
    }
    Ok(())
}
