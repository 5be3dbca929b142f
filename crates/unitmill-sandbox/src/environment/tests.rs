//! Environments: their digests, their builds, and bundles that are refused.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use proptest::prelude::*;

use super::interpreter::Interpreter;
use super::lock::Lock;
use super::*;

const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn interpreter() -> Interpreter {
    Interpreter::find().expect("tests need Python 3.10 or newer on the path")
}

fn provision(choice: &str, cache: &Path) -> (Environment, Vec<EnvironmentProgress>) {
    let mut seen = Vec::new();
    let environment = Environment::provision(choice, cache, &mut |event| seen.push(event))
        .expect("the environment can be built");
    (environment, seen)
}

fn refuse(choice: &str, cache: &Path) -> String {
    Environment::provision(choice, cache, &mut |_| ())
        .expect_err("must be refused")
        .to_string()
}

#[test]
fn standard_is_built_once_and_holds_the_standard_library_only() {
    let cache = tempfile::tempdir().unwrap();
    let (built, seen) = provision("standard", cache.path());
    assert!(matches!(
        seen.as_slice(),
        [EnvironmentProgress::Creating { .. }]
    ));
    assert!(built.python().starts_with(built.root()));
    assert!(built.root().starts_with(cache.path().join("environments")));
    assert!(built.base_executable().starts_with(built.base_prefix()));
    assert!(built.standard_library().join("os.py").is_file());
    assert!(
        built
            .search_path()
            .contains(&built.standard_library().to_owned())
    );
    assert!(built.versions().is_empty(), "{:?}", built.versions());
    for name in ["os", "json", "math", "itertools", "unittest", "zoneinfo"] {
        assert!(built.import_roots().contains(name), "{name}");
    }
    for name in ["pip", "setuptools", "numpy", "winreg", "site-packages"] {
        assert!(!built.import_roots().contains(name), "{name}");
    }
    assert!(built.python_version() >= (3, 10, 0));
    // Whatever the umask here is: a sandbox reads it under another uid.
    let mode = std::fs::metadata(built.root()).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o755);

    let (found, seen) = provision("standard", cache.path());
    assert_eq!(found, built);
    assert_eq!(seen, []);
}

#[test]
fn an_incomplete_build_is_not_used_and_makes_room() {
    let cache = tempfile::tempdir().unwrap();
    let (built, _) = provision("standard", cache.path());
    std::fs::remove_file(built.root().join("unitmill-environment.json")).unwrap();
    let killed = built.root().with_added_extension("partial.killed");
    std::fs::create_dir(&killed).unwrap();

    let (again, seen) = provision("standard", cache.path());
    assert_eq!(again, built);
    assert_eq!(seen.len(), 1);
    assert!(!killed.exists());
}

#[test]
fn builders_of_the_same_environment_take_turns() {
    let cache = tempfile::tempdir().unwrap();
    let built: Vec<_> = std::thread::scope(|scope| {
        let builders: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| provision("standard", cache.path())))
            .collect();
        builders
            .into_iter()
            .map(|builder| builder.join().unwrap())
            .collect()
    });
    let creations = built
        .iter()
        .flat_map(|(_, seen)| seen)
        .filter(|event| matches!(event, EnvironmentProgress::Creating { .. }))
        .count();
    assert_eq!(creations, 1);
    assert!(
        built
            .iter()
            .all(|(environment, _)| *environment == built[0].0)
    );
}

