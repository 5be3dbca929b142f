//! The corpus of hostile programs: files with their expectation in the header, which
//! `sandbox/abuse/README.md` describes.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener};
use std::path::{Path, PathBuf};

use unitmill_model::{Job, Limits, Verdict};

use crate::support;

/// The folders, as the specification names the kinds of abuse.
pub(crate) const CLASSES: [&str; 5] = [
    "resources",
    "survivors",
    "reaching_out",
    "faked_success",
    "odd_input",
];

/// What a program may come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expectation {
    /// One of these.
    One(Vec<Verdict>),
    /// Anything but `passed`: Python versions differ in how such a program ends.
    NotPassed,
}

impl Expectation {
    pub(crate) fn allows(&self, verdict: Verdict) -> bool {
        match self {
            Self::One(verdicts) => verdicts.contains(&verdict),
            Self::NotPassed => verdict != Verdict::Passed,
        }
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(verdicts) => {
                let names: Vec<_> = verdicts.iter().map(Verdict::to_string).collect();
                formatter.write_str(&names.join(" or "))
            }
            Self::NotPassed => formatter.write_str("not passed"),
        }
    }
}

/// One file of the corpus.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// `class/name`.
    pub(crate) name: String,
    pub(crate) expectation: Expectation,
    /// A package without which it says nothing; or empty.
    pub(crate) needs: String,
    /// The first and the last minor version of Python 3 that it is for.
    versions: (u8, u8),
    limits: Limits,
    tests: Option<Vec<String>>,
    text: String,
}

impl Program {
    /// Reads a file's text; the error says what is wrong with its header.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, String> {
        let (header, body) = text
            .split_once("\n\n")
            .or_else(|| text.strip_suffix('\n').map(|header| (header, "")))
            .ok_or("the header ends with an empty line; there is none")?;
        let mut fields: BTreeMap<&str, &str> = BTreeMap::new();
        let mut replacements = Vec::new();
        for line in header.lines() {
            let (key, value) = line
                .strip_prefix("# ")
                .and_then(|line| line.split_once(": "))
                .ok_or_else(|| format!("`{line}` is not of the form `# Key: value`"))?;
            match key {
                "Replace" => replacements.push(replacement(value)?),
                "What" | "Expect" | "Limits" | "Tests" | "Needs" | "Python" => {
                    if fields.insert(key, value).is_some() {
                        return Err(format!("`{key}` is there twice"));
                    }
                }
                _ => return Err(format!("no header is called `{key}`")),
            }
        }
        for required in ["What", "Expect"] {
            if !fields.contains_key(required) {
                return Err(format!("`{required}` is missing"));
            }
        }
        let mut text = body.to_owned();
        for (mark, by) in replacements {
            if !text.contains(&mark) {
                return Err(format!("the program has no `{mark}` to replace"));
            }
            text = text.replace(&mark, &by);
        }
        Ok(Self {
            name: name.to_owned(),
            expectation: expectation(fields["Expect"])?,
            needs: fields.get("Needs").copied().unwrap_or("").to_owned(),
            versions: versions(fields.get("Python").copied().unwrap_or("3.0+"))?,
            limits: limits(fields.get("Limits").copied().unwrap_or(""))?,
            tests: fields
                .get("Tests")
                .map(|tests| tests.split_whitespace().map(str::to_owned).collect()),
            text,
        })
    }

    pub(crate) fn expects(&self, verdict: Verdict) -> bool {
        self.expectation.allows(verdict)
    }

    /// Whether it is a program for that version of Python.
    pub(crate) fn is_for(&self, (_, minor, _): (u8, u8, u8)) -> bool {
        (self.versions.0..=self.versions.1).contains(&minor)
    }

    /// Whether only one verdict will do.
    pub(crate) fn is_certain(&self) -> bool {
        matches!(&self.expectation, Expectation::One(verdicts) if verdicts.len() == 1)
    }

    /// The job, with the addresses that may not be reached put in their places.
    pub(crate) fn job(&self, reached: &Reached) -> Job {
        let text = reached.fill_in(&self.text);
        let expected = self.tests.clone().unwrap_or_else(|| {
            // As `exec` does: what cannot be parsed shows no tests.
            unitmill_python::enumerate_tests(&text).unwrap_or_else(|_| Vec::new())
        });
        let mut job = support::module(&text, &expected);
        job.limits = self.limits;
        if !self.needs.is_empty() {
            job.packages = vec![self.needs.clone()];
        }
        job
    }
}

fn expectation(text: &str) -> Result<Expectation, String> {
    if text == "not passed" {
        return Ok(Expectation::NotPassed);
    }
    text.split(" or ")
        .map(|name| {
            let mut known = Verdict::ALL.iter().copied();
            known
                .find(|verdict| verdict.to_string() == name)
                .ok_or_else(|| format!("`{name}` is no verdict"))
        })
        .collect::<Result<_, _>>()
        .map(Expectation::One)
}

/// `3.11+` or `3.11-3.12`.
fn versions(text: &str) -> Result<(u8, u8), String> {
    let wrong = || format!("`{text}` is not of the form `3.11+` or `3.11-3.12`");
    let (first, last) = match text.strip_suffix('+') {
        Some(first) => (first, None),
        None => {
            let (first, last) = text.split_once('-').ok_or_else(wrong)?;
            (first, Some(last))
        }
    };
    let minor = |version: &str| -> Result<u8, String> {
        let minor = version.strip_prefix("3.").ok_or_else(wrong)?;
        minor.parse().map_err(|_| wrong())
    };
    Ok((minor(first)?, last.map_or(Ok(u8::MAX), minor)?))
}

