//! The folder on the host's own file system that a sandbox without namespaces works in: the
//! harness, a home for the interpreters, a scratch folder for every slot.
//!
//! Never looks into what runs have written; only removes it.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use unitmill_jail::{GuestFile, empty_folder, remove_tree};

use crate::error::SandboxError;
use crate::layout::{self, Folders};

/// A private folder below the machine's folder of temporary files; gone when dropped.
pub(crate) struct Workshop {
    folder: PathBuf,
}

impl Workshop {
    /// Makes it with the scratch folders of `jobs` slots: each its own user's where there
    /// are users for them (slot n is user `first_user` + n + 1), otherwise this user's.
    ///
    /// # Errors
    /// If a folder cannot be made, or runs' users could not reach it.
    pub(crate) fn make(jobs: usize, first_user: Option<u32>) -> Result<Self, SandboxError> {
        let failed = SandboxError::plumbing;
        let base = std::env::temp_dir()
            .canonicalize()
            .map_err(failed("find the folder of temporary files"))?;
        if first_user.is_some() {
            layout::require_public(&base, "TMPDIR=/tmp")?;
        }
        // Made for its owner alone.
        let folder = tempfile::Builder::new()
            .prefix(&format!("unitmill-{}-", std::process::id()))
            .tempdir_in(&base)
            .map(TempDir::keep)
            .map_err(failed("make a scratch folder"))?;
        let workshop = Self { folder };
        let make = |path: PathBuf, owner: Option<u32>| {
            fs::create_dir(&path)?;
            fs::set_permissions(&path, Permissions::from_mode(0o700))?;
            match owner {
                Some(_) => chown(&path, owner, owner),
                None => Ok(()),
            }
        };
        let folders = workshop.folders();
        for path in [folders.harness, folders.temporary] {
            make(path, None).map_err(failed("make a scratch folder"))?;
        }
        for slot in 0..jobs {
            let owner = first_user.map(|first| first + slot as u32 + 1);
            make(workshop.slot(slot), owner).map_err(failed("make a scratch folder"))?;
        }
        if first_user.is_some() {
            // Reached by all, listed by nobody else.
            fs::set_permissions(&workshop.folder, Permissions::from_mode(0o711))
                .map_err(failed("make a scratch folder"))?;
        }
        Ok(workshop)
    }

    /// Writes the harness.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub(crate) fn furnish(
        &self,
        files: impl Iterator<Item = GuestFile>,
    ) -> Result<(), SandboxError> {
        let harness = self.folders().harness;
        for file in files {
            let name = file.path.file_name().unwrap_or(file.path.as_os_str());
            fs::write(harness.join(name), &file.content)
                .map_err(SandboxError::plumbing("write the harness"))?;
        }
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    /// The folders of an interpreter.
    pub(crate) fn folders(&self) -> Folders {
        let own = self.folder.join("interpreter");
        Folders {
            harness: self.folder.join("harness"),
            home: own.clone(),
            temporary: own,
        }
    }

    /// The scratch folder of a slot's runs.
    pub(crate) fn slot(&self, slot: usize) -> PathBuf {
        self.folder.join(format!("slot-{slot}"))
    }

    /// Empties a slot's scratch folder; no process of its run is left.
    ///
    /// # Errors
    /// If something cannot be removed.
    pub(crate) async fn clear(&self, slot: usize) -> Result<(), SandboxError> {
        let folder = self.slot(slot);
        tokio::task::spawn_blocking(move || empty_folder(&folder))
            .await
            .map_err(std::io::Error::other)
            .and_then(|emptied| emptied)
            .map_err(SandboxError::plumbing("empty a scratch folder"))
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        // What cannot be removed yet, because something in it still runs, the janitor
        // removes.
        let _left_to_the_janitor = remove_tree(&self.folder);
    }
}
