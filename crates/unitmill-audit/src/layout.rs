//! Laying out figures as text: aligned columns, percentages, bars, words for names.

/// How a column is aligned.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// Rows of cells, laid out in columns as wide as their widest cell.
pub(crate) struct Grid {
    alignment: Vec<Align>,
    rows: Vec<Vec<String>>,
}

/// The longest cell that a column is made wide for; longer text is cut.
const WIDEST_CELL: usize = 44;

impl Grid {
    pub(crate) fn new(alignment: &[Align]) -> Self {
        Self {
            alignment: alignment.to_vec(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn push<Cell: Into<String>>(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let cells = cells.into_iter().map(|cell| cut(&cell.into()));
        self.rows.push(cells.collect());
    }

    /// Every row on a line of its own, indented, without trailing blanks.
    pub(crate) fn render(&self) -> String {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths = (0..self.alignment.len()).map(width).collect::<Vec<_>>();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for ((cell, width), align) in row.iter().zip(&widths).zip(&self.alignment) {
                line.push_str("  ");
                line.push_str(&match align {
                    Align::Left => format!("{cell:<width$}"),
                    Align::Right => format!("{cell:>width$}"),
                });
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

fn cut(cell: &str) -> String {
    if cell.chars().count() <= WIDEST_CELL {
        return cell.to_owned();
    }
    let mut short = cell.chars().take(WIDEST_CELL - 1).collect::<String>();
    short.push('…');
    short
}

/// `0.9167` as `91.67 %`; nothing for none.
pub(crate) fn percent(share: Option<f64>) -> String {
    share.map_or_else(String::new, |share| format!("{:.2} %", share * 100.0))
}

/// A bar of up to ten blocks.
pub(crate) fn bar(share: Option<f64>) -> String {
    let blocks = (share.unwrap_or(0.0).clamp(0.0, 1.0) * 10.0).round();
    "█".repeat(blocks as usize)
}

/// A step or reason for reading: `passed_after_fix_2` as `passed after fix 2`.
pub(crate) fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// A package for reading; candidates without imports have none.
pub(crate) fn package_name(name: &str) -> &str {
    if name.is_empty() { "(none)" } else { name }
}

/// The sum as an equation: `12 files = 11 parsed + 1 rejected`.
pub(crate) fn equation(sum: &crate::Sum) -> String {
    let parts = sum.parts.iter();
    let parts = parts.map(|part| format!("{} {}", part.count, part.name));
    let sign = if sum.holds { "=" } else { "≠" };
    format!(
        "{} {} {sign} {}",
        sum.whole,
        sum.name,
        parts.collect::<Vec<_>>().join(" + ")
    )
}
