//! Reports on A4: headings, paragraphs and tables, laid out into lines and pages.

use crate::{
    font::{Measure, Weight},
    mark::{Ink, Mark},
};

/// Millimetres.
pub(crate) const PAGE: (f32, f32) = (210.0, 297.0);
const MARGIN: f32 = 20.0;
const WIDTH: f32 = PAGE.0 - 2.0 * MARGIN;
const BOTTOM: f32 = PAGE.1 - 22.0;
const CELL_PADDING: f32 = 1.2;

/// What stands for a character that the font has not.
pub(crate) const MISSING: char = '□';

/// A document of one title.
#[derive(Clone, Debug)]
pub struct Report {
    /// Above the first page, and in the file's own data.
    pub title: String,
    /// What follows, in order.
    pub blocks: Vec<Block>,
}

/// A part of a report.
#[derive(Clone, Debug)]
pub enum Block {
    /// A heading.
    Heading(String),
    /// A paragraph; ends of lines are kept.
    Text(String),
    /// A small paragraph, for notes and definitions.
    Note(String),
    /// A table, whose head comes again on each page.
    Table {
        /// The head of each column, and its part of the width; the parts sum up to 1.
        columns: Vec<(String, f32)>,
        /// Cells by row. All but the first of a row are set to the right if they are figures.
        rows: Vec<Vec<String>>,
    },
}

/// What a part of a report is, for those who hear it read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Title,
    Heading,
    Paragraph,
    Table,
    Row,
    HeadCell,
    Cell,
}

/// A part, and the place of the one around it; `None` for the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) role: Role,
    pub(crate) around: Option<usize>,
}

/// What is drawn, and the part that it belongs to; `None` for what says nothing: lines, page
/// numbers, heads that come again.
pub(crate) type Drawn = (Option<usize>, Mark);

/// A report as it is drawn and as it is read.
#[derive(Debug, Default)]
pub(crate) struct LaidOut {
    pub(crate) pages: Vec<Vec<Drawn>>,
    /// In the order of reading.
    pub(crate) parts: Vec<Part>,
}

/// Lays a report out; a page is what is drawn on it.
pub(crate) fn lay_out(report: &Report, measure: &dyn Measure) -> LaidOut {
    let mut pages =
        Pages { measure, done: Vec::new(), marks: Vec::new(), parts: Vec::new(), y: MARGIN };
    pages.paragraph(&report.title, 7.0, Weight::Bold, Ink::Black, Role::Title);
    pages.y += 3.0;
    for block in &report.blocks {
        match block {
            Block::Heading(text) => {
                // A heading stays with what follows it.
                pages.room(24.0);
                pages.y += 4.0;
                pages.paragraph(text, 4.8, Weight::Bold, Ink::Blue, Role::Heading);
                pages.y += 1.0;
            }
            Block::Text(text) => {
                pages.paragraph(text, 3.8, Weight::Regular, Ink::Black, Role::Paragraph);
            }
            Block::Note(text) => {
                pages.paragraph(text, 3.1, Weight::Regular, Ink::Grey, Role::Paragraph);
            }
            Block::Table { columns, rows } => pages.table(columns, rows),
        }
    }
    pages.finish()
}

struct Pages<'a> {
    measure: &'a dyn Measure,
    done: Vec<Vec<Drawn>>,
    marks: Vec<Drawn>,
    parts: Vec<Part>,
    y: f32,
}

