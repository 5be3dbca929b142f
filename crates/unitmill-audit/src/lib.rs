//! Finished shards to figures and reports.
//!
//! [`Audit::read`] takes the files that a run's manifests name, checks that nothing got
//! lost between them, and counts; [`Audit::holds`] says whether the sums come out.
//! [`render_text`] and [`render_html`] make a report of it, [`render_card`] the dataset
//! card, [`compare`] the difference between two runs.
//!
//! This crate reads files through the manifests only, never prints, and knows neither the
//! stages nor the runner: what a run cannot prove by its files is not in its audit.

mod audit;
mod card;
mod compare;
mod conservation;
mod facts;
mod frames;
mod html;
mod layout;
mod measure;
mod missing;
mod money;
mod render;

pub use audit::{
    AUDIT_VERSION, Audit, AuditError, Conservation, Count, FunnelStep, PackageRow, PairFigures,
    Part, ReasonCount, Replayed, Sum, TokenRow, WorkRow,
};
pub use card::{CardFacts, render_card};
pub use compare::{Comparison, FunnelChange, PackageChange, compare, render_comparison};
pub use html::render_html;
pub use missing::{MissingPackage, MissingTally};
pub use money::{AnswerFigures, Paid, Tokens};
pub use render::{missing_packages, render_text};
