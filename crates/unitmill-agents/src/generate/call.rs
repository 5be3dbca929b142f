//! A planned call, as it is observed and as it stands in a test.

use unitmill_model::ObservedCall;

use super::values::Value;

/// A call, in pieces from which both an observation and a test can be put together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Call {
    /// Statements before the call: files to be written.
    pub(crate) setup: String,
    /// Names bound to mutable arguments, and their values.
    pub(crate) bindings: Vec<(String, String)>,
    /// The call itself.
    pub(crate) expression: String,
    /// The value of each parameter that is given one.
    pub(crate) arguments: Vec<(String, String)>,
    /// The modules that the values need.
    pub(crate) needs: Vec<&'static str>,
    /// What each slot is given; none where it is left to its default.
    pub(super) choice: Vec<Option<Value>>,
}

impl Call {
    /// The statements before the call, bindings included, without imports.
    pub(crate) fn preparation(&self) -> String {
        let mut text = self.setup.clone();
        for (name, value) in &self.bindings {
            if !text.is_empty() && !text.ends_with('\n') {
                text.push('\n');
            }
            text.push_str(&format!("{name} = {value}\n"));
        }
        text
    }

    /// Preparation and call: what tells one call from another.
    pub(crate) fn text(&self) -> String {
        format!("{}{}", self.preparation(), self.expression)
    }

    /// What the sandbox is asked to look at. The result of an iterator is unrolled.
    pub(crate) fn observed(&self, unroll: bool) -> ObservedCall {
        let mut setup = String::new();
        for module in &self.needs {
            setup.push_str(import_line(module));
            setup.push('\n');
        }
        if unroll {
            setup.push_str("import itertools\n");
        }
        setup.push_str(&self.preparation());
        ObservedCall {
            setup,
            expression: if unroll {
                unrolled(&self.expression)
            } else {
                self.expression.clone()
            },
            arguments: self.bindings.iter().map(|(name, _)| name.clone()).collect(),
        }
    }
}

/// The first fifty results of an iterator.
pub(crate) fn unrolled(expression: &str) -> String {
    format!("list(itertools.islice({expression}, 50))")
}

/// The import that brings a module under the name that values use.
pub(crate) fn import_line(module: &str) -> &'static str {
    match module {
        "numpy" => "import numpy as np",
        "pandas" => "import pandas as pd",
        "datetime" => "import datetime",
        "asyncio" => "import asyncio",
        "itertools" => "import itertools",
        "contextlib" => "import contextlib",
        "math" => "import math",
        _ => "import io",
    }
}
