//! Tar and zip archives as PyPI ships them, and as nobody should.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;

use tar::{EntryType, Header};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

mod support;

use support::{gzip, list, sources, spec, write};

const METADATA: &str = "Metadata-Version: 2.4\nName: Tool\nLicense-Expression: MIT\n\nText\n";

/// A tar archive; names are written as they are.
#[derive(Default)]
struct Tar(Vec<u8>);

impl Tar {
    fn entry(mut self, name: &[u8], kind: EntryType, size: u64, content: &[u8]) -> Self {
        let mut header = Header::new_ustar();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name);
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mode(0o644);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn file(self, name: &str, content: &[u8]) -> Self {
        self.entry(
            name.as_bytes(),
            EntryType::Regular,
            content.len() as u64,
            content,
        )
    }

    fn end(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0
    }
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .expect("a member");
        writer.write_all(content).expect("its content");
    }
    writer.finish().expect("an archive").into_inner()
}

fn read(path: &Path) -> String {
    list(&sources(&spec(path)))
}

#[test]
fn distributions_are_read_with_their_licence() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let long = format!("tool-1.0/{}/deep.py", "package/".repeat(20));
    let sdist = Tar::default()
        .entry(b"tool-1.0/", EntryType::Directory, 0, b"")
        .file("tool-1.0/tool/a.py", b"a = 1\n")
        .file("tool-1.0/README.md", b"not source")
        .entry(
            b"././@LongLink",
            EntryType::GNULongName,
            long.len() as u64,
            long.as_bytes(),
        )
        .file("tool-1.0/package/package", b"deep = 1\n")
        .entry(
            b"pax",
            EntryType::XHeader,
            28,
            b"28 path=tool-1.0/tool/\xc3\xa9.py\n",
        )
        .file("tool-1.0/tool/e.py", b"accented = 1\n")
        // Where flit and hatch put it.
        .file("tool-1.0/PKG-INFO", METADATA.as_bytes())
        .end();
    write(&root.join("tool-1.0.tar.gz"), gzip(&sdist));
    write(&root.join("tool.tar"), &sdist);
    write(
        &root.join("tool.tar.zst"),
        zstd::encode_all(&sdist[..], 1).expect("writing to memory"),
    );
    let wheel = zip(&[
        ("tool/a.py", b"a = 1\n"),
        ("tool/b.so", b"\x7fELF"),
        ("tool/nested.zip", b"PK"),
        ("tool-1.0.dist-info/METADATA", METADATA.as_bytes()),
    ]);
    write(&root.join("tool-1.0-py3-none-any.whl"), wheel);
    write(&root.join("plain.zip"), zip(&[("main.py", b"m = 1\n")]));
    let expected = list(&sources(&spec(&root.join("tool-1.0.tar.gz"))));
    insta::assert_snapshot!(expected, @r#"
    tool-1.0/tool/a.py [Tool MIT] "a = 1\n"
    tool-1.0/package/package/package/package/package/package/package/package/package/package/package/package/package/package/package/package/package/package/package/package//deep.py [Tool MIT] "deep = 1\n"
    tool-1.0/tool/é.py [Tool MIT] "accented = 1\n"
    "#);
    assert_eq!(read(&root.join("tool.tar")), expected);
    assert_eq!(read(&root.join("tool.tar.zst")), expected);
    insta::assert_snapshot!(read(&root.join("tool-1.0-py3-none-any.whl")), @r#"tool/a.py [Tool MIT] "a = 1\n""#);
    insta::assert_snapshot!(read(&root.join("plain.zip")), @r#"main.py [plain -] "m = 1\n""#);
}

#[test]
fn what_no_archive_should_hold_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bad.tar");
    let archive = Tar::default()
        .file("/etc/absolute.py", b"x = 1\n")
        .file("pkg/../../out.py", b"x = 1\n")
        .entry(b"pkg/\xff.py", EntryType::Regular, 6, b"x = 1\n")
        .entry(b"pkg/link.py", EntryType::Symlink, 0, b"")
        .entry(b"pkg/hard.py", EntryType::Link, 600, b"")
        .entry(b"pkg/pipe.py", EntryType::Fifo, 0, b"")
        .entry(b"pkg/device.py", EntryType::Char, 0, b"")
        .file("pkg/twice.py", b"first = 1\n")
        .file("pkg/twice.py", b"second = 1\n")
        .file("pkg/latin.py", b"x = '\xe9'\n")
        .file("pkg/large.py", &b"x = 1\n".repeat(300))
        .file("pkg/last.py", b"last = 1\n")
        .end();
    write(&path, archive);
    let before: Vec<_> = fs::read_dir(folder.path()).expect("a folder").collect();
    insta::assert_snapshot!(read(&path), @r#"
    /etc/absolute.py [bad -] unsafe_name: the member's name is absolute
    pkg/../../out.py [bad -] unsafe_name: the member's name leads out of the archive
    pkg/�.py [bad -] unsafe_name: the member's name is not UTF-8
    pkg/link.py [bad -] not_a_file: a link inside the archive
    pkg/hard.py [bad -] not_a_file: a link inside the archive
    pkg/pipe.py [bad -] not_a_file: a pipe, a device or of an unknown kind
    pkg/device.py [bad -] not_a_file: a pipe, a device or of an unknown kind
    pkg/twice.py [bad -] "first = 1\n"
    pkg/twice.py [bad -] repeated_member: the archive has another member of this name
    pkg/latin.py [bad -] undecodable: not UTF-8 at byte 5, and no encoding is declared
    pkg/large.py [bad -] too_large: 1800 bytes, limit 1000
    pkg/last.py [bad -] "last = 1\n"
    "#);
    assert_eq!(before.len(), 1, "nothing is written to disk");
}

#[test]
fn a_zip_archive_is_not_trusted_either() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bad.zip");
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default();
    for name in [
        "/absolute.py",
        "../out.py",
        "pkg/a.py",
        "pkg/damaged.py",
        "pkg/locked.py",
    ] {
        writer.start_file(name, options).expect("a member");
        writer
            .write_all(&b"x = 1\n".repeat(20))
            .expect("its content");
    }
    writer
        .add_symlink("pkg/link.py", "a.py", options)
        .expect("a link");
    writer.start_file("pkg/bomb.py", options).expect("a member");
    writer
        .write_all(&vec![b'#'; 10 << 20])
        .expect("its content");
    writer.start_file("pkg/last.py", options).expect("a member");
    writer.write_all(b"last = 1\n").expect("its content");
    let mut bytes = writer.finish().expect("an archive").into_inner();
    // Names are written twice: before the content, and in the directory at the end.
    let find = |bytes: &[u8], name: &[u8], last: bool| {
        let mut found = bytes
            .windows(name.len())
            .enumerate()
            .filter(|(_, at)| at == &name);
        let place = if last {
            found.next_back()
        } else {
            found.next()
        };
        place.expect("the name is there").0
    };
    let content = find(&bytes, b"pkg/damaged.py", false) + "pkg/damaged.py".len();
    bytes[content] ^= 0xff;
    // The flags stand 38 bytes before the name in the directory, 24 before it at the member.
    let listed = find(&bytes, b"pkg/locked.py", true) - 38;
    bytes[listed] |= 1;
    write(&path, &bytes);
    insta::assert_snapshot!(read(&path), @r#"
    /absolute.py [bad -] unsafe_name: the member's name is absolute
    ../out.py [bad -] unsafe_name: the member's name leads out of the archive
    pkg/a.py [bad -] "x = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\nx = 1\n"
    pkg/damaged.py [bad -] corrupt_member: corrupt deflate stream
    pkg/locked.py [bad -] encrypted: the member needs a password
    pkg/link.py [bad -] not_a_file: a link inside the archive
    pkg/bomb.py [bad -] too_large: 10485760 bytes, limit 1000
    pkg/last.py [bad -] "last = 1\n"
    "#);

    write(&folder.path().join("cut.zip"), &bytes[..bytes.len() / 2]);
    write(&folder.path().join("no.whl"), "not a zip archive at all");
    insta::assert_snapshot!(read(&folder.path().join("cut.zip")), @"cut.zip [- -] corrupt_container: invalid Zip archive: Could not find EOCD");
    insta::assert_snapshot!(read(&folder.path().join("no.whl")), @"no.whl [- -] corrupt_container: invalid Zip archive: Could not find EOCD");
}

#[test]
fn damage_keeps_the_members_before_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let mut archive = Tar::default();
    for number in 0..200 {
        let text = format!("x = '{}'\n", unitmill_model::Digest::of(number.to_string()));
        archive = archive.file(&format!("p/{number}.py"), text.as_bytes());
    }
    let whole = archive.end();
    let gzipped = gzip(&whole);
    write(&root.join("cut.tar.gz"), &gzipped[..gzipped.len() / 2]);
    write(&root.join("cut.tar"), &whole[..whole.len() / 2 + 300]);
    let mut damaged = whole.clone();
    damaged[100 * 1024 + 3] ^= 0x55;
    write(&root.join("damaged.tar"), damaged);
    let huge = Tar::default()
        .file("p/a.py", b"a = 1\n")
        .entry(b"p/huge.py", EntryType::Regular, 1 << 32, b"x = 1\n")
        .end();
    write(&root.join("huge.tar"), huge);
    let long_name = Tar::default()
        .file("p/a.py", b"a = 1\n")
        .entry(b"././@LongLink", EntryType::GNULongName, 1 << 32, b"x")
        .end();
    write(&root.join("long-name.tar"), long_name);
    write(&root.join("no.tgz"), "not gzip");
    write(&root.join("empty.tar.gz"), "");
    let ends: String = [
        "cut.tar.gz",
        "cut.tar",
        "damaged.tar",
        "huge.tar",
        "long-name.tar",
        "no.tgz",
        "empty.tar.gz",
    ]
    .iter()
    .map(|name| {
        let sources = sources(&spec(&root.join(name)));
        let (last, before) = sources.split_last().expect("at least the reject");
        assert!(
            before
                .iter()
                .all(|source| source.text.is_ok() || source.origin.path == "p/huge.py")
        );
        format!(
            "{} members, then {}",
            before.len(),
            list(std::slice::from_ref(last))
        )
    })
    .collect();
    insta::assert_snapshot!(ends, @"
    99 members, then cut.tar.gz [- -] corrupt_container: it breaks off
    101 members, then cut.tar [- -] corrupt_container: it breaks off
    100 members, then damaged.tar [- -] corrupt_container: a header whose checksum is wrong
    2 members, then huge.tar [- -] corrupt_container: it breaks off
    1 members, then long-name.tar [- -] corrupt_container: a name or a list of attributes of absurd length
    0 members, then no.tgz [- -] corrupt_container: it breaks off
    0 members, then empty.tar.gz [- -] corrupt_container: it breaks off
    ");
}

#[test]
fn a_stream_that_expands_beyond_measure_is_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bomb.tar.zst");
    let size = 600 << 20;
    let mut header = Tar::default().file("p/a.py", b"a = 1\n");
    header = header.entry(b"p/bomb.bin", EntryType::Regular, size, b"");
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("an encoder");
    encoder.write_all(&header.0).expect("writing to memory");
    let zeros = vec![0; 1 << 20];
    for _ in 0..600 {
        encoder.write_all(&zeros).expect("writing to memory");
    }
    let bytes = encoder.finish().expect("writing to memory");
    assert!(bytes.len() < 1 << 20);
    write(&path, bytes);
    insta::assert_snapshot!(read(&path), @r#"
    p/a.py [bomb -] "a = 1\n"
    bomb.tar.zst [- -] corrupt_container: expands to more than 100 times its size
    "#);
}