#[test]
fn a_virtual_environment_is_used_as_it_is() {
    let cache = tempfile::tempdir().unwrap();
    let (standard, _) = provision("standard", cache.path());
    let site = standard
        .search_path()
        .iter()
        .find(|folder| folder.ends_with("site-packages"))
        .expect("a virtual environment has a folder for packages");
    let root = standard.root().display().to_string();

    let (empty, seen) = provision(&root, cache.path());
    assert_eq!(seen, []);
    assert_eq!(empty.name(), root);
    assert_ne!(empty.digest(), standard.digest());

    let info = site.join("Some_Thing-1.0.dist-info");
    std::fs::create_dir_all(site.join("something")).unwrap();
    std::fs::write(site.join("something/__init__.py"), "").unwrap();
    std::fs::create_dir_all(site.join("spread/part")).unwrap();
    std::fs::write(site.join("spread/part/__init__.py"), "").unwrap();
    std::fs::create_dir_all(site.join("only_data")).unwrap();
    std::fs::create_dir(&info).unwrap();
    std::fs::write(
        info.join("METADATA"),
        "Metadata-Version: 2.1\nName: Some_Thing\nVersion: 1.0\n",
    )
    .unwrap();
    std::fs::write(info.join("RECORD"), "something/__init__.py,sha256=x,0\n").unwrap();
    let (filled, _) = provision(&root, cache.path());
    assert_eq!(filled.versions()["some-thing"], "1.0");
    assert!(filled.import_roots().contains("something"));
    assert!(filled.import_roots().contains("spread"));
    assert!(!filled.import_roots().contains("only_data"));
    assert_ne!(filled.digest(), empty.digest());

    std::fs::write(info.join("RECORD"), "something/__init__.py,sha256=y,0\n").unwrap();
    let (changed, _) = provision(&root, cache.path());
    assert_ne!(changed.digest(), filled.digest());
}

#[test]
fn choices_that_name_nothing_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    assert_snapshot!(
        refuse("scientifc", &cache),
        @"unknown environment `scientifc`; give one of `scientific`, `standard`, the path of a hash-locked requirements file (`./scientifc.txt`), or the path of a virtual environment"
    );
    assert_snapshot!(
        refuse("no/such/lock.txt", &cache),
        @"could not read the lock no/such/lock.txt: No such file or directory (os error 2)"
    );
    let shown = folder.path().display().to_string();
    assert_snapshot!(
        refuse(&shown, &cache).replace(&shown, "FOLDER"),
        @"FOLDER is a folder without pyvenv.cfg, so it is no virtual environment; make one with `python3 -m venv FOLDER`"
    );
    assert!(!cache.exists());
}

#[test]
fn lines_that_cannot_be_locked_are_refused() {
    let refuse = |text: &str| {
        Lock::parse("my.txt", text)
            .expect_err("must be refused")
            .to_string()
    };
    assert_snapshot!(
        refuse("# fine\n\n--index-url https://example.org\n"),
        @"my.txt, line 3: the option `--index-url` does not belong into a lock; indexes and the like are settings of pip, and every package needs a line of its own"
    );
    assert_snapshot!(
        refuse("six==1.17.0\n"),
        @"my.txt, line 1: `six` has no `--hash=sha256:`; `uv pip compile --generate-hashes` writes them"
    );
    assert_snapshot!(
        refuse(&format!("six>=1.17 --hash=sha256:{HASH}\n")),
        @"my.txt, line 1: `six>=1.17` is not pinned; only `name==version` can be locked"
    );
    assert_snapshot!(
        refuse("six==1.17.0 \\\n  --hash=md5:00\n"),
        @"my.txt, line 1: `--hash=md5:00` is not `--hash=sha256:` and 64 digits"
    );
    assert!(
        refuse(&format!(
            "six @ https://example.org/six.whl --hash=sha256:{HASH}"
        ))
        .contains("not pinned")
    );
}

#[test]
fn bundled_locks_are_complete_and_name_no_index() {
    for name in bundled_environments() {
        let lock = Lock::bundled(name).unwrap().unwrap();
        assert!(!lock.canonical().contains("://"), "{name}");
        assert_eq!(Lock::parse(name, &lock.canonical()).unwrap(), lock);
    }
    let scientific = Lock::bundled("scientific").unwrap().unwrap();
    for name in ["numpy", "pandas", "scipy", "scikit-learn", "matplotlib"] {
        assert!(scientific.names().any(|found| found == name), "{name}");
    }
    assert!(Lock::bundled("standard").unwrap().unwrap().is_empty());
}

