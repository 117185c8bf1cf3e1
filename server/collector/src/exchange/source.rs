//! A file of old records, read row by row.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Seek as _},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use haochaping::calendar::Instant;

use super::{Incoming, Profile, read_row};

/// How rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values in UTF-8 with a first line of names
    Csv,
    /// One JSON object a line
    Jsonl,
}

/// What is imported, and how it is read.
#[derive(Debug)]
pub struct Source {
    /// Names of columns, and what codes mean.
    pub profile: Profile,
    /// No record is later than this.
    pub now: Instant,
    /// The file, in UTF-8.
    pub file: PathBuf,
    /// How its rows are written.
    pub format: Format,
    /// The department, where rows do not name it.
    pub agency: Option<String>,
}

/// A row with its line, or its faults.
pub(super) type Row = (u64, Result<Incoming, Vec<String>>);

impl Source {
    /// The rows, from the first on.
    ///
    /// # Errors
    /// In one line: the file cannot be read, or lacks a column.
    pub fn rows(&self) -> Result<Box<dyn Iterator<Item = Row> + Send + '_>> {
        let path = &self.file;
        let file =
            File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
        match self.format {
            Format::Csv => self.rows_of_csv(file, path),
            Format::Jsonl => Ok(self.rows_of_json(file)),
        }
    }

    fn rows_of_csv(
        &self,
        mut file: File,
        path: &Path,
    ) -> Result<Box<dyn Iterator<Item = Row> + Send + '_>> {
        let message = || format!("{} cannot be read", path.display());
        let form = haochaping_tables::Form::of(&file).with_context(message)?;
        file.rewind().with_context(message)?;
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .delimiter(form.mark)
            .from_reader(form.decoded(file));
        let heads = reader.headers().with_context(message)?.clone();
        let heads: Vec<String> = heads
            .iter()
            .map(|head| head.trim_start_matches('\u{feff}').trim().to_owned())
            .collect();
        let missing: Vec<_> = self
            .profile
            .required()
            .into_iter()
            .filter(|name| heads.iter().all(|head| head != name))
            .collect();
        ensure!(missing.is_empty(), "{} has no column {}", path.display(), missing.join(", "));
        Ok(Box::new(reader.into_records().enumerate().map(move |(n, record)| match record {
            Err(error) => {
                // A row that is not even text: its own words name the line.
                let line = error.position().map_or(n as u64 + 2, csv::Position::line);
                (line, Err(vec![format!("cannot be read: {error}")]))
            }
            Ok(record) => {
                let line = record.position().map_or(n as u64 + 2, csv::Position::line);
                if let Some(place) = record.iter().position(|cell| cell.contains('\u{fffd}')) {
                    let name = heads.get(place).map_or("", String::as_str);
                    return (
                        line,
                        Err(vec![format!(
                            "{name}: has a sign that is none in the charset of the file"
                        )]),
                    );
                }
                let cell = |name: &str| {
                    let at = heads.iter().position(|head| head == name)?;
                    record.get(at).map(str::to_owned)
                };
                (line, self.read(cell))
            }
        })))
    }

    fn rows_of_json(&self, file: File) -> Box<dyn Iterator<Item = Row> + Send + '_> {
        // A line that is no text is one fault; a disk that does not read would be one for ever.
        let mut is_broken = false;
        let lines = BufReader::new(file).lines().zip(1_u64..).take_while(move |(line, _)| {
            let goes_on = !is_broken;
            is_broken =
                line.as_ref().is_err_and(|error| error.kind() != std::io::ErrorKind::InvalidData);
            goes_on
        });
        let is_empty =
            |line: &std::io::Result<String>| line.as_ref().is_ok_and(|line| line.trim().is_empty());
        Box::new(lines.filter(move |(line, _)| !is_empty(line)).map(|(line, number)| {
            let line = line.map_err(|error| vec![format!("cannot be read: {error}")]);
            let object = line.and_then(|line| {
                serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&line)
                    .map_err(|error| vec![format!("is no JSON object: {error}")])
            });
            let read = object.and_then(|object| {
                self.read(|name| match object.get(name)? {
                    serde_json::Value::String(text) => Some(text.clone()),
                    serde_json::Value::Number(number) => Some(number.to_string()),
                    serde_json::Value::Null => None,
                    other => Some(other.to_string()),
                })
            });
            (number, read)
        }))
    }

    fn read(&self, cell: impl Fn(&str) -> Option<String>) -> Result<Incoming, Vec<String>> {
        read_row(&self.profile, self.agency.as_deref(), self.now, cell)
    }
}
