//! The standard library of Python 3: what 3.3 to 3.13 removed.

use super::KeywordChange::Drop;
use super::{CallRule, KeywordRule, Library, MethodRule, Move, call, keyword, method, moved};

pub(super) const STDLIB: Library = Library {
    root: "python",
    distribution: "python",
    moves: MOVES,
    calls: CALLS,
    methods: METHODS,
    keywords: KEYWORDS,
};

/// A name of `collections` that lives in `collections.abc` alone since 3.10.
macro_rules! abstract_collections {
    ($($name:literal),* $(,)?) => {
        &[
            $(moved(
                concat!("collections.", $name),
                concat!("collections.abc.", $name),
                "3.10",
            ),)*
            moved("inspect.getargspec", "inspect.getfullargspec", "3.11"),
            moved("time.clock", "time.perf_counter", "3.8"),
            moved("fractions.gcd", "math.gcd", "3.9"),
            moved("base64.encodestring", "base64.encodebytes", "3.9"),
            moved("base64.decodestring", "base64.decodebytes", "3.9"),
            moved("cgi.escape", "html.escape", "3.8"),
            moved("cgi.parse_qs", "urllib.parse.parse_qs", "3.8"),
            moved("cgi.parse_qsl", "urllib.parse.parse_qsl", "3.8"),
            moved("pipes.quote", "shlex.quote", "3.13"),
            moved("imp.reload", "importlib.reload", "3.12"),
            moved("imp.new_module", "types.ModuleType", "3.12"),
            moved("asyncio.coroutine", "types.coroutine", "3.11"),
            moved("asyncio.Task.current_task", "asyncio.current_task", "3.9"),
            moved("asyncio.Task.all_tasks", "asyncio.all_tasks", "3.9"),
            moved("importlib.find_loader", "importlib.util.find_spec", "3.12"),
            moved("pkgutil.find_loader", "importlib.util.find_spec", "3.14"),
            moved("pkgutil.get_loader", "importlib.util.find_spec", "3.14"),
            moved("imp.cache_from_source", "importlib.util.cache_from_source", "3.12"),
            moved("imp.source_from_cache", "importlib.util.source_from_cache", "3.12"),
            moved("ast.Num", "ast.Constant", "3.14"),
            moved("ast.Str", "ast.Constant", "3.14"),
            moved("ast.Bytes", "ast.Constant", "3.14"),
            moved("ast.NameConstant", "ast.Constant", "3.14"),
            moved("ast.Ellipsis", "ast.Constant", "3.14"),
            moved("plistlib.writePlist", "plistlib.dump", "3.9"),
            moved("plistlib.writePlistToString", "plistlib.dumps", "3.9"),
            moved("plistlib.writePlistToBytes", "plistlib.dumps", "3.9"),
            moved("plistlib.Data", "bytes", "3.9"),
            moved("distutils.sysconfig", "sysconfig", "3.12"),
            moved("distutils.util.get_platform", "sysconfig.get_platform", "3.12"),
            moved("distutils.file_util.copy_file", "shutil.copy", "3.12"),
            moved("distutils.dir_util.mkpath", "os.makedirs", "3.12"),
            moved("distutils.dir_util.remove_tree", "shutil.rmtree", "3.12"),
            moved("sys.getcheckinterval", "sys.getswitchinterval", "3.9"),
            moved("macpath", "posixpath", "3.8"),
            moved("unittest._TextTestResult", "unittest.TextTestResult", "3.12"),
            moved("tarfile.filemode", "stat.filemode", "3.8"),
            moved("locale.format", "locale.format_string", "3.12"),
            moved("string.Formatter.vformat_map", "string.Formatter.vformat", "3.0"),
            moved("asyncio.async", "asyncio.ensure_future", "3.7"),
            moved("asyncio.JoinableQueue", "asyncio.Queue", "3.7"),
            moved("platform.popen", "os.popen", "3.8"),
            moved("os.popen3", "os.popen", "3.0"),
            moved("plistlib.readPlist", "plistlib.load", "3.9"),
            moved("plistlib.readPlistFromString", "plistlib.loads", "3.9"),
            moved("plistlib.readPlistFromBytes", "plistlib.loads", "3.9"),
            moved("random.WichmannHill", "random.Random", "3.0"),
            moved("math.long", "int", "3.0"),
            moved("typing.io", "typing", "3.13"),
            moved("typing.re", "typing", "3.13"),
            moved("unittest.makeSuite", "unittest.defaultTestLoader.loadTestsFromTestCase", "3.13"),
            moved("sys.setcheckinterval", "sys.setswitchinterval", "3.9"),
            moved("threading._sleep", "time.sleep", "3.3"),
            moved("re._pattern_type", "re.Pattern", "3.7"),
            moved("distutils.spawn.find_executable", "shutil.which", "3.12"),
            moved("distutils.dir_util.copy_tree", "shutil.copytree", "3.12"),
            moved("distutils.version.LooseVersion", "packaging.version.parse", "3.12"),
            moved("distutils.version.StrictVersion", "packaging.version.Version", "3.12"),
        ]
    };
}

