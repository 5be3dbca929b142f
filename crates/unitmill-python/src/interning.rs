//! The names of one module as small numbers. Never says what a name means.

use rustc_hash::FxHashMap;

/// A name of the module, interned.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) struct NameId(u32);

impl NameId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// The names of one module.
#[derive(Default)]
pub(crate) struct Names<'a> {
    ids: FxHashMap<&'a str, NameId>,
    texts: Vec<&'a str>,
}

impl<'a> Names<'a> {
    pub(crate) fn intern(&mut self, text: &'a str) -> NameId {
        let texts = &mut self.texts;
        *self.ids.entry(text).or_insert_with(|| {
            texts.push(text);
            NameId(texts.len() as u32 - 1)
        })
    }

    pub(crate) fn find(&self, text: &str) -> Option<NameId> {
        self.ids.get(text).copied()
    }

    pub(crate) fn text(&self, name: NameId) -> &'a str {
        self.texts[name.index()]
    }

    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }
}
