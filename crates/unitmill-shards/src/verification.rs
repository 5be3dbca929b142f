//! Whether the files of a run are still what its manifests say.

use std::fs::File;
use std::io::{self, ErrorKind};

use sha2::{Digest as _, Sha256};
use unitmill_model::Digest;

use crate::reader::count_rows;
use crate::{Manifest, OutputFile, RunDirectory, ShardsError};

impl RunDirectory {
    /// Checks length, digest and number of rows of every output of every manifest.
    /// Reads all of them.
    ///
    /// # Errors
    /// [`ShardsError::OutputMissing`] or [`ShardsError::OutputDiffers`] for the first file
    /// that is not what it should be.
    pub fn verify(&self) -> Result<(), ShardsError> {
        for manifest in self.manifests()? {
            self.verify_outputs(&manifest)?;
        }
        Ok(())
    }

    /// Checks the outputs of one manifest.
    ///
    /// # Errors
    /// As [`RunDirectory::verify`].
    pub fn verify_outputs(&self, manifest: &Manifest) -> Result<(), ShardsError> {
        for output in &manifest.outputs {
            self.verify_output(manifest, output)?;
        }
        Ok(())
    }

    fn verify_output(&self, manifest: &Manifest, output: &OutputFile) -> Result<(), ShardsError> {
        let path = self.path_of(output);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(ShardsError::OutputMissing {
                    path,
                    task: manifest.task(),
                });
            }
            Err(error) => return Err(ShardsError::io("open", path)(error)),
        };
        let expect = |what, expected: String, found: String| {
            if expected == found {
                return Ok(());
            }
            Err(ShardsError::OutputDiffers {
                path: path.clone(),
                task: manifest.task(),
                what,
                expected,
                found,
            })
        };
        let mut hasher = Hasher(Sha256::new());
        let bytes = io::copy(&mut file, &mut hasher).map_err(ShardsError::io("read", &path))?;
        expect("bytes", output.bytes.to_string(), bytes.to_string())?;
        let sha256 = Digest::from_bytes(hasher.0.finalize().into());
        expect("sha256", output.sha256.to_string(), sha256.to_string())?;
        let rows = count_rows(&path)?;
        expect("rows", output.rows.to_string(), rows.to_string())
    }
}

struct Hasher(Sha256);

impl io::Write for Hasher {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.0.update(buffer);
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