impl Pages<'_> {
    /// Begins a page unless there is room for so much on this one; says whether it did.
    fn room(&mut self, height: f32) -> bool {
        let is_full = self.y + height > BOTTOM;
        if is_full {
            self.done.push(std::mem::take(&mut self.marks));
            self.y = MARGIN;
        }
        is_full
    }

    /// A new part; its place.
    fn part(&mut self, role: Role, around: Option<usize>) -> usize {
        self.parts.push(Part { role, around });
        self.parts.len() - 1
    }

    fn paragraph(&mut self, text: &str, size: f32, weight: Weight, ink: Ink, role: Role) {
        let part = Some(self.part(role, None));
        for line in text.lines().flat_map(|line| wrap(self.measure, weight, line, WIDTH / size)) {
            self.room(size * 1.6);
            self.y += size * 1.6;
            self.marks.push((
                part,
                Mark::Text { x: MARGIN, y: self.y - size * 0.4, size, weight, ink, text: line },
            ));
        }
        self.y += size * 0.4;
    }

    fn table(&mut self, columns: &[(String, f32)], rows: &[Vec<String>]) {
        let head: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
        let table = self.part(Role::Table, None);
        self.row(columns, &head, Weight::Bold, Some(table));
        for row in rows {
            let height = self.height(columns, row, Weight::Regular);
            if self.room(height) {
                // Read once, although it is drawn again.
                self.row(columns, &head, Weight::Bold, None);
            }
            self.row(columns, row, Weight::Regular, Some(table));
        }
        self.y += 2.0;
    }

    fn cells(&self, columns: &[(String, f32)], row: &[String], weight: Weight) -> Vec<Vec<String>> {
        let width = |part: f32| (part * WIDTH - 2.0 * CELL_PADDING) / TABLE_SIZE;
        columns
            .iter()
            .zip(row)
            .map(|((_, part), cell)| wrap(self.measure, weight, cell, width(*part)))
            .collect()
    }

    fn height(&self, columns: &[(String, f32)], row: &[String], weight: Weight) -> f32 {
        let lines = self.cells(columns, row, weight).iter().map(Vec::len).max().unwrap_or(1).max(1);
        (0..lines).map(|_| TABLE_SIZE * 1.45).sum::<f32>() + 1.6
    }

    fn row(
        &mut self,
        columns: &[(String, f32)],
        row: &[String],
        weight: Weight,
        table: Option<usize>,
    ) {
        let around = table.map(|table| self.part(Role::Row, Some(table)));
        let height = self.height(columns, row, weight);
        self.room(height);
        let mut x = MARGIN;
        for (place, ((_, part), lines)) in
            columns.iter().zip(self.cells(columns, row, weight)).enumerate()
        {
            let mut y = self.y + 0.8;
            let role = if weight == Weight::Bold { Role::HeadCell } else { Role::Cell };
            let cell = around.map(|around| self.part(role, Some(around)));
            for line in lines {
                y += TABLE_SIZE * 1.45;
                let width = self.measure.width(weight, &line) * TABLE_SIZE;
                let is_right = place > 0 && (weight == Weight::Bold || is_figure(&line));
                let left = if is_right {
                    x + part * WIDTH - CELL_PADDING - width
                } else {
                    x + CELL_PADDING
                };
                let (ink, size) = (Ink::Black, TABLE_SIZE);
                self.marks.push((
                    cell,
                    Mark::Text { x: left, y: y - size * 0.35, size, weight, ink, text: line },
                ));
            }
            x += part * WIDTH;
        }
        self.y += height;
        let line =
            Mark::Area { x: MARGIN, y: self.y - 0.1, width: WIDTH, height: 0.2, ink: Ink::Grey };
        self.marks.push((None, line));
    }

    fn finish(mut self) -> LaidOut {
        self.done.push(self.marks);
        let n = self.done.len();
        for (place, page) in self.done.iter_mut().enumerate() {
            let text = format!("第 {} 页，共 {n} 页", place + 1);
            let (size, weight, ink) = (3.0, Weight::Regular, Ink::Grey);
            let x = (PAGE.0 - self.measure.width(weight, &text) * size) / 2.0;
            page.push((None, Mark::Text { x, y: PAGE.1 - 12.0, size, weight, ink, text }));
        }
        LaidOut { pages: self.done, parts: self.parts }
    }
}

const TABLE_SIZE: f32 = 3.2;

fn is_figure(text: &str) -> bool {
    text == "—" || text.starts_with(|one: char| one.is_ascii_digit() || one == '-' || one == '+')
}