const MOVES: &[Move] = abstract_collections![
    "Awaitable",
    "ByteString",
    "Callable",
    "Collection",
    "Container",
    "Coroutine",
    "Generator",
    "Hashable",
    "ItemsView",
    "Iterable",
    "Iterator",
    "KeysView",
    "Mapping",
    "MappingView",
    "MutableMapping",
    "MutableSequence",
    "MutableSet",
    "Reversible",
    "Sequence",
    "Set",
    "Sized",
    "ValuesView",
];

const CALLS: &[CallRule] = &[
    call(
        "imp.load_source",
        2,
        "importlib.machinery.SourceFileLoader({0}, {1}).load_module()",
        "3.12",
    )
    .with_import("import importlib.machinery"),
    call("imp.get_magic", 0, "importlib.util.MAGIC_NUMBER", "3.12")
        .with_import("import importlib.util"),
    call("imp.get_tag", 0, "sys.implementation.cache_tag", "3.12").with_import("import sys"),
    call(
        "distutils.sysconfig.get_python_lib",
        0,
        "sysconfig.get_paths()[\"purelib\"]",
        "3.12",
    )
    .with_import("import sysconfig"),
    call(
        "distutils.sysconfig.get_python_inc",
        0,
        "sysconfig.get_paths()[\"include\"]",
        "3.12",
    )
    .with_import("import sysconfig"),
    call(
        "platform.linux_distribution",
        0,
        "(\"\", \"\", \"\")",
        "3.8",
    ),
    call("platform.dist", 0, "(\"\", \"\", \"\")", "3.8"),
    call("array.ArrayType", 2, "array.array({0}, {1})", "3.16").with_import("import array"),
    call(
        "distutils.util.strtobool",
        1,
        "int({0.}.lower() in (\"y\", \"yes\", \"t\", \"true\", \"on\", \"1\"))",
        "3.12",
    ),
];

const METHODS: &[MethodRule] = &[
    method("getchildren", Some(0), "list({self})", "'getchildren'"),
    method("getiterator", Some(0), "{self.}.iter()", "'getiterator'"),
    method("getiterator", Some(1), "{self.}.iter({0})", "'getiterator'"),
    method("isAlive", Some(0), "{self.}.is_alive()", ""),
    method("readfp", Some(1), "{self.}.read_file({0})", "'readfp'"),
    method(
        "tostring",
        Some(0),
        "{self.}.tobytes()",
        "'array.array' object has no attribute 'tostring'",
    ),
    method(
        "fromstring",
        Some(1),
        "{self.}.frombytes({0})",
        "'array.array' object has no attribute 'fromstring'",
    ),
    method(
        "unescape",
        Some(1),
        "html.unescape({0})",
        "has no attribute 'unescape'",
    )
    .with_import("import html"),
    method(
        "assertEquals",
        None,
        "{self.}.assertEqual",
        "'assertEquals'",
    ),
    method(
        "assertNotEquals",
        None,
        "{self.}.assertNotEqual",
        "'assertNotEquals'",
    ),
    method(
        "assertAlmostEquals",
        None,
        "{self.}.assertAlmostEqual",
        "'assertAlmostEquals'",
    ),
    method(
        "assertItemsEqual",
        None,
        "{self.}.assertCountEqual",
        "'assertItemsEqual'",
    ),
    method(
        "assertRegexpMatches",
        None,
        "{self.}.assertRegex",
        "'assertRegexpMatches'",
    ),
    method(
        "assertRaisesRegexp",
        None,
        "{self.}.assertRaisesRegex",
        "'assertRaisesRegexp'",
    ),
    method("assert_", None, "{self.}.assertTrue", "'assert_'"),
    method("failUnless", None, "{self.}.assertTrue", "'failUnless'"),
    method("failIf", None, "{self.}.assertFalse", "'failIf'"),
    method(
        "failUnlessEqual",
        None,
        "{self.}.assertEqual",
        "'failUnlessEqual'",
    ),
];

const KEYWORDS: &[KeywordRule] = &[
    keyword("dumps", "encoding", Drop, "3.0"),
    keyword("loads", "encoding", Drop, "3.9"),
    keyword("sleep", "loop", Drop, "3.10"),
    keyword("gather", "loop", Drop, "3.10"),
    keyword("wait_for", "loop", Drop, "3.10"),
    keyword("Queue", "loop", Drop, "3.10"),
    keyword("sample", "random", Drop, "3.11"),
    keyword("shuffle", "random", Drop, "3.11"),
];