fn limits(text: &str) -> Result<Limits, String> {
    let mut limits = support::module("", &[]).limits;
    for part in text.split_whitespace() {
        let (name, value) = part
            .split_once('=')
            .ok_or_else(|| format!("`{part}` is not of the form `limit=number`"))?;
        let value: u64 = value
            .parse()
            .map_err(|_| format!("`{value}` is no whole number"))?;
        match name {
            "memory_mb" => limits.memory_bytes = value << 20,
            "wall_ms" => limits.wall_ms = value,
            "cpu_ms" => limits.cpu_ms = value,
            _ => return Err(format!("no limit is called `{name}`")),
        }
    }
    Ok(limits)
}

/// `@MARK@ = "text" * count`, the text as in JSON.
fn replacement(text: &str) -> Result<(String, String), String> {
    let wrong = || format!("`{text}` is not of the form `@MARK@ = \"text\" * count`");
    let (mark, by) = text.split_once(" = ").ok_or_else(wrong)?;
    let (by, count) = match by.rsplit_once("\" * ") {
        Some((by, count)) => (format!("{by}\""), count.parse().map_err(|_| wrong())?),
        None => (by.to_owned(), 1),
    };
    let by: String = serde_json::from_str(&by).map_err(|_| wrong())?;
    Ok((mark.to_owned(), by.repeat(count)))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sandbox/abuse")
}

fn read(class: &str) -> Vec<Program> {
    let folder = root().join(class);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a folder can be listed").path())
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            assert_eq!(path.extension().and_then(|name| name.to_str()), Some("py"));
            let stem = path.file_stem().and_then(|name| name.to_str());
            let name = format!("{class}/{}", stem.expect("a name of this project is UTF-8"));
            let text = std::fs::read_to_string(&path).expect("a program is UTF-8");
            Program::parse(&name, &text).unwrap_or_else(|error| panic!("{name}: {error}"))
        })
        .collect()
}

/// All programs, or those that `UNITMILL_TEST_ABUSE` is part of the name of.
pub(crate) fn classes() -> Vec<Program> {
    let wanted = std::env::var("UNITMILL_TEST_ABUSE").unwrap_or_default();
    let all = CLASSES.iter().flat_map(|class| read(class));
    all.filter(|program| program.name.contains(&wanted))
        .collect()
}

/// The programs of a class that need no package.
pub(crate) fn class(class: &str) -> Vec<Program> {
    let mut programs = classes();
    programs.retain(|program| {
        program.needs.is_empty() && program.name.split('/').next() == Some(class)
    });
    programs
}

/// The programs that need a package.
pub(crate) fn needing(package: &str) -> Vec<Program> {
    let mut programs = classes();
    programs.retain(|program| program.needs == package);
    programs
}

/// Sockets of the host that no program may get through to.
pub(crate) struct Reached {
    stream: TcpListener,
    stream6: Option<TcpListener>,
    datagram: Option<UdpSocket>,
    path: PathBuf,
    unix: UnixListener,
    abstract_name: String,
    abstract_stream: UnixListener,
    abstract_datagram: UnixDatagram,
    _folder: tempfile::TempDir,
}

impl Reached {
    pub(crate) fn listen() -> std::io::Result<Self> {
        let stream = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = stream.local_addr()?.port();
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("socket");
        let abstract_name = format!("unitmill-test-{}-{port}", std::process::id());
        let address = SocketAddr::from_abstract_name(&abstract_name)?;
        let datagrams = SocketAddr::from_abstract_name(format!("{abstract_name}-datagrams"))?;
        let reached = Self {
            // Not every machine has IPv6, and the port may be taken there.
            stream6: TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).ok(),
            datagram: UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).ok(),
            unix: UnixListener::bind(&path)?,
            abstract_stream: UnixListener::bind_addr(&address)?,
            abstract_datagram: UnixDatagram::bind_addr(&datagrams)?,
            stream,
            path,
            abstract_name,
            _folder: folder,
        };
        reached.stream.set_nonblocking(true)?;
        reached.unix.set_nonblocking(true)?;
        reached.abstract_stream.set_nonblocking(true)?;
        reached.abstract_datagram.set_nonblocking(true)?;
        if let Some(stream) = &reached.stream6 {
            stream.set_nonblocking(true)?;
        }
        if let Some(datagram) = &reached.datagram {
            datagram.set_nonblocking(true)?;
        }
        Ok(reached)
    }

    fn fill_in(&self, text: &str) -> String {
        let port = |listener: &TcpListener| {
            let address = listener.local_addr();
            address.map_or(1, |address| address.port()).to_string()
        };
        text.replace("@PORT@", &port(&self.stream))
            .replace(
                "@PORT6@",
                &self.stream6.as_ref().map_or("1".to_owned(), port),
            )
            .replace("@UNIX@", &self.path.display().to_string())
            .replace("@ABSTRACT@", &self.abstract_name)
    }

    /// How many connections and datagrams came.
    pub(crate) fn visits(&self) -> usize {
        let mut byte = [0];
        usize::from(self.stream.accept().is_ok())
            + usize::from(
                self.stream6
                    .as_ref()
                    .is_some_and(|one| one.accept().is_ok()),
            )
            + usize::from(self.unix.accept().is_ok())
            + usize::from(self.abstract_stream.accept().is_ok())
            + usize::from(self.abstract_datagram.recv(&mut byte).is_ok())
            + usize::from(
                self.datagram
                    .as_ref()
                    .is_some_and(|one| one.recv(&mut byte).is_ok()),
            )
    }
}
