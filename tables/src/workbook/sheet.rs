//! One sheet, cell by cell.

use quick_xml::events::{BytesStart, Event};

use super::{
    Common,
    package::{attribute, events, push_text},
};
use crate::{Cell, Flaw, Line, MAX_COLUMNS, MAX_ROWS, Merge, Sheet, TableError};

/// How many cells that are too far away are named.
const N_NAMED: usize = 5;
/// More rows than this beyond the last that is read are no strayed cell, but a table that is too
/// long.
const MAX_FAR: usize = 100;
/// The most characters of a cell, as spreadsheets have it.
const MAX_CELL: usize = 32_767;
/// The most bytes that all cells of a sheet hold together: texts that cells share are counted each
/// time.
const MAX_TEXT: usize = 64 << 20;
/// The most merged cells that are looked at.
const MAX_MERGES: usize = 20_000;

/// The cell that is being read.
#[derive(Debug, Default)]
struct Open {
    /// Row and column from 0.
    at: (u32, u32),
    kind: String,
    style: usize,
    value: String,
    inline: String,
}

#[derive(Debug, Default)]
struct Reading {
    sheet: Sheet,
    row: u32,
    is_hidden: bool,
    column: u32,
    cells: Vec<Cell>,
    open: Option<Open>,
    /// Which text is being read: `v`, `t`, or none.
    in_text: &'static str,
    is_aid: bool,
    /// How many bytes of text were kept so far.
    n_bytes: usize,
}

pub(super) fn read(name: String, xml: &str, common: &Common) -> Result<Sheet, TableError> {
    let mut reading =
        Reading { sheet: Sheet { name: Some(name), ..Sheet::default() }, ..Reading::default() };
    events(xml, |event| {
        match &event {
            Event::Start(tag) => reading.start(tag),
            Event::Empty(tag) => {
                reading.start(tag);
                reading.end(tag.local_name().into_inner(), common);
            }
            Event::End(tag) => reading.end(tag.local_name().into_inner(), common),
            text => reading.text(text),
        }
        Ok(())
    })?;
    if reading.n_bytes > MAX_TEXT {
        return Err(TableError::TooLarge(
            reading.sheet.name.unwrap_or_default(),
            (MAX_TEXT >> 20) as u64,
        ));
    }
    if reading.sheet.notes.n_far > MAX_FAR {
        return Err(TableError::TooLong);
    }
    Ok(reading.sheet)
}

impl Reading {
    fn start(&mut self, tag: &BytesStart<'_>) {
        match tag.local_name().into_inner() {
            "row" => {
                let number = attribute(tag, "r").and_then(|number| number.parse::<u32>().ok());
                self.row = number.map_or(self.row + 1, |number| number.max(1));
                self.is_hidden = attribute(tag, "hidden")
                    .is_some_and(|hidden| hidden == "1" || hidden == "true");
                self.column = 0;
                self.cells.clear();
            }
            "c" => {
                let named = attribute(tag, "r").and_then(|name| address(&name));
                let at = named.unwrap_or((self.row.saturating_sub(1), self.column));
                self.column = at.1 + 1;
                let style = attribute(tag, "s").and_then(|style| style.parse().ok()).unwrap_or(0);
                self.open = Some(Open {
                    at,
                    kind: attribute(tag, "t").unwrap_or_default(),
                    style,
                    ..Open::default()
                });
            }
            "v" => self.in_text = "v",
            "t" => self.in_text = "t",
            "rPh" => self.is_aid = true,
            "mergeCell" if self.sheet.merged.len() < MAX_MERGES => {
                self.sheet.merged.extend(attribute(tag, "ref").and_then(|range| merge(&range)));
            }
            _ => {}
        }
    }

    fn text(&mut self, event: &Event<'_>) {
        let Some(open) = self.open.as_mut().filter(|_| !self.is_aid) else { return };
        match self.in_text {
            "v" => push_text(&mut open.value, event),
            "t" => push_text(&mut open.inline, event),
            _ => {}
        }
    }

    fn end(&mut self, name: &str, common: &Common) {
        match name {
            "v" | "t" => self.in_text = "",
            "rPh" => self.is_aid = false,
            "c" => {
                if let Some(open) = self.open.take() {
                    self.keep(&open, common);
                }
            }
            "row" => self.end_row(),
            _ => {}
        }
    }

    fn keep(&mut self, open: &Open, common: &Common) {
        // Whatever comes after is not kept: the sheet is refused in the end.
        if self.n_bytes > MAX_TEXT {
            return;
        }
        let mut cell = cell_of(open, common);
        if cell.text.is_empty() {
            return;
        }
        if cell.text.len() > MAX_CELL {
            cell.text = cell.text.chars().take(MAX_CELL).collect();
        }
        self.n_bytes += cell.text.len();
        let (row, column) = open.at;
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            self.sheet.notes.n_far += 1;
            if self.sheet.notes.far.len() < N_NAMED {
                self.sheet.notes.far.push((name_of(open.at), cell.text.chars().take(20).collect()));
            }
            return;
        }
        let place = column as usize;
        if self.cells.len() <= place {
            self.cells.resize(place + 1, Cell::default());
        }
        self.cells[place] = cell;
    }

    fn end_row(&mut self) {
        let cells = std::mem::take(&mut self.cells);
        if cells.is_empty() {
            return;
        }
        if self.is_hidden {
            self.sheet.notes.n_hidden += 1;
            return;
        }
        self.sheet.rows.push(Line { number: u64::from(self.row), cells });
    }
}

fn cell_of(open: &Open, common: &Common) -> Cell {
    match open.kind.as_str() {
        "s" => {
            let text =
                open.value.trim().parse::<usize>().ok().and_then(|place| common.texts.get(place));
            Cell::plain(text.map_or("", String::as_str))
        }
        "inlineStr" => Cell::plain(&open.inline),
        "str" => Cell::of_text(&open.value),
        "b" => Cell::flawed(if open.value.trim() == "1" { "TRUE" } else { "FALSE" }, Flaw::Truth),
        "e" => Cell::flawed(&open.value, Flaw::Error),
        "d" => Cell::plain(open.value.split('T').next().unwrap_or("")),
        _ => common.formats.show(open.value.trim(), open.style),
    }
}

/// Row and column from 0 of `B2`.
fn address(name: &str) -> Option<(u32, u32)> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let column = name[..letters].bytes().try_fold(0_u32, |sum, letter| {
        sum.checked_mul(26)?.checked_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)
    })?;
    let row: u32 = name[letters..].parse().ok()?;
    Some((row.checked_sub(1)?, column.checked_sub(1)?))
}

fn name_of((row, column): (u32, u32)) -> String {
    let (mut letters, mut rest) = (Vec::new(), column + 1);
    while rest > 0 {
        letters.insert(0, char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap_or(0)));
        rest = (rest - 1) / 26;
    }
    format!("{}{}", letters.into_iter().collect::<String>(), row + 1)
}

fn merge(range: &str) -> Option<Merge> {
    let (first, last) = range.split_once(':')?;
    let ((first_row, first_column), (last_row, last_column)) = (address(first)?, address(last)?);
    Some(Merge { first_row, last_row, first_column, last_column })
}
