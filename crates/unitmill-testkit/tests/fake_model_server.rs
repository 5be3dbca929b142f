//! The fake model server as scripts start it.

#![expect(
    clippy::disallowed_methods,
    reason = "the program under test is a process"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use unitmill_testkit::AnswerRules;

const PROGRAM: &str = env!("CARGO_BIN_EXE_fake-model-server");

#[test]
fn it_prints_its_address_answers_and_ends_when_idle() {
    let mut server = Command::new(PROGRAM)
        .args(["--idle-exit-s", "1", "--model", "tiny"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    BufReader::new(server.stdout.take().expect("stdout is piped"))
        .read_line(&mut line)
        .expect("it prints its address");
    let address = line
        .trim()
        .strip_prefix("http://")
        .and_then(|rest| rest.strip_suffix("/v1"))
        .expect("a base URL");
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream
        .write_all(b"GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .expect("the request is sent");
    let mut response = String::new();
    stream
        .read_to_string(&mut response)
        .expect("the response is read");
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    assert!(response.contains(r#""id":"tiny""#), "{response}");
    assert!(server.wait().expect("it ends").success());
}

#[test]
fn unknown_options_are_refused_with_the_usage() {
    let output = Command::new(PROGRAM)
        .arg("--frobnicate")
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).expect("text");
    assert!(message.contains("unknown option --frobnicate"), "{message}");
    assert!(message.contains("Usage:"), "{message}");
}

#[test]
fn rules_are_read_from_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rules.jsonl");
    let rule = r#"{"model": "large", "when": ["first", "second"], "answers": ["A\n", "B"]}"#;
    std::fs::write(&path, format!("{rule}\n")).expect("written");
    AnswerRules::read(&path).expect("rules");
    std::fs::write(&path, format!("{rule}\n{{\"when\": 1}}\n")).expect("written");
    let error = AnswerRules::read(&path).expect_err("not a rule");
    assert!(
        error.to_string().contains("rules.jsonl: line 2: "),
        "{error}"
    );
}
