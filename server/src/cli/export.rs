use std::{
    fs::File,
    io::{BufWriter, Write},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use crate::cli::settings::{FormatArg, StoreArgs};
use anyhow::{Context, Result, ensure};
use clap::Args as ClapArgs;
use haochaping_collector::{
    exchange::{Export, Format, Profile, Watermark},
    ports::SystemClock,
};

use super::{load_keys, open_existing, progress_bar};

#[derive(ClapArgs, Debug)]
#[command(after_help = "Examples:
  haochaping export --profile national > ratings.csv
  haochaping export --profile national --format jsonl --watermark last.json --output 2026-11-25.jsonl
  haochaping export --profile gbt-39046 --watermark last.json --output 2026-11-25.csv

Writes ratings that count: of citizens, entered at their word, or relayed. What waits in quarantine follows when it is
released; tests and imported history never do. Fields for names and telephone numbers stay here; comments leave as they were
written. With --watermark only what came since the last export is written, and the file is moved on once everything is in
--output and on disk, or was handed to standard output. An export that was cut off is run again; should that have been at
the very last moment a rating is handed over twice, with the same receipt.")]
pub(super) struct Args {
    #[command(flatten)]
    store: StoreArgs,
    /// national, gbt-39046, or a file in the same form
    #[arg(long, default_value = "national", value_name = "NAME|FILE")]
    profile: String,
    /// How rows are written
    #[arg(long, value_enum, default_value_t = FormatArg::Csv)]
    format: FormatArg,
    /// CSV that a spreadsheet opens as it is meant: with a byte order mark, CRLF, and no cell that
    /// would be run as a formula; not for another system
    #[arg(long)]
    for_spreadsheets: bool,
    /// Up to where the last export went; made by the first
    #[arg(long, value_name = "FILE")]
    watermark: Option<PathBuf>,
    /// A new file; without it rows go to standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) async fn run(args: Args) -> Result<()> {
    let profile = Profile::load(&args.profile)?;
    let format = Format::from(args.format);
    ensure!(!args.for_spreadsheets || format == Format::Csv, "--for-spreadsheets is for CSV");
    let store = open_existing(&args.store).await?;
    let keys = load_keys(&args.store, &store).await?;
    let last = args.watermark.as_deref().map(Watermark::read).transpose()?.flatten();
    let export = Export::begin((&store, &keys, &SystemClock), &profile, last).await?;
    let target = Target::open(args.output.clone())?;
    let mut out = Rows::new(format, args.for_spreadsheets, profile.heads(), target.writer()?)?;
    let bar = progress_bar(Export::STEPS, "partitions");
    let (n_rows, mark) = export.run(&mut |row| out.write(&row), &|| bar.inc(1)).await?;
    bar.finish_and_clear();
    out.finish()?;
    target.keep()?;
    if let Some(path) = &args.watermark {
        mark.write(path)?;
    }
    eprintln!("{n_rows} ratings exported by the profile {}", profile.name());
    Ok(())
}

/// A file that appears under its name when it is whole, or standard output.
struct Target(Option<(PathBuf, PathBuf)>);

impl Target {
    fn open(output: Option<PathBuf>) -> Result<Self> {
        let Some(path) = output else { return Ok(Self(None)) };
        ensure!(!path.exists(), "{} exists: name a new file", path.display());
        let mut part = path.clone().into_os_string();
        part.push(".part");
        Ok(Self(Some((path, part.into()))))
    }

    fn writer(&self) -> Result<Box<dyn Write + Send>> {
        let Some((_, part)) = &self.0 else { return Ok(Box::new(std::io::stdout())) };
        // What people wrote is in it, in clear.
        let mut options = File::options();
        let file = options.write(true).create(true).truncate(true).mode(0o600).open(part);
        Ok(Box::new(file.with_context(|| format!("{} cannot be written", part.display()))?))
    }

    fn keep(self) -> Result<()> {
        let Some((path, part)) = self.0 else { return Ok(()) };
        let directory =
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let kept = File::open(&part)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(&part, &path))
            .and_then(|()| File::open(directory)?.sync_all());
        kept.with_context(|| format!("{} cannot be written", path.display()))
    }
}

/// Rows on their way out, one at a time.
struct Rows<'a> {
    heads: Vec<&'a str>,
    form: Form,
}

enum Form {
    Csv(Box<csv::Writer<Box<dyn Write + Send>>>),
    Spreadsheet(haochaping_tables::Writer<Box<dyn Write + Send>>),
    Jsonl(BufWriter<Box<dyn Write + Send>>),
}

impl<'a> Rows<'a> {
    fn new(
        format: Format,
        for_spreadsheets: bool,
        heads: Vec<&'a str>,
        out: Box<dyn Write + Send>,
    ) -> Result<Self> {
        let form = match format {
            Format::Csv if for_spreadsheets => {
                let mut sheet = haochaping_tables::Writer::new(out)?;
                sheet.record(heads.clone())?;
                Form::Spreadsheet(sheet)
            }
            Format::Csv => {
                let mut csv = csv::Writer::from_writer(out);
                csv.write_record(&heads)?;
                Form::Csv(Box::new(csv))
            }
            Format::Jsonl => Form::Jsonl(BufWriter::new(out)),
        };
        Ok(Self { heads, form })
    }

    fn write(&mut self, row: &[String]) -> Result<()> {
        match &mut self.form {
            Form::Csv(csv) => csv.write_record(row)?,
            Form::Spreadsheet(sheet) => sheet.record(row)?,
            Form::Jsonl(out) => {
                // Columns keep their order, which a map would not.
                let pair = |(name, value): (&&str, &String)| {
                    Ok(format!(
                        "{}:{}",
                        serde_json::to_string(name)?,
                        serde_json::to_string(value)?
                    ))
                };
                let pairs: Vec<String> =
                    self.heads.iter().zip(row).map(pair).collect::<Result<_>>()?;
                writeln!(out, "{{{}}}", pairs.join(","))?;
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        match self.form {
            Form::Csv(mut csv) => csv.flush()?,
            Form::Spreadsheet(sheet) => drop(sheet.finish()?),
            Form::Jsonl(mut out) => out.flush()?,
        }
        Ok(())
    }
}