#[test]
fn the_digest_covers_lock_interpreter_and_platform() {
    let here = interpreter();
    let standard = Lock::bundled("standard").unwrap().unwrap();
    let digest = here.digest_with(&standard);
    assert_eq!(
        digest,
        here.digest_with(&Lock::parse("other", "# nothing\n").unwrap())
    );
    assert_ne!(
        digest,
        here.digest_with(&Lock::bundled("scientific").unwrap().unwrap())
    );

    let mut elsewhere = here.clone();
    elsewhere.base_executable = PathBuf::from("/opt/python");
    assert_eq!(digest, elsewhere.digest_with(&standard));
    elsewhere.version[2] += 1;
    assert_ne!(digest, elsewhere.digest_with(&standard));
    let mut elsewhere = here.clone();
    elsewhere.abi.push_str("-musl");
    assert_ne!(digest, elsewhere.digest_with(&standard));
}

#[test]
fn an_unusable_interpreter_is_named() {
    let message = Interpreter::find_among(Some("/no/such/python".into()))
        .expect_err("must be refused")
        .to_string();
    assert_snapshot!(
        message,
        @"the Python at /no/such/python cannot be used: not there (UNITMILL_PYTHON names it)"
    );
    let message = Interpreter::find_among(Some("/bin/true".into()))
        .expect_err("must be refused")
        .to_string();
    assert!(message.contains("no Python: it answers"), "{message}");
    assert_snapshot!(
        EnvironmentError::NoInterpreter {
            looked_at: vec!["python3: Python 3.9.2 is older than 3.10".into(), "python3.14: not there".into()],
        },
        @"no usable Python found; needed is CPython 3.10 to 3.14 with the venv module. Looked at: python3: Python 3.9.2 is older than 3.10; python3.14: not there. Install one (Debian, Ubuntu: `apt install python3-venv`) or set UNITMILL_PYTHON to an interpreter"
    );
}

#[test]
fn a_failing_pip_is_quoted_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    let lock = Lock::parse("mine.txt", &format!("six==1.17.0 --hash=sha256:{HASH}")).unwrap();
    let error = build::provision(
        &lock,
        &interpreter(),
        folder.path(),
        build::Source::Wheels(folder.path()),
        &mut |_| (),
    )
    .expect_err("there is no wheel");
    let message = error.to_string();
    assert!(
        message.starts_with("pip could not install the packages of environment `mine.txt`:\n"),
        "{message}"
    );
    assert!(
        message.contains("No matching distribution found for six==1.17.0"),
        "{message}"
    );
    assert!(message.contains("`unitmill env import`"), "{message}");
    let left: Vec<_> = std::fs::read_dir(folder.path().join("environments"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    assert_eq!(left, Vec::<PathBuf>::new());
}

#[test]
fn the_cache_folder_follows_the_variables() {
    let with = |pairs: &'static [(&str, &str)]| {
        cache_root_from(|name| {
            let found = pairs.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| PathBuf::from(value))
        })
    };
    let home = ("HOME", "/home/a");
    let xdg = ("XDG_CACHE_HOME", "/x");
    let own = (CACHE_VARIABLE, "mine");
    assert_eq!(
        with(Box::leak(Box::new([home, xdg, own]))).unwrap(),
        Path::new("mine")
    );
    assert_eq!(
        with(Box::leak(Box::new([home, xdg]))).unwrap(),
        Path::new("/x/unitmill")
    );
    assert_eq!(
        with(Box::leak(Box::new([home]))).unwrap(),
        Path::new("/home/a/.cache/unitmill")
    );
    assert_eq!(
        with(&[("XDG_CACHE_HOME", "relative"), ("HOME", "/h")]).unwrap(),
        Path::new("/h/.cache/unitmill")
    );
    assert!(matches!(with(&[]), Err(EnvironmentError::NoCacheFolder)));
}

