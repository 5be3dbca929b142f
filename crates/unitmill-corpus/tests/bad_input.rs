//! Files that no corpus should hold and every corpus does: each is a reject with its
//! reason, none stops the others, none hangs.
#![cfg(unix)]

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;

use unitmill_corpus::plan_inputs;

mod support;

use support::{list, sources, spec, write};

#[test]
fn texts() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let files: [(&str, &[u8]); 10] = [
        ("bom.py", b"\xef\xbb\xbfx = 1\n"),
        ("cookie.py", b"# -*- coding: latin-1 -*-\nx = '\xe9'\n"),
        ("crlf.py", b"def f(x):\r\n    return x\r\n"),
        ("form_feed.py", b"x = 1\n\x0cy = 2\n"),
        ("invalid.py", b"x = '\xff\xfe'\n"),
        ("nul.py", b"x = 1\0\n"),
        ("one_line.py", &[b'#'; 4_000]),
        ("python2.py", b"print 'x'\n"),
        ("utf16.py", b"\xff\xfex\0 \0=\0 \x001\0\n\0"),
        ("white.py", b"\x0c\n\n"),
    ];
    for (name, bytes) in files {
        write(&root.join(name), bytes);
    }
    insta::assert_snapshot!(list(&sources(&spec(root))), @r##"
    bom.py [- -] "x = 1\n"
    cookie.py [- -] "# -*- coding: latin-1 -*-\nx = 'é'\n"
    crlf.py [- -] "def f(x):\r\n    return x\r\n"
    form_feed.py [- -] "x = 1\n\u{c}y = 2\n"
    invalid.py [- -] undecodable: not UTF-8 at byte 5, and no encoding is declared
    nul.py [- -] undecodable: holds a NUL byte
    one_line.py [- -] too_large: 4000 bytes, limit 1000
    python2.py [- -] "print 'x'\n"
    utf16.py [- -] undecodable: UTF-16, which Python does not read
    white.py [- -] empty_file: no source text
    "##);
}

#[test]
fn one_line_of_fifty_megabytes_is_read_no_further_than_its_limit() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let file = std::fs::File::create(root.join("long.py")).expect("the file");
    file.set_len(50 << 20).expect("a sparse file");
    let long = format!(
        "{{\"content\": \"{}\"}}\n{{\"content\": \"x = 1\"}}\n",
        "x".repeat(50 << 20)
    );
    write(&root.join("long.jsonl"), long);
    insta::assert_snapshot!(list(&sources(&spec(root))), @r#"
    long.jsonl#1 [- -] too_large: the row itself is too long
    long.jsonl#2 [- -] "x = 1"
    long.py [- -] too_large: 52428800 bytes, limit 1000
    "#);
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test, and the standard library makes no pipes that have names"
)]
fn what_is_no_file_neither_hangs_nor_vanishes() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    write(&root.join("good.py"), "x = 1\n");
    write(&root.join(OsStr::from_bytes(b"caf\xe9.py")), "x = 1\n");
    let _listener =
        std::os::unix::net::UnixListener::bind(root.join("socket.py")).expect("a socket");
    let pipe = std::process::Command::new("mkfifo")
        .arg(root.join("pipe.py"))
        .status();
    assert!(pipe.expect("mkfifo is there").success());
    symlink("/dev/zero", root.join("device.py")).expect("a link");
    symlink(root.join("self.py"), root.join("self.py")).expect("a link to itself");
    symlink(root, root.join("folder.py")).expect("a link to its own folder");
    symlink(root.join("good.py"), root.join("twin.py")).expect("a link");
    insta::assert_snapshot!(list(&sources(&spec(root))), @r#"
    caf�.py [- -] unreadable: its name is not UTF-8; rename it
    device.py [- -] unreadable: a pipe, a socket or a device
    good.py [- -] "x = 1\n"
    pipe.py [- -] unreadable: a pipe, a socket or a device
    self.py [- -] unreadable: Too many levels of symbolic links (os error 40)
    socket.py [- -] unreadable: a pipe, a socket or a device
    twin.py [- -] "x = 1\n"
    "#);
    let error = plan_inputs(&[spec(&root.join("pipe.py"))]).expect_err("must fail");
    insta::assert_snapshot!(
        error.to_string().replace(&*root.to_string_lossy(), "ROOT"),
        @"input `ROOT/pipe.py` is neither a file nor a folder"
    );
}