/// Lines of at most `width` em. Words of plain letters stay whole where they fit, and no line
/// begins with a mark that closes.
fn wrap(measure: &dyn Measure, weight: Weight, text: &str, width: f32) -> Vec<String> {
    let (mut lines, mut line, mut at) = (Vec::new(), String::new(), 0.0);
    for token in tokens(text) {
        let wide = measure.width(weight, token);
        let is_closing = token.starts_with(|one| "，。、；：！？）”’》】,.;:!?)%".contains(one));
        if at + wide > width && !line.is_empty() && !is_closing {
            lines.push(std::mem::take(&mut line));
            at = 0.0;
        }
        if wide <= width {
            line.push_str(token);
            at += wide;
            continue;
        }
        // A word longer than the line.
        for one in token.chars() {
            let wide = measure.width(weight, one.encode_utf8(&mut [0; 4]));
            if at + wide > width && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                at = 0.0;
            }
            line.push(one);
            at += wide;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Runs of plain letters and digits, and every other character by itself.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let run = rest.find(|one: char| !one.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (token, after) = rest.split_at(run.max(if run == 0 { first.len_utf8() } else { run }));
        rest = after;
        Some(token)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character is one em wide.
    struct Square;

    impl Measure for Square {
        #[expect(clippy::cast_precision_loss, reason = "texts of a test are short")]
        fn width(&self, _: Weight, text: &str) -> f32 {
            text.chars().count() as f32
        }
    }

    #[test]
    fn lines_keep_words_whole_and_begin_with_no_closing_mark() {
        let wrapped = |text: &str, width| wrap(&Square, Weight::Regular, text, width);
        assert_eq!(wrapped("评价总数，好评", 4.0), ["评价总数，", "好评"]);
        assert_eq!(wrapped("编号AB12号", 4.0), ["编号", "AB12", "号"]);
        assert_eq!(wrapped("ABCDEFG", 3.0), ["ABC", "DEF", "G"]);
        assert_eq!(wrapped("", 3.0), [""]);
        let text = "本月共收到12345件，其中ABC办结率为98.5%。";
        assert_eq!(wrapped(text, 5.0).concat(), text, "nothing is lost");
    }

    #[test]
    fn a_long_table_goes_over_pages_with_its_head() {
        let columns = vec![("部门".to_owned(), 0.7), ("好评".to_owned(), 0.3)];
        let rows = (0..100).map(|n| vec![format!("示例{n}局"), n.to_string()]).collect();
        let report =
            Report { title: "通报".into(), blocks: vec![Block::Table { columns, rows }] };
        let LaidOut { pages, parts } = lay_out(&report, &Square);
        assert!(pages.len() > 1);
        let texts = |page: &[Drawn]| -> Vec<String> {
            page.iter()
                .filter_map(|(_, mark)| {
                    if let Mark::Text { text, .. } = mark { Some(text.clone()) } else { None }
                })
                .collect()
        };
        // Read: the title, the head once, a hundred rows of two cells.
        let n_of = |role| parts.iter().filter(|part| part.role == role).count();
        assert_eq!(
            [Role::Title, Role::Table, Role::Row, Role::HeadCell, Role::Cell].map(n_of),
            [1, 1, 101, 2, 200]
        );
        assert!(
            parts
                .iter()
                .enumerate()
                .all(|(place, part)| part.around.is_none_or(|around| around < place))
        );
        let is_drawn = |place| pages.iter().flatten().any(|(part, _)| *part == Some(place));
        let has_text = |part: &Part| !matches!(part.role, Role::Table | Role::Row);
        assert!(parts.iter().enumerate().all(|(place, part)| is_drawn(place) == has_text(part)));
        assert!(pages.iter().all(|page| texts(page).contains(&"部门".to_owned())));
        let all: Vec<_> = pages.iter().flat_map(|page| texts(page)).collect();
        assert!((0..100).all(|n| all.contains(&format!("示例{n}局"))), "every row is there");
        let lowest = pages.iter().flatten().map(|(_, mark)| match mark {
            Mark::Text { y, .. } | Mark::Area { y, .. } => *y,
            _ => 0.0,
        });
        assert!(lowest.fold(0.0, f32::max) < PAGE.1);
    }
}