#[test]
fn an_exported_bundle_can_be_imported_and_is_reproducible() {
    let folder = tempfile::tempdir().unwrap();
    let export = |name: &str| {
        Environment::export("standard", &folder.path().join(name), &mut |_| ()).unwrap()
    };
    let (first, second) = (export("a.tar.zst"), export("b.tar.zst"));
    assert_eq!(first.wheels, 0);
    assert_eq!(
        std::fs::read(&first.path).unwrap(),
        std::fs::read(&second.path).unwrap()
    );
    assert_eq!(std::fs::metadata(&first.path).unwrap().len(), first.bytes);

    let cache = folder.path().join("cache");
    let imported = Environment::import(&first.path, &cache, &mut |_| ()).unwrap();
    assert_eq!(imported.digest(), first.digest);
    let (found, seen) = provision("standard", &cache);
    assert_eq!(found, imported);
    assert_eq!(seen, []);

    let error = Environment::export("standard", &first.path, &mut |_| ()).unwrap_err();
    assert!(error.to_string().contains("File exists"), "{error}");
    let root = found.root().display().to_string();
    let error = Environment::export(&root, &folder.path().join("c.tar.zst"), &mut |_| ());
    assert!(matches!(error, Err(EnvironmentError::NotExportable { .. })));
}

/// A bundle that holds what an export holds, and then what `add` puts in.
fn forged(add: impl FnOnce(&mut tar::Builder<Vec<u8>>, &mut serde_json::Value)) -> Vec<u8> {
    let here = interpreter();
    let mut manifest = serde_json::json!({
        "format": 1,
        "name": "forged",
        "digest": HASH,
        "python": here.minor_version(),
        "abi": here.abi,
        "platform": here.platform,
        "wheels": {},
    });
    let mut rest = tar::Builder::new(Vec::new());
    add(&mut rest, &mut manifest);
    let mut head = tar::Builder::new(Vec::new());
    append_raw(
        &mut head,
        b"manifest.json",
        tar::EntryType::Regular,
        manifest.to_string().as_bytes(),
    );
    append_raw(&mut head, b"lock.txt", tar::EntryType::Regular, b"");
    let mut archive = head.into_inner().unwrap();
    archive.truncate(archive.len() - 1024);
    archive.extend(rest.into_inner().unwrap());
    zstd::encode_all(archive.as_slice(), 1).unwrap()
}

/// Appends an entry under a name that the tar crate itself would refuse to write.
fn append_raw(
    archive: &mut tar::Builder<Vec<u8>>,
    name: &[u8],
    kind: tar::EntryType,
    content: &[u8],
) {
    let mut header = tar::Header::new_gnu();
    header.as_gnu_mut().unwrap().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    if kind == tar::EntryType::Symlink {
        header.set_link_name("/etc/passwd").unwrap();
    }
    header.set_cksum();
    archive.append(&header, content).unwrap();
}

fn import_forged(bundle: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bundle.tar.zst");
    std::fs::write(&path, bundle).unwrap();
    let cache = folder.path().join("cache");
    let error = Environment::import(&path, &cache, &mut |_| ())
        .expect_err("must be refused")
        .to_string();
    assert!(
        !cache.exists(),
        "nothing may be built from a refused bundle"
    );
    error.replace(&path.display().to_string(), "BUNDLE")
}

