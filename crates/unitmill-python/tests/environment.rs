//! What a function needs of an environment, and what it can do without.

use std::collections::BTreeSet;

use unitmill_model::{Origin, RejectReason};
use unitmill_python::{FunctionOutcome, FunctionSettings, PackageRequirement, extract_functions};

/// What becomes of `f` where only some modules are there: its packages, or what is missing.
fn outcome(source: &str) -> Result<Vec<String>, String> {
    let settings = FunctionSettings {
        require: PackageRequirement::None,
        importable: Some(
            ["functools", "json", "math", "numpy", "typing", "warnings"]
                .map(str::to_owned)
                .into(),
        ),
        ..FunctionSettings::default()
    };
    let origin = Origin {
        repo: None,
        license: None,
        path: "module.py".to_owned(),
        held_sha256: None,
    };
    let outcomes = extract_functions(source, &origin, &settings).expect("it parses");
    for outcome in outcomes {
        match outcome {
            FunctionOutcome::Candidate(candidate) if candidate.name == "f" => {
                return Ok(candidate.packages);
            }
            FunctionOutcome::Rejected {
                name,
                reason,
                detail,
                packages,
                ..
            } if name == "f" => {
                assert_eq!(reason, RejectReason::PackageMissing, "{detail}");
                let named: BTreeSet<&str> = packages.iter().map(String::as_str).collect();
                assert_eq!(
                    detail,
                    format!("the environment does not hold {}", packages.join(", "))
                );
                assert_eq!(named.len(), packages.len());
                return Err(packages.join(" "));
            }
            _ => {}
        }
    }
    panic!("there is no f")
}

#[track_caller]
fn runs(source: &str, packages: &[&str]) {
    let expected: Vec<String> = packages.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(outcome(source), Ok(expected));
}

#[track_caller]
fn waits_for(source: &str, missing: &str) {
    assert_eq!(outcome(source), Err(missing.to_owned()));
}

#[test]
fn what_is_there_is_no_reason() {
    runs(
        "import numpy as np\nimport torch\n\ndef f(x):\n    return np.sum(x)\n",
        &["numpy"],
    );
    waits_for(
        "import numpy as np\nimport torch, cv2\n\ndef f(x):\n    return torch.sum(np.sum(cv2.x(x)))\n",
        "cv2 torch",
    );
}

#[test]
fn helpers_and_inner_imports_count() {
    waits_for(
        "import torch\n\ndef helper(x):\n    return torch.sum(x)\n\ndef f(x):\n    return helper(x)\n",
        "torch",
    );
    waits_for(
        "def f(x):\n    import torch\n    return torch.sum(x)\n",
        "torch",
    );
    // `np` is a name that a repair imports, and so is `torch`.
    runs("def f(x):\n    return np.sum(x)\n", &[]);
    waits_for("def f(x):\n    return torch.sum(x)\n", "torch");
}

#[test]
fn another_import_in_its_place_will_do() {
    runs(
        "try:\n    import ujson as json\nexcept ImportError:\n    import json\n\ndef f(x):\n    return json.loads(x)\n",
        &["json"],
    );
    runs(
        "try:\n    import json\nexcept ImportError:\n    import simplejson as json\n\ndef f(x):\n    return json.loads(x)\n",
        &["json"],
    );
    runs(
        "try:\n    import a_json as json\nexcept ImportError:\n    try:\n        import b_json as json\n    except ImportError:\n        import json\n\ndef f(x):\n    return json.loads(x)\n",
        &["json"],
    );
    waits_for(
        "try:\n    import ujson as json\nexcept ImportError:\n    import simplejson as json\n\ndef f(x):\n    return json.loads(x)\n",
        "simplejson ujson",
    );
}

#[test]
fn a_definition_in_its_place_will_do() {
    runs(
        "try:\n    from numba import njit\nexcept (ImportError, OSError):\n    def njit(g):\n        return g\n\n@njit\ndef f(x):\n    return x + 1\n",
        &[],
    );
    runs(
        "def f(x):\n    try:\n        import numba\n    except ImportError:\n        return x\n    return numba.njit(x)\n",
        &[],
    );
    waits_for(
        "try:\n    from numba import njit\nexcept ValueError:\n    def njit(g):\n        return g\n\n@njit\ndef f(x):\n    return x + 1\n",
        "numba",
    );
}

#[test]
fn a_note_of_its_absence_helps_those_who_do_not_use_it() {
    let module = "try:\n    import torch\n    HAS_TORCH = True\nexcept ImportError:\n    torch = None\n    HAS_TORCH = False\n\n";
    runs(
        &format!("{module}def f(x):\n    return HAS_TORCH and x\n"),
        &[],
    );
    waits_for(
        &format!("{module}def f(x):\n    return torch.sum(x) if HAS_TORCH else x\n"),
        "torch",
    );
    waits_for(
        "try:\n    import torch\nexcept ImportError:\n    raise RuntimeError('torch, please')\n\ndef f(x):\n    return torch.sum(x)\n",
        "torch",
    );
}

#[test]
fn what_only_type_checkers_import_is_no_need() {
    runs(
        "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from _typeshed import SupportsRead\n    import torch\n\ndef f(x: SupportsRead) -> torch.Tensor:\n    return x\n",
        &["typing"],
    );
}

#[test]
fn packages_that_share_a_root_are_told_apart() {
    waits_for(
        "from google.cloud import storage\nfrom google.protobuf.message import Message\nimport google.other\n\ndef f(x):\n    return storage.Client(x), Message(), google.other.y\n",
        "google google.cloud.storage google.protobuf",
    );
}

#[test]
fn without_an_environment_nobody_asks() {
    let source = "import torch\n\ndef f(x):\n    return torch.sum(x)\n";
    let origin = Origin {
        repo: None,
        license: None,
        path: "module.py".to_owned(),
        held_sha256: None,
    };
    let outcomes = extract_functions(source, &origin, &FunctionSettings::default());
    assert!(matches!(
        outcomes.expect("it parses").as_slice(),
        [FunctionOutcome::Candidate(_)]
    ));
}