#[test]
fn bundles_with_links_or_folders_in_names_are_refused() {
    for name in [
        "../../evil.whl",
        "/tmp/evil.whl",
        "wheels/../../evil.whl",
        "wheels/a/b.whl",
        "evil.pth",
    ] {
        let bundle = forged(|archive, manifest| {
            append_raw(archive, name.as_bytes(), tar::EntryType::Regular, b"x");
            manifest["wheels"] = serde_json::json!({
                name.trim_start_matches("wheels/"): {"bytes": 1, "sha256": Digest::of("x")}
            });
        });
        assert_eq!(
            import_forged(&bundle),
            format!(
                "BUNDLE is not a usable bundle: the entry {name:?} does not belong into one; \
                 write it again with `unitmill env export`"
            )
        );
    }
    for kind in [
        tar::EntryType::Symlink,
        tar::EntryType::Link,
        tar::EntryType::Directory,
        tar::EntryType::Fifo,
    ] {
        let bundle = forged(|archive, _| append_raw(archive, b"wheels/a.whl", kind, b""));
        assert!(import_forged(&bundle).contains("is not a plain file"));
    }
}

#[test]
fn bundles_that_differ_from_their_manifest_are_refused() {
    let unannounced = forged(|archive, _| {
        append_raw(archive, b"wheels/a.whl", tar::EntryType::Regular, b"x");
    });
    assert_snapshot!(
        import_forged(&unannounced),
        @r#"BUNDLE is not a usable bundle: the entry "wheels/a.whl" is not the one that the manifest announces; write it again with `unitmill env export`"#
    );
    let missing = forged(|_, manifest| {
        manifest["wheels"] = serde_json::json!({"a.whl": {"bytes": 1, "sha256": HASH}});
    });
    assert_snapshot!(
        import_forged(&missing),
        @"BUNDLE is not a usable bundle: a.whl is missing; write it again with `unitmill env export`"
    );
    let swapped = forged(|archive, manifest| {
        append_raw(archive, b"wheels/a.whl", tar::EntryType::Regular, b"y");
        manifest["wheels"] = serde_json::json!({"a.whl": {"bytes": 1, "sha256": Digest::of("x")}});
    });
    assert_snapshot!(
        import_forged(&swapped),
        @"BUNDLE is not a usable bundle: a.whl does not have the announced digest; write it again with `unitmill env export`"
    );
    let foreign = forged(|_, manifest| manifest["python"] = "3.9".into());
    assert!(import_forged(&foreign).starts_with("BUNDLE was made for CPython 3.9 on "));
    assert!(import_forged(b"no archive").starts_with("BUNDLE is not a usable bundle: "));
    let whole = forged(|_, _| ());
    assert!(
        import_forged(&whole[..whole.len() / 2]).starts_with("BUNDLE is not a usable bundle: ")
    );
}

proptest! {
    #[test]
    fn layout_and_order_do_not_change_a_lock(
        names in proptest::collection::btree_set("[a-z][a-z0-9]{0,6}", 1..6),
        backslashes: bool,
        comments: bool,
    ) {
        let line = |name: &String| {
            let gap = if backslashes { " \\\n    " } else { " " };
            let note = if comments { "  # a note" } else { "" };
            format!("{name}==1.0 ; python_version >= '3.10'{gap}--hash=sha256:{HASH}{note}\n")
        };
        let forwards: String = names.iter().map(line).collect();
        let backwards: String = names.iter().rev().map(line).collect();
        let plain = Lock::parse("x", &forwards).unwrap();
        prop_assert_eq!(Lock::parse("y", &backwards).unwrap().canonical(), plain.canonical());
        let windows = forwards.replace('\n', "\r\n");
        prop_assert_eq!(Lock::parse("x", &windows).unwrap(), plain);
    }
}

/// Needs a network for the first run; afterwards the environment is in the default cache.
#[test]
#[ignore = "downloads about 120 MB"]
fn scientific_is_built_into_the_default_cache() {
    let (scientific, _) = provision("scientific", &default_cache_root().unwrap());
    for name in [
        "numpy",
        "pandas",
        "scipy",
        "sklearn",
        "matplotlib",
        "mpl_toolkits",
    ] {
        assert!(scientific.import_roots().contains(name), "{name}");
    }
    assert!(!scientific.versions().contains_key("pip"));
    assert!(scientific.versions()["numpy"].starts_with('2'));
}
